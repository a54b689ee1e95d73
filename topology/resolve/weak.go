package resolve

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// joinListed puts together two interfaces of one host: one sent a list of the
// host's addresses, its own among them, and the other has one of these and goes
// by the same name. Routers that pass on what others announce send lists
// without their own address.
func (a *addresses) joinListed() {
	names := make(map[int]map[string]bool)
	for _, t := range a.c.traits {
		if t.field != fieldName || t.to.subject < 0 {
			continue
		}
		if names[t.to.subject] == nil {
			names[t.to.subject] = make(map[string]bool)
		}
		names[t.to.subject][hostLabel(t.value)] = true
	}
	for _, l := range a.c.lists {
		if l.subject < 0 || isDefaultName(l.name) || !slices.ContainsFunc(l.addresses, func(ip netip.Addr) bool { return plain(ip) == l.from }) {
			continue
		}
		for _, ip := range l.addresses {
			for _, c := range a.byIP[plain(ip)] {
				o, owned := a.owners[plain(ip)]
				if owned && c.strength == byResolution && a.g.find(o) == a.g.find(c.subject) &&
					names[c.subject][hostLabel(l.name)] && !a.realms.isHostLocal(c.ip) && !a.g.contradict(l.subject, c.subject) {
					a.g.union(l.subject, c.subject)
				}
			}
		}
	}
}

// hostLabel returns the first label of a host name, in lower case.
func hostLabel(name string) string {
	label, _, _ := strings.Cut(strings.ToLower(name), ".")
	return label
}

// absorbWeak puts a device that is known only by what its neighbours call it
// together with the one device that another protocol shows on the same port
// under the same name or address, or else that has its management address, or
// else its name.
func (a *addresses) absorbWeak() {
	names, ports := a.agentNames(), a.portNames()
	said := make(map[int][]netip.Addr)
	seenBy := make(map[int][]near)
	for _, c := range a.c.claims {
		if r := a.g.find(c.subject); a.isWeak(r) {
			said[r] = append(said[r], c.ip)
		}
	}
	for _, n := range a.c.near {
		if r := a.g.find(n.subject); a.isWeak(r) {
			seenBy[r] = append(seenBy[r], n)
		}
	}
	for r := range a.g.subjects {
		if a.g.find(r) != r || !a.isWeak(r) {
			continue
		}
		home, ok := a.homeByPort(seenBy[r], ports)
		if !ok {
			home, ok = a.homeByAddress(said[r])
		}
		if !ok {
			home, ok = a.homeByName(r, names)
		}
		self := func(n near) bool { return a.g.find(n.agent) == home }
		if ok && !slices.ContainsFunc(seenBy[r], self) && !a.g.contradict(r, home) {
			a.g.union(r, home)
		}
	}
}

// portName is a name on a port of an agent.
type portName struct {
	agent      int
	port, name string
}

// portNames returns the neighbours that are known for certain, by the port on
// which an agent sees them and their names there; -1 where several share one.
func (a *addresses) portNames() map[portName]int {
	out := make(map[portName]int)
	for _, n := range a.c.near {
		g := a.g.find(n.subject)
		if !a.g.strong[g] {
			continue
		}
		for _, name := range n.names {
			k := portName{a.g.find(n.agent), n.port, name}
			if have, ok := out[k]; ok && have != g {
				g = -1
			}
			out[k] = g
		}
	}
	return out
}

// homeByPort returns the one device that other words of the same ports name.
func (a *addresses) homeByPort(seenBy []near, ports map[portName]int) (int, bool) {
	home := -1
	for _, n := range seenBy {
		for _, name := range n.names {
			g, ok := ports[portName{a.g.find(n.agent), n.port, name}]
			if !ok {
				continue
			}
			if g < 0 || home >= 0 && a.g.find(g) != home {
				return 0, false
			}
			home = a.g.find(g)
		}
	}
	return home, home >= 0
}

// isWeak reports whether a device is known only by what it or its neighbours
// announced, under names that do not tell it from every other.
func (a *addresses) isWeak(r int) bool {
	keys := a.g.subjects[r].keys
	return !a.g.strong[r] && !slices.ContainsFunc(keys, func(k key) bool { return k.rank != rankAnnounced })
}

// homeByAddress returns the one device that has these addresses, as far as
// anybody has.
func (a *addresses) homeByAddress(ips []netip.Addr) (int, bool) {
	home := -1
	for _, ip := range ips {
		o, ok := a.owners[ip]
		if !ok || !a.g.strong[a.g.find(o)] || a.realms.isHostLocal(ip) {
			continue
		}
		if home >= 0 && home != a.g.find(o) {
			return 0, false
		}
		home = a.g.find(o)
	}
	return home, home >= 0
}

// agentNames returns the SNMP agents by their host names, where a name is that
// of one agent only. An agent whose name has no domain goes by its name and a
// dot, too, and one whose name has goes by its host name and two.
func (a *addresses) agentNames() map[string]int {
	names := make(map[string]int)
	add := func(n string, g int) {
		if have, ok := names[n]; ok && have != g {
			g = -1
		}
		names[n] = g
	}
	for _, t := range a.c.traits {
		if t.field != fieldName || t.rank != nameSystem || t.to.subject < 0 {
			continue
		}
		n, g := strings.ToLower(t.value), a.g.find(t.to.subject)
		if isDefaultName(n) {
			g = -1
		}
		add(n, g)
		if label := hostLabel(n); label == n {
			add(n+unqualified, g)
		} else {
			add(label+qualified, g)
		}
	}
	return names
}

// Marks of the names of agents that have no domain, and of those that have one.
const (
	unqualified = "."
	qualified   = ".."
)

func (a *addresses) homeByName(r int, names map[string]int) (int, bool) {
	for _, k := range a.g.subjects[r].keys {
		_, id, _ := strings.Cut(k.text, ":")
		id, _, _ = strings.Cut(id, "(") // CDP of some makers adds the serial number
		other := id + qualified         // the same host, as one of the two leaves its domain out
		if label := hostLabel(id); label != id {
			other = label + unqualified
		}
		for _, n := range []string{id, other} {
			if home, ok := names[n]; ok && home >= 0 && k.rank == rankAnnounced {
				return a.g.find(home), true
			}
		}
	}
	return 0, false
}

// addAddressOnly makes a device of every inside address that answered or sent
// something and that no other device claims.
func (a *addresses) addAddressOnly() {
	for _, l := range a.c.lists {
		if o, ok := a.owners[l.from]; ok && l.subject < 0 && !a.realms.isHostLocal(l.from) {
			for _, ip := range l.addresses {
				a.addClaim(a.g.find(o), plain(ip), l.obs)
			}
		}
	}
	a.decide()
	exists := make(map[netip.Addr]int)
	for _, m := range a.c.mentions {
		if have, ok := exists[m.to.ip]; m.exists && (!ok || m.obs < have) {
			exists[m.to.ip] = m.obs
		}
	}
	ips := make([]netip.Addr, 0, len(exists))
	for ip := range exists {
		if a.canStandAlone(ip) {
			ips = append(ips, ip)
		}
	}
	slices.SortFunc(ips, netip.Addr.Compare)
	for _, ip := range ips {
		a.addressOnly(ip, exists[ip])
	}
	for _, l := range a.c.lists {
		s, ok := a.c.bySubject[addressSubject(l.from)]
		if !ok || l.subject >= 0 {
			continue
		}
		for _, ip := range l.addresses {
			if t, ok := a.c.bySubject[addressSubject(plain(ip))]; ok {
				a.g.union(s, t)
				continue
			}
			if _, claimed := a.owners[plain(ip)]; !claimed || a.realms.isHostLocal(plain(ip)) {
				a.addClaim(s, plain(ip), l.obs)
			}
		}
	}
}

// canStandAlone reports whether ip may be a device for which nothing else is
// known.
func (a *addresses) canStandAlone(ip netip.Addr) bool {
	if !isHostAddress(ip) || a.realms.isHostLocal(ip) || !a.c.site.IsInside(ip) {
		return false
	}
	if _, ok := a.owners[ip]; ok {
		return false
	}
	return !slices.ContainsFunc(a.byIP[ip], func(c claim) bool { return c.strength > onWire })
}

func addressSubject(ip netip.Addr) string { return fmt.Sprintf("ip:%s", ip) }

// addressOnly makes the subject of an address.
func (a *addresses) addressOnly(ip netip.Addr, obs int) {
	s := a.c.subject(addressSubject(ip))
	a.c.subjects[s].known = true
	a.c.key(s, key{rankIP, addressSubject(ip)})
	a.g.subjects = a.c.subjects
	a.g.add(s)
	a.addClaim(s, ip, obs)
}

func (a *addresses) addClaim(s int, ip netip.Addr, obs int) {
	if isHostAddress(ip) {
		a.byIP[ip] = append(a.byIP[ip], claim{subject: s, ip: ip, strength: byAnnouncement, obs: obs})
	}
}
