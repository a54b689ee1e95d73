package snmp

import (
	"kanmon/discover/fact"
)

// identify names the agent of w as fact.AgentID says. A key that cannot tell
// one device from another gives way to the next: zero, group and VRRP
// addresses, chassis IDs other than MAC addresses (makers put the model or
// "linux" there). Cloned devices that share an engine ID are taken for one. The
// fallback names the input.
func identify(w *walk, fallback string) fact.AgentID {
	if id, ok := engineID(w); ok {
		return fact.AgentID("engine:" + id)
	}
	if m, ok := localChassisMAC(w); ok {
		return fact.AgentID("chassis:" + m.String())
	}
	if m, ok := w.scalar(bridgeTable().entry, 1).mac(); ok && m.IsUniversal() {
		return fact.AgentID("mac:" + m.String())
	}
	if m, ok := firstMAC(w); ok {
		return fact.AgentID("mac:" + m.String())
	}
	if name := fact.Clean(w.scalar(systemTable().entry, 5).text()); name != "" {
		return fact.AgentID("name:" + name)
	}
	return fact.AgentID("input:" + fallback)
}

// localChassisMAC returns the LLDP local chassis ID where it is a MAC address.
func localChassisMAC(w *walk) (fact.MAC, bool) {
	local := lldpLocalTable().entry
	if !w.scalar(local, 1).is(chassisMACAddress) {
		return fact.MAC{}, false
	}
	m, ok := w.scalar(local, 2).mac()
	return m, ok && !m.IsZero() && !m.IsGroup() && !m.IsVirtual()
}

// firstMAC returns the universally administered address of the interface with
// the lowest ifIndex, Ethernet before all others.
func firstMAC(w *walk) (fact.MAC, bool) {
	var other fact.MAC
	for r := range w.rows(ifTable()) {
		m, ok := r.get(ifPhysAddress).mac()
		switch {
		case !ok || !m.IsUniversal():
		case r.get(ifType).is(ethernetCsmacd):
			return m, true
		case other.IsZero():
			other = m
		}
	}
	return other, !other.IsZero()
}
