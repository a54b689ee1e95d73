package pcap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/capfile"
	"kanmon/discover/pcap/internal/frame"
)

// Formats returns the readers of capture files: pcap and pcapng.
func Formats() []discover.Format { return FormatsWith(FileOptions{}) }

// classic is the pcap format.
type classic struct{ o FileOptions }

// Name implements discover.Format.
func (classic) Name() string { return "pcap" }

// Match implements discover.Format. It matches captures of other programs too,
// so that Read can say what to do with them.
func (classic) Match(head []byte) bool { return capfile.IsClassic(head) }

// Read implements discover.Format.
func (f classic) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	r, err := capfile.NewClassic(in.Reader)
	if err != nil {
		return discover.Summary{Format: f.Name()}, err
	}
	if frame.LinkName(r.Link()) == "" {
		return discover.Summary{Format: f.Name(), LinkTypes: []string{strconv.Itoa(int(r.Link()))}},
			fmt.Errorf("link type %d is not read: capture on an Ethernet interface, or name one with tcpdump -i", r.Link())
	}
	return read(ctx, f.Name(), r, newChooser(f.o), in, to)
}

// ng is the pcapng format.
type ng struct{ o FileOptions }

// Name implements discover.Format.
func (ng) Name() string { return "pcapng" }

// Match implements discover.Format.
func (ng) Match(head []byte) bool { return capfile.IsNG(head) }

// Read implements discover.Format.
func (f ng) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	r, err := capfile.NewNG(in.Reader)
	if err != nil {
		return discover.Summary{Format: f.Name()}, err
	}
	return read(ctx, f.Name(), r, newChooser(f.o), in, to)
}

// checkEvery is after how many frames the context is looked at.
const checkEvery = 4096

// readAhead is how many frames are read together at most: the processor then
// fetches their headers from memory side by side.
const readAhead = 32

// latest is 2100-01-01, in nanoseconds since 1970. A later time is damage, and
// would date the whole map: such a frame has no time.
const latest = 4_102_444_800 * 1_000_000_000

// maxLinks bounds the link types that the summary names.
const maxLinks = 32

// read learns from all frames of r, then emits what was learned, also where the
// file is cut or ctx is cancelled.
func read(ctx context.Context, format string, r capfile.Reader, c *chooser, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	var (
		a     = newAnalyzer()
		recs  [readAhead]frame.Frame
		ready []frame.Frame
		n     uint64
		links []uint32
		fail  error
	)
	for {
		if n%checkEvery == 0 && ctx.Err() != nil {
			fail = fmt.Errorf("stopped after frame %d: %w", n, context.Cause(ctx))
			break
		}
		if len(ready) == 0 {
			k, err := r.Next(recs[:])
			if err != nil {
				if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
					fail = fmt.Errorf("frame %d: %w", n+1, err)
				}
				break
			}
			ready = recs[:k]
		}
		rec := &ready[0]
		ready = ready[1:]
		n++
		if (len(links) == 0 || links[len(links)-1] != rec.Link) && len(links) < maxLinks && !slices.Contains(links, rec.Link) {
			links = append(links, rec.Link)
		}
		if rec.Nanos > latest {
			rec.Nanos = 0
		}
		if ok, err := c.take(rec); !ok {
			if err != nil {
				fail = fmt.Errorf("frame %d: %w", n, err)
				break
			}
			continue
		}
		if err := a.frame(rec.Link, rec.Data, rec.Whole, moment{nanos: rec.Nanos, frame: n}); err != nil {
			to.Skip("frame "+strconv.FormatUint(n, 10), err)
		}
	}
	sum := discover.Summary{Format: format, Records: n, Vantage: fact.Clean(r.Vantage())}
	for _, l := range links {
		name := frame.LinkName(l)
		if name == "" {
			name = strconv.Itoa(int(l))
		}
		sum.LinkTypes = append(sum.LinkTypes, name)
	}
	if in.Vantage == "" { // the operator's word goes before the file's
		in.Vantage = sum.Vantage
	}
	if err := tell(a, c, newPost(in, to)); err != nil {
		return sum, err
	}
	return sum, fail
}

// tell emits what was learned, and what was not looked at.
func tell(a *analyzer, c *chooser, to *post) (err error) {
	defer func() { err = cmp.Or(to.close(), err) }()
	if err := a.finish(to.emit); err != nil {
		return err
	}
	return c.tell(func(g fact.Gap) error { return to.emit("pcap/choice", g, fact.Sighting{}) })
}
