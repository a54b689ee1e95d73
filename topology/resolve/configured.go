package resolve

import (
	"net/netip"
	"slices"
	"strings"
)

// joinConfigured puts what a configuration tells of a device together with what
// the SNMP agent of that device tells: one of the agents has the same addresses,
// several of them or one under the same name. A file can be old, or a copy of
// another site's, so that less is not enough.
func (a *addresses) joinConfigured() {
	type shared struct {
		addrs map[netip.Addr]bool
		name  bool
	}
	names := make(map[int]map[string]bool)
	for _, t := range a.c.traits {
		if t.field == fieldName && t.to.subject >= 0 {
			add(names, a.g.find(t.to.subject), hostLabel(t.value))
		}
	}
	configured := make(map[int]bool)
	for i, s := range a.g.subjects {
		if strings.HasPrefix(s.name, "agent:config:") {
			configured[a.g.find(i)] = true
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
			if (s.name || len(s.addrs) > 1) && !a.g.contradict(conf, agent) {
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
