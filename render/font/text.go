package font

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kanmon/render/safe"
)

const ellipsis = "…"

// Clean makes a name that was heard on the wire safe to draw. What safe.Hidden
// names and invalid UTF-8 become U+FFFD, which is drawn as an empty box;
// variation selectors are dropped, since the font draws the base character
// anyway; the rest is composed (NFC), so that が written as か and a mark is
// one glyph. The result never has more characters than the input.
func Clean(text string) string {
	if plain(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text { // invalid bytes come out as U+FFFD
		switch {
		case isVariationSelector(r):
		case safe.Hidden(r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// plain says whether text is printable ASCII, which most labels are.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func isVariationSelector(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }

// Truncate shortens Clean(text) to at most maxWidth points, ending it in an
// ellipsis when something was left out. The result is empty when not even
// the ellipsis fits.
func Truncate(text string, size float64, w Weight, maxWidth float64) string {
	text = Clean(text)
	if Width(text, size, w) <= maxWidth {
		return text
	}
	room := maxWidth - Width(ellipsis, size, w)
	if room < 0 {
		return ""
	}
	used, end := 0.0, 0
	for _, g := range Glyphs(text, w) {
		used += g.Advance * size / unitsPerEm
		if used > room {
			break
		}
		end += utf8.RuneLen(g.Rune)
	}
	return strings.TrimRight(text[:end], " \u3000") + ellipsis
}

// Wrap breaks text into lines of at most maxWidth points. It breaks at line
// feeds, at spaces and between Japanese characters (never before a closing
// mark or after an opening one), and inside a word only when the word alone is
// too wide: after one of its punctuation marks where there is one. With maxLines above zero the last line allowed is truncated with an
// ellipsis when text is left over. A single glyph wider than maxWidth stays
// alone on its line.
func Wrap(text string, size float64, w Weight, maxWidth float64, maxLines int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		rest := strings.TrimSpace(Clean(paragraph))
		for first := true; first || rest != ""; first = false {
			if maxLines > 0 && len(lines) == maxLines {
				return endWithEllipsis(lines, size, w, maxWidth)
			}
			n := lineEnd(rest, size, w, maxWidth)
			lines = append(lines, strings.TrimRight(rest[:n], " \u3000"))
			rest = strings.TrimLeft(rest[n:], " \u3000")
		}
	}
	return lines
}

func endWithEllipsis(lines []string, size float64, w Weight, maxWidth float64) []string {
	last := len(lines) - 1
	lines[last] = Truncate(lines[last]+ellipsis, size, w, maxWidth)
	return lines
}

// lineEnd is the byte offset in text, which is clean, at which the first line
// ends. It is at least one character unless text is empty.
func lineEnd(text string, size float64, w Weight, maxWidth float64) int {
	f := w.face()
	used, last, soft := 0.0, 0, 0 // the last places where a break is allowed, and where it hurts least
	var before rune
	for at, r := range text {
		if at > 0 && mayBreak(before, r) {
			last = at
		}
		if at > 0 && strings.ContainsRune(insideWords, before) {
			soft = at
		}
		used += f.glyph(r).Advance * size / unitsPerEm
		if used > maxWidth && at > 0 && !unicode.IsSpace(r) {
			return cmp.Or(last, soft, at)
		}
		before = r
	}
	return len(text)
}

// Characters that must not begin or end a line (JIS X 4051, the common ones).
const (
	notAtStart  = "、。，．,.:;!?！？：；）」』】〕］｝〉》)]}ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ・…"
	insideWords = "-._/:@" // of names and addresses: a line may end after them
	notAtEnd    = "（「『【〔［｛〈《([{"
)

// mayBreak says whether a line may end after before and begin with after.
func mayBreak(before, after rune) bool {
	switch {
	case unicode.IsSpace(before), unicode.IsSpace(after):
		return true
	case strings.ContainsRune(notAtStart, after), strings.ContainsRune(notAtEnd, before):
		return false
	}
	return isWide(before) || isWide(after)
}

// isWide covers kana, ideographs and their punctuation.
func isWide(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF ||
		r >= 0xFF00 && r <= 0xFFEF || r >= 0x20000 && r <= 0x3FFFF
}
