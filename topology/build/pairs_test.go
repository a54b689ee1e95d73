package build_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/build"
)

// Addresses that are shared, and one of another machine.
const (
	vrrp2MAC   = "00:00:5e:00:01:14"
	clusterMAC = "00:09:0f:09:00:01"
	otherGate  = "00:00:5e:00:53:05"
)

// Routers that share an address are one way out, and so are two routers of which
// one takes the packets and the other brings the answers, unless more is known.
func TestPairsOfGateways(t *testing.T) {
	t.Parallel()
	const pc, pc2 = "10.0.0.10", "10.0.0.11"
	via := func(a, aMAC, b, bMAC, to string, vid uint16) fact.Fact {
		f := fact.Flow{Client: at(t, a, aMAC), Server: at(t, b+":443", bMAC), Protocol: "tcp", App: "tls", Answered: true, VID: vid}
		f.Server.Via = at(t, b, to).MAC
		return f
	}
	talk := func(a, aMAC, b, bMAC string) fact.Fact { return via(a, aMAC, b, bMAC, "", 0) }
	handsOn := func(a, by, b, to string) fact.Fact {
		return fact.Flow{Client: at(t, a, by), Server: at(t, b+":443", to), Protocol: "tcp"}
	}
	bound := func(addr, mac string) fact.Fact {
		return fact.AddressBinding{IP: netip.MustParseAddr(addr), MAC: at(t, addr, mac).MAC}
	}
	offers := func(addr, mac string) fact.Fact {
		x := at(t, addr, mac)
		return fact.DHCPServer{IP: x.IP, MAC: x.MAC, Version: 4, Routers: []netip.Addr{x.IP}}
	}
	speaks := func(addr, mac, virtual string) fact.Fact {
		x := at(t, addr, mac)
		return fact.ControlSpeaker{Protocol: "vrrp", Role: "master", IP: x.IP, MAC: x.MAC, Domain: "10", Virtual: []netip.Addr{netip.MustParseAddr(virtual)}}
	}
	announces := func(addr, mac string) fact.Fact {
		return fact.RouterAdvertisement{
			Router: netip.MustParseAddr(addr), MAC: at(t, addr, mac).MAC, DefaultRouter: true, Prefixes: []netip.Prefix{netip.MustParsePrefix("2001:db8:1::/64")},
		}
	}
	// A device whose own tables lead everything to a next hop.
	leads := func(name, addr, mac, next string) []fact.Fact {
		agent := fact.AgentID("engine:" + name)
		return []fact.Fact{
			fact.SystemGroup{Agent: agent, SysName: name, IPForward: "forwarding"},
			fact.Interface{Agent: agent, IfIndex: 1, MAC: at(t, addr, mac).MAC, Type: 6, OperStatus: "up"},
			fact.InterfaceAddress{Agent: agent, IfIndex: 1, Address: netip.MustParsePrefix(addr + "/24")},
			fact.Route{Agent: agent, Destination: netip.MustParsePrefix("0.0.0.0/0"), NextHop: netip.MustParseAddr(next), IfIndex: 2, Type: "remote"},
		}
	}
	pair := []fact.Fact{
		bound("10.0.0.1", vrrpMAC), bound(pc, hereMAC), bound(pc2, otherMAC),
		via(pc, hereMAC, "203.0.113.9", gateMAC, vrrpMAC, 0), via(pc2, otherMAC, "198.51.100.9", gate2MAC, vrrpMAC, 0),
		talk(pc, hereMAC, "192.0.2.9", vrrpMAC),
	}
	for _, tt := range []struct {
		name string
		in   []fact.Fact
		want []string
	}{
		{name: "two routers that share an address", in: pair, want: []string{"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.0.11"}},
		{
			name: "and hosts that use one of them by its own", in: append([]fact.Fact{talk(pc2, otherMAC, "203.0.113.80", gateMAC)}, pair...),
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "and what they carry", in: append([]fact.Fact{
				fact.Transit{MAC: at(t, pc, gateMAC).MAC, Version: 4}, fact.Transit{MAC: at(t, pc, gateMAC).MAC, Version: 4, To: true},
			}, pair...),
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "and connections from outside", in: append([]fact.Fact{
				fact.Flow{
					Client: fact.Endpoint{IP: netip.MustParseAddr("203.0.113.200"), MAC: at(t, pc, gateMAC).MAC, Via: at(t, pc, vrrpMAC).MAC},
					Server: at(t, pc2+":443", otherMAC), Protocol: "tcp", Answered: true,
				},
			}, pair...),
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "the machines of a FortiGate cluster", in: []fact.Fact{
				bound("10.0.0.1", clusterMAC), bound(pc, hereMAC), handsOn(pc, otherGate, "203.0.113.9", gateMAC),
				via(pc, hereMAC, "203.0.113.9", gateMAC, clusterMAC, 0), talk(pc, hereMAC, "198.51.100.9", clusterMAC),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10"},
		},
		{
			name: "an address in each of two VLANs", in: []fact.Fact{
				bound("10.0.0.1", vrrpMAC), bound("10.0.9.1", vrrp2MAC), bound(pc, hereMAC), bound("10.0.9.10", otherMAC),
				via(pc, hereMAC, "203.0.113.9", gateMAC, vrrpMAC, 10), via("10.0.9.10", otherMAC, "203.0.113.9", gateMAC, vrrp2MAC, 20),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.9.10"},
		},
		{
			name: "one that answers for two addresses of a VLAN is of neither", in: []fact.Fact{
				bound("10.0.0.1", vrrpMAC), bound("10.0.0.254", vrrp2MAC), bound(pc, hereMAC), bound(pc2, otherMAC),
				via(pc, hereMAC, "203.0.113.9", gateMAC, vrrpMAC, 0), via(pc2, otherMAC, "203.0.113.9", gateMAC, vrrp2MAC, 0),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10", "internet 10.0.0.254 confirmed <10.0.0.11"},
		},
		{
			name: "an address without a MAC address of its own", in: []fact.Fact{
				bound(pc, hereMAC), bound(pc2, otherMAC), bound("10.0.0.2", gateMAC), bound("10.0.0.3", gate2MAC),
				speaks("10.0.0.2", gateMAC, "10.0.0.1"), speaks("10.0.0.3", gate2MAC, "10.0.0.1"),
				talk(pc, hereMAC, "203.0.113.9", gateMAC), talk(pc2, otherMAC, "203.0.113.9", gate2MAC),
			},
			want: []string{"unclassified 10.0.0.2 confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "one that is active, and one that stands by", in: []fact.Fact{
				bound(pc, hereMAC), bound(pc2, otherMAC), bound("10.0.0.1", vrrpMAC), bound("10.0.0.2", gateMAC), bound("10.0.0.3", gate2MAC),
				speaks("10.0.0.2", vrrpMAC, "10.0.0.1"), speaks("10.0.0.3", gate2MAC, "10.0.0.1"),
				talk(pc, hereMAC, "203.0.113.9", vrrpMAC), talk(pc2, otherMAC, "203.0.113.9", gate2MAC),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "both announce the prefix of a line", in: []fact.Fact{
				bound(pc, hereMAC), bound(pc2, otherMAC), bound("10.0.0.2", gateMAC), bound("10.0.0.3", gate2MAC),
				speaks("10.0.0.2", gateMAC, "10.0.0.1"), speaks("10.0.0.3", gate2MAC, "10.0.0.1"),
				announces("fe80::2", gateMAC), announces("fe80::3", gate2MAC),
			},
			want: []string{"internet 10.0.0.2 reported"},
		},
		{
			name: "two that share nothing", in: []fact.Fact{
				bound(pc, hereMAC), bound(pc2, otherMAC), bound("10.0.0.2", gateMAC), bound("10.0.0.3", gate2MAC),
				talk(pc, hereMAC, "203.0.113.9", gateMAC), talk(pc2, otherMAC, "203.0.113.9", gate2MAC),
			},
			want: []string{"unclassified 10.0.0.2 confirmed <10.0.0.10", "unclassified 10.0.0.3 confirmed <10.0.0.11"},
		},
		{
			name: "one of the pair leads to a firewall", in: slices.Concat(pair, leads("core", "10.0.0.2", gateMAC, "10.0.0.254"), leads("fw", "10.0.0.254", otherGate, "192.0.2.1")),
			want: []string{"internet fw confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "both of the pair lead to a firewall", in: slices.Concat(
				pair, leads("core1", "10.0.0.2", gateMAC, "10.0.0.254"), leads("core2", "10.0.0.3", gate2MAC, "10.0.0.254"), leads("fw", "10.0.0.254", otherGate, "192.0.2.1"),
			),
			want: []string{"internet fw confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "one of the pair has a line", in: slices.Concat(pair, leads("fw", "10.0.0.2", gateMAC, "192.0.2.1")),
			want: []string{"internet fw confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "a firewall behind the pair answers straight", in: []fact.Fact{
				bound("10.0.0.1", vrrpMAC), bound(pc, hereMAC), bound("10.0.0.254", otherGate),
				via(pc, hereMAC, "203.0.113.9", otherGate, vrrpMAC, 0), handsOn(pc, gateMAC, "203.0.113.9", otherGate),
				via(pc, hereMAC, "10.0.9.5", gateMAC, vrrpMAC, 0),
			},
			want: []string{"unclassified 10.0.0.254 confirmed <10.0.0.10"},
		},
		{
			name: "answers come from another router", in: []fact.Fact{
				bound(pc, hereMAC), offers("10.0.0.1", gateMAC), via(pc, hereMAC, "203.0.113.9", gate2MAC, gateMAC, 0),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10"},
		},
		{
			name: "and it is where packets are handed on to", in: []fact.Fact{
				bound(pc, hereMAC), offers("10.0.0.1", gateMAC), bound("10.0.0.254", gate2MAC),
				via(pc, hereMAC, "203.0.113.9", gate2MAC, gateMAC, 0), handsOn(pc, gateMAC, "203.0.113.9", gate2MAC),
				fact.Transit{MAC: at(t, pc, gateMAC).MAC, Version: 4, To: true},
				fact.Transit{MAC: at(t, pc, gate2MAC).MAC, Version: 4},
			},
			want: []string{"unclassified 10.0.0.254 confirmed <10.0.0.10"},
		},
		{
			name: "and has a line", in: slices.Concat([]fact.Fact{
				bound(pc, hereMAC), offers("10.0.0.1", gateMAC), via(pc, hereMAC, "203.0.113.9", gate2MAC, gateMAC, 0),
			}, leads("fw", "10.0.0.254", gate2MAC, "192.0.2.1")),
			want: []string{"internet fw confirmed <10.0.0.10"},
		},
		{
			name: "and others hand packets to it", in: []fact.Fact{
				bound(pc, hereMAC), bound(pc2, otherMAC), bound("10.0.0.1", gateMAC), offers("10.0.0.254", gate2MAC),
				via(pc, hereMAC, "203.0.113.9", gate2MAC, gateMAC, 0), talk(pc2, otherMAC, "203.0.113.9", gate2MAC),
			},
			want: []string{"internet 10.0.0.254 confirmed <10.0.0.10 <10.0.0.11"},
		},
		{
			name: "each brings answers of its own too", in: []fact.Fact{
				bound(pc, hereMAC), bound(pc2, otherMAC), offers("10.0.0.1", gateMAC), bound("10.0.0.254", gate2MAC),
				via(pc, hereMAC, "203.0.113.9", gate2MAC, gateMAC, 0), talk(pc2, otherMAC, "203.0.113.9", gate2MAC), talk(pc2, otherMAC, "198.51.100.9", gateMAC),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.0.11", "unclassified 10.0.0.254 confirmed <10.0.0.11"},
		},
		{
			name: "a partner's router that answers straight", in: []fact.Fact{ // and the way to the internet is elsewhere
				bound(pc, hereMAC), offers("10.0.0.1", gateMAC), bound("10.0.0.200", gate2MAC), talk(pc, hereMAC, "198.51.100.9", gateMAC),
				via(pc, hereMAC, "203.0.113.9", gate2MAC, gateMAC, 0), handsOn(pc, gateMAC, "203.0.113.9", gate2MAC),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10", "unclassified 10.0.0.200 confirmed <10.0.0.10"},
		},
		{
			name: "global addresses may leave another way than answers come", in: slices.Concat([]fact.Fact{
				fact.RouterAdvertisement{Router: netip.MustParseAddr("fe80::1"), MAC: at(t, "fe80::1", gateMAC).MAC, Prefixes: []netip.Prefix{netip.MustParsePrefix("2001:db8:1::/64")}},
				bound("2001:db8:1::a", hereMAC), bound(pc, hereMAC),
				fact.Flow{
					Client: at(t, "2001:db8:1::a", hereMAC), Protocol: "tcp", Answered: true,
					Server: fact.Endpoint{IP: netip.MustParseAddr("2001:4860::1"), Port: 443, MAC: at(t, pc, gate2MAC).MAC, Via: at(t, pc, gateMAC).MAC},
				},
			}, leads("fw", "10.0.0.254", gate2MAC, "192.0.2.1")),
			want: []string{"internet fw confirmed", "unclassified fe80::1 confirmed <10.0.0.10"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantEitherOrder(t, tt.want, tt.in)
		})
	}
}

// wantEitherOrder wants these ways out of facts, whichever of them came first.
func wantEitherOrder(t *testing.T, want []string, facts []fact.Fact) {
	t.Helper()
	back := slices.Clone(facts)
	slices.Reverse(back)
	for _, in := range [][]fact.Fact{facts, back} {
		if diff := cmp.Diff(want, waysOut(t, topology.Site{}, in)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// That the way there is not the way back is told, and what shows it.
func TestAsymmetryIsTold(t *testing.T) {
	t.Parallel()
	flow := fact.Flow{Client: at(t, "10.0.0.10", hereMAC), Server: at(t, "203.0.113.9:443", gate2MAC), Protocol: "tcp", Answered: true}
	flow.Server.Via = at(t, "203.0.113.9", gateMAC).MAC
	s := build.Build([]fact.Observation{seen(t, "c", flow)}, build.Options{Signatures: defaults(t)})
	if len(s.ExternalConnections) != 1 {
		t.Fatalf("%d ways out", len(s.ExternalConnections))
	}
	because, says := strings.Join(s.ExternalConnections[0].Because, "\n"), ""
	for _, e := range s.Evidence {
		says += e.Says + "\n" + e.SaysJA + "\n"
	}
	if !strings.Contains(because, "the way there is not the way back") {
		t.Errorf("because:\n%s", because)
	}
	for _, want := range []string{"frames for 203.0.113.9 were handed to " + gateMAC, "203.0.113.9 あては " + gateMAC + " に渡された"} {
		if !strings.Contains(says, want) {
			t.Errorf("evidence does not say %q:\n%s", want, says)
		}
	}
}

// What routers say of the address that they share is evidence of the way out.
func TestSharingIsShown(t *testing.T) {
	t.Parallel()
	shared := netip.MustParseAddr("10.0.0.1")
	var obs []fact.Observation
	for i, mac := range []string{gateMAC, gate2MAC} {
		router := at(t, fmt.Sprintf("10.0.0.%d", 2+i), mac)
		pc := at(t, fmt.Sprintf("10.0.0.%d", 10+i), []string{hereMAC, otherMAC}[i])
		obs = append(obs,
			seen(t, "c", fact.AddressBinding{IP: router.IP, MAC: router.MAC}),
			seen(t, "c", fact.ControlSpeaker{Protocol: "carp", IP: router.IP, MAC: router.MAC, Domain: "1", Virtual: []netip.Addr{shared}}),
			seen(t, "c", fact.Flow{Client: pc, Server: at(t, "203.0.113.9:443", mac), Protocol: "tcp", Answered: true}),
		)
	}
	s := build.Build(obs, build.Options{Signatures: defaults(t)})
	if len(s.ExternalConnections) != 1 {
		t.Fatalf("%d ways out", len(s.ExternalConnections))
	}
	kinds := make(map[string]int)
	for _, e := range s.Evidence {
		if slices.Contains(s.ExternalConnections[0].Evidence, e.ID) {
			kinds[e.Kind]++
		}
	}
	if diff := cmp.Diff(map[string]int{"flow": 2, "control-speaker": 2}, kinds); diff != "" {
		t.Errorf("evidence, -want +got:\n%s", diff)
	}
}
