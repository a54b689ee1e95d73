package httphost_test

import (
	"strings"
	"testing"

	"kanmon/discover/internal/wire/httphost"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, want string
	}{
		{name: "plain", in: "GET / HTTP/1.1\r\nHost: WWW.example.jp\r\n\r\n", want: "www.example.jp"},
		{name: "port", in: "GET / HTTP/1.1\r\nAccept: */*\r\nhost:a.example:8080\r\n\r\n", want: "a.example"},
		{name: "bare line ends", in: "POST /x HTTP/1.1\nHost: a.example\n\n", want: "a.example"},
		{name: "CONNECT", in: "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n", want: "b.example"},
		{name: "IPv6 address", in: "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", want: "2001:db8::1"},
		{name: "cut in the name", in: "GET / HTTP/1.1\r\nHost: a.exam"},
		{name: "none", in: "GET / HTTP/1.0\r\n\r\nHost: a.example\r\n"},
		{name: "markup", in: "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n"},
		{name: "too long", in: "GET / HTTP/1.1\r\nHost: " + strings.Repeat("a", 300) + "\r\n\r\n"},
		{name: "response", in: "HTTP/1.1 200 OK\r\nHost: a.example\r\n\r\n"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := httphost.Decode([]byte(tt.in)); got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a.example:80\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, ok := httphost.Decode(b); ok && (s == "" || len(s) > 300 || strings.ContainsAny(s, "<> \x00")) {
			t.Errorf("host %q", s)
		}
	})
}
