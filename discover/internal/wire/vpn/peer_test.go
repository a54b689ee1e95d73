package vpn_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/vpn"
	"kanmon/discover/internal/wire/wiretest"
)

// zeroTier is a HELLO, built by node/Packet.hpp of its sources.
func zeroTier() []byte {
	id := []byte{0x89, 0xe9, 0x2c, 0xee, 0xe5}
	return slices.Concat([]byte{1, 2, 3, 4, 5, 6, 7, 8}, []byte{0x77, 0x8c, 0xde, 0x71, 0x90}, id, []byte{0}, make([]byte, 8), []byte{1},
		[]byte{12, 1, 14, 0, 0}, []byte{0, 0, 1, 0x90, 1, 2, 3, 4}, id, []byte{0}, make([]byte, 65))
}

func set(b []byte, i int, v byte) []byte {
	b = slices.Clone(b)
	b[i] = v
	return b
}

func isZeroTier(b []byte) bool { return vpn.ZeroTier(b, len(b)) }

func TestPeers(t *testing.T) {
	t.Parallel()
	// The first octets of datagrams in captures of nDPI's (tailscale.pcap, softether.pcap), filled up.
	disco := append(wiretest.Hex("5453f09f92acb6847dd212ae777bfae214b36d0d971152f0c7e0524e0c28b0a0105b5fa6161703214ee94e401257e70fa30f02a2c6b15bb7ab39de58a6aba6dfda69f578e7c967"), make([]byte, 30)...)
	pack := append(wiretest.Hex("0000000c0000000a686f73745f6e616d6500000002000000010000000376706e0000000c6d616368696e655f6b6579000000020000000100000028"), "B5ABB7629825C82573"...)
	for _, tt := range []struct {
		name string
		is   func([]byte) bool
		in   []byte
		want bool
	}{
		{name: "Tailscale", is: vpn.Tailscale, in: disco, want: true},
		{name: "Tailscale, too short", is: vpn.Tailscale, in: disco[:60]},
		{name: "Tailscale, another text", is: vpn.Tailscale, in: append([]byte("TShirt"), make([]byte, 100)...)},
		{name: "SoftEther, address", is: vpn.SoftEther, in: []byte("IP=90.186.132.133,PORT=51381"), want: true},
		{name: "SoftEther, pack", is: vpn.SoftEther, in: pack, want: true},
		{name: "SoftEther, port that is none", is: vpn.SoftEther, in: []byte("IP=90.186.132.133,PORT=5138x")},
		{name: "SoftEther, a pack of others", is: vpn.SoftEther, in: append([]byte{0, 0, 0, 1, 0, 0, 0, 5, 'n', 'a', 'm', 'e'}, make([]byte, 40)...)},
		{name: "SoftEther, zeros", is: vpn.SoftEther, in: make([]byte, 60)},
		{name: "tinc 1.0", is: vpn.Tinc, in: []byte("0 thinm 17\n"), want: true}, // tinc.pcap, frame 5
		{name: "tinc 1.1", is: vpn.Tinc, in: []byte("0 ^invited 17.7\nmore"), want: true},
		{name: "tinc, another version", is: vpn.Tinc, in: []byte("0 thinm 18\n")},
		{name: "tinc, no end of line", is: vpn.Tinc, in: []byte("0 thinm 17")},
		{name: "tinc, no name", is: vpn.Tinc, in: []byte("0  17\n")},
		{name: "numbers", is: vpn.Tinc, in: []byte("0 1 2 3 17\n")},
		{name: "ZeroTier", is: isZeroTier, in: zeroTier(), want: true},
		{name: "ZeroTier, another address", is: isZeroTier, in: set(zeroTier(), 13, 1)},
		{name: "ZeroTier, another message", is: isZeroTier, in: set(zeroTier(), 27, 2)},
		{name: "ZeroTier, encrypted", is: isZeroTier, in: set(zeroTier(), 18, 8)},
		{name: "zeros", is: isZeroTier, in: make([]byte, 200)},
		{name: "SSTP", is: vpn.SSTP, in: []byte("SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1\r\n"), want: true},
		{name: "SSTP, another request", is: vpn.SSTP, in: []byte("SSTP / HTTP/1.1\r\n")},
		{name: "SoftEther over HTTP", is: vpn.SoftEtherHTTP, in: []byte("POST /vpnsvc/connect.cgi HTTP/1.1\r\n"), want: true},
		{name: "another page", is: vpn.SoftEtherHTTP, in: []byte("POST /vpnsvc/index.html HTTP/1.1\r\n")},
		{name: "IKE over TCP", is: vpn.IKEOverTCP, in: slices.Concat([]byte("IKETCP"), []byte{0, 100, 0, 0, 0, 0}, make([]byte, 90)), want: true},
		{name: "IKE over TCP, ESP first", is: vpn.IKEOverTCP, in: slices.Concat([]byte("IKETCP"), []byte{0, 100, 1, 0, 0, 0}, make([]byte, 90))},
		{name: "WireGuard cookie", is: vpn.WireGuardCookie, in: slices.Concat([]byte{3, 0, 0, 0, 1, 2, 3, 4}, []byte("nonce of the cookie reply and the cookie, which are encrypted"))[:64], want: true},
		{name: "WireGuard cookie of zeros", is: vpn.WireGuardCookie, in: append([]byte{3}, make([]byte, 63)...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.is(tt.in); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestL2TPv3(t *testing.T) {
	t.Parallel()
	b := slices.Concat([]byte{0, 0, 0, 0, 0xc8, 3, 0, 20}, make([]byte, 8), []byte{0x80, 8, 0, 0, 0, 0, 0, 1})
	for _, tt := range []struct {
		name string
		in   []byte
		want bool
	}{
		{name: "control message", in: b, want: true},
		{name: "version 2, which is over UDP only", in: set(b, 5, 2)},
		{name: "data", in: set(b, 3, 1)},
		{name: "cut", in: b[:3]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := vpn.L2TPv3(tt.in, true); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestSixInFour(t *testing.T) {
	t.Parallel()
	packet := func(src, dst string) []byte {
		return slices.Concat(make([]byte, 8), netip.MustParseAddr(src).AsSlice(), netip.MustParseAddr(dst).AsSlice())
	}
	for _, tt := range []struct {
		name, want string
		in         []byte
	}{
		{name: "6to4", want: "6to4", in: packet("2002:c000:204::1", "2001:db8::1")},
		{name: "ISATAP", want: "isatap", in: packet("fe80::5efe:192.0.2.1", "fe80::200:5efe:198.51.100.1")},
		{name: "configured", in: packet("2001:db8::1", "2001:db8::2")},
		{name: "cut", in: make([]byte, 39)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := vpn.SixInFour(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReservedOctets(t *testing.T) {
	t.Parallel()
	message := func(kind byte, size int, fields ...uint32) []byte {
		b := []byte{kind, 0xa1, 0xb2, 0xc3}
		for _, f := range fields {
			b = binary.LittleEndian.AppendUint32(b, f)
		}
		return append(b, make([]byte, size-len(b))...)
	}
	var w vpn.WireGuard
	if sure, _ := w.Feed(message(1, 148, 7), 148, 0); sure {
		t.Error("sure of a first message whose reserved octets are in use")
	}
	if sure, _ := w.Feed(message(2, 92, 8, 9), 92, 1); sure {
		t.Error("sure of an answer to another message")
	}
	if sure, opener := w.Feed(message(2, 92, 8, 7), 92, 1); !sure || opener != 0 || !w.Reserved() {
		t.Errorf("sure %v, opener %d, reserved %v", sure, opener, w.Reserved())
	}
}

func TestIKESession(t *testing.T) {
	t.Parallel()
	v2 := func(exchange uint8, id uint32, initiator, response bool) vpn.IKE {
		return vpn.IKE{Major: 2, Exchange: exchange, ID: id, Initiator: initiator, Response: response}
	}
	start := []vpn.IKE{v2(34, 0, true, false), v2(34, 0, false, true), v2(35, 1, true, false)}
	for _, tt := range []struct {
		name  string
		in    []vpn.IKE
		sides []int
		want  bool
	}{
		{name: "no answer to the authentication", in: start},
		{name: "authentication alone may have failed", in: append(slices.Clone(start), v2(35, 1, false, true))},
		{name: "refused by its initiator", in: append(slices.Clone(start), v2(35, 1, false, true), v2(37, 2, true, false), v2(37, 2, false, true))},
		{name: "sent again", in: append(slices.Clone(start), v2(35, 1, false, true), v2(37, 2, true, false), v2(37, 2, true, false))},
		{name: "goes on", in: append(slices.Clone(start), v2(35, 1, false, true), v2(37, 2, true, false), v2(37, 3, true, false)), want: true},
		{name: "its responder asks", in: append(slices.Clone(start), v2(35, 1, false, true), v2(37, 0, false, false)), want: true},
		{name: "child", in: []vpn.IKE{v2(36, 9, true, false), v2(36, 9, false, true)}, want: true},
		{name: "quick mode of one side", in: []vpn.IKE{{Major: 1, Exchange: 32}, {Major: 1, Exchange: 32}}, sides: []int{0, 0}},
		{name: "quick mode", in: []vpn.IKE{{Major: 1, Exchange: 32}, {Major: 1, Exchange: 32}}, sides: []int{0, 1}, want: true},
		{name: "main mode", in: []vpn.IKE{{Major: 1, Exchange: 2}, {Major: 1, Exchange: 2}}, sides: []int{0, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s vpn.IKESession
			up := false
			for i, m := range tt.in {
				side := 0
				if tt.sides != nil {
					side = tt.sides[i]
				}
				up = s.Feed(&m, side) || up
			}
			if up != tt.want {
				t.Errorf("up %v", up)
			}
		})
	}
}

func FuzzPeers(f *testing.F) {
	f.Add(zeroTier())
	f.Add([]byte("IP=90.186.132.133,PORT=51381"))
	f.Add([]byte("0 thinm 17\n"))
	f.Add([]byte("POST /vpnsvc/connect.cgi HTTP/1.1\r\n"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		for _, is := range []func([]byte) bool{vpn.Tailscale, vpn.SoftEther, vpn.Tinc, isZeroTier, vpn.SSTP, vpn.SoftEtherHTTP, vpn.IKEOverTCP, vpn.WireGuardCookie} {
			is(b)
		}
		vpn.L2TPv3(b, len(b)%2 == 0)
	})
}
