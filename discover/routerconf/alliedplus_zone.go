package routerconf

import (
	"maps"
	"slices"
	"strings"
)

// inZone reads the entities of a zone.
func (a *alliedPlus) inZone(w words) {
	switch {
	case w.is("network"):
		a.network, a.host = w.at(1), ""
		a.entity(a.zone + "." + a.network)
	case w.is("host"):
		a.host = w.at(1)
		a.entity(a.zone + "." + a.network + "." + a.host)
	case w.is("ip", "subnet"), w.is("ip", "address"), w.is("ipv6", "subnet"), w.is("ipv6", "address"):
		name := a.zone + "." + a.network
		if a.host != "" {
			name += "." + a.host
		}
		e := a.entity(name)
		if p, ok := prefix(w.at(2)); ok {
			e.prefixes = append(e.prefixes, p.Masked())
		} else if w.at(2) == "dynamic" {
			e.own = true
		} else {
			e.unsure = true
		}
		if on := w.after("interface"); on != "" {
			e.on = append(e.on, on)
		}
	}
}

func (a *alliedPlus) entity(name string) *alliedEntity {
	if e := a.entities[name]; e != nil {
		return e
	}
	e := &alliedEntity{}
	if len(a.entities) < maxEach {
		a.entities[name] = e
	}
	return e
}

// members returns the entities that a name stands for: itself, and the networks
// that lie in it, by name.
func (a *alliedPlus) members(name string) []*alliedEntity {
	if a.networks == nil {
		a.networks = make(map[string][]*alliedEntity)
		for _, n := range slices.Sorted(maps.Keys(a.entities)) {
			if zone, _, ok := strings.Cut(n, "."); ok && strings.Count(n, ".") == 1 {
				a.networks[zone] = append(a.networks[zone], a.entities[n])
			}
		}
	}
	out := a.networks[name]
	if e := a.entities[name]; e != nil {
		out = append([]*alliedEntity{e}, out...)
	}
	return out
}

// inApplication reads what an application of the operator's own is: "protocol
// tcp", "dport 3389 to 3390".
func (a *alliedPlus) inApplication(w words) {
	name := a.in.at(1)
	if len(a.apps) >= maxEach {
		return
	}
	r := a.apps[name]
	switch {
	case w.is("protocol"):
		r.protos = []string{strings.ToLower(w.at(1))}
	case w.is("dport"):
		p, ok := ports(w.at(1))
		if q, ok2 := port(w.after("to")); ok && ok2 && q >= p.first {
			p.last = q
		}
		if r.unsure = !ok; ok {
			r.ports = append(r.ports, p)
		}
	case w.is("sport"):
		r.sources = true
	}
	a.apps[name] = r
}

// application returns the protocol and ports of an application.
func (a *alliedPlus) application(name string) rule {
	if name == "any" || name == "" {
		return rule{}
	}
	if r, ok := a.apps[name]; ok {
		return r
	}
	switch name {
	case "isakmp", "ike":
		return rule{protos: []string{"udp"}, ports: []portRange{{500, 500}, {4500, 4500}}}
	case "esp", "gre", "icmp", "ping", "ospf", "igmp", "icmpv6":
		return rule{protos: []string{name}}
	}
	if p, ok := port(name); ok {
		return rule{ports: []portRange{{p, p}}}
	}
	return rule{unsure: true}
}
