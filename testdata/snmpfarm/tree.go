package snmpfarm

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
)

// Tree is what an agent has, in order.
type Tree []Var

// sealed puts the variables in order and encodes them.
func (t Tree) sealed() Tree {
	slices.SortFunc(t, func(a, b Var) int { return a.OID.Compare(b.OID) })
	for i := range t {
		t[i].whole = t[i].Encode()
	}
	return slices.Clip(t)
}

// after returns the position of the first variable behind o, which is likely to
// be guess.
func (t Tree) after(o OID, guess int) int {
	if 0 < guess && guess <= len(t) && t[guess-1].OID.Compare(o) == 0 {
		return guess
	}
	return sort.Search(len(t), func(i int) bool { return t[i].OID.Compare(o) > 0 })
}

// Values that stand for none (RFC 3416, 2.5).
const (
	noSuchInstance = 0x81
	endOfMIBView   = 0x82
)

// Answer answers as an honest agent does, in at most so many octets.
func (t Tree) Answer(r Request, octets int) Reply { return t.answer(r, octets, &answered{}) }

// answered is what an agent keeps of an answer, to have less work with the next.
type answered struct {
	vars []Var // their memory
	at   []int // where the next variables are
}

// answer is Answer, after the one that last tells of.
func (t Tree) answer(r Request, octets int, last *answered) Reply {
	out := Reply{Version: r.Version, Community: r.Community, Kind: Respond, ID: r.ID, Vars: last.vars[:0]}
	defer func() { last.vars = out.Vars }()
	if r.Kind == Get {
		for _, o := range r.OIDs {
			v := Var{OID: o, Tag: noSuchInstance}
			if i := t.after(o, 0) - 1; i >= 0 && t[i].OID.Compare(o) == 0 {
				v = t[i]
			}
			out.Vars = append(out.Vars, v)
		}
		return old(r, out)
	}
	at := slices.Grow(last.at[:0], len(r.OIDs))[:len(r.OIDs)] // as they were
	for i, o := range r.OIDs {
		at[i] = t.after(o, at[i])
	}
	last.at = at
	rows, size := 1, 60+len(r.Community)
	if r.Kind == GetBulk {
		rows = r.MaxRep
	}
	for range rows {
		ended := true
		for i := range at {
			v := &Var{OID: r.OIDs[i], Tag: endOfMIBView}
			if at[i] < len(t) {
				v, ended = &t[at[i]], false
			}
			if size += len(v.Encode()); size > octets && len(out.Vars) > 0 {
				return old(r, out)
			}
			out.Vars = append(out.Vars, *v)
			at[i] = min(at[i]+1, len(t))
		}
		if ended {
			break
		}
	}
	return old(r, out)
}

// old turns an answer into one of version 1, which has an error for what is not
// there.
func old(r Request, out Reply) Reply {
	if r.Version != 0 {
		return out
	}
	for i, v := range out.Vars {
		if v.Tag >= 0x80 {
			out.Status, out.Index, out.Vars = 2, i+1, nil
			for _, o := range r.OIDs {
				out.Vars = append(out.Vars, Var{OID: o, Tag: 5})
			}
			return out
		}
	}
	return out
}

// Objects of the trees.
func mib2(arcs ...uint32) OID { return OID{1, 3, 6, 1, 2, 1}.Below(arcs...) }

func text(o OID, s string) Var          { return Var{OID: o, Tag: 4, Value: []byte(s)} }
func integer(o OID, n int) Var          { return Var{OID: o, Tag: 2, Value: Integer(n)} }
func unsigned(t byte, o OID, n int) Var { return Var{OID: o, Tag: t, Value: Integer(n)} }

// system is the system group of an agent.
func system(n, ticks int) Tree {
	return Tree{
		text(mib2(1, 1, 0), fmt.Sprintf("Simulated switch %d, software 1.0", n)),
		{OID: mib2(1, 2, 0), Tag: 6, Value: OID{1, 3, 6, 1, 4, 1, 32473, 1, 5}.content()}, // the number for examples (RFC 5612)
		unsigned(0x43, mib2(1, 3, 0), ticks),
		text(mib2(1, 5, 0), fmt.Sprintf("switch-%d", n)),
	}
}

// Switch is a switch with so many ports, and rows in its forwarding table.
func Switch(n, ports, rows, ticks int) Tree {
	t := system(n, ticks)
	for p := 1; p <= ports; p++ {
		i := uint32(p)
		t = append(t,
			text(mib2(2, 2, 1, 2, i), fmt.Sprintf("GigabitEthernet1/0/%d", p)),
			integer(mib2(2, 2, 1, 3, i), 6),
			text(mib2(2, 2, 1, 6, i), string([]byte{0, 0, 0x5e, 0, 0x53, byte(p)})),
			integer(mib2(2, 2, 1, 7, i), 1), integer(mib2(2, 2, 1, 8, i), 1),
			integer(mib2(17, 1, 4, 1, 2, i), p))
	}
	for r := range rows {
		index := []uint32{2, 0, uint32(n >> 8), uint32(n & 255), uint32(r >> 8), uint32(r & 255)}
		t = append(t,
			integer(mib2(17, 4, 3, 1, 2).Below(index...), 1+r%max(ports, 1)),
			integer(mib2(17, 4, 3, 1, 3).Below(index...), 3))
	}
	return t.sealed()
}

// Plain is an agent with so many variables: a table of interfaces of sixteen
// columns that takes half of them, and one column of a forwarding table.
func Plain(n, vars int) Tree {
	const columns = 16
	t := system(n, 123456789)
	rows := (vars - len(t)) / 2 / columns
	for c := 1; c <= columns; c++ {
		for r := 1; r <= rows; r++ {
			o := mib2(2, 2, 1, uint32(c), uint32(r))
			switch c {
			case 2:
				t = append(t, text(o, fmt.Sprintf("GigabitEthernet1/0/%d", r)))
			case 6:
				t = append(t, text(o, string([]byte{2, 0, byte(n >> 8), byte(n), byte(r >> 8), byte(r)})))
			case 10, 16:
				t = append(t, unsigned(0x41, o, r*7919*(n+1)&0x7fffffff))
			default:
				t = append(t, integer(o, r%1000))
			}
		}
	}
	for i := 1; len(t) < vars; i++ {
		t = append(t, integer(mib2(17, 4, 3, 1, 2, 0, 80, 86, uint32(n%256), uint32(i>>8), uint32(i&255)), 1+i%48))
	}
	return t.sealed()
}

// Beside returns the tree with an LLDP neighbour at a port: its name, the last
// octet of its MAC address, its capabilities (IEEE Std 802.1AB-2005, 12), and its
// management address, of IPv4.
func (t Tree) Beside(port int, name string, mac, capabilities byte, at [4]byte) Tree {
	lldp := OID{1, 0, 8802, 1, 1, 2, 1, 4}
	row := []uint32{0, uint32(port), 1}
	column := func(n uint32) OID { return lldp.Below(1, 1, n).Below(row...) }
	index := []uint32{1, 4, uint32(at[0]), uint32(at[1]), uint32(at[2]), uint32(at[3])}
	return append(slices.Clone(t),
		integer(column(4), 4), text(column(5), string([]byte{0, 0, 0x5e, 0, 0x54, mac})),
		integer(column(6), 5), text(column(7), "Gi1/0/1"), text(column(9), name), text(column(12), string([]byte{capabilities})),
		integer(lldp.Below(2, 1, 3).Below(row...).Below(index...), 2)).sealed()
}

// Address returns the tree with an address of its own, in a network of so many
// bits.
func (t Tree) Address(at [4]byte, bits int) Tree {
	index := []uint32{uint32(at[0]), uint32(at[1]), uint32(at[2]), uint32(at[3])}
	mask := binary.BigEndian.AppendUint32(nil, ^uint32(0)<<(32-bits))
	column := func(n uint32) OID { return mib2(4, 20, 1, n).Below(index...) }
	return append(slices.Clone(t), Var{OID: column(1), Tag: 0x40, Value: at[:]}, integer(column(2), 1), Var{OID: column(3), Tag: 0x40, Value: mask}).sealed()
}

// Gateway returns the tree with a default route.
func (t Tree) Gateway(at [4]byte) Tree {
	hop := Var{OID: mib2(4, 21, 1, 7, 0, 0, 0, 0), Tag: 0x40, Value: at[:]}
	return append(slices.Clone(t), hop, integer(mib2(4, 21, 1, 2, 0, 0, 0, 0), 1)).sealed()
}

// Hears returns the tree with an entry in its ARP cache.
func (t Tree) Hears(at [4]byte, mac byte) Tree {
	index := []uint32{1, uint32(at[0]), uint32(at[1]), uint32(at[2]), uint32(at[3])}
	return append(slices.Clone(t),
		text(mib2(4, 22, 1, 2).Below(index...), string([]byte{0, 0, 0x5e, 0, 0x55, mac})), integer(mib2(4, 22, 1, 4).Below(index...), 3)).sealed()
}

// VLAN returns the tree with a VLAN.
func (t Tree) VLAN(vid int, name string) Tree {
	return append(slices.Clone(t), text(mib2(17, 7, 1, 4, 3, 1, 1, uint32(vid)), name)).sealed()
}

// Model returns the tree of an agent that says it is of a model.
func (t Tree) Model(object OID, descr string) Tree {
	out := slices.DeleteFunc(slices.Clone(t), func(v Var) bool { return v.OID.below(mib2(1, 1)) || v.OID.below(mib2(1, 2)) })
	return append(out, text(mib2(1, 1, 0), descr), Var{OID: mib2(1, 2, 0), Tag: 6, Value: object.content()}).sealed()
}
