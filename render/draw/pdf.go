package draw

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"kanmon/render/font"
)

// family is the name of the embedded font inside PDF files.
const family = "NotoSansJP"

// WritePDF writes a PDF of one page that has the size of the drawing. Text is
// text: it can be searched and copied, and the file carries the part of the
// font that it uses. Ids, titles and links of groups are left out.
func WritePDF(w io.Writer, d *Drawing) error {
	if err := d.check(); err != nil {
		return fmt.Errorf("draw PDF: %w", err)
	}
	doc := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "pt", Size: fpdf.SizeType{Wd: d.Width, Ht: d.Height}})
	date := d.Date
	if date.IsZero() {
		date = time.Unix(0, 0) // fpdf would take the clock
	}
	doc.SetCreationDate(date.UTC())
	doc.SetModificationDate(date.UTC())
	doc.SetCatalogSort(true) // or fonts would come in the order of a map
	doc.SetTitle(font.Clean(d.Title), true)
	doc.SetProducer("kanmon", false)
	doc.SetLang(safeLang(d.Lang))
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddUTF8FontFromBytes(family, "", font.TTF(font.Regular))
	doc.AddUTF8FontFromBytes(family, "B", font.TTF(font.Bold))
	doc.AddPage()
	doc.SetLineJoinStyle("round")
	doc.SetLineCapStyle("butt")

	p := &pdfWriter{doc: doc}
	if d.Background != None {
		p.figure(figureOf(Rect{Width: d.Width, Height: d.Height, Fill: d.Background}))
	}
	p.shapes(d.Shapes)
	if err := doc.Output(w); err != nil {
		return fmt.Errorf("draw PDF: %w", err)
	}
	return nil
}

// pdfWriter draws on the page; fpdf keeps the first error until Output.
type pdfWriter struct {
	doc *fpdf.Fpdf
}

func (p *pdfWriter) shapes(shapes []Shape) {
	for _, s := range shapes {
		switch s := s.(type) {
		case Group:
			p.shapes(s.Shapes)
		case Text:
			p.text(s)
		default:
			p.figure(figureOf(s))
		}
	}
}

func (p *pdfWriter) figure(f figure) {
	style := ""
	if f.fill != None {
		c, _ := f.fill.rgb() // checked
		p.doc.SetFillColor(int(c.R), int(c.G), int(c.B))
		style = "F"
	}
	if f.stroke.visible() {
		c, _ := f.stroke.Color.rgb()
		p.doc.SetDrawColor(int(c.R), int(c.G), int(c.B))
		p.doc.SetLineWidth(f.stroke.Width)
		if f.stroke.dashed() {
			p.doc.SetDashPattern(f.stroke.Dash, 0)
		} else {
			p.doc.SetDashPattern(nil, 0)
		}
		style += "D"
	}
	if style == "" || len(f.segments) == 0 {
		return
	}
	for _, s := range f.segments {
		a, b, c := s.Args[0], s.Args[1], s.Args[2]
		switch s.Op {
		case Move:
			p.doc.MoveTo(a.X, a.Y)
		case Line:
			p.doc.LineTo(a.X, a.Y)
		case Cubic:
			p.doc.CurveBezierCubicTo(a.X, a.Y, b.X, b.Y, c.X, c.Y)
		case Close:
			p.doc.ClosePath()
		}
	}
	p.doc.DrawPath(style)
}

func (p *pdfWriter) text(t Text) {
	if t.Color == None || t.Size == 0 {
		return
	}
	c, _ := t.Color.rgb() // checked
	p.doc.SetTextColor(int(c.R), int(c.G), int(c.B))
	style := ""
	if t.Weight == font.Bold {
		style = "B"
	}
	p.doc.SetFont(family, style, t.Size)
	at := t.left()
	var run []rune // characters that fpdf can write, not yet written
	start := at
	flush := func() {
		if len(run) > 0 {
			p.doc.Text(start, t.Y, string(run))
		}
		run = run[:0]
	}
	for _, g := range font.Glyphs(t.Text, t.Weight) {
		if len(run) == 0 {
			start = at
		}
		// fpdf writes UTF-16 without surrogates, and nothing at all where the
		// font has no glyph; those characters are drawn as outlines.
		if g.Index != 0 && g.Rune <= 0xFFFF {
			run = append(run, g.Rune)
		} else {
			flush()
			p.figure(glyphFigure(g, at, t))
		}
		at += g.Advance * t.Size / 1000
	}
	flush()
}

// glyphFigure is the outline of one glyph of a text, in page coordinates.
// PDF has no quadratic curves, so they become cubic ones.
func glyphFigure(g font.Glyph, x float64, t Text) figure {
	place := func(p font.Point) Point {
		return Point{X: x + p.X*t.Size/1000, Y: t.Y + p.Y*t.Size/1000}
	}
	f := figure{fill: t.Color}
	var last font.Point
	for _, s := range font.Outline(g.Index, t.Weight) {
		a, b, c := s.Args[0], s.Args[1], s.Args[2]
		switch s.Op {
		case font.MoveTo:
			f.segments = append(f.segments, Segment{Op: Move, Args: [3]Point{place(a)}})
			last = a
		case font.LineTo:
			f.segments = append(f.segments, Segment{Op: Line, Args: [3]Point{place(a)}})
			last = a
		case font.QuadTo:
			f.segments = append(f.segments, Segment{Op: Cubic, Args: [3]Point{place(towards(last, a)), place(towards(b, a)), place(b)}})
			last = b
		case font.CubicTo:
			f.segments = append(f.segments, Segment{Op: Cubic, Args: [3]Point{place(a), place(b), place(c)}})
			last = c
		}
	}
	return f
}

// towards is two thirds of the way from p to the control point q.
func towards(p, q font.Point) font.Point {
	return font.Point{X: p.X + (q.X-p.X)*2/3, Y: p.Y + (q.Y-p.Y)*2/3}
}
