package snmp

import (
	"kanmon/discover/fact"
)

// accessPoint emits an access point that a controller knows.
func (r *reporter) accessPoint(row row, f fact.AccessPoint) error {
	if f.MAC.IsZero() && f.Serial == "" && f.Name == "" {
		r.skip(row.place(), errNobody)
		return nil
	}
	f.Agent = r.agent
	return r.emit("snmp/wireless", row.place(), f)
}

// wirelessClient emits a station. Its user, which controllers know, is not read.
func (r *reporter) wirelessClient(row row, f fact.WirelessClient) error {
	if f.MAC.IsZero() || f.MAC.IsGroup() {
		r.skip(row.place(), errIndex)
		return nil
	}
	f.Agent = r.agent
	return r.emit("snmp/wireless", row.place(), f)
}

// macIndex returns the address in six arcs, before which some agents put the
// length.
func macIndex(arcs []uint32) (fact.MAC, bool) {
	if len(arcs) == 7 && arcs[0] == 6 {
		arcs = arcs[1:]
	}
	return macOf(arcs)
}

// rowMAC returns the address that a column of the row holds, else that in its
// index: agents that follow SMIv2 do not give columns that are part of it.
func rowMAC(row row, col uint32) fact.MAC {
	if m, ok := row.get(col).mac(); ok {
		return m
	}
	m, _ := macIndex(row.index)
	return m
}

// Columns of bsnAPTable and bsnMobileStationTable of AIRESPACE-WIRELESS-MIB.
const (
	bsnAPName            = 3
	bsnAPOperationStatus = 6
	bsnAPModel           = 16
	bsnAPSerialNumber    = 17
	bsnAPIPAddress       = 19
	bsnAPEthernetMAC     = 33

	bsnMobileStationAPMAC = 4
	bsnMobileStationSSID  = 7
)

// airespaceAPTable is bsnAPTable, numbered by the address of the radios.
func airespaceAPTable() table {
	return table{name: "bsnAPTable", entry: "1.3.6.1.4.1.14179.2.2.1.1", columns: []uint32{
		bsnAPName, bsnAPOperationStatus, bsnAPModel, bsnAPSerialNumber, bsnAPIPAddress, bsnAPEthernetMAC,
	}}
}

// airespaceStationTable is bsnMobileStationTable, numbered by station.
func airespaceStationTable() table {
	return table{
		name: "bsnMobileStationTable", entry: "1.3.6.1.4.1.14179.2.1.4.1",
		columns: []uint32{bsnMobileStationAPMAC, bsnMobileStationSSID},
	}
}

// decodeAirespace emits what a wireless controller of Cisco knows.
func decodeAirespace(w *walk, r *reporter) error {
	byRadio := make(map[fact.MAC]fact.MAC)
	for row := range w.rows(airespaceAPTable()) {
		radio, ok := macIndex(row.index)
		if !ok {
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.AccessPoint{
			MAC: radio, IP: firstHost(row.get(bsnAPIPAddress)), Name: row.get(bsnAPName).text(),
			Model: row.get(bsnAPModel).text(), Serial: row.get(bsnAPSerialNumber).text(),
			State: row.get(bsnAPOperationStatus).name("associated", "disassociating", "downloading"),
		}
		if m, ok := row.get(bsnAPEthernetMAC).mac(); ok && !m.IsZero() {
			f.MAC = m
		}
		byRadio[radio] = f.MAC
		if err := r.accessPoint(row, f); err != nil {
			return err
		}
	}
	for row := range w.rows(airespaceStationTable()) {
		mac, _ := macIndex(row.index)
		f := fact.WirelessClient{MAC: mac, SSID: row.get(bsnMobileStationSSID).text()}
		radio, _ := row.get(bsnMobileStationAPMAC).mac()
		f.AccessPoint = byRadio[radio]
		if f.AccessPoint.IsZero() {
			f.AccessPoint = radio
		}
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}

// cDot11ClientParentAddress is a column of cDot11ClientConfigInfoTable that every
// row has.
const cDot11ClientParentAddress = 2

// ciscoStationTable is cDot11ClientConfigInfoTable of
// CISCO-DOT11-ASSOCIATION-MIB, numbered by ifIndex, SSID and station. An access
// point that no controller leads has it.
func ciscoStationTable() table {
	return table{
		name: "cDot11ClientConfigInfoTable", entry: "1.3.6.1.4.1.9.9.273.1.2.1.1",
		columns: []uint32{cDot11ClientParentAddress},
	}
}

// decodeCiscoStations emits the stations of an autonomous access point of Cisco.
func decodeCiscoStations(w *walk, r *reporter) error {
	for row := range w.rows(ciscoStationTable()) {
		if len(row.index) < 2 {
			r.skip(row.place(), errIndex)
			continue
		}
		ssid, rest, ok := takeString(row.index[1:])
		mac, isMAC := macIndex(rest)
		if !ok || !isMAC {
			r.skip(row.place(), errIndex)
			continue
		}
		f := fact.WirelessClient{MAC: mac, IfIndex: row.index[0], SSID: octets(tagOctets, ssid).text()}
		if err := r.wirelessClient(row, f); err != nil {
			return err
		}
	}
	return nil
}

// takeString reads a string, after its length, from the front of an index, and
// returns what follows.
func takeString(index []uint32) (s string, rest []uint32, ok bool) {
	if len(index) == 0 || uint64(index[0]) > uint64(len(index)-1) {
		return "", nil, false
	}
	end := 1 + int(index[0])
	b, ok := octetsOf(index[1:end])
	return string(b), index[end:], ok
}

// Columns of mwConfigApTable.
const (
	mwApDescr        = 2
	mwApSerialNumber = 13
)

// meruAPTable is mwConfigApTable of MERU-CONFIG-AP-MIB, numbered by access point.
// What it calls the serial number is the MAC address.
func meruAPTable() table {
	return table{
		name: "mwConfigApTable", entry: "1.3.6.1.4.1.15983.1.1.4.2.1.1",
		columns: []uint32{mwApDescr, mwApSerialNumber},
	}
}

// decodeMeru emits what a controller of Meru (Fortinet) knows.
func decodeMeru(w *walk, r *reporter) error {
	for row := range w.rows(meruAPTable()) {
		f := fact.AccessPoint{Name: row.get(mwApDescr).text()}
		f.MAC, _ = row.get(mwApSerialNumber).mac()
		if err := r.accessPoint(row, f); err != nil {
			return err
		}
	}
	return nil
}
