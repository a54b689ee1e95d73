package build_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/build"
	"kanmon/topology/classify/signature"
	"kanmon/topology/resolve"
)

func seen(tb testing.TB, input string, f fact.Fact) fact.Observation {
	tb.Helper()
	when := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	o, err := fact.New("test", f, fact.Sighting{Input: input, Vantage: "mirror", Place: "frame 1", First: when, Last: when.Add(time.Minute), Count: 2})
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

func defaults(tb testing.TB) *signature.Set {
	tb.Helper()
	sig, err := signature.Default()
	if err != nil {
		tb.Fatal(err)
	}
	return sig
}

// hospital returns observations of a network of n access switches with hosts
// hosts each, in fixed order: SNMP tables, ARP, flows within and to the outside.
func hospital(tb testing.TB, switches, hosts int) []fact.Observation {
	tb.Helper()
	var obs []fact.Observation
	add := func(input string, f fact.Fact) { obs = append(obs, seen(tb, input, f)) }
	mac := func(kind, a, b int) fact.MAC {
		return fact.MAC{0x00, 0x00, 0x5e, byte(kind), byte(a), byte(b)}
	}
	core := fact.AgentID("engine:core")
	coreMAC := mac(0x10, 0, 0)
	add("core", fact.SystemGroup{Agent: core, EngineID: "core", SysName: "core", Services: 6, IPForward: "forwarding"})
	add("core", fact.LocalChassis{Agent: core, Protocol: "lldp", ChassisID: coreMAC.String(), ChassisIDSubtype: "macAddress", SystemName: "core"})
	add("core", fact.Route{Agent: core, NextHop: netip.MustParseAddr("10.0.0.254"), Destination: netip.MustParsePrefix("0.0.0.0/0"), Type: "remote"})
	for s := range switches {
		name := fmt.Sprintf("sw%d", s)
		agent := fact.AgentID("engine:" + name)
		chassis := mac(0x11, s>>8, s)
		gw := netip.AddrFrom4([4]byte{10, byte(s >> 8), byte(s), 1})
		add("core", fact.Interface{Agent: core, IfIndex: uint32(s + 1), Name: fmt.Sprintf("Gi0/%d", s+1), MAC: coreMAC, Type: 6})
		add("core", fact.InterfaceAddress{Agent: core, IfIndex: uint32(s + 1), Address: netip.PrefixFrom(gw, 24)})
		add("core", fact.RemoteNeighbor{Agent: core, Protocol: "lldp", IfIndex: uint32(s + 1), LocalPort: fmt.Sprintf("Gi0/%d", s+1), Neighbor: fact.Neighbor{
			ChassisID: chassis.String(), ChassisIDSubtype: "macAddress", PortID: "Gi0/1", PortIDSubtype: "interfaceName", SystemName: name, Capabilities: []string{"bridge"},
		}})
		add(name, fact.SystemGroup{Agent: agent, EngineID: name, SysName: name, Services: 2})
		add(name, fact.LocalChassis{Agent: agent, Protocol: "lldp", ChassisID: chassis.String(), ChassisIDSubtype: "macAddress", SystemName: name})
		add(name, fact.RemoteNeighbor{Agent: agent, Protocol: "lldp", IfIndex: 1, LocalPort: "Gi0/1", Neighbor: fact.Neighbor{
			ChassisID: coreMAC.String(), ChassisIDSubtype: "macAddress", PortID: fmt.Sprintf("Gi0/%d", s+1), PortIDSubtype: "interfaceName",
			SystemName: "core", Capabilities: []string{"bridge", "router"},
		}})
		for h := range hosts {
			m := mac(0x20+s>>8, s, h+2)
			ip := netip.AddrFrom4([4]byte{10, byte(s >> 8), byte(s), byte(h + 2)})
			add(name, fact.Interface{Agent: agent, IfIndex: uint32(h + 1), Name: fmt.Sprintf("Gi0/%d", h+1), MAC: chassis, Type: 6})
			add(name, fact.FDBEntry{Agent: agent, MAC: m, BasePort: uint32(h + 2), IfIndex: uint32(h + 2)})
			add("core", fact.NeighborEntry{Agent: core, IfIndex: uint32(s + 1), IP: ip, MAC: m})
			add("cap", fact.AddressBinding{IP: ip, MAC: m, VID: uint16(s + 1)})
			add("cap", fact.DHCPClient{MAC: m, Version: 4, IP: ip, HostName: fmt.Sprintf("pc-%d-%d", s, h), VendorClass: "MSFT 5.0"})
			for f := range 10 {
				server := netip.AddrFrom4([4]byte{10, 0, 0, byte(f + 2)})
				sm := coreMAC
				if f == 0 {
					server = netip.AddrFrom4([4]byte{203, 0, 113, byte(h)})
				}
				add("cap", fact.Flow{
					Client: fact.Endpoint{IP: ip, MAC: m}, Server: fact.Endpoint{IP: server, Port: uint16(443 + f), MAC: sm},
					Protocol: "tcp", Answered: true, App: "tls", VID: uint16(s + 1),
				})
			}
		}
	}
	return obs
}

func encode(tb testing.TB, s *topology.Snapshot) string {
	tb.Helper()
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func TestBuildSameBytesInAnyOrder(t *testing.T) {
	obs := hospital(t, 4, 6)
	opts := build.Options{Signatures: defaults(t), Site: topology.Site{Name: "見本病院"}}
	want := encode(t, build.Build(obs, opts))
	for seed := range uint64(10) {
		twice := slices.Concat(obs, obs)
		rand.New(rand.NewPCG(seed, 2)).Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
		if diff := cmp.Diff(want, encode(t, build.Build(twice, opts))); diff != "" {
			t.Fatalf("seed %d: snapshot depends on order (-want +got):\n%s", seed, diff)
		}
	}
}

func TestBuildNamesItsEvidence(t *testing.T) {
	s := build.Build(hospital(t, 4, 6), build.Options{Signatures: defaults(t)})
	listed := make(map[topology.EvidenceID]bool)
	for _, e := range s.Evidence {
		if listed[e.ID] {
			t.Errorf("evidence %s is listed twice", e.ID)
		}
		listed[e.ID] = true
		if e.Says == "" || e.SaysJA == "" || e.Source == "" || e.Kind == "" || e.At.IsZero() || e.Count == 0 {
			t.Errorf("evidence is not complete: %+v", e)
		}
	}
	used := make(map[topology.EvidenceID]bool)
	check := func(what string, ids []topology.EvidenceID) {
		if len(ids) == 0 {
			t.Errorf("%s has no evidence", what)
		}
		for _, id := range ids {
			used[id] = true
			if !listed[id] {
				t.Errorf("%s names evidence %s that is not listed", what, id)
			}
		}
	}
	for _, d := range s.Devices {
		check("device "+d.Name, d.Evidence)
	}
	for _, l := range s.Links {
		check("link "+l.ID, l.Evidence)
	}
	for _, c := range s.ExternalConnections {
		check("connection "+c.ID, c.Evidence)
	}
	for _, c := range s.Conflicts {
		check("conflict "+c.What, c.Evidence)
	}
	for id := range listed {
		if !used[id] {
			t.Errorf("evidence %s is listed and nothing names it", id)
		}
	}
	if len(s.Links) != 4*6+4+1-4 && len(s.Links) == 0 {
		t.Errorf("%d links", len(s.Links))
	}
}

func TestBuildOfNothing(t *testing.T) {
	got := encode(t, build.Build(nil, build.Options{}))
	if strings.Contains(got, "null") {
		t.Errorf("lists are null:\n%s", got)
	}
	if !strings.Contains(got, `"schema": "kanmon.snapshot/1"`) || !strings.Contains(got, "source-not-used") {
		t.Errorf("snapshot of nothing:\n%s", got)
	}
}

// TestSaysEveryKind fails where a kind of fact has no sentence of its own.
// TestSaysIsClean: a sentence of long names is a text like any other, so that a
// snapshot that is read back is the one that was written.
func TestSaysIsClean(t *testing.T) {
	long := strings.Repeat("長", fact.MaxText)
	s := build.Build([]fact.Observation{
		seen(t, "a", fact.AddressBinding{IP: netip.MustParseAddr("192.0.2.1"), MAC: fact.MAC{0, 0, 0x5e, 0, 0x53, 1}}),
		seen(t, "a", fact.Port{IP: netip.MustParseAddr("192.0.2.1"), Transport: "tcp", Port: 80, State: "open", Service: long, Product: long, Version: long}),
	}, build.Options{})
	if len(s.Evidence) == 0 {
		t.Fatal("no evidence")
	}
	for _, e := range s.Evidence {
		if fact.Clean(e.Says) != e.Says || fact.Clean(e.SaysJA) != e.SaysJA {
			t.Errorf("%s: what it says is not a clean text (%d and %d octets)", e.Kind, len(e.Says), len(e.SaysJA))
		}
	}
}

func TestSaysEveryKind(t *testing.T) {
	m := fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, 0x01}
	ip := netip.MustParseAddr("10.10.0.5")
	e := fact.Endpoint{IP: ip, MAC: m, Port: 443}
	n := fact.Neighbor{ChassisID: m.String(), ChassisIDSubtype: "macAddress", PortID: "1", SystemName: "sw"}
	facts := []fact.Fact{
		fact.Station{MAC: m},
		fact.AddressBinding{IP: ip, MAC: m},
		fact.AddressSet{MAC: m, From: ip, Protocol: "nbns", Addresses: []netip.Addr{ip}},
		fact.NameClaim{Name: "pc", Protocol: "nbns", IP: ip, MAC: m},
		fact.NeighborAnnouncement{Protocol: "lldp", MAC: m, Neighbor: n},
		fact.BridgeProtocol{MAC: m, Version: "rstp", BridgeMAC: m},
		fact.RouterAdvertisement{Router: netip.MustParseAddr("fe80::1"), MAC: m},
		fact.DHCPClient{MAC: m, Version: 4},
		fact.DHCPServer{IP: ip, MAC: m, Version: 4, Subnet: netip.MustParsePrefix("10.10.0.0/24")},
		fact.NameQuery{Name: "a.example", Type: "A", Client: e, Server: e},
		fact.NameAnswer{Name: "a.example", Server: ip},
		fact.ServiceAnnouncement{Protocol: "dns-sd", Service: "_ipp._tcp", IP: ip, MAC: m},
		fact.ServerName{Name: "a.example", Protocol: "tls", Client: e, Server: e},
		fact.Flow{Client: e, Server: e, Protocol: "tcp", Answered: true},
		fact.Tunnel{Type: "ike", A: e, B: e, Answered: true},
		fact.SystemGroup{Agent: "engine:1", SysName: "sw"},
		fact.Interface{Agent: "engine:1", IfIndex: 1, Name: "Gi0/1"},
		fact.InterfaceAddress{Agent: "engine:1", IfIndex: 1, Address: netip.MustParsePrefix("10.10.0.1/24")},
		fact.NeighborEntry{Agent: "engine:1", IP: ip, MAC: m},
		fact.Route{Agent: "engine:1", Destination: netip.MustParsePrefix("0.0.0.0/0"), NextHop: ip},
		fact.FDBEntry{Agent: "engine:1", MAC: m, BasePort: 1},
		fact.VLAN{Agent: "engine:1", VID: 10},
		fact.LocalChassis{Agent: "engine:1", Protocol: "lldp", ChassisID: "x"},
		fact.RemoteNeighbor{Agent: "engine:1", Protocol: "lldp", Neighbor: n},
		fact.PhysicalEntity{Agent: "engine:1", Index: 1, Class: "chassis", Model: "X"},
		fact.HostStatus{IP: ip, State: "up"},
		fact.Port{IP: ip, Transport: "tcp", Port: 22, State: "open"},
		fact.OSMatch{IP: ip, Name: "Linux", Accuracy: 95},
	}
	var obs []fact.Observation
	for _, f := range facts {
		obs = append(obs, seen(t, "i", f))
	}
	s := build.Build(obs, build.Options{})
	kinds := make(map[string]topology.Evidence)
	for _, e := range s.Evidence {
		kinds[e.Kind] = e
	}
	for _, f := range facts {
		e, ok := kinds[string(f.Kind())]
		if !ok {
			t.Errorf("no evidence of kind %s: nothing names it", f.Kind())
			continue
		}
		for _, says := range []string{e.Says, e.SaysJA} {
			if says == "" || strings.Contains(says, "%!") {
				t.Errorf("%s says %q", f.Kind(), says)
			}
		}
	}
}

// FuzzBuildHostileText puts any text wherever a network may put it.
func FuzzBuildHostileText(f *testing.F) {
	for _, s := range []string{"sw", "<script>", `"];`, "=cmd|x", "\x1b[31m", "\u202egnp", strings.Repeat("x", 10000), "a\x00b", "%s%d%!", "(", "/"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, name, id string) {
		m := fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, 0x01}
		n := fact.Neighbor{ChassisID: id, ChassisIDSubtype: "local", PortID: name, SystemName: name, SystemDescription: name, Platform: name}
		obs := []fact.Observation{
			seen(t, "i", fact.SystemGroup{Agent: fact.AgentID("name:" + name), SysName: name, SysDescr: name, SysObjectID: id}),
			seen(t, "i", fact.Interface{Agent: fact.AgentID("name:" + name), IfIndex: 1, Name: name}),
			seen(t, "i", fact.PhysicalEntity{Agent: fact.AgentID("name:" + name), Class: "chassis", Vendor: name, Serial: id}),
			seen(t, "i", fact.RemoteNeighbor{Agent: fact.AgentID("name:" + name), Protocol: id, LocalPort: name, Neighbor: n}),
			seen(t, "i", fact.NeighborAnnouncement{Protocol: "cdp", MAC: m, Neighbor: fact.Neighbor{ChassisID: id}}),
			seen(t, "i", fact.NameClaim{Name: name, Protocol: "mdns", MAC: m}),
			seen(t, "i", fact.DHCPClient{MAC: m, DUID: id, HostName: name, VendorClass: name}),
		}
		s := build.Build(obs, build.Options{})
		for _, d := range s.Devices {
			if d.Name == "" || fact.Clean(d.Name) != d.Name {
				t.Errorf("device name %q", d.Name)
			}
		}
		for _, e := range s.Evidence {
			if i := strings.IndexFunc(e.Says+e.SaysJA, acts); i >= 0 {
				t.Errorf("evidence says %q", e.Says)
			}
		}
	})
}

// acts reports whether a character acts on a display instead of showing there.
func acts(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

func BenchmarkBuild(b *testing.B) {
	obs := hospital(b, 100, 100)
	b.ReportMetric(float64(len(obs)), "observations")
	b.Run("resolve", func(b *testing.B) {
		for b.Loop() {
			resolve.Resolve(obs, topology.Site{})
		}
	})
	b.Run("without-signatures", func(b *testing.B) {
		for b.Loop() {
			s := build.Build(obs, build.Options{})
			b.ReportMetric(float64(len(s.Devices)), "devices")
			b.ReportMetric(float64(len(obs)), "observations")
		}
	})
	sig := defaults(b)
	b.Run("with-signatures", func(b *testing.B) {
		for b.Loop() {
			build.Build(obs, build.Options{Signatures: sig})
		}
	})
}

// TestReplacedSignature holds that whoever reads the map is told that a
// signature is not the one that comes with kanmon.
func TestReplacedSignature(t *testing.T) {
	own, err := signature.Load(strings.NewReader(`
version: 1
signatures:
  - id: teamviewer
    service: Nothing
    category: remote-support
    match: {domains: [nothing.example]}
    source: test
    confidence: high
    examples:
      match: [{domain: nothing.example}]
      reject: [{domain: other.example}]
`), "own.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, set := range map[string]*signature.Set{"": defaults(t), "teamviewer": defaults(t).With(own)} {
		var got []string
		for _, b := range build.Build(hospital(t, 1, 1), build.Options{Signatures: set}).BlindSpots {
			if b.Kind == topology.BlindReplaced {
				got = append(got, b.What)
			}
		}
		if strings.Join(got, " ") != name {
			t.Errorf("told of %q, want %q", got, name)
		}
	}
}
