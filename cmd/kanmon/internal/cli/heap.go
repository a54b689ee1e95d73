package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

const (
	// heapFree is what the heap may hold before it is collected at all, in
	// octets: to keep it smaller costs time and is of use to nobody.
	heapFree = 20 << 20
	// heapGrowth is how much a heap that is larger may grow, in per cent of what
	// is in use. Of a capture of 1 GB that costs a tenth of the time of a map, and
	// saves a quarter of the memory, on a laptop that has other work to do.
	heapGrowth = 40
	// heapFirst is what the collector takes for the size of a heap that it has
	// not seen yet, in octets.
	heapFirst = 4 << 20
)

// Heap tells the collector how large the heap may become. Go itself knows a
// share of what is in use, and a limit at which it would do nothing else.
type Heap struct {
	growth atomic.Int64 // in per cent
	goal   atomic.Int64 // octets that it may hold: as many as it held once, since it has their pages
}

// GovernHeap begins to do so, until the process ends.
func GovernHeap() *Heap {
	h := &Heap{}
	h.growth.Store(heapGrowth)
	h.free(heapFree)
	h.watch()
	return h
}

// watch sets anew after each collection how far the heap may grow until the
// next: what nobody holds is gone then.
func (h *Heap) watch() {
	runtime.AddCleanup(new(*Heap), func(h *Heap) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if n := int64(live[0].Value.Uint64()); n > 0 {
			goal := max(h.goal.Load(), n+n*h.growth.Load()/100)
			h.goal.Store(goal)
			debug.SetGCPercent(int((goal - n) * 100 / n))
		}
		h.watch()
	}, h)
}

// free sets how many octets the heap may hold before it is collected at all, before
// it holds many. A nil Heap is left to Go.
func (h *Heap) free(octets int64) {
	if h != nil {
		h.goal.Store(octets)
		debug.SetGCPercent(int(octets * 100 / heapFirst))
	}
}

// grow sets how much a heap that is larger than heapFree may grow, in per cent,
// and returns what was set before. A nil Heap is left to Go.
func (h *Heap) grow(percent int64) int64 {
	if h == nil {
		return 0
	}
	return h.growth.Swap(percent)
}
