package classify

import (
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// Types of lines (fact.Line) and tunnels (fact.TunnelEnd) that rules name
// themselves.
const (
	typeIPoE     = "ipoe"
	typeLTE      = "lte"
	typeUSBModem = "usb-modem"
	type5G       = "5g"
	typeMobile   = "mobile" // cellular, of a kind that is not told
	typePPP      = "ppp"
	typeISDN     = "isdn"
	typeDHCP     = "dhcp" // an address that a provider's router gives: no way of its own
)

// states of lines and tunnels.
const (
	stateUp   = "up"
	stateDown = "down"
)

// toldLines finds the lines that devices have by their own tables and
// configuration.
func (c *classifier) toldLines() {
	closed := c.qualifying()
	for _, l := range c.seen.lines {
		for _, d := range c.devicesOf(l.o, l.f.Agent) {
			if l.f.Type == typePPP && !l.f.Configured && !c.leadsOver(d, l.f) {
				continue // those who dial in have such interfaces too
			}
			x := claim{
				key: key{category: topology.Internet, device: d}, rules: []rule{toldRule(l.f.State, l.f.Configured)}, iface: l.f.Name,
				transport: lineTransport(l.f.Type), direction: topology.Outbound, line: l.f.State != stateDown, down: l.f.State == stateDown,
			}
			if p := normalName(l.f.Provider); strings.Contains(p, ".") { // a realm, or the name of an access point
				x.names = []string{p}
			}
			obs := []*fact.Observation{l.o}
			switch l.f.Type {
			case typeLTE, type5G, typeMobile, typeUSBModem:
				x.category = c.cellular(d)
			case typeISDN:
				x.category, x.by = topology.Unclassified, typeISDN // whom it dials is not told
			case typeIPoE:
				if o := closed[d]; o != nil {
					x.category, x.rules, obs = topology.OnlineQualification, append(x.rules, qualificationRouted), append(obs, o)
				}
			}
			if r := c.defaultOver(d, l.f.IfIndex); r != nil {
				x.rules, obs = append(x.rules, defaultRouteThere), append(obs, r)
			}
			c.ledger.add(x, obs...)
			if x.category != topology.Internet {
				c.markLine(d, l.f.IfIndex)
			}
		}
	}
}

// lineTransport returns how traffic leaves by a line of this type.
func lineTransport(typ string) []string {
	switch typ {
	case typeIPoE:
		return []string{typeIPoE, "ipv6"}
	case typeUSBModem:
		return []string{typeLTE, "usb"}
	case type5G, typeMobile:
		return []string{typeLTE}
	case typeDHCP, "":
		return nil
	}
	return []string{typ}
}

// toldRule returns the rule of what a device has by its own tables or its
// configuration. What is configured and not shut down counts as what the device
// says of itself; what is down is not in use.
func toldRule(state string, configured bool) rule {
	switch {
	case state == stateDown:
		return toldDown
	case configured:
		return toldConfigured
	case state == stateUp:
		return toldUp
	}
	return toldOnly
}

// cellular is the category of a cellular line: of a router's, or of one machine.
func (c *classifier) cellular(d topology.DeviceID) topology.Category {
	forwards := func(t *tables) bool { return t.forwarding || t.cellular }
	if c.routers[d] || slices.ContainsFunc(c.tablesOf[d], forwards) {
		return topology.VendorLTE
	}
	return topology.USBTether
}

// leadsOver reports whether a PPP interface that is not down leads out: by a
// default route, or an address that is not the hospital's.
func (c *classifier) leadsOver(d topology.DeviceID, l fact.Line) bool {
	if l.State == stateDown {
		return false
	}
	return c.defaultOver(d, l.IfIndex) != nil || slices.ContainsFunc(c.tablesOf[d], func(t *tables) bool {
		return slices.ContainsFunc(t.on(l.IfIndex), func(a seen[fact.InterfaceAddress]) bool { return !c.site.IsInside(a.f.Address.Addr()) })
	})
}

// defaultOver returns a default route of a device over one of its interfaces.
func (c *classifier) defaultOver(d topology.DeviceID, ifIndex uint32) *fact.Observation {
	for _, t := range c.tablesOf[d] {
		if _, ok := t.ifaces[ifIndex]; ok && ifIndex != 0 {
			for _, r := range t.over(ifIndex) {
				return r.o
			}
		}
	}
	return nil
}

// markLine notes that an interface is a way out itself, so that the default
// route over it is none beside it.
func (c *classifier) markLine(d topology.DeviceID, ifIndex uint32) {
	for _, t := range c.tablesOf[d] {
		if _, ok := t.ifaces[ifIndex]; ok && ifIndex != 0 {
			t.lines[ifIndex] = true
		}
	}
}

// qualifying returns, for each device that passes questions for names of online
// qualification on to the closed network, an observation that shows it.
func (c *classifier) qualifying() map[topology.DeviceID]*fact.Observation {
	out := make(map[topology.DeviceID]*fact.Observation)
	for _, n := range c.seen.nameRoutes {
		if c.qualificationNames(n.f.Domain) == nil || !c.toClosed(n.f) {
			continue
		}
		for _, d := range c.devicesOf(n.o, n.f.Agent) {
			if out[d] == nil {
				out[d] = n.o
			}
		}
	}
	return out
}

// qualificationNames returns the signature of online qualification where the
// names of a domain are its.
func (c *classifier) qualificationNames(domain string) *signature.Signature {
	for _, n := range []string{domain, "any." + domain} {
		if sig := c.sig.Domain(n); sig != nil && sig.Category == topology.OnlineQualification {
			return sig
		}
	}
	return nil
}

// toClosed reports whether questions are passed on to a closed network, or to
// who is learned over an interface, which then leads there.
func (c *classifier) toClosed(f fact.NameRoute) bool {
	for _, s := range f.Servers {
		if sig := c.sig.DNSServer(s); c.place(s) == closed || sig != nil && sig.Category == topology.OnlineQualification {
			return true
		}
	}
	return len(f.Servers) == 0 && f.Via != ""
}

// nameRoutes finds who leads to online qualification by whom devices ask for its
// names: themselves, the server inside that they ask, or where their routes lead.
func (c *classifier) nameRoutes() {
	for _, n := range c.seen.nameRoutes {
		sig := c.qualificationNames(n.f.Domain)
		if sig == nil {
			continue
		}
		for _, d := range c.devicesOf(n.o, n.f.Agent) {
			k := key{category: topology.OnlineQualification, device: d}
			x := claim{key: k, rules: []rule{qualificationAsked}, sig: sig, direction: topology.Outbound}
			if n.f.Domain != "." {
				x.names = []string{strings.TrimSuffix(n.f.Domain, ".")}
			}
			if c.ledger.has(k) == nil {
				x.device = c.qualificationBehind(d, n.f)
			}
			if x.device != d {
				x.behind = d
			}
			for _, s := range n.f.Servers {
				if c.place(s).away() {
					x.addrs = append(x.addrs, s)
				}
			}
			c.ledger.add(x, n.o)
		}
	}
}

// qualificationBehind returns the device behind d that its questions for online
// qualification go to; d itself where none is known.
func (c *classifier) qualificationBehind(d topology.DeviceID, f fact.NameRoute) topology.DeviceID {
	for _, s := range f.Servers {
		if c.place(s) == inside {
			if by, ok := c.net.DeviceByIP(s); ok {
				return by
			}
			continue
		}
		if end := c.follow(d, s, nil).end; end != d {
			return end
		}
	}
	return d
}

// plugged finds modems and phones on USB ports.
func (c *classifier) plugged() {
	for _, u := range c.seen.usb {
		sig := c.sig.USB(u.f.VendorID, u.f.ProductID)
		if sig == nil {
			continue
		}
		for _, d := range c.devicesOf(u.o, u.f.Agent) {
			x := claim{
				key: key{category: sig.Category, device: d}, rules: []rule{phonePlugged}, sig: sig,
				transport: sig.Transport, direction: topology.Outbound,
			}
			if sig.Category == topology.VendorLTE {
				x.category, x.rules = c.cellular(d), []rule{modemPlugged}
			}
			c.ledger.add(x, u.o)
		}
	}
}

// programs finds software for remote support and tunnels that hosts have.
func (c *classifier) programs() {
	for _, p := range c.seen.programs {
		sig := c.sig.Program(p.f.Name)
		if sig == nil || isLine(sig.Category) || sig.Category == topology.OnlineQualification {
			continue
		}
		for _, d := range c.devicesOf(p.o, p.f.Agent) {
			c.ledger.add(claim{
				key:   key{category: sig.Category, device: d, by: sig.ID},
				rules: []rule{either(p.f.Running, programRuns, programInstalled)}, sig: sig, transport: sig.Transport, direction: topology.Outbound,
			}, p.o)
		}
	}
}
