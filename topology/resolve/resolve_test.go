package resolve_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// at is when everything in these tests was seen.
func at(minutes int) time.Time {
	return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

func seen(tb testing.TB, input string, f fact.Fact) fact.Observation {
	tb.Helper()
	return seenAt(tb, input, f, 0, 0)
}

func seenAt(tb testing.TB, input string, f fact.Fact, first, last int) fact.Observation {
	tb.Helper()
	o, err := fact.New("test", f, fact.Sighting{Input: input, First: at(first), Last: at(last), Count: 1})
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

func mac(tb testing.TB, s string) fact.MAC {
	tb.Helper()
	m, err := fact.ParseMAC(s)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// macN returns a universally administered MAC address for documentation.
func macN(n int) fact.MAC { return fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, byte(n)} }

func arp(ip string, m fact.MAC) fact.Fact { return fact.AddressBinding{IP: addr(ip), MAC: m} }

func TestResolveTraps(t *testing.T) {
	engine := "80001f8880e9630000d61ff449"
	clone := func(input, name, serial string) []fact.Observation {
		a := fact.AgentID("engine:" + engine)
		return []fact.Observation{
			seen(t, input, fact.SystemGroup{Agent: a, SysName: name, EngineID: engine}),
			seen(t, input, fact.PhysicalEntity{Agent: a, Index: 1, Class: "chassis", Vendor: "Maker", Serial: serial}),
		}
	}
	virtual := mac(t, "00:00:5e:00:01:0a")
	tests := []struct {
		name      string
		in        []fact.Observation
		want      []string // device names, sorted
		conflicts []string // kinds
	}{
		{
			name: "vrrp pair stays two devices and shares no address",
			in: []fact.Observation{
				seen(t, "a", arp("10.10.0.2", macN(2))), seen(t, "a", arp("10.10.0.3", macN(3))),
				seen(t, "a", arp("10.10.0.1", virtual)), seen(t, "a", fact.Station{MAC: virtual}),
			},
			want: []string{"10.10.0.2", "10.10.0.3"},
		},
		{
			name: "virtual mac beside the owner of the address is no conflict",
			in: []fact.Observation{
				seen(t, "a", arp("10.10.0.1", macN(1))), seen(t, "a", arp("10.10.0.1", virtual)),
			},
			want: []string{"10.10.0.1"},
		},
		{
			name: "a name server's word, where there is no other name",
			in: []fact.Observation{
				seen(t, "a", arp("10.10.0.5", macN(1))), seen(t, "a", arp("10.10.0.6", macN(2))),
				seen(t, "a", fact.NameClaim{Name: "PACS", Protocol: "nbns", IP: addr("10.10.0.6"), MAC: macN(2)}),
				seen(t, "a", fact.NameAnswer{Name: "his.example.jp", Addresses: []netip.Addr{addr("10.10.0.5")}, Server: addr("10.10.0.53")}),
				seen(t, "a", fact.NameAnswer{Name: "www.example.jp", Addresses: []netip.Addr{addr("10.10.0.6")}, Server: addr("10.10.0.53")}),
				seen(t, "a", fact.NameAnswer{Name: "evil.example", Addresses: []netip.Addr{addr("10.10.0.5")}, Server: addr("192.0.2.53")}),
			},
			want: []string{"10.10.0.53", "PACS", "his.example.jp"},
		},
		{
			name:      "cloned engine id yields to serial numbers",
			in:        slices.Concat(clone("w1", "sw-a", "SN0001"), clone("w2", "sw-b", "SN0002")),
			want:      []string{"sw-a", "sw-b"},
			conflicts: []string{topology.ConflictIdentity, topology.ConflictIdentity},
		},
		{
			name: "one engine id with one serial number is one device",
			in:   slices.Concat(clone("w1", "sw-a", "SN0001"), clone("w2", "sw-a", "SN0001")),
			want: []string{"sw-a"},
		},
		{
			name: "loopback as management address joins nobody",
			in: []fact.Observation{
				seen(t, "w", announced(macN(1), "sw-a", "127.0.0.1")),
				seen(t, "w", announced(macN(2), "sw-b", "127.0.0.1")),
			},
			want: []string{"sw-a", "sw-b"},
		},
		{
			name: "one default management address of two devices is owned by neither",
			in: []fact.Observation{
				seen(t, "w", announced(macN(1), "sw-a", "192.168.1.1")),
				seen(t, "w", announced(macN(2), "sw-b", "192.168.1.1")),
			},
			want: []string{"sw-a", "sw-b"},
		},
		{
			name: "several addresses on one mac are one device",
			in: []fact.Observation{
				seen(t, "a", arp("10.10.0.5", macN(5))), seen(t, "a", arp("10.10.0.6", macN(5))),
				seen(t, "a", arp("10.20.0.5", macN(5))),
			},
			want: []string{"10.10.0.5"},
		},
		{
			name: "two macs on one address are two devices and a conflict",
			in: []fact.Observation{
				seen(t, "a", arp("10.10.0.5", macN(5))), seen(t, "a", arp("10.10.0.5", macN(6))),
			},
			want:      []string{"10.10.0.5", "10.10.0.5"},
			conflicts: []string{topology.ConflictAddress},
		},
		{
			name: "a lease that passed on is no conflict",
			in: []fact.Observation{
				seenAt(t, "a", arp("10.10.0.5", macN(5)), 0, 10), seenAt(t, "a", arp("10.10.0.5", macN(6)), 200, 210),
			},
			want: []string{"00:00:5e:00:53:05", "10.10.0.5"},
		},
		{
			name: "zero and group physical addresses join nobody",
			in: []fact.Observation{
				seen(t, "w1", fact.SystemGroup{Agent: "name:sw-a", SysName: "sw-a"}),
				seen(t, "w1", fact.Interface{Agent: "name:sw-a", IfIndex: 1}),
				seen(t, "w1", fact.Interface{Agent: "name:sw-a", IfIndex: 2, MAC: mac(t, "00:00:00:00:00:01")}),
				seen(t, "w2", fact.SystemGroup{Agent: "name:sw-b", SysName: "sw-b"}),
				seen(t, "w2", fact.Interface{Agent: "name:sw-b", IfIndex: 1}),
				seen(t, "w2", fact.Interface{Agent: "name:sw-b", IfIndex: 2, MAC: mac(t, "00:00:00:00:00:01")}),
				seen(t, "w2", fact.Interface{Agent: "name:sw-b", IfIndex: 3, MAC: mac(t, "02:42:ac:11:00:01")}),
				seen(t, "w1", fact.Interface{Agent: "name:sw-a", IfIndex: 3, MAC: mac(t, "02:42:ac:11:00:01")}),
			},
			want: []string{"sw-a", "sw-b"},
		},
		{
			name: "one mac in the tables of two serial numbers is a contradiction",
			in: []fact.Observation{
				seen(t, "w1", fact.PhysicalEntity{Agent: "name:a", Index: 1, Class: "chassis", Vendor: "M", Serial: "SN0001"}),
				seen(t, "w1", fact.SystemGroup{Agent: "name:a", SysName: "sw-a"}),
				seen(t, "w1", fact.Interface{Agent: "name:a", IfIndex: 1, MAC: macN(9)}),
				seen(t, "w2", fact.PhysicalEntity{Agent: "name:b", Index: 1, Class: "chassis", Vendor: "M", Serial: "SN0002"}),
				seen(t, "w2", fact.SystemGroup{Agent: "name:b", SysName: "sw-b"}),
				seen(t, "w2", fact.Interface{Agent: "name:b", IfIndex: 1, MAC: macN(9)}),
			},
			want:      []string{"sw-a", "sw-b"},
			conflicts: []string{topology.ConflictIdentity},
		},
		{
			name: "chassis mac on every port is the switch's own",
			in: []fact.Observation{
				seen(t, "w", fact.SystemGroup{Agent: "chassis:x", SysName: "sw-a"}),
				seen(t, "w", fact.LocalChassis{Agent: "chassis:x", Protocol: "lldp", ChassisID: macN(1).String(), ChassisIDSubtype: "macAddress"}),
				seen(t, "w", fact.Interface{Agent: "chassis:x", IfIndex: 1, MAC: macN(1)}),
				seen(t, "w", fact.Interface{Agent: "chassis:x", IfIndex: 2, MAC: macN(1)}),
				seen(t, "a", fact.Station{MAC: macN(1)}),
				seen(t, "a", announced(macN(1), "sw-a", "10.99.0.11")),
			},
			want: []string{"sw-a"},
		},
		{
			name: "a server with a chassis id for each port is one device",
			in: []fact.Observation{
				seen(t, "w", fact.SystemGroup{Agent: "mac:y", SysName: "sv"}),
				seen(t, "w", fact.LocalChassis{Agent: "mac:y", Protocol: "lldp", ChassisID: macN(1).String(), ChassisIDSubtype: "macAddress"}),
				seen(t, "w", fact.Interface{Agent: "mac:y", IfIndex: 1, MAC: macN(1)}),
				seen(t, "w", fact.Interface{Agent: "mac:y", IfIndex: 2, MAC: macN(2)}),
				seen(t, "a", announced(macN(2), "sv", "")),
			},
			want: []string{"sv"},
		},
		{
			name: "tether pools behind two machines are two networks",
			in: []fact.Observation{
				seen(t, "a", arp("10.10.0.5", macN(5))), seen(t, "a", arp("10.10.0.6", macN(6))),
				seen(t, "a", fact.AddressSet{MAC: macN(5), Protocol: "mdns", Addresses: []netip.Addr{addr("192.168.42.23")}}),
				seen(t, "a", fact.AddressSet{MAC: macN(6), Protocol: "mdns", Addresses: []netip.Addr{addr("192.168.42.23")}}),
			},
			want: []string{"10.10.0.5", "10.10.0.6"},
		},
		{
			name: "host names join nobody",
			in: []fact.Observation{
				seen(t, "a", fact.NameClaim{Name: "pc", Protocol: "mdns", MAC: macN(5)}),
				seen(t, "a", fact.NameClaim{Name: "pc", Protocol: "mdns", MAC: macN(6)}),
				seen(t, "w1", fact.SystemGroup{Agent: "engine:1", EngineID: "1", SysName: "pc"}),
			},
			want: []string{"pc", "pc", "pc"},
		},
		{
			name: "an address-only device joins the one that has the address",
			in: []fact.Observation{
				seen(t, "a", arp("10.10.0.5", macN(5))),
				seen(t, "n", fact.Port{IP: addr("10.10.0.5"), Transport: "tcp", Port: 80, State: "open"}),
				seen(t, "n", fact.HostStatus{IP: addr("10.10.0.6"), State: "up"}),
			},
			want: []string{"10.10.0.5", "10.10.0.6"},
		},
		{
			name: "an agent without mac addresses joins the station that answers for it",
			in: []fact.Observation{
				seen(t, "w", fact.SystemGroup{Agent: "name:r", SysName: "r"}),
				seen(t, "w", fact.InterfaceAddress{Agent: "name:r", IfIndex: 1, Address: netip.MustParsePrefix("10.10.0.1/24")}),
				seen(t, "w", fact.InterfaceAddress{Agent: "name:r", IfIndex: 2, Address: netip.MustParsePrefix("10.20.0.1/24")}),
				seen(t, "a", arp("10.10.0.1", macN(1))), seen(t, "a", arp("10.20.0.1", macN(2))),
			},
			want: []string{"r"},
		},
		{
			name: "a neighbour known by cdp joins the agent that has its management address",
			in: []fact.Observation{
				seen(t, "w1", fact.SystemGroup{Agent: "engine:1", EngineID: "1", SysName: "core"}),
				seen(t, "w1", fact.InterfaceAddress{Agent: "engine:1", IfIndex: 1, Address: netip.MustParsePrefix("10.99.0.1/24")}),
				seen(t, "w2", fact.RemoteNeighbor{Agent: "engine:2", Protocol: "cdp", LocalPort: "1", Neighbor: fact.Neighbor{
					ChassisID: "core.example.jp", PortID: "Gi0/1", ManagementAddresses: []netip.Addr{addr("10.99.0.1")},
				}}),
				seen(t, "w2", fact.SystemGroup{Agent: "engine:2", EngineID: "2", SysName: "access"}),
			},
			want: []string{"access", "core"},
		},
		{
			name: "two cards of one host that lists the addresses of both under one name",
			in: []fact.Observation{
				seen(t, "a", arp("10.40.0.50", macN(1))), seen(t, "a", arp("2001:db8::2", macN(2))),
				seen(t, "a", fact.AddressSet{
					MAC: macN(1), From: addr("10.40.0.50"), Name: "ons01.local", Protocol: "mdns",
					Addresses: []netip.Addr{addr("10.40.0.50"), addr("2001:db8::2")},
				}),
				seen(t, "a", fact.NameClaim{Name: "ONS01", Protocol: "mdns", MAC: macN(2)}),
			},
			want: []string{"ONS01"},
		},
		{
			name: "a router that passes on what others announce joins nobody",
			in: []fact.Observation{
				seen(t, "a", arp("10.40.0.1", macN(1))), seen(t, "a", arp("10.30.0.2", macN(2))),
				seen(t, "a", fact.AddressSet{
					MAC: macN(1), From: addr("10.40.0.1"), Name: "pc", Protocol: "mdns", Addresses: []netip.Addr{addr("10.30.0.2")},
				}),
				seen(t, "a", fact.NameClaim{Name: "pc", Protocol: "nbns", MAC: macN(2)}),
			},
			want: []string{"pc", "pc"},
		},
		{
			name: "a cdp device id that is a mac address is the station with it",
			in: []fact.Observation{
				seen(t, "a", fact.Station{MAC: macN(3)}),
				seen(t, "w", fact.RemoteNeighbor{Agent: "engine:1", Protocol: "cdp", LocalPort: "1", Neighbor: fact.Neighbor{
					ChassisID: macN(3).String(), PortID: macN(3).String(), Platform: "adapter",
				}}),
			},
			want: []string{"00:00:5e:00:53:03", "engine:1"},
		},
		{
			name: "cdp and lldp on one port under one name are one neighbour",
			in: []fact.Observation{
				seen(t, "w", fact.SystemGroup{Agent: "engine:1", EngineID: "1", SysName: "access"}),
				seen(t, "w", fact.RemoteNeighbor{Agent: "engine:1", Protocol: "cdp", LocalPort: "1", Neighbor: fact.Neighbor{
					ChassisID: "core(FOC1234)", PortID: "Ethernet1/1", ManagementAddresses: []netip.Addr{addr("10.99.0.9")},
				}}),
				seen(t, "w", fact.RemoteNeighbor{Agent: "engine:1", Protocol: "lldp", LocalPort: "1", Neighbor: fact.Neighbor{
					ChassisID: macN(3).String(), ChassisIDSubtype: "macAddress", PortID: "Eth1/1", SystemName: "core",
				}}),
			},
			want: []string{"access", "core"},
		},
		{
			name: "neighbours that say nothing to tell them apart stay apart by port",
			in: []fact.Observation{
				seen(t, "w", fact.SystemGroup{Agent: "engine:1", EngineID: "1", SysName: "sw"}),
				seen(t, "w", nameless("1", "LAN")), seen(t, "w", nameless("2", "LAN")), seen(t, "w", nameless("3", "")),
			},
			want: []string{"engine:1/1", "engine:1/2", "sw"},
		},
		{
			name: "a neighbour with the name of the agent itself is another device",
			in: []fact.Observation{
				seen(t, "w", fact.SystemGroup{Agent: "engine:1", EngineID: "1", SysName: "sw"}),
				seen(t, "w", fact.RemoteNeighbor{Agent: "engine:1", Protocol: "cdp", LocalPort: "1", Neighbor: fact.Neighbor{ChassisID: "sw", PortID: "1"}}),
			},
			want: []string{"sw", "sw"},
		},
		{
			name: "public addresses and what never answered are no devices",
			in: []fact.Observation{
				seen(t, "a", fact.Flow{
					Client: fact.Endpoint{IP: addr("10.10.0.5")}, Server: fact.Endpoint{IP: addr("203.0.113.9"), Port: 443},
					Protocol: "tcp", Answered: true,
				}),
				seen(t, "a", fact.Flow{
					Client: fact.Endpoint{IP: addr("10.10.0.5")}, Server: fact.Endpoint{IP: addr("10.10.0.99"), Port: 443}, Protocol: "tcp",
				}),
			},
			want: []string{"10.10.0.5"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := resolve.Resolve(tt.in, topology.Site{})
			if diff := cmp.Diff(tt.want, names(n)); diff != "" {
				t.Errorf("devices (-want +got):\n%s", diff)
			}
			var kinds []string
			for _, c := range n.Conflicts() {
				kinds = append(kinds, c.Kind)
				if len(c.Evidence) == 0 || c.WhatJA == "" {
					t.Errorf("conflict %q has %d pieces of evidence, in Japanese %q", c.What, len(c.Evidence), c.WhatJA)
				}
			}
			if diff := cmp.Diff(tt.conflicts, kinds); diff != "" {
				t.Errorf("conflicts (-want +got):\n%s", diff)
			}
		})
	}
}

func announced(m fact.MAC, name, management string) fact.Fact {
	n := fact.Neighbor{
		ChassisID: m.String(), ChassisIDSubtype: "macAddress", PortID: "1", PortIDSubtype: "local", SystemName: name,
		Capabilities: []string{"bridge"},
	}
	if management != "" {
		n.ManagementAddresses = []netip.Addr{addr(management)}
	}
	return fact.NeighborAnnouncement{Protocol: "lldp", MAC: m, Neighbor: n}
}

// nameless is a neighbour with a zero chassis ID and a default name.
func nameless(port, remote string) fact.Fact {
	return fact.RemoteNeighbor{Agent: "engine:1", Protocol: "lldp", LocalPort: port, Neighbor: fact.Neighbor{
		ChassisID: "00:00:00:00:00:00", ChassisIDSubtype: "macAddress", PortID: remote, PortIDSubtype: "interfaceName",
	}}
}

func names(n *resolve.Network) []string {
	var out []string
	for _, d := range n.Devices() {
		out = append(out, d.Name)
	}
	slices.Sort(out)
	return out
}

func TestResolveProxyARPOwnsNothing(t *testing.T) {
	proxy := macN(0xfe)
	in := []fact.Observation{
		seen(t, "a", arp("10.10.0.7", macN(7))),
		seen(t, "w", fact.SystemGroup{Agent: "mac:fe", SysName: "gw"}),
		seen(t, "w", fact.Interface{Agent: "mac:fe", IfIndex: 1, MAC: proxy}),
		seen(t, "w", fact.InterfaceAddress{Agent: "mac:fe", IfIndex: 1, Address: netip.MustParsePrefix("10.10.0.254/24")}),
	}
	for i := range 253 {
		in = append(in, seen(t, "a", arp(fmt.Sprintf("10.10.0.%d", i+1), proxy)))
	}
	n := resolve.Resolve(in, topology.Site{})
	if diff := cmp.Diff([]string{"10.10.0.7", "gw"}, names(n)); diff != "" {
		t.Errorf("devices (-want +got):\n%s", diff)
	}
	if id, ok := n.DeviceByIP(addr("10.10.0.9")); ok {
		t.Errorf("10.10.0.9 has the owner %s; only a proxy answers for it", id)
	}
	seven, _ := n.DeviceByMAC(macN(7))
	if id, _ := n.DeviceByIP(addr("10.10.0.7")); id != seven || id == "" {
		t.Errorf("10.10.0.7 belongs to %q, want %q", id, seven)
	}
	gw, _ := n.DeviceByMAC(proxy)
	if id, _ := n.DeviceByIP(addr("10.10.0.254")); id != gw {
		t.Errorf("10.10.0.254 belongs to %q, want %q", id, gw)
	}
	if c := n.Conflicts(); len(c) != 1 || c[0].Kind != topology.ConflictProxy {
		t.Errorf("conflicts = %+v, want one of kind %s", c, topology.ConflictProxy)
	}
}

func TestNetworkLookups(t *testing.T) {
	gw, pc, server := macN(1), macN(5), macN(9)
	flow := func(client string, cm fact.MAC, srv string, sm fact.MAC) fact.Fact {
		return fact.Flow{
			Client: fact.Endpoint{IP: addr(client), MAC: cm}, Server: fact.Endpoint{IP: addr(srv), Port: 443, MAC: sm},
			Protocol: "tcp", Answered: true,
		}
	}
	n := resolve.Resolve([]fact.Observation{
		seen(t, "a", arp("10.10.0.1", gw)), seen(t, "a", arp("10.10.0.5", pc)),
		seen(t, "a", flow("10.10.0.5", pc, "203.0.113.1", gw)),
		seen(t, "a", flow("10.20.0.7", gw, "10.10.0.5", pc)),
		seen(t, "a", flow("10.30.0.8", server, "10.10.0.5", pc)),
		seen(t, "w", fact.SystemGroup{Agent: "engine:ff", EngineID: "ff", SysName: "fw", Address: addr("10.60.0.254")}),
		seen(t, "w", fact.InterfaceAddress{Agent: "engine:ff", IfIndex: 2, Address: netip.MustParsePrefix("198.51.100.2/30")}),
	}, topology.Site{})

	if !n.IsGatewayMAC(gw) {
		t.Error("the MAC that carries outside addresses is not a gateway")
	}
	if n.IsGatewayMAC(pc) {
		t.Error("a PC is a gateway")
	}
	if n.IsGatewayMAC(server) {
		t.Error("a MAC that carries one unknown address is a gateway; it may be its own")
	}
	if id, ok := n.DeviceByIP(addr("10.20.0.7")); !ok {
		t.Error("the host behind the gateway has no device")
	} else if g, _ := n.DeviceByMAC(gw); g == id {
		t.Error("the gateway owns the address of a host behind it")
	}
	fw, ok := n.DeviceByAgent("engine:ff")
	if !ok {
		t.Fatal("the agent has no device")
	}
	if id, _ := n.DeviceByIP(addr("198.51.100.2")); id != fw {
		t.Errorf("own public address belongs to %q, want %q", id, fw)
	}
	if !n.OwnAddress(addr("198.51.100.2")) || n.OwnAddress(addr("10.10.0.5")) {
		t.Error("OwnAddress: want the address of the agent's table only")
	}
	if d, _ := n.Device(fw); d.Name != "fw" || len(d.Evidence) != 2 {
		t.Errorf("firewall is %+v", d)
	}
}

func TestDeviceFields(t *testing.T) {
	a := fact.AgentID("engine:1")
	n := resolve.Resolve([]fact.Observation{
		seen(t, "w", fact.SystemGroup{
			Agent: a, EngineID: "1", SysName: "oqs-router", SysDescr: "RTX830 Rev.15.02.22 (Thu Aug 18 15:08:44 2022)",
			SysObjectID: "1.3.6.1.4.1.1182.1.999", Services: 78, IPForward: "forwarding", SysLocation: "server room",
		}),
		seen(t, "w", fact.Interface{Agent: a, IfIndex: 1, Name: "LAN1", Type: 6, MAC: mac(t, "00:a0:de:00:00:01")}),
		seen(t, "w", fact.InterfaceAddress{Agent: a, IfIndex: 1, Address: netip.MustParsePrefix("10.40.0.1/24")}),
		seen(t, "a", fact.AddressBinding{IP: addr("10.40.0.1"), MAC: mac(t, "00:a0:de:00:00:01"), VID: 40}),
		seen(t, "n", fact.Port{IP: addr("10.40.0.1"), Transport: "tcp", Port: 22, State: "open", Service: "ssh"}),
	}, topology.Site{Zones: []topology.Zone{{Name: "事務", Kind: "office", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.40.0.0/24")}}}})
	got := n.Devices()
	if len(got) != 1 {
		t.Fatalf("%d devices, want 1: %v", len(got), names(n))
	}
	d := got[0]
	d.Evidence, d.Keys, d.ID = nil, nil, ""
	want := topology.Device{
		Name: "oqs-router", Names: []string{"oqs-router"}, Roles: []topology.Role{topology.RoleRouter},
		Vendor: "Yamaha", Model: "RTX830", OS: "Yamaha firmware", Version: "15.02.22", Location: "server room",
		Interfaces: []topology.Interface{{
			Name: "LAN1", Index: 1, MAC: "00:a0:de:00:00:01", IPs: []string{"10.40.0.1/24"}, Type: "ethernetCsmacd", VLANs: []uint16{40},
		}},
		Services: []topology.Service{{Transport: "tcp", Port: 22, Name: "ssh"}},
		Zone:     "事務", FirstSeen: at(0), LastSeen: at(0),
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("device (-want +got):\n%s", diff)
	}
}

func TestDeviceIDIsStable(t *testing.T) {
	id := func(in ...fact.Observation) topology.DeviceID {
		n := resolve.Resolve(in, topology.Site{})
		d, ok := n.DeviceByMAC(macN(5))
		if !ok {
			t.Fatalf("no device for %s", macN(5))
		}
		return d
	}
	bare := seen(t, "a", fact.Station{MAC: macN(5)})
	want := id(bare)
	for name, more := range map[string]fact.Observation{
		"address": seen(t, "a", arp("10.10.0.5", macN(5))),
		"name":    seen(t, "a", fact.NameClaim{Name: "pc", Protocol: "nbns", MAC: macN(5)}),
		"chassis": seen(t, "a", announced(macN(5), "pc", "")),
		"dhcp":    seen(t, "a", fact.DHCPClient{MAC: macN(5), Version: 4, HostName: "pc"}),
	} {
		if got := id(bare, more); got != want {
			t.Errorf("with %s the device is %s, without it %s", name, got, want)
		}
	}
}

func TestOnLinkFrames(t *testing.T) {
	site := topology.Site{Zones: []topology.Zone{{Name: "z", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.10.0.0/24")}}}}
	flow := func(client string, cm fact.MAC, srv string, sm fact.MAC) fact.Observation {
		return seen(t, "a", fact.Flow{
			Client: fact.Endpoint{IP: addr(client), MAC: cm}, Server: fact.Endpoint{IP: addr(srv), MAC: sm}, Protocol: "udp", Answered: true,
		})
	}
	n := resolve.Resolve([]fact.Observation{
		flow("10.10.0.5", macN(5), "10.10.0.6", macN(6)),
		flow("10.30.0.7", macN(7), "224.0.0.251", fact.MAC{0x01, 0, 0x5e, 0, 0, 0xfb}),
		flow("10.30.0.8", macN(8), "10.40.0.9", macN(9)),
	}, site)
	for ip, m := range map[string]fact.MAC{"10.10.0.5": macN(5), "10.10.0.6": macN(6), "10.30.0.7": macN(7)} {
		want, _ := n.DeviceByMAC(m)
		if got, _ := n.DeviceByIP(addr(ip)); got != want || got == "" {
			t.Errorf("%s belongs to %q, want %q: its frames passed no router", ip, got, want)
		}
	}
	eight, _ := n.DeviceByMAC(macN(8))
	if got, _ := n.DeviceByIP(addr("10.30.0.8")); got == eight {
		t.Error("a frame that may have passed a router binds an address")
	}
}

// A router that answers for addresses outside is not called by one of them.
func TestProxyARPName(t *testing.T) {
	in := []fact.Observation{seen(t, "a", arp("8.8.8.8", macN(1))), seen(t, "a", arp("10.0.0.1", macN(1))), seen(t, "a", arp("203.0.113.9", macN(2)))}
	if got := names(resolve.Resolve(in, topology.Site{})); !cmp.Equal(got, []string{"10.0.0.1", "203.0.113.9"}) {
		t.Errorf("got %v", got)
	}
}
