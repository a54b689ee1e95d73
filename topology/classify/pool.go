package classify

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// ordinary is from how many devices on an address pool is taken for a network
// of the hospital's own, which happens to use the same numbers.
const ordinary = 3

// pools finds hosts that have an address here and one in the pool that a phone
// or modem gives out. What a host only asked a DHCP server for is no sign: it
// may have had that address at home.
func (c *classifier) pools() {
	use := c.poolUse()
	for _, s := range c.seen.sets {
		d, ok := c.announcer(s.f)
		for _, a := range s.f.Addresses {
			if sig := c.shared(a, use); ok && sig != nil && c.outOfPools(d, s.f.Addresses) {
				c.ledger.add(poolClaim(d, sig, poolAddress), s.o)
			}
		}
	}
	for _, s := range c.seen.claims {
		d, ok := c.net.DeviceByMAC(s.f.MAC)
		if sig := c.shared(s.f.IP, use); ok && sig != nil && s.f.Protocol != "dhcp" && c.outOfPools(d, nil) {
			c.ledger.add(poolClaim(d, sig, poolAddress), s.o)
		}
	}
	for _, t := range c.tables {
		for _, a := range t.addresses {
			sig := c.shared(a.f.Address.Addr(), use)
			if sig == nil || !c.outOfPools(t.device, nil) {
				continue
			}
			if t.forwarding && len(t.over(a.f.IfIndex)) == 0 {
				continue // a router with a network of these numbers, which does not lead out
			}
			x, obs := poolClaim(t.device, sig, poolAddress), []*fact.Observation{a.o}
			if i := t.ifaces[a.f.IfIndex]; i.o != nil && i.f.Type == ifTypeWiFi {
				x.transport, obs = []string{"wifi"}, append(obs, i.o)
			}
			for _, r := range t.over(a.f.IfIndex) {
				x.rules, x.line, obs = []rule{poolRoute}, true, append(obs, r.o)
				t.lines[a.f.IfIndex] = true
			}
			c.ledger.add(x, obs...)
		}
	}
}

func poolClaim(d topology.DeviceID, sig *signature.Signature, r rule) claim {
	return claim{
		key: key{category: sig.Category, device: d}, rules: []rule{r},
		sig: sig, transport: sig.Transport, direction: topology.Outbound,
	}
}

// shared returns the signature of the pool that a is in, nil where it is in
// none, is the address of the phone itself, or where the pool is a network of
// the hospital's own: declared, or used by too many devices.
func (c *classifier) shared(a netip.Addr, use map[signature.Pool]map[topology.DeviceID]bool) *signature.Signature {
	sig, p := c.sig.Pool(a)
	if sig == nil || a.Unmap() == p.Gateway || c.declared(p) || len(use[p]) >= ordinary || c.wired(p) {
		return nil
	}
	return sig
}

// wired reports whether the pool is a network on the hospital's own cables: a
// server gives out its addresses there, a router that is no way out has one, or
// a device that has no other address answers for one. What a phone shares is on
// the phone's cable only.
func (c *classifier) wired(p signature.Pool) bool {
	have, ok := c.wires[p]
	if !ok {
		have = slices.ContainsFunc(c.seen.servers, func(s seen[fact.DHCPServer]) bool {
			return s.f.Subnet.IsValid() && s.f.Subnet.Overlaps(p.Prefix)
		}) || slices.ContainsFunc(c.tables, func(t *tables) bool { return c.routesPool(t, p) }) || c.livesIn(p)
		c.wires[p] = have
	}
	return have
}

// routesPool reports whether a router has an address in the pool on an
// interface over which it reaches nothing else.
func (c *classifier) routesPool(t *tables, p signature.Pool) bool {
	return t.forwarding && slices.ContainsFunc(t.addresses, func(a seen[fact.InterfaceAddress]) bool {
		return p.Prefix.Contains(a.f.Address.Addr().Unmap()) && len(t.over(a.f.IfIndex)) == 0
	})
}

// livesIn reports whether a device answers for an address in the pool and has
// none elsewhere.
func (c *classifier) livesIn(p signature.Pool) bool {
	for d, addrs := range c.devices {
		for _, a := range addrs {
			if p.Prefix.Contains(a) && a != p.Gateway && c.seen.bound[a] && !c.outOfPools(d, nil) {
				return true
			}
		}
	}
	return false
}

// poolUse returns which devices have addresses in each pool. The phone's own
// does not count.
func (c *classifier) poolUse() map[signature.Pool]map[topology.DeviceID]bool {
	use := make(map[signature.Pool]map[topology.DeviceID]bool)
	for _, d := range c.net.Devices() {
		for _, a := range addressesOf(d) {
			sig, p := c.sig.Pool(a)
			if sig == nil || a == p.Gateway {
				continue
			}
			if use[p] == nil {
				use[p] = make(map[topology.DeviceID]bool)
			}
			use[p][d.ID] = true
		}
	}
	return use
}

// declared reports whether the site file names the pool, or a part of it, as a
// network of the hospital's own.
func (c *classifier) declared(p signature.Pool) bool {
	for _, z := range c.site.Zones {
		for _, q := range z.Prefixes {
			if q.Overlaps(p.Prefix) {
				return true
			}
		}
	}
	return false
}

// announcer returns the device that an announced set of addresses belongs to,
// by those of them that are in no pool: phones all have the same pools. What one
// host says of others, or in the name of another, is nobody's word: the others
// may have nothing of the kind.
func (c *classifier) announcer(s fact.AddressSet) (topology.DeviceID, bool) {
	if c.speaksForOthers(s) {
		return "", false
	}
	for _, a := range append([]netip.Addr{s.From}, s.Addresses...) {
		if !c.isUsual(a) {
			continue
		}
		if d, ok := c.net.DeviceByIP(a); ok {
			return d, c.mayBeFrom(s.MAC, d)
		}
	}
	return c.owner(fact.Endpoint{MAC: s.MAC})
}

// isUsual reports whether a is an address inside that is in no pool.
func (c *classifier) isUsual(a netip.Addr) bool {
	sig, _ := c.sig.Pool(a)
	return sig == nil && c.place(a) == inside
}

// speaksForOthers reports whether a host announced addresses of the hospital's
// network without the one that it sends from, as those do that pass on what
// others announce.
func (c *classifier) speaksForOthers(s fact.AddressSet) bool {
	return s.From.IsValid() && !s.From.IsLinkLocalUnicast() && !slices.Contains(s.Addresses, s.From) &&
		slices.ContainsFunc(s.Addresses, func(a netip.Addr) bool { return !a.IsLinkLocalUnicast() && c.isUsual(a) })
}

// mayBeFrom reports whether frames with this MAC address can be those of a
// device: they are its own, a router's that passed them on, or nobody's that is
// known. Who forges the address of another seldom has its MAC address.
func (c *classifier) mayBeFrom(m fact.MAC, d topology.DeviceID) bool {
	by, ok := c.net.DeviceByMAC(m)
	return !ok || by == d || c.net.IsGatewayMAC(m)
}

// outOfPools reports whether the device also has an address of the hospital's
// own network, which is what makes the other one a second way out.
func (c *classifier) outOfPools(d topology.DeviceID, more []netip.Addr) bool {
	usable := func(a netip.Addr) bool {
		sig, _ := c.sig.Pool(a)
		return sig == nil && a.IsPrivate()
	}
	for _, a := range more {
		if usable(a) {
			return true
		}
	}
	for _, x := range c.devices[d] {
		if usable(x) {
			return true
		}
	}
	return false
}

// addressesOf returns the addresses of a device, without their prefix lengths.
func addressesOf(d topology.Device) []netip.Addr {
	var out []netip.Addr
	for _, i := range d.Interfaces {
		for _, s := range i.IPs {
			if p, err := netip.ParsePrefix(s); err == nil {
				out = append(out, p.Addr().Unmap())
			} else if a, err := netip.ParseAddr(s); err == nil {
				out = append(out, a.Unmap())
			}
		}
	}
	return out
}
