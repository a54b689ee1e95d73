// Package neighbor decodes the smaller protocols in which a device tells its
// neighbours of itself: EDP of Extreme, SONMP of Nortel, UDLD of Cisco, MNDP of
// MikroTik, and the discovery protocol of Ubiquiti. None of them is published;
// their forms are taken from the programs that read them (lldpd, Wireshark,
// Nmap).
package neighbor

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"kanmon/discover/internal/wire/said"
)

// Announcement is what a device says of itself. What a protocol does not tell is
// empty.
type Announcement struct {
	DeviceID        string
	DeviceIDSubtype string // as LLDP names it: "macAddress", "networkAddress"; empty for a plain name
	PortID          string
	PortIDSubtype   string // "interfaceName", "local"
	Name            string
	Version         string // of the software
	Model           string
	Addresses       []netip.Addr
}

// maxAddresses bounds the addresses of one announcement.
const maxAddresses = 32

func (a *Announcement) add(ip netip.Addr) {
	if ip.IsUnspecified() || ip.IsMulticast() || len(a.Addresses) >= maxAddresses || slices.Contains(a.Addresses, ip) {
		return
	}
	a.Addresses = append(a.Addresses, ip)
}

func (a *Announcement) device(mac []byte) {
	if len(mac) == 6 && [6]byte(mac) != [6]byte{} {
		a.DeviceID, a.DeviceIDSubtype = net.HardwareAddr(mac).String(), "macAddress"
	}
}

// EDP reads what follows the SNAP header (OUI 00-E0-2B, protocol 0x00bb): a
// header of 16 octets with the address of the device, then elements that begin
// with 0x99. A device sends its VLANs in a frame of their own.
func EDP(b []byte) (Announcement, bool) {
	const header, marker = 16, 0x99
	if len(b) < header || b[0] != 1 || binary.BigEndian.Uint16(b[8:]) != 0 { // identified by a MAC address
		return Announcement{}, false
	}
	var a Announcement
	a.device(b[10:16])
	if a.DeviceID == "" {
		return Announcement{}, false
	}
	if n := int(binary.BigEndian.Uint16(b[2:])); n >= header && n < len(b) {
		b = b[:n]
	}
	for b = b[header:]; len(b) >= 4 && b[0] == marker; {
		kind, n := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			break
		}
		v := b[4:n]
		b = b[n:]
		switch {
		case kind == 0:
			return a, true
		case kind == 1:
			a.Name = said.Text(v)
		case kind == 2 && len(v) >= 16:
			a.PortID = fmt.Sprintf("%d/%d", int(binary.BigEndian.Uint16(v))+1, int(binary.BigEndian.Uint16(v[2:]))+1)
			a.PortIDSubtype = "interfaceName"
			a.Version = fmt.Sprintf("%d.%d.%d.%d", v[12], v[13], v[14], v[15])
		case kind == 5 && len(v) >= 12:
			a.add(netip.AddrFrom4([4]byte(v[8:12])))
		}
	}
	return a, true
}

// SONMP reads what follows the SNAP header (OUI 00-00-81, protocol 0x01a1 or
// 0x01a2): the address of the device, three octets that name the port, and the
// type of the chassis.
func SONMP(b []byte) (Announcement, bool) {
	if len(b) < 11 {
		return Announcement{}, false
	}
	ip := netip.AddrFrom4([4]byte(b))
	if ip.IsUnspecified() || ip.IsMulticast() {
		return Announcement{}, false
	}
	a := Announcement{DeviceID: ip.String(), DeviceIDSubtype: "networkAddress", PortIDSubtype: "local", Addresses: []netip.Addr{ip}}
	switch {
	case b[4] == 0 && b[5] == 0:
		a.PortID = fmt.Sprintf("%d", b[6])
	case b[4] == 0:
		a.PortID = fmt.Sprintf("%d/%d", b[5], b[6])
	default:
		a.PortID = fmt.Sprintf("%02x-%02x-%02x", b[4], b[5], b[6])
	}
	if n := b[7]; n > 1 {
		a.Model = fmt.Sprintf("Nortel chassis type %d", n) // s5ChasType of the S5-CHASSIS-MIB
	}
	return a, true
}

// UDLD reads what follows the SNAP header (OUI 00-00-0C, protocol 0x0111; RFC
// 5171).
func UDLD(b []byte) (Announcement, bool) {
	if len(b) < 4 || b[0]>>5 != 1 || b[0]&0x1f > 3 {
		return Announcement{}, false
	}
	var a Announcement
	for b = b[4:]; len(b) >= 4; {
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			break
		}
		switch v := b[4:n]; kind {
		case 1:
			a.DeviceID = said.Text(v)
		case 2:
			a.PortID = said.Text(v)
		case 6:
			a.Name = said.Text(v)
		}
		b = b[n:]
	}
	return a, a.DeviceID != ""
}
