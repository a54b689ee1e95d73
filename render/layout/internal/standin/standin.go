// Package standin keeps go-graphviz from compiling its engine when the program
// starts, and keeps the bytes of the engine for the moment they are needed.
//
// go-graphviz compiles 1.5 MB of WebAssembly in a package init, in every
// process that links it, and caches the machine code in
// <temporary folder>/go-graphviz, whoever owns that folder. Both are
// unacceptable here: a command that draws nothing would start slowly, and on a
// shared machine another user could plant code there. See
// docs/adr/0005-layout-engine.md for what was measured and what else was tried.
//
// So this package puts, before that init runs, an empty module with the same
// constants in the engine's place, and names a temporary folder that cannot
// exist. It runs first because it imports little: Go initialises packages in
// the order of their import paths, each as soon as its imports are ready. The
// init of go-graphviz waits for path/filepath, which like this package waits
// for os, and sorts after it. Should the variable move in another version of
// go-graphviz, Engine returns nothing and still no folder is read; the tests
// of graphvizwasm fail.
package standin

import (
	"os"
	"runtime"
	_ "unsafe" // for go:linkname
)

// wasmFile is the variable that go-graphviz embeds its engine in.
//
//go:linkname wasmFile github.com/goccy/go-graphviz/internal/wasm.wasmFile
var wasmFile []byte //nolint:gochecknoglobals // another module's variable

//nolint:gochecknoglobals // filled once by init, before anything can run at the same time
var (
	engine  []byte
	tempDir string
	hadTemp bool
)

//nolint:gochecknoinits // it must run before another package's init: the purpose of the package
func init() {
	tempDir, hadTemp = os.LookupEnv(tempVariable())
	// No folder can be made inside a device, so the compiled code is neither
	// looked for nor kept anywhere.
	_ = os.Setenv(tempVariable(), os.DevNull)
	if module, ok := hollow(wasmFile); ok {
		engine, wasmFile = wasmFile, module
	}
}

// Restore gives the environment back. It must be called once, after
// go-graphviz was initialised and before the program's own code runs.
func Restore() {
	if hadTemp {
		_ = os.Setenv(tempVariable(), tempDir)
		return
	}
	_ = os.Unsetenv(tempVariable())
}

// Engine is Graphviz as a WebAssembly module, or nothing when go-graphviz no
// longer keeps it where it was.
func Engine() []byte { return engine }

// tempVariable is the variable that os.TempDir reads first.
func tempVariable() string {
	if runtime.GOOS == "windows" {
		return "TMP"
	}
	return "TMPDIR"
}
