// Package stp decodes bridge protocol data units (IEEE Std 802.1D-2004, 9.3 and
// IEEE Std 802.1Q-2018, 14.4).
package stp

import (
	"encoding/binary"
	"errors"
	"strings"
)

// BPDU is a bridge protocol data unit. A topology change notification has
// neither root nor bridge.
type BPDU struct {
	Version  string // "stp", "rstp", "mstp"
	Root     BridgeID
	Bridge   BridgeID // of the bridge that sent it
	PortID   uint16
	TopoOnly bool   // topology change notification
	Region   string // name of the MST configuration
	Revision uint16 // of the MST configuration
	VLAN     uint16 // of the tree, in PVST+ only
}

// BridgeID is a bridge identifier: priority with the system ID extension, and
// address.
type BridgeID struct {
	Priority uint16
	MAC      [6]byte
}

// Errors of Decode.
var (
	ErrShort = errors.New("stp: data unit is cut short")
	ErrOther = errors.New("stp: protocol, version or type of data unit not known")
)

// Decode reads the data unit that follows the LLC header.
func Decode(b []byte) (BPDU, error) {
	if len(b) < 4 {
		return BPDU{}, ErrShort
	}
	if b[0] != 0 || b[1] != 0 {
		return BPDU{}, ErrOther
	}
	var u BPDU
	switch b[2] {
	case 0:
		u.Version = "stp"
	case 2:
		u.Version = "rstp"
	case 3, 4: // 4 is shortest path bridging, which begins like MSTP
		u.Version = "mstp"
	default:
		return BPDU{}, ErrOther
	}
	switch b[3] {
	case 0x80:
		u.TopoOnly = true
		return u, nil
	case 0, 2:
	default:
		return BPDU{}, ErrOther
	}
	if len(b) < 35 {
		return BPDU{}, ErrShort
	}
	u.Root, u.Bridge = bridgeID(b[5:]), bridgeID(b[17:])
	u.PortID = binary.BigEndian.Uint16(b[25:])
	if b[2] >= 3 && len(b) >= 102 { // octets 17 to 24 hold the regional root, the sender stands after the MST configuration
		u.Bridge = bridgeID(b[93:])
		u.Region = strings.TrimRight(string(b[39:71]), "\x00")
		u.Revision = binary.BigEndian.Uint16(b[71:])
	}
	return u, nil
}

// DecodePVST reads a data unit of PVST+ (SNAP, OUI 00-00-0C, protocol 0x010b):
// an element with the VLAN that the tree is of follows it.
func DecodePVST(b []byte) (BPDU, error) {
	u, err := Decode(b)
	if err == nil && len(b) >= 42 && binary.BigEndian.Uint32(b[36:]) == 2 { // type 0, length 2
		u.VLAN = binary.BigEndian.Uint16(b[40:])
	}
	return u, err
}

func bridgeID(b []byte) BridgeID {
	return BridgeID{Priority: binary.BigEndian.Uint16(b), MAC: [6]byte(b[2:8])}
}
