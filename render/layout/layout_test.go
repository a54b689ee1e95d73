package layout_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/render/layout"
)

const small = `digraph "薬局" {
	node [shape=box, fixedsize=true, label="", width=2, height=0.5];
	subgraph cluster_a { label=""; "院内"; b; }
	"院内" -> b [id="e1"];
	b -> outside [id="e2", label="x"];
}`

func run(t *testing.T, source string) *layout.Layout {
	t.Helper()
	l, err := layout.Run(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestRun(t *testing.T) {
	t.Parallel()
	l := run(t, small)
	nodes := l.ByName()
	if len(l.Nodes) != 3 || len(nodes) != 3 || len(l.Edges) != 2 {
		t.Fatalf("got %+v", l)
	}
	for _, n := range l.Nodes {
		if math.Abs(n.Width-144) > 0.01 || math.Abs(n.Height-36) > 0.01 {
			t.Errorf("%s: size %v x %v, want 144 x 36", n.Name, n.Width, n.Height)
		}
		if n.Center.X < 0 || n.Center.X > l.Width || n.Center.Y < 0 || n.Center.Y > l.Height {
			t.Errorf("%s: centre %v is outside %v x %v", n.Name, n.Center, l.Width, l.Height)
		}
	}
	if got := l.Edges[0]; got.Tail != "院内" || got.Head != "b" || got.ID != "e1" || len(got.Curves) != 1 {
		t.Errorf("first edge: %+v", got)
	}
	if diff := cmp.Diff(l, run(t, small)); diff != "" {
		t.Errorf("the second run differs:\n%s", diff)
	}
}

func TestRunLayers(t *testing.T) {
	t.Parallel()
	l := run(t, small)
	n := l.ByName()
	if n["院内"].Center.Y >= n["b"].Center.Y || n["b"].Center.Y >= n["outside"].Center.Y {
		t.Errorf("the tail must be above the head: %+v", n)
	}
	if len(l.Clusters) != 1 || l.Clusters[0].Name != "cluster_a" {
		t.Fatalf("clusters: %+v", l.Clusters)
	}
	box := l.Clusters[0].Box
	for _, name := range []string{"院内", "b"} {
		if c := n[name].Center; c.X < box.Min.X || c.X > box.Max.X || c.Y < box.Min.Y || c.Y > box.Max.Y {
			t.Errorf("%s at %v is outside its cluster %v", name, c, box)
		}
	}
	if c := n["outside"].Center; c.Y < box.Max.Y {
		t.Errorf("outside at %v is inside the cluster %v", c, box)
	}
	e := l.Edges[0].Curves[0]
	if e.End == nil || e.Start != nil || e.End.Y <= e.Points[0].Y {
		t.Errorf("curve of the first edge: %+v", e)
	}
	if l.Edges[1].Label == nil {
		t.Error("the second edge has lost its label")
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 5001 {
		fmt.Fprintf(&many, "n%d;", i)
	}
	for _, tt := range []struct {
		name, source string
		is           error
		want         string
	}{
		{name: "too much source", source: strings.Repeat(" ", 4<<20+1), is: layout.ErrTooLarge, want: "4194305 bytes"},
		{name: "too many nodes", source: "graph{" + many.String() + "}", is: layout.ErrTooLarge, want: "5001 nodes and edges, the limit is 5000"},
		{name: "not DOT", source: "digraph {\n a -> -> b", want: "syntax error in line 2"},
		{name: "empty", source: "", want: "read DOT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := layout.Run(t.Context(), tt.source)
			if err == nil || !strings.Contains(err.Error(), tt.want) || (tt.is != nil && !errors.Is(err, tt.is)) {
				t.Errorf("Run: %v, want %q (%v)", err, tt.want, tt.is)
			}
		})
	}
}

// A cancelled layout must end soon and leave the engine usable.
func TestRunCancelled(t *testing.T) {
	t.Parallel()
	run(t, small)             // compiles the engine, which is not what is timed
	var dense strings.Builder // dense enough to be slow
	for i := range 65 {
		for k := range 65 {
			fmt.Fprintf(&dense, "n%d -> m%d;", i, k)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := layout.Run(ctx, "digraph {"+dense.String()+"}")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Run: %v, want it to be out of time", err)
	}
	run(t, small)
}

// A graph must not make Graphviz read files.
func TestRunReadsNoFiles(t *testing.T) {
	t.Parallel()
	l := run(t, `digraph { a [shape=box, fixedsize=true, width=1, height=1, image="/etc/passwd", shapefile="/etc/passwd"]; }`)
	if len(l.Nodes) != 1 || l.Nodes[0].Width != 72 {
		t.Errorf("got %+v", l)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{name: "no JSON", in: "", want: "unexpected end"},
		{name: "no box", in: `{}`, want: "want 4 numbers"},
		{name: "box is not finite", in: `{"bb":"0,0,NaN,1"}`, want: "not a coordinate"},
		{name: "edge to nowhere", in: `{"bb":"0,0,1,1","edges":[{"tail":0,"head":1}]}`, want: "not both nodes"},
		{name: "bad spline", in: `{"bb":"0,0,1,1","objects":[{"_gvid":0,"name":"a","pos":"1,1","width":"1","height":"1"}],"edges":[{"tail":0,"head":0,"pos":"1,1 2,2"}]}`, want: "3n+1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := layout.Parse([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse: %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"bb":"0,0,100,50","objects":[{"_gvid":0,"name":"cluster_a","bb":"1,1,9,9","lp":"5,5"},` +
		`{"_gvid":1,"name":"a","pos":"10,10","width":"1","height":".5"}],` +
		`"edges":[{"tail":1,"head":1,"key":"k","pos":"s,1,1 e,2,2 1,1 2,2 3,3 4,4;1,1 2,2 3,3 4,4"}]}`))
	f.Add([]byte(`{"bb":"0,0,1e9,50"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := layout.Parse(data)
		if err != nil {
			return
		}
		for _, e := range l.Edges {
			for _, c := range e.Curves {
				if len(c.Points)%3 != 1 {
					t.Errorf("curve of %d points", len(c.Points))
				}
			}
		}
	})
}

func BenchmarkRun(b *testing.B) {
	var s strings.Builder
	s.WriteString("digraph { node [shape=box, fixedsize=true, label=\"\", width=1.5, height=0.5];")
	for i := range 60 {
		fmt.Fprintf(&s, "n%d -> n%d;", i, (i*7+1)%60)
	}
	s.WriteString("}")
	for b.Loop() {
		if _, err := layout.Run(b.Context(), s.String()); err != nil {
			b.Fatal(err)
		}
	}
}
