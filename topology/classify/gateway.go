package classify

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// minFrames is how many frames show a way out that nothing else speaks of: the
// addresses in one may be damaged.
const minFrames = 2

// passage is a conversation between an inside device and an address away, of
// which a third device carried the frames.
type passage struct {
	o        *fact.Observation
	client   topology.DeviceID // the inside device; empty where not known
	gateway  topology.DeviceID
	back     topology.DeviceID // what the answers came from, where that is another
	to       netip.Addr
	port     uint16 // of the server; 0 where not known
	dir      topology.Direction
	answered bool
}

// leg is a gateway and where its frames were for.
type leg struct {
	from topology.DeviceID
	to   netip.Addr
}

// gateways finds out where the traffic goes that was seen to leave: to a way out
// that is known already, which then has devices behind it, or to one that
// nothing else showed. Of a chain of gateways only the last is a way out.
func (c *classifier) gateways() {
	passages, routesInside := c.passed, c.pairs.first(c.routing)
	signs := c.routerSigns()
	paths := make(map[leg]path) // all found before any claim is made, so that order does not matter
	for _, p := range passages {
		l := leg{p.gateway, p.to}
		if paths[l].end == "" {
			paths[l] = c.follow(p.gateway, p.to, nil)
		}
	}
	endings := c.endings(passages, paths)
	told := c.toldByThemselves(endings)
	for _, p := range passages {
		way := paths[leg{p.gateway, p.to}]
		x := claim{behind: p.client, direction: p.dir, rules: slices.Clone(way.rules)}
		obs := append([]*fact.Observation{p.o}, way.evidence...)
		out, lookups := endings[way.end].leadsOut()
		switch end := way.end; {
		case way.exit != nil:
			x.key, x.rules = *way.exit, append(x.rules, either(p.answered, trafficThrough, trafficThroughOneWay))
		case way.ambiguous:
			continue
		case c.place(p.to) == closed:
			x.key, x.sig, x.transport = closedKey(end), c.sig.Closed(p.to), []string{"ipv6"}
			x.rules = append(x.rules, either(p.answered, closedTraffic, closedTrafficOneWay))
		case routesInside[end] != nil || way.circular:
			x.key, x.rules = key{category: topology.Internet, device: end}, append(x.rules, gatewaySomewhere)
			if o := routesInside[end]; o != nil {
				obs = append(obs, o)
			}
		case way.known || len(signs[end]) > 0:
			x.key = key{category: topology.Internet, device: end}
			x.rules = append(x.rules, either(p.answered, gatewayKnown, gatewayKnownOneWay))
			obs = append(obs, signs[end]...)
		case len(out) > 0:
			x.key = key{category: topology.Internet, device: end}
			x.rules = append(append(x.rules, out...), either(p.answered, trafficThrough, trafficThroughOneWay))
			obs = append(obs, lookups...)
		case endings[end].frames < minFrames:
			continue
		case told(p) != nil:
			x.key, x.behind, x.rules = *told(p), "", append(x.rules, throughGateway)
		default:
			x.key, x.addrs = key{category: topology.Unclassified, device: end}, []netip.Addr{p.to}
			x.rules = append(x.rules, either(p.answered, gatewayUnknown, gatewayUnknownOneWay))
		}
		switch back := c.pairs.head(p.back); {
		case p.back == "":
		case back == c.pairs.head(p.gateway):
			x.rules = append(x.rules, sharedAddress)
		case back != way.end:
			x.rules = append(x.rules, answersElsewhere)
		}
		if c.pairs.unlike[p.gateway] {
			x.rules = append(x.rules, sharedUnlike)
		}
		c.ledger.add(x, p.o)
		c.remark(x, p)
		x.behind = "" // what shows the path is evidence whoever takes it
		c.ledger.add(x, obs[1:]...)
	}
	both := bothWays(c.seen.transits)
	for _, t := range c.seen.transits {
		c.transit(t, both, endings, routesInside, signs)
	}
}

// toldByThemselves returns a function that finds the way out that a conversation
// itself is, such as a tunnel. Where all that leaves is told so, and leaves
// through one gateway of which nothing more is known, the gateway is no way out
// beside them.
func (c *classifier) toldByThemselves(endings map[topology.DeviceID]*ending) func(passage) *key {
	nobody := func(passage) *key { return nil }
	found := make(map[talker]*key)
	for _, d := range c.ledger.drafts {
		switch d.category {
		case topology.VendorVPN, topology.RemoteSupport, topology.PartnerExchange:
		default:
			return nobody // a line that is known: the gateway may be another
		}
		for a := range d.addrs {
			if k := (talker{d.device, a}); found[k] == nil || d.id() < found[k].id() {
				found[k] = &d.key
			}
		}
	}
	of := func(p passage) *key { return found[talker{p.client, p.to}] }
	if len(endings) > 1 || slices.ContainsFunc(c.passed, func(p passage) bool { return of(p) == nil }) {
		return nobody
	}
	return of
}

// translated notes that a gateway hands packets to another under its own
// address, as routers do that stand behind others: what passes it for an address
// is seen to leave it for the same one.
func (c *classifier) translated() {
	type leaving struct {
		by   topology.DeviceID
		to   netip.Addr
		port uint16
	}
	own := make(map[leaving][]passage) // what gateways send under their own address, one by each next gateway
	for _, p := range c.passed {
		k := leaving{p.client, p.to, p.port}
		if c.gates[p.client] && !slices.ContainsFunc(own[k], func(q passage) bool { return q.gateway == p.gateway }) {
			own[k] = append(own[k], p)
		}
	}
	if len(own) == 0 {
		return
	}
	for _, p := range c.passed {
		if p.client == "" {
			continue
		}
		for _, q := range own[leaving{p.gateway, p.to, p.port}] {
			c.handOver(handover{from: p.gateway}, q.gateway, q.o)
			c.handOver(handover{p.gateway, p.to}, q.gateway, q.o)
		}
	}
}

// passages returns the conversations that others carried, and, for each device
// that carries packets between inside devices, an observation that shows it. It
// notes handovers between gateways on the way.
func (c *classifier) passages() (out []passage, routesInside map[topology.DeviceID]*fact.Observation) {
	routesInside = make(map[topology.DeviceID]*fact.Observation)
	one := func(o *fact.Observation, a, b fact.Endpoint, answered, tellsOpener bool) {
		in, away, dir, ok := c.ends(a, b)
		if !ok {
			for _, e := range []fact.Endpoint{a, b} {
				d, carried := c.carrierOf(e)
				if _, known := c.net.DeviceByIP(e.IP); carried && known && c.place(e.IP) == inside && routesInside[d] == nil {
					routesInside[d] = o
				}
			}
			return
		}
		if !c.site.IsInside(in.IP) && !c.isOnLink(in.IP) && !c.isNextTo(in.IP) {
			return // seen beyond the way out, between it and the provider
		}
		g, carried := c.takerOf(away)
		if dir == topology.Inbound { // who answers it cannot help that somebody else sends from outside
			g, carried = c.carrierOf(away)
		}
		client, _ := c.owner(in)
		if !carried || g == client {
			return
		}
		back := c.noteAnswer(o, g, in, away, dir, answered)
		if !tellsOpener {
			dir = ""
		}
		out = append(out, passage{o: o, client: client, gateway: g, back: back, to: away.IP.Unmap(), port: away.Port, dir: dir, answered: answered})
		if from, ok := c.carrierOf(in); ok && client != "" && from != client && from != g {
			c.onward[pair{from, g}], c.receives[g] = true, true
			if answered { // else it may be a way that few packets take
				c.handOver(handover{from: from}, g, o)
			}
			c.handOver(handover{from, away.IP.Unmap()}, g, o)
		}
	}
	for _, f := range c.seen.flows {
		one(f.o, f.f.Client, f.f.Server, f.f.Answered, true)
	}
	for _, t := range c.seen.tunnels {
		_, tellsOpener := tunnelTransport(t.f)
		one(t.o, t.f.A, t.f.B, t.f.Answered, tellsOpener)
	}
	return out, routesInside
}

// noteAnswer notes what the answers to a conversation came from, which was handed
// to a gateway, and returns that where it is another device.
func (c *classifier) noteAnswer(o *fact.Observation, gateway topology.DeviceID, in, away fact.Endpoint, dir topology.Direction, answered bool) topology.DeviceID {
	if dir != topology.Outbound {
		return ""
	}
	back, ok := c.carrierOf(away)
	if !ok || back == gateway {
		c.brings[gateway] = c.brings[gateway] || answered
		if answered {
			c.straight[handover{gateway, away.IP.Unmap()}] = true
		}
		return ""
	}
	k := handover{gateway, away.IP.Unmap()}
	if c.answers[k] == nil {
		c.answers[k] = make(map[topology.DeviceID]answer)
	}
	if _, have := c.answers[k][back]; !have {
		c.answers[k][back] = answer{o, in.IP.Unmap().IsPrivate()}
	}
	return back
}

// checkAnswers notes the devices to which packets for the outside were seen sent,
// and takes what was opened from outside for answered only where it came through
// one of them: anybody can write an address outside into a packet, and the answer
// then goes another way.
func (c *classifier) checkAnswers() {
	c.gates, c.leaving = make(map[topology.DeviceID]bool), make(map[topology.DeviceID]bool)
	for _, p := range c.passed {
		c.gates[p.gateway] = true
		if p.answered && p.dir == topology.Outbound {
			c.leaving[c.pairs.head(p.gateway)] = true
		}
	}
	for _, t := range c.seen.transits {
		if d, ok := c.net.DeviceByMAC(t.f.MAC); ok && t.f.To {
			c.leaving[c.pairs.head(d)] = true
		}
	}
	for i, p := range c.passed {
		c.passed[i].answered = p.answered && (p.dir != topology.Inbound || c.leaving[c.pairs.head(p.gateway)])
	}
}

func (c *classifier) handOver(h handover, to topology.DeviceID, o *fact.Observation) {
	if c.handed[h] == nil {
		c.handed[h] = make(map[topology.DeviceID]*fact.Observation)
	}
	if c.handed[h][to] == nil {
		c.handed[h][to] = o
	}
}

// routerSigns returns, for each device that says or is said to be a router,
// what shows it. That it carries frames is not among them.
func (c *classifier) routerSigns() map[topology.DeviceID][]*fact.Observation {
	out := make(map[topology.DeviceID][]*fact.Observation)
	add := func(d topology.DeviceID, ok bool, o *fact.Observation) {
		if ok && len(out[d]) < maxPerUse {
			out[d] = append(out[d], o)
		}
	}
	for _, s := range c.seen.systems {
		if s.f.IPForward == "forwarding" {
			for _, d := range c.devicesOf(s.o, s.f.Agent) {
				add(d, true, s.o)
			}
		}
	}
	for _, a := range c.seen.announced {
		if slices.Contains(a.f.Neighbor.Capabilities, "router") {
			d, ok := c.net.DeviceByMAC(a.f.MAC)
			add(d, ok, a.o)
		}
	}
	for _, n := range c.seen.neighbors {
		if slices.Contains(n.f.Neighbor.Capabilities, "router") {
			d, ok := c.neighbor(n.f.Neighbor)
			add(d, ok, n.o)
		}
	}
	for _, ra := range c.seen.adverts {
		if ra.f.DefaultRouter {
			d, ok := c.advertiser(ra.f)
			add(d, ok, ra.o)
		}
	}
	for _, s := range c.seen.servers {
		for _, r := range s.f.Routers {
			d, ok := c.net.DeviceByIP(r)
			add(d, ok, s.o)
		}
	}
	for _, f := range c.seen.flows { // only routers and firewalls have such MAC addresses
		for _, e := range []fact.Endpoint{f.f.Client, f.f.Server} {
			if isShared(e.MAC) {
				d, ok := c.carrierOf(e)
				add(d, ok, f.o)
			}
			if isShared(e.Via) {
				d, ok := c.takerOf(e)
				add(d, ok, f.o)
			}
		}
	}
	for _, t := range c.tables {
		for _, r := range t.defaults() {
			d, ok := c.net.DeviceByIP(r.f.NextHop)
			add(d, ok && c.place(r.f.NextHop) == inside, r.o)
		}
	}
	for h, list := range c.pairs.members {
		for _, d := range list {
			if d != h {
				out[h] = append(out[h], out[d]...)
			}
		}
	}
	return out
}

// neighbor returns the device that a neighbour table speaks of.
func (c *classifier) neighbor(n fact.Neighbor) (topology.DeviceID, bool) {
	if n.ChassisIDSubtype == "macAddress" {
		if m, err := fact.ParseMAC(n.ChassisID); err == nil {
			if d, ok := c.net.DeviceByMAC(m); ok {
				return d, true
			}
		}
	}
	for _, a := range n.ManagementAddresses {
		if d, ok := c.net.DeviceByIP(a); ok {
			return d, true
		}
	}
	return "", false
}
