package diagram_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/diagram"
	"kanmon/render/draw"
	"kanmon/topology"
)

// crowd makes n ways out of one kind, of which the last is a way in.
func crowd(n int) *topology.Snapshot {
	s := &topology.Snapshot{}
	for i := range n {
		id := topology.DeviceID(fmt.Sprintf("d%02d", i))
		s.Devices = append(s.Devices, topology.Device{ID: id, Name: string(id)})
		x := topology.ExternalConnection{
			ID: fmt.Sprintf("x%02d", i), Device: id, Category: topology.VendorVPN, Status: topology.Unapproved, Grade: topology.Inferred,
			Direction: topology.Outbound, Service: "Fortinet SSL-VPN",
		}
		if i == n-1 {
			x.Direction = topology.Inbound
		}
		s.ExternalConnections = append(s.ExternalConnections, x)
	}
	return s
}

// A way by which others come in has its sign on the boundary, also where it shares
// a column with ways that only lead out.
func TestWaysInShowInACrowd(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 40} {
		if got := len(signs(shapes(t, crowd(n)))); got != 2 { // one is the legend's
			t.Errorf("%d ways: %d signs of ways in, want that of the column and that of the legend", n, got)
		}
	}
}

// What a way out is known by is not cut where a page is full.
func TestTransportIsWhole(t *testing.T) {
	t.Parallel()
	for _, x := range shapes(t, crowd(14)) {
		if x, ok := x.(draw.Text); ok && strings.HasPrefix(x.Text, "Fortinet") && !strings.Contains(x.Text, "SSL-VPN") {
			t.Fatalf("the transport is cut: %q", x.Text)
		}
	}
}

func signs(list []draw.Shape) []draw.Polygon {
	var out []draw.Polygon
	for _, x := range list {
		if x, ok := x.(draw.Polygon); ok && len(x.Points) == 3 && x.Points[0].Y > x.Points[1].Y && x.Points[1].Y == x.Points[2].Y {
			out = append(out, x)
		}
	}
	return out
}

// shapes returns what the board draws, also in groups.
func shapes(t *testing.T, s *topology.Snapshot) []draw.Shape {
	t.Helper()
	d, err := diagram.Board(context.Background(), render.Project(s, render.English))
	if err != nil {
		t.Fatal(err)
	}
	var out []draw.Shape
	var walk func(list []draw.Shape)
	walk = func(list []draw.Shape) {
		for _, x := range list {
			if g, ok := x.(draw.Group); ok {
				walk(g.Shapes)
				continue
			}
			out = append(out, x)
		}
	}
	walk(d.Shapes)
	return out
}
