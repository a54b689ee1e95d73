package snmp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/said"
	"kanmon/discover/internal/wire/snmp"
	"kanmon/discover/internal/wire/wiretest"
)

// Messages of nDPI's snmp.pcap, and the last two built after RFC 1157, 4.1.6,
// and RFC 3418, 2.
const (
	get1    = "302902010004067075626c6963a01c02044b781a6f020100020100300e300c06082b060102010105000500"
	name1   = "303502010004067075626c6963a22802044b781a6f020100020100301a301806082b06010201010500040c52312e6c61622e6c6f63616c"
	place2  = "303702010104067075626c6963a22a02045067d65c020100020100301c301a06082b06010201010600040e476c6f626f6d616e746963734851"
	get3    = "307b020103301102043eccb10c020300ffe304010502010304333031040c800000090300aabbcc00010002010c02020564040a534841314e4f50524956040c0f031a586c27ea4cf073fe760400302e040c800000090300aabbcc0001000400a01c0204674053ac020100020100300e300c06082b060102010105000500"
	report3 = "3067020103301002043eccb10b020205dc040100020103041d301b040c800000090300aabbcc00010002010c020205640400040004003031040c800000090300aabbcc0001000400a81f0204674053ab0201000201003011300f060a2b060106030f0101040041010d"
	secret3 = "30818502010330110204482e3bea020300ffe3040107020103043b3039040c800000090300aabbcc00010002010c02020604040a53484131414553313238040c545946e49cfd586b30c17318040839bcbcf46fa870ce0430"
)

func tlv(tag byte, parts ...string) string {
	var s string
	for _, p := range parts {
		s += p
	}
	return string([]byte{tag, 0x82, byte(len(s) >> 8), byte(len(s))}) + s
}

// system is a response with the description, product and contact of a system.
func system() string {
	return tlv(0x30, "\x02\x01\x01", tlv(4, "secret"), tlv(0xa2, "\x02\x01\x01\x02\x01\x00\x02\x01\x00", tlv(0x30,
		tlv(0x30, "\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00", tlv(4, "YAMAHA  RTX1210\r\nRev.14.01.42")),
		tlv(0x30, "\x06\x08\x2b\x06\x01\x02\x01\x01\x02\x00", "\x06\x09\x2b\x06\x01\x04\x01\x89\x25\x01\x02"),
		tlv(0x30, "\x06\x08\x2b\x06\x01\x02\x01\x01\x04\x00", tlv(4, "tanaka@hospital.example")))))
}

func trap() string {
	return tlv(0x30, "\x02\x01\x00", tlv(4, "secret"), tlv(0xa4, "\x06\x08\x2b\x06\x01\x04\x01\x89\x25\x01", "\x40\x04\xc0\x00\x02\x01\x02\x01\x03\x02\x01\x00\x43\x01\x00\x30\x00"))
}

func TestDecode(t *testing.T) {
	t.Parallel()
	word := func(field, value string) said.Word { return said.Word{Field: field, Value: value} }
	peer := func(field, value string) said.Word { return said.Word{Field: field, Value: value, OfPeer: true} }
	engine := func(word func(string, string) said.Word) []said.Word {
		return []said.Word{{Field: "version", Value: "v3"}, word("engine-id", "800000090300aabbcc000100"), word("enterprise", "9"), word("engine-mac", "aa:bb:cc:00:01:00")}
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want said.Message
	}{
		{name: "question", in: wiretest.Hex(get1), want: said.Message{Protocol: "snmp", Sender: said.Client, Words: []said.Word{word("version", "v1")}}},
		{name: "name", in: wiretest.Hex(name1), want: said.Message{Protocol: "snmp", Sender: said.Server, Words: []said.Word{word("version", "v1"), word("sys-name", "R1.lab.local")}}},
		{name: "place is not kept", in: wiretest.Hex(place2), want: said.Message{Protocol: "snmp", Sender: said.Server, Words: []said.Word{word("version", "v2c")}}},
		{name: "question of v3", in: wiretest.Hex(get3), want: said.Message{Protocol: "snmp", Sender: said.Client, Words: engine(peer)}},
		{name: "report", in: wiretest.Hex(report3), want: said.Message{Protocol: "snmp", Sender: said.Server, Words: engine(word)}},
		{name: "encrypted", in: wiretest.Hex(secret3), want: said.Message{Protocol: "snmp", Sender: said.Client, Words: engine(peer)}},
		{name: "trap", in: []byte(trap()), want: said.Message{Protocol: "snmp", Sender: said.Client, Words: []said.Word{
			word("version", "v1"), word("role", "notifier"), word("sys-object-id", "1.3.6.1.4.1.1189.1"),
		}}},
		{name: "system, without its contact", in: []byte(system()), want: said.Message{Protocol: "snmp", Sender: said.Server, Words: []said.Word{
			word("version", "v2c"), word("sys-descr", "YAMAHA RTX1210 Rev.14.01.42"), word("sys-object-id", "1.3.6.1.4.1.1189.1.2"),
		}}},
		{name: "cut in the name", in: wiretest.Hex(name1[:len(name1)-4]), want: said.Message{Protocol: "snmp", Sender: said.Server, Words: []said.Word{word("version", "v1")}}},
		{name: "LDAP", in: wiretest.Hex("300c0201016007020103040080")},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := snmp.Decode(tt.in)
			if !ok {
				got = said.Message{}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.Protocol != "") {
				t.Errorf("%v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{get1, name1, get3, report3, secret3} {
		f.Add(wiretest.Hex(s))
	}
	f.Add([]byte(trap()))
	f.Add([]byte(system()))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := snmp.Decode(b); ok && len(m.Words) == 0 {
			t.Errorf("%+v", m)
		}
	})
}
