package vendor

import (
	"cmp"
	"hash/fnv"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// legalForm matches what the list of numbers has behind the name of a company.
var legalForm = regexp.MustCompile(`(?i)(?:[, ]+(?:inc|incorporated|ltd|limited|llc|l\.l\.c|corp|corporation|co|company|gmbh(?: & co\.? kg)?|ag|kg|ab|as|a/s|bv|b\.v|nv|n\.v|oy|s\.?a|s\.?r\.?l|s\.?p\.?a|s\.?r\.?o|spol|pty|pvt|private|plc|k\.?k|sas|sarl)\b\.?)+$`)

// company returns the name of a company without its legal form.
func company(holder string) string {
	if name := strings.TrimRight(legalForm.ReplaceAllString(holder, ""), " ,."); name != "" {
		return name
	}
	return holder
}

// line is a line of the list of numbers, by the first word of its holder.
type line struct{ word, at uint32 }

// lines are all of them, in order. They are half a megabyte, and made when a
// text that no rule knows names a company.
var lines = sync.OnceValue(func() []line { //nolint:gochecknoglobals // a constant that Go cannot express
	var out []line
	at := 0
	for l := range strings.Lines(numbers) {
		_, holder, _ := strings.Cut(l, "\t")
		out = append(out, line{firstWord(holder), uint32(at)})
		at += len(l)
	}
	slices.SortFunc(out, compareLines)
	return out
})

func compareLines(a, b line) int { return cmp.Or(cmp.Compare(a.word, b.word), cmp.Compare(a.at, b.at)) }

// firstWord returns a number for the first word of a name.
func firstWord(name string) uint32 {
	if i := strings.IndexAny(name, " ,.\n"); i >= 0 {
		name = name[:i]
	}
	h := fnv.New32a()
	_, _ = io.WriteString(h, name)
	return h.Sum32()
}

// listed reports whether the list of enterprise numbers has a company of a name,
// but for its legal form.
func listed(name string) bool {
	if len(name) < 3 {
		return false
	}
	of := firstWord(name)
	i, _ := slices.BinarySearchFunc(lines(), line{word: of}, compareLines)
	for _, l := range lines()[i:] {
		if l.word != of {
			break
		}
		entry, _, _ := strings.Cut(numbers[l.at:], "\n")
		_, holder, _ := strings.Cut(entry, "\t")
		if strings.HasPrefix(holder, name) && company(holder) == name {
			return true
		}
	}
	return false
}
