package snmp

import "kanmon/discover/fact"

// Columns of dot3adAggPortTable and pagpEtherChannelTable.
const (
	dot3adAggPortPartnerOperSystemID = 9
	dot3adAggPortAttachedAggID       = 13

	pagpGroupIfIndex = 8
)

// aggPortTable is dot3adAggPortTable of IEEE8023-LAG-MIB (IEEE Std 802.1AX),
// numbered by the ifIndex of the port.
func aggPortTable() table {
	return table{
		name: "dot3adAggPortTable", entry: "1.2.840.10006.300.43.1.2.1.1",
		columns: []uint32{dot3adAggPortPartnerOperSystemID, dot3adAggPortAttachedAggID},
	}
}

// pagpTable is pagpEtherChannelTable of CISCO-PAGP-MIB, numbered by the ifIndex
// of the port.
func pagpTable() table {
	return table{
		name: "pagpEtherChannelTable", entry: "1.3.6.1.4.1.9.9.98.1.1.1.1",
		columns: []uint32{pagpGroupIfIndex},
	}
}

// decodeAggregates emits the ports that LACP bundles.
func decodeAggregates(w *walk, r *reporter) error {
	known := ifIndexes(w)
	for row := range r.rows(w, aggPortTable(), 1) {
		f, ok := aggregateMember(r, row, row.get(dot3adAggPortAttachedAggID), known)
		if !ok {
			continue
		}
		f.Partner, _ = row.get(dot3adAggPortPartnerOperSystemID).mac()
		if err := r.emit("snmp/lag", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// decodePAgP emits the ports that PAgP, or an operator by hand, bundles, as far
// as LACP does not tell of them.
func decodePAgP(w *walk, r *reporter) error {
	known, lacp := ifIndexes(w), w.column(aggPortTable().entry, dot3adAggPortAttachedAggID)
	for row := range r.rows(w, pagpTable(), 1) {
		if lacp.at(row.key).uint() != 0 {
			continue
		}
		f, ok := aggregateMember(r, row, row.get(pagpGroupIfIndex), known)
		if !ok {
			continue
		}
		if err := r.emit("snmp/pagp", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// aggregateMember reads a row that is numbered by a port. It is false where the
// port is part of nothing: agents write 0 or the port itself there, and some a
// number of their own that is no interface.
func aggregateMember(r *reporter, row row, aggregate value, known map[uint32]bool) (fact.AggregateMember, bool) {
	f := fact.AggregateMember{Agent: r.agent, IfIndex: row.index[0], Aggregate: aggregate.uint()}
	return f, f.Aggregate != 0 && f.Aggregate != f.IfIndex && (len(known) == 0 || known[f.Aggregate])
}

// ifIndexes returns the interfaces that the agent has.
func ifIndexes(w *walk) map[uint32]bool {
	out := make(map[uint32]bool)
	for _, t := range []table{ifTable(), ifXTable()} {
		for row := range w.rows(t) {
			if len(row.index) == 1 {
				out[row.index[0]] = true
			}
		}
	}
	return out
}
