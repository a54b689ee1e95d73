package classify_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// boxes is the small network, with a box beside its gateways and many PCs.
func boxes() []host {
	out := small(host{name: "box", mac: boxMAC, ips: []string{"10.0.0.77"}, gateway: true})
	for i := range 10 {
		a := fmt.Sprintf("10.0.0.%d", 100+i)
		out = append(out, host{name: "pc" + a, mac: fmt.Sprintf("00:00:5e:00:53:%02x", 0xc0+i), ips: []string{a}})
	}
	return out
}

// client is one of the many PCs.
func client(i int) (addr, m string) {
	return fmt.Sprintf("10.0.0.%d", 100+i), fmt.Sprintf("00:00:5e:00:53:%02x", 0xc0+i)
}

// visits is each of the first n PCs with each of the first m parties, whose
// networks differ, through a gateway.
func visits(n, m int, via string, answered bool) (out []fact.Fact) {
	for i := range n {
		a, hw := client(i)
		for j := range m {
			f := flow(a, hw, fmt.Sprintf("198.%d.0.1:443", 20+j), via, "tls")
			f.Answered = answered
			out = append(out, f)
		}
	}
	return out
}

// world is eight unrelated parties that reach a PC through the box.
func world() (out []fact.Fact) {
	for j := range 8 {
		out = append(out, flow(fmt.Sprintf("198.%d.0.1", 20+j), boxMAC, "10.0.0.100:443", "00:00:5e:00:53:c0", "tls"))
	}
	return out
}

// A gateway about which nothing is known but its traffic is the way to the
// internet where unrelated parties are reached through it, and what nobody can
// explain where it leads to one.
func TestWhereGatewaysLead(t *testing.T) {
	far := func(n int) (s string) {
		for i := range n {
			s += fmt.Sprintf(" @198.%d.0.1", 20+i)
		}
		return s
	}
	behind := func(n int) (s string) {
		for i := range n {
			a, _ := client(i)
			s += ",pc" + a
		}
		return " behind:" + s[1:]
	}
	lookup := func(via string, answered bool) []fact.Fact {
		return []fact.Fact{
			fact.NameQuery{Name: "pacs.example", Type: "A", Client: end("10.0.0.100", "00:00:5e:00:53:c0"), Server: end("10.0.0.53:53", nsMAC)},
			fact.Flow{Client: end("10.0.0.53", nsMAC), Server: end("192.0.2.53:53", via), Protocol: "udp", App: "dns", Answered: answered},
			fact.Flow{Client: end("10.0.0.53", nsMAC), Server: end("192.0.2.54:53", via), Protocol: "udp", App: "dns", Answered: answered},
		}
	}
	runRules(t, []ruleTest{
		{"several clients, several parties", boxes(), topology.Site{}, visits(3, 3, boxMAC, true), []string{"internet box confirmed outbound" + behind(3)}},
		{"one client that goes everywhere", boxes(), topology.Site{}, visits(1, 8, boxMAC, true), []string{"internet box confirmed outbound" + behind(1)}},
		{"one client, one party", boxes(), topology.Site{}, visits(1, 1, boxMAC, true), []string{"unclassified box confirmed outbound" + far(1) + behind(1)}},
		{"one client, a few parties", boxes(), topology.Site{}, visits(1, 4, boxMAC, true), []string{"unclassified box confirmed outbound" + far(4) + behind(1)}},
		{"many clients, one party", boxes(), topology.Site{}, visits(10, 1, boxMAC, true), []string{"unclassified box confirmed outbound" + far(1) + behind(10)}},
		{"many clients, two parties", boxes(), topology.Site{}, visits(10, 2, boxMAC, true), []string{"unclassified box confirmed outbound" + far(2) + behind(10)}},
		{"nobody answers: one way", boxes(), topology.Site{}, visits(4, 4, boxMAC, false), []string{"internet box reported outbound" + behind(4)}},
		{"one that knocks everywhere is no line", boxes(), topology.Site{}, visits(1, 9, boxMAC, false), []string{"unclassified box reported outbound" + far(9) + behind(1)}},
		{
			"one service with many addresses is one party", boxes(),
			topology.Site{},
			append(visits(4, 4, boxMAC, true),
				fact.NameAnswer{Name: "a.cloud.example", Addresses: []netip.Addr{ip("198.20.0.1"), ip("198.21.0.1")}, Server: ip("10.0.0.53")},
				fact.NameAnswer{Name: "b.cloud.example", Addresses: []netip.Addr{ip("198.22.0.1"), ip("198.23.0.1")}, Server: ip("10.0.0.53")}),
			[]string{"unclassified box confirmed outbound" + far(4) + " a.cloud.example b.cloud.example" + behind(4)},
		},
		{
			"addresses of one network are one party", boxes(),
			topology.Site{},
			func() (out []fact.Fact) {
				for i := range 10 {
					a, hw := client(i)
					out = append(out, flow(a, hw, fmt.Sprintf("203.0.113.%d:443", i), boxMAC, "tls"))
				}
				return out
			}(),
			[]string{"unclassified box confirmed outbound @203.0.113.0 @203.0.113.1 @203.0.113.2 @203.0.113.3 @203.0.113.4 @203.0.113.5 @203.0.113.6 @203.0.113.7 @203.0.113.8 @203.0.113.9" + behind(10)},
		},
		{"the hospital's name server asks through it", boxes(), topology.Site{}, lookup(boxMAC, true), []string{"internet box confirmed outbound behind:ns"}},
		{"the hospital's name server asks through it, one way", boxes(), topology.Site{}, lookup(boxMAC, false), []string{"internet box reported outbound behind:ns"}},
		{
			"what asks a name server outside, and serves nobody, shows nothing", boxes(),
			topology.Site{},
			lookup(boxMAC, true)[1:],
			[]string{"unclassified box confirmed outbound @192.0.2.53 @192.0.2.54 behind:ns"},
		},
		{
			"two lines to the internet", boxes(),
			topology.Site{},
			append(visits(3, 3, boxMAC, true), visits(4, 4, gw2MAC, true)...),
			[]string{"internet box confirmed outbound" + behind(3), "internet gw2 confirmed outbound" + behind(4)},
		},
		{
			"a box beside the line to the internet", boxes(),
			topology.Site{},
			append(visits(5, 5, gw2MAC, true), flow("10.0.0.100", "00:00:5e:00:53:c0", "203.0.113.9:443", boxMAC, "tls")),
			[]string{"internet gw2 confirmed outbound" + behind(5), "unclassified box confirmed outbound @203.0.113.9 behind:pc10.0.0.100"},
		},
		{
			"a server that the world reaches", boxes(),
			topology.Site{},
			append(world(), fact.Transit{MAC: mac(boxMAC), Version: 4, To: true}, fact.Transit{MAC: mac(boxMAC), Version: 4}),
			[]string{"internet box confirmed inbound" + behind(1)},
		},
		{
			"a server that one machine floods from made-up addresses", boxes(),
			topology.Site{},
			append(world(), fact.Transit{MAC: mac(boxMAC), Version: 4}),
			[]string{"unclassified box reported inbound" + far(8) + behind(1)},
		},
		{
			"answers come another way", boxes(),
			topology.Site{},
			append(visits(4, 4, boxMAC, false), func() (out []fact.Fact) {
				for _, f := range visits(4, 4, "", false) {
					v := f.(fact.Flow)
					v.Client, v.Server = v.Server, v.Client
					v.Client.MAC, v.Client.Port = mac(gw2MAC), 0
					out = append(out, v)
				}
				return out
			}()...),
			[]string{"internet box reported outbound" + behind(4), "internet gw2 reported inbound" + behind(4)},
		},
	})
}

// A router that stands in a segment as a host is none of the ways that packets
// are known to take.
func TestBroughtRouters(t *testing.T) {
	igd := fact.ServiceAnnouncement{Protocol: "ssdp", Service: "urn:schemas-upnp-org:device:InternetGatewayDevice:1", IP: ip("10.0.0.77"), MAC: mac(boxMAC)}
	hops := func(v int) fact.Fact { return fact.HopLimit{IP: ip("10.0.0.77"), MAC: mac(boxMAC), Value: v} }
	agent := func(s string) fact.Fact {
		return fact.SelfDescription{Host: end("10.0.0.77", boxMAC), Protocol: "http", Field: "user-agent", Value: s}
	}
	offer := func(server, m, subnet string) fact.Fact {
		return fact.DHCPServer{IP: ip(server), MAC: mac(m), Version: 4, Subnet: netip.MustParsePrefix(subnet), Routers: []netip.Addr{ip(server)}}
	}
	known := slices.Clip(visits(3, 3, gwMAC, true))
	const internet = "internet gw confirmed outbound behind:pc10.0.0.100,pc10.0.0.101,pc10.0.0.102"
	runRules(t, []ruleTest{
		{"beside the gateway", boxes(), topology.Site{}, append(known, igd), []string{internet, "unclassified box reported outbound"}},
		{"somebody says it in the name of a PC", boxes(), topology.Site{}, append(known, fact.ServiceAnnouncement{Protocol: "ssdp", Service: igd.Service, IP: ip("10.0.0.100"), MAC: mac(boxMAC)}), []string{internet}},
		{"the only one there is", boxes(), topology.Site{}, []fact.Fact{igd}, []string{"internet box reported outbound"}},
		{"the gateway itself offers it", boxes(), topology.Site{}, append(visits(3, 3, boxMAC, true), igd), []string{"internet box confirmed outbound behind:pc10.0.0.100,pc10.0.0.101,pc10.0.0.102"}},
		{"the one that hosts are told to use", boxes(), topology.Site{}, append(known, igd, offer("10.0.0.77", boxMAC, "10.0.0.0/24")), []string{"internet box reported outbound", internet}},
		{"one hop less alone is a virtual machine's", boxes(), topology.Site{}, append(known, hops(64), hops(63)), []string{internet}},
		{"hops of two kinds of system", boxes(), topology.Site{}, append(known, hops(63), hops(127)), []string{internet, "unclassified box inferred outbound"}},
		{"one hop less, and two kinds of telephone", boxes(), topology.Site{}, append(known, hops(63), agent("Mozilla/5.0 (iPhone; CPU)"), agent("Mozilla/5.0 (Linux; Android 14)")), []string{internet, "unclassified box inferred outbound"}},
		{"a proxy names many systems, and counts no hop", boxes(), topology.Site{}, append(known, hops(64), agent("Mozilla/5.0 (iPhone; CPU)"), agent("Mozilla/5.0 (Linux; Android 14)")), []string{internet}},
		{"the gateway carries packets of all kinds", boxes(), topology.Site{}, append(known, fact.HopLimit{IP: ip("10.0.0.1"), MAC: mac(gwMAC), Value: 63}, fact.HopLimit{IP: ip("10.0.0.1"), MAC: mac(gwMAC), Value: 127}), []string{internet}},
		{"routed packets are not its own", boxes(), topology.Site{}, append(known, fact.HopLimit{IP: ip("10.0.9.1"), MAC: mac(boxMAC), Value: 63}, fact.HopLimit{IP: ip("10.0.9.1"), MAC: mac(boxMAC), Value: 127}), []string{internet}},
		{
			"a network of its own in somebody's segment", boxes(),
			topology.Site{},
			append(known, offer("10.0.0.1", gwMAC, "10.0.0.0/24"), offer("192.168.11.1", boxMAC, "192.168.11.0/24")),
			[]string{internet, "unclassified box reported outbound"},
		},
		{
			"a second network that the site declares", boxes(),
			topology.Site{Zones: []topology.Zone{{Name: "z", Prefixes: prefixes("192.168.0.0/16")}}},
			append(known, offer("10.0.0.1", gwMAC, "10.0.0.0/24"), offer("192.168.11.1", boxMAC, "192.168.11.0/24")),
			[]string{internet},
		},
		{
			"a second server for the same network", boxes(),
			topology.Site{},
			append(known, offer("10.0.0.1", gwMAC, "10.0.0.0/24"), offer("10.0.0.77", boxMAC, "10.0.0.0/24")),
			[]string{internet},
		},
	})
}
