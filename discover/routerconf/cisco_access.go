package routerconf

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// ip reads global lines of IP: routes, translations, access lists, servers.
func (c *cisco) ip(place string, w words) {
	switch {
	case w.is("ip", "route"), w.is("ipv6", "route"):
		c.route(place, w)
	case w.is("ip", "default-gateway"):
		c.d.addRoute(route{to: netip.PrefixFrom(netip.IPv4Unspecified(), 0), hop: address(w.at(2)), place: place})
	case w.is("ip", "nat", "inside", "source", "static"):
		c.static(place, w.from(5))
	case w.is("ip", "nat", "inside", "source") && w.has("interface"):
		c.natOut[w.after("interface")] = true
	case w.is("ip", "http", "server"):
		c.http["http"] = max(c.http["http"], 80)
	case w.is("ip", "http", "secure-server"):
		c.http["https"] = max(c.http["https"], 443)
	case w.is("ip", "http", "port"), w.is("ip", "http", "secure-port"):
		if p, ok := port(w.at(3)); ok {
			c.httpPort[w[2]] = p
		}
	case w.is("ip", "http", "access-class"):
		c.httpBy = w[len(w)-1]
	case w.is("ip", "name-server"):
		n := nameRoute{fact: fact.NameRoute{Domain: "."}, place: place}
		for _, s := range w.from(2) {
			if a := address(s); a.IsValid() {
				n.fact.Servers = append(n.fact.Servers, a)
			}
		}
		if len(n.fact.Servers) > 0 {
			add(c.d, &c.d.names, n)
		}
	}
}

// route reads "ip route [vrf NAME] NETWORK MASK {INTERFACE|ADDRESS} [ADDRESS]"
// and "ipv6 route PREFIX …".
func (c *cisco) route(place string, w words) {
	rest := w.from(2)
	if rest.is("vrf") {
		rest = rest.from(2)
	}
	r := route{place: place}
	var ok bool
	if w[0] == "ipv6" {
		r.to, ok = prefix(rest.at(0))
		rest = rest.from(1)
	} else {
		r.to, ok = masked(rest.at(0), rest.at(1))
		rest = rest.from(2)
	}
	if !ok {
		return
	}
	switch first := rest.at(0); {
	case address(first).IsValid():
		r.hop = address(first)
	case first == "dhcp":
		r.over = c.leased()
	case strings.HasPrefix(first, "Null"):
		r.typ = "blackhole"
	default:
		r.over, r.hop = first, address(rest.at(1))
		if _, isNumber := number(rest.at(1)); isNumber && c.d.ifaces[first] == nil { // "Dialer 1"
			r.over = first + rest.at(1)
		}
	}
	c.d.addRoute(r)
}

// leased returns the one interface that gets its address by DHCP.
func (c *cisco) leased() string {
	for _, i := range c.d.order {
		if c.dhcp[i.name] {
			return i.name
		}
	}
	return ""
}

// static reads what follows "ip nat inside source static":
//
//	tcp INNER PORT {interface NAME|OUTER} PORT
//	INNER {interface NAME|OUTER}
func (c *cisco) static(place string, w words) {
	n := ciscoNAT{s: service{typ: "static-nat", transport: "tcp", ports: portRange{1, 65535}, limit: answer{open: true}, place: place}}
	ported := w.is("tcp") || w.is("udp")
	if ported {
		n.s.typ, n.s.transport = "port-forward", w[0]
		w = w.from(1)
	}
	n.s.target = address(w.at(0))
	w = w.from(1)
	if !n.s.target.IsValid() {
		return
	}
	if ported {
		inner, ok := port(w.at(0))
		w = w.from(1)
		outer := w.at(1)
		if w.at(0) == "interface" {
			n.iface = w.at(1)
			if outer = w.at(2); len(w) > 3 && c.d.ifaces[n.iface] == nil {
				if _, isPort := port(w.at(3)); isPort { // "interface Dialer 1 80"
					n.iface, outer = w[1]+w[2], w[3]
				}
			}
		}
		p, ok2 := port(outer)
		if !ok || !ok2 {
			return
		}
		n.s.ports = portRange{p, p}
		if inner != p {
			n.s.inner = inner
		}
	}
	add(c.d, &c.nats, n)
}

// end implements parser.
func (c *cisco) end() (*device, error) {
	d := c.d
	if d.version != "" {
		d.descr = "Cisco IOS Software, Version " + d.version
	}
	for _, i := range d.order {
		i.undefined = true // a list that is bound and not defined lets everything in
		c.endLines(i)
		i.outside = c.natOut[i.name] && !d.isPrivate(i)
	}
	c.endTunnels()
	c.endServices()
	d.vlans = mergeVLANs(d.vlans)
	return d, nil
}

// endLines finds the lines that end on an interface.
func (c *cisco) endLines(i *iface) {
	d := c.d
	switch {
	case i.typ == typeMobile:
		l := d.line(i.name, "lte", i.place)
		l.fact.Provider = cmp.Or(l.fact.Provider, c.dialers["apn"])
		i.has4 = true
	case len(c.pools[c.dialers[i.name]]) > 0 && c.dialers[i.name] != "":
		d.line(i.name, "pppoe", i.place).fact.Type = "pppoe"
		i.ports = c.pools[c.dialers[i.name]]
		i.has4 = true
	case i.typ == typeISDN && (!i.down || i.has4):
		d.line(i.name, "isdn", i.place)
	case c.dhcp[i.name] && c.natOut[i.name]:
		d.line(i.name, "dhcp", i.place)
	case c.six[i.name] && (c.natOut[i.name] || c.leads6(i)):
		d.line(i.name, "ipoe", i.place)
	}
}

// leads6 reports whether the default route of IPv6 leads over an interface.
func (c *cisco) leads6(i *iface) bool {
	return slices.ContainsFunc(c.d.routes, func(r route) bool { return r.to.Bits() == 0 && r.to.Addr().Is6() && r.over == i.name })
}

// endServices finds what lets others in.
func (c *cisco) endServices() {
	d := c.d
	offer := func(typ, transport string, port uint16, on []string, limit answer, place string) {
		add(d, &d.services, service{typ: typ, transport: transport, ports: portRange{port, port}, on: on, limit: limit, place: place})
	}
	everybody := answer{open: true}
	for name := range c.dynamic {
		if on := c.mapOn[name]; on != nil {
			offer("ike", "udp", 500, on, everybody, "")
		}
	}
	for _, s := range []struct {
		typ, transport string
		port           uint16
	}{{"ike", "udp", 500}, {"l2tp", "udp", 1701}, {"pptp", "tcp", 1723}, {"ssl-vpn", "tcp", 443}} {
		if place, ok := c.serves[s.typ]; ok {
			offer(s.typ, s.transport, s.port, nil, everybody, place)
		}
	}
	var (
		ssh, telnet       answer
		anySSH, anyTelnet bool
		place             string
	)
	for _, l := range c.vty {
		by := c.limit(l.by)
		if l.inputs.has("ssh") || l.inputs.has("all") {
			ssh, anySSH, place = either(ssh, by), true, l.place
		}
		if l.inputs.has("telnet") || l.inputs.has("all") {
			telnet, anyTelnet, place = either(telnet, by), true, l.place
		}
	}
	if anySSH {
		offer("ssh", "tcp", 22, nil, ssh, place)
	}
	if anyTelnet {
		offer("telnet", "tcp", 23, nil, telnet, place)
	}
	for _, typ := range []string{"http", "https"} {
		if p, ok := c.http[typ]; ok {
			if x, ok := c.httpPort[map[string]string{"http": "port", "https": "secure-port"}[typ]]; ok {
				p = x
			}
			offer(typ, "tcp", p, nil, c.limit(c.httpBy), "")
		}
	}
	if len(c.snmpBy) > 0 {
		var who answer
		for _, by := range c.snmpBy {
			who = either(who, c.limit(by))
		}
		offer("snmp", "udp", 161, nil, who, "")
	}
	for _, n := range c.nats {
		s := n.s
		if n.iface != "" {
			s.on = []string{n.iface}
		}
		add(d, &d.services, s)
	}
	c.applyZones()
}

// limit returns whom an access list that is bound to a service lets in.
func (c *cisco) limit(name string) answer {
	if _, ok := c.d.lists[name]; name == "" || !ok {
		return answer{open: true}
	}
	return c.d.admit(c.d.rulesOf(name), question{transport: "tcp", first: 1, last: 65535})
}

// applyZones takes the zone-based firewall into account: what a pair of zones
// lets through hangs on class maps, which are not evaluated; zones without a pair
// exchange nothing, but for the router itself.
func (c *cisco) applyZones() {
	for _, i := range c.d.outside() {
		z := c.zones[i.name]
		if z == "" || !c.d.spend(len(c.pairs)+len(c.d.services)) {
			continue
		}
		toSelf, inward := false, false
		for _, p := range c.pairs {
			toSelf = toSelf || p.from == z && p.to == "self"
			inward = inward || p.from == z && p.to != "self"
		}
		for n := range c.d.services {
			s := &c.d.services[n]
			passes := s.typ == "port-forward" || s.typ == "static-nat"
			if !passes && !toSelf || s.on != nil && !slices.Contains(s.on, i.name) {
				continue
			}
			if s.zones == nil {
				s.zones = make(map[string]bool)
			}
			s.zones[i.name] = passes && !inward
		}
	}
}

// mergeVLANs makes one of what several ports say of a VLAN.
func mergeVLANs(in []vlan) []vlan {
	at := make(map[uint16]int)
	var out []vlan
	for _, v := range in {
		n, ok := at[v.vid]
		if !ok {
			at[v.vid] = len(out)
			out = append(out, v)
			continue
		}
		o := &out[n]
		o.name = cmp.Or(o.name, v.name)
		o.tagged, o.untagged = append(o.tagged, v.tagged...), append(o.untagged, v.untagged...)
	}
	return out
}
