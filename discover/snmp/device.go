package snmp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/gosnmp/gosnmp"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// device is one target that is being asked.
type device struct {
	opts Options
	addr netip.Addr
	gate Permitter
	to   discover.Sink

	client *gosnmp.GoSNMP
	w      *walk
	bulk   bool          // GETBULK works
	busy   time.Duration // spent on requests

	// The value of sysUpTime before the first table, and when.
	before   uint32
	beforeAt time.Time

	// Of the packet that is about to be sent.
	what    string
	refused error         // why the gate did not let it go
	waited  time.Duration // for the gate
}

// sysUpTime tells a restart of the agent (RFC 3418).
const sysUpTime = "1.3.6.1.2.1.1.3.0"

// collect asks for all groups. The first error says what of the target is
// missing, the second ends the run.
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
	defer d.client.Close() //nolint:errcheck // it was only asked
	var err error
	if d.before, err = d.upTime(ctx); err != nil {
		return d.failed("", err)
	}
	d.beforeAt = d.opts.Now()
	missing, fatal := d.groups(ctx)
	if fatal != nil || ctx.Err() != nil || d.refused != nil {
		return missing, fatal
	}
	err = d.well(ctx)
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

// well asks whether the device bears what it is asked: it returns ErrSilent
// where it does not answer any more, and ErrRestarted where it was started anew
// since it was first asked.
func (d *device) well(ctx context.Context) error {
	now, err := d.upTime(ctx)
	switch {
	case errors.Is(err, errNoAnswer), errors.Is(err, errClosed):
		return ErrSilent
	case err == nil && restarted(d.before, now, d.opts.Now().Sub(d.beforeAt)):
		return ErrRestarted
	}
	return err
}

// restarted compares two values of sysUpTime, in hundredths of a second. The
// counter begins again after 497 days, which is no restart.
func restarted(before, after uint32, between time.Duration) bool {
	const slack = time.Minute
	if after >= before {
		return false
	}
	untilWrap := time.Duration(1<<32-int64(before)) * 10 * time.Millisecond
	return between+slack < untilWrap
}

// groups collects, decodes and emits one group after the other.
func (d *device) groups(ctx context.Context) (missing, fatal error) {
	r := &reporter{
		emit: func(source, place string, f fact.Fact) error { return d.emit(source, place, d.addressed(f)) },
		skip: func(place string, reason error) { d.to.Skip(placeAt(d.addr, place), reason) },
	}
	for i, g := range groups() {
		incomplete, end, err := d.tables(ctx, g.tables)
		missing = errors.Join(missing, incomplete)
		if err != nil {
			return missing, err
		}
		if end != nil && i == 0 { // who it is was not learned to the end
			return missing, fatalOnly(end)
		}
		d.w.seal(func(uint64) {})
		if i == 0 {
			r.agent = identify(d.w, d.opts.Session+" "+d.addr.String())
		}
		if err := g.decode(d.w, r); err != nil {
			return missing, err
		}
		if end != nil {
			return missing, fatalOnly(end)
		}
	}
	return missing, nil
}

// tables collects the tables of a group. It returns what is missing, why the
// device is not asked further, and an error of the Sink.
func (d *device) tables(ctx context.Context, tables []table) (missing, end, sink error) {
	for _, t := range tables {
		err := d.table(ctx, t)
		if err == nil {
			continue
		}
		missing = errors.Join(missing, fmt.Errorf("%s of %s: %w", t.name, d.addr, err))
		if err := d.gap(t.name+" of "+d.addr.String(), reason(err)); err != nil {
			return missing, nil, err
		}
		if ctx.Err() != nil || d.refused != nil || errors.Is(err, errDeviceTime) {
			return missing, err, nil
		}
		if !errors.Is(err, errNoAnswer) && !errors.Is(err, errClosed) {
			continue
		}
		if err := d.well(ctx); err != nil && fatalOnly(err) != nil {
			incomplete, sink := d.failed("", err)
			return errors.Join(missing, incomplete), incomplete, sink
		}
	}
	return missing, nil, nil
}

// fatalOnly returns err where it ends the whole run.
func fatalOnly(err error) error {
	if errors.Is(err, ErrSilent) || errors.Is(err, ErrRestarted) {
		return fmt.Errorf("%w: nothing more was sent; look after it", err)
	}
	return nil
}

// addressed fills in the address that was asked.
func (d *device) addressed(f fact.Fact) fact.Fact {
	if s, ok := f.(fact.SystemGroup); ok {
		s.Address = d.addr
		return s
	}
	return f
}

// failed emits that nothing, or nothing more, was read of the target.
func (d *device) failed(prefix string, err error) (incomplete, fatal error) {
	why := prefix + reason(err)
	return fmt.Errorf("%s: %s%w", d.addr, prefix, err), d.gap(d.addr.String(), why)
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

// connect opens the socket; nothing is sent.
func (d *device) connect(ctx context.Context) error {
	client, err := d.opts.Credentials.client()
	if err != nil {
		return err
	}
	client.Target, client.Port, client.Transport = d.addr.String(), d.opts.Port, "udp"
	client.Timeout, client.Retries = d.opts.Timeout, d.opts.Retries
	client.MaxOids, client.Context = maxVariables, ctx
	client.PreSend = d.beforePacket
	d.client, d.bulk = client, client.Version != gosnmp.Version1
	if err := client.Connect(); err != nil {
		return fmt.Errorf("open a socket: %w", err)
	}
	return nil
}

// beforePacket asks the gate for each packet: requests, retries, and what
// version 3 needs to get to know an engine. The library cannot be told no, so a
// refused packet finds a socket on which nothing can be sent.
func (d *device) beforePacket(c *gosnmp.GoSNMP) {
	start := d.opts.Now()
	err := d.gate.Permit(c.Context, d.addr, "SNMP "+d.what, 1)
	d.waited += d.opts.Now().Sub(start)
	if err != nil {
		d.refused = err
		_ = c.Conn.SetDeadline(time.Unix(1, 0))
		c.Retries = 0
		return
	}
	// The wait was not the agent's: its time begins now.
	ctx, cancel := context.WithTimeout(c.Context, d.opts.Timeout)
	defer cancel()
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.Conn.SetDeadline(deadline)
	}
}

var (
	errNoAnswer   = errors.New("no answer to SNMP: address, access list, community or privacy passphrase may be wrong, or it is off")
	errClosed     = errors.New("no answer to SNMP: nothing listens on its port")
	errNotTrusted = errors.New("agent and kanmon do not understand each other: user name, passphrases or protocols may be wrong")
	errTableTime  = errors.New("table took too long")
	errDeviceTime = errors.New("device took too long")
)

// request sends one request and waits for its answer.
func (d *device) request(ctx context.Context, what string, send func() (*gosnmp.SnmpPacket, error)) (*gosnmp.SnmpPacket, error) {
	if d.refused != nil {
		return nil, d.refused
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	d.what, d.waited, d.client.Context = what, 0, ctx
	start := d.opts.Now()
	res, err := send()
	d.busy += d.opts.Now().Sub(start) - d.waited
	switch {
	case d.refused != nil:
		return nil, fmt.Errorf("not permitted: %w", d.refused)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, errClosed
	case isTimeout(err):
		return nil, errNoAnswer
	case isNotTrusted(err):
		return nil, errNotTrusted
	case err != nil:
		return nil, fmt.Errorf("SNMP: %w", err)
	case res.PDUType == gosnmp.Report:
		return nil, errors.New("agent answers with a report in place of values")
	case d.busy > d.opts.DeviceTimeout:
		return res, errDeviceTime
	}
	return res, nil
}

// isTimeout reports whether no answer came. The library has no error of its own
// for each of the ways in which that happens.
func isTimeout(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, gosnmp.ErrMaxRetriesExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		strings.Contains(err.Error(), "timeout")
}

// isNotTrusted reports whether the user-based security of version 3 failed (RFC
// 3414). The library has no error for most of its ways.
func isNotTrusted(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, gosnmp.ErrUnknownUsername) || errors.Is(err, gosnmp.ErrWrongDigest) ||
		errors.Is(err, gosnmp.ErrDecryption) || errors.Is(err, gosnmp.ErrUnknownSecurityLevel) ||
		strings.Contains(err.Error(), "not authentic")
}

// upTime asks for sysUpTime, 0 where the agent does not tell.
func (d *device) upTime(ctx context.Context) (uint32, error) {
	res, err := d.request(ctx, "Get sysUpTime", func() (*gosnmp.SnmpPacket, error) {
		return d.client.Get([]string{"." + sysUpTime})
	})
	if err != nil && !errors.Is(err, errDeviceTime) { // this one more does not matter
		return 0, err
	}
	for _, p := range res.Variables {
		if v, ok := p.Value.(uint32); ok && p.Name == "."+sysUpTime && p.Type == gosnmp.TimeTicks {
			return v, nil
		}
	}
	return 0, nil
}
