package json

import (
	"bufio"
	"bytes"
	"cmp"
	stdjson "encoding/json"
	"fmt"
	"io"
	"reflect"
	"unicode/utf16"
	"unicode/utf8"

	"kanmon/render/safe"
	"kanmon/topology"
)

// Write writes s as indented JSON that ends with a line break. Characters that
// act on a display (controls, bidirectional and zero-width format characters)
// are written as \u escapes, so that the file can be looked at in a terminal.
// Lists are written as [] where they are empty, never as null.
//
// Lists are written element by element: the text of a large snapshot is never
// in memory as a whole.
func Write(w io.Writer, s *topology.Snapshot) error {
	out := *s
	out.Schema = cmp.Or(out.Schema, topology.Schema)
	p := newPrinter(w)
	fields := reflect.ValueOf(out)
	for i := range fields.NumField() {
		if i > 0 {
			p.text(",")
		} else {
			p.text("{")
		}
		p.text("\n  \"" + fields.Type().Field(i).Tag.Get("json") + "\": ")
		if f := fields.Field(i); f.Kind() == reflect.Slice {
			p.list(f)
		} else {
			p.value(f, "  ")
		}
	}
	p.text("\n}\n")
	if err := p.flush(); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// printer writes JSON and keeps its first error.
type printer struct {
	out *bufio.Writer
	buf bytes.Buffer
	err error
}

func newPrinter(w io.Writer) *printer { return &printer{out: bufio.NewWriter(w)} }

func (p *printer) text(s string) {
	if p.err == nil {
		_, p.err = p.out.WriteString(s)
	}
}

func (p *printer) list(v reflect.Value) {
	if v.Len() == 0 {
		p.text("[]")
		return
	}
	for i := range v.Len() {
		if i > 0 {
			p.text(",\n    ")
		} else {
			p.text("[\n    ")
		}
		p.value(v.Index(i), "    ")
	}
	p.text("\n  ]")
}

// value writes v, whose lines after the first begin with prefix.
func (p *printer) value(v reflect.Value, prefix string) {
	if p.err != nil {
		return
	}
	p.buf.Reset()
	e := stdjson.NewEncoder(&p.buf)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	if p.err = e.Encode(v.Interface()); p.err == nil {
		p.err = writeVisible(p.out, bytes.TrimRight(p.buf.Bytes(), "\n"))
	}
}

func (p *printer) flush() error {
	if p.err != nil {
		return p.err
	}
	return p.out.Flush()
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
