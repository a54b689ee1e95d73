package routerconf

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

func (a *alliedPlus) endInterface(i *iface) {
	d := a.d
	leads := slices.ContainsFunc(d.routes, func(r route) bool { return r.to.Bits() == 0 && r.over == i.name })
	switch {
	case a.ppp[i.name] != "":
		port := a.ppp[i.name]
		i.ports = []string{port}
		typ := "pppoe"
		if alliedType(port) == typeMobile {
			typ = "lte"
		}
		d.line(i.name, typ, i.place).fact.Type = typ
		if apn := a.apn[port]; apn != "" {
			d.line(i.name, typ, i.place).fact.Provider = apn
		}
	case i.typ == typeMobile && (!i.down || i.has4 || a.apn[i.name] != "") && !a.carries(i.name):
		typ := "lte"
		if strings.HasPrefix(i.name, "usb") {
			typ = "usb-modem"
		}
		d.line(i.name, typ, i.place).fact.Provider = a.apn[i.name]
		i.has4 = true
	case a.dhcp[i.name] && (leads || strings.HasPrefix(i.name, "eth")):
		d.line(i.name, "dhcp", i.place)
	case a.six[i.name] && strings.HasPrefix(i.name, "eth"):
		d.line(i.name, "ipoe", i.place)
	}
	i.has4 = i.has4 || i.typ == typePPP
}

// carries reports whether PPP runs over a port.
func (a *alliedPlus) carries(name string) bool {
	for _, over := range a.ppp {
		if over == name {
			return true
		}
	}
	return false
}

func (a *alliedPlus) endTunnel(t *ciscoTunnel) {
	d := a.d
	f := fact.TunnelEnd{Name: t.name, Local: address(t.source), Remote: address(t.dest)}
	if i := d.ifaces[t.source]; i != nil && len(i.addrs) > 0 {
		f.Local = i.addrs[0].Addr()
	}
	if t.dest == "dynamic" || t.dest == "" && t.peer != "" {
		f.Calls = true
		a.serves["ike"] = t.place
	}
	if !f.Remote.IsValid() {
		f.RemoteName = peerName(t.dest)
		if f.Calls {
			f.RemoteName = peerName(t.peer)
		}
	}
	i := d.ifaces[t.name]
	switch mode := t.mode; {
	case strings.HasPrefix(mode, "ipsec"), t.protected && mode == "":
		f.Type = "ipsec"
	case strings.HasPrefix(mode, "gre"):
		f.Type = "gre"
		if t.protected {
			f.Type = "ipsec"
		}
	case strings.HasPrefix(mode, "l2tp"):
		f.Type = "l2tp"
	case strings.HasPrefix(mode, "openvpn"):
		f.Type = "openvpn"
		a.serves["openvpn"] = t.place
		return
	case mode == "ipv6":
		f.Type, i.outside = "4in6", true
	case strings.HasPrefix(mode, "map-e"):
		f.Type, i.outside = "map-e", true
	case mode == "", mode == "map4to6": // translation of addresses within the device
		return
	default:
		d.miss("tunnel", []string{"tunnel"})
		return
	}
	add(d, &d.tunnels, &tunnel{fact: f, iface: t.name, over: t.source, place: t.place})
}

// endAccess finds what is reachable from outside. Where the firewall is on, an
// interface lets in what rules permit from the zones that are there.
func (a *alliedPlus) endAccess() {
	d := a.d
	everybody := answer{open: true}
	for _, s := range []struct {
		key, typ, transport string
		port                uint16
	}{
		{"ssh", "ssh", "tcp", 22},
		{"telnet", "telnet", "tcp", 23},
		{"http", "http", "tcp", 80},
		{"snmp", "snmp", "udp", 161},
		{"ike", "ike", "udp", 500},
		{"openvpn", "openvpn", "udp", 1194},
	} {
		limit := everybody
		if s.key == "snmp" && !a.asks.closed() {
			limit = a.asks
		}
		if place, ok := a.serves[s.key]; ok {
			add(d, &d.services, service{typ: s.typ, transport: s.transport, ports: portRange{s.port, s.port}, limit: limit, place: place})
		}
	}
	if a.natOn {
		for _, n := range a.nats {
			a.portForward(n)
		}
	}
	if !a.protects {
		return
	}
	for _, i := range d.outside() {
		list := "firewall:" + i.name
		i.in4, i.in6 = []string{list}, []string{list}
		for _, r := range a.rules {
			a.firewallRule(list, i.name, r)
		}
		d.addRule(list, rule{})
	}
}

// firewallRule turns a rule of the firewall into one of the filter of an
// interface, where it may be about what comes in there.
func (a *alliedPlus) firewallRule(list, iface string, f alliedRule) {
	if f.action != "permit" && f.action != "deny" && f.action != "reset" {
		return
	}
	r := a.application(f.app)
	r.permit = f.action == "permit"
	from, to := a.members(f.from), a.members(f.to)
	if !a.d.spend(len(from) * (1 + len(to))) {
		a.d.addRule(list, rule{permit: true, unsure: true})
		return
	}
	for _, e := range from {
		if e.own || len(e.on) > 0 && !slices.Contains(e.on, iface) || len(e.on) == 0 && !a.among(e.prefixes) {
			continue // the device itself, bound to another interface, or inside
		}
		x := r
		x.unsure = x.unsure || e.unsure
		if !slices.ContainsFunc(e.prefixes, func(p netip.Prefix) bool { return p.Bits() == 0 }) && !e.unsure {
			x.src = append([]netip.Prefix{}, e.prefixes...)
		}
		for _, t := range to {
			if t.own {
				x.self = true
				continue
			}
			if !slices.ContainsFunc(t.prefixes, func(p netip.Prefix) bool { return p.Bits() == 0 }) && !t.unsure {
				x.dst = append(x.dst, t.prefixes...)
			}
		}
		a.d.addRule(list, x)
	}
}

// among reports whether none of these prefixes is in a network of the device's
// own.
func (a *alliedPlus) among(list []netip.Prefix) bool {
	for _, i := range a.d.order {
		if !a.d.spend(len(i.addrs) * len(list)) {
			return false
		}
		for _, p := range i.addrs {
			if slices.ContainsFunc(list, p.Overlaps) && !slices.ContainsFunc(list, func(q netip.Prefix) bool { return q.Bits() == 0 }) {
				return false
			}
		}
	}
	return len(list) > 0
}

// portForward reads a rule that passes an application on to a host.
func (a *alliedPlus) portForward(n alliedRule) {
	if n.action != "portfwd" {
		return
	}
	app := a.application(n.app)
	var target netip.Addr
	for _, e := range a.members(n.with) {
		for _, p := range e.prefixes {
			if p.IsSingleIP() {
				target = p.Addr()
			}
		}
	}
	if p, ok := prefix(n.with); ok {
		target = p.Addr()
	}
	if !target.IsValid() {
		return
	}
	transports := app.protos
	if transports == nil {
		transports = []string{"tcp"}
	}
	for _, t := range transports {
		for _, p := range app.ports {
			add(a.d, &a.d.services, service{
				typ: "port-forward", transport: t, ports: p, target: target, limit: answer{open: true}, place: n.place,
			})
		}
		if app.ports == nil {
			add(a.d, &a.d.services, service{
				typ: "static-nat", transport: t, ports: portRange{1, 65535}, target: target, limit: answer{open: true}, place: n.place,
			})
		}
	}
}
