package diagram

import (
	"math"

	"kanmon/render/draw"
	"kanmon/render/font"
	"kanmon/topology"
)

// Colours of the page. Nothing is told by colour alone: status has a shape of
// its own, grade a line style.
const (
	ink    draw.Color = "#1d2733"
	grey   draw.Color = "#4a5867"
	rule   draw.Color = "#c3ced9"
	paper  draw.Color = "#ffffff"
	band   draw.Color = "#f1f4f7"
	inside draw.Color = "#fafcfe"
	stripe draw.Color = "#f5f7f9"
	note   draw.Color = "#fff9eb"
	noteed draw.Color = "#e3c98f"
)

// statusStyle is how a status is shown.
type statusStyle struct {
	color draw.Color // of lines and text
	fill  draw.Color // of the marker
	text  draw.Color // of the number in the marker
	box   draw.Color // fill of boxes
	shape string     // of the marker, as DOT names it
	dash  []float64  // of the marker's outline
}

func styleOf(s topology.Status) statusStyle {
	switch s {
	case topology.Approved:
		return statusStyle{color: "#1f5f99", fill: paper, text: "#1f5f99", box: paper, shape: "circle"}
	case topology.Expired:
		return statusStyle{color: "#8a5200", fill: "#fff4d6", text: "#8a5200", box: "#fffaf0", shape: "diamond", dash: []float64{3, 2}}
	case topology.Changed:
		return statusStyle{color: "#6b3fa0", fill: "#f1e9fa", text: "#6b3fa0", box: "#f9f5fd", shape: "triangle"}
	case topology.Unapproved:
	}
	return statusStyle{color: "#b3261e", fill: "#b3261e", text: paper, box: "#fdebea", shape: "octagon"}
}

// lineStyle is how a grade is shown: solid, dashed, dotted.
func lineStyle(g topology.Grade) (dash []float64, dotStyle string) {
	switch g {
	case topology.Confirmed:
		return nil, "solid"
	case topology.Reported:
		return []float64{6, 3}, "dashed"
	case topology.Inferred:
	}
	return []float64{1.6, 2.6}, "dotted"
}

// marker draws the sign of an entry point: its shape tells the status in print
// without colours.
func marker(center draw.Point, radius float64, s topology.Status, number string) draw.Shape {
	st := styleOf(s)
	stroke := draw.Stroke{Color: st.color, Width: radius / 7, Dash: st.dash}
	var outline draw.Shape
	switch st.shape {
	case "circle":
		outline = draw.Circle{Center: center, Radius: radius, Fill: st.fill, Stroke: stroke}
	case "diamond":
		outline = draw.Polygon{Points: corners(center, radius*1.25, 4, 0), Fill: st.fill, Stroke: stroke}
	case "triangle":
		center := draw.Point{X: center.X, Y: center.Y + radius*0.12}
		outline = draw.Polygon{Points: corners(center, radius*1.42, 3, -90), Fill: st.fill, Stroke: stroke}
	default:
		outline = draw.Polygon{Points: corners(center, radius*1.06, 8, 22.5), Fill: st.fill, Stroke: stroke}
	}
	text := draw.Text{
		X: center.X, Size: radius * 0.95, Weight: font.Bold, Color: st.text, Anchor: draw.Middle, Text: number,
	}
	if w := text.Width(); w > radius*1.45 {
		text.Size *= radius * 1.45 / w
	}
	text.Y = center.Y + font.CapHeight(text.Size)/2
	if st.shape == "triangle" {
		text.Y += radius * 0.18
		text.Size *= 0.85
	}
	return draw.Group{Shapes: []draw.Shape{outline, text}}
}

// arrow is the sign of a way by which others come in: it points at the hospital,
// and its tip is at tip.
func arrow(tip draw.Point, c draw.Color) draw.Shape {
	const width, height = 11.0, 9.0
	return draw.Polygon{Points: []draw.Point{tip, {X: tip.X - width/2, Y: tip.Y - height}, {X: tip.X + width/2, Y: tip.Y - height}}, Fill: c}
}

// corners returns a regular polygon around center; the first corner lies at
// start degrees.
func corners(center draw.Point, radius float64, n int, start float64) []draw.Point {
	out := make([]draw.Point, n)
	for i := range out {
		a := (start + 360*float64(i)/float64(n)) * math.Pi / 180
		out[i] = draw.Point{X: center.X + radius*math.Cos(a), Y: center.Y + radius*math.Sin(a)}
	}
	return out
}

// zoneColor gives zones of a kind the same quiet background everywhere.
func zoneColor(kind string) draw.Color {
	switch kind {
	case "clinical":
		return "#e8f1fb"
	case "radiology":
		return "#eaf6ee"
	case "laboratory":
		return "#f4eefb"
	case "office":
		return "#fff6e6"
	case "server":
		return "#e9eef2"
	case "guest":
		return "#fdf0f3"
	}
	return "#f2f2f2"
}
