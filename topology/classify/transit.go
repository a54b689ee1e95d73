package classify

import (
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// transit takes note of a device that carried packets of several networks
// outside. It is more evidence for a way out that is known, and shows one where
// the conversations themselves were too many to be kept.
func (c *classifier) transit(
	t seen[fact.Transit], endings map[topology.DeviceID]*ending,
	routesInside map[topology.DeviceID]*fact.Observation, signs map[topology.DeviceID][]*fact.Observation,
) {
	d, ok := c.net.DeviceByMAC(t.f.MAC)
	if !ok || !c.isHere(d) {
		return
	}
	to := netip.MustParseAddr("2000::")
	if t.f.Version == 4 {
		to = netip.AddrFrom4([4]byte{8})
	}
	way, both := c.follow(d, to, nil), c.bothWays(t.f)
	x := claim{key: key{category: topology.Internet, device: way.end}, rules: way.rules}
	switch {
	case way.exit != nil:
		x.key, x.rules = *way.exit, append(x.rules, either(both, trafficThrough, trafficThroughOneWay))
	case way.ambiguous, t.f.Version != 4: // hosts have addresses of several networks of IPv6, and so do networks inside
		return
	case c.ledger.has(key{category: topology.Unclassified, device: way.end}) != nil:
		x.category = topology.Unclassified
		x.rules = append(x.rules, either(both, trafficThrough, trafficThroughOneWay))
	case endings[way.end] != nil: // its conversations tell more
		return
	case routesInside[way.end] != nil || way.circular:
		x.rules = append(x.rules, gatewaySomewhere)
	case way.known || len(signs[way.end]) > 0:
		x.rules = append(x.rules, either(both, gatewayKnown, gatewayKnownOneWay))
	default:
		x.rules = append(x.rules, either(both, gatewayOfMany, gatewayOfManyOneWay))
	}
	c.ledger.add(x, append([]*fact.Observation{t.o}, way.evidence...)...)
}

// bothWays reports whether the station carried packets from outside and for the
// outside, which two observations may tell.
func (c *classifier) bothWays(f fact.Transit) bool {
	from, to := f.From, f.To
	for _, t := range c.seen.transits {
		if t.f.MAC == f.MAC && t.f.Version == f.Version {
			from, to = from || t.f.From, to || t.f.To
		}
	}
	return from && to
}
