package diagram

import (
	"cmp"
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

// Board draws the board page: A3, landscape.
func Board(ctx context.Context, v render.View) (*draw.Drawing, error) {
	b := newBoard(v)
	l, err := layout.Run(ctx, b.dot())
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("lay out the board page: %w", ctx.Err())
	case err != nil:
		l = b.rows()
	}
	return b.draw(l), nil
}

// draw draws the page with its boxes where l has them.
func (b *board) draw(l *layout.Layout) *draw.Drawing {
	v := b.view
	p := &boardPage{board: b, place: b.places(l)}
	p.header()
	p.outside()
	p.waysOut()
	bottom := p.inside()
	p.table(bottom+10, p.footer()-10)
	return &draw.Drawing{
		Width: pageWidth, Height: pageHeight, Title: v.Lang.T("title") + " " + v.Site, Lang: string(v.Lang),
		Background: paper, IDPrefix: "board-", Shapes: p.shapes,
	}
}

// places returns the centre of each node on the page. Graphviz says what stands
// beside what and how far apart; the ways out and the zones are each centred on
// the page, and the boxes made as wide as its width allows.
func (b *board) places(l *layout.Layout) map[string]draw.Point {
	place := make(map[string]draw.Point, len(l.Nodes))
	for _, band := range []struct {
		holds func(kind string) bool
		width *float64
		most  float64
		pad   float64
	}{
		{func(kind string) bool { return kind == "party" || kind == "gate" || kind == "entry" }, &b.width, maxColumn, clusterPad},
		{func(kind string) bool { return kind == "zone" || kind == "zones" }, &b.zone, maxZone, 0},
	} {
		left, right := math.Inf(1), math.Inf(-1)
		var nodes []layout.Node
		for _, n := range l.Nodes {
			if kind, _, _ := strings.Cut(n.Name, ":"); band.holds(kind) {
				nodes = append(nodes, n)
				left, right = min(left, n.Center.X-n.Width/2-band.pad), max(right, n.Center.X+n.Width/2+band.pad)
			}
		}
		scale := min(max(1, band.most / *band.width), (usable-20)/max(right-left, 1))
		*band.width *= scale
		for _, n := range nodes {
			place[n.Name] = draw.Point{X: pageWidth/2 + scale*(n.Center.X-(left+right)/2), Y: b.row(n.Name)}
		}
	}
	return place
}

// rows places the boxes as the page needs them without Graphviz: should that
// fail, a board still wants its page.
func (b *board) rows() *layout.Layout {
	l := &layout.Layout{}
	add := func(name string, x, width float64) {
		l.Nodes = append(l.Nodes, layout.Node{Name: name, Center: layout.Point{X: x}, Width: width})
	}
	x := 0.0
	for i, c := range b.columns {
		if i > 0 && c.category != b.columns[i-1].category {
			x += 2*clusterPad + columnGap
		}
		add(partyNode(c), x, b.width)
		add(gateNode(c), x, gateSize)
		add(entryNode(c), x, b.width)
		x += b.width + columnGap
	}
	for i, z := range b.zones {
		add(z.key, float64(i)*(b.zone+columnGap), b.zone)
	}
	return l
}

// Heights of the rows of the page: Graphviz says what stands beside what, the
// page how far down its bands are.
const (
	outsideTop  = 84.0
	partyY      = outsideTop + 64
	boundaryY   = outsideTop + 150
	entryY      = boundaryY + 62
	insideTop   = entryY + entryHeight/2 + 14
	zoneY       = insideTop + 22 + zoneHeight/2
	textSize    = 8.5
	smallSize   = 7.5
	titleSize   = 22.0
	markerSize  = 15.0
	badgeSize   = 9.0
	headingSize = 9.5
)

func (b *board) row(name string) float64 {
	switch kind, _, _ := strings.Cut(name, ":"); kind {
	case "party":
		return partyY
	case "gate":
		return boundaryY
	case "entry":
		return entryY
	}
	return zoneY
}

// boardPage collects the shapes of the page.
type boardPage struct {
	*board
	place  map[string]draw.Point
	shapes []draw.Shape
}

func (p *boardPage) add(s ...draw.Shape) { p.shapes = append(p.shapes, s...) }

func (p *boardPage) text(x, y, size float64, w font.Weight, c draw.Color, a draw.Anchor, s string) {
	p.add(draw.Text{X: x, Y: y, Size: size, Weight: w, Color: c, Anchor: a, Text: s})
}

// fitted is a text cut to what fits into width.
func (p *boardPage) fitted(x, y, size float64, w font.Weight, c draw.Color, a draw.Anchor, width float64, s string) {
	p.text(x, y, size, w, c, a, font.Truncate(s, size, w, width))
}

func (p *boardPage) header() {
	l, v := p.view.Lang, p.view
	p.text(margin+10, 44, titleSize, font.Bold, ink, draw.Start, l.T("title"))
	numbers := []struct {
		n     int
		label string
		color draw.Color
	}{
		{v.Counts.WaysOut, l.T("ways.out"), ink},
		{v.Counts.Unapproved, l.T("status.unapproved"), styleOf(topology.Unapproved).color},
		{v.Counts.Expired, l.T("status.expired"), styleOf(topology.Expired).color},
		{v.Counts.Changed, l.T("status.changed"), styleOf(topology.Changed).color},
		{v.Counts.Approved, l.T("status.approved"), styleOf(topology.Approved).color},
		{v.Counts.BlindSpots, l.T("blind.spots"), grey},
	}
	const step = 92.0
	x := pageWidth - margin - step*float64(len(numbers)) + step/2
	p.fitted(margin+10, 66, 10, font.Regular, grey, draw.Start, x-step/2-margin-20, p.subtitle())
	for _, n := range numbers {
		p.text(x, 48, 26, font.Bold, n.color, draw.Middle, strconv.Itoa(n.n))
		p.fitted(x, 66, 9, font.Regular, n.color, draw.Middle, step-6, n.label)
		x += step
	}
}

// outside draws the world outside: a frame for each category, around its
// parties.
func (p *boardPage) outside() {
	l := p.view.Lang
	p.add(draw.Rect{X: margin, Y: outsideTop, Width: usable, Height: 116, Radius: 8, Fill: band, Stroke: draw.Stroke{Color: "#d5dde5", Width: 0.8}})
	p.text(margin+10, outsideTop+15, headingSize, font.Bold, grey, draw.Start, l.T("outside"))
	for i := 0; i < len(p.columns); {
		first := i
		for i < len(p.columns) && p.columns[i].category == p.columns[first].category {
			i++
		}
		left := p.place[partyNode(p.columns[first])].X - p.width/2 - clusterPad
		right := p.place[partyNode(p.columns[i-1])].X + p.width/2 + clusterPad
		p.add(draw.Rect{X: left, Y: outsideTop + 22, Width: right - left, Height: 88, Radius: 6, Fill: paper, Stroke: draw.Stroke{Color: rule, Width: 0.8}})
		title := l.T("outside." + string(p.columns[first].category))
		size := headingSize
		if font.Width(title, size, font.Bold) > right-left-6 {
			size = smallSize
		}
		p.lines((left+right)/2, outsideTop+33, size, font.Bold, ink, balanced(title, size, font.Bold, right-left-4, 2))
	}
	// Left of the first column's line, above its marker: columns are at least minColumn wide.
	p.text(margin+2, boundaryY-20, 8, font.Bold, ink, draw.Start, l.T("boundary"))
	p.add(draw.Rect{X: margin, Y: boundaryY - 3, Width: usable, Height: 6, Fill: ink})
}

func (p *boardPage) waysOut() {
	if len(p.columns) == 0 {
		p.text(pageWidth/2, outsideTop+70, 13, font.Bold, ink, draw.Middle, p.view.Lang.T("ways.none"))
		return
	}
	for _, c := range p.columns {
		outer := p.shapes
		p.shapes = nil
		p.wayOut(c)
		g := draw.Group{ID: "way-" + c.key, Title: p.tooltip(c), Class: "way-out " + string(c.status), Shapes: p.shapes}
		p.shapes = append(outer, g)
	}
}

func (p *boardPage) tooltip(c column) string {
	l := p.view.Lang
	return fmt.Sprintf("%s %s: %s ⇔ %s (%s, %s)", c.number(), l.T("category."+string(c.category)), c.device, c.party,
		l.T("status."+string(c.status)), l.T("grade."+string(c.grade)))
}

func (p *boardPage) wayOut(c column) {
	st := styleOf(c.status)
	party, gate, entry := p.place[partyNode(c)], p.place[gateNode(c)], p.place[entryNode(c)]
	dash, _ := lineStyle(c.grade)
	line := draw.Stroke{Color: st.color, Width: 1.7, Dash: dash}
	p.add(draw.Polyline{Points: []draw.Point{{X: party.X, Y: party.Y + partyHeight/2}, gate, {X: entry.X, Y: entry.Y - entryHeight/2}}, Stroke: line})

	left := party.X - p.width/2
	p.add(draw.Rect{
		X: left, Y: party.Y - partyHeight/2, Width: p.width, Height: partyHeight - 6, Radius: 12,
		Fill: "#eef3f8", Stroke: draw.Stroke{Color: st.color, Width: 0.9},
	})
	size, lines := textSize, balanced(c.party, textSize, font.Regular, p.width-8, 2)
	if isCut(lines) {
		size, lines = smallSize, balanced(c.party, smallSize, font.Regular, p.width-8, 3)
	}
	p.lines(party.X, party.Y-3, size, font.Regular, ink, lines)
	// The transport stands on the line, on a ground of its own.
	y := party.Y + partyHeight/2 + 4
	size, lines = c.labels(p.width - 2)
	for _, s := range lines {
		w := font.Width(s, size, font.Bold)
		p.add(draw.Rect{X: party.X - w/2 - 2, Y: y - 4, Width: w + 4, Height: 12, Fill: paper})
		p.text(party.X, y+5, size, font.Bold, st.color, draw.Middle, s)
		y += 11
	}
	if c.enters {
		p.add(arrow(draw.Point{X: gate.X, Y: gate.Y - markerSize*1.3}, st.color))
	}
	p.add(marker(gate, markerSize, c.status, c.number()))
	p.entry(c, entry, st)
}

func (p *boardPage) entry(c column, at draw.Point, st statusStyle) {
	left, top := at.X-p.width/2, at.Y-entryHeight/2
	width := 1.0
	if c.status != topology.Approved {
		width = 1.8
	}
	p.add(draw.Rect{X: left, Y: top, Width: p.width, Height: entryHeight, Radius: 5, Fill: st.box, Stroke: draw.Stroke{Color: st.color, Width: width}})
	type row struct {
		text   string
		size   float64
		weight font.Weight
		color  draw.Color
	}
	var rows []row
	// A name without spaces is written smaller rather than broken.
	nameSize := textSize
	if w := font.Width(c.device, textSize, font.Bold); w > p.width-8 && w*smallSize/textSize <= p.width-6 {
		nameSize = smallSize
	}
	names := font.Wrap(c.device, nameSize, font.Bold, p.width-6, 2)
	for _, n := range names {
		rows = append(rows, row{n, nameSize, font.Bold, ink})
	}
	details := detailLines(c.detail, smallSize, p.width-6, 3-len(names))
	if len(c.zones) > 0 {
		details = append(details, p.view.Lang.F("toward", strings.Join(c.zones, p.view.Lang.T("comma"))))
	}
	for _, s := range details {
		rows = append(rows, row{s, smallSize, font.Regular, grey})
	}
	const step = 12.5
	y := at.Y - step*float64(len(rows))/2 + 9.2
	for _, r := range rows {
		p.fitted(at.X, y, r.size, r.weight, r.color, draw.Middle, p.width-5, r.text)
		y += step
	}
}

// lines writes lines centred around y.
func (p *boardPage) lines(x, y, size float64, w font.Weight, c draw.Color, lines []string) {
	step := size * 1.3
	y += size*0.36 - step*float64(len(lines)-1)/2
	for _, s := range lines {
		p.text(x, y, size, w, c, draw.Middle, s)
		y += step
	}
}

// inside draws the zones and returns the bottom of their band.
func (p *boardPage) inside() (bottom float64) {
	height := zoneHeight + 32
	p.add(draw.Rect{X: margin, Y: insideTop, Width: usable, Height: height, Radius: 8, Fill: inside, Stroke: draw.Stroke{Color: "#d5dde5", Width: 0.8}})
	p.text(margin+10, insideTop+15, headingSize, font.Bold, grey, draw.Start, p.view.Lang.T("inside"))
	for _, z := range p.zones {
		p.zoneBox(z, p.place[z.key])
	}
	return insideTop + height
}

func (p *boardPage) zoneBox(z zoneBox, at draw.Point) {
	left, top := at.X-p.zone/2, at.Y-zoneHeight/2
	outer := p.shapes
	p.shapes = nil
	p.add(draw.Rect{X: left, Y: top, Width: p.zone, Height: zoneHeight, Radius: 6, Fill: zoneColor(z.kind), Stroke: draw.Stroke{Color: "#9fb2c5", Width: 0.8}})
	total := p.view.Lang.N("devices.n", z.total)
	p.fitted(left+8, top+17, 11, font.Bold, ink, draw.Start, p.zone-22-font.Width(total, textSize, font.Regular), z.name)
	p.text(left+p.zone-8, top+17, textSize, font.Regular, grey, draw.End, total)
	p.fitted(left+8, top+29, smallSize, font.Regular, grey, draw.Start, p.zone-16, z.prefix)
	y := top + 43
	size := textSize
	for _, c := range z.counts {
		if font.Width(countText(c), textSize, font.Regular) > p.zone-16 {
			size = smallSize
		}
	}
	for _, s := range packed(z.counts, size, p.zone-16, 3) {
		p.text(left+8, y, size, font.Regular, ink, draw.Start, s)
		y += 12
	}
	p.badges(z, left+8, top+zoneHeight-13)
	p.shapes = append(outer, draw.Group{ID: z.key, Title: z.name, Class: "zone", Shapes: p.shapes})
}

// badges shows in a zone which ways out leave from it; where there is no room
// for all, the worst.
func (p *boardPage) badges(z zoneBox, x, y float64) {
	right := x + p.zone - 16
	step := badgeSize*2 + 5
	fit := int((right - x) / step)
	ways := z.ways
	more := 0
	if len(ways) > fit {
		more = len(ways) - fit + 1
		ways = slices.Clone(ways)
		slices.SortStableFunc(ways, func(a, b int) int {
			return cmp.Compare(severity(p.view.WaysOut[b-1].Status), severity(p.view.WaysOut[a-1].Status))
		})
		ways = ways[:fit-1]
	}
	for _, n := range ways {
		p.add(marker(draw.Point{X: x + badgeSize, Y: y}, badgeSize, p.view.WaysOut[n-1].Status, strconv.Itoa(n)))
		x += step
	}
	if more > 0 {
		p.fitted(x, y+3, smallSize, font.Bold, ink, draw.Start, right-x, fmt.Sprintf("+%d", more))
	}
}
