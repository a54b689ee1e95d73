package dns_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/dns"
)

func header(flags byte, qd, an, ns, ar byte) []byte {
	return []byte{0x12, 0x34, flags, 0, 0, qd, 0, an, 0, ns, 0, ar}
}

func name(labels ...string) []byte {
	var b []byte
	for _, l := range labels {
		b = append(append(b, byte(len(l))), l...)
	}
	return append(b, 0)
}

func rr(owner []byte, kind, class byte, data ...byte) []byte {
	return slices.Concat(owner, []byte{0, kind, 0, class, 0, 0, 0, 60, byte(len(data) >> 8), byte(len(data))}, data)
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	b := slices.Concat(header(0x84, 1, 2, 1, 1), name("WWW", "Example"), []byte{0, 1, 0, 1},
		rr([]byte{0xc0, 12}, 5, 1, name("cdn")...), rr(name("cdn"), 1, 1, 192, 0, 2, 7),
		rr(name("ns"), 2, 1, name("x")...), rr(name("six"), 28, 1, netip.MustParseAddr("2001:db8::7").AsSlice()...))
	m, err := dns.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if m.ID != 0x1234 || !m.Response || m.Answers != 2 || len(m.Records) != 3 {
		t.Errorf("%+v", m)
	}
	if diff := cmp.Diff([]dns.Question{{Name: "www.example", Type: 1, Class: 1}}, m.Questions); diff != "" {
		t.Error(diff)
	}
	if got := m.Addresses("www.example"); !slices.Equal(got, []netip.Addr{netip.MustParseAddr("192.0.2.7")}) {
		t.Errorf("addresses %v", got)
	}
	if m.Records[2].Addr != netip.MustParseAddr("2001:db8::7") {
		t.Errorf("additional record %+v", m.Records[2])
	}
}

func TestCNAMELoop(t *testing.T) {
	t.Parallel()
	m, err := dns.Decode(slices.Concat(header(0x84, 0, 2, 0, 0), rr(name("a"), 5, 1, name("b")...), rr(name("b"), 5, 1, name("a")...)))
	if err != nil || len(m.Addresses("a")) != 0 {
		t.Errorf("%v %v", m.Addresses("a"), err)
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\x3f"+strings.Repeat("a", 63), 4)
	for _, tt := range []struct {
		name string
		in   string
		off  int
		want string
		next int
		err  error
	}{
		{name: "plain", in: "\x01A\x02bc\x00", want: "a.bc", next: 6},
		{name: "root", in: "\x00", want: "", next: 1},
		{name: "dot in a label", in: "\x03a.b\x00", want: `a\.b`, next: 5},
		{name: "pointer", in: "\x01a\x00\x01b\xc0\x00", off: 3, want: "b.a", next: 7},
		{name: "pointer to itself", in: "\xc0\x00", err: dns.ErrName},
		{name: "pointer ahead", in: "\xc0\x02\x00", err: dns.ErrName},
		{name: "reserved label type", in: "\x40a\x00", err: dns.ErrName},
		{name: "too long", in: long + "\x00", err: dns.ErrName},
		{name: "cut in a label", in: "\x05ab", err: dns.ErrShort},
		{name: "cut before the end", in: "\x01a", err: dns.ErrShort},
		{name: "cut in a pointer", in: "\xc0", err: dns.ErrShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, next, err := dns.Name([]byte(tt.in), tt.off)
			if got != tt.want || next != tt.next || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %d, %v; want %q, %d, %v", got, next, err, tt.want, tt.next, tt.err)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	if _, err := dns.Decode(slices.Concat(header(0x84, 0, 200, 0, 0), make([]byte, 50))); !errors.Is(err, dns.ErrCounts) {
		t.Errorf("error %v", err)
	}
	m, err := dns.Decode(slices.Concat(header(0x01, 1, 200, 0, 0), []byte{1, 'a', 0, 0, 1, 0, 1}))
	if !errors.Is(err, dns.ErrCounts) || len(m.Questions) != 1 || m.Questions[0].Name != "a" {
		t.Errorf("%+v, error %v", m, err)
	}
	if _, err := dns.Decode(make([]byte, 11)); !errors.Is(err, dns.ErrShort) {
		t.Errorf("error %v", err)
	}
}

func TestTypeName(t *testing.T) {
	t.Parallel()
	if a, b := dns.TypeName(28), dns.TypeName(4321); a != "AAAA" || b != "TYPE4321" {
		t.Error(a, b)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(slices.Concat(header(0x84, 1, 1, 0, 1), name("a", "b"), []byte{0, 1, 0, 1}, rr([]byte{0xc0, 12}, 12, 1, 0xc0, 12), rr([]byte{0xc0, 14}, 33, 1, 0, 0, 0, 0, 0, 1, 0xc0, 12)))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, _ := dns.Decode(b)
		if len(m.Records) > 256 || len(m.Questions) > 256 || m.Answers > len(m.Records) {
			t.Errorf("not bounded: %d records", len(m.Records))
		}
		for _, q := range m.Questions {
			if len(q.Name) > 2*255 {
				t.Errorf("name of %d octets", len(q.Name))
			}
			m.Addresses(q.Name)
		}
	})
}
