package pcap

import (
	"errors"
	"fmt"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// LiveOptions says where and how long to listen.
type LiveOptions struct {
	Interface   string
	Snaplen     int           // octets of each frame that are looked at; 0: all
	Promiscuous bool          // take frames for other stations too, as on a mirror port
	Duration    time.Duration // 0: until the context ends
	Vantage     string        // where in the network that is, as the operator names it
	Session     string        // name of the session, which stands for the digest of a file
	Flush       time.Duration // how often new facts are emitted; 0: every 5 seconds
}

const (
	defaultFlush = 5 * time.Second
	// pollEvery bounds how long the end of the context goes unnoticed.
	pollEvery = 200 * time.Millisecond
)

// ErrInterrupted says that a session ended before its duration was over. What
// was heard until then was emitted.
var ErrInterrupted = errors.New("interrupted before its time was over")

func (o *LiveOptions) check() error {
	if o.Interface == "" {
		return errors.New("live capture: no interface was named")
	}
	if o.Session == "" {
		return errors.New("live capture: the session has no name")
	}
	if o.Snaplen < 0 || o.Duration < 0 || o.Flush < 0 {
		return fmt.Errorf("live capture on %s: snaplen, duration and flush interval must not be negative", fact.Clean(o.Interface))
	}
	if o.Flush == 0 {
		o.Flush = defaultFlush
	}
	return nil
}

// emitter emits into to what this session observes.
func (o *LiveOptions) emitter(to discover.Sink) emit {
	return func(source string, f fact.Fact, s fact.Sighting) error {
		s.Input, s.Vantage = fact.Clean(o.Session), o.Vantage
		obs, err := fact.New(source, f, s)
		if err != nil {
			return err
		}
		return to.Emit(obs)
	}
}
