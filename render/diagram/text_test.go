package diagram_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/draw"
	"kanmon/render/font"
	"kanmon/render/rendertest"
	"kanmon/topology"
)

// pages are views that try the room of the board page: few and many ways out
// and zones, long names with and without places to break.
func pages(t *testing.T, lang render.Lang) map[string]render.View {
	t.Helper()
	out := map[string]render.View{"sample": render.Project(rendertest.Sample(200), lang)}
	for _, n := range []int{0, 3, 14, 300} {
		out[fmt.Sprint(n, " ways out")] = hospital(n, lang)
	}
	for _, n := range []int{1, 25} {
		v := hospital(13, lang)
		v.Zones = v.Zones[:1]
		for i := 1; i < n; i++ {
			z := v.Zones[0]
			z.Name = fmt.Sprint(z.Name, i)
			v.Zones = append(v.Zones, z)
		}
		out[fmt.Sprint(n, " zones")] = v
	}
	for _, name := range []string{
		strings.Repeat("地域医療連携推進機構", 4), strings.Repeat("wwwwwwwwww", 6),
		"very-long-host-name-0001.department.hospital.example.jp", strings.Repeat("ネットワーク", 8),
	} {
		v := hospital(13, lang)
		v.Site = strings.Repeat(name, 3)
		for i := range v.WaysOut {
			w := &v.WaysOut[i]
			w.Device, w.Party, w.DeviceDetail, w.Zone, w.How, w.Where = name, name, name+"　"+name, name, name, name
		}
		for i := range v.Zones {
			v.Zones[i].Name = name + fmt.Sprint(i)
			v.Zones[i].Counts = []render.Count{{Label: name, N: 1}, {Label: "PC", N: 100000}}
		}
		for i := range v.BlindSpots {
			v.BlindSpots[i].What = name
		}
		out[name] = v
	}
	for _, kind := range []string{topology.BlindInput, topology.BlindNoSource} {
		v := hospital(40, lang)
		for i := range 30 {
			v.BlindSpots = append(v.BlindSpots, render.BlindSpot{Kind: kind, Label: kind, What: fmt.Sprint("10.0.0.", i), NextStep: "look"})
		}
		out["blind "+kind] = v
	}
	return out
}

// area is where ink may be: a box, or a line of text from its tallest letter to
// its base.
type area struct {
	left, top, right, bottom float64
	what                     string
}

func areaOf(x draw.Text) area {
	left, width := x.X, x.Width()
	switch x.Anchor {
	case draw.Middle:
		left -= width / 2
	case draw.End:
		left -= width
	case draw.Start:
	}
	return area{left, x.Y - font.CapHeight(x.Size), left + width, x.Y, x.Text}
}

func (a area) overlaps(b area) bool {
	const touch = 0.3
	return a.left < b.right-touch && b.left < a.right-touch && a.top < b.bottom-touch && b.top < a.bottom-touch
}

func TestTextsDoNotOverlap(t *testing.T) {
	for _, lang := range []render.Lang{render.Japanese, render.English} {
		for name, v := range pages(t, lang) {
			var texts []area
			for _, s := range flat(board(t, v).Shapes) {
				if x, ok := s.(draw.Text); ok && x.Text != "" {
					texts = append(texts, areaOf(x))
				}
			}
			for i, a := range texts {
				for _, b := range texts[:i] {
					if a.overlaps(b) {
						t.Errorf("%s, %s: %q and %q lie upon each other: %+v %+v", lang, name, a.what, b.what, a, b)
					}
				}
			}
		}
	}
}

// TestTextsStayInTheirBoxes: a text is written within the smallest box that it
// begins in.
func TestTextsStayInTheirBoxes(t *testing.T) {
	for _, lang := range []render.Lang{render.Japanese, render.English} {
		for name, v := range pages(t, lang) {
			shapes := flat(board(t, v).Shapes)
			for _, s := range shapes {
				x, ok := s.(draw.Text)
				if !ok {
					continue
				}
				a := areaOf(x)
				box, size := area{}, math.Inf(1)
				for _, s := range shapes {
					r, ok := s.(draw.Rect)
					if !ok || r.Stroke.Color == draw.None { // a ground or a stripe, not a box
						continue
					}
					inside := x.X >= r.X && x.X <= r.X+r.Width && x.Y >= r.Y && a.top <= r.Y+r.Height
					if inside && r.Width*r.Height < size {
						size, box = r.Width*r.Height, area{r.X, r.Y, r.X + r.Width, r.Y + r.Height, ""}
					}
				}
				if math.IsInf(size, 1) {
					continue // it stands on the page
				}
				if a.left < box.left-0.1 || a.right > box.right+0.1 || a.top < box.top-0.1 || a.bottom > box.bottom+0.1 {
					t.Errorf("%s, %s: %q leaves its box: %+v in %+v", lang, name, x.Text, a, box)
				}
			}
		}
	}
}

// TestNothingIsCut: on the page of the sample hospital every text of our own is
// whole, in both languages.
func TestNothingIsCut(t *testing.T) {
	for _, lang := range []render.Lang{render.Japanese, render.English} {
		for _, s := range flat(board(t, render.Project(rendertest.Sample(200), lang)).Shapes) {
			if x, ok := s.(draw.Text); ok && (strings.Contains(x.Text, "…") || x.Size < 7) {
				t.Errorf("%s: %q is cut or too small (%g)", lang, x.Text, x.Size)
			}
		}
	}
}
