package snmpfarm

import (
	"errors"
	"slices"
)

// Kinds of PDUs (RFC 3416, 3).
const (
	Get     = 0xa0
	GetNext = 0xa1
	Respond = 0xa2
	GetBulk = 0xa5
)

// OID is an object identifier.
type OID []uint32

// Compare orders identifiers.
func (o OID) Compare(p OID) int { return slices.Compare(o, p) }

// Below returns o with more sub-identifiers.
func (o OID) Below(arcs ...uint32) OID { return slices.Concat(o, arcs) }

// Var is a variable, and its encoding where it was made already.
type Var struct {
	OID   OID
	Tag   byte
	Value []byte

	whole []byte
}

// Request is what was asked.
type Request struct {
	Version   int // 0: version 1, 1: version 2c
	Community string
	Kind      byte
	ID        int
	NonRep    int
	MaxRep    int
	OIDs      []OID
}

// Reply is what is answered.
type Reply struct {
	Version   int
	Community string
	Kind      byte
	ID        int
	Status    int
	Index     int
	Vars      []Var
}

var errMessage = errors.New("no request of SNMP")

// tlv encodes a value.
func tlv(tag byte, content ...[]byte) []byte {
	n := 0
	for _, c := range content {
		n += len(c)
	}
	out := make([]byte, 0, n+4)
	switch {
	case n < 1<<7:
		out = append(out, tag, byte(n))
	case n < 1<<8:
		out = append(out, tag, 0x81, byte(n))
	default:
		out = append(out, tag, 0x82, byte(n>>8), byte(n))
	}
	for _, c := range content {
		out = append(out, c...)
	}
	return out
}

// Integer encodes the content of an INTEGER that is not negative.
func Integer(n int) []byte {
	var out []byte
	for ; n > 0x7f; n >>= 8 {
		out = append(out, byte(n))
	}
	out = append(out, byte(n))
	slices.Reverse(out)
	return out
}

// content encodes the content of an OBJECT IDENTIFIER.
func (o OID) content() []byte {
	if len(o) < 2 {
		return []byte{0}
	}
	var out []byte
	for i, n := range o[1:] {
		if i == 0 {
			n += o[0] * 40
		}
		at := len(out)
		out = append(out, byte(n&0x7f))
		for n >>= 7; n > 0; n >>= 7 {
			out = slices.Insert(out, at, byte(n)|0x80)
		}
	}
	return out
}

// Encode returns the variable as it stands in a message.
func (v *Var) Encode() []byte {
	if v.whole != nil {
		return v.whole
	}
	return tlv(0x30, tlv(6, v.OID.content()), tlv(v.Tag, v.Value))
}

// Encode returns the message.
func (r Reply) Encode() []byte {
	const heads = 64 // octets of all that stands before the variables, but for the community
	size := heads + len(r.Community)
	for i := range r.Vars {
		size += len(r.Vars[i].Encode())
	}
	m := backward{b: make([]byte, size), at: size}
	for i := len(r.Vars) - 1; i >= 0; i-- {
		m.put(r.Vars[i].Encode())
	}
	m.head(0x30, size)
	for _, n := range []int{r.Index, r.Status, r.ID} {
		m.put(tlv(2, Integer(n)))
	}
	m.head(r.Kind, size)
	m.put([]byte(r.Community))
	m.head(4, m.at+len(r.Community))
	m.put(tlv(2, Integer(r.Version)))
	m.head(0x30, size)
	return m.b[m.at:]
}

// backward is a message that is written from its end on, where lengths are known
// before they are written.
type backward struct {
	b  []byte
	at int // where the message begins
}

func (m *backward) put(b []byte) {
	m.at -= len(b)
	copy(m.b[m.at:], b)
}

// head makes all up to a position the content of a value.
func (m *backward) head(tag byte, end int) {
	switch n := end - m.at; {
	case n < 1<<7:
		m.put([]byte{tag, byte(n)})
	case n < 1<<8:
		m.put([]byte{tag, 0x81, byte(n)})
	default:
		m.put([]byte{tag, 0x82, byte(n >> 8), byte(n)})
	}
}

// cut splits a value off b.
func cut(b []byte) (tag byte, content, rest []byte, err error) {
	if len(b) < 2 {
		return 0, nil, nil, errMessage
	}
	n, head := int(b[1]), 2
	if n > 0x80 {
		head += n & 0x7f
		if head > 4 || len(b) < head {
			return 0, nil, nil, errMessage
		}
		n = 0
		for _, c := range b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if len(b) < head+n {
		return 0, nil, nil, errMessage
	}
	return b[0], b[head : head+n], b[head+n:], nil
}

func number(b []byte) int {
	n := 0
	for _, c := range b {
		n = n<<8 | int(c)
	}
	return n
}

func identifier(b []byte) OID {
	out, n := make(OID, 0, len(b)+1), uint32(0)
	for _, c := range b {
		n = n<<7 | uint32(c&0x7f)
		if c&0x80 != 0 {
			continue
		}
		if len(out) == 0 {
			first := min(n/40, 2)
			out = append(out, first)
			n -= 40 * first
		}
		out = append(out, n)
		n = 0
	}
	return out
}

// ParseRequest reads a request.
func ParseRequest(b []byte) (Request, error) {
	var r Request
	_, b, _, err := cut(b)
	if err != nil {
		return r, err
	}
	fields := make([][]byte, 3)
	for i := range fields {
		var tag byte
		if tag, fields[i], b, err = cut(b); err != nil {
			return r, err
		}
		r.Kind = tag
	}
	r.Version, r.Community = number(fields[0]), string(fields[1])
	pdu, parts := fields[2], make([][]byte, 4)
	for i := range parts {
		if _, parts[i], pdu, err = cut(pdu); err != nil {
			return r, err
		}
	}
	r.ID, r.NonRep, r.MaxRep = number(parts[0]), number(parts[1]), number(parts[2])
	for list := parts[3]; len(list) > 0; {
		var pair, name []byte
		if _, pair, list, err = cut(list); err != nil {
			return r, err
		}
		if _, name, _, err = cut(pair); err != nil {
			return r, err
		}
		r.OIDs = append(r.OIDs, identifier(name))
	}
	return r, nil
}
