package fact_test

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/discover/fact"
)

func mac(tb testing.TB, s string) fact.MAC {
	tb.Helper()
	m, err := fact.ParseMAC(s)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func observe(tb testing.TB, source string, f fact.Fact, seen ...fact.Sighting) fact.Observation {
	tb.Helper()
	o, err := fact.New(source, f, seen...)
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

var compareFacts = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}

func TestMAC(t *testing.T) {
	for _, tt := range []struct {
		name                                             string
		in                                               string
		group, local, virtual, cluster, universal, valid bool
	}{
		{name: "universal", in: "00:a0:de:00:00:01", universal: true, valid: true},
		{name: "cisco", in: "00a0.de00.0001", universal: true, valid: true},
		{name: "hyphens", in: "00-A0-DE-00-00-01", universal: true, valid: true},
		{name: "local", in: "02:00:00:00:00:01", local: true, valid: true},
		{name: "vrrp", in: "00:00:5e:00:01:0a", virtual: true, valid: true},
		{name: "hsrp", in: "00:00:0c:07:ac:01", virtual: true, valid: true},
		{name: "hsrp2", in: "00:00:0c:9f:f0:01", virtual: true, valid: true},
		{name: "hsrp2 over ipv6", in: "00:05:73:a0:00:01", virtual: true, valid: true},
		{name: "vrrp over ipv6", in: "00:00:5e:00:02:0a", virtual: true, valid: true},
		{name: "glbp", in: "00:07:b4:00:01:02", virtual: true, valid: true},
		{name: "fortigate cluster", in: "00:09:0f:09:58:01", cluster: true, universal: true, valid: true},
		{name: "fortigate alone", in: "00:09:0f:78:18:c9", universal: true, valid: true},
		{name: "srx cluster", in: "00:10:db:ff:10:01", cluster: true, universal: true, valid: true},
		{name: "palo alto cluster", in: "00:1b:17:00:01:10", cluster: true, universal: true, valid: true},
		{name: "palo alto alone", in: "00:1b:17:15:2d:00", universal: true, valid: true},
		{name: "documentation", in: "00:00:5e:00:53:01", universal: true, valid: true},
		{name: "broadcast", in: "ff:ff:ff:ff:ff:ff", group: true, local: true, valid: true},
		{name: "zero", in: "00:00:00:00:00:00", valid: true},
		{name: "short", in: "00:a0:de"},
		{name: "letters", in: "zz:a0:de:00:00:01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := fact.ParseMAC(tt.in)
			if (err == nil) != tt.valid {
				t.Fatalf("ParseMAC(%q): %v", tt.in, err)
			}
			got := [...]bool{m.IsGroup(), m.IsLocal(), m.IsVirtual(), m.IsCluster(), m.IsUniversal()}
			want := [...]bool{tt.group, tt.local, tt.virtual, tt.cluster, tt.universal}
			if got != want {
				t.Errorf("%s: group, local, virtual, cluster, universal = %v, want %v", m, got, want)
			}
		})
	}
}

func TestIDIsContent(t *testing.T) {
	a := observe(t, "pcap/arp", fact.AddressBinding{IP: netip.MustParseAddr("10.0.0.1"), MAC: mac(t, "00:a0:de:00:00:01")}, fact.Sighting{Input: "sha256:1"})
	b := observe(t, "pcap/arp", fact.AddressBinding{IP: netip.MustParseAddr("10.0.0.1"), MAC: mac(t, "00:a0:de:00:00:01")}, fact.Sighting{Input: "sha256:2", Count: 9})
	other := observe(t, "pcap/nd", fact.AddressBinding{IP: netip.MustParseAddr("10.0.0.1"), MAC: mac(t, "00:a0:de:00:00:01")})
	if a.ID != b.ID {
		t.Errorf("the same fact from two inputs has the IDs %s and %s", a.ID, b.ID)
	}
	if a.ID == other.ID {
		t.Error("the same fact learned in two ways has one ID")
	}
}

func TestTextsAreCleanedEverywhere(t *testing.T) {
	o := observe(t, "pcap/lldp", fact.NeighborAnnouncement{
		Protocol: "lldp",
		Neighbor: fact.Neighbor{SystemName: "sw\x1b[2J1", Capabilities: []string{"bri\u202edge"}},
	})
	f, ok := o.Fact.(fact.NeighborAnnouncement)
	if !ok {
		t.Fatalf("fact is %T", o.Fact)
	}
	if f.Neighbor.SystemName != "sw\ufffd[2J1" || f.Neighbor.Capabilities[0] != "bri\ufffddge" {
		t.Errorf("texts were not cleaned: %+v", f.Neighbor)
	}
}

func TestNewLeavesTheCallersSliceAlone(t *testing.T) {
	names := []string{"a\x00"}
	observe(t, "nmap/host", fact.HostStatus{IP: netip.MustParseAddr("10.0.0.1"), HostNames: names})
	if names[0] != "a\x00" {
		t.Errorf("New changed its argument to %q", names[0])
	}
}

func TestSetIsUnion(t *testing.T) {
	at := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
	f := fact.Station{MAC: mac(t, "00:a0:de:00:00:01")}
	parts := []fact.Observation{
		observe(t, "pcap/frame", f, fact.Sighting{Input: "sha256:1", Place: "frame 9", First: at.Add(time.Minute), Last: at.Add(time.Minute), Count: 1}),
		observe(t, "pcap/frame", f, fact.Sighting{Input: "sha256:1", Place: "frame 2", First: at, Last: at.Add(2 * time.Minute), Count: 7}),
		observe(t, "pcap/frame", f, fact.Sighting{Input: "sha256:2", Place: "frame 1"}),
	}
	want := []fact.Sighting{
		{Input: "sha256:1", Place: "frame 2", First: at, Last: at.Add(2 * time.Minute), Count: 7},
		{Input: "sha256:2", Place: "frame 1"},
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2, 0, 1, 2}} {
		var s fact.Set
		for _, i := range order {
			s.Add(parts[i])
		}
		got := s.Sorted()
		if len(got) != 1 {
			t.Fatalf("order %v: %d observations, want 1", order, len(got))
		}
		if diff := cmp.Diff(want, got[0].Seen); diff != "" {
			t.Errorf("order %v: sightings (-want +got):\n%s", order, diff)
		}
		if !got[0].First().Equal(at) || !got[0].Last().Equal(at.Add(2*time.Minute)) {
			t.Errorf("order %v: from %s to %s", order, got[0].First(), got[0].Last())
		}
	}
	if len(parts[0].Seen) != 1 {
		t.Error("Set.Add changed an observation that was added")
	}
}

// everyKind returns one fact of each kind with every field set.
func everyKind(tb testing.TB) []fact.Fact {
	tb.Helper()
	facts := []fact.Fact{
		fact.InputRead{},
		fact.Gap{},
		fact.Station{},
		fact.AddressBinding{},
		fact.AddressSet{},
		fact.NameClaim{},
		fact.NeighborAnnouncement{},
		fact.BridgeProtocol{},
		fact.RouterAdvertisement{},
		fact.DHCPClient{},
		fact.DHCPServer{},
		fact.NameQuery{},
		fact.NameAnswer{},
		fact.ServiceAnnouncement{},
		fact.ServerName{},
		fact.Flow{},
		fact.Tunnel{},
		fact.SelfDescription{},
		fact.ControlSpeaker{},
		fact.Transit{},
		fact.HopLimit{},
		fact.SystemGroup{},
		fact.Interface{},
		fact.InterfaceAddress{},
		fact.NeighborEntry{},
		fact.Route{},
		fact.FDBEntry{},
		fact.VLAN{},
		fact.LocalChassis{},
		fact.RemoteNeighbor{},
		fact.PhysicalEntity{},
		fact.InterfaceLayer{},
		fact.AggregateMember{},
		fact.VLANPorts{},
		fact.BridgePort{},
		fact.RedundancyGroup{},
		fact.AccessPoint{},
		fact.WirelessClient{},
		fact.TunnelEnd{},
		fact.Line{},
		fact.RemoteAccess{},
		fact.NameRoute{},
		fact.USBDevice{},
		fact.Program{},
		fact.HostStatus{},
		fact.Port{},
		fact.OSMatch{},
	}
	visitor := reflect.TypeFor[fact.Visitor]()
	if len(facts) != visitor.NumMethod() {
		tb.Fatalf("%d kinds here and %d in Visitor", len(facts), visitor.NumMethod())
	}
	for i, f := range facts {
		v := reflect.New(reflect.TypeOf(f)).Elem()
		fill(v)
		facts[i], _ = v.Interface().(fact.Fact)
	}
	return facts
}

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.MustParseAddr("2001:db8::1")))
		return
	case netip.Prefix:
		v.Set(reflect.ValueOf(netip.MustParsePrefix("192.0.2.0/24")))
		return
	case fact.MAC:
		v.Set(reflect.ValueOf(fact.MAC{0, 0xa0, 0xde, 0, 0, 1}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(3)
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(4)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	default:
		panic("a fact has a field of kind " + v.Kind().String())
	}
}

func TestKindsAreDistinct(t *testing.T) {
	var kinds []fact.Kind
	for _, f := range everyKind(t) {
		if slices.Contains(kinds, f.Kind()) {
			t.Errorf("kind %q stands twice", f.Kind())
		}
		kinds = append(kinds, f.Kind())
	}
}
