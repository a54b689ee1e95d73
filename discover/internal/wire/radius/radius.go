// Package radius reads which network access server asks for somebody (RFC
// 2865): its name, its kind of ports, the wireless network. Who it asks for is
// not read.
package radius

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// Attributes (RFC 2865, 5; RFC 3162, 2.1).
const (
	nasIPAddress    = 4
	calledStationID = 30
	nasIdentifier   = 32
	proxyState      = 33
	nasPortType     = 61
	nasIPv6Address  = 95
)

// Decode reads a packet, and returns false where it is none.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 20 || int(binary.BigEndian.Uint16(b[2:])) != len(b) {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "radius"}
	switch b[0] {
	case 1, 4, 12: // Access-Request, Accounting-Request, Status-Server
		m.Sender = said.Client
	case 2, 3, 5, 11: // Access-Accept, Access-Reject, Accounting-Response, Access-Challenge
		m.Sender = said.Server
		return m, true
	default:
		return said.Message{}, false
	}
	for b = b[20:]; len(b) >= 2 && b[1] >= 2 && int(b[1]) <= len(b); b = b[b[1]:] {
		switch value := b[2:b[1]]; b[0] {
		case proxyState: // who sends this passes it on for another
			m.Words = nil
			return m, true
		case nasIPAddress, nasIPv6Address:
			if ip, ok := netip.AddrFromSlice(value); ok && !ip.IsUnspecified() {
				m.Add("nas-ip-address", ip.String())
			}
		case nasIdentifier:
			m.Add("nas-identifier", string(value))
		case nasPortType:
			if len(value) == 4 {
				m.Add("nas-port-type", portType(binary.BigEndian.Uint32(value)))
			}
		case calledStationID:
			called(&m, string(value))
		}
	}
	return m, true
}

// called reads the address of an access point and its network (RFC 3580, 3.20).
// A telephone number, which stands there too and has twelve digits with the
// country, is not kept.
func called(m *said.Message, s string) {
	mac, ssid, _ := strings.Cut(s, ":")
	if strings.Count(s, ":") >= 5 && len(s) >= 17 {
		mac, ssid = s[:17], strings.TrimPrefix(s[17:], ":")
	}
	if strings.Count(mac, "-") == 0 && len(mac) == 12 {
		mac = mac[:4] + "." + mac[4:8] + "." + mac[8:]
	}
	if a, err := net.ParseMAC(mac); err == nil && len(a) == 6 && a[0]&1 == 0 && (strings.Trim(mac, "0123456789.") != "" || a[0] == 0) {
		m.Add("called-station", a.String())
		m.Add("ssid", ssid)
	}
}

// portType names the types that matter here (RFC 2865, 5.41); others by number.
func portType(n uint32) string {
	switch n {
	case 5:
		return "virtual"
	case 15:
		return "ethernet"
	case 19:
		return "wireless-802.11"
	}
	return strconv.FormatUint(uint64(n), 10)
}
