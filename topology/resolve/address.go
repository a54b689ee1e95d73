package resolve

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"kanmon/discover/fact"
)

// proxyAddresses is how many IPv4 addresses one MAC address may answer for
// before it is taken for a proxy (RFC 1027) or something worse, and its answers
// bind nothing.
const proxyAddresses = 16

// handover is how long one claim to an address must have ended before another
// begins, for the address to have passed on instead of being claimed twice.
const handover = time.Hour

// addresses decides which device has which IP address.
type addresses struct {
	c       *collector
	g       *grouping
	realms  realms
	byIP    map[netip.Addr][]claim
	owners  map[netip.Addr]int // group; only where exactly one device has the address
	held    map[int][]claim    // claims that count, by group
	proxies map[fact.MAC]int   // how many addresses it answers for
	twice   []doubleClaim
}

// doubleClaim is an address that several devices claim at one time.
type doubleClaim struct {
	ip     netip.Addr
	claims []claim
}

func resolveAddresses(c *collector, g *grouping) *addresses {
	a := &addresses{c: c, g: g, realms: newRealms(c.site, c.claims)}
	a.onLinkFlows()
	a.findProxies()
	a.index()
	a.joinNamelessAgents()
	a.decide()
	a.absorbWeak()
	a.decide()
	a.addAddressOnly()
	a.decide()
	return a
}

// onLinkFlows binds both ends of conversations within one known subnet: no
// router is between them, so their frames carry their own MAC addresses.
func (a *addresses) onLinkFlows() {
	known := prefixTable(a.c.knownSubnets())
	for _, p := range a.c.pairs {
		s, ok := known.find(plain(p.a.IP))
		if t, ok2 := known.find(plain(p.b.IP)); !ok || !ok2 || s != t {
			continue
		}
		for _, e := range []fact.Endpoint{p.a, p.b} {
			if sub, ok := a.c.macs[e.MAC]; ok {
				a.c.claims = append(a.c.claims, claim{subject: sub, ip: plain(e.IP), mac: e.MAC, strength: onWire, obs: p.obs})
			}
		}
	}
}

// findProxies finds the MAC addresses that answer for more addresses than a
// host has.
func (a *addresses) findProxies() {
	type pair struct {
		mac fact.MAC
		ip  netip.Addr
	}
	own := make(map[netip.Addr]int)
	for _, c := range a.c.claims {
		if c.strength == byOwnTable {
			own[c.ip] = a.g.find(c.subject)
		}
	}
	seen := make(map[pair]bool)
	count := make(map[fact.MAC]int)
	for _, c := range a.c.claims {
		if c.strength != byResolution || !c.ip.Is4() || seen[pair{c.mac, c.ip}] {
			continue
		}
		seen[pair{c.mac, c.ip}] = true
		if g, ok := own[c.ip]; !ok || g != a.g.find(c.subject) {
			count[c.mac]++
		}
	}
	a.proxies = make(map[fact.MAC]int)
	for m, n := range count {
		if n > proxyAddresses {
			a.proxies[m] = n
		}
	}
}

// index sorts the claims that count by address.
func (a *addresses) index() {
	a.byIP = make(map[netip.Addr][]claim)
	for _, c := range a.c.claims {
		if c.strength == byResolution && a.proxies[c.mac] > 0 {
			continue
		}
		a.byIP[c.ip] = append(a.byIP[c.ip], c)
	}
}

// sorted returns the claimed addresses in order.
func (a *addresses) sorted() []netip.Addr {
	ips := make([]netip.Addr, 0, len(a.byIP))
	for ip := range a.byIP {
		ips = append(ips, ip)
	}
	slices.SortFunc(ips, netip.Addr.Compare)
	return ips
}

// groupsAt returns the groups that claim an address with this strength.
func (a *addresses) groupsAt(claims []claim, st strength) []int {
	var out []int
	for _, c := range claims {
		if c.strength == st {
			out = append(out, a.g.find(c.subject))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// joinNamelessAgents puts an SNMP agent that showed none of its MAC addresses
// together with the one station that answers for its own address.
func (a *addresses) joinNamelessAgents() {
	hasMAC := make(map[int]bool)
	for i, s := range a.g.subjects {
		if slices.ContainsFunc(s.keys, func(k key) bool { return k.rank == rankMAC || k.rank == rankChassis }) {
			hasMAC[a.g.find(i)] = true
		}
	}
	for _, ip := range a.sorted() {
		if a.realms.isHostLocal(ip) {
			continue
		}
		agents, stations := a.groupsAt(a.byIP[ip], byOwnTable), a.groupsAt(a.byIP[ip], byResolution)
		if len(agents) != 1 || len(stations) != 1 || agents[0] == stations[0] || hasMAC[agents[0]] {
			continue
		}
		if st := a.g.state[stations[0]]; st != nil && st.own != nil || a.g.contradict(agents[0], stations[0]) {
			continue
		}
		a.g.union(agents[0], stations[0])
		hasMAC[a.g.find(agents[0])] = false // a second interface may join too
	}
}

// decide finds the owner of every address, and the addresses that are claimed
// twice.
func (a *addresses) decide() {
	a.owners, a.held, a.twice = make(map[netip.Addr]int), make(map[int][]claim), nil
	better := a.betterKnown()
	for _, ip := range a.sorted() {
		claims := slices.DeleteFunc(slices.Clone(a.byIP[ip]), func(c claim) bool {
			return c.strength == onWire && better[familyOf{a.g.find(c.subject), ip.Is4()}]
		})
		if slices.ContainsFunc(claims, func(c claim) bool { return c.strength > onWire && !a.isWeak(a.g.find(c.subject)) }) {
			claims = slices.DeleteFunc(claims, func(c claim) bool { return a.isWeak(a.g.find(c.subject)) })
		}
		if len(claims) == 0 {
			continue
		}
		if a.realms.isHostLocal(ip) {
			a.hold(claims)
			if g := a.groups(claims); len(g) == 1 {
				a.owners[ip] = g[0]
			}
			continue
		}
		top := strength(0)
		for _, c := range claims {
			top = max(top, c.strength)
		}
		a.decideOne(ip, claims, top)
	}
}

func (a *addresses) groups(claims []claim) []int {
	var out []int
	for _, c := range claims {
		out = append(out, a.g.find(c.subject))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// decideOne finds the owner of one address whose best claim has strength top.
func (a *addresses) decideOne(ip netip.Addr, claims []claim, top strength) {
	hard := slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return c.strength < min(top, byResolution) })
	if len(a.groups(hard)) > 1 {
		if last, ok := a.passedOn(hard); ok {
			hard = last
		}
	}
	best := slices.DeleteFunc(slices.Clone(hard), func(c claim) bool { return c.strength < top })
	if groups := a.groups(best); len(groups) == 1 {
		a.owners[ip] = groups[0]
	}
	if top >= byResolution && len(a.groups(hard)) > 1 {
		a.twice = append(a.twice, doubleClaim{ip, hard})
	}
	a.hold(hard)
	for _, c := range claims { // weaker words of the same owner are evidence too
		if o, ok := a.owners[ip]; ok && c.strength < min(top, byResolution) && a.g.find(c.subject) == o {
			a.hold([]claim{c})
		}
	}
}

func (a *addresses) hold(claims []claim) {
	for _, c := range claims {
		g := a.g.find(c.subject)
		a.held[g] = append(a.held[g], c)
	}
}

// passedOn returns the claims of the last owner where an address went from one
// device to another, as leases do.
func (a *addresses) passedOn(claims []claim) ([]claim, bool) {
	type span struct {
		group       int
		first, last time.Time
	}
	spans := make(map[int]span)
	for _, c := range claims {
		g, o := a.g.find(c.subject), a.c.obs[c.obs]
		first, last := o.First(), o.Last()
		if first.IsZero() || last.IsZero() {
			return nil, false
		}
		s, ok := spans[g]
		if !ok {
			s = span{g, first, last}
		}
		if first.Before(s.first) {
			s.first = first
		}
		if last.After(s.last) {
			s.last = last
		}
		spans[g] = s
	}
	list := make([]span, 0, len(spans))
	for _, s := range spans {
		list = append(list, s)
	}
	slices.SortFunc(list, func(x, y span) int { return cmp.Or(x.first.Compare(y.first), cmp.Compare(x.group, y.group)) })
	for i := 1; i < len(list); i++ {
		if list[i].first.Sub(list[i-1].last) < handover {
			return nil, false
		}
	}
	owner := list[len(list)-1].group
	return slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return a.g.find(c.subject) != owner }), true
}

type familyOf struct {
	group int
	is4   bool
}

// betterKnown returns the groups that have an address of a family by more than
// a frame on the wire: what else they sent may have been somebody else's.
func (a *addresses) betterKnown() map[familyOf]bool {
	out := make(map[familyOf]bool)
	for _, ip := range a.sorted() {
		for _, c := range a.byIP[ip] {
			if c.strength > onWire && !a.realms.isHostLocal(ip) {
				out[familyOf{a.g.find(c.subject), ip.Is4()}] = true
			}
		}
	}
	for m := range a.proxies {
		if s, ok := a.c.macs[m]; ok {
			out[familyOf{a.g.find(s), true}] = true
		}
	}
	return out
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
// of one agent only.
func (a *addresses) agentNames() map[string]int {
	names := make(map[string]int)
	for _, t := range a.c.traits {
		if t.field != fieldName || t.rank != nameSystem || t.to.subject < 0 {
			continue
		}
		n, g := strings.ToLower(t.value), a.g.find(t.to.subject)
		if have, ok := names[n]; isDefaultName(n) || ok && have != g {
			g = -1
		}
		names[n] = g
	}
	return names
}

func (a *addresses) homeByName(r int, names map[string]int) (int, bool) {
	for _, k := range a.g.subjects[r].keys {
		_, id, _ := strings.Cut(k.text, ":")
		id, _, _ = strings.Cut(id, "(") // CDP of some makers adds the serial number
		if home, ok := names[id]; ok && home >= 0 && k.rank == rankAnnounced {
			return a.g.find(home), true
		}
	}
	return 0, false
}

// addAddressOnly makes a device of every inside address that answered or sent
// something and that no other device claims.
func (a *addresses) addAddressOnly() {
	for _, l := range a.c.lists {
		if o, ok := a.owners[l.from]; ok && !a.realms.isHostLocal(l.from) {
			for _, ip := range l.addresses {
				a.addClaim(a.g.find(o), plain(ip), byAnnouncement, l.obs)
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
		if !ok {
			continue
		}
		for _, ip := range l.addresses {
			if t, ok := a.c.bySubject[addressSubject(plain(ip))]; ok {
				a.g.union(s, t)
				continue
			}
			if _, claimed := a.owners[plain(ip)]; !claimed || a.realms.isHostLocal(plain(ip)) {
				a.addClaim(s, plain(ip), byAnnouncement, l.obs)
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
	a.addClaim(s, ip, byAnnouncement, obs)
}

func (a *addresses) addClaim(s int, ip netip.Addr, st strength, obs int) {
	if isHostAddress(ip) {
		a.byIP[ip] = append(a.byIP[ip], claim{subject: s, ip: ip, strength: st, obs: obs})
	}
}
