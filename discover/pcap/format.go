package pcap

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// Formats returns the readers of capture files: pcap and pcapng.
func Formats() []discover.Format { return FormatsWith(FileOptions{}) }

// classic is the pcap format.
type classic struct{ o FileOptions }

// Name implements discover.Format.
func (classic) Name() string { return "pcap" }

// Match implements discover.Format. It matches captures of other programs too,
// so that Read can say what to do with them.
func (classic) Match(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	switch binary.BigEndian.Uint32(head) {
	case magicMicro, magicNano, magicModified, magicMicroSwap, magicNanoSwap, magicModSwap:
		return true
	}
	return foreign(head) != nil
}

// Read implements discover.Format.
func (f classic) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	r, err := newClassicReader(in)
	if err != nil {
		return discover.Summary{Format: f.Name()}, err
	}
	if linkName(r.link) == "" {
		return discover.Summary{Format: f.Name(), LinkTypes: []string{strconv.Itoa(int(r.link))}},
			fmt.Errorf("link type %d is not read: capture on an Ethernet interface, or name one with tcpdump -i", r.link)
	}
	return read(ctx, f.Name(), r, newChooser(f.o), in, to)
}

// ng is the pcapng format.
type ng struct{ o FileOptions }

// Name implements discover.Format.
func (ng) Name() string { return "pcapng" }

// Match implements discover.Format.
func (ng) Match(head []byte) bool {
	return len(head) >= 12 && binary.BigEndian.Uint32(head) == magicNG &&
		(binary.LittleEndian.Uint32(head[8:]) == byteOrder || binary.BigEndian.Uint32(head[8:]) == byteOrder)
}

// Read implements discover.Format.
func (f ng) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	r, err := newNGReader(in)
	if err != nil {
		return discover.Summary{Format: f.Name()}, err
	}
	return read(ctx, f.Name(), r, newChooser(f.o), in, to)
}

// checkEvery is after how many frames the context is looked at.
const checkEvery = 4096

// latest is 2100-01-01, in nanoseconds since 1970. A later time is damage, and
// would date the whole map: such a frame has no time.
const latest = 4_102_444_800 * 1_000_000_000

// maxLinks bounds the link types that the summary names.
const maxLinks = 32

// read learns from all frames of r, then emits what was learned, also where the
// file is cut or ctx is cancelled.
func read(ctx context.Context, format string, r reader, c *chooser, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	var (
		a     = newAnalyzer()
		rec   record
		frame uint64
		links []uint32
		fail  error
	)
	for {
		if frame%checkEvery == 0 && ctx.Err() != nil {
			fail = fmt.Errorf("stopped after frame %d: %w", frame, context.Cause(ctx))
			break
		}
		if err := r.next(&rec); err != nil {
			if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				fail = fmt.Errorf("frame %d: %w", frame+1, err)
			}
			break
		}
		frame++
		if (len(links) == 0 || links[len(links)-1] != rec.link) && len(links) < maxLinks && !slices.Contains(links, rec.link) {
			links = append(links, rec.link)
		}
		if rec.nanos > latest {
			rec.nanos = 0
		}
		if ok, err := c.take(&rec); !ok {
			if err != nil {
				fail = fmt.Errorf("frame %d: %w", frame, err)
				break
			}
			continue
		}
		if err := a.frame(rec.link, rec.data, rec.whole, moment{nanos: rec.nanos, frame: frame}); err != nil {
			to.Skip("frame "+strconv.FormatUint(frame, 10), err)
		}
	}
	sum := discover.Summary{Format: format, Records: frame, Vantage: fact.Clean(r.vantage())}
	for _, l := range links {
		name := linkName(l)
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
