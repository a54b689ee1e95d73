package pcap_test

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frametest"
)

// Stations of the tests, and what makes their frames.
var (
	macA = fact.MAC{0x02, 0, 0, 0, 0, 0x0a}
	macB = fact.MAC{0x02, 0, 0, 0, 0, 0x0b}
	macC = fact.MAC{0x02, 0, 0, 0, 0, 0x0c}
	all1 = fact.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

	join                  = slices.Concat[[]byte]
	be16, be32, addr      = frametest.Be16, frametest.Be32, frametest.Addr
	eth, arp4, ip4, ip6   = frametest.Ethernet, frametest.ARP, frametest.IPv4, frametest.IPv6
	udp, tcp, classicFile = frametest.UDP, frametest.TCP, frametest.File
)

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

// TCP flags.
const (
	fin = 1
	syn = 2
	ack = 16
)

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
