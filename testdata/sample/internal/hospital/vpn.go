package hospital

import (
	"encoding/binary"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// ikeMessage is an IKEv2 message (RFC 7296, 3.1); first is the type of its
// first payload.
func ikeMessage(spiI, spiR uint64, first, exchange, flags byte, id uint32, payloads []byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, spiI)
	b = binary.BigEndian.AppendUint64(b, spiR)
	o := octets(b).u8(first, 0x20, exchange, flags).u32(id)
	return o.u32(uint32(28 + len(payloads))).add(payloads)
}

// ikePayload is one payload behind its generic header (RFC 7296, 3.2).
func ikePayload(next byte, body []byte) []byte {
	return octets{next, 0}.u16(uint16(4 + len(body))).add(body)
}

// ikeSA is a security association payload with one proposal: AES-CBC of 256
// bits, HMAC-SHA2-256 and the 2048-bit MODP group.
func ikeSA() []byte {
	transforms := octets{}.add(
		octets{3, 0}.u16(12).u8(1, 0).u16(12).u16(0x800e).u16(256),
		octets{3, 0}.u16(8).u8(2, 0).u16(5),
		octets{3, 0}.u16(8).u8(3, 0).u16(12),
		octets{0, 0}.u16(8).u8(4, 0).u16(14),
	)
	return octets{0, 0}.u16(uint16(8+len(transforms))).u8(1, 1, 0, 4).add(transforms)
}

// Types of IKEv2 payloads and exchanges.
const (
	ikeSAPayload, ikeKE, ikeNonce, ikeNotify, ikeVendor, ikeSK = 33, 34, 40, 41, 43, 46
	ikeSAInit, ikeAuth                                         = 34, 35
)

// ikeInit is an IKE_SA_INIT with what both ends send in it.
func ikeInit(spiI, spiR uint64, flags, seed byte) []byte {
	body := octets{}.add(
		ikePayload(ikeKE, ikeSA()),
		ikePayload(ikeNonce, octets{}.u16(14).u16(0).add(pattern(256, seed))),
		ikePayload(ikeNotify, pattern(32, seed+1)),
		ikePayload(ikeNotify, octets{0, 0}.u16(16388).add(pattern(20, seed+2))),
		ikePayload(ikeVendor, octets{0, 0}.u16(16389).add(pattern(20, seed+3))),
		ikePayload(0, []byte("example vendor 1")),
	)
	return ikeMessage(spiI, spiR, ikeSAPayload, ikeSAInit, flags, 0, body)
}

// ikev2 adds the tunnel that a builds to b: IKE_SA_INIT on port 500, IKE_AUTH on
// 4500 since there is a translator between them (RFC 7296, 2.23), then n ESP
// packets each way within UDP (RFC 3948).
func (c *capture) ikev2(a, b end, n int) {
	const spiI, spiR = 0x4b414e4d4f4e0001, 0x4b414e4d4f4e0002
	a.port, b.port = 500, 500
	c.exchange(a, b, ikeInit(spiI, 0, 0x08, 11), ikeInit(spiI, spiR, 0x20, 21))
	a.port, b.port = 4500, 4500
	marker := func(m []byte) []byte { return octets{0, 0, 0, 0}.add(m) }
	auth := func(flags byte, seed byte) []byte {
		return marker(ikeMessage(spiI, spiR, ikeSK, ikeAuth, flags, 1, ikePayload(0, pattern(176, seed))))
	}
	c.exchange(a, b, auth(0x08, 31), auth(0x20, 32))
	for i := range n {
		c.exchange(a, b,
			octets{}.u32(0xc0ffee01).u32(uint32(i+1)).add(pattern(104, byte(i))),
			octets{}.u32(0xc0ffee02).u32(uint32(i+1)).add(pattern(104, byte(i+1))))
	}
	c.exchange(a, b, []byte{0xff}) // keep-alive
}

// esp adds n ESP packets each way between a and b (RFC 4303).
func (c *capture) esp(a, b end, n int) {
	at := c.tick()
	for i := range n {
		c.packet(at, a, b, layers.IPProtocolESP, gopacket.Payload(octets{}.u32(0x0a0a0a01).u32(uint32(i+1)).add(pattern(88, byte(i)))))
		at = at.Add(3 * time.Millisecond)
		c.packet(at, b, a, layers.IPProtocolESP, gopacket.Payload(octets{}.u32(0x0a0a0a02).u32(uint32(i+1)).add(pattern(88, byte(i)))))
		at = at.Add(3 * time.Millisecond)
	}
}

// openvpn adds an OpenVPN session of a to b over UDP: the reset of both sides,
// the TLS handshake on the control channel, and n data packets each way.
func (c *capture) openvpn(a, b end, n int) {
	mine, theirs := pattern(8, 41), pattern(8, 42)
	control := func(op byte, own, peer []byte, acks []uint32, id uint32, body []byte) []byte {
		o := octets{op << 3}.add(own).u8(byte(len(acks)))
		for _, k := range acks {
			o = o.u32(k)
		}
		if len(acks) > 0 {
			o = o.add(peer)
		}
		return o.u32(id).add(body)
	}
	data := func(i int, seed byte) []byte {
		return octets{9 << 3}.u24(0).u32(uint32(i + 1)).add(pattern(112, seed))
	}
	a.port, b.port = c.ephemeral(), 1194
	c.exchange(a, b, control(7, mine, theirs, nil, 0, nil), control(8, theirs, mine, []uint32{0}, 0, nil))
	c.exchange(a, b,
		control(4, mine, theirs, []uint32{0}, 1, clientHello("vpn.example.com", false)),
		control(4, theirs, mine, []uint32{1}, 1, serverHello(false)))
	for i := range n {
		c.exchange(a, b, data(i, byte(50+i)), data(i, byte(60+i)))
	}
}

// wireguard adds a WireGuard session of a to b: initiation, response and n
// transport messages each way.
func (c *capture) wireguard(a, b end, n int) {
	const initiator, responder = 0x01010101, 0x02020202
	le := func(typ byte, ids ...uint32) octets {
		o := octets{typ, 0, 0, 0}
		for _, v := range ids {
			o = binary.LittleEndian.AppendUint32(o, v)
		}
		return o
	}
	a.port, b.port = 51820, 51820
	c.exchange(a, b, le(1, initiator).add(pattern(140, 71)), le(2, responder, initiator).add(pattern(80, 72)))
	for i := range n {
		data := func(to uint32) []byte {
			return binary.LittleEndian.AppendUint64(le(4, to), uint64(i))
		}
		c.exchange(a, b,
			append(data(responder), pattern(96, byte(80+i))...),
			append(data(initiator), pattern(96, byte(90+i))...))
	}
}
