package pcap_test

import (
	"net/netip"
	"testing"

	"kanmon/discover/pcap"
)

func TestPacked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{in: "0.0.0.0"},
		{in: "0.0.0.1"},
		{in: "10.1.2.3"},
		{in: "255.255.255.255"},
		{in: "::"},
		{in: "::1"},
		{in: "fe80::1"},
		{in: "2001:db8::ffff:ffff"},
		{in: "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{in: "::ffff:10.1.2.3"}, // stays one of IPv6
		{in: "::10.1.2.3"},
		{in: "fe80::1%eth0", want: "fe80::1"}, // which no packet holds
	} {
		in, want := ip(tt.in), ip(tt.in)
		if tt.want != "" {
			want = ip(tt.want)
		}
		if got := pcap.Packed(in); got != want {
			t.Errorf("%s comes out as %s", in, got)
		}
	}
	if got := pcap.Packed(netip.Addr{}); got != netip.IPv6Unspecified() {
		t.Errorf("no address comes out as %s", got)
	}
}

// TestPackedOrder wants addresses of one version in the order of their octets.
func TestPackedOrder(t *testing.T) {
	t.Parallel()
	for _, version := range [][]string{
		{"0.0.0.0", "0.0.0.1", "9.255.255.255", "10.0.0.0", "127.255.255.255", "128.0.0.0", "255.255.255.255"},
		{"::", "::1", "::ffff:10.0.0.1", "::ffff:10.0.0.2", "2001:db8::", "2001:db8::8000:0:0:0", "2001:db8:0:1::", "fe80::1", "feff::"},
	} {
		for i, x := range version {
			for j, y := range version {
				if got := pcap.PackedLess(ip(x), ip(y)); got != (i < j) || got != ip(x).Less(ip(y)) {
					t.Errorf("%s before %s: %v", x, y, got)
				}
			}
		}
	}
}

func FuzzPacked(f *testing.F) {
	f.Add([]byte{10, 1, 2, 3}, []byte{10, 1, 2, 4})
	f.Add(ip("::ffff:10.1.2.3").AsSlice(), ip("2001:db8::1").AsSlice())
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, okX := netip.AddrFromSlice(a)
		y, okY := netip.AddrFromSlice(b)
		if !okX || !okY || x.IsMulticast() || y.IsMulticast() { // groups are not held
			return
		}
		if got := pcap.Packed(x); got != x {
			t.Errorf("%s comes out as %s", x, got)
		}
		if x.Is4() == y.Is4() && pcap.PackedLess(x, y) != x.Less(y) {
			t.Errorf("%s before %s: %v", x, y, pcap.PackedLess(x, y))
		}
	})
}
