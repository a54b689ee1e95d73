package ber_test

import (
	"bytes"
	"testing"

	"kanmon/discover/internal/wire/ber"
)

func TestNext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		in            []byte
		tag           byte
		content, rest string
		ok            bool
	}{
		{name: "short", in: []byte("\x04\x02abX"), tag: 4, content: "ab", rest: "X", ok: true},
		{name: "long form", in: []byte("\x30\x82\x00\x02abX"), tag: 0x30, content: "ab", rest: "X", ok: true},
		{name: "cut", in: []byte("\x04\x05ab"), tag: 4, content: "ab", ok: true},
		{name: "indefinite", in: []byte("\x30\x80ab")},
		{name: "length too long", in: []byte("\x30\x85\x00\x00\x00\x00\x01a")},
		{name: "tag of several octets", in: []byte("\x1f\x81\x01a")},
		{name: "length that overflows", in: []byte("\x30\x84\xff\xff\xff\xffa"), tag: 0x30, content: "a", ok: true},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tag, content, rest, ok := ber.Next(tt.in)
			if tag != tt.tag || string(content) != tt.content || string(rest) != tt.rest || ok != tt.ok {
				t.Errorf("%x %q %q %v", tag, content, rest, ok)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	if s, rest, ok := ber.Text([]byte("\x04\x02abX"), ber.OctetString); s != "ab" || string(rest) != "X" || !ok {
		t.Errorf("%q %q %v", s, rest, ok)
	}
	if s, _, ok := ber.Text([]byte("\x04\x02ab"), ber.OctetString); s != "ab" || !ok {
		t.Errorf("at the end: %q %v", s, ok)
	}
	if s, _, ok := ber.Text([]byte("\x04\x03ab"), ber.OctetString); ok {
		t.Errorf("cut: %q", s)
	}
}

func TestInt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"\x05": 5, "\x00\x80": 128, "\xff": -1, "\x7f\xff\xff\xff": 1<<31 - 1} {
		if got, ok := ber.Int([]byte(in)); got != want || !ok {
			t.Errorf("%x: %d %v", in, got, ok)
		}
	}
	if _, ok := ber.Int([]byte("\x01\x02\x03\x04\x05")); ok {
		t.Error("five octets")
	}
}

func FuzzNext(f *testing.F) {
	f.Add([]byte("\x30\x82\x00\x02ab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, content, rest, ok := ber.Next(b)
		if ok && len(content)+len(rest) > len(b)-2 {
			t.Error("more than was there")
		}
		if content, ok := ber.Find(b, ber.OctetString); ok && !bytes.Contains(b, content) {
			t.Error("not in the input")
		}
	})
}
