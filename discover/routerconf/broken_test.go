package routerconf_test

import (
	"slices"
	"strings"
	"testing"
)

// TestBrokenLines breaks each line that holds a secret in all ways in which one
// is broken by hand or by a terminal: a word is missing, two have changed places,
// the line goes on in the next or the next in it.
func TestBrokenLines(t *testing.T) {
	for _, tt := range secretful() {
		t.Run(tt.name, func(t *testing.T) {
			lines := strings.Split(tt.in, "\n")
			n := 0
			try := func(at int, broken ...string) {
				n++
				text := strings.Join(slices.Concat(lines[:at], broken, lines[at+1:]), "\n")
				c, _, err := read([]byte(text))
				told := texts(t, c)
				if err != nil {
					told = append(told, err.Error())
				}
				for _, s := range told {
					if strings.Contains(strings.ToUpper(s), secret) {
						t.Errorf("%q gives %s", broken, s)
					}
				}
			}
			for at, l := range lines {
				if at == 0 || !strings.Contains(l, secret) {
					continue
				}
				w := strings.Fields(l)
				indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
				for i := range w {
					try(at, indent+strings.Join(slices.Delete(slices.Clone(w), i, i+1), " "))
					if i == 0 {
						continue
					}
					before, after := indent+strings.Join(w[:i], " "), strings.Join(w[i:], " ")
					try(at, before, after)
					try(at, before, indent+after)
					swapped := slices.Clone(w)
					swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
					try(at, indent+strings.Join(swapped, " "))
				}
				if at+1 < len(lines) {
					lines := lines[at+1]
					try(at, l+" "+strings.TrimLeft(lines, " "))
					try(at, l+strings.TrimLeft(lines, " "))
				}
			}
			t.Logf("%d broken texts", n)
		})
	}
}

// TestOddLines reads the samples with each line cut off after some words, and
// with words in it that are empty, as quotation marks make them.
func TestOddLines(t *testing.T) {
	for _, name := range samples(t) {
		lines := strings.Split(string(load(t, name)), "\n")
		head := strings.Join(lines[:12], "\n") + "\n"
		for _, odd := range []string{"", ` ""`, ` "`, ` - , /`, ` 4294967296 0/0 ::/129`} {
			for k := range 7 {
				var before, within strings.Builder
				for _, l := range lines {
					w := strings.Fields(l)
					indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
					before.WriteString(l + "\n" + indent + strings.Join(w[:min(k, len(w))], " ") + odd + "\n")
					within.WriteString(indent + strings.TrimLeft(strings.Join(w[:min(k, len(w))], " ")+odd+" "+strings.Join(w[min(k+1, len(w)):], " "), " ") + "\n")
				}
				for _, text := range []string{before.String(), within.String()} {
					c, _, err := read([]byte(head + text))
					if err == nil && len(c.Observations()) == 0 {
						t.Errorf("%s, %q behind %d words: nothing is read", name, odd, k)
					}
				}
			}
		}
	}
}
