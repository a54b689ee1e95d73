package snmp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"time"

	"kanmon/discover"
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
	Now         func() time.Time // a clock that goes: of sightings, of waits for answers, and of limits below

	Keys Keyring // credentials of ranges and devices; Credentials are those of all others

	Parallel      int           // targets that are asked at the same time: 256
	Timeout       time.Duration // for one answer: 2 s
	Retries       int           // of one request: 1; less than 0 for none
	MaxRows       int           // of one table: 200,000
	MaxRequests   int           // to one target: 20,000, which take hours at a gentle rate; half as many for one table
	TableTimeout  time.Duration // for one table, not counting waits for leave: 2 minutes
	DeviceTimeout time.Duration // for one target, counted likewise: 10 minutes
	Repetitions   int           // rows that are asked for at once; 0: 10, then 25, then 50 of agents that show that they bear it

	Follow Follow // who else is asked, of those that agents tell of

	// PerVLAN asks for the forwarding table and spanning tree of each VLAN alone,
	// which Cisco's switches need. Others send traps about it.
	PerVLAN bool

	// Whole walks everything that an agent has in place of the tables of groups.
	Whole bool
	// Record opens what the answers of an agent are kept in, as .snmprec; nil
	// where nothing is kept.
	Record func(agent netip.Addr) (io.WriteCloser, error)
	// RecordOnly makes no facts of the answers, but for gaps.
	RecordOnly bool
}

const (
	defaultPort      = 161
	defaultParallel  = 256 // the rate is for the gate to keep
	defaultTimeout   = 2 * time.Second
	defaultRetries   = 1
	defaultMaxRows   = 200_000
	defaultRequests  = 20_000
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

	weak, err := weaknesses()
	if err != nil {
		return err
	}
	secrets, err := secretTrees()
	if err != nil {
		return err
	}
	run := &run{opts: opts, gate: gate, to: to, trail: newTrail(opts.Follow, opts.Targets), columns: newWalk(), wanted: groups(), weak: weak, secrets: secrets, veil: newVeil(opts)}
	var incomplete []error
	for targets := opts.Targets; len(targets) > 0; targets = run.trail.next(run.spared) {
		incomplete = append(incomplete, run.round(ctx, cancel, targets)...)
		if run.stop != nil {
			break
		}
	}
	var sink *sinkError
	if errors.As(run.stop, &sink) {
		return sink.err
	}
	for _, g := range run.trail.gaps() {
		d := &device{run: run}
		if err := d.gap(g); errors.As(err, &sink) {
			return sink.err
		}
	}
	return errors.Join(append([]error{run.stop}, incomplete...)...)
}

// run is one run of Collect.
type run struct {
	opts    Options
	gate    Permitter
	to      discover.Sink
	trail   *trail
	columns *walk      // empty: those of all devices are made like it
	wanted  []group    // whose tables are asked for
	weak    []weakness // of all models
	secrets []oid      // what is passed over where everything is walked
	veil    veil
	stop    error // why nobody is asked any more
}

// spared reports whether the gate leaves an address alone that nobody named, but
// that lies in what was named.
func (r *run) spared(a netip.Addr) bool {
	gate, ok := r.gate.(interface{ Spared(a netip.Addr) string })
	return ok && gate.Spared(a) != ""
}

// round asks targets, and returns what of each is missing.
func (r *run) round(ctx context.Context, cancel context.CancelCauseFunc, targets []netip.Addr) []error {
	results := make([]error, len(targets))
	var (
		wg   sync.WaitGroup
		once sync.Once
	)
	slots := make(chan struct{}, r.opts.Parallel)
	for i, target := range targets {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			incomplete, fatal := r.visit(ctx, target)
			results[i] = incomplete
			if fatal != nil {
				once.Do(func() { r.stop = fatal })
				cancel(fmt.Errorf("the run was ended: %w", fatal))
			}
		})
	}
	wg.Wait()
	return results
}

// visit asks one target, and keeps its answers where that is wanted.
func (r *run) visit(ctx context.Context, target netip.Addr) (incomplete, fatal error) {
	d := &device{run: r, addr: target, w: r.columns.empty(), absent: make(map[oid]bool)}
	if r.opts.Record != nil {
		file, err := r.opts.Record(target)
		if err != nil {
			return nil, &sinkError{err}
		}
		d.rec = newRecording(file)
	}
	incomplete, fatal = d.collect(ctx)
	if err := d.rec.close(incomplete); err != nil && fatal == nil {
		fatal = &sinkError{err}
	}
	return incomplete, fatal
}

// complete returns o with its defaults, or says what is wrong with it.
func (o Options) complete() (Options, error) {
	switch {
	case o.Now == nil:
		return o, errors.New("options need a clock")
	case o.Session == "":
		return o, errors.New("options need the name of the session")
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
	o.Follow.Scope = slices.Clone(o.Follow.Scope)
	for i, p := range o.Follow.Scope {
		if !p.IsValid() {
			return o, errors.New("a prefix of the scope is not valid: write one such as 10.99.0.0/24")
		}
		o.Follow.Scope[i] = p.Masked()
	}
	if err := o.checkCredentials(); err != nil {
		return o, err
	}
	o.Port = cmp.Or(o.Port, defaultPort)
	if why := discover.NeverProbe("udp", o.Port); why != "" {
		return o, fmt.Errorf("UDP port %d is never sent to (%s): name the port of the SNMP agents", o.Port, why)
	}
	o.Parallel = max(cmp.Or(o.Parallel, defaultParallel), 1)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Retries = max(cmp.Or(o.Retries, defaultRetries), 0)
	o.MaxRows = cmp.Or(o.MaxRows, defaultMaxRows)
	o.MaxRequests = cmp.Or(o.MaxRequests, defaultRequests)
	o.TableTimeout = cmp.Or(o.TableTimeout, defaultForTable)
	o.DeviceTimeout = cmp.Or(o.DeviceTimeout, defaultForDevice)
	return o, nil
}
