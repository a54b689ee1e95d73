package tlshello_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/internal/wire/tlshello"
)

func u16(n int) []byte { return []byte{byte(n >> 8), byte(n)} }

func sni(name string) []byte {
	return slices.Concat([]byte{0, 0}, u16(len(name)+5), u16(len(name)+3), []byte{0}, u16(len(name)), []byte(name))
}

func alpn(names ...string) []byte {
	var list []byte
	for _, n := range names {
		list = append(append(list, byte(len(n))), n...)
	}
	return slices.Concat([]byte{0, 16}, u16(len(list)+2), u16(len(list)), list)
}

func padding(n int) []byte { return slices.Concat([]byte{0, 21}, u16(n), make([]byte, n)) }

func body(extensions ...[]byte) []byte {
	ext := slices.Concat(extensions...)
	return slices.Concat([]byte{3, 3}, make([]byte, 32), []byte{0}, u16(2), []byte{0x13, 1}, []byte{1, 0}, u16(len(ext)), ext)
}

func hello(extensions ...[]byte) []byte {
	b := body(extensions...)
	return slices.Concat([]byte{1, 0}, u16(len(b)), b)
}

func record(b []byte) []byte { return slices.Concat([]byte{22, 3, 1}, u16(len(b)), b) }

func TestDecode(t *testing.T) {
	t.Parallel()
	h := hello(padding(700), sni("Router1.TeamViewer.com"))
	for _, tt := range []struct {
		name string
		in   []byte
		want string
		alpn []string
		err  error
	}{
		{name: "protocols", in: record(hello(alpn("h2", "dot"), sni("a.example"))), want: "a.example", alpn: []string{"h2", "dot"}},
		{name: "protocols that are no text", in: record(hello(alpn("\x0a\x0a", "a,b", "x"))), alpn: []string{"x"}},
		{name: "protocol beyond the end", in: record(hello([]byte{0, 16, 0, 4, 0, 2, 9, 'x'}))},
		{name: "one record", in: record(h), want: "router1.teamviewer.com"},
		{name: "two records", in: slices.Concat(record(h[:500]), record(h[500:])), want: "router1.teamviewer.com"},
		{name: "name before what is missing", in: record(hello(sni("a.example"), padding(700)))[:300], want: "a.example", err: tlshello.ErrMore},
		{name: "name after what is missing", in: record(h)[:300], err: tlshello.ErrMore},
		{name: "final dot", in: record(hello(sni("a.example."))), want: "a.example"},
		{name: "no name", in: record(hello(padding(3)))},
		{name: "no extensions", in: record(slices.Concat([]byte{1, 0, 0, 41, 3, 3}, make([]byte, 32), []byte{0, 0, 2, 0x13, 1, 1, 0}))},
		{name: "name of unprintable octets", in: record(hello(sni("a\x00b"))), err: tlshello.ErrOther},
		{name: "name of no length", in: record(hello(sni(""))), err: tlshello.ErrOther},
		{name: "name too long", in: record(hello(sni(strings.Repeat("a", 300)))), err: tlshello.ErrOther},
		{name: "ServerHello", in: []byte{22, 3, 3, 0, 4, 2, 0, 0, 0}, err: tlshello.ErrOther},
		{name: "text", in: []byte("GET / HTTP/1.1"), err: tlshello.ErrOther},
		{name: "claims 16 MiB", in: []byte{22, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff, 3, 3}, err: tlshello.ErrOther},
		{name: "extension beyond the end", in: record(slices.Concat([]byte{1, 0}, u16(49), []byte{3, 3}, make([]byte, 32), []byte{0, 0, 2, 0x13, 1, 1, 0, 0, 6, 0, 0, 0, 99, 0, 0})), err: tlshello.ErrOther},
		{name: "one octet", in: []byte{22}, err: tlshello.ErrMore},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tlshello.Decode(tt.in)
			if got.Name != tt.want || !errors.Is(err, tt.err) || !slices.Equal(got.Protocols, tt.alpn) {
				t.Errorf("got %+v, %v; want %q, %q, %v", got, err, tt.want, tt.alpn, tt.err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(record(hello(padding(9), sni("a.example"))))
	f.Add(slices.Concat(record(hello(sni("a"))[:20]), record(hello(sni("a"))[20:])))
	f.Add(record(hello(alpn("dot", "h2"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := tlshello.Decode(b)
		if len(h.Name) > 255 || errors.Is(err, tlshello.ErrOther) && (h.Name != "" || h.Protocols != nil) {
			t.Errorf("%+v, error %v", h, err)
		}
		_, _ = tlshello.Body(b)
	})
}
