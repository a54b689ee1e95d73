package snmp

import "kanmon/discover/fact"

// ifStackStatus is the only column of ifStackTable (RFC 2863) that can be read.
const ifStackStatus = 3

// ifStackTable is that of IF-MIB (RFC 2863), numbered by the ifIndex of the
// higher and of the lower interface; 0 stands for none.
func ifStackTable() table {
	return table{name: "ifStackTable", entry: "1.3.6.1.2.1.31.1.2.1", columns: []uint32{ifStackStatus}}
}

// decodeStack emits which interface runs on top of which.
func decodeStack(w *walk, r *reporter) error {
	for row := range r.rows(w, ifStackTable(), 2) {
		higher, lower := row.index[0], row.index[1]
		if higher == 0 || lower == 0 || !row.get(ifStackStatus).is(rowActive) {
			continue
		}
		f := fact.InterfaceLayer{Agent: r.agent, Higher: higher, Lower: lower}
		if err := r.emit("snmp/stack", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}
