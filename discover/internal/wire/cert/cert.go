// Package cert reads the certificate that a TLS server shows in the clear, which
// it does up to TLS 1.2 (RFC 5246, 7.4.2). Nothing is verified: what is read is
// what the server says of itself. Certificates of clients are not read, since
// they name people.
package cert

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"kanmon/discover/internal/wire/ber"
)

// Errors of Server.
var (
	ErrMore  = errors.New("cert: more octets are needed")
	ErrOther = errors.New("cert: no certificate in the clear")
)

// MaxFlight is how many octets of a server's first messages are looked at. Its
// own certificate stands first among those it shows, and rarely has more than
// 3,000.
const MaxFlight = 12 << 10

// Bounds of what is kept.
const (
	maxNames = 4
	maxText  = 128 // octets
)

// Certificate is what a server's own certificate says.
type Certificate struct {
	Subject      string   // common name
	Organization string   // of the subject
	Issuer       string   // common name, else organization
	Names        []string // DNS names, the first few, without the subject
}

// Starts reports whether b begins with a TLS record that holds the start of a
// ServerHello.
func Starts(b []byte) bool {
	return len(b) >= 6 && b[0] == 22 && b[1] == 3 && b[2] <= 4 && b[5] == 2
}

// Types of handshake messages (RFC 5246, 7.4).
const (
	serverHello = 2
	certificate = 11
)

// Server reads the certificate in b, which is what a server sent from its
// ServerHello on. The error is ErrMore where b ends before the certificate does.
func Server(b []byte) (Certificate, error) {
	if !Starts(b) {
		return Certificate{}, ErrOther
	}
	messages, more := handshake(b)
	for first := true; ; first = false {
		if len(messages) < 4 {
			return Certificate{}, unless(more)
		}
		kind, n := messages[0], int(messages[1])<<16|int(binary.BigEndian.Uint16(messages[2:]))
		body := messages[4:]
		whole := len(body) >= n
		body = body[:min(n, len(body))]
		switch {
		case first && kind != serverHello, n > MaxFlight && kind != certificate:
			return Certificate{}, ErrOther
		case kind == certificate:
			return List(body, more)
		case !whole:
			return Certificate{}, unless(more)
		case kind == serverHello && hidden(body):
			return Certificate{}, ErrOther
		}
		messages = messages[4+n:]
	}
}

func unless(more bool) error {
	if more {
		return ErrMore
	}
	return ErrOther
}

// handshake joins the handshake messages of the records at the start of b, and
// reports whether more of them may follow.
func handshake(b []byte) (out []byte, more bool) {
	for len(b) >= 5 {
		if b[0] != 22 || b[1] != 3 {
			return out, false // encrypted from here on
		}
		n := int(binary.BigEndian.Uint16(b[3:]))
		if len(b)-5 <= n {
			if out == nil {
				return b[5:], true
			}
			return append(out, b[5:]...), true
		}
		out = append(out, b[5:5+n]...)
		b = b[5+n:]
	}
	return out, len(b) == 0 || b[0] == 22
}

// hidden reports whether a ServerHello chose TLS 1.3, where the certificate is
// encrypted (RFC 8446, 4.2.1).
func hidden(b []byte) bool {
	if len(b) < 35 {
		return true
	}
	i := 35 + int(b[34]) + 3 // session ID, cipher suite, compression method
	if len(b) < i+2 {
		return false // no extensions
	}
	for b = b[i+2:]; len(b) >= 4; {
		n := int(binary.BigEndian.Uint16(b[2:]))
		if binary.BigEndian.Uint16(b) == 43 {
			return true
		}
		if len(b) < 4+n {
			return false
		}
		b = b[4+n:]
	}
	return false
}

// List reads the first certificate in the body of a Certificate message, of
// which more octets may follow. The error is ErrMore where they are needed.
func List(b []byte, more bool) (Certificate, error) {
	if len(b) < 6 {
		return Certificate{}, unless(more)
	}
	n := int(b[3])<<16 | int(binary.BigEndian.Uint16(b[4:]))
	if n > MaxFlight {
		return Certificate{}, ErrOther
	}
	if len(b) < 6+n {
		return Certificate{}, unless(more)
	}
	c, ok := Parse(b[6 : 6+n])
	if !ok {
		return Certificate{}, ErrOther
	}
	return c, nil
}

// Parse reads an X.509 certificate in DER (RFC 5280, 4.1), and reports whether b
// holds one.
func Parse(b []byte) (Certificate, bool) {
	whole, _, ok := inner(b, ber.Sequence)
	if !ok {
		return Certificate{}, false
	}
	tbs, _, ok := inner(whole, ber.Sequence)
	if !ok {
		return Certificate{}, false
	}
	if _, rest, ok := inner(tbs, tagVersion); ok {
		tbs = rest
	}
	var fields [][]byte // serial number, signature, issuer, validity, subject, key
	for len(fields) < 6 {
		_, value, rest, ok := element(tbs)
		if !ok {
			return Certificate{}, false
		}
		fields, tbs = append(fields, value), rest
	}
	var c Certificate
	var organization string
	c.Issuer, organization = name(fields[2])
	if c.Issuer == "" {
		c.Issuer = organization
	}
	c.Subject, c.Organization = name(fields[4])
	for len(tbs) > 0 {
		tag, value, rest, ok := element(tbs)
		if !ok {
			break
		}
		if tag == tagExt {
			c.Names = dnsNames(value, c.Subject)
		}
		tbs = rest
	}
	return c, true
}

// name returns the common name and the organization in a Name (RFC 5280,
// 4.1.2.4), the last ones where there are several.
func name(b []byte) (common, organization string) {
	for len(b) > 0 {
		set, rest, ok := inner(b, ber.Set)
		if !ok {
			return common, organization
		}
		b = rest
		pair, _, ok := inner(set, ber.Sequence)
		if !ok {
			continue
		}
		oid, value, ok := inner(pair, ber.OID)
		if !ok {
			continue
		}
		tag, value, _, ok := element(value)
		if !ok {
			continue
		}
		switch string(oid) {
		case "\x55\x04\x03":
			common = impersonal(text(tag, value))
		case "\x55\x04\x0a":
			organization = impersonal(text(tag, value))
		}
	}
	return common, organization
}

// impersonal returns s, and nothing where it is a mail address.
func impersonal(s string) string {
	if strings.Contains(s, "@") {
		return ""
	}
	return s
}

// text returns a string of a certificate, empty where it is none.
func text(tag byte, b []byte) string {
	switch tag {
	case tagUTF8, tagPrint, tagT61, tagIA5:
	case tagBMP: // UTF-16; what is outside ASCII is left out with the rest
		if len(b)%2 != 0 {
			return ""
		}
		var out []byte
		for i := 0; i < len(b); i += 2 {
			if b[i] != 0 {
				return ""
			}
			out = append(out, b[i+1])
		}
		b = out
	default:
		return ""
	}
	if len(b) > maxText {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// dnsNames returns the DNS names among the alternative names of the subject (RFC
// 5280, 4.2.1.6).
func dnsNames(b []byte, subject string) []string {
	list, _, ok := inner(b, ber.Sequence)
	if !ok {
		return nil
	}
	for len(list) > 0 {
		ext, rest, ok := inner(list, ber.Sequence)
		if !ok {
			return nil
		}
		list = rest
		oid, value, ok := inner(ext, ber.OID)
		if !ok || !bytes.Equal(oid, []byte{0x55, 0x1d, 0x11}) {
			continue
		}
		tag, octets, rest, ok := element(value)
		if ok && tag != ber.OctetString { // whether it is critical stands before it
			octets, _, ok = inner(rest, ber.OctetString)
		}
		if !ok {
			return nil
		}
		names, _, ok := inner(octets, ber.Sequence)
		if !ok {
			return nil
		}
		return namesIn(names, subject)
	}
	return nil
}

func namesIn(b []byte, subject string) []string {
	var out []string
	for len(b) > 0 && len(out) < maxNames {
		tag, value, rest, ok := element(b)
		if !ok {
			break
		}
		b = rest
		if s := strings.ToLower(impersonal(text(tagIA5, value))); tag == tagDNSName && s != "" && !strings.EqualFold(s, subject) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Tor reports whether a certificate is like those that relays of Tor make up for
// links of TLS 1.2 and before: subject and issuer are random host names of the
// form that no registry gives out together, and nothing else is told.
func (c *Certificate) Tor() bool {
	return c.Organization == "" && len(c.Names) == 0 && random(c.Subject, ".net") && random(c.Issuer, ".com") &&
		c.Subject[:len(c.Subject)-4] != c.Issuer[:len(c.Issuer)-4]
}

// random reports whether a name is "www.", 8 to 20 digits of base 32, and an
// ending.
func random(name, ending string) bool {
	name, ok := strings.CutPrefix(name, "www.")
	if !ok {
		return false
	}
	if name, ok = strings.CutSuffix(name, ending); !ok || len(name) < 8 || len(name) > 20 {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}
