package routerconf

import "regexp"

// Sign is a sign with how it is looked for.
type Sign struct {
	Exp *regexp.Regexp
	In  func(line string) bool
}

// Signs returns the signs of all dialects.
func Signs() []Sign {
	var out []Sign
	for _, d := range dialects() {
		for _, s := range append(d.signs, d.sure) {
			out = append(out, Sign{s.exp, s.in})
		}
	}
	return out
}
