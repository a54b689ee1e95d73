package ntp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/ntp"
	"kanmon/discover/internal/wire/said"
)

func packet(first, stratum byte, reference string) string {
	return string([]byte{first, stratum, 6, 0xe9}) + "\x00\x00\x00\x00\x00\x00\x00\x00" + reference + string(make([]byte, 32))
}

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "client", in: packet(0x23, 0, "\x00\x00\x00\x00"), want: said.Message{Protocol: "ntp", Sender: said.Client}},
		{name: "server", in: packet(0x24, 2, "\xc0\x00\x02\x01"), want: said.Message{Protocol: "ntp", Sender: said.Server, Words: []said.Word{word("stratum", "2"), word("reference-id", "192.0.2.1")}}},
		{name: "clock", in: packet(0x1c, 1, "GPS\x00"), want: said.Message{Protocol: "ntp", Sender: said.Server, Words: []said.Word{word("stratum", "1"), word("reference-id", "GPS")}}},
		{name: "not synchronised", in: packet(0xe4, 16, "INIT"), want: said.Message{Protocol: "ntp", Sender: said.Server}},
		{
			name: "variables", in: "\x16\x82\x00\x01\x06\x15\x00\x00\x00\x00\x00\x40" + `version="ntpd 4.2.6p5", processor="mips", system="Linux/2.6.36", leap=0`,
			want: said.Message{Protocol: "ntp", Sender: said.Server, Words: []said.Word{word("version", "ntpd 4.2.6p5"), word("processor", "mips"), word("system", "Linux/2.6.36")}},
		},
		{name: "private mode", in: "\x17\x00\x03\x2a\x00\x00\x00\x00\x00\x00\x00\x00"},
		{name: "short", in: "\x23"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := ntp.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(packet(0x24, 1, "GPS\x00")))
	f.Add([]byte("\x16\x82\x00\x01\x06\x15\x00\x00\x00\x00\x00\x40" + `version="ntpd"`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := ntp.Decode(b); ok && len(m.Words) > 3 {
			t.Errorf("%+v", m)
		}
	})
}
