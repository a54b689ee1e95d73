package snmp

import (
	"kanmon/discover/fact"
)

// Columns of dot1dBasePortTable, dot1dTpFdbTable (RFC 4188) and
// dot1qTpFdbTable (RFC 4363).
const (
	dot1dBasePortIfIndex = 2

	tpFDBPort   = 2 // in both tables
	tpFDBStatus = 3

	fdbLearned = 3 // status
)

func basePortTable() table {
	return table{name: "dot1dBasePortTable", entry: "1.3.6.1.2.1.17.1.4.1", columns: []uint32{dot1dBasePortIfIndex}}
}

func dot1dTpFDBTable() table {
	return table{name: "dot1dTpFdbTable", entry: "1.3.6.1.2.1.17.4.3.1", columns: []uint32{tpFDBPort, tpFDBStatus}, dense: true}
}

func dot1qTpFDBTable() table {
	return table{name: "dot1qTpFdbTable", entry: "1.3.6.1.2.1.17.7.1.2.2.1", columns: []uint32{tpFDBPort, tpFDBStatus}, dense: true}
}

// decodeFDB emits the learned rows of both tables. A row without a status was
// recorded in part; it counts as learned unless its address is the agent's own.
func decodeFDB(w *walk, r *reporter) error {
	ifIndexes, vlans, own := basePorts(w), vlansByFDB(w), ownMACs(w)
	for _, t := range []table{dot1dTpFDBTable(), dot1qTpFDBTable()} {
		isBridge := t.name == dot1dTpFDBTable().name
		for row := range w.rows(t) {
			f := fact.FDBEntry{Agent: r.agent, VID: r.vid}
			address := row.index
			if !isBridge && len(row.index) > 0 {
				f.FDBID, address = row.index[0], row.index[1:]
				f.VID = vlans.of(f.FDBID)
			}
			m, ok := macOf(address)
			if !ok {
				r.skip(row.place(), errIndex)
				continue
			}
			status := row.get(tpFDBStatus)
			if status.ok() && !status.is(fdbLearned) || !status.ok() && own[m] || m.IsZero() || !row.get(tpFDBPort).ok() {
				continue
			}
			f.MAC, f.BasePort = m, row.get(tpFDBPort).uint()
			f.IfIndex = ifIndexes[f.BasePort]
			if err := r.emit("snmp/fdb", row.place(), f); err != nil {
				return err
			}
		}
	}
	return nil
}

// basePorts returns the ifIndex of each bridge port.
func basePorts(w *walk) map[uint32]uint32 {
	out := make(map[uint32]uint32)
	for row := range w.rows(basePortTable()) {
		if len(row.index) == 1 && row.get(dot1dBasePortIfIndex).uint() != 0 {
			out[row.index[0]] = row.get(dot1dBasePortIfIndex).uint()
		}
	}
	return out
}

// ownMACs returns the addresses of the agent's bridge and interfaces.
func ownMACs(w *walk) map[fact.MAC]bool {
	own := make(map[fact.MAC]bool)
	if m, ok := w.scalar(bridgeTable().entry, 1).mac(); ok {
		own[m] = true
	}
	for row := range w.rows(ifTable()) {
		if m, ok := row.get(ifPhysAddress).mac(); ok {
			own[m] = true
		}
	}
	return own
}
