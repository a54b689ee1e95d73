package draw

import (
	"fmt"
	"image/color"
	"strconv"
)

// figure is what every shape but Text and Group comes down to.
type figure struct {
	segments []Segment
	fill     Color
	stroke   Stroke
}

func (s Stroke) visible() bool { return s.Color != None && s.Width > 0 }

// dashed tells whether the dashes are more than a solid line: all of them
// positive, or zero with a positive sum.
func (s Stroke) dashed() bool {
	sum := 0.0
	for _, d := range s.Dash {
		if d < 0 {
			return false
		}
		sum += d
	}
	return sum > 0
}

// rgb reads "#rrggbb". None is transparent.
func (c Color) rgb() (color.RGBA, error) {
	if c == None {
		return color.RGBA{}, nil
	}
	v, err := strconv.ParseUint(string(c[1:]), 16, 32)
	if err != nil || len(c) != 7 || c[0] != '#' {
		return color.RGBA{}, fmt.Errorf("colour %.20q, want #rrggbb", string(c))
	}
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}, nil
}

func figureOf(s Shape) figure {
	switch s := s.(type) {
	case Rect:
		return figure{segments: rectPath(s), fill: s.Fill, stroke: s.Stroke}
	case Circle:
		box := Rect{X: s.Center.X - s.Radius, Y: s.Center.Y - s.Radius, Width: 2 * s.Radius, Height: 2 * s.Radius, Radius: s.Radius}
		return figure{segments: rectPath(box), fill: s.Fill, stroke: s.Stroke}
	case Polyline:
		return figure{segments: pointsPath(s.Points), stroke: s.Stroke}
	case Polygon:
		return figure{segments: startWithMove(append(pointsPath(s.Points), Segment{Op: Close})), fill: s.Fill, stroke: s.Stroke}
	case Path:
		return figure{segments: startWithMove(s.Segments), fill: s.Fill, stroke: s.Stroke}
	default:
		return figure{}
	}
}

// startWithMove drops what cannot be drawn because no point came before it.
func startWithMove(segments []Segment) []Segment {
	for i, s := range segments {
		if s.Op == Move {
			return segments[i:]
		}
	}
	return nil
}

func pointsPath(points []Point) []Segment {
	segments := make([]Segment, 0, len(points)+1)
	op := Move
	for _, p := range points {
		segments = append(segments, Segment{Op: op, Args: [3]Point{p}})
		op = Line
	}
	return segments
}

// rectPath goes clockwise from the upper left corner.
func rectPath(r Rect) []Segment {
	left, top, right, bottom := r.X, r.Y, r.X+r.Width, r.Y+r.Height
	radius := min(r.Radius, r.Width/2, r.Height/2)
	if radius <= 0 {
		return append(pointsPath([]Point{{left, top}, {right, top}, {right, bottom}, {left, bottom}}), Segment{Op: Close})
	}
	// A quarter of a circle by a cubic curve, to 0.03 % of the radius.
	const kappa = 0.5522847498
	in := radius * (1 - kappa) // from the corner to the control point
	line := func(x, y float64) Segment { return Segment{Op: Line, Args: [3]Point{{x, y}}} }
	arc := func(a, b, end Point) Segment { return Segment{Op: Cubic, Args: [3]Point{a, b, end}} }
	return []Segment{
		{Op: Move, Args: [3]Point{{left + radius, top}}},
		line(right-radius, top),
		arc(Point{right - in, top}, Point{right, top + in}, Point{right, top + radius}),
		line(right, bottom-radius),
		arc(Point{right, bottom - in}, Point{right - in, bottom}, Point{right - radius, bottom}),
		line(left+radius, bottom),
		arc(Point{left + in, bottom}, Point{left, bottom - in}, Point{left, bottom - radius}),
		line(left, top+radius),
		arc(Point{left, top + in}, Point{left + in, top}, Point{left + radius, top}),
		{Op: Close},
	}
}
