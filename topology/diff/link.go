package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kanmon/topology"
)

// pairKey is a pair of devices that are next to each other, whatever the ports.
type pairKey struct {
	layer int
	a, b  topology.DeviceID
}

func ends(l topology.Link, now func(topology.DeviceID) topology.DeviceID) (a, b topology.Endpoint) {
	a, b = l.A, l.B
	a.Device, b.Device = now(a.Device), now(b.Device)
	if cmp.Or(strings.Compare(string(a.Device), string(b.Device)), strings.Compare(a.Port, b.Port)) > 0 {
		a, b = b, a
	}
	return a, b
}

// links compares links by their devices and ports, then by their devices: a
// port that got a name is the same link.
func links(from, to []topology.Link, same identity, names map[topology.DeviceID]string) Delta[topology.Link] {
	still := func(d topology.DeviceID) topology.DeviceID { return d }
	type full struct {
		pairKey
		pa, pb string
	}
	fullKey := func(l topology.Link, now func(topology.DeviceID) topology.DeviceID) full {
		a, b := ends(l, now)
		return full{pairKey{l.Layer, a.Device, b.Device}, a.Port, b.Port}
	}
	p := pairing[topology.Link]{from: from, to: to}
	p.match(func(l topology.Link) any { return fullKey(l, same.now) }, func(l topology.Link) any { return fullKey(l, still) })
	p.match(func(l topology.Link) any { return fullKey(l, same.now).pairKey }, func(l topology.Link) any { return fullKey(l, still).pairKey })
	return p.delta(func(l topology.Link) string { return l.ID }, func(o, n topology.Link) *Change {
		var f fields
		oa, ob := ends(o, same.now)
		na, nb := ends(n, still)
		f.text("a.port", oa.Port, na.Port)
		f.text("b.port", ob.Port, nb.Port)
		f.text("grade", string(o.Grade), string(n.Grade))
		if len(f) == 0 {
			return nil
		}
		return &Change{ID: n.ID, OldID: otherID(o.ID, n.ID), Name: fmt.Sprintf("%s – %s", names[na.Device], names[nb.Device]), Fields: f}
	})
}

// pairing pairs the elements of two lists, in rounds of ever weaker keys.
type pairing[T any] struct {
	from, to []T
	old      map[int]int // index in to: index in from
	taken    map[int]bool
}

// match pairs what has the same key and is not paired yet, in the order of the
// lists.
func (p *pairing[T]) match(keyFrom, keyTo func(T) any) {
	p.matchIf(keyFrom, keyTo, func(T, T) bool { return true })
}

// matchIf pairs only what ok says yes to.
func (p *pairing[T]) matchIf(keyFrom, keyTo func(T) any, ok func(o, n T) bool) {
	if p.old == nil {
		p.old, p.taken = make(map[int]int), make(map[int]bool)
	}
	byKey := make(map[any][]int)
	for i, x := range p.from {
		if !p.taken[i] {
			byKey[keyFrom(x)] = append(byKey[keyFrom(x)], i)
		}
	}
	for j, x := range p.to {
		if _, done := p.old[j]; done {
			continue
		}
		for _, i := range byKey[keyTo(x)] {
			if !p.taken[i] && ok(p.from[i], x) {
				p.old[j], p.taken[i] = i, true
				break
			}
		}
	}
}

// delta returns what was not paired, and what compare says of the pairs.
func (p *pairing[T]) delta(id func(T) string, compare func(o, n T) *Change) Delta[T] {
	var d Delta[T]
	for j, x := range p.to {
		i, ok := p.old[j]
		if !ok {
			d.Came = append(d.Came, x)
		} else if c := compare(p.from[i], x); c != nil {
			d.Changed = append(d.Changed, *c)
		}
	}
	for i, x := range p.from {
		if !p.taken[i] {
			d.Went = append(d.Went, x)
		}
	}
	byID := func(a, b T) int { return strings.Compare(id(a), id(b)) }
	slices.SortFunc(d.Came, byID)
	slices.SortFunc(d.Went, byID)
	sortChanges(d.Changed)
	return d
}
