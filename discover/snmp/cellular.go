package snmp

import (
	"cmp"
	"strings"

	"kanmon/discover/fact"
)

// Objects of TELTONIKA-MIB as older firmware has it: 48690.1 tells of the device
// and 48690.2 of its modem. Newer firmware has a table of modems in 48690.2.2, and
// other things under the same numbers of 48690.1, so that these are believed only
// where the others are there. Identifiers of modem, SIM card and subscriber stand
// beside them (1.1, 1.3, 1.6) and are not read.
const (
	teltonikaModel       = 2
	teltonikaSerial      = 5
	teltonikaProductCode = 8

	teltonikaOperator   = 5
	teltonikaConnection = 7
	teltonikaRadio      = 8
	teltonikaFirmware   = 14

	teltonikaModemModel      = 4
	teltonikaModemOperator   = 13
	teltonikaModemConnection = 15
	teltonikaModemRadio      = 16
)

func teltonikaDeviceTable() table {
	return table{
		name: "TELTONIKA-MIB device", entry: "1.3.6.1.4.1.48690.1", scalar: true,
		columns: []uint32{teltonikaModel, teltonikaSerial, teltonikaProductCode},
	}
}

func teltonikaGSMTable() table {
	return table{
		name: "TELTONIKA-MIB gsm", entry: "1.3.6.1.4.1.48690.2", scalar: true,
		columns: []uint32{teltonikaOperator, teltonikaConnection, teltonikaRadio, teltonikaFirmware},
	}
}

// teltonikaModemTable is modemTable of TELTONIKA-RUTX-MIB, numbered by modem.
func teltonikaModemTable() table {
	return table{
		name: "TELTONIKA-MIB modemTable", entry: "1.3.6.1.4.1.48690.2.2.1",
		columns: []uint32{teltonikaModemModel, teltonikaModemOperator, teltonikaModemConnection, teltonikaModemRadio},
	}
}

// decodeTeltonika emits the mobile lines of a router of Teltonika, and what it is.
func decodeTeltonika(w *walk, r *reporter) error {
	gsm := teltonikaGSMTable()
	tell := func(object uint32) string { return w.scalar(gsm.entry, object).text() }
	connection, firmware := tell(teltonikaConnection), tell(teltonikaFirmware)
	if connection != "" || firmware != "" {
		if err := decodeOldTeltonika(w, r, firmware); err != nil {
			return err
		}
		f := fact.Line{
			Agent: r.agent, Type: radioType(tell(teltonikaRadio)), Provider: tell(teltonikaOperator),
			State: connectionState(connection),
		}
		return r.emit("snmp/line", gsm.name, f)
	}
	for row := range w.rows(teltonikaModemTable()) {
		f := fact.Line{
			Agent: r.agent, Type: radioType(row.get(teltonikaModemRadio).text()),
			Model:    row.get(teltonikaModemModel).text(),
			Provider: row.get(teltonikaModemOperator).text(),
			State:    connectionState(row.get(teltonikaModemConnection).text()),
		}
		if err := r.emit("snmp/line", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// decodeOldTeltonika emits the router as older firmware describes it.
func decodeOldTeltonika(w *walk, r *reporter, firmware string) error {
	t := teltonikaDeviceTable()
	tell := func(object uint32) string { return w.scalar(t.entry, object).text() }
	f := fact.PhysicalEntity{
		Agent: r.agent, Class: "chassis", Vendor: "Teltonika",
		Model:  cmp.Or(tell(teltonikaModel), tell(teltonikaProductCode)),
		Serial: tell(teltonikaSerial), Software: firmware,
	}
	if f.Model == "" && f.Serial == "" {
		return nil
	}
	return r.emit("snmp/entity", t.name, f)
}

// radioType is what a mobile line is called by the radio it uses now.
func radioType(radio string) string {
	switch s := strings.ToUpper(radio); {
	case strings.Contains(s, "LTE"), strings.Contains(s, "4G"):
		return "lte"
	case strings.Contains(s, "5G"), strings.Contains(s, "NR"):
		return "5g"
	}
	return "mobile"
}

// connectionState reads "connected" and "disconnected" in a state that an agent
// words.
func connectionState(s string) string {
	switch s = strings.ToLower(s); {
	case strings.HasPrefix(s, "connected"):
		return "up"
	case strings.HasPrefix(s, "disconnected"):
		return "down"
	}
	return ""
}

// Columns of mdmTable. Number and identifiers of the line stand in others, which
// are not read.
const (
	mdmDescr       = 2
	mdmPort        = 3
	mdmStatus      = 5
	mdmHomeCarrier = 18
	mdmAPN         = 21

	mdmEmpty = 8 // mdmStatus
)

// mdmTable is that of WIPIPE-MIB (Cradlepoint), numbered by modem.
func mdmTable() table {
	return table{
		name: "mdmTable", entry: "1.3.6.1.4.1.20992.1.2.2.1",
		columns: []uint32{mdmDescr, mdmPort, mdmStatus, mdmHomeCarrier, mdmAPN},
	}
}

// decodeCradlepoint emits the modems of a router of Cradlepoint.
func decodeCradlepoint(w *walk, r *reporter) error {
	for row := range w.rows(mdmTable()) {
		status := row.get(mdmStatus)
		if status.is(mdmEmpty) {
			continue
		}
		f := fact.Line{
			Agent: r.agent, Type: "mobile", Name: row.get(mdmPort).text(), Model: row.get(mdmDescr).text(),
			Provider: cmp.Or(row.get(mdmHomeCarrier).text(), row.get(mdmAPN).text()),
		}
		if kind := radioType(f.Model); kind != "mobile" {
			f.Type = kind
		}
		switch {
		case status.is(1): // established
			f.State = "up"
		case status.ok():
			f.State = "down"
		}
		if err := r.emit("snmp/line", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}
