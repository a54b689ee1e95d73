package diagram

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"kanmon/render"
	"kanmon/render/draw"
	"kanmon/render/font"
	"kanmon/render/layout"
	"kanmon/topology"
)

// Detail draws the engineers' diagram: switches, ports, hosts, entry points. Its
// page is as large as it needs.
func Detail(ctx context.Context, v render.View) (*draw.Drawing, error) {
	d := newDetail(v)
	l, err := d.layout(ctx)
	if err != nil {
		return nil, fmt.Errorf("lay out the detail: %w", err)
	}
	const edge, small, pitch, first = 24.0, 9.0, 13.0, 54.0
	p := &boardPage{board: &board{view: v}}
	width := max(l.Width+2*edge, 760)
	sub := p.subtitle()
	if d.left > 0 {
		sub += "　" + v.Lang.F("more.n", d.left)
	}
	legend := font.Wrap(v.Lang.T("detail.lines"), small, font.Regular, width-2*edge, 3)
	top := first + pitch*float64(len(legend)) + 20
	nodes := l.ByName()
	labels := &labels{} // above all lines, below the boxes
	for _, n := range l.Nodes {
		labels.taken = append(labels.taken, draw.Rect{X: n.Center.X - n.Width/2 + edge, Y: n.Center.Y - n.Height/2 + top, Width: n.Width, Height: n.Height})
	}
	for _, e := range l.Edges {
		p.link(d, e, edge, top, labels)
	}
	p.add(labels.shapes...)
	for _, b := range d.boxes {
		n := nodes[b.name]
		p.box(b, draw.Point{X: n.Center.X - n.Width/2 + edge, Y: n.Center.Y - n.Height/2 + top}, n.Width, n.Height)
	}
	p.fitted(edge, 34, 16, font.Bold, ink, draw.Start, width-2*edge, v.Lang.T("detail.title")+"　"+v.Site)
	p.fitted(edge, first, small, font.Regular, grey, draw.Start, width-2*edge, sub)
	for i, line := range legend {
		p.text(edge, first+pitch*float64(i+1), small, font.Regular, grey, draw.Start, line)
	}
	return &draw.Drawing{
		Width: width, Height: l.Height + top + edge, Title: v.Lang.T("detail.title") + " " + v.Site, Lang: string(v.Lang),
		Background: paper, IDPrefix: "detail-", Shapes: p.shapes,
	}, nil
}

// layout asks Graphviz; a graph that is too much for it is put into rows, since
// a plain list is worth more than no page.
func (d *detail) layout(ctx context.Context) (*layout.Layout, error) {
	l, err := layout.Run(ctx, d.dot())
	if err == nil && l.Width < maxDetailSide && l.Height < maxDetailSide {
		return l, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return d.rows(), nil
}

// maxDetailSide is the longest side of a page in points, below the limit of
// PDF readers.
const maxDetailSide = 14000

// rows places the boxes side by side in rows, with straight links.
func (d *detail) rows() *layout.Layout {
	const gap = 16.0
	l := &layout.Layout{}
	perRow := int(math.Ceil(math.Sqrt(float64(len(d.boxes)))))
	x, y, tallest := 0.0, 0.0, 0.0
	for i, b := range d.boxes {
		if i > 0 && i%perRow == 0 {
			x, y, tallest = 0, y+tallest+gap, 0
		}
		w, h := b.size()
		l.Nodes = append(l.Nodes, layout.Node{Name: b.name, Center: layout.Point{X: x + w/2, Y: y + h/2}, Width: w, Height: h})
		x, tallest = x+w+gap, max(tallest, h)
		l.Width, l.Height = max(l.Width, x), max(l.Height, y+tallest)
	}
	nodes := l.ByName()
	for _, k := range d.lines {
		a, b := nodes[k.a].Center, nodes[k.b].Center
		l.Edges = append(l.Edges, layout.Edge{Tail: k.a, Head: k.b, ID: k.id, Curves: []layout.Curve{{Points: []layout.Point{a, a, b, b}}}})
	}
	return l
}

// link draws one link, and adds the names of its ports to the labels.
func (p *boardPage) link(d *detail, e layout.Edge, dx, dy float64, names *labels) {
	var k line
	for _, c := range d.lines {
		if c.id == e.ID {
			k = c
		}
	}
	dash, _ := lineStyle(k.grade)
	stroke := draw.Stroke{Color: grey, Width: 1.2, Dash: dash}
	if k.layer == 3 {
		stroke.Color, stroke.Width = "#7f9bb8", 0.9
	}
	if k.cables > 1 {
		stroke.Width = 2.4
	}
	at := func(q layout.Point) draw.Point { return draw.Point{X: q.X + dx, Y: q.Y + dy} }
	for _, c := range e.Curves {
		if len(c.Points) < 4 {
			continue
		}
		path := draw.Path{Stroke: stroke, Segments: []draw.Segment{{Op: draw.Move, Args: [3]draw.Point{at(c.Points[0])}}}}
		for i := 1; i+2 < len(c.Points); i += 3 {
			path.Segments = append(path.Segments, draw.Segment{Op: draw.Cubic, Args: [3]draw.Point{at(c.Points[i]), at(c.Points[i+1]), at(c.Points[i+2])}})
		}
		p.add(path)
		if k.blocked {
			p.add(barred(at, c.Points)...)
		}
		var knots []draw.Point // from the far end
		for i := 0; i < len(c.Points); i += 3 {
			knots = append(knots, at(c.Points[i]))
		}
		if e.Tail == k.a {
			slices.Reverse(knots)
		}
		names.ports(knots, k)
	}
}

// barred draws two bars across the longest part of a line, over which no frames
// pass.
func barred(at func(layout.Point) draw.Point, points []layout.Point) []draw.Shape {
	var a, b draw.Point
	length := 0.0
	for i := 0; i+3 < len(points); i += 3 {
		p, q := at(points[i]), at(points[i+3])
		if n := math.Hypot(q.X-p.X, q.Y-p.Y); n > length {
			a, b, length = p, q, n
		}
	}
	if length == 0 {
		return nil
	}
	const size, gap = 4.5, 1.8
	dx, dy := (b.X-a.X)/length, (b.Y-a.Y)/length
	var out []draw.Shape
	for _, side := range []float64{-gap, gap} {
		x, y := (a.X+b.X)/2+side*dx, (a.Y+b.Y)/2+side*dy
		out = append(out, draw.Path{Stroke: draw.Stroke{Color: ink, Width: 1.2}, Segments: []draw.Segment{
			{Op: draw.Move, Args: [3]draw.Point{{X: x - size*dy, Y: y + size*dx}}},
			{Op: draw.Line, Args: [3]draw.Point{{X: x + size*dy, Y: y - size*dx}}},
		}})
	}
	return out
}

// labels are the names of ports, each where it covers nothing else.
type labels struct {
	shapes []draw.Shape
	taken  []draw.Rect // by boxes, and by labels
}

// ports writes the names of the ports of a link on its line, as near to its far
// end as there is room: there, links of one switch no longer lie upon each
// other. The knots of the line begin at that end.
func (l *labels) ports(knots []draw.Point, k line) {
	var names []string
	for _, n := range []string{k.aPort, k.bPort} {
		if n != "" {
			names = append(names, n)
		}
	}
	const size, room, gap, step = 6.5, 84.0, 2.0, 3.0
	label := strings.Join(names, " – ")
	if k.cables > 1 {
		label = strconv.Itoa(k.cables) + " × " + label
	}
	text := font.Truncate(label, size, font.Regular, room)
	if text == "" {
		return
	}
	width := font.Width(text, size, font.Regular)
	var place draw.Rect
	for i := 1; i < len(knots); i++ {
		a, b := knots[i-1], knots[i]
		length := math.Hypot(b.X-a.X, b.Y-a.Y)
		for on := 0.0; on < length; on += step {
			x, y := a.X+(b.X-a.X)*on/length, a.Y+(b.Y-a.Y)*on/length
			place = draw.Rect{X: x - width/2 - gap, Y: y - size/2 - gap, Width: width + 2*gap, Height: size + 2*gap}
			if !slices.ContainsFunc(l.taken, func(t draw.Rect) bool { return overlap(t, place) }) {
				l.write(place, gap, text, size)
				return
			}
		}
	}
}

// write adds one name, and takes its place, of which gap is left free around.
func (l *labels) write(place draw.Rect, gap float64, text string, size float64) {
	l.taken = append(l.taken, place)
	l.shapes = append(l.shapes,
		draw.Rect{X: place.X + gap/2, Y: place.Y + gap/2, Width: place.Width - gap, Height: place.Height - gap, Fill: paper},
		draw.Text{X: place.X + place.Width/2, Y: place.Y + place.Height/2 + font.CapHeight(size)/2, Size: size, Color: grey, Anchor: draw.Middle, Text: text})
}

// overlap reports whether two areas share any point.
func overlap(a, b draw.Rect) bool {
	return a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height
}

// box draws a device or a list of hosts.
func (p *boardPage) box(b box, at draw.Point, width, height float64) {
	outer := p.shapes
	p.shapes = nil
	guessed, _ := lineStyle(topology.Inferred)
	fill, stroke := paper, draw.Stroke{Color: ink, Width: 1}
	switch {
	case b.hosts:
		fill, stroke = band, draw.Stroke{Color: rule, Width: 0.8}
	case b.cloud:
		stroke = draw.Stroke{Color: grey, Width: 1, Dash: guessed}
	case b.status != "":
		st := styleOf(b.status)
		fill, stroke = st.box, draw.Stroke{Color: st.color, Width: 1.8}
	}
	p.add(draw.Rect{X: at.X, Y: at.Y, Width: width, Height: height, Radius: 4, Fill: fill, Stroke: stroke})
	room := width - 2*detailPad
	right := at.X + width - 12
	for i := len(b.ways) - 1; i >= 0; i-- {
		n := b.ways[i]
		p.add(marker(draw.Point{X: right, Y: at.Y + 12}, 8, p.view.WaysOut[n-1].Status, strconv.Itoa(n)))
		right -= 22
		room -= 22
	}
	p.fitted(at.X+detailPad, at.Y+14, detailTitle, font.Bold, ink, draw.Start, room, b.title)
	y := at.Y + 14 + detailLine + 1
	for _, r := range b.rows {
		p.fitted(at.X+detailPad, y, detailText, font.Regular, grey, draw.Start, width-2*detailPad, r)
		y += detailLine
	}
	p.shapes = append(outer, draw.Group{ID: b.name, Title: b.title, Class: "box " + string(b.status), Shapes: p.shapes})
}
