package layout

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"kanmon/render/layout/internal/graphvizwasm"
)

// memoryPages bounds the memory of a layout: 512 MiB in pages of 64 KiB. A
// graph at the limits needs a tenth of it.
const memoryPages = 512 << 20 / (64 << 10)

// graphviz is the compiled engine. A process compiles it once, since that takes
// a thousand times longer than to lay out a page.
type graphviz struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

//nolint:gochecknoglobals // a pure function of the embedded engine, see graphviz
var compiled = sync.OnceValues(compile)

func compile() (*graphviz, error) {
	engine := graphvizwasm.Bytes()
	if len(engine) == 0 {
		return nil, errors.New("the linked go-graphviz does not carry its engine where v0.2.10 does; build with that version")
	}
	// Not a caller's context: what is compiled here outlives the first caller.
	ctx := experimental.WithCompilationWorkers(context.Background(), min(runtime.NumCPU(), 8)) //nolint:forbidigo // see above
	config := wazero.NewRuntimeConfig().
		WithMemoryLimitPages(memoryPages).
		WithDebugInfoEnabled(false).
		WithCloseOnContextDone(true)
	r := wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, fmt.Errorf("offer WASI: %w", err)
	}
	module, err := r.CompileModule(ctx, engine)
	if err != nil {
		return nil, fmt.Errorf("compile the layout engine: %w", err)
	}
	if err := refuseCallbacks(ctx, r, module); err != nil {
		return nil, err
	}
	return &graphviz{runtime: r, module: module}, nil
}

// refuseCallbacks offers the functions by which Graphviz would call plug-ins
// written in Go. There are none, so a call ends the layout.
func refuseCallbacks(ctx context.Context, r wazero.Runtime, module wazero.CompiledModule) error {
	host := r.NewHostModuleBuilder("env")
	for _, f := range module.ImportedFunctions() {
		from, name, _ := f.Import()
		if from != "env" {
			continue
		}
		refuse := func(context.Context, []uint64) { panic("unexpected call of " + name) } // wazero turns it into an error
		host.NewFunctionBuilder().WithGoFunction(api.GoFunc(refuse), f.ParamTypes(), f.ResultTypes()).Export(name)
	}
	if _, err := host.Instantiate(ctx); err != nil {
		return fmt.Errorf("offer call-backs: %w", err)
	}
	return nil
}

// runGraphviz lays out source in a fresh instance and returns Graphviz's JSON.
func runGraphviz(ctx context.Context, source string) ([]byte, error) {
	g, err := compiled()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Nameless, so that several may exist; no files, arguments, environment or clock.
	mod, err := g.runtime.InstantiateModule(ctx, g.module, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, fmt.Errorf("start the layout engine: %w", err)
	}
	defer mod.Close(ctx) //nolint:errcheck // nothing was opened
	i := &instance{ctx: ctx, mod: mod}
	out := i.layout(source)
	if i.err != nil {
		return nil, i.err
	}
	return out, nil
}

// instance is one running engine. Its methods call C functions; after the first
// error they do nothing, and err keeps it.
type instance struct {
	ctx context.Context // of the one call that an instance lives for
	mod api.Module
	err error
}

// agMax is AGMAX of agerrlevel_t in Graphviz 12's cgraph.h: messages are kept
// for aglasterr and not printed.
const agMax = 2

func (i *instance) layout(source string) []byte {
	i.call("agseterr", agMax)
	gvc := i.call("gvContextPlugins", i.plugins(), 0)
	graph := i.call("agmemread", i.text(source))
	if i.err == nil && graph == 0 {
		i.err = fmt.Errorf("read DOT: %s", i.lastError())
		return nil
	}
	if n := int(int32(i.call("agnnodes", graph))) + int(int32(i.call("agnedges", graph))); n > maxElements {
		i.err = fmt.Errorf("%d nodes and edges, the limit is %d: %w", n, maxElements, ErrTooLarge)
		return nil
	}
	if status := i.call("gvLayout", gvc, graph, i.text("dot")); status != 0 {
		i.err = fmt.Errorf("place nodes: %s", i.lastError())
		return nil
	}
	result := i.call("malloc", 8) // a char * and an unsigned int
	if status := i.call("gvRenderData", gvc, graph, i.text("json0"), result, result+4); status != 0 {
		i.err = fmt.Errorf("write positions: %s", i.lastError())
		return nil
	}
	return i.bytes(i.word(result), i.word(result+4))
}

// plugins writes the lt_symlist_t of the built-in plug-ins: pairs of a name and
// an address, ended by zeros.
func (i *instance) plugins() uint64 {
	var table []byte
	for _, name := range []string{"gvplugin_dot_layout_LTX_library", "gvplugin_core_LTX_library"} {
		address := i.mod.ExportedGlobal(name)
		if address == nil {
			i.err = fmt.Errorf("the layout engine has no %s", name)
			return 0
		}
		table = binary.LittleEndian.AppendUint32(table, uint32(i.text(name)))
		table = binary.LittleEndian.AppendUint32(table, uint32(address.Get()))
	}
	return i.store(append(table, make([]byte, 8)...))
}

// call calls a C function and returns its result, 0 for void.
func (i *instance) call(name string, args ...uint64) uint64 {
	if i.err != nil {
		return 0
	}
	f := i.mod.ExportedFunction(name)
	if f == nil {
		i.err = fmt.Errorf("the layout engine has no %s", name)
		return 0
	}
	results, err := f.Call(i.ctx, args...)
	if err != nil {
		// The rest of the message is a stack trace of machine addresses.
		first, _, _ := strings.Cut(err.Error(), "\n")
		i.err = fmt.Errorf("%s: %s", name, first)
		return 0
	}
	if len(results) == 0 {
		return 0
	}
	return results[0]
}

// text copies a C string into the engine.
func (i *instance) text(s string) uint64 { return i.store(append([]byte(s), 0)) }

func (i *instance) store(data []byte) uint64 {
	p := i.call("malloc", uint64(len(data)))
	if i.err == nil && (p == 0 || !i.mod.Memory().Write(uint32(p), data)) {
		i.err = errors.New("the layout engine has no memory left")
	}
	return p
}

func (i *instance) word(p uint64) uint64 {
	v, ok := i.mod.Memory().ReadUint32Le(uint32(p))
	if !ok && i.err == nil {
		i.err = errors.New("the layout engine answered with a bad address")
	}
	return uint64(v)
}

// bytes copies out, since the memory goes with the instance.
func (i *instance) bytes(p, n uint64) []byte {
	if i.err != nil {
		return nil
	}
	if n > maxOutput {
		i.err = fmt.Errorf("the layout engine answered with %d bytes, the limit is %d: %w", n, maxOutput, ErrTooLarge)
		return nil
	}
	data, ok := i.mod.Memory().Read(uint32(p), uint32(n))
	if !ok {
		i.err = errors.New("the layout engine answered with a bad address")
		return nil
	}
	return append([]byte(nil), data...)
}

// lastError is what Graphviz last complained of.
func (i *instance) lastError() string {
	p := i.call("aglasterr")
	if i.err != nil || p == 0 {
		return "Graphviz does not say why"
	}
	const most = 500
	size := uint64(i.mod.Memory().Size())
	text := i.bytes(p, min(most, size-min(p, size)))
	s, _, _ := strings.Cut(string(text), "\x00")
	return strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
}
