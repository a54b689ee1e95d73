package nbns_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/nbns"
)

// encoded writes a name in the first-level encoding.
func encoded(text string, suffix byte) []byte {
	raw := []byte(text)
	for len(raw) < 15 {
		raw = append(raw, ' ')
	}
	out := []byte{32}
	for _, c := range append(raw, suffix) {
		out = append(out, 'A'+c>>4, 'A'+c&15)
	}
	return append(out, 0)
}

func header(flags uint16, qd, an, ar byte) []byte {
	return []byte{0, 1, byte(flags >> 8), byte(flags), 0, qd, 0, an, 0, 0, 0, ar}
}

func rr(owner []byte, kind byte, data ...byte) []byte {
	return slices.Concat(owner, []byte{0, kind, 0, 1, 0, 0, 0, 60, byte(len(data) >> 8), byte(len(data))}, data)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	question := slices.Concat(encoded("KENSA-PC3", 0), []byte{0, 0x20, 0, 1})
	claim := nbns.Claim{Name: nbns.Name{Text: "KENSA-PC3"}, Addresses: []netip.Addr{netip.MustParseAddr("172.20.10.2")}}
	status := slices.Concat([]byte{2}, []byte("KENSA-PC3      \x00\x04\x00"), []byte("WORKGROUP      \x00\x84\x00"), []byte{2, 0, 0, 0, 0, 9})
	for _, tt := range []struct {
		name string
		in   []byte
		want nbns.Packet
		err  error
	}{
		{name: "query", in: slices.Concat(header(0x0110, 1, 0, 0), question), want: nbns.Packet{Query: "KENSA-PC3", QueryType: 0x20}},
		{
			name: "registration", in: slices.Concat(header(0x2910, 1, 0, 1), question, rr([]byte{0xc0, 12}, 0x20, 0, 0, 172, 20, 10, 2)),
			want: nbns.Packet{Opcode: 5, Query: "KENSA-PC3", QueryType: 0x20, Claims: []nbns.Claim{claim}},
		},
		{
			name: "positive response", in: slices.Concat(header(0x8500, 0, 1, 0), rr(encoded("KENSA-PC3", 0), 0x20, 0, 0, 172, 20, 10, 2)),
			want: nbns.Packet{Response: true, Claims: []nbns.Claim{claim}},
		},
		{
			name: "node status", in: slices.Concat(header(0x8400, 0, 1, 0), rr(encoded("*", 0), 0x21, status...)),
			want: nbns.Packet{Response: true, Status: []nbns.Name{{Text: "KENSA-PC3"}, {Text: "WORKGROUP", Group: true}}},
		},
		{name: "pointer to itself", in: slices.Concat(header(0x8500, 0, 1, 0), []byte{0xc0, 12}, make([]byte, 40)), want: nbns.Packet{Response: true}, err: nbns.ErrName},
		{name: "letter beyond P", in: slices.Concat(header(0x0110, 1, 0, 0), []byte{32, 'Z'}, make([]byte, 40)), err: nbns.ErrName},
		{name: "cut", in: slices.Concat(header(0x0110, 1, 0, 0), question[:20]), err: nbns.ErrShort},
		{name: "empty", err: nbns.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := nbns.Decode(tt.in)
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
	f.Add(slices.Concat(header(0x2910, 1, 0, 1), encoded("A", 0), []byte{0, 0x20, 0, 1}, rr([]byte{0xc0, 12}, 0x20, 0, 0, 10, 0, 0, 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, _ := nbns.Decode(b); len(p.Claims) > 32 || len(p.Status) > 64*32 {
			t.Errorf("not bounded: %+v", p)
		}
	})
}
