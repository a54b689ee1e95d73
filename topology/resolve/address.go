package resolve

import (
	"cmp"
	"net/netip"
	"slices"
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
	virtual map[fact.MAC]int   // subject of the device behind a MAC address that routers share
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
	a.freshPackets()
	a.findProxies()
	a.index()
	a.joinConfigured()
	a.joinNamelessAgents()
	a.decide()
	a.joinListed()
	a.absorbWeak()
	a.decide()
	a.addVirtual()
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

// freshPackets binds addresses to the MAC addresses whose frames brought their
// packets before any router did. Some devices pass packets on and do not count
// it, as Wi-Fi repeaters and transparent proxies do, and some firewalls set the
// count anew: where one address comes from several MAC addresses, many from one,
// or several of one IPv4 network, of which a host has one, nothing is bound. A
// global address of IPv6 is inside where a router announced its prefix.
func (a *addresses) freshPackets() {
	known := prefixTable(a.c.knownSubnets())
	a.c.fresh = slices.DeleteFunc(a.c.fresh, func(f freshPacket) bool {
		_, announced := known.find(f.ip)
		return !announced && !a.c.site.IsInside(f.ip)
	})
	from := make(map[netip.Addr]map[fact.MAC]bool)
	of := make(map[fact.MAC]map[netip.Addr]bool)
	for _, f := range a.c.fresh {
		if from[f.ip] == nil {
			from[f.ip] = make(map[fact.MAC]bool)
		}
		from[f.ip][f.mac] = true
		if f.ip.Is4() {
			if of[f.mac] == nil {
				of[f.mac] = make(map[netip.Addr]bool)
			}
			of[f.mac][f.ip] = true
		}
	}
	passesOn := make(map[fact.MAC]bool)
	for m, ips := range of {
		networks := make(map[netip.Prefix]bool)
		for ip := range ips {
			networks[guessSubnet(ip)] = true
		}
		passesOn[m] = len(ips) > proxyAddresses || len(networks) < len(ips)
	}
	for _, f := range a.c.fresh {
		if s, ok := a.c.macs[f.mac]; ok && len(from[f.ip]) == 1 && !passesOn[f.mac] && a.c.subjects[s].known {
			a.c.claims = append(a.c.claims, claim{subject: s, ip: f.ip, mac: f.mac, strength: byHops, obs: f.obs})
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
	configured, makers := a.configured()
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
		if configured[agents[0]] && a.foreign(agents[0], makers[agents[0]], ip) {
			continue
		}
		a.g.union(agents[0], stations[0])
		g := a.g.find(agents[0])
		hasMAC[g] = false // a second interface may join too
		configured[g], makers[g] = configured[agents[0]], makers[agents[0]]
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
	if top >= byResolution && len(a.groups(hard)) > 1 && !a.c.shared[ip] {
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
