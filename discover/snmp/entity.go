package snmp

import (
	"kanmon/discover/fact"
)

// Columns of entPhysicalTable (RFC 6933).
const (
	entPhysicalDescr       = 2
	entPhysicalClass       = 5
	entPhysicalName        = 7
	entPhysicalHardwareRev = 8
	entPhysicalFirmwareRev = 9
	entPhysicalSoftwareRev = 10
	entPhysicalSerialNum   = 11
	entPhysicalMfgName     = 12
	entPhysicalModelName   = 13
)

func entPhysicalTable() table {
	return table{name: "entPhysicalTable", entry: "1.3.6.1.2.1.47.1.1.1.1", columns: []uint32{
		entPhysicalDescr, entPhysicalClass, entPhysicalName, entPhysicalHardwareRev, entPhysicalFirmwareRev,
		entPhysicalSoftwareRev, entPhysicalSerialNum, entPhysicalMfgName, entPhysicalModelName,
	}}
}

// decodeEntities emits the rows that name a model or a serial number.
func decodeEntities(w *walk, r *reporter) error {
	for row := range w.rows(entPhysicalTable()) {
		f := fact.PhysicalEntity{
			Agent: r.agent,
			Class: row.get(entPhysicalClass).name("other", "unknown", "chassis", "backplane", "container", "powerSupply",
				"fan", "sensor", "module", "port", "stack", "cpu", "energyObject", "battery", "storageDrive"),
			Name: row.get(entPhysicalName).text(), Descr: row.get(entPhysicalDescr).text(),
			Vendor: row.get(entPhysicalMfgName).text(), Model: row.get(entPhysicalModelName).text(),
			Serial: row.get(entPhysicalSerialNum).text(), Hardware: row.get(entPhysicalHardwareRev).text(),
			Firmware: row.get(entPhysicalFirmwareRev).text(), Software: row.get(entPhysicalSoftwareRev).text(),
		}
		if f.Model == "" && f.Serial == "" {
			continue
		}
		if len(row.index) != 1 {
			r.skip(row.place(), errIndex)
			continue
		}
		f.Index = row.index[0]
		if err := r.emit("snmp/entity", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}
