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
// on a TCP connection between two ports, shows; empty where it shows none.
func TCP(b []byte, src, dst uint16) string {
	if len(b) < 4 {
		return ""
	}
	if b[0] == 22 && b[1] == 3 && b[2] <= 4 && len(b) > 5 && (b[5] == 1 || b[5] == 2) {
		return "tls"
	}
	if x := textTCP(b); x != "" {
		return x
	}
	for _, look := range []func([]byte) string{remoteTCP, medicalTCP, officeTCP, dataTCP, controlTCP} {
		if x := look(b); x != "" {
			return x
		}
	}
	either := func(p uint16) bool { return src == p || dst == p }
	switch {
	case either(portTeamViewer) && isTeamViewer(b):
		return "teamviewer"
	case either(502) && isModbus(b):
		return "modbus"
	case either(2404) && isIEC104(b):
		return "iec104"
	case either(9100) && isPrinterLanguage(b):
		return "jetdirect"
	case either(515) && isLPD(b):
		return "lpd"
	case either(49) && isTACACS(b):
		return "tacacs"
	}
	return ""
}

// textTCP returns the protocol of b, which is text; empty where it is none.
func textTCP(b []byte) string {
	starts := func(s string) bool { return bytes.HasPrefix(b, []byte(s)) }
	switch {
	case starts("HTTP/1.") || starts("PRI * HTTP/2.0"):
		return "http"
	case httphost.IsRequest(b) && (bytes.Contains(b[:min(len(b), 2048)], []byte(" HTTP/1.")) || isLongTarget(b)):
		if isIPP(b) {
			return "ipp"
		}
		return "http"
	case starts("EHLO ") || starts("HELO "):
		return "smtp"
	case starts("220 ") || starts("220-"):
		return greeting(b)
	case starts("+OK "):
		return "pop3"
	case starts("* OK "):
		return "imap"
	case starts("RTSP/1.") || bytes.Contains(b[:min(len(b), 32)], []byte(" rtsp://")):
		return "rtsp"
	case isSIP(b):
		return "sip"
	case starts("@RSYNCD:"):
		return "rsync"
	}
	return ""
}

// isLongTarget reports whether a request's first line goes on beyond the payload,
// as only that of the web does.
func isLongTarget(b []byte) bool {
	i := bytes.IndexByte(b, ' ')
	return len(b) >= 512 && i > 0 && b[i+1] == '/' && !bytes.ContainsAny(b, "\r\n")
}

// greeting tells SMTP from FTP, whose servers greet with the same number.
func greeting(b []byte) string {
	line, _, _ := bytes.Cut(b[:min(len(b), 512)], []byte{'\n'})
	switch line = bytes.ToUpper(line); {
	case bytes.Contains(line, []byte("SMTP")):
		return "smtp"
	case bytes.Contains(line, []byte("FTP")):
		return "ftp"
	}
	return ""
}

// isIPP looks for a request of IPP over HTTP (RFC 8010, 4).
func isIPP(b []byte) bool {
	head, _, _ := bytes.Cut(b[:min(len(b), 2048)], []byte("\r\n\r\n"))
	return bytes.HasPrefix(b, []byte("POST ")) && bytes.Contains(bytes.ToLower(head), []byte("\r\ncontent-type: application/ipp"))
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
	case (either(1812) || either(1813) || either(1645) || either(1646) || either(3799)) && isRADIUS(b):
		return "radius"
	case either(514) && isSyslog(b):
		return "syslog"
	case either(69) && b[0] == 0 && (b[1] == 1 || b[1] == 2) && bytes.HasSuffix(b, []byte{0}):
		return "tftp"
	case isTeamViewerUDP(b):
		return "teamviewer"
	case b[0] == 0x81 && (b[1] <= 0x0b) && int(binary.BigEndian.Uint16(b[2:])) == len(b) && b[4] == 1:
		return "bacnet"
	case isKerberos(b):
		return "kerberos"
	case either(389) && isLDAP(b):
		return "ldap"
	case isRPC(b):
		return rpc(b)
	case len(b) >= 240 && (b[0] == 1 || b[0] == 2) && binary.BigEndian.Uint32(b[236:]) == 0x63825363:
		return "dhcp"
	}
	return portUDP(b, either)
}

// portUDP looks at datagrams whose headers say little, on the ports that they
// have.
func portUDP(b []byte, either func(uint16) bool) string {
	switch {
	case either(137) && isNBNS(b):
		return "nbns"
	case either(portRustDesk) && isRustDesk(b):
		return "rustdesk"
	case either(3389) && isRDPUDP(b):
		return "rdp"
	case either(623) && b[0] == 6 && b[1] == 0 && (b[3] == 6 || b[3] == 7): // RMCP ([IPMI] 13.1.3)
		return "ipmi"
	case (either(2055) || either(9995) || either(9996)) && isNetFlow(b):
		return "netflow"
	case either(4739) && binary.BigEndian.Uint16(b) == 10 && int(binary.BigEndian.Uint16(b[2:])) == len(b): // RFC 7011, 3.1
		return "ipfix"
	case either(6343) && len(b) >= 28 && binary.BigEndian.Uint32(b) == 5 && (binary.BigEndian.Uint32(b[4:]) == 1 || binary.BigEndian.Uint32(b[4:]) == 2):
		return "sflow"
	case either(5683) && b[0]>>6 == 1 && b[0]&0x0f <= 8 && (b[1] < 8 || b[1]>>5 == 2 || b[1]>>5 == 4 || b[1]>>5 == 5): // RFC 7252, 3
		return "coap"
	}
	return ""
}

// isNBNS looks for a question or an answer with one name in the encoding of
// NetBIOS (RFC 1001, 14.1).
func isNBNS(b []byte) bool {
	if len(b) < 46 || b[12] != 32 || b[45] != 0 {
		return false
	}
	for _, c := range b[13:45] {
		if c < 'A' || c > 'P' {
			return false
		}
	}
	return true
}

// isNetFlow checks versions 5 and 9 (RFC 3954, 5.1).
func isNetFlow(b []byte) bool {
	if len(b) < 20 {
		return false
	}
	version, count := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
	return version == 5 && len(b) == 24+48*count || version == 9 && count > 0 && count <= 128
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
	return v >= 1 && v <= 4 && (mode >= 1 && mode <= 5 && len(b) >= 48 || mode == 6 && len(b) >= 12 || mode == 7 && len(b) >= 8 && b[1]&0x7f == 0)
}

// isRADIUS checks the code, the length and the attributes (RFC 2865, 3).
func isRADIUS(b []byte) bool {
	if len(b) < 20 || int(binary.BigEndian.Uint16(b[2:])) != len(b) || b[0] == 0 || b[0] > 45 || b[0] > 13 && b[0] < 40 {
		return false
	}
	for b = b[20:]; len(b) > 0; b = b[b[1]:] {
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return false
		}
	}
	return true
}

// isQUIC checks for a long header of a version that exists (RFC 9000, RFC 9369,
// drafts 27 to 34).
func isQUIC(b []byte) bool {
	return len(b) >= 20 && b[0]&0xc0 == 0xc0 && quic.Known(binary.BigEndian.Uint32(b[1:])) && b[5] <= 20
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
