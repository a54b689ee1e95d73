package graphvizwasm_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/render/layout"
	"kanmon/render/layout/internal/graphvizwasm"
)

// drawEnv makes the test binary lay out a graph and print what it sees of its
// environment, instead of running tests: a program that starts afresh.
const drawEnv = "GRAPHVIZWASM_TEST_DRAW"

func TestMain(m *testing.M) {
	if os.Getenv(drawEnv) == "" {
		os.Exit(m.Run())
	}
	l, err := layout.Run(context.Background(), "digraph { a -> b }")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(len(l.Nodes), "nodes, temporary folder", os.TempDir())
}

func TestBytes(t *testing.T) {
	t.Parallel()
	if b := graphvizwasm.Bytes(); len(b) < 1<<20 || !bytes.HasPrefix(b, []byte("\x00asm")) {
		t.Fatalf("%d bytes, want the engine of go-graphviz: is it still a variable named wasmFile?", len(b))
	}
}

// Another user may have made <temporary folder>/go-graphviz before us. Whatever
// is there, nothing of it may be opened, and nothing may be added: a program
// that used it as a cache would at least keep its compiled code there.
func TestForeignCacheIsNotTouched(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		plant func(t *testing.T, temp string) (watch string)
	}{
		{name: "folder", plant: func(t *testing.T, temp string) string {
			t.Helper()
			dir := filepath.Join(temp, "go-graphviz")
			poison(t, dir)
			return dir
		}},
		{name: "symbolic link", plant: func(t *testing.T, temp string) string {
			t.Helper()
			dir := t.TempDir()
			poison(t, dir)
			if err := os.Symlink(dir, filepath.Join(temp, "go-graphviz")); err != nil {
				t.Skipf("no symbolic links here: %v", err)
			}
			return dir
		}},
		{name: "nothing there yet", plant: func(_ *testing.T, temp string) string { return temp }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			dir := tt.plant(t, temp)
			before := contents(t, dir)
			touched := watch(t, dir)
			out := draw(t, temp)
			if events := touched(); len(events) > 0 {
				t.Errorf("the folder was touched: %q", events)
			}
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("the folder changed (-before +after):\n%s", diff)
			}
			// The program itself keeps the temporary folder it was given.
			if want := "2 nodes, temporary folder " + temp + "\n"; out != want {
				t.Errorf("got %q, want %q", out, want)
			}
		})
	}
}

// A program that draws nothing must not pay for the engine when it starts:
// compiling it takes 34 MB and most of a second.
func TestStartIsCheap(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m := regexp.MustCompile(`init github.com/goccy/go-graphviz/internal/wasm .* (\d+) bytes`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("go-graphviz's init is not in the trace:\n%s", out)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil || n > 8<<20 {
		t.Errorf("go-graphviz's init allocated %s bytes (%v): it compiled its engine", m[1], err)
	}
	t.Logf("%s", m[0])
}

func draw(t *testing.T, temp string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), drawEnv+"=1", "TMPDIR="+temp, "TMP="+temp)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// poison fills a folder with what the cache of wazero could be named.
func poison(t *testing.T, dir string) {
	t.Helper()
	for _, version := range []string{"dev", "v1.12.0"} {
		sub := filepath.Join(dir, "wazero-"+version+"-"+runtime.GOARCH+"-"+runtime.GOOS)
		if err := os.MkdirAll(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			name := filepath.Join(sub, fmt.Sprintf("%064x", i))
			if err := os.WriteFile(name, []byte("WAZEVO planted"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// contents reads a folder, recursively.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			files[path] = "folder"
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
