package hospital

import "encoding/binary"

// octets builds a message of network byte order.
type octets []byte

func (o octets) u8(v ...byte) octets { return append(o, v...) }
func (o octets) u16(v uint16) octets { return binary.BigEndian.AppendUint16(o, v) }
func (o octets) u24(v int) octets    { return append(o, byte(v>>16), byte(v>>8), byte(v)) }
func (o octets) u32(v uint32) octets { return binary.BigEndian.AppendUint32(o, v) }
func (o octets) str(s string) octets { return append(o, s...) }
func (o octets) add(b ...[]byte) octets {
	for _, x := range b {
		o = append(o, x...)
	}
	return o
}

// len16 adds b behind its length in two octets.
func (o octets) len16(b []byte) octets { return o.u16(uint16(len(b))).add(b) }
