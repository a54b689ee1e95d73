// Package graphvizwasm gives the Graphviz engine that the go-graphviz module
// carries, as WebAssembly, without go-graphviz having compiled it.
package graphvizwasm

import (
	_ "github.com/goccy/go-graphviz/cdt" // links the engine; the smallest package that does

	"kanmon/render/layout/internal/standin"
)

//nolint:gochecknoinits // go-graphviz is initialised now, because it is imported here
func init() { standin.Restore() }

// Bytes is Graphviz 12.1.2 as a WASI module that exports its C functions, or
// nothing when the version of go-graphviz that was linked does not carry it
// where v0.2.10 does. Callers must not change it.
func Bytes() []byte { return standin.Engine() }
