package snmp_test

import (
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/snmp"
)

// Messages of nDPI's snmp.pcap (the first six), and others built after RFC 1157,
// 4.1.6, and RFC 3418, 2.
const (
	get1     = "302902010004067075626c6963a01c02044b781a6f020100020100300e300c06082b060102010105000500"
	name1    = "303502010004067075626c6963a22802044b781a6f020100020100301a301806082b06010201010500040c52312e6c61622e6c6f63616c"
	contact2 = "303702010104067075626c6963a22a02045067d65c020100020100301c301a06082b06010201010600040e476c6f626f6d616e746963734851"
	get3     = "307b020103301102043eccb10c020300ffe304010502010304333031040c800000090300aabbcc00010002010c02020564040a534841314e4f50524956040c0f031a586c27ea4cf073fe760400302e040c800000090300aabbcc0001000400a01c0204674053ac020100020100300e300c06082b060102010105000500"
	report3  = "3067020103301002043eccb10b020205dc040100020103041d301b040c800000090300aabbcc00010002010c020205640400040004003031040c800000090300aabbcc0001000400a81f0204674053ab0201000201003011300f060a2b060106030f0101040041010d"
	secret3  = "30818502010330110204482e3bea020300ffe3040107020103043b3039040c800000090300aabbcc00010002010c02020604040a53484131414553313238040c545946e49cfd586b30c17318040839bcbcf46fa870ce0430"
	trap1    = "30290201000406736563726574a41c06092b06010401846901024004c0000201020103020100430100" + "3000"
	system2  = "305802010104067075626c6963a24b020101020100020100304030" + "2006082b06010201010100" + "0414594d414841205254583132313020526576" + "2e31" + "301c06082b06010201010200" + "06102b06010401896901010101010101010101"
)
func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	peer := func(field, value string) said.Word { return said.Word{Field: field, Value: value, OfPeer: true} }
	engine := func(word func(string, string) said.Word) []said.Word {
		return []said.Word{word("engine-id", "800000090300aabbcc000100"), word("enterprise", "9"), word("engine-mac", "00:aa:bb:cc:00:01")}
	}
	_ = engine
	for _, tt := range []struct {
		name, in string
		want     said.Message
	}{
		{name: "question", in: get1, want: said.Message{Protocol: "snmp", Sender: said.Client, Words: []said.Word{word("version", "v1")}}},
		{name: "name", in: name1, want: said.Message{Protocol: "snmp", Sender: said.Server, Words: []said.Word{word("version", "v1"), word("sys-name", "R1.lab.local")}}},
		{name: "place is not kept", in: contact2, want: said.Message{Protocol: "snmp", Sender: said.Server, Words: []said.Word{word("version", "v2c")}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := snmp.Decode(unhex(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}
