package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kanmon/cmd/kanmon/internal/cli"
)

// terminal opens a pseudo-terminal: what is written to the second file is read
// from the first.
func terminal(t *testing.T) (screen, program *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: progress is not tested: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return screen, program
}

// Reading that takes seconds shows how far it is, on a terminal. That it is
// silent elsewhere is what all other tests see, whose standard error is none.
func TestProgressOnATerminal(t *testing.T) {
	screen, program := terminal(t)
	shown := make(chan string)
	go func() {
		var b bytes.Buffer
		io.Copy(&b, screen) // ends when the program's end is closed
		shown <- b.String()
	}()
	log := filepath.Join(t.TempDir(), "long.jsonl")
	head := kanmon(t, "evidence", hostileEvidence(t)).want(t, 0).stdout
	if err := os.WriteFile(log, []byte(strings.Repeat(head, 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	code := cli.Run(context.Background(), cli.Env{
		Args: []string{"evidence", log}, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: program,
		Getenv: func(string) string { return "" }, Now: time.Now,
	})
	program.Close()
	if text := <-shown; !strings.Contains(text, "reading, ") || !strings.Contains(text, " facts") {
		t.Errorf("exit code %d; the terminal shows no progress: %q", code, text)
	}
}
