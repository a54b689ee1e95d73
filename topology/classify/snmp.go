package classify

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Interface types of IANAifType that rules name themselves.
const ifTypePPP = 23

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

// agents returns the tables of every agent whose device is known.
func (x *index) agents(c *classifier) map[fact.AgentID]*tables {
	out := make(map[fact.AgentID]*tables)
	of := func(a fact.AgentID) *tables {
		if t, ok := out[a]; ok {
			return t
		}
		d, ok := c.net.DeviceByAgent(a)
		if !ok {
			return &tables{} // not kept
		}
		t := &tables{
			device: d, ifaces: make(map[uint32]seen[fact.Interface]),
			routes: make(map[netip.Prefix][]seen[fact.Route]), lines: make(map[uint32]bool),
		}
		out[a] = t
		return t
	}
	for _, s := range x.systems {
		t := of(s.f.Agent)
		t.forwarding = t.forwarding || s.f.IPForward == "forwarding"
		t.cellular = t.cellular || c.sig.Enterprise(enterprise(s.f.SysObjectID)) != nil
	}
	for _, i := range x.ifaces {
		t := of(i.f.Agent)
		if t.ifaces == nil {
			continue
		}
		if have, ok := t.ifaces[i.f.IfIndex]; !ok || have.f.OperStatus != "up" { // an interface that was up once counts as up
			t.ifaces[i.f.IfIndex] = i
		}
	}
	for _, a := range x.addresses {
		t := of(a.f.Agent)
		t.addresses = append(t.addresses, a)
	}
	for _, r := range x.routes {
		t := of(r.f.Agent)
		if t.routes == nil || r.f.Type == "reject" || r.f.Type == "blackhole" || !r.f.Destination.IsValid() {
			continue
		}
		p := r.f.Destination.Masked()
		t.routes[p] = append(t.routes[p], r)
		if !slices.Contains(t.lengths, p.Bits()) {
			t.lengths = append(t.lengths, p.Bits())
		}
	}
	for _, t := range out {
		slices.SortFunc(t.lengths, func(a, b int) int { return b - a })
	}
	return out
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
	for _, id := range sorted(c.agents) {
		t := c.agents[id]
		for _, n := range sorted(t.ifaces) {
			c.wirelessInterface(t, t.ifaces[n])
		}
	}
}

func (c *classifier) wirelessInterface(t *tables, i seen[fact.Interface]) {
	sig := c.sig.InterfaceType(i.f.Type)
	for _, d := range []string{i.f.Descr, i.f.Name} {
		if sig == nil {
			sig = c.sig.InterfaceDescription(d)
		}
	}
	if sig == nil {
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
	for _, id := range sorted(c.agents) {
		t := c.agents[id]
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
	switch p := c.place(r.f.NextHop); {
	case p == outside:
		x.rules, x.addrs = append(x.rules, routeToPublic), []netip.Addr{r.f.NextHop}
	case p == carrier:
		x.rules, x.addrs = append(x.rules, routeToCarrier), []netip.Addr{r.f.NextHop}
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
	for _, id := range sorted(c.agents) {
		t := c.agents[id]
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
