// Package nbns decodes packets of the NetBIOS Name Service (RFC 1002, 4.2).
package nbns

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// Packet is a name service packet.
type Packet struct {
	Response  bool
	Opcode    uint8 // 0 query, 5 registration, 6 release, 8 and 9 refresh, 15 multi-homed registration
	RCode     uint8
	Claims    []Claim // from the NB records of registrations and positive responses
	Query     string  // name that is asked for; empty if none
	QueryType uint16  // of the question
	Status    []Name  // names of a node status response
}

// Name is a NetBIOS name: 15 characters and a suffix that says what it is for.
type Name struct {
	Text   string
	Suffix byte // 0x00 workstation, 0x1b, 0x1c domain, 0x20 file server
	Group  bool
}

// Claim is a name and the addresses that it is said to have.
type Claim struct {
	Name
	Addresses []netip.Addr
}

// Errors of Decode.
var (
	ErrShort = errors.New("nbns: packet is cut short")
	ErrName  = errors.New("nbns: name is damaged")
)

const (
	messenger  = 0x03 // suffix of names that may be those of users
	typeNB     = 0x20
	typeNBSTAT = 0x21
	maxRecords = 32
	maxNames   = 64
)

// TypeName writes the type of a question as text.
func TypeName(t uint16) string {
	switch t {
	case typeNB:
		return "NB"
	case typeNBSTAT:
		return "NBSTAT"
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// Decode reads the packet b. What came before a damaged record is returned with
// the error.
func Decode(b []byte) (Packet, error) {
	if len(b) < 12 {
		return Packet{}, ErrShort
	}
	flags := binary.BigEndian.Uint16(b[2:])
	p := Packet{Response: flags&0x8000 != 0, Opcode: uint8(flags>>11) & 15, RCode: uint8(flags) & 15}
	qd := int(binary.BigEndian.Uint16(b[4:]))
	rr := int(binary.BigEndian.Uint16(b[6:])) + int(binary.BigEndian.Uint16(b[8:])) + int(binary.BigEndian.Uint16(b[10:]))
	off := 12
	for range min(qd, maxRecords) {
		n, next, err := name(b, off)
		if err != nil {
			return p, err
		}
		if len(b) < next+4 {
			return p, ErrShort
		}
		if off = next + 4; n.Suffix != messenger {
			p.Query, p.QueryType = n.Text, binary.BigEndian.Uint16(b[next:])
		}
	}
	for range min(rr, maxRecords) {
		n, next, err := name(b, off)
		if err != nil {
			return p, err
		}
		if len(b) < next+10 {
			return p, ErrShort
		}
		kind, size := binary.BigEndian.Uint16(b[next:]), int(binary.BigEndian.Uint16(b[next+8:]))
		off = next + 10
		if len(b) < off+size {
			return p, ErrShort
		}
		switch data := b[off : off+size]; kind {
		case typeNB:
			p.claim(n, data)
		case typeNBSTAT:
			p.status(data)
		}
		off += size
	}
	return p, nil
}

// claim reads the flags and addresses of an NB record.
func (p *Packet) claim(n Name, data []byte) {
	c := Claim{Name: n}
	for ; len(data) >= 6 && len(c.Addresses) < maxRecords; data = data[6:] {
		c.Group = data[0]&0x80 != 0
		c.Addresses = append(c.Addresses, netip.AddrFrom4([4]byte(data[2:6])))
	}
	if len(c.Addresses) > 0 {
		p.Claims = append(p.Claims, c)
	}
}

// status reads the names and the unit ID of a node status response (RFC 1002,
// 4.2.18).
func (p *Packet) status(data []byte) {
	if len(data) < 1 {
		return
	}
	count := int(data[0])
	data = data[1:]
	for range min(count, maxNames) {
		if len(data) < 18 {
			return
		}
		p.Status = append(p.Status, Name{Text: text(data[:15]), Suffix: data[15], Group: data[16]&0x80 != 0})
		data = data[18:]
	}
}

// name reads a first-level encoded name (RFC 1001, 14.1), its scope left out,
// and returns the offset after it.
func name(b []byte, off int) (Name, int, error) {
	if off >= len(b) {
		return Name{}, 0, ErrShort
	}
	next := 0
	if b[off]&0xc0 == 0xc0 {
		if off+2 > len(b) {
			return Name{}, 0, ErrShort
		}
		next = off + 2
		to := int(binary.BigEndian.Uint16(b[off:]) & 0x3fff)
		if to >= off {
			return Name{}, 0, ErrName
		}
		off = to
	}
	if off+33 > len(b) {
		return Name{}, 0, ErrShort
	}
	if b[off] != 32 {
		return Name{}, 0, ErrName
	}
	var raw [16]byte
	for i, c := range b[off+1 : off+33] {
		if c -= 'A'; c > 15 {
			return Name{}, 0, ErrName
		}
		raw[i/2] = raw[i/2]<<4 | c
	}
	n := Name{Text: text(raw[:15]), Suffix: raw[15]}
	for off += 33; next == 0; { // scope labels
		switch {
		case off >= len(b):
			return Name{}, 0, ErrShort
		case b[off] == 0:
			next = off + 1
		case b[off]&0xc0 == 0xc0:
			next = off + 2
		case b[off] > 63:
			return Name{}, 0, ErrName
		default:
			off += 1 + int(b[off])
		}
	}
	return n, next, nil
}

// text takes the padding off: spaces, or zeros in the name "*".
func text(b []byte) string { return strings.TrimRight(string(b), " \x00") }
