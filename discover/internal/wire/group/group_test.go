package group_test

import (
	"net/netip"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/group"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	mld := func(kind byte, to string, more int) []byte {
		return slices.Concat([]byte{kind, 0, 0, 0, 0x27, 0x10, 0, 0}, netip.MustParseAddr(to).AsSlice(), make([]byte, more))
	}
	for _, tt := range []struct {
		name   string
		in     []byte
		decode func([]byte) (group.Query, bool)
		want   group.Query
		ok     bool
	}{
		{name: "IGMPv1", decode: group.IGMP, in: []byte{0x11, 0, 0xee, 0xff, 0, 0, 0, 0}, want: group.Query{Version: 1, Group: netip.MustParseAddr("0.0.0.0")}, ok: true},
		{name: "IGMPv2", decode: group.IGMP, in: []byte{0x11, 100, 0xee, 0x9b, 0, 0, 0, 0}, want: group.Query{Version: 2, Group: netip.MustParseAddr("0.0.0.0")}, ok: true},
		{name: "IGMPv3 of one group", decode: group.IGMP, in: []byte{0x11, 100, 0, 0, 239, 1, 2, 3, 2, 125, 0, 0}, want: group.Query{Version: 3, Group: netip.MustParseAddr("239.1.2.3")}, ok: true},
		{name: "IGMP report", decode: group.IGMP, in: []byte{0x16, 0, 0, 0, 239, 1, 2, 3}},
		{name: "IGMP of a host", decode: group.IGMP, in: []byte{0x11, 100, 0, 0, 10, 1, 2, 3}},
		{name: "IGMP cut", decode: group.IGMP, in: []byte{0x11, 100, 0, 0}},
		{name: "MLDv1", decode: group.MLD, in: mld(130, "::", 0), want: group.Query{Version: 1, Group: netip.MustParseAddr("::")}, ok: true},
		{name: "MLDv2", decode: group.MLD, in: mld(130, "ff05::1:3", 4), want: group.Query{Version: 2, Group: netip.MustParseAddr("ff05::1:3")}, ok: true},
		{name: "MLD report", decode: group.MLD, in: mld(131, "ff05::1:3", 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := tt.decode(tt.in); ok != tt.ok || ok && got != tt.want {
				t.Errorf("%+v, %v; want %+v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x11, 100, 0, 0, 239, 1, 2, 3, 2, 125, 0, 0})
	f.Add(slices.Concat([]byte{130, 0, 0, 0, 0x27, 0x10, 0, 0}, make([]byte, 20)))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, decode := range []func([]byte) (group.Query, bool){group.IGMP, group.MLD} {
			if q, ok := decode(b); ok && !q.Group.IsValid() {
				t.Errorf("%+v", q)
			}
		}
	})
}
