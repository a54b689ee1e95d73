package pcap_test

import (
	"encoding/binary"
	"testing"

	"kanmon/discover/fact"
)

// ike writes an IKE header: version 2 IKE_SA_INIT, or what body makes of it.
func ike(initiator bool, body []byte) []byte {
	flags := byte(0x20)
	responder := make([]byte, 8)
	responder[0] = 1
	if initiator {
		flags, responder = 0x08, make([]byte, 8)
	}
	return join([]byte{1, 2, 3, 4, 5, 6, 7, 8}, responder, []byte{0, 0x20, 34, flags}, be32(0), be32(uint32(28+len(body))), body)
}

func esp(spi, seq uint32) []byte { return join(be32(spi), be32(seq), make([]byte, 48)) }

func wireGuard(kind byte, size int, words ...uint32) []byte {
	b := make([]byte, size)
	b[0] = kind
	for i, w := range words {
		binary.LittleEndian.PutUint32(b[4+4*i:], w)
	}
	return b
}

// openVPN writes a control packet: opcode, session, what follows.
func openVPN(opcode byte, session string, rest ...[]byte) []byte {
	return join([]byte{opcode << 3}, []byte(session), join(rest...))
}

func overTCP(b []byte) []byte { return join(be16(uint16(len(b))), b) }

func TestTunnel(t *testing.T) {
	t.Parallel()
	const here, there = "10.20.0.253", "203.0.113.10"
	a, b := fact.Endpoint{IP: ip(here), MAC: macA}, fact.Endpoint{IP: ip(there), MAC: macB}
	at := func(e fact.Endpoint, port uint16) fact.Endpoint { e.Port = port; return e }
	talk := func() *conversation { return &conversation{client: here, server: there} }
	inner := ip4("10.1.0.1", "10.2.0.2", 17, udp(50000, 53, nil))
	inner6 := ip6("2001:db8::1", "2001:db8::2", 17, 64, udp(50000, 53, nil))
	bridged := eth(macC, macA, 0x0800, inner)
	const cs, ss = "client-S", "server-S"
	for _, tt := range []struct {
		name string
		in   *conversation
		want []fact.Tunnel
	}{
		{
			name: "IKE, answered", want: []fact.Tunnel{{Type: "ike", A: at(a, 500), B: at(b, 500), Answered: true}},
			in: talk().down(17, udp(500, 500, ike(false, nil))).up(17, udp(500, 500, ike(true, nil))),
		},
		{name: "IKE with a wrong length", in: talk().up(17, udp(500, 500, append(ike(true, nil), 0)))},
		{name: "IKE on another port", in: talk().up(17, udp(501, 501, ike(true, nil)))},
		{name: "something else on port 500", in: talk().up(17, udp(500, 500, make([]byte, 80)))},
		{name: "NAT traversal", want: []fact.Tunnel{
			{Type: "ike", A: at(a, 4500), B: at(b, 4500), Answered: true}, {Type: "ipsec-nat-t", A: at(a, 4500), B: at(b, 4500), Answered: true},
		}, in: talk().up(17, udp(4500, 4500, join(be32(0), ike(true, nil)))).down(17, udp(4500, 4500, join(be32(0), ike(false, nil)))).up(17, udp(4500, 4500, esp(0xc0ffee00, 1)))},
		{
			name: "ESP in UDP alone", want: []fact.Tunnel{{Type: "ipsec-nat-t", A: at(a, 4500), B: at(b, 4500)}},
			in: talk().up(17, udp(4500, 4500, esp(0xc0ffee00, 7))).up(17, udp(4500, 4500, esp(0xc0ffee00, 8))),
		},
		{name: "one packet on port 4500 is not enough", in: talk().up(17, udp(4500, 4500, esp(0xc0ffee00, 7)))},
		{name: "keepalive is not enough", in: talk().up(17, udp(4500, 4500, []byte{0xff})).up(17, udp(4500, 4500, []byte{0xff}))},
		{name: "ESP", want: []fact.Tunnel{{Type: "esp", A: a, B: b, Answered: true}}, in: talk().up(50, esp(0x1000, 1)).down(50, esp(0x2000, 1))},
		{name: "ESP with a reserved SPI", in: talk().up(50, esp(200, 1))},
		{name: "AH", want: []fact.Tunnel{{Type: "ah", A: a, B: b}}, in: talk().up(51, join([]byte{6, 4, 0, 0}, be32(0x1000), be32(1), make([]byte, 12)))},
		{
			name: "WireGuard handshake", want: []fact.Tunnel{{Type: "wireguard", A: a, B: at(b, 51820), Answered: true}},
			in: talk().up(17, udp(40000, 51820, wireGuard(1, 148, 7))).down(17, udp(51820, 40000, wireGuard(2, 92, 8, 7))),
		},
		{
			name: "WireGuard transport both ways", want: []fact.Tunnel{{Type: "wireguard", A: a, B: at(b, 51820), Answered: true}},
			in: talk().up(17, udp(40000, 51820, wireGuard(4, 96, 8, 10))).down(17, udp(51820, 40000, wireGuard(4, 32, 7, 4))).
				up(17, udp(40000, 51820, wireGuard(4, 96, 8, 11))).down(17, udp(51820, 40000, wireGuard(4, 32, 7, 5))),
		},
		{name: "WireGuard port alone", in: talk().up(17, udp(40000, 51820, make([]byte, 148)))},
		{name: "WireGuard type with reserved octets set", in: talk().up(17, udp(40000, 51820, join([]byte{1, 0, 1, 0}, make([]byte, 144))))},
		{name: "one transport message", in: talk().up(17, udp(40000, 51820, wireGuard(4, 96, 8, 10)))},
		{
			name: "OpenVPN without tls-auth", want: []fact.Tunnel{{Type: "openvpn", A: a, B: at(b, 1194), Answered: true}},
			in: talk().up(17, udp(40000, 1194, openVPN(7, cs, []byte{0}, be32(0)))).down(17, udp(1194, 40000, openVPN(8, ss, []byte{1}, be32(0), []byte(cs), be32(0)))),
		},
		{
			name: "OpenVPN with tls-crypt", want: []fact.Tunnel{{Type: "openvpn", A: a, B: at(b, 4443), Answered: true}},
			in: talk().up(17, udp(40000, 4443, openVPN(7, cs, make([]byte, 45)))).down(17, udp(4443, 40000, openVPN(8, ss, make([]byte, 57)))).
				up(17, udp(40000, 4443, openVPN(5, cs, make([]byte, 50)))).up(17, udp(40000, 4443, openVPN(4, cs, make([]byte, 90)))),
		},
		{
			name: "OpenVPN over TCP", want: []fact.Tunnel{{Type: "openvpn", A: a, B: at(b, 443), Answered: true}},
			in: talk().up(6, tcp(40000, 443, 1, ack, overTCP(openVPN(7, cs, []byte{0}, be32(0))))).
				down(6, tcp(443, 40000, 1, ack, overTCP(openVPN(8, ss, []byte{1}, be32(0), []byte(cs), be32(0))))),
		},
		{
			name: "OpenVPN, only the client seen", want: []fact.Tunnel{{Type: "openvpn", A: a, B: at(b, 443)}},
			in: talk().up(17, udp(40000, 443, openVPN(7, cs, make([]byte, 5)))).up(17, udp(40000, 443, openVPN(5, cs, make([]byte, 13)))).
				up(17, udp(40000, 443, openVPN(4, cs, make([]byte, 90)))).up(17, udp(40000, 443, openVPN(5, cs, make([]byte, 13)))).
				up(17, udp(40000, 443, openVPN(5, cs, make([]byte, 13)))),
		},
		{
			name: "OpenVPN, only the server seen", want: []fact.Tunnel{{Type: "openvpn", A: a, B: at(b, 443)}},
			in: talk().down(17, udp(443, 40000, openVPN(8, ss, make([]byte, 18)))).down(17, udp(443, 40000, openVPN(4, ss, make([]byte, 90)))).
				down(17, udp(443, 40000, openVPN(4, ss, make([]byte, 90)))).down(17, udp(443, 40000, openVPN(4, ss, make([]byte, 90)))).
				down(17, udp(443, 40000, openVPN(4, ss, make([]byte, 90)))),
		},
		{
			name: "the far end of WireGuard renews keys", want: []fact.Tunnel{{Type: "wireguard", A: a, B: at(b, 51820)}},
			in: talk().down(17, udp(51820, 40000, wireGuard(1, 148, 7))),
		},
		{name: "a reset of the client alone", in: talk().up(17, udp(40000, 1194, openVPN(7, cs, []byte{0}, be32(0)))).up(17, udp(40000, 1194, openVPN(7, cs, []byte{0}, be32(0))))},
		{name: "text on the port of OpenVPN", in: talk().up(17, udp(40000, 1194, []byte("8 is the opcode of text, too"))).down(17, udp(1194, 40000, []byte("@nother line of text, as answer")))},
		{
			name: "L2TP", want: []fact.Tunnel{{Type: "l2tp", A: at(a, 1701), B: at(b, 1701)}},
			in: talk().up(17, udp(1701, 1701, join(be16(0xc802), be16(20), be32(0), be32(0), be16(0x8008), be16(0), be16(0), be16(1)))),
		},
		{name: "something else on port 1701", in: talk().up(17, udp(1701, 1701, make([]byte, 20)))},
		{
			name: "PPTP", want: []fact.Tunnel{{Type: "pptp", A: a, B: at(b, 1723)}},
			in: talk().up(6, tcp(40000, 1723, 1, ack, join(be16(156), be16(1), be32(0x1a2b3c4d), be16(1), make([]byte, 146)))),
		},
		{name: "GRE", want: []fact.Tunnel{{Type: "gre", A: a, B: b}}, in: talk().up(47, join(be16(0), be16(0x0800), inner))},
		{name: "GRE of PPTP", want: []fact.Tunnel{{Type: "gre", A: a, B: b, Detail: "pptp"}}, in: talk().up(47, join(be16(0x2001), be16(0x880b), be32(0)))},
		{name: "GRE with reserved bits", in: talk().up(47, join(be16(0x4000), be16(0x0800), inner))},
		{name: "4in4", want: []fact.Tunnel{{Type: "4in4", A: a, B: b}}, in: talk().up(4, inner)},
		{name: "6in4", want: []fact.Tunnel{{Type: "6in4", A: a, B: b}}, in: talk().up(41, inner6)},
		{name: "protocol 4 without a packet", in: talk().up(4, make([]byte, 40))},
		{name: "VXLAN", want: []fact.Tunnel{{Type: "vxlan", A: a, B: at(b, 4789)}}, in: talk().up(17, udp(40000, 4789, join([]byte{8, 0, 0, 0, 0, 0, 1, 0}, bridged)))},
		{name: "something else on the port of VXLAN", in: talk().up(17, udp(40000, 4789, make([]byte, 80)))},
		{name: "Geneve", want: []fact.Tunnel{{Type: "geneve", A: a, B: at(b, 6081)}}, in: talk().up(17, udp(40000, 6081, join([]byte{0, 0, 0x65, 0x58, 0, 0, 1, 0}, bridged)))},
		{
			name: "Teredo", want: []fact.Tunnel{{Type: "teredo", A: a, B: at(b, 3544)}},
			in: talk().up(17, udp(40000, 3544, ip6("2001:0:1::1", "2001:db8::2", 59, 64, nil))),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, read(t, tt.in.frames...), tt.want...)
		})
	}
}

func TestInnerFlow(t *testing.T) {
	t.Parallel()
	dsLite := func(hop string) []byte {
		return eth(macB, macA, 0x86dd, ip6("2001:db8:1::1", hop, 4, 64, ip4("192.168.0.5", "198.51.100.9", 6, tcp(50000, 443, 1, syn, nil))))
	}
	r := read(t, dsLite("2404:8e00::feed:100"))
	compare(t, r, fact.Tunnel{Type: "4in6", A: fact.Endpoint{IP: ip("2001:db8:1::1"), MAC: macA}, B: fact.Endpoint{IP: ip("2404:8e00::feed:100"), MAC: macB}})
	compare(t, r,
		fact.Flow{
			Client: fact.Endpoint{IP: ip("2001:db8:1::1"), MAC: macA}, Server: fact.Endpoint{IP: ip("2404:8e00::feed:100"), MAC: macB}, Protocol: "ip/4",
		},
		fact.Flow{Client: fact.Endpoint{IP: ip("192.168.0.5")}, Server: fact.Endpoint{IP: ip("198.51.100.9"), Port: 443}, Protocol: "tcp"},
	)
}

func TestPPPoE(t *testing.T) {
	t.Parallel()
	packet := func(code byte, session uint16, b []byte) []byte {
		return join([]byte{0x11, code}, be16(session), be16(uint16(len(b))), b)
	}
	name := join(be16(0x0102), be16(4), []byte("BAS1"))
	padi := eth(all1, macB, 0x8863, packet(0x09, 0, nil))
	for _, tt := range []struct {
		name string
		in   [][]byte
		want fact.Tunnel
	}{
		{name: "nobody answers", in: [][]byte{padi}, want: fact.Tunnel{Type: "pppoe", A: fact.Endpoint{MAC: macB}}},
		{name: "discovery and session", in: [][]byte{
			padi, eth(macB, macA, 0x8863, packet(0x07, 0, name)), eth(macA, macB, 0x8863, packet(0x19, 0, nil)),
			eth(macA, macB, 0x8864, packet(0, 1, join(be16(0x21), ip4("198.51.100.2", "192.0.2.9", 6, tcp(50000, 443, 1, syn, nil))))),
		}, want: fact.Tunnel{Type: "pppoe", A: fact.Endpoint{MAC: macB}, B: fact.Endpoint{MAC: macA}, Answered: true, Detail: "BAS1"}},
		{
			name: "session only, to a private address", in: [][]byte{
				eth(macB, macA, 0x8864, packet(0, 1, join(be16(0x21), ip4("192.0.2.9", "10.100.0.1", 6, tcp(443, 50000, 1, ack, nil))))),
			},
			want: fact.Tunnel{Type: "pppoe", A: fact.Endpoint{MAC: macB}, B: fact.Endpoint{MAC: macA}},
		},
		{
			name: "session only", in: [][]byte{eth(macA, macB, 0x8864, packet(0, 1, join(be16(0xc021), make([]byte, 8))))},
			want: fact.Tunnel{Type: "pppoe", A: fact.Endpoint{MAC: macA}, B: fact.Endpoint{MAC: macB}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, read(t, tt.in...), tt.want)
		})
	}
}
