package routerconf

import (
	"cmp"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// end implements parser.
func (n *nec) end() (*device, error) {
	d := n.d
	for name, of := range n.dynamic { // which go before a list of the same name
		rules, ok := d.lists[of]
		if _, follows := n.dynamic[of]; !ok || follows {
			rules = []rule{{permit: true, unsure: true}}
		}
		d.lists[name] = rules
	}
	for _, i := range d.order {
		i.idle = n.shut[necDevice(i.name)]
		n.endInterface(i)
	}
	waits := n.endTunnels()
	d.settle()
	for _, i := range d.outside() {
		n.endAccess(i, waits)
	}
	return d, nil
}

func (n *nec) endInterface(i *iface) {
	d := n.d
	switch {
	case i.typ == typeMobile && n.used(i):
		l := d.line(i.name, modemOf(i.name), i.place)
		l.fact.Provider, i.has4 = n.realms[n.bindings[i.name]], true
	case n.pppoe[i.name]:
		d.line(i.name, "pppoe", i.place).fact.Provider = n.realms[n.bindings[i.name]]
	case i.typ == typeISDN && n.used(i):
		d.line(i.name, "isdn", i.place)
	case n.six[i.name]:
		d.line(i.name, "ipoe", i.place)
	case n.dhcp[i.name] && i.natted:
		d.line(i.name, "dhcp", i.place)
	}
	list := n.filters[i.name]
	slices.SortStableFunc(list, func(a, b necFilter) int { return cmp.Compare(a.seq, b.seq) })
	for _, f := range list {
		if f.six {
			i.in6 = append(i.in6, f.list)
		} else {
			i.in4 = append(i.in4, f.list)
		}
	}
}

// used reports whether something is set on the interface of a modem or of ISDN:
// all models list theirs, shut down and without an address.
func (n *nec) used(i *iface) bool {
	_, numbered := n.dhcp[i.name]
	return numbered || n.bindings[i.name] != "" || !i.down && !i.idle
}

func modemOf(name string) string {
	if strings.HasPrefix(name, "USB") {
		return "usb-modem"
	}
	return "lte"
}

// endTunnels makes the tunnels. It returns whether one waits for anybody.
func (n *nec) endTunnels() (waits bool) {
	for _, t := range n.tunnels {
		i := n.d.ifaces[t.name]
		if i == nil || t.mode == "" {
			continue
		}
		f := fact.TunnelEnd{Name: t.name, Remote: t.peer.addr, RemoteName: t.peer.name}
		mode := t.mode
		if mode == "ether-ip" && strings.HasPrefix(t.service, "ipsec") { // a bridge within IPsec
			mode = t.service
		}
		switch mode {
		case "ipsec", "ipsec-ikev2", "ipsec-ike":
			f.Type = "ipsec"
			p := t.peer
			if m := n.maps[t.policy]; m != nil {
				p = *m
				if k := n.policies[m.policy]; k != nil && !p.addr.IsValid() {
					p = necPeer{addr: k.addr, name: k.name, anybody: k.anybody || m.anybody && !k.addr.IsValid() && k.name == ""}
				}
				f.Remote, f.RemoteName = p.addr, p.name
			}
			f.Calls = p.anybody
			waits = waits || p.anybody && !i.down
		case "gre":
			f.Type = "gre"
		case "map-e":
			f.Type, f.Provider, i.outside, i.has4 = "map-e", hostName(t.service), true, true
		case "4-over-6":
			f.Type, i.outside, i.has4 = "4in6", i.natted || n.leads(t.name), true
		case "6-over-4":
			f.Type = "6in4"
		case "l2tp-lns":
			n.serves["l2tp"] = t.place
			continue
		case "l2tp-lac", "l2tp":
			f.Type = "l2tp"
		case "ether-ip":
			f.Type = "etherip"
		default:
			n.d.miss("tunnel", []string{"tunnel"})
			continue
		}
		if s := n.d.ifaces[t.source]; s != nil && len(s.addrs) > 0 {
			f.Local = s.addrs[0].Addr()
		}
		add(n.d, &n.d.tunnels, &tunnel{fact: f, iface: t.name, over: t.source, place: t.place})
	}
	return waits
}

func (n *nec) leads(name string) bool {
	return slices.ContainsFunc(n.d.routes, func(r route) bool { return r.to.Bits() == 0 && r.over == name })
}

// endAccess finds what is reachable over an interface. Where addresses are
// translated, that is what is passed on to the router itself.
func (n *nec) endAccess(i *iface, waits bool) {
	var own []service
	for _, x := range n.napt {
		if x.iface != i.name {
			continue
		}
		x.s.on = []string{i.name}
		if !x.s.target.IsValid() || n.d.owns(x.s.target) {
			own = append(own, x.s)
			continue
		}
		add(n.d, &n.d.services, x.s)
	}
	offer := func(typ, transport string, port uint16, limit answer, place string) {
		s := service{typ: typ, transport: transport, ports: portRange{port, port}, on: []string{i.name}, limit: limit, place: place}
		s.mapped = slices.ContainsFunc(own, func(o service) bool {
			return o.transport == transport && o.ports.first <= port && port <= o.ports.last
		})
		add(n.d, &n.d.services, s)
	}
	if waits {
		offer("ike", "udp", 500, answer{open: true}, "")
	}
	if place, ok := n.serves["l2tp"]; ok {
		offer("l2tp", "udp", 500, answer{open: true}, place)
	}
	for _, m := range []struct {
		name, typ, transport string
		port                 uint16
	}{{"telnet-server", "telnet", "tcp", 23}, {"ssh-server", "ssh", "tcp", 22}, {"http-server", "http", "tcp", 80}, {"snmp-agent", "snmp", "udp", 161}} {
		place, ok := n.serves[m.name]
		if !ok {
			continue
		}
		if p := n.ports[m.name]; p != 0 {
			m.port = p
		}
		q := question{transport: m.transport, first: m.port, last: m.port}
		offer(m.typ, m.transport, m.port, either(n.limit(m.name+"ip", q), n.limit(m.name+"ipv6", q)), place)
	}
}

// limit returns whom a server answers over one version of IP.
func (n *nec) limit(server string, q question) (a answer) {
	l := n.limits[server]
	if l == nil || !l.on {
		return answer{}
	}
	for _, name := range l.by {
		if _, ok := n.d.lists[name]; !ok {
			return answer{open: true}
		}
		a.or(n.d.admit(n.d.rulesOf(name), q))
	}
	a.open = a.open || l.by == nil
	return a
}
