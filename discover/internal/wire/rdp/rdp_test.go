package rdp_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/rdp"
	"kanmon/discover/internal/wire/said"
)

// initial builds an MCS Connect Initial after [MS-RDPBCGR] 2.2.1.3 and the
// example in 4.1.3.
func initial(name string) string {
	core := "\x01\xc0\xd8\x00\x04\x00\x08\x00\x00\x05\x00\x04\x01\xca\x03\xaa\x11\x04\x00\x00\xb1\x1d\x00\x00"
	var b []byte
	for _, c := range utf16.Encode([]rune(name)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return "\x03\x00\x01\xa0\x02\xf0\x80\x7f\x65\x82\x01\x94" + strings.Repeat("\x01", 90) + "Duca\x81\x1c" + core + string(b) + strings.Repeat("\x00", 32-len(b)) + strings.Repeat("\x00", 150)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "client's machine", in: initial("CT-CONSOLE"), want: said.Message{Protocol: "rdp", Sender: said.Client, Words: []said.Word{{Field: "client-build", Value: "7601"}, {Field: "client-name", Value: "CT-CONSOLE"}}}},
		{name: "cut before it", in: initial("CT-CONSOLE")[:130], want: said.Message{Protocol: "rdp", Sender: said.Client}},
		{name: "confirm", in: "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00", want: said.Message{Protocol: "rdp", Sender: said.Server, Words: []said.Word{{Field: "selected-protocol", Value: "credssp"}}}},
		{name: "cookie", in: "\x03\x00\x00\x27\x22\xe0\x00\x00\x00\x00\x00Cookie: mstshash=tanaka\r\n"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := rdp.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(initial("A")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := rdp.Decode(b); ok && (m.Sender == said.Unknown || len(m.Words) > 2) {
			t.Errorf("%+v", m)
		}
	})
}
