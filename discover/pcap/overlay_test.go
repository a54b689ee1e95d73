package pcap_test

import (
	"testing"

	"kanmon/discover/fact"
)

func TestOverlay(t *testing.T) {
	t.Parallel()
	const here, there = "10.20.0.5", "203.0.113.10"
	a, b := fact.Endpoint{IP: ip(here), MAC: macA}, fact.Endpoint{IP: ip(there), MAC: macB}
	at := func(e fact.Endpoint, port uint16) fact.Endpoint { e.Port = port; return e }
	talk := func() *conversation { return &conversation{client: here, server: there} }
	disco := join([]byte("TS\xf0\x9f\x92\xac"), make([]byte, 90))
	warp := func(index, counter uint32) []byte {
		b := wireGuard(4, 96, index, counter)
		copy(b[1:], "\xa1\xb2\xc3")
		return b
	}
	v2 := func(exchange, flags byte, id uint32) []byte {
		b := ike(false, nil)
		b[18], b[19], b[23] = exchange, flags, byte(id)
		return b
	}
	negotiated := func() *conversation {
		return talk().up(17, udp(500, 500, ike(true, nil))).down(17, udp(500, 500, ike(false, nil))).
			up(17, udp(500, 500, v2(35, 0x08, 1))).down(17, udp(500, 500, v2(35, 0x20, 1)))
	}
	for _, tt := range []struct {
		name string
		in   *conversation
		want []fact.Tunnel
	}{
		{name: "Tailscale", in: talk().up(17, udp(41641, 41641, disco)), want: []fact.Tunnel{{Type: "tailscale", A: at(a, 41641), B: at(b, 41641)}}},
		{
			name: "Tailscale and its WireGuard", in: talk().up(17, udp(41641, 41641, disco)).up(17, udp(41641, 41641, wireGuard(1, 148, 7))),
			want: []fact.Tunnel{{Type: "tailscale", A: at(a, 41641), B: at(b, 41641)}, {Type: "wireguard", A: at(a, 41641), B: at(b, 41641), Detail: "Tailscale"}},
		},
		{name: "tinc, with its datagrams", in: talk().up(6, tcp(40000, 655, 1, ack, []byte("0 ward 17\n"))).up(17, udp(655, 655, make([]byte, 90))), want: []fact.Tunnel{
			{Type: "tinc", A: a, B: at(b, 655)}, {Type: "tinc", A: at(a, 655), B: at(b, 655)},
		}},
		{name: "datagrams on the port of tinc", in: talk().up(17, udp(655, 655, make([]byte, 90)))},
		{
			name: "SoftEther over HTTP", in: talk().up(6, tcp(40000, 80, 1, ack, []byte("POST /vpnsvc/connect.cgi HTTP/1.1\r\nHost: x\r\n\r\n"))),
			want: []fact.Tunnel{{Type: "softether", A: a, B: at(b, 80)}},
		},
		{
			name: "SSTP", in: talk().up(6, tcp(40000, 80, 1, ack, []byte("SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1\r\n"))),
			want: []fact.Tunnel{{Type: "sstp", A: a, B: at(b, 80)}},
		},
		{name: "WireGuard's port with a cookie", in: talk().down(17, udp(51820, 40000, wireGuard(3, 64, 7, 8))), want: []fact.Tunnel{{Type: "wireguard", A: a, B: at(b, 51820)}}},
		{name: "a cookie elsewhere", in: talk().down(17, udp(51821, 40000, wireGuard(3, 64, 7, 8)))},
		{
			name: "Cloudflare WARP that is up", in: talk().up(17, udp(40000, 2408, warp(8, 90))).down(17, udp(2408, 40000, warp(7, 70))).
				up(17, udp(40000, 2408, warp(8, 91))).down(17, udp(2408, 40000, warp(7, 71))),
			want: []fact.Tunnel{{Type: "wireguard", A: a, B: at(b, 2408), Answered: true, Detail: "Cloudflare WARP"}},
		},
		{name: "IKE that did not come up", in: negotiated(), want: []fact.Tunnel{{Type: "ike", A: at(a, 500), B: at(b, 500), Answered: true}}},
		{
			name: "IKE that came up", in: negotiated().up(17, udp(500, 500, v2(36, 0x08, 2))).down(17, udp(500, 500, v2(36, 0x20, 2))),
			want: []fact.Tunnel{{Type: "ike", A: at(a, 500), B: at(b, 500), Answered: true, Established: true}},
		},
		{name: "IKE and what it made keys for", in: negotiated().up(50, esp(0x1000, 1)).down(50, esp(0x2000, 1)), want: []fact.Tunnel{
			{Type: "ike", A: at(a, 500), B: at(b, 500), Answered: true, Established: true}, {Type: "esp", A: a, B: b, Answered: true},
		}},
		{
			name: "ESP of GlobalProtect", in: talk().up(17, udp(40000, 4501, esp(0xc0ffee00, 7))).up(17, udp(40000, 4501, esp(0xc0ffee00, 8))),
			want: []fact.Tunnel{{Type: "ipsec-nat-t", A: a, B: at(b, 4501), Detail: "GlobalProtect"}},
		},
		{name: "L2TP version 3", in: talk().up(115, join(be32(0), be16(0xc803), be16(20), be32(0), be32(0), be16(0x8008), be16(0), be16(0), be16(1))), want: []fact.Tunnel{
			{Type: "l2tp", A: a, B: b, Detail: "version 3"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, read(t, tt.in.frames...), tt.want...)
		})
	}
}

// TestCutOff reads captures of headers only, which keep the first 96 octets of
// each frame.
func TestCutOff(t *testing.T) {
	t.Parallel()
	const here, there = "10.20.0.5", "203.0.113.10"
	a, b := fact.Endpoint{IP: ip(here), MAC: macA}, fact.Endpoint{IP: ip(there), Port: 51820, MAC: macB}
	talk := func() *conversation { return &conversation{client: here, server: there} }
	want := fact.Tunnel{Type: "wireguard", A: a, B: b, Answered: true}
	for _, tt := range []struct {
		name string
		in   *conversation
		want []fact.Tunnel
	}{
		{name: "WireGuard begins", in: talk().up(17, udp(40000, 51820, wireGuard(1, 148, 7))).down(17, udp(51820, 40000, wireGuard(2, 92, 8, 7))), want: []fact.Tunnel{want}},
		{
			name: "WireGuard goes on", want: []fact.Tunnel{want},
			in: talk().up(17, udp(40000, 51820, wireGuard(4, 96, 8, 10))).down(17, udp(51820, 40000, wireGuard(4, 96, 7, 4))).
				up(17, udp(40000, 51820, wireGuard(4, 96, 8, 11))).down(17, udp(51820, 40000, wireGuard(4, 128, 7, 5))),
		},
		{name: "lengths that WireGuard has not", in: talk().up(17, udp(40000, 51820, wireGuard(1, 149, 7))).down(17, udp(51820, 40000, wireGuard(2, 93, 8, 7)))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i, f := range tt.in.frames {
				tt.in.frames[i] = f[:min(len(f), 96)]
			}
			compare(t, read(t, tt.in.frames...), tt.want...)
		})
	}
}
