package diameter_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/diameter"
	"kanmon/discover/internal/wire/said"
)

func attribute(code uint32, flags byte, value string) string {
	b := binary.BigEndian.AppendUint32(nil, code)
	b = binary.BigEndian.AppendUint32(b, uint32(flags)<<24|uint32(8+len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return string(b)
}

// message builds a message after RFC 6733, 3.
func message(flags byte, command uint32, attributes string) []byte {
	b := binary.BigEndian.AppendUint32(nil, 1<<24|uint32(20+len(attributes)))
	b = binary.BigEndian.AppendUint32(b, uint32(flags)<<24|command)
	return append(append(b, make([]byte, 12)...), attributes...)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	words := []said.Word{
		{Field: "origin-host", Value: "aaa1.example"},
		{Field: "origin-realm", Value: "example"},
		{Field: "vendor-id", Value: "9"},
		{Field: "product-name", Value: "freeDiameter"},
	}
	body := attribute(264, 0x40, "aaa1.example") + attribute(296, 0x40, "example") + attribute(1, 0x40, "tanaka") + attribute(266, 0x40, "\x00\x00\x00\x09") + attribute(269, 0, "freeDiameter")
	for _, tt := range []struct {
		name string
		in   []byte
		want said.Message
	}{
		{name: "request", in: message(0x80, 257, body), want: said.Message{Protocol: "diameter", Sender: said.Client, Words: words}},
		{name: "answer", in: message(0, 257, body), want: said.Message{Protocol: "diameter", Sender: said.Server, Words: words}},
		{name: "cut", in: message(0, 257, body)[:45], want: said.Message{Protocol: "diameter", Sender: said.Server, Words: words[:1]}},
		{name: "about a person", in: message(0x80, 268, attribute(1, 0x40, "tanaka"))},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := diameter.Decode(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(message(0x80, 257, attribute(264, 0x40, "a")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := diameter.Decode(b); ok && m.Sender == said.Unknown {
			t.Errorf("%+v", m)
		}
	})
}
