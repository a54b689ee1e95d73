package snmp

import (
	"encoding/hex"
	"strings"

	"kanmon/discover/fact"
)

// systemTable is the system group of SNMPv2-MIB (RFC 3418): sysDescr,
// sysObjectID, sysName, sysLocation, sysServices.
func systemTable() table {
	return table{name: "system", entry: "1.3.6.1.2.1.1", columns: []uint32{1, 2, 5, 6, 7}, scalar: true}
}

// engineTable is snmpEngineID of SNMP-FRAMEWORK-MIB (RFC 3411).
func engineTable() table {
	return table{name: "snmpEngine", entry: "1.3.6.1.6.3.10.2.1", columns: []uint32{1}, scalar: true}
}

// ipTable is ipForwarding of IP-MIB (RFC 4293).
func ipTable() table {
	return table{name: "ip", entry: "1.3.6.1.2.1.4", columns: []uint32{1}, scalar: true}
}

// bridgeTable is dot1dBaseBridgeAddress of BRIDGE-MIB (RFC 4188).
func bridgeTable() table {
	return table{name: "dot1dBase", entry: "1.3.6.1.2.1.17.1", columns: []uint32{1}, scalar: true}
}

// decodeSystem emits the system group, what the agent announces of itself, and
// its interfaces.
func decodeSystem(w *walk, r *reporter) error {
	f := systemGroup(w)
	f.Agent = r.agent
	if f != (fact.SystemGroup{Agent: r.agent}) {
		if err := r.emit("snmp/system", "system", f); err != nil {
			return err
		}
	}
	if err := decodeLocalChassis(w, r); err != nil {
		return err
	}
	return decodeInterfaces(w, r)
}

// systemGroup returns what w says of the agent as a whole, but for its identity.
func systemGroup(w *walk) fact.SystemGroup {
	sys := systemTable().entry
	f := fact.SystemGroup{
		SysDescr:    w.scalar(sys, 1).text(),
		SysObjectID: w.scalar(sys, 2).oid().String(),
		SysName:     w.scalar(sys, 5).text(),
		SysLocation: w.scalar(sys, 6).text(),
		Services:    int(min(w.scalar(sys, 7).uint(), 127)), // the MIB ends there
	}
	if id, ok := engineID(w); ok {
		f.EngineID = id
	}
	if m, ok := w.scalar(bridgeTable().entry, 1).mac(); ok {
		f.BridgeMAC = m
	}
	switch forward := w.scalar(ipTable().entry, 1); {
	case forward.is(1):
		f.IPForward = "forwarding"
	case forward.is(2):
		f.IPForward = "notForwarding"
	}
	return f
}

// engineID returns snmpEngineID in hexadecimal, and false where it cannot tell
// one agent from another. RFC 3411 wants 5 to 32 octets, neither all zero nor
// all 0xff; and where the part after the enterprise number is all zero, its
// maker forgot to fill it in.
func engineID(w *walk) (string, bool) {
	v := w.scalar(engineTable().entry, 1)
	if !v.isString() || len(v.s) < 5 || len(v.s) > 32 ||
		strings.Count(v.s, "\xff") == len(v.s) || strings.Count(v.s[5:], "\x00") == len(v.s)-5 {
		return "", false
	}
	return hex.EncodeToString([]byte(v.s)), true
}
