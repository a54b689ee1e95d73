package vpn_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"kanmon/discover/internal/wire/vpn"
)

func ikeV1(payloads ...[]byte) []byte {
	body := slices.Concat(payloads...)
	b := append([]byte{1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 13, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0}, body...)
	binary.BigEndian.PutUint32(b[24:], uint32(len(b)))
	return b
}

func payload(next byte, v string) []byte {
	return slices.Concat([]byte{next, 0, 0, byte(4 + len(v))}, []byte(v))
}

func TestIKE(t *testing.T) {
	t.Parallel()
	good := ikeV1(payload(0, "\x88\x2f\xe5\x6d\x6f\xd2\x0d\xbc\x22\x51\x61\x3b\x2e\xbe\x5b\xeb"))
	for _, tt := range []struct {
		name   string
		in     []byte
		whole  bool
		vendor string
		ok     bool
	}{
		{name: "known vendor", in: good, whole: true, vendor: "strongSwan", ok: true},
		{name: "second vendor ID is the readable one", in: ikeV1(payload(13, "\x01\x02\x03\x04\x05"), payload(0, "SEIL Series")), whole: true, vendor: "SEIL Series", ok: true},
		{name: "both known", in: ikeV1(payload(13, "\x82\x99\x03\x17\x57\xa3\x60\x82\xc6\xa6\x21\xde"), payload(13, "\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc\x01\x00"), payload(0, "CISCO-DELETE-REASON")), whole: true, vendor: "Fortinet, Cisco Unity, Cisco", ok: true},
		{name: "client of FortiGate", in: ikeV1(payload(13, "\x4c\x53\x42\x7b\x6d\x46\x5d\x1b\x33\x7b\xb7\x55\xa3\x7a\x7f\xef"), payload(0, "\xc1\xdc\x43\x50\x47\x6b\x98\xa4\x29\xb9\x17\x81\x91\x4c\xa4\x3e")), whole: true, vendor: "FortiClient", ok: true},
		{name: "what many are able to do names nobody", in: ikeV1(payload(13, "\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f"), payload(0, "\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00")), whole: true, ok: true},
		{name: "cut by the capture", in: good[:40], whole: false, ok: true},
		{name: "cut on the wire", in: good[:40], whole: true},
		{name: "longer than it says", in: append(slices.Clone(good), 0), whole: true},
		{name: "payload of no length", in: ikeV1([]byte{13, 0, 0, 0}), whole: true, ok: true},
		{name: "version", in: set(good, 17, 0x30), whole: true},
		{name: "exchange", in: set(good, 18, 99), whole: true},
		{name: "flags", in: set(good, 19, 0x80), whole: true},
		{name: "zeros", in: make([]byte, 60), whole: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, ok := vpn.DecodeIKE(tt.in, tt.whole)
			if ok != tt.ok || m.Vendor != tt.vendor {
				t.Errorf("got %+v, %v; want vendor %q, %v", m, ok, tt.vendor, tt.ok)
			}
		})
	}
}

func TestGRE(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []byte
		rest int
		ok   bool
	}{
		{name: "plain", in: []byte{0, 0, 8, 0, 'x'}, rest: 1, ok: true},
		{name: "checksum, key and sequence", in: append([]byte{0xb0, 0, 8, 0}, make([]byte, 13)...), rest: 1, ok: true},
		{name: "PPTP", in: append([]byte{0x30, 0x81, 0x88, 0x0b}, make([]byte, 13)...), rest: 1, ok: true},
		{name: "EoIP", in: []byte{0x20, 1, 0x64, 0, 0, 1, 7, 0, 'x'}, rest: 1, ok: true},
		{name: "cut", in: []byte{0xb0, 0, 8, 0, 0, 0}},
		{name: "source routing", in: make([]byte, 0, 8)},
		{name: "version", in: []byte{0, 2, 8, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g, ok := vpn.DecodeGRE(tt.in)
			if ok != tt.ok || len(g.Payload) != tt.rest {
				t.Errorf("got %+v, %v", g, ok)
			}
		})
	}
}

func TestWireGuardNeedsOneIndex(t *testing.T) {
	t.Parallel()
	var w vpn.WireGuard
	for i := range 40 {
		b := make([]byte, 64)
		b[0] = 4
		binary.LittleEndian.PutUint32(b[4:], uint32(i+1)) // another receiver each time
		binary.LittleEndian.PutUint64(b[8:], uint64(i))
		if sure, _ := w.Feed(b, len(b), i%2); sure {
			t.Fatal("taken for WireGuard")
		}
	}
}

func TestOpenVPNData(t *testing.T) {
	t.Parallel()
	packet := func(head, id uint32) []byte {
		return slices.Concat(binary.BigEndian.AppendUint32(nil, head), binary.BigEndian.AppendUint32(nil, id), make([]byte, 40))
	}
	var counting, other vpn.OpenVPN
	sure := false
	for i := range uint32(5) {
		a, _ := counting.Feed(packet(0x48000001, 7+i), 0)
		b, _ := counting.Feed(packet(0x48000002, 70+i), 1)
		sure = sure || a || b
		for side := range 2 {
			if s, _ := other.Feed(packet(0x48000001, 7*i*i*1000), side); s {
				t.Error("numbers that do not count on were taken for OpenVPN")
			}
		}
	}
	if !sure {
		t.Error("data of both sides was not taken for OpenVPN")
	}
}

func FuzzVPN(f *testing.F) {
	f.Add(ikeV1(payload(13, "abcd"), payload(0, "efgh")), uint8(0))
	f.Add([]byte{0x30, 0x81, 0x88, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0}, uint8(1))
	f.Add(append([]byte{0, 1, 4, 4}, make([]byte, 70)...), uint8(0))
	f.Fuzz(func(_ *testing.T, b []byte, side uint8) {
		vpn.DecodeIKE(b, side&1 != 0)
		vpn.DecodeNATT(b, side&1 != 0)
		vpn.AH(b)
		vpn.L2TP(b, side&1 != 0)
		vpn.PPTP(b)
		vpn.VXLAN(b)
		vpn.Geneve(b)
		vpn.Teredo(b)
		vpn.SixInFour(b)
		if g, ok := vpn.DecodeGRE(b); ok {
			vpn.ERSPAN(g)
		}
		var w vpn.WireGuard
		var o vpn.OpenVPN
		for i := 0; i < len(b); i += 16 {
			w.Feed(b[i:], len(b), int(side+uint8(i))&1)
			o.Feed(b[i:], int(side+uint8(i/16))&1)
			if p, ok := vpn.OpenVPNOverTCP(b[i:]); ok {
				o.Feed(p, 0)
			}
		}
	})
}
