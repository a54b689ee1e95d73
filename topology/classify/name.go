package classify

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// portDNS is where name servers listen (RFC 1035, 4.2).
const portDNS = 53

// relay is a device that asks outside for others, and what for.
type relay struct {
	device topology.DeviceID
	sig    *signature.Signature // nil: for any name
}

// names finds services by the names that their clients use.
func (c *classifier) names() {
	relays, answered := c.relaysFound(), c.answeredCalls()
	for _, q := range c.seen.queries {
		sig := c.sig.Domain(q.f.Name)
		d, ok := c.owner(q.f.Client)
		if sig == nil || !ok || relays[relay{d, nil}] {
			continue
		}
		c.named(sig, d, q.f.Server, q.f.Name, nameAsked, q.o)
	}
	for _, s := range c.seen.asked {
		sig := c.sig.Domain(s.f.Name)
		d, ok := c.owner(s.f.Client)
		if sig == nil || !ok || relays[relay{d, sig}] {
			continue
		}
		r := either(answered[call{s.f.Client.IP, netip.AddrPortFrom(s.f.Server.IP, s.f.Server.Port)}], nameNamed, nameNamedOneWay)
		if !c.place(s.f.Server.IP).away() {
			r = nameAskedProxy
		}
		c.named(sig, d, s.f.Server, s.f.Name, r, s.o)
	}
	for _, f := range c.seen.flows {
		in, out, dir, ok := c.ends(f.f.Client, f.f.Server)
		if !ok || dir != topology.Outbound {
			continue
		}
		sig, n := c.answered(out.IP)
		d, ok := c.owner(in)
		if !ok || relays[relay{d, sig}] {
			continue
		}
		if sig != nil {
			c.named(sig, d, out, n, c.flowRule(d, f.f.Answered, out.IP), f.o)
		}
		if s := c.shown[out.IP.Unmap()]; s.sig != nil && s.port == out.Port && (sig == nil || sig == s.sig) {
			c.certified(s, d, out, f)
		}
	}
}

// call is a connection of a client with a server.
type call struct {
	client netip.Addr
	server netip.AddrPort
}

// answeredCalls returns the connections with servers that were named which were
// answered: who writes the address of another into a packet can name any server,
// and is not answered.
func (c *classifier) answeredCalls() map[call]bool {
	named := make(map[netip.AddrPort]bool)
	for _, s := range c.seen.asked {
		named[netip.AddrPortFrom(s.f.Server.IP, s.f.Server.Port)] = true
	}
	out := make(map[call]bool)
	for _, f := range c.seen.flows {
		if server := netip.AddrPortFrom(f.f.Server.IP, f.f.Server.Port); f.f.Answered && named[server] {
			out[call{f.f.Client.IP, server}] = true
		}
	}
	return out
}

// flowRule returns the rule of frames between a device and an address that was
// answered for a name of a service. Anybody can make up an answer: it counts
// for the device that asked for it.
func (c *classifier) flowRule(d topology.DeviceID, answered bool, a netip.Addr) rule {
	if answered && !c.wasTold(d, a) {
		return nameFlowUntold
	}
	return either(answered, nameFlow, nameFlowOneWay)
}

// relaysFound returns what relays finds, which is asked for more than once.
func (c *classifier) relaysFound() map[relay]bool {
	if c.relayed == nil {
		c.relayed = c.relays()
	}
	return c.relayed
}

// relays returns the devices that ask for others: name servers that other
// devices use, and proxies for the services that others ask of them. What
// these ask outside says nothing about themselves.
func (c *classifier) relays() map[relay]bool {
	out := make(map[relay]bool)
	serves := func(client, server fact.Endpoint, sig *signature.Signature) {
		d, ok := c.owner(client)
		s, known := c.owner(server)
		if ok && known && d != s {
			out[relay{s, sig}] = true
		}
	}
	for _, q := range c.seen.queries {
		if q.f.Server.Port == portDNS || q.f.Server.Port == 0 {
			serves(q.f.Client, q.f.Server, nil)
		}
	}
	for _, s := range c.seen.asked {
		if sig := c.sig.Domain(s.f.Name); sig != nil {
			serves(s.f.Client, s.f.Server, sig)
		}
	}
	return out
}

// service is what an address is known to serve.
type service struct {
	sig  *signature.Signature
	name string
}

// answered returns the signature that all names of an address have, answered or
// called, and the first of the names: an address that also serves others tells
// nothing.
func (c *classifier) answered(a netip.Addr) (*signature.Signature, string) {
	a = a.Unmap()
	s, ok := c.serves[a]
	if !ok {
		s = c.serviceAt(a)
		c.serves[a] = s
	}
	return s.sig, s.name
}

func (c *classifier) serviceAt(a netip.Addr) service {
	var out service
	for _, n := range slices.Concat(c.namesOf[a], c.calledOf[a]) {
		s := c.sig.Domain(n)
		if s == nil || out.sig != nil && s != out.sig {
			return service{}
		}
		if out.sig == nil {
			out = service{s, n}
		}
	}
	return out
}

// named notes that a device used a name of a service.
func (c *classifier) named(sig *signature.Signature, d topology.DeviceID, server fact.Endpoint, n string, r rule, o *fact.Observation) {
	x := claim{
		key: key{category: sig.Category, device: d, by: sig.ID}, rules: []rule{r}, sig: sig, names: []string{n},
		transport: sig.Transport, direction: topology.Outbound,
	}
	for _, a := range c.addrsOf[n] {
		if c.place(a).away() {
			x.addrs = append(x.addrs, a)
		}
	}
	if r != nameAsked && c.place(server.IP).away() {
		x.addrs = append(x.addrs, server.IP)
	}
	switch sig.Category {
	case topology.OnlineQualification:
		c.qualification(x, server, o)
		return
	case topology.Internet, topology.VendorLTE, topology.USBTether:
		x.by = "" // one line of a device is one way out, whatever shows it
	default:
	}
	c.ledger.add(x, o)
}

// qualification notes that a terminal uses online qualification: the way out is
// the router that leads there, or the terminal where none is known.
func (c *classifier) qualification(x claim, server fact.Endpoint, o *fact.Observation) {
	terminal := x.device
	x.by = ""
	router, ok := c.qualificationRouter(terminal, server)
	switch {
	case !ok:
		x.rules, x.transport = []rule{nameNoRouter}, nil
	default:
		x.device, x.behind = router, terminal
		x.rules = append(x.rules, nameThroughRouter)
	}
	c.ledger.add(x, o)
}

// qualificationRouter returns the router through which a terminal reaches
// online qualification: the one that its frames to the closed network go to,
// and from there along the gateways' own routes; else the only one that
// announces it.
func (c *classifier) qualificationRouter(terminal topology.DeviceID, server fact.Endpoint) (topology.DeviceID, bool) {
	announcers := c.announcers()
	only := len(announcers) == 1
	switch c.place(server.IP) {
	case closed:
		next, ok := c.carrierOf(server)
		if !ok || next == terminal {
			break
		}
		if announcers[next] {
			return next, true
		}
		p := c.follow(next, server.IP, func(d topology.DeviceID) bool { return announcers[d] })
		if !announcers[p.end] && only {
			break
		}
		return p.end, true
	case outside, carrier: // over the internet, not through that router
		return "", false
	case inside, nowhere:
	}
	if only {
		for d := range announcers {
			return d, d != terminal
		}
	}
	return "", false
}
