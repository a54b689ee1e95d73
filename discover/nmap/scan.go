package nmap

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	scan "github.com/Ullaakut/nmap/v3"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// ErrNotInstalled says that there is no nmap to run.
var ErrNotInstalled = errors.New("nmap was not found: it is a program of its own, with its own licence, that you install yourself (https://nmap.org); everything else of kanmon works without it")

// Options says what Scan looks at. Nothing in it makes a scan less gentle than
// the Gate allows.
type Options struct {
	Path    string         // of the program; empty: looked for in PATH
	Targets []netip.Prefix // all IPv4 or all IPv6, within the targets of the Gate
	Exclude []netip.Prefix // beside what the Gate spares

	Ports    string // TCP ports as in 22,80,8000-8100; empty: DefaultPorts
	TopPorts int    // instead of Ports: the most common ones, as nmap counts them
	// SkipDiscovery connects to addresses that do not answer ARP or echo requests
	// too. It finds machines that hide, and sends the most.
	SkipDiscovery bool
	// Unprivileged says that this process may not send raw packets. nmap would
	// then quietly replace the echo request by TCP connections; so it is told
	// which ones, and the plan shows them.
	Unprivileged bool

	MaxRate     int           // packets a second; 0: what the Gate allows, which it never exceeds
	HostTimeout time.Duration // for one host; 0: defaultHostTimeout

	OutFile string // where nmap writes its XML; must not exist
	Vantage string // where this machine is plugged in, as the operator names it
}

const (
	// defaultHostTimeout is ten times what DefaultPorts take at one port a second
	// and a second try.
	defaultHostTimeout = 8 * time.Minute
	// maxRetries is how often a connection is tried again: a frame may be lost,
	// two in a row are an answer.
	maxRetries = 1
	// hostGroup is how many hosts nmap looks at together. It writes what it found
	// at the end of each group, so a scan that is stopped keeps the groups before;
	// fewer than this would not use up the rate.
	hostGroup = 16
	// stopDelay is how long nmap may take to end its file once it is told to
	// stop, before it is killed.
	stopDelay = 5 * time.Second
)

// Plan returns the command that Scan would run, exactly, for --plan. Nothing is
// sent, and no receipt is written.
func Plan(ctx context.Context, opts Options, gate *discover.Gate) (discover.Plan, error) {
	c, err := prepare(ctx, opts, gate)
	if err != nil {
		return nil, err
	}
	words := []string{quote(c.path)}
	for _, a := range c.args {
		words = append(words, quote(a))
	}
	return discover.Plan{
		fmt.Sprintf("nmap connects to %d addresses, %d TCP ports each, at most %d packets a second:", len(c.to), c.ports, c.rate),
		strings.Join(words, " "),
	}, nil
}

// quote writes an argument as a shell reads it.
func quote(arg string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_@%+=:,./-", r))
	}
	if arg != "" && strings.IndexFunc(arg, func(r rune) bool { return !plain(r) }) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(fact.Clean(arg), "'", `'\''`) + "'"
}

// Scan runs nmap under gate and passes what it found to to. Where ctx ends or
// the Gate is stopped, nmap is told to stop, what it found until then is passed
// on all the same, and the error says so. No nmap outlives the call, nor, on
// Linux, this process.
func Scan(ctx context.Context, opts Options, gate *discover.Gate, to discover.Sink) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("nmap was not begun: %w", err)
	}
	c, err := prepare(ctx, opts, gate)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(opts.OutFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the file for nmap's results: %w", err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("make the file for nmap's results: %w", err)
	}
	what := fmt.Sprintf("nmap, TCP connections to %d ports", c.ports)
	if err := gate.Delegate(discover.TrafficProbe, c.to, what, (1+maxRetries)*(1+c.ports)); err != nil {
		return errors.Join(err, os.Remove(opts.OutFile))
	}
	ranErr := c.run(ctx, gate)
	readErr := collect(context.WithoutCancel(ctx), opts, to)
	switch {
	case ctx.Err() != nil:
		return errors.Join(fmt.Errorf("nmap was stopped before its end: %w", ctx.Err()), readErr)
	case gate.Stopped() != "":
		return errors.Join(fmt.Errorf("nmap was stopped before its end: %w any more: %s", discover.ErrRefused, gate.Stopped()), readErr)
	}
	return errors.Join(ranErr, readErr)
}

// collect reads what nmap wrote.
func collect(ctx context.Context, opts Options, to discover.Sink) error {
	st, err := os.Stat(opts.OutFile)
	if err == nil && st.Size() == 0 { // nmap said why it did not begin
		return os.Remove(opts.OutFile)
	}
	rep, err := discover.ReadFiles(ctx, discover.ReadOptions{Paths: []string{opts.OutFile}, Formats: Formats(), Vantage: opts.Vantage}, to)
	if err != nil {
		return err
	}
	for _, in := range rep.Inputs {
		if why := cmp.Or(in.Incomplete, in.Failed); why != "" {
			return fmt.Errorf("results of nmap: %s", why)
		}
		if in.Unrecognised {
			return errors.New("results of nmap: what it wrote is not its XML")
		}
	}
	return nil
}

// discovery returns the options by which nmap finds out which addresses answer:
// ARP on the segment and an ICMP echo request, or, without the right to send
// those, one TCP connection each to two ports.
func discovery(opts Options) []scan.Option {
	if opts.Unprivileged {
		return []scan.Option{scan.WithUnprivileged(), scan.WithSYNDiscovery("80", "443")}
	}
	return []scan.Option{scan.WithICMPEchoDiscovery()}
}

// command is one run of nmap.
type command struct {
	path  string
	args  []string
	to    []netip.Addr
	ports int // number of ports that are looked at
	rate  int // packets a second
}

// prepare checks everything that can be checked before anything is sent.
func prepare(ctx context.Context, opts Options, gate *discover.Gate) (*command, error) {
	c := &command{path: opts.Path}
	var err error
	if c.to, err = allowed(opts, gate); err != nil {
		return nil, err
	}
	if c.path == "" {
		if c.path, err = exec.LookPath("nmap"); err != nil {
			return nil, ErrNotInstalled
		}
	} else if _, err := exec.LookPath(c.path); err != nil {
		return nil, fmt.Errorf("nmap at %s cannot be run: %w", fact.Clean(c.path), err)
	}
	if opts.OutFile == "" {
		return nil, errors.New("nmap needs a file for its results, and none was named")
	}
	file, err := filepath.Abs(opts.OutFile) // never "-", nor anything else that begins so
	if err != nil {
		return nil, fmt.Errorf("file for nmap's results: %w", err)
	}
	if c.rate = int(min(gate.PerSecond(), 1e6)); opts.MaxRate > 0 {
		c.rate = min(c.rate, opts.MaxRate)
	}
	if c.rate < 1 {
		return nil, errors.New("nmap cannot send less than one packet a second: allow it one")
	}
	options, n, err := portOptions(opts)
	if err != nil {
		return nil, err
	}
	c.ports = n
	if c.args, err = arguments(ctx, c, opts, gate, options); err != nil {
		return nil, err
	}
	// nmap puts the time into file names that hold "%" (strftime).
	c.args = append(c.args, "-oX", strings.ReplaceAll(file, "%", "%%"))
	c.args = append(c.args, aggregate(c.to)...)
	return c, nil
}

// allowed returns the addresses among the targets that may be sent to. One that
// lies outside the named targets is an error; what the Gate spares is left out.
func allowed(opts Options, gate *discover.Gate) ([]netip.Addr, error) {
	if len(opts.Targets) == 0 {
		return nil, errors.New("nmap needs targets, and none was named: write addresses or prefixes such as 192.0.2.0/24")
	}
	seen := make(map[netip.Addr]bool)
	var out []netip.Addr
	for _, t := range opts.Targets {
		if !t.IsValid() || t.Addr().Is4() != opts.Targets[0].Addr().Is4() || t.Addr().BitLen()-t.Bits() > 16 {
			return nil, errors.New("targets of nmap: name networks of at most 65536 addresses, IPv4 and IPv6 in scans of their own")
		}
		for a := t.Masked().Addr(); t.Contains(a); a = a.Next() {
			if seen[a] || among(opts.Exclude, a) || gate != nil && gate.Spared(a) != "" {
				continue
			}
			if err := gate.Check(discover.TrafficProbe, a, "TCP connections of nmap"); err != nil {
				return nil, err
			}
			seen[a] = true
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no target is left: all of them are excluded, or never to be touched")
	}
	return out, nil
}

func among(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// portOptions returns the options that choose ports, and how many those are.
func portOptions(opts Options) ([]scan.Option, int, error) {
	never, _ := list(neverTCP())
	options := []scan.Option{scan.WithPortExclusions(never)}
	switch {
	case opts.Ports != "" && opts.TopPorts != 0:
		return nil, 0, errors.New("name ports or a number of the most common ones, not both")
	case opts.TopPorts < 0 || opts.TopPorts > 65535:
		return nil, 0, fmt.Errorf("top ports %d: not from 1 to 65535", opts.TopPorts)
	case opts.TopPorts > 0:
		return append(options, scan.WithMostCommonPorts(opts.TopPorts)), opts.TopPorts, nil
	}
	spans, err := parsePorts(cmp.Or(opts.Ports, DefaultPorts()))
	if err != nil {
		return nil, 0, err
	}
	text, n := list(spans)
	return append(options, scan.WithPorts(text)), n, nil
}

// arguments returns the arguments but for the file and the targets.
//
// Not among them on purpose: -O, -sV and scripts, which send what devices have
// failed under; --noninteractive, which hides the progress in the file.
func arguments(ctx context.Context, c *command, opts Options, gate *discover.Gate, ports []scan.Option) ([]string, error) {
	options := append([]scan.Option{
		scan.WithBinaryPath(c.path),
		scan.WithDisabledDNSResolution(),
		scan.WithConnectScan(),
		scan.WithTimingTemplate(scan.TimingPolite),
		scan.WithMaxRate(c.rate),
		scan.WithScanDelay(max(gate.PerHostInterval(), time.Millisecond)),
		scan.WithMaxHostgroup(hostGroup),
		scan.WithMaxRetries(maxRetries),
		scan.WithHostTimeout(max(cmp.Or(opts.HostTimeout, defaultHostTimeout), time.Second)),
		scan.WithNoStylesheet(),
	}, ports...)
	if opts.SkipDiscovery {
		options = append(options, scan.WithSkipHostDiscovery())
	} else {
		options = append(options, discovery(opts)...)
	}
	if c.to[0].Is6() {
		options = append(options, scan.WithIPv6Scanning())
	}
	if len(opts.Exclude) > 0 {
		var out []string
		for _, p := range opts.Exclude {
			out = append(out, p.String())
		}
		options = append(options, scan.WithTargetExclusions(out...))
	}
	s, err := scan.NewScanner(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("arguments of nmap: %w", err)
	}
	return s.Args(), nil
}

// aggregate writes addresses as the fewest prefixes that hold them and nothing
// else, in the order in which they first appear.
func aggregate(addrs []netip.Addr) []string {
	var out []string
	for len(addrs) > 0 {
		p, n := netip.PrefixFrom(addrs[0], addrs[0].BitLen()), 1
		for p.Bits() > 0 {
			wider := netip.PrefixFrom(addrs[0], p.Bits()-1)
			if wider.Masked().Addr() != addrs[0] || 2*n > len(addrs) || !inOrder(addrs[n-1:2*n]) {
				break
			}
			p, n = wider, 2*n
		}
		if n == 1 {
			out = append(out, addrs[0].String())
		} else {
			out = append(out, p.String())
		}
		addrs = addrs[n:]
	}
	return out
}

// inOrder reports whether each address follows on the one before.
func inOrder(addrs []netip.Addr) bool {
	for i := range len(addrs) - 1 {
		if addrs[i].Next() != addrs[i+1] {
			return false
		}
	}
	return true
}

// run runs nmap until it ends, ctx ends, or gate is stopped.
func (c *command) run(ctx context.Context, gate *discover.Gate) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-gate.Done():
			cancel()
		case <-ctx.Done():
		}
	}()

	// Where the kernel ends nmap with its parent, the parent is the thread that
	// started it: this one has to stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var said tail
	cmd := exec.CommandContext(ctx, c.path, c.args...) //nolint:gosec // arguments are made of numbers and addresses; no shell
	cmd.Stderr = &said                                 // standard input and output are the null device: no key press breaks the XML
	cmd.SysProcAttr = processAttributes()
	cmd.WaitDelay = stopDelay
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil { // not known on Windows
			return cmd.Process.Kill()
		}
		return nil
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("nmap failed: %w: %s", err, cmp.Or(fact.Clean(string(said.last)), "it did not say why"))
	}
	return nil
}

// tail keeps the last octets that were written to it.
type tail struct{ last []byte }

var _ io.Writer = (*tail)(nil)

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.last = append(t.last, p...)
	if n := len(t.last) - fact.MaxText; n > 0 {
		t.last = bytes.Clone(t.last[n:])
	}
	return len(p), nil
}
