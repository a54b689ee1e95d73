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
	t seen[fact.Transit], both map[station]bool, endings map[topology.DeviceID]*ending,
	routesInside map[topology.DeviceID]*fact.Observation, signs map[topology.DeviceID][]*fact.Observation,
) {
	d, ok := c.net.DeviceByMAC(t.f.MAC)
	if !ok || !c.isHere(d) || c.ownNetworks(d) > 1 {
		return
	}
	to := netip.MustParseAddr("2000::")
	if t.f.Version == 4 {
		to = netip.AddrFrom4([4]byte{8})
	}
	way, answered := c.follow(d, to, nil), both[station{t.f.MAC, t.f.Version}]
	x := claim{key: key{category: topology.Internet, device: way.end}, rules: way.rules}
	e := endings[way.end]
	switch {
	case way.exit != nil:
		answered = answered || e != nil && len(e.answered.parties) > 0
		x.key, x.rules = *way.exit, append(x.rules, either(answered, trafficThrough, trafficThroughOneWay))
	case !answered && !t.f.To: // anybody can make up where packets are from
		return
	case way.ambiguous, t.f.Version != 4: // hosts have addresses of several networks of IPv6, and so do networks inside
		return
	case c.ledger.has(key{category: topology.Unclassified, device: way.end}) != nil:
		x.category = topology.Unclassified
		x.rules = append(x.rules, either(answered, trafficThrough, trafficThroughOneWay))
	case e != nil, c.gates[way.end]: // its conversations tell more, or where they go from it
		return
	case routesInside[way.end] != nil || way.circular:
		x.rules = append(x.rules, gatewaySomewhere)
	case way.known || len(signs[way.end]) > 0:
		x.rules = append(x.rules, either(answered, gatewayKnown, gatewayKnownOneWay))
	default:
		x.rules = append(x.rules, either(answered, gatewayCarries, gatewayCarriesOneWay))
	}
	c.ledger.add(x, append([]*fact.Observation{t.o}, way.evidence...)...)
}

// ownNetworks counts the IPv4 addresses outside that a device has itself: what
// is for several of them may be for nobody behind it.
func (c *classifier) ownNetworks(d topology.DeviceID) (n int) {
	for _, a := range c.devices[d] {
		if a.Is4() && c.seen.bound[a] && !c.site.IsInside(a) {
			n++
		}
	}
	return n
}

// bothWays returns the stations that carried packets from outside and for the
// outside, which two observations may tell.
func bothWays(list []seen[fact.Transit]) map[station]bool {
	from, both := make(map[station]bool), make(map[station]bool)
	for _, t := range list {
		if !t.f.To {
			from[station{t.f.MAC, t.f.Version}] = true
		}
	}
	for _, t := range list {
		if k := (station{t.f.MAC, t.f.Version}); t.f.To && from[k] {
			both[k] = true
		}
	}
	return both
}

// station is a MAC address, and the version of IP of what it carries.
type station struct {
	mac     fact.MAC
	version int
}
