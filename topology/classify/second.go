package classify

import (
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// secondAddresses finds hosts that announce an address outside as their own, in
// answers that one asks of hosts and not of routers: a modem or a tunnel ends in
// them. Where that is known already, and where many have such addresses, it is no
// way out of its own.
func (c *classifier) secondAddresses() {
	carriers, homes := c.carriers(), make(map[netip.Prefix]map[topology.DeviceID]bool)
	type found struct {
		device  topology.DeviceID
		address netip.Addr
		o       *fact.Observation
	}
	var all []found
	for _, s := range c.seen.sets {
		d, ok := c.announcer(s.f)
		for _, a := range s.f.Addresses {
			if a = a.Unmap(); !ok || !c.isOfLine(a) {
				continue
			}
			if s.f.Protocol == "nat-pmp" { // a gateway's answer
				c.ledger.add(claim{
					key: key{category: topology.Internet, device: d}, rules: []rule{gatewayMapped}, direction: topology.Outbound,
				}, s.o)
				continue
			}
			if homes[networkOf(a)] == nil {
				homes[networkOf(a)] = make(map[topology.DeviceID]bool)
			}
			homes[networkOf(a)][d] = true
			all = append(all, found{d, a, s.o})
		}
	}
	for _, f := range all {
		if len(homes[networkOf(f.address)]) >= ordinary || c.routers[f.device] || c.serving[f.device] || carriers[f.device] ||
			!c.outOfPools(f.device, nil) || c.leadsOut(f.device) {
			continue
		}
		c.ledger.add(claim{
			key: key{category: topology.Unclassified, device: f.device, by: "second address"}, rules: []rule{secondAddress}, direction: topology.Outbound,
		}, f.o)
	}
}

// networkOf returns the network of 24 bits that an IPv4 address is in.
func networkOf(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, 24).Masked() }

// isOfLine reports whether an IPv4 address is outside, or one that carriers share
// among their customers (RFC 6598), which some tunnels use, too.
func (c *classifier) isOfLine(a netip.Addr) bool {
	return a.Is4() && a.IsGlobalUnicast() && !a.IsPrivate() && !c.site.IsInside(a)
}

// leadsOut reports whether a way out is known that ends in a device: a line or a
// tunnel.
func (c *classifier) leadsOut(d topology.DeviceID) bool {
	for k := range c.ledger.drafts {
		if k.device == d && (isLine(k.category) || k.category == topology.VendorVPN) {
			return true
		}
	}
	return false
}
