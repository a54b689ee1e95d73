package snmp

import "kanmon/discover/fact"

// Columns of tables of MIKROTIK-MIB. Identifiers of modem, SIM card and subscriber
// stand in others, which are not read.
const (
	mtxrWlRtabStrength = 3

	mtxrWlApSSID = 4

	mtxrLTEModemAccessTechnology = 6
)

// mikrotikStationTable is mtxrWlRtabTable, numbered by the address of the station
// and ifIndex.
func mikrotikStationTable() table {
	return table{name: "mtxrWlRtabTable", entry: "1.3.6.1.4.1.14988.1.1.1.2.1", columns: []uint32{mtxrWlRtabStrength}}
}

// mikrotikAPTable is mtxrWlApTable, numbered by ifIndex.
func mikrotikAPTable() table {
	return table{name: "mtxrWlApTable", entry: "1.3.6.1.4.1.14988.1.1.1.3.1", columns: []uint32{mtxrWlApSSID}}
}

// mikrotikLTETable is mtxrLTEModemTable, numbered by ifIndex.
func mikrotikLTETable() table {
	return table{
		name: "mtxrLTEModemTable", entry: "1.3.6.1.4.1.14988.1.1.16.1.1",
		columns: []uint32{mtxrLTEModemAccessTechnology},
	}
}

// decodeMikroTik emits the stations and the mobile lines of a device of MikroTik.
// Where an interface of its own is the station, mtxrWlRtabTable has the access
// point, and mtxrWlApTable does not list the interface.
func decodeMikroTik(w *walk, r *reporter) error {
	ssids := w.column(mikrotikAPTable().entry, mtxrWlApSSID)
	for row := range r.rows(w, mikrotikStationTable(), 7) {
		mac, ok := macOf(row.index[:6])
		if !ok {
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.WirelessClient{Agent: r.agent, MAC: mac, IfIndex: row.index[6]}
		ssid := ssids.at(oid("").child(f.IfIndex))
		if !ssid.ok() {
			continue
		}
		f.SSID = ssid.text()
		if err := r.emit("snmp/wireless", row.place(), f); err != nil {
			return err
		}
	}
	for row := range r.rows(w, mikrotikLTETable(), 1) {
		f := fact.Line{
			Agent: r.agent, Type: "lte", IfIndex: row.index[0],
			Name: ifLabel(w, row.index[0]), State: linkState(w, row.index[0]),
		}
		if err := r.emit("snmp/line", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}
