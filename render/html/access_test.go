package html_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/rendertest"
)

// TestHeadingsInOrder: screen readers go by headings, so no level is left out.
func TestHeadingsInOrder(t *testing.T) {
	root := parse(t, write(t, render.Project(rendertest.Sample(50), render.Japanese)))
	level := 0
	for n := range root.Descendants() {
		if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		next := int(n.Data[1] - '0')
		if next > level+1 {
			t.Errorf("h%d follows h%d", next, level)
		}
		if next == 1 && level != 0 {
			t.Error("a second h1")
		}
		level = next
	}
	if level == 0 {
		t.Error("no headings")
	}
}

// TestContrast: every colour of text on every ground that it stands on has a
// contrast of at least 4.5 (WCAG 2.2, success criterion 1.4.3).
func TestContrast(t *testing.T) {
	page := string(write(t, render.Project(rendertest.Sample(5), render.English)))
	style := page[strings.Index(page, "<style>"):strings.Index(page, "</style>")]
	colours := make(map[string]string)
	for _, m := range regexp.MustCompile(`--([a-z]+):(#[0-9a-f]{6})`).FindAllStringSubmatch(style, -1) {
		colours[m[1]] = m[2]
	}
	for _, tt := range []struct{ text, ground string }{
		{"ink", "#ffffff"},
		{"grey", "#ffffff"},
		{"faint", "#ffffff"},
		{"faint", colours["band"]}, // below the pointer
		{"ink", "#fff9eb"},         // blind spots
		{"grey", "#fff9eb"},
		{"faint", "#fff9eb"},
		{"faint", "#fff4d6"}, // the target of a link
		{"approved", "#fff4d6"},
		{"approved", "#ffffff"},
		{"approved", colours["band"]},
		{"unapproved", "#ffffff"},
		{"unapproved", colours["band"]},
		{"unapproved", "#fff4d6"},
		{"expired", "#ffffff"},
		{"expired", colours["band"]},
		{"expired", "#fff4d6"}, // its mark
		{"changed", "#ffffff"},
		{"changed", colours["band"]},
		{"changed", "#f1e9fa"}, // its mark
		{"changed", "#fff4d6"},
	} {
		if c := contrast(t, colours[tt.text], tt.ground); c < 4.5 {
			t.Errorf("%s %s on %s has a contrast of %.2f, want 4.5", tt.text, colours[tt.text], tt.ground, c)
		}
	}
	if c := contrast(t, "#ffffff", colours["unapproved"]); c < 4.5 {
		t.Errorf("the number in the mark of unapproved has a contrast of %.2f", c)
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil {
		t.Fatalf("colour %q: %v", colour, err)
	}
	channel := func(v uint64) float64 {
		c := float64(v&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}
