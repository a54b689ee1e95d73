// Package link decodes the protocols with which switches run the links between
// them: LACP (IEEE Std 802.1AX-2020, 6.4.2), and DTP and VTP of Cisco. The last
// two are not published; their forms are those which Wireshark and tcpdump read.
package link

import (
	"encoding/binary"

	"kanmon/discover/internal/wire/said"
)

// LACP is what one end of an aggregated link says of itself and of the other.
type LACP struct {
	Actor, Partner System
}

// System is one end of an aggregated link. The MAC address is zero for a partner
// that was not heard yet.
type System struct {
	MAC      [6]byte
	Priority uint16
	Key      uint16 // ports with the same key may be aggregated
	Port     uint16
	State    uint8
}

// Synchronized reports whether the port takes part in the aggregation.
func (s System) Synchronized() bool { return s.State&0x08 != 0 }

// DecodeLACP reads what follows the EtherType 0x8809. Other slow protocols are
// refused.
func DecodeLACP(b []byte) (LACP, bool) {
	if len(b) < 42 || b[0] != 1 || b[1] == 0 || b[2] != 1 || b[3] != 20 || b[22] != 2 || b[23] != 20 {
		return LACP{}, false
	}
	return LACP{Actor: system(b[4:]), Partner: system(b[24:])}, true
}

func system(b []byte) System {
	return System{
		Priority: binary.BigEndian.Uint16(b), MAC: [6]byte(b[2:8]), Key: binary.BigEndian.Uint16(b[8:]),
		Port: binary.BigEndian.Uint16(b[12:]), State: b[14],
	}
}

// Trunk is what a port says that may become a trunk.
type Trunk struct {
	Domain string // of VTP
	Status string // "trunk", "access"
	Sender [6]byte
}

// DTP reads what follows the SNAP header (OUI 00-00-0C, protocol 0x2004).
func DTP(b []byte) (Trunk, bool) {
	if len(b) < 1 || b[0] != 1 {
		return Trunk{}, false
	}
	var t Trunk
	for b = b[1:]; len(b) >= 4; {
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			break
		}
		switch v := b[4:n]; {
		case kind == 1:
			t.Domain = said.Text(v)
		case kind == 2 && len(v) == 1:
			t.Status = "access"
			if v[0]&0x80 != 0 {
				t.Status = "trunk"
			}
		case kind == 4 && len(v) == 6:
			t.Sender = [6]byte(v)
		}
		b = b[n:]
	}
	return t, t.Status != ""
}

// VTP reads what follows the SNAP header (OUI 00-00-0C, protocol 0x2003) and
// returns the management domain.
func VTP(b []byte) (string, bool) {
	if len(b) < 36 || b[0] == 0 || b[0] > 3 || b[1] == 0 || b[1] > 4 || b[3] == 0 || b[3] > 32 {
		return "", false
	}
	return said.Text(b[4 : 4+int(b[3])]), true
}
