package pcap_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// nth is a sink that fails at one of the facts, and panics where it has no
// error to fail with.
type nth struct {
	fails int
	err   error
	got   int
	late  bool // something came after it failed
}

func (n *nth) Emit(fact.Observation) error {
	n.got++
	n.late = n.late || n.got > n.fails
	if n.got < n.fails {
		return nil
	}
	if n.err == nil {
		panic("sink is broken")
	}
	return n.err
}

func (*nth) Skip(string, error) {}

// stations makes a capture of n frames, each of a station of its own.
func stations(n int) []byte {
	frames := make([][]byte, n)
	for i := range frames {
		mac := fact.MAC{2, 0, 0, 0, byte(i >> 8), byte(i)}
		frames[i] = eth(fact.MAC{2, 1, 1, 1, 1, 1}, mac, 0x9000, make([]byte, 46))
	}
	return classicFile(1, frames...)
}

// TestSinkFails wants the error of the sink to end reading, unchanged, at
// whichever fact it comes, and no fact to follow it.
func TestSinkFails(t *testing.T) {
	file := stations(5000)
	full := errors.New("disk is full")
	for _, fails := range []int{1, 2, 255, 256, 257, 1500, 4999, 5000} {
		sink := &nth{fails: fails, err: full}
		in := discover.NewInput("x", "", bytes.NewReader(file), func() string { return "sha256:0" })
		if _, err := pcap.Formats()[0].Read(t.Context(), in, sink); !errors.Is(err, full) {
			t.Errorf("fails at %d: error %v, want that of the sink", fails, err)
		}
		if sink.got != fails || sink.late {
			t.Errorf("fails at %d: took %d facts", fails, sink.got)
		}
	}
}

// TestSinkPanics wants a panic of the sink to be seen by who called Read, as if
// there were no other goroutine.
func TestSinkPanics(t *testing.T) {
	defer func() {
		if p, _ := recover().(string); !strings.Contains(p, "sink is broken") {
			t.Errorf("panic %q, want that of the sink", p)
		}
	}()
	in := discover.NewInput("x", "", bytes.NewReader(stations(2000)), func() string { return "sha256:0" })
	_, err := pcap.Formats()[0].Read(t.Context(), in, &nth{fails: 300})
	t.Errorf("error %v, want a panic", err)
}
