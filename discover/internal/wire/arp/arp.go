// Package arp decodes ARP packets (RFC 826) and says whose address they give.
package arp

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// Packet is an ARP packet for IPv4 over a link with 48-bit addresses.
type Packet struct {
	Op       uint16 // 1 request, 2 reply
	Sender   [6]byte
	SenderIP netip.Addr
	Target   [6]byte
	TargetIP netip.Addr
}

// ErrShort says that a packet ends before its last field.
var ErrShort = errors.New("arp: packet is cut short")

// ErrOther says that a packet is not about IPv4 over a 48-bit link.
var ErrOther = errors.New("arp: not IPv4 over 48-bit link addresses")

const packetLen = 28

// Decode reads an ARP packet. The hardware type is not looked at, since
// bridges between media keep 6-octet addresses under several numbers.
func Decode(b []byte) (Packet, error) {
	if len(b) < 8 {
		return Packet{}, ErrShort
	}
	if binary.BigEndian.Uint16(b[2:]) != 0x0800 || b[4] != 6 || b[5] != 4 {
		return Packet{}, ErrOther
	}
	if len(b) < packetLen {
		return Packet{}, ErrShort
	}
	return Packet{
		Op:       binary.BigEndian.Uint16(b[6:]),
		Sender:   [6]byte(b[8:14]),
		SenderIP: netip.AddrFrom4([4]byte(b[14:18])),
		Target:   [6]byte(b[18:24]),
		TargetIP: netip.AddrFrom4([4]byte(b[24:28])),
	}, nil
}

// Binding returns the address that the sender gives as its own. There is none
// in a probe (RFC 5227, 2.1.1), whose sender address is zero, nor where the
// sender's link address cannot be a host's.
func (p Packet) Binding() (netip.Addr, [6]byte, bool) {
	if p.Op != 1 && p.Op != 2 {
		return netip.Addr{}, [6]byte{}, false
	}
	if p.SenderIP.IsUnspecified() || p.SenderIP.IsMulticast() || p.SenderIP == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return netip.Addr{}, [6]byte{}, false
	}
	if p.Sender == [6]byte{} || p.Sender[0]&1 != 0 {
		return netip.Addr{}, [6]byte{}, false
	}
	return p.SenderIP, p.Sender, true
}
