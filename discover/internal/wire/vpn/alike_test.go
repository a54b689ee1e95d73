package vpn_test

import (
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/vpn"
)

func octets(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestQUICIsNoOpenVPN lets captures begin after the handshake of QUIC: the first
// octet of a short header (RFC 9000, 17.3.1) is enciphered in its lower five
// bits, and behind it stands a connection ID that stays the same.
func TestQUICIsNoOpenVPN(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		first byte // bits of the first octet that are in the clear
		id    int
	}{{"IDs of 8 octets", 0x40, 8}, {"IDs of 20 octets", 0x40, 20}, {"spinning", 0x60, 8}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(tt.id)))
			for range 2000 {
				var o vpn.OpenVPN
				id := octets(r, tt.id)
				for i := range 64 {
					head := []byte{tt.first | byte(r.Uint32())&0x1f}
					if i%2 == 0 {
						head = append(head, id...)
					}
					if sure, _ := o.Feed(append(head, octets(r, 40)...), i%2); sure {
						t.Fatal("taken for OpenVPN")
					}
				}
			}
		})
	}
}

// TestOpenVPNOneWay wants a client to be known that uses tls-crypt-v2, with the
// opcode that counts for nothing among the others.
func TestOpenVPNOneWay(t *testing.T) {
	t.Parallel()
	packet := func(op byte) []byte { return slices.Concat([]byte{op << 3}, []byte("client-S"), make([]byte, 60)) }
	var o vpn.OpenVPN
	for i, op := range []byte{10, 11, 5, 4, 5, 4} {
		if sure, opener := o.Feed(packet(op), 0); sure != (i == 5) || sure && opener != 0 {
			t.Errorf("packet %d: sure %v, opener %d", i, sure, opener)
		}
	}
}

func TestWireGuardAlone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	message := func(kind byte, size int, reserved bool, mac2 bool) []byte {
		b := slices.Concat([]byte{kind, 0, 0, 0}, octets(r, size-4))
		if reserved {
			copy(b[1:], "\xa1\xb2\xc3")
		}
		if !mac2 {
			clear(b[size-16:])
		}
		return b
	}
	for _, tt := range []struct {
		name string
		in   []byte
		size int // 0: all of it was captured
		want bool
	}{
		{name: "first message, cut off", in: message(1, 148, false, false)[:86], size: 148},
		{name: "first message", in: message(1, 148, false, false), want: true},
		{name: "first message, of which the whole is random", in: message(1, 148, false, true)},
		{name: "answer", in: message(2, 92, false, false), want: true},
		{name: "answer, of which the whole is random", in: message(2, 92, false, true)},
		{name: "first message with reserved octets", in: message(1, 148, true, false)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var w vpn.WireGuard
			if sure, _ := w.Feed(tt.in, cmp.Or(tt.size, len(tt.in)), 0); sure != tt.want {
				t.Errorf("sure %v, want %v", sure, tt.want)
			}
		})
	}
}

// TestTransportWithReservedOctets comes upon a tunnel of Cloudflare WARP that is
// up, and upon a protocol whose first octets change.
func TestTransportWithReservedOctets(t *testing.T) {
	t.Parallel()
	packet := func(reserved uint32, counter uint64) []byte {
		b := binary.LittleEndian.AppendUint32(nil, 4|reserved<<8)
		b = binary.LittleEndian.AppendUint32(b, 7)
		return append(binary.LittleEndian.AppendUint64(b, counter), make([]byte, 32)...)
	}
	var warp, other vpn.WireGuard
	sure := false
	for i := range uint64(3) {
		for side := range 2 {
			s, _ := warp.Feed(packet(0xc3b2a1, 90+i), 48, side)
			sure = sure || s
			if s, _ := other.Feed(packet(uint32(i), 90+i), 48, side); s {
				t.Error("taken for WireGuard while its reserved octets change")
			}
		}
	}
	if !sure || !warp.Reserved() {
		t.Errorf("sure %v, reserved %v", sure, warp.Reserved())
	}
}

func TestESPInUDP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		seq  []uint32
		both bool
		want bool
	}{
		{name: "the first ones", seq: []uint32{7, 8}, want: true},
		{name: "one alone", seq: []uint32{7}},
		{name: "later ones", seq: []uint32{1 << 30, 1<<30 + 1, 1<<30 + 2}, want: true},
		{name: "later ones, two", seq: []uint32{1 << 30, 1<<30 + 1}},
		{name: "later ones both ways", seq: []uint32{1 << 30, 1<<30 + 1}, both: true, want: true},
		{name: "some lost", seq: []uint32{1 << 30, 1<<30 + 3, 1<<30 + 5, 1<<30 + 9, 1<<30 + 14}, want: true},
		{name: "octets that stay the same, and one at random", seq: []uint32{0x51525310, 0x515253f0, 0x51525344, 0x51525399, 0x51525307}},
		{name: "again and again the same", seq: []uint32{9, 9, 9, 9}},
		{name: "backwards", seq: []uint32{9, 8, 7, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e vpn.ESPInUDP
			got := false
			for _, seq := range tt.seq {
				got = e.Feed(&vpn.NATT{SPI: 0xc0ffee00, Seq: seq}, 0) || got
				if tt.both {
					got = e.Feed(&vpn.NATT{SPI: 0xc0ffee01, Seq: seq}, 1) || got
				}
			}
			if got != tt.want {
				t.Errorf("sure %v, want %v", got, tt.want)
			}
		})
	}
	if _, ok := vpn.DecodeNATT([]byte("SEQ=0001;STATUS=OK;BATTERY=99\r\n"), true); ok {
		t.Error("text was taken for ESP")
	}
}
