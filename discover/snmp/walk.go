package snmp

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// walk holds the columns that the decoders need of one agent. Other variables
// are not kept.
type walk struct {
	roots []oid // of the columns, sorted; none is a prefix of another
	cols  []column
	kept  int
}

// column holds the instances of one columnar or scalar object.
type column struct {
	cells []cell // in order of their index, once the walk is sealed
}

// cell is one instance.
type cell struct {
	index oid // what follows the OID of the column
	value value
	line  uint64 // of a recorded walk
}

// newWalk returns a walk for the columns of all groups.
func newWalk() *walk {
	w := &walk{}
	for _, g := range groups() {
		for _, t := range g.tables {
			for _, c := range t.columns {
				w.roots = append(w.roots, mustOID(t.entry).child(c))
			}
		}
	}
	slices.Sort(w.roots)
	w.roots = slices.Compact(w.roots)
	w.cols = make([]column, len(w.roots))
	return w
}

// find returns which column o is an instance of, and its index there.
func (w *walk) find(o oid) (col int, index oid, ok bool) {
	i, exact := slices.BinarySearch(w.roots, o)
	if exact || i == 0 {
		return 0, "", false
	}
	rest, ok := strings.CutPrefix(string(o), string(w.roots[i-1]))
	return i - 1, oid(rest), ok
}

// add keeps a variable if one of the columns has it.
func (w *walk) add(o oid, v value, line uint64) {
	if col, index, ok := w.find(o); ok {
		w.cols[col].cells = append(w.cols[col].cells, cell{index: index, value: v, line: line})
		w.kept++
	}
}

// seal puts the columns in order and drops what came twice: the first stays.
// It calls repeated with the lines of what it drops.
func (w *walk) seal(repeated func(line uint64)) {
	for i := range w.cols {
		cells := w.cols[i].cells
		byIndex := func(a, b cell) int { return strings.Compare(string(a.index), string(b.index)) }
		if !slices.IsSortedFunc(cells, byIndex) {
			slices.SortStableFunc(cells, byIndex)
		}
		w.cols[i].cells = slices.CompactFunc(cells, func(a, b cell) bool {
			if a.index != b.index {
				return false
			}
			repeated(max(a.line, b.line))
			return true
		})
	}
}

// column returns a column of a table. It is empty where the agent has none.
func (w *walk) column(entry string, col uint32) *column {
	i, ok := slices.BinarySearch(w.roots, mustOID(entry).child(col))
	if !ok {
		return &column{}
	}
	return &w.cols[i]
}

// scalar returns the instance .0 of a scalar object.
func (w *walk) scalar(group string, object uint32) value {
	return w.column(group, object).at(oid("").child(0))
}

// at returns the value at index, no value where the column has none there.
func (c *column) at(index oid) value {
	i, ok := slices.BinarySearchFunc(c.cells, index, func(x cell, index oid) int {
		return cmp.Compare(x.index, index)
	})
	if !ok {
		return value{}
	}
	return c.cells[i].value
}

// row is one conceptual row of a table.
type row struct {
	table string
	key   oid      // the index
	index []uint32 // the same, taken apart
	cols  []uint32
	vals  []value
}

// get returns the value of one of the columns that rows was asked for.
func (r row) get(col uint32) value {
	if i := slices.Index(r.cols, col); i >= 0 {
		return r.vals[i]
	}
	return value{}
}

// place names the row in sightings: "lldpRemTable.0.50.3".
func (r row) place() string { return r.table + "." + r.key.String() }

// rows returns the rows of a table in order of their index, each with all of
// the columns that the group list names, as far as the agent has them. The
// values of a row are good until the next.
func (w *walk) rows(t table) iter.Seq[row] {
	return func(yield func(row) bool) {
		rest := make([][]cell, len(t.columns))
		for i, c := range t.columns {
			rest[i] = w.column(t.entry, c).cells
		}
		r := row{table: t.name, cols: t.columns, vals: make([]value, len(t.columns))}
		for {
			key, found := oid(""), false
			for _, cells := range rest {
				if len(cells) > 0 && (!found || cells[0].index < key) {
					key, found = cells[0].index, true
				}
			}
			if !found {
				return
			}
			for i, cells := range rest {
				r.vals[i] = value{}
				if len(cells) > 0 && cells[0].index == key {
					r.vals[i], rest[i] = cells[0].value, cells[1:]
				}
			}
			r.key, r.index = key, key.arcs()
			if !yield(r) {
				return
			}
		}
	}
}
