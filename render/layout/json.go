package layout

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// pointsPerInch: Graphviz gives the sizes of nodes in inches, the rest in points.
const pointsPerInch = 72

// graphJSON is the part of Graphviz's json0 output that is read. The format is
// described in https://graphviz.org/docs/outputs/json/.
type graphJSON struct {
	BB      string       `json:"bb"` // "llx,lly,urx,ury", y upward
	Objects []objectJSON `json:"objects"`
	Edges   []edgeJSON   `json:"edges"`
}

// objectJSON is a subgraph (it comes first, and has a list of nodes unless it
// is empty) or a node (it has a position).
type objectJSON struct {
	ID     int    `json:"_gvid"`
	Name   string `json:"name"`
	BB     string `json:"bb"`
	Pos    string `json:"pos"`
	Width  string `json:"width"`
	Height string `json:"height"`
	Label  string `json:"lp"`
}

type edgeJSON struct {
	Tail  int    `json:"tail"` // _gvid
	Head  int    `json:"head"`
	ID    string `json:"id"`
	Key   string `json:"key"`
	Pos   string `json:"pos"`
	Label string `json:"lp"`
}

// Parse reads what Graphviz writes for the formats json0 and json after a
// layout, and turns the y axis downward. The data may be hostile.
func Parse(data []byte) (*Layout, error) {
	var g graphJSON
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, fmt.Errorf("read Graphviz JSON: %w", err)
	}
	box, err := numbers(g.BB, 4)
	if err != nil {
		return nil, fmt.Errorf("read Graphviz JSON: bb of the graph: %w", err)
	}
	t := transform{left: box[0], top: box[3]}
	l := &Layout{Width: box[2] - box[0], Height: box[3] - box[1]}
	names := make(map[int]string, len(g.Objects)) // _gvid to name, nodes only
	for _, o := range g.Objects {
		if err := l.addObject(t, o); err != nil {
			return nil, fmt.Errorf("read Graphviz JSON: object %q: %w", o.Name, err)
		}
		if o.Pos != "" {
			names[o.ID] = o.Name
		}
	}
	for _, e := range g.Edges {
		if err := l.addEdge(t, e, names); err != nil {
			return nil, fmt.Errorf("read Graphviz JSON: edge %q: %w", e.ID, err)
		}
	}
	return l, nil
}

func (l *Layout) addObject(t transform, o objectJSON) error {
	if o.Pos == "" {
		if o.BB == "" || !strings.HasPrefix(o.Name, "cluster") {
			return nil // a subgraph that only groups
		}
		box, err := numbers(o.BB, 4)
		if err != nil {
			return fmt.Errorf("bb: %w", err)
		}
		label, err := t.optional(o.Label)
		if err != nil {
			return fmt.Errorf("lp: %w", err)
		}
		b := Box{Min: t.point(box[0], box[3]), Max: t.point(box[2], box[1])}
		l.Clusters = append(l.Clusters, Cluster{Name: o.Name, Box: b, Label: label})
		return nil
	}
	center, err := t.parse(o.Pos)
	if err != nil {
		return fmt.Errorf("pos: %w", err)
	}
	width, err := numbers(o.Width, 1)
	if err != nil {
		return fmt.Errorf("width: %w", err)
	}
	height, err := numbers(o.Height, 1)
	if err != nil {
		return fmt.Errorf("height: %w", err)
	}
	l.Nodes = append(l.Nodes, Node{
		Name: o.Name, Center: center,
		Width: width[0] * pointsPerInch, Height: height[0] * pointsPerInch,
	})
	return nil
}

func (l *Layout) addEdge(t transform, e edgeJSON, names map[int]string) error {
	tail, okTail := names[e.Tail]
	head, okHead := names[e.Head]
	if !okTail || !okHead {
		return fmt.Errorf("it joins %d to %d, which are not both nodes", e.Tail, e.Head)
	}
	edge := Edge{Tail: tail, Head: head, ID: e.ID}
	if edge.ID == "" {
		edge.ID = e.Key
	}
	var err error
	if edge.Label, err = t.optional(e.Label); err != nil {
		return fmt.Errorf("lp: %w", err)
	}
	if e.Pos != "" {
		for part := range strings.SplitSeq(e.Pos, ";") {
			curve, err := t.curve(part)
			if err != nil {
				return fmt.Errorf("pos: %w", err)
			}
			edge.Curves = append(edge.Curves, curve)
		}
	}
	l.Edges = append(l.Edges, edge)
	return nil
}

// transform turns Graphviz's coordinates into the layout's.
type transform struct{ left, top float64 }

func (t transform) point(x, y float64) Point { return Point{X: x - t.left, Y: t.top - y} }

// parse reads "x,y" or "x,y!".
func (t transform) parse(s string) (Point, error) {
	v, err := numbers(strings.TrimSuffix(s, "!"), 2)
	if err != nil {
		return Point{}, err
	}
	return t.point(v[0], v[1]), nil
}

func (t transform) optional(s string) (*Point, error) {
	if s == "" {
		return nil, nil // no point is a normal answer
	}
	p, err := t.parse(s)
	return &p, err
}

// curve reads a spline of the splineType attribute: optional tips "s,x,y" and
// "e,x,y", then 3n+1 points.
func (t transform) curve(s string) (Curve, error) {
	var c Curve
	for field := range strings.FieldsSeq(s) {
		tip, rest := &c.End, ""
		switch {
		case strings.HasPrefix(field, "e,"):
			rest = field[2:]
		case strings.HasPrefix(field, "s,"):
			tip, rest = &c.Start, field[2:]
		}
		if rest != "" {
			p, err := t.parse(rest)
			if err != nil {
				return Curve{}, err
			}
			*tip = &p
			continue
		}
		p, err := t.parse(field)
		if err != nil {
			return Curve{}, err
		}
		c.Points = append(c.Points, p)
	}
	if len(c.Points) < 4 || len(c.Points)%3 != 1 {
		return Curve{}, fmt.Errorf("a spline of %d points, want 3n+1", len(c.Points))
	}
	return c, nil
}

// maxCoordinate keeps drawings finite: about 35 km in points.
const maxCoordinate = 1e8

// numbers reads exactly n finite numbers with commas between them.
func numbers(s string, n int) ([]float64, error) {
	parts := strings.SplitN(s, ",", n+1)
	if len(parts) != n {
		return nil, fmt.Errorf("%.40q: want %d numbers", s, n)
	}
	out := make([]float64, n)
	for i, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || math.IsNaN(v) || math.Abs(v) > maxCoordinate {
			return nil, fmt.Errorf("%.40q: %w", s, errNotCoordinate)
		}
		out[i] = v
	}
	return out, nil
}

var errNotCoordinate = errors.New("not a coordinate")
