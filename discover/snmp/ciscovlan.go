package snmp

import "kanmon/discover/fact"

// Columns of vtpVlanTable and vlanTrunkPortTable of CISCO-VTP-MIB, and of
// vmMembershipTable of CISCO-VLAN-MEMBERSHIP-MIB.
const (
	vtpVLANState = 2
	vtpVLANName  = 4

	trunkVLANs0to1023    = 4
	trunkNativeVLAN      = 5
	trunkDynamicStatus   = 14
	trunkVLANs1024to2047 = 17
	trunkVLANs2048to3071 = 18
	trunkVLANs3072to4095 = 19

	vmVLAN = 2

	vtpOperational = 1 // vtpVlanState
	trunking       = 1 // vlanTrunkPortDynamicStatus
)

// vtpVLANTable is numbered by management domain and VLAN ID.
func vtpVLANTable() table {
	return table{
		name: "vtpVlanTable", entry: "1.3.6.1.4.1.9.9.46.1.3.1.1",
		columns: []uint32{vtpVLANState, vtpVLANName},
	}
}

// trunkPortTable is vlanTrunkPortTable, numbered by ifIndex.
func trunkPortTable() table {
	return table{
		name: "vlanTrunkPortTable", entry: "1.3.6.1.4.1.9.9.46.1.6.1.1",
		columns: []uint32{
			trunkVLANs0to1023, trunkNativeVLAN, trunkDynamicStatus,
			trunkVLANs1024to2047, trunkVLANs2048to3071, trunkVLANs3072to4095,
		},
	}
}

// membershipTable is vmMembershipTable, numbered by the ifIndex of ports that are
// no trunks.
func membershipTable() table {
	return table{name: "vmMembershipTable", entry: "1.3.6.1.4.1.9.9.68.1.2.2.1", columns: []uint32{vmVLAN}}
}

// decodeCiscoVLANs emits the VLANs of a Cisco switch and the ports that carry
// them. Its Q-BRIDGE-MIB, where it has one, is empty.
func decodeCiscoVLANs(w *walk, r *reporter) error {
	exists := make(map[uint16]bool)
	for row := range w.rows(vtpVLANTable()) {
		vid, ok := vidOf(row.key.last())
		if !ok || exists[vid] {
			continue
		}
		exists[vid] = row.get(vtpVLANState).is(vtpOperational)
		f := fact.VLAN{Agent: r.agent, VID: vid, Name: row.get(vtpVLANName).text()}
		if err := r.emit("snmp/vlan", row.place(), f); err != nil {
			return err
		}
	}
	sets := make(portSets)
	for row := range w.rows(trunkPortTable()) {
		if len(row.index) != 1 || !row.get(trunkDynamicStatus).is(trunking) {
			continue
		}
		native := row.get(trunkNativeVLAN).uint()
		for vid := range exists {
			switch {
			case !exists[vid] || !trunkCarries(row, vid):
			case uint32(vid) == native:
				sets.of(vid, row.place()).untagged[row.index[0]] = true
			default:
				sets.of(vid, row.place()).tagged[row.index[0]] = true
			}
		}
	}
	for row := range w.rows(membershipTable()) {
		if vid, ok := vidOf(row.get(vmVLAN).uint()); ok && len(row.index) == 1 {
			sets.of(vid, row.place()).untagged[row.index[0]] = true
		}
	}
	return sets.emit(r, "snmp/vlan")
}

// trunkCarries reports whether a VLAN is enabled on a trunk: each column has a bit
// for each of 1,024 VLANs, and may leave out zeros at its end.
func trunkCarries(row row, vid uint16) bool {
	columns := [...]uint32{trunkVLANs0to1023, trunkVLANs1024to2047, trunkVLANs2048to3071, trunkVLANs3072to4095}
	v, bit := row.get(columns[vid/1024]), int(vid%1024)
	return v.isString() && bit/8 < len(v.s) && v.s[bit/8]&(0x80>>(bit%8)) != 0
}
