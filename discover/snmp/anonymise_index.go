package snmp

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

// index rewrites the index of a row, which is made of the parts that the table of
// the anonymiser names. It returns false where it is made of something else.
func (a *Anonymiser) index(parts []string, arcs []uint32) (out []uint32, ok bool) {
	for i, part := range parts {
		last := i == len(parts)-1
		var n int
		var piece []uint32
		switch part {
		case "n":
			n, piece, ok = 1, arcs, len(arcs) >= 1
		case "mask":
			n, piece, ok = 4, arcs, len(arcs) >= 4
		case "rest":
			n, piece, ok = len(arcs), arcs, len(arcs) <= 4
		case "4":
			n, piece, ok = a.addrArcs(arcs, 4)
		case "6":
			if n, piece, ok = a.lengthAddr(arcs); !ok || n != 17 {
				n, piece, ok = a.addrArcs(arcs, 16)
			}
		case "laddr":
			n, piece, ok = a.lengthAddr(arcs)
		case "m":
			n, piece, ok = a.macArcs(arcs)
		case "lm":
			if ok = len(arcs) >= 7 && arcs[0] == 6; ok {
				n, piece, ok = a.macArcs(arcs[1:])
				n, piece = n+1, slices.Concat(arcs[:1], piece)
			}
		case "ls":
			n, piece, ok = a.textArcs(arcs)
		case "loid":
			if ok = len(arcs) >= 1 && uint64(arcs[0]) < uint64(len(arcs)); ok {
				n, piece = int(arcs[0])+1, arcs
			}
		case "inet":
			n, piece, ok = a.inetArcs(arcs, true)
		case "linet":
			if n, piece, ok = a.inetArcs(arcs, true); !ok {
				n, piece, ok = a.inetArcs(arcs, false)
			}
		}
		if !ok || n > len(arcs) || len(piece) < n {
			return nil, false
		}
		out = append(out, piece[:n]...)
		arcs = arcs[n:]
		if last && len(arcs) > 0 {
			return nil, false
		}
	}
	return out, true
}

// addrArcs rewrites an address of size octets.
func (a *Anonymiser) addrArcs(arcs []uint32, size int) (n int, out []uint32, ok bool) {
	if len(arcs) < size {
		return 0, nil, false
	}
	b, ok := octetsOf(arcs[:size])
	if !ok {
		return 0, nil, false
	}
	addr, _ := netip.AddrFromSlice(b)
	if addr.Is4In6() {
		return 0, nil, false
	}
	for _, o := range a.names.addr(addr).AsSlice() {
		out = append(out, uint32(o))
	}
	return size, out, true
}

// lengthAddr rewrites an address of either family with its length before it.
func (a *Anonymiser) lengthAddr(arcs []uint32) (n int, out []uint32, ok bool) {
	if len(arcs) == 0 || arcs[0] != 4 && arcs[0] != 16 {
		return 0, nil, false
	}
	n, out, ok = a.addrArcs(arcs[1:], int(arcs[0]))
	return n + 1, append([]uint32{arcs[0]}, out...), ok
}

func (a *Anonymiser) macArcs(arcs []uint32) (n int, out []uint32, ok bool) {
	if len(arcs) < 6 {
		return 0, nil, false
	}
	b, ok := octetsOf(arcs[:6])
	if !ok {
		return 0, nil, false
	}
	m := a.names.mac(fact.MAC(b))
	for _, o := range m {
		out = append(out, uint32(o))
	}
	return 6, out, true
}

// inetArcs rewrites an InetAddressType and an InetAddress (RFC 4001), with or
// without the length of the address before it.
func (a *Anonymiser) inetArcs(arcs []uint32, hasLength bool) (n int, out []uint32, ok bool) {
	head := 1
	if hasLength {
		head = 2
	}
	if len(arcs) < head {
		return 0, nil, false
	}
	all, size, ok := inetOctets(arcs[0])
	if !ok || hasLength && uint64(arcs[1]) != uint64(all) || len(arcs) < head+all {
		return 0, nil, false
	}
	out = slices.Clone(arcs[:head])
	if size > 0 {
		_, addr, ok := a.addrArcs(arcs[head:], size)
		if !ok {
			return 0, nil, false
		}
		out = append(out, addr...)
	}
	return head + all, append(out, arcs[head+size:head+all]...), true
}

// textArcs rewrites a text with its length before it.
func (a *Anonymiser) textArcs(arcs []uint32) (n int, out []uint32, ok bool) {
	if len(arcs) < 1 || uint64(arcs[0]) >= uint64(len(arcs)) {
		return 0, nil, false
	}
	n = int(arcs[0])
	b, ok := octetsOf(arcs[1 : 1+n])
	if !ok {
		return 0, nil, false
	}
	// Of the same length: the index goes on behind it.
	h := a.names.word(string(b)) + a.names.word("2"+string(b)) + a.names.word("3"+string(b)) + a.names.word("4"+string(b))
	if n > len(h) {
		return 0, nil, false
	}
	out = append(out, arcs[0])
	for i := range n {
		out = append(out, uint32(h[i]))
	}
	return n + 1, out, true
}
