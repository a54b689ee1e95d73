package traffic

import (
	"encoding/binary"
	"slices"
)

// TCP flags.
const (
	fin = 0x01
	syn = 0x02
	psh = 0x08
	ack = 0x10
)

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

// segment makes a frame of a conversation, sent by side.
func (g *generator) segment(c *conversation, side int, flags byte, payload []byte) []byte {
	from, to, sport, dport := c.client, c.server, c.sport, c.dport
	if side == 1 {
		from, to, sport, dport = to, from, dport, sport
	}
	var b []byte
	proto := byte(17)
	if c.tcp {
		proto = 6
		b = slices.Concat(be16(sport), be16(dport), be32(c.seq[side]), be32(c.seq[1-side]), []byte{0x50, flags}, be16(64000), be16(0), be16(0), payload)
		c.seq[side] += uint32(len(payload))
		if flags&syn != 0 {
			c.seq[side]++
		}
	} else {
		b = slices.Concat(be16(sport), be16(dport), be16(uint16(8+len(payload))), be16(0), payload)
	}
	if c.six {
		return ethernet(to.mac, from.mac, c.client.vid, 0x86dd, ip6(from.v6, to.v6, proto, b))
	}
	return ethernet(to.mac, from.mac, c.client.vid, 0x0800, ip4(from.v4, to.v4, proto, b))
}

func ethernet(dst, src [6]byte, vid, kind uint16, payload []byte) []byte {
	if vid != 0 {
		return slices.Concat(dst[:], src[:], be16(0x8100), be16(vid), be16(kind), payload)
	}
	return slices.Concat(dst[:], src[:], be16(kind), payload)
}

func ip4(src, dst [4]byte, proto byte, payload []byte) []byte {
	h := slices.Concat([]byte{0x45, 0}, be16(uint16(20+len(payload))), []byte{0, 0, 0x40, 0, 64, proto, 0, 0}, src[:], dst[:])
	sum := uint32(0)
	for i := 0; i < len(h); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(h[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(h[10:], ^uint16(sum))
	return append(h, payload...)
}

func ip6(src, dst [16]byte, next byte, payload []byte) []byte {
	return slices.Concat([]byte{0x60, 0, 0, 0}, be16(uint16(len(payload))), []byte{next, 64}, src[:], dst[:], payload)
}
