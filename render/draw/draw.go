// Package draw writes one drawing as SVG, PDF and PNG.
//
// A Drawing is a list of shapes with absolute positions. The three writers
// agree to a hundredth of a point, use the embedded font only, and give the
// same bytes for the same drawing on every machine. Names in it may come from
// the wire: whatever they hold, no writer lets markup, control characters or
// bidi overrides through (see font.Clean).
package draw

import (
	"errors"
	"fmt"
	"math"
	"time"

	"kanmon/render/font"
)

// Drawing is one page.
type Drawing struct {
	Width, Height float64   // points (1/72 inch)
	Title         string    // what it shows, for screen readers and window titles
	Lang          string    // of the texts, as in BCP 47: "ja", "en"
	Background    Color     // None leaves SVG and PDF without one; PNG is then white
	Date          time.Time // put into the PDF; the zero time stands for 1970
	IDPrefix      string    // goes before every id and link of the SVG, for pages that hold several
	Shapes        []Shape   // painted in this order
}

// Color is "#rrggbb", or None.
type Color string

// None paints nothing.
const None Color = ""

// Point is a place in points from the upper left corner, y downward.
type Point struct{ X, Y float64 }

// Stroke is how an outline is drawn: centred on the path, with round joins and
// flat ends. Nothing is drawn when Color is None or Width is zero.
type Stroke struct {
	Color Color
	Width float64   // points
	Dash  []float64 // lengths of dashes and gaps in points, from the start of each subpath; empty: solid
}

// Shape is one of Rect, Circle, Polyline, Polygon, Path, Text and Group.
type Shape interface{ shape() }

// Rect is a rectangle, with round corners if Radius is above zero.
type Rect struct {
	X, Y, Width, Height float64
	Radius              float64
	Fill                Color
	Stroke              Stroke
}

// Circle is a circle.
type Circle struct {
	Center Point
	Radius float64
	Fill   Color
	Stroke Stroke
}

// Polyline is a line through points; it is not closed and not filled.
type Polyline struct {
	Points []Point
	Stroke Stroke
}

// Polygon is a closed line through points.
type Polygon struct {
	Points []Point
	Fill   Color
	Stroke Stroke
}

// Path is any outline, filled by the non-zero rule.
type Path struct {
	Segments []Segment
	Fill     Color
	Stroke   Stroke
}

// Op says what a Segment does.
type Op uint8

// The kinds of segments, and the points of Args that each one uses.
const (
	Move  Op = iota // Args[0]
	Line            // Args[0]
	Cubic           // two control points, and the end
	Close           // none: back to the last Move
)

// Segment is one step of a path.
type Segment struct {
	Op   Op
	Args [3]Point
}

// Anchor says which part of a text stands at its X.
type Anchor uint8

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// Text is one line of text. Wrap and truncate it with package font.
type Text struct {
	X, Y   float64 // Y is the baseline
	Size   float64 // points
	Weight font.Weight
	Color  Color
	Anchor Anchor
	Text   string
}

// Group holds shapes that belong together. It changes nothing in the picture;
// its fields serve readers of the SVG.
type Group struct {
	ID     string // any characters; it is escaped in a way that keeps it unique
	Title  string // shown when pointed at
	Class  string // for style sheets of a page around it
	Link   string // the ID of a group, or of an element of the page around it
	Shapes []Shape
}

func (Rect) shape()     {}
func (Circle) shape()   {}
func (Polyline) shape() {}
func (Polygon) shape()  {}
func (Path) shape()     {}
func (Text) shape()     {}
func (Group) shape()    {}

// Width is the length of the text in points.
func (t Text) Width() float64 { return font.Width(t.Text, t.Size, t.Weight) }

// left is where the first glyph begins.
func (t Text) left() float64 {
	switch t.Anchor {
	case Middle:
		return t.X - t.Width()/2
	case End:
		return t.X - t.Width()
	default:
		return t.X
	}
}

// Bounds of a drawing. Pages beyond maxSide are not portable PDF.
const (
	maxSide       = 14400 // points: 200 inches (PDF 1.7, annex C)
	maxCoordinate = 1e6   // points
	maxDepth      = 32    // groups in groups
)

var errDepth = errors.New("groups are nested too deeply")

// check refuses what no writer could draw.
func (d *Drawing) check() error {
	for _, side := range []float64{d.Width, d.Height} {
		if !(side > 0) || side > maxSide { // the negation catches NaN
			return fmt.Errorf("page of %g x %g points, want more than 0 and at most %d; lay it out on several pages", d.Width, d.Height, maxSide)
		}
	}
	if _, err := d.Background.rgb(); err != nil {
		return fmt.Errorf("background: %w", err)
	}
	return checkShapes(d.Shapes, 0)
}

func checkShapes(shapes []Shape, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	for _, s := range shapes {
		var err error
		switch s := s.(type) {
		case Group:
			err = checkShapes(s.Shapes, depth+1)
		case Text:
			err = checkText(s)
		default:
			err = checkFigure(figureOf(s))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func checkText(t Text) error {
	if _, err := t.Color.rgb(); err != nil {
		return fmt.Errorf("text %.40q: %w", t.Text, err)
	}
	if !finite(t.X, t.Y, t.Size) || t.Size < 0 {
		return fmt.Errorf("text %.40q at %g, %g of size %g: %w", t.Text, t.X, t.Y, t.Size, errCoordinate)
	}
	return nil
}

var errCoordinate = errors.New("not a place on a page")

func checkFigure(f figure) error {
	if _, err := f.fill.rgb(); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if _, err := f.stroke.Color.rgb(); err != nil {
		return fmt.Errorf("stroke: %w", err)
	}
	if !finite(f.stroke.Width) || !finite(f.stroke.Dash...) {
		return fmt.Errorf("stroke of width %g, dash %v: %w", f.stroke.Width, f.stroke.Dash, errCoordinate)
	}
	for _, s := range f.segments {
		for _, p := range s.Args {
			if !finite(p.X, p.Y) {
				return fmt.Errorf("point %g, %g: %w", p.X, p.Y, errCoordinate)
			}
		}
	}
	return nil
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.Abs(v) > maxCoordinate {
			return false
		}
	}
	return true
}
