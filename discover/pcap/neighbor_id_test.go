package pcap_test

import (
	"net/netip"
	"reflect"
	"testing"

	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// TestNeighborID wants announcements that differ in one field, any, or in where a
// text ends, to be told apart, and one that is heard again not.
func TestNeighborID(t *testing.T) {
	t.Parallel()
	all := []fact.NeighborAnnouncement{
		{},
		{Neighbor: fact.Neighbor{ChassisID: "ab", PortID: "c"}},
		{Neighbor: fact.Neighbor{ChassisID: "a", PortID: "bc"}},
		{Neighbor: fact.Neighbor{Capabilities: []string{"bridge", "router"}}},
		{Neighbor: fact.Neighbor{Capabilities: []string{"bridgerouter"}}},
		{Neighbor: fact.Neighbor{ManagementAddresses: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}}},
	}
	each := func(of func(*fact.NeighborAnnouncement) reflect.Value) {
		for i := range of(new(fact.NeighborAnnouncement)).NumField() {
			var f fact.NeighborAnnouncement
			switch v := of(&f).Field(i); v.Interface().(type) {
			case string:
				v.SetString("x")
			case uint16:
				v.SetUint(1)
			case fact.MAC:
				v.Set(reflect.ValueOf(fact.MAC{1}))
			case []string:
				v.Set(reflect.ValueOf([]string{"x"}))
			case []netip.Addr:
				v.Set(reflect.ValueOf([]netip.Addr{netip.MustParseAddr("192.0.2.1")}))
			case fact.Neighbor:
				continue
			default:
				t.Fatalf("a field of type %s is not tried", v.Type())
			}
			all = append(all, f)
		}
	}
	each(func(f *fact.NeighborAnnouncement) reflect.Value { return reflect.ValueOf(f).Elem() })
	each(func(f *fact.NeighborAnnouncement) reflect.Value { return reflect.ValueOf(&f.Neighbor).Elem() })
	have := make(map[uint64]int)
	for i, id := range pcap.NeighborIDs(append(all, all...)) {
		first, ok := have[id]
		if want := i >= len(all); ok != want || want && first != i-len(all) {
			t.Errorf("%+v is told as %d of %d", all[i%len(all)], first, len(all))
		}
		if !ok {
			have[id] = i
		}
	}
}
