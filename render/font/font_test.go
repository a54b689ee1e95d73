package font_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"kanmon/render/font"
)

func TestWidth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   string
		want float64 // at 10 points
	}{
		{name: "empty", in: "", want: 0},
		{name: "one ideograph is one em", in: "院", want: 10},
		{name: "four ideographs", in: "医療機器", want: 40},
		{name: "decomposed kana is one glyph", in: "か\u3099", want: 10},
		{name: "ideograph outside the BMP", in: "𠮷", want: 10},
		{name: "escape is shown, not obeyed", in: "\x1b", want: font.Width("\uFFFD", 10, font.Regular)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := font.Width(tt.in, 10, font.Regular); math.Abs(got-tt.want) > 1e-9 {
				t.Errorf("Width(%q) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
	if r, b := font.Width("ABC", 10, font.Regular), font.Width("ABC", 10, font.Bold); b <= r {
		t.Errorf("bold ABC is %v wide, regular %v", b, r)
	}
	if i, m := font.Width("i", 10, font.Regular), font.Width("m", 10, font.Regular); i >= m {
		t.Errorf("i is %v wide, m %v: not proportional", i, m)
	}
	// A character that no font has still takes room, as .notdef.
	if font.Width("\U0010FFF0", 10, font.Regular) <= 0 {
		t.Error("missing glyph has no width")
	}
}

func TestGlyphs(t *testing.T) {
	t.Parallel()
	for _, r := range "院𠮷…A→" {
		g := font.Glyphs(string(r), font.Regular)
		if len(g) != 1 || g[0].Index == 0 || len(font.Outline(g[0].Index, font.Regular)) == 0 {
			t.Errorf("%q: glyphs %+v, want one with an outline", r, g)
		}
	}
	if len(font.Outline(0, font.Regular)) == 0 {
		t.Error("a missing glyph is not drawn")
	}
	if len(font.Outline(65535, font.Bold)) != 0 {
		t.Error("outline of a glyph that does not exist")
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{name: "plain", in: "sw-01 (2F)", want: "sw-01 (2F)"},
		{name: "Japanese", in: "放射線科　ＣＴ", want: "放射線科　ＣＴ"},
		{name: "escape sequence", in: "a\x1b[31mb", want: "a�[31mb"},
		{name: "NUL, tab, line feed, DEL, C1", in: "a\x00\t\n\x7f\u0085b", want: "a�����b"},
		{name: "invalid UTF-8", in: "a\xff\xfeb", want: "a��b"},
		{name: "bidi", in: "\u202Agnp\u202Eexe\u2066\u2069\u200E\u200F\u061C", want: "�gnp�exe�����"},
		{name: "zero width, BOM, soft hyphen", in: "\u200B\u200D\uFEFF\u00AD", want: "����"},
		{name: "line separators, noncharacters", in: "\u2028\u2029\uFFFE\uFFFF\U0001FFFF", want: "�����"},
		{name: "variation selectors", in: "葛\U000E0100城☎\uFE0E", want: "葛城☎"},
		{name: "composed", in: "か\u3099", want: "が"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := font.Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		max      float64
		want     string
	}{
		{name: "fits", in: "医療", max: 20, want: "医療"},
		{name: "cut", in: "医療機器", max: 30, want: "医療…"},
		{name: "no space before the ellipsis", in: "医 療機器", max: 25, want: "医…"},
		{name: "only the ellipsis", in: "医療", max: 10, want: "…"},
		{name: "nothing", in: "医療", max: 1, want: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := font.Truncate(tt.in, 10, font.Regular, tt.max); got != tt.want {
				t.Errorf("Truncate(%q, %v) = %q, want %q", tt.in, tt.max, got, tt.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		max      float64
		lines    int
		want     []string
	}{
		{name: "empty", in: "", max: 50, want: []string{""}},
		{name: "fits", in: "医療機器", max: 40, want: []string{"医療機器"}},
		{name: "a name breaks after its punctuation", in: "srv-1.example", max: 45, want: []string{"srv-1.", "example"}},
		{name: "between ideographs", in: "医療機器保守回線", max: 50, want: []string{"医療機器保", "守回線"}},
		{name: "words stay whole", in: "core switch", max: 40, want: []string{"core", "switch"}},
		{name: "long word is cut", in: "mmmmmmmm", max: 35, want: []string{"mmm", "mmm", "mm"}},
		{name: "no full stop at the start", in: "医療機器。", max: 40, want: []string{"医療機", "器。"}},
		{name: "no bracket at the end", in: "医療機「器」", max: 40, want: []string{"医療機", "「器」"}},
		{name: "line feed", in: "a\nb", max: 40, want: []string{"a", "b"}},
		{name: "rest is marked", in: "医療機器保守回線", max: 40, lines: 1, want: []string{"医療機…"}},
		{name: "narrower than a glyph", in: "医療", max: 1, want: []string{"医", "療"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := font.Wrap(tt.in, 10, font.Regular, tt.max, tt.lines)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Wrap(%q, %v, %d) (-want +got):\n%s", tt.in, tt.max, tt.lines, diff)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"医療 core-sw\n01", "\x1b[0m\xff\u202E", strings.Repeat("か\u3099", 50), "𠮷\U000E0100"} {
		f.Add(s, 35.0)
	}
	f.Fuzz(func(t *testing.T, text string, width float64) {
		if len(text) > 1000 || math.IsNaN(width) {
			t.Skip()
		}
		clean := font.Clean(text)
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, func(r rune) bool { return r < ' ' || r == 0x202E }) {
			t.Errorf("Clean(%q) = %q", text, clean)
		}
		if again := font.Clean(clean); again != clean {
			t.Errorf("Clean is not stable: %q, then %q", clean, again)
		}
		if cut := font.Truncate(text, 10, font.Bold, width); cut != "" && font.Width(cut, 10, font.Bold) > width+1e-6 {
			t.Errorf("Truncate(%q, %v) = %q is too wide", text, width, cut)
		}
		for _, line := range font.Wrap(text, 10, font.Bold, width, 3) {
			if utf8.RuneCountInString(line) > 2 && font.Width(line, 10, font.Bold) > width+1e-6 {
				t.Errorf("Wrap(%q, %v) has a line too wide: %q", text, width, line)
			}
		}
	})
}

func BenchmarkWidth(b *testing.B) {
	for b.Loop() {
		font.Width("放射線科 core-switch-01", 10, font.Regular)
	}
}
