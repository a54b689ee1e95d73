package pcap

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
	"kanmon/discover/pcap/internal/tap"
	"kanmon/discover/pcap/save"
)

// LiveOptions says where and how long to listen.
type LiveOptions struct {
	Interface   string
	Snaplen     int            // octets of each frame that are looked at; 0: all
	Among       int            // interfaces that are heard at the same time, which share memory; 0: one
	Promiscuous bool           // take frames for other stations too, as on a mirror port
	Filter      *filter.Filter // frames that are looked at; nil: all
	Copy        *save.File     // where frames are copied to, as long as that goes well; nil: nowhere
	Duration    time.Duration  // 0: until the context ends
	MaxFrames   uint64         // 0: as many as come
	Vantage     string         // where in the network that is, as the operator names it
	Flush       time.Duration  // how often new facts are emitted; 0: every 5 seconds
}

const (
	defaultFlush = 5 * time.Second
	// lag bounds how long after the end frames are fetched that wait since
	// before it. A ring full of them takes less.
	lag = 500 * time.Millisecond
)

// ErrInterrupted says that a session ended before its duration was over. What
// was heard until then was emitted.
var ErrInterrupted = errors.New("interrupted before its time was over")

// Check reports what stands in the way of listening on an interface, as far as
// it can be told without trying.
func Check(name string) error {
	if err := tap.Check(name); err != nil {
		return fmt.Errorf("live capture: %w", err)
	}
	return nil
}

func (o *LiveOptions) check() error {
	if o.Interface == "" {
		return errors.New("live capture: no interface was named")
	}
	if o.Snaplen < 0 || o.Duration < 0 || o.Flush < 0 {
		return fmt.Errorf("live capture on %s: snaplen, duration and flush interval must not be negative", fact.Clean(o.Interface))
	}
	if o.Flush == 0 {
		o.Flush = defaultFlush
	}
	return nil
}

// Listener hears one interface. Open makes it, which needs the right to
// capture; Run needs none, so that the right can be given up between them.
type Listener struct {
	o    LiveOptions
	tap  tap.Tap
	a    *analyzer
	to   discover.Sink
	emit emit
	file int // the interface's number in the file that frames are copied to

	frames   uint64
	told     uint64 // of the drops, those that a Gap was emitted for
	down     bool
	downFrom int64 // nanoseconds since 1970: the last frame before the interface went down
}

// Open begins to hear an interface. It sends nothing. Frames that come before
// Run is called wait as far as there is room for them.
func Open(o LiveOptions) (*Listener, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	t, err := tap.Open(tap.Options{Interface: o.Interface, Promiscuous: o.Promiscuous, Filter: o.Filter, Among: o.Among})
	if err != nil {
		return nil, fmt.Errorf("live capture on %s: %w", fact.Clean(o.Interface), err)
	}
	l := &Listener{o: o, tap: t, a: newAnalyzer()}
	if o.Copy != nil {
		l.file = o.Copy.Interface(o.Interface, t.Link(), o.Filter)
	}
	return l, nil
}

// Close ends a Listener, also one that never ran.
func (l *Listener) Close() { l.tap.Close() }

// Run listens until the context ends or the session is as long as it should
// be, which it notices in less than a second. New facts are emitted as they come
// in, and at the end those that changed since. The name of the session stands
// for the digest of a file.
//
// The end of the context is how a session without a duration ends, and so no
// error; one with a duration ends with ErrInterrupted.
func (l *Listener) Run(ctx context.Context, session string, to discover.Sink) (discover.Summary, error) {
	sum := discover.Summary{Format: "live-capture", Vantage: l.o.Interface, LinkTypes: []string{frame.LinkName(l.tap.Link())}}
	if session == "" {
		return sum, errors.New("live capture: the session has no name")
	}
	l.to = to
	l.emit = func(source string, f fact.Fact, s fact.Sighting) error {
		s.Input, s.Vantage = fact.Clean(session), l.o.Vantage
		obs, err := fact.New(source, f, s)
		if err != nil {
			return err
		}
		return to.Emit(obs)
	}
	err := tellChoice(l.o.Filter, l.o.Snaplen, l.o.Interface, func(g fact.Gap) error { return l.emit("pcap/live", g, fact.Sighting{}) })
	if err == nil {
		err = l.hear(ctx)
	}
	sum.Records = l.frames
	return sum, errors.Join(err, l.end())
}

// gap emits that frames were not seen on the interface.
func (l *Listener) gap(code, why string, s fact.Sighting) error {
	return l.emit("pcap/live", fact.Gap{What: "frames on " + l.o.Interface, Why: why, Code: code, Args: []string{l.o.Interface}}, s)
}

// hear learns from frames until the session is over.
func (l *Listener) hear(ctx context.Context) error {
	var over, ended, flush atomic.Bool // a look at these costs nothing beside a frame
	defer context.AfterFunc(ctx, func() { ended.Store(true) })()
	if l.o.Duration > 0 {
		defer time.AfterFunc(l.o.Duration, func() { over.Store(true) }).Stop()
	}
	due := time.AfterFunc(l.o.Flush, func() { flush.Store(true) })
	defer due.Stop()
	for {
		switch {
		case over.Load():
			return l.rest()
		case ended.Load():
			err := l.rest()
			if l.o.Duration > 0 {
				err = errors.Join(fmt.Errorf("live capture on %s: %w", l.o.Interface, ErrInterrupted), err)
			}
			return err
		case flush.Load():
			flush.Store(false)
			if err := l.flush(); err != nil {
				return err
			}
			due.Reset(l.o.Flush)
		}
		if _, err := l.next(); err != nil || l.full() {
			return err
		}
	}
}

// full reports whether as many frames came as are wanted.
func (l *Listener) full() bool { return l.o.MaxFrames > 0 && l.frames >= l.o.MaxFrames }

// rest learns from the frames that came before the end and were not fetched yet:
// those of the last moment, or of a minute in which the program stood still.
func (l *Listener) rest() error {
	var late atomic.Bool
	defer time.AfterFunc(lag, func() { late.Store(true) }).Stop()
	for !late.Load() && !l.full() {
		if came, err := l.next(); err != nil || !came {
			return err
		}
	}
	return nil
}

// next learns from the next frame, where there is one.
func (l *Listener) next() (came bool, err error) {
	var rec frame.Frame
	switch err := l.tap.Next(&rec); {
	case errors.Is(err, tap.ErrNothing):
		return false, nil
	case errors.Is(err, tap.ErrDown):
		if !l.down {
			l.down, l.downFrom = true, l.a.seenAnything.last
		}
		return false, nil
	case err != nil:
		return false, fmt.Errorf("live capture on %s: %w", l.o.Interface, err)
	}
	l.frames++
	at := moment{nanos: rec.Nanos, frame: l.frames}
	if l.down {
		l.down = false
		if err := l.tellDown(at.nanos); err != nil {
			return true, err
		}
	}
	if l.o.Copy != nil {
		l.o.Copy.Frame(l.file, &rec)
	}
	rec.Cut(l.o.Snaplen)
	if err := l.a.frame(rec.Link, rec.Data, rec.Whole, at); err != nil {
		l.to.Skip("frame "+strconv.FormatUint(l.frames, 10), err)
	}
	return true, nil
}

func (l *Listener) tellDown(until int64) error {
	return l.gap(fact.GapInterfaceDown, "the interface was down for a while", fact.Sighting{First: when(l.downFrom), Last: when(until)})
}

// flush emits what is new, and how many frames were lost until now: who is
// killed loses no more than what came since.
func (l *Listener) flush() error {
	if err := l.a.flush(l.emit, false); err != nil {
		return err
	}
	if err := l.tellDrops(); err != nil {
		return err
	}
	if l.o.Copy != nil {
		_ = l.o.Copy.Flush() // who made the copy is told at the end; until then there is more to hear
	}
	return nil
}

// tellDrops emits how many frames were dropped in all, where that is news.
func (l *Listener) tellDrops() error {
	n, err := l.tap.Drops()
	if err != nil {
		return fmt.Errorf("live capture on %s: read the count of dropped frames: %w", l.o.Interface, err)
	}
	if n == l.told {
		return nil
	}
	l.told = n
	return l.gap(fact.GapFramesDropped, "the kernel dropped some because they came faster than they could be read",
		fact.Sighting{First: when(l.a.seenAnything.first), Last: when(l.a.seenAnything.last), Count: n})
}

// end emits what was learned and not yet emitted.
func (l *Listener) end() error {
	if err := l.a.finish(l.emit); err != nil {
		return err
	}
	if l.down {
		if err := l.tellDown(0); err != nil {
			return err
		}
	}
	return l.tellDrops()
}
