package resolve

import (
	"maps"
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// strangers is how many addresses that nobody is known to have a MAC address
// carries before it is a gateway: one may be its own, and not yet known.
const strangers = 2

// gateways finds the MAC addresses that carry what is not their own: packets of
// addresses outside, or of another device, or of several that are unknown; and
// every interface of a known router.
func (r *resolver) gateways(devices []topology.Device) map[fact.MAC]bool {
	out := maps.Clone(r.c.transits)
	unknown := make(map[fact.MAC]int)
	onLink := prefixTable(r.c.knownSubnets())
	for c := range r.c.carried {
		if c.ip.IsLinkLocalUnicast() {
			continue // never routed
		}
		if c.mac.IsVirtual() {
			out[c.mac] = true
			continue
		}
		owner, owned := r.a.owners[c.ip]
		s, ok := r.c.macs[c.mac]
		switch {
		case !ok, owned && r.g.find(owner) == r.g.find(s), r.holds(r.g.find(s), c.ip):
		case owned && !r.addressOnly(r.g.find(owner)), !owned && !r.c.site.IsInside(c.ip) && !onLink.has(c.ip):
			out[c.mac] = true
		case c.ip.Is4(): // hosts have several IPv6 addresses, and change them
			unknown[c.mac]++
		}
	}
	for m, n := range unknown {
		if n >= strangers || r.hasAddress(m) {
			out[m] = true
		}
	}
	routers := make(map[topology.DeviceID]bool)
	for _, d := range devices {
		for _, role := range d.Roles {
			if role == topology.RoleRouter || role == topology.RoleFirewall {
				routers[d.ID] = true
			}
		}
	}
	for root, macs := range r.macs {
		for _, m := range macs {
			if routers[r.ids[root]] {
				out[m] = true
			}
		}
	}
	return out
}

// holds reports whether a device has an address that it may share with another.
func (r *resolver) holds(root int, ip netip.Addr) bool {
	for _, c := range r.a.byIP[ip] {
		if r.g.find(c.subject) == root && c.strength > onWire {
			return true
		}
	}
	return false
}

// addressOnly reports whether nothing is known of a device but an address, so
// that it may be the very device that has the MAC address.
func (r *resolver) addressOnly(root int) bool { return r.keys[root][0].rank == rankIP }

// hasAddress reports whether the device with this MAC address is known to have
// an IPv4 address: what else it carries is not its own.
func (r *resolver) hasAddress(m fact.MAC) bool {
	s, ok := r.c.macs[m]
	if !ok {
		return false
	}
	for _, c := range r.a.held[r.g.find(s)] {
		if c.ip.Is4() && c.strength > onWire && !r.a.realms.isHostLocal(c.ip) {
			return true
		}
	}
	return false
}
