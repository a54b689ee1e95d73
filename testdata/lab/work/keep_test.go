package work_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"regexp"
	"testing"
	"time"

	"kanmon/testdata/lab/work"
)

// serve runs a server until the test ends, and returns where.
func serve(t *testing.T, kind string, rest ...string) string {
	t.Helper()
	at := free(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- work.Serve(ctx, kind, at, rest) }()
	t.Cleanup(func() { cancel(); <-done })
	for range 100 {
		if work.Ask(ctx, "tcp", at) == nil {
			return at
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s does not listen", kind)
	return ""
}

// The login page is what nmap's service probe of that product looks for.
func TestSSLVPN(t *testing.T) {
	at := serve(t, "sslvpn", "FGT60F0000000000")
	ask := func(path string) string {
		c, err := tls.Dial("tcp", at, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "GET "+path+" HTTP/1.0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	for _, tt := range []struct{ name, path, want string }{
		{
			"the way to the login", "/", `(?s)^HTTP/1\.0 200 OK\r\n(?:[^\r\n]+\r\n)*?Last-Modified: Tue, 31 Jan 2012 01:17:22 GMT\r\nETag: "413_83_4f274122"\r\n` +
				`(?:[^\r\n]+\r\n)*?Content-Length: 131\r\n.*location="/remote/login";\n</script></html>\n`,
		},
		{"the login", "/remote/login", `(?s)^HTTP/1\.0 200 OK\r\n.*action="/remote/logincheck"`},
		{"nothing else", "/etc/passwd", `^HTTP/1\.0 404 `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ask(tt.path); !regexp.MustCompile(tt.want).MatchString(got) {
				t.Errorf("got %q, want %s", got, tt.want)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	for _, tt := range []struct {
		name, url string
		fails     bool
	}{
		{"a server", "https://" + serve(t, "https", "lab.example") + "/", false},
		{"nobody there", "https://" + free(t) + "/", false},
		{"no URL", "https://%zz/", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			err := work.Keep(ctx, tt.url)
			if (err != nil) != tt.fails {
				t.Errorf("got %v", err)
			}
			if (ctx.Err() == nil) != tt.fails {
				t.Errorf("ended before its context: %v, want %v", ctx.Err() == nil, tt.fails)
			}
		})
	}
}

// The agent says more than one thing in one connection.
func TestKeepHoldsItsConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- work.Keep(ctx, "http://"+listener.Addr().String()+"/") }()
	c, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for n := range 2 {
		if _, err := http.ReadRequest(in); err != nil {
			t.Fatalf("question %d: %v", n+1, err)
		}
		if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
