package intellivue_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/intellivue"
	"kanmon/discover/internal/wire/said"
)

// indication is what an M8007A sent, as far as its last two attributes, with the
// attributes that are passed over left out, and the lengths made to fit; after
// the message that a public project (built on the Philips guide) keeps as a
// test.
const indication = "\x00\x00\x01\x00" + "\x00\x01\x00\x98" + "\x00\x00\x00\x00\x00\x92" + "\x00\x23\x00\x00\x00\x00\x00\xd6\xd4\x00\x0d\x17\x00\x84" + "\x00\x05\x00\x80" +
	"\x09\x86\x00\x04\x00\x01\x11\x4d" +
	"\xf1\x35\x00\x08\x00B\x00E\x00D\x001" +
	"\xf1\x00\x00\x0e\x00\x09\xfb\x09\x77\xbd\x0a\x0d\x25\x02\xff\xff\xff\x00" +
	"\x09\x2d\x00\x38\x00\x03\x00\x34\x00\x01\x00\x08\x00\x0cDE22713007\x00\x09\x00\x02\x00\x58\x00\x0eS-M4046-1701A \x00\x04\x00\x58\x00\x08G.01.78 " +
	"\x09\x28\x00\x14\x00\x08Philips\x00\x00\x08M8007A\x00\x00"

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "monitor", in: indication, want: said.Message{Protocol: "intellivue", Sender: said.Server, Words: []said.Word{
			word("mac-address", "00:09:fb:09:77:bd"), word("ip-address", "10.13.37.2"), word("serial-number", "DE22713007"), word("software-version", "G.01.78"),
			word("manufacturer", "Philips"), word("model", "M8007A"),
		}}},
		{name: "cut", in: indication[:70], want: said.Message{Protocol: "intellivue", Sender: said.Server, Words: []said.Word{word("mac-address", "00:09:fb:09:77:bd"), word("ip-address", "10.13.37.2")}}},
		{name: "association", in: "\x0d\xff" + indication},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := intellivue.Decode([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(indication))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := intellivue.Decode(b); ok && len(m.Words) > 24 {
			t.Errorf("%+v", m)
		}
	})
}
