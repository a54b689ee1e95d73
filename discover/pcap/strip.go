package pcap

import (
	"bytes"
	"encoding/binary"

	"kanmon/discover/internal/wire/dtls"
	"kanmon/discover/internal/wire/tzsp"
	"kanmon/discover/internal/wire/vpn"
)

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
	h := hop{}
	t, rest, err := decodeLink(link, b, &h)
	if err != nil || t == 0 {
		return min(len(b), linkHeader(link, b))
	}
	return min(len(b), len(b)-len(rest)+stripType(t, rest, 0))
}

// linkHeader returns the length of the link header of a frame in which nothing
// that is read follows.
func linkHeader(link uint32, b []byte) int {
	switch link {
	case linkEthernet:
		return 14
	case linkSLL:
		return 16
	case linkSLL2:
		return 20
	case linkNull, linkLoop, linkCHDLC:
		return 4
	case linkWiFi:
		return 24
	case linkRadiotap:
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
	case t == etherIPv4:
		return stripIPv4(b, depth)
	case t == etherIPv6:
		return stripIPv6(b, depth)
	case t == etherPPP:
		return stripPPP(b, depth)
	case t == etherPPPoES:
		if len(b) > 6 {
			return 6 + stripPPP(b[6:], depth)
		}
	case t == etherARP && len(b) >= 8: // without padding, in which some devices send what was in a buffer before
		return min(len(b), 8+2*(int(b[4])+int(b[5])))
	case t == etherPPPoED && len(b) >= 6:
		return min(len(b), 6+int(binary.BigEndian.Uint16(b[4:])))
	case t == etherARP || t == etherLLDP || t == etherPPPoED || t == etherLoopback || t == etherSlow:
		return len(b)
	case t <= maxLength:
		return stripLLC(b, depth)
	}
	return 0
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
		if pid > maxLength {
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
	case protoTCP:
		if len(b) >= 20 {
			fixed = max(int(b[12]>>4)*4, 20)
		}
		if len(b) <= max(fixed, 20) {
			return len(b)
		}
		return fixed + stripTCP(b[fixed:], binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]))
	case protoUDP:
		if len(b) > 8 {
			return 8 + stripUDP(b[8:], binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), group, depth)
		}
		fixed = 8
	case protoICMP:
		return stripICMP(b, len(b) >= 1 && (b[0] == 3 || b[0] == 5 || b[0] == 11 || b[0] == 12), 28)
	case protoICMPv6:
		if len(b) >= 40 && b[0] == 137 {
			return stripRedirect(b)
		}
		if len(b) >= 1 && (b[0] >= 130 && b[0] <= 137 || b[0] == 143) { // MLD, neighbour discovery
			return len(b)
		}
		return stripICMP(b, len(b) >= 1 && b[0] < 128, 48)
	case protoIPv4:
		return stripType(etherIPv4, b, depth+1)
	case protoIPv6:
		return stripType(etherIPv6, b, depth+1)
	case protoGRE:
		return stripGRE(b, depth)
	case protoESP:
		fixed = 20
	case protoAH:
		if len(b) < 12 {
			return len(b)
		}
		if n := (int(b[1]) + 2) * 4; n >= 12 && n < len(b) && depth < maxDepth {
			return n + stripTransport(b[0], b[n:], group, depth+1)
		}
		fixed = 24
	case protoSCTP:
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
	case protoL2TPv3:
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

// stripPacket is strip for an IP packet of either version.
func stripPacket(b []byte, depth int) int {
	if b[0]>>4 == 6 {
		return stripType(etherIPv6, b, depth+1)
	}
	return stripType(etherIPv4, b, depth+1)
}

func stripGRE(b []byte, depth int) int {
	g, ok := vpn.DecodeGRE(b)
	if !ok {
		return min(len(b), 4)
	}
	n := len(b) - len(g.Payload)
	switch g.Protocol {
	case etherIPv4, etherIPv6:
		return n + stripType(g.Protocol, g.Payload, depth+1)
	case vpn.GREPPP:
		return n + stripType(etherPPP, g.Payload, depth+1)
	case vpn.GREBridged:
		return n + stripEthernet(g.Payload, depth)
	case vpn.GREERSPAN2, vpn.GREERSPAN3:
		if in, ok := vpn.ERSPAN(g); ok {
			return len(b) - len(in) + stripEthernet(in, depth)
		}
	}
	return n
}

// stripEthernet is strip for an Ethernet frame that another carries.
func stripEthernet(b []byte, depth int) int {
	h := hop{inner: true}
	t, rest, err := decodeEthernet(b, &h)
	if err != nil || t == 0 {
		return min(len(b), 14)
	}
	return len(b) - len(rest) + stripType(t, rest, depth+1)
}

// stripUDP returns how much of a datagram's payload stays.
func stripUDP(b []byte, sport, dport uint16, group bool, depth int) int {
	inner := func(in []byte, ok bool) int {
		if !ok {
			return 0
		}
		return len(b) - len(in) + stripEthernet(in, depth)
	}
	switch port := wellKnown(sport, dport); port {
	case 137, 138:
		return stripNetBIOS(b, port == 138)
	case 53, 67, 68, 520, 521, 546, 547:
		if port == 520 && len(b) >= 24 && b[4] == 0xff && b[5] == 0xff { // RIP with a password (RFC 2453, 4.1)
			clear(b[8:24])
		}
		return len(b)
	case 123:
		return min(len(b), 48)
	case 500, 4500:
		return stripIKE(b, port == 4500)
	case 1701:
		return stripL2TP(b)
	case 1900:
		if group || bytes.HasPrefix(b, []byte("HTTP/1.1 200")) {
			return len(b)
		}
	case 1985, 2029: // HSRP; its password is the same in most places, and still one
		if len(b) >= 20 && b[0] == 0 {
			clear(b[8:16])
			return 20
		}
		return min(len(b), 42)
	case 3544:
		if in, ok := vpn.Teredo(b); ok {
			return len(b) - len(in) + stripType(etherIPv6, in, depth+1)
		}
	case 3702:
		if bytes.Contains(b[:min(len(b), 1024)], []byte("/ws/2005/04/discovery")) {
			return len(b)
		}
	case 4789, 8472:
		return inner(vpn.VXLAN(b))
	case 5353, 5355, 5678:
		if group || sport == port {
			return len(b)
		}
	case portNATPMP: // addresses and ports only (RFC 6886, 3.2; RFC 6887, 11.1)
		return min(len(b), 60)
	case 6081:
		return inner(vpn.Geneve(b))
	case tzsp.Port:
		return inner(tzsp.Ethernet(b))
	case 1194: // opcode and session, or peer and number
		if !openVPNReset(b) {
			return min(len(b), 14)
		}
	case 5246: // CAPWAP control (RFC 5415, 4), before it is encrypted
		if len(b) >= 8 && b[0] == 0 {
			return len(b)
		}
	}
	return stripHandshake(b)
}

// stripNetBIOS keeps what NetBIOS says of names (RFC 1002, 4.2 and 4.4.1), unless
// it is of the name of a user.
func stripNetBIOS(b []byte, datagram bool) int {
	user := func(at int) bool { // a name of 32 letters, the last two of which stand for 03
		return len(b) >= at+33 && b[at] == 32 && b[at+31] == 'A' && b[at+32] == 'D'
	}
	switch {
	case datagram && (user(14) || user(48)):
		return min(len(b), 14)
	case datagram:
		return min(len(b), 82)
	case user(12):
		return 12
	}
	return len(b)
}

// wellKnown returns the port of the two that stands for a protocol: the lower
// one, as far as it is one that stripUDP knows. Where the lower one is of a
// server that it does not know, the other was taken by a client at random.
func wellKnown(sport, dport uint16) uint16 {
	for _, p := range [2]uint16{min(sport, dport), max(sport, dport)} {
		switch p {
		case 53, 67, 68, 123, 137, 138, 500, 520, 521, 546, 547, 1194, 1701, 1900, 1985, 2029, 3544, 3702, 4500, 4789,
			5246, portNATPMP, 5353, 5355, 5678, 6081, 8472, tzsp.Port:
			return p
		}
		if p < 1024 && p != 0 {
			return 0
		}
	}
	return 0
}

// stripHandshake returns how much of a datagram stays by which a conversation
// begins: QUIC Initial (RFC 9000, 17.2.2), hellos of DTLS (RFC 6347, 4.3.2), and
// handshakes of WireGuard, of whose data only the header stays.
func stripHandshake(b []byte) int {
	switch {
	case len(b) >= 1200 && b[0]&0xc0 == 0xc0 && isQUIC(binary.BigEndian.Uint32(b[1:])):
		return len(b)
	case len(b) >= 14 && b[0] == 22 && b[1] == 0xfe && b[2] >= 0xfc && b[13] >= 1 && b[13] <= 3:
		return min(len(b), 13+int(binary.BigEndian.Uint16(b[11:])))
	case len(b) >= 14 && b[0] == 22 && b[13] == 1 && dtls.Is(b): // of the version before 1.0
		return min(len(b), 13+int(binary.BigEndian.Uint16(b[11:])))
	case vpn.Tailscale(b): // the sender's key; what follows is encrypted
		clear(b[38:])
		return 80
	case len(b) >= 32 && b[0] >= 1 && b[0] <= 4 && b[1] == 0 && b[2] == 0 && b[3] == 0:
		if size := [5]int{0, 148, 92, 64, 0}[b[0]]; len(b) == size { // indexes, or a nonce; keys are for the two ends
			clear(b[[5]int{0, 8, 12, 16, 0}[b[0]]:])
			return len(b)
		}
		if b[0] == 4 && len(b)%16 == 0 && binary.BigEndian.Uint32(b[12:]) == 0 { // data: receiver and counter
			clear(b[16:32])
			return 32
		}
	case openVPNReset(b):
		return len(b)
	}
	return 0
}

// openVPNReset reports whether b is the packet by which an end of OpenVPN begins
// (opcodes 7, 8 and 10): a session, perhaps a digest with a number and a time,
// what it acknowledges, and packet number 0. It holds nothing else. The digest
// is overwritten, so that nothing of that length passes for one.
func openVPNReset(b []byte) bool {
	n := len(b)
	if n < 14 || b[0] != 0x38 && b[0] != 0x40 && b[0] != 0x50 || binary.BigEndian.Uint32(b[n-4:]) != 0 {
		return false
	}
	switch {
	case b[0] == 0x40 && n >= 26 && b[n-17] == 1 && binary.BigEndian.Uint32(b[n-16:]) == 0: // the client's packet 0 and session
		n -= 12
	case b[n-5] != 0:
		return false
	}
	switch n - 14 {
	case 0:
		return true
	case 8 + 16, 8 + 20, 8 + 28, 8 + 32, 8 + 48, 8 + 64: // digests from MD5 to SHA-512
		clear(b[9 : n-5])
		return true
	}
	return false
}

// isQUIC reports whether v is a version of QUIC whose first packets everybody
// can read (RFC 9000, RFC 9369, drafts).
func isQUIC(v uint32) bool { return v == 1 || v == 0x6b3343cf || v>>8 == 0xff0000 }

// stripIKE keeps messages of IKE before which nobody has said who he is: main
// mode of version 1 and IKE_SA_INIT of version 2 (RFC 2408, 3.1; RFC 7296, 3.1).
func stripIKE(b []byte, marked bool) int {
	n := 0
	if marked {
		if len(b) < 4 || binary.BigEndian.Uint32(b) != 0 {
			return min(len(b), 20) // ESP
		}
		n = 4
	}
	if len(b) >= n+28 && (b[n+18] == 2 || b[n+18] == 34) {
		return len(b)
	}
	return min(len(b), n+28)
}

// stripL2TP keeps the two messages that open a control connection (RFC 2661,
// 6.1); later ones may name users.
func stripL2TP(b []byte) int {
	if len(b) >= 20 && b[0]&0x80 != 0 && (b[19] == 1 || b[19] == 2) && b[18] == 0 {
		return len(b)
	}
	if b[0]&0x80 != 0 {
		return min(len(b), 20)
	}
	return min(len(b), 6)
}

// stripTCP returns how much of the payload of a segment stays: hellos of TLS
// (RFC 8446, 4), the banner of SSH (RFC 4253, 4.2), the messages by which PPTP
// (RFC 2637, 2.1) and BGP (RFC 4271, 4.2) begin.
func stripTCP(b []byte, sport, dport uint16) int {
	switch {
	case len(b) >= 6 && b[0] == 22 && b[1] == 3 && b[2] <= 4 && b[5] == 1: // the client's
		return min(len(b), 5+int(binary.BigEndian.Uint16(b[3:])))
	case len(b) >= 6 && b[0] == 22 && b[1] == 3 && b[2] <= 4 && b[5] == 2: // the server's, and its certificate
		return len(b)
	case bytes.HasPrefix(b, []byte("SSH-2.0-")), bytes.HasPrefix(b, []byte("SSH-1.")) && len(b) >= 8:
		return 1 + max(bytes.IndexByte(b[:min(len(b), 255)], '\n'), 7)
	case len(b) > 2 && int(binary.BigEndian.Uint16(b)) == len(b)-2 && openVPNReset(b[2:]):
		return len(b)
	case (sport == 1723 || dport == 1723) && len(b) >= 12 && vpn.PPTP(b):
		if b[9] <= 2 { // Start-Control-Connection
			return min(len(b), 156)
		}
		return 12
	case (sport == 179 || dport == 179) && len(b) >= 19 && bytes.Count(b[:16], []byte{0xff}) == 16:
		if b[18] == 1 { // OPEN
			return min(len(b), int(binary.BigEndian.Uint16(b[16:])))
		}
		return 19
	}
	return 0
}
