// Package ntp reads who keeps time for others, and by whom it goes itself (RFC
// 5905, 7.3); and what a server says of its system in answers to control
// messages (RFC 9327, 3).
package ntp

import (
	"net/netip"
	"strconv"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// Decode reads a packet, and returns false where it is none.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 12 {
		return said.Message{}, false
	}
	version, mode := b[0]>>3&7, b[0]&7
	if version < 1 || version > 4 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "ntp"}
	switch {
	case mode == 3 && len(b) >= 48:
		m.Sender = said.Client
	case (mode == 4 || mode == 5) && len(b) >= 48:
		m.Sender = said.Server
		clock(&m, b)
	case mode == 6 && b[1]&0xe0 == 0x80 && b[1]&0x1f == 2: // read variables, no error
		m.Sender = said.Server
		variables(&m, string(b[12:]))
	case (mode == 1 || mode == 2) && len(b) >= 48:
		clock(&m, b)
	default:
		return said.Message{}, false
	}
	return m, true
}

// clock reads the stratum and the reference: a clock in the first stratum, the
// address of a server in the others (for IPv6 a digest, which looks like one).
func clock(m *said.Message, b []byte) {
	stratum, id := b[1], b[12:16]
	if stratum == 0 || stratum > 15 {
		return
	}
	m.Add("stratum", strconv.Itoa(int(stratum)))
	if stratum == 1 {
		m.Add("reference-id", strings.TrimRight(said.Text(id), " "))
		return
	}
	if ip := netip.AddrFrom4([4]byte(id)); !ip.IsUnspecified() && !ip.IsMulticast() {
		m.Add("reference-id", ip.String())
	}
}

// variables reads a list such as version="ntpd 4.2.8", system="Linux/5.10".
func variables(m *said.Message, s string) {
	s = s[:min(len(s), 512)]
	for _, name := range [...]string{"version", "processor", "system"} {
		_, rest, ok := strings.Cut(s, name+`="`)
		if !ok {
			continue
		}
		if value, _, ok := strings.Cut(rest, `"`); ok {
			m.Add(name, value)
		}
	}
}
