package routerconf

import (
	"net/netip"
	"strings"

	"kanmon/discover/fact"
)

func (y *yamaha) ip(place string, w words) {
	switch {
	case w.is("ip", "route"):
		y.route(place, w)
	case w.is("ip", "filter", "dynamic"):
		y.d.addRule("dynamic:"+w.at(3), rule{permit: true, unsure: true})
	case w.is("ip", "filter"):
		y.filter("4:", w)
	default:
		y.onInterface(place, w)
	}
}

func (y *yamaha) ipv6(place string, w words) {
	switch {
	case w.is("ipv6", "route"):
		y.route(place, w)
	case w.is("ipv6", "filter", "dynamic"):
		y.d.addRule("dynamic:"+w.at(3), rule{permit: true, unsure: true})
	case w.is("ipv6", "filter"):
		y.filter("6:", w)
	case w.is("ipv6", "prefix"):
		// ipv6 prefix 1 ra-prefix@lan2::/64
		if kind, from, ok := strings.Cut(w.at(3), "@"); ok && (kind == "ra-prefix" || kind == "dhcp-prefix") {
			name, _, _ := strings.Cut(from, "::")
			if name = y.name(name, place); name != "" {
				y.d.line(name, "ipoe", place)
			}
		}
	default:
		y.onInterface(place, w)
	}
}

// onInterface reads "ip lan1 …" and its like.
func (y *yamaha) onInterface(place string, w words) {
	name := y.name(w.at(1), place)
	if name == "" {
		return
	}
	i := y.d.iface(name, place, yamahaType(name))
	rest := w.from(2)
	if rest.is("secondary") {
		rest = rest.from(1)
	}
	six := w[0] == "ipv6"
	i.has6 = i.has6 || six
	switch {
	case rest.is("address"):
		y.address(i, rest.at(1), place)
		i.has4 = i.has4 || !six
	case rest.is("secure", "filter", "in"):
		list := y.filterNames(six, rest.from(3))
		if six {
			i.in6 = list
		} else {
			i.in4 = list
		}
	case rest.is("inbound", "filter"), rest.is("policy", "filter"):
		y.d.addRule("policy", rule{permit: true, unsure: true})
		i.in4 = append(i.in4, "policy")
	case rest.is("nat", "descriptor"):
		for _, n := range rest.from(2) {
			if n != "reverse" && len(y.natOn[name]) < maxOutside && !wordIn(n, y.natOn[name]) {
				y.natOn[name] = append(y.natOn[name], n)
			}
		}
	case rest.is("vrrp"):
		if id, ok := number(rest.at(1)); ok && id > 0 && id < 256 && address(rest.at(2)).IsValid() {
			add(y.d, &y.d.groups, group{
				fact: fact.RedundancyGroup{Protocol: "vrrp", Group: id, Addresses: []netip.Addr{address(rest.at(2))}}, iface: name, place: place,
			})
		}
	case rest.is("dhcp", "service", "client"): // asks for a prefix of its own, or for name servers only (ir=on)
		y.d.line(name, "ipoe", place)
	}
}

func (y *yamaha) address(i *iface, s, place string) {
	switch {
	case strings.Contains(s, "@"): // ra-prefix@lan2::1/64
		_, from, _ := strings.Cut(s, "@")
		from, _, _ = strings.Cut(from, "::")
		if name := y.name(from, place); name != "" {
			y.d.line(name, "ipoe", place)
		}
	default:
		if p, ok := prefix(s); ok {
			y.d.addAddress(i, p)
		}
	}
}

// filterNames returns the filters of a "secure filter in" in their order, and
// last those that follow conversations.
func (y *yamaha) filterNames(six bool, w words) []string {
	list := make([]string, 0, len(w))
	kind := "4:"
	if six {
		kind = "6:"
	}
	for _, n := range w {
		if n == "dynamic" {
			kind = "dynamic:"
			continue
		}
		list = append(list, kind+n)
	}
	return list
}

// route reads
//
//	ip route NETWORK gateway GATEWAY [PARAMETER…] [gateway GATEWAY …]
//
// where a gateway is an address, or "pp 1", "tunnel 1", "dhcp lan2",
// "loopback1", "null".
func (y *yamaha) route(place string, w words) {
	to, ok := prefix(w.at(2))
	if w.at(2) == "default" {
		to, ok = netip.PrefixFrom(netip.IPv4Unspecified(), 0), true
		if w[0] == "ipv6" {
			to = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
		}
	}
	if !ok {
		return
	}
	for i := 3; i < len(w); i++ {
		if w[i] != "gateway" {
			continue
		}
		r := route{to: to, place: place}
		switch kind, arg := w.at(i+1), w.at(i+2); kind {
		case "pp", "tunnel":
			r.over = kind + arg
			if arg == "anonymous" { // what follows may name who dials in
				r.over = anonymous
			}
		case "dhcp":
			r.over = y.name(arg, place)
			if l := y.d.ifaces[r.over]; l != nil && to.Bits() == 0 {
				y.d.line(r.over, map[string]string{"ip": "dhcp", "ipv6": "ipoe"}[w[0]], place)
			}
		case "null", "blackhole":
			r.typ = "blackhole"
		default:
			hop, zone, _ := strings.Cut(kind, "%")
			r.hop, r.over = address(hop), y.name(zone, place)
			if r.over == "" && !r.hop.IsValid() {
				r.over = y.name(kind, place)
			}
		}
		y.d.addRoute(r)
	}
}

// filter reads
//
//	ip filter N KIND SOURCE[,…] [DESTINATION [PROTOCOL [PORTS [PORTS]]]]
func (y *yamaha) filter(family string, w words) {
	if _, ok := number(w.at(2)); !ok {
		return
	}
	kind, _, _ := strings.Cut(w.at(3), "-")
	r := rule{permit: kind == "pass" || kind == "restrict"}
	if !r.permit && kind != "reject" {
		return
	}
	var ok1, ok2 bool
	r.src, ok1 = yamahaAddresses(w.at(4))
	r.dst, ok2 = yamahaAddresses(w.at(5))
	r.unsure = !ok1 || !ok2
	for _, p := range list(w.at(6)) {
		switch {
		case p == "established", strings.HasPrefix(p, "tcpfin"), strings.HasPrefix(p, "tcprst"), strings.HasPrefix(p, "tcpflag"):
			r.protos, r.replies = append(r.protos, "tcp"), r.permit
		case p == "tcpsyn":
			r.protos = append(r.protos, "tcp")
		case p == "6", p == "17":
			r.protos = append(r.protos, map[string]string{"6": "tcp", "17": "udp"}[p])
		default:
			r.protos = append(r.protos, p)
		}
	}
	for _, p := range list(w.at(8)) {
		if x, ok := ports(p); ok {
			r.ports = append(r.ports, x)
		} else {
			r.unsure = true
		}
	}
	r.sources = list(w.at(7)) != nil
	r.replies = r.replies || r.permit && r.sources && r.ports == nil // from a port to any port: made for answers
	y.d.addRule(family+w.at(2), r)
}

// list takes apart what commas join; nil for any.
func list(s string) []string {
	if s == "" || s == "*" {
		return nil
	}
	return strings.Split(s, ",")
}

// yamahaAddresses reads the addresses of a filter: networks, ranges, "*". It
// reports false where there are names among them.
func yamahaAddresses(s string) ([]netip.Prefix, bool) {
	var out []netip.Prefix
	for _, part := range list(s) {
		if part == "*" {
			return nil, true
		}
		if p, ok := prefix(part); ok {
			out = append(out, p.Masked())
			continue
		}
		a, b, ok := strings.Cut(part, "-")
		ps := prefixesOf(address(a), address(b))
		if !ok || ps == nil {
			return nil, false
		}
		if out = append(out, ps...); len(out) > maxEach {
			return nil, false
		}
	}
	return out, true
}

// names reads "dns server …" and
//
//	dns server select N SERVER [edns=on] [SERVER [edns=on]] [TYPE] NAME [SOURCES] [restrict pp N]
func (y *yamaha) names(place string, w words) {
	if !w.is("dns", "server") {
		return
	}
	n := nameRoute{fact: fact.NameRoute{Domain: "."}, place: place}
	rest := w.from(2)
	selects := rest.is("select")
	if selects {
		rest = rest.from(2)
		n.fact.Domain = ""
	}
	for i := 0; i < len(rest); i++ {
		switch s := rest[i]; {
		case strings.HasPrefix(s, "edns="), s == "a", s == "aaaa", s == "ptr", s == "mx", s == "ns", s == "cname", s == "any":
		case s == "pp", s == "dhcp":
			if n.fact.Via == "" {
				n.fact.Via = strings.TrimPrefix(s, "dhcp") + rest.at(i+1)
			}
			i++
		case s == "reject":
			return
		case address(s).IsValid() && n.fact.Domain != "" == !selects:
			n.fact.Servers = append(n.fact.Servers, address(s))
		case selects && n.fact.Domain == "":
			if n.fact.Domain = domain(s); n.fact.Domain == "" {
				return
			}
			i = len(rest)
		}
	}
	if n.fact.Domain != "" && (len(n.fact.Servers) > 0 || n.fact.Via != "") {
		add(y.d, &y.d.names, n)
	}
}
