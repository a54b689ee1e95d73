package vpn

import "encoding/binary"

// WireGuard follows the datagrams between two ports until it is sure that they
// are WireGuard's (section 5.4 of its paper): type, three reserved octets and
// length of each message fit, and indices and counters go on as they began.
type WireGuard struct {
	sender  [2]uint32 // index that each side gave in its handshake message
	index   [2]uint32 // receiver index of the last transport message
	counter [2]uint64
	head    [2]uint32 // type and reserved octets of the last transport message
	run     [2]uint8  // transport messages in a row that went on as they began
	warp    bool      // the reserved octets are in use
}

// Reserved reports whether the reserved octets are not zero, as Cloudflare uses
// them for what its WARP is known by.
func (w *WireGuard) Reserved() bool { return w.warp }

const (
	wgHead       = 16 // of a transport message; more than is looked at of others
	wgInitiation = 148
	wgResponse   = 92
	wgCookie     = 64
	wgTransport  = 32
)

// Feed takes the next datagram, sent by side 0 or 1, and reports whether the
// conversation is WireGuard for sure, and which side opened it (-1: not seen). A
// capture may have cut b off: size is how many octets the datagram has.
func (w *WireGuard) Feed(b []byte, size, side int) (sure bool, opener int) {
	if len(b) < wgHead || size < wgTransport {
		return false, -1
	}
	reserved := b[1] != 0 || b[2] != 0 || b[3] != 0
	first := binary.LittleEndian.Uint32(b[4:])
	switch b[0] {
	case 1:
		if size == wgInitiation && first != 0 {
			w.sender[side] = first
			return !reserved && len(b) == size && uncharged(b), side
		}
	case 2:
		if size == wgResponse && first != 0 && binary.LittleEndian.Uint32(b[8:]) != 0 {
			init := w.sender[1-side]
			if init != binary.LittleEndian.Uint32(b[8:]) && (init != 0 || reserved || len(b) < size || !uncharged(b)) {
				return false, -1
			}
			w.warp = reserved
			w.sender[side] = first
			return true, 1 - side
		}
	case 4:
		if sure = w.transport(b, size, side, first); sure {
			w.warp = reserved
		}
		return sure, -1
	}
	return false, -1
}

// uncharged reports whether a handshake message ends without a second code,
// which it has only where the other end is under load and said so (5.4.4). A
// message that stands alone needs this to be believed.
func uncharged(b []byte) bool { return zero(b[len(b)-16:]) }

// WireGuardCookie reports whether b has the form of a cookie reply (5.4.7), which
// is all that an end under load says. It needs the port to be believed.
func WireGuardCookie(b []byte) bool {
	return len(b) == wgCookie && b[0] == 3 && b[1] == 0 && b[2] == 0 && b[3] == 0 && !zero(b[4:8]) && !zero(b[8:16])
}

// WireGuardTransport reports whether b may be a transport message (5.4.6),
// whatever its reserved octets are: its length is that of blocks, and its counter
// has not grown far.
func WireGuardTransport(b []byte, size int) bool {
	return len(b) >= wgHead && size >= wgTransport && size%16 == 0 && b[0] == 4 && zero(b[12:16])
}

// transport reports whether transport messages alone are enough: at least two
// each way, or eight one way, with one index and rising counters.
func (w *WireGuard) transport(b []byte, size, side int, index uint32) bool {
	head, counter := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint64(b[8:])
	if size%16 != 0 || counter >= 1<<40 {
		return false
	}
	if w.run[side] > 0 && w.head[side] == head && w.index[side] == index && counter > w.counter[side] && counter-w.counter[side] < 1024 {
		w.run[side] = min(w.run[side]+1, 100)
	} else {
		w.run[side] = 1
	}
	w.head[side], w.index[side], w.counter[side] = head, index, counter
	return w.run[0] >= 2 && w.run[1] >= 2 || w.run[side] >= 8
}
