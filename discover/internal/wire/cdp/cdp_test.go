package cdp_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/cdp"
)

func tlv(kind, length int, v ...byte) []byte {
	return append([]byte{byte(kind >> 8), byte(kind), byte(length >> 8), byte(length)}, v...)
}

func text(kind int, s string) []byte { return tlv(kind, 4+len(s), []byte(s)...) }

func TestDecode(t *testing.T) {
	t.Parallel()
	head := []byte{2, 180, 0, 0}
	addresses := slices.Concat([]byte{0, 0, 0, 2, 1, 1, 0xcc, 0, 4, 10, 99, 0, 12}, []byte{2, 8, 0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd, 0, 16}, netip.MustParseAddr("2001:db8::1").AsSlice())
	for _, tt := range []struct {
		name string
		in   []byte
		want cdp.Packet
		err  error
	}{
		{
			name: "full", in: slices.Concat(head, text(1, "sw-lab"), tlv(2, 4+len(addresses), addresses...), text(3, "Gi0/1"), tlv(4, 8, 0, 0, 0, 0x29), text(5, "IOS 15"), text(6, "cisco WS-C2960")),
			want: cdp.Packet{
				DeviceID: "sw-lab", PortID: "Gi0/1", Version: "IOS 15", Platform: "cisco WS-C2960", Capabilities: []string{"router", "bridge", "igmp"},
				Addresses: []netip.Addr{netip.MustParseAddr("10.99.0.12"), netip.MustParseAddr("2001:db8::1")},
			},
		},
		{
			name: "port", in: slices.Concat(head, text(1, "a"), text(9, "Lab"), tlv(10, 6, 0, 30), tlv(11, 5, 1), tlv(14, 7, 1, 0, 200)),
			want: cdp.Packet{DeviceID: "a", Domain: "Lab", NativeVLAN: 30, VoiceVLAN: 200, Duplex: "full"},
		},
		{name: "too many addresses promised", in: slices.Concat(head, text(1, "a"), tlv(2, 8, 0xff, 0xff, 0xff, 0xff)), want: cdp.Packet{DeviceID: "a"}},
		{name: "length of zero", in: slices.Concat(head, text(1, "a"), tlv(3, 0)), want: cdp.Packet{DeviceID: "a"}, err: cdp.ErrShort},
		{name: "cut", in: slices.Concat(head, text(1, "a"), tlv(3, 40, 'x')), want: cdp.Packet{DeviceID: "a"}, err: cdp.ErrShort},
		{name: "version", in: []byte{9, 0, 0, 0}, err: cdp.ErrVersion},
		{name: "empty", err: cdp.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := cdp.Decode(tt.in)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(slices.Concat([]byte{2, 180, 0, 0}, text(1, "sw"), tlv(2, 17, 0, 0, 0, 1, 1, 1, 0xcc, 0, 4, 10, 99, 0, 12)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, _ := cdp.Decode(b); len(p.Addresses) > 64 {
			t.Errorf("%d addresses", len(p.Addresses))
		}
	})
}
