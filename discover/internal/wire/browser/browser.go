// Package browser decodes NetBIOS datagrams (RFC 1002, 4.4) and the
// announcements of computers that Windows and Samba send in them (MS-BRWS, 2.2).
// The comment of an announcement is free text and is passed over.
package browser

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// Datagram is a NetBIOS datagram that a host sent itself.
type Datagram struct {
	Source netip.Addr // as the host believes to be reached
	Name   string     // of the host
	Kind   byte       // suffix of Name: 0x00 and 0x20 are hosts
	To     string     // name of the group or host it is for
	ToKind byte       // suffix of that: 0x1d and 0x1e are groups of computers
	Host   *Host      // announcement in it; nil if none
}

// Host is a host's announcement of itself.
type Host struct {
	Name  string
	OS    string   // version of Windows, or that which Samba claims: "6.1"
	Roles []string // in the order of the bits of SV_TYPE
}

// Decode reads a datagram of UDP port 138.
func Decode(b []byte) (Datagram, bool) {
	const header = 14
	if len(b) < header || b[0] < 0x10 || b[0] > 0x12 { // direct unique, direct group, broadcast
		return Datagram{}, false
	}
	d := Datagram{Source: netip.AddrFrom4([4]byte(b[4:8]))}
	if binary.BigEndian.Uint16(b[12:]) != 0 { // packet offset: a later fragment
		return Datagram{}, false
	}
	from, rest, ok := name(b[header:])
	if !ok {
		return Datagram{}, false
	}
	to, rest, ok := name(rest)
	if !ok {
		return Datagram{}, false
	}
	d.Name, d.Kind, d.To, d.ToKind = trim(from[:15]), from[15], trim(to[:15]), to[15]
	if body, ok := mailslot(rest); ok {
		d.Host = announcement(body)
	}
	return d, true
}

// FromHost reports whether the name of the sender is that of a host, and not of
// a user or of a group.
func (d *Datagram) FromHost() bool { return d.Kind == 0x00 || d.Kind == 0x20 }

// name reads a first-level encoded name (RFC 1001, 14.1) without a scope.
func name(b []byte) ([16]byte, []byte, bool) {
	var raw [16]byte
	if len(b) < 34 || b[0] != 32 || b[33] != 0 {
		return raw, nil, false
	}
	for i, c := range b[1:33] {
		if c -= 'A'; c > 15 {
			return raw, nil, false
		}
		raw[i/2] = raw[i/2]<<4 | c
	}
	return raw, b[34:], true
}

// mailslot takes the message for \MAILSLOT\BROWSE out of an SMB transaction
// (MS-CIFS, 2.2.4.33.1).
func mailslot(b []byte) ([]byte, bool) {
	const header, words = 32, 17 // SMB header; words of a transaction with three of setup
	if len(b) < header+1+2*words+2 || [5]byte(b) != [5]byte{0xff, 'S', 'M', 'B', 0x25} || b[header] != words {
		return nil, false
	}
	count := int(binary.LittleEndian.Uint16(b[header+1+2*11:]))
	offset := int(binary.LittleEndian.Uint16(b[header+1+2*12:]))
	slot := b[header+1+2*words+2:]
	if !bytes.HasPrefix(bytes.ToUpper(slot[:min(len(slot), 17)]), []byte(`\MAILSLOT\BROWSE`+"\x00")) || offset+count > len(b) {
		return nil, false
	}
	return b[offset : offset+count], true
}

// announcement reads a HostAnnouncement or a LocalMasterAnnouncement (MS-BRWS,
// 2.2.1 and 2.2.10).
func announcement(b []byte) *Host {
	if len(b) < 32 || b[0] != 1 && b[0] != 15 {
		return nil
	}
	h := &Host{Name: trim(b[6:22]), OS: fmt.Sprintf("%d.%d", b[22], b[23]), Roles: roles(binary.LittleEndian.Uint32(b[24:]))}
	if h.Name == "" {
		return nil
	}
	return h
}

// roles names the bits of SV_TYPE that tell what a computer is for.
func roles(bits uint32) []string {
	var out []string
	for i, n := range []string{
		"", "", "sql-server", "domain-controller", "backup-domain-controller", "time-source", "afp-server", "novell", "",
		"print-server", "dial-in-server", "unix-server", "", "", "", "", "", "backup-browser", "master-browser", "domain-master-browser",
	} {
		if n != "" && bits&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// trim takes what stands before the first zero octet, without the padding.
func trim(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return strings.TrimRight(string(b), " ")
}
