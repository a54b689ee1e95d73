package snmp

import (
	"errors"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

// Columns of vrrpOperTable (RFC 2787), vrrpv3OperationsTable (RFC 6527) and
// cHsrpGrpTable. The keys by which the routers know each other stand in other
// columns of the first and the last, which are not read.
const (
	vrrpOperVirtualMACAddr = 2
	vrrpOperState          = 3

	vrrpAssoIPAddrRowStatus = 2

	vrrpv3OperationsVirtualMACAddr = 5
	vrrpv3OperationsStatus         = 6

	vrrpv3AssociatedRowStatus = 2

	cHsrpGrpVirtualIPAddr  = 11
	cHsrpGrpStandbyState   = 15
	cHsrpGrpVirtualMACAddr = 16
)

// rowActive is active(1) of RowStatus (RFC 2579).
const rowActive = 1

// vrrpOperTable is that of VRRP-MIB (RFC 2787), numbered by ifIndex and virtual
// router.
func vrrpOperTable() table {
	return table{
		name: "vrrpOperTable", entry: "1.3.6.1.2.1.68.1.3.1",
		columns: []uint32{vrrpOperVirtualMACAddr, vrrpOperState},
	}
}

// vrrpAddressTable is vrrpAssoIpAddrTable, numbered by ifIndex, virtual router and
// address.
func vrrpAddressTable() table {
	return table{
		name: "vrrpAssoIpAddrTable", entry: "1.3.6.1.2.1.68.1.4.1",
		columns: []uint32{vrrpAssoIPAddrRowStatus},
	}
}

// vrrpv3OperationsTable is that of VRRPV3-MIB (RFC 6527), numbered by ifIndex,
// virtual router and type of address.
func vrrpv3OperationsTable() table {
	return table{
		name: "vrrpv3OperationsTable", entry: "1.3.6.1.2.1.207.1.1.1.1",
		columns: []uint32{vrrpv3OperationsVirtualMACAddr, vrrpv3OperationsStatus},
	}
}

// vrrpv3AddressTable is vrrpv3AssociatedIpAddrTable, numbered by ifIndex, virtual
// router, type of address and address.
func vrrpv3AddressTable() table {
	return table{
		name: "vrrpv3AssociatedIpAddrTable", entry: "1.3.6.1.2.1.207.1.1.2.1",
		columns: []uint32{vrrpv3AssociatedRowStatus},
	}
}

// hsrpTable is cHsrpGrpTable of CISCO-HSRP-MIB, numbered by ifIndex and group.
func hsrpTable() table {
	return table{
		name: "cHsrpGrpTable", entry: "1.3.6.1.4.1.9.9.106.1.2.1.1",
		columns: []uint32{cHsrpGrpVirtualIPAddr, cHsrpGrpStandbyState, cHsrpGrpVirtualMACAddr},
	}
}

// virtualRouter names a group of routers in any of the tables.
type virtualRouter struct{ ifIndex, group, addrType uint32 }

// decodeVRRP emits the virtual routers of both versions of the MIB.
func decodeVRRP(w *walk, r *reporter) error {
	addresses := make(map[virtualRouter][]netip.Addr)
	for row := range r.rows(w, vrrpAddressTable(), 6) {
		a, ok := ipv4Of(row.index[2:])
		key := virtualRouter{row.index[0], row.index[1], 0}
		if ok && isHost(a) && row.get(vrrpAssoIPAddrRowStatus).is(rowActive) {
			addresses[key] = append(addresses[key], a)
		}
	}
	for row := range w.rows(vrrpv3AddressTable()) {
		if len(row.index) < 4 {
			r.skip(row.place(), errIndex)
			continue
		}
		a, err := lastInet(row.index[2:])
		if err != nil {
			r.skip(row.place(), err)
			continue
		}
		key := virtualRouter{row.index[0], row.index[1], row.index[2]}
		if isHost(a) && row.get(vrrpv3AssociatedRowStatus).is(rowActive) {
			addresses[key] = append(addresses[key], a)
		}
	}
	for _, t := range []struct {
		table      table
		arcs       int
		mac, state uint32
	}{
		{vrrpOperTable(), 2, vrrpOperVirtualMACAddr, vrrpOperState},
		{vrrpv3OperationsTable(), 3, vrrpv3OperationsVirtualMACAddr, vrrpv3OperationsStatus},
	} {
		for row := range r.rows(w, t.table, t.arcs) {
			key := virtualRouter{ifIndex: row.index[0], group: row.index[1]}
			if t.arcs == 3 {
				key.addrType = row.index[2]
			}
			f := fact.RedundancyGroup{
				Protocol: "vrrp", State: row.get(t.state).name("initialize", "backup", "master"),
				Addresses: addresses[key],
			}
			if err := r.redundancyGroup(row, f, row.get(t.mac)); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodeHSRP emits the groups of cHsrpGrpTable.
func decodeHSRP(w *walk, r *reporter) error {
	for row := range r.rows(w, hsrpTable(), 2) {
		f := fact.RedundancyGroup{
			Protocol: "hsrp",
			State:    row.get(cHsrpGrpStandbyState).name("initial", "learn", "listen", "speak", "standby", "active"),
		}
		if a, ok := row.get(cHsrpGrpVirtualIPAddr).addr(); ok && isHost(a) {
			f.Addresses = []netip.Addr{a}
		}
		if err := r.redundancyGroup(row, f, row.get(cHsrpGrpVirtualMACAddr)); err != nil {
			return err
		}
	}
	return nil
}

var errNoGroup = errors.New("row tells neither state nor address of a group of routers")

// redundancyGroup emits one row, whose index begins with ifIndex and group.
func (r *reporter) redundancyGroup(row row, f fact.RedundancyGroup, mac value) error {
	f.Agent, f.IfIndex, f.Group = r.agent, row.index[0], row.index[1]
	f.MAC, _ = mac.mac()
	if f.State == "" && f.MAC.IsZero() && len(f.Addresses) == 0 {
		r.skip(row.place(), errNoGroup)
		return nil
	}
	slices.SortFunc(f.Addresses, netip.Addr.Compare)
	return r.emit("snmp/"+f.Protocol, row.place(), f)
}
