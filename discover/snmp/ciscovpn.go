package snmp

import (
	"cmp"
	"net/netip"

	"kanmon/discover/fact"
)

// Columns of cipSecTunnelTable, and objects of CISCO-REMOTE-ACCESS-MONITOR-MIB.
// What peers call themselves stands in others, which are not read: it may name a
// person.
const (
	cipSecTunLocalAddr  = 4
	cipSecTunRemoteAddr = 5
	cipSecTunStatus     = 51

	crasIPSecNumSessions   = 26
	crasSVCNumSessions     = 35
	crasWebvpnNumSessions  = 38
	cipSecTunStatusActive  = 1
	cipSecTunStatusDestroy = 2
)

// ipsecTunnelTable is cipSecTunnelTable of CISCO-IPSEC-FLOW-MONITOR-MIB: a row for
// each phase 2 tunnel that is up.
func ipsecTunnelTable() table {
	return table{
		name: "cipSecTunnelTable", entry: "1.3.6.1.4.1.9.9.171.1.3.2.1",
		columns: []uint32{cipSecTunLocalAddr, cipSecTunRemoteAddr, cipSecTunStatus},
	}
}

// remoteAccessTable is crasActivity of CISCO-REMOTE-ACCESS-MONITOR-MIB: how many
// sessions are open.
func remoteAccessTable() table {
	return table{
		name: "crasActivity", entry: "1.3.6.1.4.1.9.9.392.1.3", scalar: true,
		columns: []uint32{crasIPSecNumSessions, crasSVCNumSessions, crasWebvpnNumSessions},
	}
}

// decodeCiscoVPN emits the tunnels, each pair of ends once, and the sessions of
// those who were let in.
func decodeCiscoVPN(w *walk, r *reporter) error {
	type pair struct{ local, remote netip.Addr }
	seen := make(map[pair]bool)
	for row := range w.rows(ipsecTunnelTable()) {
		p := pair{firstHost(row.get(cipSecTunLocalAddr)), firstHost(row.get(cipSecTunRemoteAddr))}
		if seen[p] || !p.local.IsValid() && !p.remote.IsValid() {
			continue
		}
		seen[p] = true
		f := fact.TunnelEnd{
			Agent: r.agent, Type: "ipsec", Local: p.local, Remote: p.remote,
			State: upDown(row.get(cipSecTunStatus), cipSecTunStatusActive, cipSecTunStatusDestroy),
		}
		if err := r.emit("snmp/vpn", row.place(), f); err != nil {
			return err
		}
	}
	t := remoteAccessTable()
	sessions := func(object uint32) int { return int(min(w.scalar(t.entry, object).uint(), 1<<31-1)) }
	for _, f := range []fact.RemoteAccess{
		{Type: "ike", Sessions: sessions(crasIPSecNumSessions)},
		{Type: "ssl-vpn", Sessions: max(sessions(crasSVCNumSessions), sessions(crasWebvpnNumSessions))},
	} {
		if f.Agent = r.agent; f.Sessions == 0 {
			continue
		}
		if err := r.emit("snmp/vpn", t.name, f); err != nil {
			return err
		}
	}
	return nil
}

// Columns of c3gWanCommonTable and c3gGsmNetworkTable. Subscriber and SIM card
// stand in c3gGsmIdentityTable, which is not read.
const (
	c3gModemState       = 3
	c3gConnectionStatus = 8

	c3gGsmPacketService = 5
	c3gGsmNetwork       = 9

	c3gLTE = 10 // c3gGsmPacketService
)

// wanCommonTable is c3gWanCommonTable of CISCO-WAN-3G-MIB, numbered by
// entPhysicalIndex.
func wanCommonTable() table {
	return table{
		name: "c3gWanCommonTable", entry: "1.3.6.1.4.1.9.9.661.1.1.1",
		columns: []uint32{c3gModemState, c3gConnectionStatus},
	}
}

// gsmNetworkTable is c3gGsmNetworkTable of CISCO-WAN-3G-MIB, numbered by
// entPhysicalIndex.
func gsmNetworkTable() table {
	return table{
		name: "c3gGsmNetworkTable", entry: "1.3.6.1.4.1.9.9.661.1.3.2.1",
		columns: []uint32{c3gGsmPacketService, c3gGsmNetwork},
	}
}

// decodeCiscoCellular emits the mobile lines of a Cisco router. The modem is a row
// of entPhysicalTable.
func decodeCiscoCellular(w *walk, r *reporter) error {
	names := w.column(entPhysicalTable().entry, entPhysicalName)
	models := w.column(entPhysicalTable().entry, entPhysicalModelName)
	descriptions := w.column(entPhysicalTable().entry, entPhysicalDescr)
	networks := w.column(gsmNetworkTable().entry, c3gGsmNetwork)
	services := w.column(gsmNetworkTable().entry, c3gGsmPacketService)
	for row := range w.rows(wanCommonTable()) {
		f := fact.Line{
			Agent: r.agent, Type: "mobile",
			Name:     names.at(row.key).text(),
			Provider: networks.at(row.key).text(),
			Model:    cmp.Or(models.at(row.key).text(), descriptions.at(row.key).text()),
		}
		if services.at(row.key).is(c3gLTE) {
			f.Type = "lte"
		}
		switch status := row.get(c3gConnectionStatus); {
		case status.is(4), status.is(5), status.is(8): // dormant, connected, active
			f.State = "up"
		case status.is(2), status.is(6), status.is(9), row.get(c3gModemState).is(3): // error, disconnected, inactive; down
			f.State = "down"
		}
		if err := r.emit("snmp/line", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}
