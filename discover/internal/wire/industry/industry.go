// Package industry reads what controllers of buildings and plants say of
// themselves: BACnet, Modbus, EtherNet/IP, OPC UA and PROFINET. Process values
// are not looked at.
package industry

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"

	"kanmon/discover/internal/wire/said"
)

// Ports at which the protocols are looked for, because their octets alone leave
// a doubt.
const (
	PortModbus     = 502
	PortEtherNetIP = 44818
	PortBACnet     = 47808
)

// Modbus reads the answer to Read Device Identification (MODBUS Application
// Protocol 1.1b3, 6.21) over TCP.
func Modbus(b []byte) (said.Message, bool) {
	if len(b) < 8 || b[2] != 0 || b[3] != 0 || int(binary.BigEndian.Uint16(b[4:])) != len(b)-6 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "modbus"}
	if len(b) < 14 || b[7] != 0x2b || b[8] != 0x0e {
		return m, true
	}
	m.Sender = said.Server
	names := [...]string{"vendor-name", "product-code", "revision", "", "product-name", "model-name"}
	n := int(b[13])
	for b = b[14:]; n > 0 && len(b) >= 2 && len(b) >= 2+int(b[1]); n-- {
		if id := int(b[0]); id < len(names) && names[id] != "" {
			m.Add(names[id], string(b[2:2+int(b[1])]))
		}
		b = b[2+int(b[1]):]
	}
	return m, true
}

// EtherNetIP reads the answer to ListIdentity (ODVA, CIP volume 2, 2-4.2).
func EtherNetIP(b []byte) (said.Message, bool) {
	if len(b) < 24 || int(binary.LittleEndian.Uint16(b[2:])) != len(b)-24 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "ethernet-ip", Sender: said.Client}
	switch binary.LittleEndian.Uint16(b) {
	case 0x63:
	case 4, 0x64, 0x65, 0x66, 0x6f, 0x70: // ListServices … SendUnitData
		m.Sender = said.Unknown
		return m, true
	default:
		return said.Message{}, false
	}
	if len(b) == 24 {
		return m, true
	}
	m.Sender = said.Server
	if len(b) < 63 || binary.LittleEndian.Uint16(b[26:]) != 0x0c {
		return m, true
	}
	b = b[48:] // behind the item's header, version and socket address
	m.Add("vendor-id", strconv.Itoa(int(binary.LittleEndian.Uint16(b))))
	m.Add("device-type", strconv.Itoa(int(binary.LittleEndian.Uint16(b[2:]))))
	m.Add("product-code", strconv.Itoa(int(binary.LittleEndian.Uint16(b[4:]))))
	m.Add("revision", fmt.Sprintf("%d.%d", b[6], b[7]))
	m.Add("serial-number", fmt.Sprintf("%08x", binary.LittleEndian.Uint32(b[10:])))
	if n := int(b[14]); 15+n <= len(b) {
		m.Add("product-name", string(b[15:15+n]))
	}
	return m, true
}

// OPCUA reads a Hello (OPC 10000-6, 7.1.2.3), which says by which name its
// sender knows the server.
func OPCUA(b []byte) (said.Message, bool) {
	if len(b) < 8 || int64(binary.LittleEndian.Uint32(b[4:])) < 28 {
		return said.Message{}, false
	}
	m := said.Message{Protocol: "opcua", Sender: said.Client}
	switch string(b[:4]) {
	case "ACKF":
		m.Sender = said.Server
		return m, int(binary.LittleEndian.Uint32(b[4:])) == 28
	case "HELF":
	default:
		return said.Message{}, false
	}
	if len(b) < 32 || int64(binary.LittleEndian.Uint32(b[28:])) > int64(len(b)-32) {
		return m, true
	}
	if u, err := url.Parse(string(b[32 : 32+binary.LittleEndian.Uint32(b[28:])])); err == nil && said.HostName(u.Hostname()) {
		m.AddOfPeer("called-name", u.Hostname())
	}
	return m, true
}

// Profinet is a frame of the Discovery and basic Configuration Protocol (IEC
// 61158-6-10, 4.3), behind its EtherType: what a station says of itself, and its
// address.
func Profinet(b []byte) (said.Message, netip.Addr, bool) {
	var ip netip.Addr
	if len(b) < 12 {
		return said.Message{}, ip, false
	}
	frame, service, kind := binary.BigEndian.Uint16(b), b[2], b[3]
	hello := frame == 0xfefc && service == 6
	answer := (frame == 0xfeff && service == 5 || frame == 0xfefd && service == 3) && kind == 1
	if !hello && !answer {
		return said.Message{}, ip, false
	}
	m := said.Message{Protocol: "profinet", Sender: said.Server}
	n := int(binary.BigEndian.Uint16(b[10:]))
	b = b[12:]
	b = b[:min(n, len(b))]
	for len(b) >= 6 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || n > len(b)-4 {
			break
		}
		value := b[6 : 4+n] // behind BlockInfo
		switch option := binary.BigEndian.Uint16(b); {
		case option == 0x0201:
			m.Add("station-type", string(bytes.TrimRight(value, "\x00 ")))
		case option == 0x0202:
			m.Add("station-name", string(bytes.TrimRight(value, "\x00 ")))
		case option == 0x0203 && len(value) >= 4:
			m.Add("vendor-id", fmt.Sprintf("%04x", binary.BigEndian.Uint16(value)))
			m.Add("device-id", fmt.Sprintf("%04x", binary.BigEndian.Uint16(value[2:])))
		case option == 0x0102 && len(value) >= 12:
			if a := netip.AddrFrom4([4]byte(value[:4])); !a.IsUnspecified() {
				ip = a
			}
		}
		b = b[min(4+n+n&1, len(b)):]
	}
	return m, ip, true
}
