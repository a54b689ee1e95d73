package fragile

import (
	"encoding/binary"
	"fmt"
)

// packet is what the device sees of a frame.
type packet struct {
	flow

	kind     string // for the count: "arp", "tcp 104 syn", "udp 161"
	tcp, udp bool
	syn      bool // the first of a connection to the device
	payload  []byte
	length   int // of the payload
}

// Ethernet types and protocols by their numbers.
const (
	ethernetLength = 14
	typeIPv4       = 0x0800
	typeARP        = 0x0806
	typeIPv6       = 0x86dd
	protoICMP      = 1
	protoTCP       = 6
	protoUDP       = 17
	protoICMPv6    = 58
)

// parse reads an Ethernet frame as far as it can; what is cut short or unknown
// has a kind and no more. The ports of answers to the device's own questions
// differ each time, so only ports that are a server's are in the kind.
func parse(frame []byte) packet {
	if len(frame) < ethernetLength {
		return packet{kind: "cut short"}
	}
	rest := frame[ethernetLength:]
	switch kind := binary.BigEndian.Uint16(frame[12:]); kind {
	case typeARP:
		return packet{kind: "arp"}
	case typeIPv4:
		return parseIPv4(rest)
	case typeIPv6:
		return parseIPv6(rest)
	default:
		return packet{kind: fmt.Sprintf("ethernet %04x", kind)}
	}
}

func parseIPv4(b []byte) packet {
	const least = 20
	if len(b) < least {
		return packet{kind: "ip cut short"}
	}
	header, total := int(b[0]&0xf)*4, int(binary.BigEndian.Uint16(b[2:]))
	if header < least || total < header || total > len(b) {
		return packet{kind: "ip cut short"}
	}
	if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return packet{kind: "ip fragment"}
	}
	return parseTransport(b[9], b[header:total], string(b[12:16]))
}

// parseIPv6 does not look behind extension headers: the kind says which.
func parseIPv6(b []byte) packet {
	const header = 40
	if len(b) < header {
		return packet{kind: "ipv6 cut short"}
	}
	total := header + int(binary.BigEndian.Uint16(b[4:]))
	if total > len(b) {
		return packet{kind: "ipv6 cut short"}
	}
	return parseTransport(b[6], b[header:total], string(b[8:24]))
}

func parseTransport(proto byte, b []byte, from string) packet {
	p := packet{kind: fmt.Sprintf("protocol %d", proto)}
	switch {
	case (proto == protoICMP || proto == protoICMPv6) && len(b) > 0:
		p.kind = fmt.Sprintf("icmp %d", b[0])
		if proto == protoICMPv6 {
			p.kind = fmt.Sprintf("icmpv6 %d", b[0])
		}
	case proto == protoUDP && len(b) >= 8:
		p.udp, p.payload = true, b[8:]
		p.flow = flow{from, binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])}
		p.kind = "udp " + p.name()
	case proto == protoTCP && len(b) >= 20:
		offset := int(b[12]>>4) * 4
		if offset < 20 || offset > len(b) {
			p.kind = "tcp cut short"
			break
		}
		const syn, ack = 0x02, 0x10
		p.tcp, p.payload = true, b[offset:]
		p.flow = flow{from, binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])}
		p.syn = b[13]&(syn|ack) == syn
		p.kind = "tcp " + p.name()
		if p.syn {
			p.kind += " syn"
		}
	}
	p.length = len(p.payload)
	return p
}

// ephemeral is the first port that a client takes for itself on Linux.
const ephemeral = 32768

func (f flow) name() string {
	if f.into >= ephemeral && f.from < ephemeral {
		return fmt.Sprintf("answer of %d", f.from)
	}
	return fmt.Sprint(f.into)
}
