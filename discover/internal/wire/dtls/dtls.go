// Package dtls reads what DTLS up to 1.2 shows in the clear (RFC 6347): the
// ClientHello, and the certificate of the server.
package dtls

import (
	"encoding/binary"
	"errors"

	"kanmon/discover/internal/wire/cert"
	"kanmon/discover/internal/wire/tlshello"
)

// Versions on the wire.
const (
	Version10  = 0xfeff
	Version12  = 0xfefd
	VersionOld = 0x0100 // of OpenSSL before there was a DTLS 1.0; the VPN of Cisco kept it
)

// Content and handshake types (RFC 6347, 4.1 and 4.2.2).
const (
	changeCipherSpec = 20
	handshake        = 22
	applicationData  = 23

	clientHello = 1
	serverHello = 2
	certificate = 11
)

const (
	recordHeader    = 13
	handshakeHeader = 12
	maxRecords      = 16 // of a datagram that are looked at
)

// record is one of the records of a datagram.
type record struct {
	kind    byte
	version uint16
	clear   bool // not encrypted: epoch 0
	body    []byte
}

// next takes the first record of a datagram.
func next(b []byte) (r record, rest []byte, ok bool) {
	if len(b) < recordHeader || b[0] < changeCipherSpec || b[0] > 25 {
		return record{}, nil, false
	}
	r = record{kind: b[0], version: binary.BigEndian.Uint16(b[1:]), clear: b[3] == 0 && b[4] == 0}
	if r.version != Version10 && r.version != Version12 && r.version != VersionOld {
		return record{}, nil, false
	}
	n := int(binary.BigEndian.Uint16(b[11:]))
	b = b[recordHeader:]
	n = min(n, len(b))
	r.body = b[:n]
	return r, b[n:], true
}

// fragment is a part of a handshake message (RFC 6347, 4.2.3).
type fragment struct {
	kind         byte
	size, offset int // of the whole message, and of the part within it
	body         []byte
}

func fragmentOf(b []byte) (f fragment, rest []byte, ok bool) {
	if len(b) < handshakeHeader {
		return fragment{}, nil, false
	}
	f = fragment{kind: b[0], size: uint24(b[1:]), offset: uint24(b[6:])}
	n := uint24(b[9:])
	if f.offset+n > f.size {
		return fragment{}, nil, false
	}
	b = b[handshakeHeader:]
	n = min(n, len(b))
	f.body = b[:n]
	return f, b[n:], true
}

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// Hello is a ClientHello and the version of the record that carried it.
type Hello struct {
	tlshello.Hello
	Version uint16
}

// DecodeHello reads the ClientHello at the start of a datagram, and reports
// whether there is one. Of one in several datagrams only the first part counts.
func DecodeHello(b []byte) (Hello, bool) {
	r, _, ok := next(b)
	if !ok || r.kind != handshake || !r.clear {
		return Hello{}, false
	}
	f, _, ok := fragmentOf(r.body)
	if !ok || f.kind != clientHello || f.offset != 0 {
		return Hello{}, false
	}
	h, err := tlshello.Body(f.body)
	if errors.Is(err, tlshello.ErrOther) {
		return Hello{}, false
	}
	return Hello{Hello: h, Version: r.version}, true
}

// StartsFlight reports whether a datagram begins with a ServerHello.
func StartsFlight(b []byte) bool {
	r, _, ok := next(b)
	if !ok || r.kind != handshake || !r.clear {
		return false
	}
	f, _, ok := fragmentOf(r.body)
	return ok && f.kind == serverHello && f.offset == 0
}

// Flight collects the first messages of a server until its certificate is
// there. Parts that come out of order are waited for again.
type Flight struct {
	buf  []byte
	size int
}

// Feed takes the next datagram of a server. It returns its certificate once that
// is there; more is false where no further datagram will help.
func (f *Flight) Feed(b []byte) (c cert.Certificate, found, more bool) {
	for range maxRecords {
		r, rest, ok := next(b)
		if !ok {
			break
		}
		b = rest
		if r.kind == changeCipherSpec || r.kind == applicationData || !r.clear {
			return c, false, false // an earlier session goes on: there is no certificate
		}
		if r.kind == handshake {
			if c, found, more = f.messages(r.body); found || !more {
				return c, found, more
			}
		}
	}
	return c, false, true
}

func (f *Flight) messages(b []byte) (c cert.Certificate, found, more bool) {
	for {
		part, rest, ok := fragmentOf(b)
		if !ok {
			return c, false, true
		}
		b = rest
		if part.kind != certificate {
			continue
		}
		if part.size > cert.MaxFlight || f.size != 0 && part.size != f.size {
			return c, false, false
		}
		f.size = part.size
		if part.offset <= len(f.buf) && part.offset+len(part.body) > len(f.buf) {
			f.buf = append(f.buf, part.body[len(f.buf)-part.offset:]...)
		}
		switch c, err := cert.List(f.buf, len(f.buf) < f.size); {
		case err == nil:
			return c, true, false
		case !errors.Is(err, cert.ErrMore):
			return c, false, false
		}
	}
}

// Is reports whether b, a whole datagram or the start of one, is made of records
// of DTLS.
func Is(b []byte) bool {
	r, _, ok := next(b)
	if !ok || len(b) < recordHeader+len(r.body) || len(r.body) != int(binary.BigEndian.Uint16(b[11:])) {
		return false
	}
	if r.version == VersionOld { // which alone says little
		f, _, ok := fragmentOf(r.body)
		return r.clear && r.kind == handshake && ok && f.offset == 0 && (f.kind == clientHello || f.kind == serverHello || f.kind == 3) && f.size < 1<<12
	}
	return true
}
