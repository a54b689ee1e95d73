package resolve

import (
	"cmp"
	"slices"
	"strings"
)

// grouping puts subjects that are one device together: a union-find whose
// unions are refused where strong keys contradict each other.
type grouping struct {
	subjects []subject
	parent   []int
	state    map[int]*groupState // of roots; only where it is not empty
	strong   []bool              // of roots: has a strong key
	refused  []refusal
	dropped  map[string]bool // keys that several devices turned out to have
	keeper   map[string]int  // subject of the device that has such a key all the same
}

// groupState is what can contradict a union.
type groupState struct {
	serials, chassis []string
	own              map[string]bool // keys of the SNMP agents in the group
}

// refusal is a key that subjects share which contradict each other.
type refusal struct {
	key      key
	subjects []int // one of each group that was kept apart
}

// group returns the grouping of subjects.
func group(subjects []subject) *grouping {
	g := &grouping{
		subjects: subjects, state: make(map[int]*groupState), dropped: make(map[string]bool),
		keeper: make(map[string]int),
	}
	holders := make(map[string][]int)
	ranks := make(map[string]rank)
	for i := range subjects {
		g.add(i)
		for _, k := range subjects[i].keys {
			holders[k.text] = append(holders[k.text], i)
			if r, ok := ranks[k.text]; !ok || k.rank < r {
				ranks[k.text] = k.rank
			}
		}
	}
	keys := make([]key, 0, len(ranks))
	for text, r := range ranks {
		keys = append(keys, key{r, text})
	}
	slices.SortFunc(keys, key.compare)
	for _, k := range keys {
		if len(holders[k.text]) > 1 {
			g.join(k, holders[k.text])
		}
	}
	return g
}

// add makes a group of its own for subject i, the next one.
func (g *grouping) add(i int) {
	g.parent = append(g.parent, i)
	s := g.subjects[i]
	g.strong = append(g.strong, slices.ContainsFunc(s.keys, key.isStrong))
	if !s.agent && len(s.serials) == 0 && len(s.chassis) == 0 {
		return
	}
	st := &groupState{serials: s.serials, chassis: s.chassis}
	if s.agent {
		st.own = make(map[string]bool, len(s.keys))
		for _, k := range s.keys {
			st.own[k.text] = true
		}
	}
	g.state[i] = st
}

// find returns the least subject of i's group.
func (g *grouping) find(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// union puts two groups together. The lesser root stays the root.
func (g *grouping) union(a, b int) {
	a, b = g.find(a), g.find(b)
	if a == b {
		return
	}
	if b < a {
		a, b = b, a
	}
	g.parent[b] = a
	g.strong[a] = g.strong[a] || g.strong[b]
	sa, sb := g.state[a], g.state[b]
	delete(g.state, b)
	switch {
	case sb == nil:
	case sa == nil:
		g.state[a] = sb
	default:
		g.state[a] = mergeStates(sa, sb)
	}
}

func mergeStates(a, b *groupState) *groupState {
	if len(a.own) < len(b.own) {
		a, b = b, a
	}
	for k := range b.own {
		a.own[k] = true
	}
	return &groupState{
		serials: sortedUnion(a.serials, b.serials), chassis: sortedUnion(a.chassis, b.chassis), own: a.own,
	}
}

func sortedUnion(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// contradict reports whether two groups cannot be one device.
func (g *grouping) contradict(a, b int) bool {
	sa, sb := g.state[g.find(a)], g.state[g.find(b)]
	if sa == nil || sb == nil {
		return false
	}
	if len(sa.serials) > 0 && len(sb.serials) > 0 {
		return !overlap(sa.serials, sb.serials) // the same number outweighs what follows
	}
	if len(sa.chassis) > 0 && len(sb.chassis) > 0 && !overlap(sa.chassis, sb.chassis) {
		return !sa.hasAll(sb.chassis) && !sb.hasAll(sa.chassis) // ports that announce themselves as a chassis each
	}
	return false
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// hasAll reports whether an agent in the group lists all these MAC addresses as
// its own.
func (s *groupState) hasAll(macs []string) bool {
	return !slices.ContainsFunc(macs, func(m string) bool { return !s.own["mac:"+m] })
}

// join puts together the subjects that hold k, as far as k can.
func (g *grouping) join(k key, holders []int) {
	roots := g.roots(holders)
	switch {
	case len(roots) < 2:
		return
	case k.rank == rankAgent && isDefaultName(agentName(k.text)):
		g.dropped[k.text] = true
		return
	case k.rank == rankAnnounced:
		roots = g.weakAnd(k.text, roots, func(r int) bool { return g.strong[r] })
	case k.rank == rankLocalMAC:
		roots = g.weakAnd(k.text, roots, func(r int) bool { return g.state[r] != nil && g.state[r].own != nil })
	}
	if apart := g.apart(roots); len(apart) > 0 {
		g.refused = append(g.refused, refusal{k, apart})
		g.dropped[k.text] = true
		keep := g.keepers(k, apart)
		roots = slices.DeleteFunc(roots, func(r int) bool { return slices.Contains(apart, r) && !slices.Contains(keep, r) })
		if len(keep) == 1 {
			g.keeper[k.text] = keep[0]
		}
	}
	for _, r := range roots[min(1, len(roots)):] {
		g.union(roots[0], r)
	}
}

// agentName returns the name in the key of an agent that is known by its name.
func agentName(key string) string {
	if name, ok := strings.CutPrefix(key, "agent:config:name:"); ok {
		name, _, _ = strings.Cut(name, "@")
		return name
	}
	return strings.TrimPrefix(key, "agent:name:")
}

// keepers returns the groups that keep k although others contradict them: the
// one that announces this MAC address as its chassis; of several, those that
// are known by nothing else.
func (g *grouping) keepers(k key, apart []int) []int {
	var keep []int
	for _, r := range apart {
		if slices.ContainsFunc(g.state[r].chassis, func(m string) bool { return "mac:"+m == k.text }) {
			keep = append(keep, r)
		}
	}
	if len(keep) > 1 {
		keep = slices.DeleteFunc(keep, func(r int) bool { return !g.isSole(r) })
	}
	return keep
}

// roots returns the groups of subjects, each once, sorted.
func (g *grouping) roots(holders []int) []int {
	roots := make([]int, 0, len(holders))
	for _, h := range holders {
		roots = append(roots, g.find(h))
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// weakAnd returns the groups that are not special, and the special one where
// there is only one: a weak key may add to a device that is known otherwise,
// but never joins two of them.
func (g *grouping) weakAnd(text string, roots []int, special func(int) bool) []int {
	var weak, sp []int
	for _, r := range roots {
		if special(r) {
			sp = append(sp, r)
		} else {
			weak = append(weak, r)
		}
	}
	if len(sp) == 1 {
		return append(sp, weak...)
	}
	if len(sp) > 1 {
		g.dropped[text] = true
	}
	return weak
}

// maxPairs bounds the groups of one key that are compared each with each.
const maxPairs = 64

// apart returns the groups that contradict another of them. Groups that can
// only be contradicted alike, as neighbours that many switches report, are
// compared once for all.
func (g *grouping) apart(roots []int) []int {
	alike := make(map[string]int)
	like := make(map[int]int) // group to the one that is compared for it
	var compared []int
	for _, r := range roots {
		st := g.state[r]
		if st == nil || len(st.serials)+len(st.chassis) == 0 {
			continue
		}
		like[r] = r
		if st.own == nil {
			text := strings.Join(st.serials, "\x00") + "\x01" + strings.Join(st.chassis, "\x00")
			if first, ok := alike[text]; ok {
				like[r] = first
				continue
			}
			alike[text] = r
		}
		compared = append(compared, r)
	}
	bad := make(map[int]bool)
	for i, a := range compared {
		if len(bad) == len(compared) {
			break
		}
		for _, b := range compared[i+1:] {
			if len(compared) > maxPairs && bad[a] && bad[b] {
				continue
			}
			if g.contradict(a, b) {
				bad[a], bad[b] = true, true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(roots), func(r int) bool {
		first, ok := like[r]
		return !ok || !bad[first]
	})
}

// keysOf returns the keys of each group, strongest first, without those that
// turned out to be shared.
func (g *grouping) keysOf() map[int][]key {
	out := make(map[int][]key)
	for i, s := range g.subjects {
		r := g.find(i)
		for _, k := range s.keys {
			keeper, kept := g.keeper[k.text]
			if !g.dropped[k.text] || g.isSole(i) || kept && g.find(keeper) == r {
				out[r] = append(out[r], k)
			}
		}
	}
	for i, s := range g.subjects {
		if r := g.find(i); len(out[r]) == 0 { // nothing but shared keys: the agent in this input
			out[r] = []key{{rankAgent, strings.ReplaceAll(s.name, "\x00", "@")}}
		}
	}
	for r, keys := range out {
		slices.SortFunc(keys, func(a, b key) int {
			return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.rank, b.rank))
		})
		keys = slices.CompactFunc(keys, func(a, b key) bool { return a.text == b.text })
		slices.SortFunc(keys, key.compare)
		out[r] = keys
	}
	return out
}

// isSole reports whether the key of subject i, though shared, is all that it is
// known by: a MAC address that two agents list is still the key of the station
// heard with it.
func (g *grouping) isSole(i int) bool {
	return !g.subjects[i].agent && len(g.subjects[i].keys) == 1
}
