package render

import (
	"fmt"
	"strings"
)

// Lang is a language that people read.
type Lang string

// Languages.
const (
	Japanese Lang = "ja"
	English  Lang = "en"
)

// ParseLang reads "ja" or "en".
func ParseLang(s string) (Lang, error) {
	switch l := Lang(s); l {
	case Japanese, English:
		return l, nil
	}
	return "", fmt.Errorf("language %q is not known: use ja or en", s)
}

// T returns the text for key in the language. A key that has no text is shown
// as it is, so that a gap is seen and not silent.
func (l Lang) T(key string) string {
	m, ok := messages()[key]
	if !ok {
		return key
	}
	if l == Japanese {
		return m.ja
	}
	return m.en
}

// F formats args into the text for key.
func (l Lang) F(key string, args ...any) string { return fmt.Sprintf(l.T(key), args...) }

// N returns the text for n things, whose key ends in ".n". Of one thing, it is
// that whose key ends in ".1".
func (l Lang) N(key string, n int) string {
	if n == 1 {
		key = strings.TrimSuffix(key, "n") + "1"
	}
	return l.F(key, n)
}

// Keys returns every key that has a text.
func Keys() []string {
	keys := make([]string, 0, len(messages()))
	for k := range messages() {
		keys = append(keys, k)
	}
	return keys
}

type message struct{ ja, en string }
