package diagram

import (
	"fmt"
	"strings"
	"unicode"

	"kanmon/render"
	"kanmon/render/font"
)

const ellipsis = "…"

func isCut(lines []string) bool {
	return len(lines) > 0 && strings.HasSuffix(lines[len(lines)-1], ellipsis)
}

// balanced wraps text as font.Wrap does. Where that makes two lines, it breaks
// between words where it can (見本 / プロバイダ), and else makes the lines about
// equally long, so that no line is left with a single character.
func balanced(text string, size float64, w font.Weight, width float64, maxLines int) []string {
	lines := font.Wrap(text, size, w, width, maxLines)
	if len(lines) != 2 || isCut(lines) {
		return lines
	}
	text = font.Clean(text)
	best := width
	found := false
	var before rune
	for at, after := range text {
		if at > 0 && betweenWords(before, after) {
			first, second := strings.TrimSpace(text[:at]), strings.TrimSpace(text[at:])
			if longer := max(font.Width(first, size, w), font.Width(second, size, w)); longer <= best {
				best, found, lines = longer, true, []string{first, second}
			}
		}
		before = after
	}
	for narrow := width / 2; !found && narrow < width; narrow += 2 {
		if l := font.Wrap(text, size, w, narrow, maxLines); len(l) == 2 && !isCut(l) {
			return l
		}
	}
	return lines
}

// betweenWords reports whether readers of Japanese see the end of a word
// between two characters: after a space, a middle dot or a particle, and where
// the script changes.
func betweenWords(before, after rune) bool {
	kana := func(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }
	switch {
	case unicode.IsSpace(before) || before == '・':
		return !unicode.IsSpace(after)
	case after == 'ー' || !unicode.IsLetter(after) || !unicode.IsLetter(before) && before != 'ー':
		return false
	case unicode.Is(unicode.Hiragana, before):
		return !unicode.Is(unicode.Hiragana, after)
	}
	return kana(before) && unicode.Is(unicode.Han, after) || kana(after) && !kana(before)
}

// detailLines writes the parts of a device's detail below each other: its
// address, then its model. One that stands alone may take all the lines.
func detailLines(detail string, size, width float64, room int) []string {
	parts := strings.Split(detail, "　")
	if len(parts) == 1 {
		return font.Wrap(detail, size, font.Regular, width, room)
	}
	parts = parts[:min(len(parts), room)]
	for i, s := range parts {
		parts[i] = font.Truncate(s, size, font.Regular, width)
	}
	return parts
}

func countText(c render.Count) string { return fmt.Sprintf("%s %d", c.Label, c.N) }

// packed writes counts one after another into at most maxLines lines, each
// count whole.
func packed(counts []render.Count, size, width float64, maxLines int) []string {
	var lines []string
	for _, c := range counts {
		item := countText(c)
		if n := len(lines); n > 0 {
			if longer := lines[n-1] + "　" + item; font.Width(longer, size, font.Regular) <= width {
				lines[n-1] = longer
				continue
			}
			if n == maxLines {
				lines[n-1] = font.Truncate(lines[n-1]+"　"+item, size, font.Regular, width)
				return lines
			}
		}
		lines = append(lines, font.Truncate(item, size, font.Regular, width))
	}
	return lines
}
