package routing_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/routing"
	"kanmon/discover/internal/wire/wiretest"
)

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

// hello2 is an OSPF version 2 hello with a designated router and its backup.
func hello2(dr, backup string) []byte {
	return slices.Concat([]byte{2, 1}, be16(48), []byte{10, 0, 0, 9, 0, 0, 0, 5}, make([]byte, 12), []byte{255, 255, 255, 0, 0, 10, 2, 1, 0, 0, 0, 40},
		netip.MustParseAddr(dr).AsSlice(), netip.MustParseAddr(backup).AsSlice(), []byte{10, 0, 0, 8})
}

// hello3 is an OSPF version 3 hello.
func hello3(router, dr, backup string) []byte {
	return slices.Concat([]byte{3, 1}, be16(36), netip.MustParseAddr(router).AsSlice(), be32(1), make([]byte, 4), be32(5), be32(0x01000013), be32(0x000a0028),
		netip.MustParseAddr(dr).AsSlice(), netip.MustParseAddr(backup).AsSlice())
}

func ripEntry(family uint16, ip, mask, metric uint32) []byte {
	return slices.Concat(be16(family), be16(0), be32(ip), be32(mask), be32(0), be32(metric))
}

func ripng(bits, metric byte, prefix string) []byte {
	return slices.Concat(netip.MustParseAddr(prefix).AsSlice(), []byte{0, 0, bits, metric})
}

// lanHello is an IS-IS hello on a LAN with one area.
func lanHello(kind byte, lan string) []byte {
	return slices.Concat([]byte{0x83, 27, 1, 0, kind, 1, 0, 0, 3}, wiretest.Hex("192168001001"), be16(30), be16(60), []byte{64}, wiretest.Hex(lan), []byte{129, 1, 0xcc, 1, 4, 3, 0x49, 0, 1})
}

func TestDecode(t *testing.T) {
	t.Parallel()
	self := netip.MustParseAddr("192.0.2.9")
	ospf := func(b []byte) (routing.Speaker, bool) { return routing.OSPF(b, self) }
	rip, rip6 := []byte{2, 2, 0, 0}, []byte{2, 1, 0, 0}
	for _, tt := range []struct {
		name   string
		in     []byte
		decode func([]byte) (routing.Speaker, bool)
		want   routing.Speaker
		ok     bool
	}{
		// tests/OSPFv3_broadcast_adjacency.pcap of tcpdump.
		{name: "OSPFv3", decode: ospf, in: wiretest.Hex("030100240101010100000001fb8600000000000501000013000a00280000000000000000"), want: routing.Speaker{Protocol: "ospf3", ID: "1.1.1.1", Domain: "0.0.0.1"}, ok: true},
		{name: "OSPFv3 backup", decode: ospf, in: hello3("1.1.1.1", "2.2.2.2", "1.1.1.1"), want: routing.Speaker{Protocol: "ospf3", Role: "bdr", ID: "1.1.1.1", Domain: "0.0.0.1"}, ok: true},
		{name: "OSPF", decode: ospf, in: hello2("192.0.2.9", "192.0.2.8"), want: routing.Speaker{Protocol: "ospf", Role: "dr", ID: "10.0.0.9", Domain: "0.0.0.5"}, ok: true},
		{name: "OSPF of no role", decode: ospf, in: hello2("192.0.2.1", "192.0.2.8"), want: routing.Speaker{Protocol: "ospf", ID: "10.0.0.9", Domain: "0.0.0.5"}, ok: true},
		{name: "OSPF cut", decode: ospf, in: hello2("192.0.2.1", "192.0.2.8")[:40]},
		{name: "OSPF update", decode: ospf, in: slices.Concat([]byte{2, 4}, be16(48), make([]byte, 44))},
		// tests/pcap-example-files/sll.pcap of PcapPlusPlus.
		{name: "RIP with a default route", decode: routing.RIP, in: wiretest.Hex("02010000000200005266803c000000000000000000000001000200000000000000000000000000000000000100020000574449f5000000000000000000000001"), want: routing.Speaker{Protocol: "rip", Role: "default-route"}, ok: true},
		{name: "RIP", decode: routing.RIP, in: slices.Concat(rip, ripEntry(0xffff, 1, 2, 3), ripEntry(2, 0x0a000000, 0xff000000, 2)), want: routing.Speaker{Protocol: "rip"}, ok: true},
		{name: "RIP takes the default route back", decode: routing.RIP, in: slices.Concat(rip, ripEntry(2, 0, 0, 16)), want: routing.Speaker{Protocol: "rip"}, ok: true},
		{name: "RIP question", decode: routing.RIP, in: slices.Concat([]byte{1, 2, 0, 0}, ripEntry(0, 0, 0, 16))},
		{name: "RIP with a metric of 17", decode: routing.RIP, in: slices.Concat(rip, ripEntry(2, 0x0a000000, 0xff000000, 17))},
		{name: "RIP of another family", decode: routing.RIP, in: slices.Concat(rip, ripEntry(3, 0x0a000000, 0xff000000, 1))},
		{name: "RIPng", decode: routing.RIPng, in: slices.Concat(rip6, ripng(0, 255, "fe80::1"), ripng(48, 1, "2001:db8::")), want: routing.Speaker{Protocol: "ripng"}, ok: true},
		{name: "RIPng with a default route", decode: routing.RIPng, in: slices.Concat(rip6, ripng(0, 1, "::")), want: routing.Speaker{Protocol: "ripng", Role: "default-route"}, ok: true},
		{name: "RIPng of 129 bits", decode: routing.RIPng, in: slices.Concat(rip6, ripng(129, 1, "::"))},
		{name: "EIGRP", decode: routing.EIGRP, in: slices.Concat([]byte{2, 5, 0, 0}, make([]byte, 14), be16(100)), want: routing.Speaker{Protocol: "eigrp", Domain: "100"}, ok: true},
		{name: "EIGRP of version 1", decode: routing.EIGRP, in: slices.Concat([]byte{1, 5, 0, 0}, make([]byte, 16))},
		{name: "PIM", decode: routing.PIM, in: []byte{0x20, 0, 0, 0, 0, 1, 0, 2, 0, 105}, want: routing.Speaker{Protocol: "pim"}, ok: true},
		{name: "PIM join", decode: routing.PIM, in: []byte{0x23, 0, 0, 0, 0, 1, 0, 2, 0, 105}},
		// tests/bgp-4byte-asn.pcap of tcpdump.
		{name: "BGP", decode: routing.BGP, in: wiretest.Hex("ffffffffffffffffffffffffffffffff002b010400c800b4000002010e020c010400010001450400010101"), want: routing.Speaker{Protocol: "bgp", ID: "0.0.2.1", Domain: "200"}, ok: true},
		{name: "BGP with a wide AS number", decode: routing.BGP, in: wiretest.Hex("ffffffffffffffffffffffffffffffff003701045ba000b4000001011a021801040001000102004002c12c4104a4c46652450400010101"), want: routing.Speaker{Protocol: "bgp", ID: "0.0.1.1", Domain: "2764334674"}, ok: true},
		{name: "BGP keep-alive", decode: routing.BGP, in: wiretest.Hex("ffffffffffffffffffffffffffffffff001304" + "00000000000000000000")},
		{name: "BGP without a marker", decode: routing.BGP, in: wiretest.Hex("00ffffffffffffffffffffffffffffff002b010400c800b4000002010e020c010400010001450400010101")},
		{name: "IS-IS", decode: routing.ISIS, in: lanHello(16, "19216800100101"), want: routing.Speaker{Protocol: "isis", Role: "level-2-dis", ID: "1921.6800.1001", Domain: "49.0001"}, ok: true},
		{name: "IS-IS, not designated", decode: routing.ISIS, in: lanHello(15, "19216800100201"), want: routing.Speaker{Protocol: "isis", Role: "level-1", ID: "1921.6800.1001", Domain: "49.0001"}, ok: true},
		{name: "IS-IS between two", decode: routing.ISIS, in: slices.Concat([]byte{0x83, 20, 1, 0, 17, 1, 0, 0, 2}, wiretest.Hex("192168001001"), be16(30), be16(60), []byte{1}), want: routing.Speaker{Protocol: "isis", Role: "point-to-point", ID: "1921.6800.1001"}, ok: true},
		{name: "IS-IS link state", decode: routing.ISIS, in: lanHello(20, "19216800100201")},
		{name: "IS-IS cut", decode: routing.ISIS, in: lanHello(16, "19216800100201")[:22]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := tt.decode(tt.in)
			if ok != tt.ok {
				t.Fatalf("taken: %v, want %v", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got); ok && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(hello2("192.0.2.9", "192.0.2.8"))
	f.Add(hello3("1.1.1.1", "2.2.2.2", "1.1.1.1"))
	f.Add(lanHello(16, "19216800100101"))
	f.Add(wiretest.Hex("ffffffffffffffffffffffffffffffff003701045ba000b4000001011a021801040001000102004002c12c4104a4c46652450400010101"))
	f.Add(slices.Concat([]byte{2, 1, 0, 0}, ripng(0, 1, "::")))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, decode := range []func([]byte) (routing.Speaker, bool){
			func(b []byte) (routing.Speaker, bool) { return routing.OSPF(b, netip.Addr{}) },
			routing.RIP, routing.RIPng, routing.EIGRP, routing.PIM, routing.BGP, routing.ISIS,
		} {
			if s, ok := decode(b); ok && (s.Protocol == "" || len(s.Domain) > 700) {
				t.Errorf("%+v", s)
			}
		}
	})
}
