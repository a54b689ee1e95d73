package resolve

import (
	"net/netip"
	"slices"
	"strings"
)

// joinConfigured puts what a configuration tells of a device together with what
// the SNMP agent of that device tells: one of the agents has the same addresses,
// several of them or one under the same name, and is of no other maker. A file can
// be old, or a copy of another site's, so that less is not enough.
func (a *addresses) joinConfigured() {
	type shared struct {
		addrs map[netip.Addr]bool
		name  bool
	}
	configured, makers := a.configured()
	if len(configured) == 0 {
		return
	}
	names := make(map[int]map[string]bool)
	for _, t := range a.c.traits {
		if t.field == fieldName && t.to.subject >= 0 {
			add(names, a.g.find(t.to.subject), hostLabel(t.value))
		}
	}
	found := make(map[int]map[int]*shared) // by the group of the configuration, then of the agent
	for _, ip := range a.sorted() {
		if a.realms.isHostLocal(ip) {
			continue
		}
		groups := a.groupsAt(a.byIP[ip], byOwnTable)
		for _, conf := range groups {
			for _, agent := range groups {
				if !configured[conf] || configured[agent] {
					continue
				}
				if found[conf] == nil {
					found[conf] = make(map[int]*shared)
				}
				if found[conf][agent] == nil {
					found[conf][agent] = &shared{addrs: make(map[netip.Addr]bool)}
				}
				s := found[conf][agent]
				s.addrs[ip] = true
				for n := range names[conf] {
					s.name = s.name || names[agent][n] && !isDefaultName(n)
				}
			}
		}
	}
	type pair struct{ conf, agent int }
	var pairs []pair
	for conf, agents := range found {
		var same []int
		for agent, s := range agents {
			if (s.name || len(s.addrs) > 1) && !a.g.contradict(conf, agent) && !differ(makers[conf], makers[agent]) {
				same = append(same, agent)
			}
		}
		if len(same) == 1 {
			pairs = append(pairs, pair{conf, same[0]})
		}
	}
	slices.SortFunc(pairs, func(x, y pair) int { return x.conf - y.conf })
	for _, p := range pairs {
		if !a.g.contradict(p.conf, p.agent) {
			a.g.union(p.conf, p.agent)
		}
	}
}

// configured returns the groups that a configuration tells of, and, where there
// are any, the makers that each group is said to be of, in lower case.
func (a *addresses) configured() (groups map[int]bool, makers map[int][]string) {
	groups, makers = make(map[int]bool), make(map[int][]string)
	for i, s := range a.g.subjects {
		if strings.HasPrefix(s.name, "agent:config:") {
			groups[a.g.find(i)] = true
		}
	}
	if len(groups) == 0 {
		return groups, makers
	}
	for _, t := range a.c.traits {
		if t.field == fieldVendor && t.to.subject >= 0 {
			g := a.g.find(t.to.subject)
			makers[g] = append(makers[g], strings.ToLower(t.value))
		}
	}
	return groups, makers
}

// differ reports whether two devices are of different makers, as far as both are
// known.
func differ(a, b []string) bool { return len(a) > 0 && len(b) > 0 && !overlap(a, b) }

// foreign reports whether an address of a configuration is answered for with the
// MAC address of another maker: then it is another device that has the same
// address.
func (a *addresses) foreign(conf int, makers []string, ip netip.Addr) bool {
	return slices.ContainsFunc(a.byIP[ip], func(c claim) bool {
		maker := strings.ToLower(a.c.makers.ByMAC(c.mac))
		return c.strength == byResolution && a.g.find(c.subject) != conf && maker != "" && len(makers) > 0 &&
			!slices.ContainsFunc(makers, func(m string) bool { return strings.HasPrefix(maker, m) })
	})
}
