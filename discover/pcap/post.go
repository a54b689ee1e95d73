package pcap

import (
	"kanmon/discover"
	"kanmon/discover/fact"
)

// postBatch is how many observations are passed on together, and postAhead how
// many times as many may wait.
const (
	postBatch = 64
	postAhead = 4
)

// post makes observations of facts and passes them on, in order, from another
// goroutine: to write them takes as long as to make them. It is not safe for
// concurrent use; close must be called at its end.
type post struct {
	in     *discover.Input
	maker  fact.Maker
	batch  []fact.Observation
	full   chan []fact.Observation
	used   chan []fact.Observation // to be used again
	failed chan struct{}           // closed where nothing more is taken
	done   chan struct{}
	err    error // why; to be read when failed or done is closed
	fault  any   // what the sink panicked with; to be read when done is closed
}

func newPost(in *discover.Input, to discover.Sink) *post {
	p := &post{
		in:   in,
		full: make(chan []fact.Observation, postAhead), used: make(chan []fact.Observation, postAhead+2),
		failed: make(chan struct{}), done: make(chan struct{}),
	}
	go p.deliver(to)
	return p
}

func (p *post) deliver(to discover.Sink) {
	defer close(p.done)
	defer func() {
		if p.fault = recover(); p.fault != nil {
			close(p.failed)
		}
	}()
	for batch := range p.full {
		for i := range batch {
			if p.err = to.Emit(batch[i]); p.err != nil {
				close(p.failed)
				return
			}
		}
		clear(batch)
		p.used <- batch[:0]
	}
}

// emit passes a fact on. It returns the error of the sink, perhaps that of an
// earlier fact.
func (p *post) emit(source string, f fact.Fact, s fact.Sighting) error {
	o, err := p.maker.New(source, f, p.in.Sighting(s))
	if err != nil {
		return err
	}
	if p.batch = append(p.batch, o); len(p.batch) < postBatch {
		return nil
	}
	return p.send()
}

func (p *post) send() error {
	select {
	case p.full <- p.batch:
	case <-p.failed:
		return p.err
	}
	select {
	case p.batch = <-p.used:
	default:
		p.batch = make([]fact.Observation, 0, postBatch)
	}
	return nil
}

// close waits until all was taken, and returns the error of the sink. A panic of
// the sink goes on here, where who reads the input takes care of it.
func (p *post) close() error {
	err := p.send()
	close(p.full)
	<-p.done
	if p.fault != nil {
		panic(p.fault)
	}
	if err != nil {
		return err
	}
	return p.err
}
