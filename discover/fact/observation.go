package fact

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ID identifies an observation by content: the first 12 octets of the SHA-256
// of its source, kind and fact, in hexadecimal. The same fact from the same
// kind of source has the same ID whichever input it was read from.
type ID string

// Observation is one fact, how it was learned, and every sighting of it.
type Observation struct {
	ID     ID
	Source string // how it was learned, as a path: "pcap/arp", "snmp/lldp", "nmap/port"
	Fact   Fact
	Seen   []Sighting // sorted, one for each input and vantage, never empty
}

// Sighting says where and when one input showed a fact.
type Sighting struct {
	Input   string    `json:"input"`             // digest of the input, or name of a live session; see InputRead
	Vantage string    `json:"vantage,omitempty"` // where in the network it was seen from, as the operator names it
	Place   string    `json:"place,omitempty"`   // place in the input: "frame 12", "line 3", "host 10.0.0.1"
	First   time.Time `json:"first,omitzero"`    // when it first held on the wire, UTC; zero where not known
	Last    time.Time `json:"last,omitzero"`     // when it last held
	Count   uint64    `json:"count,omitempty"`   // how often it was seen in this input
}

// New returns the observation of f from source. Every text in f is cleaned
// first (see Clean), so that no name heard on the wire gets further as it was.
func New(source string, f Fact, seen ...Sighting) (Observation, error) {
	m := Maker{content: make([]byte, 0, 512)}
	return m.New(source, f, seen...)
}

// Maker makes many observations, one after the other, with less work for each.
// The zero value is ready for use. It is not safe for concurrent use.
type Maker struct {
	content []byte // of which the ID is the hash; to be used again
}

// New does what the function New does.
func (m *Maker) New(source string, f Fact, seen ...Sighting) (Observation, error) {
	head := append(m.content[:0], source...)
	head = append(append(append(head, 0), f.Kind()...), 0)
	b, err := appendJSON(head, f)
	if err == nil && !plainJSON(b[len(head):]) {
		f = cleanFact(f)
		b, err = appendJSON(head, f)
	}
	if err != nil {
		return Observation{}, fmt.Errorf("encode %s fact: %w", f.Kind(), err)
	}
	m.content = b
	sum := sha256.Sum256(b)
	var id [24]byte
	hex.Encode(id[:], sum[:12])
	o := Observation{ID: ID(id[:]), Source: source, Fact: f, Seen: make([]Sighting, 0, len(seen))}
	for _, s := range seen {
		o.addSighting(s)
	}
	return o, nil
}

// First returns when the fact first held, over all sightings; zero where none
// knows.
func (o Observation) First() time.Time {
	var t time.Time
	for _, s := range o.Seen {
		if !s.First.IsZero() && (t.IsZero() || s.First.Before(t)) {
			t = s.First
		}
	}
	return t
}

// Last returns when the fact last held, over all sightings; zero where none
// knows.
func (o Observation) Last() time.Time {
	var t time.Time
	for _, s := range o.Seen {
		if s.Last.After(t) {
			t = s.Last
		}
	}
	return t
}

// addSighting merges s into o: for one input and vantage the earliest first,
// the latest last and the greatest count, since the same input may be read
// more than once.
func (o *Observation) addSighting(s Sighting) {
	s.Vantage, s.Place = Clean(s.Vantage), Clean(s.Place)
	s.First, s.Last = s.First.UTC().Round(0), s.Last.UTC().Round(0)
	i, found := slices.BinarySearchFunc(o.Seen, s, func(a, b Sighting) int {
		return cmp.Or(strings.Compare(a.Input, b.Input), strings.Compare(a.Vantage, b.Vantage))
	})
	if !found {
		o.Seen = slices.Insert(o.Seen, i, s)
		return
	}
	t := &o.Seen[i]
	if earlier(s, *t) {
		t.Place = s.Place
	}
	if t.First.IsZero() || !s.First.IsZero() && s.First.Before(t.First) {
		t.First = s.First
	}
	if s.Last.After(t.Last) {
		t.Last = s.Last
	}
	t.Count = max(t.Count, s.Count)
}

// earlier reports whether the place of a is to be kept rather than that of b.
func earlier(a, b Sighting) bool {
	if !a.First.Equal(b.First) {
		return b.First.IsZero() || !a.First.IsZero() && a.First.Before(b.First)
	}
	return cmp.Or(cmp.Compare(len(a.Place), len(b.Place)), strings.Compare(a.Place, b.Place)) < 0
}

// Set is a collection of observations in which each fact stands once. The zero
// value is empty and ready for use. It is not safe for concurrent use.
type Set struct {
	byID map[ID]*Observation
}

// Add merges o into the set.
func (s *Set) Add(o Observation) {
	if s.byID == nil {
		s.byID = make(map[ID]*Observation)
	}
	have, ok := s.byID[o.ID]
	if !ok {
		o.Seen = slices.Clone(o.Seen)
		s.byID[o.ID] = &o
		return
	}
	for _, t := range o.Seen {
		have.addSighting(t)
	}
}

// Len returns how many different facts the set holds.
func (s *Set) Len() int { return len(s.byID) }

// Sorted returns the observations ordered by ID.
func (s *Set) Sorted() []Observation {
	out := make([]Observation, 0, len(s.byID))
	for _, o := range s.byID {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Observation) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}
