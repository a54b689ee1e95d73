package snmp

import (
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// makerObjects are the objects of a maker's own MIB that tell what a device is,
// in the words of fact.PhysicalEntity. OIDs are below the enterprises unless
// they begin with "1."; a "+" at the end says that there is one for each of
// several units, of which the first counts, and "=" that the instance is the
// number that follows, and not 0.
type makerObjects struct {
	name string   // of the MIB
	of   []uint32 // enterprise numbers in the sysObjectID of devices that are asked

	model, serial, software, hardware string

	// part: they are of one board of the device. The first counts whose model has
	// this in its name, else the first.
	part string
}

// netSNMP is the enterprise number with which agents on Linux answer, whoever
// made the machine.
const netSNMP = 8072

// printers returns the enterprise numbers of makers of printers: HP, Fuji Xerox,
// Ricoh, Xerox, Samsung, Lexmark, Toshiba Tec, Epson, Kyocera, Canon, Oki, Sharp,
// Brother, Konica Minolta.
func printers() []uint32 {
	return []uint32{11, 297, 367, 253, 236, 641, 1129, 1248, 1347, 1602, 2001, 2385, 2435, 18334}
}

// makers returns what makers' MIBs tell of their devices.
func makers() []makerObjects {
	return []makerObjects{
		// yrfRevision and ysfRevision: "RTX830 Rev.15.02.22".
		{name: "YAMAHA-RT-FIRMWARE", of: []uint32{1182}, software: "1182.2.2.3"},
		{name: "YAMAHA-SW-FIRMWARE", of: []uint32{1182}, software: "1182.3.2.3"},
		// rscBoardName and rscBoardSerialNumber; currSoftVersion of AT-SETUP-MIB.
		// A chassis is known by its controller.
		{name: "AT-RESOURCE-MIB", of: []uint32{207}, model: "207.8.4.4.3.21.1.1.4+", serial: "207.8.4.4.3.21.1.1.8+", software: "207.8.4.4.4.500.2.1.1", part: "CFC"},
		// Boards of AlliedWare: name, serial number.
		{name: "AtRouter boards", of: []uint32{207}, model: "207.8.4.4.5.2.1.3+", serial: "207.8.4.4.5.2.1.5+"},
		// Canon: model, version of the controller.
		{name: "CANON-MIB", of: []uint32{1602}, model: "1602.1.1.1.1", software: "1602.1.1.1.4"},
		{name: "KYOCERA-MIB", of: []uint32{1347}, model: "1347.43.5.1.1.1+", serial: "1347.43.5.1.1.28+"},
		{name: "BROTHER-MIB", of: []uint32{2435}, model: "2435.2.4.3.2435.5.13.3", serial: "2435.2.3.9.4.2.1.5.5.1"},
		// stackUnitDesc, stackUnitSerialNumber, stackUnitSWVersion.
		{name: "A3COM-SWITCHING-SYSTEMS-MIB", of: []uint32{43}, model: "43.10.27.1.1.1.5+", serial: "43.10.27.1.1.1.13+", software: "43.10.27.1.1.1.12+"},
		// acSysVersionSoftware, acSysTypeProduct, serial number.
		{name: "AC-SYSTEM-MIB", of: []uint32{5003}, model: "5003.9.10.10.2.3.1", serial: "5003.9.10.10.2.3.2", software: "5003.9.10.10.2.2.1"},
		// svnApplianceProductName, svnApplianceSerialNumber, svnVersion.
		{name: "CHECKPOINT-MIB", of: []uint32{2620}, model: "2620.1.6.16.7", serial: "2620.1.6.16.3", software: "2620.1.6.4.1"},
		// sysHardwareVersionDesc, sysHardwareSerialNumber, sysBuildVersion.
		{name: "NS-ROOT-MIB", of: []uint32{5951}, model: "5951.4.1.1.11", serial: "5951.4.1.1.14", software: "5951.4.1.1.1"},
		// cpqSiProductName, cpqSiSysSerialNum.
		{name: "CPQSINFO-MIB", of: []uint32{232}, model: "232.2.2.4.2", serial: "232.2.2.2.1"},
		// deviceType, serialNumber, softwareRevision.
		{name: "DAHUA-SNMP-MIB", of: []uint32{1004849}, model: "1004849.2.1.2.6", serial: "1004849.2.1.2.4", software: "1004849.2.1.1.1"},
		// drsProductName, drsChassisServiceTag, drsFirmwareVersion of the first
		// generations of iDRAC, and of chassis.
		{name: "DELL-RAC-MIB", of: []uint32{674}, model: "674.10892.2.1.1.2", serial: "674.10892.2.1.1.11", software: "674.10892.2.1.2.1"},
		// productIdentificationDisplayName, productIdentificationVersion.
		{name: "Dell-Vendor-MIB", of: []uint32{674}, model: "674.10895.3000.1.2.100.1", software: "674.10895.3000.1.2.100.4"},
		// ogFirmwareVersion, ogSerialNumber.
		{name: "OG-STATUSv2-MIB", of: []uint32{25049}, serial: "25049.17.1=2", software: "25049.17.1=1"},
		// applVersion.
		{name: "NETWORK-SERVICES-MIB", of: []uint32{38516}, software: "1.3.6.1.2.1.27.1.1.4+"},
		// Product and serial number of Centec's switches.
		{name: "FS-SWITCH-MIB", of: []uint32{27975}, model: "27975.37.1.5.1.4+", serial: "27975.37.1.5.1.10+"},
		// agentSerialNumber; probeSoftwareRev and probeHardwareRev of RMON2-MIB.
		{name: "AGENT-GENERAL-MIB", of: []uint32{171}, serial: "171.12.1.1.12", software: "1.3.6.1.2.1.16.19.2", hardware: "1.3.6.1.2.1.16.19.3"},
		// swUnitMgmtSerialNumber.
		{name: "EQUIPMENT-MIB", of: []uint32{171}, serial: "171.12.11.1.9.4.1.17+"},
		// agentInventoryMachineType, agentInventorySerialNumber, agentInventorySoftwareVersion.
		{name: "EDGESWITCH-SWITCHING-MIB", of: []uint32{4413}, model: "4413.1.1.1.1.1.2", serial: "4413.1.1.1.1.1.4", software: "4413.1.1.1.1.1.13"},
		// fnSysSerial of FORTINET-CORE-MIB, fgSysVersion.
		{name: "FORTINET-FORTIGATE-MIB", of: []uint32{12356}, serial: "12356.100.1.1.1", software: "12356.101.4.1.1"},
		// hwEntitySystemModel of HUAWEI-ENTITY-EXTENT-MIB, hwDeviceEsn.
		{name: "HUAWEI-DEVICE-EXT-MIB", of: []uint32{2011}, model: "2011.5.25.31.6.5", serial: "2011.5.25.188.1.1"},
		// hpHttpMgSerialNumber of SEMI-MIB, hpSwitchOsVersion of NETSWITCH-MIB.
		{name: "SEMI-MIB", of: []uint32{11}, serial: "11.2.36.1.1.2.9", software: "11.2.14.11.5.1.1.3"},
		// deviceType, softwVersion.
		{name: "HIK-DEVICE-MIB", of: []uint32{39165, 50001}, model: "39165.1.1", software: "39165.1.3"},
		// jnxBoxDescr, jnxBoxSerialNo.
		{name: "JUNIPER-MIB", of: []uint32{2636}, model: "2636.3.1.2", serial: "2636.3.1.3"},
		// upsmgIdentFirmwareVersion, upsmgIdentSerialNumber.
		{name: "MG-SNMP-UPS-MIB", of: []uint32{705}, serial: "705.1.1.7", software: "705.1.1.4"},
		// mtxrSerialNumber, mtxrLicVersion.
		{name: "MIKROTIK-MIB", of: []uint32{14988}, serial: "14988.1.1.7.3", software: "14988.1.1.4.4"},
		// productModel, productSerialNum.
		{name: "NETWORK-APPLIANCE-MIB", of: []uint32{789}, model: "789.1.1.5", serial: "789.1.1.9"},
		{name: "NETGEAR-SWITCHING-MIB", of: []uint32{4526}, serial: "4526.10.1.1.1.4", software: "4526.10.1.1.1.13"},
		// panChassisType, panSysSerialNumber, panSysSwVersion.
		{name: "PAN-COMMON-MIB", of: []uint32{25461}, model: "25461.2.1.2.2.1", serial: "25461.2.1.2.1.3", software: "25461.2.1.2.1.1"},
		// upsBasicIdentModel, upsAdvIdentSerialNumber, upsAdvIdentFirmwareRevision.
		{name: "PowerNet-MIB", of: []uint32{318}, model: "318.1.1.1.1.1.1", serial: "318.1.1.1.1.2.3", hardware: "318.1.1.1.1.2.1"},
		// rPDUIdentModelNumber, rPDUIdentSerialNumber, rPDUIdentFirmwareRev.
		{name: "PowerNet-MIB rPDUIdent", of: []uint32{318}, model: "318.1.1.12.1.5", serial: "318.1.1.12.1.6", software: "318.1.1.12.1.3"},
		// modelName of NAS-MIB.
		{name: "NAS-MIB", of: []uint32{24681}, model: "24681.1.2.12"},
		// rcChasSerialNumber, rcSysVersion.
		{name: "RAPID-CITY", of: []uint32{2272}, serial: "2272.1.4.2", software: "2272.1.1.7"},
		// ruckusCtrlSystemNodeModel, ruckusCtrlSystemNodeVersion; serial number of
		// RUCKUS-SZ-SYSTEM-MIB.
		{name: "RUCKUS-CTRL-MIB", of: []uint32{25053}, model: "25053.1.8.1.1.1.1.1.1.3+", serial: "25053.1.4.1.1.1.15.13", software: "25053.1.8.1.1.1.1.1.1.9+"},
		// sfosDeviceType, sfosDeviceAppKey, sfosDeviceFWVersion.
		{name: "SFOS-FIREWALL-MIB", of: []uint32{2604}, model: "2604.5.1.1.2", serial: "2604.5.1.1.4", software: "2604.5.1.1.3"},
		// snwlSysModel, snwlSysSerialNumber, snwlSysFirmwareVersion.
		{name: "SNWL-COMMON-MIB", of: []uint32{8741}, model: "8741.2.1.1.1", serial: "8741.2.1.1.2", software: "8741.2.1.1.3"},
		// modelName, serialNumber, version.
		{name: "SYNOLOGY-SYSTEM-MIB", of: []uint32{6574, netSNMP}, model: "6574.1.5.1", serial: "6574.1.5.2", software: "6574.1.5.3"},
		// tpSysInfoHwVersion, tpSysInfoSerialNum, tpSysInfoSwVersion.
		{name: "TPLINK-SYSINFO-MIB", of: []uint32{11863}, model: "11863.6.1.1.5", serial: "11863.6.1.1.8", software: "11863.6.1.1.6"},
		// ubntModel, ubntVersion.
		{name: "UBNT-EdgeMAX-MIB", of: []uint32{41112}, model: "41112.1.5.1.1", software: "41112.1.5.1.3"},
		// unifiApSystemModel, unifiApSystemVersion.
		{name: "UBNT-UniFi-MIB", of: []uint32{10002, 41112, netSNMP}, model: "41112.1.6.3.3", software: "41112.1.6.3.6"},
		// dot11manufacturerProductName, dot11manufacturerProductVersion.
		{name: "IEEE802dot11-MIB", of: []uint32{10002, 41112}, model: "1.2.840.10036.3.1.2.1.3+", software: "1.2.840.10036.3.1.2.1.4+"},
		// wlsxSysExtSerialNumber.
		{name: "WLSX-SYSTEMEXT-MIB", of: []uint32{14823}, serial: "14823.2.2.1.2.1.29"},
		// xupsIdentModel, xupsIdentSoftwareVersion.
		{name: "XUPS-MIB", of: []uint32{534}, model: "534.1.1.2", software: "534.1.1.3"},
		// sysProductModel, sysProductSerialNumber, sysSwVersionString.
		{name: "ZYXEL-ES-COMMON", of: []uint32{890}, model: "890.1.15.3.1.11", serial: "890.1.15.3.1.12", software: "890.1.15.3.1.6"},
	}
}

// object is one of makerObjects.
type object struct {
	entry    string
	column   uint32
	several  bool
	instance oid
}

func parseObject(s string) object {
	s, several := strings.CutSuffix(s, "+")
	s, instance, named := strings.Cut(s, "=")
	if !named {
		instance = "0"
	}
	if !strings.HasPrefix(s, "1.") {
		s = enterprises + "." + s
	}
	at := mustOID(s)
	return object{
		entry: at.parent().String(), column: at.last(), several: several, instance: mustOID(instance),
	}
}

// makerTables returns the tables of makers' MIBs, one for each place.
func makerTables() []table {
	var out []table
	for _, m := range makers() {
		for _, s := range []string{m.model, m.serial, m.software, m.hardware} {
			if s == "" {
				continue
			}
			o := parseObject(s)
			i := slices.IndexFunc(out, func(t table) bool { return t.entry == o.entry })
			if i < 0 {
				i = len(out)
				out = append(out, table{name: m.name, entry: o.entry, scalar: !o.several && o.instance.last() == 0, makers: m.of})
			}
			out[i].columns = append(out[i].columns, o.column)
			slices.Sort(out[i].columns)
			out[i].columns = slices.Compact(out[i].columns)
		}
	}
	return out
}

// decodeMakers emits what the MIBs of the device's maker tell of it.
func decodeMakers(w *walk, r *reporter) error {
	for _, m := range makers() {
		if !slices.Contains(m.of, w.maker()) {
			continue
		}
		class, unit := "chassis", 0
		if m.part != "" {
			class, unit = "module", w.unit(m.model, m.part)
		}
		f := fact.PhysicalEntity{
			Agent: r.agent, Class: class, Descr: m.name,
			Model: w.told(m.model, unit), Serial: w.told(m.serial, unit), Software: w.told(m.software, unit), Hardware: w.told(m.hardware, unit),
		}
		if f.Model+f.Serial+f.Software == "" {
			continue
		}
		if err := r.emit("snmp/maker", m.name, f); err != nil {
			return err
		}
	}
	return nil
}

// told returns the text of one of makerObjects, of the given unit where there
// are several.
func (w *walk) told(name string, unit int) string {
	if name == "" {
		return ""
	}
	o := parseObject(name)
	c := w.column(o.entry, o.column)
	switch {
	case !o.several:
		return c.at(o.instance).text()
	case unit >= c.len():
		return ""
	}
	v, _ := c.cell(unit).value()
	return v.text()
}

// unit returns which unit has a word in its model, else the first.
func (w *walk) unit(model, word string) int {
	o := parseObject(model)
	for i := range w.column(o.entry, o.column).len() {
		if strings.Contains(w.told(model, i), word) {
			return i
		}
	}
	return 0
}

// maker returns the enterprise number of the device's sysObjectID, 0 where it
// has none.
func (w *walk) maker() uint32 {
	below, ok := strings.CutPrefix(string(w.scalar(systemTable().entry, 2).oid()), string(mustOID(enterprises)))
	if !ok {
		return 0
	}
	return oid(below).first(1).last()
}
