package snmp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Tags of PDUs (RFC 3416, 3).
const (
	getRequest     = 0xa0
	getNextRequest = 0xa1
	getResponse    = 0xa2
	getBulkRequest = 0xa5
	reportPDU      = 0xa8
)

// Values that stand for none in an answer (RFC 3416, 2.5).
const (
	tagNoSuchObject   = 0x80
	tagNoSuchInstance = 0x81
	tagEndOfMIBView   = 0x82
)

// Values of error-status (RFC 3416, 3).
const (
	statusTooBig     = 1
	statusNoSuchName = 2
	statusGenErr     = 5
)

// binding is a variable of an answer.
type binding struct {
	oid   oid
	value value
	tag   byte // as it was sent; one that SNMP has not gives no value
}

// absent reports whether the agent says that it has no value.
func (b binding) absent() bool {
	return b.tag == tagNoSuchObject || b.tag == tagNoSuchInstance || b.tag == tagEndOfMIBView
}

// message is an answer of version 1 or 2c (RFC 1157, RFC 1901).
type message struct {
	version int
	kind    byte
	id      int64
	status  int
	index   int
	vars    []binding
	cut     bool // it ended within its variables; what came before is in vars
}

var (
	errNotMessage = errors.New("what came is no SNMP message")
	errCutMessage = errors.New("answer ends before its first variable does")
)

// take splits a value off b; it does not take one that is cut short. Only
// definite lengths are read (RFC 3417, 8).
func take(b []byte) (tag byte, content, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return 0, nil, nil, false
	}
	n, head := uint64(b[1]), 2
	if n >= 0x80 {
		count := int(n & 0x7f)
		if count == 0 || count > 4 || len(b) < 2+count {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[2 : 2+count] {
			n = n<<8 | uint64(c)
		}
		head += count
	}
	if n > uint64(len(b)-head) {
		return b[0], b[head:], nil, false
	}
	return b[0], b[head : head+int(n)], b[head+int(n):], true
}

// integerOf reads an INTEGER of at most eight octets, nine where the first is 0
// (a Counter64).
func integerOf(b []byte) (int64, bool) {
	if len(b) == 9 && b[0] == 0 {
		return int64(min(binary.BigEndian.Uint64(b[1:]), 1<<63-1)), true
	}
	if len(b) == 0 || len(b) > 8 {
		return 0, false
	}
	n := int64(int8(b[0]))
	for _, c := range b[1:] {
		n = n<<8 | int64(c)
	}
	return n, true
}

// unsignedOf reads what agents send as a Counter, a Gauge or TimeTicks, often
// without the octet that would keep it from being negative.
func unsignedOf(b []byte) (int64, bool) {
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 8 {
		return 0, false
	}
	n := uint64(0)
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return int64(min(n, 1<<63-1)), true
}

// parseMessage reads an answer, its variables into vars. A message whose last
// octets are missing gives the variables that are whole.
func parseMessage(b []byte, vars []binding) (message, error) {
	m := message{vars: vars[:0]}
	tag, body, _, whole := take(b)
	if tag != 0x30 {
		return m, errNotMessage
	}
	m.cut = !whole
	tag, version, body, ok := take(body)
	n, isInt := integerOf(version)
	if !ok || tag != tagInteger || !isInt || n < 0 || n > 3 {
		return m, errNotMessage
	}
	m.version = int(n)
	if m.version == 3 {
		return m, nil
	}
	if tag, _, body, ok = take(body); !ok || tag != tagOctets { // community
		return m, errNotMessage
	}
	m.kind, body, _, whole = take(body)
	m.cut = m.cut || !whole
	var status, index int64
	for _, field := range []*int64{&m.id, &status, &index} {
		var content []byte
		tag, content, body, ok = take(body)
		if *field, isInt = integerOf(content); !ok || tag != tagInteger || !isInt {
			return m, errNotMessage
		}
	}
	m.status, m.index = int(status&0xff), int(index&0xffff)
	tag, list, _, whole := take(body)
	if tag != 0x30 {
		return m, errNotMessage
	}
	m.cut = m.cut || !whole
	for len(list) > 0 {
		var pair []byte
		if tag, pair, list, ok = take(list); !ok || tag != 0x30 {
			m.cut = true
			break
		}
		v, err := parseBinding(pair)
		if err != nil {
			return m, err
		}
		m.vars = append(m.vars, v)
	}
	if m.cut && len(m.vars) == 0 {
		return m, errCutMessage
	}
	return m, nil
}

func parseBinding(pair []byte) (binding, error) {
	tag, name, rest, ok := take(pair)
	if !ok || tag != tagOID {
		return binding{}, errNotMessage
	}
	o, err := oidFromBER(name)
	if err != nil {
		return binding{}, fmt.Errorf("answer names a variable wrongly: %w", err)
	}
	b := binding{oid: o}
	var content []byte
	if b.tag, content, _, ok = take(rest); !ok {
		return binding{}, errNotMessage
	}
	b.value = valueFromBER(b.tag, content)
	return b, nil
}

// valueFromBER returns a value; the zero value for types that carry none of use,
// and for contents that their type has not.
func valueFromBER(tag byte, content []byte) value {
	switch tag {
	case tagInteger:
		if n, ok := integerOf(content); ok {
			return number(tag, n)
		}
	case tagCounter32, tagGauge32, tagTimeTicks, tagCounter64:
		if n, ok := unsignedOf(content); ok {
			return number(tag, n)
		}
	case 0x47: // UInteger32 of RFC 1442
		if n, ok := unsignedOf(content); ok {
			return number(tagGauge32, n)
		}
	case tagOctets, tagOpaque, 0x03: // BIT STRING of RFC 1442
		return octets(max(tag, tagOctets), string(content))
	case tagOID:
		if o, err := oidFromBER(content); err == nil {
			return octets(tag, string(o))
		}
	case tagIPAddress:
		if len(content) == 4 || len(content) == 16 {
			return octets(tag, string(content))
		}
	}
	return value{}
}

// appendTLV appends a value to dst.
func appendTLV(dst []byte, tag byte, content ...[]byte) []byte {
	n := 0
	for _, c := range content {
		n += len(c)
	}
	switch {
	case n < 0x80:
		dst = append(dst, tag, byte(n))
	case n < 0x100:
		dst = append(dst, tag, 0x81, byte(n))
	default:
		dst = append(dst, tag, 0x82, byte(n>>8), byte(n))
	}
	for _, c := range content {
		dst = append(dst, c...)
	}
	return dst
}

// appendInt appends an INTEGER that is not negative.
func appendInt(dst []byte, n int) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(n))
	for len(b) > 1 && b[0] == 0 && b[1] < 0x80 {
		b = b[1:]
	}
	return appendTLV(dst, tagInteger, b)
}

// request is what is asked of an agent at once.
type request struct {
	kind        byte
	what        string // for the receipt: "GetBulk ifTable"
	names       []oid
	repetitions int // of a GETBULK
}

// encode returns r as a message of version 1 or 2c.
func (r request) encode(version int, community string, id int) []byte {
	var list []byte
	for _, o := range r.names {
		list = appendTLV(list, 0x30, appendTLV(nil, tagOID, o.appendBER(nil)), []byte{tagNull, 0})
	}
	pdu := appendInt(nil, id)
	pdu = appendInt(appendInt(pdu, 0), r.repetitions) // error-status and error-index, or non-repeaters and repetitions
	pdu = appendTLV(pdu, 0x30, list)
	body := appendTLV(appendInt(nil, version), tagOctets, []byte(community))
	return appendTLV(nil, 0x30, body, appendTLV(nil, r.kind, pdu))
}
