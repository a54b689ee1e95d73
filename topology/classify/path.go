package classify

import (
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// maxHops bounds how far a path is followed inside. A hospital has two or three
// routers in a row; more is a loop.
const maxHops = 8

// path is where packets go that a gateway was seen to carry.
type path struct {
	end       topology.DeviceID // the last device inside that is known
	exit      *key              // the way out that they take there; nil where none is known
	ambiguous bool              // several devices come next, and all of them are looked at themselves
	circular  bool              // the routing tables lead in a circle, of which end is the first device by ID
	known     bool              // a routing table names end as a next hop
	rules     []rule            // how it was followed
	evidence  []*fact.Observation
}

// handover is a packet that one gateway was seen to hand to another.
type handover struct {
	from topology.DeviceID
	to   netip.Addr // destination; invalid where any is meant
}

// follow goes from a gateway toward an address, as far as routing tables and
// frames show, and stops at a device that is a way out or at which stop says
// so. Stop may be nil.
func (c *classifier) follow(from topology.DeviceID, to netip.Addr, stop func(topology.DeviceID) bool) path {
	p := path{end: from}
	been := make(map[topology.DeviceID]bool)
	for range maxHops {
		been[p.end] = true
		if stop != nil && stop(p.end) {
			return p
		}
		exit := c.exitAt(p.end, to)
		if exit != nil && c.ledger.has(*exit).line {
			p.exit = exit
			return p
		}
		if next, o := c.routeNext(p.end, to); o != nil {
			p.rules, p.evidence = append(p.rules, routeFollowed), append(p.evidence, o)
			if been[next] {
				p.end, p.circular = sorted(been)[0], true
				return p
			}
			p.end, p.known = next, true
			continue
		}
		next, o, many := c.frameNext(p.end, to)
		if o != nil && !been[next] {
			p.end, p.known = next, false
			p.rules, p.evidence = append(p.rules, framesFollowed), append(p.evidence, o)
			continue
		}
		if next, o := c.answerNext(p.end, to, exit != nil); o != nil && !been[next] {
			p.end, p.known = next, false
			p.rules, p.evidence = append(p.rules, answersFollowed), append(p.evidence, o)
			continue
		}
		if exit != nil {
			p.exit = exit
			return p
		}
		next, several := c.sharedNext(p.end, to)
		if next == "" || been[next] {
			p.ambiguous = many || several
			return p
		}
		p.rules, p.evidence = append(p.rules, sharedAddress), append(p.evidence, c.pairs.evidence(p.end, next)...)
		p.end = next
	}
	p.circular = true // longer than any chain of routers that is none
	return p
}

// exitAt returns the key of the way out that packets to an address take at a
// device, nil where it is none.
func (c *classifier) exitAt(d topology.DeviceID, to netip.Addr) *key {
	lines := []key{
		{category: topology.Internet, device: d},
		{category: topology.VendorLTE, device: d},
		{category: topology.USBTether, device: d},
	}
	if c.place(to) == closed {
		lines = append([]key{{category: topology.OnlineQualification, device: d}, closedKey(d)}, lines...)
	}
	for _, k := range lines {
		if c.ledger.has(k) != nil {
			return &k
		}
	}
	return nil
}

// routeNext returns the inside device that d's own routing table hands packets
// for an address to.
func (c *classifier) routeNext(d topology.DeviceID, to netip.Addr) (topology.DeviceID, *fact.Observation) {
	for _, t := range c.tablesOf[d] {
		for _, r := range t.toward(to) {
			if t.lines[r.f.IfIndex] || !r.f.NextHop.IsValid() || r.f.NextHop.IsUnspecified() || c.place(r.f.NextHop) != inside {
				continue
			}
			if next, ok := c.net.DeviceByIP(r.f.NextHop); ok && next != d {
				return next, r.o
			}
		}
	}
	return "", nil
}

// frameNext returns the device to which d was seen to hand packets for an
// address, or for any, where that is one device only; many where it is not.
func (c *classifier) frameNext(d topology.DeviceID, to netip.Addr) (next topology.DeviceID, o *fact.Observation, many bool) {
	for _, h := range []handover{{d, to.Unmap()}, {from: d}} {
		switch ends := c.handed[h]; len(ends) {
		case 0:
		case 1:
			for next, o = range ends {
				if c.pairs.head(next) != c.pairs.head(d) {
					return next, o, false
				}
			}
		default:
			return "", nil, true
		}
	}
	return "", nil, false
}
