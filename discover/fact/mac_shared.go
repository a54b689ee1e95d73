package fact

import "encoding/binary"

// sharedRange is a range of MAC addresses that several devices have in turn.
type sharedRange struct {
	first   uint64 // its first address
	bits    int    // how many of the 48 all of them begin with
	cluster bool   // of the machines of one cluster
}

// sharedRanges returns the ranges that are documented.
func sharedRanges() [9]sharedRange {
	return [...]sharedRange{
		{first: 0x00005e000100, bits: 40}, // VRRP over IPv4 (RFC 9568, 7.3), and CARP
		{first: 0x00005e000200, bits: 40}, // VRRP over IPv6 (RFC 9568, 7.3)
		{first: 0x00000c07ac00, bits: 40}, // HSRP version 1 (RFC 2281, 5.1)
		{first: 0x00000c9ff000, bits: 36}, // HSRP version 2 over IPv4 (Cisco, First Hop Redundancy Protocols Configuration Guide)
		{first: 0x000573a00000, bits: 32}, // HSRP version 2 over IPv6 (the same)
		{first: 0x0007b4000000, bits: 24}, // GLBP (the same)

		{first: 0x00090f090000, bits: 32, cluster: true}, // FGCP of FortiGate: group, interface (FortiOS Handbook, How the virtual MAC address is determined)
		{first: 0x0010dbff0000, bits: 32, cluster: true}, // NSRP and chassis clusters of Juniper: cluster, interface (Juniper KB7435)
		{first: 0x001b17000000, bits: 32, cluster: true}, // HA of Palo Alto Networks: group, interface (How to Calculate a Virtual MAC Address)
	}
}

func (m MAC) shared() (sharedRange, bool) {
	var b [8]byte
	copy(b[2:], m[:])
	for _, r := range sharedRanges() {
		if (binary.BigEndian.Uint64(b[:])^r.first)>>(48-r.bits) == 0 {
			return r, true
		}
	}
	return sharedRange{}, false
}

// IsVirtual reports whether m is shared by several routers, which have others of
// their own, and so identifies none of them: VRRP, CARP, HSRP and GLBP.
func (m MAC) IsVirtual() bool {
	r, ok := m.shared()
	return ok && !r.cluster
}

// IsCluster reports whether m is of a cluster of firewalls: whichever of its
// machines is active has it, and clusters of other sites that have the same
// number have it too.
func (m MAC) IsCluster() bool {
	r, ok := m.shared()
	return ok && r.cluster
}
