package classify

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// sharing is which routers share an address (VRRP, CARP, HSRP, GLBP, clusters of
// firewalls): hosts send to it, and one or another of them answers from an
// address of its own. They are one way out.
type sharing struct {
	parent  map[topology.DeviceID]topology.DeviceID
	virtual map[topology.DeviceID]bool                // devices that are known by the shared address
	members map[topology.DeviceID][]topology.DeviceID // by the head of them
	shown   map[topology.DeviceID]*fact.Observation   // what shows that a router shares an address
	unlike  map[topology.DeviceID]bool                // devices with an address that others answer for in another VLAN
}

func newSharing() *sharing {
	return &sharing{
		parent: make(map[topology.DeviceID]topology.DeviceID), virtual: make(map[topology.DeviceID]bool),
		members: make(map[topology.DeviceID][]topology.DeviceID), shown: make(map[topology.DeviceID]*fact.Observation),
		unlike: make(map[topology.DeviceID]bool),
	}
}

// show notes what shows that d shares an address: of several the least.
func (s *sharing) show(d topology.DeviceID, o *fact.Observation) {
	if have := s.shown[d]; have == nil || o.ID < have.ID {
		s.shown[d] = o
	}
}

// evidence returns what shows that these share addresses.
func (s *sharing) evidence(devices ...topology.DeviceID) (out []*fact.Observation) {
	for _, d := range devices {
		if o := s.shown[d]; o != nil {
			out = append(out, o)
		}
	}
	return out
}

// head returns the device that stands for all that share an address with d: one
// that is known by the address, else the first; d itself where there are none.
func (s *sharing) head(d topology.DeviceID) topology.DeviceID {
	for s.parent[d] != "" {
		d = s.parent[d]
	}
	return d
}

// of returns all that share an address with d, and d, in order.
func (s *sharing) of(d topology.DeviceID) []topology.DeviceID {
	if m := s.members[s.head(d)]; m != nil {
		return m
	}
	return []topology.DeviceID{d}
}

func (s *sharing) join(a, b topology.DeviceID) {
	a, b = s.head(a), s.head(b)
	if a == b {
		return
	}
	if s.virtual[b] && !s.virtual[a] || s.virtual[a] == s.virtual[b] && b < a {
		a, b = b, a
	}
	s.parent[b] = a
}

// maxMembers bounds the routers that are known to share an address: two, as a
// rule, while anybody can say to be another.
const maxMembers = 16

// settle lists who shares, once all are joined.
func (s *sharing) settle() {
	for _, d := range sorted(s.parent) {
		h := s.head(d)
		if s.members[h] == nil {
			s.members[h] = []topology.DeviceID{h}
		}
		s.members[h] = append(s.members[h], d)
	}
	for h, m := range s.members {
		slices.Sort(m)
		s.members[h] = m[:min(len(m), maxMembers)]
	}
}

// first returns what is known of each device, and of what stands for it.
func (s *sharing) first(of map[topology.DeviceID]*fact.Observation) map[topology.DeviceID]*fact.Observation {
	out := maps.Clone(of)
	for h, list := range s.members {
		for _, d := range list {
			if out[h] == nil && of[d] != nil {
				out[h] = of[d]
			}
		}
	}
	return out
}

// isShared reports whether devices share a MAC address by what it is.
func isShared(m fact.MAC) bool { return m.IsVirtual() || m.IsCluster() }

// station of a VLAN.
type member struct {
	device topology.DeviceID
	vid    uint16
}

// group is the address that routers share, as they tell of it themselves.
type group struct {
	address      netip.Addr
	protocol, id string
}

// findShared finds the routers that share addresses: by what they tell, and by
// who answers what is handed to such an address. One that answers for several of
// a VLAN stands behind them, or behind one of them, and so does one that packets
// are handed on to, but for clusters: their machines hand packets to each other,
// and let none pass whose answer they do not see. One that answers from a closed
// network, or that hosts hand the same packets to straight (as they do once a
// router redirected them: RFC 792), may be a line of its own.
func (c *classifier) findShared() {
	c.pairs = newSharing()
	answers := make(map[member]map[topology.DeviceID]bool)
	apart := make(map[topology.DeviceID]bool)
	note := func(o *fact.Observation, e fact.Endpoint, vid uint16) {
		v, ok := c.net.DeviceByMAC(e.Via)
		d, carries := c.carrierOf(e)
		handed := c.receives[d] && !e.Via.IsCluster() || c.onward[pair{v, d}]
		if !isShared(e.Via) || !ok || !carries || handed || c.place(e.IP) == closed {
			return
		}
		if c.straight[handover{d, e.IP.Unmap()}] {
			apart[d] = true
		}
		c.pairs.virtual[v] = true
		c.pairs.show(d, o)
		k := member{d, vid}
		if answers[k] == nil {
			answers[k] = make(map[topology.DeviceID]bool)
		}
		answers[k][v] = true
	}
	for _, f := range c.seen.flows {
		note(f.o, f.f.Server, f.f.VID)
	}
	for _, t := range c.seen.tunnels {
		note(t.o, t.f.B, t.f.VID)
	}
	told := c.toldShared()
	c.pairs.compare(answers)
	for k, v := range answers {
		if len(v) == 1 && !apart[k.device] {
			told = append(told, append(sorted(v), k.device))
		}
	}
	for _, list := range told { // in whatever order: the same are joined
		for _, d := range list[1:] {
			c.pairs.join(list[0], d)
		}
	}
	c.pairs.settle()
}

// compare finds the shared addresses for which other routers answer in one VLAN
// than in another: pairs of routers may have the same number, and so the same MAC
// address, in each.
func (s *sharing) compare(answers map[member]map[topology.DeviceID]bool) {
	by := make(map[topology.DeviceID]map[uint16][]topology.DeviceID)
	for k, of := range answers {
		for v := range of {
			if by[v] == nil {
				by[v] = make(map[uint16][]topology.DeviceID)
			}
			by[v][k.vid] = append(by[v][k.vid], k.device)
		}
	}
	for v, vlans := range by {
		seen := make(map[topology.DeviceID]bool)
		for _, list := range vlans {
			if len(seen) > 0 && !slices.ContainsFunc(list, func(d topology.DeviceID) bool { return seen[d] }) {
				s.unlike[v] = true
			}
			for _, d := range list {
				seen[d] = true
			}
		}
	}
}

// toldShared returns the routers that tell of one shared address, and what stands
// for it.
func (c *classifier) toldShared() (out [][]topology.DeviceID) {
	groups := make(map[group][]topology.DeviceID)
	tell := func(o *fact.Observation, g group, addresses []netip.Addr, m fact.MAC, who ...topology.DeviceID) {
		_, heard := o.Fact.(fact.ControlSpeaker) // which anybody can send
		for _, d := range who {
			c.pairs.show(d, o)
		}
		if d, ok := c.net.DeviceByMAC(m); ok && isShared(m) {
			c.pairs.virtual[d] = true
			who = append(who, d)
		}
		for _, a := range addresses {
			if g.address = a.Unmap(); c.place(a) == inside && !a.IsLinkLocalUnicast() {
				groups[g] = append(groups[g], who...)
				if d, ok := c.net.DeviceByIP(a); ok && (!heard || !c.held[talker{d, g.address}]) {
					groups[g] = append(groups[g], d)
				}
			}
		}
	}
	for _, s := range c.seen.speakers {
		if d, ok := c.owner(fact.Endpoint{IP: s.f.IP, MAC: s.f.MAC}); ok {
			tell(s.o, group{protocol: s.f.Protocol, id: s.f.Domain}, s.f.Virtual, s.f.MAC, d)
		}
	}
	for _, g := range c.seen.redundant {
		tell(g.o, group{protocol: g.f.Protocol, id: strconv.FormatUint(uint64(g.f.Group), 10)}, g.f.Addresses, g.f.MAC, c.devicesOf(g.o, g.f.Agent)...)
	}
	for _, list := range groups {
		if len(list) > 1 {
			out = append(out, list)
		}
	}
	return out
}

// answer is a conversation whose packets were handed to one device, and whose
// answers came from another.
type answer struct {
	o       *fact.Observation
	private bool // the inside end has a private address
}

// pair is a device, and another that it handed a packet on to.
type pair struct{ from, to topology.DeviceID }

// answerNext returns the device that packets for an address take after d by the
// way of their answers.
func (c *classifier) answerNext(d topology.DeviceID, to netip.Addr, isExit bool) (topology.DeviceID, *fact.Observation) {
	by := c.answers[handover{d, to.Unmap()}]
	for next, a := range by {
		if len(by) == 1 && (c.handsOn(d, next) || !isExit && a.private && c.standsBehind(d, next, to) || c.isClosedWay(d, next, to)) {
			return next, a.o
		}
	}
	return "", nil
}

// isClosedWay reports whether next, which answers for what is handed to d, is the
// way to a closed network: whoever brings its answers is, unless d has a line to it.
func (c *classifier) isClosedWay(d, next topology.DeviceID, to netip.Addr) bool {
	if c.place(to) != closed || c.pairs.head(d) == c.pairs.head(next) {
		return false
	}
	exit := c.exitAt(d, to)
	return exit == nil || exit.category == topology.Internet
}

// handsOn reports whether d, or one that shares an address with it, was seen to
// hand packets on to next.
func (c *classifier) handsOn(d, next topology.DeviceID) bool {
	return c.pairs.head(d) != c.pairs.head(next) && slices.ContainsFunc(c.pairs.of(d), func(m topology.DeviceID) bool { return c.onward[pair{m, next}] })
}

// standsBehind reports whether next, which answers a private address for what is
// handed to d, is nearer to the outside: who changes the address of a packet must
// see the answer too, so that both ways pass one way out. It is of next that more
// is known, or packets are handed to it as well, and d brings no answer itself.
func (c *classifier) standsBehind(d, next topology.DeviceID, to netip.Addr) bool {
	return c.leadsOn(next, to) || c.brings[next] && !c.brings[d]
}

// leadsOn reports whether it is known where packets go from d.
func (c *classifier) leadsOn(d topology.DeviceID, to netip.Addr) bool {
	if c.exitAt(d, to) != nil {
		return true
	}
	if _, o := c.routeNext(d, to); o != nil {
		return true
	}
	_, o, _ := c.frameNext(d, to)
	return o != nil
}

// sharedNext returns where to look on for the way that packets take which d and
// others share an address with: at what stands for them all, then at the only one
// of them of which more is known; many where more is of several.
func (c *classifier) sharedNext(d topology.DeviceID, to netip.Addr) (next topology.DeviceID, many bool) {
	if h := c.pairs.head(d); h != d {
		return h, false
	}
	for _, m := range c.pairs.of(d) {
		switch {
		case m == d || !c.leadsOn(m, to):
		case next != "":
			return "", true
		default:
			next = m
		}
	}
	return next, false
}
