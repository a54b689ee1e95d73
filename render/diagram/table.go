package diagram

import (
	"fmt"
	"strconv"
	"strings"

	"kanmon/render"
	"kanmon/render/draw"
	"kanmon/render/font"
	"kanmon/topology"
)

// tableColumn is a column of the table of ways out that need a decision.
type tableColumn struct {
	key   string // of its heading
	width float64
	cell  func(render.WayOut) string
}

func tableColumns() []tableColumn {
	return []tableColumn{
		{"col.no", 30, func(w render.WayOut) string { return strconv.Itoa(w.No) }},
		{"col.category", 120, func(w render.WayOut) string { return w.CategoryLabel }},
		{"col.device", 215, func(w render.WayOut) string { return strings.TrimSpace(w.Device + "　" + w.DeviceDetail) }},
		{"col.zone", 70, func(w render.WayOut) string { return w.Zone }},
		{"col.party", 170, func(w render.WayOut) string { return w.Party }},
		{"col.transport", 80, func(w render.WayOut) string { return w.Transport }},
		{"col.status", 78, func(w render.WayOut) string { return w.StatusLabel }},
		{"col.grade", 62, func(w render.WayOut) string { return w.GradeLabel }},
		{"col.first", 76, func(w render.WayOut) string { return w.FirstSeen }},
		{"col.next", 0, func(w render.WayOut) string { return w.NextStep }}, // the rest of the line
	}
}

// needDecision returns the ways out that somebody has to decide on, the worst
// first.
func needDecision(ways []render.WayOut) []render.WayOut {
	var out []render.WayOut
	for _, s := range []topology.Status{topology.Unapproved, topology.Expired, topology.Changed} {
		for _, w := range ways {
			if w.Status == s {
				out = append(out, w)
			}
		}
	}
	return out
}

// table lists what needs a decision, as far as there is room above the foot.
func (p *boardPage) table(top float64) {
	l := p.view.Lang
	rows := needDecision(p.view.WaysOut)
	fit := int((footTop-top)/tableRow) - 2
	more := max(0, len(rows)-fit)
	rows = rows[:len(rows)-more]
	p.add(draw.Rect{X: margin, Y: top, Width: usable, Height: tableRow, Radius: 3, Fill: ink})
	p.tableRow(top, func(c tableColumn) (string, font.Weight, draw.Color) { return l.T(c.key), font.Bold, paper })
	y := top + tableRow
	for i, w := range rows {
		if i%2 == 1 {
			p.add(draw.Rect{X: margin, Y: y, Width: usable, Height: tableRow, Fill: stripe})
		}
		color := styleOf(w.Status).color
		p.tableRow(y, func(c tableColumn) (string, font.Weight, draw.Color) {
			if c.key == "col.no" || c.key == "col.status" {
				return c.cell(w), font.Bold, color
			}
			return c.cell(w), font.Regular, ink
		})
		y += tableRow
	}
	var rest []string
	if more > 0 {
		rest = append(rest, l.F("more.n", more))
	}
	if n := p.view.Counts.Approved; n > 0 {
		rest = append(rest, l.F("more.approved", n))
	}
	if n := len(p.view.NotSeen); n > 0 {
		rest = append(rest, l.T("not.seen")+" "+strconv.Itoa(n))
	}
	p.fitted(margin+10, y+12, textSize, font.Regular, grey, draw.Start, usable-20, strings.Join(rest, "　・　"))
}

func (p *boardPage) tableRow(y float64, cell func(tableColumn) (string, font.Weight, draw.Color)) {
	x := margin + 10
	for _, c := range tableColumns() {
		width := c.width
		if width == 0 {
			width = pageWidth - margin - 8 - x
		}
		s, weight, color := cell(c)
		p.fitted(x, y+12, textSize, weight, color, draw.Start, width-6, s)
		x += width
	}
}

// footer holds the legend, the blind spots, and where the numbers come from.
func (p *boardPage) footer() {
	const legend = 520.0
	l := p.view.Lang
	p.add(draw.Rect{X: margin, Y: footTop, Width: legend, Height: footHeight, Radius: 6, Fill: paper, Stroke: draw.Stroke{Color: rule, Width: 0.8}})
	p.text(margin+10, footTop+16, headingSize, font.Bold, ink, draw.Start, l.T("legend"))
	x := margin + 24
	for _, s := range []topology.Status{topology.Approved, topology.Unapproved, topology.Expired, topology.Changed} {
		p.add(marker(draw.Point{X: x, Y: footTop + 40}, 11, s, "n"))
		name := l.T("status." + string(s))
		p.text(x+18, footTop+43, textSize, font.Regular, ink, draw.Start, name)
		x += 42 + font.Width(name, textSize, font.Regular)
	}
	x -= 8
	for i, g := range []topology.Grade{topology.Confirmed, topology.Reported, topology.Inferred} {
		dash, _ := lineStyle(g)
		y := footTop + 20 + 16*float64(i)
		p.add(draw.Polyline{Points: []draw.Point{{X: x, Y: y}, {X: x + 30, Y: y}}, Stroke: draw.Stroke{Color: ink, Width: 1.7, Dash: dash}})
		p.fitted(x+36, y+3, smallSize, font.Regular, ink, draw.Start, margin+legend-x-42, l.T("grade."+string(g)+".long"))
	}
	p.blindSpots(margin+legend+10, usable-legend-10)
	p.text(pageWidth-margin, pageHeight-14, 7, font.Regular, grey, draw.End,
		fmt.Sprintf("kanmon　%s %s", l.T("evidence"), p.view.EvidenceSum))
}

func (p *boardPage) blindSpots(x, width float64) {
	l := p.view.Lang
	p.add(draw.Rect{X: x, Y: footTop, Width: width, Height: footHeight, Radius: 6, Fill: note, Stroke: draw.Stroke{Color: noteed, Width: 0.8}})
	p.text(x+10, footTop+16, headingSize, font.Bold, styleOf(topology.Expired).color, draw.Start, l.T("blind.spots.long"))
	lines := blindLines(p.view)
	if len(lines) == 0 {
		lines = []string{l.T("blind.none")}
	}
	const fit = 3
	if len(lines) > fit {
		lines = append(lines[:fit-1:fit-1], l.F("blind.more", len(lines)-fit+1))
	}
	y := footTop + 30
	for _, s := range lines {
		p.fitted(x+10, y, textSize, font.Regular, ink, draw.Start, width-20, "・"+s)
		y += 13
	}
}

// blindLines has a line for each kind of blind spot.
func blindLines(v render.View) []string {
	var kinds []string
	what := make(map[string][]string)
	first := make(map[string]render.BlindSpot)
	for _, b := range v.BlindSpots {
		if _, ok := first[b.Kind]; !ok {
			kinds = append(kinds, b.Kind)
			first[b.Kind] = b
		}
		what[b.Kind] = append(what[b.Kind], b.What)
	}
	lines := make([]string, 0, len(kinds))
	for _, k := range kinds {
		s := what[k][0]
		if n := len(what[k]); n > 1 {
			s = v.Lang.F("group.n", s, n-1)
		}
		lines = append(lines, fmt.Sprintf("%s: %s　→ %s", first[k].Label, s, first[k].NextStep))
	}
	return lines
}
