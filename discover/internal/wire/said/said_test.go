package said_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/said"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, want string
	}{
		{name: "plain", in: "OpenSSH_9.2", want: "OpenSSH_9.2"},
		{name: "spaces around", in: " x y\r\n", want: "x y"},
		{name: "empty"},
		{name: "octets that are no text", in: "a\x00\x01"},
		{name: "no UTF-8", in: "a\xff"},
		{name: "mail address", in: "Fetch/1.0 (tanaka@ward.example; x)", want: "Fetch/1.0 (…; x)"},
		{name: "mail address within", in: "Fetch/1.0 user=tanaka:pw@ward", want: "Fetch/1.0 …"},
		{name: "mail address alone", in: "tanaka@ward.example"},
		{name: "name with an at sign", in: "CT@1", want: "CT@1"},
		{name: "page", in: "Bot (+http://a.example/p?q=1)", want: "Bot (+http://a.example/…)"},
		{name: "host", in: "Bot http://a.example/", want: "Bot http://a.example/"},
		{name: "password", in: "Bot http://u:p@a.example/ x", want: "Bot … x"},
		{name: "cut", in: strings.Repeat("a", 300), want: strings.Repeat("a", 256)},
		{name: "cut between runes", in: strings.Repeat("語", 100), want: strings.Repeat("語", 85)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var m said.Message
			m.Add("f", tt.in)
			var want []said.Word
			if tt.want != "" {
				want = []said.Word{{Field: "f", Value: tt.want}}
			}
			if diff := cmp.Diff(want, m.Words); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAddIsBounded(t *testing.T) {
	t.Parallel()
	var m said.Message
	for range 1000 {
		m.AddOfPeer("f", "v")
	}
	if len(m.Words) > 32 {
		t.Errorf("%d words", len(m.Words))
	}
}

func TestHostName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"pc-1.example": true, "PC_1": true, "病院pc": true, "10.0.0.1": false, "": false, "a b": false, "su:": false, "a/b": false} {
		if got := said.HostName(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("a\x00b"))
	f.Add([]byte("@" + strings.Repeat("\"", 300)))
	f.Add([]byte(strings.Repeat("x", 250) + " tanaka@example.jp"))
	f.Add([]byte("a\x00b\x00\x00\x00c\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var m said.Message
		m.Add("text", said.Text(b))
		m.Add("utf-16", said.UTF16(b))
		for _, w := range m.Words {
			if len(w.Value) > 256 || !utf8.ValidString(w.Value) || strings.ContainsAny(w.Value, "\x00\r\n") {
				t.Errorf("%q", w.Value)
			}
		}
	})
}

// TestCutAddress holds that a text which is cut within a mail address does not
// tell the first part of it.
func TestCutAddress(t *testing.T) {
	t.Parallel()
	var m said.Message
	m.Add("server", strings.Repeat("x", 250)+" tanaka@example.jp")
	if len(m.Words) != 1 || strings.Contains(m.Words[0].Value, "tan") {
		t.Errorf("%+v", m.Words)
	}
}
