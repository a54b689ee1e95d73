package neighbor_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/neighbor"
	"kanmon/discover/internal/wire/wiretest"
)

// edp writes the header of EDP before elements.
func edp(elements ...[]byte) []byte {
	body := slices.Concat(elements...)
	return slices.Concat([]byte{1, 0, 0, byte(16 + len(body)), 0, 0, 0, 7, 0, 0}, wiretest.Hex("0004960a0b0c"), body)
}

func element(kind byte, v ...byte) []byte {
	return append([]byte{0x99, kind, 0, byte(4 + len(v))}, v...)
}

// tlv is an element of UDLD, which counts its header, and small one of Ubiquiti,
// which does not.
func tlv(kind byte, v string) []byte {
	return append([]byte{0, kind, 0, byte(4 + len(v))}, v...)
}

func small(kind byte, v []byte) []byte { return append([]byte{kind, 0, byte(len(v))}, v...) }

func ubiquiti(version, cmd byte, elements ...[]byte) []byte {
	body := slices.Concat(elements...)
	return append([]byte{version, cmd, 0, byte(len(body))}, body...)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	info := slices.Concat([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 15, 3, 1, 4}, make([]byte, 16))
	mac, macIP := wiretest.Hex("802aa8aef163"), wiretest.Hex("802aa8aef163c0a80001")
	for _, tt := range []struct {
		name   string
		in     []byte
		decode func([]byte) (neighbor.Announcement, bool)
		want   neighbor.Announcement
		ok     bool
	}{
		{
			name: "EDP", decode: neighbor.EDP, in: edp(element(1, []byte("core-x\x00garbage")...), element(2, info...), element(0)), ok: true,
			want: neighbor.Announcement{DeviceID: "00:04:96:0a:0b:0c", DeviceIDSubtype: "macAddress", PortID: "1/5", PortIDSubtype: "interfaceName", Name: "core-x", Version: "15.3.1.4"},
		},
		{
			name: "EDP of VLANs", decode: neighbor.EDP, in: edp(element(5, slices.Concat([]byte{0x80, 0, 0, 30, 0, 0, 0, 0, 10, 30, 0, 1}, []byte("kensa\x00"))...), element(5, make([]byte, 12)...), element(0)), ok: true,
			want: neighbor.Announcement{DeviceID: "00:04:96:0a:0b:0c", DeviceIDSubtype: "macAddress", Addresses: wiretest.Addrs("10.30.0.1")},
		},
		{name: "EDP cut", decode: neighbor.EDP, in: edp(element(1, []byte("core-x")...))[:20], want: neighbor.Announcement{DeviceID: "00:04:96:0a:0b:0c", DeviceIDSubtype: "macAddress"}, ok: true},
		{name: "EDP of another version", decode: neighbor.EDP, in: append([]byte{2}, edp()[1:]...)},
		{
			name: "SONMP", decode: neighbor.SONMP, in: []byte{10, 1, 0, 9, 0, 1, 24, 96, 12, 1, 1}, ok: true,
			want: neighbor.Announcement{DeviceID: "10.1.0.9", DeviceIDSubtype: "networkAddress", PortID: "1/24", PortIDSubtype: "local", Model: "Nortel chassis type 96", Addresses: wiretest.Addrs("10.1.0.9")},
		},
		{
			name: "SONMP without slots", decode: neighbor.SONMP, in: []byte{10, 1, 0, 9, 0, 0, 3, 1, 12, 1, 1}, ok: true,
			want: neighbor.Announcement{DeviceID: "10.1.0.9", DeviceIDSubtype: "networkAddress", PortID: "3", PortIDSubtype: "local", Addresses: wiretest.Addrs("10.1.0.9")},
		},
		{name: "SONMP without an address", decode: neighbor.SONMP, in: make([]byte, 11)},
		{
			name: "UDLD", decode: neighbor.UDLD, in: slices.Concat([]byte{0x21, 0, 0, 0}, tlv(1, "FOX06310RJT"), tlv(2, "Gi0/1"), tlv(3, "\x00\x00\x00\x00"), tlv(4, "\x07"), tlv(6, "sw-2f")), ok: true,
			want: neighbor.Announcement{DeviceID: "FOX06310RJT", PortID: "Gi0/1", Name: "sw-2f"},
		},
		{name: "UDLD length of nothing", decode: neighbor.UDLD, in: []byte{0x21, 0, 0, 0, 0, 1, 0, 0}},
		{name: "UDLD of another version", decode: neighbor.UDLD, in: slices.Concat([]byte{0x41, 0, 0, 0}, tlv(1, "FOX"))},
		// Both of tests/cfgs/default/pcap/1kxun.pcap of nDPI.
		{
			name: "MNDP", decode: neighbor.MNDP, in: wiretest.Hex("0004683f000100064c5e0c9aec54000500000007000f362e33352e312028737461626c6529000800084d696b726f54696b000a00047cf37f00000b0009334458592d4b484744000c000d4352533132352d3234472d3153000e000101000f0010fe800000000000004e5e0cfffe9aec540010000762726964676531"), ok: true,
			want: neighbor.Announcement{DeviceID: "4c:5e:0c:9a:ec:54", DeviceIDSubtype: "macAddress", PortID: "bridge1", PortIDSubtype: "interfaceName", Version: "6.35.1 (stable)", Model: "MikroTik CRS125-24G-1S", Addresses: wiretest.Addrs("fe80::4e5e:cff:fe9a:ec54")},
		},
		{
			name: "MNDP with a name", decode: neighbor.MNDP, in: wiretest.Hex("0000a91d000100064c5e0cea038800050005344d4e41540007000f362e33352e312028737461626c6529000800084d696b726f54696b000a000483962400000b00094e3533382d47303455000c0006524234353047000e00010000100006657468657232"), ok: true,
			want: neighbor.Announcement{DeviceID: "4c:5e:0c:ea:03:88", DeviceIDSubtype: "macAddress", PortID: "ether2", PortIDSubtype: "interfaceName", Name: "4MNAT", Version: "6.35.1 (stable)", Model: "MikroTik RB450G"},
		},
		{name: "MNDP question", decode: neighbor.MNDP, in: []byte{0, 0, 0, 0}},
		{name: "MNDP longer than it is", decode: neighbor.MNDP, in: []byte{0, 0, 0, 0, 0, 1, 0, 9, 1, 2}},
		{
			name: "Ubiquiti", decode: neighbor.Ubiquiti, in: ubiquiti(1, 0, small(2, macIP), small(1, mac), small(6, []byte("taro")), small(3, []byte("EdgeRouter.ER-e50.v1.10.7")), small(11, []byte("ubnt-router")), small(12, []byte("ER-X"))), ok: true,
			want: neighbor.Announcement{DeviceID: "80:2a:a8:ae:f1:63", DeviceIDSubtype: "macAddress", Name: "ubnt-router", Version: "EdgeRouter.ER-e50.v1.10.7", Model: "ER-X", Addresses: wiretest.Addrs("192.168.0.1")},
		},
		{
			name: "Ubiquiti, second version", decode: neighbor.Ubiquiti, in: ubiquiti(2, 6, small(1, mac), small(21, []byte("UCK-v2")), small(22, []byte("5.9.29")), small(4, []byte{192, 168, 0, 30})), ok: true,
			want: neighbor.Announcement{DeviceID: "80:2a:a8:ae:f1:63", DeviceIDSubtype: "macAddress", Version: "5.9.29", Model: "UCK-v2", Addresses: wiretest.Addrs("192.168.0.30")},
		},
		{name: "Ubiquiti question", decode: neighbor.Ubiquiti, in: []byte{1, 0, 0, 0}},
		{name: "Ubiquiti of another length", decode: neighbor.Ubiquiti, in: append(ubiquiti(1, 0, small(1, mac)), 0)},
		{name: "Ubiquiti longer than it is", decode: neighbor.Ubiquiti, in: ubiquiti(1, 0, []byte{1, 0, 9, 1, 2})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := tt.decode(tt.in)
			if ok != tt.ok {
				t.Fatalf("taken: %v, want %v", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); ok && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(edp(element(1, 'x', 0), element(0)))
	f.Add([]byte{10, 1, 0, 9, 0, 1, 24, 96, 12, 1, 1})
	f.Add(slices.Concat([]byte{0x21, 0, 0, 0}, tlv(1, "FOX06310RJT"), tlv(2, "Gi0/1")))
	f.Add(wiretest.Hex("0000a91d000100064c5e0cea038800050005344d4e4154"))
	f.Add(ubiquiti(1, 0, small(2, wiretest.Hex("802aa8aef163c0a80001"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, decode := range []func([]byte) (neighbor.Announcement, bool){neighbor.EDP, neighbor.SONMP, neighbor.UDLD, neighbor.MNDP, neighbor.Ubiquiti} {
			if a, ok := decode(b); ok && (a.DeviceID == "" || len(a.Addresses) > 32) {
				t.Errorf("%+v", a)
			}
		}
	})
}
