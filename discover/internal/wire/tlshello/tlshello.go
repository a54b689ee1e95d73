// Package tlshello reads what a TLS or DTLS ClientHello tells in the clear (RFC
// 8446, 4.1.2; RFC 6347, 4.2.1): the server name (RFC 6066, 3) and the protocols
// offered (RFC 7301).
package tlshello

import (
	"encoding/binary"
	"errors"
	"strings"
)

// Errors of Decode.
var (
	ErrMore  = errors.New("tlshello: more octets are needed")
	ErrOther = errors.New("tlshello: not a ClientHello")
)

// MaxHello is the length of the longest ClientHello that is looked at, in
// octets. Ones with post-quantum key shares have about 1,800.
const MaxHello = 16 << 10

// Starts reports whether b begins with a TLS record that holds the start of a
// ClientHello.
func Starts(b []byte) bool {
	return len(b) >= 6 && b[0] == 22 && b[1] == 3 && b[2] <= 4 && b[5] == 1
}

// Hello is what a ClientHello tells in the clear.
type Hello struct {
	Name      string   // server name, lower case; empty where there is none
	Protocols []string // offered (RFC 7301), as the client prefers them
	Session   bool     // the client named a session to go on with, or any octets in its place
	Media     bool     // it offers keys for SRTP (RFC 5764), as what calls somebody does
}

// Decode reads the ClientHello at the start of b, which is what a client sent
// first on a connection. Where b ends before the ClientHello does the error is
// ErrMore, with what was there already.
func Decode(b []byte) (Hello, error) {
	if !Starts(b) {
		if len(b) < 6 && (len(b) == 0 || b[0] == 22) {
			return Hello{}, ErrMore
		}
		return Hello{}, ErrOther
	}
	hello := handshake(b)
	if len(hello) < 4 {
		return Hello{}, ErrMore
	}
	want := int(hello[1])<<16 | int(binary.BigEndian.Uint16(hello[2:]))
	if want > MaxHello {
		return Hello{}, ErrOther
	}
	hello = hello[4:]
	whole := len(hello) >= want
	if whole {
		hello = hello[:want]
	}
	h, err := Body(hello)
	if errors.Is(err, ErrMore) && whole {
		return Hello{}, ErrOther
	}
	if err == nil && !whole {
		err = ErrMore
	}
	return h, err
}

// handshake joins the handshake messages of the records at the start of b.
func handshake(b []byte) []byte {
	if n := int(binary.BigEndian.Uint16(b[3:])); len(b)-5 <= n { // the common case: one record
		return b[5:]
	}
	var out []byte
	for len(b) >= 5 && b[0] == 22 && len(out) < MaxHello {
		n := min(int(binary.BigEndian.Uint16(b[3:])), len(b)-5)
		out = append(out, b[5:5+n]...)
		b = b[5+n:]
	}
	return out
}

// Body reads the body of a ClientHello, which is what follows the handshake
// header. QUIC carries it without records. Where it is cut short the error is
// ErrMore, with what was there.
func Body(b []byte) (Hello, error) {
	var h Hello
	// legacy_version, random
	if len(b) < 35 {
		return h, ErrMore
	}
	if b[0] != 3 && !datagram(b) {
		return h, ErrOther
	}
	h.Session = b[34] != 0
	vectors := []int{1, 2, 1} // session ID, cipher suites, compression methods
	if datagram(b) {
		vectors = []int{1, 1, 2, 1} // with a cookie after the session ID (RFC 6347, 4.2.1)
	}
	b = b[34:]
	for _, size := range vectors {
		v, ok := skip(b, size)
		if !ok {
			return h, ErrMore
		}
		b = v
	}
	if len(b) == 0 {
		return h, nil // no extensions
	}
	if len(b) < 2 {
		return h, ErrMore
	}
	end := int(binary.BigEndian.Uint16(b))
	b = b[2:]
	short := len(b) < end
	b = b[:min(end, len(b))]
	for len(b) >= 4 {
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if len(b) < 4+n {
			return h, ErrMore
		}
		switch kind {
		case 0:
			name, err := serverName(b[4 : 4+n])
			if err != nil {
				return Hello{}, err
			}
			h.Name = name
		case 14:
			h.Media = true
		case 16:
			h.Protocols = protocols(b[4 : 4+n])
		}
		b = b[4+n:]
	}
	if short || len(b) > 0 {
		return h, ErrMore
	}
	return h, nil
}

// datagram reports whether a ClientHello is one of DTLS, by its version: 1.0,
// 1.2, and the one before 1.0 that OpenSSL had.
func datagram(b []byte) bool {
	return b[0] == 0xfe && (b[1] == 0xff || b[1] == 0xfd) || b[0] == 1 && b[1] == 0
}

// maxProtocols is how many protocols of a ClientHello are kept.
const maxProtocols = 16

// protocols returns the names in an ALPN extension (RFC 7301, 3.1) that are
// text; those that only keep others flexible (RFC 8701) are not.
func protocols(b []byte) []string {
	if len(b) < 2 {
		return nil
	}
	var out []string
	for b = b[2:]; len(b) > 0 && len(out) < maxProtocols; {
		n := int(b[0])
		if n == 0 || len(b) < 1+n {
			break
		}
		if name := b[1 : 1+n]; isText(name) && n <= maxProtocol {
			out = append(out, string(name))
		}
		b = b[1+n:]
	}
	return out
}

// maxProtocol is how long a name of a protocol may be, in octets.
const maxProtocol = 64

func isText(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == ',' {
			return false
		}
	}
	return true
}

// skip passes a vector whose length stands in size octets before it.
func skip(b []byte, size int) ([]byte, bool) {
	if len(b) < size {
		return nil, false
	}
	n := int(b[0])
	if size == 2 {
		n = int(binary.BigEndian.Uint16(b))
	}
	if len(b) < size+n {
		return nil, false
	}
	return b[size+n:], true
}

func serverName(b []byte) (string, error) {
	if len(b) < 5 || b[2] != 0 { // list length, type host_name, length
		return "", ErrOther
	}
	n := int(binary.BigEndian.Uint16(b[3:]))
	if n == 0 || n > 255 || len(b) < 5+n {
		return "", ErrOther
	}
	if !isText(b[5 : 5+n]) { // RFC 6066: A-labels in ASCII
		return "", ErrOther
	}
	return strings.ToLower(strings.TrimSuffix(string(b[5:5+n]), ".")), nil
}
