package pcap

import (
	"fmt"
	"hash/maphash"
	"iter"
	"strconv"
	"time"

	"kanmon/discover/fact"
)

// moment is when and where something was seen.
type moment struct {
	nanos int64 // since 1970; 0 where not known
	frame uint64
}

// tally counts how often something was seen, from when to when.
type tally struct {
	first, last int64
	frame       uint64 // of the first time
	count       uint64
}

func (t *tally) see(at moment) {
	if t.count == 0 {
		t.frame = at.frame
	}
	t.count++
	if at.nanos == 0 {
		return
	}
	if at.nanos > t.last {
		t.last = at.nanos
	}
	if at.nanos < t.first || t.first == 0 {
		t.first = at.nanos
	}
}

// add merges what another tally of the same thing counted since.
func (t *tally) add(o tally) {
	if t.count == 0 || o.frame < t.frame {
		t.frame = o.frame
	}
	if t.count == 0 || t.first == 0 || o.first != 0 && o.first < t.first {
		t.first = o.first
	}
	t.last = max(t.last, o.last)
	t.count += o.count
}

func (t *tally) sighting() fact.Sighting {
	return fact.Sighting{
		Place: "frame " + strconv.FormatUint(t.frame, 10),
		First: when(t.first), Last: when(t.last), Count: t.count,
	}
}

func when(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}

// emit takes one fact and where it was seen.
type emit func(source string, f fact.Fact, s fact.Sighting) error

// entry is a fact and how often it was seen.
type entry[K comparable] struct {
	tally
	sent    uint64 // count when it was last emitted
	source  string
	fact    fact.Fact
	key     K
	station uint64 // that sent it first; 0: none
	host    uint64 // hash of the address that sent it first
}

// table holds the facts of one sort, up to a limit, in the order in which they
// were first seen. Facts with the same key are the same.
type table[K comparable] struct {
	what  string // for the gap that is told when it is full
	limit int
	index index
	slab  slab[entry[K]] // no place of which is used again
	room  room
	from  *analyzer // that knows who sent the frame at hand, and who is there
}

func newTable[K comparable](of *analyzer, what string, limit int) *table[K] {
	return &table[K]{what: what, limit: limit, from: of}
}

// get returns what is known of the fact with that key; nil: nothing.
func (t *table[K]) get(key K) *entry[K] {
	place, ok := t.find(t.hash(key), key)
	if !ok {
		return nil
	}
	return t.slab.at(place)
}

func (t *table[K]) find(hash uint64, key K) (int, bool) {
	for place := range t.index.places(hash) {
		if t.slab.at(place).key == key {
			return place, true
		}
	}
	return 0, false
}

func (t *table[K]) hash(key K) uint64 { return maphash.Comparable(t.from.seed, key) }

// all returns the entries in their order.
func (t *table[K]) all() iter.Seq[*entry[K]] {
	return func(yield func(*entry[K]) bool) {
		for place := range t.slab.used {
			if !yield(t.slab.at(place)) {
				return
			}
		}
	}
}

// noteAs counts a fact.
func (t *table[K]) noteAs(source string, key K, f fact.Fact, at moment) {
	hash := t.hash(key)
	place, ok := t.find(hash, key)
	if !ok {
		if t.slab.used >= t.limit && (!t.room.wanted() || !t.sweep()) {
			t.room.lost++
			return
		}
		from := t.from.origin
		var e *entry[K]
		place, e = t.slab.take()
		e.source, e.fact, e.key, e.station, e.host = source, f, key, from.station, t.from.hostHash(packed(from.ip))
		t.index.add(hash, place)
	}
	t.slab.at(place).see(at)
}

// flush emits what is new; at the end all that changed since it was last
// emitted, and what it emitted is freed.
func (t *table[K]) flush(to emit, end bool) error {
	if end {
		t.index = index{}
	}
	for place := range t.slab.used {
		e := t.slab.at(place)
		if e.sent == e.count || e.sent > 0 && !end || !end && e.count == 1 && !t.room.soon(t.limit) {
			continue
		}
		e.sent = e.count
		if err := to(e.source, e.fact, e.sighting()); err != nil {
			return err
		}
		if end {
			*e = entry[K]{}
		}
	}
	if end {
		t.slab = slab[entry[K]]{}
	}
	return nil
}

// gap tells what did not fit.
func (t *table[K]) gap() (fact.Gap, bool) { return gap(t.what, t.limit, t.room.lost) }

func gap(what string, limit int, lost uint64) (fact.Gap, bool) {
	return fact.Gap{
		What: what,
		Why:  fmt.Sprintf("more than %d different ones; %d sightings beyond that were not kept", limit, lost),
		Code: fact.GapTable, Args: []string{what, strconv.Itoa(limit), strconv.FormatUint(lost, 10)},
	}, lost > 0
}

// factTable is a table of facts of which most are their own key.
type factTable struct{ table[any] }

func newFactTable(of *analyzer, what string, limit int) *factTable {
	return &factTable{*newTable[any](of, what, limit)}
}

// note counts a fact that holds no lists, and so is its own key.
func (t *factTable) note(source string, f fact.Fact, at moment) { t.noteAs(source, f, f, at) }

// listKey is the key of a fact that holds lists.
type listKey struct {
	kind fact.Kind
	text string
}

// keyOf makes the key of a fact that holds lists: its content in the syntax of
// Go, which quotes texts, so that no two facts have the same.
func keyOf(f fact.Fact) listKey { return listKey{kind: f.Kind(), text: fmt.Sprintf("%#v", f)} }
