package snmp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// Permitter is asked for leave before each packet. It may wait, to hold a rate.
type Permitter interface {
	Permit(ctx context.Context, to netip.Addr, what string, packets int) error
}

// Options says whom Collect asks, and how gently. The zero value of a limit
// stands for its default.
type Options struct {
	Targets     []netip.Addr
	Port        uint16 // UDP; 161
	Credentials Credentials
	Session     string // name of the live session: Sighting.Input
	Vantage     string
	Now         func() time.Time // the time of sightings, and of limits below

	Parallel      int           // targets that are asked at the same time: 8
	Timeout       time.Duration // for one answer: 2 s
	Retries       int           // of one request: 1; less than 0 for none
	MaxRows       int           // of one table: 200,000
	TableTimeout  time.Duration // for one table, not counting waits for leave: 2 minutes
	DeviceTimeout time.Duration // for one target, counted likewise: 10 minutes
}

// Limits of one request. More variables save packets, but their answer does not
// fit one frame, and small agents do not survive it.
const (
	maxRepetitions   = 10
	maxVariables     = 10 // in a request
	maxAnswer        = 40 // variables in an answer, as far as the request can tell
	defaultPort      = 161
	defaultParallel  = 8
	defaultTimeout   = 2 * time.Second
	defaultRetries   = 1
	defaultMaxRows   = 200_000
	defaultForTable  = 2 * time.Minute
	defaultForDevice = 10 * time.Minute
)

// Errors that end a whole run, since what was asked may be why: nothing more is
// sent to anyone.
var (
	ErrRestarted = errors.New("device restarted while it was asked")
	ErrSilent    = errors.New("device stopped answering while it was asked")
)

// Collect asks the targets for the tables of groups, and emits the facts of
// each group of tables when it has them. One request is on its way to a target
// at any time.
//
// What could not be read is emitted as a fact.Gap and named in the returned
// error, and the other targets go on. Only an error of to, which is returned
// unchanged, an end of ctx, ErrRestarted and ErrSilent end the run.
func Collect(ctx context.Context, opts Options, gate Permitter, to discover.Sink) error {
	opts, err := opts.complete()
	if err != nil {
		return err
	}
	if gate == nil {
		return errors.New("nothing may be sent without a gate")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	results := make([]error, len(opts.Targets))
	var (
		wg   sync.WaitGroup
		once sync.Once
		stop error
	)
	slots := make(chan struct{}, opts.Parallel)
	for i, target := range opts.Targets {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			d := &device{opts: opts, addr: target, gate: gate, to: to, w: newWalk()}
			incomplete, fatal := d.collect(ctx)
			results[i] = incomplete
			if fatal != nil {
				once.Do(func() { stop = fatal })
				cancel(fmt.Errorf("the run was ended: %w", fatal))
			}
		})
	}
	wg.Wait()
	var sink *sinkError
	if errors.As(stop, &sink) {
		return sink.err
	}
	return errors.Join(append([]error{stop}, results...)...)
}

// complete returns o with its defaults, or says what is wrong with it.
func (o Options) complete() (Options, error) {
	switch {
	case o.Now == nil:
		return o, errors.New("options need a clock")
	case o.Session == "":
		return o, errors.New("options need the name of the session")
	}
	if err := o.Credentials.Validate(); err != nil {
		return o, err
	}
	targets := make([]netip.Addr, 0, len(o.Targets))
	for _, a := range o.Targets {
		if a = a.Unmap(); !isHost(a) {
			return o, fmt.Errorf("target %s is not the address of one device", a)
		}
		targets = append(targets, a)
	}
	slices.SortFunc(targets, netip.Addr.Compare)
	o.Targets = slices.Compact(targets)
	o.Port = cmp.Or(o.Port, defaultPort)
	o.Parallel = max(cmp.Or(o.Parallel, defaultParallel), 1)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Retries = max(cmp.Or(o.Retries, defaultRetries), 0)
	o.MaxRows = cmp.Or(o.MaxRows, defaultMaxRows)
	o.TableTimeout = cmp.Or(o.TableTimeout, defaultForTable)
	o.DeviceTimeout = cmp.Or(o.DeviceTimeout, defaultForDevice)
	return o, nil
}

// sinkError is an error of the Sink.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return e.err.Error() }

// gap emits that something of the target was not seen.
func (d *device) gap(what, why string) error {
	return d.emit("snmp/gap", "", fact.Gap{What: what, Why: why})
}

// emit emits a fact that was read just now.
func (d *device) emit(source, place string, f fact.Fact) error {
	now := d.opts.Now()
	o, err := fact.New(source, f, fact.Sighting{
		Input: d.opts.Session, Vantage: d.opts.Vantage, Place: placeAt(d.addr, place),
		First: now, Last: now, Count: 1,
	})
	if err != nil {
		return err
	}
	if err := d.to.Emit(o); err != nil {
		return &sinkError{err}
	}
	return nil
}

// placeAt names a row of a target.
func placeAt(a netip.Addr, place string) string {
	if place == "" {
		return a.String()
	}
	return a.String() + " " + place
}
