package app

import (
	"bytes"
	"encoding/binary"
)

// officeTCP returns the protocol of directories, files and printers whose first
// octets b are; empty where they are of none.
func officeTCP(b []byte) string {
	switch {
	case b[0] == 0 && len(b) >= 8 && (b[4] == 0xff || b[4] == 0xfe) && string(b[5:8]) == "SMB":
		return "smb"
	case b[0] == 0x81 && len(b) == 72 && binary.BigEndian.Uint32(b) == 0x81000044: // session request (RFC 1002, 4.3.2)
		return "netbios-ssn"
	case isLDAP(b):
		return "ldap"
	case len(b) > 14 && b[0] == 0 && int(binary.BigEndian.Uint32(b)) == len(b)-4 && isKerberos(b[4:]): // RFC 4120, 7.2.2
		return "kerberos"
	case b[0]&0x80 != 0 && len(b) >= 28 && int(binary.BigEndian.Uint32(b)&0x7fffffff) == len(b)-4 && isRPC(b[4:]): // RFC 5531, 11
		return rpc(b[4:])
	case len(b) >= 24 && b[0] == 5 && b[1] == 0 && (b[2] == 11 || b[2] == 12) && b[4] == 0x10 && int(binary.LittleEndian.Uint16(b[8:])) == len(b):
		return "dcerpc" // bind or its acknowledgement (C706, 12.6.4)
	case bytes.HasPrefix(b, []byte("\x1b%-12345X")), bytes.HasPrefix(b, []byte("@PJL ")):
		return "jetdirect"
	}
	return ""
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

// isKerberos looks for a message to or from a key distribution centre, or an
// error (RFC 4120, 5.4.1, 5.4.2 and 5.9.1): the version 5, and a type that is
// that of the outermost tag.
func isKerberos(b []byte) bool {
	if len(b) < 14 || b[0]&0xe0 != 0x60 {
		return false
	}
	kind := b[0] & 0x1f
	rest, ok := intoDER(b)
	if !ok || len(rest) == 0 || rest[0] != 0x30 {
		return false
	}
	if rest, ok = intoDER(rest); !ok || len(rest) < 10 {
		return false
	}
	field := byte(0xa0)
	switch kind {
	case 10, 12: // AS-REQ, TGS-REQ, which count their fields from 1
		field = 0xa1
	case 11, 13, 30: // AS-REP, TGS-REP, KRB-ERROR
	default:
		return false
	}
	return bytes.Equal(rest[:10], []byte{field, 3, 2, 1, 5, field + 1, 3, 2, 1, kind})
}

// intoDER passes the tag and the length of an element.
func intoDER(b []byte) ([]byte, bool) {
	if len(b) < 2 {
		return nil, false
	}
	n := 2
	if b[1] > 0x80 && b[1] <= 0x84 {
		n += int(b[1] & 0x0f)
	}
	if len(b) < n {
		return nil, false
	}
	return b[n:], true
}

// isRPC looks for a call of ONC RPC version 2 (RFC 5531, 9) to one of the
// programs that rpc knows.
func isRPC(b []byte) bool { return rpc(b) != "" }

func rpc(b []byte) string {
	if len(b) < 24 || binary.BigEndian.Uint32(b[4:]) != 0 || binary.BigEndian.Uint32(b[8:]) != 2 ||
		binary.BigEndian.Uint32(b[16:]) > 4 || binary.BigEndian.Uint32(b[20:]) > 64 {
		return ""
	}
	switch binary.BigEndian.Uint32(b[12:]) {
	case 100000:
		return "portmap"
	case 100003:
		return "nfs"
	case 100005:
		return "mount"
	}
	return ""
}

// isPrinterLanguage looks for the start of a page in a language of printers.
func isPrinterLanguage(b []byte) bool {
	return b[0] == 0x1b && (b[1] == 'E' || b[1] == '@' || b[1] == '%') || bytes.HasPrefix(b, []byte("%!PS")) || bytes.HasPrefix(b, []byte("%PDF-"))
}

// isLPD looks for a command of the line printer daemon (RFC 1179, 5).
func isLPD(b []byte) bool {
	if b[0] < 1 || b[0] > 5 || b[len(b)-1] != '\n' || len(b) > 255 {
		return false
	}
	for _, c := range b[1 : len(b)-1] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
