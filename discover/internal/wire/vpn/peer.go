package vpn

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// Tailscale reports whether b is a message with which nodes of Tailscale look
// for ways to each other: "TS" and a speech balloon, the sender's key, a nonce,
// and a sealed box (disco/disco.go of its sources).
func Tailscale(b []byte) bool {
	return len(b) >= 6+32+24+16+2 && string(b[:6]) == "TS\xf0\x9f\x92\xac"
}

// SoftEther reports whether b is a datagram of the NAT traversal of SoftEther
// VPN: the answer in which a server tells the address that it saw, or a pack of
// named values (Pack.c and Network.c of its sources).
func SoftEther(b []byte) bool {
	if bytes.HasPrefix(b, []byte("IP=")) {
		rest, port, ok := bytes.Cut(b[3:], []byte(",PORT="))
		ip, err := netip.ParseAddr(string(rest[:min(len(rest), 46)]))
		return ok && err == nil && ip.Zone() == "" && len(port) >= 1 && len(port) <= 5 && digits(port)
	}
	if len(b) < 32 {
		return false
	}
	// the count of values, and the length of the first one's name, one more than it is
	count, n := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if count == 0 || count > 64 || n < 2 || n > 64 || int(n)+8 > len(b) {
		return false
	}
	for _, c := range b[8 : 8+n-1] {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	for _, name := range []string{"\x00\x00\x00\x07opcode", "\x00\x00\x00\x0cmachine_key", "\x00\x00\x00\x16nat_traversal_version", "\x00\x00\x00\x09tran_id"} {
		if bytes.Contains(b, []byte(name)) {
			return true
		}
	}
	return false
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// Tinc reports whether b is the first line that each side of a connection of
// tinc sends: its request number 0, its name, and the version of the protocol,
// 17 with or without a minor one (doc/PROTOCOL of its sources).
func Tinc(b []byte) bool {
	line, _, ok := bytes.Cut(b[:min(len(b), 64)], []byte{'\n'})
	if !ok || !bytes.HasPrefix(line, []byte("0 ")) {
		return false
	}
	name, version, ok := bytes.Cut(line[2:], []byte{' '})
	if !ok || len(name) == 0 {
		return false
	}
	for _, c := range name {
		if c != '_' && c != '^' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	minor, ok := bytes.CutPrefix(version, []byte("17"))
	return ok && (len(minor) == 0 || minor[0] == '.' && len(minor) > 1 && digits(minor[1:]))
}

// ZeroTier reports whether b is a HELLO of ZeroTier, which is the one message
// that is not encrypted (node/Packet.hpp of its sources): it holds the sender's
// address twice, in the header and in its identity. A capture may have cut b off:
// size is how many octets the datagram has.
func ZeroTier(b []byte, size int) bool {
	const (
		source, flags, verb = 13, 18, 27
		version             = 28 // of the protocol; major, minor and revision of the program follow
		timestamp, identity = 33, 41
	)
	return size >= identity+5+1+64 && len(b) > identity+5 && b[flags]>>3&7 == 0 && b[verb]&0x1f == 1 && b[version] >= 4 && b[version] < 32 &&
		b[timestamp] == 0 && b[timestamp+1] == 0 && bytes.Equal(b[source:source+5], b[identity:identity+5]) &&
		!zero(b[identity:identity+5]) && b[identity+5] == 0
}

// SSTP reports whether b is the request that opens a tunnel of SSTP ([MS-SSTP]
// 2.2.1), as it stands in the clear behind what ends TLS.
func SSTP(b []byte) bool { return bytes.HasPrefix(b, []byte("SSTP_DUPLEX_POST ")) }

// SoftEtherHTTP reports whether b is a request that opens a tunnel of SoftEther
// VPN over HTTP (Protocol.c of its sources).
func SoftEtherHTTP(b []byte) bool {
	rest, ok := bytes.CutPrefix(b, []byte("POST /vpnsvc/"))
	return ok && (bytes.HasPrefix(rest, []byte("connect.cgi")) || bytes.HasPrefix(rest, []byte("vpn.cgi")))
}

// IKEOverTCP reports whether b is the start of a connection that carries IKE and
// ESP (RFC 9329, 4).
func IKEOverTCP(b []byte) bool {
	if len(b) < 6+2+4 || string(b[:6]) != "IKETCP" {
		return false
	}
	n := int(binary.BigEndian.Uint16(b[6:]))
	return n >= 4+ikeHeader && binary.BigEndian.Uint32(b[8:]) == 0
}

// L2TPv3 reports whether b, what follows the header of IP, is a control message
// of L2TP version 3 without UDP (RFC 3931, 4.1.1.2): session 0, and the header
// of control messages. Data has too little of a header to be told.
func L2TPv3(b []byte, whole bool) bool {
	return len(b) >= 4 && binary.BigEndian.Uint32(b) == 0 && L2TP(b[4:], whole) && b[5]&0x0f == 3
}
