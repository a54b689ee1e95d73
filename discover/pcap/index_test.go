package pcap_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"kanmon/discover/pcap"
)

// TestIndex adds many places by hashes of several sorts, and wants each found by
// its hash, with all others whose hashes agree in their upper half, and no more.
func TestIndex(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for name, hash := range map[string]func(int) uint64{
		"any":                    func(int) uint64 { return rng.Uint64() },
		"in one row of slots":    func(i int) uint64 { return uint64(i) << 32 },
		"for one slot":           func(i int) uint64 { return uint64(i)<<48 | 5<<32 },
		"at the end of the list": func(i int) uint64 { return uint64(i)<<48 | 0xffff<<32 },
		"of one upper half":      func(i int) uint64 { return 7<<32 | uint64(i) },
		"all the same":           func(int) uint64 { return 0 },
		"in pairs":               func(i int) uint64 { return uint64(i/2) * 0x9e3779b97f4a7c15 },
	} {
		var x pcap.Index
		if got := x.Places(5); len(got) != 0 {
			t.Errorf("%s: nothing was added, and %v found", name, got)
		}
		for round := range 2 { // the second after all was forgotten
			const entries = 2000
			hashes, want := make([]uint64, entries), make(map[uint32][]int)
			for i := range hashes {
				hashes[i] = hash(i)
				want[uint32(hashes[i]>>32)] = append(want[uint32(hashes[i]>>32)], i)
				x.Add(hashes[i], i)
			}
			for i, h := range hashes {
				if got := x.Places(h); !slices.Equal(got, want[uint32(h>>32)]) {
					t.Fatalf("%s, round %d: entry %d of hash %#x is at %v, want %v", name, round, i, h, got, want[uint32(h>>32)])
				}
			}
			if got := x.Places(0x0123456789abcdef); len(got) != len(want[0x01234567]) {
				t.Errorf("%s: found %v by a hash that was not added", name, got)
			}
			x.Clear()
			if got := x.Places(hashes[0]); len(got) != 0 {
				t.Errorf("%s: found %v after all was forgotten", name, got)
			}
		}
	}
}

// TestSlab wants pointers to stay good, and places that are used again to be
// empty.
func TestSlab(t *testing.T) {
	t.Parallel()
	var s pcap.Slab
	rng := rand.New(rand.NewPCG(3, 4))
	held := make(map[int]*int)
	var taken []int
	most := 0
	for range 20_000 {
		if rng.IntN(5) < 2 && len(taken) > 0 {
			i := rng.IntN(len(taken))
			s.Release(taken[i])
			delete(held, taken[i])
			taken = slices.Delete(taken, i, i+1)
		} else {
			place, v := s.Take()
			if held[place] != nil || *v != 0 {
				t.Fatalf("place %d was given twice, or holds %d", place, *v)
			}
			*v = place + 1
			held[place] = v
			taken = append(taken, place)
		}
		most = max(most, len(held))
		if s.Len() != len(held) {
			t.Fatalf("%d places are taken, it says %d", len(held), s.Len())
		}
	}
	for place, v := range held {
		if *v != place+1 || s.At(place) != v || place >= most {
			t.Errorf("place %d of %d holds %d", place, most, *v)
		}
	}
}

// TestSlabCompact wants the numbers that are kept to stand side by side in their
// order, and what is taken after that to be empty.
func TestSlabCompact(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ n, step int }{{0, 1}, {1, 1}, {1, 2}, {128, 1}, {129, 1}, {500, 3}, {512, 2}, {512, 1000}} {
		var s pcap.Slab
		var want []int
		for i := range tt.n {
			_, v := s.Take()
			if *v = i + 1; *v%tt.step == 0 {
				want = append(want, *v)
			}
		}
		kept := s.Compact(func(v int) bool { return v%tt.step == 0 })
		var got []int
		for place, v := range kept {
			if s.At(place) != v {
				t.Errorf("%+v: place %d is elsewhere", tt, place)
			}
			got = append(got, *v)
		}
		if !slices.Equal(got, want) || s.Len() != len(want) {
			t.Errorf("%+v: kept %d, %v, want %v", tt, s.Len(), got, want)
		}
		for i := range 300 {
			if place, v := s.Take(); place != len(want)+i || *v != 0 {
				t.Fatalf("%+v: then place %d was taken, which holds %d", tt, place, *v)
			}
		}
	}
}
