package frame

import (
	"encoding/binary"
	"errors"
	"fmt"

	"kanmon/discover/fact"
)

// EtherTypes.
const (
	EtherIPv4     = 0x0800
	EtherARP      = 0x0806
	EtherVLAN     = 0x8100
	EtherIPv6     = 0x86dd
	EtherPPPoED   = 0x8863
	EtherPPPoES   = 0x8864
	EtherPROFINET = 0x8892
	EtherQinQ     = 0x88a8
	EtherQinQOld  = 0x9100
	EtherMPLS     = 0x8847
	EtherLLDP     = 0x88cc
	EtherSlow     = 0x8809 // of the slow protocols, of which LACP is one
	EtherLoopback = 0x9000
	EtherPPP      = 0x880b // what follows begins with the PPP protocol; this package and its users know it so
	MaxLength     = 1500   // of an IEEE 802.3 frame: greater values are EtherTypes
)

// Header is what the link layer of a frame says.
type Header struct {
	Src, Dst fact.MAC // zero where the link has none
	VID      uint16   // outermost IEEE 802.1Q VLAN ID
}

var errShort = errors.New("frame is cut short within its link header")

// Link reads the link header of b. It returns the EtherType of what follows, and
// that: a value up to MaxLength is the length of an LLC frame, and 0 stands for a
// frame with nothing to read.
func Link(link uint32, b []byte, h *Header) (uint16, []byte, error) {
	switch link {
	case LinkEthernet:
		return Ethernet(b, h)
	case LinkRaw, LinkRaw12, LinkRaw14, LinkIPv4, LinkIPv6:
		return rawIP(b)
	case LinkSLL:
		if len(b) < 16 {
			return 0, nil, errShort
		}
		if binary.BigEndian.Uint16(b[4:]) == 6 {
			h.Src = fact.MAC(b[6:12])
		}
		return linuxProtocol(binary.BigEndian.Uint16(b[14:]), b[16:], h)
	case LinkSLL2:
		if len(b) < 20 {
			return 0, nil, errShort
		}
		if b[11] == 6 {
			h.Src = fact.MAC(b[12:18])
		}
		return linuxProtocol(binary.BigEndian.Uint16(b), b[20:], h)
	case LinkNull, LinkLoop:
		if len(b) < 4 {
			return 0, nil, errShort
		}
		return rawIP(b[4:]) // the family has other numbers on each system; the version says the same
	case LinkPPP, LinkPPPHDLC:
		if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
			b = b[2:]
		} else if len(b) >= 4 && b[0] == 0x0f && b[1] == 0 { // Cisco HDLC in a PPP_SERIAL file
			return Type(binary.BigEndian.Uint16(b[2:]), b[4:], h)
		}
		return EtherPPP, b, nil
	case LinkPPPoE:
		return EtherPPPoES, b, nil
	case LinkCHDLC:
		if len(b) < 4 {
			return 0, nil, errShort
		}
		return Type(binary.BigEndian.Uint16(b[2:]), b[4:], h)
	case LinkRadiotap:
		if len(b) < 4 || int(binary.LittleEndian.Uint16(b[2:])) > len(b) {
			return 0, nil, errShort
		}
		return wifi(b[binary.LittleEndian.Uint16(b[2:]):], h)
	case LinkWiFi:
		return wifi(b, h)
	}
	return 0, nil, fmt.Errorf("link type %d is not read", link)
}

func rawIP(b []byte) (uint16, []byte, error) {
	if len(b) == 0 {
		return 0, nil, errShort
	}
	switch b[0] >> 4 {
	case 4:
		return EtherIPv4, b, nil
	case 6:
		return EtherIPv6, b, nil
	}
	return 0, nil, nil
}

// Ethernet is Link for an Ethernet frame.
func Ethernet(b []byte, h *Header) (uint16, []byte, error) {
	if len(b) < 14 {
		return 0, nil, errShort
	}
	h.Dst, h.Src = fact.MAC(b[0:6]), fact.MAC(b[6:12])
	return Type(binary.BigEndian.Uint16(b[12:]), b[14:], h)
}

// linuxProtocol reads the protocol field of cooked captures, which holds small
// numbers for frames without an EtherType.
func linuxProtocol(t uint16, b []byte, h *Header) (uint16, []byte, error) {
	if t == 4 { // 802.2 LLC
		return uint16(min(len(b), MaxLength)), b, nil
	}
	if t < 0x600 {
		return 0, nil, nil
	}
	return Type(t, b, h)
}

// Type passes the VLAN tags and MPLS labels that an EtherType may announce, and
// keeps the outermost VLAN ID. It returns what Link does.
func Type(t uint16, b []byte, h *Header) (uint16, []byte, error) {
	for tags := 0; ; tags++ {
		switch t {
		case EtherVLAN, EtherQinQ, EtherQinQOld:
			if len(b) < 4 {
				return 0, nil, errShort
			}
			if vid := binary.BigEndian.Uint16(b) & 0x0fff; h.VID == 0 {
				h.VID = vid
			}
			t, b = binary.BigEndian.Uint16(b[2:]), b[4:]
		case EtherMPLS:
			for {
				if len(b) < 5 {
					return 0, nil, errShort
				}
				bottom := b[2]&1 != 0
				if b = b[4:]; bottom {
					return rawIP(b)
				}
			}
		default:
			return t, b, nil
		}
		if tags == 8 {
			return 0, nil, errors.New("frame has more than 8 VLAN tags")
		}
	}
}
