package snmp

import (
	"kanmon/discover/fact"
)

// Columns of dot1qVlanStaticTable and dot1qVlanCurrentTable (RFC 4363).
const (
	dot1qVLANStaticName = 1
	dot1qVLANFDBID      = 3
)

// maxVID is the greatest VLAN ID that names a VLAN (IEEE Std 802.1Q, 9.6).
const maxVID = 4094

func vlanStaticTable() table {
	return table{name: "dot1qVlanStaticTable", entry: "1.3.6.1.2.1.17.7.1.4.3.1", columns: []uint32{dot1qVLANStaticName}}
}

func vlanCurrentTable() table {
	return table{name: "dot1qVlanCurrentTable", entry: "1.3.6.1.2.1.17.7.1.4.2.1", columns: []uint32{dot1qVLANFDBID}}
}

// decodeVLANs emits each VLAN once: the named ones, then those that only the
// current table has.
func decodeVLANs(w *walk, r *reporter) error {
	seen := make(map[uint16]bool)
	for _, t := range []table{vlanStaticTable(), vlanCurrentTable()} {
		for row := range w.rows(t) {
			vid, ok := vidOf(row.key.last())
			if !ok || seen[vid] {
				continue
			}
			seen[vid] = true
			f := fact.VLAN{Agent: r.agent, VID: vid}
			if t.name == vlanStaticTable().name {
				f.Name = row.get(dot1qVLANStaticName).text()
			}
			if err := r.emit("snmp/vlan", row.place(), f); err != nil {
				return err
			}
		}
	}
	return nil
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
// the VLAN ID.
func vlansByFDB(w *walk) vidByFDB {
	m := vidByFDB{vids: make(map[uint32]uint16), direct: true}
	for row := range w.rows(vlanCurrentTable()) {
		v := row.get(dot1qVLANFDBID)
		vid, ok := vidOf(row.key.last())
		if !ok || !v.isNumber() {
			continue
		}
		m.direct = false
		if have, taken := m.vids[v.uint()]; taken && have != vid {
			vid = 0
		}
		m.vids[v.uint()] = vid
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
