// Package app tells what a conversation is from the first octets of its
// payload. Ports are looked at only where the octets alone leave a doubt, never
// instead of them.
package app

import (
	"bytes"
	"encoding/binary"

	"kanmon/discover/internal/wire/dtls"
	"kanmon/discover/internal/wire/httphost"
	"kanmon/discover/internal/wire/quic"
)

// TCP returns the protocol that b, the first payload octets that one side sent
// on a TCP connection, shows; empty where it shows none.
func TCP(b []byte) string {
	switch {
	case len(b) < 4:
		return ""
	case b[0] == 22 && b[1] == 3 && b[2] <= 4 && len(b) > 5 && (b[5] == 1 || b[5] == 2):
		return "tls"
	case bytes.HasPrefix(b, []byte("SSH-")):
		return "ssh"
	case len(b) >= 12 && bytes.HasPrefix(b, []byte("RFB 0")) && b[7] == '.' && b[11] == '\n':
		return "vnc"
	case bytes.HasPrefix(b, []byte("HTTP/1.")) || httphost.IsRequest(b) && bytes.Contains(b[:min(len(b), 2048)], []byte(" HTTP/1.")):
		return "http"
	case bytes.HasPrefix(b, []byte("PRI * HTTP/2.0")):
		return "http"
	case isHL7(b):
		return "hl7"
	case isDICOM(b):
		return "dicom"
	case isRDP(b):
		return "rdp"
	case b[0] == 0 && len(b) >= 8 && (b[4] == 0xff || b[4] == 0xfe) && string(b[5:8]) == "SMB":
		return "smb"
	case isTDS(b):
		return "mssql"
	case isLDAP(b):
		return "ldap"
	case isTelnet(b):
		return "telnet"
	case bytes.HasPrefix(b, []byte("EHLO ")) || bytes.HasPrefix(b, []byte("HELO ")):
		return "smtp"
	case bytes.HasPrefix(b, []byte("RTSP/1.")) || bytes.Contains(b[:min(len(b), 32)], []byte(" rtsp://")):
		return "rtsp"
	case isSIP(b):
		return "sip"
	case b[0] == 0x10 && len(b) >= 8 && bytes.Contains(b[2:min(len(b), 12)], []byte("\x00\x04MQTT")):
		return "mqtt"
	}
	return ""
}

// UDP returns the protocol that the datagram b between two ports shows; empty
// where it shows none.
func UDP(b []byte, src, dst uint16) string {
	either := func(p uint16) bool { return src == p || dst == p }
	switch {
	case len(b) < 8:
		return ""
	case either(123) && isNTP(b):
		return "ntp"
	case isQUIC(b):
		return "quic"
	case dtls.Is(b):
		return "dtls"
	case len(b) >= 20 && b[0] < 4 && binary.BigEndian.Uint32(b[4:]) == 0x2112a442 && int(binary.BigEndian.Uint16(b[2:]))+20 == len(b):
		return "stun"
	case isSIP(b):
		return "sip"
	case (either(161) || either(162)) && isSNMP(b):
		return "snmp"
	case (either(1812) || either(1813) || either(1645) || either(1646)) && len(b) >= 20 && int(binary.BigEndian.Uint16(b[2:])) == len(b):
		return "radius"
	case either(514) && isSyslog(b):
		return "syslog"
	case either(69) && b[0] == 0 && (b[1] == 1 || b[1] == 2) && bytes.HasSuffix(b, []byte{0}):
		return "tftp"
	case len(b) >= 20 && binary.BigEndian.Uint64(b) == 0 && bytes.Equal(b[10:13], []byte{3, 0x17, 0x24}):
		return "teamviewer" // directly between two machines, on ports of their own
	case b[0] == 0x81 && (b[1] <= 0x0b) && int(binary.BigEndian.Uint16(b[2:])) == len(b) && b[4] == 1:
		return "bacnet"
	}
	return ""
}

// PortTeamViewer is where relays of TeamViewer listen.
const PortTeamViewer = 5938

// TeamViewer reports whether b is the start of a message of TeamViewer to a
// relay or from one, which the octets alone do not tell.
func TeamViewer(b []byte) bool {
	return len(b) >= 9 && (b[0] == 0x17 && b[1] == 0x24 || b[0] == 0x11 && b[1] == 0x30)
}

// isHL7 looks for the start of a message in the minimal lower layer protocol.
func isHL7(b []byte) bool {
	if b[0] != 0x0b || len(b) < 5 {
		return false
	}
	switch string(b[1:4]) {
	case "MSH", "BHS", "FHS":
		return b[4] > ' ' && b[4] < 0x7f
	}
	return false
}

// isDICOM looks for an A-ASSOCIATE-RQ or -AC (DICOM PS3.8, 9.3.2 and 9.3.3):
// type, length, protocol version, and two AE titles of 16 printable characters.
func isDICOM(b []byte) bool {
	if len(b) < 42 || b[0] != 1 && b[0] != 2 || b[1] != 0 {
		return false
	}
	n := binary.BigEndian.Uint32(b[2:])
	if n < 68 || n > 1<<17 || binary.BigEndian.Uint16(b[6:])&1 == 0 || b[8] != 0 || b[9] != 0 {
		return false
	}
	if b[0] == 2 { // the titles are reserved in the AC, which holds no more than an echo of them
		return len(b) < 76 || b[74] == 0x10 && b[75] == 0
	}
	for _, c := range b[10:42] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// isRDP looks for an X.224 connection request or confirm with what only RDP
// puts into it ([MS-RDPBCGR] 2.2.1.1 and 2.2.1.2); S7 and others use the same
// headers.
func isRDP(b []byte) bool {
	if len(b) < 11 || b[0] != 3 || b[1] != 0 {
		return false
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n > len(b) || n < 11 || int(b[4])+5 != n {
		return false
	}
	switch rest := b[11:n]; b[5] {
	case 0xe0:
		return bytes.HasPrefix(rest, []byte("Cookie: ")) || len(rest) >= 8 && rest[0] == 1 && rest[2] == 8 && rest[3] == 0
	case 0xd0:
		return len(rest) == 8 && (rest[0] == 2 || rest[0] == 3) && rest[2] == 8 && rest[3] == 0
	}
	return false
}

// isTDS looks for a PRELOGIN of SQL Server ([MS-TDS] 2.2.6.5).
func isTDS(b []byte) bool {
	return len(b) >= 14 && b[0] == 0x12 && b[1] == 1 && int(binary.BigEndian.Uint16(b[2:])) == len(b) && b[8] == 0 && b[9] == 0
}

// isLDAP looks for an LDAPMessage (RFC 4511, 4.1.1) with a bind, search or
// extended operation, or an answer to one.
func isLDAP(b []byte) bool {
	if b[0] != 0x30 {
		return false
	}
	i := 2
	if b[1] >= 0x81 && b[1] <= 0x84 {
		i += int(b[1] & 0x0f)
	} else if b[1] > 0x7f {
		return false
	}
	if len(b) < i+3 || b[i] != 2 || b[i+1] == 0 || b[i+1] > 4 || len(b) <= i+2+int(b[i+1]) {
		return false
	}
	switch b[i+2+int(b[i+1])] {
	case 0x60, 0x61, 0x63, 0x64, 0x65, 0x77, 0x78:
		return true
	}
	return false
}

// isTelnet looks for option negotiation (RFC 854) at the start.
func isTelnet(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	return b[0] == 0xff && b[1] >= 0xfb && b[1] <= 0xfe && b[2] < 50 && (len(b) == 3 || b[3] == 0xff || b[3] < 0x80)
}

func isSIP(b []byte) bool {
	if bytes.HasPrefix(b, []byte("SIP/2.0 ")) {
		return true
	}
	line, _, ok := bytes.Cut(b[:min(len(b), 512)], []byte("\r\n"))
	return ok && bytes.HasSuffix(line, []byte(" SIP/2.0"))
}

// isNTP checks version, mode and length (RFC 5905, 7.3).
func isNTP(b []byte) bool {
	v, mode := b[0]>>3&7, b[0]&7
	return v >= 1 && v <= 4 && mode >= 1 && (mode <= 5 && len(b) >= 48 || mode >= 6 && len(b) >= 8)
}

// isQUIC checks for a long header of a version that exists (RFC 9000, RFC 9369,
// drafts 27 to 34).
func isQUIC(b []byte) bool {
	if b[0]&0xc0 != 0xc0 || len(b) < 20 {
		return false
	}
	v := binary.BigEndian.Uint32(b[1:])
	return quic.Known(v) && b[5] <= 20
}

// isSNMP looks for the sequence, its length, and the version.
func isSNMP(b []byte) bool {
	if b[0] != 0x30 {
		return false
	}
	i := 2
	if b[1] >= 0x81 && b[1] <= 0x84 {
		i += int(b[1] & 0x0f)
	}
	return len(b) >= i+3 && b[i] == 2 && b[i+1] == 1 && (b[i+2] <= 1 || b[i+2] == 3)
}

// isSyslog looks for the priority (RFC 5424, 6.2.1).
func isSyslog(b []byte) bool {
	if b[0] != '<' {
		return false
	}
	i := bytes.IndexByte(b[:5], '>')
	if i < 2 {
		return false
	}
	for _, c := range b[1:i] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
