package save

import (
	"encoding/binary"

	"kanmon/discover/internal/wire/vpn"
	"kanmon/discover/pcap/internal/frame"
)

// stripPacket is strip for an IP packet of either version.
func stripPacket(b []byte, depth int) int {
	if b[0]>>4 == 6 {
		return stripType(frame.EtherIPv6, b, depth+1)
	}
	return stripType(frame.EtherIPv4, b, depth+1)
}

func stripIPv4(b []byte, depth int) int {
	if len(b) < 20 || b[0]>>4 != 4 {
		return 0
	}
	n := int(b[0]&15) * 4
	if n < 20 || len(b) <= n {
		return min(len(b), 20)
	}
	if total := int(binary.BigEndian.Uint16(b[2:])); total >= n && total < len(b) {
		b = b[:total] // what follows is padding, or what was left in a buffer
	}
	if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 { // not the first fragment
		return n
	}
	return n + stripTransport(b[9], b[n:], b[16]>>4 == 14 || [4]byte(b[16:]) == [4]byte{255, 255, 255, 255}, depth)
}

func stripIPv6(b []byte, depth int) int {
	if len(b) < 40 || b[0]>>4 != 6 {
		return 0
	}
	if total := 40 + int(binary.BigEndian.Uint16(b[4:])); total > 40 && total < len(b) {
		b = b[:total]
	}
	n, proto := 40, b[6]
	for range 8 {
		size := 8
		switch proto {
		case 0, 43, 60: // hop-by-hop, routing, destination options
			if len(b) < n+8 {
				return len(b)
			}
			size += int(b[n+1]) * 8
		case 44: // fragment
			if len(b) < n+8 || binary.BigEndian.Uint16(b[n+2:])&0xfff8 != 0 {
				return min(len(b), n+8)
			}
		default:
			return n + stripTransport(proto, b[n:], b[24] == 0xff, depth)
		}
		if len(b) < n+size {
			return n
		}
		n, proto = n+size, b[n]
	}
	return n
}

// stripTransport returns how much stays of what an IP packet holds.
func stripTransport(proto uint8, b []byte, group bool, depth int) int {
	fixed := 0
	switch proto {
	case frame.ProtoTCP:
		if len(b) >= 20 {
			fixed = max(int(b[12]>>4)*4, 20)
		}
		if len(b) <= max(fixed, 20) {
			return len(b)
		}
		return fixed + stripTCP(b[fixed:], binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]))
	case frame.ProtoUDP:
		if len(b) > 8 {
			return 8 + stripUDP(b[8:], binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), group, depth)
		}
		fixed = 8
	case frame.ProtoICMP:
		return stripICMP(b, len(b) >= 1 && (b[0] == 3 || b[0] == 5 || b[0] == 11 || b[0] == 12), 28)
	case frame.ProtoICMPv6:
		if len(b) >= 40 && b[0] == 137 {
			return stripRedirect(b)
		}
		if len(b) >= 1 && (b[0] >= 130 && b[0] <= 137 || b[0] == 143) { // MLD, neighbour discovery
			return len(b)
		}
		return stripICMP(b, len(b) >= 1 && b[0] < 128, 48)
	case frame.ProtoIPv4:
		return stripType(frame.EtherIPv4, b, depth+1)
	case frame.ProtoIPv6:
		return stripType(frame.EtherIPv6, b, depth+1)
	case frame.ProtoGRE:
		return stripGRE(b, depth)
	case frame.ProtoESP:
		fixed = 20
	case frame.ProtoAH:
		if len(b) < 12 {
			return len(b)
		}
		if n := (int(b[1]) + 2) * 4; n >= 12 && n < len(b) && depth < maxDepth {
			return n + stripTransport(b[0], b[n:], group, depth+1)
		}
		fixed = 24
	case frame.ProtoSCTP:
		fixed = 12
	case 103: // PIM
		if len(b) > 8 && b[0]&15 == 1 { // Register: a packet of a sender (RFC 7761, 4.9.3)
			return 8 + stripPacket(b[8:], depth)
		}
		return len(b)
	case 2, 88: // IGMP, EIGRP
		return len(b)
	case 89:
		if len(b) >= 24 && b[0] == 2 && binary.BigEndian.Uint16(b[14:]) == 1 { // OSPF with a password (RFC 2328, D.2)
			clear(b[16:24])
		}
		return len(b)
	case 112:
		if len(b) >= 16 && b[0]>>4 == 2 && b[4] != 0 { // VRRP with a password (RFC 2338, 5.3.10)
			clear(b[len(b)-8:])
		}
		return len(b)
	case frame.ProtoL2TPv3:
		if vpn.L2TPv3(b, true) {
			return 4 + stripL2TP(b[4:])
		}
		fixed = 4
	}
	return min(len(b), fixed)
}

// stripICMP keeps the header, and of an error that of the packet that it quotes.
func stripICMP(b []byte, isError bool, quoted int) int {
	if isError {
		return min(len(b), 8+quoted)
	}
	return min(len(b), 8)
}

// stripRedirect keeps of a redirect of IPv6 (RFC 4861, 4.5) all but what it
// quotes of the packet that was sent the wrong way.
func stripRedirect(b []byte) int {
	const quotes, header = 4, 8 + 40 + 8 // of the option, of IPv6, and of what follows
	n := 40
	for len(b) >= n+8 && b[n+1] > 0 {
		if b[n] == quotes {
			return min(len(b), n+header)
		}
		n += int(b[n+1]) * 8
	}
	return min(len(b), n)
}

func stripGRE(b []byte, depth int) int {
	g, ok := vpn.DecodeGRE(b)
	if !ok {
		return min(len(b), 4)
	}
	n := len(b) - len(g.Payload)
	switch g.Protocol {
	case frame.EtherIPv4, frame.EtherIPv6:
		return n + stripType(g.Protocol, g.Payload, depth+1)
	case vpn.GREPPP:
		return n + stripType(frame.EtherPPP, g.Payload, depth+1)
	case vpn.GREBridged:
		return n + stripEthernet(g.Payload, depth)
	case vpn.GREERSPAN2, vpn.GREERSPAN3:
		if in, ok := vpn.ERSPAN(g); ok {
			return len(b) - len(in) + stripEthernet(in, depth)
		}
	}
	return n
}
