package pcap

import (
	"encoding/binary"
	"errors"
	"fmt"

	"kanmon/discover/fact"
)

// Link types (https://www.tcpdump.org/linktypes.html) that are read.
const (
	linkNull     = 0
	linkEthernet = 1
	linkPPP      = 9
	linkRaw12    = 12 // DLT_RAW of most systems, found in files of old libpcaps
	linkRaw14    = 14 // DLT_RAW of OpenBSD
	linkPPPHDLC  = 50
	linkPPPoE    = 51
	linkRaw      = 101
	linkCHDLC    = 104
	linkWiFi     = 105
	linkLoop     = 108
	linkSLL      = 113
	linkRadiotap = 127
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276
)

// linkName names a link type as libpcap does; empty where it is not read.
func linkName(link uint32) string {
	switch link {
	case linkNull:
		return "NULL"
	case linkEthernet:
		return "EN10MB"
	case linkPPP:
		return "PPP"
	case linkRaw12, linkRaw14, linkRaw:
		return "RAW"
	case linkPPPHDLC:
		return "PPP_SERIAL"
	case linkPPPoE:
		return "PPP_ETHER"
	case linkCHDLC:
		return "C_HDLC"
	case linkWiFi:
		return "IEEE802_11"
	case linkLoop:
		return "LOOP"
	case linkSLL:
		return "LINUX_SLL"
	case linkRadiotap:
		return "IEEE802_11_RADIO"
	case linkIPv4:
		return "IPV4"
	case linkIPv6:
		return "IPV6"
	case linkSLL2:
		return "LINUX_SLL2"
	}
	return ""
}

// EtherTypes.
const (
	etherIPv4     = 0x0800
	etherARP      = 0x0806
	etherVLAN     = 0x8100
	etherIPv6     = 0x86dd
	etherPPPoED   = 0x8863
	etherPPPoES   = 0x8864
	etherPROFINET = 0x8892
	etherQinQ     = 0x88a8
	etherQinQOld  = 0x9100
	etherMPLS     = 0x8847
	etherLLDP     = 0x88cc
	etherLoopback = 0x9000
	etherPPP      = 0x880b // what follows begins with the PPP protocol; used between functions here
	maxLength     = 1500   // of an IEEE 802.3 frame: greater values are EtherTypes
)

// hop is what the link layer of a frame says.
type hop struct {
	src, dst fact.MAC // zero where the link has none
	vid      uint16   // outermost IEEE 802.1Q VLAN ID
	inner    bool     // within a tunnel: addresses of links mean nothing here
	whole    bool     // captured to its end
	depth    uint8    // of tunnels
}

var errFrameShort = errors.New("frame is cut short within its link header")

// decodeLink reads the link header of b. It returns the EtherType of what
// follows: a value up to maxLength is the length of an LLC frame, and 0 stands
// for a frame with nothing to read.
func decodeLink(link uint32, b []byte, h *hop) (uint16, []byte, error) {
	switch link {
	case linkEthernet:
		return decodeEthernet(b, h)
	case linkRaw, linkRaw12, linkRaw14, linkIPv4, linkIPv6:
		return rawIP(b)
	case linkSLL:
		if len(b) < 16 {
			return 0, nil, errFrameShort
		}
		if binary.BigEndian.Uint16(b[4:]) == 6 {
			h.src = fact.MAC(b[6:12])
		}
		return linuxProtocol(binary.BigEndian.Uint16(b[14:]), b[16:], h)
	case linkSLL2:
		if len(b) < 20 {
			return 0, nil, errFrameShort
		}
		if b[11] == 6 {
			h.src = fact.MAC(b[12:18])
		}
		return linuxProtocol(binary.BigEndian.Uint16(b), b[20:], h)
	case linkNull, linkLoop:
		if len(b) < 4 {
			return 0, nil, errFrameShort
		}
		return rawIP(b[4:]) // the family has other numbers on each system; the version says the same
	case linkPPP, linkPPPHDLC:
		if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
			b = b[2:]
		} else if len(b) >= 4 && b[0] == 0x0f && b[1] == 0 { // Cisco HDLC in a PPP_SERIAL file
			return etherType(binary.BigEndian.Uint16(b[2:]), b[4:], h)
		}
		return etherPPP, b, nil
	case linkPPPoE:
		return etherPPPoES, b, nil
	case linkCHDLC:
		if len(b) < 4 {
			return 0, nil, errFrameShort
		}
		return etherType(binary.BigEndian.Uint16(b[2:]), b[4:], h)
	case linkRadiotap:
		if len(b) < 4 || int(binary.LittleEndian.Uint16(b[2:])) > len(b) {
			return 0, nil, errFrameShort
		}
		return decodeWiFi(b[binary.LittleEndian.Uint16(b[2:]):], h)
	case linkWiFi:
		return decodeWiFi(b, h)
	}
	return 0, nil, fmt.Errorf("link type %d is not read", link)
}

func rawIP(b []byte) (uint16, []byte, error) {
	if len(b) == 0 {
		return 0, nil, errFrameShort
	}
	switch b[0] >> 4 {
	case 4:
		return etherIPv4, b, nil
	case 6:
		return etherIPv6, b, nil
	}
	return 0, nil, nil
}

func decodeEthernet(b []byte, h *hop) (uint16, []byte, error) {
	if len(b) < 14 {
		return 0, nil, errFrameShort
	}
	h.dst, h.src = fact.MAC(b[0:6]), fact.MAC(b[6:12])
	return etherType(binary.BigEndian.Uint16(b[12:]), b[14:], h)
}

// linuxProtocol reads the protocol field of cooked captures, which holds small
// numbers for frames without an EtherType.
func linuxProtocol(t uint16, b []byte, h *hop) (uint16, []byte, error) {
	if t == 4 { // 802.2 LLC
		return uint16(min(len(b), maxLength)), b, nil
	}
	if t < 0x600 {
		return 0, nil, nil
	}
	return etherType(t, b, h)
}

// etherType passes VLAN tags and MPLS labels, and keeps the outermost VLAN ID.
func etherType(t uint16, b []byte, h *hop) (uint16, []byte, error) {
	for tags := 0; ; tags++ {
		switch t {
		case etherVLAN, etherQinQ, etherQinQOld:
			if len(b) < 4 {
				return 0, nil, errFrameShort
			}
			if vid := binary.BigEndian.Uint16(b) & 0x0fff; h.vid == 0 && !h.inner {
				h.vid = vid
			}
			t, b = binary.BigEndian.Uint16(b[2:]), b[4:]
		case etherMPLS:
			for {
				if len(b) < 5 {
					return 0, nil, errFrameShort
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

// decodeWiFi reads an IEEE 802.11 frame (IEEE Std 802.11-2020, 9.2 and 9.3.2).
// Frames that hold no data, or encrypted data, tell only who sent them.
func decodeWiFi(b []byte, h *hop) (uint16, []byte, error) {
	if len(b) < 2 {
		return 0, nil, errFrameShort
	}
	kind, subtype, flags := b[0]>>2&3, b[0]>>4, b[1]
	if kind == 1 || kind == 3 { // control, extension
		return 0, nil, nil
	}
	if len(b) < 24 {
		return 0, nil, errFrameShort
	}
	a1, a2, a3 := fact.MAC(b[4:10]), fact.MAC(b[10:16]), fact.MAC(b[16:22])
	n := 24
	switch flags & 3 { // to and from the distribution system
	case 0:
		h.dst, h.src = a1, a2
	case 1:
		h.dst, h.src = a3, a2
	case 2:
		h.dst, h.src = a1, a3
	default:
		if len(b) < 30 {
			return 0, nil, errFrameShort
		}
		h.dst, h.src, n = a3, fact.MAC(b[24:30]), 30
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
		return 0, nil, errFrameShort
	}
	if [6]byte(b[n:]) != [6]byte{0xaa, 0xaa, 3, 0, 0, 0} {
		return 0, nil, nil
	}
	return etherType(binary.BigEndian.Uint16(b[n+6:]), b[n+8:], h)
}
