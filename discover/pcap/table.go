package pcap

import (
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
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
	var place [32]byte
	return fact.Sighting{
		Place: string(strconv.AppendUint(append(place[:0], "frame "...), t.frame, 10)),
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
	fact     fact.Fact
	id       uint64
	station  uint64 // that sent it first; 0: none
	host     uint64 // hash of the address that sent it first
	protocol uint16 // that it was heard in, by number
	sent     bool   // was emitted
	more     bool   // was seen since
}

func (e *entry) see(at moment) {
	e.tally.see(at)
	e.more = true
}

// table holds the facts of one sort, up to a limit, in the order in which they
// were first seen. They are told apart by a keyed hash of what makes them the
// ones that they are: who does not know the key cannot make two the same, and by
// chance two of a full table are once in ten thousand million captures.
type table struct {
	what  string // for the gap that is told when it is full
	limit int
	index index
	slab  slab[entry] // no place of which is used again
	room  room
	from  *analyzer // that knows who sent the frame at hand, and who is there
}

func newTable(of *analyzer, what string, limit int) *table {
	return &table{what: what, limit: limit, from: of}
}

// idOf tells by what a fact is told apart from the others of its table.
func idOf[T comparable](a *analyzer, of T) uint64 { return maphash.Comparable(a.seed, of) }

// idOfList is idOf for a fact that holds lists: its content in the syntax of Go,
// which quotes texts, so that no two facts have the same.
func idOfList(a *analyzer, f fact.Fact) uint64 {
	a.text = fmt.Appendf(a.text[:0], "%#v", f)
	return maphash.Bytes(a.seed, a.text)
}

// get returns what is known of a fact; nil: nothing.
func (t *table) get(id uint64) *entry {
	for place := range t.index.places(id) {
		if e := t.slab.at(place); e.id == id {
			return e
		}
	}
	return nil
}

// all returns the entries in their order.
func (t *table) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for place := range t.slab.used {
			if !yield(t.slab.at(place)) {
				return
			}
		}
	}
}

// note counts a fact that holds no lists, heard in the given protocol.
func note[T comparableFact](t *table, protocol string, f T, at moment) {
	noteAs(t, protocol, idOf(t.from, f), f, at)
}

// comparableFact is a fact that holds no lists.
type comparableFact interface {
	comparable
	fact.Fact
}

// noteAs counts a fact. Most were noted before, and are not copied again.
func noteAs[T fact.Fact](t *table, protocol string, id uint64, f T, at moment) {
	e := t.get(id)
	if e == nil {
		if e = t.add(protocol, id, f); e == nil {
			return
		}
	}
	e.see(at)
}

// add holds a new fact; nil: there is no room for it.
func (t *table) add(protocol string, id uint64, f fact.Fact) *entry {
	if t.slab.used >= t.limit && (!t.room.wanted() || !t.sweep()) {
		t.room.lost++
		return nil
	}
	from := t.from.origin
	place, e := t.slab.take()
	e.fact, e.id, e.station, e.host, e.protocol = f, id, from.station, t.from.hostHash(packed(from.ip)), uint16(t.from.protocols.number(protocol))
	t.index.add(id, place)
	return e
}

// flush emits what is new; at the end all that changed since it was last
// emitted, and what it emitted is freed.
func (t *table) flush(to emit, end bool) error {
	if end {
		t.index = index{}
	}
	for place := range t.slab.used {
		e := t.slab.at(place)
		if !e.more || e.sent && !end || !end && e.count == 1 && !t.room.soon(t.limit) {
			continue
		}
		e.sent, e.more = true, false
		if err := to("pcap/"+t.from.protocols[e.protocol], e.fact, e.sighting()); err != nil {
			return err
		}
		if end {
			e.fact = nil
		}
	}
	if end {
		t.slab = slab[entry]{}
	}
	return nil
}

// gap tells what did not fit.
func (t *table) gap() (fact.Gap, bool) { return gap(t.what, t.limit, t.room.lost) }

func gap(what string, limit int, lost uint64) (fact.Gap, bool) {
	return fact.Gap{
		What: what,
		Why:  fmt.Sprintf("more than %d different ones; %d sightings beyond that were not kept", limit, lost),
		Code: fact.GapTable, Args: []string{what, strconv.Itoa(limit), strconv.FormatUint(lost, 10)},
	}, lost > 0
}

// names are texts that many entries hold, by number. They are as many as there
// are protocols.
type names []string

// number returns the number of a name.
func (n *names) number(name string) int {
	i := slices.Index(*n, name)
	if i < 0 {
		i = len(*n)
		*n = append(*n, name)
	}
	return i
}
