// Package table lays a View out in rows and columns: the equipment ledger
// (機器台帳), the register of external connections (外部接続台帳) and the lists
// beside them. The spreadsheet and the comma-separated files are both written
// from these tables, so that they cannot disagree.
package table

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"kanmon/render"
	"kanmon/topology"
)

// MaxLines is how many entries of a list one cell shows. A spreadsheet shows at
// most 253 line feeds in a cell (Excel specifications and limits), and nobody
// reads a cell of more than a screenful.
const MaxLines = 100

// Table is a heading and rows.
type Table struct {
	Title   string
	Columns []Column
	Len     int // number of rows
	Rows    iter.Seq[[]Cell]
}

// Column is one column of a table.
type Column struct {
	Key   string // stable and English: "status"
	Label string // in the reader's language
	Width int    // in half-width characters, for a spreadsheet
}

// Cell is a text of one or more lines, or a number.
type Cell struct {
	Lines  []string
	Int    int
	Number bool            // Int holds, not Lines
	Mark   topology.Status // the status that the cell shows; empty for other cells
}

// Join writes the cell as one text, its lines separated by sep.
func (c Cell) Join(sep string) string {
	if c.Number {
		return fmt.Sprint(c.Int)
	}
	return strings.Join(c.Lines, sep)
}

// field is a column together with how a row of type T fills it.
type field[T any] struct {
	key   string
	width int
	cell  func(T) Cell
}

func build[T any](l render.Lang, title string, rows []T, fields []field[T]) Table {
	t := Table{Title: l.T(title), Len: len(rows)}
	for _, f := range fields {
		t.Columns = append(t.Columns, Column{Key: f.key, Label: l.T("col." + f.key), Width: f.width})
	}
	t.Rows = func(yield func([]Cell) bool) {
		for _, r := range rows {
			cells := make([]Cell, len(fields))
			for i, f := range fields {
				cells[i] = f.cell(r)
			}
			if !yield(cells) {
				return
			}
		}
	}
	return t
}

func text(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Lines: []string{s}}
}

func number(n int) Cell { return Cell{Int: n, Number: true} }

// list shows at most MaxLines entries and says how many more there are.
func list(l render.Lang, ss []string) Cell {
	if len(ss) <= MaxLines {
		return Cell{Lines: ss}
	}
	return Cell{Lines: append(slices.Clone(ss[:MaxLines]), l.F("more.n", len(ss)-MaxLines))}
}

// Devices is the equipment ledger.
func Devices(v render.View) Table {
	l := v.Lang
	return build(l, "ledger.devices", v.Devices, []field[render.Device]{
		{"name", 24, func(d render.Device) Cell { return text(d.Name) }},
		{"role", 16, func(d render.Device) Cell { return text(d.RoleLabel) }},
		{"zone", 14, func(d render.Device) Cell { return text(d.Zone) }},
		{"vendor", 20, func(d render.Device) Cell { return text(d.Vendor) }},
		{"model", 20, func(d render.Device) Cell { return text(d.Model) }},
		{"serial", 18, func(d render.Device) Cell { return text(d.Serial) }},
		{"os", 18, func(d render.Device) Cell { return text(d.OS) }},
		{"version", 18, func(d render.Device) Cell { return text(d.Version) }},
		{"ip", 22, func(d render.Device) Cell { return list(l, d.IPs) }},
		{"mac", 20, func(d render.Device) Cell { return list(l, d.MACs) }},
		{"vlan", 8, func(d render.Device) Cell { return list(l, d.VLANs) }},
		{"attached", 24, func(d render.Device) Cell { return text(d.Attached) }},
		{"location", 20, func(d render.Device) Cell { return text(d.Location) }},
		{"services", 28, func(d render.Device) Cell { return list(l, d.Services) }},
		{"ways.out", 10, func(d render.Device) Cell { return numbers(d.WaysOut) }},
		{"first", 12, func(d render.Device) Cell { return text(d.FirstSeen) }},
		{"last", 12, func(d render.Device) Cell { return text(d.LastSeen) }},
		{"evidence", 10, func(d render.Device) Cell { return number(len(d.Evidence)) }},
		{"id", 24, func(d render.Device) Cell { return text(d.ID) }},
	})
}

func numbers(ns []int) Cell {
	if len(ns) == 1 {
		return number(ns[0])
	}
	ss := make([]string, len(ns))
	for i, n := range ns {
		ss[i] = fmt.Sprint(n)
	}
	return text(strings.Join(ss, ", "))
}

// Connections is the register of external connections: every way out, and after
// them the approvals that no connection matched, which have no number.
func Connections(v render.View) Table {
	l := v.Lang
	rows := slices.Clone(v.WaysOut)
	for _, n := range v.NotSeen {
		rows = append(rows, render.WayOut{
			ID: n.ID, CategoryLabel: n.CategoryLabel, StatusLabel: l.T("status.not-seen"),
			Owner: n.Owner, Purpose: n.Purpose, Contract: n.Contract, Until: n.Until,
		})
	}
	return build(l, "ledger.connections", rows, []field[render.WayOut]{
		{"no", 6, func(w render.WayOut) Cell {
			if w.No == 0 {
				return Cell{}
			}
			return number(w.No)
		}},
		{"status", 16, func(w render.WayOut) Cell { return Cell{Lines: []string{w.StatusLabel}, Mark: w.Status} }},
		{"category", 22, func(w render.WayOut) Cell { return text(w.CategoryLabel) }},
		{"purpose", 24, func(w render.WayOut) Cell { return text(w.Purpose) }},
		{"party", 24, func(w render.WayOut) Cell { return text(w.Party) }},
		{"remotes", 30, func(w render.WayOut) Cell { return list(l, w.Remotes) }},
		{"transport", 16, func(w render.WayOut) Cell { return text(w.Transport) }},
		{"service", 16, func(w render.WayOut) Cell { return text(w.Service) }},
		{"direction", 14, func(w render.WayOut) Cell { return text(w.Direction) }},
		{"device", 24, func(w render.WayOut) Cell { return text(w.Device) }},
		{"device.detail", 28, func(w render.WayOut) Cell { return text(w.DeviceDetail) }},
		{"location", 20, func(w render.WayOut) Cell { return text(w.Location) }},
		{"zone", 14, func(w render.WayOut) Cell { return text(w.Zone) }},
		{"behind", 26, func(w render.WayOut) Cell { return list(l, w.Behind) }},
		{"owner", 20, func(w render.WayOut) Cell { return text(w.Owner) }},
		{"contract", 20, func(w render.WayOut) Cell { return text(w.Contract) }},
		{"until", 12, func(w render.WayOut) Cell { return text(w.Until) }},
		{"changes", 14, func(w render.WayOut) Cell { return list(l, w.Changes) }},
		{"grade", 12, func(w render.WayOut) Cell { return text(w.GradeLabel) }},
		{"first", 12, func(w render.WayOut) Cell { return text(w.FirstSeen) }},
		{"last", 12, func(w render.WayOut) Cell { return text(w.LastSeen) }},
		{"next", 34, func(w render.WayOut) Cell { return text(w.NextStep) }},
		{"because", 50, func(w render.WayOut) Cell { return list(l, w.Because) }},
		{"evidence", 16, func(w render.WayOut) Cell { return list(l, w.Evidence) }},
		{"id", 24, func(w render.WayOut) Cell { return text(w.ID) }},
	})
}
