package pcap_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

// read reads a capture of frames.
func read(t *testing.T, frames ...[]byte) result {
	t.Helper()
	r := readBytes(t, "test.pcap", classicFile(1, frames...))
	if r.err != nil {
		t.Errorf("error: %v", r.err)
	}
	return r
}

func compare[F fact.Fact](t *testing.T, r result, want ...F) {
	t.Helper()
	got := facts[F](r.obs)
	opt := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	prefix := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
	for _, w := range want {
		found := false
		for _, g := range got {
			found = found || cmp.Equal(w, g, opt, prefix)
		}
		if !found {
			t.Errorf("no %s %+v\nin %+v", w.Kind(), w, got)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d facts, want %d: %+v", len(got), len(want), got)
	}
}

func TestARP(t *testing.T) {
	t.Parallel()
	var none fact.MAC
	for _, tt := range []struct {
		name string
		in   []byte
		want []fact.AddressBinding
	}{
		{name: "request", in: arp4(1, macA, "192.0.2.1", none, "192.0.2.2"), want: []fact.AddressBinding{{IP: ip("192.0.2.1"), MAC: macA}}},
		{name: "reply", in: arp4(2, macA, "192.0.2.1", macB, "192.0.2.2"), want: []fact.AddressBinding{{IP: ip("192.0.2.1"), MAC: macA}}},
		{name: "gratuitous", in: arp4(1, macA, "192.0.2.1", none, "192.0.2.1"), want: []fact.AddressBinding{{IP: ip("192.0.2.1"), MAC: macA}}},
		{name: "probe", in: arp4(1, macA, "0.0.0.0", none, "192.0.2.1")},
		{name: "group as sender", in: arp4(1, all1, "192.0.2.1", none, "192.0.2.2")},
		{name: "broadcast as sender address", in: arp4(1, macA, "255.255.255.255", none, "192.0.2.2")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, read(t, eth(all1, macA, 0x0806, tt.in)), tt.want...)
		})
	}
}

func TestVLAN(t *testing.T) {
	t.Parallel()
	arp := arp4(2, macA, "192.0.2.1", macB, "192.0.2.2")
	for _, tt := range []struct {
		name string
		in   []byte
		want uint16
	}{
		{name: "none", in: eth(macB, macA, 0x0806, arp), want: 0},
		{name: "802.1Q", in: eth(macB, macA, 0x8100, join(be16(0xa00a), be16(0x0806), arp)), want: 10},
		{name: "outermost of two", in: eth(macB, macA, 0x88a8, join(be16(100), be16(0x8100), be16(10), be16(0x0806), arp)), want: 100},
		{name: "priority tag", in: eth(macB, macA, 0x8100, join(be16(0xe000), be16(0x0806), arp)), want: 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, tt.in)
			compare(t, r, fact.AddressBinding{IP: ip("192.0.2.1"), MAC: macA, VID: tt.want})
			compare(t, r, fact.Station{MAC: macA, VID: tt.want})
		})
	}
}

func TestFlow(t *testing.T) {
	t.Parallel()
	talk := func() *conversation { return &conversation{client: "10.0.0.5", server: "10.0.1.9"} }
	end := func(port uint16, proto, app string, answered bool) fact.Flow {
		return fact.Flow{
			Client: fact.Endpoint{IP: ip("10.0.0.5"), MAC: macA}, Server: fact.Endpoint{IP: ip("10.0.1.9"), MAC: macB, Port: port},
			Protocol: proto, App: app, Answered: answered,
		}
	}
	dicom := join([]byte{1, 0}, be32(200), be16(1), be16(0), []byte("PACS            CT1             "), make([]byte, 170))
	for _, tt := range []struct {
		name string
		in   *conversation
		want fact.Flow
	}{
		{
			name: "SYN says who is the client", want: end(50000, "tcp", "", true),
			in: talk().up(6, tcp(22, 50000, 1, syn, nil)).down(6, tcp(50000, 22, 1, syn|ack, nil)),
		},
		{
			name: "SYN ACK alone does too", want: end(50000, "tcp", "", false),
			in: &conversation{client: "10.0.0.5", server: "10.0.1.9", frames: [][]byte{eth(macA, macB, 0x0800, ip4("10.0.1.9", "10.0.0.5", 6, tcp(50000, 22, 1, syn|ack, nil)))}},
		},
		{
			name: "without it the port does", want: end(104, "tcp", "", true),
			in: talk().down(6, tcp(104, 40000, 1, ack, nil)).up(6, tcp(40000, 104, 1, ack, nil)),
		},
		{name: "DICOM on any port", want: end(50104, "tcp", "dicom", false), in: talk().up(6, tcp(50999, 50104, 1, ack, dicom))},
		{name: "HL7", want: end(2575, "tcp", "hl7", false), in: talk().up(6, tcp(50999, 2575, 1, ack, []byte("\x0bMSH|^~\\&|A|B\r")))},
		{
			name: "SSH by what the server says", want: end(2222, "tcp", "ssh", true),
			in: talk().up(6, tcp(50999, 2222, 1, syn, nil)).down(6, tcp(2222, 50999, 1, ack, []byte("SSH-2.0-OpenSSH_9.2\r\n"))),
		},
		{
			name: "RDP", want: end(3389, "tcp", "rdp", false),
			in: talk().up(6, tcp(50999, 3389, 1, ack, []byte{3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0})),
		},
		{
			name: "S7 is not RDP", want: end(102, "tcp", "", false),
			in: talk().up(6, tcp(50999, 102, 1, ack, []byte{3, 0, 0, 22, 17, 0xe0, 0, 0, 0, 1, 0, 0xc0, 1, 10, 0xc1, 2, 1, 0, 0xc2, 2, 1, 2})),
		},
		{
			name: "VNC", want: end(5900, "tcp", "vnc", true),
			in: talk().up(6, tcp(50999, 5900, 1, syn, nil)).down(6, tcp(5900, 50999, 1, ack, []byte("RFB 003.008\n"))),
		},
		{
			name: "TeamViewer", want: end(5938, "tcp", "teamviewer", false),
			in: talk().up(6, tcp(50999, 5938, 1, ack, join([]byte{0x17, 0x24, 0x0a, 0x20}, make([]byte, 33)))),
		},
		{
			name: "the octets of TeamViewer on another port", want: end(443, "tcp", "", false),
			in: talk().up(6, tcp(50999, 443, 1, ack, join([]byte{0x17, 0x24, 0x0a, 0x20}, make([]byte, 33)))),
		},
		{
			name: "the port alone shows no application", want: end(443, "tcp", "", true),
			in: talk().up(6, tcp(50999, 443, 1, syn, nil)).down(6, tcp(443, 50999, 1, ack, []byte("whatever"))),
		},
		{name: "NTP", want: end(123, "udp", "ntp", false), in: talk().up(17, udp(50999, 123, append([]byte{0x23}, make([]byte, 47)...)))},
		{name: "ephemeral on both sides", want: end(0, "udp", "", false), in: talk().up(17, udp(50999, 60000, []byte("x")))},
		{
			name: "ping", want: end(0, "icmp", "", true),
			in: talk().up(1, []byte{8, 0, 0, 0, 0, 1, 0, 1}).down(1, []byte{0, 0, 0, 0, 0, 1, 0, 1}),
		},
		{name: "other protocol", want: end(0, "ip/89", "", false), in: talk().up(89, make([]byte, 24))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, tt.in.frames...)
			want := tt.want
			if !want.Answered && len(tt.in.frames) == 1 {
				want.Client.MAC, want.Server.MAC = macA, macB // one of them as the destination
			}
			compare(t, r, want)
			compare[fact.Tunnel](t, r)
		})
	}
}

func TestFlowsToGroups(t *testing.T) {
	t.Parallel()
	compare[fact.Flow](t, read(t,
		eth(fact.MAC{1, 0, 0x5e, 0, 0, 0xfb}, macA, 0x0800, ip4("10.0.0.5", "224.0.0.251", 17, udp(5353, 5353, []byte("x")))),
		eth(all1, macA, 0x0800, ip4("10.0.0.5", "10.0.0.255", 17, udp(999, 999, []byte("x")))),
		eth(macB, macA, 0x0800, ip4("0.0.0.0", "10.0.0.1", 17, udp(999, 999, []byte("x")))),
	))
}

func TestNames(t *testing.T) {
	t.Parallel()
	www, cdn := dnsName("WWW", "example", "JP"), dnsName("a", "cdn", "example")
	talk := &conversation{client: "10.0.0.5", server: "10.0.0.53"}
	talk.up(17, udp(50999, 53, dnsMessage(0x0100, [][]byte{question(www, 1)}, nil)))
	talk.down(17, udp(53, 50999, dnsMessage(0x8180, [][]byte{question(www, 1)}, [][]byte{
		record(www, 5, cdn), record(cdn, 1, addr("198.51.100.7")), record(cdn, 1, addr("198.51.100.3")), record(dnsName("other"), 1, addr("198.51.100.9")),
	})))
	r := read(t, talk.frames...)
	compare(t, r, fact.NameQuery{
		Name: "www.example.jp", Type: "A",
		Client: fact.Endpoint{IP: ip("10.0.0.5"), MAC: macA}, Server: fact.Endpoint{IP: ip("10.0.0.53"), Port: 53, MAC: macB},
	})
	compare(t, r, fact.NameAnswer{Name: "www.example.jp", Addresses: []netip.Addr{ip("198.51.100.3"), ip("198.51.100.7")}, Server: ip("10.0.0.53")})
}

func TestAnswerWithoutQuestion(t *testing.T) {
	t.Parallel()
	www := dnsName("www", "example", "jp")
	talk := &conversation{client: "10.0.0.5", server: "10.0.0.53"}
	talk.down(17, udp(53, 50999, dnsMessage(0x8180, [][]byte{question(www, 28)}, [][]byte{record(www, 28, addr("2001:db8::7"))})))
	r := read(t, talk.frames...)
	compare(t, r, fact.NameQuery{
		Name: "www.example.jp", Type: "AAAA",
		Client: fact.Endpoint{IP: ip("10.0.0.5"), MAC: macA}, Server: fact.Endpoint{IP: ip("10.0.0.53"), Port: 53, MAC: macB},
	})
}

func TestAddressSet(t *testing.T) {
	t.Parallel()
	host := dnsName("kensa-pc3", "local")
	group := fact.MAC{1, 0, 0x5e, 0, 0, 0xfb}
	announce := func(src string, addresses ...string) []byte {
		var answers [][]byte
		for _, a := range addresses {
			answers = append(answers, record(host, 1, addr(a)))
		}
		return eth(group, macA, 0x0800, ip4(src, "224.0.0.251", 17, udp(5353, 5353, dnsMessage(0x8400, nil, answers))))
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want fact.AddressSet
	}{
		{name: "of the sender", in: announce("10.30.0.22", "172.20.10.2", "10.30.0.22"), want: fact.AddressSet{
			MAC: macA, From: ip("10.30.0.22"), Name: "kensa-pc3.local", Protocol: "mdns", Addresses: []netip.Addr{ip("10.30.0.22"), ip("172.20.10.2")},
		}},
		{name: "repeated by another", in: announce("10.30.0.99", "172.20.10.2", "10.30.0.22"), want: fact.AddressSet{
			From: ip("10.30.0.99"), Name: "kensa-pc3.local", Protocol: "mdns", Addresses: []netip.Addr{ip("10.30.0.22"), ip("172.20.10.2")},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, tt.in)
			compare(t, r, tt.want)
			compare(t, r, fact.NameClaim{Name: "kensa-pc3.local", Protocol: "mdns", IP: ip("10.30.0.22"), MAC: tt.want.MAC},
				fact.NameClaim{Name: "kensa-pc3.local", Protocol: "mdns", IP: ip("172.20.10.2"), MAC: tt.want.MAC})
		})
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	notify := "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nNTS: ssdp:alive\r\nSERVER: RutOS/7 UPnP/1.1 MiniUPnPd/2\r\n\r\n"
	search := "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\n\r\n"
	group := fact.MAC{1, 0, 0x5e, 0x7f, 0xff, 0xfa}
	ptr := record(dnsName("_dicom", "_tcp", "local"), 12, dnsName("CT 1", "_dicom", "_tcp", "local"))
	compare(t, read(t,
		eth(group, macA, 0x0800, ip4("10.30.0.77", "239.255.255.250", 17, udp(1900, 1900, []byte(notify)))),
		eth(group, macB, 0x0800, ip4("10.30.0.41", "239.255.255.250", 17, udp(50000, 1900, []byte(search)))),
		eth(group, macC, 0x0800, ip4("10.20.0.5", "224.0.0.251", 17, udp(5353, 5353, dnsMessage(0x8400, nil, [][]byte{ptr})))),
	),
		fact.ServiceAnnouncement{Protocol: "ssdp", Service: "urn:schemas-upnp-org:device:InternetGatewayDevice:1", Detail: "RutOS/7 UPnP/1.1 MiniUPnPd/2", IP: ip("10.30.0.77"), MAC: macA},
		fact.ServiceAnnouncement{Protocol: "dns-sd", Service: "_dicom._tcp", Detail: "CT 1", IP: ip("10.20.0.5"), MAC: macC},
	)
}

func TestServerName(t *testing.T) {
	t.Parallel()
	hello := clientHello("HWEB.oqs.onshikaku.org", 0)
	long := clientHello("hweb.oqs.onshikaku.org", 1500)
	want := func(protocol string, port uint16) fact.ServerName {
		return fact.ServerName{
			Name: "hweb.oqs.onshikaku.org", Protocol: protocol,
			Client: fact.Endpoint{IP: ip("10.0.0.5"), MAC: macA}, Server: fact.Endpoint{IP: ip("198.51.100.1"), Port: port, MAC: macB},
		}
	}
	talk := func() *conversation { return &conversation{client: "10.0.0.5", server: "198.51.100.1"} }
	for _, tt := range []struct {
		name string
		in   *conversation
		want []fact.ServerName
	}{
		{name: "one segment, any port", in: talk().up(6, tcp(50000, 8443, 100, ack, hello)), want: []fact.ServerName{want("tls", 8443)}},
		{
			name: "two segments", want: []fact.ServerName{want("tls", 443)},
			in: talk().up(6, tcp(50000, 443, 100, ack, long[:1000])).up(6, tcp(50000, 443, 1100, ack, long[1000:])),
		},
		{
			name: "a repeated segment between", want: []fact.ServerName{want("tls", 443)},
			in: talk().up(6, tcp(50000, 443, 100, ack, long[:1000])).up(6, tcp(50000, 443, 100, ack, long[:1000])).up(6, tcp(50000, 443, 1000, ack, long[900:])),
		},
		{
			name: "over the wrap of the sequence number", want: []fact.ServerName{want("tls", 443)},
			in: talk().up(6, tcp(50000, 443, 0xffffff00, ack, long[:1000])).up(6, tcp(50000, 443, 0xffffff00+1000-1<<32, ack, long[1000:])),
		},
		{name: "a segment is missing", in: talk().up(6, tcp(50000, 443, 100, ack, long[:1000])).up(6, tcp(50000, 443, 1300, ack, long[1200:]))},
		{
			name: "after STARTTLS", want: []fact.ServerName{want("tls", 25)},
			in: talk().up(6, tcp(50000, 25, 1, ack, []byte("EHLO a\r\n"))).up(6, tcp(50000, 25, 9, ack, []byte("STARTTLS\r\n"))).up(6, tcp(50000, 25, 19, ack, hello)),
		},
		{
			name: "HTTP", want: []fact.ServerName{want("http", 80)},
			in: talk().up(6, tcp(50000, 80, 1, ack, []byte("GET / HTTP/1.1\r\nHost: hweb.oqs.onshikaku.org:80\r\n\r\n"))),
		},
		{name: "HTTP to an address", in: talk().up(6, tcp(50000, 80, 1, ack, []byte("GET / HTTP/1.1\r\nHost: 198.51.100.1\r\n\r\n")))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, read(t, tt.in.frames...), tt.want...)
		})
	}
}

func TestSighting(t *testing.T) {
	t.Parallel()
	frame := eth(macB, macA, 0x0806, arp4(2, macA, "192.0.2.1", macB, "192.0.2.2"))
	other := eth(macA, macB, 0x0806, arp4(2, macB, "192.0.2.2", macA, "192.0.2.1"))
	for _, o := range read(t, other, frame, frame, frame).obs {
		if f, ok := o.Fact.(fact.AddressBinding); !ok || f.MAC != macA {
			continue
		}
		s := o.Seen[0]
		if s.Place != "frame 2" || s.Count != 3 || s.First.Unix() != 1_700_000_001 || s.Last.Unix() != 1_700_000_003 || s.Input != "sha256:test" {
			t.Errorf("sighting %+v", s)
		}
		return
	}
	t.Error("no binding")
}

// TestHalves has the questions of conversations on the VLAN of the client, and
// the answers on that of the server, as a port shows that is mirrored inwards.
func TestHalves(t *testing.T) {
	t.Parallel()
	up := func(proto byte, segment []byte) []byte {
		return eth(macB, macA, 0x8100, join(be16(10), be16(0x0800), ip4("10.0.0.5", "198.51.100.9", proto, segment)))
	}
	down := func(proto byte, segment []byte) []byte {
		return eth(macB, macC, 0x8100, join(be16(60), be16(0x0800), ip4("198.51.100.9", "10.0.0.5", proto, segment)))
	}
	r := read(t,
		up(6, tcp(50000, 50443, 1, syn, nil)), down(6, tcp(50443, 50000, 1, syn|ack, nil)), down(6, tcp(50443, 50000, 2, ack, []byte("SSH-2.0-x\r\n"))),
		up(17, udp(50001, 60000, []byte("question"))), down(17, udp(60000, 50001, []byte("answer"))),
		up(17, udp(40000, 1194, openVPN(7, "client-S", []byte{0}, be32(0)))), down(17, udp(1194, 40000, openVPN(8, "server-S", []byte{1}, be32(0), []byte("client-S"), be32(0)))),
	)
	client, server := fact.Endpoint{IP: ip("10.0.0.5"), MAC: macA}, fact.Endpoint{IP: ip("198.51.100.9"), MAC: macB}
	clientBeyond, serverBeyond := fact.Endpoint{IP: ip("10.0.0.5"), MAC: macB}, fact.Endpoint{IP: ip("198.51.100.9"), MAC: macC}
	at := func(e fact.Endpoint, port uint16) fact.Endpoint { e.Port = port; return e }
	compare(t, r,
		fact.Flow{Client: client, Server: at(server, 50443), Protocol: "tcp", Answered: true, App: "ssh", VID: 10},
		fact.Flow{Client: clientBeyond, Server: at(serverBeyond, 50443), Protocol: "tcp", Answered: true, App: "ssh", VID: 60},
		fact.Flow{Client: client, Server: server, Protocol: "udp", Answered: true, VID: 10},
		fact.Flow{Client: clientBeyond, Server: serverBeyond, Protocol: "udp", Answered: true, VID: 60},
		fact.Flow{Client: client, Server: at(server, 1194), Protocol: "udp", Answered: true, App: "openvpn", VID: 10},
		fact.Flow{Client: clientBeyond, Server: at(serverBeyond, 1194), Protocol: "udp", Answered: true, App: "openvpn", VID: 60},
	)
	compare(t, r,
		fact.Tunnel{Type: "openvpn", A: client, B: at(server, 1194), Answered: true, VID: 10},
		fact.Tunnel{Type: "openvpn", A: clientBeyond, B: at(serverBeyond, 1194), Answered: true, VID: 60},
	)
}
