// Package vpn tells tunnels by their headers. Everything in it would rather miss
// a tunnel than report one that is none: headers are checked for their lengths,
// reserved fields and counters, and protocols whose headers say little must be
// seen to go on as they began.
package vpn

import "encoding/binary"

// IKE is the header of an IKE message (RFC 7296, 3.1; RFC 2408, 3.1).
type IKE struct {
	Major     uint8
	Exchange  uint8
	Initiator bool   // the original initiator sent it, as far as the message says
	Response  bool   // of version 2
	ID        uint32 // message ID
	Vendor    string // the makers that its vendor IDs name, with commas
}

const ikeHeader = 28

// DecodeIKE reads an IKE message, and reports whether b is one. A capture may
// have cut its end off: whole says whether b was captured to its end.
func DecodeIKE(b []byte, whole bool) (IKE, bool) {
	if len(b) < ikeHeader || binary.BigEndian.Uint64(b) == 0 {
		return IKE{}, false
	}
	responder := binary.BigEndian.Uint64(b[8:])
	next, version, exchange, flags := b[16], b[17], b[18], b[19]
	n := binary.BigEndian.Uint32(b[24:])
	if n < ikeHeader || n > 1<<16 || whole && int64(n) != int64(len(b)) || int64(n) < int64(len(b)) {
		return IKE{}, false
	}
	m := IKE{Major: version >> 4, Exchange: exchange, ID: binary.BigEndian.Uint32(b[20:])}
	vendorID := byte(13)
	clear := false
	switch version {
	case 0x10:
		if exchange != 1 && exchange != 2 && exchange != 4 && exchange != 5 && exchange != 6 && exchange != 32 && exchange != 33 || flags&^7 != 0 {
			return IKE{}, false
		}
		m.Initiator = responder == 0
		clear = flags&1 == 0
	case 0x20:
		if (exchange < 34 || exchange > 44) || flags&^0x38 != 0 {
			return IKE{}, false
		}
		m.Initiator, m.Response = flags&0x08 != 0, flags&0x20 != 0
		vendorID = 43
		clear = true
	default:
		return IKE{}, false
	}
	if clear {
		m.Vendor = vendor(b[ikeHeader:], next, vendorID)
	}
	return m, true
}

// IKESession follows the messages of one IKE SA until they show that it came
// up, which those that tell so themselves do under encryption.
type IKESession struct {
	auth     bool // an IKE_AUTH was answered
	requests int  // INFORMATIONAL requests of its initiator after that
	last     uint32
	quick    [2]bool // each side sent messages of quick mode
}

// Exchanges (RFC 7296, 3.1; RFC 2409, 5.5).
const (
	ikeQuick         = 32
	ikeAuth          = 35
	ikeCreateChild   = 36
	ikeInformational = 37
)

// Feed takes the next message, sent by side 0 or 1, and reports whether the SA
// came up. A refused one may end with one INFORMATIONAL exchange (RFC 7296,
// 2.21.2); only what came up goes on for longer, is asked by its responder, or
// makes child SAs.
func (s *IKESession) Feed(m *IKE, side int) bool {
	switch m.Exchange {
	case ikeQuick:
		s.quick[side] = true
		return s.quick[0] && s.quick[1]
	case ikeAuth:
		s.auth = s.auth || m.Response
	case ikeCreateChild:
		return m.Response
	case ikeInformational:
		switch {
		case m.Response:
		case !m.Initiator:
			return s.auth
		case s.requests == 0 || m.ID != s.last:
			s.requests, s.last = s.requests+1, m.ID
		}
		return s.auth && s.requests > 1
	}
	return false
}

// NATT is what a datagram to or from UDP port 4500 is (RFC 3948, 2).
type NATT struct {
	IKE       *IKE   // behind the non-ESP marker
	SPI, Seq  uint32 // of ESP
	Keepalive bool
}

// DecodeNATT reads a datagram of UDP port 4500 and reports whether it can be
// one of IPsec.
func DecodeNATT(b []byte, whole bool) (NATT, bool) {
	switch {
	case len(b) == 1 && b[0] == 0xff:
		return NATT{Keepalive: true}, true
	case len(b) < 8:
		return NATT{}, false
	case binary.BigEndian.Uint32(b) == 0:
		m, ok := DecodeIKE(b[4:], whole)
		return NATT{IKE: &m}, ok
	}
	spi, seq, ok := ESP(b)
	return NATT{SPI: spi, Seq: seq}, ok && !isText(b[:20])
}

// isText reports whether b is made of characters, as what is enciphered is not.
func isText(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\r' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// ESPInUDP follows the ESP packets between two ports until they are sure to be
// such: the numbers of one security association count on (RFC 4303, 2.2). Others
// begin with octets that stay the same and end with a counter, too, or with what
// looks like one now and then.
type ESPInUDP struct {
	spi, seq [2]uint32
	points   [2]uint8
}

// What steps of the number weigh, and how much is enough. Keys are renewed long
// before most numbers are reached (RFC 4301, 4.4.2.1): a step of one among the
// first ones is enough. A mirror may lose some packets of many.
const (
	espFirst, espNext, espNear = 4, 2, 1
	espFirstSeq                = 1 << 24
	espStep                    = 16
	espEachWay                 = 2
	espOneWay                  = 4
)

// Feed takes the next packet, sent by side 0 or 1, and reports whether the
// conversation is ESP for sure.
func (e *ESPInUDP) Feed(n *NATT, side int) bool {
	switch step := n.Seq - e.seq[side]; {
	case e.spi[side] != n.SPI || step == 0 || step >= espStep:
		e.points[side] = 0
	case step == 1 && n.Seq < espFirstSeq:
		e.points[side] = espFirst
	case step == 1:
		e.points[side] = min(e.points[side]+espNext, espOneWay)
	default:
		e.points[side] = min(e.points[side]+espNear, espOneWay)
	}
	e.spi[side], e.seq[side] = n.SPI, n.Seq
	return e.points[side] >= espOneWay || e.points[0] >= espEachWay && e.points[1] >= espEachWay
}

// BothWays reports whether packets of both sides were seen.
func (e *ESPInUDP) BothWays() bool { return e.spi[0] != 0 && e.spi[1] != 0 }

// ESP reads the start of an ESP packet (RFC 4303, 2). SPIs up to 255 are
// reserved, and a packet is never shorter than its header, one block and an
// integrity check value of 8 octets.
func ESP(b []byte) (spi, seq uint32, ok bool) {
	if len(b) < 20 {
		return 0, 0, false
	}
	spi, seq = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	return spi, seq, spi > 255 && seq != 0
}

// AH reports whether b begins with an authentication header (RFC 4302, 2).
func AH(b []byte) bool {
	return len(b) >= 16 && b[1] >= 2 && b[2] == 0 && b[3] == 0 && binary.BigEndian.Uint32(b[4:]) > 255
}
