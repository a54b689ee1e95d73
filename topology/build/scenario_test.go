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

// Addresses of the small networks that whole scenarios are played on.
const (
	hereMAC  = "00:00:5e:00:53:01"
	otherMAC = "00:00:5e:00:53:02"
	gateMAC  = "00:00:5e:00:53:03"
	gate2MAC = "00:00:5e:00:53:04"
	vrrpMAC  = "00:00:5e:00:01:0a"
)

func at(tb testing.TB, addr, mac string) fact.Endpoint {
	tb.Helper()
	e := fact.Endpoint{}
	if mac != "" {
		m, err := fact.ParseMAC(mac)
		if err != nil {
			tb.Fatal(err)
		}
		e.MAC = m
	}
	if ap, err := netip.ParseAddrPort(addr); err == nil {
		e.IP, e.Port = ap.Addr(), ap.Port()
	} else {
		e.IP = netip.MustParseAddr(addr)
	}
	return e
}

// waysOut plays a scenario through resolve and classify, and returns the ways
// out in one line each.
func waysOut(t *testing.T, site topology.Site, facts []fact.Fact) []string {
	t.Helper()
	var obs []fact.Observation
	for i, f := range facts {
		obs = append(obs, seen(t, fmt.Sprintf("sha256:%016d", i%2), f))
	}
	s := build.Build(obs, build.Options{Site: site, Signatures: defaults(t)})
	name := make(map[topology.DeviceID]string)
	for _, d := range s.Devices {
		name[d.ID] = d.Name
	}
	out := []string{}
	for _, x := range s.ExternalConnections {
		line := fmt.Sprintf("%s %s %s", x.Category, name[x.Device], x.Grade)
		var behind []string
		for _, b := range x.Behind {
			behind = append(behind, " <"+name[b])
		}
		slices.Sort(behind)
		out = append(out, line+strings.Join(behind, ""))
	}
	slices.Sort(out)
	return out
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	e := func(addr, mac string) fact.Endpoint { return at(t, addr, mac) }
	talk := func(a, aMAC, b, bMAC string) fact.Fact {
		return fact.Flow{Client: e(a, aMAC), Server: e(b, bMAC), Protocol: "tcp", App: "tls", Answered: true}
	}
	bound := func(addr, mac string) fact.Fact {
		x := e(addr, mac)
		return fact.AddressBinding{IP: x.IP, MAC: x.MAC}
	}
	prefix := netip.MustParsePrefix
	const tv = "router1.teamviewer.com"
	answer := func(name, addr string) fact.Fact {
		return fact.NameAnswer{Name: name, Addresses: []netip.Addr{netip.MustParseAddr(addr)}, Server: netip.MustParseAddr("10.0.0.53")}
	}
	def, def6 := prefix("0.0.0.0/0"), prefix("::/0")
	for _, tt := range []struct {
		name string
		site topology.Site
		in   []fact.Fact
		want []string
	}{
		{
			name: "a PC captures its own traffic", in: []fact.Fact{talk("192.168.1.5", hereMAC, "203.0.113.9:443", gateMAC)},
			want: []string{"unclassified " + gateMAC + " confirmed <192.168.1.5"},
		},
		{
			name: "both ends public", in: []fact.Fact{talk("198.51.100.5", hereMAC, "203.0.113.9:443", gateMAC)},
		},
		{
			name: "public addresses inside", site: topology.Site{Inside: []netip.Prefix{prefix("198.51.100.0/24")}},
			in:   []fact.Fact{talk("198.51.100.5", hereMAC, "203.0.113.9:443", gateMAC), talk("198.51.100.5", hereMAC, "198.51.100.6:443", otherMAC)},
			want: []string{"unclassified " + gateMAC + " confirmed <198.51.100.5"},
		},
		{
			name: "the gateway is a VRRP address", in: []fact.Fact{
				bound("10.0.0.1", vrrpMAC), bound("10.0.0.10", hereMAC), talk("10.0.0.10", hereMAC, "203.0.113.9:443", vrrpMAC),
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10"},
		},
		{
			name: "a virtual gateway of which only frames were seen", in: []fact.Fact{
				bound("10.0.0.10", hereMAC), talk("10.0.0.10", hereMAC, "203.0.113.9:443", vrrpMAC),
			},
			want: []string{"internet " + vrrpMAC + " confirmed <10.0.0.10"},
		},
		{
			name: "a VPN through a gateway is the client's", in: []fact.Fact{
				bound("10.0.0.1", gateMAC), bound("10.0.0.10", hereMAC),
				fact.DHCPServer{IP: netip.MustParseAddr("10.0.0.1"), MAC: e("10.0.0.1", gateMAC).MAC, Version: 4, Routers: []netip.Addr{netip.MustParseAddr("10.0.0.1")}},
				fact.Tunnel{Type: "openvpn", A: e("10.0.0.10", hereMAC), B: e("203.0.113.9:1194", gateMAC), Answered: true},
				fact.Flow{Client: e("10.0.0.10", hereMAC), Server: e("203.0.113.9:1194", gateMAC), Protocol: "udp", App: "openvpn", Answered: true},
			},
			want: []string{"internet 10.0.0.1 confirmed <10.0.0.10", "vendor-vpn 10.0.0.10 confirmed"},
		},
		{
			name: "an address that another service is named at", in: []fact.Fact{
				answer(tv, "203.0.113.9"), bound("10.0.0.10", hereMAC),
				talk("10.0.0.10", hereMAC, "203.0.113.9:443", gateMAC),
				fact.ServerName{Name: "www.example.com", Protocol: "tls", Client: e("10.0.0.10", hereMAC), Server: e("203.0.113.9:443", gateMAC)},
			},
			want: []string{"unclassified " + gateMAC + " confirmed <10.0.0.10"},
		},
		{
			name: "a name answered with an address inside", in: []fact.Fact{
				answer(tv, "10.0.0.9"), bound("10.0.0.9", otherMAC), bound("10.0.0.10", hereMAC), talk("10.0.0.10", hereMAC, "10.0.0.9:443", otherMAC),
			},
		},
		{
			name: "an inside resolver behind a router", in: []fact.Fact{
				fact.NameQuery{Name: tv, Type: "A", Client: e("10.0.0.10", hereMAC), Server: e("10.0.9.53:53", gateMAC)},
				fact.NameQuery{Name: tv, Type: "A", Client: e("10.0.9.53", otherMAC), Server: e("203.0.113.53:53", gateMAC)},
			},
			want: []string{"remote-support 10.0.0.10 reported"},
		},
		{
			name: "only the way in is mirrored", in: []fact.Fact{
				bound("10.0.0.10", hereMAC),
				fact.Flow{Client: e("10.0.0.10", hereMAC), Server: e("203.0.113.9:443", gateMAC), Protocol: "tcp"},
			},
			want: []string{"unclassified " + gateMAC + " reported <10.0.0.10"},
		},
		{
			name: "an L3 switch whose IPv6 default is a gateway in its own network", in: []fact.Fact{
				fact.InterfaceAddress{Agent: "engine:l3", IfIndex: 23, Address: prefix("10.1.30.180/24")},
				fact.InterfaceAddress{Agent: "engine:l3", IfIndex: 23, Address: prefix("2001:db8:30::180/64")},
				fact.SystemGroup{Agent: "engine:l3", SysName: "l3", IPForward: "forwarding"},
				fact.Route{Agent: "engine:l3", Destination: def6, NextHop: netip.MustParseAddr("2001:db8:30::1"), Type: "remote"},
				fact.Route{Agent: "engine:l3", Destination: def, NextHop: netip.MustParseAddr("10.1.30.1"), Type: "remote"},
			},
		},
		{
			name: "global addresses between two networks of one router", in: []fact.Fact{
				fact.SystemGroup{Agent: "engine:l3", SysName: "l3", IPForward: "forwarding"},
				fact.Interface{Agent: "engine:l3", IfIndex: 1, MAC: e("10.1.1.1", gateMAC).MAC, Type: 6, OperStatus: "up"},
				fact.InterfaceAddress{Agent: "engine:l3", IfIndex: 1, Address: prefix("10.1.1.1/24")},
				fact.InterfaceAddress{Agent: "engine:l3", IfIndex: 1, Address: prefix("2001:db8:1::1/64")},
				fact.InterfaceAddress{Agent: "engine:l3", IfIndex: 2, Address: prefix("10.1.2.1/24")},
				fact.InterfaceAddress{Agent: "engine:l3", IfIndex: 2, Address: prefix("2001:db8:2::1/64")},
				talk("2001:db8:1::10", hereMAC, "[2001:db8:2::10]:443", gateMAC), bound("10.1.1.10", hereMAC),
				talk("10.1.1.10", hereMAC, "[2001:db8:2::10]:443", gateMAC),
			},
		},
		{
			name: "two firewalls", in: []fact.Fact{
				bound("10.0.0.10", hereMAC), bound("10.0.0.11", otherMAC), bound("10.0.0.1", gateMAC), bound("10.0.0.2", gate2MAC),
				talk("10.0.0.10", hereMAC, "203.0.113.9:443", gateMAC), talk("10.0.0.11", otherMAC, "203.0.113.9:443", gate2MAC),
				fact.SystemGroup{Agent: "engine:fw", SysName: "fw", IPForward: "forwarding"},
				fact.InterfaceAddress{Agent: "engine:fw", IfIndex: 1, Address: prefix("10.0.0.1/24")},
				fact.Interface{Agent: "engine:fw", IfIndex: 1, MAC: e("10.0.0.1", gateMAC).MAC, Type: 6, OperStatus: "up"},
				fact.Route{Agent: "engine:fw", Destination: def, NextHop: netip.MustParseAddr("198.51.100.1"), IfIndex: 2, Type: "remote"},
			},
			want: []string{"internet fw confirmed <10.0.0.10", "unclassified 10.0.0.2 confirmed <10.0.0.11"},
		},
		{
			name: "temporary IPv6 addresses of one PC", in: []fact.Fact{
				fact.RouterAdvertisement{Router: netip.MustParseAddr("fe80::1"), MAC: e("fe80::1", gateMAC).MAC, DefaultRouter: true, Prefixes: []netip.Prefix{prefix("2001:db8:1::/64")}},
				bound("2001:db8:1::aaaa", hereMAC), bound("2001:db8:1::bbbb", hereMAC), bound("10.0.0.10", hereMAC),
				talk("2001:db8:1::aaaa", hereMAC, "[2001:4860::1]:443", gateMAC), talk("2001:db8:1::bbbb", hereMAC, "[2001:4860::1]:443", gateMAC),
			},
			want: []string{"internet fe80::1 confirmed <10.0.0.10"},
		},
		{
			name: "multicast and broadcast leave nothing", in: []fact.Fact{
				bound("10.0.0.10", hereMAC),
				fact.Flow{Client: e("10.0.0.10", hereMAC), Server: e("239.255.255.250:1900", "01:00:5e:7f:ff:fa"), Protocol: "udp"},
				fact.Flow{Client: e("10.0.0.10", hereMAC), Server: e("255.255.255.255:67", "ff:ff:ff:ff:ff:ff"), Protocol: "udp"},
				fact.Flow{Client: e("10.0.0.10", hereMAC), Server: e("169.254.3.4:80", otherMAC), Protocol: "tcp"},
			},
		},
		{
			name: "shared carrier addresses are no internet", in: []fact.Fact{
				bound("10.0.0.10", hereMAC), talk("10.0.0.10", hereMAC, "100.64.3.4:443", gateMAC),
			},
			want: []string{"unclassified " + gateMAC + " confirmed <10.0.0.10"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.want == nil {
				tt.want = []string{}
			}
			if diff := cmp.Diff(tt.want, waysOut(t, tt.site, tt.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Evidence from a device's own tables says whose they are.
func TestEvidenceNamesTheAgent(t *testing.T) {
	t.Parallel()
	route := fact.Route{Agent: "engine:fw", Destination: netip.MustParsePrefix("0.0.0.0/0"), NextHop: netip.MustParseAddr("198.51.100.1"), IfIndex: 2, Type: "remote"}
	obs := []fact.Observation{seen(t, "w", fact.SystemGroup{Agent: "engine:fw", SysName: "fw-1"}), seen(t, "w", route)}
	s := build.Build(obs, build.Options{Signatures: defaults(t)})
	for _, e := range s.Evidence {
		if e.Kind == string(route.Kind()) && (!strings.HasPrefix(e.Says, "fw-1: ") || !strings.HasPrefix(e.SaysJA, "fw-1：")) {
			t.Errorf("evidence says %q, %q", e.Says, e.SaysJA)
		}
	}
	if len(s.ExternalConnections) != 1 {
		t.Errorf("%d ways out", len(s.ExternalConnections))
	}
}
