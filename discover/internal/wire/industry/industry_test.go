package industry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/industry"
	"kanmon/discover/internal/wire/said"
)

func word(field, value string) said.Word { return said.Word{Field: field, Value: value} }

func bvlc(kind byte, rest string) string {
	return string([]byte{0x81, kind, 0, byte(4 + len(rest))}) + rest
}

const (
	// Built after ASHRAE 135, annex F, ODVA volume 2, MODBUS 6.21, OPC 10000-6 and
	// IEC 61158-6-10.
	iAm      = "\x01\x20\xff\xff\x00\xff\x10\x00\xc4\x02\x00\x00\x7b\x22\x05\xc4\x91\x03\x22\x01\x04"
	routed   = "\x01\x28\xff\xff\x00\x00\x05\x01\x07\xff\x10\x00\xc4\x02\x00\x00\x7b\x22\x05\xc4\x91\x03\x21\x18"
	model    = "\x01\x00\x30\x01\x0c\x0c\x02\x00\x00\x7b\x19\x46\x3e\x75\x0b\x00Controller\x3f"
	modbus   = "\x00\x01\x00\x00\x00\x23\x01\x2b\x0e\x01\x01\x00\x00\x03\x00\x09Schneider\x01\x08TM221CE2\x02\x04V1.6"
	identity = "\x63\x00\x32\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "\x01\x00\x0c\x00\x2b\x00\x01\x00" +
		"\x00\x02\xaf\x12\x0a\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00" + "\x01\x00\x0e\x00\x36\x00\x14\x0b\x60\x31\x2a\xaf\x6c\x00" + "\x0a1756-ENBT/\x03"
	hello   = "HELF\x39\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x19\x00\x00\x00opc.tcp://plc1:4840/a/b/c"
	station = "\xfe\xff\x05\x01\x00\x00\x00\x01\x00\x00\x00\x34" + "\x02\x01\x00\x08\x00\x00S7-300" + "\x02\x02\x00\x07\x00\x00plc-1\x00" + "\x02\x03\x00\x06\x00\x00\x00\x2a\x01\x01" +
		"\x01\x02\x00\x0e\x00\x01\x0a\x00\x00\x07\xff\xff\xff\x00\x0a\x00\x00\x01"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	profinet := func(b []byte) (said.Message, bool) {
		m, ip, ok := industry.Profinet(b)
		if ip.IsValid() {
			m.Add("ip", ip.String())
		}
		return m, ok
	}
	for _, tt := range []struct {
		name, in string
		decode   func([]byte) (said.Message, bool)
		want     said.Message
	}{
		{name: "I-Am", decode: industry.BACnet, in: bvlc(0x0b, iAm), want: said.Message{Protocol: "bacnet", Sender: said.Server, Words: []said.Word{word("device-instance", "123"), word("vendor-id", "260")}}},
		{name: "I-Am from behind a router", decode: industry.BACnet, in: bvlc(0x0b, routed), want: said.Message{Protocol: "bacnet", Words: []said.Word{word("routes-network", "5")}}},
		{name: "model", decode: industry.BACnet, in: bvlc(0x0a, model), want: said.Message{Protocol: "bacnet", Sender: said.Server, Words: []said.Word{word("model-name", "Controller")}}},
		{name: "BACnet cut", decode: industry.BACnet, in: bvlc(0x0a, model)[:12]},
		{name: "Modbus identification", decode: industry.Modbus, in: modbus, want: said.Message{Protocol: "modbus", Sender: said.Server, Words: []said.Word{
			word("vendor-name", "Schneider"), word("product-code", "TM221CE2"), word("revision", "V1.6"),
		}}},
		{name: "Modbus question", decode: industry.Modbus, in: "\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x0a", want: said.Message{Protocol: "modbus"}},
		{name: "not Modbus", decode: industry.Modbus, in: "\x00\x01\x00\x01\x00\x06\x01\x03\x00\x00\x00\x0a"},
		{name: "ListIdentity", decode: industry.EtherNetIP, in: identity, want: said.Message{Protocol: "ethernet-ip", Sender: said.Server, Words: []said.Word{
			word("vendor-id", "1"), word("device-type", "14"), word("product-code", "54"), word("revision", "20.11"), word("serial-number", "006caf2a"), word("product-name", "1756-ENBT/"),
		}}},
		{name: "not EtherNet/IP", decode: industry.EtherNetIP, in: identity[:40]},
		{name: "Hello", decode: industry.OPCUA, in: hello, want: said.Message{Protocol: "opcua", Sender: said.Client, Words: []said.Word{{Field: "called-name", Value: "plc1", OfPeer: true}}}},
		{name: "not OPC UA", decode: industry.OPCUA, in: "HELLO, this is text"},
		{name: "station", decode: profinet, in: station, want: said.Message{Protocol: "profinet", Sender: said.Server, Words: []said.Word{
			word("station-type", "S7-300"), word("station-name", "plc-1"), word("vendor-id", "002a"), word("device-id", "0101"), word("ip", "10.0.0.7"),
		}}},
		{name: "search for stations", decode: profinet, in: "\xfe\xfe\x05\x00\x00\x00\x00\x01\x00\x00\x00\x04\xff\xff\x00\x00"},
		{name: "empty", decode: industry.BACnet},
		{name: "empty", decode: industry.OPCUA},
		{name: "empty", decode: profinet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := tt.decode([]byte(tt.in))
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
	for _, s := range []string{bvlc(0x0b, iAm), bvlc(0x0a, model), modbus, identity, hello, station} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, _ := industry.BACnet(b)
		n, _ := industry.Modbus(b)
		o, _ := industry.EtherNetIP(b)
		p, _ := industry.OPCUA(b)
		q, _, _ := industry.Profinet(b)
		if len(m.Words)+len(n.Words)+len(o.Words)+len(p.Words)+len(q.Words) > 60 {
			t.Errorf("%+v %+v %+v %+v %+v", m, n, o, p, q)
		}
	})
}
