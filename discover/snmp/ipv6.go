package snmp

import (
	"net/netip"

	"kanmon/discover/fact"
)

// Columns of the tables of IPV6-MIB (RFC 2465), which RFC 4293 and RFC 4292 made
// obsolete; older agents have no other for IPv6.
const (
	ipv6AddrPfxLength = 2
	ipv6AddrStatus    = 5

	ipv6RouteIfIndex  = 4
	ipv6RouteNextHop  = 5
	ipv6RouteType     = 6
	ipv6RouteProtocol = 7

	ipv6NetToMediaPhysAddress = 2
	ipv6IfNetToMediaState     = 4
	ipv6NetToMediaValid       = 6

	ipv6AddrInvalid        = 3 // ipv6AddrStatus
	ipv6NeighborInvalid    = 5 // ipv6IfNetToMediaState
	ipv6NetToMediaNotValid = 2 // TruthValue
)

// ipv6AddrTable is numbered by interface and address.
func ipv6AddrTable() table {
	return table{
		name: "ipv6AddrTable", entry: "1.3.6.1.2.1.55.1.8.1",
		columns: []uint32{ipv6AddrPfxLength, ipv6AddrStatus},
	}
}

// ipv6RouteTable is numbered by destination, length of its prefix, and a number.
func ipv6RouteTable() table {
	return table{
		name: "ipv6RouteTable", entry: "1.3.6.1.2.1.55.1.11.1",
		columns: []uint32{ipv6RouteIfIndex, ipv6RouteNextHop, ipv6RouteType, ipv6RouteProtocol},
	}
}

// ipv6NetToMediaTable is numbered by interface and address.
func ipv6NetToMediaTable() table {
	return table{
		name: "ipv6NetToMediaTable", entry: "1.3.6.1.2.1.55.1.12.1",
		columns: []uint32{ipv6NetToMediaPhysAddress, ipv6IfNetToMediaState, ipv6NetToMediaValid},
	}
}

// decodeIPv6Addresses emits the agent's own addresses that ipAddressTable does not
// tell. An ipv6IfIndex is the ifIndex (RFC 2465, 4).
func decodeIPv6Addresses(w *walk, r *reporter) error {
	newer := make(map[netip.Addr]bool)
	for row := range w.rows(ipAddressTable()) {
		if a, err := lastInet(row.index); err == nil {
			newer[a] = true
		}
	}
	for row := range w.rows(ipv6AddrTable()) {
		a, ok := ipv6Index(row)
		if !ok {
			r.skip(row.place(), errIndex)
			continue
		}
		if newer[a] || !isHost(a) || row.get(ipv6AddrStatus).is(ipv6AddrInvalid) {
			continue
		}
		bits := a.BitLen()
		if n := int(row.get(ipv6AddrPfxLength).uint()); n > 0 && n <= bits {
			bits = n
		}
		f := fact.InterfaceAddress{Agent: r.agent, IfIndex: row.index[0], Address: netip.PrefixFrom(a, bits)}
		if err := r.emit("snmp/address", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// decodeIPv6Rows emits neighbours and routes.
func decodeIPv6Rows(w *walk, r *reporter) error {
	for row := range w.rows(ipv6NetToMediaTable()) {
		a, ok := ipv6Index(row)
		if !ok {
			r.skip(row.place(), errIndex)
			continue
		}
		if row.get(ipv6IfNetToMediaState).is(ipv6NeighborInvalid) || row.get(ipv6NetToMediaValid).is(ipv6NetToMediaNotValid) {
			continue
		}
		if err := r.neighbor(row, a, row.get(ipv6NetToMediaPhysAddress)); err != nil {
			return err
		}
	}
	for row := range w.rows(ipv6RouteTable()) {
		f, ok := ipv6Route(row)
		if !ok {
			r.skip(row.place(), errIndex)
			continue
		}
		f.Agent = r.agent
		if err := r.emit("snmp/route", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// ipv6Route reads a row of ipv6RouteTable.
func ipv6Route(row row) (fact.Route, bool) {
	if len(row.index) < 18 {
		return fact.Route{}, false
	}
	dest, ok := ipv6Of(row.index[:len(row.index)-2])
	bits := row.index[len(row.index)-2]
	if !ok || bits > uint32(dest.BitLen()) {
		return fact.Route{}, false
	}
	hop, ok := row.get(ipv6RouteNextHop).addr()
	if !ok {
		hop = netip.IPv6Unspecified()
	}
	return fact.Route{
		Destination: netip.PrefixFrom(dest, int(bits)).Masked(),
		NextHop:     hop,
		IfIndex:     row.get(ipv6RouteIfIndex).uint(),
		Type:        row.get(ipv6RouteType).name("other", "reject", "local", "remote"), // discard(2)
		Proto:       row.get(ipv6RouteProtocol).name("other", "local", "netmgmt", "ndisc", "rip", "ospf", "bgp", "idrp", "igrp"),
	}, true
}

// ipv6Index returns the address in the index of a row, after the interface.
func ipv6Index(row row) (netip.Addr, bool) {
	if len(row.index) == 0 {
		return netip.Addr{}, false
	}
	return ipv6Of(row.index[1:])
}

// ipv6Of returns the address in sixteen arcs of an index. Some agents put its
// length first, although that is fixed.
func ipv6Of(arcs []uint32) (netip.Addr, bool) {
	if len(arcs) == 17 && arcs[0] == 16 {
		arcs = arcs[1:]
	}
	b, ok := octetsOf(arcs)
	if !ok || len(b) != 16 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom16([16]byte(b)), true
}
