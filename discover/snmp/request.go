package snmp

import "slices"

// request is what is asked of an agent at once.
type request struct {
	kind        byte
	what        string // for the receipt: "GetBulk ifTable"
	names       []oid
	repetitions int // of a GETBULK
}

// encode appends r to dst, as a message of version 1 or 2c.
func (r request) encode(dst []byte, version int, community string, id int) []byte {
	message := len(dst)
	dst = appendInt(dst, version)
	text := len(dst)
	dst = wrap(append(dst, community...), text, tagOctets)
	pdu := len(dst)
	dst = appendInt(dst, id)
	dst = appendInt(appendInt(dst, 0), r.repetitions) // error-status and error-index, or non-repeaters and repetitions
	list := len(dst)
	for _, o := range r.names {
		pair := len(dst)
		dst = wrap(o.appendBER(dst), pair, tagOID)
		dst = wrap(append(dst, tagNull, 0), pair, 0x30)
	}
	return wrap(wrap(wrap(dst, list, 0x30), pdu, r.kind), message, 0x30)
}

// wrap makes what dst holds from a position on the content of a value.
func wrap(dst []byte, from int, tag byte) []byte {
	switch n := len(dst) - from; {
	case n < 0x80:
		return slices.Insert(dst, from, tag, byte(n))
	case n < 0x100:
		return slices.Insert(dst, from, tag, 0x81, byte(n))
	default:
		return slices.Insert(dst, from, tag, 0x82, byte(n>>8), byte(n))
	}
}

// appendInt appends an INTEGER of 32 bits that is not negative.
func appendInt(dst []byte, n int) []byte {
	from := len(dst)
	for shift := 24; shift > 0; shift -= 8 {
		if n>>(shift-1) != 0 { // the highest bit is that of the sign
			dst = append(dst, byte(n>>shift))
		}
	}
	return wrap(append(dst, byte(n)), from, tagInteger)
}
