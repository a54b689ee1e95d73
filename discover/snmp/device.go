package snmp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// device is one target that is being asked.
type device struct {
	opts Options
	addr netip.Addr
	gate Permitter
	to   discover.Sink
	rec  *recording // nil: nothing is recorded
	weak []weakness // of all models
	veil veil
	// What holds secrets, and is passed over where everything is walked.
	secrets []oid

	trail *trail
	facts fact.Maker

	sock *socket
	s    session
	pace pace
	w    *walk
	r    *reporter
	busy time.Duration // spent on requests
	sent int           // requests

	vid      uint16       // the VLAN that is asked for alone
	left     []table      // tables that its model does not bear
	trees    []oid        // that are passed over, in order: of these tables, and those with secrets
	vlans    []uint16     // that it told of
	absent   map[oid]bool // entries of tables that it has not
	furthest oid          // the last object that it gave
	page     func(open []*cursor) error

	interfaces int // that it says it has

	// The value of sysUpTime before the first table, and when.
	before   uint32
	beforeAt time.Time
}

// sysUpTime tells a restart of the agent (RFC 3418).
const sysUpTime = "1.3.6.1.2.1.1.3.0"

// systemHello is how many columns of systemTable hello asks for.
const systemHello = 2

// ifNumber is how many interfaces the agent has (RFC 2863).
const ifNumber = "1.3.6.1.2.1.2.1.0"

// collect asks for all that is wanted. The first error says what of the target
// is missing, the second ends the run.
func (d *device) collect(ctx context.Context) (incomplete, fatal error) {
	defer func() {
		if p := recover(); p != nil { // hostile answers reach a library that we did not write
			incomplete, fatal = d.failed("", fmt.Errorf("reading of its answers failed, which is a mistake in kanmon: please report it: %v", p))
		}
	}()
	if ctx.Err() != nil {
		return d.failed("not asked: ", context.Cause(ctx))
	}
	if err := d.connect(ctx); err != nil {
		return d.failed("", err)
	}
	defer d.s.close()
	defer context.AfterFunc(ctx, d.sock.wake)()
	if err := d.hello(ctx); err != nil {
		return d.failed("", err)
	}
	missing, fatal := d.visit(ctx)
	if fatal != nil || ctx.Err() != nil || d.sock.refused != nil {
		return missing, fatal
	}
	err := d.well(ctx)
	if err == nil {
		return missing, nil
	}
	incomplete, sink := d.failed("", err)
	if sink != nil {
		return missing, sink
	}
	if fatal := fatalOnly(incomplete); fatal != nil {
		return missing, fatal
	}
	return errors.Join(missing, incomplete), nil
}

// connect opens the socket; nothing is sent.
func (d *device) connect(ctx context.Context) error {
	return d.speak(ctx, d.opts.credentialsFor(d.addr))
}

// speak begins a session with credentials; nothing is sent.
func (d *device) speak(ctx context.Context, c Credentials) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	if d.sock, err = dial(ctx, netip.AddrPortFrom(d.addr, d.opts.Port), d.gate, d.opts); err != nil {
		return err
	}
	if c.Version == "3" {
		d.s, err = newUser(ctx, d.sock, client, d.opts)
	} else {
		d.s, err = newCommunity(d.sock, c, d.opts.Retries)
	}
	d.pace = newPace(d.opts, c.Version == "1")
	return err
}

// hello asks for sysUpTime, sysDescr and sysObjectID, so that it is known who is
// asked, and what it bears, before it is asked for more.
func (d *device) hello(ctx context.Context) error {
	names := []oid{mustOID(sysUpTime)}
	for _, root := range systemTable().roots()[:systemHello] {
		names = append(names, root.child(0))
	}
	for len(names) > 0 {
		a, _, err := d.request(ctx, request{kind: getRequest, what: "Get sysUpTime, sysDescr, sysObjectID", names: names})
		switch i := a.index - 1; {
		case err != nil:
			return err
		case a.status == statusTooBig && len(names) > 1:
			names = names[:len(names)/2]
			continue
		case a.status != 0 && i >= 0 && i < len(names):
			names = slices.Delete(slices.Clone(names), i, i+1)
			continue
		case a.status != 0:
			return fmt.Errorf("agent answers with the error %s", statusName(a.status))
		}
		for _, b := range a.vars {
			if b.value.ok() && slices.Contains(names, b.oid) {
				d.rec.write(b.oid, b.value)
				d.w.add(b.oid, b.value, 0)
				d.furthest = max(d.furthest, b.oid)
			}
			d.before = max(d.before, b.ticks())
		}
		break
	}
	d.beforeAt = d.opts.Now()
	return nil
}

// ticks returns a value of sysUpTime, 0 where b is none.
func (b binding) ticks() uint32 {
	if b.oid == mustOID(sysUpTime) && b.value.tag == tagTimeTicks {
		return b.value.uint()
	}
	return 0
}

// visit asks for the tables, or for the whole tree, and then for what there is of
// each VLAN alone.
func (d *device) visit(ctx context.Context) (missing, fatal error) {
	if err := d.spare(); err != nil {
		return nil, err
	}
	d.r = &reporter{
		emit: func(source, place string, f fact.Fact) error {
			d.noteVLAN(f)
			d.trail.note(f)
			return d.emit(source, d.placed(place), d.addressed(f))
		},
		skip: func(place string, reason error) { d.to.Skip(placeAt(d.addr, d.placed(place)), reason) },
	}
	if d.opts.Whole {
		missing, fatal = d.whole(ctx)
	} else {
		missing, fatal = d.groups(ctx)
	}
	if fatal != nil || !d.opts.PerVLAN || d.sock.refused != nil || ctx.Err() != nil {
		return missing, fatal
	}
	more, fatal := d.perVLAN(ctx)
	return errors.Join(missing, more), fatal
}

// whole walks everything that the agent has.
func (d *device) whole(ctx context.Context) (missing, fatal error) {
	d.passOver(d.secrets...)
	root := &cursor{root: mustOID("1"), last: mustOID("1.0")}
	err := d.columns(ctx, "whole tree", []*cursor{root})
	if err = cmp.Or(err, root.err); err != nil {
		if missing, fatal = d.lacking("whole tree", err); fatal != nil {
			return missing, fatal
		}
	}
	if d.opts.RecordOnly {
		return missing, nil
	}
	d.w.seal(func(uint64) {})
	d.r.agent = identify(d.w, d.opts.Session+" "+d.addr.String())
	for _, g := range groups() {
		if err := g.decode(d.w, d.r); err != nil {
			return missing, err
		}
	}
	return missing, nil
}

// groups collects, decodes and emits one group after the other.
func (d *device) groups(ctx context.Context) (missing, fatal error) {
	if err := d.probe(ctx); err != nil {
		return d.lacking("tables", err)
	}
	for i, g := range groups() {
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

// outcome says what of a table is missing, if anything is.
func (d *device) outcome(ctx context.Context, name string, err error) (missing, fatal error) {
	var sink *sinkError
	if err == nil || errors.As(err, &sink) {
		return nil, err
	}
	missing, fatal = d.lacking(name, err)
	if fatal != nil || ctx.Err() != nil || d.sock.refused != nil || !errors.Is(err, errClosed) {
		return missing, fatal
	}
	if err := d.well(ctx); err != nil {
		_, fatal = d.lacking(name, err)
	}
	return missing, fatal
}

// lacking emits that a table was not read to its end. Its second error ends the
// run.
func (d *device) lacking(name string, err error) (missing, fatal error) {
	missing = fmt.Errorf("%s: %w", d.named(name), err)
	if err := d.lacks(name, codeOf(err), reason(err)); err != nil {
		return missing, err
	}
	if fatal = fatalOnly(err); fatal != nil {
		if incomplete, sink := d.failed("", err); sink != nil {
			return incomplete, sink
		}
		return missing, fatal
	}
	return missing, nil
}

// named names something of the target.
func (d *device) named(name string) string { return d.placed(name) + " of " + d.addr.String() }

// placed names a row, or a table, of one VLAN.
func (d *device) placed(place string) string {
	if d.vid != 0 && place != "" {
		return fmt.Sprintf("%s (VLAN %d)", place, d.vid)
	}
	return place
}

// addressed fills in the address that was asked.
func (d *device) addressed(f fact.Fact) fact.Fact {
	if s, ok := f.(fact.SystemGroup); ok {
		s.Address = d.addr.WithZone("")
		return s
	}
	return f
}

// failed emits that nothing, or nothing more, was read of the target.
func (d *device) failed(prefix string, err error) (incomplete, fatal error) {
	why := prefix + reason(err)
	return fmt.Errorf("%s: %s%w", d.addr, prefix, err), d.gap(fact.Gap{What: d.addr.String(), Why: why, Code: codeOf(err), Args: []string{"", d.addr.String()}})
}

// maxReason bounds the text of an error of the SNMP library, which holds a stack
// in the worst case.
const maxReason = 200

func reason(err error) string {
	s := err.Error()
	if cut, _, ok := strings.Cut(s, " Stack:"); ok {
		s = cut
	}
	return s[:min(len(s), maxReason)]
}
