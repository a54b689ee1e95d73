// Package capwap decodes the protocol between access points and their controller
// (RFC 5415, RFC 5416): who they are, and the frames of Wi-Fi clients that the
// access point passes on. What follows the join is encrypted as a rule.
package capwap

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// Message is a control message in which one of the two tells of itself.
type Message struct {
	Controller bool // it is the controller that speaks
	Name       string
	Model      string
	Serial     string
	Software   string
	Hardware   string
	Addresses  []netip.Addr // of the controller: where access points are to join
}

// Types of control messages of the standard (RFC 5415, 4.5.1.1).
const (
	discoveryRequest         = 1
	discoveryResponse        = 2
	joinRequest              = 3
	joinResponse             = 4
	primaryDiscoveryRequest  = 19
	primaryDiscoveryResponse = 20
)

const (
	cisco        = 0x00409600 // vendor of message elements: an OUI with an octet behind it, against the standard
	maxAddresses = 16
)

// header reads the header (RFC 5415, 4.3) and returns what follows it, with its
// first word without the preamble.
func header(b []byte) (flags uint32, rest []byte, ok bool) {
	if len(b) < 8 || b[0] != 0 { // version 0, in the clear
		return 0, nil, false
	}
	flags = binary.BigEndian.Uint32(b) & 0xffffff
	n := 4 * int(flags>>19)
	if n < 8 || n > len(b) {
		return 0, nil, false
	}
	return flags, b[n:], true
}

// Encrypted reports whether b is a datagram of CAPWAP that holds DTLS (RFC 5415,
// 4.2).
func Encrypted(b []byte) bool {
	return len(b) >= 4+13 && b[0] == 1 && b[1] == 0 && b[2] == 0 && b[3] == 0 &&
		b[4] >= 20 && b[4] <= 25 && b[5] == 0xfe && (b[6] == 0xff || b[6] == 0xfd)
}

// IsControl reports whether b is a datagram of the control channel: encrypted, or
// in the clear with a message whose length is that of what follows.
func IsControl(b []byte) bool {
	if Encrypted(b) {
		return true
	}
	flags, b, ok := header(b)
	if !ok || flags&0xc0 != 0 || len(b) < 8 || b[0] != 0 { // types of vendors begin with an enterprise number of three octets
		return false
	}
	return int(binary.BigEndian.Uint16(b[5:])) == len(b)-5 // what follows the sequence number
}

// Decode reads a datagram of UDP port 5246 and takes messages in which somebody
// tells of itself.
func Decode(b []byte) (Message, bool) {
	flags, b, ok := header(b)
	if !ok || flags&0xc0 != 0 || len(b) < 8 { // a fragment
		return Message{}, false
	}
	var m Message
	switch binary.BigEndian.Uint32(b) {
	case discoveryRequest, joinRequest, primaryDiscoveryRequest:
	case discoveryResponse, joinResponse, primaryDiscoveryResponse:
		m.Controller = true
	default:
		return Message{}, false
	}
	elements(b[8:], 0, m.element)
	return m, true
}

func (m *Message) element(kind uint16, v []byte) {
	switch {
	case kind == 1 && m.Controller && len(v) >= 12: // AC descriptor
		elements(v[12:], 4, func(t uint16, v []byte) {
			switch t {
			case 4, 0: // 0 in older implementations
				m.Hardware = version(v)
			case 5, 1:
				m.Software = version(v)
			}
		})
	case kind == 4 && m.Controller, kind == 45 && !m.Controller: // AC name, WTP name
		m.Name = string(v)
	case kind == 10 && len(v) >= 4:
		m.add(netip.AddrFrom4([4]byte(v)))
	case kind == 11 && len(v) >= 16:
		m.add(netip.AddrFrom16([16]byte(v)))
	case kind == 37 && len(v) > 6 && binary.BigEndian.Uint32(v) == cisco && binary.BigEndian.Uint16(v[4:]) == 5 && !m.Controller:
		m.Name = string(v[6:])
	case kind == 38 && len(v) > 4: // WTP board data: elements without a vendor of their own
		elements(v[4:], 0, func(t uint16, v []byte) {
			switch t {
			case 0:
				m.Model = version(v)
			case 1:
				m.Serial = version(v)
			}
		})
	case kind == 39 && len(v) > 4 && !m.Controller: // WTP descriptor
		from := 3 + 3*int(v[2])
		if v[2] == 0 { // encryption capabilities of two octets, as before the standard
			from = 4
		}
		if from > len(v) {
			return
		}
		elements(v[from:], 4, func(t uint16, v []byte) {
			switch t {
			case 0:
				m.Hardware = version(v)
			case 1:
				m.Software = version(v)
			}
		})
	}
}

// elements reads elements of a type and a length, each behind so many octets
// that name a vendor.
func elements(b []byte, vendor int, f func(t uint16, v []byte)) {
	for head := vendor + 4; len(b) >= head; {
		t, n := binary.BigEndian.Uint16(b[vendor:]), head+int(binary.BigEndian.Uint16(b[vendor+2:]))
		if n > len(b) {
			return
		}
		f(t, b[head:n])
		b = b[n:]
	}
}

func (m *Message) add(a netip.Addr) {
	if !a.IsUnspecified() && !a.IsMulticast() && len(m.Addresses) < maxAddresses {
		m.Addresses = append(m.Addresses, a)
	}
}

// version writes a text as it is and four octets that are none with dots between
// them.
func version(v []byte) string {
	t := strings.TrimRight(string(v), "\x00")
	for _, c := range []byte(t) {
		if c < ' ' || c > '~' {
			if len(v) != 4 {
				return ""
			}
			return strconv.Itoa(int(v[0])) + "." + strconv.Itoa(int(v[1])) + "." + strconv.Itoa(int(v[2])) + "." + strconv.Itoa(int(v[3]))
		}
	}
	return t
}

// Frame is a frame of a client that an access point or a controller passed on.
type Frame struct {
	Ethernet []byte // whole, where it was made an Ethernet frame of
	From, To [6]byte
	Type     uint16 // EtherType of Payload; 0 where there is nothing to read
	Payload  []byte
}

// Data reads a datagram of UDP port 5247. Fragments and keep-alives hold no
// frame.
func Data(b []byte) (Frame, bool) {
	flags, b, ok := header(b)
	if !ok || flags&0x07 != 0 { // reserved
		return Frame{}, false
	}
	native, wireless := flags&0x100 != 0, flags>>9&0x1f
	switch {
	case flags&0xc8 != 0 || len(b) == 0: // fragment, keep-alive
		return Frame{}, true
	case !native:
		return Frame{Ethernet: b}, len(b) >= 14
	case wireless != 1:
		return Frame{}, false
	}
	return wiFi(b)
}

// wiFi reads a data frame of IEEE 802.11 that is not encrypted. Controllers of
// Cisco expect the two octets of its frame control in reverse.
func wiFi(b []byte) (Frame, bool) {
	if len(b) < 24 {
		return Frame{}, false
	}
	control, flags := b[0], b[1]
	if control&3 != 0 && flags&3 == 0 { // the version is 0
		control, flags = flags, control
	}
	if control&3 != 0 {
		return Frame{}, false
	}
	if control&0x4c != 0x08 || flags&0x40 != 0 { // not data, without data, or encrypted
		return Frame{}, true
	}
	n := 24
	var f Frame
	switch a1, a2, a3 := [6]byte(b[4:]), [6]byte(b[10:]), [6]byte(b[16:]); flags & 3 { // to and from the distribution system
	case 0:
		f.To, f.From = a1, a2
	case 1:
		f.To, f.From = a3, a2
	case 2:
		f.To, f.From = a1, a3
	case 3:
		if len(b) < 30 {
			return Frame{}, false
		}
		f.To, f.From, n = a3, [6]byte(b[24:]), 30
	}
	if control&0x80 != 0 {
		n += 2
	}
	if len(b) < n+8 || [6]byte(b[n:]) != [6]byte{0xaa, 0xaa, 3, 0, 0, 0} {
		return Frame{}, true
	}
	f.Type, f.Payload = binary.BigEndian.Uint16(b[n+6:]), b[n+8:]
	return f, true
}
