// Package diameter reads how two peers of Diameter introduce themselves (RFC
// 6733, 5.3). No other message is read; they are about people.
package diameter

import (
	"encoding/binary"
	"strconv"

	"kanmon/discover/internal/wire/said"
)

// capabilitiesExchange is the command of CER and CEA (RFC 6733, 3.1).
const capabilitiesExchange = 257

// Attributes (RFC 6733, 4.5).
const (
	originHost  = 264
	vendorID    = 266
	productName = 269
	originRealm = 296
)

// Decode reads the message at the start of b, and returns false where it is none
// that introduces its sender. It may be cut short.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 20 || b[0] != 1 || b[4]&0x0f != 0 || binary.BigEndian.Uint32(b[4:])&0xffffff != capabilitiesExchange || binary.BigEndian.Uint32(b[8:]) != 0 {
		return said.Message{}, false
	}
	n := int(binary.BigEndian.Uint32(b) & 0xffffff)
	if n < 20 || n%4 != 0 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "diameter", Sender: said.Server}
	if b[4]&0x80 != 0 {
		m.Sender = said.Client
	}
	for b = b[20:min(n, len(b))]; len(b) >= 8; {
		code, size := binary.BigEndian.Uint32(b), int(binary.BigEndian.Uint32(b[4:])&0xffffff)
		if size < 8 || size > len(b) {
			break
		}
		value := b[8:size]
		switch vendors := b[4]&0x80 != 0; {
		case vendors: // attributes of a vendor's own
		case code == originHost:
			m.Add("origin-host", string(value))
		case code == originRealm:
			m.Add("origin-realm", string(value))
		case code == productName:
			m.Add("product-name", string(value))
		case code == vendorID && len(value) == 4:
			m.Add("vendor-id", strconv.FormatUint(uint64(binary.BigEndian.Uint32(value)), 10))
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return m, true
}
