package snmp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"kanmon/discover/fact"
)

// device is one target that is being asked.
type device struct {
	*run
	addr  netip.Addr
	rec   *recording // nil: nothing is recorded
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
func (b *binding) ticks() uint32 {
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
	for _, g := range d.wanted {
		if err := g.decode(d.w, d.r); err != nil {
			return missing, err
		}
	}
	return missing, nil
}
