package save

import (
	"bytes"
	"encoding/binary"

	"kanmon/discover/internal/wire/dtls"
	"kanmon/discover/internal/wire/vpn"
)

// By these a conversation begins, before anybody has said who he is.

// stripTCP returns how much of the payload of a segment stays: hellos of TLS
// (RFC 8446, 4), the banner of SSH (RFC 4253, 4.2), the messages by which PPTP
// (RFC 2637, 2.1) and BGP (RFC 4271, 4.2) begin, and the words by which SSTP and
// SoftEther VPN do.
func stripTCP(b []byte, sport, dport uint16) int {
	switch {
	case len(b) >= 6 && b[0] == 22 && b[1] == 3 && b[2] <= 4 && b[5] == 1: // the client's
		return min(len(b), 5+int(binary.BigEndian.Uint16(b[3:])))
	case len(b) >= 6 && b[0] == 22 && b[1] == 3 && b[2] <= 4 && b[5] == 2: // the server's, and its certificate
		return len(b)
	case bytes.HasPrefix(b, []byte("SSH-2.0-")), bytes.HasPrefix(b, []byte("SSH-1.")) && len(b) >= 8:
		return 1 + max(bytes.IndexByte(b[:min(len(b), 255)], '\n'), 7)
	case len(b) > 2 && int(binary.BigEndian.Uint16(b)) == len(b)-2 && openVPNReset(b[2:]):
		return len(b)
	case (sport == 1723 || dport == 1723) && len(b) >= 12 && vpn.PPTP(b):
		if b[9] <= 2 { // Start-Control-Connection
			return min(len(b), 156)
		}
		return 12
	case (sport == 179 || dport == 179) && len(b) >= 19 && bytes.Count(b[:16], []byte{0xff}) == 16:
		if b[18] == 1 { // OPEN
			return min(len(b), int(binary.BigEndian.Uint16(b[16:])))
		}
		return 19
	case vpn.SSTP(b):
		return len("SSTP_DUPLEX_POST ")
	case vpn.SoftEtherHTTP(b):
		return bytes.Index(b, []byte(".cgi")) + len(".cgi")
	}
	return 0
}

// stripHandshake returns how much of a datagram stays by which a conversation
// begins: QUIC Initial (RFC 9000, 17.2.2), hellos of DTLS (RFC 6347, 4.3.2), and
// handshakes of WireGuard, of whose data only the header stays.
func stripHandshake(b []byte) int {
	switch {
	case len(b) >= 1200 && b[0]&0xc0 == 0xc0 && isQUIC(binary.BigEndian.Uint32(b[1:])):
		return len(b)
	case len(b) >= 14 && b[0] == 22 && b[1] == 0xfe && b[2] >= 0xfc && b[13] >= 1 && b[13] <= 3:
		return min(len(b), 13+int(binary.BigEndian.Uint16(b[11:])))
	case len(b) >= 14 && b[0] == 22 && b[13] == 1 && dtls.Is(b): // of the version before 1.0
		return min(len(b), 13+int(binary.BigEndian.Uint16(b[11:])))
	case vpn.ZeroTier(b, len(b)): // who greets, and when
		return 47
	case len(b) < 64 && b[0] == 'I' && vpn.SoftEther(b): // an address and a port
		return len(b)
	case vpn.Tailscale(b): // the sender's key; what follows is encrypted
		clear(b[38:])
		return 80
	case len(b) >= 32 && b[0] >= 1 && b[0] <= 4 && b[1] == 0 && b[2] == 0 && b[3] == 0:
		if size := [5]int{0, 148, 92, 64, 0}[b[0]]; len(b) == size { // indexes, or a nonce; keys are for the two ends
			clear(b[[5]int{0, 8, 12, 16, 0}[b[0]]:])
			return len(b)
		}
		if b[0] == 4 && len(b)%16 == 0 && binary.BigEndian.Uint32(b[12:]) == 0 { // data: receiver and counter
			clear(b[16:32])
			return 32
		}
	case openVPNReset(b):
		return len(b)
	}
	return 0
}

// openVPNReset reports whether b is the packet by which an end of OpenVPN begins
// (opcodes 7, 8 and 10): a session, perhaps a digest with a number and a time,
// what it acknowledges, and packet number 0. It holds nothing else. The digest
// is overwritten, so that nothing of that length passes for one.
func openVPNReset(b []byte) bool {
	n := len(b)
	if n < 14 || b[0] != 0x38 && b[0] != 0x40 && b[0] != 0x50 || binary.BigEndian.Uint32(b[n-4:]) != 0 {
		return false
	}
	switch {
	case b[0] == 0x40 && n >= 26 && b[n-17] == 1 && binary.BigEndian.Uint32(b[n-16:]) == 0: // the client's packet 0 and session
		n -= 12
	case b[n-5] != 0:
		return false
	}
	switch n - 14 {
	case 0:
		return true
	case 8 + 16, 8 + 20, 8 + 28, 8 + 32, 8 + 48, 8 + 64: // digests from MD5 to SHA-512
		clear(b[9 : n-5])
		return true
	}
	return false
}

// isQUIC reports whether v is a version of QUIC whose first packets everybody
// can read (RFC 9000, RFC 9369, drafts).
func isQUIC(v uint32) bool { return v == 1 || v == 0x6b3343cf || v>>8 == 0xff0000 }
