// Package tap hears the frames of one interface, in the way that each system has
// for it: a ring that is shared with the kernel on Linux, a BPF device on macOS,
// Npcap on Windows. It sends nothing.
package tap

import (
	"errors"
	"time"

	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
)

// Options says which frames are heard.
type Options struct {
	Interface   string
	Promiscuous bool           // frames for other stations too, as on a mirror port
	Filter      *filter.Filter // frames that are wanted; nil: all
	Among       int            // how many interfaces share the memory for frames that wait; 0: one
}

// A Tap gives the frames of one interface as they come.
type Tap interface {
	// Next waits for a frame, for less than a second. It returns ErrNothing
	// where none came and ErrDown while the interface is down. What it gives is
	// valid until it is called again.
	Next(f *frame.Frame) error
	// Drops returns how many frames the system dropped until now because they
	// were not fetched in time.
	Drops() (uint64, error)
	// Link returns the link type of the frames.
	Link() uint32
	Close()
}

// What Next returns where there is no frame, and may be one later.
var (
	ErrNothing = errors.New("no frame came")
	ErrDown    = errors.New("the interface is down")
)

// share returns how much of a memory one interface has, where it would have all
// of it alone and beside one other, and at least so much.
func (o *Options) share(all, least int) int { return max(least, min(all, 2*all/max(1, o.Among))) }

// pollEvery is how long Next waits, which bounds how long the end of a session
// goes unnoticed.
const pollEvery = 200 * time.Millisecond

// Open begins to hear an interface, which needs the right to capture; what comes
// after it needs none. Its error says how to get it.
func Open(o Options) (Tap, error) { return open(&o) }

// Check reports what stands in the way of listening on an interface, as far as
// it can be told without trying.
func Check(name string) error { return check(name) }
