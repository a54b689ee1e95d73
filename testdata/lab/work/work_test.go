package work_test

import (
	"bufio"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kanmon/testdata/lab/work"
)

// free is a loopback address where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestServersAnswer(t *testing.T) {
	for _, tt := range []struct{ name, kind, prefix string }{
		{"HL7 is acknowledged", "hl7", ""},
		{"HTTPS with a certificate of its own", "https", "https://"},
		{"the time", "ntp", ""},
		{"a connection", "tcp", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			at := free(t)
			if err := work.Ask(ctx, tt.kind, tt.prefix+at); err == nil {
				t.Error("an answer before there is a server")
			}
			kind := tt.kind
			if kind == "tcp" {
				kind = "hl7"
			}
			done := make(chan error, 1)
			go func() { done <- work.Serve(ctx, kind, at, []string{"lab.example"}) }()
			var err error
			for range 100 {
				if err = work.Ask(ctx, tt.kind, tt.prefix+at); err == nil {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if err != nil {
				t.Errorf("no answer: %v", err)
			}
			cancel()
			select {
			case <-done:
			case <-time.After(5 * time.Second):
				t.Error("the server goes on after its context")
			}
		})
	}
}

// A task is done as often as it says and no more.
func TestDoIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "done")
	var log strings.Builder
	work.Do(t.Context(), "seed", 1, []work.Task{
		{Every: time.Millisecond, Times: 3, Argv: []string{"sh", "-c", "echo x >> " + file}},
		{Every: time.Millisecond, Argv: []string{"false"}},
		{Every: time.Millisecond},
	}, &log)
	data, err := os.ReadFile(file)
	if err != nil || string(data) != "x\nx\nx\n" {
		t.Errorf("done %q, %v; want three times", data, err)
	}
	if got := strings.Count(log.String(), "false"); got != 1 {
		t.Errorf("%d lines about the task that fails, want 1: %q", got, log.String())
	}
	if err := work.Ask(t.Context(), "smoke", "signals"); err == nil {
		t.Error("an unknown kind of question is answered")
	}
}

func FuzzReadBlock(f *testing.F) {
	f.Add("\x0bMSH|^~\\&|\r\x1c\r")
	f.Add("\x0b\x0b\x1c")
	f.Fuzz(func(t *testing.T, in string) {
		message, err := work.ReadBlock(bufio.NewReader(strings.NewReader(in)))
		if err == nil && strings.ContainsAny(message, "\x0b\x1c") {
			t.Errorf("%q holds its own frame", message)
		}
	})
}
