package snmp

import (
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
func (b *binding) absent() bool {
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
func take(b string) (tag byte, content, rest string, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return 0, "", "", false
	}
	n, head := uint64(b[1]), 2
	if n >= 0x80 {
		count := int(n & 0x7f)
		if count == 0 || count > 4 || len(b) < 2+count {
			return 0, "", "", false
		}
		head += count
		n = bigEndian(b[2:head])
	}
	if n > uint64(len(b)-head) {
		return b[0], b[head:], "", false
	}
	return b[0], b[head : head+int(n)], b[head+int(n):], true
}

// bigEndian reads a number of at most eight octets.
func bigEndian(b string) uint64 {
	n := uint64(0)
	for i := range len(b) {
		n = n<<8 | uint64(b[i])
	}
	return n
}

// integerOf reads an INTEGER of at most eight octets, nine where the first is 0
// (a Counter64).
func integerOf(b string) (int64, bool) {
	switch {
	case len(b) == 9 && b[0] == 0:
		return int64(min(bigEndian(b[1:]), 1<<63-1)), true
	case len(b) == 0 || len(b) > 8:
		return 0, false
	}
	unused := 64 - 8*len(b)
	return int64(bigEndian(b)<<unused) >> unused, true
}

// unsignedOf reads what agents send as a Counter, a Gauge or TimeTicks, often
// without the octet that would keep it from being negative.
func unsignedOf(b string) (int64, bool) {
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 8 {
		return 0, false
	}
	return int64(min(bigEndian(b), 1<<63-1)), true
}

// decoder reads answers, one after the other. The texts of an answer are parts
// of one string, and its identifiers are of another, so that an answer of fifty
// variables takes two pieces of memory. The variables are good until the next.
type decoder struct {
	vars []binding
	ids  []byte // all identifiers of the answer
	ends []int  // of each identifier, in ids: of a variable's name, then of its value
}

// message reads an answer. One whose last octets are missing gives the variables
// that are whole.
func (d *decoder) message(octets []byte) (message, error) {
	var m message
	tag, body, _, whole := take(string(octets))
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
		var content string
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
	whole, err := d.bindings(list)
	m.cut, m.vars = m.cut || !whole, d.vars
	if err == nil && m.cut && len(m.vars) == 0 {
		err = errCutMessage
	}
	return m, err
}

// bindings reads a list of variables. It reports whether it is whole.
func (d *decoder) bindings(list string) (whole bool, err error) {
	d.vars, d.ids, d.ends = d.vars[:0], d.ids[:0], d.ends[:0]
	whole = true
	for list != "" {
		var (
			tag  byte
			pair string
		)
		if tag, pair, list, whole = take(list); tag != 0x30 {
			whole = false
		}
		if !whole {
			break
		}
		if err := d.binding(pair); err != nil {
			return true, err
		}
	}
	ids, start := oid(d.ids), 0
	for i := range d.vars {
		b := &d.vars[i]
		name, val := d.ends[2*i], d.ends[2*i+1]
		b.oid = ids[start:name]
		if b.value.tag == tagOID {
			b.value.s = string(ids[name:val])
		}
		start = val
	}
	return whole, nil
}

// binding reads a variable, but for its identifiers, which bindings fills in.
func (d *decoder) binding(pair string) (err error) {
	tag, name, rest, ok := take(pair)
	if !ok || tag != tagOID {
		return errNotMessage
	}
	if d.ids, err = appendFromBER(d.ids, name); err != nil {
		return fmt.Errorf("answer names a variable wrongly: %w", err)
	}
	end := len(d.ids)
	tag, content, _, ok := take(rest)
	if !ok {
		return errNotMessage
	}
	d.vars = append(d.vars, binding{tag: tag})
	b := &d.vars[len(d.vars)-1]
	if tag != tagOID {
		b.value = valueFromBER(tag, content)
	} else if ids, err := appendFromBER(d.ids, content); err == nil {
		d.ids, b.value = ids, octets(tagOID, "")
	}
	d.ends = append(d.ends, end, len(d.ids))
	return nil
}

// valueFromBER returns a value that is no identifier; the zero value for types
// that carry none of use, and for contents that their type has not.
func valueFromBER(tag byte, content string) value {
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
		return octets(max(tag, tagOctets), content)
	case tagIPAddress:
		if len(content) == 4 || len(content) == 16 {
			return octets(tag, content)
		}
	}
	return value{}
}
