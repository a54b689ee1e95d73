package classify

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Interface types of IANAifType that rules name themselves.
const (
	ifTypePPP  = 23
	ifTypeWiFi = 71 // ieee80211
)

// tables is what one SNMP agent says of its device.
type tables struct {
	device     topology.DeviceID
	forwarding bool
	cellular   bool // by its maker
	ifaces     map[uint32]seen[fact.Interface]
	addresses  []seen[fact.InterfaceAddress]
	routes     map[netip.Prefix][]seen[fact.Route]
	lengths    []int           // of the prefixes in routes, longest first
	lines      map[uint32]bool // interfaces that are ways out themselves
}

// agentOf tells the agents of one device from those of others: cloned machines
// can have the same agent ID.
type agentOf struct {
	agent  fact.AgentID
	device topology.DeviceID
}

// devicesOf returns the devices whose tables an observation of an agent shows:
// one, but for cloned agents, where the inputs tell them apart.
func (c *classifier) devicesOf(o *fact.Observation, a fact.AgentID) []topology.DeviceID {
	if d, ok := c.net.DeviceByAgent(a); ok {
		return []topology.DeviceID{d}
	}
	var out []topology.DeviceID
	for _, s := range o.Seen {
		if d, ok := c.net.DeviceByAgentIn(a, s.Input); ok && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// readTables returns what every agent says whose device is known, in order of
// the agents' IDs.
func (c *classifier) readTables() []*tables {
	all := make(map[agentOf]*tables)
	of := func(o *fact.Observation, a fact.AgentID) []*tables {
		var out []*tables
		for _, d := range c.devicesOf(o, a) {
			k := agentOf{a, d}
			if all[k] == nil {
				all[k] = &tables{
					device: d, ifaces: make(map[uint32]seen[fact.Interface]),
					routes: make(map[netip.Prefix][]seen[fact.Route]), lines: make(map[uint32]bool),
				}
			}
			out = append(out, all[k])
		}
		return out
	}
	for _, s := range c.seen.systems {
		for _, t := range of(s.o, s.f.Agent) {
			t.forwarding = t.forwarding || s.f.IPForward == "forwarding"
			t.cellular = t.cellular || c.sig.Enterprise(enterprise(s.f.SysObjectID)) != nil
		}
	}
	for _, i := range c.seen.ifaces {
		for _, t := range of(i.o, i.f.Agent) {
			if have, ok := t.ifaces[i.f.IfIndex]; !ok || have.f.OperStatus != "up" { // an interface that was up once counts as up
				t.ifaces[i.f.IfIndex] = i
			}
		}
	}
	for _, a := range c.seen.addresses {
		for _, t := range of(a.o, a.f.Agent) {
			t.addresses = append(t.addresses, a)
		}
	}
	for _, r := range c.seen.routes {
		if r.f.Type == "reject" || r.f.Type == "blackhole" || !r.f.Destination.IsValid() {
			continue
		}
		for _, t := range of(r.o, r.f.Agent) {
			t.addRoute(r)
		}
	}
	for k, t := range all {
		t.cellular = t.cellular || c.sig.Maker(c.vendors[k.device]) != nil
	}
	keys := slices.SortedFunc(maps.Keys(all), func(a, b agentOf) int {
		return cmp.Or(strings.Compare(string(a.agent), string(b.agent)), strings.Compare(string(a.device), string(b.device)))
	})
	var out []*tables
	for _, k := range keys {
		out = append(out, all[k])
	}
	return out
}

func (t *tables) addRoute(r seen[fact.Route]) {
	p := r.f.Destination.Masked()
	t.routes[p] = append(t.routes[p], r)
	if !slices.Contains(t.lengths, p.Bits()) {
		t.lengths = append(t.lengths, p.Bits())
		slices.SortFunc(t.lengths, func(a, b int) int { return b - a })
	}
}

// toward returns the routes to a with the longest prefix.
func (t *tables) toward(a netip.Addr) []seen[fact.Route] {
	for _, bits := range t.lengths {
		if p, err := a.Prefix(bits); err == nil && len(t.routes[p]) > 0 {
			return t.routes[p]
		}
	}
	return nil
}

// defaults returns the default routes of both IP versions.
func (t *tables) defaults() []seen[fact.Route] {
	return slices.Concat(t.routes[netip.PrefixFrom(netip.IPv4Unspecified(), 0)], t.routes[netip.PrefixFrom(netip.IPv6Unspecified(), 0)])
}

// over returns the default routes that lead over an interface: by its index,
// or by a next hop in a prefix that it has.
func (t *tables) over(ifIndex uint32) []seen[fact.Route] {
	var out []seen[fact.Route]
	for _, r := range t.defaults() {
		on := r.f.IfIndex == ifIndex
		for _, a := range t.addresses {
			on = on || r.f.IfIndex == 0 && a.f.IfIndex == ifIndex && !a.f.Address.IsSingleIP() && a.f.Address.Contains(r.f.NextHop)
		}
		if on {
			out = append(out, r)
		}
	}
	return out
}

// on returns the addresses of an interface.
func (t *tables) on(ifIndex uint32) []seen[fact.InterfaceAddress] {
	var out []seen[fact.InterfaceAddress]
	for _, a := range t.addresses {
		ip := a.f.Address.Addr()
		if a.f.IfIndex == ifIndex && ip.IsValid() && !ip.IsUnspecified() && !ip.IsLinkLocalUnicast() {
			out = append(out, a)
		}
	}
	return out
}

// name returns what people call an interface.
func name(i fact.Interface) string {
	if i.Name != "" {
		return i.Name
	}
	return i.Descr
}

// interfaces finds cellular and tether interfaces in devices' own tables.
func (c *classifier) interfaces() {
	routers := c.routerSigns()
	for _, t := range c.tables {
		t.forwarding = t.forwarding || len(routers[t.device]) > 0
		for _, n := range sorted(t.ifaces) {
			c.wirelessInterface(t, t.ifaces[n])
		}
	}
}

func (c *classifier) wirelessInterface(t *tables, i seen[fact.Interface]) {
	sig := c.sig.Interface(i.f.Type, i.f.Descr, i.f.Name)
	if sig == nil || i.f.IfIndex >= fact.ConfigIndex { // configurations tell their lines
		return
	}
	addrs, routes := t.on(i.f.IfIndex), t.over(i.f.IfIndex)
	up := i.f.OperStatus == "up" || len(addrs) > 0
	x := claim{
		key: key{category: sig.Category, device: t.device}, sig: sig, iface: name(i.f), line: up,
		transport: sig.Transport, direction: topology.Outbound,
	}
	switch {
	case sig.Category == topology.VendorLTE && (t.forwarding || t.cellular):
		x.rules = []rule{either(up, cellularInterfaceUp, cellularInterfaceDown)}
	case sig.Category == topology.VendorLTE: // a PC with a modem of its own
		x.category = topology.USBTether
		x.rules = []rule{either(up, cellularModemUp, cellularModemDown)}
	case sig.Category == topology.USBTether:
		x.rules = []rule{either(up, tetherInterfaceUp, tetherInterfaceDown)}
	default:
		return
	}
	obs := []*fact.Observation{i.o}
	for _, a := range addrs {
		obs = append(obs, a.o)
	}
	if len(routes) > 0 {
		x.rules = append(x.rules, defaultRouteThere)
	}
	for _, r := range routes {
		obs = append(obs, r.o)
	}
	t.lines[i.f.IfIndex] = true
	c.ledger.add(x, obs...)
}

// defaultRoutes finds the devices whose own routing table leads outside.
func (c *classifier) defaultRoutes() {
	for _, t := range c.tables {
		wireless := make(map[*fact.Observation]bool)
		for n := range t.lines {
			for _, r := range t.over(n) {
				wireless[r.o] = true
			}
		}
		for _, r := range t.defaults() {
			if !wireless[r.o] {
				c.defaultRoute(t, r)
			}
		}
	}
}

func (c *classifier) defaultRoute(t *tables, r seen[fact.Route]) {
	i := t.ifaces[r.f.IfIndex]
	x := claim{
		key: key{category: topology.Internet, device: t.device}, iface: name(i.f), line: true, direction: topology.Outbound,
	}
	if t.cellular { // its modem shows as an ordinary or PPP interface
		x.category, x.transport = topology.VendorLTE, []string{"lte"}
	}
	obs := []*fact.Observation{r.o}
	switch c.place(r.f.NextHop) {
	case outside:
		x.rules, x.addrs = append(x.rules, routeToPublic), []netip.Addr{r.f.NextHop}
	case carrier:
		x.rules, x.addrs = append(x.rules, routeToCarrier), []netip.Addr{r.f.NextHop}
	case nowhere, inside, closed:
	}
	if i.o != nil && i.f.Type == ifTypePPP && i.f.OperStatus == "up" {
		x.rules, obs = append(x.rules, routeOverPPP), append(obs, i.o)
		if !t.cellular {
			x.transport = []string{"ppp"}
		}
	}
	if len(x.rules) == 0 {
		return
	}
	t.lines[r.f.IfIndex] = true
	c.ledger.add(x, obs...)
}

// ownAddresses adds public addresses of devices that lead to the internet.
func (c *classifier) ownAddresses() {
	for _, t := range c.tables {
		k := key{category: topology.Internet, device: t.device}
		if c.ledger.has(k) == nil {
			continue
		}
		for _, a := range t.addresses {
			ip := a.f.Address.Addr()
			if i := t.ifaces[a.f.IfIndex]; ip.IsValid() && !c.site.IsInside(ip) && i.o != nil && i.f.OperStatus == "up" {
				c.ledger.add(claim{key: k, rules: []rule{ownPublicAddress}}, a.o)
			}
		}
	}
}
