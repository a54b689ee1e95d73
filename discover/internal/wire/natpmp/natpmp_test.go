package natpmp_test

import (
	"net/netip"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/natpmp"
)

// pcp is an answer of the Port Control Protocol (RFC 6887, figures 4 and 10).
func pcp(op, result byte, ip string) []byte {
	a := netip.MustParseAddr(ip).As16()
	return slices.Concat([]byte{2, op, 0, result, 0, 0, 0x0e, 0x10, 0, 0, 0, 9}, make([]byte, 12), make([]byte, 12), []byte{6, 0, 0, 0, 0, 80, 0x9c, 0x40}, a[:])
}

func TestExternal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{"NAT-PMP", []byte{0, 128, 0, 0, 0, 0, 0, 9, 203, 0, 113, 7}, "203.0.113.7"},
		{"NAT-PMP refuses", []byte{0, 128, 0, 3, 0, 0, 0, 9, 203, 0, 113, 7}, ""},
		{"NAT-PMP without a line", []byte{0, 128, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0}, ""},
		{"NAT-PMP question", []byte{0, 0}, ""},
		{"NAT-PMP mapping", []byte{0, 130, 0, 0, 0, 0, 0, 9, 0, 80, 0x9c, 0x40, 0, 0, 0x0e, 0x10}, ""},
		{"PCP", pcp(0x81, 0, "203.0.113.7"), "203.0.113.7"},
		{"PCP of IPv6", pcp(0x82, 0, "2001:db8::7"), "2001:db8::7"},
		{"PCP refuses", pcp(0x81, 2, "203.0.113.7"), ""},
		{"PCP question", pcp(0x01, 0, "203.0.113.7"), ""},
		{"PCP announces", pcp(0x80, 0, "203.0.113.7")[:24], ""},
		{"cut", pcp(0x81, 0, "203.0.113.7")[:59], ""},
		{"empty", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := natpmp.External(tt.in)
			if ok != (tt.want != "") || ok && got.String() != tt.want {
				t.Errorf("%v, %v; want %q", got, ok, tt.want)
			}
		})
	}
}

func FuzzExternal(f *testing.F) {
	f.Add([]byte{0, 128, 0, 0, 0, 0, 0, 9, 203, 0, 113, 7})
	f.Add(pcp(0x81, 0, "203.0.113.7"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if ip, ok := natpmp.External(b); ok && (!ip.IsValid() || ip.IsUnspecified()) {
			t.Errorf("%v", ip)
		}
	})
}
