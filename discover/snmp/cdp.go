package snmp

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"

	"kanmon/discover/fact"
)

// Columns of CISCO-CDP-MIB.
const (
	cdpGlobalDeviceID = 4

	cdpCacheAddressType     = 3
	cdpCacheAddress         = 4
	cdpCacheVersion         = 5
	cdpCacheDeviceID        = 6
	cdpCacheDevicePort      = 7
	cdpCachePlatform        = 8
	cdpCacheCapabilities    = 9
	cdpCacheSysName         = 17
	cdpCachePrimaryMgmtAddr = 20
)

func cdpGlobalTable() table {
	return table{name: "cdpGlobal", entry: "1.3.6.1.4.1.9.9.23.1.3", columns: []uint32{cdpGlobalDeviceID}, scalar: true}
}

func cdpCacheTable() table {
	return table{name: "cdpCacheTable", entry: "1.3.6.1.4.1.9.9.23.1.2.1.1", columns: []uint32{
		cdpCacheAddress, cdpCacheVersion, cdpCacheDeviceID, cdpCacheDevicePort,
		cdpCachePlatform, cdpCacheCapabilities, cdpCacheSysName, cdpCachePrimaryMgmtAddr,
	}}
}

// decodeCDP emits the rows of cdpCacheTable, which are numbered by ifIndex and
// neighbour.
func decodeCDP(w *walk, r *reporter) error {
	names := w.column(ifXTable().entry, ifName)
	for row := range r.rows(w, cdpCacheTable(), 2) {
		n := fact.Neighbor{
			ChassisID:         deviceID(row.get(cdpCacheDeviceID)),
			PortID:            deviceID(row.get(cdpCacheDevicePort)),
			SystemName:        row.get(cdpCacheSysName).text(),
			SystemDescription: row.get(cdpCacheVersion).text(),
			Platform:          row.get(cdpCachePlatform).text(),
			Capabilities:      cdpCapabilities(row.get(cdpCacheCapabilities)),
		}
		for _, v := range []value{row.get(cdpCacheAddress), row.get(cdpCachePrimaryMgmtAddr)} {
			if a, ok := v.addr(); ok && isHost(a) && !slices.Contains(n.ManagementAddresses, a) {
				n.ManagementAddresses = append(n.ManagementAddresses, a)
			}
		}
		slices.SortFunc(n.ManagementAddresses, netip.Addr.Compare)
		if n.ChassisID == "" && n.PortID == "" && n.SystemName == "" {
			r.skip(row.place(), errNobody)
			continue
		}
		f := fact.RemoteNeighbor{Agent: r.agent, Protocol: "cdp", IfIndex: row.index[0], Neighbor: n}
		if f.LocalPort = names.at(row.key.first(1)).text(); f.LocalPort == "" {
			f.LocalPort = strconv.FormatUint(uint64(f.IfIndex), 10)
		}
		if err := r.emit("snmp/cdp", row.place(), f); err != nil {
			return err
		}
	}
	return nil
}

// cdpCapabilities names the bits of cdpCacheCapabilities, four octets of which
// the last holds the bits that matter, with the words that LLDP has for them.
func cdpCapabilities(v value) []string {
	if !v.isString() || len(v.s) != 4 {
		return nil
	}
	bits := v.s[3]
	var out []string
	for _, c := range [...]struct {
		mask byte
		name string
	}{
		{0x01, "router"},
		{0x02 | 0x04 | 0x08, "bridge"}, // transparent bridge, source-route bridge, switch
		{0x10, "stationOnly"},          // host
		{0x40, "repeater"},
		{0x80, "telephone"},
	} {
		if bits&c.mask != 0 {
			out = append(out, c.name)
		}
	}
	return out
}

// deviceID writes a CDP device ID or port ID: text, or a MAC address as some
// makers put it.
func deviceID(v value) string {
	if s := v.id(); s != hex.EncodeToString([]byte(v.s)) {
		return s
	}
	if m, ok := v.mac(); ok {
		return m.String()
	}
	return v.id()
}
