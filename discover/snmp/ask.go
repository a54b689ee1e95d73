package snmp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gosnmp/gosnmp"
)

var (
	errNotIncreasing = errors.New("agent does not give its rows in order, or gives one twice: the rest was not asked for")
	errTooManyRows   = errors.New("table has more rows than are read: the rest was not asked for")
)

// table asks for the columns of a table and keeps what it gets. Where it
// returns an error, the walk holds what came before.
func (d *device) table(ctx context.Context, t table) error {
	roots := make([]oid, 0, len(t.columns))
	for _, c := range t.columns {
		roots = append(roots, mustOID(t.entry).child(c))
	}
	if t.scalar {
		return d.scalars(ctx, t.name, roots)
	}
	started := d.busy
	open := make([]*cursor, 0, len(roots))
	for _, root := range roots {
		open = append(open, &cursor{root: root, last: root})
	}
	for len(open) > 0 {
		vars, err := d.next(ctx, t.name, open)
		if err != nil {
			return err
		}
		if err := d.keep(open, vars); err != nil {
			return err
		}
		open = slices.DeleteFunc(open, func(c *cursor) bool { return c.ended })
		if len(open) > 0 && d.busy-started > d.opts.TableTimeout {
			return errTableTime
		}
	}
	return nil
}

// cursor is how far a column was read.
type cursor struct {
	root, last oid
	rows       int
	ended      bool
}

// keep takes the variables of one answer, which come column by column in turns.
// Each column must go strictly forward; the library would let an agent go round
// in circles inside one answer.
func (d *device) keep(open []*cursor, vars []gosnmp.SnmpPDU) error {
	if len(vars) == 0 {
		return errors.New("agent answers without values")
	}
	for i, p := range vars {
		c := open[i%len(open)]
		if c.ended {
			continue
		}
		o, err := parseOID(p.Name)
		switch {
		case p.Type == gosnmp.EndOfMibView || p.Type == gosnmp.NoSuchObject || p.Type == gosnmp.NoSuchInstance:
			c.ended = true
			continue
		case err != nil:
			return err
		case o <= c.last:
			return errNotIncreasing
		case !strings.HasPrefix(string(o), string(c.root)):
			c.ended = true
			continue
		case c.rows >= d.opts.MaxRows:
			return errTooManyRows
		}
		c.last = o
		c.rows++
		if v := valueOf(p); v.ok() {
			d.w.add(o, v, 0)
		}
	}
	return nil
}

// next asks for the next rows of the open columns: GETBULK, and GETNEXT where
// the agent does not answer that.
func (d *device) next(ctx context.Context, name string, open []*cursor) ([]gosnmp.SnmpPDU, error) {
	names := make([]string, 0, len(open))
	for _, c := range open {
		names = append(names, "."+c.last.String())
	}
	if d.bulk {
		repetitions := min(maxRepetitions, max(1, maxAnswer/len(open)))
		res, err := d.request(ctx, "GetBulk "+name, func() (*gosnmp.SnmpPacket, error) {
			return d.client.GetBulk(names, 0, uint32(repetitions))
		})
		if err == nil && res.Error == gosnmp.NoError && len(res.Variables) > 0 {
			return res.Variables[:min(len(res.Variables), repetitions*len(open))], nil
		}
		if err != nil && !errors.Is(err, errNoAnswer) {
			return nil, err
		}
	}
	res, err := d.request(ctx, "GetNext "+name, func() (*gosnmp.SnmpPacket, error) {
		return d.client.GetNext(names)
	})
	if err != nil {
		return nil, err
	}
	d.bulk = false // it answers this, so what went before was too much for it
	switch {
	case res.Error == gosnmp.NoSuchName: // version 1: one of the columns is past the end of the MIB
		if i := int(res.ErrorIndex) - 1; i >= 0 && i < len(open) {
			open[i].ended = true
			rest := slices.DeleteFunc(slices.Clone(open), func(c *cursor) bool { return c.ended })
			if len(rest) == 0 {
				return endOfMIB(open), nil
			}
			return spread(open, rest, func() ([]gosnmp.SnmpPDU, error) { return d.next(ctx, name, rest) })
		}
		return endOfMIB(open), nil
	case res.Error != gosnmp.NoError:
		return nil, fmt.Errorf("agent answers with the error %s", res.Error)
	}
	return res.Variables[:min(len(res.Variables), len(open))], nil
}

// endOfMIB is the answer that version 2 would give.
func endOfMIB(open []*cursor) []gosnmp.SnmpPDU {
	out := make([]gosnmp.SnmpPDU, len(open))
	for i := range out {
		out[i].Type = gosnmp.EndOfMibView
	}
	return out
}

// spread puts the answer to rest, which is a part of open, where it would stand
// in an answer to open.
func spread(open, rest []*cursor, ask func() ([]gosnmp.SnmpPDU, error)) ([]gosnmp.SnmpPDU, error) {
	vars, err := ask()
	if err != nil {
		return nil, err
	}
	out := endOfMIB(open)
	for i, c := range open {
		if at := slices.Index(rest, c); at >= 0 && at < len(vars) {
			out[i] = vars[at]
		}
	}
	return out, nil
}

// scalars asks for the instances .0 of some objects.
func (d *device) scalars(ctx context.Context, name string, roots []oid) error {
	names := make([]string, 0, len(roots))
	for _, root := range roots {
		names = append(names, "."+root.child(0).String())
	}
	for len(names) > 0 {
		res, err := d.request(ctx, "Get "+name, func() (*gosnmp.SnmpPacket, error) {
			return d.client.Get(names)
		})
		if err != nil {
			return err
		}
		if i := int(res.ErrorIndex) - 1; res.Error == gosnmp.NoSuchName && i >= 0 && i < len(names) { // version 1
			names = slices.Delete(names, i, i+1)
			continue
		}
		if res.Error != gosnmp.NoError {
			return fmt.Errorf("agent answers with the error %s", res.Error)
		}
		for _, p := range res.Variables {
			o, err := parseOID(p.Name)
			if v := valueOf(p); err == nil && v.ok() && slices.Contains(names, "."+o.String()) {
				d.w.add(o, v, 0)
			}
		}
		return nil
	}
	return nil
}

// valueOf returns the value of a variable binding; the zero value for types
// that carry none of use.
func valueOf(p gosnmp.SnmpPDU) value {
	switch v := p.Value.(type) {
	case []byte:
		return octets(tagOctets, string(v))
	case string:
		if p.Type == gosnmp.ObjectIdentifier {
			if o, err := parseOID(v); err == nil {
				return octets(tagOID, string(o))
			}
		}
		if p.Type == gosnmp.IPAddress {
			if a, err := netip.ParseAddr(v); err == nil {
				return octets(tagIPAddress, string(a.Unmap().AsSlice()))
			}
		}
	case int:
		return number(tagInteger, int64(v))
	case uint:
		return number(tagGauge32, int64(min(v, 1<<63-1)))
	case uint32:
		return number(tagGauge32, int64(v))
	case uint64:
		return number(tagCounter64, int64(min(v, 1<<63-1)))
	}
	return value{}
}
