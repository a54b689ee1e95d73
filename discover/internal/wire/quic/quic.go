// Package quic reads the ClientHello of a QUIC connection out of its Initial
// packets, whose keys anybody can derive from what stands in them in the clear
// (RFC 9001, 5.2; RFC 9369, 3.3).
package quic

import "encoding/binary"

// Versions that are read: those of the RFCs, and drafts 27 to 34.
const (
	version1     = 1
	version2     = 0x6b3343cf
	firstDraft   = 0xff00001b
	lastDraft    = 0xff000022
	draft29      = 0xff00001d
	draft33      = 0xff000021
	maxID        = 20 // longest connection ID (RFC 9000, 17.2)
	maxCoalesced = 4  // packets of a datagram that are looked at
)

// Known reports whether v is a version whose packets are read.
func Known(v uint32) bool {
	return v == version1 || v == version2 || v >= firstDraft && v <= lastDraft
}

// header is what the long header of a packet says (RFC 9000, 17.2).
type header struct {
	version uint32
	initial bool
	dcid    []byte
	number  int    // where the packet number begins
	packet  []byte // to its end, or to that of what was captured
	whole   bool   // the packet was captured to its end
	rest    []byte // what follows it in the datagram
}

// long reads a long header, and reports whether b begins with one of a packet
// that has a length.
func long(b []byte) (header, bool) {
	if len(b) < 7 || b[0]&0xc0 != 0xc0 {
		return header{}, false
	}
	h := header{version: binary.BigEndian.Uint32(b[1:])}
	if !Known(h.version) {
		return header{}, false
	}
	i := 5
	for id := range 2 { // destination, source
		if i >= len(b) || b[i] > maxID || len(b) < i+1+int(b[i]) {
			return header{}, false
		}
		if id == 0 {
			h.dcid = b[i+1 : i+1+int(b[i])]
		}
		i += 1 + int(b[i])
	}
	kind := b[0] >> 4 & 3
	if h.version == version2 {
		kind = (kind + 3) & 3 // RFC 9369, 3.2
	}
	switch kind {
	case 0:
		h.initial = true
		token, n := varint(b[i:])
		if n == 0 || token > uint64(len(b)-i-n) {
			return header{}, false
		}
		i += n + int(token)
	case 3:
		return header{}, false // Retry has no length, and nothing follows it
	}
	length, n := varint(b[i:])
	if n == 0 || length == 0 || length > 1<<16 {
		return header{}, false
	}
	h.number = i + n
	end := h.number + int(length)
	h.whole = end <= len(b)
	end = min(end, len(b))
	h.packet, h.rest = b[:end], b[end:]
	return h, true
}

// varint reads an integer of variable length (RFC 9000, 16) and returns how many
// octets it has, 0 where b is cut short.
func varint(b []byte) (v uint64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	n = 1 << (b[0] >> 6)
	if len(b) < n {
		return 0, 0
	}
	v = uint64(b[0] & 0x3f)
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}
