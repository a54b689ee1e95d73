// Package tlshello finds the server name in a TLS ClientHello (RFC 8446, 4.1.2
// and RFC 6066, 3).
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

// Decode returns the server name in the ClientHello at the start of b, which is
// what a client sent first on a connection; the name is empty where there is
// none. Where b ends before the ClientHello does the error is ErrMore, with the
// name if it was there already.
func Decode(b []byte) (string, error) {
	if !Starts(b) {
		if len(b) < 6 && (len(b) == 0 || b[0] == 22) {
			return "", ErrMore
		}
		return "", ErrOther
	}
	hello := handshake(b)
	if len(hello) < 4 {
		return "", ErrMore
	}
	want := int(hello[1])<<16 | int(binary.BigEndian.Uint16(hello[2:]))
	if want > MaxHello {
		return "", ErrOther
	}
	hello = hello[4:]
	whole := len(hello) >= want
	if whole {
		hello = hello[:want]
	}
	name, err := Hello(hello)
	switch {
	case err == nil && (whole || name != ""):
		return name, nil
	case err != nil && !errors.Is(err, errShort) || whole:
		return "", ErrOther
	}
	return "", ErrMore
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

var errShort = errors.New("tlshello: ClientHello is cut short")

// Hello returns the server name in the body of a ClientHello, which is what
// follows the handshake header. QUIC carries it without records.
func Hello(b []byte) (string, error) {
	// legacy_version, random
	if len(b) < 34 {
		return "", errShort
	}
	if b[0] != 3 {
		return "", ErrOther
	}
	b = b[34:]
	for _, size := range []int{1, 2, 1} { // session ID, cipher suites, compression methods
		v, ok := skip(b, size)
		if !ok {
			return "", errShort
		}
		b = v
	}
	if len(b) == 0 {
		return "", nil // no extensions
	}
	if len(b) < 2 {
		return "", errShort
	}
	end := int(binary.BigEndian.Uint16(b))
	b = b[2:]
	short := len(b) < end
	b = b[:min(end, len(b))]
	for len(b) >= 4 {
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if len(b) < 4+n {
			return "", errShort
		}
		if kind == 0 {
			return serverName(b[4 : 4+n])
		}
		b = b[4+n:]
	}
	if short || len(b) > 0 {
		return "", errShort
	}
	return "", nil
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
	for _, c := range b[5 : 5+n] {
		if c <= ' ' || c >= 0x7f { // RFC 6066: A-labels in ASCII
			return "", ErrOther
		}
	}
	return strings.ToLower(strings.TrimSuffix(string(b[5:5+n]), ".")), nil
}
