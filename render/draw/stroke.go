package draw

import (
	"math"

	"kanmon/render/font"
)

// line is a flattened subpath, in pixels.
type line struct {
	points []Point
	closed bool
}

// tolerance is how far a straight piece may be from its curve, in pixels.
const tolerance = 0.1

// flatten turns a path into straight lines, in pixels.
func flatten(segments []Segment, scale float64) []line {
	var lines []line
	var l line
	end := func() {
		if len(l.points) > 0 {
			lines = append(lines, l)
		}
		l = line{}
	}
	at := func(p Point) Point { return Point{X: p.X * scale, Y: p.Y * scale} }
	var first Point
	for _, s := range segments {
		if len(l.points) == 0 && (s.Op == Line || s.Op == Cubic) {
			l.points = []Point{first} // after Close, a path goes on from where it began
		}
		switch s.Op {
		case Move:
			end()
			first = at(s.Args[0])
			l.points = []Point{first}
		case Line:
			l.points = append(l.points, at(s.Args[0]))
		case Cubic:
			l.points = cubic(l.points, at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		case Close:
			l.closed = true
			end()
		}
	}
	end()
	return lines
}

// cubic appends a curve from the last of points.
func cubic(points []Point, b, c, d Point) []Point {
	a := points[len(points)-1]
	n := steps(max(bend(a, b, c), bend(b, c, d)) * 0.75)
	for i := 1; i <= n; i++ {
		t := float64(i) / float64(n)
		u := 1 - t
		points = append(points, Point{
			X: u*u*u*a.X + 3*u*u*t*b.X + 3*u*t*t*c.X + t*t*t*d.X,
			Y: u*u*u*a.Y + 3*u*u*t*b.Y + 3*u*t*t*c.Y + t*t*t*d.Y,
		})
	}
	return points
}

// quad appends a quadratic curve from the last of points.
func quad(points []Point, b, c Point) []Point {
	a := points[len(points)-1]
	n := steps(bend(a, b, c) * 0.25)
	for i := 1; i <= n; i++ {
		t := float64(i) / float64(n)
		u := 1 - t
		points = append(points, Point{X: u*u*a.X + 2*u*t*b.X + t*t*c.X, Y: u*u*a.Y + 2*u*t*b.Y + t*t*c.Y})
	}
	return points
}

// bend is the second difference of three control points.
func bend(a, b, c Point) float64 { return math.Hypot(a.X-2*b.X+c.X, a.Y-2*b.Y+c.Y) }

// steps is how many straight pieces keep a curve within the tolerance.
func steps(deviation float64) int {
	return int(min(max(math.Ceil(math.Sqrt(deviation/tolerance)), 1), 500))
}

// flattenGlyph places an outline with its origin at a pixel.
func flattenGlyph(outline []font.Segment, origin Point, scale float64) [][]Point {
	var contours [][]Point
	at := func(p font.Point) Point { return Point{X: origin.X + p.X*scale, Y: origin.Y + p.Y*scale} }
	var l []Point
	for _, s := range outline {
		switch s.Op {
		case font.MoveTo:
			if len(l) > 0 {
				contours = append(contours, l)
			}
			l = []Point{at(s.Args[0])}
		case font.LineTo:
			l = append(l, at(s.Args[0]))
		case font.QuadTo:
			l = quad(l, at(s.Args[0]), at(s.Args[1]))
		case font.CubicTo:
			l = cubic(l, at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	return append(contours, l)
}

// maxDashes bounds the dashes of one shape; a line of more looks grey anyway.
const maxDashes = 20000

// dashes cuts lines into the dashes of a pattern of positive sum, whose lengths
// are pixels. A pattern of odd length is taken twice, as SVG and PDF do.
func dashes(lines []line, pattern []float64) []line {
	if len(pattern)%2 == 1 {
		pattern = append(append([]float64{}, pattern...), pattern...)
	}
	period, length := 0.0, 0.0
	for _, v := range pattern {
		period += v
	}
	for _, l := range lines {
		for i := 1; i < len(l.points); i++ {
			length += distance(l.points[i-1], l.points[i])
		}
	}
	if length/period*float64(len(pattern)) > maxDashes {
		return lines
	}
	var out []line
	for _, l := range lines {
		out = append(out, dashOne(l, pattern)...)
	}
	return out
}

func dashOne(l line, pattern []float64) []line {
	points := l.points
	if l.closed {
		points = append(append([]Point{}, points...), points[0])
	}
	var out []line
	index, left := 0, pattern[0] // the piece of the pattern, and what is left of it
	dash := []Point{points[0]}
	for i := 1; i < len(points); i++ {
		from, to := points[i-1], points[i]
		length := distance(from, to)
		done := 0.0
		for length-done > left {
			done += left
			p := Point{X: from.X + (to.X-from.X)*done/length, Y: from.Y + (to.Y-from.Y)*done/length}
			if index%2 == 0 {
				out = append(out, line{points: append(dash, p)})
			}
			dash = []Point{p}
			index = (index + 1) % len(pattern)
			left = pattern[index]
		}
		left -= length - done
		if index%2 == 0 {
			dash = append(dash, to)
		}
	}
	if index%2 == 0 && len(dash) > 1 {
		out = append(out, line{points: dash})
	}
	return out
}

func distance(a, b Point) float64 { return math.Hypot(b.X-a.X, b.Y-a.Y) }

// stroke outlines lines of a width in pixels: a rectangle for each piece, and
// a disc on each joint. All polygons turn the same way, so that their union is
// what the non-zero rule fills. Lines thinner than a pixel get paler, not lost.
func stroke(lines []line, width float64) [][]Point {
	half := width / 2
	var out [][]Point
	for _, l := range lines {
		points := l.points
		if l.closed {
			points = append(append([]Point{}, points...), points[0])
		}
		for i := 1; i < len(points); i++ {
			a, b := points[i-1], points[i]
			length := distance(a, b)
			if length == 0 {
				continue
			}
			nx, ny := (b.Y-a.Y)/length*half, (a.X-b.X)/length*half
			out = append(out, []Point{
				{a.X + nx, a.Y + ny},
				{b.X + nx, b.Y + ny},
				{b.X - nx, b.Y - ny},
				{a.X - nx, a.Y - ny},
			})
			if half > 0.5 && (i+1 < len(points) || l.closed) {
				out = append(out, disc(b, half))
			}
		}
	}
	return out
}

// disc is a polygon that turns the way the rectangles of stroke do.
func disc(center Point, radius float64) []Point {
	n := int(min(max(math.Ceil(math.Pi*math.Sqrt(radius/2/tolerance)), 8), 64))
	out := make([]Point, n)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		out[i] = Point{X: center.X + radius*cos, Y: center.Y + radius*sin}
	}
	return out
}
