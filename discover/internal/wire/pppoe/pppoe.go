// Package pppoe decodes PPP over Ethernet (RFC 2516).
package pppoe

import (
	"encoding/binary"
	"errors"
)

// Codes of the discovery stage, and of session data.
const (
	Session = 0x00
	PADO    = 0x07
	PADI    = 0x09
	PADR    = 0x19
	PADS    = 0x65
	PADT    = 0xa7
)

// Packet is a PPPoE packet.
type Packet struct {
	Code      uint8
	SessionID uint16
	ACName    string // tag 0x0102, in PADO and often in PADS
	Protocol  uint16 // PPP protocol of session data; 0x0021 is IPv4, 0x0057 IPv6
	Payload   []byte // of session data, after the PPP protocol
}

// Errors of Decode.
var (
	ErrShort = errors.New("pppoe: packet is cut short")
	ErrOther = errors.New("pppoe: version, type or code not known")
)

// Decode reads the packet after an EtherType of 0x8863 or 0x8864.
func Decode(b []byte) (Packet, error) {
	if len(b) < 6 {
		return Packet{}, ErrShort
	}
	p := Packet{Code: b[1], SessionID: binary.BigEndian.Uint16(b[2:])}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if b[0] != 0x11 {
		return Packet{}, ErrOther
	}
	b = b[6:]
	b = b[:min(n, len(b))] // a capture may have cut the end of it off
	switch p.Code {
	case Session:
		switch {
		case len(b) >= 1 && b[0]&1 != 0: // compressed to one octet (RFC 1661, 6.5)
			p.Protocol, p.Payload = uint16(b[0]), b[1:]
		case len(b) >= 2:
			p.Protocol, p.Payload = binary.BigEndian.Uint16(b), b[2:]
		default:
			return Packet{}, ErrShort
		}
	case PADI, PADO, PADR, PADS, PADT:
		p.tags(b)
	default:
		return Packet{}, ErrOther
	}
	return p, nil
}

func (p *Packet) tags(b []byte) {
	for len(b) >= 4 {
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if kind == 0 || len(b) < 4+n {
			return
		}
		if kind == 0x0102 {
			p.ACName = string(b[4 : 4+n])
		}
		b = b[4+n:]
	}
}
