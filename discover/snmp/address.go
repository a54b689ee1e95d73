package snmp

import (
	"net/netip"

	"kanmon/discover/fact"
)

// Columns of ipAddrTable (RFC 1213) and ipAddressTable (RFC 4293).
const (
	ipAdEntIfIndex = 2
	ipAdEntNetMask = 3

	ipAddressIfIndex = 3
	ipAddressType    = 4
	ipAddressPrefix  = 5

	addressBroadcast = 3 // ipAddressType
)

// ipAddressPrefixOrigin is the column of ipAddressPrefixTable that
// ipAddressPrefix points into; the index of a row there ends in the length of
// the prefix.
const ipAddressPrefixOrigin = "1.3.6.1.2.1.4.32.1.5"

func ipAddrTable() table {
	return table{name: "ipAddrTable", entry: "1.3.6.1.2.1.4.20.1", columns: []uint32{ipAdEntIfIndex, ipAdEntNetMask}}
}

func ipAddressTable() table {
	return table{
		name: "ipAddressTable", entry: "1.3.6.1.2.1.4.34.1",
		columns: []uint32{ipAddressIfIndex, ipAddressType, ipAddressPrefix},
	}
}

// decodeAddresses emits the agent's own addresses. An address that stands in
// both tables is emitted once, with the length of its prefix if either knows it.
func decodeAddresses(w *walk, r *reporter) error {
	type own struct {
		ifIndex uint32
		addr    netip.Addr
	}
	bits := make(map[own]int)
	old := ipAddrTable()
	var order []own
	place := make(map[own]string)
	note := func(o own, length int, where string) {
		if have, ok := bits[o]; !ok {
			order, place[o] = append(order, o), where
		} else if have > 0 {
			return
		}
		bits[o] = length
	}
	for row := range w.rows(old) {
		a, ok := ipv4Of(row.index)
		if !ok {
			r.skip(row.place(), errIndex)
			continue
		}
		if !isHost(a) {
			continue
		}
		length := 0
		if mask, ok := row.get(ipAdEntNetMask).addr(); ok {
			length, _ = maskBits(mask)
		}
		note(own{row.get(ipAdEntIfIndex).uint(), a}, length, row.place())
	}
	for row := range w.rows(ipAddressTable()) {
		a, err := lastInet(row.index)
		if err != nil {
			r.skip(row.place(), err)
			continue
		}
		if !isHost(a) || row.get(ipAddressType).is(addressBroadcast) {
			continue
		}
		note(own{row.get(ipAddressIfIndex).uint(), a}, prefixBits(row.get(ipAddressPrefix).oid(), a), row.place())
	}
	for _, o := range order {
		length := bits[o]
		if length == 0 {
			length = o.addr.BitLen()
		}
		f := fact.InterfaceAddress{Agent: r.agent, IfIndex: o.ifIndex, Address: netip.PrefixFrom(o.addr, length)}
		if err := r.emit("snmp/address", place[o], f); err != nil {
			return err
		}
	}
	return nil
}

// prefixBits returns the length of the prefix that an ipAddressPrefix points
// to, 0 where it does not say.
func prefixBits(pointer oid, a netip.Addr) int {
	root := mustOID(ipAddressPrefixOrigin)
	if len(pointer) <= len(root) || pointer[:len(root)] != root {
		return 0
	}
	if n := pointer.last(); n <= uint32(a.BitLen()) {
		return int(n)
	}
	return 0
}
