// Package cdp decodes the Cisco Discovery Protocol and the Foundry Discovery
// Protocol, which has the same form.
package cdp

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// Packet is what a device says of itself.
type Packet struct {
	DeviceID     string
	PortID       string
	Version      string // software version, several lines
	Platform     string
	SystemName   string
	Capabilities []string // named as LLDP names them, where LLDP has a name
	Addresses    []netip.Addr
	Domain       string // of VTP
	NativeVLAN   uint16 // 0 where not told
	VoiceVLAN    uint16 // 0 where not told
	Duplex       string // "full", "half"
}

// Errors of Decode.
var (
	ErrShort   = errors.New("cdp: a TLV ends beyond the end of the frame")
	ErrVersion = errors.New("cdp: version is neither 1 nor 2")
)

// maxAddresses bounds the addresses of one packet.
const maxAddresses = 64

// Decode reads the packet that follows the SNAP header. What came before a
// damaged TLV is returned with the error.
func Decode(b []byte) (Packet, error) {
	if len(b) < 4 {
		return Packet{}, ErrShort
	}
	if b[0] != 1 && b[0] != 2 {
		return Packet{}, ErrVersion
	}
	var p Packet
	for b = b[4:]; len(b) > 0; {
		if len(b) < 4 {
			return p, ErrShort
		}
		kind, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return p, ErrShort
		}
		p.tlv(kind, b[4:n])
		b = b[n:]
	}
	return p, nil
}

func (p *Packet) tlv(kind uint16, v []byte) {
	switch kind {
	case 0x0001:
		p.DeviceID = string(v)
	case 0x0002, 0x0016: // addresses, management addresses
		p.addresses(v)
	case 0x0003:
		p.PortID = string(v)
	case 0x0004:
		if len(v) >= 4 {
			p.Capabilities = capabilities(binary.BigEndian.Uint32(v))
		}
	case 0x0005:
		p.Version = string(v)
	case 0x0006:
		p.Platform = string(v)
	case 0x0009:
		p.Domain = string(v)
	case 0x000a:
		if len(v) == 2 {
			p.NativeVLAN = binary.BigEndian.Uint16(v)
		}
	case 0x000b:
		if len(v) == 1 {
			p.Duplex = []string{"half", "full"}[v[0]&1]
		}
	case 0x000e: // appliance ID, VLAN
		if len(v) == 3 && v[0] == 1 {
			p.VoiceVLAN = binary.BigEndian.Uint16(v[1:])
		}
	case 0x0014:
		p.SystemName = string(v)
	}
}

// addresses reads a count and as many addresses: protocol type and length,
// protocol, address length, address.
func (p *Packet) addresses(v []byte) {
	if len(v) < 4 {
		return
	}
	for v = v[4:]; len(v) >= 2 && len(p.Addresses) < maxAddresses; {
		n := 2 + int(v[1])
		if len(v) < n+2 {
			return
		}
		proto := v[2:n]
		alen := int(binary.BigEndian.Uint16(v[n:]))
		if len(v) < n+2+alen {
			return
		}
		addr := v[n+2 : n+2+alen]
		switch {
		case v[0] == 1 && string(proto) == "\xcc" && alen == 4: // NLPID of IP
			p.add(netip.AddrFrom4([4]byte(addr)))
		case v[0] == 2 && string(proto) == "\xaa\xaa\x03\x00\x00\x00\x86\xdd" && alen == 16:
			p.add(netip.AddrFrom16([16]byte(addr)))
		}
		v = v[n+2+alen:]
	}
}

func (p *Packet) add(a netip.Addr) {
	for _, have := range p.Addresses {
		if have == a {
			return
		}
	}
	p.Addresses = append(p.Addresses, a)
}

func capabilities(bits uint32) []string {
	var out []string
	for i, n := range []string{"router", "bridge", "sourceRouteBridge", "bridge", "host", "igmp", "repeater", "telephone", "remotelyManaged"} {
		if bits&(1<<i) != 0 && (i != 3 || bits&2 == 0) { // 3 is "switch": a bridge too
			out = append(out, n)
		}
	}
	return out
}
