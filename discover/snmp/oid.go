package snmp

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// oid is an object identifier with four octets, big-endian, for each
// sub-identifier, so that strings compare as OIDs do and a prefix of the string
// is a prefix of the OID.
type oid string

const (
	arcLen = 4   // octets of a sub-identifier in oid
	maxArc = 128 // sub-identifiers in an OID (RFC 2578, 3.5)
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
	buf := make([]byte, 0, 24*arcLen)
	for more := true; more; {
		var arc string
		arc, s, more = strings.Cut(s, ".")
		n, ok := parseArc(arc)
		if !ok {
			return "", errNotOID
		}
		if len(buf) == maxArc*arcLen {
			return "", errLongOID
		}
		buf = binary.BigEndian.AppendUint32(buf, n)
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

// child returns o with one more sub-identifier.
func (o oid) child(arc uint32) oid {
	return o + oid(binary.BigEndian.AppendUint32(nil, arc))
}

// len returns the number of sub-identifiers.
func (o oid) len() int { return len(o) / arcLen }

// last returns the last sub-identifier, 0 where there is none.
func (o oid) last() uint32 {
	if len(o) < arcLen {
		return 0
	}
	return binary.BigEndian.Uint32([]byte(o[len(o)-arcLen:]))
}

// arcs returns the sub-identifiers.
func (o oid) arcs() []uint32 {
	out := make([]uint32, o.len())
	for i := range out {
		out[i] = binary.BigEndian.Uint32([]byte(o[i*arcLen : (i+1)*arcLen]))
	}
	return out
}

// String writes o in numbers without a leading dot.
func (o oid) String() string {
	var b []byte
	for i, arc := range o.arcs() {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, uint64(arc), 10)
	}
	return string(b)
}
