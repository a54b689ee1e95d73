package classify

import (
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// What shows that a gateway leads to the internet at large, and not to one
// party: as many parties outside that have nothing to do with each other as
// several devices reach through it, or as one does that goes everywhere.
const (
	severalClients = 3
	severalParties = 3
	manyParties    = 8
)

// reach is where traffic was seen to go through a gateway, and whose.
type reach struct {
	clients map[topology.DeviceID]bool
	parties map[string]bool
}

func newReach() reach {
	return reach{clients: make(map[topology.DeviceID]bool), parties: make(map[string]bool)}
}

func (r reach) add(client topology.DeviceID, party string) {
	if client != "" {
		r.clients[client] = true
	}
	if len(r.parties) < manyParties {
		r.parties[party] = true
	}
}

// wide reports whether so many parties are reached that only the internet has
// them all.
func (r reach) wide() bool {
	return len(r.parties) >= manyParties || len(r.parties) >= severalParties && len(r.clients) >= severalClients
}

// ending is what the traffic shows of a gateway at which paths end.
type ending struct {
	answered, any reach
	frames        uint64
	lookups       *fact.Observation // questions of the hospital's own name server leave here
	lookupsBoth   bool              // and are answered
}

// endings returns, for each device at which the path of a passage ends, what
// passes there.
func (c *classifier) endings(passages []passage, paths map[leg]path) map[topology.DeviceID]*ending {
	out := make(map[topology.DeviceID]*ending)
	resolvers := c.relaysFound()
	for _, p := range passages {
		way := paths[leg{p.gateway, p.to}]
		e := out[way.end]
		if e == nil {
			e = &ending{answered: newReach(), any: newReach()}
			out[way.end] = e
		}
		for _, s := range p.o.Seen {
			e.frames += s.Count
		}
		if place := c.place(p.to); place == closed {
			continue // a network of its own, which has many addresses
		}
		party := c.party(p.to)
		e.any.add(p.client, party)
		if p.answered {
			e.frames += minFrames
		}
		if p.answered {
			e.answered.add(p.client, party)
		}
		if p.port == portDNS && p.dir == topology.Outbound && p.client != "" && resolvers[relay{p.client, nil}] &&
			(e.lookups == nil || p.answered && !e.lookupsBoth) {
			e.lookups, e.lookupsBoth = p.o, p.answered
		}
	}
	return out
}

// leadsOut returns the rules that show an otherwise unknown gateway to be the
// hospital's way to the internet, and what more shows it; none where it may be
// a way to one party only.
func (e *ending) leadsOut() (rules []rule, obs []*fact.Observation) {
	switch {
	case e.lookupsBoth || e.lookups != nil && !e.answered.wide():
		rules, obs = append(rules, either(e.lookupsBoth, gatewayOfResolver, gatewayOfResolverOneWay)), append(obs, e.lookups)
	case e.lookups != nil:
		obs = append(obs, e.lookups)
	}
	switch {
	case e.answered.wide():
		rules = append(rules, gatewayOfMany)
	case e.any.wide() && len(e.any.clients) >= severalClients:
		rules = append(rules, gatewayOfManyOneWay)
	}
	return rules, obs
}

// party names who an address outside belongs to, as far as names tell, so that
// the many addresses of one service count once; else its network.
func (c *classifier) party(a netip.Addr) string {
	a = a.Unmap()
	for _, names := range [][]string{c.calledOf[a], c.namesOf[a]} {
		for _, n := range names {
			if d := registered(n); d != "" {
				return d
			}
		}
	}
	bits := 32
	if a.Is4() {
		bits = 16
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return a.String()
	}
	return p.String()
}

// registered returns the part of a name that somebody registered: two labels,
// or three below the second-level domains of countries, which are short. Empty
// where the name has no such part.
func registered(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	labels := strings.Split(name, ".")
	n := len(labels)
	if n < 2 || labels[n-1] == "" {
		return ""
	}
	if _, err := strconv.Atoi(labels[n-1]); err == nil {
		return ""
	}
	keep := 2
	if n > 2 && len(labels[n-1]) == 2 && len(labels[n-2]) <= 3 {
		keep = 3
	}
	return strings.Join(labels[n-keep:], ".")
}
