package save

import (
	"encoding/binary"

	"kanmon/discover/pcap/internal/frame"
)

// maxDepth bounds how many tunnels may stand in each other.
const maxDepth = 4

// strip returns how many octets of a frame may be written to a file: its
// headers, and what speaks of the network. Everything that it does not know is
// payload, and left out. Passwords that routing protocols send in the clear are
// overwritten in b, which must be a copy.
//
// What stays beside headers: ARP, LLDP, LACP, spanning tree, CDP and its kin,
// PPPoE discovery, IGMP, OSPF, EIGRP, PIM, VRRP, neighbour discovery, DHCP, DNS
// and its kin over UDP, SSDP, WS-Discovery, NTP, HSRP, RIP, MNDP, and of TLS,
// DTLS, QUIC, SSH, PPTP, L2TP, IKE, WireGuard and OpenVPN that by which a
// conversation begins before anybody has said who he is. What a tunnel carries
// in the clear is treated alike.
func strip(link uint32, b []byte) int {
	t, rest, err := frame.Link(link, b, &frame.Header{})
	if err != nil || t == 0 {
		return min(len(b), linkHeader(link, b))
	}
	return min(len(b), len(b)-len(rest)+stripType(t, rest, 0))
}

// linkHeader returns the length of the link header of a frame in which nothing
// that is read follows.
func linkHeader(link uint32, b []byte) int {
	switch link {
	case frame.LinkEthernet:
		return 14
	case frame.LinkSLL:
		return 16
	case frame.LinkSLL2:
		return 20
	case frame.LinkNull, frame.LinkLoop, frame.LinkCHDLC:
		return 4
	case frame.LinkWiFi:
		return 24
	case frame.LinkRadiotap:
		if len(b) >= 4 {
			return int(binary.LittleEndian.Uint16(b[2:])) + 24
		}
	}
	return 0
}

func stripType(t uint16, b []byte, depth int) int {
	if depth > maxDepth {
		return 0
	}
	switch {
	case t == frame.EtherIPv4:
		return stripIPv4(b, depth)
	case t == frame.EtherIPv6:
		return stripIPv6(b, depth)
	case t == frame.EtherPPP:
		return stripPPP(b, depth)
	case t == frame.EtherPPPoES:
		if len(b) > 6 {
			return 6 + stripPPP(b[6:], depth)
		}
	case t == frame.EtherARP && len(b) >= 8: // without padding, in which some devices send what was in a buffer before
		return min(len(b), 8+2*(int(b[4])+int(b[5])))
	case t == frame.EtherPPPoED && len(b) >= 6:
		return min(len(b), 6+int(binary.BigEndian.Uint16(b[4:])))
	case t == frame.EtherARP || t == frame.EtherLLDP || t == frame.EtherPPPoED || t == frame.EtherLoopback || t == frame.EtherSlow:
		return len(b)
	case t <= frame.MaxLength:
		return stripLLC(b, depth)
	}
	return 0
}

// stripEthernet is strip for an Ethernet frame that another carries.
func stripEthernet(b []byte, depth int) int {
	t, rest, err := frame.Ethernet(b, &frame.Header{})
	if err != nil || t == 0 {
		return min(len(b), 14)
	}
	return len(b) - len(rest) + stripType(t, rest, depth+1)
}

func stripLLC(b []byte, depth int) int {
	switch {
	case len(b) < 8:
		return min(len(b), 3)
	case b[0] == 0x42 && b[1] == 0x42:
		return len(b)
	case b[0] != 0xaa || b[1] != 0xaa:
		return 3
	}
	pid := binary.BigEndian.Uint16(b[6:])
	switch [3]byte(b[3:]) {
	case [3]byte{0x00, 0x00, 0x0c}, [3]byte{0x00, 0xe0, 0x2b}, [3]byte{0x00, 0xe0, 0x52}, [3]byte{0x00, 0x00, 0x81}: // Cisco, Extreme, Foundry, Nortel
		return len(b)
	case [3]byte{}:
		if pid > frame.MaxLength {
			return 8 + stripType(pid, b[8:], depth+1)
		}
	}
	return 8
}

func stripPPP(b []byte, depth int) int {
	n := 0
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		n = 2
	}
	if len(b) < n+2 {
		return len(b)
	}
	proto := uint16(b[n])
	if n++; proto&1 == 0 { // else compressed to one octet
		proto = proto<<8 | uint16(b[n])
		n++
	}
	switch proto {
	case 0x21:
		return n + stripIPv4(b[n:], depth+1)
	case 0x57:
		return n + stripIPv6(b[n:], depth+1)
	case 0xc021, 0x8021, 0x8057: // LCP, IPCP, IPV6CP; passwords are in others
		return len(b)
	}
	return n
}
