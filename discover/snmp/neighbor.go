package snmp

import (
	"net/netip"

	"kanmon/discover/fact"
)

// Columns of ipNetToMediaTable (RFC 1213) and ipNetToPhysicalTable (RFC 4293).
const (
	ipNetToMediaPhysAddress = 2
	ipNetToMediaType        = 4

	ipNetToPhysicalPhysAddress = 4
	ipNetToPhysicalType        = 6
	ipNetToPhysicalState       = 7

	mediaInvalid = 2 // of both type columns
	stateInvalid = 5 // ipNetToPhysicalState
)

func ipNetToMediaTable() table {
	return table{
		name: "ipNetToMediaTable", entry: "1.3.6.1.2.1.4.22.1",
		columns: []uint32{ipNetToMediaPhysAddress, ipNetToMediaType},
	}
}

func ipNetToPhysicalTable() table {
	return table{
		name: "ipNetToPhysicalTable", entry: "1.3.6.1.2.1.4.35.1",
		columns: []uint32{ipNetToPhysicalPhysAddress, ipNetToPhysicalType, ipNetToPhysicalState},
	}
}

// decodeNeighborCaches emits the ARP and ND caches. Left out are invalid rows,
// and rows without a MAC address: the agent asked, and nobody answered.
func decodeNeighborCaches(w *walk, r *reporter) error {
	for row := range w.rows(ipNetToMediaTable()) {
		if row.get(ipNetToMediaType).is(mediaInvalid) || !row.get(ipNetToMediaPhysAddress).ok() {
			continue
		}
		if len(row.index) != 5 {
			r.skip(row.place(), errIndex)
			continue
		}
		a, ok := ipv4Of(row.index[1:])
		if !ok {
			r.skip(row.place(), errIndex)
			continue
		}
		if err := r.neighbor(row, a, row.get(ipNetToMediaPhysAddress)); err != nil {
			return err
		}
	}
	for row := range w.rows(ipNetToPhysicalTable()) {
		if row.get(ipNetToPhysicalType).is(mediaInvalid) || row.get(ipNetToPhysicalState).is(stateInvalid) ||
			!row.get(ipNetToPhysicalPhysAddress).ok() {
			continue
		}
		if len(row.index) == 0 {
			r.skip(row.place(), errIndex)
			continue
		}
		a, err := lastInet(row.index[1:])
		if err != nil {
			r.skip(row.place(), err)
			continue
		}
		if err := r.neighbor(row, a, row.get(ipNetToPhysicalPhysAddress)); err != nil {
			return err
		}
	}
	return nil
}

// neighbor emits one row of either table, whose index begins with the ifIndex.
func (r *reporter) neighbor(row row, a netip.Addr, phys value) error {
	m, ok := phys.mac()
	if !ok || m.IsZero() || !isHost(a) {
		return nil
	}
	source := "snmp/arp"
	if a.Is6() {
		source = "snmp/nd"
	}
	return r.emit(source, row.place(), fact.NeighborEntry{Agent: r.agent, IfIndex: row.index[0], IP: a, MAC: m})
}
