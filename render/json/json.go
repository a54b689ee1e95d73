// Package json writes a snapshot for programs and for the next run, and reads
// one back. A snapshot that is read may have been written by anybody: its size
// is bounded, its schema is checked and its texts are cleaned.
package json

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"kanmon/render/safe"
	"kanmon/topology"
)

// MaxSize is the largest snapshot that Read takes, in bytes. A hospital of
// 10,000 devices with a year of evidence stays far below it.
const MaxSize = 1 << 30

// ErrNotSnapshot means that what was read is not a snapshot of kanmon.
var ErrNotSnapshot = errors.New("this is not a kanmon snapshot")

// ErrNewerSchema means that the snapshot was written by a later kanmon.
var ErrNewerSchema = errors.New("snapshot has a schema that this kanmon does not know")

// Write writes s as indented JSON that ends with a line break. Characters that
// act on a display (controls, bidirectional and zero-width format characters)
// are written as \u escapes, so that the file can be looked at in a terminal.
// Lists are written as [] where they are empty, never as null.
func Write(w io.Writer, s *topology.Snapshot) error {
	out := *s
	if out.Schema == "" {
		out.Schema = topology.Schema
	}
	fillLists(&out)
	var b bytes.Buffer
	e := stdjson.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(&out); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if err := writeVisible(w, b.Bytes()); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// fillLists makes the lists of the snapshot itself non-nil.
func fillLists(s *topology.Snapshot) {
	s.Devices = list(s.Devices)
	s.Links = list(s.Links)
	s.ExternalConnections = list(s.ExternalConnections)
	s.Zones = list(s.Zones)
	s.Vantages = list(s.Vantages)
	s.Inputs = list(s.Inputs)
	s.BlindSpots = list(s.BlindSpots)
	s.Conflicts = list(s.Conflicts)
	s.NotSeen = list(s.NotSeen)
	s.Evidence = list(s.Evidence)
}

func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

// writeVisible writes JSON text, with hidden characters as \u escapes. Outside
// of strings, JSON has no such characters but line breaks.
func writeVisible(w io.Writer, text []byte) error {
	start := 0
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && c != 0x7f {
			i++ // controls below 0x20 are escaped by encoding/json, or are its own line breaks
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if safe.Hidden(r) {
			if _, err := w.Write(text[start:i]); err != nil {
				return err
			}
			if _, err := io.WriteString(w, escape(r)); err != nil {
				return err
			}
			start = i + n
		}
		i += n
	}
	_, err := w.Write(text[start:])
	return err
}

// escape writes r as RFC 8259, section 7, asks for: a surrogate pair beyond the
// basic plane.
func escape(r rune) string {
	if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
		return fmt.Sprintf(`\u%04x\u%04x`, r1, r2)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// Read reads a snapshot that Write has written, of this schema or an older one.
// Fields that are not known are passed over, so that a snapshot with additions
// can be read. Every text in the result is clean.
//
// The error wraps ErrNotSnapshot, ErrNewerSchema or the reader's error.
func Read(r io.Reader) (*topology.Snapshot, error) { return read(r, MaxSize) }

func read(r io.Reader, limit int64) (*topology.Snapshot, error) {
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("snapshot: after %d bytes: %w", n, err)
	}
	if n > limit {
		return nil, fmt.Errorf("snapshot: larger than %d bytes: map fewer inputs at a time", limit)
	}
	text := bytes.TrimPrefix(b.Bytes(), []byte("\ufeff"))
	if err := checkSchema(text); err != nil {
		return nil, err
	}
	var s topology.Snapshot
	if err := stdjson.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", place(text, err))
	}
	clean := safe.Deep(s)
	return &clean, nil
}

// checkSchema looks at the schema before anything else is decoded, because a
// newer schema may give another type to a field.
func checkSchema(text []byte) error {
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := stdjson.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("snapshot: %w: %w", ErrNotSnapshot, place(text, err))
	}
	switch {
	case head.Schema == nil:
		return fmt.Errorf("snapshot: %w: it has no schema", ErrNotSnapshot)
	case *head.Schema == topology.Schema:
		return nil
	}
	name, _, _ := strings.Cut(topology.Schema, "/")
	got, _, _ := strings.Cut(*head.Schema, "/")
	if got == name {
		return fmt.Errorf("%w: %q, known is %q: use the kanmon that wrote it, or a newer one",
			ErrNewerSchema, safe.Text(*head.Schema), topology.Schema)
	}
	return fmt.Errorf("snapshot: %w: its schema is %q, not %q", ErrNotSnapshot, safe.Text(*head.Schema), topology.Schema)
}

// place adds the line to a decoding error.
func place(text []byte, err error) error {
	var offset int64
	var syntax *stdjson.SyntaxError
	var kind *stdjson.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	default:
		return err
	}
	offset = min(max(offset, 0), int64(len(text)))
	return fmt.Errorf("line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
}
