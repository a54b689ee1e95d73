package neighbor

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// MNDP reads a datagram of UDP port 5678. Elements have a type and a length of
// two octets each.
func MNDP(b []byte) (Announcement, bool) {
	if len(b) < 8 || b[4] != 0 || b[6] != 0 { // types and lengths are small
		return Announcement{}, false
	}
	var a Announcement
	var platform, board string
	for b = b[4:]; len(b) >= 4; {
		kind, n := binary.BigEndian.Uint16(b), 4+int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b) {
			break
		}
		v := b[4:n]
		b = b[n:]
		switch kind {
		case 1:
			a.device(v)
		case 5:
			a.Name = said.Text(v)
		case 7:
			a.Version = said.Text(v)
		case 8:
			platform = said.Text(v)
		case 12:
			board = said.Text(v)
		case 15:
			if len(v) == 16 {
				a.add(netip.AddrFrom16([16]byte(v)))
			}
		case 16:
			a.PortID, a.PortIDSubtype = said.Text(v), "interfaceName"
		case 17:
			if len(v) == 4 {
				a.add(netip.AddrFrom4([4]byte(v)))
			}
		}
	}
	a.Model = strings.TrimSpace(platform + " " + board)
	return a, a.DeviceID != ""
}

// Ubiquiti reads an answer of UDP port 10001. Elements have a type of one octet
// and a length of two. Both versions of the protocol number their elements from
// one list. User names and challenges are passed over.
func Ubiquiti(b []byte) (Announcement, bool) {
	if len(b) < 4 || int(binary.BigEndian.Uint16(b[2:])) != len(b)-4 {
		return Announcement{}, false
	}
	switch v, cmd := b[0], b[1]; {
	case v == 1 && cmd == 0:
	case v == 2 && (cmd == 6 || cmd == 9 || cmd == 11):
	default:
		return Announcement{}, false
	}
	var a Announcement
	var product, firmware string
	for b = b[4:]; len(b) >= 3; {
		kind, n := b[0], 3+int(binary.BigEndian.Uint16(b[1:]))
		if n > len(b) {
			return Announcement{}, false
		}
		v := b[3:n]
		b = b[n:]
		switch {
		case kind == 1 && a.DeviceID == "":
			a.device(v)
		case kind == 2 && len(v) == 10:
			if a.DeviceID == "" {
				a.device(v[:6])
			}
			a.add(netip.AddrFrom4([4]byte(v[6:])))
		case kind == 3:
			firmware = said.Text(v)
		case kind == 4 && len(v) == 4:
			a.add(netip.AddrFrom4([4]byte(v)))
		case kind == 11:
			a.Name = said.Text(v)
		case kind == 12:
			product = said.Text(v)
		case kind == 20 || kind == 21:
			a.Model = said.Text(v)
		case kind == 22:
			a.Version = said.Text(v)
		}
	}
	if a.Model == "" {
		a.Model = product
	}
	if a.Version == "" {
		a.Version = firmware
	}
	return a, a.DeviceID != ""
}
