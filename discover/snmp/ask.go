package snmp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// cursor is how far a column was read.
type cursor struct {
	root, last oid
	rows       int
	kinds      uint8 // of its values
	strange    int   // values of types that SNMP has not
	ended      bool
	passed     bool // what follows in this answer is not believed
	doubted    bool // it was asked again whether it ends here
	err        error
}

var (
	errNotIncreasing = errors.New("walk cut short: the agent does not give its rows in order, or gives one twice; the rest was not asked for")
	errTooManyRows   = errors.New("walk cut short: the table has more rows than are read; the rest was not asked for")
	errTooMuch       = errors.New("walk cut short: the table holds more than is kept; the rest was not asked for")
	errTableTime     = errors.New("walk cut short: the table took too long")
	errTableRequests = errors.New("walk cut short: the table took too many requests; the rest was not asked for")
	errEmptyAnswer   = errors.New("walk cut short: the agent answers without values")
	errTooBig        = errors.New("walk cut short: the agent finds its answer too big, however little is asked for")
	errGivenUp       = errors.New("walk cut short: the agent says that nothing follows, and gave objects that do")
)

// table asks for the columns of a table and keeps what it gets. Where it
// returns an error, the walk holds what came before.
func (d *device) table(ctx context.Context, t table) error {
	if t.scalar {
		return d.scalars(ctx, t.name, t.roots())
	}
	var all []*cursor
	for _, root := range t.roots() {
		all = append(all, &cursor{root: root, last: root})
	}
	err := d.columns(ctx, t.name, all)
	if err != nil {
		return err
	}
	for _, c := range all {
		err = errors.Join(err, c.err)
	}
	if err != nil {
		return err
	}
	return d.remarks(t, all)
}

// columns reads columns to their end, in parts of as many as one request may
// have. Where the agent does not answer and is well, it asks in a gentler way.
func (d *device) columns(ctx context.Context, name string, all []*cursor) error {
	started, sent := d.busy, d.sent
	for open := all; ; {
		open = slices.DeleteFunc(slices.Clone(open), func(c *cursor) bool { return c.ended })
		if len(open) == 0 {
			return nil
		}
		if d.busy-started > d.opts.TableTimeout {
			return errTableTime
		}
		if !d.opts.Whole && d.sent-sent > d.opts.MaxRequests/2 {
			return errTableRequests
		}
		part := open[:min(len(open), d.pace.vars)]
		err := d.step(ctx, name, part)
		switch {
		case errors.Is(err, errNoAnswer):
			if unwell := d.well(ctx); unwell != nil {
				return unwell
			}
			if !d.pace.gentler() {
				return fmt.Errorf("walk cut short: %w", err)
			}
			continue
		case err != nil:
			return err
		}
		if d.page != nil && len(part) == len(open) {
			if err := d.page(open); err != nil {
				return err
			}
		}
	}
}

// step asks for the next rows of the open columns, and keeps them.
func (d *device) step(ctx context.Context, name string, open []*cursor) error {
	r := request{kind: getNextRequest, what: "GetNext " + name}
	asked := len(open)
	if d.pace.bulk {
		r.kind, r.what, r.repetitions = getBulkRequest, "GetBulk "+name, d.pace.repetitions(len(open))
		asked *= r.repetitions
	}
	for _, c := range open {
		r.names = append(r.names, c.last)
	}
	a, took, err := d.request(ctx, r)
	switch {
	case err != nil:
		return err
	case a.status != 0:
		return d.refusedBy(a, open)
	case len(a.vars) == 0:
		if d.pace.gentler() {
			return nil
		}
		return errEmptyAnswer
	}
	a.vars = a.vars[:min(len(a.vars), asked)]
	if d.pace.bulk {
		d.pace.answered(asked, len(a.vars), a.vars[len(a.vars)-1].tag == tagEndOfMIBView, took)
	}
	return d.keep(open, a.vars)
}

// refusedBy deals with an error that the agent answers.
func (d *device) refusedBy(a answer, open []*cursor) error {
	i := a.index - 1
	switch {
	case a.status == statusTooBig:
		if !d.pace.gentler() {
			return errTooBig
		}
		return nil
	case a.status == statusNoSuchName: // version 1: one of the columns is past the end of the MIB
		if i < 0 || i >= len(open) {
			for _, c := range open {
				c.ended = true
			}
			return nil
		}
		return d.end(open[i])
	case d.pace.bulk:
		d.pace.bulk = false
		return nil
	case i >= 0 && i < len(open):
		open[i].ended = true
		open[i].err = fmt.Errorf("walk cut short: agent answers with the error %s for column %s", statusName(a.status), open[i].root)
		return nil
	case d.pace.gentler():
		return nil
	}
	return fmt.Errorf("walk cut short: agent answers with the error %s", statusName(a.status))
}

// statusName is what RFC 3416 calls an error-status.
func statusName(n int) string {
	names := [...]string{
		"noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength", "wrongEncoding",
		"wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed", "authorizationError",
		"notWritable", "inconsistentName",
	}
	if n < len(names) {
		return names[n]
	}
	return fmt.Sprintf("%d", n)
}

// keep takes the variables of one answer, which come column by column in turns.
// Each column must go strictly forward.
func (d *device) keep(open []*cursor, vars []binding) error {
	for _, c := range open {
		c.passed = false
	}
	for i := range vars {
		b, c := &vars[i], open[i%len(open)]
		if c.ended || c.passed {
			continue
		}
		switch {
		case b.absent():
			if err := d.end(c); err != nil {
				return err
			}
			continue
		case b.oid <= c.last:
			return errNotIncreasing
		}
		d.furthest = max(d.furthest, b.oid)
		switch {
		case !strings.HasPrefix(string(b.oid), string(c.root)):
			c.ended = true
			continue
		case c.rows >= d.opts.MaxRows:
			return errTooManyRows
		case d.w.octets > maxOctets/4:
			return errTooMuch
		}
		if past := d.leftOut(b.oid); past != "" {
			c.last, c.passed = past, true // the rest of the answer is likely from there too
			continue
		}
		c.last = b.oid
		c.rows++
		c.doubted = false
		if d.veil.inName(b.oid) {
			continue
		}
		if !b.value.ok() {
			c.strange++
			continue
		}
		c.kinds |= b.value.kind()
		d.rec.write(b.oid, b.value)
		if !d.opts.RecordOnly {
			d.w.add(b.oid, b.value, 0)
		}
	}
	return nil
}

// end ends a column where the agent says that nothing follows. Where it gave
// something that does, it is asked once more, in the plainest way.
func (d *device) end(c *cursor) error {
	if c.last >= d.furthest {
		c.ended = true
		return nil
	}
	if c.rows == 0 { // nothing is in there, as far as the agent tells
		c.ended = true
		return nil
	}
	if !c.doubted {
		c.doubted, c.passed = true, true
		d.pace.bulk = false
		return nil
	}
	c.ended, c.err = true, errGivenUp
	return nil
}

// remarks says what is odd about a table that was read to its end.
func (d *device) remarks(t table, all []*cursor) error {
	fewest, most := all[0], all[0]
	for _, c := range all {
		if c.rows > 0 && (fewest.rows == 0 || c.rows < fewest.rows) {
			fewest = c
		}
		if c.rows > most.rows {
			most = c
		}
		switch {
		case c.strange > 0:
			if err := d.lacks(t.name, fact.GapNoType, fmt.Sprintf("type unexpected: %d values of column %d are of no type that SNMP has", c.strange, c.root.last()),
				fmt.Sprint(c.strange), fmt.Sprint(c.root.last())); err != nil {
				return err
			}
		case c.kinds&(c.kinds-1) != 0:
			if err := d.lacks(t.name, fact.GapSeveralTypes, fmt.Sprintf("type unexpected: the values of column %d are of several types", c.root.last()),
				fmt.Sprint(c.root.last())); err != nil {
				return err
			}
		}
	}
	if t.name == ifTable().name && d.interfaces > most.rows {
		why := fmt.Sprintf("rows missing: the agent says that it has %d interfaces, and gave %d", d.interfaces, most.rows)
		if err := d.lacks(t.name, fact.GapMissingRows, why, fmt.Sprint(d.interfaces), fmt.Sprint(most.rows)); err != nil {
			return err
		}
	}
	if !t.dense || fewest.rows == most.rows {
		return nil
	}
	why := fmt.Sprintf("record incomplete: the agent gave %d rows of column %d and %d of column %d",
		most.rows, most.root.last(), fewest.rows, fewest.root.last())
	return d.lacks(t.name, fact.GapUneven, why,
		fmt.Sprint(most.rows), fmt.Sprint(most.root.last()), fmt.Sprint(fewest.rows), fmt.Sprint(fewest.root.last()))
}

// scalars asks for the instances .0 of some objects.
func (d *device) scalars(ctx context.Context, name string, roots []oid) error {
	names := make([]oid, 0, len(roots))
	for _, root := range roots {
		names = append(names, root.child(0))
	}
	for len(names) > 0 {
		n := min(len(names), d.pace.vars)
		part := slices.Clone(names[:n])
		a, _, err := d.request(ctx, request{kind: getRequest, what: "Get " + name, names: part})
		switch i := a.index - 1; {
		case errors.Is(err, errNoAnswer):
			if unwell := d.well(ctx); unwell != nil {
				return unwell
			}
			if !d.pace.gentler() {
				return err
			}
		case err != nil:
			return err
		case a.status == statusTooBig && d.pace.fewer():
		case a.status == statusNoSuchName && i < 0:
			return nil
		case a.status != 0 && i >= 0 && i < n: // that one is not there (version 1), or cannot be told
			names = slices.Delete(names, i, i+1)
		case a.status != 0:
			return fmt.Errorf("agent answers with the error %s", statusName(a.status))
		default:
			for _, b := range a.vars {
				if b.value.ok() && slices.Contains(part, b.oid) {
					d.rec.write(b.oid, b.value)
					d.w.add(b.oid, b.value, 0)
				}
				if b.oid == mustOID(ifNumber) {
					d.interfaces = int(b.value.uint())
				}
			}
			names = names[n:]
		}
	}
	return nil
}
