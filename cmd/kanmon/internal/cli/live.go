package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/nmap"
	"kanmon/discover/pcap"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/save"
	"kanmon/discover/snmp"
)

// session runs one live source: observe gets a name for the session, and what
// it says of itself is recorded beside what it observed.
func (a *app) session(to *recorder, format, name string, observe func(string, discover.Sink) (discover.Summary, error)) error {
	session := "live:" + a.Now().UTC().Format("20060102T150405.000") + "-" + name
	src := &source{to: to}
	s, err := observe(session, src)
	in := fact.InputRead{
		Digest: session, Name: name, Format: format, LinkTypes: s.LinkTypes, Records: s.Records, Skipped: src.skips,
	}
	if s.Format == "" { // of one that does not count what it reads
		in.Records = src.count
	}
	if in.Skipped > 0 {
		in.SkipReason = []string{src.first}
	}
	if err != nil {
		in.Incomplete = err.Error()
	}
	o, newErr := fact.New("input/read", in, fact.Sighting{Input: session})
	if newErr != nil {
		return errors.Join(err, newErr)
	}
	return errors.Join(err, to.encode(o))
}

type listenOptions struct {
	Interface      string
	Vantage        string
	Filter         *filter.Filter
	Copy           *save.File
	Duration       time.Duration
	MaxFrames      uint64
	Snaplen        int
	NotPromiscuous bool
}

// listener is an interface that is heard, or why it is not.
type listener struct {
	listenOptions
	open  *pcap.Listener
	err   error
	among int // so many are heard at the same time
}

// openListener begins to hear one of so many interfaces, which needs rights that
// what comes after it does not.
func openListener(l listenOptions, among int) listener {
	open, err := pcap.Open(pcap.LiveOptions{
		Interface: l.Interface, Among: among, Snaplen: l.Snaplen, Promiscuous: !l.NotPromiscuous, Filter: l.Filter, Copy: l.Copy,
		Duration: l.Duration, MaxFrames: l.MaxFrames, Vantage: l.Vantage,
	})
	return listener{listenOptions: l, open: open, err: err, among: among}
}

func (l listener) close() {
	if l.open != nil {
		l.open.Close()
	}
}

// listen captures on one interface. It sends nothing.
func (a *app) listen(ctx context.Context, l listener, to *recorder) error {
	err := a.session(to, "live-capture", l.Interface, func(session string, to discover.Sink) (discover.Summary, error) {
		if l.err != nil {
			return discover.Summary{}, l.err
		}
		a.note("listening on %s for %s; nothing is sent", l.Interface, untilWhen(l.Duration))
		s, err := l.open.Run(ctx, session, to)
		if err == nil && s.Records == 0 {
			why := "is the cable in, and does the switch mirror to it?"
			if l.Filter != nil {
				why = "does the filter say what you mean? " + why
			}
			a.note("no frame came on %s: %s", l.Interface, why)
		}
		return s, err
	})
	if err != nil && l.err == nil && ctx.Err() == nil && l.among > 1 { // at once, since the end may be hours away
		a.note("%s; listening goes on without it", err)
	}
	return err
}

func untilWhen(d time.Duration) string {
	if d <= 0 {
		return "as long as you let it (Ctrl-C ends it and keeps what was heard)"
	}
	return d.String()
}

// ask asks agents by SNMP through gate; those that the operator excluded are
// left out. Where a device does not bear it, the gate is stopped for everybody.
func (a *app) ask(ctx context.Context, o snmp.Options, gate *discover.Gate, to *recorder) error {
	spared := func(agent netip.Addr) bool {
		why := gate.Spared(agent)
		if why != "" {
			a.note("%s is not asked: %s", agent, why)
		}
		return why != ""
	}
	if o.Targets = slices.DeleteFunc(slices.Clone(o.Targets), spared); len(o.Targets) == 0 {
		return fmt.Errorf("%w: no agent is left that may be asked", discover.ErrRefused)
	}
	to.hold(askHold)
	err := a.session(to, "live-snmp", "snmp", func(session string, to discover.Sink) (discover.Summary, error) {
		o.Session, o.Now = session, a.Now
		err := snmp.Collect(ctx, o, gate, to)
		if errors.Is(err, snmp.ErrRestarted) || errors.Is(err, snmp.ErrSilent) {
			gate.Stop("a device restarted or fell silent while it was asked by SNMP")
		}
		return discover.Summary{}, err
	})
	return errors.Join(err, to.release())
}

// scanHosts runs nmap through gate; its XML is kept only while it is read.
func (a *app) scanHosts(ctx context.Context, o nmap.Options, gate *discover.Gate, to *recorder) error {
	folder, err := os.MkdirTemp("", "kanmon-scan-") // 0700
	if err != nil {
		return fmt.Errorf("make a folder for nmap's output: %w", err)
	}
	defer os.RemoveAll(folder)
	o.OutFile = filepath.Join(folder, "scan.xml")
	return nmap.Scan(ctx, o, gate, &source{to: to})
}

// targetFlags are the flags by which the operator names whom to ask.
type targetFlags struct {
	exclude  []string
	rate     float64
	interval time.Duration // between two packets to one address; 0: as the traffic level says
	plan     bool
}

// gate makes the gate for the targets that the operator named, and a file for
// the receipts of what is sent.
func (a *app) gate(level discover.Traffic, targets []netip.Prefix, f targetFlags, receipts io.Writer) (*discover.Gate, error) {
	exclude, err := prefixes(f.exclude)
	if err != nil {
		return nil, usage("", "--exclude: %w", err)
	}
	o := discover.GateOptions{Level: level, Targets: targets, Exclude: exclude, PerSecond: f.rate, Clock: a.Now, Receipts: receipts}
	if level == discover.TrafficQuery {
		o.PerHostInterval = cmp.Or(f.interval, queryInterval)
	}
	g, err := discover.NewGate(o)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	return g, nil
}

// begin opens what a command that sends needs: where evidence goes, the gate,
// and the receipts. The function it returns closes them.
func (a *app) begin(evidence string, level discover.Traffic, scope []netip.Prefix, f targetFlags) (*recorder, *discover.Gate, func() error, error) {
	if _, err := a.gate(level, scope, f, discard{}); err != nil { // before any file is made
		return nil, nil, nil, err
	}
	to, err := a.record(evidence)
	if err != nil {
		return nil, nil, nil, err
	}
	receipts, err := a.receipts(evidence)
	if err != nil {
		return nil, nil, nil, errors.Join(err, to.close())
	}
	gate, err := a.gate(level, scope, f, receipts)
	if err != nil {
		return nil, nil, nil, errors.Join(err, to.close(), receipts.Close())
	}
	return to, gate, func() error { return errors.Join(to.close(), receipts.Close()) }, nil
}

// queryInterval is the time between two SNMP requests to one agent. Switches
// answer in software, beside their work; two a second is what a person with a
// browser asks of them.
const queryInterval = 500 * time.Millisecond

// receipts opens the file for the receipts of what is sent, beside the evidence
// file; where evidence goes to standard output there is no file to put them by.
func (a *app) receipts(evidence string) (io.WriteCloser, error) {
	if evidence == "" || evidence == "-" {
		return discard{}, nil
	}
	return openReceipts(strings.TrimSuffix(evidence, filepath.Ext(evidence)) + ".receipts.jsonl")
}

func openReceipts(path string) (io.WriteCloser, error) {
	f, err := privateFile(path, os.O_APPEND|os.O_WRONLY)
	if err != nil {
		return nil, usage("", "receipts of what is sent: %w", err)
	}
	return f, nil
}

// discard is a file for receipts that nobody keeps.
type discard struct{}

// Write implements io.Writer.
func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Close implements io.Closer.
func (discard) Close() error { return nil }

// prefixes reads addresses and prefixes as the operator writes them. Names are
// refused: looking one up would already be a packet that nobody asked for.
func prefixes(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, field := range list {
		for _, s := range strings.Split(field, ",") {
			if a, err := netip.ParseAddr(s); err == nil {
				out = append(out, netip.PrefixFrom(a, a.BitLen()))
				continue
			}
			p, err := netip.ParsePrefix(s)
			if err != nil {
				return nil, fmt.Errorf("%q is not an IP address or a prefix such as 10.0.0.0/24 (names are not looked up)", s)
			}
			out = append(out, p.Masked())
		}
	}
	return out, nil
}

// addresses is prefixes where each must be one address. That of a link has the
// name of the interface which it is reached by.
func addresses(list []string) ([]netip.Addr, []netip.Prefix, error) {
	scope, err := prefixes(list)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range scope {
		if !p.IsSingleIP() {
			return nil, nil, fmt.Errorf("%s: name each agent by its address; ranges are not searched for agents", p)
		}
	}
	var out []netip.Addr
	for _, field := range list {
		for s := range strings.SplitSeq(field, ",") {
			a, err := netip.ParseAddr(s)
			switch {
			case err != nil: // a prefix of one address
				a = netip.MustParsePrefix(s).Addr()
			case a.Is6() && a.IsLinkLocalUnicast() && a.Zone() == "":
				return nil, nil, fmt.Errorf("%s may be on any link: add the interface that leads there, such as %s%%eth0", a, a)
			case !a.IsLinkLocalUnicast():
				a = a.WithZone("")
			}
			out = append(out, a)
		}
	}
	return out, scope, nil
}

// partly ends a live command: what was gathered is kept, and an error of a
// source means that it is not all. Where every source was refused, nothing was
// done at all.
func (a *app) partly(ctx context.Context, sources int, errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	err := errors.Join(errs...)
	switch {
	case err == nil:
		return nil
	case len(errs) == sources && isRefusal(err):
		return &exitError{code: exitUsage, err: err}
	case ctx.Err() != nil:
		a.note("interrupted: what was gathered until then is kept")
		errs = slices.DeleteFunc(errs, isInterruption)
	}
	if err := errors.Join(errs...); err != nil {
		fmt.Fprintln(a.Stderr, "kanmon: error:", cleanLines(err.Error())) // also where nothing else is to be said
		if errors.Is(err, syscall.ENOSPC) {
			fmt.Fprintln(a.Stderr, "kanmon: hint: make room there and run it again: it goes on in the same file")
		}
	}
	return &exitError{code: exitPartial}
}

// isInterruption reports whether err means that the operator ended it, and no
// more.
func isInterruption(err error) bool {
	return each(err, func(err error) bool { return errors.Is(err, pcap.ErrInterrupted) || errors.Is(err, context.Canceled) })
}

// isRefusal reports whether err means that nothing was sent or heard, since it
// was not allowed to be: one of the agents may have been asked.
func isRefusal(err error) bool {
	return each(err, func(err error) bool { return errors.Is(err, discover.ErrRefused) || errors.Is(err, os.ErrPermission) })
}

// each reports whether all errors that err is made of are such. errors.Is is
// content with one of many.
func each(err error, is func(error) bool) bool {
	switch e := err.(type) { //nolint:errorlint // it is taken apart here
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(err error) bool { return !each(err, is) })
	case interface{ Unwrap() error }:
		return each(e.Unwrap(), is)
	}
	return is(err)
}
