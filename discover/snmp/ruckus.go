package snmp

import "kanmon/discover/fact"

// Columns of ruckusSZAPTable of RUCKUS-SZ-WLAN-MIB, and of ruckusZDWLANAPTable and
// ruckusZDWLANStaTable of RUCKUS-ZD-WLAN-MIB.
const (
	szAPMAC        = 1
	szAPName       = 5
	szAPModel      = 8
	szAPSerial     = 9
	szAPIP         = 10
	szAPConnStatus = 16

	zdAPMAC         = 1
	zdAPDescription = 2
	zdAPStatus      = 3
	zdAPModel       = 4
	zdAPSerial      = 5
	zdAPIP          = 10

	zdStaMAC   = 1
	zdStaAPMAC = 2
	zdStaSSID  = 4
)

// smartZoneAPTable is ruckusSZAPTable, numbered by access point.
func smartZoneAPTable() table {
	return table{
		name: "ruckusSZAPTable", entry: "1.3.6.1.4.1.25053.1.4.2.1.1.2.2.1",
		columns: []uint32{szAPMAC, szAPName, szAPModel, szAPSerial, szAPIP, szAPConnStatus},
	}
}

// zoneDirectorAPTable is ruckusZDWLANAPTable, numbered by access point.
func zoneDirectorAPTable() table {
	return table{
		name: "ruckusZDWLANAPTable", entry: "1.3.6.1.4.1.25053.1.2.2.1.1.2.1.1",
		columns: []uint32{zdAPMAC, zdAPDescription, zdAPStatus, zdAPModel, zdAPSerial, zdAPIP},
	}
}

// zoneDirectorStationTable is ruckusZDWLANStaTable, numbered by station.
func zoneDirectorStationTable() table {
	return table{
		name: "ruckusZDWLANStaTable", entry: "1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1",
		columns: []uint32{zdStaMAC, zdStaAPMAC, zdStaSSID},
	}
}

// decodeRuckus emits what a SmartZone or ZoneDirector of Ruckus knows.
func decodeRuckus(w *walk, r *reporter) error {
	for row := range w.rows(smartZoneAPTable()) {
		f := fact.AccessPoint{
			MAC: rowMAC(row, szAPMAC), IP: firstHost(row.get(szAPIP)), Name: row.get(szAPName).text(),
			Model: row.get(szAPModel).text(), Serial: row.get(szAPSerial).text(), State: row.get(szAPConnStatus).text(),
		}
		if err := r.accessPoint(row, f); err != nil {
			return err
		}
	}
	for row := range w.rows(zoneDirectorAPTable()) {
		f := fact.AccessPoint{
			MAC: rowMAC(row, zdAPMAC), IP: firstHost(row.get(zdAPIP)), Name: row.get(zdAPDescription).text(),
			Model: row.get(zdAPModel).text(), Serial: row.get(zdAPSerial).text(),
			State: row.get(zdAPStatus).nameFrom(0, "disconnected", "connected", "approvalPending", "upgradingFirmware", "provisioning"),
		}
		if err := r.accessPoint(row, f); err != nil {
			return err
		}
	}
	for row := range w.rows(zoneDirectorStationTable()) {
		f := fact.WirelessClient{MAC: rowMAC(row, zdStaMAC), SSID: row.get(zdStaSSID).text()}
		f.AccessPoint, _ = row.get(zdStaAPMAC).mac()
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}
