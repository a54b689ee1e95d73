package cli_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kanmon/cmd/kanmon/internal/cli"
)

// result is what a command left behind.
type result struct {
	code           int
	stdout, stderr string
}

// kanmon runs a command line in this process.
func kanmon(tb testing.TB, args ...string) result {
	tb.Helper()
	return kanmonWith(tb, nil, args...)
}

func kanmonWith(tb testing.TB, env map[string]string, args ...string) result {
	tb.Helper()
	var out, errs bytes.Buffer
	code := cli.Run(context.Background(), cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return env[name] },
		Now:    func() time.Time { return time.Date(2026, 11, 21, 17, 0, 0, 0, time.UTC) },
	})
	return result{code: code, stdout: out.String(), stderr: errs.String()}
}

// built returns the program as it is released.
func built(tb testing.TB) string {
	tb.Helper()
	program := filepath.Join(tb.TempDir(), "kanmon")
	build := exec.CommandContext(tb.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "kanmon/cmd/kanmon")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// want fails the test where the command did not end with code.
func (r result) want(tb testing.TB, code int) result {
	tb.Helper()
	if r.code != code {
		tb.Fatalf("exit code %d, want %d\n%s%s", r.code, code, r.stdout, r.stderr)
	}
	return r
}

// sharedData returns the folder of real captures, walks and scans that may lie
// beside the project.
func sharedData(tb testing.TB) string {
	tb.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		tb.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if data := filepath.Join(dir, "shared", "data"); exists(data) {
			return data
		}
	}
	tb.Skip("the folder shared/data with real captures, walks and scans is not beside the project")
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// files reads every file below dir, by its path within dir.
func files(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	out := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}
