package term

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// cells is how many cells of a terminal r takes. Characters of ambiguous width
// are narrow, as in the terminals of today.
func cells(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

// fit shortens s to n cells, with an ellipsis, and fills it up with spaces.
func fit(s string, n int) string {
	if textWidth(s) > n {
		s = shorten(s, n)
	}
	return s + strings.Repeat(" ", n-textWidth(s))
}

func shorten(s string, n int) string {
	used := 0
	for i, r := range s {
		if used+cells(r) > n-1 {
			return s[:i] + "…"
		}
		used += cells(r)
	}
	return s
}

// columns lays rows out under each other. A column is as wide as its widest
// text, at most as wide as limits says.
func columns(rows [][]string, limits []int) []string {
	widths := make([]int, len(limits))
	for _, row := range rows {
		for i, s := range row {
			widths[i] = min(max(widths[i], textWidth(s)), limits[i])
		}
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		var b strings.Builder
		for k, s := range row {
			b.WriteString(fit(s, widths[k]))
			b.WriteString("  ")
		}
		out[i] = strings.TrimRight(b.String(), " ")
	}
	return out
}
