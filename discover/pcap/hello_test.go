package pcap_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// offer makes a ClientHello that names no server and offers protocols.
func offer(names ...string) []byte {
	var list []byte
	for _, n := range names {
		list = join(list, []byte{byte(len(n))}, []byte(n))
	}
	ext := join(be16(16), be16(uint16(len(list)+2)), be16(uint16(len(list))), list)
	body := join([]byte{3, 3}, make([]byte, 32), []byte{0}, be16(2), be16(0x1301), []byte{1, 0}, be16(uint16(len(ext))), ext)
	hs := join([]byte{1, 0}, be16(uint16(len(body))), body)
	return join([]byte{22, 3, 1}, be16(uint16(len(hs))), hs)
}

// der makes an element of DER with a length of two octets.
func der(tag byte, parts ...[]byte) []byte {
	b := join(parts...)
	return join([]byte{tag, 0x82}, be16(uint16(len(b))), b)
}

// certificate makes the Certificate message of a server or a client with names.
func certificate(subject, organization, issuer string) []byte {
	name := func(oid byte, s string) []byte {
		return der(0x31, der(0x30, []byte{6, 3, 0x55, 4, oid}, der(0x0c, []byte(s))))
	}
	tbs := der(0x30, []byte{2, 1, 7}, der(0x30), der(0x30, name(3, issuer)), der(0x30), der(0x30, name(10, organization), name(3, subject)), der(0x30, make([]byte, 300)))
	c := der(0x30, tbs, der(0x30), der(3))
	n := len(c)
	list := join([]byte{0}, be16(uint16(n+3)), []byte{0}, be16(uint16(n)), c)
	hs := join([]byte{11, 0}, be16(uint16(len(list))), list)
	return join([]byte{22, 3, 3}, be16(uint16(len(hs))), hs)
}

func serverHello() []byte {
	return join([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, make([]byte, 32), []byte{0, 0, 0x2f, 0})
}

// dtlsRecord makes a record of DTLS 1.2 with a whole handshake message.
func dtlsRecord(kind byte, body []byte) []byte {
	size := be32(uint32(len(body)))[1:]
	hs := join([]byte{kind}, size, be16(0), make([]byte, 3), size, body)
	return join([]byte{22, 0xfe, 0xfd}, make([]byte, 8), be16(uint16(len(hs))), hs)
}

// resumed makes a ClientHello of DTLS 1.2 that names a session.
func resumed(extensions ...[]byte) []byte {
	ext := join(extensions...)
	return dtlsRecord(1, join([]byte{0xfe, 0xfd}, make([]byte, 32), []byte{8}, []byte("session1"), []byte{0}, be16(2), be16(0xc02f), []byte{1, 0}, be16(uint16(len(ext))), ext))
}

func TestHello(t *testing.T) {
	t.Parallel()
	const here, there = "10.20.0.5", "203.0.113.10"
	client := fact.Endpoint{IP: ip(here), MAC: macA}
	server := func(port uint16) fact.Endpoint { return fact.Endpoint{IP: ip(there), Port: port, MAC: macB} }
	talk := func() *conversation { return &conversation{client: here, server: there} }
	flow := func(proto, app string, port uint16, answered bool) fact.Flow {
		return fact.Flow{Client: client, Server: server(port), Protocol: proto, App: app, Answered: answered}
	}
	says := func(field, value string) fact.SelfDescription {
		return fact.SelfDescription{Host: server(443), Protocol: "tls", Field: field, Value: value}
	}
	hello := clientHello("a.example", 700)
	flight := join(serverHello(), certificate("FGT60E", "Fortinet", "support"))
	mine := join(certificate("Yamada Taro", "Hospital", "JPKI"))
	cert := []fact.Fact{says("certificate-subject", "FGT60E"), says("certificate-organization", "Fortinet"), says("certificate-issuer", "support")}
	// The first datagram of a VPN client in a capture of nDPI's (anyconnect-vpn.pcap, frame 413).
	anyConnect, _ := hex.DecodeString("160100000000000000000000560100004a000000000000004a0100ed89c4699ea16489a68421ebd0951f08172d595bf2c2507bd49467c65ee6238a" +
		"209bb071c8a80440614f8347a2ce2efe01540c7af53be22e1eac07398729e026ef00000200390100")
	for _, tt := range []struct {
		name string
		in   *conversation
		want []fact.Fact
	}{
		{
			name: "DNS over TLS", in: talk().up(6, tcp(40000, 853, 1, ack, offer("dot"))),
			want: []fact.Fact{fact.ServerName{Protocol: "tls", ALPN: "dot", Client: client, Server: server(853)}, flow("tcp", "dot", 853, false)},
		},
		{name: "AnyDesk", in: talk().up(6, tcp(40000, 443, 1, ack, offer("anydesk/6.2.0/linux"))), want: []fact.Fact{
			fact.ServerName{Protocol: "tls", ALPN: "anydesk/6.2.0/linux", Client: client, Server: server(443)}, flow("tcp", "anydesk", 443, false),
		}},
		{
			name: "a host after a long target", in: talk().up(6, tcp(40000, 80, 1, ack, []byte("GET /"+strings.Repeat("x", 1400)))).
				up(6, tcp(40000, 80, 1406, ack, []byte("yyyy HTTP/1.1\r\nUser-Agent: a\r\nHo"))).up(6, tcp(40000, 80, 1438, ack, []byte("st: a.example\r\n\r\n"))),
			want: []fact.Fact{fact.ServerName{Name: "a.example", Protocol: "http", Client: client, Server: server(80)}, flow("tcp", "http", 80, false)},
		},
		{name: "the web", in: talk().up(6, tcp(40000, 443, 1, ack, offer("h2", "h2-14", "spdy/3.1", "http/1.1"))), want: []fact.Fact{flow("tcp", "tls", 443, false)}},
		{
			name: "an address is no name", in: talk().up(6, tcp(40000, 443, 1, ack, clientHello("203.0.113.10", 0))),
			want: []fact.Fact{flow("tcp", "tls", 443, false)},
		},
		{
			name: "the capture ends before the ClientHello does", in: talk().up(6, tcp(40000, 443, 1, ack, join(hello[:5], clientHello("a.example", 0)[5:], make([]byte, 9))[:80])),
			want: []fact.Fact{fact.ServerName{Name: "a.example", Protocol: "tls", Client: client, Server: server(443)}, flow("tcp", "tls", 443, false)},
		},
		{
			name: "the answer comes before the ClientHello is whole", in: talk().up(6, tcp(40000, 443, 1, ack, hello[:100])).down(6, tcp(443, 40000, 1, ack, flight)),
			want: append([]fact.Fact{flow("tcp", "tls", 443, true)}, cert...),
		},
		{
			name: "certificate in three segments, with the client's after it", in: talk().up(6, tcp(40000, 443, 1, ack, clientHello("a.example", 0))).
				down(6, tcp(443, 40000, 1, ack, flight[:20])).down(6, tcp(443, 40000, 21, ack, flight[20:300])).
				down(6, tcp(443, 40000, 1, ack, flight[:20])).down(6, tcp(443, 40000, 301, ack, flight[300:])).
				up(6, tcp(40000, 443, 500, ack, mine)),
			want: append([]fact.Fact{
				fact.ServerName{Name: "a.example", Protocol: "tls", Client: client, Server: server(443)}, flow("tcp", "tls", 443, true),
			}, cert...),
		},
		{
			name: "a gap in the certificate", in: talk().down(6, tcp(443, 40000, 1, ack, flight[:20])).down(6, tcp(443, 40000, 300, ack, flight[299:])),
			want: []fact.Fact{flow("tcp", "tls", 443, false)},
		},
		{
			name: "STARTTLS", in: talk().down(6, tcp(443, 40000, 1, ack, []byte("220 mail ESMTP\r\n"))).up(6, tcp(40000, 443, 1, ack, []byte("EHLO x\r\n"))).
				down(6, tcp(443, 40000, 17, ack, []byte("250 STARTTLS\r\n"))).up(6, tcp(40000, 443, 9, ack, []byte("STARTTLS\r\n"))).
				down(6, tcp(443, 40000, 31, ack, []byte("220 go\r\n"))).up(6, tcp(40000, 443, 19, ack, clientHello("a.example", 0))).
				down(6, tcp(443, 40000, 39, ack, flight)),
			want: append([]fact.Fact{
				fact.ServerName{Name: "a.example", Protocol: "tls", Client: client, Server: server(443)}, flow("tcp", "smtp", 443, true),
			}, cert...),
		},
		{
			name: "DTLS, only the server seen", in: talk().down(17, udp(443, 40000, dtlsRecord(2, serverHello()[9:]))).down(17, udp(443, 40000, dtlsRecord(11, certificate("ASA", "Cisco", "ASA")[9:]))),
			want: []fact.Fact{
				fact.SelfDescription{Host: server(443), Protocol: "dtls", Field: "certificate-subject", Value: "ASA"},
				fact.SelfDescription{Host: server(443), Protocol: "dtls", Field: "certificate-organization", Value: "Cisco"},
				fact.SelfDescription{Host: server(443), Protocol: "dtls", Field: "certificate-issuer", Value: "ASA"},
				flow("udp", "dtls", 443, false),
			},
		},
		{name: "AnyConnect", in: talk().up(17, udp(40000, 443, anyConnect)), want: []fact.Fact{
			fact.Tunnel{Type: "anyconnect", A: client, B: server(443)}, flow("udp", "dtls", 443, false),
		}},
		{name: "AnyConnect, with a version of DTLS that others have", in: talk().up(17, udp(40000, 443, resumed())), want: []fact.Fact{
			fact.Tunnel{Type: "anyconnect", A: client, B: server(443)}, flow("udp", "dtls", 443, false),
		}},
		{
			name: "a call goes on with a session", in: talk().up(17, udp(40000, 443, resumed([]byte{0, 14, 0, 5, 0, 2, 0, 1, 0}))),
			want: []fact.Fact{flow("udp", "dtls", 443, false)},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, tt.in.frames...)
			compare(t, r, of[fact.ServerName](tt.want)...)
			r.obs = slices.DeleteFunc(r.obs, func(o fact.Observation) bool { // what others tell of mail is not looked at here
				f, ok := o.Fact.(fact.SelfDescription)
				return ok && f.Protocol != "tls" && f.Protocol != "dtls"
			})
			compare(t, r, of[fact.SelfDescription](tt.want)...)
			compare(t, r, of[fact.Flow](tt.want)...)
			compare(t, r, of[fact.Tunnel](tt.want)...)
		})
	}
}

// of returns the facts of one kind.
func of[F fact.Fact](all []fact.Fact) []F {
	var out []F
	for _, f := range all {
		if f, ok := f.(F); ok {
			out = append(out, f)
		}
	}
	return out
}

// TestHelloFlood begins many more connections than are collected at a time: one
// that goes on is read nevertheless.
func TestHelloFlood(t *testing.T) {
	t.Parallel()
	hello := clientHello("a.example", 700)
	var frames [][]byte
	for i := range 5000 {
		c := conversation{client: fmt.Sprintf("10.9.%d.%d", i/250, i%250+1), server: "203.0.113.10"}
		frames = append(frames, c.up(6, tcp(40000, 443, 1, ack, hello[:200])).frames...)
	}
	c := conversation{client: "10.20.0.5", server: "203.0.113.10"}
	c.up(6, tcp(40000, 443, 1, ack, hello[:200])).up(6, tcp(40000, 443, 201, ack, hello[200:]))
	r := read(t, append(frames, c.frames...)...)
	compare(t, r, fact.ServerName{
		Name: "a.example", Protocol: "tls", Client: fact.Endpoint{IP: ip("10.20.0.5"), MAC: macA},
		Server: fact.Endpoint{IP: ip("203.0.113.10"), Port: 443, MAC: macB},
	})
}
