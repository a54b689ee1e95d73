package classify_test

import (
	"net/netip"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// A host that has an address outside beside the one here has a line of its own.
func TestSecondAddress(t *testing.T) {
	set := func(from, m, protocol string, addresses ...string) fact.Fact {
		f := fact.AddressSet{MAC: mac(m), From: ip(from), Protocol: protocol}
		for _, a := range addresses {
			f.Addresses = append(f.Addresses, ip(a))
		}
		return f
	}
	const own, line = "10.0.0.10", "203.0.113.9"
	second := []string{"unclassified pc inferred outbound"}
	runRules(t, []ruleTest{
		{"a public one", nil, topology.Site{}, []fact.Fact{set(own, pcMAC, "mdns", own, line)}, second},
		{"one of a carrier", nil, topology.Site{}, []fact.Fact{set(own, pcMAC, "nbns", "100.70.1.2")}, second},
		{"one of another network inside", nil, topology.Site{}, []fact.Fact{set(own, pcMAC, "mdns", own, "192.168.250.5")}, nil},
		{"a global one of IPv6", nil, topology.Site{}, []fact.Fact{set(own, pcMAC, "mdns", own, "2001:db8::5")}, nil},
		{"that of a network declared", nil, topology.Site{Inside: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}, []fact.Fact{set(own, pcMAC, "mdns", own, line)}, nil},
		{"told by another", nil, topology.Site{}, []fact.Fact{set("10.0.0.11", pc2MAC, "mdns", own, line)}, nil},
		{
			"the tunnel is known", nil,
			topology.Site{},
			[]fact.Fact{set(own, pcMAC, "mdns", own, "100.70.1.2"), tunnel("tailscale", own+":41641", pcMAC, "198.51.100.7:41641", "", true)},
			[]string{"vendor-vpn pc confirmed outbound tailscale @198.51.100.7"},
		},
		{"a gateway is asked", nil, topology.Site{}, []fact.Fact{set("10.0.0.1", gwMAC, "nat-pmp", line)}, []string{"internet gw reported outbound"}},
		{"a gateway behind another is asked", nil, topology.Site{}, []fact.Fact{set("10.0.0.1", gwMAC, "nat-pmp", "192.168.1.2")}, nil},
	})
}
