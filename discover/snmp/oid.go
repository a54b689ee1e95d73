package snmp

import (
	"errors"
	"strconv"
	"strings"
)

// oid is an object identifier: one octet for each sub-identifier below oidWide,
// and for others an octet that says how many follow, and these. Such strings
// compare as OIDs do, and a prefix of the OID is a prefix of the string. Walks
// hold many of them, and most of their sub-identifiers are small.
type oid string

const (
	oidWide = 0xfc // sub-identifiers from here on take more than one octet
	maxArc  = 128  // sub-identifiers in an OID (RFC 2578, 3.5)
)

var (
	errNotOID  = errors.New("not an object identifier in numbers")
	errLongOID = errors.New("object identifier has more than 128 sub-identifiers")
)

// parseOID reads "1.3.6.1", also with a leading dot or with the name of the
// first arc as net-snmp writes it.
func parseOID(s string) (oid, error) {
	s = strings.TrimPrefix(s, ".")
	for _, root := range [...]struct{ name, arc string }{{"iso", "1"}, {"ccitt", "0"}, {"joint-iso-ccitt", "2"}} {
		if rest, ok := strings.CutPrefix(s, root.name); ok && (rest == "" || rest[0] == '.') {
			s = root.arc + rest
			break
		}
	}
	var store [64]byte
	buf, more := store[:0], true
	for n := 0; more; n++ {
		var text string
		text, s, more = strings.Cut(s, ".")
		arc, ok := parseArc(text)
		if !ok {
			return "", errNotOID
		}
		if n == maxArc {
			return "", errLongOID
		}
		buf = appendArc(buf, arc)
	}
	return oid(buf), nil
}

// parseArc reads one sub-identifier: digits only, at most 2^32-1.
func parseArc(s string) (uint32, bool) {
	if len(s) == 0 || len(s) > 10 {
		return 0, false
	}
	var n uint64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + uint64(s[i]-'0')
	}
	return uint32(n), n <= 1<<32-1
}

// mustOID is for the OIDs that are written in this package.
func mustOID(s string) oid {
	o, err := parseOID(s)
	if err != nil {
		panic("snmp: OID " + s + ": " + err.Error())
	}
	return o
}

// appendArc appends a sub-identifier to an identifier.
func appendArc(dst []byte, n uint32) []byte {
	switch {
	case n < oidWide:
		return append(dst, byte(n))
	case n < 1<<8:
		return append(dst, oidWide, byte(n))
	case n < 1<<16:
		return append(dst, oidWide+1, byte(n>>8), byte(n))
	case n < 1<<24:
		return append(dst, oidWide+2, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, oidWide+3, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// cutArc takes the first sub-identifier off an identifier that has one.
func (o oid) cutArc() (arc uint32, rest oid) {
	if o[0] < oidWide {
		return uint32(o[0]), o[1:]
	}
	size := int(o[0]-oidWide) + 2
	for _, c := range []byte(o[1:size]) {
		arc = arc<<8 | uint32(c)
	}
	return arc, o[size:]
}

// child returns o with one more sub-identifier.
func (o oid) child(arc uint32) oid {
	var store [5]byte
	return o + oid(appendArc(store[:0], arc))
}

// first returns the first n sub-identifiers of o, all of them where it has no
// more.
func (o oid) first(n int) oid {
	rest := o
	for ; n > 0 && rest != ""; n-- {
		_, rest = rest.cutArc()
	}
	return o[:len(o)-len(rest)]
}

// parent returns o without its last sub-identifier.
func (o oid) parent() oid { return o.first(o.len() - 1) }

// len returns the number of sub-identifiers.
func (o oid) len() int {
	n := 0
	for o != "" {
		_, o = o.cutArc()
		n++
	}
	return n
}

// last returns the last sub-identifier, 0 where there is none.
func (o oid) last() uint32 {
	var arc uint32
	for o != "" {
		arc, o = o.cutArc()
	}
	return arc
}

// arcs returns the sub-identifiers.
func (o oid) arcs() []uint32 {
	out := make([]uint32, 0, len(o))
	for o != "" {
		var arc uint32
		arc, o = o.cutArc()
		out = append(out, arc)
	}
	return out
}

// String writes o in numbers without a leading dot.
func (o oid) String() string {
	var store [64]byte
	return string(o.appendText(store[:0]))
}

// appendText appends o in numbers without a leading dot.
func (o oid) appendText(dst []byte) []byte {
	for first := true; o != ""; first = false {
		if !first {
			dst = append(dst, '.')
		}
		var arc uint32
		arc, o = o.cutArc()
		dst = strconv.AppendUint(dst, uint64(arc), 10)
	}
	return dst
}

// appendBER appends the content octets of o (ITU-T X.690, 8.19).
func (o oid) appendBER(dst []byte) []byte {
	if o.len() < 2 {
		return append(dst, 0)
	}
	root, o := o.cutArc()
	root *= 40 // two sub-identifiers in one
	for o != "" {
		var n uint32
		n, o = o.cutArc()
		n, root = n+root, 0
		for shift := 28; shift > 0; shift -= 7 {
			if n>>shift != 0 {
				dst = append(dst, byte(n>>shift)|0x80)
			}
		}
		dst = append(dst, byte(n&0x7f))
	}
	return dst
}

// appendFromBER appends the identifier that has these content octets.
func appendFromBER(dst []byte, content string) ([]byte, error) {
	if len(content) == 0 || content[len(content)-1]&0x80 != 0 {
		return dst, errNotOID
	}
	n, arcs := uint64(0), 0
	for i := range len(content) {
		c := content[i]
		if n == 0 && c < 0x80 && 0 < arcs && arcs < maxArc { // as nearly all are
			dst, arcs = append(dst, c), arcs+1
			continue
		}
		n = n<<7 | uint64(c&0x7f)
		if n > 1<<32-1 {
			return dst, errNotOID
		}
		if c&0x80 != 0 {
			continue
		}
		if arcs == 0 { // two sub-identifiers in one
			first := min(n/40, 2)
			dst, arcs = appendArc(dst, uint32(first)), 1
			n -= first * 40
		}
		if arcs == maxArc {
			return dst, errLongOID
		}
		dst, arcs = appendArc(dst, uint32(n)), arcs+1
		n = 0
	}
	return dst, nil
}
