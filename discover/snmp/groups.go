package snmp

import "kanmon/discover/fact"

// table is a table, or a group of scalar objects, and the columns of it that
// the decoders use. Nothing else is asked for.
type table struct {
	name    string   // as its MIB calls it
	entry   string   // OID that the columns stand below
	columns []uint32 // in ascending order
	scalar  bool     // instances are .0 only
}

// group is a set of tables that are understood together.
type group struct {
	tables []table
	decode func(*walk, *reporter) error
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
		{tables: []table{ipNetToMediaTable(), ipNetToPhysicalTable()}, decode: decodeNeighborCaches},
		{tables: []table{ipRouteTable(), ipCidrRouteTable(), inetCidrRouteTable()}, decode: decodeRoutes},
		{tables: []table{vlanStaticTable(), vlanCurrentTable()}, decode: decodeVLANs},
		{tables: []table{dot1dTpFDBTable(), dot1qTpFDBTable()}, decode: decodeFDB},
		{tables: []table{entPhysicalTable()}, decode: decodeEntities},
	}
}

// reporter takes what the decoders make of a walk.
type reporter struct {
	agent fact.AgentID
	emit  func(source, place string, f fact.Fact) error
	skip  func(place string, reason error)
}
