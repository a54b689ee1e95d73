// Package font holds the one typeface of every picture, Noto Sans JP, and
// measures text with it.
//
// Node sizes, line breaks and the drawn glyphs all come from the same tables,
// so a label fits its box on every machine, whether or not a Japanese font is
// installed there. The font files are licensed under the SIL Open Font License
// 1.1 (OFL.txt beside them).
package font

import (
	_ "embed"
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Weight is the thickness of the strokes of a text.
type Weight uint8

// The two weights that are embedded.
const (
	Regular Weight = iota
	Bold
)

// Metrics of the typeface in 1/1000 of the font size; the height is that of a
// capital letter (OS/2 sCapHeight).
const (
	unitsPerEm = 1000
	capHeight  = 733
)

//go:embed NotoSansJP_400Regular.ttf
var regularTTF []byte

//go:embed NotoSansJP_700Bold.ttf
var boldTTF []byte

// Parsed faces: pure functions of the embedded files, read once because the
// tables of 17,000 glyphs are too dear to read for every label.
//
//nolint:gochecknoglobals // immutable once read, see above
var (
	regularFace = sync.OnceValue(func() *face { return parse(regularTTF) })
	boldFace    = sync.OnceValue(func() *face { return parse(boldTTF) })
)

// Glyph is one drawn character.
type Glyph struct {
	Rune    rune
	Index   uint16  // in the font's glyf table; 0 is .notdef, the empty box
	Advance float64 // 1/1000 of the font size
}

// face is a parsed font. It is safe for concurrent use.
type face struct {
	font     *sfnt.Font
	advances []uint16 // by glyph index
}

// parse reads an embedded file. It panics when the file is damaged: that is a
// broken build, which every test of this package would show.
func parse(data []byte) *face {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic(fmt.Sprintf("font: embedded file is damaged: %v", err))
	}
	if f.UnitsPerEm() != unitsPerEm {
		panic(fmt.Sprintf("font: embedded file has %d units per em, want %d", f.UnitsPerEm(), unitsPerEm))
	}
	var buf sfnt.Buffer
	advances := make([]uint16, f.NumGlyphs())
	for i := range advances {
		a, err := f.GlyphAdvance(&buf, sfnt.GlyphIndex(i), fixed.I(unitsPerEm), font.HintingNone)
		if err != nil {
			panic(fmt.Sprintf("font: embedded file has no width for glyph %d: %v", i, err))
		}
		advances[i] = uint16(a.Round())
	}
	return &face{font: f, advances: advances}
}

func (w Weight) face() *face {
	if w == Bold {
		return boldFace()
	}
	return regularFace()
}

// TTF is the whole font file of a weight. Callers must not change it.
func TTF(w Weight) []byte {
	if w == Bold {
		return boldTTF
	}
	return regularTTF
}

// Glyphs gives the glyphs of Clean(text) from left to right. There is no
// kerning and no ligature; a character that the font lacks is .notdef.
func Glyphs(text string, w Weight) []Glyph {
	text = Clean(text)
	f := w.face()
	glyphs := make([]Glyph, 0, len(text))
	for _, r := range text {
		glyphs = append(glyphs, f.glyph(r))
	}
	return glyphs
}

func (f *face) glyph(r rune) Glyph {
	i, err := f.font.GlyphIndex(nil, r)
	if err != nil {
		i = 0
	}
	return Glyph{Rune: r, Index: uint16(i), Advance: float64(f.advances[i])}
}

// Width is the length of Clean(text) on its baseline, in points for a size in
// points.
func Width(text string, size float64, w Weight) float64 {
	text = Clean(text)
	f := w.face()
	sum := 0.0
	for _, r := range text {
		sum += f.glyph(r).Advance
	}
	return sum * size / unitsPerEm
}

// CapHeight is the height of a capital letter, in the unit of size. A text
// whose baseline is CapHeight/2 below a line is centred on that line.
func CapHeight(size float64) float64 { return size * capHeight / unitsPerEm }

// Op says what a Segment does.
type Op uint8

// The kinds of outline segments, and how many points each one uses.
const (
	MoveTo  Op = iota // one point
	LineTo            // one point
	QuadTo            // two points
	CubicTo           // three points
)

// Point is a place in a glyph, in 1/1000 of the font size, y downward from the
// baseline.
type Point struct{ X, Y float64 }

// Segment is one step of a glyph's outline.
type Segment struct {
	Op   Op
	Args [3]Point
}

// Outline is the shape of a glyph, to be filled by the non-zero rule. It is
// empty for a space and for an index that the font does not have.
func Outline(index uint16, w Weight) []Segment {
	var buf sfnt.Buffer
	loaded, err := w.face().font.LoadGlyph(&buf, sfnt.GlyphIndex(index), fixed.I(unitsPerEm), nil)
	if err != nil {
		return nil
	}
	out := make([]Segment, len(loaded))
	for i, s := range loaded {
		out[i].Op = Op(s.Op) // the constants stand in the same order
		for k, p := range s.Args {
			out[i].Args[k] = Point{X: float64(p.X) / 64, Y: float64(p.Y) / 64}
		}
	}
	return out
}
