package diagram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kanmon/render"
	"kanmon/render/draw"
	"kanmon/render/font"
	"kanmon/topology"
)

// tableColumn is a column of the table of ways out that need a decision.
type tableColumn struct {
	key    string // of its heading
	cell   func(render.WayOut) string
	weight font.Weight
}

func tableColumns() []tableColumn {
	return []tableColumn{
		{"col.no", func(w render.WayOut) string { return strconv.Itoa(w.No) }, font.Bold},
		{"col.category", func(w render.WayOut) string { return w.CategoryLabel }, font.Regular},
		{"col.device", func(w render.WayOut) string { return strings.TrimSpace(w.Device + "　" + w.DeviceDetail) }, font.Regular},
		{"col.where", func(w render.WayOut) string { return strings.TrimSpace(w.Zone + "　" + w.Where) }, font.Regular},
		{"col.party", func(w render.WayOut) string { return w.Party }, font.Regular},
		{"col.transport", howOf, font.Regular},
		{"col.status", func(w render.WayOut) string { return w.StatusLabel }, font.Bold},
		{"col.grade", func(w render.WayOut) string { return w.GradeLabel }, font.Regular},
		{"col.first", func(w render.WayOut) string { return w.FirstSeen }, font.Regular},
		{"col.next", func(w render.WayOut) string { return w.NextStep }, font.Bold},
	}
}

// howOf says how a way leaves, or with the sign of the legend how others come in.
func howOf(w render.WayOut) string {
	if w.Enters {
		return strings.TrimSpace("▼ " + w.How)
	}
	return w.How
}

// text is what stands in the cell: a dash where nothing is known.
func (c tableColumn) text(w render.WayOut) string {
	if s := c.cell(w); s != "" {
		return s
	}
	return "–"
}

// needDecision returns the ways out that somebody has to decide on, the worst
// first.
func needDecision(ways []render.WayOut) []render.WayOut {
	return withStatus(ways, topology.Unapproved, topology.Expired, topology.Changed)
}

// withStatus returns the ways out of these statuses, in the order of the
// statuses.
func withStatus(ways []render.WayOut, statuses ...topology.Status) []render.WayOut {
	var out []render.WayOut
	for _, s := range statuses {
		for _, w := range ways {
			if w.Status == s {
				out = append(out, w)
			}
		}
	}
	return out
}

// Sizes of the table, in points. Its text is as large as the room allows.
const (
	largestRowText = 10.5
	readableText   = 9.5 // what is approved is listed too where the text can be this large
	rowHeight      = 1.9 // at least, in sizes of the text
	tallRow        = 2.6 // at most
	cellGap        = 12.0
	tableHeading   = 20.0
)

// table lists what needs a decision, as far as there is room above bottom; and
// what is approved, where that is not crowded.
func (p *boardPage) table(top, bottom float64) {
	l := p.view.Lang
	heading := l.T("decide.first")
	rows := needDecision(p.view.WaysOut)
	approved := p.view.Counts.Approved
	g := newGrid(l, rows, bottom-top-tableHeading)
	if all := slices.Concat(rows, withStatus(p.view.WaysOut, topology.Approved)); len(all) > len(rows) {
		if whole := newGrid(l, all, bottom-top-tableHeading); whole.size >= readableText && len(whole.rows) == len(all) {
			g, approved, heading = whole, 0, l.T("listed")
		}
	}
	if len(g.rows) > 0 {
		p.text(margin+10, top+13, headingSize+0.5, font.Bold, ink, draw.Start, heading)
	}
	y := top + tableHeading
	if len(g.rows) > 0 {
		p.add(draw.Rect{X: margin, Y: y, Width: usable, Height: g.row, Radius: 3, Fill: ink})
		p.tableRow(g, y, func(c tableColumn) (string, font.Weight, draw.Color) { return l.T(c.key), font.Bold, paper })
		y += g.row
	}
	for i, w := range g.rows {
		if i%2 == 1 {
			p.add(draw.Rect{X: margin, Y: y, Width: usable, Height: g.row, Fill: stripe})
		}
		color := styleOf(w.Status).color
		p.tableRow(g, y, func(c tableColumn) (string, font.Weight, draw.Color) {
			if c.key == "col.no" || c.key == "col.status" {
				return c.text(w), c.weight, color
			}
			return c.text(w), c.weight, ink
		})
		y += g.row
	}
	var rest []string
	if more := len(rows) - len(g.rows); more > 0 {
		rest = append(rest, l.F("more.n", more))
	}
	if approved > 0 {
		rest = append(rest, l.F("more.approved", approved))
	}
	if n := len(p.view.NotSeen); n > 0 {
		names := make([]string, n)
		for i, a := range p.view.NotSeen {
			names[i] = strings.TrimSpace(a.CategoryLabel + " " + a.Owner)
		}
		rest = append(rest, fmt.Sprintf("%s: %d ", l.T("not.seen"), n)+l.F("noted", strings.Join(names, l.T("comma"))))
	}
	p.fitted(margin+10, y+g.row*0.7, g.size, font.Regular, grey, draw.Start, usable-20, strings.Join(rest, "　　"))
}

// grid is a table with the sizes that suit its rows.
type grid struct {
	rows   []render.WayOut
	size   float64 // of the text
	row    float64 // height of a row
	widths []float64
}

// newGrid finds the largest text with which rows, a heading and a line below
// fit into height and the width of the page. Rows for which even the smallest
// has no room are left out; then the widest columns are cut.
func newGrid(l render.Lang, rows []render.WayOut, height float64) grid {
	const room = usable - 16
	for size := largestRowText; ; size -= 0.5 {
		g := grid{rows: rows, size: size, row: size * rowHeight}
		fit := int(height/g.row) - 2
		if size <= textSize {
			g.rows = rows[:max(0, min(len(rows), fit))]
		}
		var sum float64
		for _, c := range tableColumns() {
			width := font.Width(l.T(c.key), size, font.Bold)
			for _, w := range g.rows {
				width = max(width, font.Width(c.text(w), size, c.weight))
			}
			g.widths = append(g.widths, width+cellGap)
			sum += width + cellGap
		}
		if size > textSize && (fit < len(rows) || sum > room) {
			continue
		}
		g.spread(room)
		g.row = min(max(g.row, height/float64(len(g.rows)+2)), size*tallRow)
		return g
	}
}

// spread makes the columns as wide together as room: what is left is shared,
// and what is missing is taken from the widest.
func (g *grid) spread(room float64) {
	var sum float64
	for _, w := range g.widths {
		sum += w
	}
	if sum > room {
		limit := slices.Max(g.widths)
		for sum > room {
			limit--
			sum = 0
			for i, w := range g.widths {
				g.widths[i] = min(w, limit)
				sum += g.widths[i]
			}
		}
	}
	for i := range g.widths {
		g.widths[i] += (room - sum) / float64(len(g.widths))
	}
}

func (p *boardPage) tableRow(g grid, y float64, cell func(tableColumn) (string, font.Weight, draw.Color)) {
	x := margin + 10
	base := y + g.row/2 + font.CapHeight(g.size)/2
	for i, c := range tableColumns() {
		s, weight, color := cell(c)
		p.fitted(x, base, g.size, weight, color, draw.Start, g.widths[i]-cellGap/2, s)
		x += g.widths[i]
	}
}

// Sizes of the foot of the page, in points.
const (
	footBottom = pageHeight - 28
	footHead   = 27.0
	footLine   = 13.0
	legendGap  = 10.0
)

// footer holds the legend, the blind spots, and where the numbers come from. It
// is as high as it needs to be to name every kind of blind spot, and returns its
// top.
func (p *boardPage) footer() (top float64) {
	lines := max(3, len(blindKinds(p.view)))
	height := footHead + footLine*float64(lines)
	top = footBottom - height
	right := p.legend(top, height)
	p.blindSpots(right+legendGap, top, pageWidth-margin-right-legendGap, height)
	p.text(pageWidth-margin, pageHeight-14, 7, font.Regular, grey, draw.End,
		fmt.Sprintf("kanmon　%s %s", p.view.Lang.T("evidence"), p.view.EvidenceSum))
	return top
}

// legend returns its right edge.
func (p *boardPage) legend(top, height float64) (right float64) {
	l := p.view.Lang
	outer := p.shapes
	p.shapes = nil
	p.text(margin+10, top+16, headingSize, font.Bold, ink, draw.Start, l.T("legend"))
	x := margin + 24
	for _, s := range []topology.Status{topology.Approved, topology.Unapproved, topology.Expired, topology.Changed} {
		p.add(marker(draw.Point{X: x, Y: top + 35}, 11, s, "n"))
		name := l.T("status." + string(s))
		p.text(x+18, top+38, textSize, font.Regular, ink, draw.Start, name)
		x += 42 + font.Width(name, textSize, font.Regular)
	}
	p.add(arrow(draw.Point{X: margin + 24, Y: top + 60}, ink))
	p.text(margin+42, top+59, textSize, font.Regular, ink, draw.Start, l.T("enters"))
	for i, g := range []topology.Grade{topology.Confirmed, topology.Reported, topology.Inferred} {
		dash, _ := lineStyle(g)
		y := top + 17 + 16*float64(i)
		p.add(draw.Polyline{Points: []draw.Point{{X: x, Y: y}, {X: x + 30, Y: y}}, Stroke: draw.Stroke{Color: ink, Width: 1.7, Dash: dash}})
		name := l.T("grade." + string(g) + ".long")
		p.text(x+36, y+3, textSize, font.Regular, ink, draw.Start, name)
		right = max(right, x+36+font.Width(name, textSize, font.Regular)+legendGap)
	}
	frame := draw.Rect{X: margin, Y: top, Width: right - margin, Height: height, Radius: 6, Fill: paper, Stroke: draw.Stroke{Color: rule, Width: 0.8}}
	p.shapes = append(append(outer, frame), p.shapes...)
	return right
}

func (p *boardPage) blindSpots(x, top, width, height float64) {
	l := p.view.Lang
	p.add(draw.Rect{X: x, Y: top, Width: width, Height: height, Radius: 6, Fill: note, Stroke: draw.Stroke{Color: noteed, Width: 0.8}})
	p.text(x+10, top+16, headingSize, font.Bold, styleOf(topology.Expired).color, draw.Start, l.T("blind.spots.long"))
	kinds := blindKinds(p.view)
	y := top + footHead + 5
	if len(kinds) == 0 {
		p.fitted(x+10, y, textSize, font.Regular, ink, draw.Start, width-20, l.T("blind.none"))
	}
	for _, k := range kinds {
		p.text(x+10, y, textSize, font.Regular, ink, draw.Start, k.line(l, width-20))
		y += footLine
	}
}

// blindKind is all blind spots of one kind.
type blindKind struct {
	label, next string
	what        []string
}

// line names as many of the blind spots as width has room for, and says how many
// more there are.
func (k blindKind) line(l render.Lang, width float64) string {
	for n := len(k.what); ; n-- {
		names := strings.Join(k.what[:n], l.T("comma"))
		if n < len(k.what) {
			names = l.F("group.n", names, len(k.what)-n)
		}
		s := fmt.Sprintf("%s: %s　→ %s", k.label, names, k.next)
		if n == 1 {
			return font.Truncate(s, textSize, font.Regular, width)
		}
		if font.Width(s, textSize, font.Regular) <= width {
			return s
		}
	}
}

// blindKinds puts the blind spots together by kind, in the order in which the
// kinds come.
func blindKinds(v render.View) []blindKind {
	var out []blindKind
	at := make(map[string]int)
	for _, b := range v.BlindSpots {
		i, ok := at[b.Kind]
		if !ok {
			i = len(out)
			at[b.Kind] = i
			out = append(out, blindKind{label: b.Label, next: b.NextStep})
		}
		out[i].what = append(out[i].what, b.What)
	}
	return out
}
