package infer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"kanmon/topology"
)

// neighborAt is a device that a bridge hears at one of its ports.
type neighborAt struct {
	port   int
	device topology.DeviceID
}

// listen fills in which devices each bridge hears at its ports, but for those
// that spanning tree blocks: neighbour protocols and spanning tree tell.
func (f *fabric) listen() {
	f.heard = make([][]neighborAt, len(f.bridges))
	type heardBy struct {
		bridge int
		neighborAt
	}
	known := make(map[heardBy]bool)
	add := func(k portKey, d topology.DeviceID) {
		x, ok := f.number[k.device]
		if _, blocked := f.in.ports.blocked[k]; !ok || blocked || k.port == "" {
			return
		}
		name := cmp.Or(f.in.ports.names[portNumber{k.device, f.in.ports.byName[k]}], f.in.said[k], k.port)
		n := neighborAt{f.bridges[x].port(name), d}
		if !known[heardBy{x, n}] {
			known[heardBy{x, n}] = true
			f.heard[x] = append(f.heard[x], n)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(f.in.near), comparePortKey) {
		for _, d := range f.in.near[k] {
			add(k, d)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(f.in.ports.root), comparePortKey) {
		add(k, f.in.ports.root[k].bridge)
	}
}

func comparePortKey(a, b portKey) int {
	return cmp.Or(strings.Compare(string(a.device), string(b.device)), strings.Compare(a.port, b.port))
}

// segment is what ports of bridges are plugged into: a cable between two of
// them, an unmanaged switch between several, or whatever is behind one port.
type segment struct {
	ends     []bridgePort // sorted
	stations []int        // that are plugged in here
	beyond   []int        // bridges that are somewhere behind its only end
	crowd    int          // rows of tables that name one of its ends
}

// segments puts together the ports of bridges that face each other with no
// other bridge between them.
func (f *fabric) segments() {
	of := make(map[bridgePort]bridgePort) // union-find
	var find func(bridgePort) bridgePort
	find = func(p bridgePort) bridgePort {
		q, ok := of[p]
		if !ok || q == p {
			return p
		}
		q = find(q)
		of[p] = q
		return q
	}
	for x := range f.towards {
		for y := x + 1; y < len(f.towards); y++ {
			i, j := f.towards[x][y], f.towards[y][x]
			if i == none || j == none || !f.adjacent(x, y) {
				continue
			}
			a, b := find(bridgePort{x, int(i)}), find(bridgePort{y, int(j)})
			if a.compare(b) > 0 {
				a, b = b, a
			}
			of[b] = a
		}
	}
	f.segment = make([][]*segment, len(f.bridges))
	byRoot := make(map[bridgePort]*segment)
	for x, b := range f.bridges {
		f.segment[x] = make([]*segment, len(b.names))
		for p := range b.names {
			root := find(bridgePort{x, p})
			if byRoot[root] == nil {
				byRoot[root] = &segment{}
				f.all = append(f.all, byRoot[root])
			}
			s := byRoot[root]
			s.ends = append(s.ends, bridgePort{x, p})
			f.segment[x][p] = s
		}
	}
	for x := range f.towards {
		for y, p := range f.towards[x] {
			if p != none && len(f.segment[x][p].ends) == 1 {
				f.segment[x][p].beyond = append(f.segment[x][p].beyond, y)
			}
		}
	}
}

// adjacent reports whether no other bridge is between x and y, or could be.
func (f *fabric) adjacent(x, y int) bool {
	i, j := f.towards[x][y], f.towards[y][x]
	sure := f.hearsAt(x, int(i), y) || f.hearsAt(y, int(j), x)
	for z := range f.bridges {
		if z == x || z == y {
			continue
		}
		if f.separates(z, x, y) {
			return false
		}
		if sure || f.towards[z][x] != none && f.towards[z][y] != none {
			continue
		}
		a, b := f.towards[x][z], f.towards[y][z]
		if (a == i || a == none) && (b == j || b == none) && (a != none || b != none) {
			return false // it may be between them
		}
	}
	return true
}

func (f *fabric) hearsAt(x, port, y int) bool {
	return slices.Contains(f.heard[x], neighborAt{port, f.bridges[y].device})
}

// place finds the segments that each station is plugged into.
func (f *fabric) place() {
	f.knows = make([][]int, len(f.stations))
	for x, b := range f.bridges {
		for _, p := range b.places {
			if p.port != none {
				f.knows[p.station] = append(f.knows[p.station], x)
				f.segment[x][p.port].crowd++
			}
		}
	}
	for s, y := range f.self {
		if y != none && f.towards == nil {
			continue
		}
		for _, g := range f.segmentsOf(s) {
			if y == none || f.apart(g, y) {
				g.stations = append(g.stations, s)
			}
		}
	}
}

// apart reports whether a bridge whose address was learned on a segment has a
// cable of its own there, which passes no frames of others on, as one for its
// management: nobody is heard there, and the bridge at the segment's only end
// hears it, or is heard by it, at another port.
func (f *fabric) apart(g *segment, y int) bool {
	if len(g.ends) != 1 {
		return false
	}
	at := g.ends[0]
	i, j := f.towards[at.bridge][y], f.towards[y][at.bridge]
	return i != none && i != int32(at.port) && len(f.in.near[f.key(at)]) == 0 &&
		(f.hearsAt(at.bridge, int(i), y) || j != none && f.hearsAt(y, int(j), at.bridge))
}

// leastCrowded returns the port on which the fewest others were learned, of
// those on which no other bridge is heard: the one with most is an uplink.
func (f *fabric) leastCrowded(knows []int, s int) []*segment {
	var best *segment
	least, ties := 0, false
	for _, x := range knows {
		p := f.bridges[x].at(s)
		if slices.ContainsFunc(f.heard[x], func(n neighborAt) bool { return int32(n.port) == p && f.isBridge(n.device) }) {
			continue
		}
		crowd := f.segment[x][p].crowd
		switch {
		case best == nil || crowd < least:
			best, least, ties = f.segment[x][p], crowd, false
		case crowd == least:
			ties = true
		}
	}
	if best == nil || ties {
		return nil
	}
	return []*segment{best}
}

func (f *fabric) isBridge(d topology.DeviceID) bool {
	_, ok := f.number[d]
	return ok
}

// candidate is a segment where a station may be, and how many bridges agree.
type candidate struct {
	segment *segment
	support int
}

// segmentsOf returns where a station is plugged in: where the most bridges
// point, and, for one that is known in networks that are not joined, in each of
// them. Where as many point elsewhere, nowhere.
func (f *fabric) segmentsOf(s int) []*segment {
	knows := f.knows[s]
	if f.towards == nil {
		return f.leastCrowded(knows, s)
	}
	var list []candidate
	for _, x := range knows {
		g := f.segment[x][f.bridges[x].at(s)]
		if f.isHere(s, g) && !slices.ContainsFunc(list, func(c candidate) bool { return c.segment == g }) {
			list = append(list, candidate{g, f.support(s, g, knows)})
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.support, a.support) })
	var out []*segment
	for i, c := range list {
		if slices.ContainsFunc(out, func(g *segment) bool { return f.joined(g, c.segment) }) {
			continue // it was there once
		}
		if i+1 < len(list) && list[i+1].support == c.support && f.joined(c.segment, list[i+1].segment) {
			return out // nobody can tell which
		}
		out = append(out, c.segment)
	}
	return out
}

// isHere reports whether a station can be plugged into a segment: all bridges on
// it have it there, and no further bridge is behind it, or may be.
func (f *fabric) isHere(s int, g *segment) bool {
	if len(g.beyond) > 0 || len(g.ends) == 1 && f.in.ports.tagged[f.key(g.ends[0])] && f.mayBeBehind(s, g.ends[0].bridge) {
		return false
	}
	for _, e := range g.ends {
		if f.bridges[e.bridge].at(s) != int32(e.port) {
			return false
		}
	}
	return true
}

// mayBeBehind reports whether there is a bridge in the network of x of which x
// does not know where it is, and that may have a station behind it.
func (f *fabric) mayBeBehind(s, x int) bool {
	for y, b := range f.bridges {
		if y == x || f.part[y] != f.part[x] || f.towards[x][y] != none {
			continue
		}
		if p := b.at(s); p == none || p != f.towards[y][x] {
			return true
		}
	}
	return false
}

// support counts the bridges that have a station in the direction of a segment,
// less those that have it in another.
func (f *fabric) support(s int, g *segment, knows []int) int {
	n := 0
	for _, x := range knows {
		switch f.direction(x, g) {
		case f.bridges[x].at(s):
			n++
		case none:
		default:
			n--
		}
	}
	return n
}

// direction returns the port of a bridge that leads to a segment.
func (f *fabric) direction(x int, g *segment) int32 {
	for _, e := range g.ends {
		if e.bridge == x {
			return int32(e.port)
		}
	}
	for _, e := range g.ends {
		if p := f.towards[x][e.bridge]; p != none {
			return p
		}
	}
	return none
}

// joined reports whether two segments are in one network, as far as is known.
func (f *fabric) joined(a, b *segment) bool {
	return f.part[a.ends[0].bridge] == f.part[b.ends[0].bridge]
}
