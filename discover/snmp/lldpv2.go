package snmp

import (
	"cmp"
	"strconv"

	"kanmon/discover/fact"
)

// lldpV2Shift is how much greater the numbers of the columns of lldpV2RemTable
// are than those of lldpRemTable: the index has one more.
const lldpV2Shift = 1

// lldpV2LocalTable is lldpV2LocalSystemData of LLDP-V2-MIB (IEEE Std
// 802.1AB-2009, 11.5).
func lldpV2LocalTable() table {
	return table{
		name: "lldpV2LocalSystemData", entry: "1.3.111.2.802.1.1.13.1.3", scalar: true,
		columns: []uint32{lldpLocChassisIDSubtype, lldpLocChassisID, lldpLocSysName},
	}
}

// lldpV2RemTable is numbered by time mark, ifIndex, destination and neighbour.
func lldpV2RemTable() table {
	t := table{name: "lldpV2RemTable", entry: "1.3.111.2.802.1.1.13.1.4.1.1"}
	for _, c := range lldpRemTable().columns {
		t.columns = append(t.columns, c+lldpV2Shift)
	}
	return t
}

// lldpV2RemManAddrTable is numbered as lldpV2RemTable, then by the address.
func lldpV2RemManAddrTable() table {
	return table{
		name: "lldpV2RemManAddrTable", entry: "1.3.111.2.802.1.1.13.1.4.2.1",
		columns: []uint32{lldpRemManAddrIfSubtype},
	}
}

// decodeLLDPv2 emits the rows of lldpV2RemTable, unless the agent has told of its
// neighbours in lldpRemTable.
func decodeLLDPv2(w *walk, r *reporter) error {
	if err := decodeLLDPv2Chassis(w, r); err != nil {
		return err
	}
	for range w.rows(lldpRemTable()) {
		return nil
	}
	addresses := managementAddresses(w, lldpV2RemManAddrTable(), 4)
	for row := range w.rows(lldpV2RemTable()) {
		n := lldpNeighbor(row, lldpV2Shift)
		n.ManagementAddresses = addresses[row.key]
		switch {
		case isNobody(n):
			r.skip(row.place(), errNobody)
			continue
		case len(row.index) != 4:
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.RemoteNeighbor{Agent: r.agent, Protocol: "lldp", IfIndex: row.index[1], Neighbor: n}
		f.LocalPort = portLabel(w, f.IfIndex)
		if err := r.emit("snmp/lldp", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// decodeLLDPv2Chassis emits what the agent announces of itself, unless LLDP-MIB
// has told it.
func decodeLLDPv2Chassis(w *walk, r *reporter) error {
	if w.scalar(lldpLocalTable().entry, lldpLocChassisID).ok() {
		return nil
	}
	local := lldpV2LocalTable()
	subtype := w.scalar(local.entry, lldpLocChassisIDSubtype)
	f := fact.LocalChassis{
		Agent: r.agent, Protocol: "lldp",
		ChassisID:        chassisID(subtype, w.scalar(local.entry, lldpLocChassisID)),
		ChassisIDSubtype: chassisSubtype(subtype),
		SystemName:       w.scalar(local.entry, lldpLocSysName).text(),
	}
	if f.ChassisID == "" {
		return nil
	}
	return r.emit("snmp/lldp", local.name, f)
}

// portLabel returns the ifName of an interface, else its number.
func portLabel(w *walk, ifIndex uint32) string {
	name := w.column(ifXTable().entry, ifName).at(oid("").child(ifIndex)).text()
	return cmp.Or(name, strconv.FormatUint(uint64(ifIndex), 10))
}

// ifLabel returns the ifName of an interface, else its ifDescr.
func ifLabel(w *walk, ifIndex uint32) string {
	at := oid("").child(ifIndex)
	return cmp.Or(w.column(ifXTable().entry, ifName).at(at).text(), w.column(ifTable().entry, ifDescr).at(at).text())
}

// linkState returns "up" or "down" as ifOperStatus says, nothing where it says
// neither.
func linkState(w *walk, ifIndex uint32) string {
	switch status := w.column(ifTable().entry, ifOperStatus).at(oid("").child(ifIndex)); {
	case status.is(1), status.is(5): // up, dormant
		return "up"
	case status.is(2), status.is(6), status.is(7): // down, notPresent, lowerLayerDown
		return "down"
	}
	return ""
}
