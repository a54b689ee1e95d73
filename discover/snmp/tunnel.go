package snmp

import (
	"errors"
	"net/netip"

	"kanmon/discover/fact"
)

// Columns of tunnelIfTable and tunnelInetConfigTable (RFC 4087).
const (
	tunnelIfLocalAddress      = 1
	tunnelIfRemoteAddress     = 2
	tunnelIfEncapsMethod      = 3
	tunnelIfLocalInetAddress  = 9
	tunnelIfRemoteInetAddress = 10

	tunnelInetConfigIfIndex = 6
)

// tunnelIfTable is that of TUNNEL-MIB (RFC 4087), numbered by ifIndex. Its first
// columns are those of RFC 2667, which knows IPv4 only.
func tunnelIfTable() table {
	return table{name: "tunnelIfTable", entry: "1.3.6.1.2.1.10.131.1.1.1.1", columns: []uint32{
		tunnelIfLocalAddress, tunnelIfRemoteAddress, tunnelIfEncapsMethod,
		tunnelIfLocalInetAddress, tunnelIfRemoteInetAddress,
	}}
}

// tunnelConfigTable is tunnelInetConfigTable, numbered by type of address, local
// and remote address, IANAtunnelType, and a number.
func tunnelConfigTable() table {
	return table{
		name: "tunnelInetConfigTable", entry: "1.3.6.1.2.1.10.131.1.1.3.1",
		columns: []uint32{tunnelInetConfigIfIndex},
	}
}

var errNoTunnel = errors.New("row names no interface of a tunnel")

// decodeTunnels emits the tunnels of TUNNEL-MIB, each interface once: with the
// addresses of tunnelInetConfigTable, else of tunnelIfTable.
func decodeTunnels(w *walk, r *reporter) error {
	done := make(map[uint32]bool)
	for row := range w.rows(tunnelConfigTable()) {
		f, err := configuredTunnel(row)
		if err != nil {
			r.skip(row.place(), err)
			continue
		}
		done[f.IfIndex] = true
		if err := r.tunnel(w, row, f); err != nil {
			return err
		}
	}
	for row := range r.rows(w, tunnelIfTable(), 1) {
		if done[row.index[0]] {
			continue
		}
		f := fact.TunnelEnd{IfIndex: row.index[0]}
		f.Local = firstHost(row.get(tunnelIfLocalInetAddress), row.get(tunnelIfLocalAddress))
		f.Remote = firstHost(row.get(tunnelIfRemoteInetAddress), row.get(tunnelIfRemoteAddress))
		f.Type = tunnelType(row.get(tunnelIfEncapsMethod), f.Local, f.Remote)
		if err := r.tunnel(w, row, f); err != nil {
			return err
		}
	}
	return nil
}

// tunnel emits a tunnel that is an interface of the agent.
func (r *reporter) tunnel(w *walk, row row, f fact.TunnelEnd) error {
	f.Agent, f.Name, f.State = r.agent, ifLabel(w, f.IfIndex), linkState(w, f.IfIndex)
	return r.emit("snmp/tunnel", row.place(), f)
}

// configuredTunnel reads a row of tunnelInetConfigTable.
func configuredTunnel(row row) (fact.TunnelEnd, error) {
	f := fact.TunnelEnd{IfIndex: row.get(tunnelInetConfigIfIndex).uint()}
	if f.IfIndex == 0 {
		return f, errNoTunnel
	}
	local, rest, err := takeInet(row.index)
	if err != nil {
		return f, err
	}
	// The remote address is of the same type, which is not said again.
	remote, rest, err := takeInet(append([]uint32{row.index[0]}, rest...))
	if err != nil || len(rest) != 2 {
		return f, errIndex
	}
	f.Local, f.Remote = hostOnly(local), hostOnly(remote)
	f.Type = tunnelType(number(tagInteger, int64(rest[0])), f.Local, f.Remote)
	return f, nil
}

// tunnelType names an IANAtunnelType. Of direct(2), IP in IP, the addresses tell
// which of the two carries.
func tunnelType(v value, ends ...netip.Addr) string {
	if v.is(2) {
		for _, a := range ends {
			if a.Is6() {
				return "4in6"
			}
		}
		return "ipip"
	}
	return v.name("other", "direct", "gre", "minimal", "l2tp", "pptp", "l2f", "udp", "atmp", "msdp", "6to4", "6over4",
		"isatap", "teredo", "ip-https", "softwire-mesh", "4in6", "aplusp", "ipsec")
}

// hostOnly returns a where it is the address of a host, else none.
func hostOnly(a netip.Addr) netip.Addr {
	if !isHost(a) {
		return netip.Addr{}
	}
	return a
}

// firstHost returns the first value that is the address of a host.
func firstHost(values ...value) netip.Addr {
	for _, v := range values {
		if a, ok := v.addr(); ok && isHost(a) {
			return a
		}
	}
	return netip.Addr{}
}
