package vpn

import (
	"encoding/binary"
	"net/netip"
)

// GRE is a GRE packet (RFC 2784, RFC 2890), or one of PPTP (RFC 2637, 4.1).
type GRE struct {
	Protocol uint16 // EtherType of Payload
	Version  uint8  // 1: PPTP
	Payload  []byte

	sequence bool // it has a sequence number
}

// EtherTypes that GRE carries beside those of IP.
const (
	GREPPP     = 0x880b
	GREBridged = 0x6558 // transparent Ethernet bridging
	GREERSPAN2 = 0x88be
	GREERSPAN3 = 0x22eb
	GRENHRP    = 0x2001
	GREEoIP    = 0x6400 // of MikroTik: Ethernet, without a header that any RFC has
)

// DecodeGRE reads a GRE packet and reports whether b is one.
func DecodeGRE(b []byte) (GRE, bool) {
	if len(b) < 4 {
		return GRE{}, false
	}
	flags := binary.BigEndian.Uint16(b)
	g := GRE{Protocol: binary.BigEndian.Uint16(b[2:]), Version: uint8(flags & 7)}
	n := 4
	switch {
	case g.Version == 1 && g.Protocol == GREPPP && flags&0x2000 != 0:
		n += 4 // key: payload length and call ID
		if flags&0x1000 != 0 {
			n += 4
		}
		if flags&0x0080 != 0 {
			n += 4
		}
	case g.Version == 1 && g.Protocol == GREEoIP && flags == 0x2001:
		n += 4 // length, and the number of the tunnel
	case g.Version == 0 && flags&0x4ff8 == 0: // no source routing, reserved bits clear
		for _, bit := range []uint16{0x8000, 0x2000, 0x1000} { // checksum, key, sequence number
			if flags&bit != 0 {
				n += 4
			}
		}
		g.sequence = flags&0x1000 != 0
	default:
		return GRE{}, false
	}
	if len(b) < n {
		return GRE{}, false
	}
	g.Payload = b[n:]
	return g, true
}

// ERSPAN returns the mirrored Ethernet frame in the payload of a GRE packet of
// type GREERSPAN2 or GREERSPAN3 (draft-foschiano-erspan-03, 4). Without a
// sequence number the first of these is type I, which has no header.
func ERSPAN(g GRE) ([]byte, bool) {
	n := 8
	if g.Protocol == GREERSPAN2 && !g.sequence {
		return g.Payload, len(g.Payload) >= 14
	}
	if len(g.Payload) < n {
		return nil, false
	}
	switch version := g.Payload[0] >> 4; {
	case g.Protocol == GREERSPAN2 && version == 1:
	case g.Protocol == GREERSPAN3 && version == 2:
		n = 12
		if len(g.Payload) >= n && g.Payload[11]&1 != 0 {
			n += 8 // platform specific subheader
		}
		if len(g.Payload) >= n && g.Payload[10]&0x7c != 0 {
			return nil, false // not an Ethernet frame
		}
	default:
		return nil, false
	}
	if len(g.Payload) < n {
		return nil, false
	}
	return g.Payload[n:], true
}

// SixInFour names the way in which an IPv6 packet that IPv4 carries got its
// addresses: "6to4" (RFC 3056, 2), "isatap" (RFC 5214, 6.1), else nothing.
func SixInFour(b []byte) string {
	if len(b) < 40 {
		return ""
	}
	for _, a := range [][]byte{b[8:24], b[24:40]} {
		if a[0] == 0x20 && a[1] == 0x02 {
			return "6to4"
		}
	}
	for _, a := range [][]byte{b[8:24], b[24:40]} {
		if a[8]&^2 == 0 && a[9] == 0 && a[10] == 0x5e && a[11] == 0xfe {
			return "isatap"
		}
	}
	return ""
}

// VXLAN returns the Ethernet frame in b, a datagram to UDP port 4789 (RFC 7348,
// 5), and reports whether b holds one.
func VXLAN(b []byte) ([]byte, bool) {
	if len(b) < 8+14 || b[0]&0x08 == 0 || b[0]&^byte(0x88) != 0 || b[7] != 0 || !frame(b[8:]) {
		return nil, false
	}
	return b[8:], true
}

// Geneve returns the Ethernet frame in b, a datagram to UDP port 6081 (RFC
// 8926, 3.4), and reports whether b holds one.
func Geneve(b []byte) ([]byte, bool) {
	if len(b) < 8 || b[0]>>6 != 0 || b[1]&0x3f != 0 || binary.BigEndian.Uint16(b[2:]) != GREBridged || b[7] != 0 {
		return nil, false
	}
	n := 8 + 4*int(b[0]&0x3f)
	if len(b) < n+14 || !frame(b[n:]) {
		return nil, false
	}
	return b[n:], true
}

// frame reports whether b can be an Ethernet frame: no group as its source, and
// a type or length that is used.
func frame(b []byte) bool {
	if b[6]&1 != 0 {
		return false
	}
	switch t := binary.BigEndian.Uint16(b[12:]); t {
	case 0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x88cc, 0x8863, 0x8864:
		return true
	default:
		return t <= 1500 && int(t)+14 <= len(b)
	}
}

// Teredo returns the IPv6 packet in b, a datagram to or from UDP port 3544 (RFC
// 4380, 5.1.1): after an authentication and an origin indication, where there
// are such, and with an address of the service's own or a link-local one.
func Teredo(b []byte) ([]byte, bool) {
	if len(b) >= 4 && b[0] == 0 && b[1] == 1 { // authentication
		n := 4 + int(b[2]) + int(b[3]) + 9
		if len(b) < n {
			return nil, false
		}
		b = b[n:]
	}
	if len(b) >= 8 && b[0] == 0 && b[1] == 0 { // origin
		b = b[8:]
	}
	if len(b) < 40 || b[0]>>4 != 6 || int(binary.BigEndian.Uint16(b[4:]))+40 != len(b) {
		return nil, false
	}
	src, dst := netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	service := netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 0x01}), 32)
	if !service.Contains(src) && !service.Contains(dst) && !src.IsLinkLocalUnicast() {
		return nil, false
	}
	return b, true
}
