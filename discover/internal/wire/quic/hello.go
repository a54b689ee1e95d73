package quic

import "slices"

// Bounds of what is collected of a connection.
const (
	maxHello     = 16 << 10 // octets of its ClientHello
	maxPieces    = 64       // pieces of it that do not touch each other
	maxFrames    = 256      // frames of a packet that are looked at
	maxDatagrams = 8        // that are looked at
)

// Hello collects the ClientHello of a connection, which its client may have
// spread over several packets in any order.
type Hello struct {
	keys  *keys
	buf   []byte
	have  []piece // of buf, in order; no two touch
	count int     // datagrams that were looked at
}

// piece is a part of the stream of the handshake: from its first octet to the
// one after its last.
type piece struct{ from, to int }

// Feed takes the next datagram of a client. It returns the ClientHello, without
// the header of the handshake message, once all of it is there. Where the
// connection cannot be read, or was looked at long enough, more is false: no
// further datagram will help.
func (h *Hello) Feed(b []byte) (hello []byte, more bool) {
	if h.count++; h.count > maxDatagrams {
		return nil, false
	}
	for range maxCoalesced {
		p, ok := long(b)
		if !ok {
			break
		}
		if p.initial {
			h.initial(&p)
		}
		b = p.rest
	}
	if hello, ok := h.whole(); ok {
		return hello, false
	}
	return nil, h.keys != nil && h.count < maxDatagrams
}

// initial takes the frames of an Initial packet. The keys stay those of the
// first one, unless a Retry made the client begin anew.
func (h *Hello) initial(p *header) {
	if h.keys != nil {
		if frames, ok := h.keys.open(p); ok && h.frames(frames) {
			return
		}
	}
	k, err := initialKeys(p.version, p.dcid)
	if err != nil {
		return
	}
	frames, ok := k.open(p)
	if !ok {
		return
	}
	fresh := Hello{keys: k, count: h.count}
	if fresh.frames(frames) {
		*h = fresh
	}
}

// Types of frames that an Initial packet may hold (RFC 9000, 12.4).
const (
	framePadding = 0x00
	framePing    = 0x01
	frameAck     = 0x02
	frameAckECN  = 0x03
	frameCrypto  = 0x06
	frameClose   = 0x1c
)

// frames takes the octets of the CRYPTO frames, and reports whether the frames
// are those of an Initial packet.
func (h *Hello) frames(b []byte) bool {
	for range maxFrames {
		for len(b) > 0 && b[0] == framePadding {
			b = b[1:]
		}
		if len(b) == 0 {
			return true
		}
		kind := b[0]
		b = b[1:]
		switch kind {
		case framePing:
		case frameAck, frameAckECN:
			rest, ok := skipAck(b, kind == frameAckECN)
			if !ok {
				return false
			}
			b = rest
		case frameCrypto:
			offset, n := varint(b)
			length, m := varint(b[n:])
			if n == 0 || m == 0 || offset+length > maxHello {
				return false
			}
			b = b[n+m:]
			h.put(int(offset), b[:min(int(length), len(b))])
			if int(length) > len(b) {
				return true // cut by the capture
			}
			b = b[length:]
		case frameClose:
			return true
		default:
			return false
		}
	}
	return true
}

// skipAck passes an ACK frame (RFC 9000, 19.3).
func skipAck(b []byte, ecn bool) ([]byte, bool) {
	next := func() (uint64, bool) {
		v, n := varint(b)
		b = b[n:]
		return v, n > 0
	}
	var ranges uint64
	for i := range 4 { // largest acknowledged, delay, count of ranges, first range
		v, ok := next()
		if !ok {
			return nil, false
		}
		if i == 2 {
			ranges = v
		}
	}
	fields := 2 * ranges
	if ecn {
		fields += 3
	}
	if ranges > 1<<12 {
		return nil, false
	}
	for range fields {
		if _, ok := next(); !ok {
			return nil, false
		}
	}
	return b, true
}

// put keeps a part of the handshake.
func (h *Hello) put(offset int, b []byte) {
	if len(b) == 0 || len(h.have) >= maxPieces {
		return
	}
	p := piece{from: offset, to: offset + len(b)}
	if len(h.buf) < p.to {
		h.buf = append(h.buf, make([]byte, p.to-len(h.buf))...)
	}
	copy(h.buf[p.from:], b)
	i, _ := slices.BinarySearchFunc(h.have, p.from, func(x piece, from int) int { return x.to - from })
	j := i
	for j < len(h.have) && h.have[j].from <= p.to {
		p.from, p.to = min(p.from, h.have[j].from), max(p.to, h.have[j].to)
		j++
	}
	h.have = slices.Replace(h.have, i, j, p)
}

// whole returns the body of the ClientHello where all of it is there.
func (h *Hello) whole() ([]byte, bool) {
	if len(h.have) == 0 || h.have[0].from != 0 || h.have[0].to < 4 || h.buf[0] != 1 {
		return nil, false
	}
	n := int(h.buf[1])<<16 | int(h.buf[2])<<8 | int(h.buf[3])
	if h.have[0].to < 4+n {
		return nil, false
	}
	return h.buf[4 : 4+n], true
}

// Start returns what of the ClientHello is there from its beginning, for a
// connection of which no more can be read.
func (h *Hello) Start() []byte {
	if len(h.have) == 0 || h.have[0].from != 0 || h.have[0].to < 4 || h.buf[0] != 1 {
		return nil
	}
	return h.buf[4:h.have[0].to]
}
