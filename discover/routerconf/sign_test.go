package routerconf_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"kanmon/discover/routerconf"
)

// TestSigns compares what signs find by their first octet with what their
// expressions match, in the lines of all samples and in what is made of them by
// replacing how they begin.
func TestSigns(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	lines, begins := []string{"", " ", "\t"}, []string{"", " ", "  ", "\t", "#", "# ", "!", "! ", "no ", "日", "\xff", "X", "x"}
	for _, name := range samples(t) {
		for l := range strings.Lines(string(load(t, name))) {
			l = strings.TrimRight(l, "\n")
			lines = append(lines, l, strings.ToUpper(l), begins[r.IntN(len(begins))]+l, begins[r.IntN(len(begins))]+strings.TrimLeft(l, " #!"))
		}
	}
	n := 0
	for _, s := range routerconf.Signs() {
		for _, l := range lines {
			in, want := s.In(l), s.Exp.MatchString(l)
			if in != want {
				t.Errorf("%q in %q: %t, want %t", s.Exp, l, in, want)
			}
			if want {
				n++
			}
		}
	}
	if n < 500 {
		t.Errorf("%d signs in %d lines: too few to show anything", n, len(lines))
	}
}
