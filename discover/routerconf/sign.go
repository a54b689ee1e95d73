package routerconf

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// sign is an expression for a line that hardly any text but one of its dialect
// has. Nearly every line can be told by its first octet to have nothing of a
// sign, without trying the expression.
type sign struct {
	exp   *regexp.Regexp
	first [256]bool // octets that a line begins with where it may match
}

// newSign compiles an expression, which has to begin with ^ in all its
// alternatives to be told by the first octet.
func newSign(s string) *sign {
	n := &sign{exp: regexp.MustCompile(s)}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil || !begins(tree.Simplify()) || n.add(tree.Simplify()) {
		n.addAll()
	}
	return n
}

// in reports whether a line has the sign.
func (n *sign) in(line string) bool {
	return (line == "" || n.first[line[0]]) && n.exp.MatchString(line)
}

// begins reports whether e matches at the beginning of a line only.
func begins(e *syntax.Regexp) bool {
	is := func(ops ...syntax.Op) bool { return slices.Contains(ops, e.Op) }
	switch {
	case is(syntax.OpBeginText):
		return true
	case is(syntax.OpConcat, syntax.OpCapture):
		return begins(e.Sub[0])
	case is(syntax.OpAlternate):
		return !slices.ContainsFunc(e.Sub, func(s *syntax.Regexp) bool { return !begins(s) })
	}
	return false
}

// add notes with which octets a match of e can begin, and reports whether e can
// match nothing, so that what follows counts, too.
func (n *sign) add(e *syntax.Regexp) bool {
	is := func(ops ...syntax.Op) bool { return slices.Contains(ops, e.Op) }
	switch {
	case is(syntax.OpBeginText, syntax.OpEndText, syntax.OpEmptyMatch):
		return true
	case is(syntax.OpLiteral):
		n.addRune(e.Rune[0])
		if e.Flags&syntax.FoldCase != 0 {
			for r := unicode.SimpleFold(e.Rune[0]); r != e.Rune[0]; r = unicode.SimpleFold(r) {
				n.addRune(r)
			}
		}
		return false
	case is(syntax.OpCharClass):
		for i := 0; i < len(e.Rune); i += 2 {
			for r := e.Rune[i]; r <= min(e.Rune[i+1], utf8.RuneSelf-1); r++ {
				n.addRune(r)
			}
			n.addRune(e.Rune[i+1])
		}
		return false
	case is(syntax.OpConcat):
		return !slices.ContainsFunc(e.Sub, func(s *syntax.Regexp) bool { return !n.add(s) })
	case is(syntax.OpAlternate):
		empty := false
		for _, s := range e.Sub {
			empty = n.add(s) || empty
		}
		return empty
	case is(syntax.OpCapture, syntax.OpPlus):
		return n.add(e.Sub[0])
	case is(syntax.OpStar, syntax.OpQuest):
		n.add(e.Sub[0])
		return true
	}
	n.addAll() // of others nothing is known
	return false
}

func (n *sign) addAll() {
	for c := range n.first {
		n.first[c] = true
	}
}

func (n *sign) addRune(r rune) {
	if r < utf8.RuneSelf {
		n.first[r] = true
		return
	}
	for c := utf8.RuneSelf; c < len(n.first); c++ {
		n.first[c] = true
	}
}
