package radius_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/radius"
	"kanmon/discover/internal/wire/said"
)

// packet builds a packet after RFC 2865, 3; attributes are a type and a value.
func packet(code byte, attributes ...string) []byte {
	b := append([]byte{code, 1, 0, 0}, make([]byte, 16)...)
	for _, a := range attributes {
		b = append(append(b, a[0], byte(len(a)+1)), a[1:]...)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	request := packet(1, "\x01tanaka", "\x02sixteen octets!!", "\x04\x0a\x00\x00\x05", "\x20WLC-1", "\x3d\x00\x00\x00\x13", "\x1e00-19-06-EA-B8-8C:ward", "\x1faa-bb-cc-dd-ee-ff")
	for _, tt := range []struct {
		name string
		in   []byte
		want said.Message
	}{
		{name: "request", in: request, want: said.Message{Protocol: "radius", Sender: said.Client, Words: []said.Word{
			word("nas-ip-address", "10.0.0.5"), word("nas-identifier", "WLC-1"), word("nas-port-type", "wireless-802.11"), word("called-station", "00:19:06:ea:b8:8c"), word("ssid", "ward"),
		}}},
		{name: "colons", in: packet(4, "\x1e00:19:06:ea:b8:8c:guest"), want: said.Message{Protocol: "radius", Sender: said.Client, Words: []said.Word{word("called-station", "00:19:06:ea:b8:8c"), word("ssid", "guest")}}},
		{name: "bare", in: packet(4, "\x1e001906eab88c"), want: said.Message{Protocol: "radius", Sender: said.Client, Words: []said.Word{word("called-station", "00:19:06:ea:b8:8c")}}},
		{name: "telephone", in: packet(1, "\x1e0312345678"), want: said.Message{Protocol: "radius", Sender: said.Client}},
		{name: "telephone with its country", in: packet(1, "\x1e819012345678"), want: said.Message{Protocol: "radius", Sender: said.Client}},
		{name: "telephone with its country", in: packet(1, "\x1e441234567890"), want: said.Message{Protocol: "radius", Sender: said.Client}},
		{name: "passed on", in: packet(1, "\x20WLC", "\x21x"), want: said.Message{Protocol: "radius", Sender: said.Client}},
		{name: "accept", in: packet(2, "\x12Hello, Tanaka"), want: said.Message{Protocol: "radius", Sender: said.Server}},
		{name: "cut", in: request[:40]},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := radius.Decode(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(packet(1, "\x20x", "\x1e00-19-06-EA-B8-8C:ward"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := radius.Decode(b); ok && m.Sender == said.Unknown {
			t.Errorf("%+v", m)
		}
	})
}
