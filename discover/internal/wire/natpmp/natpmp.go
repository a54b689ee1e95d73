// Package natpmp decodes what a gateway answers to hosts that ask it for ports:
// NAT-PMP (RFC 6886) and the Port Control Protocol (RFC 6887). Both tell the
// address that the gateway has outside.
package natpmp

import (
	"encoding/binary"
	"net/netip"
)

// External reads a datagram from UDP port 5351 of a gateway and returns its
// external address, and false where the datagram does not tell it.
func External(b []byte) (netip.Addr, bool) {
	var ip netip.Addr
	switch {
	case len(b) == 12 && b[0] == 0 && b[1] == 128: // NAT-PMP: external address (3.2)
		if binary.BigEndian.Uint16(b[2:]) != 0 {
			return netip.Addr{}, false
		}
		ip = netip.AddrFrom4([4]byte(b[8:]))
	case len(b) >= 60 && b[0] == 2 && (b[1] == 0x81 || b[1] == 0x82): // PCP: answer to MAP or PEER (11.1, 12.1)
		if b[3] != 0 {
			return netip.Addr{}, false
		}
		ip = netip.AddrFrom16([16]byte(b[44:])).Unmap()
	default:
		return netip.Addr{}, false
	}
	return ip, !ip.IsUnspecified() && !ip.IsMulticast() && !ip.IsLoopback()
}
