// Package smb reads what the ends of a session of SMB say of themselves:
// negotiation and session setup of SMB 1 ([MS-CIFS], [MS-SMB]) and SMB 2 and 3
// ([MS-SMB2]), and the request of a NetBIOS session (RFC 1002, 4.3.2). Names of
// shares and files are not read.
package smb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"kanmon/discover/internal/wire/said"
)

// Decode reads the message at the start of b, with its NetBIOS or direct TCP
// header. It may be cut short.
func Decode(b []byte) (said.Message, bool) {
	if len(b) < 4 {
		return said.Message{}, false
	}
	n := int(b[1]&1)<<16 | int(binary.BigEndian.Uint16(b[2:]))
	switch rest := b[4:]; {
	case b[0] == 0x81 && n >= 68 && n == len(rest):
		return sessionRequest(rest)
	case b[0] == 0 && len(rest) >= 64 && string(rest[:4]) == "\xfeSMB":
		return smb2(rest)
	case b[0] == 0 && len(rest) >= 35 && string(rest[:4]) == "\xffSMB":
		return smb1(rest, n == len(rest))
	}
	return said.Message{}, false
}

// sessionRequest reads the two names of RFC 1002, 4.3.2: the called one and the
// calling one.
func sessionRequest(b []byte) (said.Message, bool) {
	called, rest, ok1 := netBIOS(b)
	calling, _, ok2 := netBIOS(rest)
	if !ok1 || !ok2 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "nbss", Sender: said.Client}
	if called != "*SMBSERVER" {
		m.AddOfPeer("called-name", called)
	}
	m.Add("calling-name", calling)
	return m, true
}

// netBIOS decodes a name of the first level encoding (RFC 1001, 14.1) without
// its suffix.
func netBIOS(b []byte) (string, []byte, bool) {
	if len(b) < 34 || b[0] != 32 {
		return "", nil, false
	}
	name := make([]byte, 0, 16)
	for pair := range slices.Chunk(b[1:33], 2) {
		x, y := pair[0]-'A', pair[1]-'A'
		if x > 15 || y > 15 {
			return "", nil, false
		}
		name = append(name, x<<4|y)
	}
	rest := b[33:]
	end := bytes.IndexByte(rest, 0) // labels of a scope may follow
	if end < 0 {
		return "", nil, false
	}
	return strings.TrimRight(string(name[:15]), " \x00"), rest[end+1:], true
}

// Commands of SMB 2 ([MS-SMB2] 2.2.1.2).
const (
	negotiate2   = 0
	treeConnect2 = 3
)

func smb2(b []byte) (said.Message, bool) {
	m := said.Message{Protocol: "smb", Sender: said.Client}
	response := b[16]&1 != 0
	if response {
		m.Sender = said.Server
	}
	body := b[64:]
	switch command := binary.LittleEndian.Uint16(b[12:]); {
	case command == negotiate2 && response && len(body) >= 24 && binary.LittleEndian.Uint16(body) == 65:
		m.Add("dialect", dialect(binary.LittleEndian.Uint16(body[4:])))
		m.Add("server-guid", guid(body[8:24]))
	case command == negotiate2 && !response && len(body) >= 36:
		m.Add("client-guid", guid(body[12:28]))
		m.Add("dialect", dialect(greatest(body[36:], int(binary.LittleEndian.Uint16(body[2:])))))
	case command == treeConnect2 && !response && len(body) >= 8:
		at, n := int(binary.LittleEndian.Uint16(body[4:])), int(binary.LittleEndian.Uint16(body[6:]))
		if at >= 72 && at+n <= len(b) {
			m.AddOfPeer("called-name", server(said.UTF16(b[at:at+n])))
		}
	}
	return m, true
}

// greatest returns the highest of the dialects that a client offers.
func greatest(b []byte, n int) uint16 {
	var most uint16
	for ; n > 0 && len(b) >= 2; n, b = n-1, b[2:] {
		most = max(most, binary.LittleEndian.Uint16(b))
	}
	return most
}

// dialect names a dialect revision ([MS-SMB2] 2.2.4); empty for the wildcard.
func dialect(d uint16) string {
	if d < 0x0200 || d == 0x02ff || d > 0x0fff {
		return ""
	}
	if d&15 != 0 {
		return fmt.Sprintf("%d.%d.%d", d>>8, d>>4&15, d&15)
	}
	return fmt.Sprintf("%d.%d", d>>8, d>>4&15)
}

// guid writes a GUID ([MS-DTYP] 2.3.4); empty where it is zero.
func guid(b []byte) string {
	if bytes.Count(b, []byte{0}) == len(b) {
		return ""
	}
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:16])
}

// server returns the machine of a path \\machine\share; empty where that is an
// address, or no name.
func server(path string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(path, `\`), `\`)
	if !strings.HasPrefix(path, `\\`) || !said.HostName(name) {
		return ""
	}
	return name
}
