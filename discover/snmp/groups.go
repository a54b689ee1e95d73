package snmp

import (
	"iter"
	"slices"

	"kanmon/discover/fact"
)

// table is a table, or a group of scalar objects, and the columns of it that
// the decoders use. Nothing else is asked for.
type table struct {
	name    string   // as its MIB calls it
	entry   string   // OID that the columns stand below
	columns []uint32 // in ascending order
	scalar  bool     // instances are .0 only
	dense   bool     // an agent that has a column has it in every row
	makers  []uint32 // enterprise numbers of the agents that are asked; none: all are
}

// roots returns the OIDs of the columns.
func (t table) roots() []oid {
	out := make([]oid, 0, len(t.columns))
	for _, c := range t.columns {
		out = append(out, mustOID(t.entry).child(c))
	}
	return out
}

// group is a set of tables that are understood together.
type group struct {
	tables []table
	decode func(*walk, *reporter) error
	// byRow: every row is understood by itself, and no other group needs it. Such
	// tables may be long: they are decoded, and forgotten, while they are read.
	byRow bool
}

// Enterprise numbers, from the IANA registry of Private Enterprise Numbers.
const (
	cisco       = 9
	avaya       = 45 // once SynOptics, later Nortel, now Extreme
	extreme     = 1916
	foundry     = 1991
	rapidCity   = 2272 // as avaya
	juniper     = 2636
	ubiquitiOld = 10002
	fortinet    = 12356
	airespace   = 14179
	aruba       = 14823
	mikrotik    = 14988
	meru        = 15983
	cradlepoint = 20992
	ruckus      = 25053
	aerohive    = 26928
	ubiquiti    = 41112
	teltonika   = 48690
)

// groups returns all that is read of an agent, in order. The first group gives
// the agent its identity, and the others may use the tables of the groups before
// them.
func groups() []group { return append(standardGroups(), makerGroups()...) }

func standardGroups() []group {
	return []group{
		{tables: []table{
			systemTable(), engineTable(), ipTable(), bridgeTable(), lldpLocalTable(), cdpGlobalTable(),
			ifTable(), ifXTable(),
		}, decode: decodeSystem},
		{tables: []table{ipAddrTable(), ipAddressTable()}, decode: decodeAddresses},
		{tables: []table{basePortTable(), lldpLocPortTable(), lldpRemTable(), lldpRemManAddrTable()}, decode: decodeLLDP},
		{tables: []table{lldpV2LocalTable(), lldpV2RemTable(), lldpV2RemManAddrTable()}, decode: decodeLLDPv2},
		{tables: []table{cdpCacheTable()}, decode: decodeCDP},
		{tables: []table{ipNetToMediaTable(), ipNetToPhysicalTable()}, decode: decodeNeighborCaches, byRow: true},
		{tables: []table{ipRouteTable(), ipCidrRouteTable(), inetCidrRouteTable()}, decode: decodeRoutes, byRow: true},
		{tables: []table{ipv6AddrTable()}, decode: decodeIPv6Addresses},
		{tables: []table{ipv6NetToMediaTable(), ipv6RouteTable()}, decode: decodeIPv6Rows, byRow: true},
		{tables: slices.Concat(
			[]table{vlanStaticTable(), vlanCurrentTable(), portVLANTable()},
			of([]uint32{juniper}, juniperVLANTable()), of([]uint32{avaya, rapidCity}, rapidCityVLANTable()),
		), decode: decodeVLANs},
		{tables: []table{dot1dTpFDBTable(), dot1qTpFDBTable()}, decode: decodeFDB, byRow: true},
		{tables: []table{ifStackTable()}, decode: decodeStack},
		{tables: []table{aggPortTable()}, decode: decodeAggregates},
		{tables: []table{stpPortTable()}, decode: decodeSpanningTree},
		{tables: []table{vrrpOperTable(), vrrpAddressTable(), vrrpv3OperationsTable(), vrrpv3AddressTable()}, decode: decodeVRRP},
		{tables: []table{tunnelIfTable(), tunnelConfigTable()}, decode: decodeTunnels},
		{decode: decodeLines},
		{tables: []table{entPhysicalTable()}, decode: decodeEntities},
		{tables: makerTables(), decode: decodeMakers},
		{tables: []table{deviceTable(), printerTable()}, decode: decodePrinters},
		{tables: []table{upsTable()}, decode: decodeUPS},
		{tables: []table{swRunTable(), swInstalledTable()}, decode: decodePrograms},
	}
}

func makerGroups() []group {
	return []group{
		{tables: of([]uint32{cisco}, vtpVLANTable(), trunkPortTable(), membershipTable()), decode: decodeCiscoVLANs},
		{tables: of([]uint32{cisco}, pagpTable()), decode: decodePAgP},
		{tables: of([]uint32{cisco}, hsrpTable()), decode: decodeHSRP},
		{tables: of([]uint32{cisco}, ipsecTunnelTable(), remoteAccessTable()), decode: decodeCiscoVPN},
		{tables: of([]uint32{cisco}, wanCommonTable(), gsmNetworkTable()), decode: decodeCiscoCellular},
		{tables: of([]uint32{cisco}, ciscoStationTable()), decode: decodeCiscoStations},
		{tables: of([]uint32{cisco, airespace}, airespaceAPTable(), airespaceStationTable()), decode: decodeAirespace},
		{tables: of([]uint32{foundry}, fdpCacheTable()), decode: decodeFDP},
		{tables: of([]uint32{extreme}, edpTable(), edpVLANTable()), decode: decodeEDP},
		{tables: of([]uint32{fortinet}, fgVPNTunTable(), fgVPNDialupTable(), fgVPNSSLTable()), decode: decodeFortiGateVPN},
		{tables: of([]uint32{fortinet}, fgUSBPortTable(), fgUSBModemTable(), fgModemTable(), fgSessionTable()), decode: decodeFortiGateUSB},
		{tables: of([]uint32{fortinet}, fgWLANTable(), fgAPConfigTable(), fgAPSessionTable(), fgStationTable()), decode: decodeFortiAP},
		{tables: of([]uint32{aruba}, arubaAPTable(), arubaBSSIDTable(), arubaStationTable(), arubaUserTable()), decode: decodeAruba},
		{tables: of([]uint32{aruba}, instantAPTable(), instantWLANTable(), instantClientTable()), decode: decodeInstant},
		{tables: of([]uint32{ruckus}, smartZoneAPTable(), zoneDirectorAPTable(), zoneDirectorStationTable()), decode: decodeRuckus},
		{tables: of([]uint32{meru}, meruAPTable()), decode: decodeMeru},
		{tables: of([]uint32{aerohive}, hiveStationTable()), decode: decodeHiveOS},
		{tables: of([]uint32{ubiquiti, ubiquitiOld}, airMAXRadioTable(), airMAXWLANTable(), airMAXStationTable()), decode: decodeAirMAX},
		{tables: of([]uint32{mikrotik}, mikrotikStationTable(), mikrotikAPTable(), mikrotikLTETable()), decode: decodeMikroTik},
		{tables: of([]uint32{cradlepoint}, mdmTable()), decode: decodeCradlepoint},
		{tables: of([]uint32{teltonika, netSNMP}, teltonikaDeviceTable(), teltonikaGSMTable(), teltonikaModemTable()), decode: decodeTeltonika},
	}
}

// of returns the tables, of which only agents of the makers are asked.
func of(makers []uint32, tables ...table) []table {
	for i := range tables {
		tables[i].makers = makers
	}
	return tables
}

// reporter takes what the decoders make of a walk.
type reporter struct {
	agent fact.AgentID
	vid   uint16 // the VLAN that was asked for alone; 0: all of them
	emit  func(source, place string, f fact.Fact) error
	skip  func(place string, reason error)
}

// rows returns the rows of a table whose index has n sub-identifiers. It skips the
// others.
func (r *reporter) rows(w *walk, t table, n int) iter.Seq[row] {
	return func(yield func(row) bool) {
		for row := range w.rows(t) {
			if len(row.index) != n {
				r.skip(row.place(), errIndex)
				continue
			}
			if !yield(row) {
				return
			}
		}
	}
}
