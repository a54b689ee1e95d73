package industry

import (
	"encoding/binary"
	"strconv"

	"kanmon/discover/internal/wire/said"
)

// BACnet reads a BACnet/IP packet (ASHRAE 135, annex J): I-Am, and the
// properties of a device that name it.
func BACnet(b []byte) (said.Message, bool) {
	if len(b) < 6 || b[0] != 0x81 || int(binary.BigEndian.Uint16(b[2:])) > len(b) {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "bacnet"}
	switch b[1] {
	case 0x0a, 0x0b: // unicast, broadcast
		b = b[4:]
	case 0x04, 0x09: // forwarded: of another host; to be distributed
		return m, true
	default:
		return said.Message{}, b[1] <= 0x0c
	}
	apdu, network, ok := npdu(b)
	if !ok {
		return said.Message{}, false
	}
	if network >= 0 { // of a device behind the sender, on another network
		m.Add("routes-network", strconv.Itoa(network))
		return m, true
	}
	switch {
	case len(apdu) >= 2 && apdu[0] == 0x10 && apdu[1] == 0:
		iAm(&m, apdu[2:])
	case len(apdu) >= 3 && apdu[0] == 0x30 && apdu[2] == 12:
		m.Sender = said.Server
		property(&m, apdu[3:])
	}
	return m, true
}

// npdu passes over the header of the network layer (ASHRAE 135, 6.2), and
// returns the network that the packet came from, or -1.
func npdu(b []byte) (apdu []byte, network int, ok bool) {
	network = -1
	if len(b) < 2 || b[0] != 1 {
		return nil, network, false
	}
	control := b[1]
	b = b[2:]
	skip := func() bool { // a network, and an address with its length
		if len(b) < 3 || len(b) < 3+int(b[2]) {
			return false
		}
		b = b[3+int(b[2]):]
		return true
	}
	if control&0x20 != 0 && !skip() {
		return nil, network, false
	}
	if control&0x08 != 0 {
		if len(b) >= 2 {
			network = int(binary.BigEndian.Uint16(b))
		}
		if !skip() {
			return nil, -1, false
		}
	}
	if control&0x20 != 0 { // hop count
		if len(b) == 0 {
			return nil, -1, false
		}
		b = b[1:]
	}
	if control&0x80 != 0 { // message of the network layer
		return nil, network, true
	}
	return b, network, true
}

// iAm reads a device's instance and its vendor (ASHRAE 135, 16.10).
func iAm(m *said.Message, b []byte) {
	if len(b) < 5 || b[0] != 0xc4 || binary.BigEndian.Uint32(b[1:])>>22 != 8 {
		return
	}
	m.Sender = said.Server
	m.Add("device-instance", strconv.FormatUint(uint64(binary.BigEndian.Uint32(b[1:])&0x3fffff), 10))
	b = b[5:]
	for i := range 3 { // greatest message, segmentation, vendor
		if len(b) < 1 || len(b) < 1+int(b[0]&7) || b[0]&7 == 0 || b[0]&7 > 4 {
			return
		}
		value := b[1 : 1+int(b[0]&7)]
		if i == 2 && b[0]>>4 == 2 {
			n := 0
			for _, c := range value {
				n = n<<8 | int(c)
			}
			m.Add("vendor-id", strconv.Itoa(n))
		}
		b = b[1+int(b[0]&7):]
	}
}

// property reads the answer to a ReadProperty (ASHRAE 135, 15.5) that names the
// device.
func property(m *said.Message, b []byte) {
	if len(b) < 11 || b[0] != 0x0c || binary.BigEndian.Uint32(b[1:])>>22 != 8 || b[5] != 0x19 || b[7] != 0x3e {
		return
	}
	text := b[8:]
	n, at := int(text[0]&7), 1
	if n == 5 {
		n, at = int(text[1]), 2
	}
	if text[0]>>4 != 7 || n < 1 || at+n > len(text) || text[at] != 0 { // character string in UTF-8
		return
	}
	value := string(text[at+1 : at+n])
	switch b[6] {
	case 12:
		m.Add("application-software-version", value)
	case 44:
		m.Add("firmware-revision", value)
	case 70:
		m.Add("model-name", value)
	case 77:
		m.Add("object-name", value)
	case 121:
		m.Add("vendor-name", value)
	}
}
