package snmp

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// enterprises begins the identifiers of makers' own objects (RFC 1155, 3.1.3).
const enterprises = "1.3.6.1.4.1"

// probe learns which tables an agent has, so that it is asked for no other: one
// GETNEXT tells of ten of them. What lies between a name that is asked for and
// the next object that the agent has is not there either; that is believed of
// makers' own tables, of which there are many, and where nothing follows at all.
//
// An agent whose answers make no sense is taken to have everything.
func (d *device) probe(ctx context.Context) error {
	var open []oid
	for _, g := range d.wanted {
		for _, t := range g.tables {
			if !d.skips(t) {
				open = append(open, mustOID(t.entry))
			}
		}
	}
	slices.Sort(open)
	open = slices.Compact(open)
	for len(open) > 0 {
		ask := spread(open, d.pace.vars)
		a, _, err := d.request(ctx, request{kind: getNextRequest, what: "GetNext to learn which tables there are", names: ask})
		switch i := a.index - 1; {
		case errors.Is(err, errNoAnswer):
			if unwell := d.well(ctx); unwell != nil {
				return unwell
			}
			if !d.pace.gentler() {
				return nil
			}
			continue
		case err != nil:
			return err
		case a.status == statusNoSuchName && i >= 0 && i < len(ask): // version 1: nothing follows
			from := ask[i]
			open = d.without(open, func(o oid) bool { return o >= from })
			continue
		case a.status == statusTooBig && d.pace.fewer():
			continue
		case a.status != 0 && i >= 0 && i < len(ask): // not to be learned in this way
			open = slices.DeleteFunc(open, func(o oid) bool { return o == ask[i] })
			continue
		case a.status != 0 || !sensible(ask, a.vars):
			clear(d.absent)
			return nil
		}
		for i, o := range ask {
			next := &a.vars[i]
			switch {
			case next.absent():
				open = d.without(open, func(x oid) bool { return x >= o })
			case strings.HasPrefix(string(next.oid), string(o)):
				open = slices.DeleteFunc(open, func(x oid) bool { return x == o })
			default:
				makers := mustOID(enterprises)
				open = d.without(open, func(x oid) bool {
					return x == o || x > o && x < next.oid && strings.HasPrefix(string(x), string(makers)) &&
						!strings.HasPrefix(string(next.oid), string(x))
				})
			}
			d.furthest = max(d.furthest, a.vars[i].reached())
		}
	}
	return nil
}

// sensible reports whether the answers to names in order are in order too, and
// each comes behind its name.
func sensible(names []oid, vars []binding) bool {
	if len(vars) < len(names) {
		return false
	}
	var last oid
	for i, o := range names {
		next := &vars[i]
		switch {
		case next.absent():
			last = mustOID(afterAll)
		case next.oid <= o || next.oid < last:
			return false
		default:
			last = next.oid
		}
	}
	return true
}

// afterAll comes behind every object.
const afterAll = "3"

// reached is the object that b tells of, if it does.
func (b *binding) reached() oid {
	if b.absent() {
		return ""
	}
	return b.oid
}

// without notes that the agent has no tables of which gone is true, and returns
// the rest.
func (d *device) without(open []oid, gone func(oid) bool) []oid {
	return slices.DeleteFunc(open, func(o oid) bool {
		if !gone(o) {
			return false
		}
		d.absent[o] = true
		return true
	})
}

// spread returns at most n of all, as far from each other as can be.
func spread(all []oid, n int) []oid {
	if len(all) <= n {
		return slices.Clone(all)
	}
	out := make([]oid, 0, n)
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out
}
