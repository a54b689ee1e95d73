package lab_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/lab"
	"kanmon/discover/internal/wire/said"
)

// hello is built after CLSI POCT01-A2, appendix B.
const hello = `<?xml version="1.0" encoding="UTF-8"?><HEL.R01><HDR><HDR.control_id V="1"/><HDR.version_id V="POCT1"/></HDR>` +
	`<DEV><DEV.device_id V="00-11-22-33-44-55"/><DEV.vendor_id V="ACME"/><DEV.model_id V="GEM 5000"/><DEV.serial_id V="17034"/><DEV.sw_version V="3.1"/></DEV></HEL.R01>`

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	const patient = "P|1||4711||TANAKA^HANAKO\rR|1|^^^GLU|98\r"
	astm := said.Message{Protocol: "astm", Words: []said.Word{word("sender", "cobas 6000^1"), {Field: "receiver", Value: "host", OfPeer: true}, word("version", "1")}}
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "framed", in: "\x021H|\\^&||geheim|cobas 6000^1|||||host|TSREQ^REAL|P|1\r" + patient, want: astm},
		{name: "bare", in: "H|\\^&|||cobas 6000^1|||||host||P|1\r" + patient, want: astm},
		{name: "cut in a field", in: "\x021H|\\^&|||cobas 6000|||||ho", want: said.Message{Protocol: "astm", Words: []said.Word{word("sender", "cobas 6000")}}},
		{name: "records end with LF", in: "\x021H|\\^&|||cobas 6000\nP|1||4711||YAMADA^HANAKO||19500101|F\r", want: said.Message{Protocol: "astm", Words: []said.Word{word("sender", "cobas 6000")}}},
		{name: "patient", in: "\x022" + patient},
		{name: "hello", in: hello, want: said.Message{Protocol: "poct1-a", Sender: said.Client, Words: []said.Word{
			word("model-id", "GEM 5000"), word("device-id", "00-11-22-33-44-55"), word("vendor-id", "ACME"), word("serial-id", "17034"), word("sw-version", "3.1"),
		}}},
		{name: "observation", in: `<OBS.R01><PT><PT.patient_id V="4711"/></PT></OBS.R01>`},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := lab.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(hello))
	f.Add([]byte("\x021H|\\^&|||x|||||y||P|1\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := lab.Decode(b); ok && len(m.Words) > 8 {
			t.Errorf("%+v", m)
		}
	})
}
