package snmp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"kanmon/discover/fact"
)

// maxVLANs is how many VLANs of one switch are asked for alone.
const maxVLANs = 256

// perVLAN asks for the forwarding table and spanning tree of each VLAN that the
// switch told of: with community@VLAN in versions 1 and 2c, in the context
// vlan-VLAN in version 3, as Cisco's switches want it. A switch that does not
// know that sends traps about it, which is why this is done on request only, and
// ended with the first VLAN of which nothing is told.
func (d *device) perVLAN(ctx context.Context) (missing, fatal error) {
	vids := slices.Clone(d.vlans)
	slices.Sort(vids)
	vids = slices.Compact(vids)
	ports := d.w
	if len(vids) > maxVLANs {
		if err := d.lacks("VLANs", fact.GapVLANs, fmt.Sprintf("rows missing: %d VLANs, of which the first %d are asked for alone", len(vids), maxVLANs),
			strconv.Itoa(len(vids)), strconv.Itoa(maxVLANs)); err != nil {
			return nil, err
		}
		vids = vids[:maxVLANs]
	}
	base, before, rec := d.sock, d.s, d.rec
	defer func() { d.sock, d.s, d.rec, d.vid, d.r.vid, d.w = base, before, rec, 0, 0, ports }()
	d.rec = nil // where rows of several VLANs would have the same names
	for _, vid := range vids {
		if vid >= 1002 && vid <= 1005 { // Cisco's, of token ring and FDDI
			continue
		}
		d.vid, d.r.vid, d.w = vid, vid, ports.empty()
		d.w.take(ports, ifTable(), ifXTable(), bridgeTable())
		if err := d.oneVLAN(ctx); err != nil {
			var sink *sinkError
			if errors.As(err, &sink) {
				return missing, err
			}
			m, fatal := d.lacking("VLANs", fmt.Errorf("not told, the others are not asked for: %w", err))
			return errors.Join(missing, m), fatal
		}
	}
	return missing, nil
}

// oneVLAN asks for the tables of one VLAN.
func (d *device) oneVLAN(ctx context.Context) error {
	pace := d.pace
	if err := d.speak(ctx, d.opts.credentialsFor(d.addr).forVLAN(d.vid)); err != nil {
		return err
	}
	defer d.s.close()
	defer context.AfterFunc(ctx, d.sock.wake)()
	d.pace = pace
	if _, err := d.upTime(ctx); err != nil {
		return err
	}
	for _, g := range d.wanted {
		var some group
		for _, t := range g.tables {
			if slices.Contains(vlanTables(), t.name) {
				some.tables = append(some.tables, t)
			}
		}
		if len(some.tables) == 0 {
			continue
		}
		for _, t := range some.tables {
			if slices.ContainsFunc(d.left, func(l table) bool { return l.name == t.name }) {
				continue
			}
			if err := d.table(ctx, t); err != nil {
				return err
			}
		}
		d.w.seal(func(uint64) {})
		if slices.ContainsFunc(some.tables, func(t table) bool { return t.name != basePortTable().name }) && !d.opts.RecordOnly {
			if err := g.decode(d.w, d.r); err != nil {
				return err
			}
		}
	}
	return nil
}

// vlanTables are the tables that differ from VLAN to VLAN.
func vlanTables() []string {
	return []string{basePortTable().name, dot1dTpFDBTable().name, "dot1dStpPortTable"}
}

// noteVLAN remembers the VLANs that the switch tells of.
func (d *device) noteVLAN(f fact.Fact) {
	if v, ok := f.(fact.VLAN); ok && d.opts.PerVLAN && len(d.vlans) < 2*maxVLANs {
		d.vlans = append(d.vlans, v.VID)
	}
}
