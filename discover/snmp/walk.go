package snmp

import (
	"bytes"
	"iter"
	"slices"
	"strings"
)

// walk holds the columns that the decoders need of one agent. Other variables
// are not kept.
type walk struct {
	roots []oid     // of the columns, sorted; none is a prefix of another
	cols  []*column // nil where nothing is kept of one: an agent has few of them
	kept  int
	// octets that the kept variables take.
	octets int
}

// newWalk returns a walk for the columns of all groups.
func newWalk() *walk {
	w := &walk{}
	for _, g := range groups() {
		for _, t := range g.tables {
			w.roots = append(w.roots, t.roots()...)
		}
	}
	slices.Sort(w.roots)
	w.roots = slices.Compact(w.roots)
	w.cols = make([]*column, len(w.roots))
	return w
}

// empty returns a walk for the same columns that holds nothing.
func (w *walk) empty() *walk { return &walk{roots: w.roots, cols: make([]*column, len(w.roots))} }

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
		c := w.cols[col]
		if c == nil {
			c = &column{}
			w.cols[col] = c
		}
		before := len(c.data)
		c.add(index, v, line)
		w.kept++
		w.octets += len(c.data) - before
	}
}

// seal puts the columns in order and drops what came twice: the first stays.
// It calls repeated with the lines of what it drops.
func (w *walk) seal(repeated func(line uint64)) {
	for _, c := range w.cols {
		if c != nil {
			c.seal(repeated)
		}
	}
}

// drop forgets the rows of a table.
func (w *walk) drop(t table) {
	for _, c := range t.columns {
		col := w.column(t.entry, c)
		w.kept, w.octets = w.kept-col.len(), w.octets-len(col.data)
		*col = column{data: col.data[:0], ends: col.ends[:0]}
	}
}

// held returns how many variables of a table are kept.
func (w *walk) held(t table) int {
	n := 0
	for _, c := range t.columns {
		n += w.column(t.entry, c).len()
	}
	return n
}

// take copies what another walk holds of some tables.
func (w *walk) take(from *walk, tables ...table) {
	for _, t := range tables {
		for _, c := range t.columns {
			copied := *from.column(t.entry, c)
			w.cols[w.position(t.entry, c)] = &copied
		}
	}
}

// column returns a column of a table. It is empty where the agent has none.
func (w *walk) column(entry string, col uint32) *column {
	if i := w.position(entry, col); i >= 0 && w.cols[i] != nil {
		return w.cols[i]
	}
	return &column{}
}

// position returns where a column of a table is in cols, -1 where the decoders
// do not need it.
func (w *walk) position(entry string, col uint32) int {
	i, ok := slices.BinarySearch(w.roots, mustOID(entry).child(col))
	if !ok {
		return -1
	}
	return i
}

// scalar returns the instance .0 of a scalar object.
func (w *walk) scalar(group string, object uint32) value {
	return w.column(group, object).at(oid("").child(0))
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
		cols, next := make([]*column, len(t.columns)), make([]int, len(t.columns))
		for i, c := range t.columns {
			cols[i] = w.column(t.entry, c)
		}
		r := row{table: t.name, cols: t.columns, vals: make([]value, len(t.columns))}
		heads := make([]cell, len(cols))
		for {
			var key []byte
			for i, c := range cols {
				heads[i] = cell{}
				if next[i] < c.len() {
					if heads[i] = c.cell(next[i]); key == nil || bytes.Compare(heads[i].index, key) < 0 {
						key = heads[i].index
					}
				}
			}
			if key == nil {
				return
			}
			for i, head := range heads {
				r.vals[i] = value{}
				if head.rest != nil && bytes.Equal(head.index, key) {
					r.vals[i], _ = head.value()
					next[i]++
				}
			}
			r.key = oid(key)
			r.index = r.key.arcs()
			if !yield(r) {
				return
			}
		}
	}
}
