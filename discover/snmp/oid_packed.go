package snmp

import "encoding/binary"

// Walks hold many identifiers, most of whose sub-identifiers are small. The
// packed form gives one octet to each below packedWide; to others, an octet that
// says how many follow, and these. Packed identifiers compare as OIDs do.
const packedWide = 0xfc

// pack appends the packed form of o to dst.
func (o oid) pack(dst []byte) []byte {
	for i := 0; i+arcLen <= len(o); i += arcLen {
		n := uint32(o[i])<<24 | uint32(o[i+1])<<16 | uint32(o[i+2])<<8 | uint32(o[i+3])
		switch {
		case n < packedWide:
			dst = append(dst, byte(n))
		case n < 1<<8:
			dst = append(dst, packedWide, byte(n))
		case n < 1<<16:
			dst = append(dst, packedWide+1, byte(n>>8), byte(n))
		case n < 1<<24:
			dst = append(dst, packedWide+2, byte(n>>16), byte(n>>8), byte(n))
		default:
			dst = append(dst, packedWide+3, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
		}
	}
	return dst
}

// unpack returns the identifier that pack made b of.
func unpack(b []byte) oid {
	out := make([]byte, 0, 2*arcLen*len(b))
	for len(b) > 0 {
		n, size := uint32(b[0]), 1
		if b[0] >= packedWide {
			size += int(b[0]-packedWide) + 1
			n = 0
			for _, c := range b[1:size] {
				n = n<<8 | uint32(c)
			}
		}
		out = binary.BigEndian.AppendUint32(out, n)
		b = b[size:]
	}
	return oid(out)
}

// appendBER appends the content octets of o (ITU-T X.690, 8.19).
func (o oid) appendBER(dst []byte) []byte {
	arcs := o.arcs()
	if len(arcs) < 2 {
		return append(dst, 0)
	}
	arcs = arcs[1:]
	arcs[0] += o.arcs()[0] * 40
	for _, n := range arcs {
		var tmp [5]byte
		i := len(tmp) - 1
		tmp[i] = byte(n & 0x7f)
		for n >>= 7; n > 0; n >>= 7 {
			i--
			tmp[i] = byte(n) | 0x80
		}
		dst = append(dst, tmp[i:]...)
	}
	return dst
}

// oidFromBER reads the content octets of an OBJECT IDENTIFIER.
func oidFromBER(b []byte) (oid, error) {
	if len(b) == 0 || b[len(b)-1]&0x80 != 0 {
		return "", errNotOID
	}
	var store [24 * arcLen]byte
	out, n := store[:0], uint64(0)
	for _, c := range b {
		n = n<<7 | uint64(c&0x7f)
		if n > 1<<32-1 {
			return "", errNotOID
		}
		if c&0x80 != 0 {
			continue
		}
		if len(out) == 0 { // two sub-identifiers in one
			first := min(n/40, 2)
			out = binary.BigEndian.AppendUint32(out, uint32(first))
			n -= first * 40
		}
		if len(out) == maxArc*arcLen {
			return "", errLongOID
		}
		out = binary.BigEndian.AppendUint32(out, uint32(n))
		n = 0
	}
	return oid(out), nil
}
