package snmp

import (
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// Columns of HOST-RESOURCES-MIB (RFC 2790). What a program was started with, and
// from where, stands in others, which are not read.
const (
	hrSWRunName       = 2
	hrSWInstalledName = 2

	hrDeviceType  = 2
	hrDeviceDescr = 3
)

// hrDevicePrinter is the hrDeviceType of printers.
const hrDevicePrinter = "1.3.6.1.2.1.25.3.1.5"

// maxPrograms is how many names of programs are kept of an agent's table. A
// Linux server has some 1,500 packages.
const maxPrograms = 4096

// maxProgramName is the length of a name in octets: hrSWRunName and
// hrSWInstalledName are at most 64.
const maxProgramName = 64

// swRunTable is hrSWRunTable, numbered by process.
func swRunTable() table {
	return table{name: "hrSWRunTable", entry: "1.3.6.1.2.1.25.4.2.1", columns: []uint32{hrSWRunName}}
}

// swInstalledTable is hrSWInstalledTable, numbered by the agent.
func swInstalledTable() table {
	return table{name: "hrSWInstalledTable", entry: "1.3.6.1.2.1.25.6.3.1", columns: []uint32{hrSWInstalledName}}
}

// decodePrograms emits each name of a program once.
func decodePrograms(w *walk, r *reporter) error {
	for _, t := range []table{swRunTable(), swInstalledTable()} {
		seen := make(map[string]bool)
		for row := range w.rows(t) {
			name := programName(row.get(hrSWRunName))
			if name == "" || seen[name] {
				continue
			}
			if len(seen) == maxPrograms {
				r.skip(row.place(), errTooManyRows)
				break
			}
			seen[name] = true
			f := fact.Program{Agent: r.agent, Name: name, Running: t.name == swRunTable().name}
			if err := r.emit("snmp/program", row.place(), f); err != nil {
				return err
			}
		}
	}
	return nil
}

// programName returns the name alone: some agents write the path of the program or
// its parameters, too, which may hold anything. Threads of a kernel are no
// programs; Linux names them by processor ("kworker/0:1").
func programName(v value) string {
	s := v.text()
	if strings.Contains(s, "(KB") { // an update of Windows
		return ""
	}
	if slash := strings.IndexByte(s, '/'); slash > 0 && slash+1 < len(s) && (s[slash+1] >= '0' && s[slash+1] <= '9' || s[slash+1] == 'u') {
		return ""
	}
	s, _, _ = strings.Cut(s, " -")
	s, _, _ = strings.Cut(s, ": ")
	if strings.HasPrefix(s, "/") || strings.Contains(s, `:\`) {
		s = s[strings.LastIndexAny(s, `/\`)+1:]
		s, _, _ = strings.Cut(s, " /")
	}
	return strings.TrimSpace(strings.ToValidUTF8(s[:min(len(s), maxProgramName)], ""))
}

// deviceTable is hrDeviceTable.
func deviceTable() table {
	return table{name: "hrDeviceTable", entry: "1.3.6.1.2.1.25.3.2.1", columns: []uint32{hrDeviceType, hrDeviceDescr}}
}

// Columns of prtGeneralTable (RFC 3805).
const (
	prtGeneralPrinterName  = 16
	prtGeneralSerialNumber = 17
)

// printerTable is prtGeneralTable of Printer-MIB (RFC 3805), numbered by
// hrDeviceIndex.
func printerTable() table {
	return table{
		name: "prtGeneralTable", entry: "1.3.6.1.2.1.43.5.1.1",
		columns: []uint32{prtGeneralPrinterName, prtGeneralSerialNumber},
	}
}

// decodePrinters emits the printer that the agent is: the rows of prtGeneralTable,
// each with the model that hrDeviceDescr tells, and the printers that a maker of
// printers has in hrDeviceTable alone. A host that only prints on one has it there,
// too.
func decodePrinters(w *walk, r *reporter) error {
	descriptions := w.column(deviceTable().entry, hrDeviceDescr)
	types := w.column(deviceTable().entry, hrDeviceType)
	known := make(map[oid]bool)
	emit := func(row row, name, serial string) error {
		known[row.key] = true
		if len(row.index) != 1 {
			r.skip(row.place(), errIndex)
			return nil
		}
		f := fact.PhysicalEntity{Agent: r.agent, Index: row.index[0], Class: "chassis", Name: name, Serial: serial}
		if types.at(row.key).oid() == mustOID(hrDevicePrinter) {
			f.Model = descriptions.at(row.key).text()
		}
		if f.Model == "" && f.Serial == "" {
			return nil
		}
		return r.emit("snmp/printer", row.place(), f)
	}
	for row := range w.rows(printerTable()) {
		if err := emit(row, row.get(prtGeneralPrinterName).text(), row.get(prtGeneralSerialNumber).text()); err != nil {
			return err
		}
	}
	if !slices.Contains(printers(), w.maker()) {
		return nil
	}
	for row := range w.rows(deviceTable()) {
		if known[row.key] {
			continue
		}
		if err := emit(row, "", ""); err != nil {
			return err
		}
	}
	return nil
}

// Objects of upsIdent (RFC 1628).
const (
	upsIdentManufacturer         = 1
	upsIdentModel                = 2
	upsIdentUPSSoftwareVersion   = 3
	upsIdentAgentSoftwareVersion = 4
	upsIdentName                 = 5
)

// upsTable is upsIdent of UPS-MIB (RFC 1628).
func upsTable() table {
	return table{name: "upsIdent", entry: "1.3.6.1.2.1.33.1.1", scalar: true, columns: []uint32{
		upsIdentManufacturer, upsIdentModel, upsIdentUPSSoftwareVersion, upsIdentAgentSoftwareVersion, upsIdentName,
	}}
}

// decodeUPS emits the power supply that the agent is the card of.
func decodeUPS(w *walk, r *reporter) error {
	ident := func(object uint32) string { return w.scalar(upsTable().entry, object).text() }
	f := fact.PhysicalEntity{
		Agent: r.agent, Class: "chassis",
		Vendor: ident(upsIdentManufacturer), Model: ident(upsIdentModel), Name: ident(upsIdentName),
		Firmware: ident(upsIdentUPSSoftwareVersion), Software: ident(upsIdentAgentSoftwareVersion),
	}
	if f.Model == "" {
		return nil
	}
	return r.emit("snmp/ups", upsTable().name, f)
}
