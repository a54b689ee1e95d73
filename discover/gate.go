package discover

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"kanmon/discover/fact"
)

// ErrRefused is what every refusal of a Gate wraps: nothing was sent.
var ErrRefused = errors.New("refused to send")

// GateOptions says what a Gate lets through.
type GateOptions struct {
	Level   Traffic        // what may be sent at all
	Targets []netip.Prefix // what may be sent to; nothing else ever is
	Exclude []netip.Prefix // what among the targets is left alone
	// NoTouch returns why an address is never sent to although it is among the
	// targets, such as "patient monitor", and the empty string where it may be.
	NoTouch func(netip.Addr) string

	PerSecond       float64       // packets a second to all targets together; 0 means DefaultPerSecond
	PerHostInterval time.Duration // between two permits for the same address; 0 means DefaultPerHostInterval

	Clock    func() time.Time
	Receipts io.Writer // gets a JSON line before each permit, a single Write each
}

// Medical devices have been seen to fail under scans, and no standard says how
// much they bear. The defaults are what a person who tries one device after
// another would do.
const (
	DefaultPerSecond       = 10
	DefaultPerHostInterval = time.Second
)

// The largest targets that make sense: a site's IPv4 network, and as many
// IPv6 addresses. More is a slip of the finger, and would take days at the
// rates above.
const (
	minBits4 = 16
	minBits6 = 112
)

// Gate is the one thing through which anything is sent: whoever wants to send
// asks it for a permit first. A nil Gate refuses everything. It may be used by
// several goroutines.
type Gate struct {
	opts  GateOptions
	hosts map[netip.Addr]bool // the targets that are one address
	nets  []netip.Prefix      // the others
	stop  chan struct{}       // closed by Stop

	mu      sync.Mutex
	stopped string                   // why
	next    time.Time                // when the total rate allows the next packet
	nextFor map[netip.Addr]time.Time // the same for one address
	line    []byte                   // the last receipt
}

// NewGate returns a Gate, or an error where the options make no sense. No
// options at all make a Gate that refuses everything.
func NewGate(opts GateOptions) (*Gate, error) {
	var err error
	if opts.Targets, err = checkTargets(opts.Targets); err != nil {
		return nil, err
	}
	opts.Exclude = slices.Clone(opts.Exclude)
	for i, p := range opts.Exclude {
		if !p.IsValid() {
			return nil, errors.New("an excluded prefix is not valid: write addresses or prefixes such as 192.0.2.0/24")
		}
		opts.Exclude[i] = plainPrefix(p)
	}
	if opts.PerSecond < 0 || math.IsNaN(opts.PerSecond) || math.IsInf(opts.PerSecond, 0) || opts.PerHostInterval < 0 {
		return nil, errors.New("rate limits are less than zero: leave them out to have the gentle ones")
	}
	if opts.Level >= TrafficQuery && (opts.Clock == nil || opts.Receipts == nil) {
		return nil, errors.New("nothing may be sent without a clock and a place for receipts")
	}
	opts.PerSecond = cmp.Or(opts.PerSecond, DefaultPerSecond)
	opts.PerHostInterval = cmp.Or(opts.PerHostInterval, DefaultPerHostInterval)
	g := &Gate{opts: opts, stop: make(chan struct{}), nextFor: make(map[netip.Addr]time.Time), hosts: make(map[netip.Addr]bool)}
	for _, t := range opts.Targets {
		if t.IsSingleIP() {
			g.hosts[t.Addr()] = true
		} else {
			g.nets = append(g.nets, t)
		}
	}
	return g, nil
}

// checkTargets returns the targets as plain prefixes without host bits, or why
// one of them is no target.
func checkTargets(targets []netip.Prefix) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, t := range targets {
		if !t.IsValid() {
			return nil, errors.New("a target is not valid: write addresses or prefixes such as 192.0.2.0/24")
		}
		p := plainPrefix(t)
		least := minBits6
		if p.Addr().Is4() {
			least = minBits4
		}
		switch why := notUnicast(p.Addr()); {
		case p.Bits() < least:
			return nil, fmt.Errorf("target %s is larger than a /%d: name the networks that are meant", t, least)
		case why != "":
			return nil, fmt.Errorf("target %s is %s: name addresses of devices", t, why)
		}
		out = append(out, p)
	}
	return out, nil
}

// plainPrefix returns p without host bits, and as IPv4 where it is IPv4-mapped.
func plainPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// plainAddr returns a as prefixes know it.
func plainAddr(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// notUnicast returns what a is where it is no address of one device (RFC 6890),
// and the empty string where it may be.
func notUnicast(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return "not an address"
	case a.IsUnspecified(), a.Is4() && a.As4()[0] == 0:
		return "unspecified"
	case a.IsMulticast():
		return "multicast"
	case a.Is4() && a.As4()[0] >= 240:
		return "broadcast or reserved"
	}
	return ""
}

// Permit asks for leave to send packets of what to an address of the
// infrastructure, at TrafficQuery. See PermitAt.
func (g *Gate) Permit(ctx context.Context, to netip.Addr, what string, packets int) error {
	return g.PermitAt(ctx, TrafficQuery, to, what, packets)
}

// PermitAt asks for leave to send packets of what ("SNMP GetBulk") to an
// address, which needs a traffic level. It waits until the rates allow them,
// writes the receipt, and returns nil: now the caller may send. Else it returns
// an error that wraps ErrRefused, or that of ctx, and the caller sends nothing.
func (g *Gate) PermitAt(ctx context.Context, need Traffic, to netip.Addr, what string, packets int) error {
	for {
		wait, err := g.try(ctx, need, to, what, packets)
		if wait <= 0 || err != nil {
			return err
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
		case <-g.stop:
		}
		t.Stop()
	}
}

// try gives the permit where the rates allow it now, else it returns how long
// to wait before asking again.
func (g *Gate) try(ctx context.Context, need Traffic, to netip.Addr, what string, packets int) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := g.Check(need, to, what); err != nil {
		return 0, err
	}
	to = plainAddr(to)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.checkStopped(what, to); err != nil { // since Check looked
		return 0, err
	}
	now := g.opts.Clock()
	if wait := max(g.next.Sub(now), g.nextFor[to].Sub(now)); wait > 0 {
		return wait, nil
	}
	packets = max(packets, 1)
	g.next = now.Add(time.Duration(float64(packets) / g.opts.PerSecond * float64(time.Second)))
	g.nextFor[to] = now.Add(g.opts.PerHostInterval)
	return 0, g.receipt(now, to, what, packets)
}

// Check returns the refusal that PermitAt would return now, without waiting and
// without a receipt. It gives no leave to send.
func (g *Gate) Check(need Traffic, to netip.Addr, what string) error {
	if g == nil {
		return refusal(what, to, "no traffic was allowed")
	}
	need = max(need, TrafficQuery)
	if g.opts.Level < need {
		return refusal(what, to, fmt.Sprintf("it needs traffic level %s and this run has %s; allow it with --traffic %s", need, g.opts.Level, need))
	}
	if !g.hosts[plainAddr(to)] && !among(g.nets, to) {
		return refusal(what, to, "it is not among the named targets; name it if it is meant")
	}
	if why := g.Spared(to); why != "" {
		return refusal(what, to, why)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.checkStopped(what, to)
}

// checkStopped returns the refusal of a stopped Gate. The caller holds g.mu.
func (g *Gate) checkStopped(what string, to netip.Addr) error {
	if g.stopped == "" {
		return nil
	}
	return refusal(what, to, "the run was stopped: "+g.stopped)
}

func refusal(what string, to netip.Addr, why string) error {
	return fmt.Errorf("%w %s to %s: %s", ErrRefused, fact.Clean(what), fact.Clean(to.String()), why)
}

// Spared returns why a is left alone although it may be among the targets: it
// is excluded, never to be touched, or the address of more than one device.
// It is empty where a may be sent to.
func (g *Gate) Spared(a netip.Addr) string {
	if why := notUnicast(plainAddr(a)); why != "" {
		return "it is " + why
	}
	if among(g.opts.Exclude, a) {
		return "it is excluded"
	}
	for _, t := range g.nets {
		if isBroadcast(t, plainAddr(a)) {
			return fmt.Sprintf("it is the network or broadcast address of %s", t)
		}
	}
	if g.opts.NoTouch != nil {
		if why := g.opts.NoTouch(plainAddr(a)); why != "" {
			return "it is never to be touched: " + fact.Clean(why)
		}
	}
	return ""
}

// among reports whether a lies in one of the prefixes.
func among(prefixes []netip.Prefix, a netip.Addr) bool {
	a = plainAddr(a)
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

// isBroadcast reports whether a is the first or the last address of an IPv4
// network that has room for them (RFC 919, RFC 3021). Old stacks take both for
// broadcasts.
func isBroadcast(p netip.Prefix, a netip.Addr) bool {
	if !p.Addr().Is4() || p.Bits() > 30 || !p.Contains(a) {
		return false
	}
	return a == p.Addr() || !p.Contains(a.Next())
}

// Delegate asks for leave to have another program send at most packets of what
// to each of the addresses, and writes a receipt for each. The rates are for
// that program to keep; see GateOptions and Done. Where one address is refused,
// nothing may be sent to any.
func (g *Gate) Delegate(need Traffic, to []netip.Addr, what string, packets int) error {
	for _, a := range to {
		if err := g.Check(need, a, what); err != nil {
			return err
		}
	}
	if g == nil || len(to) == 0 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range to {
		if err := g.checkStopped(what, a); err != nil {
			return err
		}
		if err := g.receipt(g.opts.Clock(), plainAddr(a), what, packets); err != nil {
			return err
		}
	}
	return nil
}

// receipt notes that a permit is given. Without a receipt there is none. The
// caller holds g.mu.
func (g *Gate) receipt(at time.Time, to netip.Addr, what string, packets int) error {
	g.line = receipt{at.UTC(), to, fact.Clean(what), packets}.appendTo(g.line[:0])
	if _, err := g.opts.Receipts.Write(g.line); err != nil {
		return fmt.Errorf("%w to %s: its receipt cannot be written: %w", ErrRefused, to, err)
	}
	return nil
}

// receipt is one line of the file of receipts.
type receipt struct {
	At      time.Time  `json:"at"`
	To      netip.Addr `json:"to"`
	What    string     `json:"what"`
	Packets int        `json:"packets"`
}

// appendTo appends the line. There is one for each packet, so that it is put
// together by hand.
func (r receipt) appendTo(b []byte) []byte {
	b = append(b, `{"at":"`...)
	b = r.At.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","to":"`...)
	b = r.To.AppendTo(b)
	b = append(b, `","what":`...)
	what, _ := json.Marshal(r.What) // a text has no error
	b = append(b, what...)
	b = append(b, `,"packets":`...)
	b = strconv.AppendInt(b, int64(r.Packets), 10)
	return append(b, "}\n"...)
}

// areReceipts reports whether a file that begins with head holds receipts.
func areReceipts(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	var r receipt
	return json.Unmarshal(line, &r) == nil && !r.At.IsZero() && r.To.IsValid() && r.What != "" && r.Packets > 0
}

// PerSecond returns how many packets a second may be sent to all targets
// together.
func (g *Gate) PerSecond() float64 { return g.opts.PerSecond }

// PerHostInterval returns the time between two permits for the same address.
func (g *Gate) PerHostInterval() time.Duration { return g.opts.PerHostInterval }

// Stop refuses everything from now on: a device stopped answering, or the
// operator wants it. The first reason stays.
func (g *Gate) Stop(why string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped == "" {
		g.stopped = cmp.Or(fact.Clean(why), "no reason given")
		close(g.stop)
	}
}

// Stopped returns why the Gate was stopped; empty while it was not.
func (g *Gate) Stopped() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stopped
}

// Done is closed when the Gate is stopped.
func (g *Gate) Done() <-chan struct{} { return g.stop }
