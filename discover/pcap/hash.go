package pcap

import (
	"hash/maphash"
	"math/bits"
)

// secret keys the hashes of what is looked up for nearly every frame: who chooses
// addresses must not know where they collide. Words are mixed as wyhash does; the
// general hash of a structure takes it field by field, which shows.
type secret [4]uint64

func newSecret() secret {
	word := func() uint64 { return maphash.Comparable(maphash.MakeSeed(), 0) }
	return secret{word(), word(), word(), word()}
}

// of returns the hash of two words.
func (s *secret) of(a, b uint64) uint64 { return mix(mix(a^s[0], b^s[1])^s[2], s[3]) }

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
