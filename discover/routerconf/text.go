package routerconf

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/width"
)

const (
	// maxLine bounds a line in octets. The longest lines of real configurations
	// are groups of FortiGate with some 1500 members; certificates are broken into
	// short ones.
	maxLine = 128 << 10
	// maxLines bounds the lines that are read of one text. A FortiGate with ten
	// thousand policies has some 300,000.
	maxLines = 1_000_000
	// maxWords bounds the words of a line.
	maxWords = 4096
	// columns is where a terminal of Yamaha breaks a line, unless told otherwise
	// (console columns).
	columns = 80
)

var errTooLong = errors.New("the text has more lines than any configuration: the rest was not read")

// scanner gives the lines of a text as a person would see them: decoded, and
// without what a terminal adds when a configuration was copied from a session.
type scanner struct {
	r    *bufio.Reader
	buf  []byte
	n    int // of the line that next returned
	err  error
	bare string // the line before prompts were cut
}

func newScanner(r io.Reader) *scanner {
	// A byte order mark tells UTF-16, in which some terminal programs save.
	return &scanner{r: bufio.NewReaderSize(transform.NewReader(r, unicode.BOMOverride(transform.Nop)), 32<<10)}
}

// next returns the next line; false at the end, where err is what ended it.
func (s *scanner) next() (string, bool) {
	if s.err != nil {
		return "", false
	}
	if s.n >= maxLines {
		s.err = errTooLong
		return "", false
	}
	s.buf = s.buf[:0]
	for {
		part, err := s.r.ReadSlice('\n')
		s.buf = append(s.buf, part[:min(len(part), maxLine-len(s.buf))]...) // what is too long is cut
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			s.err = err
			if len(s.buf) == 0 {
				return "", false
			}
		}
		break
	}
	s.n++
	s.bare = overwrite(decode(bytes.TrimRight(s.buf, "\r\n")))
	return cutPrompt(cutMore(s.bare)), true
}

// failed returns the error that ended the text, nil at its regular end.
func (s *scanner) failed() error {
	if errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}

// overwrite does what a terminal does with carriage returns, backspaces and
// escape sequences within a line: devices erase their prompt for more in this
// way. Wide characters take two columns.
func overwrite(line string) string {
	if !strings.ContainsAny(line, "\r\b\x1b") {
		return line
	}
	const second = -1 // column of a wide character
	var (
		cells  []rune
		at     int
		escape bool
		params bool
	)
	put := func(r rune) {
		if at < len(cells) {
			cells[at] = r
		} else {
			cells = append(cells, r)
		}
		at++
	}
	for _, r := range line {
		switch {
		case escape: // control sequences end with a letter (ECMA-48, 5.4)
			if params = params || r == '['; !params || r != '[' && r >= 0x40 && r <= 0x7e {
				escape, params = false, false
			}
		case r == 0x1b:
			escape = true
		case r == '\r':
			at = 0
		case r == '\b':
			at = max(at-1, 0)
		default:
			put(r)
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				put(second)
			}
		}
	}
	cells = slices.DeleteFunc(cells, func(r rune) bool { return r == second })
	return strings.TrimRight(string(cells), " ")
}

// decode returns a line as text: UTF-8, or else Shift_JIS, in which Yamaha
// writes Japanese unless told otherwise (console character).
func decode(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	if s, err := japanese.ShiftJIS.NewDecoder().Bytes(b); err == nil {
		return string(s)
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// cutMore removes a prompt for more that stands before a line.
func cutMore(s string) string {
	for _, more := range []string{"--More--", "---more---", "---つづく---", "<--- More --->"} {
		if _, rest, ok := strings.Cut(s, more); ok {
			s = rest
			if strings.HasPrefix(s, "  ") { // blanks in place of what erases it
				s = " " + strings.TrimLeft(s, " ")
			}
		}
	}
	return s
}

// maxPrompt is how far in a line a prompt may end.
const maxPrompt = 140

// prompts are those of all makers: "RTX1210# ", "router(config-if)#",
// "fw (root) # ".
var prompts = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}(?: ?\([A-Za-z0-9_.,/ -]{1,64}\))? ?[#>%$](?: |$)|^[A-Za-z0-9_.-]{1,64}(?:\([A-Za-z0-9_./-]{1,64}\))?[#>%]`)

// cutPrompt removes the prompt of a session before a command.
func cutPrompt(s string) string {
	if s == "" || s[0] == ' ' || s[0] == '#' || s[0] == '!' {
		return s
	}
	if !strings.ContainsAny(s[:min(len(s), maxPrompt)], "#>%$") {
		return s
	}
	if at := prompts.FindStringIndex(s); at != nil {
		return s[at[1]:]
	}
	return s
}

// words is a line, taken apart.
type words []string

// split takes a line apart at blanks. What stands in quotation marks is one
// word; a backslash protects the next character there.
func split(s string) words {
	var w words
	for len(w) < maxWords {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			return w
		}
		var word string
		if word, s = cutWord(s); len(word) <= maxLine {
			w = append(w, word)
		}
	}
	return w
}

func cutWord(s string) (word, rest string) {
	if s[0] != '"' && s[0] != '\'' {
		if i := strings.IndexAny(s, " \t"); i >= 0 {
			return s[:i], s[i:]
		}
		return s, ""
	}
	quote := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == quote:
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// at returns a word, empty where there are not so many.
func (w words) at(i int) string {
	if i < 0 || i >= len(w) {
		return ""
	}
	return w[i]
}

// from returns the words from i on.
func (w words) from(i int) words { return w[min(i, len(w)):] }

// is reports whether the line begins with these words.
func (w words) is(begin ...string) bool {
	if len(w) < len(begin) {
		return false
	}
	for i, b := range begin {
		if w[i] != b {
			return false
		}
	}
	return true
}

// after returns the word behind the first one that is key.
func (w words) after(key string) string {
	for i := range w {
		if w[i] == key {
			return w.at(i + 1)
		}
	}
	return ""
}

// has reports whether one of the words is key.
func (w words) has(key string) bool {
	for _, x := range w {
		if x == key {
			return true
		}
	}
	return false
}

// readFull reads until buf is full or r ends.
func readFull(r io.Reader, buf []byte) (int, error) {
	n, err := io.ReadFull(r, buf)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, nil
	}
	return n, err
}
