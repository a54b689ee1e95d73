package discover

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"kanmon/discover/fact"
)

const (
	// factSkips is how many skipped records fact.InputRead names; a person
	// reads the first few, and the number of all of them is there too.
	factSkips = 5
	// reportSkips is how many the report names.
	reportSkips = 100
	// readBuffer is how many octets are decompressed at once.
	readBuffer = 64 << 10
	// interrupted is what the report says where the context ended.
	interrupted = "interrupted"
)

// fileReader reads one file.
type fileReader struct {
	opts ReadOptions
	to   Sink

	mu     sync.Mutex // a Format may call the Sink from several goroutines
	report *InputReport
	broken error // what to returned, which ends everything
}

// Emit implements Sink for the Format.
func (r *fileReader) Emit(o fact.Observation) error {
	err := r.to.Emit(o)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.broken = cmp.Or(r.broken, err)
	}
	return err
}

// Skip implements Sink for the Format.
func (r *fileReader) Skip(place string, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Skipped++
	if len(r.report.Skips) < reportSkips {
		r.report.Skips = append(r.report.Skips, Skipped{Place: fact.Clean(place), Reason: fact.Clean(why.Error())})
	}
}

// read reads the file into r.report and r.to. Its error ends the reading of all
// files.
func (r *fileReader) read(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		r.report.Failed = interrupted
		return err
	}
	f, size, err := openRegular(r.report.Path)
	if err != nil {
		r.report.Failed = reason(err)
		return nil
	}
	defer f.Close() //nolint:errcheck // it was only read from
	r.report.Size = size

	stored := newFeed(io.NewSectionReader(f, 0, size))
	defer stored.leave()
	content, err := newContent(ctx, stored.next)
	if err != nil {
		r.report.Failed = reason(err)
		return ctx.Err()
	}
	format := r.match(content.head())
	if format == nil {
		if content.failed != nil {
			r.report.Failed = reason(content.failed)
			return ctx.Err()
		}
		if areReceipts(content.head()) {
			r.report.PassedOver = "receipts of what kanmon sent, which are no evidence of the network"
			return nil
		}
		r.report.Unrecognised = true
		return nil
	}
	in := NewInput(filepath.Base(r.report.Path), r.opts.Vantage, content, stored.start())
	sum, err := readGuarded(ctx, format, in, r)
	if r.broken != nil {
		return r.broken
	}
	if err = cmp.Or(err, content.failed); err == nil {
		return r.finish(in, format, sum)
	}
	r.report.Incomplete = reason(err)
	stopped := ctx.Err()
	if stopped != nil {
		r.report.Incomplete = interrupted
	}
	return cmp.Or(r.finish(in, format, sum), stopped)
}

// match returns the format of a file that begins with head, or nil.
func (r *fileReader) match(head []byte) Format {
	for _, f := range r.opts.Formats {
		if len(head) > 0 && f.Match(head) {
			return f
		}
	}
	return nil
}

// finish fills in the report and emits the fact that the input was read.
func (r *fileReader) finish(in *Input, format Format, sum Summary) error {
	rep := r.report
	rep.Digest, rep.Records, rep.Format = in.Digest(), max(sum.Records, rep.Skipped), cmp.Or(sum.Format, format.Name())
	if rep.Incomplete == "" && rep.Skipped > 0 && rep.Skipped == rep.Records {
		rep.Incomplete = "none of its records could be read"
	}
	if _, own := format.(evidenceFormat); own && rep.Incomplete == "" && rep.Skipped == 0 {
		return nil
	}
	f := fact.InputRead{
		Digest: rep.Digest, Name: in.Name, Format: rep.Format, LinkTypes: sum.LinkTypes,
		Records: rep.Records, Skipped: rep.Skipped, Incomplete: rep.Incomplete,
	}
	for _, s := range rep.Skips[:min(len(rep.Skips), factSkips)] {
		f.SkipReason = append(f.SkipReason, s.Place+": "+s.Reason)
	}
	return in.Emit(r.to, "input/read", f, fact.Sighting{Vantage: sum.Vantage})
}

// readGuarded lets format read in. A panic in it is a mistake of ours that
// hostile input found; it costs this input and no other.
func readGuarded(ctx context.Context, format Format, in *Input, to Sink) (sum Summary, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("reading of %s files failed, which is a mistake in kanmon: please report it: %v", format.Name(), p)
		}
	}()
	return format.Read(ctx, in, to)
}

// openRegular opens the regular file at path, and nothing else: a pipe or a
// device may never end.
func openRegular(path string) (*os.File, int64, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !st.Mode().IsRegular() { // before it is opened: that alone may wait for ever
		return nil, 0, errors.New("not a regular file: pipes and devices are not read")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	if st, err = f.Stat(); err == nil && !st.Mode().IsRegular() {
		err = errors.New("not a regular file any more")
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, st.Size(), nil
}

// content is what a file holds, decompressed.
type content struct {
	window
	failed error // the first error other than io.EOF that reading met
}

// newContent returns the content of a file of which stored returns what is
// stored, block by block.
func newContent(ctx context.Context, stored func() ([]byte, error)) (*content, error) {
	c := &content{}
	raw := &meter{ctx: ctx, from: stored, failed: &c.failed}
	c.next = raw.next
	magic, _ := c.Peek(2) // an error comes again when more is read
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return c, nil
	}
	packed := c.window
	z, err := gzip.NewReader(&packed)
	if err != nil {
		return nil, fmt.Errorf("damaged gzip file: %w", err)
	}
	buf := make([]byte, readBuffer)
	plain := &meter{ctx: ctx, stored: raw, failed: &c.failed, from: func() ([]byte, error) {
		n, err := z.Read(buf)
		return buf[:n], err
	}}
	c.window = window{next: plain.next}
	return c, nil
}

// head returns the first octets for Format.Match.
func (c *content) head() []byte {
	head, _ := c.Peek(HeadLen) // an error comes again when more is read
	return head
}

const (
	// bombSize and bombRatio bound together what a gzip file may grow to. A
	// capture of empty frames shrinks to about 1/300, DEFLATE cannot do better
	// than 1/1032 (RFC 1951), and what is small in the end does no harm.
	bombSize  = 64 << 20
	bombRatio = 400
)

// meter counts what is read through it, and stops when the context ends or when
// it gives implausibly more than was stored.
type meter struct {
	ctx    context.Context
	from   func() ([]byte, error)
	n      int64
	stored *meter // where from decompresses what comes through another meter
	failed *error
}

// next returns what follows.
func (m *meter) next() (b []byte, err error) {
	err = m.ctx.Err()
	if err == nil && m.stored != nil && m.n > bombSize && m.n/bombRatio > m.stored.n {
		err = fmt.Errorf("gzip file grows from %d octets to more than %d: a decompression bomb; decompress it by hand if it is meant", m.stored.n, m.n)
	}
	if err == nil {
		b, err = m.from()
		m.n += int64(len(b))
	}
	if err == nil || errors.Is(err, io.EOF) {
		return b, err
	}
	var pe *fs.PathError
	if errors.As(err, &pe) { // the path belongs to this machine, and results do not
		err = pe.Err
	}
	*m.failed = cmp.Or(*m.failed, err)
	return b, err
}
