package pcap_test

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

// Stations of the tests.
var (
	macA = fact.MAC{0x02, 0, 0, 0, 0, 0x0a}
	macB = fact.MAC{0x02, 0, 0, 0, 0, 0x0b}
	macC = fact.MAC{0x02, 0, 0, 0, 0, 0x0c}
	all1 = fact.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func addr(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func eth(dst, src fact.MAC, etherType uint16, payload []byte) []byte {
	return join(dst[:], src[:], be16(etherType), payload)
}

func arp4(op uint16, sha fact.MAC, spa string, tha fact.MAC, tpa string) []byte {
	return join(be16(1), be16(0x0800), []byte{6, 4}, be16(op), sha[:], addr(spa), tha[:], addr(tpa))
}

func ip4(src, dst string, proto byte, payload []byte) []byte {
	h := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, proto, 0, 0}
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(payload)))
	return join(h, addr(src), addr(dst), payload)
}

func ip6(src, dst string, next, hops byte, payload []byte) []byte {
	h := []byte{0x60, 0, 0, 0, 0, 0, next, hops}
	binary.BigEndian.PutUint16(h[4:], uint16(len(payload)))
	return join(h, addr(src), addr(dst), payload)
}

func udp(src, dst uint16, payload []byte) []byte {
	return join(be16(src), be16(dst), be16(uint16(8+len(payload))), be16(0), payload)
}

// TCP flags.
const (
	fin = 1
	syn = 2
	ack = 16
)

func tcp(src, dst uint16, seq uint32, flags byte, payload []byte) []byte {
	return join(be16(src), be16(dst), be32(seq), be32(0), []byte{0x50, flags}, be16(1024), be16(0), be16(0), payload)
}

// conversation makes frames between a client with macA and a server with macB.
type conversation struct {
	client, server string
	frames         [][]byte
}

func (c *conversation) up(proto byte, segment []byte) *conversation {
	c.frames = append(c.frames, eth(macB, macA, 0x0800, ip4(c.client, c.server, proto, segment)))
	return c
}

func (c *conversation) down(proto byte, segment []byte) *conversation {
	c.frames = append(c.frames, eth(macA, macB, 0x0800, ip4(c.server, c.client, proto, segment)))
	return c
}

// classicFile is a pcap file: little-endian, microseconds, one frame a second.
func classicFile(link uint32, frames ...[]byte) []byte {
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

// dnsName writes a name in the form of DNS messages.
func dnsName(labels ...string) []byte {
	var b []byte
	for _, l := range labels {
		b = append(append(b, byte(len(l))), l...)
	}
	return append(b, 0)
}

// record writes a resource record of class IN.
func record(name []byte, kind uint16, data []byte) []byte {
	return join(name, be16(kind), be16(1), be32(60), be16(uint16(len(data))), data)
}

// dnsMessage writes a message with the given flags, questions and answers.
func dnsMessage(flags uint16, questions, answers [][]byte) []byte {
	return join(be16(0x1234), be16(flags), be16(uint16(len(questions))), be16(uint16(len(answers))), be32(0), slices.Concat(questions...), slices.Concat(answers...))
}

func question(name []byte, kind uint16) []byte { return join(name, be16(kind), be16(1)) }

// clientHello writes a TLS record with a ClientHello for name, made n octets
// longer by an extension before it.
func clientHello(name string, n int) []byte {
	sni := join(be16(0), be16(uint16(len(name)+5)), be16(uint16(len(name)+3)), []byte{0}, be16(uint16(len(name))), []byte(name))
	ext := sni
	if n > 0 {
		ext = join(be16(21), be16(uint16(n)), make([]byte, n), sni)
	}
	body := join([]byte{3, 3}, make([]byte, 32), []byte{0}, be16(2), be16(0x1301), []byte{1, 0}, be16(uint16(len(ext))), ext)
	hs := join([]byte{1, 0}, be16(uint16(len(body))), body)
	return join([]byte{22, 3, 1}, be16(uint16(len(hs))), hs)
}
