// Package frametest makes frames for tests.
package frametest

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

// Be16 is a number in network byte order.
func Be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

// Be32 is a number in network byte order.
func Be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

// Addr is an IP address as packets hold it.
func Addr(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

// Ethernet is a frame.
func Ethernet(dst, src fact.MAC, etherType uint16, payload []byte) []byte {
	return slices.Concat(dst[:], src[:], Be16(etherType), payload)
}

// ARP is a message of ARP for IPv4 over Ethernet (RFC 826): 1 asks, 2 answers.
func ARP(op uint16, sha fact.MAC, spa string, tha fact.MAC, tpa string) []byte {
	return slices.Concat(Be16(1), Be16(0x0800), []byte{6, 4}, Be16(op), sha[:], Addr(spa), tha[:], Addr(tpa))
}

// IPv4 is a packet without options.
func IPv4(src, dst string, proto byte, payload []byte) []byte {
	h := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, proto, 0, 0}
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(payload)))
	return slices.Concat(h, Addr(src), Addr(dst), payload)
}

// IPv6 is a packet without extension headers.
func IPv6(src, dst string, next, hops byte, payload []byte) []byte {
	h := []byte{0x60, 0, 0, 0, 0, 0, next, hops}
	binary.BigEndian.PutUint16(h[4:], uint16(len(payload)))
	return slices.Concat(h, Addr(src), Addr(dst), payload)
}

// UDP is a datagram.
func UDP(src, dst uint16, payload []byte) []byte {
	return slices.Concat(Be16(src), Be16(dst), Be16(uint16(8+len(payload))), Be16(0), payload)
}

// TCP is a segment without options.
func TCP(src, dst uint16, seq uint32, flags byte, payload []byte) []byte {
	return slices.Concat(Be16(src), Be16(dst), Be32(seq), Be32(0), []byte{0x50, flags}, Be16(1024), Be16(0), Be16(0), payload)
}

// File is a pcap file: little-endian, microseconds, one frame a second.
func File(link uint32, frames ...[]byte) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint16(le.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(le.AppendUint32(b, 65535), link)
	for i, f := range frames {
		b = le.AppendUint32(le.AppendUint32(b, uint32(1_700_000_000+i)), 5)
		b = le.AppendUint32(le.AppendUint32(b, uint32(len(f))), uint32(len(f)))
		b = append(b, f...)
	}
	return b
}
