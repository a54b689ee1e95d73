package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"kanmon/topology"
)

// prefixSet finds the longest of its prefixes that holds an address.
type prefixSet struct {
	bits map[int][]int // prefix lengths, longest first, by address length
	set  map[netip.Prefix]bool
}

func prefixTable(prefixes []netip.Prefix) prefixSet {
	t := prefixSet{bits: make(map[int][]int), set: make(map[netip.Prefix]bool)}
	for _, p := range prefixes {
		p = p.Masked()
		t.set[p] = true
		n := p.Addr().BitLen()
		if !slices.Contains(t.bits[n], p.Bits()) {
			t.bits[n] = append(t.bits[n], p.Bits())
		}
	}
	for _, b := range t.bits {
		slices.SortFunc(b, func(x, y int) int { return cmp.Compare(y, x) })
	}
	return t
}

func (t prefixSet) find(a netip.Addr) (netip.Prefix, bool) {
	for _, bits := range t.bits[a.BitLen()] {
		if p, err := a.Prefix(bits); err == nil && t.set[p] {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

func (t prefixSet) has(a netip.Addr) bool {
	_, ok := t.find(a)
	return ok
}

// knownSubnets returns the prefixes of subnets that the site declares or that
// an observation shows, sorted.
func (c *collector) knownSubnets() []netip.Prefix {
	var out []netip.Prefix
	for _, z := range c.site.Zones {
		for _, p := range z.Prefixes {
			out = append(out, p.Masked())
		}
	}
	for p := range c.subnets {
		out = append(out, p)
	}
	slices.SortFunc(out, comparePrefix)
	return slices.Compact(out)
}

func comparePrefix(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}

// zones finds the zone of a device: one that the site declares, else the
// subnet of its address.
type zones struct {
	declared map[netip.Prefix]topology.Zone
	byVLAN   map[uint16]topology.Zone
	prefixes prefixSet // of declared zones
	subnets  prefixSet // found
	used     map[string]topology.Zone
}

func newZones(c *collector) *zones {
	z := &zones{
		declared: make(map[netip.Prefix]topology.Zone), byVLAN: make(map[uint16]topology.Zone),
		used: make(map[string]topology.Zone),
	}
	var prefixes, found []netip.Prefix
	for _, zone := range c.site.Zones {
		zone.Declared = true
		z.used[zone.Name] = zone
		for _, p := range zone.Prefixes {
			z.declared[p.Masked()] = zone
			prefixes = append(prefixes, p)
		}
		for _, v := range zone.VLANs {
			z.byVLAN[v] = zone
		}
	}
	for p := range c.subnets {
		if c.site.IsInside(p.Addr()) {
			found = append(found, p)
		}
	}
	z.prefixes, z.subnets = prefixTable(prefixes), prefixTable(found)
	return z
}

// of returns the zone of a device with these addresses, best first, that was
// heard in these VLANs: the declared zone of the first address that has one,
// the declared zone of the least VLAN that has one, or the subnet of the first
// address. A subnet of which no prefix length is known is taken to be a /24, or
// a /64 of IPv6.
func (z *zones) of(addresses []netip.Addr, vlans []uint16, inside func(netip.Addr) bool) topology.Zone {
	for _, a := range addresses {
		if p, ok := z.prefixes.find(a); ok {
			return z.declared[p]
		}
	}
	for _, v := range vlans {
		if zone, ok := z.byVLAN[v]; ok {
			return zone
		}
	}
	for _, a := range addresses {
		if !inside(a) || a.IsLinkLocalUnicast() {
			continue
		}
		p, ok := z.subnets.find(a)
		if !ok {
			p = guessSubnet(a)
		}
		zone := topology.Zone{Name: p.String(), Prefixes: []netip.Prefix{p}}
		if _, ok := z.used[zone.Name]; !ok {
			z.used[zone.Name] = zone
		}
		return zone
	}
	return topology.Zone{}
}

func guessSubnet(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(a, bits).Masked()
}

// list returns the zones that are declared or hold a device, sorted by name.
func (z *zones) list() []topology.Zone {
	out := make([]topology.Zone, 0, len(z.used))
	for _, zone := range z.used {
		out = append(out, zone)
	}
	slices.SortFunc(out, func(a, b topology.Zone) int { return strings.Compare(a.Name, b.Name) })
	return out
}
