package routerconf

import (
	"iter"
	"net/netip"
	"slices"
)

// rule is one line of a filter, as far as it can be told who passes by it.
type rule struct {
	permit   bool
	protos   []string       // "tcp", "udp", …; nil: any
	src, dst []netip.Prefix // nil: any
	ports    []portRange    // of the destination; nil: any
	replies  bool           // passes what answers, and nothing that begins
	sources  bool           // only from some ports: what denies leaves others
	self     bool           // only what is for the device itself
	unsure   bool           // depends on what is not evaluated: names, times, groups
}

type portRange struct{ first, last uint16 }

// question asks whether somebody can begin a conversation.
type question struct {
	transport   string
	first, last uint16
	to          []netip.Addr // what the destination may be when the filter sees it; none: not known
	passed      bool         // on to a host behind the device
}

// answer says who can.
type answer struct {
	open   bool // everybody
	from   []netip.Prefix
	unsure bool // somebody, but whom is not known
}

func (a answer) closed() bool { return !a.open && !a.unsure && len(a.from) == 0 }

// admit evaluates a filter from its first rule to its last. Nobody passes who is
// not named.
//
// Rules that deny some sources take these out of those that are let in by name;
// where everybody else is let in they change nothing, since From cannot say so
// and the rest of the world remains.
func (d *device) admit(rules iter.Seq[*rule], q question) answer {
	var (
		a      answer
		denied []netip.Prefix
	)
	for r := range rules {
		if !d.spend(1 + 2*len(r.dst)*len(q.to) + len(r.ports) + len(r.src)*(1+len(denied))) {
			return answer{unsure: true}
		}
		switch {
		case r.replies || !r.concerns(q):
		case r.unsure:
			a.unsure = a.unsure || r.permit
		case !r.permit:
			if !r.covers(q) {
				continue
			}
			if r.src == nil {
				return a
			}
			denied = append(denied, r.src...)
		case r.src == nil:
			a.open = true
			return a
		default:
			for _, p := range r.src {
				if !within(p, denied) {
					a.from = append(a.from, p)
				}
			}
		}
	}
	return a
}

// rulesOf returns the rules of filters, one after the other.
func (d *device) rulesOf(lists ...string) iter.Seq[*rule] {
	return func(yield func(*rule) bool) {
		for _, l := range lists {
			if !d.spend(1) {
				return
			}
			rules := d.lists[l]
			for n := range rules {
				if !yield(&rules[n]) {
					return
				}
			}
		}
	}
}

func within(p netip.Prefix, list []netip.Prefix) bool {
	return slices.ContainsFunc(list, func(q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) })
}

// concerns reports whether the rule may be about something that q asks for.
func (r *rule) concerns(q question) bool {
	if r.self && q.passed || r.protos != nil && !slices.Contains(r.protos, q.transport) {
		return false
	}
	if r.ports != nil && !slices.ContainsFunc(r.ports, func(p portRange) bool { return p.first <= q.last && q.first <= p.last }) {
		return false
	}
	if r.dst == nil || len(q.to) == 0 {
		return true
	}
	return slices.ContainsFunc(q.to, func(a netip.Addr) bool { return contains(r.dst, a) })
}

// covers reports whether the rule is about all that q asks for.
func (r *rule) covers(q question) bool {
	if r.sources {
		return false
	}
	if r.ports != nil && !slices.ContainsFunc(r.ports, func(p portRange) bool { return p.first <= q.first && q.last <= p.last }) {
		return false
	}
	if r.dst == nil {
		return true
	}
	return len(q.to) > 0 && !slices.ContainsFunc(q.to, func(a netip.Addr) bool { return !contains(r.dst, a) })
}

func contains(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// both returns who passes two checks, one after the other.
func (d *device) both(a, b answer) answer {
	switch {
	case a.open:
		return b
	case b.open:
		return a
	case a.unsure || b.unsure:
		if a.closed() || b.closed() {
			return answer{}
		}
		return answer{unsure: true}
	}
	if !d.spend(len(a.from) * len(b.from)) {
		return answer{unsure: true}
	}
	return answer{from: intersect(a.from, b.from)}
}

// either returns who passes one of two checks.
func either(a, b answer) answer {
	if a.open || b.open {
		return answer{open: true}
	}
	return answer{from: slices.Concat(a.from, b.from), unsure: a.unsure || b.unsure}
}

// or lets those in, too, who are in b.
func (a *answer) or(b answer) {
	switch {
	case a.open:
	case b.open:
		*a = b
	default:
		a.from, a.unsure = append(a.from, b.from...), a.unsure || b.unsure
	}
}

func intersect(a, b []netip.Prefix) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range a {
		for _, q := range b {
			switch {
			case !p.Overlaps(q):
			case p.Bits() >= q.Bits():
				out = append(out, p)
			default:
				out = append(out, q)
			}
		}
	}
	return out
}

// maxPrefixes bounds the prefixes that a range of addresses is made of.
const maxPrefixes = 64

// prefixesOf returns the prefixes that make up the addresses from a to b.
func prefixesOf(a, b netip.Addr) []netip.Prefix {
	if !a.IsValid() || a.BitLen() != b.BitLen() || b.Less(a) {
		return nil
	}
	var out []netip.Prefix
	for len(out) < maxPrefixes {
		bits := a.BitLen()
		for bits > 0 {
			wider := netip.PrefixFrom(a, bits-1)
			if wider.Masked().Addr() != a || b.Less(lastOf(wider)) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(a, bits)
		out = append(out, p)
		last := lastOf(p)
		if a = last.Next(); last == b || !a.IsValid() {
			return out
		}
	}
	return nil
}

// lastOf returns the last address of p.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
