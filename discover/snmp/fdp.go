package snmp

import (
	"strconv"

	"kanmon/discover/fact"
)

// Columns of snFdpCacheTable, and of extremeEdpTable and extremeEdpNeighborTable.
const (
	fdpCacheDeviceID     = 3
	fdpCacheAddress      = 5
	fdpCacheVersion      = 6
	fdpCacheDevicePort   = 7
	fdpCachePlatform     = 8
	fdpCacheCapabilities = 9

	edpNeighborName            = 3
	edpNeighborSoftwareVersion = 4
	edpNeighborSlot            = 5
	edpNeighborPort            = 6

	edpNeighborVLANAddress = 3
)

// fdpCacheTable is snFdpCacheTable of FOUNDRY-SN-SWITCH-GROUP-MIB, numbered by
// ifIndex and neighbour. Its columns are those of CISCO-CDP-MIB.
func fdpCacheTable() table {
	return table{name: "snFdpCacheTable", entry: "1.3.6.1.4.1.1991.1.1.3.20.1.2.1.1", columns: []uint32{
		fdpCacheDeviceID, fdpCacheAddress, fdpCacheVersion, fdpCacheDevicePort, fdpCachePlatform, fdpCacheCapabilities,
	}}
}

// decodeFDP emits the rows of snFdpCacheTable.
func decodeFDP(w *walk, r *reporter) error {
	for row := range w.rows(fdpCacheTable()) {
		n := fact.Neighbor{
			ChassisID:         deviceID(row.get(fdpCacheDeviceID)),
			PortID:            deviceID(row.get(fdpCacheDevicePort)),
			SystemDescription: row.get(fdpCacheVersion).text(),
			Platform:          row.get(fdpCachePlatform).text(),
			Capabilities:      cdpCapabilities(row.get(fdpCacheCapabilities)),
		}
		if a, ok := row.get(fdpCacheAddress).addr(); ok && isHost(a) {
			n.ManagementAddresses = append(n.ManagementAddresses, a)
		}
		switch {
		case isNobody(n):
			r.skip(row.place(), errNobody)
			continue
		case len(row.index) != 2:
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.RemoteNeighbor{Agent: r.agent, Protocol: "fdp", IfIndex: row.index[0], Neighbor: n}
		f.LocalPort = portLabel(w, f.IfIndex)
		if err := r.emit("snmp/fdp", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// edpTable is extremeEdpTable of EXTREME-EDP-MIB, numbered by ifIndex and the
// eight octets of the neighbour's device ID.
func edpTable() table {
	return table{name: "extremeEdpTable", entry: "1.3.6.1.4.1.1916.1.13.2.1", columns: []uint32{
		edpNeighborName, edpNeighborSoftwareVersion, edpNeighborSlot, edpNeighborPort,
	}}
}

// edpVLANTable is extremeEdpNeighborTable, numbered as extremeEdpTable, then by
// the name of a VLAN.
func edpVLANTable() table {
	return table{
		name: "extremeEdpNeighborTable", entry: "1.3.6.1.4.1.1916.1.13.3.1",
		columns: []uint32{edpNeighborVLANAddress},
	}
}

// decodeEDP emits the rows of extremeEdpTable. The device ID ends in the MAC
// address of the neighbour.
func decodeEDP(w *walk, r *reporter) error {
	const indexLen = 9 // ifIndex, and the device ID whose length is fixed
	addresses := make(map[oid][]value)
	for row := range w.rows(edpVLANTable()) {
		if len(row.index) > indexLen {
			key := row.key.first(indexLen)
			addresses[key] = append(addresses[key], row.get(edpNeighborVLANAddress))
		}
	}
	for row := range r.rows(w, edpTable(), indexLen) {
		mac, ok := macOf(row.index[3:])
		if !ok || mac.IsZero() {
			r.skip(row.place(), errIndex)
			continue
		}
		n := fact.Neighbor{
			ChassisID: mac.String(), ChassisIDSubtype: "macAddress",
			PortID:            edpPort(row),
			SystemName:        row.get(edpNeighborName).text(),
			SystemDescription: row.get(edpNeighborSoftwareVersion).text(),
		}
		n.ManagementAddresses = hostAddresses(addresses[row.key])
		f := fact.RemoteNeighbor{Agent: r.agent, Protocol: "edp", IfIndex: row.index[0], Neighbor: n}
		f.LocalPort = portLabel(w, f.IfIndex)
		if err := r.emit("snmp/edp", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// edpPort writes slot and port as the makers' switches do: "1:24", or the port
// alone where there is no slot.
func edpPort(row row) string {
	port := row.get(edpNeighborPort).uint()
	if port == 0 {
		return ""
	}
	s := strconv.FormatUint(uint64(port), 10)
	if slot := row.get(edpNeighborSlot).uint(); slot != 0 {
		s = strconv.FormatUint(uint64(slot), 10) + ":" + s
	}
	return s
}
