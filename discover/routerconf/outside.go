package routerconf

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// Ports of IKE (RFC 7296), the second of which passes translation of addresses.
const (
	portIKE  = 500
	portNATT = 4500
)

// outside returns the interfaces that lead out of the building.
func (d *device) outside() []*iface {
	var out []*iface
	for _, i := range d.order {
		if d.shut(i.name) || !d.isOutside(i) {
			continue
		}
		if len(out) == maxOutside {
			d.bounded = true
			break
		}
		out = append(out, i)
	}
	return out
}

func (d *device) isOutside(i *iface) bool {
	if i.outside || i.natted && !d.isPrivate(i) {
		return true
	}
	if d.lineOn[i.name] != nil {
		return true
	}
	return slices.ContainsFunc(d.defaultRoutes(), func(r route) bool {
		return r.hop.IsValid() && isPublic(r.hop) && slices.ContainsFunc(i.addrs, func(p netip.Prefix) bool { return p.Contains(r.hop) })
	})
}

// isPrivate reports whether an interface is in a private network over which no
// default route leads: addresses may be translated there, too.
func (d *device) isPrivate(i *iface) bool {
	leads := slices.ContainsFunc(d.defaultRoutes(), func(r route) bool {
		return r.over == i.name || slices.ContainsFunc(i.addrs, func(p netip.Prefix) bool { return p.Contains(r.hop) })
	})
	return !leads && len(i.addrs) > 0 && !slices.ContainsFunc(i.addrs, func(p netip.Prefix) bool { return isPublic(p.Addr()) })
}

// isPublic reports whether a is an address of the internet.
func isPublic(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !netip.MustParsePrefix("100.64.0.0/10").Contains(a)
}

// access returns who may come in from outside, and by what.
func (d *device) access() []access {
	var out []access
	inside := d.inside()
	for _, i := range d.outside() {
		for _, s := range d.services {
			if s.on != nil && (!d.spend(len(s.on)) || !slices.Contains(s.on, i.name)) {
				continue
			}
			a := d.reach(i, s)
			if s.transport == "udp" && s.ports.first == portIKE && !s.target.IsValid() { // IKE answers at both (RFC 7296, 2.23)
				at := s
				at.ports = portRange{portNATT, portNATT}
				b := d.reach(i, at)
				if a.closed() {
					s = at
				}
				a = either(a, b)
			}
			a = d.both(a, s.limit)
			if closed, zoned := s.zones[i.name]; closed {
				continue
			} else if zoned {
				a = d.both(a, answer{unsure: true})
			}
			if !d.spend(len(a.from) * len(inside)) {
				a = answer{unsure: true}
			}
			if a.from = strangers(a.from, inside); a.closed() {
				continue
			}
			if d.from += len(a.from); d.from > maxFrom {
				d.bounded, a = true, answer{unsure: true}
			}
			out = append(out, access{iface: i, service: s, who: a})
		}
	}
	return out
}

// inside returns the networks that lie on interfaces that do not lead outside.
func (d *device) inside() []netip.Prefix {
	var out []netip.Prefix
	for _, i := range d.order {
		if !d.isOutside(i) {
			out = append(out, i.addrs...)
		}
	}
	return out[:min(len(out), maxOutside)]
}

// strangers returns those of the addresses that are not in a network inside:
// filters name these, too, and nobody comes from there over an interface that
// leads outside.
func strangers(from, inside []netip.Prefix) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range from {
		if !within(p, inside) {
			out = append(out, p)
		}
	}
	return out
}

// access is a service that is reachable over an interface.
type access struct {
	iface   *iface
	service service
	who     answer
}

// reach returns whom the filters of an interface let through to a service.
func (d *device) reach(i *iface, s service) answer {
	q := question{transport: s.transport, first: s.ports.first, last: s.ports.last, passed: s.target.IsValid()}
	switch {
	case s.target.IsValid() && d.translated:
		q.to = []netip.Addr{s.target}
		if s.inner != 0 {
			q.first, q.last = s.inner, s.inner
		}
	case s.target.IsValid() && len(i.addrs) == 0: // sent to an address that is not told
	case len(i.addrs) > 0 || d.translated && i.natted:
		q.to = d.addresses()
	}
	if s.passes {
		return answer{open: true}
	}
	var a answer
	if i.has4 && (!i.natted || s.mapped || s.target.IsValid()) {
		a = d.through(i, i.in4, q)
	}
	if i.has6 && !s.target.IsValid() {
		a = either(a, d.through(i, i.in6, question{transport: q.transport, first: q.first, last: q.last}))
	}
	return a
}

func (d *device) through(i *iface, lists []string, q question) answer {
	if lists == nil {
		return answer{open: true}
	}
	if i.undefined && !slices.ContainsFunc(lists, func(l string) bool { return d.lists[l] != nil }) {
		return answer{open: true}
	}
	return d.admit(d.rulesOf(lists...), q)
}

// remoteAccess makes the fact of an access, and the gap where whom it lets in is
// not known.
func (d *device) remoteAccess(a access) (fact.RemoteAccess, *fact.Gap) {
	s := a.service
	f := fact.RemoteAccess{
		Type: s.typ, Interface: a.iface.name, Transport: s.transport, Port: s.ports.first,
		Target: s.target, TargetPort: s.inner, Filtered: a.who.unsure, Configured: true,
	}
	if s.ports.last > s.ports.first {
		f.PortEnd = s.ports.last
	}
	if s.typ == "static-nat" {
		f.Transport, f.Port, f.PortEnd = "", 0, 0
	}
	if a.who.unsure {
		where := strings.TrimSpace(d.title() + " " + a.iface.name)
		return f, &fact.Gap{
			What: "who may come in by " + s.typ + " on " + where,
			Why:  "its filters depend on names, groups, times or zones that kanmon does not evaluate: look into its configuration",
			Code: fact.GapAccess, Args: []string{s.typ, where},
		}
	}
	f.From = slices.Clone(a.who.from)
	for i := range f.From {
		f.From[i] = f.From[i].Masked()
	}
	slices.SortFunc(f.From, func(x, y netip.Prefix) int { return strings.Compare(x.String(), y.String()) })
	f.From = slices.Compact(f.From)
	return f, nil
}

// title returns what the device is called.
func (d *device) title() string {
	if d.name != "" {
		return d.name
	}
	return strings.TrimSpace(d.vendor + " " + d.model)
}
