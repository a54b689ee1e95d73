package draw_test

import (
	"time"

	"kanmon/render/draw"
	"kanmon/render/font"
)

// sample is an A3 page with every kind of shape on it.
func sample() *draw.Drawing {
	const w, h = 1190.55, 841.89
	box := func(x, y float64, fill draw.Color, id, label string, dash ...float64) draw.Shape {
		return draw.Group{ID: id, Title: label, Class: "device", Link: "ledger-" + id, Shapes: []draw.Shape{
			draw.Rect{X: x, Y: y, Width: 180, Height: 60, Radius: 8, Fill: fill, Stroke: draw.Stroke{Color: "#1f2937", Width: 1.5, Dash: dash}},
			draw.Text{X: x + 90, Y: y + 26, Size: 14, Weight: font.Bold, Color: "#111827", Anchor: draw.Middle, Text: label},
			draw.Text{X: x + 90, Y: y + 46, Size: 10, Color: "#374151", Anchor: draw.Middle, Text: "10.10.0.1 / 保守回線"},
		}}
	}
	d := &draw.Drawing{
		Width: w, Height: h, Title: "外部接続図: 鎌倉総合病院", Lang: "ja", Background: "#ffffff",
		Date: time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC),
		Shapes: []draw.Shape{
			draw.Text{X: 40, Y: 60, Size: 28, Weight: font.Bold, Color: "#111827", Text: "外部接続図 𠮷田病院 ｶﾅ葛城 ①㈱ Ab→"},
			draw.Polyline{Points: []draw.Point{{40, 200}, {w - 40, 200}}, Stroke: draw.Stroke{Color: "#b91c1c", Width: 6}},
			draw.Polyline{Points: []draw.Point{{40, 215}, {w - 40, 215}}, Stroke: draw.Stroke{Color: "#b91c1c", Width: 2, Dash: []float64{8, 4}}},
			draw.Polyline{Points: []draw.Point{{40, 230}, {w - 40, 230}}, Stroke: draw.Stroke{Color: "#b91c1c", Width: 2, Dash: []float64{2, 2}}},
			draw.Path{Segments: []draw.Segment{
				{Op: draw.Move, Args: [3]draw.Point{{130, 160}}},
				{Op: draw.Cubic, Args: [3]draw.Point{{130, 260}, {400, 260}, {400, 360}}},
			}, Stroke: draw.Stroke{Color: "#1d4ed8", Width: 3}},
			draw.Path{Segments: []draw.Segment{
				{Op: draw.Move, Args: [3]draw.Point{{150, 160}}},
				{Op: draw.Cubic, Args: [3]draw.Point{{150, 260}, {420, 260}, {420, 360}}},
			}, Stroke: draw.Stroke{Color: "#1d4ed8", Width: 3, Dash: []float64{10, 5}}},
			draw.Polygon{Points: []draw.Point{{620, 380}, {660, 340}, {700, 380}, {660, 420}}, Fill: "#fde68a", Stroke: draw.Stroke{Color: "#92400e", Width: 2}},
			draw.Polygon{Points: octagon(800, 380, 40), Fill: "#b91c1c", Stroke: draw.Stroke{Color: "#7f1d1d", Width: 3}},
			draw.Circle{Center: draw.Point{X: 950, Y: 380}, Radius: 40, Fill: "#bbf7d0", Stroke: draw.Stroke{Color: "#14532d", Width: 2, Dash: []float64{4, 4}}},
			draw.Polyline{Points: []draw.Point{{40, 700}, {300, 560}, {340, 760}, {900, 600}, {1150, 800}}, Stroke: draw.Stroke{Color: "#0f766e", Width: 12}},
			draw.Polyline{Points: []draw.Point{{-500, 500}, {3000, 560}}, Stroke: draw.Stroke{Color: "#6b7280", Width: 1}},
			box(40, 100, "#e0f2fe", "dev-1", "オンライン資格確認"),
			box(310, 360, "#fee2e2", "dev-2", "放射線科 CT-01", 4, 3),
			draw.Text{X: w / 2, Y: 500, Size: 12, Color: "#374151", Anchor: draw.Middle, Text: "hostile: <script>\x1b[31m\u202Eexe\x00 & \"quotes\""},
			draw.Text{X: w - 40, Y: 60, Size: 12, Color: "#374151", Anchor: draw.End, Text: "2026-11-21 証拠 1,234 件"},
		},
	}
	return d
}

// octagon is centred on x, y.
func octagon(x, y, r float64) []draw.Point {
	c := r * 0.41421
	return []draw.Point{{x - c, y - r}, {x + c, y - r}, {x + r, y - c}, {x + r, y + c}, {x + c, y + r}, {x - c, y + r}, {x - r, y + c}, {x - r, y - c}}
}
