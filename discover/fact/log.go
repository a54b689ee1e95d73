package fact

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Schema is the version that stands in the first line of every evidence file.
const Schema = "kanmon.evidence/1"

// maxLine bounds a line of an evidence file in octets: no observation that
// kanmon writes comes near it, since texts and lists in facts are bounded.
const maxLine = 1 << 20

// header is the first line of an evidence file.
type header struct {
	Schema string `json:"schema"`
}

// record is every other line: one observation with one sighting.
type record struct {
	ID     ID              `json:"id"`
	Source string          `json:"source"`
	Kind   Kind            `json:"kind"`
	Fact   json.RawMessage `json:"fact"`
	Seen   Sighting        `json:"seen"`
}

// IsLog reports whether b, the first octets of a file, begins an evidence file
// of any version.
func IsLog(b []byte) bool {
	return bytes.HasPrefix(b, []byte(`{"schema":"kanmon.evidence/`))
}

// Encoder writes observations as JSON Lines. Characters that act on a terminal
// are written as escapes, so that the lines may be shown as they are.
type Encoder struct {
	w       io.Writer
	started bool
	line    []byte // to be used again
	hold    int    // octets that are written together; 0: each line at once
	held    []byte
}

// NewEncoder returns an Encoder that writes the header line before the first
// observation. Each line is one Write, so that a process that is killed loses at
// most the line being written.
func NewEncoder(w io.Writer) *Encoder { return &Encoder{w: w} }

// Start writes the header line; it is not needed where observations follow.
func (e *Encoder) Start() error {
	if e.started {
		return nil
	}
	e.started = true
	return e.writeLine(header{Schema: Schema})
}

// Encode writes o, a line for each of its sightings.
func (e *Encoder) Encode(o Observation) error {
	if err := e.Start(); err != nil {
		return err
	}
	for _, s := range o.Seen {
		if err := e.encode(o, s); err != nil {
			return err
		}
	}
	return nil
}

// encode writes what encoding/json would make of a record.
func (e *Encoder) encode(o Observation, s Sighting) error {
	w := writer{b: append(e.line[:0], '{'), first: true}
	w.text("id", string(o.ID))
	w.text("source", o.Source)
	w.text("kind", string(o.Fact.Kind()))
	w.name("fact")
	b, err := appendJSON(w.b, o.Fact)
	if err != nil {
		return fmt.Errorf("encode %s fact: %w", o.Fact.Kind(), err)
	}
	if b, err = appendSighting(append(b, `,"seen":`...), s); err != nil {
		return fmt.Errorf("encode evidence: %w", err)
	}
	e.line = append(b, '}')
	return e.write(e.line)
}

func (e *Encoder) writeLine(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode evidence: %w", err)
	}
	return e.write(line)
}

func (e *Encoder) write(line []byte) error {
	line = append(escapeHidden(line), '\n')
	if e.hold > 0 {
		if e.held = append(e.held, line...); len(e.held) < e.hold {
			return nil
		}
		return e.Flush()
	}
	if _, err := e.w.Write(line); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

// Hold lets lines be written together, about n octets at a time, where what
// they tell can be read again should the process be killed.
func (e *Encoder) Hold(n int) { e.hold = n }

// Flush writes the lines that were held.
func (e *Encoder) Flush() error {
	if len(e.held) == 0 {
		return nil
	}
	_, err := e.w.Write(e.held)
	e.held = e.held[:0]
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

// escapeHidden writes characters of JSON text that would act on a terminal as
// \u escapes. encoding/json already does so for C0 controls.
func escapeHidden(b []byte) []byte {
	if isASCII(b) || !bytes.ContainsFunc(b, escapes) {
		return b
	}
	var out bytes.Buffer
	for _, r := range string(b) {
		switch {
		case !escapes(r):
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}

// isASCII reports whether b holds nothing beyond what ASCII prints, or line
// breaks.
func isASCII(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if !ascii8(binary.LittleEndian.Uint64(b)) {
			return false
		}
	}
	for _, c := range b {
		if c >= 0x7f {
			return false
		}
	}
	return true
}

func escapes(r rune) bool { return r >= 0x7f && Hidden(r) }

// SkipFunc is told of each line that could not be used: its number, counted
// from 1, and why.
type SkipFunc func(line int, reason error)

// ErrCut says that an evidence file ends in the middle of a line, as it does
// when the program that wrote it was killed. What stands before is whole.
var ErrCut = errors.New("evidence file ends in the middle of a line: the program that wrote it was stopped there")

// Decode reads an evidence file and calls emit for each observation in it, in
// the file's order. A line that cannot be read, whose kind is not known, or
// whose ID is not that of its content is passed to skip and left out. Decode
// returns ErrCut where the last line is cut, and what emit returns where it
// fails.
func Decode(r io.Reader, emit func(Observation) error, skip SkipFunc) error {
	br := bufio.NewReaderSize(r, 64<<10)
	decs := decoders()
	for n := 1; ; n++ {
		line, err := readLine(br)
		if errors.Is(err, io.EOF) && len(line) == 0 {
			if n == 1 {
				return errors.New("evidence file is empty")
			}
			return nil
		}
		cut := errors.Is(err, io.EOF)
		switch {
		case errors.Is(err, errLongLine):
			skip(n, err)
			continue
		case err != nil && !cut:
			return fmt.Errorf("read evidence, line %d: %w", n, err)
		case n == 1:
			if err := checkHeader(line); err != nil {
				return err
			}
			continue
		case len(bytes.TrimSpace(line)) == 0:
			continue
		}
		o, err := decodeRecord(line, decs)
		switch {
		case err != nil && cut:
			return fmt.Errorf("line %d: %w", n, ErrCut)
		case err != nil:
			skip(n, err)
		default:
			if err := emit(o); err != nil {
				return err
			}
		}
	}
}

func checkHeader(line []byte) error {
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		return fmt.Errorf("evidence file, line 1: %w", err)
	}
	if h.Schema == Schema {
		return nil
	}
	if v, ok := strings.CutPrefix(h.Schema, "kanmon.evidence/"); ok {
		if _, err := strconv.Atoi(v); err == nil {
			return fmt.Errorf("evidence file has version %s and this kanmon reads version 1: use a newer kanmon", v)
		}
	}
	return fmt.Errorf("line 1 names the schema %q, not %q: not an evidence file", Clean(h.Schema), Schema)
}

func decodeRecord(line []byte, decs map[Kind]func([]byte) (Fact, error)) (Observation, error) {
	var rec record
	if err := json.Unmarshal(line, &rec); err != nil {
		return Observation{}, fmt.Errorf("not a JSON object: %w", err)
	}
	dec, ok := decs[rec.Kind]
	if !ok {
		return Observation{}, fmt.Errorf("kind of fact %q is not known: a newer kanmon wrote it", Clean(string(rec.Kind)))
	}
	f, err := dec(rec.Fact)
	if err != nil {
		return Observation{}, err
	}
	if Clean(rec.Source) != rec.Source || Clean(rec.Seen.Input) != rec.Seen.Input {
		return Observation{}, errors.New("source or input holds characters that do not belong there")
	}
	o, err := New(rec.Source, f, rec.Seen)
	if err != nil {
		return Observation{}, err
	}
	if o.ID != rec.ID {
		return Observation{}, fmt.Errorf("id %q is not that of its content (%s): the line was changed", Clean(string(rec.ID)), o.ID)
	}
	return o, nil
}

var errLongLine = fmt.Errorf("line is longer than %d octets", maxLine)

// readLine returns the next line without its newline. It returns io.EOF with
// the octets of a last line that has none, and errLongLine after skipping a
// line that is too long to hold.
func readLine(br *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = br.ReadSlice('\n')
			}
			if err != nil {
				return nil, err
			}
			return nil, errLongLine
		}
		line = append(line, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return bytes.TrimSuffix(line, []byte("\n")), err
	}
}

// Log is an evidence file that is being written. It is append-only: a run that
// died goes on where it stopped.
type Log struct {
	*Encoder
	f *os.File
}

// OpenLog goes on with the evidence file f, which was opened to read and to
// append, and closes it where it cannot. A last line that was cut when an earlier
// run died is ended, so that what follows stands on a line of its own.
func OpenLog(f *os.File) (*Log, error) {
	l := &Log{Encoder: NewEncoder(f), f: f}
	if err := l.resume(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// resume looks at what an earlier run left in the file.
func (l *Log) resume() error {
	st, err := l.f.Stat()
	if err != nil {
		return fmt.Errorf("open evidence file: %w", err)
	}
	if st.Size() == 0 {
		return l.Start()
	}
	head := make([]byte, len(Schema)+len(`{"schema":""}`)+1)
	n, err := l.f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("open evidence file: %w", err)
	}
	want, err := json.Marshal(header{Schema: Schema})
	if err != nil {
		return fmt.Errorf("open evidence file: %w", err)
	}
	want = append(want, '\n')
	if n < len(want) && bytes.HasPrefix(want, head[:n]) { // died while writing its first line
		if err := l.f.Truncate(0); err != nil {
			return fmt.Errorf("open evidence file: %w", err)
		}
		return l.Start()
	}
	if !bytes.Equal(head[:n], want) {
		return fmt.Errorf("%s is not an evidence file of this version: name another file", Clean(l.f.Name()))
	}
	l.started = true
	last := make([]byte, 1)
	if _, err := l.f.ReadAt(last, st.Size()-1); err != nil {
		return fmt.Errorf("open evidence file: %w", err)
	}
	if last[0] != '\n' {
		if _, err := l.f.WriteString("\n"); err != nil {
			return fmt.Errorf("open evidence file: %w", err)
		}
	}
	return nil
}

// Sync writes to disk what the operating system still holds.
func (l *Log) Sync() error { return l.f.Sync() }

// Close writes the file to disk and closes it.
func (l *Log) Close() error { return errors.Join(l.Flush(), l.f.Sync(), l.f.Close()) }
