package snmp

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// column holds the instances of one columnar or scalar object: their cells, one
// after the other in a single piece of memory. A row of a forwarding table is
// some twenty octets in each of its columns.
type column struct {
	data     []byte
	ends     []uint32 // of each cell, in data
	unsorted bool     // a cell was added that does not come behind the one before
	kinds    uint8    // a bit for each kind of value that was added
}

// cell is one instance, read out of its column.
type cell struct {
	index []byte // what follows the OID of the column
	rest  []byte // its value, and its line
}

func (c *column) len() int { return len(c.ends) }

// raw returns the octets of a cell.
func (c *column) raw(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = c.ends[i-1]
	}
	return c.data[start:c.ends[i]]
}

func (c *column) cell(i int) cell {
	b := c.raw(i)
	n, size := binary.Uvarint(b)
	return cell{index: b[size : size+int(n)], rest: b[size+int(n):]}
}

// add appends an instance; line is that of a recorded walk.
func (c *column) add(index oid, v value, line uint64) {
	if n := c.len(); n > 0 && !c.unsorted && string(c.cell(n-1).index) >= string(index) {
		c.unsorted = true
	}
	c.kinds |= v.kind()
	c.data = binary.AppendUvarint(c.data, uint64(len(index)))
	c.data = append(c.data, index...)
	c.data = append(c.data, v.tag)
	if v.isNumber() {
		c.data = binary.AppendVarint(c.data, v.num)
	} else {
		c.data = binary.AppendUvarint(c.data, uint64(len(v.s)))
		c.data = append(c.data, v.s...)
	}
	c.data = binary.AppendUvarint(c.data, line)
	c.ends = append(c.ends, uint32(len(c.data)))
}

// value takes the value out of a cell, and the line it was read in.
func (c cell) value() (v value, line uint64) {
	v.tag = c.rest[0]
	b := c.rest[1:]
	if v.isNumber() {
		n, size := binary.Varint(b)
		v.num, b = n, b[size:]
	} else {
		n, size := binary.Uvarint(b)
		v.s, b = string(b[size:size+int(n)]), b[size+int(n):]
	}
	line, _ = binary.Uvarint(b)
	return v, line
}

// seal puts the cells in order and drops what came twice: the first stays. It
// calls repeated with the lines of what it drops.
func (c *column) seal(repeated func(line uint64)) {
	if !c.unsorted {
		return
	}
	order := make([]int, c.len())
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		return bytes.Compare(c.cell(order[i]).index, c.cell(order[j]).index) < 0
	})
	sorted := column{data: make([]byte, 0, len(c.data)), ends: make([]uint32, 0, len(c.ends)), kinds: c.kinds}
	for i, at := range order {
		if i > 0 && bytes.Equal(c.cell(at).index, c.cell(order[i-1]).index) {
			_, line := c.cell(at).value()
			repeated(line)
			continue
		}
		sorted.data = append(sorted.data, c.raw(at)...)
		sorted.ends = append(sorted.ends, uint32(len(sorted.data)))
	}
	*c = sorted
}

// at returns the value at index, no value where the column has none there.
func (c *column) at(index oid) value {
	key := []byte(index)
	i, ok := sort.Find(c.len(), func(i int) int { return bytes.Compare(key, c.cell(i).index) })
	if !ok {
		return value{}
	}
	v, _ := c.cell(i).value()
	return v
}
