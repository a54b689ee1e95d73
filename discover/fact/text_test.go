package fact_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"kanmon/discover/fact"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "core-sw", "core-sw"},
		{"japanese", "電子カルテ端末　３", "電子カルテ端末　３"},
		{"line-breaks", "Cisco IOS\r\nVersion 15\t(3)", "Cisco IOS Version 15 (3)"},
		{"spaces", "  a  b  ", "a b"},
		{"nul", "a\x00b", "a\ufffdb"},
		{"ansi", "\x1b[31mred", "\ufffd[31mred"},
		{"bidi", "exe\u202egnp", "exe\ufffdgnp"},
		{"zero-width", "a\u200bb\ufeff", "a\ufffdb\ufffd"},
		{"not-utf8", "a\xff\xfeb", "a\ufffd\ufffdb"},
		{"c1", "a\u009bb", "a\ufffdb"},
		{"tag", "a\U000e0041", "a\ufffd"},
		{"emoji", "🏥", "🏥"},
		{"empty", "", ""},
		{"only-space", " \n ", ""},
		{"line-separator", "a\u2028b", "a b"},
		{"long", strings.Repeat("x", 10_000), strings.Repeat("x", fact.MaxText-1) + "…"},
		{"exact", strings.Repeat("x", fact.MaxText), strings.Repeat("x", fact.MaxText)},
		{"exact-kanji", strings.Repeat("字", fact.MaxText), strings.Repeat("字", fact.MaxText)},
		{"trailing", strings.Repeat("x", fact.MaxText) + " \n", strings.Repeat("x", fact.MaxText)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := fact.Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "a", "\x00", "\u202e", " a  b ", strings.Repeat("é ", 600), "\xf4\x90"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := fact.Clean(s)
		if fact.Clean(c) != c {
			t.Errorf("Clean is not idempotent on %q: %q then %q", s, c, fact.Clean(c))
		}
		if !utf8.ValidString(c) || utf8.RuneCountInString(c) > fact.MaxText {
			t.Errorf("Clean(%q) = %q: not valid or too long", s, c)
		}
		for _, r := range c {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("Clean(%q) = %q holds %U", s, c, r)
			}
		}
	})
}

// The scripts that are not looked up are such that the tables say the same.
func TestEastAsianTextIsShown(t *testing.T) {
	for r := rune(0x3001); r < 0xd800; r++ {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z, unicode.Co, unicode.Cs, unicode.White_Space) {
			t.Errorf("%U is hidden or a space, and was passed over", r)
		}
	}
	if got := fact.Clean("\t a\u00a0\u2003b\u3000c\x1f"); got != "a b\u3000c\ufffd" {
		t.Errorf("got %q", got)
	}
}

// textOf returns a text as New leaves it, which looks at eight octets at once.
func textOf(t *testing.T, s string) string {
	t.Helper()
	o, err := fact.New("test/text", fact.Gap{What: s, Why: "it is so"})
	if err != nil {
		t.Fatal(err)
	}
	return o.Fact.(fact.Gap).What
}

// TestTextAnywhere puts what Clean changes, or might, at every place of texts,
// so that it stands everywhere among eight octets, and beside their borders.
func TestTextAnywhere(t *testing.T) {
	t.Parallel()
	parts := []string{
		" ", "  ", "   ", "\\", "\"", " \"", "\" ", "\\\"", "\x7f", "~", "!", "<", ">", "&", "é", "字", "　", "\u00a0", "\u200b", "\u202e", "\u2028",
		"\ufeff", "\ufffd", "🏥", "\x80", "\xff", "\xe5\xad", "\xc3", "x\xc3(", ",", ":", "{", "}",
	}
	for c := range byte(0x20) {
		parts = append(parts, string(rune(c)))
	}
	for _, part := range parts {
		for before := range 21 {
			for _, after := range []int{0, 1, 2, 3, 7, 8, 9, 20} {
				s := strings.Repeat("a", before) + part + strings.Repeat("z", after)
				if got, want := textOf(t, s), fact.Clean(s); got != want {
					t.Errorf("%q is told as %q, want %q", s, got, want)
				}
			}
		}
	}
	for n := fact.MaxText - 60; n < fact.MaxText+3; n++ { // whose JSON is longer
		s := strings.Repeat("x", n)
		if got, want := textOf(t, s), fact.Clean(s); got != want {
			t.Errorf("%d octets are told as %d, want %d", n, len(got), len(want))
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", " core-sw-01 ", "a  b", "seven7 \x7f", "\\\"12345 ", "Cisco IOS\r\nVersion 15"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := textOf(t, s), fact.Clean(s); got != want {
			t.Errorf("%q is told as %q, want %q", s, got, want)
		}
	})
}
