package vpn

import "encoding/binary"

// L2TP reports whether b is a control message of L2TP over UDP (RFC 2661, 3.1
// and 4.4.1; RFC 3931, 3.2.1): header, length, and the message type as its first
// attribute. Data messages have too little of a header to be told.
func L2TP(b []byte, whole bool) bool {
	if len(b) < 12 {
		return false
	}
	flags, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
	if v := flags & 0x0f; flags&0xf8f0 != 0xc800 || v != 2 && v != 3 {
		return false
	}
	if n < 12 || n < len(b) || whole && n > len(b) {
		return false
	}
	if n == 12 { // acknowledgement
		return false
	}
	if len(b) < 20 {
		return false
	}
	avp := b[12:]
	return binary.BigEndian.Uint16(avp)&0x3ff == 8 && avp[2] == 0 && avp[3] == 0 && avp[4] == 0 && avp[5] == 0 &&
		binary.BigEndian.Uint16(avp[6:]) >= 1 && binary.BigEndian.Uint16(avp[6:]) <= 28
}

// PPTP reports whether b, the start of a TCP payload, is a control message of
// PPTP (RFC 2637, 1.4): length, type 1, magic cookie, a type that exists.
func PPTP(b []byte) bool {
	return len(b) >= 12 && binary.BigEndian.Uint16(b) >= 12 && binary.BigEndian.Uint16(b) <= 220 &&
		binary.BigEndian.Uint16(b[2:]) == 1 && binary.BigEndian.Uint32(b[4:]) == 0x1a2b3c4d &&
		b[8] == 0 && b[9] >= 1 && b[9] <= 15
}
