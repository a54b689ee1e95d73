// Package ntlm reads NTLMSSP messages ([MS-NLMP] 2.2.1), whatever protocol
// carries them. A server names itself before anybody is logged in; a client
// names its machine. Users, and the domains they are of, are not read.
package ntlm

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"kanmon/discover/internal/wire/said"
)

const signature = "NTLMSSP\x00"

// Types of messages.
const (
	negotiate    = 1
	challenge    = 2
	authenticate = 3
)

// Flags ([MS-NLMP] 2.2.2.5).
const (
	flagUnicode     = 1 << 0
	flagWorkstation = 1 << 13
	flagVersion     = 1 << 25
)

// Find reads the first NTLMSSP message that stands somewhere in b.
func Find(b []byte) (said.Message, bool) {
	i := bytes.Index(b, []byte(signature))
	if i < 0 {
		return said.Message{}, false
	}
	return Decode(b[i:])
}

// Decode reads the message at the start of b, which may be cut short.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 32 || string(b[:8]) != signature {
		return said.Message{}, false
	}
	m := message{said.Message{Protocol: "ntlm", Sender: said.Client}}
	switch binary.LittleEndian.Uint32(b[8:]) {
	case negotiate:
		flags := binary.LittleEndian.Uint32(b[12:])
		if flags&flagWorkstation != 0 {
			m.Add("workstation", said.Text(field(b, 24)))
		}
		m.version(b, 32, flags)
	case challenge:
		m.Sender = said.Server
		flags := binary.LittleEndian.Uint32(b[20:])
		if len(b) >= 48 {
			m.targetInfo(field(b, 40))
		}
		m.version(b, 48, flags)
	case authenticate:
		if len(b) < 64 {
			return m.Message, true
		}
		flags := binary.LittleEndian.Uint32(b[60:])
		if name := field(b, 44); flags&flagUnicode != 0 {
			m.Add("workstation", said.UTF16(name))
		} else {
			m.Add("workstation", said.Text(name))
		}
		m.version(b, 64, flags)
	default:
		return said.Message{}, false
	}
	return m.Message, true
}

type message struct{ said.Message }

// field returns the part of the message that the lengths and the offset at i
// stand for; nil where it lies outside.
func field(b []byte, i int) []byte {
	n, at := int(binary.LittleEndian.Uint16(b[i:])), int64(binary.LittleEndian.Uint32(b[i+4:]))
	if at > int64(len(b)) || int64(n) > int64(len(b))-at {
		return nil
	}
	return b[at : int(at)+n]
}

// version reads the VERSION structure at i ([MS-NLMP] 2.2.2.10): that of the
// operating system.
func (m *message) version(b []byte, i int, flags uint32) {
	if flags&flagVersion == 0 || len(b) < i+8 || b[i] == 0 {
		return
	}
	m.Add("os-version", fmt.Sprintf("%d.%d.%d", b[i], b[i+1], binary.LittleEndian.Uint16(b[i+2:])))
}

// targetInfo reads the list of AV_PAIRs ([MS-NLMP] 2.2.2.1).
func (m *message) targetInfo(b []byte) {
	for len(b) >= 4 {
		id, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if id == 0 || n > len(b)-4 {
			return
		}
		if name := [...]string{1: "netbios-computer", 2: "netbios-domain", 3: "dns-computer", 4: "dns-domain", 5: "dns-forest"}; int(id) < len(name) {
			m.Add(name[id], said.UTF16(b[4:4+n]))
		}
		b = b[4+n:]
	}
}
