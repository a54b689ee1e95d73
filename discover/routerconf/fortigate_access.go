package routerconf

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// services finds what is reachable from outside: pages of administration
// (allowaccess), VPN, and hosts behind virtual addresses. Whom they let in is
// limited by local-in policies, by the hosts that all administrators are trusted
// from, and by policies.
func (f *fortiGate) services() {
	f.localIn()
	trusted := f.trusted()
	global := &fortiEntry{}
	if list := f.entries["system global"]; len(list) > 0 {
		global = list[len(list)-1]
	}
	everybody := answer{open: true}
	for _, e := range f.entries["system interface"] {
		for _, m := range []struct {
			name, typ, transport, key string
			port                      uint16
			limit                     answer
		}{
			{"https", "https", "tcp", "admin-sport", 443, trusted},
			{"http", "http", "tcp", "admin-port", 80, trusted},
			{"ssh", "ssh", "tcp", "admin-ssh-port", 22, trusted},
			{"telnet", "telnet", "tcp", "admin-telnet-port", 23, trusted},
			{"fgfm", "fgfm", "tcp", "", 541, everybody},
			{"snmp", "snmp", "udp", "", 161, everybody},
		} {
			if m.name == "snmp" && f.d.snmp != "on" || !e.values["allowaccess"].has(m.name) {
				continue
			}
			if p, ok := port(global.get(m.key)); ok {
				m.port = p
			}
			f.offer(m.typ, m.transport, m.port, e.name, m.limit, e.place)
		}
	}
	f.vpn()
	f.virtual()
}

func (f *fortiGate) offer(typ, transport string, port uint16, iface string, limit answer, place string) {
	add(f.d, &f.d.services, service{
		typ: typ, transport: transport, ports: portRange{port, port}, on: []string{iface}, limit: limit, place: place,
	})
}

// vpn finds the servers of VPN.
func (f *fortiGate) vpn() {
	everybody := answer{open: true}
	for _, e := range f.entries["vpn ssl settings"] {
		if e.is("status", "disable") || e.is("sslvpn-enable", "disable") {
			continue
		}
		limit := everybody
		if w := e.values["source-address"]; w != nil {
			limit = f.sources(e.vdom, w, e.is("source-address-negate", "enable"))
		}
		p := uint16(443)
		if n, ok := port(e.get("port")); ok {
			p = n
		}
		for _, name := range e.values["source-interface"] {
			for _, i := range f.members(e.vdom, name) {
				f.offer("ssl-vpn", "tcp", p, i, limit, e.place)
			}
		}
	}
	for _, section := range []string{"vpn ipsec phase1-interface", "vpn ipsec phase1"} {
		for _, e := range f.entries[section] {
			if e.is("type", "dynamic") {
				f.offer("ike", "udp", 500, e.get("interface"), everybody, e.place)
			}
		}
	}
	for section, typ := range map[string]string{"vpn l2tp": "l2tp", "vpn pptp": "pptp"} {
		for _, e := range f.entries[section] {
			if e.is("status", "enable") {
				s := service{typ: typ, transport: "tcp", ports: portRange{1723, 1723}, limit: everybody, place: e.place}
				if typ == "l2tp" {
					s.transport, s.ports = "udp", portRange{1701, 1701}
				}
				add(f.d, &f.d.services, s)
			}
		}
	}
}

// localIn makes the filters of local-in policies. What none of them names is let
// in.
func (f *fortiGate) localIn() {
	bound := make(map[string]bool)
	for _, e := range f.entries["firewall local-in-policy"] {
		if e.is("status", "disable") {
			continue
		}
		r := rule{permit: e.is("action", "accept")}
		a := f.sources(e.vdom, e.values["srcaddr"], e.is("srcaddr-negate", "enable"))
		r.unsure = a.unsure
		if !a.open {
			r.src = slices.Concat([]netip.Prefix{}, a.from)
		}
		rules := f.withPorts(r, e.vdom, e.values["service"])
		if len(rules) == 0 || f.d.rules >= maxRules {
			continue
		}
		for _, name := range e.values["intf"][:min(len(e.values["intf"]), maxOutside)] {
			for _, i := range f.members(e.vdom, name) {
				bound[i] = true
				for _, r := range rules {
					f.d.addRule("local-in:"+i, r)
				}
			}
		}
	}
	for name := range bound {
		f.d.addRule("local-in:"+name, rule{permit: true})
		if i := f.d.ifaces[name]; i != nil {
			i.in4 = []string{"local-in:" + name}
		}
	}
}

// withPorts returns r for each port of the services named.
func (f *fortiGate) withPorts(r rule, vdom string, services words) []rule {
	if len(services) == 0 || services.has("ALL") {
		return []rule{r}
	}
	var out []rule
	for _, name := range services {
		known := false
		if e := f.byName["firewall service custom\x00"+vdom+"\x00"+name]; e != nil {
			for _, t := range []string{"tcp", "udp"} {
				if !f.d.spend(len(e.values[t+"-portrange"])) {
					return append(out, rule{permit: true, unsure: true})
				}
				for _, s := range e.values[t+"-portrange"] {
					s, _, _ = strings.Cut(s, ":") // ports of the source follow
					if p, ok := ports(s); ok {
						x := r
						x.protos, x.ports = []string{t}, []portRange{p}
						out, known = append(out, x), true
					}
				}
			}
		} else if p, ok := port(strings.ToLower(name)); ok { // predefined services that are not listed
			x := r
			x.ports, known = []portRange{{p, p}}, true
			out = append(out, x)
		}
		if !known && !wordIn(name, []string{"PING", "ALL_ICMP", "ICMP_ANY"}) {
			x := r
			x.unsure = true
			out = append(out, x)
		}
	}
	return out
}

// trusted returns from where administrators may log in: everywhere, if one of
// them may.
func (f *fortiGate) trusted() answer {
	var a answer
	for _, e := range f.entries["system admin"] {
		before := len(a.from)
		for _, key := range f.wanted("system admin") {
			if w := e.values[key]; w != nil {
				if p, ok := masked(w.at(0), w.at(1)); ok && p.Bits() > 0 {
					a.from = append(a.from, p)
				}
			}
		}
		if len(a.from) == before {
			return answer{open: true}
		}
	}
	a.open = len(a.from) == 0
	return a
}

// sources returns the addresses that objects stand for.
func (f *fortiGate) sources(vdom string, names words, negated bool) answer {
	if negated {
		return answer{unsure: true}
	}
	return f.resolve(vdom, names, 0)
}

// maxNesting bounds groups within groups.
const maxNesting = 8

func (f *fortiGate) resolve(vdom string, names words, depth int) answer {
	var a answer
	for _, n := range names {
		switch {
		case n == "all" || n == "any":
			return answer{open: true}
		case depth > maxNesting || len(a.from) > maxEach || f.lookups > maxWork/100:
			a.unsure = true
		default:
			a.or(f.object(vdom, n, depth))
		}
	}
	return a
}

func (f *fortiGate) object(vdom, name string, depth int) answer {
	f.lookups++
	if g := f.byName["firewall addrgrp\x00"+vdom+"\x00"+name]; g != nil {
		return f.resolve(vdom, g.values["member"], depth+1)
	}
	e := f.byName["firewall address\x00"+vdom+"\x00"+name]
	if e == nil {
		return answer{unsure: true}
	}
	switch cmp.Or(e.get("type"), "ipmask") {
	case "ipmask":
		w := e.values["subnet"]
		p, ok := masked(w.at(0), w.at(1))
		if !ok {
			p, ok = prefix(w.at(0))
		}
		if ok && p.Bits() == 0 {
			return answer{open: true}
		}
		if ok {
			return answer{from: []netip.Prefix{p.Masked()}}
		}
	case "iprange":
		if ps := prefixesOf(address(e.get("start-ip")), address(e.get("end-ip"))); ps != nil {
			return answer{from: ps}
		}
	}
	return answer{unsure: true} // a name, a country, what another system tells
}

// members returns the interfaces that a name in a policy stands for.
func (f *fortiGate) members(vdom, name string) []string {
	if name == "any" {
		var out []string
		for _, i := range f.d.order {
			out = append(out, i.name)
		}
		return out
	}
	if z := f.byName["system zone\x00"+vdom+"\x00"+name]; z != nil {
		return z.values["interface"]
	}
	if strings.HasPrefix(name, "virtual-wan-link") || f.d.ifaces[name] == nil {
		var out []string
		for _, section := range []string{"system sdwan>members", "system virtual-wan-link>members"} {
			for _, e := range f.entries[section][:min(len(f.entries[section]), maxOutside)] {
				out = append(out, e.get("interface"))
			}
		}
		return out
	}
	return []string{name}
}

// virtual finds the hosts that are reached by virtual addresses, where a policy
// lets somebody in to them.
func (f *fortiGate) virtual() {
	for _, p := range f.entries["firewall policy"] {
		if p.is("status", "disable") || !p.is("action", "accept") {
			continue
		}
		var vips []*fortiEntry
		for _, n := range p.values["dstaddr"] {
			names := words{n}
			if g := f.byName["firewall vipgrp\x00"+p.vdom+"\x00"+n]; g != nil {
				names = g.values["member"]
			}
			if !f.d.spend(32 * len(names)) { // as much as so many comparisons
				return
			}
			for _, n := range names {
				if v := f.byName["firewall vip\x00"+p.vdom+"\x00"+n]; v != nil && !v.is("status", "disable") {
					vips = append(vips, v)
				}
			}
		}
		if len(vips) == 0 {
			continue
		}
		limit := f.sources(p.vdom, p.values["srcaddr"], p.is("srcaddr-negate", "enable"))
		if p.values["internet-service-src"] != nil {
			limit = answer{unsure: true}
		}
		var on []string // any
		for _, n := range p.values["srcintf"][:min(len(p.values["srcintf"]), maxOutside)] {
			if n == "any" {
				on = nil
				break
			}
			on = append(on, f.members(p.vdom, n)...)
		}
		for _, v := range vips {
			f.virtualAddress(v, on, limit, p.place)
		}
	}
}

func (f *fortiGate) virtualAddress(v *fortiEntry, on []string, limit answer, place string) {
	if x := v.get("extintf"); x != "" && x != "any" {
		at := f.members(v.vdom, x)
		if on == nil {
			on = at
		}
		if !f.d.spend(len(on) * len(at)) {
			return
		}
		on = slices.DeleteFunc(slices.Clone(on), func(n string) bool { return !slices.Contains(at, n) })
	}
	if v.values["src-filter"] != nil {
		limit = answer{unsure: true}
	}
	inner, _, _ := strings.Cut(v.get("mappedip"), "-")
	s := service{typ: "static-nat", transport: "tcp", ports: portRange{1, 65535}, target: address(inner), on: on, limit: limit, place: place}
	if !s.target.IsValid() {
		return
	}
	if v.is("portforward", "enable") {
		var ok bool
		s.typ, s.transport = "port-forward", cmp.Or(v.get("protocol"), "tcp")
		if s.ports, ok = ports(v.get("extport")); !ok {
			return
		}
		if m, ok := ports(v.get("mappedport")); ok && m.first != s.ports.first {
			s.inner = m.first
		}
	}
	// A local-in policy is about the FortiGate itself and not about what it
	// passes on.
	s.passes = true
	add(f.d, &f.d.services, s)
}
