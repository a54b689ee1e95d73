package snmp

import (
	"errors"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

// Columns of LLDP-MIB (IEEE Std 802.1AB-2005, 12).
const (
	lldpLocChassisIDSubtype = 1
	lldpLocChassisID        = 2
	lldpLocSysName          = 3

	lldpLocPortIDSubtype = 2
	lldpLocPortID        = 3
	lldpLocPortDesc      = 4

	lldpRemChassisIDSubtype = 4
	lldpRemChassisID        = 5
	lldpRemPortIDSubtype    = 6
	lldpRemPortID           = 7
	lldpRemPortDesc         = 8
	lldpRemSysName          = 9
	lldpRemSysDesc          = 10
	lldpRemSysCapEnabled    = 12

	lldpRemManAddrIfSubtype = 3

	chassisMACAddress     = 4 // LldpChassisIdSubtype
	chassisNetworkAddress = 5
	portInterfaceAlias    = 1 // LldpPortIdSubtype
	portMACAddress        = 3
	portNetworkAddress    = 4
	portInterfaceName     = 5
)

// maxManAddr is how many management addresses of one neighbour are kept.
const maxManAddr = 16

var errNobody = errors.New("row names no neighbour")

func lldpLocalTable() table {
	return table{
		name: "lldpLocalSystemData", entry: "1.0.8802.1.1.2.1.3", scalar: true,
		columns: []uint32{lldpLocChassisIDSubtype, lldpLocChassisID, lldpLocSysName},
	}
}

func lldpLocPortTable() table {
	return table{
		name: "lldpLocPortTable", entry: "1.0.8802.1.1.2.1.3.7.1",
		columns: []uint32{lldpLocPortIDSubtype, lldpLocPortID, lldpLocPortDesc},
	}
}

func lldpRemTable() table {
	return table{name: "lldpRemTable", entry: "1.0.8802.1.1.2.1.4.1.1", columns: []uint32{
		lldpRemChassisIDSubtype, lldpRemChassisID, lldpRemPortIDSubtype, lldpRemPortID,
		lldpRemPortDesc, lldpRemSysName, lldpRemSysDesc, lldpRemSysCapEnabled,
	}}
}

func lldpRemManAddrTable() table {
	return table{
		name: "lldpRemManAddrTable", entry: "1.0.8802.1.1.2.1.4.2.1",
		columns: []uint32{lldpRemManAddrIfSubtype},
	}
}

// decodeLocalChassis emits what the agent announces of itself.
func decodeLocalChassis(w *walk, r *reporter) error {
	local := lldpLocalTable()
	subtype := w.scalar(local.entry, lldpLocChassisIDSubtype)
	f := fact.LocalChassis{
		Agent: r.agent, Protocol: "lldp",
		ChassisID:        chassisID(subtype, w.scalar(local.entry, lldpLocChassisID)),
		ChassisIDSubtype: chassisSubtype(subtype),
		SystemName:       w.scalar(local.entry, lldpLocSysName).text(),
	}
	if f.ChassisID != "" {
		if err := r.emit("snmp/lldp", local.name, f); err != nil {
			return err
		}
	}
	global := cdpGlobalTable()
	if id := w.scalar(global.entry, cdpGlobalDeviceID); deviceID(id) != "" {
		f := fact.LocalChassis{Agent: r.agent, Protocol: "cdp", ChassisID: deviceID(id)}
		return r.emit("snmp/cdp", global.name, f)
	}
	return nil
}

// decodeLLDP emits the rows of lldpRemTable.
func decodeLLDP(w *walk, r *reporter) error {
	ports, addresses := newPortMap(w), managementAddresses(w, lldpRemManAddrTable(), 3)
	for row := range w.rows(lldpRemTable()) {
		n := lldpNeighbor(row, 0)
		n.ManagementAddresses = addresses[row.key]
		if isNobody(n) {
			r.skip(row.place(), errNobody)
			continue
		}
		f := fact.RemoteNeighbor{Agent: r.agent, Protocol: "lldp", Neighbor: n}
		if len(row.index) == 3 { // time mark, port, number; some agents give the number only
			f.LocalPort, f.IfIndex = ports.resolve(row.index[1])
		}
		if err := r.emit("snmp/lldp", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// lldpNeighbor reads what a row of lldpRemTable says of the neighbour. The columns
// of lldpV2RemTable are the same, shifted.
func lldpNeighbor(row row, shift uint32) fact.Neighbor {
	chassis, port := row.get(lldpRemChassisIDSubtype+shift), row.get(lldpRemPortIDSubtype+shift)
	return fact.Neighbor{
		ChassisID:         chassisID(chassis, row.get(lldpRemChassisID+shift)),
		ChassisIDSubtype:  chassisSubtype(chassis),
		PortID:            portID(port, row.get(lldpRemPortID+shift)),
		PortIDSubtype:     portSubtype(port),
		PortDescription:   row.get(lldpRemPortDesc + shift).text(),
		SystemName:        row.get(lldpRemSysName + shift).text(),
		SystemDescription: row.get(lldpRemSysDesc + shift).text(),
		Capabilities:      lldpCapabilities(row.get(lldpRemSysCapEnabled + shift)),
	}
}

// isNobody reports whether n cannot be told from other neighbours.
func isNobody(n fact.Neighbor) bool {
	return n.ChassisID == "" && n.PortID == "" && n.SystemName == ""
}

// managementAddresses returns the addresses in lldpRemManAddrTable, or its like in
// LLDP-V2-MIB, by the index of their neighbour: there the index goes on with the
// type of the address, its length, and the address.
func managementAddresses(w *walk, t table, neighborLen int) map[oid][]netip.Addr {
	out := make(map[oid][]netip.Addr)
	for row := range w.rows(t) {
		if len(row.index) <= neighborLen {
			continue
		}
		key := row.key.first(neighborLen)
		a, err := lastInet(row.index[neighborLen:])
		if err != nil || !isHost(a) || len(out[key]) == maxManAddr || slices.Contains(out[key], a) {
			continue
		}
		out[key] = append(out[key], a)
	}
	for _, list := range out {
		slices.SortFunc(list, netip.Addr.Compare)
	}
	return out
}

func chassisSubtype(v value) string {
	return subtypeName(v, "chassisComponent", "interfaceAlias", "portComponent", "macAddress", "networkAddress",
		"interfaceName", "local")
}

func portSubtype(v value) string {
	return subtypeName(v, "interfaceAlias", "portComponent", "macAddress", "networkAddress", "interfaceName",
		"agentCircuitId", "local")
}

// subtypeName is the name of a subtype, nothing where it has none.
func subtypeName(v value, names ...string) string {
	if !v.isNumber() || v.num < 1 || v.num > int64(len(names)) {
		return ""
	}
	return v.name(names...)
}

func chassisID(subtype, id value) string {
	return lldpID(id, subtype.is(chassisMACAddress), subtype.is(chassisNetworkAddress))
}

func portID(subtype, id value) string {
	return lldpID(id, subtype.is(portMACAddress), subtype.is(portNetworkAddress))
}

// lldpID writes a chassis or port ID as its subtype says. A network address is
// one octet of IANA address family and the address; some agents put its text.
func lldpID(id value, isMAC, isAddress bool) string {
	if isMAC {
		if m, ok := id.mac(); ok {
			return m.String()
		}
	}
	if isAddress && id.isString() && len(id.s) > 1 && (id.s[0] == 1 || id.s[0] == 2) {
		if a, ok := netip.AddrFromSlice([]byte(id.s[1:])); ok {
			return a.Unmap().String()
		}
	}
	return id.id()
}

// lldpCapabilities names the bits of an LldpSystemCapabilitiesMap; bit 0 is the
// first bit of the first octet. More than four octets are not one.
func lldpCapabilities(v value) []string {
	if !v.isString() || len(v.s) > 4 {
		return nil
	}
	var out []string
	for i, name := range [...]string{
		"other", "repeater", "bridge", "wlanAccessPoint", "router", "telephone", "docsisCableDevice", "stationOnly",
	} {
		if len(v.s) > 0 && v.s[0]&(0x80>>i) != 0 {
			out = append(out, name)
		}
	}
	return out
}
