// Package lldp decodes LLDP data units (IEEE Std 802.1AB-2016, 8).
package lldp

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Unit is an LLDP data unit.
type Unit struct {
	ChassisID, ChassisIDSubtype string // subtype by its name in LldpChassisIdSubtype
	PortID, PortIDSubtype       string // subtype by its name in LldpPortIdSubtype
	TTL                         uint16 // seconds; 0: the sender goes away
	PortDescription             string
	SystemName                  string
	SystemDescription           string
	Capabilities                []string // enabled ones, in the order of their bits
	ManagementAddresses         []netip.Addr
	Extensions                  []Extension
}

// Extension is something that an organizationally specific TLV tells: what kind
// of device it is, and which VLAN its port is in.
type Extension struct {
	Field string // "port-vlan", "med-class", "med-model", …
	Value string
}

// Errors of Decode.
var (
	ErrShort     = errors.New("lldp: a TLV ends beyond the end of the frame")
	ErrMandatory = errors.New("lldp: chassis ID, port ID and TTL do not stand first")
)

// What is kept of one unit at most.
const (
	maxAddresses  = 64
	maxExtensions = 32
)

// Decode reads the data unit b. Where a TLV after the three mandatory ones is
// damaged, what came before it is returned with the error.
func Decode(b []byte) (Unit, error) {
	var u Unit
	for i := 0; ; i++ {
		if len(b) == 0 && i > 2 {
			return u, nil // no end TLV: allowed since 802.1AB-2016
		}
		if len(b) < 2 {
			return u, ErrShort
		}
		head := binary.BigEndian.Uint16(b)
		kind, n := int(head>>9), int(head&0x1ff)
		if len(b) < 2+n {
			return u, ErrShort
		}
		v := b[2 : 2+n]
		b = b[2+n:]
		if i < 3 && kind != i+1 || i >= 3 && kind > 0 && kind < 4 {
			return u, ErrMandatory
		}
		if kind == 0 {
			return u, nil
		}
		if err := u.tlv(kind, v); err != nil {
			return u, err
		}
	}
}

func (u *Unit) tlv(kind int, v []byte) error {
	switch kind {
	case 1, 2:
		if len(v) < 2 {
			return fmt.Errorf("lldp: TLV %d holds no identifier", kind)
		}
		if kind == 1 {
			u.ChassisIDSubtype = name(chassisSubtypes(), v[0])
			u.ChassisID = identifier(u.ChassisIDSubtype, v[1:])
		} else {
			u.PortIDSubtype = name(portSubtypes(), v[0])
			u.PortID = identifier(u.PortIDSubtype, v[1:])
		}
	case 3:
		if len(v) < 2 {
			return errors.New("lldp: TTL is cut short")
		}
		u.TTL = binary.BigEndian.Uint16(v)
	case 4:
		u.PortDescription = string(v)
	case 5:
		u.SystemName = string(v)
	case 6:
		u.SystemDescription = string(v)
	case 7:
		if len(v) < 4 {
			return errors.New("lldp: capabilities are cut short")
		}
		u.Capabilities = Capabilities(binary.BigEndian.Uint16(v[2:]))
	case 127:
		if len(v) >= 4 && len(u.Extensions) < maxExtensions {
			u.extension([3]byte(v), v[3], v[4:])
		}
	case 8:
		if len(v) < 2 || len(v) < 1+int(v[0]) || v[0] == 0 {
			return errors.New("lldp: management address is cut short")
		}
		if a, ok := address(v[1 : 1+int(v[0])]); ok && len(u.ManagementAddresses) < maxAddresses {
			u.ManagementAddresses = append(u.ManagementAddresses, a)
		}
	}
	return nil
}

// identifier writes an ID as text: MAC addresses and network addresses in their
// usual form, what is printable as it is, the rest in hexadecimal.
func identifier(subtype string, v []byte) string {
	switch subtype {
	case "macAddress":
		if len(v) == 6 {
			return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", v[0], v[1], v[2], v[3], v[4], v[5])
		}
		return hex.EncodeToString(v)
	case "networkAddress":
		if a, ok := address(v); ok {
			return a.String()
		}
		return hex.EncodeToString(v)
	}
	s := strings.TrimRight(string(v), "\x00") // some agents count the C string's end
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return hex.EncodeToString(v)
		}
	}
	return s
}

// address reads an address after its IANA address family number.
func address(v []byte) (netip.Addr, bool) {
	switch {
	case len(v) == 5 && v[0] == 1:
		return netip.AddrFrom4([4]byte(v[1:])), true
	case len(v) == 17 && v[0] == 2:
		return netip.AddrFrom16([16]byte(v[1:])), true
	}
	return netip.Addr{}, false
}

func name(names []string, i byte) string {
	if int(i) < len(names) && names[i] != "" {
		return names[i]
	}
	return fmt.Sprintf("reserved(%d)", i)
}

func chassisSubtypes() []string {
	return []string{"", "chassisComponent", "interfaceAlias", "portComponent", "macAddress", "networkAddress", "interfaceName", "local"}
}

func portSubtypes() []string {
	return []string{"", "interfaceAlias", "portComponent", "macAddress", "networkAddress", "interfaceName", "agentCircuitId", "local"}
}

// Capabilities names the set bits of LldpSystemCapabilitiesMap.
func Capabilities(bits uint16) []string {
	var out []string
	for i, n := range []string{"other", "repeater", "bridge", "wlanAccessPoint", "router", "telephone", "docsisCableDevice", "stationOnly", "cVLANComponent", "sVLANComponent", "twoPortMACRelay"} {
		if bits&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}
