package frame_test

import (
	"bytes"
	"slices"
	"testing"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

var (
	macA = fact.MAC{0x02, 0, 0, 0, 0, 0x0a}
	macB = fact.MAC{0x02, 0, 0, 0, 0, 0x0b}
)

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func TestLink(t *testing.T) {
	t.Parallel()
	v4, v6 := []byte{0x45, 1, 2, 3}, []byte{0x60, 1, 2, 3}
	ethernet := frame.Header{Dst: macB, Src: macA}
	tagged := frame.Header{Dst: macB, Src: macA, VID: 20}
	for _, tt := range []struct {
		name   string
		link   uint32
		in     []byte
		want   frame.Header
		kind   uint16
		rest   []byte
		failed bool
	}{
		{name: "Ethernet", link: frame.LinkEthernet, in: join(macB[:], macA[:], []byte{8, 0}, v4), want: ethernet, kind: frame.EtherIPv4, rest: v4},
		{name: "one tag", link: frame.LinkEthernet, in: join(macB[:], macA[:], []byte{0x81, 0, 0xe0, 20, 8, 0}, v4), want: tagged, kind: frame.EtherIPv4, rest: v4},
		{name: "two tags", link: frame.LinkEthernet, in: join(macB[:], macA[:], []byte{0x88, 0xa8, 0, 20, 0x81, 0, 0, 30, 0x86, 0xdd}, v6), want: tagged, kind: frame.EtherIPv6, rest: v6},
		{name: "nine tags", link: frame.LinkEthernet, in: join(macB[:], macA[:], bytes.Repeat([]byte{0x81, 0, 0, 20}, 9), []byte{8, 0}, v4), want: tagged, failed: true},
		{name: "two labels", link: frame.LinkEthernet, in: join(macB[:], macA[:], []byte{0x88, 0x47, 0, 1, 0, 64, 0, 1, 1, 64}, v6), want: ethernet, kind: frame.EtherIPv6, rest: v6},
		{name: "LLC", link: frame.LinkEthernet, in: join(macB[:], macA[:], []byte{0, 3, 0x42, 0x42, 3}), want: ethernet, kind: 3, rest: []byte{0x42, 0x42, 3}},
		{name: "cut", link: frame.LinkEthernet, in: macB[:], failed: true},
		{name: "cut in a tag", link: frame.LinkEthernet, in: join(macB[:], macA[:], []byte{0x81, 0, 0}), want: ethernet, failed: true},
		{name: "raw", link: frame.LinkRaw, in: v6, kind: frame.EtherIPv6, rest: v6},
		{name: "raw, neither version", link: frame.LinkRaw, in: []byte{0x10}},
		{name: "loopback", link: frame.LinkNull, in: join([]byte{2, 0, 0, 0}, v4), kind: frame.EtherIPv4, rest: v4},
		{name: "cooked", link: frame.LinkSLL, in: join([]byte{0, 0, 0, 1, 0, 6}, macA[:], []byte{0, 0, 8, 0}, v4), want: frame.Header{Src: macA}, kind: frame.EtherIPv4, rest: v4},
		{name: "cooked, version 2", link: frame.LinkSLL2, in: join([]byte{0x86, 0xdd, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6}, macA[:], []byte{0, 0}, v6), want: frame.Header{Src: macA}, kind: frame.EtherIPv6, rest: v6},
		{name: "PPP", link: frame.LinkPPP, in: join([]byte{0xff, 3, 0, 0x21}, v4), kind: frame.EtherPPP, rest: join([]byte{0, 0x21}, v4)},
		{name: "Cisco HDLC", link: frame.LinkCHDLC, in: join([]byte{0x0f, 0, 8, 0}, v4), kind: frame.EtherIPv4, rest: v4},
		{name: "Wi-Fi to the station", link: frame.LinkWiFi, in: join([]byte{8, 2, 0, 0}, macB[:], make([]byte, 6), macA[:], []byte{0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, v4), want: ethernet, kind: frame.EtherIPv4, rest: v4},
		{name: "Wi-Fi, encrypted", link: frame.LinkWiFi, in: join([]byte{8, 0x42, 0, 0}, macB[:], make([]byte, 6), macA[:], make([]byte, 40)), want: ethernet},
		{name: "radiotap", link: frame.LinkRadiotap, in: join([]byte{0, 0, 8, 0, 0, 0, 0, 0, 8, 1, 0, 0}, make([]byte, 6), macA[:], macB[:], []byte{0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, v4), want: ethernet, kind: frame.EtherIPv4, rest: v4},
		{name: "not read", link: 9999, in: v4, failed: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got frame.Header
			kind, rest, err := frame.Link(tt.link, tt.in, &got)
			if got != tt.want || kind != tt.kind || !bytes.Equal(rest, tt.rest) || (err != nil) != tt.failed {
				t.Errorf("%+v, EtherType %#x, rest %x, error %v", got, kind, rest, err)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, most, want int }{{100, 0, 100}, {100, 100, 100}, {100, 60, 60}, {frame.MaxLen + 1, 0, frame.MaxLen}, {frame.MaxLen + 2, frame.MaxLen + 1, frame.MaxLen}} {
		f := frame.Frame{Data: make([]byte, tt.in), Whole: true}
		if f.Cut(tt.most); len(f.Data) != tt.want || f.Whole != (tt.want == tt.in) {
			t.Errorf("%d octets cut to %d: %d, whole %v", tt.in, tt.most, len(f.Data), f.Whole)
		}
	}
}

// FuzzLink wants what follows a link header to be the end of the frame.
func FuzzLink(f *testing.F) {
	for _, link := range []uint16{0, 1, 9, 12, 50, 51, 101, 104, 105, 108, 113, 127, 228, 229, 276} {
		f.Add(link, join(macB[:], macA[:], []byte{0x81, 0, 0, 20, 8, 0, 0x45}, make([]byte, 30)))
	}
	f.Fuzz(func(t *testing.T, link uint16, b []byte) {
		var h frame.Header
		if _, rest, err := frame.Link(uint32(link), b, &h); err == nil && !bytes.HasSuffix(b, rest) || h.VID > 0xfff {
			t.Errorf("%x is no end of %x, or VLAN %d", rest, b, h.VID)
		}
	})
}
