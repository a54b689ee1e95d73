// Package rdp reads how a session of the Remote Desktop Protocol begins
// ([MS-RDPBCGR] 2.2.1): what the ends agree on, and, where that is not
// encrypted, the name of the client's machine. The cookie, which names a
// person, is not read.
package rdp

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"kanmon/discover/internal/wire/said"
)

// Decode reads the message at the start of b.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 11 || b[0] != 3 || b[1] != 0 {
		return said.Message{}, false
	}
	switch {
	case b[5] == 0xd0 && len(b) >= 19 && b[11] == 2 && b[13] == 8 && b[14] == 0: // confirm, with RDP_NEG_RSP
		m := said.Message{Protocol: "rdp", Sender: said.Server}
		m.Add("selected-protocol", protocol(binary.LittleEndian.Uint32(b[15:])))
		return m, true
	case bytes.HasPrefix(b[4:], []byte{2, 0xf0, 0x80, 0x7f, 0x65}): // MCS Connect Initial
		return initial(b)
	}
	return said.Message{}, false
}

// initial reads TS_UD_CS_CORE ([MS-RDPBCGR] 2.2.1.3.2), which stands behind the
// key of GCC in the user data.
func initial(b []byte) (said.Message, bool) {
	m := said.Message{Protocol: "rdp", Sender: said.Client}
	i := bytes.Index(b, []byte("Duca"))
	if i < 0 {
		return said.Message{}, false
	}
	b = b[i+4:]
	i = bytes.Index(b[:min(len(b), 8)], []byte{0x01, 0xc0})
	if i < 0 || len(b) < i+56 {
		return m, true
	}
	core := b[i:]
	if build := binary.LittleEndian.Uint32(core[20:]); build > 0 && build < 1<<20 {
		m.Add("client-build", strconv.FormatUint(uint64(build), 10))
	}
	if name := said.UTF16(core[24:56]); said.HostName(name) {
		m.Add("client-name", name)
	}
	return m, true
}

// protocol names what was selected ([MS-RDPBCGR] 2.2.1.2.1).
func protocol(n uint32) string {
	switch n {
	case 0:
		return "rdp"
	case 1:
		return "tls"
	case 2:
		return "credssp"
	case 4:
		return "rdstls"
	case 8:
		return "credssp-ex"
	case 16:
		return "rdsaad"
	}
	return ""
}
