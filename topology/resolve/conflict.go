package resolve

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Bounds on conflicts: of one kind, and on what one of them lists.
const (
	maxConflicts        = 50
	maxConflictEvidence = 20
)

// conflicts returns what contradicts itself, sorted.
func (r *resolver) conflicts() []topology.Conflict {
	identity := r.identityConflicts()
	twice := r.doubleClaims()
	proxies := r.proxyConflicts()
	out := slices.Concat(
		bounded(identity, "identities contradict each other", "識別情報が互いに矛盾"),
		bounded(twice, "addresses are claimed by several devices", "アドレスを複数の機器が名乗っている"),
		bounded(proxies, "stations answer for many addresses", "一台が多数のアドレスに応答している"),
	)
	slices.SortFunc(out, compareConflict)
	return out
}

func compareConflict(a, b topology.Conflict) int {
	return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.What, b.What), slices.Compare(a.Devices, b.Devices))
}

// bounded keeps the first conflicts of a kind and puts the rest into one.
func bounded(list []topology.Conflict, what, ja string) []topology.Conflict {
	slices.SortFunc(list, compareConflict)
	if len(list) <= maxConflicts {
		return list
	}
	rest := topology.Conflict{
		Kind: list[0].Kind, What: fmt.Sprintf("%d more %s", len(list)-maxConflicts, what),
		WhatJA: fmt.Sprintf("ほか %d 件：%s", len(list)-maxConflicts, ja),
	}
	for _, c := range list[maxConflicts:] {
		if len(rest.Devices) < maxConflictEvidence {
			rest.Devices = append(rest.Devices, c.Devices...)
		}
		if len(rest.Evidence) < maxConflictEvidence {
			rest.Evidence = append(rest.Evidence, c.Evidence...)
		}
	}
	slices.Sort(rest.Devices)
	rest.Devices = slices.Compact(rest.Devices)
	slices.Sort(rest.Evidence)
	rest.Evidence = slices.Compact(rest.Evidence)
	return append(list[:maxConflicts:maxConflicts], rest)
}

// identityConflicts returns the keys that devices share which contradict each
// other.
func (r *resolver) identityConflicts() []topology.Conflict {
	var out []topology.Conflict
	for _, f := range r.g.refused {
		roots := r.g.roots(f.subjects)
		conflict := topology.Conflict{
			Kind:   topology.ConflictIdentity,
			What:   fmt.Sprintf("%d devices share %s, but have different serial numbers or chassis addresses", len(roots), f.key.text),
			WhatJA: fmt.Sprintf("%d 台が同じ %s を示すが、製造番号か筐体のアドレスが異なる", len(roots), f.key.text),
		}
		var obs []int
		for _, root := range roots {
			conflict.Devices = append(conflict.Devices, r.ids[root])
			if s := r.seen[root]; s != nil {
				obs = append(obs, first(s.identity, max(1, maxConflictEvidence/len(roots)))...)
			}
		}
		slices.Sort(conflict.Devices)
		if conflict.Devices = slices.Compact(conflict.Devices); len(conflict.Devices) < 2 {
			continue // something stronger joined them after all
		}
		conflict.Evidence = r.evidenceIDs(obs)
		out = append(out, conflict)
	}
	return out
}

func first(set map[int]bool, n int) []int {
	list := make([]int, 0, len(set))
	for o := range set {
		list = append(list, o)
	}
	slices.Sort(list)
	return list[:min(n, len(list))]
}

// doubleClaims returns the addresses that several devices claim.
func (r *resolver) doubleClaims() []topology.Conflict {
	var out []topology.Conflict
	for _, d := range r.a.twice {
		conflict := topology.Conflict{Kind: topology.ConflictAddress}
		obs := make(map[int]bool)
		for _, c := range d.claims {
			if id := r.ids[r.g.find(c.subject)]; id != "" {
				conflict.Devices = append(conflict.Devices, id)
			}
			obs[c.obs] = true
		}
		slices.Sort(conflict.Devices)
		conflict.Devices = slices.Compact(conflict.Devices)
		conflict.What = fmt.Sprintf("%s is claimed by %d devices", d.ip, len(conflict.Devices))
		conflict.WhatJA = fmt.Sprintf("%s を %d 台の機器が名乗っている", d.ip, len(conflict.Devices))
		conflict.Evidence = r.evidenceIDs(first(obs, maxConflictEvidence))
		out = append(out, conflict)
	}
	return out
}

// proxyConflicts returns the MAC addresses that answer for many addresses.
func (r *resolver) proxyConflicts() []topology.Conflict {
	obs := make(map[fact.MAC]map[int]bool)
	for _, c := range r.c.claims {
		if c.strength != byResolution || r.a.proxies[c.mac] == 0 {
			continue
		}
		if obs[c.mac] == nil {
			obs[c.mac] = make(map[int]bool)
		}
		obs[c.mac][c.obs] = true
	}
	var out []topology.Conflict
	for m, n := range r.a.proxies {
		conflict := topology.Conflict{
			Kind:     topology.ConflictProxy,
			What:     fmt.Sprintf("%s answers for %d addresses: a proxy, or a station that puts itself between others", m, n),
			WhatJA:   fmt.Sprintf("%s が %d 個のアドレスに応答している。代理応答か、通信の間に入り込む機器", m, n),
			Evidence: r.evidenceIDs(first(obs[m], maxConflictEvidence)),
		}
		if s, ok := r.c.macs[m]; ok && r.ids[r.g.find(s)] != "" {
			conflict.Devices = []topology.DeviceID{r.ids[r.g.find(s)]}
		}
		out = append(out, conflict)
	}
	return out
}

func (r *resolver) evidenceIDs(obs []int) []topology.EvidenceID {
	slices.Sort(obs)
	out := make([]topology.EvidenceID, 0, len(obs))
	for _, o := range slices.Compact(obs) {
		out = append(out, topology.EvidenceID(r.c.obs[o].ID))
	}
	return out
}

// subnetList returns the subnets that the site declares or evidence shows.
func (r *resolver) subnetList() []Subnet {
	known := r.c.knownSubnets()
	table := prefixTable(known)
	heard := make(map[netip.Prefix]bool)
	for ip, o := range r.a.owners {
		p, ok := table.find(ip)
		if ok && r.ids[r.g.find(o)] != "" && r.heardOnWire(ip) {
			heard[p] = true
		}
	}
	out := make([]Subnet, 0, len(known))
	for _, p := range known {
		s := Subnet{Prefix: p, Heard: heard[p]}
		for _, o := range r.c.subnets[p][:min(maxConflictEvidence, len(r.c.subnets[p]))] {
			s.Evidence = append(s.Evidence, topology.EvidenceID(r.c.obs[o].ID))
		}
		out = append(out, s)
	}
	return out
}

// heardOnWire reports whether more than a device's own table says that an
// address is in use.
func (r *resolver) heardOnWire(ip netip.Addr) bool {
	return slices.ContainsFunc(r.a.byIP[ip], func(c claim) bool { return c.strength < byOwnTable })
}
