package snmp

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// Columns of FORTINET-FORTIGATE-MIB. Names of users (fgVpnSslTunnelTable) and the
// identifiers of SIM cards stand in others, which are not read.
const (
	fgVPNTunPhase1Name = 2
	fgVPNTunPhase2Name = 3
	fgVPNTunRemoteIP   = 4
	fgVPNTunLocalIP    = 6
	fgVPNTunStatus     = 20

	fgVPNDialupGateway = 2

	fgVPNSSLState      = 1
	fgVPNSSLLoginUsers = 2
	fgVPNSSLTunnels    = 6

	fgUSBPlugged      = 2
	fgUSBClass        = 4
	fgUSBVendorID     = 5
	fgUSBProductID    = 6
	fgUSBManufacturer = 8
	fgUSBProduct      = 9

	fgUSBModemStatus  = 2
	fgUSBModemVendor  = 4
	fgUSBModemProduct = 5

	fgMdmDetected = 2
	fgMdmVendor   = 3
	fgMdmModel    = 4
	fgMdmCarrier  = 17

	fgSessModem  = 2
	fgSessIfName = 3
	fgSessState  = 4
	fgSessAPN    = 9
)

// fgVPNTunTable is fgVpnTunTable, numbered by tunnel and phase 2; older versions
// number by tunnel only.
func fgVPNTunTable() table {
	return table{name: "fgVpnTunTable", entry: "1.3.6.1.4.1.12356.101.12.2.2.1", columns: []uint32{
		fgVPNTunPhase1Name, fgVPNTunPhase2Name, fgVPNTunRemoteIP, fgVPNTunLocalIP, fgVPNTunStatus,
	}}
}

// fgVPNDialupTable is fgVpnDialupTable: a row for each peer that dialled in.
func fgVPNDialupTable() table {
	return table{name: "fgVpnDialupTable", entry: "1.3.6.1.4.1.12356.101.12.2.1.1", columns: []uint32{fgVPNDialupGateway}}
}

// fgVPNSSLTable is fgVpnSslStatsTable, numbered by virtual domain.
func fgVPNSSLTable() table {
	return table{
		name: "fgVpnSslStatsTable", entry: "1.3.6.1.4.1.12356.101.12.2.3.1",
		columns: []uint32{fgVPNSSLState, fgVPNSSLLoginUsers, fgVPNSSLTunnels},
	}
}

// fgUSBPortTable is fgUsbportTable.
func fgUSBPortTable() table {
	return table{name: "fgUsbportTable", entry: "1.3.6.1.4.1.12356.101.4.7.2.1", columns: []uint32{
		fgUSBPlugged, fgUSBClass, fgUSBVendorID, fgUSBProductID, fgUSBManufacturer, fgUSBProduct,
	}}
}

// fgUSBModemTable is fgUsbModemInfoObjects.
func fgUSBModemTable() table {
	return table{
		name: "fgUsbModemInfo", entry: "1.3.6.1.4.1.12356.101.17.1", scalar: true,
		columns: []uint32{fgUSBModemStatus, fgUSBModemVendor, fgUSBModemProduct},
	}
}

// fgModemTable is fgMdmInfoTable, of the modems inside.
func fgModemTable() table {
	return table{
		name: "fgMdmInfoTable", entry: "1.3.6.1.4.1.12356.101.19.1.1",
		columns: []uint32{fgMdmDetected, fgMdmVendor, fgMdmModel, fgMdmCarrier},
	}
}

// fgSessionTable is fgSessInfoTable: the data sessions of the modems inside.
func fgSessionTable() table {
	return table{
		name: "fgSessInfoTable", entry: "1.3.6.1.4.1.12356.101.19.5.1",
		columns: []uint32{fgSessModem, fgSessIfName, fgSessState, fgSessAPN},
	}
}

// decodeFortiGateVPN emits the tunnels of a FortiGate and who it lets in.
func decodeFortiGateVPN(w *walk, r *reporter) error {
	for row := range w.rows(fgVPNTunTable()) {
		f := fact.TunnelEnd{
			Agent: r.agent, Type: "ipsec",
			Name:   joined("/", row.get(fgVPNTunPhase1Name).text(), row.get(fgVPNTunPhase2Name).text()),
			Local:  firstHost(row.get(fgVPNTunLocalIP)),
			Remote: firstHost(row.get(fgVPNTunRemoteIP)),
			State:  upDown(row.get(fgVPNTunStatus), 2, 1),
		}
		if err := r.emit("snmp/vpn", row.place(), f); err != nil {
			return err
		}
	}
	dialled, ssl, sslOn := 0, uint64(0), false
	for range w.rows(fgVPNDialupTable()) {
		dialled++
	}
	for row := range w.rows(fgVPNSSLTable()) {
		ssl += uint64(max(row.get(fgVPNSSLLoginUsers).uint(), row.get(fgVPNSSLTunnels).uint()))
		sslOn = sslOn || row.get(fgVPNSSLState).is(2) // FnBoolState: enabled
	}
	if dialled > 0 {
		f := fact.RemoteAccess{Agent: r.agent, Type: "ike", Sessions: dialled}
		if err := r.emit("snmp/vpn", fgVPNDialupTable().name, f); err != nil {
			return err
		}
	}
	if sslOn || ssl > 0 {
		f := fact.RemoteAccess{Agent: r.agent, Type: "ssl-vpn", Sessions: int(min(ssl, 1<<31-1))}
		return r.emit("snmp/vpn", fgVPNSSLTable().name, f)
	}
	return nil
}

// decodeFortiGateUSB emits what is plugged into a FortiGate, and its modems.
func decodeFortiGateUSB(w *walk, r *reporter) error {
	for row := range w.rows(fgUSBPortTable()) {
		if !row.get(fgUSBPlugged).is(1) || len(row.index) != 1 {
			continue
		}
		f := fact.USBDevice{
			Agent: r.agent, Port: strconv.FormatUint(uint64(row.index[0]), 10),
			Class:        usbClass(row.get(fgUSBClass)),
			VendorID:     usbID(row.get(fgUSBVendorID)),
			ProductID:    usbID(row.get(fgUSBProductID)),
			Manufacturer: row.get(fgUSBManufacturer).text(),
			Product:      row.get(fgUSBProduct).text(),
		}
		if err := r.emit("snmp/usb", row.place(), f); err != nil {
			return err
		}
	}
	usb := fgUSBModemTable()
	modem := joined(" ", w.scalar(usb.entry, fgUSBModemVendor).text(), w.scalar(usb.entry, fgUSBModemProduct).text())
	if modem != "" {
		f := fact.Line{
			Agent: r.agent, Type: "usb-modem", Model: modem,
			State: upDown(w.scalar(usb.entry, fgUSBModemStatus), 1, 0),
		}
		if err := r.emit("snmp/line", usb.name, f); err != nil {
			return err
		}
	}
	return decodeFortiGateLTE(w, r)
}

// decodeFortiGateLTE emits a line for each data session of a modem inside, and
// for each modem that has none.
func decodeFortiGateLTE(w *walk, r *reporter) error {
	lines := make(map[uint32]fact.Line)
	var order []uint32
	for row := range w.rows(fgModemTable()) {
		if row.get(fgMdmDetected).is(0) || len(row.index) != 1 {
			continue
		}
		order = append(order, row.index[0])
		lines[row.index[0]] = fact.Line{
			Agent: r.agent, Type: "lte", Provider: row.get(fgMdmCarrier).text(),
			Model: joined(" ", row.get(fgMdmVendor).text(), row.get(fgMdmModel).text()),
		}
	}
	used := make(map[uint32]bool)
	for row := range w.rows(fgSessionTable()) {
		modem := row.get(fgSessModem).uint()
		f, ok := lines[modem]
		if !ok {
			f = fact.Line{Agent: r.agent, Type: "lte"}
		}
		used[modem] = true
		f.Name, f.State = row.get(fgSessIfName).text(), upDown(row.get(fgSessState), 2, 1)
		if apn := row.get(fgSessAPN).text(); apn != "" {
			f.Provider = apn
		}
		if err := r.emit("snmp/line", row.place(), f); err != nil {
			return err
		}
	}
	for _, modem := range order {
		if used[modem] {
			continue
		}
		place := fgModemTable().name + "." + strconv.FormatUint(uint64(modem), 10)
		if err := r.emit("snmp/line", place, lines[modem]); err != nil {
			return err
		}
	}
	return nil
}

// usbClass names an fgUsbportClass, which is a class of USB.
func usbClass(v value) string {
	switch {
	case v.is(254):
		return "appSpec"
	case v.is(255):
		return "vendorSpec"
	}
	return v.nameFrom(0, "ifc", "audio", "comm", "hid", "4", "physical", "image", "printer", "storage", "hub",
		"cdcData", "chipSmartCard", "12", "contentSecurity")
}

// usbID writes a vendor or product ID, two octets or their text, as four
// hexadecimal digits; nothing where it is neither.
func usbID(v value) string {
	if v.isString() && len(v.s) == 2 {
		return hex.EncodeToString([]byte(v.s))
	}
	s := strings.TrimPrefix(strings.ToLower(v.text()), "0x")
	n, err := strconv.ParseUint(s, 16, 16)
	if err != nil {
		return ""
	}
	return hex.EncodeToString([]byte{byte(n >> 8), byte(n)})
}

// upDown names a state of which one value stands for up and one for down.
func upDown(v value, up, down int64) string {
	switch {
	case v.is(up):
		return "up"
	case v.is(down):
		return "down"
	}
	return ""
}

// joined joins what is not empty, and leaves out what says the same again.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Compact(parts), func(p string) bool { return p == "" }), sep)
}
