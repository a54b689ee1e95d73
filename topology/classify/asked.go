package classify

import (
	"net/netip"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// What shows that a device asks for a name again and again, so that its use is
// no accident.
const (
	againAndAgain = 6
	askedFor      = 30 * time.Minute
)

// wanted is what one device asked for under one name.
type wanted struct {
	count       uint64
	first, last time.Time
	obs         []*fact.Observation
}

// onlyAsked finds names outside that a device asks for again and again while
// its traffic to the answered addresses does not pass here, though other traffic
// of its own to the outside does. Addresses near an answered one count as it:
// services answer with some of theirs at a time.
func (c *classifier) onlyAsked() {
	used, direct := c.usedNetworks()
	type question struct {
		device topology.DeviceID
		name   string
	}
	asked := make(map[question]*wanted)
	relays := c.relaysFound()
	for _, q := range c.seen.queries {
		d, ok := c.owner(q.f.Client)
		if !ok || !direct[d] || relays[relay{d, nil}] || q.f.Type != "A" && q.f.Type != "AAAA" {
			continue
		}
		k := question{d, q.f.Name}
		w := asked[k]
		if w == nil {
			w = &wanted{first: q.o.First(), last: q.o.Last()}
			asked[k] = w
		}
		w.add(q.o)
	}
	for k, w := range asked {
		if w.count < againAndAgain || w.first.IsZero() || w.last.Sub(w.first) < askedFor {
			continue
		}
		var addrs []netip.Addr
		missed := true
		for _, a := range c.addrsOf[k.name] {
			if !c.place(a).away() || used[talk{k.device, near(a)}] {
				missed = false
				break
			}
			addrs = append(addrs, a)
		}
		if !missed || len(addrs) == 0 {
			continue
		}
		x := claim{
			key:   key{category: topology.Unclassified, device: k.device, by: "asked"},
			rules: []rule{onlyAsked}, names: []string{k.name}, addrs: addrs, direction: topology.Outbound,
		}
		if sig := c.sig.Domain(k.name); sig != nil {
			if sig.Category == topology.OnlineQualification || isLine(sig.Category) {
				continue // these are told by their lines
			}
			x.key, x.sig, x.transport = key{category: sig.Category, device: k.device, by: sig.ID}, sig, sig.Transport
		}
		c.ledger.add(x, w.obs...)
	}
}

// add counts an observation of the question.
func (w *wanted) add(o *fact.Observation) {
	for _, s := range o.Seen {
		w.count += s.Count
	}
	if f := o.First(); f.Before(w.first) {
		w.first = f
	}
	if l := o.Last(); l.After(w.last) {
		w.last = l
	}
	if len(w.obs) < maxPerUse {
		w.obs = append(w.obs, o)
	}
}

// talk is a device and a network that it talks to.
type talk struct {
	device  topology.DeviceID
	network netip.Prefix
}

// near returns the network of addresses that are taken for one service's.
func near(a netip.Addr) netip.Prefix {
	bits := 48
	if a.Unmap().Is4() {
		bits = 20
	}
	p, _ := a.Unmap().Prefix(bits) // the lengths are valid
	return p
}

// usedNetworks returns which networks outside each device was seen to talk to,
// and which devices talk to the outside themselves, and not through a proxy.
func (c *classifier) usedNetworks() (used map[talk]bool, direct map[topology.DeviceID]bool) {
	used, direct = make(map[talk]bool), make(map[topology.DeviceID]bool)
	one := func(a, b fact.Endpoint, dns bool) {
		in, out, _, ok := c.ends(a, b)
		if !ok {
			return
		}
		if d, known := c.owner(in); known {
			used[talk{d, near(out.IP)}] = true
			direct[d] = direct[d] || !dns
		}
	}
	for _, f := range c.seen.flows {
		one(f.f.Client, f.f.Server, f.f.Server.Port == portDNS)
	}
	for _, t := range c.seen.tunnels {
		one(t.f.A, t.f.B, false)
	}
	return used, direct
}
