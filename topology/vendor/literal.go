package vendor

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// required returns texts in lower case of which one at least is in whatever the
// expression matches, so that most rules are passed over without it; none where
// that cannot be said.
func required(re *syntax.Regexp) []string {
	switch op := re.Op; {
	case op == syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case op == syntax.OpCapture, op == syntax.OpPlus:
		return required(re.Sub[0])
	case op == syntax.OpRepeat && re.Min > 0:
		return required(re.Sub[0])
	case op == syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if of := required(sub); shortest(of) > shortest(best) {
				best = of
			}
		}
		return best
	case op == syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			of := required(sub)
			if len(of) == 0 {
				return nil
			}
			all = append(all, of...)
		}
		return all
	}
	return nil
}

// anchored reports whether whatever the expression matches begins where the text
// does.
func anchored(re *syntax.Regexp) bool {
	if re.Op == syntax.OpCapture || re.Op == syntax.OpConcat {
		return len(re.Sub) > 0 && anchored(re.Sub[0])
	}
	if re.Op == syntax.OpAlternate {
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !anchored(sub) })
	}
	return re.Op == syntax.OpBeginText
}

// shortest returns the length of the shortest of texts, 0 where there are none.
func shortest(texts []string) int {
	n := 0
	for i, s := range texts {
		if i == 0 || len(s) < n {
			n = len(s)
		}
	}
	return n
}
