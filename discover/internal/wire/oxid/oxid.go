// Package oxid reads the answer of Windows to ServerAlive2 ([MS-DCOM]
// 3.1.2.5.1.6), in which a machine gives the addresses of all of its
// interfaces to anyone who asks.
package oxid

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// Alive is an answer.
type Alive struct {
	Name      string
	Addresses []netip.Addr
}

const (
	header       = 24 // of a response (C706, 12.6.4.10)
	maxBindings  = 64
	littleEndian = 0x10
)

// IsRPC reports whether b begins with a message of connection-oriented DCE/RPC
// (C706, 12.6.4).
func IsRPC(b []byte) bool {
	return len(b) >= 16 && b[0] == 5 && b[1] <= 1 && b[2] <= 19 && b[4] == littleEndian && b[5] == 0 && b[6] == 0 && b[7] == 0 &&
		int(binary.LittleEndian.Uint16(b[8:])) >= 16 && binary.LittleEndian.Uint16(b[10:]) < 4096
}

// Decode reads the response at the start of b, and returns false where it is
// none to ServerAlive2.
func Decode(b []byte) (Alive, bool) {
	if !IsRPC(b) || b[2] != 2 || len(b) < header+16 {
		return Alive{}, false
	}
	b = b[header:]
	entries, security := int(binary.LittleEndian.Uint16(b[12:])), int(binary.LittleEndian.Uint16(b[14:]))
	if binary.LittleEndian.Uint16(b) != 5 || binary.LittleEndian.Uint16(b[2:]) > 7 || binary.LittleEndian.Uint32(b[4:]) == 0 || // COMVERSION, pointer
		int(binary.LittleEndian.Uint32(b[8:])) != entries || security > entries || security < 2 {
		return Alive{}, false
	}
	b = b[16:]
	if len(b) < 2*security {
		return Alive{}, false
	}
	var a Alive
	for b = b[:2*security]; len(b) >= 4 && binary.LittleEndian.Uint16(b) != 0 && len(a.Addresses) < maxBindings; {
		tower := binary.LittleEndian.Uint16(b)
		b = b[2:]
		end := 0
		for end+2 <= len(b) && !bytes.Equal(b[end:end+2], []byte{0, 0}) {
			end += 2
		}
		if end+2 > len(b) {
			return Alive{}, false
		}
		text := said.UTF16(b[:end])
		b = b[end+2:]
		if tower == 7 || tower == 8 { // TCP, UDP
			a.add(text)
		}
	}
	return a, a.Name != "" || len(a.Addresses) > 0
}

// add takes the network address of a binding, without its port.
func (a *Alive) add(text string) {
	text, _, _ = strings.Cut(text, "[")
	if ip, err := netip.ParseAddr(text); err == nil {
		a.Addresses = append(a.Addresses, ip.WithZone(""))
	} else if a.Name == "" && said.HostName(text) {
		a.Name = text
	}
}
