package snmp

import (
	"kanmon/discover/fact"
)

// Columns of the tables of the wireless controller in FORTINET-FORTIGATE-MIB.
const (
	fgWCWLANSSID = 1

	fgWCConfigName = 3

	fgWCSessionIP    = 3
	fgWCSessionMAC   = 6
	fgWCSessionState = 7
	fgWCSessionModel = 12

	fgWCStaWTP = 3
)

// fgWLANTable is fgWcWlanTable, numbered by virtual domain and ifIndex.
func fgWLANTable() table {
	return table{name: "fgWcWlanTable", entry: "1.3.6.1.4.1.12356.101.14.3.1", columns: []uint32{fgWCWLANSSID}}
}

// fgAPConfigTable is fgWcWtpConfigTable, numbered by virtual domain and identifier
// of the access point, which is its serial number.
func fgAPConfigTable() table {
	return table{name: "fgWcWtpConfigTable", entry: "1.3.6.1.4.1.12356.101.14.4.3.1", columns: []uint32{fgWCConfigName}}
}

// fgAPSessionTable is fgWcWtpSessionTable, numbered as fgWcWtpConfigTable.
func fgAPSessionTable() table {
	return table{
		name: "fgWcWtpSessionTable", entry: "1.3.6.1.4.1.12356.101.14.4.4.1",
		columns: []uint32{fgWCSessionIP, fgWCSessionMAC, fgWCSessionState, fgWCSessionModel},
	}
}

// fgStationTable is fgWcStaTable, numbered by virtual domain, ifIndex and station.
func fgStationTable() table {
	return table{name: "fgWcStaTable", entry: "1.3.6.1.4.1.12356.101.14.5.1", columns: []uint32{fgWCStaWTP}}
}

// decodeFortiAP emits what a FortiGate knows as a wireless controller.
func decodeFortiAP(w *walk, r *reporter) error {
	names, ssids := w.column(fgAPConfigTable().entry, fgWCConfigName), w.column(fgWLANTable().entry, fgWCWLANSSID)
	byID := make(map[string]fact.MAC)
	for row := range w.rows(fgAPSessionTable()) {
		if len(row.index) < 2 {
			r.skip(row.place(), errIndex)
			continue
		}
		id, rest, ok := takeString(row.index[1:])
		if !ok || len(rest) > 0 {
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.AccessPoint{
			IP: firstHost(row.get(fgWCSessionIP)), Name: names.at(row.key).text(), Serial: octets(tagOctets, id).text(),
			Model: row.get(fgWCSessionModel).text(),
			State: row.get(fgWCSessionState).nameFrom(0, "other", "offLine", "onLine", "downloadingImage", "connectedImage", "standby"),
		}
		f.MAC, _ = row.get(fgWCSessionMAC).mac()
		byID[id] = f.MAC
		if err := r.accessPoint(row, f); err != nil {
			return err
		}
	}
	for row := range w.rows(fgStationTable()) {
		if len(row.index) < 3 {
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.WirelessClient{
			SSID: ssids.at(row.key.first(2)).text(), AccessPoint: byID[row.get(fgWCStaWTP).text()],
		}
		f.MAC, _ = macIndex(row.index[2:])
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}
