package resolve

import (
	"time"

	"kanmon/discover/fact"
)

// mentionRow says that a row of a forwarding table is about a subject. Of what
// is in the tables of sixty switches a few rows are evidence enough; of the rest
// it counts when they were seen.
func (c *collector) mentionRow(s, enough int) {
	if s < 0 {
		return
	}
	r := c.fdbRows[s]
	if r == nil {
		r = &tableRows{}
		c.fdbRows[s] = r
	}
	if r.count++; r.count <= enough {
		c.mentions = append(c.mentions, mention{to: of(s), obs: c.i, exists: true})
		return
	}
	r.span.add(&c.obs[c.i])
}

// tableRows is what rows of forwarding tables are about one subject.
type tableRows struct {
	count int
	span  span // of those that are no evidence
}

// span is from when to when something was seen.
type span struct{ first, last time.Time }

func (s *span) add(o *fact.Observation) {
	if t := o.First(); !t.IsZero() && (s.first.IsZero() || t.Before(s.first)) {
		s.first = t
	}
	if t := o.Last(); t.After(s.last) {
		s.last = t
	}
}

func (s *span) join(o span) {
	if !o.first.IsZero() && (s.first.IsZero() || o.first.Before(s.first)) {
		s.first = o.first
	}
	if o.last.After(s.last) {
		s.last = o.last
	}
}
