package draw_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"kanmon/render/draw"
	"kanmon/render/font"
)

// hashEnv makes the test binary print hashes of the sample and stop.
const hashEnv = "DRAW_TEST_HASH"

func TestMain(m *testing.M) {
	if os.Getenv(hashEnv) == "" {
		os.Exit(m.Run())
	}
	fmt.Println(hashes())
}

var errNothing = errors.New("nothing was written")

// write renders with every writer.
func write(d *draw.Drawing) (svg, pdf, png []byte, err error) {
	var s, p, i bytes.Buffer
	err = errors.Join(draw.WriteSVG(&s, d), draw.WritePDF(&p, d), draw.WritePNG(&i, d, 1))
	if err == nil && (s.Len() == 0 || p.Len() == 0 || i.Len() == 0) {
		err = errNothing
	}
	return s.Bytes(), p.Bytes(), i.Bytes(), err
}

func hashes() string {
	svg, pdf, png, err := write(sample())
	return fmt.Sprintf("%x %x %x %v", sha256.Sum256(svg), sha256.Sum256(pdf), sha256.Sum256(png), err)
}

func mustWrite(t *testing.T, d *draw.Drawing) (svg, pdf string, img image.Image) {
	t.Helper()
	s, p, i, err := write(d)
	if err != nil {
		t.Fatal(err)
	}
	img, err = png.Decode(bytes.NewReader(i))
	if err != nil {
		t.Fatal(err)
	}
	return string(s), string(p), img
}

func page(shapes ...draw.Shape) *draw.Drawing {
	return &draw.Drawing{Width: 200, Height: 100, Shapes: shapes}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	want := hashes()
	if got := hashes(); got != want {
		t.Errorf("the second time: %s, first %s", got, want)
	}
	for range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), hashEnv+"=1", "TZ=Asia/Tokyo")
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("another process: %s (%v), first %s", got, err, want)
		}
	}
}

func TestSVG(t *testing.T) {
	t.Parallel()
	svg, _, _ := mustWrite(t, sample())
	wellFormed(t, svg)
	for _, want := range []string{
		`role="img" xml:lang="ja" width="1190.55pt" height="841.89pt" viewBox="0 0 1190.55 841.89"`,
		`<title>外部接続図: 鎌倉総合病院</title>`,
		`<a xlink:href="#ledger-dev-1"><g id="dev-1" class="device"><title>オンライン資格確認</title>`,
		`stroke-dasharray="8 4"`,
		`fill-opacity="0">オンライン資格確認</text>`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("SVG has no %s", want)
		}
	}
	for _, bad := range []string{"<script", "<style", "http://", "https://", "url(", "href=\"http"} {
		rest := strings.NewReplacer(`xmlns="http://www.w3.org/2000/svg"`, "", `xmlns:xlink="http://www.w3.org/1999/xlink"`, "").Replace(svg)
		if strings.Contains(rest, bad) {
			t.Errorf("SVG has %s", bad)
		}
	}
	if n := strings.Count(svg, `<path id="`+"glyph-r"); n == 0 || n > 60 {
		t.Errorf("%d outlines of regular glyphs: each one must be there once", n)
	}
	// Whatever is used is defined.
	for _, m := range regexp.MustCompile(`<use xlink:href="#([^"]+)"`).FindAllStringSubmatch(svg, -1) {
		if !strings.Contains(svg, `<path id="`+m[1]+`"`) {
			t.Fatalf("%s is used and not defined", m[1])
		}
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("SVG is not well formed: %v", err)
		}
	}
}

const hostile = "<script>alert(1)</script>\"'];--\x1b[31m\x00\u202Egnp.exe\u2066\u200F\xff\xfe&amp;]]>\uFFFE\u2028"

func TestHostileNames(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"markup": hostile, "long": strings.Repeat("あ\u0301", 5000), "PDF": `) Tj ET /JS (x) \`, "empty": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			svg, pdf, _ := mustWrite(t, &draw.Drawing{
				Width: 200, Height: 100, Title: text, Lang: text, IDPrefix: text,
				Shapes: []draw.Shape{draw.Group{ID: text, Title: text, Class: text, Link: text, Shapes: []draw.Shape{
					draw.Text{X: 10, Y: 10, Size: 10, Color: "#000000", Text: text},
				}}},
			})
			wellFormed(t, svg)
			for _, bad := range []string{"<script", "\x1b", "\x00", "\u202E", "\u2066", "\u200F", "\uFFFE", "\u2028", "\xff", "javascript:"} {
				if strings.Contains(svg, bad) {
					t.Errorf("SVG has %q", bad)
				}
			}
			if strings.Contains(pdf, "/JS (x)") {
				t.Error("a name became a PDF object")
			}
			if strings.Contains(pdf, "/Lang (") && strings.Contains(pdf, "script") {
				t.Error("the language became something else")
			}
		})
	}
}

// Different ids stay different after escaping.
func TestIDs(t *testing.T) {
	t.Parallel()
	svg, _, _ := mustWrite(t, page(draw.Group{ID: "a b"}, draw.Group{ID: "a_b"}, draw.Group{ID: "a_20b"}, draw.Group{ID: "院"}))
	for _, want := range []string{`id="a_20b"`, `id="a_5fb"`, `id="a_5f20b"`, `id="_e9_99_a2"`} {
		if strings.Count(svg, want) != 1 {
			t.Errorf("SVG has %d of %s", strings.Count(svg, want), want)
		}
	}
}

func TestTextWidth(t *testing.T) {
	t.Parallel()
	text := draw.Text{X: 100, Y: 60, Size: 20, Color: "#000000", Anchor: draw.Middle, Text: "国A国i国"}
	svg, pdf, img := mustWrite(t, page(text))
	if want := fmt.Sprintf(`textLength="%.4g"`, text.Width()); !strings.Contains(svg, want) {
		t.Errorf("SVG has no %s", want)
	}
	// Glyphs have up to a tenth of the size empty on each side.
	left, right := ink(img)
	if a, b := 100-text.Width()/2, 100+text.Width()/2; math.Abs(float64(left)-a) > 3 || math.Abs(float64(right)-b) > 3 {
		t.Errorf("PNG: ink from %d to %d, want %.1f to %.1f", left, right, a, b)
	}
	for _, g := range font.Glyphs("Ai国", font.Regular) {
		if got, ok := pdfWidths(t, pdf)[int(g.Rune)]; !ok || got != int(g.Advance) {
			t.Errorf("PDF: %q is %d wide, want %v", g.Rune, got, g.Advance)
		}
	}
}

// pdfWidths reads the W array of the first font of a PDF (ISO 32000-1, 9.7.4.3).
func pdfWidths(t *testing.T, pdf string) map[int]int {
	t.Helper()
	m := regexp.MustCompile(`(?s)/W \[(.*?)\]\s*/CIDToGIDMap`).FindStringSubmatch(pdf)
	if m == nil {
		t.Fatal("PDF has no W array")
	}
	widths := map[int]int{}
	tokens := regexp.MustCompile(`\d+|\[|\]`).FindAllString(m[1], -1)
	num := func(i int) (n int) { _, _ = fmt.Sscan(tokens[i], &n); return n }
	for i := 0; i+2 < len(tokens); {
		first := num(i)
		if tokens[i+1] != "[" {
			for c := first; c <= num(i+1); c++ {
				widths[c] = num(i + 2)
			}
			i += 3
			continue
		}
		for i += 2; tokens[i] != "]"; i++ {
			widths[first] = num(i)
			first++
		}
		i++
	}
	return widths
}

// ink is the first and the last column that is not white.
func ink(img image.Image) (left, right int) {
	b := img.Bounds()
	left, right = b.Max.X, -1
	for y := range b.Max.Y {
		for x := range b.Max.X {
			if dark(img, x, y) {
				left, right = min(left, x), max(right, x)
			}
		}
	}
	return left, right
}

func dark(img image.Image, x, y int) bool {
	c, ok := color.GrayModel.Convert(img.At(x, y)).(color.Gray)
	return ok && c.Y < 200
}

func TestDashes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		dash []float64
		want int // pieces of ink along the line
	}{
		{name: "solid", want: 1},
		{name: "dashed", dash: []float64{12, 8}, want: 8},
		{name: "dotted", dash: []float64{2, 2}, want: 40},
		{name: "odd pattern", dash: []float64{10}, want: 8},
		{name: "zeros are solid", dash: []float64{0, 0}, want: 1},
		{name: "negative is solid", dash: []float64{-1, 2}, want: 1},
		{name: "too fine is solid", dash: []float64{1e-4, 1e-4}, want: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			line := draw.Polyline{Points: []draw.Point{{20, 50}, {180, 50}}, Stroke: draw.Stroke{Color: "#000000", Width: 4, Dash: tt.dash}}
			svg, _, img := mustWrite(t, page(line))
			pieces := 0
			for x := 1; x < 200; x++ {
				if dark(img, x, 50) && !dark(img, x-1, 50) {
					pieces++
				}
			}
			if pieces != tt.want {
				t.Errorf("%d pieces, want %d", pieces, tt.want)
			}
			if got := strings.Contains(svg, "stroke-dasharray"); tt.want > 1 && !got {
				t.Error("SVG is solid")
			}
		})
	}
}

func TestPNG(t *testing.T) {
	t.Parallel()
	black := draw.Color("#000000")
	for _, tt := range []struct {
		name          string
		shape         draw.Shape
		inside, empty image.Point
	}{
		{name: "rectangle", shape: draw.Rect{X: 50, Y: 20, Width: 100, Height: 60, Fill: black}, inside: image.Pt(51, 21), empty: image.Pt(49, 50)},
		{name: "round corner", shape: draw.Rect{X: 50, Y: 20, Width: 100, Height: 60, Radius: 20, Fill: black}, inside: image.Pt(60, 40), empty: image.Pt(52, 22)},
		{name: "circle", shape: draw.Circle{Center: draw.Point{X: 100, Y: 50}, Radius: 40, Fill: black}, inside: image.Pt(73, 23), empty: image.Pt(69, 19)},
		{name: "outline only", shape: draw.Circle{Center: draw.Point{X: 100, Y: 50}, Radius: 40, Stroke: draw.Stroke{Color: black, Width: 6}}, inside: image.Pt(61, 50), empty: image.Pt(100, 50)},
		{name: "far outside", shape: draw.Rect{X: -9e5, Y: -9e5, Width: 9e5 + 100, Height: 18e5, Fill: black}, inside: image.Pt(99, 99), empty: image.Pt(101, 50)},
		{name: "round join", shape: draw.Polyline{Points: []draw.Point{{20, 80}, {100, 20}, {180, 80}}, Stroke: draw.Stroke{Color: black, Width: 16}}, inside: image.Pt(100, 13), empty: image.Pt(100, 60)},
		{name: "hole", shape: draw.Path{Fill: black, Segments: []draw.Segment{
			move(20, 20), to(180, 20), to(180, 80), to(20, 80),
			{Op: draw.Close},
			move(80, 40), to(80, 60), to(120, 60), to(120, 40),
			{Op: draw.Close},
		}}, inside: image.Pt(30, 30), empty: image.Pt(100, 50)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, img := mustWrite(t, page(tt.shape))
			if !dark(img, tt.inside.X, tt.inside.Y) {
				t.Errorf("%v is white", tt.inside)
			}
			if dark(img, tt.empty.X, tt.empty.Y) {
				t.Errorf("%v is black", tt.empty)
			}
		})
	}
}

// Pictures are rasterised in squares, which must not show.
func TestPNGHasNoSeams(t *testing.T) {
	t.Parallel()
	d := &draw.Drawing{Width: 700, Height: 700, Shapes: []draw.Shape{
		draw.Circle{Center: draw.Point{X: 350, Y: 350}, Radius: 340, Fill: "#000000"},
		draw.Polyline{Points: []draw.Point{{0, 0}, {700, 700}}, Stroke: draw.Stroke{Color: "#000000", Width: 20}},
	}}
	_, _, img := mustWrite(t, d)
	black := color.RGBA{A: 255}
	for y := range 700 {
		for x := range 700 {
			inside := math.Hypot(float64(x)+0.5-350, float64(y)+0.5-350) < 338 || (x-y < 12 && y-x < 12)
			if got := color.RGBAModel.Convert(img.At(x, y)); inside && got != black {
				t.Fatalf("%d, %d is %v", x, y, got)
			}
		}
	}
}

func move(x, y float64) draw.Segment {
	return draw.Segment{Op: draw.Move, Args: [3]draw.Point{{X: x, Y: y}}}
}

func to(x, y float64) draw.Segment {
	return draw.Segment{Op: draw.Line, Args: [3]draw.Point{{X: x, Y: y}}}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	deep := draw.Shape(draw.Rect{})
	for range 50 {
		deep = draw.Group{Shapes: []draw.Shape{deep}}
	}
	for _, tt := range []struct {
		name, want string
		in         *draw.Drawing
	}{
		{name: "no page", in: &draw.Drawing{}, want: "0 x 0 points"},
		{name: "endless page", in: &draw.Drawing{Width: math.NaN(), Height: 1}, want: "NaN x 1"},
		{name: "page too large", in: &draw.Drawing{Width: 15000, Height: 1}, want: "several pages"},
		{name: "no colour", in: page(draw.Rect{Fill: `"/><script>`}), want: "want #rrggbb"},
		{name: "infinite", in: page(draw.Rect{X: math.Inf(1), Fill: "#000000"}), want: "not a place"},
		{name: "text nowhere", in: page(draw.Text{Y: math.NaN(), Text: "x"}), want: "not a place"},
		{name: "deep", in: page(deep), want: "too deeply"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, _, err := write(tt.in)
			if err == nil || strings.Count(err.Error(), tt.want) != 3 {
				t.Errorf("%v, want %q from all three writers", err, tt.want)
			}
		})
	}
	if err := draw.WritePNG(io.Discard, &draw.Drawing{Width: 10000, Height: 10000}, 1); !errors.Is(err, draw.ErrTooManyPixels) || !strings.Contains(err.Error(), "use SVG or PDF") {
		t.Errorf("WritePNG: %v", err)
	}
	if err := draw.WritePNG(io.Discard, page(), math.NaN()); err == nil {
		t.Error("WritePNG takes any scale")
	}
}

func FuzzWrite(f *testing.F) {
	f.Add(hostile, 10.0, 20.0, 3.0, uint8(3))
	f.Add("院", -1e6, 1e6, 1e5, uint8(0))
	f.Fuzz(func(t *testing.T, text string, x, y, size float64, k uint8) {
		if len(text) > 200 {
			t.Skip()
		}
		stroke := draw.Stroke{Color: "#123456", Width: size / 10, Dash: []float64{size, float64(k)}}
		svg, _, _, err := write(page(
			draw.Text{X: x, Y: y, Size: size, Color: "#000000", Anchor: draw.Anchor(k), Text: text},
			draw.Rect{X: x, Y: y, Width: size, Height: y, Radius: size, Fill: "#ff0000", Stroke: stroke},
			draw.Path{Segments: []draw.Segment{{Op: draw.Op(k % 5)}, move(x, y), {Op: draw.Close}, {Op: draw.Cubic, Args: [3]draw.Point{{x, y}, {y, size}, {size, x}}}}, Stroke: stroke},
			draw.Polygon{Stroke: stroke, Fill: "#00ff00"},
		))
		if err == nil {
			wellFormed(t, string(svg))
		}
	})
}

func BenchmarkPNG(b *testing.B) { // an A3 page at 150 dpi
	for b.Loop() {
		if err := draw.WritePNG(io.Discard, sample(), 150.0/72); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	for b.Loop() {
		if err := draw.WriteSVG(io.Discard, sample()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	for b.Loop() {
		if err := draw.WritePDF(io.Discard, sample()); err != nil {
			b.Fatal(err)
		}
	}
}
