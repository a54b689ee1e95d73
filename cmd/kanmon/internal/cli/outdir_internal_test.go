package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteAllOrNothing is inside the package since a write that fails half-way
// cannot be had through a command: a run that fails while it writes leaves the earlier
// output as it was, and nothing half-written beside it.
func TestWriteAllOrNothing(t *testing.T) {
	dir := outDir{path: filepath.Join(t.TempDir(), "out")}
	both := []rendering{{name: "a", file: "snapshot.json"}, {name: "b", file: "diagram.dot"}}
	fill := func(text string) error {
		return dir.write(both, func(_ rendering, w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
	}
	if err := fill("first"); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left")
	err := dir.write(both, func(r rendering, w io.Writer) error {
		if r.name == "b" {
			return full
		}
		_, err := io.WriteString(w, "second")
		return err
	})
	if !errors.Is(err, full) {
		t.Fatalf("error is %v, want %v", err, full)
	}
	wantFiles(t, dir.path, "first", both)
	if err := fill("third"); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir.path, "third", both)
}

// wantFiles fails the test where dir holds anything but files with this text.
func wantFiles(t *testing.T, dir, text string, files []rendering) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(files) {
		t.Errorf("folder holds %v, %v; want %d files", entries, err, len(files))
	}
	for _, f := range files {
		if b, err := os.ReadFile(filepath.Join(dir, f.file)); err != nil || string(b) != text {
			t.Errorf("%s holds %q, %v; want %q", f.file, b, err, text)
		}
	}
}
