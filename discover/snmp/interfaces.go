package snmp

import (
	"kanmon/discover/fact"
)

// Columns of ifTable and ifXTable (RFC 2863).
const (
	ifDescr       = 2
	ifType        = 3
	ifPhysAddress = 6
	ifAdminStatus = 7
	ifOperStatus  = 8

	ifName  = 1
	ifAlias = 18

	ethernetCsmacd = 6 // IANAifType
)

func ifTable() table {
	return table{
		name: "ifTable", entry: "1.3.6.1.2.1.2.2.1",
		columns: []uint32{ifDescr, ifType, ifPhysAddress, ifAdminStatus, ifOperStatus},
	}
}

func ifXTable() table {
	return table{name: "ifXTable", entry: "1.3.6.1.2.1.31.1.1.1", columns: []uint32{ifName, ifAlias}}
}

// decodeInterfaces emits the rows of ifTable, each with its row of ifXTable, and
// the rows that only ifXTable has.
func decodeInterfaces(w *walk, r *reporter) error {
	x := ifXTable()
	names, aliases := w.column(x.entry, ifName), w.column(x.entry, ifAlias)
	base := ifTable()
	seen := make(map[oid]bool)
	for _, t := range []table{base, x} {
		for row := range r.rows(w, t, 1) {
			if seen[row.key] {
				continue
			}
			seen[row.key] = true
			f := fact.Interface{
				Agent: r.agent, IfIndex: row.index[0],
				Name: names.at(row.key).text(), Alias: aliases.at(row.key).text(),
			}
			if t.name == base.name {
				f.Descr, f.Type = row.get(ifDescr).text(), row.get(ifType).uint()
				f.MAC, _ = row.get(ifPhysAddress).mac()
				f.AdminStatus = row.get(ifAdminStatus).name("up", "down", "testing")
				f.OperStatus = row.get(ifOperStatus).name(
					"up", "down", "testing", "unknown", "dormant", "notPresent", "lowerLayerDown")
			}
			if err := r.emit("snmp/interface", row.place(), f); err != nil {
				return err
			}
		}
	}
	return nil
}
