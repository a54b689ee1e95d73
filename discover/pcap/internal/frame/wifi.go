package frame

import (
	"encoding/binary"

	"kanmon/discover/fact"
)

// wifi reads an IEEE 802.11 frame (IEEE Std 802.11-2020, 9.2 and 9.3.2).
// Frames that hold no data, or encrypted data, tell only who sent them.
func wifi(b []byte, h *Header) (uint16, []byte, error) {
	if len(b) < 2 {
		return 0, nil, errShort
	}
	kind, subtype, flags := b[0]>>2&3, b[0]>>4, b[1]
	if kind == 1 || kind == 3 { // control, extension
		return 0, nil, nil
	}
	if len(b) < 24 {
		return 0, nil, errShort
	}
	a1, a2, a3 := fact.MAC(b[4:10]), fact.MAC(b[10:16]), fact.MAC(b[16:22])
	n := 24
	switch flags & 3 { // to and from the distribution system
	case 0:
		h.Dst, h.Src = a1, a2
	case 1:
		h.Dst, h.Src = a3, a2
	case 2:
		h.Dst, h.Src = a1, a3
	default:
		if len(b) < 30 {
			return 0, nil, errShort
		}
		h.Dst, h.Src, n = a3, fact.MAC(b[24:30]), 30
	}
	if kind != 2 || subtype&4 != 0 || flags&0x40 != 0 { // management, no data, encrypted
		return 0, nil, nil
	}
	if subtype&8 != 0 { // QoS
		n += 2
		if flags&0x80 != 0 { // HT control
			n += 4
		}
	}
	if len(b) < n+8 {
		return 0, nil, errShort
	}
	if [6]byte(b[n:]) != [6]byte{0xaa, 0xaa, 3, 0, 0, 0} {
		return 0, nil, nil
	}
	return Type(binary.BigEndian.Uint16(b[n+6:]), b[n+8:], h)
}
