package snmp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"kanmon/discover"
	"kanmon/discover/fact"
)

const (
	// maxLine bounds a line: a string of 64 KiB, more than a UDP datagram
	// carries, is 128 KiB in hexadecimal.
	maxLine = 256 << 10
	// maxValue bounds a string that goes over several lines.
	maxValue = 64 << 10
	// maxBindings bounds the variables of one walk that are read, and maxKept
	// and maxOctets those that are kept, at some twenty octets each. A core switch
	// of a large hospital has some 100,000 rows in all.
	maxBindings = 5_000_000
	maxKept     = 1_000_000
	maxOctets   = 256 << 20
)

// Formats returns the readers of recorded walks.
func Formats() []discover.Format {
	return []discover.Format{recFormat{}, textFormat{}}
}

// lineParser reads one form of recorded walk line by line.
type lineParser interface {
	// line reads the line with that number.
	line(n uint64, text []byte)
	// end reads what is left after the last line. Its error says why the walk
	// itself is not whole.
	end() error
	// records returns how many variables were read or skipped.
	records() uint64
}

// read feeds the lines of in to p, which fills w, and then emits what w holds.
func read(ctx context.Context, in *discover.Input, to discover.Sink, w *walk, p lineParser) (uint64, error) {
	readErr := readLines(ctx, in, to, w, p)
	if err := ctx.Err(); err != nil {
		return p.records(), err
	}
	w.seal(func(line uint64) { to.Skip(place(line), errRepeated) })
	emitErr := emitRecorded(ctx, in, to, w)
	if emitErr != nil {
		return p.records(), emitErr
	}
	return p.records(), readErr
}

var (
	errRepeated = errors.New("variable was given before: the first is kept")
	errLongLine = fmt.Errorf("line is longer than %d octets", maxLine)
)

func place(line uint64) string { return fmt.Sprintf("line %d", line) }

func readLines(ctx context.Context, in io.Reader, to discover.Sink, w *walk, p lineParser) error {
	br := bufio.NewReaderSize(in, 64<<10)
	var buf []byte
	for n := uint64(1); ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := readLine(br, buf[:0])
		buf = line
		switch {
		case errors.Is(err, errLongLine):
			to.Skip(place(n), err)
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return errors.Join(fmt.Errorf("read walk, line %d: %w", n, err), p.end())
		}
		if len(line) > 0 || err == nil {
			if n == 1 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			p.line(n, bytes.TrimSuffix(line, []byte("\r")))
		}
		if err != nil {
			return p.end()
		}
		if p.records() >= maxBindings || w.kept >= maxKept || w.octets >= maxOctets {
			return errors.Join(fmt.Errorf("line %d: the walk has more variables than kanmon reads of one agent (%d, %d of them of use): "+
				"the rest was not read; record fewer tables", n, uint64(maxBindings), maxKept), p.end())
		}
	}
}

// readLine appends the next line, without its newline, to buf.
func readLine(br *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := br.ReadSlice('\n')
		if len(buf)+len(part) > maxLine {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = br.ReadSlice('\n')
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return buf, err
			}
			return buf[:0], errLongLine
		}
		buf = append(buf, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return bytes.TrimSuffix(buf, []byte("\n")), err
	}
}

// emitRecorded emits the facts in a recorded walk. Nothing in it tells the
// time.
func emitRecorded(ctx context.Context, in *discover.Input, to discover.Sink, w *walk) error {
	r := &reporter{
		skip: to.Skip,
		emit: func(source, place string, f fact.Fact) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return in.Emit(to, source, f, fact.Sighting{Place: place, Count: 1})
		},
	}
	if w.kept > 0 {
		r.agent = identify(w, in.Digest())
	}
	for _, g := range groups() {
		if err := g.decode(w, r); err != nil {
			return err
		}
	}
	return nil
}

// firstLines returns the first complete lines of head that are neither empty
// nor a comment, at most max. A last line without its end counts where it is
// the only one.
func firstLines(head []byte, limit int) []string {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	var out []string
	for len(out) < limit && len(head) > 0 {
		line, rest, whole := bytes.Cut(head, []byte("\n"))
		head = rest
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' || !whole && len(out) > 0 {
			continue
		}
		out = append(out, string(line))
	}
	return out
}
