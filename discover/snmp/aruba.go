package snmp

import (
	"net/netip"

	"kanmon/discover/fact"
)

// Columns of WLSX-WLAN-MIB and WLSX-USER-MIB.
const (
	wlanAPIPAddress = 2
	wlanAPName      = 3
	wlanAPSerial    = 6
	wlanAPModelName = 13
	wlanAPStatus    = 19

	wlanAPESSID = 2

	wlanStaESSID = 12

	nUserAPBSSID = 11
)

// arubaAPTable is wlsxWlanAPTable, numbered by access point.
func arubaAPTable() table {
	return table{
		name: "wlsxWlanAPTable", entry: "1.3.6.1.4.1.14823.2.2.1.5.2.1.4.1",
		columns: []uint32{wlanAPIPAddress, wlanAPName, wlanAPSerial, wlanAPModelName, wlanAPStatus},
	}
}

// arubaBSSIDTable is wlsxWlanAPBssidTable, numbered by access point, radio and
// BSSID.
func arubaBSSIDTable() table {
	return table{
		name: "wlsxWlanAPBssidTable", entry: "1.3.6.1.4.1.14823.2.2.1.5.2.1.7.1",
		columns: []uint32{wlanAPESSID},
	}
}

// arubaStationTable is wlsxWlanStationTable, numbered by station.
func arubaStationTable() table {
	return table{
		name: "wlsxWlanStationTable", entry: "1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1",
		columns: []uint32{wlanStaESSID},
	}
}

// arubaUserTable is wlsxUserTable, numbered by station and IP address.
func arubaUserTable() table {
	return table{name: "wlsxUserTable", entry: "1.3.6.1.4.1.14823.2.2.1.4.1.2.1", columns: []uint32{nUserAPBSSID}}
}

// decodeAruba emits what a wireless controller of Aruba knows. Which access point
// a station is at is told by the BSSID it uses.
func decodeAruba(w *walk, r *reporter) error {
	const macLen = 6
	for row := range w.rows(arubaAPTable()) {
		f := fact.AccessPoint{
			IP: firstHost(row.get(wlanAPIPAddress)), Name: row.get(wlanAPName).text(),
			Model: row.get(wlanAPModelName).text(), Serial: row.get(wlanAPSerial).text(),
			State: row.get(wlanAPStatus).name("up", "down"),
		}
		f.MAC, _ = macOf(row.index)
		if err := r.accessPoint(row, f); err != nil {
			return err
		}
	}
	byBSSID := make(map[fact.MAC]fact.MAC)
	for row := range r.rows(w, arubaBSSIDTable(), macLen+1+macLen) {
		ap, ok1 := macOf(row.index[:macLen])
		bssid, ok2 := macOf(row.index[macLen+1:])
		if ok1 && ok2 {
			byBSSID[bssid] = ap
		}
	}
	at := make(map[fact.MAC]fact.MAC)
	for row := range w.rows(arubaUserTable()) {
		if len(row.index) < macLen {
			r.skip(row.place(), errIndex)
			continue
		}
		mac, _ := macOf(row.index[:macLen])
		bssid, _ := row.get(nUserAPBSSID).mac()
		if ap, ok := byBSSID[bssid]; ok {
			at[mac] = ap
		}
	}
	for row := range w.rows(arubaStationTable()) {
		f := fact.WirelessClient{SSID: row.get(wlanStaESSID).text()}
		f.MAC, _ = macOf(row.index[:min(len(row.index), macLen)])
		f.AccessPoint = at[f.MAC]
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}

// Columns of aiAccessPointTable, aiWlanTable and aiClientTable of AI-AP-MIB.
const (
	aiAPName    = 2
	aiAPIP      = 3
	aiAPSerial  = 4
	aiAPModel   = 6
	aiAPStatus  = 11
	aiWLANESSID = 3
	aiWLANMAC   = 4

	aiClientWLANMAC = 2
	aiClientAPIP    = 4
)

// instantAPTable is aiAccessPointTable, numbered by access point.
func instantAPTable() table {
	return table{
		name: "aiAccessPointTable", entry: "1.3.6.1.4.1.14823.2.3.3.1.2.1.1",
		columns: []uint32{aiAPName, aiAPIP, aiAPSerial, aiAPModel, aiAPStatus},
	}
}

// instantWLANTable is aiWlanTable, numbered by access point and network.
func instantWLANTable() table {
	return table{
		name: "aiWlanTable", entry: "1.3.6.1.4.1.14823.2.3.3.1.2.3.1",
		columns: []uint32{aiWLANESSID, aiWLANMAC},
	}
}

// instantClientTable is aiClientTable, numbered by station.
func instantClientTable() table {
	return table{
		name: "aiClientTable", entry: "1.3.6.1.4.1.14823.2.3.3.1.2.4.1",
		columns: []uint32{aiClientWLANMAC, aiClientAPIP},
	}
}

// decodeInstant emits what the access points of Aruba Instant know of each other,
// which need no controller.
func decodeInstant(w *walk, r *reporter) error {
	byIP := make(map[netip.Addr]fact.MAC)
	for row := range w.rows(instantAPTable()) {
		f := fact.AccessPoint{
			IP: firstHost(row.get(aiAPIP)), Name: row.get(aiAPName).text(), Model: row.get(aiAPModel).text(),
			Serial: row.get(aiAPSerial).text(), State: row.get(aiAPStatus).name("up", "down"),
		}
		f.MAC, _ = macIndex(row.index)
		if f.IP.IsValid() {
			byIP[f.IP] = f.MAC
		}
		if err := r.accessPoint(row, f); err != nil {
			return err
		}
	}
	ssids := make(map[fact.MAC]string)
	for row := range w.rows(instantWLANTable()) {
		if bssid, ok := row.get(aiWLANMAC).mac(); ok {
			ssids[bssid] = row.get(aiWLANESSID).text()
		}
	}
	for row := range w.rows(instantClientTable()) {
		bssid, _ := row.get(aiClientWLANMAC).mac()
		f := fact.WirelessClient{SSID: ssids[bssid], AccessPoint: byIP[firstHost(row.get(aiClientAPIP))]}
		f.MAC, _ = macIndex(row.index)
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}
