package pcap_test

import (
	"testing"

	"kanmon/discover/fact"
)

// TestMirrored reads frames that a switch or router mirrored over the network:
// they count like those heard on the wire. The headers are made by hand from
// draft-foschiano-erspan-03 and from what MikroTik sends.
func TestMirrored(t *testing.T) {
	t.Parallel()
	frame := eth(macB, macC, 0x8100, join(be16(20), be16(0x0806), arp4(2, macC, "192.0.2.7", macB, "192.0.2.1")))
	erspan3 := func(frameType, optional byte) []byte {
		return join([]byte{0x20, 20, 0, 1}, be32(7), []byte{0, 0, frameType << 2, optional})
	}
	gre := func(flags uint16, proto uint16, rest ...[]byte) []byte {
		return eth(macB, macA, 0x0800, ip4("192.0.2.250", "192.0.2.251", 47, join(be16(flags), be16(proto), join(rest...))))
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want bool
	}{
		{"ERSPAN I", gre(0, 0x88be, frame), true},
		{"ERSPAN II", gre(0x1000, 0x88be, be32(1), []byte{0x10, 20, 0, 1}, be32(3), frame), true},
		{"ERSPAN III", gre(0x1000, 0x22eb, be32(1), erspan3(0, 0), frame), true},
		{"ERSPAN III with a subheader", gre(0x1000, 0x22eb, be32(1), erspan3(0, 1), make([]byte, 8), frame), true},
		{"ERSPAN III, not a frame", gre(0x1000, 0x22eb, be32(1), erspan3(2, 0), frame), false},
		{"TZSP", eth(macB, macA, 0x0800, ip4("192.0.2.250", "192.0.2.251", 17, udp(40000, 37008, join([]byte{1, 0, 0, 1, 1}, frame)))), true},
		{"TZSP keep-alive", eth(macB, macA, 0x0800, ip4("192.0.2.250", "192.0.2.251", 17, udp(40000, 37008, []byte{1, 4, 0, 0, 1}))), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var want []fact.AddressBinding
			if tt.want {
				want = []fact.AddressBinding{{IP: ip("192.0.2.7"), MAC: macC, VID: 20}}
			}
			compare(t, read(t, tt.in), want...)
		})
	}
}
