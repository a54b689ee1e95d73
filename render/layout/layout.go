// Package layout computes where the boxes and lines of a diagram go.
//
// Graphviz does it: the engine of the go-graphviz module, run in a WebAssembly
// sandbox that has no files, no environment, no network and bounded memory, one
// fresh instance for each graph. No program has to be installed and nothing is
// read from or written to disk. The pictures themselves are drawn elsewhere
// from the positions found here, so nodes should be given the size that was
// measured for them (width, height, fixedsize=true).
package layout

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Bounds of one layout.
const (
	// Nodes and edges together: dot places that many in seconds.
	maxElements = 5000
	maxSource   = 4 << 20  // bytes of DOT
	maxOutput   = 64 << 20 // bytes of JSON
	timeLimit   = time.Minute
)

// ErrTooLarge means that a graph is beyond what the engine is trusted to lay
// out in time. Group nodes, or use a simpler layout.
var ErrTooLarge = errors.New("graph too large to lay out")

// Point is a place in points (1/72 inch) from the upper left corner of the
// drawing, y downward.
type Point struct{ X, Y float64 }

// Box is a rectangle in points; Min is its upper left corner.
type Box struct{ Min, Max Point }

// Node is a laid out node.
type Node struct {
	Name          string
	Center        Point
	Width, Height float64 // points
}

// Edge is a laid out edge.
type Edge struct {
	Tail, Head string // names of nodes
	ID         string // its id attribute, or else its key; empty without either
	Curves     []Curve
	Label      *Point // centre of its label, when it has one
}

// Curve is a piece of an edge, from tail to head.
type Curve struct {
	Points     []Point // the start, then three control points for each cubic Bézier curve
	Start, End *Point  // tips of the arrow heads, when there are any
}

// Cluster is a laid out subgraph whose name begins with "cluster".
type Cluster struct {
	Name  string
	Box   Box
	Label *Point // centre of its label, when it has one
}

// Layout is a laid out graph. Its slices are in Graphviz's order, which follows
// the source.
type Layout struct {
	Width, Height float64 // points
	Nodes         []Node
	Edges         []Edge
	Clusters      []Cluster
}

// ByName indexes the nodes.
func (l *Layout) ByName() map[string]Node {
	nodes := make(map[string]Node, len(l.Nodes))
	for _, n := range l.Nodes {
		nodes[n.Name] = n
	}
	return nodes
}

// Run lays out a graph written in DOT, in layers from tail to head, as the
// program dot does.
//
// It returns an error that wraps ErrTooLarge for a graph beyond the limits, the
// context's error when that ended first, and otherwise an error in which
// Graphviz says what is wrong with the source. Work is stopped after a minute.
// The first call of a process compiles the engine, which takes about a second.
// It is safe for concurrent use.
func Run(ctx context.Context, dotSource string) (*Layout, error) {
	if len(dotSource) > maxSource {
		return nil, fmt.Errorf("layout: %d bytes of DOT, the limit is %d: %w", len(dotSource), maxSource, ErrTooLarge)
	}
	ctx, stop := context.WithTimeout(ctx, timeLimit)
	defer stop()
	data, err := runGraphviz(ctx, dotSource)
	if err != nil {
		if ctx.Err() != nil { // the engine only reports that it was stopped
			err = ctx.Err()
		}
		return nil, fmt.Errorf("layout: %w", err)
	}
	l, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("layout: %w", err)
	}
	return l, nil
}
