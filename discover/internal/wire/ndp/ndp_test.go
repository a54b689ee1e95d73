package ndp_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/ndp"
)

func address(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

func advertisement(options ...[]byte) []byte {
	return append([]byte{134, 0, 0, 0, 64, 0x40, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0}, slices.Concat(options...)...)
}

func prefix(s string) []byte {
	p := netip.MustParsePrefix(s)
	return slices.Concat([]byte{3, 4, byte(p.Bits()), 0xc0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0}, p.Addr().AsSlice())
}

func TestDecode(t *testing.T) {
	t.Parallel()
	sll := []byte{1, 1, 2, 0, 0, 0, 0, 1}
	rdnss := slices.Concat([]byte{25, 5, 0, 0, 0, 0, 0, 9}, address("2404:1a8:f583:d00::53:1"), address("2404:1a8:f583:d00::53:2"))
	dnssl := slices.Concat([]byte{31, 3, 0, 0, 0, 0, 0, 9}, []byte("\x0aFLETS-EAST\x02jp\x00\x00"))
	dnssl = append(dnssl, make([]byte, 24-len(dnssl))...)
	for _, tt := range []struct {
		name string
		in   []byte
		want ndp.Message
		err  error
	}{
		{name: "advertisement", in: advertisement(sll, prefix("2404:1a8:1::/64"), rdnss, dnssl), want: ndp.Message{
			Type: 134, SourceLL: [6]byte{2, 0, 0, 0, 0, 1}, Lifetime: 1800, Other: true,
			Prefixes:      []netip.Prefix{netip.MustParsePrefix("2404:1a8:1::/64")},
			DNSServers:    []netip.Addr{netip.MustParseAddr("2404:1a8:f583:d00::53:1"), netip.MustParseAddr("2404:1a8:f583:d00::53:2")},
			SearchDomains: []string{"flets-east.jp"},
		}},
		{name: "option of no length", in: advertisement(sll, []byte{3, 0, 0, 0, 0, 0, 0, 0}), err: ndp.ErrOption, want: ndp.Message{
			Type: 134, SourceLL: [6]byte{2, 0, 0, 0, 0, 1}, Lifetime: 1800, Other: true,
		}},
		{name: "option too long", in: advertisement([]byte{3, 4, 0, 0, 0, 0, 0, 0}), err: ndp.ErrOption, want: ndp.Message{Type: 134, Lifetime: 1800, Other: true}},
		{name: "solicitation", in: slices.Concat([]byte{135, 0, 0, 0, 0, 0, 0, 0}, address("fe80::1"), sll), want: ndp.Message{
			Type: 135, Target: netip.MustParseAddr("fe80::1"), SourceLL: [6]byte{2, 0, 0, 0, 0, 1},
		}},
		{name: "cut", in: advertisement()[:12], err: ndp.ErrShort},
		{name: "echo", in: make([]byte, 16), err: ndp.ErrOther},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ndp.Decode(tt.in)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if err != nil && len(tt.in) < 16 {
				return
			}
			opts := cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}
			if diff := cmp.Diff(tt.want, got, opts); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(advertisement(prefix("2001:db8::/64"), []byte{31, 2, 0, 0, 0, 0, 0, 9, 1, 'a', 0, 0, 0, 0, 0, 0}))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, _ := ndp.Decode(b)
		if len(m.Prefixes) > len(b)/32 || len(m.DNSServers) > len(b)/16 {
			t.Errorf("more in the message than fits: %+v", m)
		}
	})
}
