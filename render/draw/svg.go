package draw

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"kanmon/render/font"
)

// WriteSVG writes a stand-alone SVG 1.1 document without script, style sheet or
// outside reference. It also works inside an HTML page.
//
// Glyphs are drawn as outlines, so the picture is the same where no Japanese
// font is installed; an invisible text of the same length lies over them, to be
// searched, copied and read aloud.
func WriteSVG(w io.Writer, d *Drawing) error {
	if err := d.check(); err != nil {
		return fmt.Errorf("draw SVG: %w", err)
	}
	s := &svgWriter{out: bufio.NewWriter(w), prefix: safeID(d.IDPrefix)}
	s.print(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img"`)
	if lang := safeLang(d.Lang); lang != "" {
		s.print(` xml:lang="`, lang, `"`)
	}
	s.print(` width="`, number(d.Width), `pt" height="`, number(d.Height), `pt" viewBox="0 0 `, number(d.Width), ` `, number(d.Height),
		`" xml:space="preserve" stroke-linejoin="round">`, "\n", `<title>`, escapeXML(d.Title), "</title>\n")
	s.glyphs(d)
	if d.Background != None {
		s.figure(figureOf(Rect{Width: d.Width, Height: d.Height, Fill: d.Background}))
	}
	s.shapes(d.Shapes)
	s.print("</svg>\n")
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("draw SVG: %w", err)
	}
	return nil
}

// svgWriter writes elements; bufio keeps the first error until Flush.
type svgWriter struct {
	out    *bufio.Writer
	prefix string
}

func (s *svgWriter) print(parts ...string) {
	for _, p := range parts {
		_, _ = s.out.WriteString(p)
	}
}

// glyphKey names an outline.
type glyphKey struct {
	weight font.Weight
	index  uint16
}

// id is the same for the same outline in every drawing, so two drawings in one
// page may share it.
func (k glyphKey) id() string {
	if k.weight == font.Bold {
		return "glyph-b" + strconv.Itoa(int(k.index))
	}
	return "glyph-r" + strconv.Itoa(int(k.index))
}

// glyphs defines every outline that is used, once.
func (s *svgWriter) glyphs(d *Drawing) {
	used := map[glyphKey]bool{}
	collectGlyphs(d.Shapes, used)
	keys := make([]glyphKey, 0, len(used))
	for k := range used {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b glyphKey) int {
		return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.index, b.index))
	})
	s.print("<defs>\n")
	for _, k := range keys {
		if outline := font.Outline(k.index, k.weight); len(outline) > 0 {
			s.print(`<path id="`, k.id(), `" d="`, glyphData(outline), `"/>`, "\n")
		}
	}
	s.print("</defs>\n")
}

func collectGlyphs(shapes []Shape, used map[glyphKey]bool) {
	for _, shape := range shapes {
		switch shape := shape.(type) {
		case Group:
			collectGlyphs(shape.Shapes, used)
		case Text:
			for _, g := range font.Glyphs(shape.Text, shape.Weight) {
				used[glyphKey{shape.Weight, g.Index}] = true
			}
		}
	}
}

func (s *svgWriter) shapes(shapes []Shape) {
	for _, shape := range shapes {
		switch shape := shape.(type) {
		case Group:
			s.group(shape)
		case Text:
			s.text(shape)
		default:
			s.figure(figureOf(shape))
		}
	}
}

func (s *svgWriter) group(g Group) {
	if g.Link != "" {
		s.print(`<a xlink:href="#`, s.prefix, safeID(g.Link), `">`)
	}
	s.print("<g")
	if g.ID != "" {
		s.print(` id="`, s.prefix, safeID(g.ID), `"`)
	}
	if g.Class != "" {
		s.print(` class="`, safeClass(g.Class), `"`)
	}
	s.print(">")
	if g.Title != "" {
		s.print("<title>", escapeXML(g.Title), "</title>")
	}
	s.print("\n")
	s.shapes(g.Shapes)
	s.print("</g>")
	if g.Link != "" {
		s.print("</a>")
	}
	s.print("\n")
}

func (s *svgWriter) figure(f figure) {
	if len(f.segments) == 0 || (f.fill == None && !f.stroke.visible()) {
		return
	}
	s.print(`<path d="`, pathData(f.segments), `" fill="`)
	if f.fill == None {
		s.print(`none"`)
	} else {
		s.print(string(f.fill), `"`)
	}
	if f.stroke.visible() {
		s.print(` stroke="`, string(f.stroke.Color), `" stroke-width="`, number(f.stroke.Width), `"`)
		if f.stroke.dashed() {
			dashes := make([]string, len(f.stroke.Dash))
			for i, v := range f.stroke.Dash {
				dashes[i] = number(v)
			}
			s.print(` stroke-dasharray="`, strings.Join(dashes, " "), `"`)
		}
	}
	s.print("/>\n")
}

func (s *svgWriter) text(t Text) {
	glyphs := font.Glyphs(t.Text, t.Weight)
	if len(glyphs) == 0 || t.Color == None || t.Size == 0 {
		return
	}
	left, width := t.left(), t.Width()
	s.print(`<g fill="`, string(t.Color), `" aria-hidden="true" transform="translate(`, number(left), ` `, number(t.Y),
		`) scale(`, strconv.FormatFloat(t.Size/1000, 'f', -1, 64), `)">`)
	at := 0.0
	for _, g := range glyphs {
		if len(font.Outline(g.Index, t.Weight)) > 0 {
			s.print(`<use xlink:href="#`, glyphKey{t.Weight, g.Index}.id(), `" x="`, number(at), `"/>`)
		}
		at += g.Advance
	}
	s.print(`</g><text x="`, number(left), `" y="`, number(t.Y), `" font-family="sans-serif" font-size="`, number(t.Size),
		`" textLength="`, number(width), `" lengthAdjust="spacingAndGlyphs" fill-opacity="0">`, escapeXML(t.Text), "</text>\n")
}

// pathData is the d attribute of a path.
func pathData(segments []Segment) string {
	var b strings.Builder
	points := func(letter byte, ps ...Point) {
		b.WriteByte(letter)
		for i, p := range ps {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(number(p.X) + " " + number(p.Y))
		}
	}
	for _, s := range segments {
		switch s.Op {
		case Move:
			points('M', s.Args[0])
		case Line:
			points('L', s.Args[0])
		case Cubic:
			points('C', s.Args[:]...)
		case Close:
			b.WriteByte('Z')
		}
	}
	return b.String()
}

// glyphData is the d attribute of a glyph, in 1/1000 of the font size.
func glyphData(outline []font.Segment) string {
	var b strings.Builder
	for i, s := range outline {
		letter, n := byte('L'), 1
		switch s.Op {
		case font.MoveTo:
			letter = 'M'
			if i > 0 {
				b.WriteByte('Z')
			}
		case font.QuadTo:
			letter, n = 'Q', 2
		case font.CubicTo:
			letter, n = 'C', 3
		case font.LineTo:
		}
		b.WriteByte(letter)
		for k, p := range s.Args[:n] {
			if k > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(number(p.X) + " " + number(p.Y))
		}
	}
	return b.String() + "Z"
}

// number writes at most two decimals.
func number(v float64) string {
	v = math.Round(v*100) / 100
	if v == 0 {
		return "0" // not "-0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// escapeXML makes text safe between tags and in quoted attributes.
func escapeXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(font.Clean(s))
}

// safeID keeps ASCII letters, digits and hyphens and writes every other byte as
// "_xx", so that different ids stay different.
func safeID(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isAlphanumeric(c) || c == '-' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String()
}

// safeClass keeps what a class list needs.
func safeClass(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && isAlphanumeric(byte(r)) || r == '-' || r == '_' || r == ' ' {
			return r
		}
		return '_'
	}, s)
}

// safeLang is a BCP 47 tag, or empty.
func safeLang(s string) string {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && s[i] != '-' {
			return ""
		}
	}
	return s
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
