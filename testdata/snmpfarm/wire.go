package snmpfarm

import "time"

// Wire is what answers take their time on. One may serve many agents.
//
// It waits by itself: the timers of Go's runtime come up to a millisecond late
// where a program does little else, which counts where a wait is of ten.
type Wire struct {
	takes time.Duration
	on    chan carried
}

type carried struct {
	due    time.Time
	arrive func()
}

// NewWire returns a wire on which answers take some time.
func NewWire(takes time.Duration) *Wire {
	w := &Wire{takes: takes, on: make(chan carried, 1<<14)}
	sleep := newSleep()
	go func() {
		for c := range w.on {
			if left := time.Until(c.due); left > 0 {
				sleep(left)
			}
			c.arrive()
		}
	}()
	return w
}

// Close ends the wire; nothing is sent on it any more.
func (w *Wire) Close() { close(w.on) }

// carry calls arrive when the time is over, or now where there is no wire.
func (w *Wire) carry(arrive func()) {
	if w == nil {
		arrive()
		return
	}
	w.on <- carried{due: time.Now().Add(w.takes), arrive: arrive}
}
