package snmp

import "kanmon/discover/fact"

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

// groups returns all that is read of an agent, in order. The first group gives
// the agent its identity, and the others may use the tables of the groups before
// them.
func groups() []group {
	return []group{
		{tables: []table{
			systemTable(), engineTable(), ipTable(), bridgeTable(), lldpLocalTable(), cdpGlobalTable(),
			ifTable(), ifXTable(),
		}, decode: decodeSystem},
		{tables: []table{ipAddrTable(), ipAddressTable()}, decode: decodeAddresses},
		{tables: []table{basePortTable(), lldpLocPortTable(), lldpRemTable(), lldpRemManAddrTable()}, decode: decodeLLDP},
		{tables: []table{cdpCacheTable()}, decode: decodeCDP},
		{tables: []table{ipNetToMediaTable(), ipNetToPhysicalTable()}, decode: decodeNeighborCaches, byRow: true},
		{tables: []table{ipRouteTable(), ipCidrRouteTable(), inetCidrRouteTable()}, decode: decodeRoutes, byRow: true},
		{tables: []table{vlanStaticTable(), vlanCurrentTable()}, decode: decodeVLANs},
		{tables: []table{dot1dTpFDBTable(), dot1qTpFDBTable()}, decode: decodeFDB, byRow: true},
		{tables: []table{entPhysicalTable()}, decode: decodeEntities},
		{tables: makerTables(), decode: decodeMakers},
	}
}

// reporter takes what the decoders make of a walk.
type reporter struct {
	agent fact.AgentID
	vid   uint16 // the VLAN that was asked for alone; 0: all of them
	emit  func(source, place string, f fact.Fact) error
	skip  func(place string, reason error)
}
