package draw

import (
	"image"
	"image/color"
	stddraw "image/draw"
	"math"

	"golang.org/x/image/vector"
)

// tile is the side of the squares in which polygons are rasterised, in pixels.
// A long slanted line touches few of them, while its bounding box may be the
// whole page.
const tile = 256

// raster fills polygons on an image, with anti-aliasing.
type raster struct {
	img *image.RGBA
	acc *vector.Rasterizer
}

func newRaster(img *image.RGBA) *raster {
	return &raster{img: img, acc: vector.NewRasterizer(tile, tile)}
}

// fill paints the union of polygons by the non-zero rule. Polygons may lie
// anywhere; they are clipped to the image, since vector.Rasterizer panics
// beyond its bounds.
func (r *raster) fill(polygons [][]Point, c color.RGBA) {
	boxes := make([]image.Rectangle, len(polygons))
	var all image.Rectangle
	for i, p := range polygons {
		boxes[i] = bounds(p, r.img.Rect)
		all = all.Union(boxes[i])
	}
	paint := image.NewUniform(c)
	for y := all.Min.Y; y < all.Max.Y; y += tile {
		for x := all.Min.X; x < all.Max.X; x += tile {
			square := image.Rect(x, y, min(x+tile, all.Max.X), min(y+tile, all.Max.Y))
			r.fillTile(polygons, boxes, square, paint)
		}
	}
}

func (r *raster) fillTile(polygons [][]Point, boxes []image.Rectangle, square image.Rectangle, paint *image.Uniform) {
	r.acc.Reset(square.Dx(), square.Dy())
	r.acc.DrawOp = stddraw.Over
	empty := true
	for i, p := range polygons {
		if !boxes[i].Overlaps(square) {
			continue
		}
		clipped := clip(p, square)
		if len(clipped) < 3 {
			continue
		}
		empty = false
		for k, q := range clipped {
			x, y := float32(q.X-float64(square.Min.X)), float32(q.Y-float64(square.Min.Y))
			if k == 0 {
				r.acc.MoveTo(x, y)
			} else {
				r.acc.LineTo(x, y)
			}
		}
		r.acc.ClosePath()
	}
	if !empty {
		r.acc.Draw(r.img, square, paint, image.Point{})
	}
}

// bounds is the rectangle of pixels within limit that a polygon touches.
func bounds(polygon []Point, limit image.Rectangle) image.Rectangle {
	if len(polygon) < 3 {
		return image.Rectangle{}
	}
	low, high := polygon[0], polygon[0]
	for _, p := range polygon[1:] {
		low = Point{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
		high = Point{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
	}
	pixel := func(v float64, most int) int { return int(min(max(v, 0), float64(most))) }
	return image.Rect(
		pixel(math.Floor(low.X), limit.Max.X), pixel(math.Floor(low.Y), limit.Max.Y),
		pixel(math.Ceil(high.X), limit.Max.X), pixel(math.Ceil(high.Y), limit.Max.Y))
}

// clip cuts a polygon to a rectangle, side by side (Sutherland and Hodgman).
// Where it leaves the rectangle it then runs along the border, which keeps
// what is inside filled by the same rule.
func clip(polygon []Point, to image.Rectangle) []Point {
	left, top := float64(to.Min.X), float64(to.Min.Y)
	right, bottom := float64(to.Max.X), float64(to.Max.Y)
	polygon = clipSide(polygon, func(p Point) float64 { return p.X - left })
	polygon = clipSide(polygon, func(p Point) float64 { return right - p.X })
	polygon = clipSide(polygon, func(p Point) float64 { return p.Y - top })
	polygon = clipSide(polygon, func(p Point) float64 { return bottom - p.Y })
	for i, p := range polygon { // rounding must not leave the rectangle either
		polygon[i] = Point{X: min(max(p.X, left), right), Y: min(max(p.Y, top), bottom)}
	}
	return polygon
}

// clipSide keeps the part of a polygon where inside is not negative. It returns
// a new slice.
func clipSide(polygon []Point, inside func(Point) float64) []Point {
	out := make([]Point, 0, len(polygon)+4)
	for i, p := range polygon {
		before := polygon[(i+len(polygon)-1)%len(polygon)]
		from, to := inside(before), inside(p)
		if (from < 0) != (to < 0) {
			at := from / (from - to)
			out = append(out, Point{X: before.X + (p.X-before.X)*at, Y: before.Y + (p.Y-before.Y)*at})
		}
		if to >= 0 {
			out = append(out, p)
		}
	}
	return out
}
