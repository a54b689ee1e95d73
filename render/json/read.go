package json

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

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
