package infer_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/infer"
	"kanmon/topology/resolve"
)

func seen(tb testing.TB, input string, f fact.Fact) fact.Observation {
	tb.Helper()
	o, err := fact.New("test", f, fact.Sighting{Input: input})
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

func macN(n int) fact.MAC { return fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, byte(n)} }

// walked returns what an agent that is a switch with a few ports shows.
func walked(tb testing.TB, name string, n int) []fact.Observation {
	tb.Helper()
	a := fact.AgentID("engine:" + name)
	out := []fact.Observation{
		seen(tb, name, fact.SystemGroup{Agent: a, EngineID: name, SysName: name}),
		seen(tb, name, fact.LocalChassis{Agent: a, Protocol: "lldp", ChassisID: macN(n).String(), ChassisIDSubtype: "macAddress", SystemName: name}),
		seen(tb, name, fact.InterfaceAddress{Agent: a, IfIndex: 100, Address: netip.MustParsePrefix(fmt.Sprintf("10.99.0.%d/24", n))}),
	}
	for i := range uint32(4) {
		out = append(out, seen(tb, name, fact.Interface{Agent: a, IfIndex: i + 1, Name: fmt.Sprintf("GigabitEthernet0/%d", i+1), MAC: macN(n)}))
	}
	return out
}

// sees returns a row of the LLDP table of agent: on its port it sees the remote
// chassis and port.
func sees(tb testing.TB, agent string, port uint32, remote int, remotePort string) fact.Observation {
	tb.Helper()
	return seen(tb, agent, fact.RemoteNeighbor{
		Agent: fact.AgentID("engine:" + agent), Protocol: "lldp", LocalPort: fmt.Sprintf("Gi0/%d", port), IfIndex: port,
		Neighbor: fact.Neighbor{
			ChassisID: macN(remote).String(), ChassisIDSubtype: "macAddress", PortID: remotePort, PortIDSubtype: "interfaceName",
			Capabilities: []string{"bridge"},
		},
	})
}

func learned(tb testing.TB, agent string, port uint32, m fact.MAC) fact.Observation {
	tb.Helper()
	return seen(tb, agent, fact.FDBEntry{Agent: fact.AgentID("engine:" + agent), MAC: m, BasePort: port, IfIndex: port})
}

// TestSpelling holds that the same port is called the same each time, where two
// neighbours spell it otherwise and it is on a segment that they share.
func TestSpelling(t *testing.T) {
	in := slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
		sees(t, "a", 1, 2, "Gi0/2"), sees(t, "a", 1, 3, "Gi0/3"), sees(t, "b", 2, 1, "Gi0/1"), sees(t, "b", 2, 3, "GigabitEthernet0/3"),
	})
	net := resolve.Resolve(in, topology.Site{})
	want := infer.Links(in, net)
	for range 50 {
		if diff := cmp.Diff(want, infer.Links(in, net)); diff != "" {
			t.Fatalf("the same evidence gives other links (-first +now):\n%s", diff)
		}
	}
}

func TestLinks(t *testing.T) {
	route := func(agent, dst, hop string) fact.Observation {
		return seen(t, agent, fact.Route{
			Agent: fact.AgentID("engine:" + agent), Destination: netip.MustParsePrefix(dst), NextHop: netip.MustParseAddr(hop), Type: "remote",
		})
	}
	arp := func(agent, ip string, m fact.MAC) fact.Observation {
		return seen(t, agent, fact.NeighborEntry{Agent: fact.AgentID("engine:" + agent), IP: netip.MustParseAddr(ip), MAC: m})
	}
	shares := func(agent, state string) fact.Observation {
		return seen(t, agent, fact.RedundancyGroup{
			Agent: fact.AgentID("engine:" + agent), Protocol: "vrrp", Group: 1, State: state,
			Addresses: []netip.Addr{netip.MustParseAddr("10.99.0.254")},
		})
	}
	member := func(port uint32) fact.Observation {
		return seen(t, "a", fact.AggregateMember{Agent: "engine:a", IfIndex: port, Aggregate: 9, Partner: macN(2)})
	}
	tests := []struct {
		name string
		in   []fact.Observation
		want []string
	}{
		{
			name: "both ends by lldp",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/2"), sees(t, "b", 2, 1, "GigabitEthernet0/1"),
			}),
			want: []string{"L2 a GigabitEthernet0/1 - b GigabitEthernet0/2 lldp confirmed"},
		},
		{
			name: "one end by lldp",
			in:   slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{sees(t, "a", 1, 2, "Gi0/2")}),
			want: []string{"L2 a GigabitEthernet0/1 - b GigabitEthernet0/2 lldp reported"},
		},
		{
			name: "two cables between two switches stay two links",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/1"), sees(t, "a", 2, 2, "Gi0/2"), sees(t, "b", 1, 1, "Gi0/1"), sees(t, "b", 2, 1, "Gi0/2"),
			}),
			want: []string{
				"L2 a GigabitEthernet0/1 - b GigabitEthernet0/1 lldp confirmed",
				"L2 a GigabitEthernet0/2 - b GigabitEthernet0/2 lldp confirmed",
			},
		},
		{
			name: "two protocols that spell the port differently are one link",
			in: slices.Concat(walked(t, "a", 1), []fact.Observation{
				sees(t, "a", 1, 9, "Eth1/19"),
				seen(t, "a", fact.RemoteNeighbor{Agent: "engine:a", Protocol: "cdp", LocalPort: "Gi0/1", IfIndex: 1, Neighbor: fact.Neighbor{
					ChassisID: macN(9).String(), PortID: "Ethernet1/19",
				}}),
			}),
			want: []string{"L2 00:00:5e:00:53:09 Eth1/19 - a GigabitEthernet0/1 cdp+lldp reported"},
		},
		{
			name: "two ports of one neighbour on ports without names are two links",
			in: slices.Concat(walked(t, "a", 1), []fact.Observation{
				sees(t, "a", 0, 9, "ether1"), sees(t, "a", 0, 9, "ether2"),
			}),
			want: []string{
				"L2 00:00:5e:00:53:09 ether1 - a Gi0/0 lldp reported",
				"L2 00:00:5e:00:53:09 ether2 - a Gi0/0 lldp reported",
			},
		},
		{
			name: "a switch that sees itself has no link",
			in:   slices.Concat(walked(t, "a", 1), []fact.Observation{sees(t, "a", 1, 1, "Gi0/2")}),
		},
		{
			name: "a cable for the management of a neighbour is a link beside the other",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				seen(t, "b", fact.Interface{Agent: "engine:b", IfIndex: 9, Name: "mgmt0", MAC: macN(20)}),
				sees(t, "a", 1, 2, "Gi0/1"), sees(t, "b", 1, 1, "Gi0/1"), learned(t, "a", 1, macN(2)), learned(t, "a", 2, macN(20)),
			}),
			want: []string{
				"L2 a GigabitEthernet0/1 - b GigabitEthernet0/1 lldp confirmed",
				"L2 a GigabitEthernet0/2 - b mgmt0 fdb reported",
			},
		},
		{
			name: "addresses of a switch that come through other switches are no cables of it",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), walked(t, "c", 3), []fact.Observation{
				seen(t, "c", fact.Interface{Agent: "engine:c", IfIndex: 9, Name: "Vlan9", MAC: macN(20)}),
				sees(t, "a", 1, 2, "Gi0/1"), sees(t, "b", 1, 1, "Gi0/1"), sees(t, "b", 2, 3, "Gi0/1"), sees(t, "c", 1, 2, "Gi0/2"),
				learned(t, "a", 1, macN(20)), learned(t, "b", 2, macN(20)),
			}),
			want: []string{
				"L2 a GigabitEthernet0/1 - b GigabitEthernet0/1 lldp confirmed",
				"L2 b GigabitEthernet0/2 - c GigabitEthernet0/1 lldp confirmed",
			},
		},
		{
			name: "a station learned alone is attached, also behind a second switch",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/1"), sees(t, "b", 1, 1, "Gi0/1"),
				learned(t, "a", 1, macN(7)), learned(t, "a", 1, macN(8)), learned(t, "b", 3, macN(7)), learned(t, "b", 4, macN(8)),
			}),
			want: []string{
				"L2 00:00:5e:00:53:07  - b GigabitEthernet0/3 fdb reported",
				"L2 00:00:5e:00:53:08  - b GigabitEthernet0/4 fdb reported",
				"L2 a GigabitEthernet0/1 - b GigabitEthernet0/1 lldp confirmed",
			},
		},
		{
			name: "several stations on one port are behind a switch that nobody announced",
			in: slices.Concat(walked(t, "a", 1), []fact.Observation{
				learned(t, "a", 3, macN(7)), learned(t, "a", 3, macN(8)),
			}),
			want: []string{
				"L2 00:00:5e:00:53:07  - a GigabitEthernet0/3 (2)  fdb inferred",
				"L2 00:00:5e:00:53:08  - a GigabitEthernet0/3 (2)  fdb inferred",
				"L2 a GigabitEthernet0/3 - a GigabitEthernet0/3 (2)  fdb inferred",
			},
		},
		{
			name: "switches that tell nothing of each other are linked by what they learned",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				learned(t, "a", 3, macN(2)), learned(t, "b", 4, macN(9)),
			}),
			want: []string{
				"L2 00:00:5e:00:53:09  - b GigabitEthernet0/4 fdb reported",
				"L2 a GigabitEthernet0/3 - b  fdb inferred",
			},
		},
		{
			name: "three ports that hear each other share an unmanaged switch",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), walked(t, "c", 3), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/2"), sees(t, "a", 1, 3, "Gi0/3"), sees(t, "b", 2, 1, "Gi0/1"), sees(t, "b", 2, 3, "Gi0/3"),
				sees(t, "c", 3, 1, "Gi0/1"), sees(t, "c", 3, 2, "Gi0/2"),
			}),
			want: []string{
				"L2 a GigabitEthernet0/1 (0)  - b GigabitEthernet0/2 lldp inferred",
				"L2 a GigabitEthernet0/1 (0)  - c GigabitEthernet0/3 lldp inferred",
				"L2 a GigabitEthernet0/1 - a GigabitEthernet0/1 (0)  lldp inferred",
			},
		},
		{
			name: "and it is the one behind which machines are learned",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), walked(t, "c", 3), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/2"), sees(t, "a", 1, 3, "Gi0/3"), sees(t, "b", 2, 1, "Gi0/1"), sees(t, "b", 2, 3, "Gi0/3"),
				learned(t, "a", 1, macN(7)), learned(t, "a", 1, macN(8)),
			}),
			want: []string{
				"L2 00:00:5e:00:53:07  - a GigabitEthernet0/1 (2)  fdb inferred",
				"L2 00:00:5e:00:53:08  - a GigabitEthernet0/1 (2)  fdb inferred",
				"L2 a GigabitEthernet0/1 (2)  - b GigabitEthernet0/2 lldp inferred",
				"L2 a GigabitEthernet0/1 (2)  - c GigabitEthernet0/3 lldp inferred",
				"L2 a GigabitEthernet0/1 - a GigabitEthernet0/1 (2)  fdb+lldp inferred",
			},
		},
		{
			name: "switches in a ring have a cable each",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), walked(t, "c", 3), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/2"), sees(t, "b", 1, 3, "Gi0/2"), sees(t, "c", 1, 1, "Gi0/2"),
			}),
			want: []string{
				"L2 a GigabitEthernet0/1 - b GigabitEthernet0/2 lldp reported",
				"L2 a GigabitEthernet0/2 - c GigabitEthernet0/1 lldp reported",
				"L2 b GigabitEthernet0/1 - c GigabitEthernet0/2 lldp reported",
			},
		},
		{
			name: "two on one port that do not hear each other are not known to share it",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), walked(t, "c", 3), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/2"), sees(t, "a", 1, 3, "Gi0/3"),
			}),
			want: []string{
				"L2 a GigabitEthernet0/1 - b GigabitEthernet0/2 lldp reported",
				"L2 a GigabitEthernet0/1 - c GigabitEthernet0/3 lldp reported",
			},
		},
		{
			name: "a default route leads to its next hop",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				route("a", "0.0.0.0/0", "10.99.0.2"),
			}),
			want: []string{"L3 a  - b  route reported"},
		},
		{
			name: "the next hop knows the router too",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				route("a", "0.0.0.0/0", "10.99.0.2"), arp("b", "10.99.0.1", macN(1)),
			}),
			want: []string{"L3 a  - b  route confirmed"},
		},
		{
			name: "a route to an address that routers share leads to the one that has it",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), walked(t, "c", 3), []fact.Observation{
				route("a", "0.0.0.0/0", "10.99.0.254"), shares("b", "master"), shares("c", "backup"),
			}),
			want: []string{"L3 a  - b  route reported", "L3 b  - c  vrrp inferred"},
		},
		{
			name: "a link-local next hop is the one of its link",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				route("a", "::/0", "fe80::1"), arp("a", "fe80::1", macN(2)),
			}),
			want: []string{"L3 a  - b  route reported"},
		},
		{
			name: "an aggregate is one link",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				sees(t, "a", 1, 2, "Gi0/1"), sees(t, "a", 2, 2, "Gi0/2"), sees(t, "b", 1, 1, "Gi0/1"), sees(t, "b", 2, 1, "Gi0/2"),
				member(1), member(2), seen(t, "a", fact.Interface{Agent: "engine:a", IfIndex: 9, Name: "Po1", Type: 161}),
			}),
			want: []string{"L2 a Po1 - b GigabitEthernet0/1+GigabitEthernet0/2 lacp+lldp confirmed"},
		},
		{
			name: "a radio client is at its access point, wherever its frames come out",
			in: slices.Concat(walked(t, "a", 1), []fact.Observation{
				seen(t, "a", fact.AccessPoint{Agent: "engine:a", MAC: macN(5), Name: "ap-7"}),
				seen(t, "a", fact.WirelessClient{Agent: "engine:a", MAC: macN(7), AccessPoint: macN(5)}),
				learned(t, "a", 3, macN(7)), learned(t, "a", 4, macN(5)),
			}),
			want: []string{"L2 00:00:5e:00:53:07  - ap-7  wireless reported", "L2 a GigabitEthernet0/4 - ap-7  fdb reported"},
		},
		{
			name: "a port that spanning tree blocks tells who is there",
			in: slices.Concat(walked(t, "a", 1), walked(t, "b", 2), []fact.Observation{
				seen(t, "a", fact.BridgePort{Agent: "engine:a", IfIndex: 1, State: "blocking", DesignatedBridge: macN(2), DesignatedPort: 0x8003}),
				seen(t, "b", fact.BridgePort{Agent: "engine:b", IfIndex: 3, State: "forwarding", DesignatedBridge: macN(2), DesignatedPort: 0x8003}),
			}),
			want: []string{"L2 a GigabitEthernet0/1 - b GigabitEthernet0/3 stp reported"},
		},
		{
			name: "a route to oneself or to nobody is no link",
			in: slices.Concat(walked(t, "a", 1), []fact.Observation{
				route("a", "10.1.0.0/16", "10.99.0.1"), route("a", "0.0.0.0/0", "203.0.113.1"),
			}),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			net := resolve.Resolve(tt.in, topology.Site{})
			got := infer.Links(tt.in, net)
			if diff := cmp.Diff(tt.want, texts(net, got)); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
			for _, l := range got.Links {
				if len(l.Evidence) == 0 {
					t.Errorf("link %s has no evidence", l.ID)
				}
			}
			twice := slices.Concat(tt.in, tt.in)
			slices.Reverse(twice)
			if diff := cmp.Diff(got, infer.Links(twice, net)); diff != "" {
				t.Errorf("result depends on order (-want +got):\n%s", diff)
			}
		})
	}
}

// texts writes links with the names of their devices, sorted.
func texts(net *resolve.Network, r infer.Result) []string {
	names := make(map[topology.DeviceID]string)
	for _, d := range slices.Concat(net.Devices(), r.Unmanaged) {
		names[d.ID] = d.Name
	}
	var out []string
	for _, l := range r.Links {
		a, b := names[l.A.Device]+" "+l.A.Port, names[l.B.Device]+" "+l.B.Port
		out = append(out, fmt.Sprintf("L%d %s - %s %s %s", l.Layer, min(a, b), max(a, b), strings.Join(l.Methods, "+"), l.Grade))
	}
	slices.Sort(out)
	return out
}

// TestManyRowsBetweenTwoDevices fails by its time where rows are compared each
// with each.
func TestManyRowsBetweenTwoDevices(t *testing.T) {
	in := slices.Concat(walked(t, "a", 1), walked(t, "b", 2))
	for i := range 20000 {
		in = append(in, sees(t, "a", 1, 2, fmt.Sprintf("port %d", i)))
	}
	if got := infer.Links(in, resolve.Resolve(in, topology.Site{})); len(got.Links) == 0 || len(got.Links) > 256 {
		t.Errorf("%d links, want some and no more than 256", len(got.Links))
	}
}

func TestAttached(t *testing.T) {
	in := slices.Concat(walked(t, "a", 1), []fact.Observation{learned(t, "a", 3, macN(7)), learned(t, "a", 3, macN(8)), learned(t, "a", 4, macN(9))})
	net := resolve.Resolve(in, topology.Site{})
	got := infer.Links(in, net)
	sw, _ := net.DeviceByAgent("engine:a")
	for m, port := range map[int]string{7: "GigabitEthernet0/3", 8: "GigabitEthernet0/3", 9: "GigabitEthernet0/4"} {
		id, _ := net.DeviceByMAC(macN(m))
		want := []topology.Attachment{{Switch: sw, Port: port}}
		if diff := cmp.Diff(want, got.Attached[id]); diff != "" {
			t.Errorf("attachment of %s (-want +got):\n%s", macN(m), diff)
		}
	}
	if len(got.Unmanaged) != 1 || !slices.Contains(got.Unmanaged[0].Roles, topology.RoleUnmanaged) {
		t.Errorf("unmanaged switches: %+v, want one", got.Unmanaged)
	}
}

func TestBlindSpots(t *testing.T) {
	site := topology.Site{Zones: []topology.Zone{
		{Name: "clinical", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.10.0.0/24")}, VLANs: []uint16{10}},
		{Name: "laboratory", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.30.0.0/24")}, VLANs: []uint16{30}},
	}}
	in := slices.Concat(walked(t, "a", 1), []fact.Observation{
		seen(t, "p", fact.InputRead{Digest: "sha256:1", Name: "x.pcap", Format: "pcap", Records: 9, Skipped: 1, SkipReason: []string{"frame 3: short"}}),
		seen(t, "w", fact.InputRead{Digest: "sha256:2", Name: "y.walk", Format: "snmpwalk", Incomplete: "cut in line 7"}),
		seen(t, "p", fact.Gap{What: "frames", Why: "dropped by the kernel"}),
		seen(t, "p", fact.AddressBinding{IP: netip.MustParseAddr("10.10.0.5"), MAC: macN(5)}),
		sees(t, "a", 1, 2, "1"),
	})
	net := resolve.Resolve(in, site)
	var got []string
	for _, b := range infer.BlindSpots(in, net, site) {
		got = append(got, b.Kind+": "+b.What)
	}
	want := []string{
		"input-incomplete: x.pcap", "input-incomplete: y.walk", "not-answered: frames",
		"source-not-used: scans", "subnet-not-heard: 10.30.0.0/24", "subnet-not-heard: 10.99.0.0/24",
		"switch-not-asked: 00:00:5e:00:53:02", "vlan-not-captured: VLAN 30 laboratory",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blind spots (-want +got):\n%s", diff)
	}
}

// Without a site file the agents tell whose hosts were heard, with no tag.
func TestVLANsHeardUntagged(t *testing.T) {
	heard := func(n int) fact.Observation { return seen(t, "p", fact.Station{MAC: macN(n)}) }
	learned := func(n int, vid uint16) fact.Observation {
		return seen(t, "w", fact.FDBEntry{Agent: "sw", VID: vid, MAC: macN(n), BasePort: 1})
	}
	in := []fact.Observation{
		seen(t, "p", fact.InputRead{Digest: "p", Name: "x.pcap", Format: "pcap", Records: 9}), heard(1), heard(2),
		learned(1, 10), learned(1, 0), learned(2, 20), learned(2, 30), learned(3, 40), // one host, one router, one who was silent
		seen(t, "p", fact.AddressBinding{IP: netip.MustParseAddr("10.50.0.9"), MAC: macN(9)}),
		seen(t, "w", fact.Interface{Agent: "sw", IfIndex: 50, Name: "Vlan50"}), seen(t, "w", fact.InterfaceAddress{Agent: "sw", IfIndex: 50, Address: netip.MustParsePrefix("10.50.0.1/24")}),
		seen(t, "w", fact.Interface{Agent: "sw", IfIndex: 60, Name: "Vlan60"}), seen(t, "w", fact.InterfaceAddress{Agent: "sw", IfIndex: 60, Address: netip.MustParsePrefix("10.60.0.1/24")}),
	}
	for _, vid := range []uint16{10, 20, 30, 40, 50, 60} {
		in = append(in, seen(t, "w", fact.VLAN{Agent: "sw", VID: vid}))
	}
	var got []string
	for _, b := range infer.BlindSpots(in, resolve.Resolve(in, topology.Site{}), topology.Site{}) {
		if b.Kind == topology.BlindPassive {
			got = append(got, b.What)
		}
	}
	if diff := cmp.Diff([]string{"VLAN 20", "VLAN 30", "VLAN 40", "VLAN 60"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBlindSpotsAreBounded(t *testing.T) {
	var in []fact.Observation
	for i := range 200 {
		in = append(in, seen(t, "p", fact.Gap{What: fmt.Sprintf("host %d", i), Why: "silent"}))
	}
	got := infer.BlindSpots(in, resolve.Resolve(in, topology.Site{}), topology.Site{})
	if len(got) != 50+1+3 {
		t.Errorf("%d blind spots, want 50 gaps, one that counts the rest, and 3 sources not used", len(got))
	}
}

// What a capture shows of the port where it was made.
func TestNoMirror(t *testing.T) {
	end := func(ip string, n int) fact.Endpoint { return fact.Endpoint{IP: netip.MustParseAddr(ip), MAC: macN(n)} }
	talk := func(a, b int, answered bool, count uint64) fact.Observation {
		f := fact.Flow{Client: end(fmt.Sprintf("10.0.0.%d", a), a), Server: end(fmt.Sprintf("10.0.0.%d", b), b), Protocol: "tcp", Answered: answered}
		o, err := fact.New("pcap/flow", f, fact.Sighting{Input: "p", Vantage: "desk", Count: count})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	group := func(a int, count uint64) fact.Observation {
		f := fact.Flow{Client: end(fmt.Sprintf("10.0.0.%d", a), a), Server: fact.Endpoint{IP: netip.MustParseAddr("224.0.0.251"), Port: 5353}, Protocol: "udp"}
		o, err := fact.New("pcap/flow", f, fact.Sighting{Input: "p", Vantage: "desk", Count: count})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	stations := func(n int) (out []fact.Observation) {
		for i := range n {
			out = append(out, seen(t, "p", fact.Station{MAC: macN(i + 1)}), seen(t, "p", fact.AddressBinding{IP: netip.MustParseAddr(fmt.Sprintf("10.0.0.%d", i+1)), MAC: macN(i + 1)}))
		}
		return out
	}
	read := func(n uint64) fact.Observation {
		return seen(t, "p", fact.InputRead{Digest: "p", Name: "x.pcap", Format: "pcap", Records: n})
	}
	router := seen(t, "p", fact.Flow{Client: end("10.0.0.1", 1), Server: fact.Endpoint{IP: netip.MustParseAddr("192.0.2.1"), Port: 443, MAC: macN(9)}, Protocol: "tcp", Answered: true})
	tests := []struct {
		name string
		in   []fact.Observation
		want []string
	}{
		{"only what is for everybody", slices.Concat(stations(5), []fact.Observation{read(500), group(1, 100), group(2, 100)}), []string{topology.BlindMirror}},
		{"and some frames that the switch did not know where to send", slices.Concat(stations(5), []fact.Observation{read(500), group(1, 100), talk(2, 3, false, 4)}), []string{topology.BlindMirror}},
		{"one machine's own port", slices.Concat(stations(16), []fact.Observation{read(500), group(2, 100), talk(1, 3, true, 40), talk(1, 2, true, 10), talk(1, 4, true, 10), talk(1, 5, true, 10), talk(6, 1, true, 10)}), []string{topology.BlindOnePort + " alone"}},
		{"a mirror", slices.Concat(stations(5), []fact.Observation{read(500), group(2, 100), talk(1, 3, true, 40), talk(4, 2, true, 10)}), []string{topology.BlindOnePort}},
		{"a mirror of one direction", slices.Concat(stations(5), []fact.Observation{read(500), group(2, 100), talk(1, 3, false, 400), talk(4, 2, false, 10)}), []string{topology.BlindOnePort}},
		{"a mirror of a router's port", slices.Concat(stations(5), []fact.Observation{read(500), router, seen(t, "p", fact.Flow{
			Client: end("10.0.0.2", 2), Server: fact.Endpoint{IP: netip.MustParseAddr("192.0.2.2"), Port: 443, MAC: macN(9)}, Protocol: "tcp", Answered: true,
		})}), []string{topology.BlindOnePort}},
		{"too short to tell", slices.Concat(stations(5), []fact.Observation{read(20), group(1, 20)}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, b := range infer.BlindSpots(tt.in, resolve.Resolve(tt.in, topology.Site{}), topology.Site{}) {
				switch {
				case b.Kind == topology.BlindOnePort && strings.Contains(b.Why, "one machine"):
					got = append(got, b.Kind+" alone")
				case b.Kind == topology.BlindMirror || b.Kind == topology.BlindOnePort:
					got = append(got, b.Kind)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Whose packets a gateway carries is known from the frames, unless they were
// heard on the far side of it.
func TestNextHops(t *testing.T) {
	end := func(ip string, n int) fact.Endpoint { return fact.Endpoint{IP: netip.MustParseAddr(ip), MAC: macN(n)} }
	flow := func(a, b fact.Endpoint, answered bool) fact.Observation {
		return seen(t, "p", fact.Flow{Client: a, Server: b, Protocol: "tcp", Answered: answered})
	}
	at := func(ip string, n int) fact.Observation {
		return seen(t, "p", fact.AddressBinding{IP: netip.MustParseAddr(ip), MAC: macN(n)})
	}
	table := func(n int, vid uint16) fact.Observation {
		return seen(t, "w", fact.FDBEntry{Agent: "engine:a", VID: vid, MAC: macN(n), BasePort: uint32(n), IfIndex: uint32(n)})
	}
	known := []fact.Observation{at("10.0.0.5", 5), at("10.0.0.6", 6), at("10.0.0.1", 1), at("10.0.0.2", 2), at("10.1.0.254", 9)}
	tests := []struct {
		name string
		in   []fact.Observation
		want []string
	}{
		{"to its gateway", []fact.Observation{flow(end("10.0.0.5", 5), end("192.0.2.1", 1), true)}, []string{"10.0.0.1 - 10.0.0.5 confirmed"}},
		{"one way", []fact.Observation{flow(end("10.0.0.5", 5), end("192.0.2.1", 1), false)}, []string{"10.0.0.1 - 10.0.0.5 reported"}},
		{"to two of them", []fact.Observation{flow(end("10.0.0.5", 5), end("192.0.2.1", 1), true), flow(end("10.0.0.5", 5), end("192.0.2.2", 2), true)}, []string{"10.0.0.1 - 10.0.0.5 confirmed", "10.0.0.2 - 10.0.0.5 confirmed"}},
		{"to a neighbour", []fact.Observation{flow(end("10.0.0.5", 5), end("10.0.0.6", 6), true)}, nil},
		{"to the gateway itself", []fact.Observation{flow(end("10.0.0.5", 5), end("10.0.0.1", 1), true)}, nil},
		{"the answer was heard beyond the gateway", []fact.Observation{flow(end("10.0.0.5", 5), end("192.0.2.1", 9), true)}, nil},
		{"to its gateway, and its cable is known", []fact.Observation{flow(end("10.0.0.5", 5), end("192.0.2.1", 1), true), table(5, 10)}, []string{"10.0.0.1 - 10.0.0.5 confirmed"}},
		{"to one in its VLAN of which no address is known", []fact.Observation{flow(end("10.0.0.5", 5), end("192.0.2.1", 7), true), table(5, 10), table(7, 10)}, []string{"00:00:5e:00:53:07 - 10.0.0.5 confirmed"}},
		{"the answer came from one in another VLAN", []fact.Observation{flow(end("10.0.0.5", 5), end("192.0.2.1", 7), true), table(5, 10), table(7, 20)}, nil},
		{"the question was heard beyond the gateway", []fact.Observation{flow(end("10.0.0.5", 1), end("192.0.2.1", 9), true)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := slices.Concat(known, tt.in)
			net := resolve.Resolve(in, topology.Site{})
			var got []string
			for _, l := range infer.Links(in, net).Links {
				if l.Layer != 3 {
					continue
				}
				a, _ := net.Device(l.A.Device)
				b, _ := net.Device(l.B.Device)
				names := []string{a.Name, b.Name}
				slices.Sort(names)
				got = append(got, fmt.Sprintf("%s - %s %s", names[0], names[1], l.Grade))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Addresses of the outside on the cable are told of, since what goes there
// counts as outside: several stations of one network, none that is declared.
func TestPublicOnCable(t *testing.T) {
	bind := func(ip string, n int) fact.Observation {
		return seen(t, "p", fact.AddressBinding{IP: netip.MustParseAddr(ip), MAC: macN(n)})
	}
	tests := []struct {
		name string
		in   []fact.Observation
		site topology.Site
		want []string
	}{
		{"private", []fact.Observation{bind("10.0.0.1", 1), bind("10.0.0.2", 2)}, topology.Site{}, nil},
		{"public", []fact.Observation{bind("133.30.1.1", 1), bind("133.30.1.2", 2)}, topology.Site{}, []string{"133.30.1.0/24"}},
		{"of a carrier", []fact.Observation{bind("100.64.1.1", 1), bind("100.64.1.2", 2)}, topology.Site{}, []string{"100.64.1.0/24"}},
		{"declared", []fact.Observation{bind("133.30.1.1", 1), bind("133.30.1.2", 2)}, topology.Site{Inside: []netip.Prefix{netip.MustParsePrefix("133.30.0.0/16")}}, nil},
		{"one station that answers for all", []fact.Observation{bind("133.30.1.1", 1), bind("133.30.1.2", 1)}, topology.Site{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, b := range infer.BlindSpots(tt.in, resolve.Resolve(tt.in, tt.site), tt.site) {
				if b.Kind == topology.BlindPublic {
					got = append(got, b.What)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
