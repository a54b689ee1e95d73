package standin_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/render/layout/internal/standin"
)

const header = "\x00asm\x01\x00\x00\x00"

func TestHollow(t *testing.T) {
	t.Parallel()
	in := header +
		"\x05\x03\x01\x00\x01" + // a memory section, to be skipped
		"\x07\x21\x03" + // three exports
		"\x13wasm_bridge_get_ONE\x00\x07" + // a getter
		"\x03one\x00\x08" + // another function
		"\x01m\x02\x00" // the memory
	want := header +
		"\x01\x05\x01\x60\x00\x01\x7f" +
		"\x03\x02\x01\x00" +
		"\x07\x17\x01\x13wasm_bridge_get_ONE\x00\x00" +
		"\x0a\x06\x01\x04\x00\x41\x00\x0b"
	got, ok := standin.Hollow([]byte(in))
	if !ok {
		t.Fatal("not recognised")
	}
	if diff := cmp.Diff([]byte(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzHollow(f *testing.F) {
	f.Add([]byte(header + "\x07\x17\x01\x13wasm_bridge_get_ONE\x00\x07"))
	f.Add([]byte(header + "\x07\xff\xff\xff\xff\x0f"))
	f.Add([]byte(header + "\x07\x80\x80\x80\x80\x80\x80"))
	f.Add([]byte{})
	f.Fuzz(func(_ *testing.T, module []byte) { standin.Hollow(module) })
}

// TestMain gives the temporary folder back, which graphvizwasm does elsewhere.
func TestMain(m *testing.M) {
	standin.Restore()
	m.Run()
}
