package infer

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// maxRouters bounds the routers of one subnet that are linked each with each.
const maxRouters = 8

// pair is two devices, in the order in which one tells of the other.
type pair struct{ from, to topology.DeviceID }

// routing makes links on layer 3: a device and the next hops of its routes,
// routers that share a subnet, and those that share an address. What ARP and ND
// caches say of the same pair adds to them.
func (in *inferer) routing() {
	arp, caches := in.caches()
	groups := in.groups()
	routes := make(map[pair][]topology.EvidenceID)
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.Route)
		if !ok || f.Type == "local" || f.Type == "reject" || f.Type == "blackhole" {
			continue
		}
		for _, from := range in.agents(o, f.Agent) {
			for _, to := range in.nextHop(from, f, caches, groups) {
				k := pair{from, to}
				routes[k] = append(routes[k], evidenceOf(o))
			}
		}
	}
	for p, evidence := range routes {
		back := slices.Concat(routes[pair{p.to, p.from}], arp[pair{p.to, p.from}])
		in.addL3(p.from, p.to, "route", oneOrBoth(back), evidence)
	}
	for _, p := range in.sharedSubnets() {
		there, back := arp[pair{p.a, p.b}], arp[pair{p.b, p.a}]
		in.addL3(p.a, p.b, "subnet", topology.Inferred, p.evidence)
		if len(there)+len(back) > 0 {
			grade := topology.Reported
			if len(there) > 0 && len(back) > 0 {
				grade = topology.Confirmed
			}
			in.addL3(p.a, p.b, "arp", grade, slices.Concat(there, back))
		}
	}
	in.redundancy(groups)
}

// cached is an address as one device has it in its ARP or ND cache.
type cached struct {
	device  topology.DeviceID
	ifIndex uint32
	ip      netip.Addr
}

// caches reads the ARP and ND caches: what they say of pairs of devices, and
// whom each of them means by an address.
func (in *inferer) caches() (map[pair][]topology.EvidenceID, map[cached]topology.DeviceID) {
	arp := make(map[pair][]topology.EvidenceID)
	meant := make(map[cached]topology.DeviceID)
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.NeighborEntry)
		if !ok {
			continue
		}
		byMAC, known := in.net.DeviceByMAC(f.MAC)
		if !known {
			continue
		}
		to, ok := in.net.DeviceByIP(f.IP)
		for _, from := range in.agents(o, f.Agent) {
			k := cached{from, f.IfIndex, f.IP.WithZone("")}
			if have, ok := meant[k]; !ok || byMAC < have {
				meant[k] = byMAC
			}
			if ok && byMAC == to {
				arp[pair{from, to}] = append(arp[pair{from, to}], evidenceOf(o))
			}
		}
	}
	return arp, meant
}

// nextHop returns the devices that a route leads to: those that share its next
// hop, or the one that has it. Link-local addresses mean something on their
// link only, so there the device's own cache decides.
func (in *inferer) nextHop(
	from topology.DeviceID, f fact.Route, caches map[cached]topology.DeviceID, groups map[netip.Addr][]member,
) []topology.DeviceID {
	hop := f.NextHop.WithZone("")
	if list := groups[hop]; len(list) > 0 {
		return holders(list, from)
	}
	if to, ok := caches[cached{from, f.IfIndex, hop}]; ok && hop.IsLinkLocalUnicast() {
		return []topology.DeviceID{to}
	}
	if to, ok := in.net.DeviceByIP(hop); ok {
		return []topology.DeviceID{to}
	}
	if to, ok := caches[cached{from, f.IfIndex, hop}]; ok {
		return []topology.DeviceID{to}
	}
	return nil
}

func oneOrBoth(back []topology.EvidenceID) topology.Grade {
	if len(back) > 0 {
		return topology.Confirmed
	}
	return topology.Reported
}

func (in *inferer) addL3(a, b topology.DeviceID, method string, grade topology.Grade, evidence []topology.EvidenceID) {
	in.linkOf(claim{3, method, grade}, topology.Endpoint{Device: a}, topology.Endpoint{Device: b}, evidence)
}

// sharing is two routers with addresses in one subnet.
type sharing struct {
	a, b     topology.DeviceID
	evidence []topology.EvidenceID
}

// sharedSubnets returns the pairs of routers that have addresses in one subnet
// by their own tables.
func (in *inferer) sharedSubnets() []sharing {
	type member struct {
		device   topology.DeviceID
		evidence topology.EvidenceID
	}
	members := make(map[netip.Prefix][]member)
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.InterfaceAddress)
		if !ok || f.Address.IsSingleIP() || !f.Address.Addr().IsGlobalUnicast() {
			continue
		}
		if d, ok := in.net.DeviceByIP(f.Address.Addr()); ok && in.hasRole(d, topology.RoleRouter, topology.RoleFirewall) {
			p := f.Address.Masked()
			members[p] = append(members[p], member{d, evidenceOf(o)})
		}
	}
	prefixes := make([]netip.Prefix, 0, len(members))
	for p := range members {
		prefixes = append(prefixes, p)
	}
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int { return strings.Compare(a.String(), b.String()) })
	var out []sharing
	for _, p := range prefixes {
		list := members[p]
		distinct := make(map[topology.DeviceID]bool)
		for _, m := range list {
			distinct[m.device] = true
		}
		if len(distinct) > maxRouters {
			continue
		}
		for i, a := range list {
			for _, b := range list[i+1:] {
				if a.device != b.device {
					out = append(out, sharing{min(a.device, b.device), max(a.device, b.device), []topology.EvidenceID{a.evidence, b.evidence}})
				}
			}
		}
	}
	return out
}
