package fhrp_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/internal/wire/fhrp"
	"kanmon/discover/internal/wire/wiretest"
)

func sameAddr(a, b netip.Addr) bool { return a == b }

func check(t *testing.T, want, got fhrp.Speaker, wantOK, ok bool) {
	t.Helper()
	if ok != wantOK {
		t.Fatalf("taken: %v, want %v", ok, wantOK)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(sameAddr)); ok && diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVRRP(t *testing.T) {
	t.Parallel()
	carp := slices.Concat([]byte{0x21, 9, 0, 7, 0, 1, 0xab, 0xcd}, make([]byte, 28))
	for _, tt := range []struct {
		name string
		in   []byte
		six  bool
		want fhrp.Speaker
		ok   bool
	}{
		// The first two are of tests/vrrp.pcap of tcpdump.
		{name: "version 2", in: wiretest.Hex("212abf03010af11f0a042a010a042a020a042a036162636465666768"), want: fhrp.Speaker{Protocol: "vrrp", Role: "master", Group: 42, Virtual: wiretest.Addrs("10.4.42.1", "10.4.42.2", "10.4.42.3")}, ok: true},
		{name: "version 3", six: true, in: wiretest.Hex("312dbf0203e8cfa0fe8000000000000002005efffe00022d200100000000000000000000abcd000a"), want: fhrp.Speaker{Protocol: "vrrp", Role: "master", Group: 45, Virtual: wiretest.Addrs("fe80::200:5eff:fe00:22d", "2001::abcd:a")}, ok: true},
		{name: "version 3 over IPv4", in: wiretest.Hex("3105640100641234c0000201"), want: fhrp.Speaker{Protocol: "vrrp", Role: "master", Group: 5, Virtual: wiretest.Addrs("192.0.2.1")}, ok: true},
		{name: "gives up", in: wiretest.Hex("3105000100641234c0000201"), want: fhrp.Speaker{Protocol: "vrrp", Role: "resigning", Group: 5, Virtual: wiretest.Addrs("192.0.2.1")}, ok: true},
		{name: "CARP", in: carp, want: fhrp.Speaker{Protocol: "carp", Role: "master", Group: 9}, ok: true},
		{name: "seven addresses are not CARP", in: slices.Concat([]byte{0x21, 9, 100, 7, 0, 1, 0, 0}, make([]byte, 36)), want: fhrp.Speaker{Protocol: "vrrp", Role: "master", Group: 9}, ok: true},
		{name: "more addresses than octets", in: wiretest.Hex("3105640900641234c0000201")},
		{name: "addresses of 4 octets in IPv6", six: true, in: wiretest.Hex("3105640100641234c0000201")},
		{name: "another version", in: wiretest.Hex("4105640100641234c0000201")},
		{name: "another type", in: wiretest.Hex("3205640100641234c0000201")},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := fhrp.VRRP(tt.in, tt.six)
			check(t, tt.want, got, tt.ok, ok)
		})
	}
}

// hsrp2 is a group state element of HSRP version 2.
func hsrp2(state, version byte, group uint16, ip string) []byte {
	a := netip.MustParseAddr(ip).AsSlice()
	return slices.Concat([]byte{1, 40, 2, 0, state, version, byte(group >> 8), byte(group), 2, 0, 0, 0, 0, 1}, make([]byte, 12), a, make([]byte, 16-len(a)))
}

func TestHSRP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []byte
		want fhrp.Speaker
		ok   bool
	}{
		// tests/cfgs/default/pcap/hsrp0.pcap of nDPI.
		{name: "version 1", in: wiretest.Hex("000010030a5a0a00636973636f0000000a1ca8fe"), want: fhrp.Speaker{Protocol: "hsrp", Role: "active", Group: 10, Virtual: wiretest.Addrs("10.28.168.254")}, ok: true},
		{name: "version 1, does not know the address", in: wiretest.Hex("000001030a5a0a00636973636f00000000000000"), want: fhrp.Speaker{Protocol: "hsrp", Role: "learn", Group: 10}, ok: true},
		{name: "version 1, advertisement", in: wiretest.Hex("000310030a5a0a00636973636f0000000a1ca8fe")},
		{name: "version 1, no state", in: wiretest.Hex("000011030a5a0a00636973636f0000000a1ca8fe")},
		{name: "version 2", in: hsrp2(5, 4, 1020, "192.0.2.254"), want: fhrp.Speaker{Protocol: "hsrp", Role: "standby", Group: 1020, Virtual: wiretest.Addrs("192.0.2.254")}, ok: true},
		{name: "version 2 of IPv6, after another element", in: slices.Concat([]byte{3, 2, 0, 0}, hsrp2(6, 6, 7, "fe80::5:73ff:fea0:7")), want: fhrp.Speaker{Protocol: "hsrp", Role: "active", Group: 7, Virtual: wiretest.Addrs("fe80::5:73ff:fea0:7")}, ok: true},
		{name: "version 2, no state", in: hsrp2(9, 4, 1, "192.0.2.254")},
		{name: "cut", in: hsrp2(6, 4, 1, "192.0.2.254")[:30]},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := fhrp.HSRP(tt.in)
			check(t, tt.want, got, tt.ok, ok)
		})
	}
}

func glbp(state byte, addr ...byte) []byte {
	hello := slices.Concat([]byte{0, state, 0, 100, 0, 0, 0, 0, 0x0b, 0xb8, 0, 0, 0x27, 0x10, 2, 0x58, 0x38, 0x40, 0, 0}, addr)
	return slices.Concat([]byte{1, 0, 0x03, 0xfd, 0, 0, 0xc2, 0, 0x7c, 0xb8, 0, 0}, []byte{3, 4, 1, 0}, []byte{1, byte(2 + len(hello))}, hello)
}

func TestGLBP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []byte
		want fhrp.Speaker
		ok   bool
	}{
		{name: "IPv4", in: glbp(32, 1, 4, 10, 20, 20, 100), want: fhrp.Speaker{Protocol: "glbp", Role: "active", Group: 1021, Virtual: wiretest.Addrs("10.20.20.100")}, ok: true},
		{name: "IPv6", in: glbp(16, slices.Concat([]byte{2, 16}, netip.MustParseAddr("fe80::c800:8ff:fe64:aaaa").AsSlice())...), want: fhrp.Speaker{Protocol: "glbp", Role: "standby", Group: 1021, Virtual: wiretest.Addrs("fe80::c800:8ff:fe64:aaaa")}, ok: true},
		{name: "address of another length", in: glbp(32, 1, 9, 10, 20, 20, 100), want: fhrp.Speaker{Protocol: "glbp", Role: "active", Group: 1021}, ok: true},
		{name: "no state", in: glbp(3, 1, 4, 10, 20, 20, 100)},
		{name: "length of nothing", in: []byte{1, 0, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 1, 0}},
		{name: "another version", in: append([]byte{2}, glbp(32, 1, 4, 10, 20, 20, 100)[1:]...)},
		{name: "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := fhrp.GLBP(tt.in)
			check(t, tt.want, got, tt.ok, ok)
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(wiretest.Hex("212abf03010af11f0a042a010a042a020a042a036162636465666768"))
	f.Add(wiretest.Hex("000010030a5a0a00636973636f0000000a1ca8fe"))
	f.Add(hsrp2(6, 6, 7, "fe80::5"))
	f.Add(glbp(32, 1, 4, 10, 20, 20, 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, decode := range []func([]byte) (fhrp.Speaker, bool){
			func(b []byte) (fhrp.Speaker, bool) { return fhrp.VRRP(b, false) },
			func(b []byte) (fhrp.Speaker, bool) { return fhrp.VRRP(b, true) },
			fhrp.HSRP, fhrp.GLBP,
		} {
			if s, ok := decode(b); ok && (s.Protocol == "" || len(s.Virtual) > 32) {
				t.Errorf("%+v", s)
			}
		}
	})
}
