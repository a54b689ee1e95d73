package draw

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"image/png"
	"io"
	"math"

	"kanmon/render/font"
)

// Bounds of a PNG: larger ones are refused by viewers, and take four bytes of
// memory for each pixel.
const (
	maxPixelSide = 12000
	maxPixels    = 64 << 20
)

// ErrTooManyPixels means that a PNG would be too large; the message says how to
// get a smaller one.
var ErrTooManyPixels = errors.New("PNG too large")

// WritePNG writes a PNG with scale pixels for each point: 150.0/72 for 150 dpi.
// Text is drawn, not kept. A drawing without a background gets a white one.
func WritePNG(w io.Writer, d *Drawing, scale float64) error {
	if err := d.check(); err != nil {
		return fmt.Errorf("draw PNG: %w", err)
	}
	width, height := math.Ceil(d.Width*scale), math.Ceil(d.Height*scale)
	if !(width >= 1 && height >= 1) { // the negation catches NaN
		return fmt.Errorf("draw PNG: scale %g, want more than 0", scale)
	}
	if width > maxPixelSide || height > maxPixelSide || width*height > maxPixels {
		return fmt.Errorf("draw PNG: %.0f x %.0f pixels, the limits are %d on a side and %d in all; lower the resolution, or use SVG or PDF: %w",
			width, height, maxPixelSide, maxPixels, ErrTooManyPixels)
	}
	img := image.NewRGBA(image.Rect(0, 0, int(width), int(height)))
	paper := color.RGBA{R: 255, G: 255, B: 255, A: 255}
	if d.Background != None {
		paper, _ = d.Background.rgb() // checked
	}
	stddraw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, stddraw.Src)
	p := &painter{raster: newRaster(img), scale: scale, outlines: map[glyphKey][]font.Segment{}}
	p.shapes(d.Shapes)
	if err := png.Encode(w, img); err != nil {
		return fmt.Errorf("draw PNG: %w", err)
	}
	return nil
}

// painter turns shapes into polygons of pixels.
type painter struct {
	raster   *raster
	scale    float64
	outlines map[glyphKey][]font.Segment
}

func (p *painter) shapes(shapes []Shape) {
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

func (p *painter) figure(f figure) {
	lines := flatten(f.segments, p.scale)
	if f.fill != None {
		polygons := make([][]Point, len(lines))
		for i, l := range lines {
			polygons[i] = l.points
		}
		c, _ := f.fill.rgb() // checked
		p.raster.fill(polygons, c)
	}
	if !f.stroke.visible() {
		return
	}
	if f.stroke.dashed() {
		dash := make([]float64, len(f.stroke.Dash))
		for i, v := range f.stroke.Dash {
			dash[i] = v * p.scale
		}
		lines = dashes(lines, dash)
	}
	c, _ := f.stroke.Color.rgb()
	p.raster.fill(stroke(lines, f.stroke.Width*p.scale), c)
}

func (p *painter) text(t Text) {
	if t.Color == None {
		return
	}
	at := t.left()
	c, _ := t.Color.rgb() // checked
	for _, g := range font.Glyphs(t.Text, t.Weight) {
		key := glyphKey{t.Weight, g.Index}
		outline, ok := p.outlines[key]
		if !ok {
			outline = font.Outline(g.Index, t.Weight)
			p.outlines[key] = outline
		}
		p.raster.fill(flattenGlyph(outline, Point{X: at * p.scale, Y: t.Y * p.scale}, t.Size*p.scale/1000), c)
		at += g.Advance * t.Size / 1000
	}
}
