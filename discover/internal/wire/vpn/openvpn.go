package vpn

import (
	"bytes"
	"encoding/binary"
)

// OpenVPN follows the packets between two ports until it is sure that they are
// OpenVPN's: both sides reset with the right opcodes and go on with the session
// they named, or one side does so several times, or data packets of both sides
// count on.
type OpenVPN struct {
	session [2][8]byte // that each side named
	reset   [2]bool    // each side sent its hard reset
	again   [2]uint8   // control packets of the first key that held the session named before
	id      [2]uint32  // packet ID of the last data packet
	head    [2]uint32  // opcode, key ID and peer ID of it
	run     [2]uint8   // data packets in a row that counted on
	client  int8
}

// oneWay is how many control packets must hold the session of their sender's
// reset where the other direction is not seen.
const oneWay = 4

// Opcodes of the protocol, in the upper five bits of the first octet.
const (
	ovControl     = 4
	ovAck         = 5
	ovData1       = 6
	ovResetClient = 7
	ovResetServer = 8
	ovData2       = 9
	ovResetV3     = 10
	ovControlWKC  = 11 // the client's key for tls-crypt-v2, sent once
)

// Feed takes the next packet, sent by side 0 or 1, without the length that
// stands before it over TCP. It reports whether the conversation is OpenVPN for
// sure, and which side is the client (-1: not seen).
func (o *OpenVPN) Feed(b []byte, side int) (sure bool, opener int) {
	if len(b) < 14 {
		return false, -1
	}
	switch op := b[0] >> 3; op {
	case ovResetClient, ovResetV3:
		if b[0]&7 != 0 || len(b) > 1300 || zero(b[1:9]) {
			return false, -1
		}
		o.session[side], o.reset[side], o.again[side] = [8]byte(b[1:]), true, 0
		o.reset[1-side], o.again[1-side] = false, 0
		o.client = int8(side) + 1
	case ovResetServer:
		if b[0]&7 != 0 || o.client != 0 && o.client != int8(1-side)+1 || zero(b[1:9]) {
			return false, -1
		}
		if !o.reset[1-side] && o.reset[side] && o.session[side] == [8]byte(b[1:]) {
			return false, -1 // sent again
		}
		o.client = int8(1-side) + 1
		o.session[side], o.reset[side], o.again[side] = [8]byte(b[1:]), true, 0
		if o.reset[1-side] && bytes.Contains(b[9:], o.session[1-side][:]) { // it acknowledges the client's session
			return true, 1 - side
		}
	case ovControl, ovAck:
		// Short headers of QUIC (RFC 9000, 17.3.1) look like resets and like
		// ovControlWKC, with a connection ID in the place of the session: these
		// alone would be a tunnel wherever a capture begins after the handshake.
		if b[0]&7 == 0 && o.reset[side] && [8]byte(b[1:]) == o.session[side] {
			o.again[side] = min(o.again[side]+1, 100)
		}
		if o.reset[0] && o.reset[1] && o.again[0]+o.again[1] >= 2 || o.again[side] >= oneWay {
			return true, int(o.client) - 1
		}
	case ovData1, ovData2:
		return o.data(b, side), int(o.client) - 1
	}
	return false, -1
}

// data reports whether data packets alone are enough: four in a row each way
// whose packet IDs, in the clear with AEAD ciphers, count on.
func (o *OpenVPN) data(b []byte, side int) bool {
	head, id := uint32(b[0]), binary.BigEndian.Uint32(b[1:])
	if b[0]>>3 == ovData2 {
		head, id = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	}
	if o.run[side] > 0 && head == o.head[side] && id > o.id[side] && id-o.id[side] < 64 {
		o.run[side] = min(o.run[side]+1, 100)
	} else {
		o.run[side] = 1
	}
	o.head[side], o.id[side] = head, id
	return o.run[0] >= 4 && o.run[1] >= 4
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// OpenVPNOverTCP returns the packet at the start of a TCP segment, which stands
// after its length, and false where there can be none.
func OpenVPNOverTCP(b []byte) ([]byte, bool) {
	if len(b) < 16 {
		return nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < 14 || n+2 > len(b) {
		return nil, false
	}
	if op := b[2] >> 3; op < ovControl || op > ovControlWKC {
		return nil, false
	}
	return b[2 : 2+n], true
}
