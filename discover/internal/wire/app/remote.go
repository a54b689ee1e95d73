package app

import (
	"bytes"
	"encoding/binary"
)

// remoteTCP returns the tool for remote access whose first octets b are; empty
// where they are of none.
func remoteTCP(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("SSH-")):
		return "ssh"
	case len(b) >= 12 && bytes.HasPrefix(b, []byte("RFB 0")) && b[7] == '.' && b[11] == '\n':
		return "vnc"
	case isRDP(b):
		return "rdp"
	case bytes.HasPrefix(b, []byte("\x7f\x7fICA\x00")), bytes.HasPrefix(b, []byte("\x1aCGP/01")):
		return "citrix"
	case isRadmin(b):
		return "radmin"
	case isTelnet(b):
		return "telnet"
	}
	return ""
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

// isRadmin looks for a packet of Radmin: type 1, the length of what follows the
// header, and the sum of its words.
func isRadmin(b []byte) bool {
	if len(b) < 10 || b[0] != 1 || int(binary.BigEndian.Uint32(b[1:])) != len(b)-9 || len(b) > 4096 {
		return false
	}
	var sum uint32
	for data := b[9:]; len(data) > 0; data = data[min(4, len(data)):] {
		var word [4]byte
		copy(word[:], data)
		sum += binary.LittleEndian.Uint32(word[:])
	}
	return sum == binary.BigEndian.Uint32(b[5:])
}

// isTelnet looks for option negotiation (RFC 854) at the start.
func isTelnet(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	return b[0] == 0xff && b[1] >= 0xfb && b[1] <= 0xfe && b[2] < 50 && (len(b) == 3 || b[3] == 0xff || b[3] < 0x80)
}

// portRustDesk is where servers of RustDesk listen.
const portRustDesk = 21116

// isRustDesk looks for the message by which a machine registers (RegisterPeer in
// rendezvous.proto of its sources): field 6, in it field 1 with its ID.
func isRustDesk(b []byte) bool {
	if len(b) < 10 || len(b) > 120 || b[0] != 0x32 || int(b[1]) != len(b)-2 || b[2] != 0x0a || b[3] < 6 || int(b[3])+4 > len(b) {
		return false
	}
	for _, c := range b[4 : 4+b[3]] {
		if c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	rest := b[4+b[3]:]
	return len(rest) == 0 || rest[0] == 0x10
}

// portTeamViewer is where relays of TeamViewer listen.
const portTeamViewer = 5938

// isTeamViewer looks for the start of a message of TeamViewer to a relay or from
// one, which the octets alone do not tell.
func isTeamViewer(b []byte) bool {
	return len(b) >= 9 && (b[0] == 0x17 && b[1] == 0x24 || b[0] == 0x11 && b[1] == 0x30)
}

// isTeamViewerUDP looks for what two machines send each other directly, on ports
// of their own.
func isTeamViewerUDP(b []byte) bool {
	return len(b) >= 20 && binary.BigEndian.Uint64(b) == 0 && bytes.Equal(b[10:13], []byte{3, 0x17, 0x24})
}

// isRDPUDP looks for the SYN datagram of RDP over UDP, which acknowledges
// nothing and is filled up to the size of a full one ([MS-RDPEUDP] 3.1.5.1.1).
func isRDPUDP(b []byte) bool {
	return len(b) >= 1132 && binary.BigEndian.Uint32(b) == 0xffffffff && b[7]&1 != 0
}
