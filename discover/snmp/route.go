package snmp

import (
	"net/netip"

	"kanmon/discover/fact"
)

// Columns of ipRouteTable (RFC 1213), ipCidrRouteTable (RFC 2096) and
// inetCidrRouteTable (RFC 4292).
const (
	ipRouteIfIndex = 2
	ipRouteNextHop = 7
	ipRouteType    = 8
	ipRouteProto   = 9
	ipRouteMask    = 11

	ipCidrRouteIfIndex = 5
	ipCidrRouteType    = 6
	ipCidrRouteProto   = 7

	inetCidrRouteIfIndex = 7
	inetCidrRouteType    = 8
	inetCidrRouteProto   = 9

	routeInvalid = 2 // ipRouteType
)

func ipRouteTable() table {
	return table{
		name: "ipRouteTable", entry: "1.3.6.1.2.1.4.21.1",
		columns: []uint32{ipRouteIfIndex, ipRouteNextHop, ipRouteType, ipRouteProto, ipRouteMask},
	}
}

func ipCidrRouteTable() table {
	return table{
		name: "ipCidrRouteTable", entry: "1.3.6.1.2.1.4.24.4.1",
		columns: []uint32{ipCidrRouteIfIndex, ipCidrRouteType, ipCidrRouteProto},
	}
}

func inetCidrRouteTable() table {
	return table{
		name: "inetCidrRouteTable", entry: "1.3.6.1.2.1.4.24.7.1",
		columns: []uint32{inetCidrRouteIfIndex, inetCidrRouteType, inetCidrRouteProto},
	}
}

// decodeRoutes emits the routes of the three tables; a route that stands in
// several of them is the same fact.
func decodeRoutes(w *walk, r *reporter) error {
	for _, t := range []struct {
		table table
		parse func(row) (fact.Route, bool, error)
	}{
		{ipRouteTable(), oldRoute},
		{ipCidrRouteTable(), cidrRoute},
		{inetCidrRouteTable(), inetRoute},
	} {
		for row := range w.rows(t.table) {
			f, ok, err := t.parse(row)
			if err != nil {
				r.skip(row.place(), err)
				continue
			}
			if !ok {
				continue
			}
			f.Agent = r.agent
			if err := r.emit("snmp/route", row.place(), f); err != nil {
				return err
			}
		}
	}
	return nil
}

// oldRoute reads a row of ipRouteTable, whose index is the destination.
func oldRoute(row row) (f fact.Route, ok bool, err error) {
	dest, isAddr := ipv4Of(row.index[:min(len(row.index), 4)]) // some agents number routes to one destination after it
	mask, hasMask := row.get(ipRouteMask).addr()
	if !isAddr {
		return f, false, errIndex
	}
	if row.get(ipRouteType).is(routeInvalid) {
		return f, false, nil
	}
	if !hasMask && dest.IsUnspecified() {
		mask, hasMask = dest, true // the default route has none to lose
	}
	if !hasMask {
		return f, false, errNoMask
	}
	bits, contiguous := maskBits(mask)
	if !contiguous {
		return f, false, errMask
	}
	hop, _ := row.get(ipRouteNextHop).addr()
	return fact.Route{
		Destination: netip.PrefixFrom(dest, bits).Masked(),
		NextHop:     hop,
		IfIndex:     row.get(ipRouteIfIndex).uint(),
		Type:        row.get(ipRouteType).name("other", "invalid", "local", "remote"), // direct(3), indirect(4)
		Proto:       routeProto(row.get(ipRouteProto)),
	}, true, nil
}

// cidrRoute reads a row of ipCidrRouteTable, whose index is destination, mask,
// type of service and next hop.
func cidrRoute(row row) (f fact.Route, ok bool, err error) {
	if len(row.index) != 13 {
		return f, false, errIndex
	}
	dest, ok1 := ipv4Of(row.index[:4])
	mask, ok2 := ipv4Of(row.index[4:8])
	hop, ok3 := ipv4Of(row.index[9:])
	if !ok1 || !ok2 || !ok3 {
		return f, false, errIndex
	}
	bits, contiguous := maskBits(mask)
	if !contiguous { // net-snmp 5.4 and older on little-endian machines turn it round
		b := mask.As4()
		bits, contiguous = maskBits(netip.AddrFrom4([4]byte{b[3], b[2], b[1], b[0]}))
	}
	if !contiguous {
		return f, false, errMask
	}
	return fact.Route{
		Destination: netip.PrefixFrom(dest, bits).Masked(),
		NextHop:     hop,
		IfIndex:     row.get(ipCidrRouteIfIndex).uint(),
		Type:        routeType(row.get(ipCidrRouteType)),
		Proto:       routeProto(row.get(ipCidrRouteProto)),
	}, true, nil
}

// inetRoute reads a row of inetCidrRouteTable, whose index is destination,
// length of its prefix, policy and next hop.
func inetRoute(row row) (f fact.Route, ok bool, err error) {
	dest, rest, err := takeInet(row.index)
	if err != nil {
		return f, false, err
	}
	if !dest.IsValid() || len(rest) < 2 || rest[0] > uint32(dest.BitLen()) {
		return f, false, errIndex
	}
	bits, policy := int(rest[0]), uint64(rest[1])
	rest = rest[2:]
	if policy > uint64(len(rest)) {
		return f, false, errIndex
	}
	hop, rest, err := takeInet(rest[policy:])
	if err != nil || len(rest) > 0 {
		return f, false, errIndex
	}
	if !hop.IsValid() { // unknown(0): there is none
		hop = netip.IPv4Unspecified()
		if dest.Is6() {
			hop = netip.IPv6Unspecified()
		}
	}
	return fact.Route{
		Destination: netip.PrefixFrom(dest, bits).Masked(),
		NextHop:     hop,
		IfIndex:     row.get(inetCidrRouteIfIndex).uint(),
		Type:        routeType(row.get(inetCidrRouteType)),
		Proto:       routeProto(row.get(inetCidrRouteProto)),
	}, true, nil
}

func routeType(v value) string { return v.name("other", "reject", "local", "remote", "blackhole") }

// routeProto names an IANAipRouteProtocol.
func routeProto(v value) string {
	return v.name("other", "local", "netmgmt", "icmp", "egp", "ggp", "hello", "rip", "isIs", "esIs",
		"ciscoIgrp", "bbnSpfIgp", "ospf", "bgp", "idpr", "ciscoEigrp", "dvmrp", "rpl", "dhcp", "ttdp")
}
