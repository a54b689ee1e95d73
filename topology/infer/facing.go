package infer

import (
	"slices"

	"kanmon/topology"
)

// Bounds on the comparison of forwarding tables. Of more stations than can be
// compared some are; of more bridges, each is looked at alone.
const (
	maxBridges  = 1000
	maxCompared = 400e6
	maxRounds   = 8
)

// doubt is the part of what two bridges have learned that may speak against the
// ports through which they are said to face each other, as 1/doubt: stations
// that have moved, and are not yet known to.
const doubt = 4

// ownWeight is as how many stations an address of a bridge itself counts, or that
// it is heard: stations move.
const ownWeight = 8

// face finds the port of each bridge that leads to each other one.
//
// A station that bridge x has learned at another port than the one that leads to
// y, and y at another than the one that leads to x, cannot exist (Lowekamp,
// O'Hallaron and Gross, Topology discovery for large Ethernet networks, 2001).
// So the ports are those of which the fewest of the stations that both have
// learned speak against; the addresses of the bridges themselves are among them.
// No table has to be complete for that. Where several ports are as good, none is
// taken.
func (f *fabric) face() {
	n := len(f.bridges)
	if n > maxBridges {
		return
	}
	f.towards = make([][]int32, n)
	for x := range f.towards {
		f.towards[x] = slices.Repeat([]int32{none}, n)
	}
	f.own = f.ownStations()
	step := 1 + n*n/2*len(f.stations)/maxCompared
	t := &tally{}
	for x := range n {
		for y := x + 1; y < n; y++ {
			t.reset(len(f.bridges[x].names), len(f.bridges[y].names))
			f.tally(t, x, y, step)
			i, j := t.best(none, none)
			f.towards[x][y], f.towards[y][x] = i, j
		}
	}
	f.follow()
	for round := 0; round < maxRounds && f.refine(t, step); round++ {
		f.follow()
	}
	f.join()
}

// refine looks again at the pairs of which a port is not known, now that those of
// others are: a third bridge that both reach is one more station.
func (f *fabric) refine(t *tally, step int) bool {
	changed := false
	for x := range f.bridges {
		for y := x + 1; y < len(f.bridges); y++ {
			i, j := f.towards[x][y], f.towards[y][x]
			if i != none && j != none {
				continue
			}
			t.reset(len(f.bridges[x].names), len(f.bridges[y].names))
			f.tally(t, x, y, step)
			f.tallyBridges(t, x, y)
			f.towards[x][y], f.towards[y][x] = t.best(i, j)
			changed = changed || f.towards[x][y] != i || f.towards[y][x] != j
		}
	}
	return changed
}

// tallyBridges counts the bridges of which two know at which port they are.
func (f *fabric) tallyBridges(t *tally, x, y int) {
	for z := range f.bridges {
		if i, j := f.towards[x][z], f.towards[y][z]; i != none && j != none {
			t.add(int(i), int(j), 1)
		}
	}
}

// ownStations returns the stations that are addresses of each bridge.
func (f *fabric) ownStations() [][]int {
	out := make([][]int, len(f.bridges))
	for s, b := range f.self {
		if b != none {
			out[b] = append(out[b], s)
		}
	}
	return out
}

// tally counts the stations that both bridges have learned, of many every
// step-th, and where each of them has learned the other's own addresses, or
// hears it by a protocol whose frames are not passed on.
func (f *fabric) tally(t *tally, x, y, step int) {
	a, b := f.bridges[x].places, f.bridges[y].places
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].station < b[0].station:
			a = a[1:]
			continue
		case a[0].station > b[0].station:
			b = b[1:]
			continue
		}
		if s := int(a[0].station); a[0].port != none && b[0].port != none && f.self[s] == none && s%step == 0 {
			t.add(int(a[0].port), int(b[0].port), 1)
		}
		a, b = a[1:], b[1:]
	}
	for _, s := range f.own[y] {
		if p := f.bridges[x].at(s); p != none {
			t.add(int(p), none, ownWeight)
		}
	}
	for _, s := range f.own[x] {
		if p := f.bridges[y].at(s); p != none {
			t.add(none, int(p), ownWeight)
		}
	}
	for _, p := range f.hears(x, f.bridges[y].device) {
		t.add(p, none, ownWeight)
	}
	for _, p := range f.hears(y, f.bridges[x].device) {
		t.add(none, p, ownWeight)
	}
}

// hears returns the ports on which a bridge hears a device, and that carry
// frames.
func (f *fabric) hears(x int, d topology.DeviceID) []int {
	var out []int
	for _, p := range f.heard[x] {
		if p.device == d {
			out = append(out, p.port)
		}
	}
	return out
}

// follow finds ports by those that are known: where z has x and y at different
// ports, x reaches y as it reaches z.
func (f *fabric) follow() {
	n := len(f.bridges)
	for changed := true; changed; {
		changed = false
		for x := range n {
			for y := range n {
				if x == y || f.towards[x][y] != none {
					continue
				}
				for z := range n {
					if z != x && z != y && f.towards[x][z] != none && f.separates(z, x, y) {
						f.towards[x][y], changed = f.towards[x][z], true
						break
					}
				}
			}
		}
	}
}

// join numbers the networks of bridges that know of each other.
func (f *fabric) join() {
	f.part = make([]int, len(f.bridges))
	for x := range f.part {
		f.part[x] = x
	}
	for x := range f.towards {
		for y, p := range f.towards[x] {
			if have, other := f.part[x], f.part[y]; p != none && have != other {
				for z := range f.part {
					if f.part[z] == other {
						f.part[z] = have
					}
				}
			}
		}
	}
}

// separates reports whether bridge z is known to have x and y at different
// ports.
func (f *fabric) separates(z, x, y int) bool {
	a, b := f.towards[z][x], f.towards[z][y]
	return a != none && b != none && a != b
}

// tally counts stations by the ports at which two bridges have learned them.
type tally struct {
	count      []int32 // [i*width+j]
	rows, cols []int32
	width      int
	total      int32
}

func (t *tally) reset(rows, cols int) {
	t.width, t.total = cols, 0
	t.count = resize(t.count, rows*cols)
	t.rows, t.cols = resize(t.rows, rows), resize(t.cols, cols)
}

func resize(s []int32, n int) []int32 {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// add counts a station at port i of one and port j of the other, none where it is
// that bridge itself, as so many.
func (t *tally) add(i, j int, weight int32) {
	t.total += weight
	if i != none {
		t.rows[i] += weight
	}
	if j != none {
		t.cols[j] += weight
	}
	if i != none && j != none {
		t.count[i*t.width+j] += weight
	}
}

// best returns the ports that face each other, each as far as it is certain;
// those that are known already are given.
func (t *tally) best(knownI, knownJ int32) (int32, int32) {
	if t.total == 0 {
		return knownI, knownJ
	}
	least := t.total
	bestI, bestJ := knownI, knownJ
	try := func(i, j int32, against int32) {
		switch {
		case against < least:
			least, bestI, bestJ = against, i, j
		case against == least:
			if i != bestI {
				bestI = none
			}
			if j != bestJ {
				bestJ = none
			}
		}
	}
	for i := int32(none); int(i) < len(t.rows); i++ {
		if knownI != none && i != knownI || knownI == none && i != none && t.rows[i] == 0 {
			continue
		}
		for j := int32(none); int(j) < len(t.cols); j++ {
			switch {
			case knownJ != none && j != knownJ, knownJ == none && j != none && t.cols[j] == 0, i == none && j == none:
			case i == none:
				try(i, j, t.total-t.cols[j])
			case j == none:
				try(i, j, t.total-t.rows[i])
			default:
				try(i, j, t.total-t.rows[i]-t.cols[j]+t.count[int(i)*t.width+int(j)])
			}
		}
	}
	if least*doubt > t.total {
		return knownI, knownJ
	}
	return bestI, bestJ
}
