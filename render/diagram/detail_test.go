package diagram_test

import (
	"context"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/diagram"
	"kanmon/render/draw"
	"kanmon/topology"
)

// An entry point that is learned on a switch port hangs on the switch, but not
// when something else stands between the two.
func TestEntryPointBehindAnUnmanagedSwitch(t *testing.T) {
	t.Parallel()
	s := &topology.Snapshot{
		Devices: []topology.Device{
			{ID: "sw", Name: "sw", Roles: []topology.Role{topology.RoleSwitch}},
			{ID: "hub", Name: "hub", Roles: []topology.Role{topology.RoleUnmanaged}},
			{ID: "pc", Name: "pc", Attached: []topology.Attachment{{Switch: "sw", Port: "6"}}},
		},
		ExternalConnections: []topology.ExternalConnection{{ID: "x", Device: "pc", Category: topology.Categories()[0], Status: topology.Unapproved, Grade: topology.Confirmed}},
	}
	if got := lines(t, s); got != 1 {
		t.Errorf("learned on a port: got %d lines, want 1", got)
	}
	s.Links = []topology.Link{
		{ID: "1", Layer: 2, A: topology.Endpoint{Device: "hub"}, B: topology.Endpoint{Device: "sw", Port: "6"}, Grade: topology.Inferred},
		{ID: "2", Layer: 2, A: topology.Endpoint{Device: "hub"}, B: topology.Endpoint{Device: "pc"}, Grade: topology.Inferred},
	}
	if got := lines(t, s); got != 2 {
		t.Errorf("behind an unmanaged switch: got %d lines, want 2", got)
	}
	s.Links[0].B.Port = "7" // which says nothing about port 6
	if got := lines(t, s); got != 3 {
		t.Errorf("beside an unmanaged switch: got %d lines, want 3", got)
	}
}

// lines counts the links that the detail draws.
func lines(t *testing.T, s *topology.Snapshot) int {
	t.Helper()
	d, err := diagram.Detail(context.Background(), render.Project(s, render.English))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, x := range d.Shapes {
		if _, ok := x.(draw.Path); ok {
			n++
		}
	}
	return n
}

// The names of ports cover no box and no other name.
func TestPortNamesStandFree(t *testing.T) {
	t.Parallel()
	d, err := diagram.Detail(context.Background(), hospital(40, render.English))
	if err != nil {
		t.Fatal(err)
	}
	var boxes []draw.Rect
	for _, x := range d.Shapes {
		if g, ok := x.(draw.Group); ok {
			boxes = append(boxes, g.Shapes[0].(draw.Rect))
		}
	}
	var names []draw.Text
	for _, x := range d.Shapes {
		if text, ok := x.(draw.Text); ok && text.Size < 7 {
			names = append(names, text)
		}
	}
	if len(names) < 20 || len(boxes) < 20 {
		t.Fatalf("got %d names and %d boxes, want at least 20 of each", len(names), len(boxes))
	}
	for i, n := range names {
		a := areaOf(n)
		for _, b := range boxes {
			if a.overlaps(area{b.X, b.Y, b.X + b.Width, b.Y + b.Height, "box"}) {
				t.Errorf("%q at %v, %v covers the box %+v", n.Text, n.X, n.Y, b)
			}
		}
		for _, m := range names[:i] {
			if a.overlaps(areaOf(m)) {
				t.Errorf("%q covers %q", n.Text, m.Text)
			}
		}
	}
}

// The legend says in full what every kind of line means, however narrow the page.
func TestDetailLegendIsWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lang    render.Lang
		between string // the lines that it is broken into
		want    []string
	}{
		{render.English, " ", []string{"thin blue: layer 3", "blocked by STP", "unmanaged switch, inferred"}},
		{render.Japanese, "", []string{"細い青線 レイヤ3", "STPが遮断", "推定した非管理スイッチ"}},
	} {
		d, err := diagram.Detail(context.Background(), render.Project(&topology.Snapshot{}, tt.lang))
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, x := range d.Shapes {
			if x, ok := x.(draw.Text); ok {
				text.WriteString(x.Text + tt.between)
			}
		}
		for _, want := range tt.want {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: the legend does not say %q", tt.lang, want)
			}
		}
	}
}
