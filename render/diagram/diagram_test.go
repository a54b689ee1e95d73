package diagram_test

import (
	"bytes"
	"context"
	"math"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/diagram"
	"kanmon/render/draw"
	"kanmon/render/layout"
)

func board(t *testing.T, v render.View) *draw.Drawing {
	t.Helper()
	d, err := diagram.Board(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func dot(t *testing.T, v render.View) string {
	t.Helper()
	var b bytes.Buffer
	if err := diagram.WriteDOT(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// flat lists the shapes of a drawing without its groups.
func flat(shapes []draw.Shape) []draw.Shape {
	var out []draw.Shape
	for _, s := range shapes {
		if g, ok := s.(draw.Group); ok {
			out = append(out, flat(g.Shapes)...)
		} else {
			out = append(out, s)
		}
	}
	return out
}

func TestBoardHoldsOnOnePage(t *testing.T) {
	for _, n := range []int{0, 1, 14, 15, 300} {
		for _, lang := range []render.Lang{render.Japanese, render.English} {
			d := board(t, hospital(n, lang))
			for _, s := range flat(d.Shapes) {
				switch s := s.(type) {
				case draw.Rect:
					if s.X < 0 || s.Y < 0 || s.X+s.Width > d.Width || s.Y+s.Height > d.Height {
						t.Errorf("%d ways out, %s: a box leaves the page: %+v", n, lang, s)
					}
				case draw.Text:
					left, right := s.X, s.X+s.Width()
					switch s.Anchor {
					case draw.Middle:
						left, right = s.X-s.Width()/2, s.X+s.Width()/2
					case draw.End:
						left, right = s.X-s.Width(), s.X
					case draw.Start:
					}
					if left < 0 || right > d.Width || s.Y > d.Height {
						t.Errorf("%d ways out, %s: a text leaves the page: %q", n, lang, s.Text)
					}
				default:
				}
			}
			l, err := layout.Run(context.Background(), dot(t, hospital(n, lang)))
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Nodes) > 60 {
				t.Errorf("%d ways out, %s: %d boxes in the graph, want at most 60", n, lang, len(l.Nodes))
			}
		}
	}
}

// Every way out has a column of its own: its line is vertical and no other
// line, and no box, is crossed. It holds without Graphviz too.
func TestColumnsDoNotCross(t *testing.T) {
	for _, n := range []int{1, 14, 40} {
		checkColumns(t, n, board(t, hospital(n, render.Japanese)))
		checkColumns(t, n, diagram.BoardWithoutGraphviz(hospital(n, render.Japanese)))
	}
}

func checkColumns(t *testing.T, n int, d *draw.Drawing) {
	t.Helper()
	var columns []float64
	for _, s := range d.Shapes {
		g, ok := s.(draw.Group)
		if !ok || !strings.HasPrefix(g.Class, "way-out") {
			continue
		}
		var x float64
		for _, s := range flat(g.Shapes) {
			line, ok := s.(draw.Polyline)
			if !ok {
				continue
			}
			x = line.Points[0].X
			for _, p := range line.Points {
				if math.Abs(p.X-x) > 0.5 {
					t.Errorf("%d ways out: the line of %s is not vertical: %v", n, g.ID, line.Points)
				}
			}
		}
		for _, s := range flat(g.Shapes) {
			if r, ok := s.(draw.Rect); ok && (r.X > x || r.X+r.Width < x) {
				t.Errorf("%d ways out: a box of %s stands beside its line", n, g.ID)
			}
		}
		columns = append(columns, x)
	}
	if len(columns) != min(n, 14) {
		t.Errorf("%d ways out: %d columns", n, len(columns))
	}
	for i := 1; i < len(columns); i++ {
		if columns[i]-columns[i-1] < 66 {
			t.Errorf("%d ways out: columns at %v stand too close", n, columns)
		}
	}
}

func TestBoxesOfTheBoardDoNotOverlap(t *testing.T) {
	d := board(t, hospital(13, render.Japanese))
	var boxes []draw.Rect
	for _, s := range d.Shapes {
		g, ok := s.(draw.Group)
		if !ok {
			continue
		}
		for _, s := range flat(g.Shapes) {
			if r, ok := s.(draw.Rect); ok && r.Stroke.Color != draw.None {
				boxes = append(boxes, r)
			}
		}
	}
	if len(boxes) < 13*2+7 {
		t.Fatalf("%d boxes", len(boxes))
	}
	for i, a := range boxes {
		for _, b := range boxes[:i] {
			if a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
				t.Errorf("boxes overlap: %+v and %+v", a, b)
			}
		}
	}
}

const hostileName = `<script>alert(1)</script>"]; x [label="=cmd|' /C calc'!A0` + "\x1b[31m\u202e\x00\\N\\G\n&lt;"

// poison puts a hostile text into every text of v.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		switch v.Type().PkgPath() {
		case "kanmon/topology", "kanmon/render": // enumerations of ours
		default:
			v.SetString(hostileName + strings.Repeat("長", 3000))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			poison(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	default:
	}
}

func TestHostileNames(t *testing.T) {
	v := hospital(13, render.Japanese)
	ids := make([]string, len(v.WaysOut))
	for i, w := range v.WaysOut {
		ids[i] = w.ID
	}
	poison(reflect.ValueOf(&v).Elem())
	for i := range v.WaysOut { // IDs are made by kanmon; all the same they would be one node
		v.WaysOut[i].ID = ids[i] + hostileName
	}
	source := dot(t, v)
	for _, bad := range []string{"\x1b", "\u202e", "\x00", `x [label="=cmd`} {
		if strings.Contains(source, bad) {
			t.Errorf("DOT holds %q", bad)
		}
	}
	l, err := layout.Run(context.Background(), source)
	if err != nil {
		t.Fatalf("DOT does not parse: %v", err)
	}
	if len(l.Nodes) != 13*3+len(v.Zones) && len(l.Nodes) != 13*3+1 { // zones of one name are one box
		t.Errorf("%d nodes: a name made some of its own", len(l.Nodes))
	}
	var svg bytes.Buffer
	for _, f := range []func(context.Context, render.View) (*draw.Drawing, error){diagram.Board, diagram.Detail} {
		d, err := f(context.Background(), v)
		if err != nil {
			t.Fatal(err)
		}
		if err := draw.WriteSVG(&svg, d); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"<script", "\x1b", "\u202e", "\x00"} {
		if strings.Contains(svg.String(), bad) {
			t.Errorf("SVG holds %q", bad)
		}
	}
}

func TestSameViewSameBytes(t *testing.T) {
	render2 := func() (string, string) {
		v := hospital(20, render.Japanese)
		var svg bytes.Buffer
		if err := draw.WriteSVG(&svg, board(t, v)); err != nil {
			t.Fatal(err)
		}
		d, err := diagram.Detail(context.Background(), v)
		if err != nil {
			t.Fatal(err)
		}
		if err := draw.WriteSVG(&svg, d); err != nil {
			t.Fatal(err)
		}
		return svg.String(), dot(t, v)
	}
	svg, source := render2()
	for range 3 {
		if a, b := render2(); a != svg || b != source {
			t.Fatal("two runs give different bytes")
		}
	}
}

// The DOT stands on its own: Graphviz itself makes a diagram of it, without
// complaint.
func TestGraphvizReadsTheDOT(t *testing.T) {
	program, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("graphviz is not installed: its reading of our DOT is not tested")
	}
	cmd := exec.Command(program, "-Tplain")
	cmd.Stdin = strings.NewReader(dot(t, hospital(13, render.Japanese)))
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("dot: %v\n%s", err, complaints.String())
	}
	if n := strings.Count(string(out), "\nnode "); n != 13*3+7 {
		t.Errorf("%d nodes, want %d", n, 13*3+7)
	}
}

func TestDetailWithoutLinks(t *testing.T) {
	v := hospital(3, render.English)
	v.Links = nil
	for i := range v.Devices {
		v.Devices[i].SwitchID = ""
	}
	d, err := diagram.Detail(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	if d.Width <= 0 || len(d.Shapes) < 10 {
		t.Errorf("page %g wide with %d shapes", d.Width, len(d.Shapes))
	}
}
