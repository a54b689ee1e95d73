package pcap

import (
	"iter"
)

// index finds the places of entries in a list by the hash of their keys. A slot
// holds the upper half of the hash and the place plus one, so that the index
// grows without a look at the keys; a map would hold each key a second time.
// The hash must be keyed: whoever chose the addresses must not know where they
// collide.
type index struct {
	slots []uint64
	used  int
}

const upperHalf = 0xffffffff_00000000

// places returns the places of entries with that hash, which may be others than
// the one that is looked for.
func (x *index) places(hash uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(x.slots) == 0 {
			return
		}
		mask := len(x.slots) - 1
		for i := int(hash>>32) & mask; x.slots[i] != 0; i = (i + 1) & mask {
			if s := x.slots[i]; s&upperHalf == hash&upperHalf && !yield(int(uint32(s))-1) {
				return
			}
		}
	}
}

// add notes an entry that find did not find.
func (x *index) add(hash uint64, place int) {
	if 4*(x.used+1) > 3*len(x.slots) {
		old := x.slots
		x.slots = make([]uint64, max(64, 2*len(old)))
		for _, s := range old {
			if s != 0 {
				x.put(s)
			}
		}
	}
	x.used++
	x.put(hash&upperHalf | uint64(uint32(place+1)))
}

func (x *index) put(slot uint64) {
	mask := len(x.slots) - 1
	i := int(slot>>32) & mask
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = slot
}

// clear forgets all entries, and keeps the room for as many.
func (x *index) clear() {
	clear(x.slots)
	x.used = 0
}

// slab holds values that do not move until it is compacted, so that pointers to
// them stay good, at places that are used again.
type slab[T any] struct {
	chunks [][]T
	free   []uint32
	used   int // places that were ever taken
}

const slabChunk = 128

// take returns a place and its zero value.
func (s *slab[T]) take() (int, *T) {
	if n := len(s.free); n > 0 {
		place := int(s.free[n-1])
		s.free = s.free[:n-1]
		return place, s.at(place)
	}
	if s.used == len(s.chunks)*slabChunk {
		s.chunks = append(s.chunks, make([]T, slabChunk))
	}
	s.used++
	return s.used - 1, s.at(s.used - 1)
}

func (s *slab[T]) at(place int) *T { return &s.chunks[place/slabChunk][place%slabChunk] }

// release makes a place free again.
func (s *slab[T]) release(place int) {
	var zero T
	*s.at(place) = zero
	s.free = append(s.free, uint32(place))
}

// compact keeps the values of which keep reports so, in their order and side by
// side, and calls moved with the place and the pointer that each has from now on.
func (s *slab[T]) compact(keep func(*T) bool, moved func(place int, v *T)) {
	n := 0
	for place := range s.used {
		from := s.at(place)
		if !keep(from) {
			continue
		}
		to := s.at(n)
		if to != from {
			*to = *from
		}
		moved(n, to)
		n++
	}
	chunks := (n + slabChunk - 1) / slabChunk
	clear(s.chunks[chunks:])
	s.chunks, s.free, s.used = s.chunks[:chunks], nil, n
	if rest := n % slabChunk; rest > 0 {
		clear(s.chunks[chunks-1][rest:])
	}
}

func (s *slab[T]) len() int { return s.used - len(s.free) }
