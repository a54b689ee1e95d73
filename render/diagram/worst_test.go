package diagram_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/draw"
	"kanmon/topology"
)

// TestBadgesShowTheWorst: a zone with more ways out than it has room for shows
// one of the worst status.
func TestBadgesShowTheWorst(t *testing.T) {
	v := hospital(300, render.English)
	severity := func(n int) int {
		return slices.Index([]topology.Status{topology.Approved, topology.Changed, topology.Expired, topology.Unapproved}, v.WaysOut[n-1].Status)
	}
	for _, s := range board(t, v).Shapes {
		g, ok := s.(draw.Group)
		if !ok || g.Class != "zone" {
			continue
		}
		shown := -1
		for _, s := range flat(g.Shapes) {
			if x, ok := s.(draw.Text); ok && x.Anchor == draw.Middle {
				if n, err := strconv.Atoi(x.Text); err == nil {
					shown = max(shown, severity(n))
				}
			}
		}
		for _, z := range v.Zones {
			for _, n := range z.WaysOut {
				if z.Name == g.Title && severity(n) > shown {
					t.Fatalf("zone %s hides way out %d, which is worse than what it shows", z.Name, n)
				}
			}
		}
	}
}

// TestDOTStandsOnItsOwn: readers of the bare DOT get the boundary, the legend in
// their language, and from which zone a way out leaves.
func TestDOTStandsOnItsOwn(t *testing.T) {
	english := dot(t, hospital(13, render.English))
	for _, must := range []string{`edge [penwidth="5"`, "octagon Unapproved", "Ways out: "} {
		if !strings.Contains(english, must) {
			t.Errorf("the DOT has no %q", must)
		}
	}
	for _, never := range []string{"八角", "確定", "constraint"} {
		if strings.Contains(english, never) {
			t.Errorf("the DOT has %q", never)
		}
	}
}
