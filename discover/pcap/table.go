package pcap

import (
	"fmt"
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
	sent        uint64 // count when it was last emitted
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
type entry struct {
	tally
	source  string
	fact    fact.Fact
	key     any
	station uint64 // that sent it first; 0: none
	host    uint64 // hash of the address that sent it first
}

// table holds the facts of one sort, up to a limit, in the order in which they
// were first seen.
type table struct {
	what  string // for the gap that is told when it is full
	limit int
	byKey map[any]*entry
	order []*entry
	room  room
	from  *analyzer // that knows who sent the frame at hand, and who is there
}

func newTable(what string, limit int) *table {
	return &table{what: what, limit: limit, byKey: make(map[any]*entry)}
}

// note counts a fact that holds no lists, and so is its own key.
func (t *table) note(source string, f fact.Fact, at moment) { t.noteAs(source, f, f, at) }

// noteAs counts a fact. Facts with the same key are the same.
func (t *table) noteAs(source string, key any, f fact.Fact, at moment) {
	e := t.byKey[key]
	if e == nil {
		if len(t.order) >= t.limit && (!t.room.wanted() || !t.sweep()) {
			t.room.lost++
			return
		}
		from := t.from.origin
		e = &entry{source: source, fact: f, key: key, station: from.station, host: t.from.hostHash(from.ip)}
		t.byKey[key] = e
		t.order = append(t.order, e)
	}
	e.see(at)
}

// flush emits what is new; at the end all that changed since it was last
// emitted, and what it emitted is freed.
func (t *table) flush(to emit, end bool) error {
	if end {
		t.byKey = nil
	}
	for i, e := range t.order {
		if end {
			t.order[i] = nil
		}
		if e.sent == e.count || e.sent > 0 && !end || !end && e.count == 1 && !t.room.soon(t.limit) {
			continue
		}
		e.sent = e.count
		if err := to(e.source, e.fact, e.sighting()); err != nil {
			return err
		}
	}
	return nil
}

// gap tells what did not fit.
func (t *table) gap() (fact.Gap, bool) { return gap(t.what, t.limit, t.room.lost) }

func gap(what string, limit int, lost uint64) (fact.Gap, bool) {
	return fact.Gap{
		What: what,
		Why:  fmt.Sprintf("more than %d different ones; %d sightings beyond that were not kept", limit, lost),
	}, lost > 0
}

// listKey is the key of a fact that holds lists.
type listKey struct {
	kind fact.Kind
	text string
}

// keyOf makes the key of a fact that holds lists: its content in the syntax of
// Go, which quotes texts, so that no two facts have the same.
func keyOf(f fact.Fact) listKey { return listKey{kind: f.Kind(), text: fmt.Sprintf("%#v", f)} }
