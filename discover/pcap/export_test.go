package pcap

import (
	"iter"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// Decoded is what the decoder in place makes of an IP packet.
type Decoded struct {
	Src, Dst     netip.Addr
	Proto, Hops  uint8
	Sport, Dport uint16
	SYN, ACK     bool
	Seq          uint32
	Payload      []byte
	Whole, Later bool
}

// DecodeIP decodes an IP packet of the given version.
func DecodeIP(version int, b []byte) (Decoded, error) {
	p := packet{whole: true}
	decode := p.decode4
	if version == 6 {
		decode = p.decode6
	}
	later, err := decode(b)
	return Decoded{
		Src: p.src, Dst: p.dst, Proto: p.proto, Hops: p.hops, Sport: p.sport, Dport: p.dport,
		SYN: p.syn, ACK: p.ack, Seq: p.seq, Payload: p.payload, Whole: p.whole, Later: later,
	}, err
}

// FailingFrame is what becomes of an ARP frame where its decoder fails.
func FailingFrame(b []byte) error {
	a := newAnalyzer()
	a.bindings = nil
	return a.frame(frame.LinkEthernet, b, true, moment{})
}

// Told counts the facts that are told of frames before the end, where it is
// looked for new ones after every so many, and in all.
func Told(frames iter.Seq[[]byte], every int) (early, all int) {
	a := newAnalyzer()
	n := 0
	count := func(string, fact.Fact, fact.Sighting) error { n++; return nil }
	i := 0
	for f := range frames {
		if i++; i%every == 0 {
			_ = a.flush(count, false)
		}
		_ = a.frame(frame.LinkEthernet, f, true, moment{nanos: int64(i), frame: uint64(i)})
	}
	early = n
	_ = a.finish(count)
	return early, n
}

// Packed is an IP address as it comes out of the tables.
func Packed(ip netip.Addr) netip.Addr { return packed(ip).ip() }

// PackedLess reports whether the tables order x before y.
func PackedLess(x, y netip.Addr) bool { return packed(x).less(packed(y)) }

// Index is an index of places by hashes.
type Index struct{ x index }

// Add notes a place.
func (i *Index) Add(hash uint64, place int) { i.x.add(hash, place) }

// Places returns the places that may be of a hash, in order.
func (i *Index) Places(hash uint64) []int { return slices.Sorted(i.x.places(hash)) }

// Clear forgets all places.
func (i *Index) Clear() { i.x.clear() }

// Slab holds numbers at places.
type Slab struct{ s slab[int] }

// Take returns a place and its value.
func (s *Slab) Take() (int, *int) { return s.s.take() }

// At returns the value at a place.
func (s *Slab) At(place int) *int { return s.s.at(place) }

// Release makes a place free.
func (s *Slab) Release(place int) { s.s.release(place) }

// Compact keeps the numbers of which keep reports so, and returns their pointers
// in the order of their places.
func (s *Slab) Compact(keep func(int) bool) []*int {
	var out []*int
	s.s.compact(func(v *int) bool { return keep(*v) }, func(place int, v *int) {
		if place != len(out) {
			panic("places are not side by side")
		}
		out = append(out, v)
	})
	return out
}

// Len returns how many places are taken.
func (s *Slab) Len() int { return s.s.len() }

// NeighborIDs returns by what facts are told apart.
func NeighborIDs(list []fact.NeighborAnnouncement) []uint64 {
	a := newAnalyzer()
	ids := make([]uint64, len(list))
	for i := range list {
		ids[i] = a.idOfNeighbor(&list[i])
	}
	return ids
}
