package hl7_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/hl7"
	"kanmon/discover/internal/wire/said"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	peer := func(field, value string) said.Word { return said.Word{Field: field, Value: value, OfPeer: true} }
	const patient = "PID|1||4711^^^HOSP||TANAKA^HANAKO||19500101|F\r"
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{
			name: "result", in: "\x0bMSH|^~\\&|GASTAR|LAB|HIS|HOSPITAL|20260801||ORU^R01|4711|P|2.5.1|||||JPN|UNICODE UTF-8\r" + patient + "\x1c\r",
			want: said.Message{Protocol: "hl7", Words: []said.Word{
				word("sending-application", "GASTAR"), word("sending-facility", "LAB"), peer("receiving-application", "HIS"), peer("receiving-facility", "HOSPITAL"),
				word("message-type", "ORU^R01"), word("version", "2.5.1"), word("country", "JPN"), word("character-set", "UNICODE UTF-8"),
			}},
		},
		{name: "line feeds", in: "\x0bMSH|^~\\&|A|B||\n" + patient, want: said.Message{Protocol: "hl7", Words: []said.Word{word("sending-application", "A"), word("sending-facility", "B")}}},
		{name: "cut in a field", in: "\x0bMSH|^~\\&|GASTAR|LA", want: said.Message{Protocol: "hl7", Words: []said.Word{word("sending-application", "GASTAR")}}},
		{name: "with an identifier", in: "\x0bMSH|^~\\&|MON^1.2.3^ISO|\r", want: said.Message{Protocol: "hl7", Words: []said.Word{word("sending-application", "MON^1.2.3^ISO")}}},
		{name: "batch", in: "\x0bBHS|^~\\&|A|B|C|D|20260801|secret|x\r", want: said.Message{Protocol: "hl7", Words: []said.Word{word("sending-application", "A"), word("sending-facility", "B"), peer("receiving-application", "C"), peer("receiving-facility", "D")}}},
		{name: "kanji", in: "\x0bMSH|^~\\&|A|\x1b$BIB1!\x1b(B||||x|ADT^A01|1|P|2.5|||||JPN|~ISO IR87\r", want: said.Message{Protocol: "hl7", Words: []said.Word{
			word("sending-application", "A"), word("message-type", "ADT^A01"), word("version", "2.5"), word("country", "JPN"), word("character-set", "~ISO IR87"),
		}}},
		{name: "segments end with RS", in: "\x0bMSH|^~\\&|A|B|||x||ADT^A01|1|P|2.5\x1ePID|1||4711||YAMADA^HANAKO|TARO\r", want: said.Message{Protocol: "hl7", Words: []said.Word{
			word("sending-application", "A"), word("sending-facility", "B"), word("message-type", "ADT^A01"), word("version", "2.5"),
		}}},
		{name: "other fields than the standard's", in: "\x0bMSH|^~\\&|A|B|||x||yamada|1|P|hanako|||||TARO|UTARO\r", want: said.Message{Protocol: "hl7", Words: []said.Word{word("sending-application", "A"), word("sending-facility", "B")}}},
		{name: "patient first", in: "\x0b" + patient},
		{name: "no frame", in: "MSH|^~\\&|A|B\r"},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := hl7.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x0bMSH|^~\\&|A|B|C|D|x||ORU^R01|1|P|2.3\rPID|1\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := hl7.Decode(b); ok && len(m.Words) > 8 {
			t.Errorf("%+v", m)
		}
	})
}
