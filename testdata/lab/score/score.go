package score

import (
	"fmt"
	"slices"
	"strings"

	"kanmon/testdata/lab"
	"kanmon/topology"
)

// Level is how much was done to learn: each does what the one before does.
type Level string

// Levels.
const (
	Passive Level = "passive" // the mirror ports
	SNMP    Level = "snmp"    // and all agents asked
	Probe   Level = "probe"   // and probes
)

// Levels returns them from the quietest.
func Levels() []Level { return []Level{Passive, SNMP, Probe} }

// shows reports whether something can be known at the level.
func (l Level) shows(known []lab.Vantage) bool {
	return slices.ContainsFunc(known, func(v lab.Vantage) bool {
		return v.Passive() || v == lab.BySNMP && l != Passive || v == lab.ByProbe && l == Probe
	})
}

// Tally compares one kind of thing.
type Tally struct {
	Kind     string
	True     int // there are
	Knowable int // of them, by what the level shows
	Found    int // of them all, in the snapshot
	Expected int // of those that can be known, in the snapshot
	Shown    int // in the snapshot, right or wrong
	Missed   []string
	Wrong    []string
}

// Precision is the part of what is shown that is right; 1 where nothing is.
func (t Tally) Precision() float64 { return part(t.Found, t.Shown) }

// Recall is the part of what there is that was found.
func (t Tally) Recall() float64 { return part(t.Found, t.True) }

// RecallOfKnowable is the part of what can be known that was found.
func (t Tally) RecallOfKnowable() float64 { return part(t.Expected, t.Knowable) }

func part(of, all int) float64 {
	if all == 0 {
		return 1
	}
	return float64(of) / float64(all)
}

// Result is the score of a snapshot.
type Result struct {
	Level   Level
	Tallies []Tally
	// WaysOut says of each true way out, by its ID, how it is shown: its grade
	// and status, or "missed".
	WaysOut map[string]string
	// Alarms are ways out that the snapshot does not call approved, though there
	// is none, or it is approved.
	Alarms []string
}

// Tally returns that of a kind.
func (r Result) Tally(kind string) Tally {
	for _, t := range r.Tallies {
		if t.Kind == kind {
			return t
		}
	}
	return Tally{Kind: kind}
}

// Kinds of tallies.
const (
	Devices    = "devices"
	Links      = "links"      // pairs of nodes with a cable between them
	Ports      = "ports"      // ends of cables at managed switches
	Interfaces = "interfaces" // of managed switches
	Hops       = "routes"     // pairs of nodes, one the next hop of the other
	Subnets    = "subnets"    // of the zones that were found, not declared
	WaysOut    = "ways out"
)

// Of compares a snapshot with the truth.
func Of(site lab.Site, s *topology.Snapshot, level Level) Result {
	m := match(site, s)
	r := Result{Level: level, WaysOut: map[string]string{}}
	r.Tallies = []Tally{devices(site, s, level, m), links(site, s, level, m), ports(site, s, level, m), interfaces(site, s, level, m), hops(site, s, level, m), subnets(site, s)}
	r.Tallies = append(r.Tallies, r.waysOut(site, s, m))
	return r
}

// one counts a thing that is there.
func (t *Tally) one(name string, knowable, found bool) {
	t.True++
	if knowable {
		t.Knowable++
	}
	switch {
	case found && knowable:
		t.Expected++
		t.Found++
	case found:
		t.Found++
	case knowable:
		t.Missed = append(t.Missed, name)
	}
}

func devices(site lab.Site, s *topology.Snapshot, level Level, m matching) Tally {
	t := Tally{Kind: Devices}
	found := map[string]bool{}
	for _, d := range s.Devices {
		name := m.node[d.ID]
		switch {
		case name == "" && m.outside[d.ID]:
			continue
		case name == "":
			t.Wrong = append(t.Wrong, "there is none: "+d.Name)
		case found[name]:
			t.Wrong = append(t.Wrong, "a second time: "+name)
		}
		t.Shown++
		found[name] = true
	}
	for _, n := range site.Nodes {
		t.one(n.Name, level.shows(n.Known), found[n.Name])
	}
	for _, names := range m.merged {
		t.Wrong = append(t.Wrong, "one for two: "+names)
	}
	return t
}

// shown are the pairs of nodes that a snapshot links at a layer.
func shown(s *topology.Snapshot, layer int, m matching, t *Tally) map[pair]bool {
	out := map[pair]bool{}
	for _, l := range s.Links {
		if l.Layer != layer || m.outside[l.A.Device] || m.outside[l.B.Device] {
			continue
		}
		if m.node[l.A.Device] == "" || m.node[l.B.Device] == "" {
			t.Shown++
			t.Wrong = append(t.Wrong, "an end is none: "+m.label[l.A.Device]+" - "+m.label[l.B.Device])
			continue
		}
		out[pairOf(m.node[l.A.Device], m.node[l.B.Device])] = true
	}
	t.Shown += len(out)
	return out
}

// compare counts pairs; what is true comes with whether it can be known.
func compare(t *Tally, truth map[pair]bool, found map[pair]bool) {
	for p, knowable := range truth {
		t.one(p.String(), knowable, found[p])
	}
	for p := range found {
		if _, ok := truth[p]; !ok {
			t.Wrong = append(t.Wrong, "there is none: "+p.String())
		}
	}
	slices.Sort(t.Missed)
	slices.Sort(t.Wrong)
}

// links compares cables. Only switches know of them.
func links(site lab.Site, s *topology.Snapshot, level Level, m matching) Tally {
	t := Tally{Kind: Links}
	truth := map[pair]bool{}
	for _, w := range site.Links {
		truth[pairOf(w.A, w.B)] = level != Passive
	}
	compare(&t, truth, shown(s, 2, m, &t))
	return t
}

// ports compares the ends of cables at managed switches with those that links
// between the right pairs name. Wrong is a name at any device.
func ports(site lab.Site, s *topology.Snapshot, level Level, m matching) Tally {
	t := Tally{Kind: Ports}
	type end struct{ at, port, to string }
	named := map[end]bool{}
	for _, l := range s.Links {
		a, b := m.node[l.A.Device], m.node[l.B.Device]
		if l.Layer == 2 && wired(site, a, b) {
			named[end{a, l.A.Port, b}], named[end{b, l.B.Port, a}] = true, true
		}
	}
	for _, w := range site.Links {
		for _, e := range []end{{w.A, w.APort, w.B}, {w.B, w.BPort, w.A}} {
			if managed(site, e.at) {
				t.one(e.at+" "+e.port, level != Passive, named[e])
			}
			delete(named, e)
		}
	}
	t.Shown = t.Found
	for e := range named {
		if e.port != "" {
			t.Shown++
			t.Wrong = append(t.Wrong, fmt.Sprintf("%s %s does not lead to %s", e.at, e.port, e.to))
		}
	}
	slices.Sort(t.Wrong)
	return t
}

func managed(site lab.Site, name string) bool {
	return slices.ContainsFunc(site.Nodes, func(n lab.Node) bool { return n.Name == name && n.Switch && !n.Unmanaged })
}

// interfaces compares those of managed switches: each with its name, its
// hardware address and its addresses.
func interfaces(site lab.Site, s *topology.Snapshot, level Level, m matching) Tally {
	t := Tally{Kind: Interfaces}
	key := func(node, name, mac string, addrs []string) string {
		return fmt.Sprintf("%s %s, %s, %s", node, name, strings.ToLower(mac), strings.Join(slices.Sorted(slices.Values(addrs)), " "))
	}
	shown := map[string]bool{}
	for _, d := range s.Devices {
		for _, i := range d.Interfaces {
			if node := m.node[d.ID]; managed(site, node) && i.Name != "" && i.Name != "lo" {
				shown[key(node, i.Name, i.MAC, i.IPs)] = true
			}
		}
	}
	t.Shown = len(shown)
	for _, n := range site.Nodes {
		for _, i := range n.Interfaces {
			if name := key(n.Name, i.Name, i.MAC, i.Addresses); managed(site, n.Name) && i.Name != "lo" {
				t.one(name, level != Passive, shown[name])
				delete(shown, name)
			}
		}
	}
	for name := range shown {
		t.Wrong = append(t.Wrong, "there is none: "+name)
	}
	slices.Sort(t.Wrong)
	return t
}

func hops(site lab.Site, s *topology.Snapshot, level Level, m matching) Tally {
	t := Tally{Kind: Hops}
	truth := map[pair]bool{}
	for _, h := range site.Hops {
		p := pairOf(h.From, h.Via)
		truth[p] = truth[p] || level.shows(h.Known)
	}
	compare(&t, truth, shown(s, 3, m, &t))
	return t
}

// subnets compares prefixes of IPv4; agents tell them all.
func subnets(site lab.Site, s *topology.Snapshot) Tally {
	t := Tally{Kind: Subnets}
	found := map[string]bool{}
	for _, z := range s.Zones {
		for _, p := range z.Prefixes {
			if !z.Declared && p.Addr().Is4() {
				found[p.String()] = true
			}
		}
	}
	t.Shown = len(found)
	for _, sub := range site.Subnets {
		t.one(sub.Prefix, true, found[sub.Prefix])
		delete(found, sub.Prefix)
	}
	for p := range found {
		t.Wrong = append(t.Wrong, "there is none: "+p)
	}
	slices.Sort(t.Wrong)
	return t
}

// waysOut compares ways out: right is one through the same node, of the same
// category. Where a node has several of a category, those whose other side is
// the same are matched first.
func (r *Result) waysOut(site lab.Site, s *topology.Snapshot, m matching) Tally {
	t := Tally{Kind: WaysOut, Shown: len(s.ExternalConnections)}
	by := map[string]*topology.ExternalConnection{}
	used := map[string]bool{}
	for _, sameRemote := range []bool{true, false} {
		for _, w := range site.WaysOut {
			for i := range s.ExternalConnections {
				c := &s.ExternalConnections[i]
				if by[w.ID] == nil && !used[c.ID] && c.Category == w.Category && m.node[c.Device] == w.Device &&
					(!sameRemote || meets(c.Remote, w.Remote)) {
					by[w.ID], used[c.ID] = c, true
				}
			}
		}
	}
	for _, w := range site.WaysOut {
		c := by[w.ID]
		t.one(w.ID, r.Level.shows(w.Known), c != nil)
		r.WaysOut[w.ID] = "missed"
		if c != nil {
			r.WaysOut[w.ID] = fmt.Sprintf("%s, %s", c.Grade, c.Status)
			if w.Approved && c.Status != topology.Approved {
				r.Alarms = append(r.Alarms, "it is approved: "+w.ID)
			}
		}
	}
	for _, c := range s.ExternalConnections {
		if used[c.ID] {
			continue
		}
		why := "there is none"
		for _, w := range site.WaysOut {
			switch {
			case m.node[c.Device] != w.Device:
			case c.Category == w.Category:
				why = "a second time"
			case by[w.ID] == nil && why == "there is none":
				why = "should be " + string(w.Category)
			}
		}
		wrong := fmt.Sprintf("%s: %s through %s", why, c.Category, m.label[c.Device])
		t.Wrong = append(t.Wrong, wrong)
		if c.Status != topology.Approved {
			r.Alarms = append(r.Alarms, wrong)
		}
	}
	return t
}

func meets(r topology.Remote, want []string) bool {
	have := slices.Clone(r.Names)
	for _, a := range r.Addresses {
		have = append(have, a.String())
	}
	return slices.ContainsFunc(have, func(h string) bool {
		return slices.ContainsFunc(want, func(w string) bool { return strings.EqualFold(h, w) })
	})
}
