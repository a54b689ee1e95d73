package routerconf

import (
	"net/netip"
	"strings"
)

// accessList reads one line of an access list, numbered or named, standard or
// extended.
func (c *cisco) accessList(name string, w words) {
	if !w.is("permit") && !w.is("deny") {
		if w.is("evaluate") {
			c.d.addRule(name, rule{permit: true, replies: true})
		}
		return
	}
	r := rule{permit: w[0] == "permit"}
	w = w.from(1)
	if isProtocol(w.at(0)) {
		if p := w[0]; p != "ip" && p != "ipv6" {
			r.protos = []string{p}
		}
		w = w.from(1)
		var ranged bool
		r.src, w = endpoint(&r, w)
		_, ranged, w = ciscoPorts(&r, w)
		r.sources = ranged
		r.dst, w = endpoint(&r, w)
		r.ports, ranged, w = ciscoPorts(&r, w)
		r.replies = r.permit && (w.has("established") || r.sources && !ranged)
		r.unsure = r.unsure || w.has("time-range") || w.has("reflect") && !r.permit
	} else {
		r.src, _ = endpoint(&r, w)
	}
	c.d.addRule(name, r)
}

func isProtocol(s string) bool {
	if n, ok := number(s); ok {
		return n < 256
	}
	return wordIn(s, []string{"ip", "ipv6", "tcp", "udp", "icmp", "esp", "ahp", "gre", "igmp", "ipinip", "ospf", "eigrp", "pim", "nos", "pcp", "sctp", "object-group"})
}

// endpoint reads an end of a rule: "any", "host A", "A WILDCARD", "P/N". It
// returns the words after it.
func endpoint(r *rule, w words) ([]netip.Prefix, words) {
	switch first := w.at(0); {
	case first == "any", first == "":
		return nil, w.from(1)
	case first == "host":
		if p, ok := prefix(w.at(1)); ok {
			return []netip.Prefix{p}, w.from(2)
		}
		r.unsure = true
		return nil, w.from(2)
	case first == "object-group":
		r.unsure = true
		return nil, w.from(2)
	case strings.Contains(first, "/"):
		if p, ok := prefix(first); ok {
			if p.Bits() == 0 {
				return nil, w.from(1)
			}
			return []netip.Prefix{p.Masked()}, w.from(1)
		}
	case address(first).IsValid():
		if p, ok := wildcard(first, w.at(1)); ok {
			if p.Bits() == 0 {
				return nil, w.from(2)
			}
			return []netip.Prefix{p.Masked()}, w.from(2)
		}
		if address(w.at(1)).IsValid() { // a mask with gaps
			r.unsure = true
			return nil, w.from(2)
		}
		p, _ := prefix(first)
		return []netip.Prefix{p}, w.from(1)
	}
	r.unsure = true
	return nil, w.from(1)
}

// ciscoPorts reads "eq 22 80", "range 5000 5010", "gt 1023" and their kin, and
// whether there was one.
func ciscoPorts(r *rule, w words) (out []portRange, is bool, rest words) {
	a, okA := port(w.at(1))
	switch w.at(0) {
	case "eq":
		w = w.from(1)
		for {
			p, ok := port(w.at(0))
			if !ok {
				break
			}
			out = append(out, portRange{p, p})
			w = w.from(1)
		}
		r.unsure = r.unsure || out == nil
		return out, true, w
	case "range":
		b, okB := port(w.at(2))
		r.unsure = r.unsure || !okA || !okB
		return []portRange{{a, b}}, true, w.from(3)
	case "gt":
		r.unsure = r.unsure || !okA
		return []portRange{{min(a, 65534) + 1, 65535}}, true, w.from(2)
	case "lt":
		r.unsure = r.unsure || !okA
		return []portRange{{0, max(a, 1) - 1}}, true, w.from(2)
	case "neq":
		r.unsure = r.unsure || !okA
		return []portRange{{0, max(a, 1) - 1}, {min(a, 65534) + 1, 65535}}, true, w.from(2)
	}
	return nil, false, w
}
