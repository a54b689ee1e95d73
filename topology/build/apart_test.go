package build_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology/build"
)

// Ways out of their own are told beside routers that share an address.
func TestApartFromPairs(t *testing.T) {
	t.Parallel()
	const pc, pc2, pc6 = "10.0.0.10", "10.0.0.11", "2001:db8:1::a"
	ip, mac := netip.MustParseAddr, func(m string) fact.MAC { return at(t, pc, m).MAC }
	// What comes from one station, and was handed to another.
	via := func(a, aMAC, b, from, to string) fact.Fact {
		server := fact.Endpoint{IP: ip(b), Port: 443, MAC: mac(from), Via: mac(to)}
		return fact.Flow{Client: at(t, a, aMAC), Server: server, Protocol: "tcp", App: "tls", Answered: true}
	}
	talk := func(a, aMAC, b, bMAC string) fact.Fact { return via(a, aMAC, b, bMAC, "") }
	handsOn := func(a, by, b, to string) fact.Fact {
		return fact.Flow{Client: at(t, a, by), Server: at(t, b+":443", to), Protocol: "tcp"}
	}
	bound := func(addr, m string) fact.Fact { return fact.AddressBinding{IP: ip(addr), MAC: mac(m)} }
	offers := func(addr, m string) fact.Fact {
		return fact.DHCPServer{IP: ip(addr), MAC: mac(m), Version: 4, Routers: []netip.Addr{ip(addr)}}
	}
	speaks := func(addr, m, virtual string) fact.Fact {
		return fact.ControlSpeaker{Protocol: "vrrp", Role: "master", IP: ip(addr), MAC: mac(m), Domain: "10", Virtual: []netip.Addr{ip(virtual)}}
	}
	announces := fact.RouterAdvertisement{Router: ip("fe80::1"), MAC: mac(otherGate), DefaultRouter: true, Prefixes: []netip.Prefix{netip.MustParsePrefix("2001:db8:1::/64")}}
	hosts := []fact.Fact{bound(pc, hereMAC), bound(pc2, otherMAC), bound("10.0.0.2", gateMAC), bound("10.0.0.3", gate2MAC)}
	pair := slices.Concat(hosts, []fact.Fact{bound("10.0.0.1", vrrpMAC), speaks("10.0.0.2", vrrpMAC, "10.0.0.1"), via(pc, hereMAC, "203.0.113.9", gateMAC, vrrpMAC)})
	cluster := slices.Concat(hosts, []fact.Fact{bound("10.0.0.1", clusterMAC), talk(pc, hereMAC, "203.0.113.9", clusterMAC), via(pc2, otherMAC, "192.0.2.7", gate2MAC, clusterMAC)})
	alone := slices.Concat(hosts, []fact.Fact{bound("10.0.0.1", otherGate), offers("10.0.0.1", otherGate), talk(pc, hereMAC, "203.0.113.9", otherGate), talk(pc2, otherMAC, "192.0.2.7", gate2MAC)})
	beside := []string{"internet 10.0.0.1 confirmed <10.0.0.10", "unclassified 10.0.0.3 confirmed <10.0.0.11"}
	for _, tt := range []struct {
		name string
		in   []fact.Fact
		want []string
	}{
		{
			name: "another line in the segment", in: append(slices.Clone(pair), talk(pc2, otherMAC, "192.0.2.7", gate2MAC)),
			want: beside,
		},
		{
			name: "one that the pair redirects hosts to",
			in:   append(slices.Clone(pair), via(pc2, otherMAC, "192.0.2.7", gate2MAC, vrrpMAC), talk(pc2, otherMAC, "192.0.2.7", gate2MAC)),
			want: beside,
		},
		{name: "one that a cluster hands packets on to", in: append(slices.Clone(cluster), handsOn(pc2, clusterMAC, "192.0.2.7", gate2MAC)), want: beside},
		{name: "one that a cluster redirects hosts to", in: append(slices.Clone(cluster), talk(pc2, otherMAC, "192.0.2.7", gate2MAC)), want: []string{
			"internet 10.0.0.1 confirmed <10.0.0.10 <10.0.0.11", "unclassified 10.0.0.3 confirmed <10.0.0.11",
		}},
		{name: "one that says to share the address of another", in: append(slices.Clone(alone), speaks("10.0.0.3", gate2MAC, "10.0.0.1")), want: beside},
		{name: "a way to a closed network that answers straight", in: slices.Concat(hosts, []fact.Fact{
			offers("10.0.0.1", otherGate), announces, bound(pc6, hereMAC), via(pc6, hereMAC, "2404:1a8:f583:d00::53:1", gate2MAC, otherGate),
		}), want: []string{"internet 10.0.0.1 reported", "unclassified 10.0.0.3 confirmed <10.0.0.10"}},
		{name: "and from beside a pair", in: slices.Concat(pair, []fact.Fact{
			bound(pc6, hereMAC), announces, via(pc6, hereMAC, "2404:1a8:f583:d00::53:1", gate2MAC, vrrpMAC),
		}), want: []string{"internet 10.0.0.1 confirmed <10.0.0.10", "internet fe80::1 reported", "unclassified 10.0.0.3 confirmed <10.0.0.10"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantEitherOrder(t, tt.want, tt.in)
		})
	}
}

// That one number, and so one MAC address, may be of two pairs of routers is told.
func TestPairsOfTwoVLANs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, mac string // of the router that answers in the second VLAN
		want      bool
	}{
		{"other routers", gate2MAC, true},
		{"the same router", gateMAC, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var obs []fact.Observation
			for i, mac := range []string{gateMAC, tt.mac} {
				f := fact.Flow{
					Client: at(t, []string{"10.0.0.10", "10.0.9.10"}[i], []string{hereMAC, otherMAC}[i]), Server: at(t, "203.0.113.9:443", mac),
					Protocol: "tcp", Answered: true, VID: uint16(10 + i),
				}
				f.Server.Via = at(t, "203.0.113.9", vrrpMAC).MAC
				obs = append(obs, seen(t, "c", f))
			}
			var because []string
			for _, x := range build.Build(obs, build.Options{Signatures: defaults(t)}).ExternalConnections {
				because = append(because, x.Because...)
			}
			if got := strings.Contains(strings.Join(because, "\n"), "more than one way out"); got != tt.want {
				t.Errorf("because: %q", because)
			}
		})
	}
}
