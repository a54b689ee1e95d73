package snmp

import (
	"kanmon/discover/fact"
)

// Columns of dot1qVlanStaticTable and dot1qVlanCurrentTable (RFC 4363).
const (
	dot1qVLANStaticName     = 1
	dot1qVLANStaticEgress   = 2
	dot1qVLANStaticUntagged = 4

	dot1qVLANFDBID           = 3
	dot1qVLANCurrentEgress   = 4
	dot1qVLANCurrentUntagged = 5
)

// maxVID is the greatest VLAN ID that names a VLAN (IEEE Std 802.1Q, 9.6).
const maxVID = 4094

func vlanStaticTable() table {
	return table{
		name: "dot1qVlanStaticTable", entry: "1.3.6.1.2.1.17.7.1.4.3.1",
		columns: []uint32{dot1qVLANStaticName, dot1qVLANStaticEgress, dot1qVLANStaticUntagged},
	}
}

func vlanCurrentTable() table {
	return table{
		name: "dot1qVlanCurrentTable", entry: "1.3.6.1.2.1.17.7.1.4.2.1",
		columns: []uint32{dot1qVLANFDBID, dot1qVLANCurrentEgress, dot1qVLANCurrentUntagged},
	}
}

// Columns of jnxL2aldVlanTable and rcVlanTable.
const (
	jnxVLANName  = 2
	jnxVLANTag   = 3
	jnxVLANFDBID = 5

	rcVLANName        = 2
	rcVLANPortMembers = 11
)

// juniperVLANTable is jnxL2aldVlanTable of JUNIPER-L2ALD-MIB, numbered by the
// agent: its dot1qVlanStaticTable has no names, and its dot1qVlanCurrentTable no
// rows.
func juniperVLANTable() table {
	return table{
		name: "jnxL2aldVlanTable", entry: "1.3.6.1.4.1.2636.3.48.1.3.1.1",
		columns: []uint32{jnxVLANName, jnxVLANTag, jnxVLANFDBID},
	}
}

// rapidCityVLANTable is rcVlanTable of RC-VLAN-MIB (Avaya, Nortel), numbered by
// VLAN ID.
func rapidCityVLANTable() table {
	return table{
		name: "rcVlanTable", entry: "1.3.6.1.4.1.2272.1.3.2.1",
		columns: []uint32{rcVLANName, rcVLANPortMembers},
	}
}

// decodeVLANs emits each VLAN once: the named ones, then those that only the
// current table has, then those that only makers' own tables have.
func decodeVLANs(w *walk, r *reporter) error {
	names := vlanNames(w)
	seen := make(map[uint16]bool)
	for _, t := range []table{vlanStaticTable(), vlanCurrentTable(), juniperVLANTable(), rapidCityVLANTable()} {
		for row := range w.rows(t) {
			vid, ok := vidOf(vlanNumber(row))
			if !ok || seen[vid] {
				continue
			}
			seen[vid] = true
			f := fact.VLAN{Agent: r.agent, VID: vid, Name: names[vid]}
			if err := r.emit("snmp/vlan", row.place(), f); err != nil {
				return err
			}
		}
	}
	return decodeVLANPorts(w, r)
}

// vlanNames returns the first name that a table has for each VLAN.
func vlanNames(w *walk) map[uint16]string {
	out := make(map[uint16]string)
	for _, t := range []struct {
		table table
		name  uint32
	}{
		{vlanStaticTable(), dot1qVLANStaticName}, {juniperVLANTable(), jnxVLANName}, {rapidCityVLANTable(), rcVLANName},
	} {
		for row := range w.rows(t.table) {
			if vid, ok := vidOf(vlanNumber(row)); ok && out[vid] == "" {
				out[vid] = row.get(t.name).text()
			}
		}
	}
	return out
}

// vlanNumber returns the VLAN ID of a row: what its index ends with, or in Juniper's
// table what a column says.
func vlanNumber(row row) uint32 {
	if row.table == juniperVLANTable().name {
		return row.get(jnxVLANTag).uint()
	}
	return row.key.last()
}

func vidOf(n uint32) (uint16, bool) {
	return uint16(n), n >= 1 && n <= maxVID
}

// vidByFDB tells which VLAN a filtering database belongs to.
type vidByFDB struct {
	vids   map[uint32]uint16 // 0 where several VLANs share it
	direct bool              // the agent does not map them: their numbers are the same
}

// vlansByFDB reads dot1qVlanFdbId, whose rows are numbered by a time filter and
// the VLAN ID, and jnxL2aldVlanFdbId.
func vlansByFDB(w *walk) vidByFDB {
	m := vidByFDB{vids: make(map[uint32]uint16), direct: true}
	for _, t := range []struct {
		table table
		fdb   uint32
	}{{vlanCurrentTable(), dot1qVLANFDBID}, {juniperVLANTable(), jnxVLANFDBID}} {
		for row := range w.rows(t.table) {
			v := row.get(t.fdb)
			vid, ok := vidOf(vlanNumber(row))
			if !ok || !v.isNumber() {
				continue
			}
			m.direct = false
			if have, taken := m.vids[v.uint()]; taken && have != vid {
				vid = 0
			}
			m.vids[v.uint()] = vid
		}
	}
	return m
}

// of returns the VLAN ID of a filtering database, 0 where it is not known or
// not one.
func (m vidByFDB) of(fdb uint32) uint16 {
	if m.direct {
		if vid, ok := vidOf(fdb); ok {
			return vid
		}
		return 0
	}
	return m.vids[fdb]
}
