package snmp

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// recording keeps what an agent answers as a .snmprec file of snmpsim: lines
// "OID|tag|value" in the order of the answers. A nil recording keeps nothing.
type recording struct {
	to   *bufio.Writer
	file io.Closer
	// What the last identifiers began with, which seldom changes, and its text.
	prefix     oid
	prefixText []byte
}

func newRecording(w io.WriteCloser) *recording {
	return &recording{to: bufio.NewWriterSize(w, 16<<10), file: w}
}

// write keeps a variable. An error of the file is kept for close.
func (r *recording) write(o oid, v value) {
	if r == nil {
		return
	}
	b := r.name(r.to.AvailableBuffer(), o)
	b = append(b, '|')
	b = strconv.AppendUint(b, uint64(v.tag), 10)
	switch {
	case v.isNumber():
		b = strconv.AppendInt(append(b, '|'), v.num, 10)
	case v.tag == tagOID:
		b = oid(v.s).appendText(append(b, '|'))
	case v.tag == tagIPAddress:
		b = hex.AppendEncode(append(b, 'x', '|'), []byte(v.s))
	case isPlain(v.s):
		b = append(append(b, '|'), v.s...)
	default:
		b = hex.AppendEncode(append(b, 'x', '|'), []byte(v.s))
	}
	_, _ = r.to.Write(append(b, '\n')) // close tells
}

// name appends o in numbers.
func (r *recording) name(b []byte, o oid) []byte {
	rest, ok := strings.CutPrefix(string(o), string(r.prefix))
	if !ok || r.prefix == "" || rest == "" {
		r.prefix = o.parent()
		r.prefixText = append(r.prefix.appendText(r.prefixText[:0]), '.')
		rest = string(o[len(r.prefix):])
	}
	if r.prefix == "" {
		return o.appendText(b)
	}
	return oid(rest).appendText(append(b, r.prefixText...))
}

// isPlain reports whether s can stand in a line as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '|' {
			return false
		}
	}
	return !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ")
}

// incompletePrefix begins the line that says why a recorded walk is not whole.
const incompletePrefix = "# not whole: "

// close ends the recording; missing says what it lacks.
func (r *recording) close(missing error) error {
	if r == nil {
		return nil
	}
	if missing != nil {
		for line := range strings.Lines(missing.Error()) {
			_, _ = r.to.WriteString(incompletePrefix + strings.TrimRight(line, "\n") + "\n") // Flush tells
		}
	}
	err := r.to.Flush()
	if closeErr := r.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("keep the walk: %w", err)
	}
	return nil
}
