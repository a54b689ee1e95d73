//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestPipes: to open a pipe may wait for ever; every command says no instead.
func TestPipes(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	out := filepath.Join(t.TempDir(), "out")
	for _, args := range [][]string{
		{"map", pipe, "-o", out},
		{"map", ".", "-o", out, "--site", pipe},
		{"map", ".", "-o", out, "--register", pipe},
		{"map", ".", "-o", out, "--signatures", pipe},
		{"map", ".", "-o", pipe},
		{"evidence", pipe},
		{"render", pipe, "-f", "svg"},
		{"explain", pipe, "x"},
		{"diff", pipe, pipe},
		{"register", "check", pipe},
		{"register", "template", pipe},
		{"signatures", "check", pipe},
	} {
		t.Run(args[0], func(t *testing.T) {
			done := make(chan result, 1)
			go func() { done <- kanmon(t, args...) }()
			select {
			case r := <-done:
				r.want(t, 2)
			case <-time.After(10 * time.Second):
				t.Fatalf("%v waits for the pipe", args)
			}
		})
	}
}

// TestFolderBeyondDots wants a path that leads back from a folder which is not
// there to be made, as the shell's mkdir -p does.
func TestFolderBeyondDots(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	kanmon(t, "demo", "-o", above+"/new/../demo").want(t, 0)
	if st, err := os.Stat(filepath.Join(above, "demo")); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", st, err)
	}
}
