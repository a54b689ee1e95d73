// Package routing decodes what routers tell each other of themselves: OSPF (RFC
// 2328, RFC 5340), RIP (RFC 2453, RFC 2080), EIGRP (RFC 7868), BGP (RFC 4271),
// PIM (RFC 7761) and IS-IS (ISO/IEC 10589, RFC 1195). Routes are not kept.
package routing

import (
	"encoding/binary"
	"net/netip"
	"strconv"
)

// Speaker is what a router says of itself.
type Speaker struct {
	Protocol string // "ospf", "ospf3", "rip", "ripng", "eigrp", "bgp", "pim", "isis"
	Role     string // in the protocol's own term; empty where it does not tell
	ID       string // router ID, system ID
	Domain   string // area, autonomous system
}

func dotted(b []byte) string { return netip.AddrFrom4([4]byte(b)).String() }

// OSPF reads a packet of IP protocol 89 from the address src, and takes hellos
// only: a router sends them all the time, and each tells who is the designated
// router.
func OSPF(b []byte, src netip.Addr) (Speaker, bool) {
	if len(b) < 24 || b[1] != 1 || int(binary.BigEndian.Uint16(b[2:])) > len(b) {
		return Speaker{}, false
	}
	s := Speaker{ID: dotted(b[4:]), Domain: dotted(b[8:])}
	var self, dr, backup string
	switch {
	case b[0] == 2 && len(b) >= 44:
		s.Protocol, self, dr, backup = "ospf", src.String(), dotted(b[36:]), dotted(b[40:])
	case b[0] == 3 && len(b) >= 36:
		s.Protocol, self, dr, backup = "ospf3", s.ID, dotted(b[28:]), dotted(b[32:])
	default:
		return Speaker{}, false
	}
	switch self {
	case dr:
		s.Role = "dr"
	case backup:
		s.Role = "bdr"
	}
	return s, true
}

// RIP reads a datagram of UDP port 520 and takes responses only. The role is
// "default-route" for a router that says it has one.
func RIP(b []byte) (Speaker, bool) {
	const entry, infinity = 20, 16
	if len(b) < 4+entry || b[0] != 2 || b[1] != 1 && b[1] != 2 || b[2] != 0 || b[3] != 0 || (len(b)-4)%entry != 0 {
		return Speaker{}, false
	}
	s := Speaker{Protocol: "rip"}
	for b = b[4:]; len(b) >= entry; b = b[entry:] {
		switch binary.BigEndian.Uint16(b) {
		case 2:
			metric := binary.BigEndian.Uint32(b[16:])
			if metric == 0 || metric > infinity {
				return Speaker{}, false
			}
			if binary.BigEndian.Uint32(b[4:]) == 0 && binary.BigEndian.Uint32(b[8:]) == 0 && metric < infinity {
				s.Role = "default-route"
			}
		case 0xffff: // authentication
		default:
			return Speaker{}, false
		}
	}
	return s, true
}

// RIPng reads a datagram of UDP port 521, likewise.
func RIPng(b []byte) (Speaker, bool) {
	const entry, infinity, nextHop = 20, 16, 0xff
	if len(b) < 4+entry || b[0] != 2 || b[1] != 1 || b[2] != 0 || b[3] != 0 || (len(b)-4)%entry != 0 {
		return Speaker{}, false
	}
	s := Speaker{Protocol: "ripng"}
	for b = b[4:]; len(b) >= entry; b = b[entry:] {
		bits, metric := b[18], b[19]
		if bits > 128 || metric != nextHop && (metric == 0 || metric > infinity) {
			return Speaker{}, false
		}
		if bits == 0 && [16]byte(b) == [16]byte{} && metric < infinity {
			s.Role = "default-route"
		}
	}
	return s, true
}

// EIGRP reads a packet of IP protocol 88.
func EIGRP(b []byte) (Speaker, bool) {
	if len(b) < 20 || b[0] != 2 || b[1] == 0 || b[1] > 11 {
		return Speaker{}, false
	}
	return Speaker{Protocol: "eigrp", Domain: strconv.Itoa(int(binary.BigEndian.Uint16(b[18:])))}, true
}

// PIM reads a packet of IP protocol 103 and takes hellos of version 2 only.
func PIM(b []byte) (Speaker, bool) {
	if len(b) < 8 || b[0] != 0x20 {
		return Speaker{}, false
	}
	return Speaker{Protocol: "pim"}, true
}

// BGP reads the OPEN message with which a TCP connection of BGP begins.
func BGP(b []byte) (Speaker, bool) {
	if len(b) < 29 || b[18] != 1 || b[19] != 4 || binary.BigEndian.Uint16(b[16:]) < 29 {
		return Speaker{}, false
	}
	for _, c := range b[:16] { // marker
		if c != 0xff {
			return Speaker{}, false
		}
	}
	as := uint64(binary.BigEndian.Uint16(b[20:]))
	if wide, ok := wideAS(b[29:min(29+int(b[28]), len(b))]); ok {
		as = wide
	}
	return Speaker{Protocol: "bgp", ID: dotted(b[24:]), Domain: strconv.FormatUint(as, 10)}, true
}

// wideAS finds the capability that holds an AS number of four octets (RFC 6793).
func wideAS(params []byte) (uint64, bool) {
	for len(params) >= 2 {
		n := 2 + int(params[1])
		if n > len(params) {
			break
		}
		for caps := params[2:n]; params[0] == 2 && len(caps) >= 2; {
			m := 2 + int(caps[1])
			if m > len(caps) {
				break
			}
			if caps[0] == 65 && m == 6 {
				return uint64(binary.BigEndian.Uint32(caps[2:])), true
			}
			caps = caps[m:]
		}
		params = params[n:]
	}
	return 0, false
}
