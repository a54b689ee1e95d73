package pcap_test

import (
	"testing"

	"kanmon/discover/fact"
)

// FuzzControl reads frames of the protocols with which the network runs itself
// and hosts tell their segment of themselves: whatever they hold, what is told
// stays within the bounds of facts.
func FuzzControl(f *testing.F) {
	carry := []func([]byte) []byte{
		func(b []byte) []byte { return eth(slow, macA, 0x8809, b) },
		func(b []byte) []byte { return eth(slow, macA, 0x88cc, b) },
		func(b []byte) []byte {
			return eth(cisco, macA, uint16(min(len(b)+3, 1500)), join([]byte{0xfe, 0xfe, 3}, b))
		},
	}
	for _, s := range []struct {
		oui byte
		pid uint16
	}{{0, 0x2000}, {0, 0x010b}, {0, 0x0111}, {0, 0x2003}, {0, 0x2004}, {1, 0x2000}, {2, 0x00bb}, {3, 0x01a2}} {
		oui := [][]byte{{0, 0, 0x0c}, {0, 0xe0, 0x52}, {0, 0xe0, 0x2b}, {0, 0, 0x81}}[s.oui]
		carry = append(carry, func(b []byte) []byte { return snap(macA, oui, s.pid, b[:min(len(b), 1400)]) })
	}
	for _, proto := range []byte{2, 88, 89, 103, 112} {
		carry = append(carry, func(b []byte) []byte { return eth(group4, macA, 0x0800, near("10.30.0.2", "224.0.0.5", proto, b)) })
	}
	for _, port := range []uint16{53, 67, 137, 138, 520, 521, 547, 1900, 1985, 3222, 3702, 5246, 5247, 5351, 5353, 5355, 5678, 10001} {
		carry = append(carry, func(b []byte) []byte {
			return eth(macB, macA, 0x0800, ip4("10.30.0.2", "10.30.0.9", 17, udp(port, port, b[:min(len(b), 60_000)])))
		})
	}
	for i := range carry {
		f.Add(uint8(i), join([]byte{1, 1, 1, 20}, make([]byte, 60)))
		f.Add(uint8(i), join(be16(1), be16(0x8400), be16(0), be16(1), be32(0), netBIOSName("KENSA", 0), be16(0x20), be16(1), be32(60), be16(6), be16(0), addr("10.30.0.2")))
	}
	f.Fuzz(func(t *testing.T, i uint8, b []byte) {
		r := readBytes(t, "fuzz", classicFile(1, carry[int(i)%len(carry)](b[:min(len(b), 60_000)])))
		for _, s := range facts[fact.ControlSpeaker](r.obs) {
			if s.Protocol == "" || len(s.Virtual) > 64 {
				t.Errorf("%+v", s)
			}
		}
		for _, s := range facts[fact.AddressSet](r.obs) {
			if len(s.Addresses) == 0 || len(s.Addresses) > 64 {
				t.Errorf("%+v", s)
			}
		}
	})
}
