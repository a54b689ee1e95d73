package snmp

import "kanmon/discover/fact"

// Columns of dot1dStpPortTable (RFC 4188).
const (
	dot1dStpPortState            = 3
	dot1dStpPortDesignatedBridge = 8
	dot1dStpPortDesignatedPort   = 9
)

// stpPortTable is dot1dStpPortTable of BRIDGE-MIB (RFC 4188), numbered by bridge
// port. RSTP-MIB (RFC 4318) leaves it as it is; of several trees it shows the
// common one.
func stpPortTable() table {
	return table{
		name: "dot1dStpPortTable", entry: "1.3.6.1.2.1.17.2.15.1",
		columns: []uint32{dot1dStpPortState, dot1dStpPortDesignatedBridge, dot1dStpPortDesignatedPort},
	}
}

// decodeSpanningTree emits what spanning tree does with the ports whose interface
// is known.
func decodeSpanningTree(w *walk, r *reporter) error {
	ports := basePorts(w)
	for row := range r.rows(w, stpPortTable(), 1) {
		f := fact.BridgePort{
			Agent: r.agent, IfIndex: ports[row.index[0]], VID: r.vid,
			State: row.get(dot1dStpPortState).name("disabled", "blocking", "listening", "learning", "forwarding", "broken"),
		}
		if f.IfIndex == 0 || f.State == "" {
			continue
		}
		f.DesignatedBridge, _ = bridgeID(row.get(dot1dStpPortDesignatedBridge))
		f.DesignatedPort, _ = portIdentifier(row.get(dot1dStpPortDesignatedPort))
		if err := r.emit("snmp/stp", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// bridgeID returns the address in a BridgeId: two octets of priority, then six.
func bridgeID(v value) (fact.MAC, bool) {
	if !v.isString() || len(v.s) != 8 {
		return fact.MAC{}, false
	}
	return fact.MACFrom([]byte(v.s[2:]))
}

// portIdentifier returns the number in a port identifier (IEEE Std 802.1Q, 14.2.7):
// four bits of priority, then twelve.
func portIdentifier(v value) (uint16, bool) {
	if !v.isString() || len(v.s) != 2 {
		return 0, false
	}
	return (uint16(v.s[0])<<8 | uint16(v.s[1])) & 0x0fff, true
}
