package snmp

import "kanmon/discover/fact"

// Columns of ahAssociationTable of AH-INTERFACE-MIB, and of ubntRadioTable,
// ubntWlStatTable and ubntStaTable of UBNT-AirMAX-MIB.
const (
	ahClientMAC  = 1
	ahClientSSID = 10

	ubntRadioMode  = 2
	ubntWlStatSSID = 2
	ubntStaMAC     = 1

	ubntModeStation = 1 // ubntRadioMode
)

// hiveStationTable is ahAssociationTable, numbered by ifIndex and station.
func hiveStationTable() table {
	return table{
		name: "ahAssociationTable", entry: "1.3.6.1.4.1.26928.1.1.1.2.1.2.1",
		columns: []uint32{ahClientMAC, ahClientSSID},
	}
}

// airMAXRadioTable is ubntRadioTable, numbered by radio.
func airMAXRadioTable() table {
	return table{name: "ubntRadioTable", entry: "1.3.6.1.4.1.41112.1.4.1.1", columns: []uint32{ubntRadioMode}}
}

// airMAXWLANTable is ubntWlStatTable, numbered by radio.
func airMAXWLANTable() table {
	return table{name: "ubntWlStatTable", entry: "1.3.6.1.4.1.41112.1.4.5.1", columns: []uint32{ubntWlStatSSID}}
}

// airMAXStationTable is ubntStaTable, numbered by radio and station.
func airMAXStationTable() table {
	return table{name: "ubntStaTable", entry: "1.3.6.1.4.1.41112.1.4.7.1", columns: []uint32{ubntStaMAC}}
}

// decodeHiveOS emits the stations of an access point of Aerohive.
func decodeHiveOS(w *walk, r *reporter) error {
	for row := range w.rows(hiveStationTable()) {
		if len(row.index) == 0 {
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.WirelessClient{IfIndex: row.index[0], SSID: row.get(ahClientSSID).text()}
		var ok bool
		if f.MAC, ok = row.get(ahClientMAC).mac(); !ok {
			f.MAC, _ = macIndex(row.index[1:])
		}
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}

// decodeAirMAX emits the stations of a radio of Ubiquiti. One that is a station
// itself lists its access point, which is none.
func decodeAirMAX(w *walk, r *reporter) error {
	ssids, modes := w.column(airMAXWLANTable().entry, ubntWlStatSSID), w.column(airMAXRadioTable().entry, ubntRadioMode)
	for row := range w.rows(airMAXStationTable()) {
		if len(row.index) == 0 {
			r.skip(row.place(), errIndex)
			continue
		}
		if modes.at(row.key.first(1)).is(ubntModeStation) {
			continue
		}
		f := fact.WirelessClient{SSID: ssids.at(row.key.first(1)).text()}
		var ok bool
		if f.MAC, ok = row.get(ubntStaMAC).mac(); !ok {
			f.MAC, _ = macIndex(row.index[1:])
		}
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}
