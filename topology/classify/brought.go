package classify

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// brought finds routers that stand in a segment as if they were hosts: home
// routers and access points that somebody plugged in, shared connections. What
// is behind them has their address and is not seen. A device that is known as a
// way out, or to which others hand their packets, is none of them.
func (c *classifier) brought() {
	signs := c.routerSigns()
	carriers := c.carriers()
	stranger := func(d topology.DeviceID) bool { // to the paths that packets are known to take
		return !carriers[d] && c.exitAt(d, netip.Addr{}) == nil && c.ledger.has(closedKey(d)) == nil &&
			c.ledger.has(key{category: topology.OnlineQualification, device: d}) == nil
	}
	for _, s := range c.seen.services {
		if !isInternetGateway(s.f.Service) {
			continue
		}
		d, ok := c.announcing(s.f)
		if !ok || !stranger(d) {
			continue
		}
		x := claim{key: key{category: topology.Internet, device: d}, rules: []rule{gatewayOffered}, direction: topology.Outbound}
		if len(signs[d]) == 0 && others(carriers, d)+others(signs, d) > 0 {
			x.category, x.rules = topology.Unclassified, []rule{gatewayBrought}
		}
		c.ledger.add(x, s.o)
	}
	c.strangersDHCP(stranger)
	c.behindHosts(signs, stranger)
}

// others counts the devices in a set beside one.
func others[V any](set map[topology.DeviceID]V, d topology.DeviceID) int {
	n := len(set)
	if _, ok := set[d]; ok {
		n--
	}
	return n
}

// isInternetGateway reports whether an announced service is that of a router to
// the internet (UPnP InternetGatewayDevice).
func isInternetGateway(service string) bool {
	return strings.Contains(strings.ToLower(service), ":internetgatewaydevice:")
}

// announcing returns the device that announces a service: nobody else announces
// for a gateway, so its MAC is its own. Of two devices that the addresses of a
// frame name, neither is known to have sent it.
func (c *classifier) announcing(s fact.ServiceAnnouncement) (topology.DeviceID, bool) {
	if d, ok := c.owner(fact.Endpoint{IP: s.IP, MAC: s.MAC}); ok {
		by, known := c.net.DeviceByMAC(s.MAC)
		return d, !known || by == d
	}
	return c.net.DeviceByMAC(s.MAC)
}

// carriers returns the devices to which others were seen to hand packets.
func (c *classifier) carriers() map[topology.DeviceID]bool {
	out := make(map[topology.DeviceID]bool)
	for _, p := range c.passed {
		out[p.gateway], out[p.back] = true, true
		for _, d := range c.pairs.of(p.gateway) {
			out[d] = true
		}
	}
	for _, ends := range c.handed {
		for d := range ends {
			out[d] = true
		}
	}
	return out
}

// strangersDHCP finds devices that give out addresses of a network of their own,
// and themselves as the router, in a segment where another does so for the
// network that is there.
func (c *classifier) strangersDHCP(stranger func(topology.DeviceID) bool) {
	type offer struct {
		seen[fact.DHCPServer]

		device topology.DeviceID
	}
	var offers []offer
	for _, s := range c.seen.servers {
		d, ok := c.net.DeviceByMAC(s.f.MAC)
		if ok && s.f.Version == 4 && s.f.Subnet.IsValid() {
			offers = append(offers, offer{s, d})
		}
	}
	for _, x := range offers {
		own := slices.Contains(x.f.Routers, x.f.IP) && x.f.Subnet.Contains(x.f.IP)
		if !own || !stranger(x.device) || c.residents(x.f.Subnet, x.device) >= ordinary || c.declaredPart(x.f.Subnet) {
			continue
		}
		for _, y := range offers {
			if y.device != x.device && y.f.VID == x.f.VID && sameVantage(x.o, y.o) && !y.f.Subnet.Overlaps(x.f.Subnet) &&
				c.residents(y.f.Subnet, x.device) > c.residents(x.f.Subnet, x.device) {
				c.ledger.add(claim{
					key:   key{category: topology.Unclassified, device: x.device},
					rules: []rule{networkBrought}, direction: topology.Outbound,
				}, x.o, y.o)
			}
		}
	}
}

// residents counts the devices, beside one, that have an address in a subnet.
func (c *classifier) residents(p netip.Prefix, but topology.DeviceID) int {
	n := 0
	for d, addrs := range c.devices {
		if d != but && slices.ContainsFunc(addrs, p.Contains) {
			n++
		}
	}
	return n
}

func (c *classifier) declaredPart(p netip.Prefix) bool {
	return slices.ContainsFunc(c.site.Zones, func(z topology.Zone) bool {
		return slices.ContainsFunc(z.Prefixes, p.Overlaps)
	})
}

// sameVantage reports whether two observations were made at one place.
func sameVantage(a, b *fact.Observation) bool {
	return slices.ContainsFunc(a.Seen, func(s fact.Sighting) bool {
		return slices.ContainsFunc(b.Seen, func(t fact.Sighting) bool { return s.Vantage == t.Vantage && s.Input == t.Input })
	})
}

// behindHosts finds, by the hops that are left, devices that send the packets of
// others under their own address. A machine that runs virtual ones does so too:
// alone, one hop less is no way out, but adds to what else shows a router. Hops
// of several kinds of system, or systems of several kinds that name themselves,
// are no virtual machine of a server's.
func (c *classifier) behindHosts(signs map[topology.DeviceID][]*fact.Observation, stranger func(topology.DeviceID) bool) {
	kinds := make(map[topology.DeviceID]map[int]*fact.Observation)
	for _, h := range c.seen.hops {
		d, ok := c.net.DeviceByIP(h.f.IP)
		if by, known := c.net.DeviceByMAC(h.f.MAC); !ok || !known || by != d || !oneHopLess(h.f.Value) || c.place(h.f.IP) != inside {
			continue
		}
		if kinds[d] == nil {
			kinds[d] = make(map[int]*fact.Observation)
		}
		if kinds[d][h.f.Value] == nil {
			kinds[d][h.f.Value] = h.o
		}
	}
	systems := c.systemsOf(kinds)
	for d, hops := range kinds {
		var obs []*fact.Observation
		for _, v := range sorted(hops) {
			obs = append(obs, hops[v])
		}
		k := key{category: topology.Unclassified, device: d}
		switch {
		case c.ledger.has(k) != nil:
			c.ledger.add(claim{key: k, rules: []rule{hopsLess}}, obs...)
		case !stranger(d) || len(signs[d]) > 0 || c.serving[d]:
		case len(hops) > 1 || len(systems[d]) > 1:
			for _, s := range sorted(systems[d]) {
				obs = append(obs, systems[d][s])
			}
			c.ledger.add(claim{key: k, rules: []rule{hopsLess, severalBehind}, direction: topology.Outbound}, obs...)
		}
	}
}

// oneHopLess reports whether a hop limit is one less than hosts start with.
func oneHopLess(v int) bool { return v == 63 || v == 127 || v == 254 }

// systemsOf returns the families of systems that programs at an address of each
// device say they run on.
func (c *classifier) systemsOf(devices map[topology.DeviceID]map[int]*fact.Observation) map[topology.DeviceID]map[string]*fact.Observation {
	out := make(map[topology.DeviceID]map[string]*fact.Observation)
	for _, s := range c.seen.described {
		d, ok := c.net.DeviceByIP(s.f.Host.IP)
		family := systemFamily(s.f.Value)
		if !ok || devices[d] == nil || s.f.Field != "user-agent" || family == "" {
			continue
		}
		if out[d] == nil {
			out[d] = make(map[string]*fact.Observation)
		}
		if out[d][family] == nil {
			out[d][family] = s.o
		}
	}
	return out
}

// systemFamily returns the family of system that a User-Agent field (RFC 9110,
// 10.1.5) names, empty where it names none.
func systemFamily(agent string) string {
	for _, f := range []struct{ part, family string }{
		{"Windows NT", "windows"}, {"iPhone", "ios"}, {"iPad", "ios"}, {"Android", "android"}, {"CrOS", "chromeos"}, {"Macintosh", "macos"},
	} {
		if strings.Contains(agent, f.part) {
			return f.family
		}
	}
	return ""
}
