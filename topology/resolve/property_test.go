package resolve_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// randomFacts makes observations out of few MAC addresses, addresses, names and
// serial numbers, so that they meet and contradict each other.
func randomFacts(tb testing.TB, seed uint64) []fact.Observation {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	m := func() fact.MAC {
		switch r.IntN(8) {
		case 0:
			return fact.MAC{0, 0, 0x5e, 0, 1, byte(r.IntN(2))} // VRRP
		case 1:
			return fact.MAC{2, 0, 0, 0, 0, byte(r.IntN(3))} // locally administered
		case 2:
			return fact.MAC{}
		}
		return macN(r.IntN(8))
	}
	a := func() netip.Addr { return netip.AddrFrom4([4]byte{10, byte(r.IntN(2)), 0, byte(r.IntN(8))}) }
	agent := func() fact.AgentID { return fact.AgentID(fmt.Sprintf("engine:%d", r.IntN(4))) }
	name := func() string { return fmt.Sprintf("h%d", r.IntN(4)) }
	neighbor := func() fact.Neighbor {
		return fact.Neighbor{
			ChassisID: m().String(), ChassisIDSubtype: "macAddress", PortID: fmt.Sprint(r.IntN(3)),
			SystemName: name(), ManagementAddresses: []netip.Addr{a()}, Capabilities: []string{"bridge"},
		}
	}
	end := func() fact.Endpoint { return fact.Endpoint{IP: a(), MAC: m()} }
	makers := []func() fact.Fact{
		func() fact.Fact { return fact.Station{MAC: m()} },
		func() fact.Fact { return fact.AddressBinding{IP: a(), MAC: m()} },
		func() fact.Fact {
			return fact.AddressSet{MAC: m(), From: a(), Protocol: "nbns", Addresses: []netip.Addr{a(), a()}}
		},
		func() fact.Fact { return fact.NameClaim{Name: name(), Protocol: "mdns", IP: a(), MAC: m()} },
		func() fact.Fact { return fact.NeighborAnnouncement{Protocol: "lldp", MAC: m(), Neighbor: neighbor()} },
		func() fact.Fact { return fact.BridgeProtocol{MAC: m(), BridgeMAC: m(), Version: "rstp"} },
		func() fact.Fact { return fact.DHCPClient{MAC: m(), DUID: name(), Version: 6} },
		func() fact.Fact { return fact.DHCPServer{IP: a(), MAC: m(), Version: 4, Routers: []netip.Addr{a()}} },
		func() fact.Fact {
			return fact.Flow{Client: end(), Server: end(), Protocol: "tcp", Answered: r.IntN(2) == 0}
		},
		func() fact.Fact { return fact.SystemGroup{Agent: agent(), SysName: name(), EngineID: name()} },
		func() fact.Fact { return fact.Interface{Agent: agent(), IfIndex: uint32(r.IntN(3)), MAC: m()} },
		func() fact.Fact {
			return fact.InterfaceAddress{Agent: agent(), IfIndex: 1, Address: netip.PrefixFrom(a(), 24)}
		},
		func() fact.Fact { return fact.NeighborEntry{Agent: agent(), IP: a(), MAC: m()} },
		func() fact.Fact {
			return fact.Route{Agent: agent(), Destination: netip.MustParsePrefix("0.0.0.0/0"), NextHop: a()}
		},
		func() fact.Fact { return fact.FDBEntry{Agent: agent(), MAC: m(), BasePort: uint32(r.IntN(4))} },
		func() fact.Fact {
			return fact.LocalChassis{Agent: agent(), Protocol: "lldp", ChassisID: m().String(), ChassisIDSubtype: "macAddress"}
		},
		func() fact.Fact {
			return fact.RemoteNeighbor{Agent: agent(), Protocol: "lldp", LocalPort: "1", Neighbor: neighbor()}
		},
		func() fact.Fact {
			return fact.RemoteNeighbor{Agent: agent(), Protocol: "cdp", LocalPort: "1", Neighbor: fact.Neighbor{
				ChassisID: name(), PortID: "1", ManagementAddresses: []netip.Addr{a()},
			}}
		},
		func() fact.Fact {
			return fact.PhysicalEntity{Agent: agent(), Index: 1, Class: "chassis", Vendor: "m", Serial: fmt.Sprintf("SERIAL%d", r.IntN(3))}
		},
		func() fact.Fact { return fact.HostStatus{IP: a(), MAC: m(), State: "up", HostNames: []string{name()}} },
		func() fact.Fact { return fact.Port{IP: a(), Transport: "tcp", Port: 22, State: "open"} },
		func() fact.Fact { return fact.HopLimit{IP: a(), MAC: m(), Value: 63 + r.IntN(2)} },
		func() fact.Fact { return fact.Transit{MAC: m(), Version: 4, To: true} },
		func() fact.Fact {
			return fact.SelfDescription{Host: fact.Endpoint{IP: a(), Port: uint16(r.IntN(2) * 443), MAC: m()}, Protocol: "ntlm", Field: "netbios-computer", Value: name()}
		},
		func() fact.Fact {
			return fact.ControlSpeaker{Protocol: "vrrp", Role: "active", IP: a(), MAC: m(), Virtual: []netip.Addr{a()}}
		},
	}
	out := make([]fact.Observation, 0, 40)
	for range 5 + r.IntN(60) {
		f := makers[r.IntN(len(makers))]()
		first := r.IntN(300)
		out = append(out, seenAt(tb, fmt.Sprintf("input%d", r.IntN(3)), f, first, first+r.IntN(60)))
	}
	return out
}

func FuzzResolveProperties(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, seed+1)
	}
	f.Fuzz(func(t *testing.T, seed, shuffle uint64) {
		obs := randomFacts(t, seed)
		want := resolve.Resolve(obs, topology.Site{})

		t.Run("order-and-repeats", func(t *testing.T) {
			twice := slices.Concat(obs, obs)
			rand.New(rand.NewPCG(shuffle, 1)).Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
			got := resolve.Resolve(twice, topology.Site{})
			if diff := cmp.Diff(want.Devices(), got.Devices()); diff != "" {
				t.Errorf("devices depend on order (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.Conflicts(), got.Conflicts()); diff != "" {
				t.Errorf("conflicts depend on order (-want +got):\n%s", diff)
			}
		})
		checkDevices(t, want, obs)
		checkLocality(t, want, obs)
	})
}

// checkDevices checks what must hold of every device.
func checkDevices(t *testing.T, n *resolve.Network, obs []fact.Observation) {
	t.Helper()
	known := make(map[topology.EvidenceID]bool)
	serials := make(map[topology.DeviceID]map[string]map[string]bool) // device, input, serial
	for i := range obs {
		known[topology.EvidenceID(obs[i].ID)] = true
		f, ok := obs[i].Fact.(fact.PhysicalEntity)
		for _, s := range obs[i].Seen {
			if id, found := n.DeviceByAgentIn(f.Agent, s.Input); ok && found {
				if serials[id] == nil {
					serials[id] = make(map[string]map[string]bool)
				}
				instance := string(f.Agent) + s.Input
				if serials[id][instance] == nil {
					serials[id][instance] = make(map[string]bool)
				}
				serials[id][instance][f.Serial] = true
			}
		}
	}
	ids := make(map[topology.DeviceID]bool)
	for _, d := range n.Devices() {
		if ids[d.ID] {
			t.Errorf("two devices have the ID %s", d.ID)
		}
		ids[d.ID] = true
		if d.Name == "" || len(d.Keys) == 0 {
			t.Errorf("device %s has no name or no key: %+v", d.ID, d)
		}
		if len(d.Evidence) == 0 {
			t.Errorf("device %s (%s) has no evidence", d.Name, d.Keys[0])
		}
		for _, e := range d.Evidence {
			if !known[e] {
				t.Errorf("device %s names evidence %s that was not given", d.ID, e)
			}
		}
		for _, k := range d.Keys {
			if m, err := fact.ParseMAC(strings.TrimPrefix(k, "mac:")); err == nil && (m.IsVirtual() || m.IsZero() || m.IsGroup()) {
				t.Errorf("device %s has the key %s", d.ID, k)
			}
		}
	}
	for id, instances := range serials {
		checkSerials(t, id, instances)
	}
}

// checkSerials fails where walks of one device have serial numbers that no
// chain of shared ones connects.
func checkSerials(t *testing.T, id topology.DeviceID, instances map[string]map[string]bool) {
	t.Helper()
	for a, sa := range instances {
		linked := len(instances) == 1
		for b, sb := range instances {
			for s := range sa {
				linked = linked || a != b && sb[s]
			}
		}
		if !linked {
			t.Errorf("device %s holds agents with different serial numbers: %v", id, instances)
		}
	}
}

// checkLocality checks that a new device changes no other's keys.
func checkLocality(t *testing.T, n *resolve.Network, obs []fact.Observation) {
	t.Helper()
	stranger := fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, 0xee}
	more := append(slices.Clone(obs),
		seen(t, "other", fact.AddressBinding{IP: addr("10.77.0.1"), MAC: stranger}),
		seen(t, "other", fact.NameClaim{Name: "h1", Protocol: "mdns", MAC: stranger}))
	after := resolve.Resolve(more, topology.Site{})
	for _, d := range n.Devices() {
		got, ok := after.Device(d.ID)
		if diff := cmp.Diff(d.Keys, got.Keys); !ok || diff != "" {
			t.Errorf("a new device changes the keys of %s (-before +after):\n%s", d.Name, diff)
		}
	}
	if len(after.Devices()) != len(n.Devices())+1 {
		t.Errorf("a new device made %d devices of %d", len(after.Devices()), len(n.Devices()))
	}
}

// FuzzWeakKeysNeverMerge gives two strong devices everything weak in common.
func FuzzWeakKeysNeverMerge(f *testing.F) {
	f.Add("pc", byte(1), "sw.example")
	f.Add("localhost", byte(0), "")
	f.Fuzz(func(t *testing.T, name string, last byte, id string) {
		ip := netip.AddrFrom4([4]byte{10, 0, 0, last})
		var obs []fact.Observation
		for i, m := range []fact.MAC{macN(1), macN(2)} {
			in := fmt.Sprint(i)
			agent := fact.AgentID("engine:" + in)
			obs = append(obs,
				seen(t, in, fact.AddressBinding{IP: ip, MAC: m}),
				seen(t, in, fact.NameClaim{Name: name, Protocol: "dhcp", IP: ip, MAC: m}),
				seen(t, in, fact.DHCPClient{MAC: m, Version: 4, IP: ip, HostName: name}),
				seen(t, in, fact.SystemGroup{Agent: agent, EngineID: in, SysName: name, Address: ip}),
				seen(t, in, fact.Interface{Agent: agent, IfIndex: 1, MAC: m}),
				seen(t, in, fact.LocalChassis{Agent: agent, Protocol: "cdp", ChassisID: id, SystemName: name}),
			)
		}
		obs = append(obs,
			seen(t, "n", fact.HostStatus{IP: ip, State: "up", HostNames: []string{name}}),
			seen(t, "n", fact.RemoteNeighbor{Agent: "engine:3", Protocol: "cdp", Neighbor: fact.Neighbor{
				ChassisID: id, SystemName: name, ManagementAddresses: []netip.Addr{ip},
			}}))
		n := resolve.Resolve(obs, topology.Site{})
		one, _ := n.DeviceByMAC(macN(1))
		two, _ := n.DeviceByMAC(macN(2))
		if one == two || one == "" || two == "" {
			t.Errorf("devices %q and %q: want two that differ", one, two)
		}
	})
}
