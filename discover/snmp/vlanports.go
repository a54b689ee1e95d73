package snmp

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// dot1qPvid is the column of dot1qPortVlanTable that is used.
const dot1qPvid = 1

// portVLANTable is dot1qPortVlanTable of Q-BRIDGE-MIB (RFC 4363), numbered by
// bridge port.
func portVLANTable() table {
	return table{name: "dot1qPortVlanTable", entry: "1.3.6.1.2.1.17.7.1.4.5.1", columns: []uint32{dot1qPvid}}
}

// portSets collects which interfaces carry which VLAN.
type portSets map[uint16]*ports

type ports struct {
	place            string
	untagged, tagged map[uint32]bool
}

// of returns the sets of a VLAN. The first place that tells of it names it.
func (s portSets) of(vid uint16, place string) *ports {
	if s[vid] == nil {
		s[vid] = &ports{place: place, untagged: make(map[uint32]bool), tagged: make(map[uint32]bool)}
	}
	return s[vid]
}

// emit emits the VLANs that any interface carries, in order.
func (s portSets) emit(r *reporter, source string) error {
	for _, vid := range slices.Sorted(maps.Keys(s)) {
		p := s[vid]
		f := fact.VLANPorts{
			Agent: r.agent, VID: vid,
			Untagged: slices.Sorted(maps.Keys(p.untagged)), Tagged: slices.Sorted(maps.Keys(p.tagged)),
		}
		if len(f.Untagged)+len(f.Tagged) == 0 {
			continue
		}
		if err := r.emit(source, p.place, f); err != nil {
			return err
		}
	}
	return nil
}

// decodeVLANPorts emits which ports carry a VLAN: what is in force now
// (dot1qVlanCurrentTable), what is configured of VLANs that this does not list,
// and where neither tells of ports, in which VLAN each port puts what comes
// without a tag (dot1qPvid).
func decodeVLANPorts(w *walk, r *reporter) error {
	byPort, sets, read := basePorts(w), make(portSets), portListReader(w)
	for _, t := range []struct {
		table            table
		egress, untagged uint32
	}{
		{vlanCurrentTable(), dot1qVLANCurrentEgress, dot1qVLANCurrentUntagged},
		{vlanStaticTable(), dot1qVLANStaticEgress, dot1qVLANStaticUntagged},
	} {
		listed := maps.Clone(sets)
		for row := range w.rows(t.table) {
			vid, ok := vidOf(row.key.last())
			if !ok || !row.get(t.egress).isString() || listed[vid] != nil {
				continue
			}
			untagged := read(row.get(t.untagged), byPort)
			for i := range read(row.get(t.egress), byPort) {
				p := sets.of(vid, row.place())
				if untagged[i] {
					p.untagged[i] = true
				} else {
					p.tagged[i] = true
				}
			}
		}
	}
	sets.addRapidCity(w, byPort)
	if len(sets) == 0 {
		for row := range w.rows(portVLANTable()) {
			vid, ok := vidOf(row.get(dot1qPvid).uint())
			if i := byPort[row.key.last()]; ok && i != 0 {
				sets.of(vid, row.place()).untagged[i] = true
			}
		}
	}
	return sets.emit(r, "snmp/vlan")
}

// addRapidCity adds the PortSets of rcVlanTable, which have a bit for each
// ifIndex, the first bit being 0. Whether a port sends tags is not told: it does but
// for the VLAN of what comes without one.
func (s portSets) addRapidCity(w *walk, byPort map[uint32]uint32) {
	native := make(map[uint32]uint32)
	for row := range w.rows(portVLANTable()) {
		native[byPort[row.key.last()]] = row.get(dot1qPvid).uint()
	}
	for row := range w.rows(rapidCityVLANTable()) {
		vid, ok := vidOf(row.key.last())
		members := row.get(rcVLANPortMembers)
		if !ok || !members.isString() || s[vid] != nil {
			continue
		}
		for i := range ifIndexes(w) {
			switch {
			case i/8 >= uint32(len(members.s)) || members.s[i/8]&(0x80>>(i%8)) == 0:
			case native[i] == uint32(vid):
				s.of(vid, row.place()).untagged[i] = true
			default:
				s.of(vid, row.place()).tagged[i] = true
			}
		}
	}
}

// portList returns the interfaces in a PortList (RFC 4363): a bit for each bridge
// port, the first bit of the first octet being port 1. Bits without a bridge port
// stand for nothing.
func portList(v value, byPort map[uint32]uint32) map[uint32]bool {
	out := make(map[uint32]bool)
	if !v.isString() {
		return out
	}
	for port, i := range byPort {
		bit := uint64(port) - 1
		if port > 0 && bit/8 < uint64(len(v.s)) && v.s[bit/8]&(0x80>>(bit%8)) != 0 {
			out[i] = true
		}
	}
	return out
}

// writtenPortList returns the interfaces in "513,514", which agents of Juniper
// give for a PortList.
func writtenPortList(v value, byPort map[uint32]uint32) map[uint32]bool {
	out := make(map[uint32]bool)
	for n := range strings.SplitSeq(v.s, ",") {
		if port, err := strconv.ParseUint(n, 10, 32); err == nil && byPort[uint32(port)] != 0 {
			out[byPort[uint32(port)]] = true
		}
	}
	return out
}

// portListReader returns how to read the agent's port lists. Sets of bits have
// octets that are neither digits nor commas, or are one octet short; one list alone
// does not tell.
func portListReader(w *walk) func(value, map[uint32]uint32) map[uint32]bool {
	written := false
	for _, t := range []table{vlanCurrentTable(), vlanStaticTable()} {
		for row := range w.rows(t) {
			for _, col := range t.columns {
				v := row.get(col)
				switch {
				case t.name == vlanStaticTable().name && col == dot1qVLANStaticName || !v.isString() || v.s == "":
				case strings.Trim(v.s, "0123456789,") != "":
					return portList
				case len(v.s) > 1:
					written = true
				}
			}
		}
	}
	if written {
		return writtenPortList
	}
	return portList
}
