// Package fhrp decodes the protocols in which routers agree on who is the
// gateway: VRRP (RFC 3768, RFC 9568), CARP of OpenBSD, HSRP (RFC 2281, and its
// second version) and GLBP of Cisco.
package fhrp

import (
	"encoding/binary"
	"net/netip"
)

// Speaker is what a router says of itself and of the group it belongs to.
type Speaker struct {
	Protocol string // "vrrp", "carp", "hsrp", "glbp"
	Role     string // in the protocol's own term; empty where it does not tell
	Group    int    // virtual router ID, virtual host ID, group
	Virtual  []netip.Addr
}

// maxVirtual bounds the addresses of one message.
const maxVirtual = 32

func (s *Speaker) add(a netip.Addr) {
	if a.IsUnspecified() || a.IsMulticast() || len(s.Virtual) >= maxVirtual {
		return
	}
	s.Virtual = append(s.Virtual, a)
}

// VRRP reads a packet of IP protocol 112, which CARP uses too. Six tells that it
// came in IPv6, where version 3 has addresses of 16 octets.
func VRRP(b []byte, six bool) (Speaker, bool) {
	if len(b) < 8 || b[0]&15 != 1 { // 1: advertisement, the only type
		return Speaker{}, false
	}
	version, count := b[0]>>4, int(b[3])
	if version == 2 && len(b) == 36 && count == 7 {
		// A VRRP packet with 7 addresses has 44 octets. CARP counts there how many
		// words its counter and its digest take; it does not tell the addresses.
		return Speaker{Protocol: "carp", Role: "master", Group: int(b[1])}, true
	}
	s := Speaker{Protocol: "vrrp", Role: "master", Group: int(b[1])}
	if b[2] == 0 { // priority
		s.Role = "resigning"
	}
	size := 4
	switch {
	case version == 2 && !six:
	case version == 3:
		if six {
			size = 16
		}
	default:
		return Speaker{}, false
	}
	if s.Group == 0 || count == 0 || len(b) < 8+count*size {
		return Speaker{}, false
	}
	for b = b[8:]; count > 0; count-- {
		a, _ := netip.AddrFromSlice(b[:size])
		s.add(a)
		b = b[size:]
	}
	return s, true
}

// HSRP reads a datagram of UDP port 1985 or 2029.
func HSRP(b []byte) (Speaker, bool) {
	if len(b) >= 20 && b[0] == 0 {
		return hsrp1(b)
	}
	for len(b) >= 2 { // version 2: elements with a type and a length of one octet each
		n := 2 + int(b[1])
		if n > len(b) {
			return Speaker{}, false
		}
		if v := b[2:n]; b[0] == 1 && len(v) >= 40 {
			return hsrp2(v)
		}
		b = b[n:]
	}
	return Speaker{}, false
}

func hsrp1(b []byte) (Speaker, bool) {
	if b[1] > 2 { // hello, coup, resign; advertisements tell of interfaces only
		return Speaker{}, false
	}
	role, ok := map[byte]string{0: "initial", 1: "learn", 2: "listen", 4: "speak", 8: "standby", 16: "active"}[b[2]]
	s := Speaker{Protocol: "hsrp", Role: role, Group: int(b[6])}
	s.add(netip.AddrFrom4([4]byte(b[16:20])))
	return s, ok
}

func hsrp2(v []byte) (Speaker, bool) {
	role, ok := map[byte]string{0: "disabled", 1: "initial", 2: "learn", 3: "listen", 4: "speak", 5: "standby", 6: "active"}[v[2]]
	if v[0] != 2 || !ok {
		return Speaker{}, false
	}
	s := Speaker{Protocol: "hsrp", Role: role, Group: int(binary.BigEndian.Uint16(v[4:]))}
	switch v[3] {
	case 4:
		s.add(netip.AddrFrom4([4]byte(v[24:28])))
	case 6:
		s.add(netip.AddrFrom16([16]byte(v[24:40])))
	default:
		return Speaker{}, false
	}
	return s, true
}

// GLBP reads a datagram of UDP port 3222. It is not published; its form is that
// which Wireshark reads.
func GLBP(b []byte) (Speaker, bool) {
	if len(b) < 12 || b[0] != 1 || b[1] > 4 {
		return Speaker{}, false
	}
	s := Speaker{Protocol: "glbp", Group: int(binary.BigEndian.Uint16(b[2:]))}
	for b = b[12:]; len(b) >= 2; {
		n := int(b[1]) // counts its own two octets
		if n < 2 || n > len(b) {
			return Speaker{}, false
		}
		if v := b[2:n]; b[0] == 1 && len(v) >= 22 {
			s.Role = map[byte]string{4: "listen", 8: "speak", 16: "standby", 32: "active"}[v[1]]
			switch rest := v[22:]; {
			case v[20] == 1 && v[21] == 4 && len(rest) >= 4:
				s.add(netip.AddrFrom4([4]byte(rest)))
			case v[20] == 2 && v[21] == 16 && len(rest) >= 16:
				s.add(netip.AddrFrom16([16]byte(rest)))
			}
			return s, s.Role != ""
		}
		b = b[n:]
	}
	return Speaker{}, false
}
