package fact

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the length in runes at which Clean cuts a text. DisplayString of
// SNMP (RFC 2579) is at most 255 octets and LLDP strings (IEEE Std 802.1AB) at
// most 255; system descriptions of some agents are longer.
const MaxText = 512

// Clean makes a text that was heard on the wire safe to show and to compare:
// valid UTF-8 without control characters, without characters that reorder or
// hide their neighbours, and at most MaxText runes. Line breaks and tabs become
// one space; what else is not allowed becomes U+FFFD, so that a reader sees
// that something was there. Clean(Clean(s)) == Clean(s).
//
// Clean does not escape for HTML, DOT, spreadsheets or SQL: each renderer does
// that for its own syntax.
func Clean(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	runes, space := 0, true // space at the start is dropped
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		if isSpace(r) {
			if space {
				continue
			}
			r, space = ' ', true
		} else {
			space = false
		}
		if runes == MaxText-1 && strings.TrimLeftFunc(s, isSpace) != "" {
			b.WriteRune('…')
			break
		}
		if r == utf8.RuneError || Hidden(r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		runes++
	}
	return strings.TrimRight(b.String(), " ")
}

// isSpace reports whether r is a space, a tab or a line break, of any script but
// the ideographic space, which is part of Japanese names.
func isSpace(r rune) bool {
	return r <= ' ' && unicode.IsSpace(r) || r > '~' && !isEastAsian(r) && unicode.In(r, unicode.White_Space, unicode.Z)
}

// isEastAsian reports whether r is in the scripts from the ideographic space to
// the end of Hangul, among which nothing is a space otherwise, or hidden. It
// spares Japanese texts the search through tables.
func isEastAsian(r rune) bool { return r >= 0x3000 && r < 0xd800 }

// isPlain reports whether s is printable ASCII that Clean leaves as it is.
func isPlain(s string) bool {
	if len(s) > MaxText || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e || s[i] == ' ' && i > 0 && s[i-1] == ' ' {
			return false
		}
	}
	return true
}

// plainJSON reports whether all texts in b, a fact as encoding/json writes it,
// are such that Clean leaves as they are. It is quicker than to look at each of
// them, and may be false where it could be true.
func plainJSON(b []byte) bool {
	if len(b) > MaxText {
		return false
	}
	for i := 0; i < len(b); i++ {
		if len(b)-i >= 8 && plain8(binary.LittleEndian.Uint64(b[i:])) {
			i += 7
			continue
		}
		switch c := b[i]; {
		case c < 0x20, c > 0x7e, c == '\\':
			return false
		case c == ' ' && (i == 0 || i == len(b)-1 || b[i-1] == ' ' || b[i-1] == '"' || b[i+1] == '"'):
			return false
		}
	}
	return true
}

// Eight octets at a time.
const (
	ones8 = 0x0101010101010101
	high8 = 0x80 * ones8
)

// below8 tells which octets of y are less than n, if they are not over 0x7f:
// subtracting n from these borrows. Borrows reach the next octet, so that it may
// tell so of one that is not.
func below8(y, n uint64) uint64 { return (y - n*ones8) &^ y & high8 }

// ascii8 reports whether all of eight octets are less than 0x7f. It may be false
// where it could be true.
func ascii8(x uint64) bool { return x&high8|below8(x^0x7f*ones8, 1) == 0 }

// plain8 reports whether all of eight octets stand from '!' to '~' and none is a
// backslash. It may be false where it could be true.
func plain8(x uint64) bool { return ascii8(x) && below8(x, '!')|below8(x^'\\'*ones8, 1) == 0 }

// asIs8 reports whether JSON has all of eight octets as they are, as encoding/json
// writes it. It may be false where it could be true.
func asIs8(x uint64) bool {
	return ascii8(x) && below8(x, ' ')|below8(x^'\\'*ones8, 1)|below8(x^'"'*ones8, 1)|
		below8(x^'&'*ones8, 1)|below8(x^'<'*ones8, 1)|below8(x^'>'*ones8, 1) == 0
}

// Hidden reports whether r acts on a display instead of showing on it: control
// (Cc), format (Cf: bidirectional controls, zero-width characters, tags), line
// and paragraph separators, spaces other than U+0020 and the ideographic U+3000,
// private use, surrogates and noncharacters. It is the one definition of what
// no output shows.
func Hidden(r rune) bool {
	switch {
	case r >= ' ' && r <= '~', isEastAsian(r):
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z, unicode.Co, unicode.Cs) ||
		r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}
