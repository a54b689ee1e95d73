package snmp

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// groups collects, decodes and emits one group after the other.
func (d *device) groups(ctx context.Context) (missing, fatal error) {
	if err := d.probe(ctx); err != nil {
		return d.lacking("tables", err)
	}
	for i, g := range d.wanted {
		incomplete, fatal := d.group(ctx, g)
		missing = errors.Join(missing, incomplete)
		if fatal != nil || ctx.Err() != nil || d.sock.refused != nil || errors.Is(incomplete, errDeviceTime) {
			if i > 0 && !d.opts.RecordOnly { // else who it is was not learned to the end
				if err := g.decode(d.w, d.r); err != nil {
					return missing, err
				}
			}
			return missing, fatal
		}
		if d.opts.RecordOnly {
			continue
		}
		d.w.seal(func(uint64) {})
		if i == 0 {
			d.r.agent = identify(d.w, d.opts.Session+" "+d.addr.String())
		}
		if err := d.decode(g); err != nil {
			return missing, err
		}
	}
	return missing, nil
}

// decode emits what a group holds.
func (d *device) decode(g group) error {
	err := g.decode(d.w, d.r)
	if g.byRow {
		for _, t := range g.tables {
			d.w.drop(t)
		}
	}
	return err
}

// pageRows is how many values of a long table are gathered before they are
// decoded and forgotten.
const pageRows = 4000

// group collects the tables of a group.
func (d *device) group(ctx context.Context, g group) (missing, fatal error) {
	d.page = nil
	if g.byRow && !d.opts.RecordOnly {
		d.page = func(open []*cursor) error {
			held := 0
			for _, t := range g.tables {
				held += d.w.held(t)
			}
			// A row is whole where all columns stand at the same one.
			if index := open[0].index(); held < pageRows || slices.ContainsFunc(open, func(c *cursor) bool { return c.index() != index }) {
				return nil
			}
			return d.decode(g)
		}
	}
	defer func() { d.page = nil }()
	var scalars []oid
	var names []string
	for _, t := range g.tables {
		switch {
		case !t.scalar || d.skips(t):
			continue
		case t.name == systemTable().name: // a part of it is known
			scalars = append(scalars, t.roots()[systemHello:]...)
			scalars = append(scalars, mustOID(ifNumber).parent())
		default:
			scalars = append(scalars, t.roots()...)
		}
		names = append(names, t.name)
	}
	if len(scalars) > 0 {
		name := strings.Join(names, ", ")
		if missing, fatal = d.outcome(ctx, name, d.scalars(ctx, name, scalars)); fatal != nil || missing != nil {
			return missing, fatal
		}
	}
	for _, t := range g.tables {
		if t.scalar || d.skips(t) {
			continue
		}
		incomplete, fatal := d.outcome(ctx, t.name, d.table(ctx, t))
		missing = errors.Join(missing, incomplete)
		if fatal != nil || ctx.Err() != nil || d.sock.refused != nil || errors.Is(incomplete, errDeviceTime) {
			return missing, fatal
		}
	}
	return missing, nil
}

// index is the row at which c stands.
func (c *cursor) index() oid { return c.last[len(c.root):] }

// skips reports whether a table is not asked for: it is another maker's, the
// agent has it not, or does not bear it.
func (d *device) skips(t table) bool {
	return len(t.makers) > 0 && !slices.Contains(t.makers, d.w.maker()) || d.absent[mustOID(t.entry)] || slices.ContainsFunc(d.left, func(l table) bool { return l.name == t.name })
}
