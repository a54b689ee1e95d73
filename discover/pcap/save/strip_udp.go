package save

import (
	"bytes"
	"encoding/binary"

	"kanmon/discover/internal/wire/tzsp"
	"kanmon/discover/internal/wire/vpn"
	"kanmon/discover/pcap/internal/frame"
)

// stripUDP returns how much of a datagram's payload stays.
func stripUDP(b []byte, sport, dport uint16, group bool, depth int) int {
	inner := func(in []byte, ok bool) int {
		if !ok {
			return 0
		}
		return len(b) - len(in) + stripEthernet(in, depth)
	}
	switch port := wellKnown(sport, dport); port {
	case 137, 138:
		return stripNetBIOS(b, port == 138)
	case 53, 67, 68, 520, 521, 546, 547:
		if port == 520 && len(b) >= 24 && b[4] == 0xff && b[5] == 0xff { // RIP with a password (RFC 2453, 4.1)
			clear(b[8:24])
		}
		return len(b)
	case 123:
		return min(len(b), 48)
	case 500, 4500:
		return stripIKE(b, port == 4500)
	case 4501: // of GlobalProtect
		return stripESP(b)
	case 1701:
		return stripL2TP(b)
	case 1900:
		if group || bytes.HasPrefix(b, []byte("HTTP/1.1 200")) {
			return len(b)
		}
	case 1985, 2029: // HSRP; its password is the same in most places, and still one
		if len(b) >= 20 && b[0] == 0 {
			clear(b[8:16])
			return 20
		}
		return min(len(b), 42)
	case 3544:
		if in, ok := vpn.Teredo(b); ok {
			return len(b) - len(in) + stripType(frame.EtherIPv6, in, depth+1)
		}
	case 3702:
		if bytes.Contains(b[:min(len(b), 1024)], []byte("/ws/2005/04/discovery")) {
			return len(b)
		}
	case 4789, 8472:
		return inner(vpn.VXLAN(b))
	case 5353, 5355, 5678:
		if group || sport == port {
			return len(b)
		}
	case 5351: // addresses and ports only (RFC 6886, 3.2; RFC 6887, 11.1)
		return min(len(b), 60)
	case 6081:
		return inner(vpn.Geneve(b))
	case tzsp.Port:
		return inner(tzsp.Ethernet(b))
	case 1194: // opcode and session, or peer and number
		if !openVPNReset(b) {
			return min(len(b), 14)
		}
	case 5246: // CAPWAP control (RFC 5415, 4), before it is encrypted
		if len(b) >= 8 && b[0] == 0 {
			return len(b)
		}
	}
	return stripHandshake(b)
}

// wellKnown returns the port of the two that stands for a protocol: the lower
// one, as far as it is one that stripUDP knows. Where the lower one is of a
// server that it does not know, the other was taken by a client at random.
func wellKnown(sport, dport uint16) uint16 {
	for _, p := range [2]uint16{min(sport, dport), max(sport, dport)} {
		switch p {
		case 53, 67, 68, 123, 137, 138, 500, 520, 521, 546, 547, 1194, 1701, 1900, 1985, 2029, 3544, 3702, 4500, 4501, 4789,
			5246, 5351, 5353, 5355, 5678, 6081, 8472, tzsp.Port:
			return p
		}
		if p < 1024 && p != 0 {
			return 0
		}
	}
	return 0
}

// stripNetBIOS keeps what NetBIOS says of names (RFC 1002, 4.2 and 4.4.1), unless
// it is of the name of a user.
func stripNetBIOS(b []byte, datagram bool) int {
	user := func(at int) bool { // a name of 32 letters, the last two of which stand for 03
		return len(b) >= at+33 && b[at] == 32 && b[at+31] == 'A' && b[at+32] == 'D'
	}
	switch {
	case datagram && (user(14) || user(48)):
		return min(len(b), 14)
	case datagram:
		return min(len(b), 82)
	case user(12):
		return 12
	}
	return len(b)
}

// stripIKE keeps messages of IKE before which nobody has said who he is: main
// mode of version 1 and IKE_SA_INIT of version 2 (RFC 2408, 3.1; RFC 7296, 3.1).
func stripIKE(b []byte, marked bool) int {
	n := 0
	if marked {
		if len(b) < 4 || binary.BigEndian.Uint32(b) != 0 {
			return stripESP(b)
		}
		n = 4
	}
	if len(b) >= n+28 && (b[n+18] == 2 || b[n+18] == 34) {
		return len(b)
	}
	return min(len(b), n+28)
}

// stripESP keeps the numbers with which ESP begins (RFC 4303, 2), and blanks for
// what no packet of it is without.
func stripESP(b []byte) int {
	if n, ok := vpn.DecodeNATT(b, true); !ok || n.IKE != nil {
		return 0
	}
	b = b[:min(len(b), 20)]
	clear(b[min(len(b), 8):])
	return len(b)
}

// stripL2TP keeps the two messages that open a control connection (RFC 2661,
// 6.1); later ones may name users.
func stripL2TP(b []byte) int {
	if len(b) >= 20 && b[0]&0x80 != 0 && (b[19] == 1 || b[19] == 2) && b[18] == 0 {
		return len(b)
	}
	if b[0]&0x80 != 0 {
		return min(len(b), 20)
	}
	return min(len(b), 6)
}
