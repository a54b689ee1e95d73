package pcap

import (
	"encoding/binary"
	"hash/maphash"

	"kanmon/discover/fact"
)

// idOfNeighbor is idOf for what a device announces, of which most is announced
// again and again: its texts one after the other, each with its length.
func (a *analyzer) idOfNeighbor(f *fact.NeighborAnnouncement) uint64 {
	b := binary.BigEndian.AppendUint16(append(a.text[:0], f.MAC[:]...), f.VID)
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	n := &f.Neighbor
	for _, s := range [...]string{
		f.Protocol, n.ChassisID, n.ChassisIDSubtype, n.PortID, n.PortIDSubtype,
		n.PortDescription, n.SystemName, n.SystemDescription, n.Platform,
	} {
		text(s)
	}
	b = binary.AppendUvarint(b, uint64(len(n.Capabilities)))
	for _, s := range n.Capabilities {
		text(s)
	}
	for _, ip := range n.ManagementAddresses {
		b = append(ip.AppendTo(b), ' ')
	}
	a.text = b
	return maphash.Bytes(a.seed, b)
}
