package classify

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// portDNSTLS is where name servers listen for DNS over TLS (RFC 7858, 3.1) and
// over QUIC (RFC 9250, 4.1.1).
const portDNSTLS = 853

// long is from when on talk with a party outside is long.
const long = time.Hour

// remark adds to a way out what is worth to know of a conversation that takes
// it, and is no way out of its own.
func (c *classifier) remark(x claim, p passage) {
	if p.client == "" {
		return
	}
	x.rules = nil
	obs := []*fact.Observation{p.o}
	if r, more, ok := c.pastResolver(p); ok {
		x.rules, obs = append(x.rules, r), append(obs, more...)
	}
	if (c.medical[p.client] || isMedicalMaker(c.vendors[p.client])) && c.isLong(p.o) {
		x.rules = append(x.rules, medicalLong)
	}
	if len(x.rules) > 0 {
		c.ledger.add(x, obs...)
	}
}

// pastResolver reports whether a conversation resolves names past the
// hospital's own name server, and how.
func (c *classifier) pastResolver(p passage) (rule, []*fact.Observation, bool) {
	f, ok := p.o.Fact.(fact.Flow)
	if !ok || p.dir != topology.Outbound || c.place(p.to) == closed { // a closed network has name servers of its own
		return 0, nil, false
	}
	relays := c.relaysFound()
	if relays[relay{p.client, nil}] {
		return 0, nil, false
	}
	secured := f.App == "tls" || f.App == "quic" || f.App == "dtls"
	called := c.resolvers()[p.to]
	switch {
	case called != nil && p.port != portDNS:
		return namesHidden, []*fact.Observation{called}, true
	case f.App == "dot" || f.App == "doq", secured && p.port == portDNSTLS, secured && c.sig.ResolverAt(p.to) != nil:
		return namesHidden, nil, true
	case f.App == "dns" && p.port == portDNS && len(relays) > 0:
		return namesDirect, nil, true
	}
	return 0, nil, false
}

// resolvers returns the addresses that clients called by the name of a name
// server with an encrypted channel.
func (c *classifier) resolvers() map[netip.Addr]*fact.Observation {
	if c.resolved == nil {
		c.resolved = make(map[netip.Addr]*fact.Observation)
		for _, s := range c.seen.asked {
			if a := s.f.Server.IP.Unmap(); c.resolved[a] == nil && c.sig.Resolver(s.f.Name) != nil {
				c.resolved[a] = s.o
			}
		}
	}
	return c.resolved
}

// isLong reports whether an observation spans hours, or all that was heard of
// the input that shows it, which must be long enough to tell.
func (c *classifier) isLong(o *fact.Observation) bool {
	if c.heard == nil {
		c.heard = c.spans()
	}
	return slices.ContainsFunc(o.Seen, func(s fact.Sighting) bool {
		d, all := s.Last.Sub(s.First), c.heard[s.Input]
		whole := all[1].Sub(all[0])
		return d >= long || whole >= long/6 && d >= whole/10*9
	})
}

// spans returns when each input was first and last heard.
func (c *classifier) spans() map[string][2]time.Time {
	out := make(map[string][2]time.Time)
	for _, f := range c.seen.flows {
		for _, s := range f.o.Seen {
			all, ok := out[s.Input]
			if !ok || s.First.Before(all[0]) {
				all[0] = s.First
			}
			if s.Last.After(all[1]) {
				all[1] = s.Last
			}
			out[s.Input] = all
		}
	}
	return out
}

// isMedicalMaker reports whether a maker, as its address block names it, makes
// medical devices only: what stands at a patient seldom says what it is.
func isMedicalMaker(maker string) bool {
	name := strings.ToLower(maker) + " "
	return slices.ContainsFunc([]string{
		"abbott", "alaris", "baxter", "beckman coulter", "biotronik", "canon medical", "carefusion", "carestream health", "criticare",
		"draeger", "drägerwerk", "fresenius medical", "fresenius-vial", "fukuda denshi", "fukuda m-e", "ge healthcare", "ge medical",
		"getinge", "hill-rom", "hitachi aloka", "icu medical", "maquet", "marquette", "masimo", "medtronic", "mindray", "nihon kohden",
		"nikkiso", "nipro", "philips healthcare", "philips medical", "philips patient", "roche diagnostics", "shenzhen mindray",
		"siemens healthcare", "siemens healthineers", "siemens medical", "sonosite", "spacelabs", "sysmex", "terumo",
		"toshiba medical", "welch allyn", "zoll",
	}, func(m string) bool { return strings.HasPrefix(name, m+" ") || strings.HasPrefix(name, m+",") })
}
