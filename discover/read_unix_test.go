//go:build unix

package discover_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadFilesNeverHangs(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	pipe := filepath.Join(root, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	rep, _ := read(t, 1, pipe, "/dev/zero", root)
	if !strings.Contains(rep.Inputs[0].Failed, "not a regular file") || !strings.Contains(rep.Inputs[1].Failed, "not a regular file") {
		t.Errorf("got %+v", rep.Inputs)
	}
	rep, _ = read(t, 1, root)
	if rep.Inputs[0].PassedOver == "" {
		t.Errorf("a pipe in a folder: got %+v", rep.Inputs)
	}
}
