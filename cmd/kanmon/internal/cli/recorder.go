package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"kanmon/discover/fact"
)

// recorder writes evidence as it comes in. It is what makes a run that died
// worth something. Several sources may record at the same time.
type recorder struct {
	mu  sync.Mutex
	enc interface {
		Start() error
		Encode(fact.Observation) error
		Hold(octets int)
		Flush() error
	}
	close func() error
	count uint64 // observations, beside those on the sessions themselves
}

// record opens the evidence file at path for appending, or standard output
// where path is empty or "-".
func (a *app) record(path string) (*recorder, error) {
	if path == "" || path == "-" {
		enc := fact.NewEncoder(a.Stdout)
		return &recorder{enc: enc, close: enc.Flush}, enc.Start()
	}
	if st, err := os.Stat(path); err == nil && !st.IsDir() && !st.Mode().IsRegular() {
		return recordTo(path)
	}
	if err := privateFolder(filepath.Dir(path)); err != nil {
		return nil, usage("name another file with -o", "evidence file: %w", err)
	}
	f, err := privateFile(path, os.O_RDWR|os.O_APPEND)
	if err != nil {
		return nil, usage("name another file with -o", "evidence file: %w", err)
	}
	if !lockFile(f) {
		_ = f.Close()
		return nil, usage("wait for it to end, or name another file with -o", "another kanmon writes to %s", path)
	}
	log, err := fact.OpenLog(f)
	if err != nil {
		return nil, usage("name another file with -o", "%w", err)
	}
	return &recorder{enc: log, close: log.Close}, nil
}

// recordTo opens a pipe or a device for evidence. It does not wait for somebody to
// read it, since nothing would say that it does.
func recordTo(path string) (*recorder, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return nil, usage("begin to read it first", "evidence file: nobody reads %s", path)
	}
	if err != nil {
		return nil, usage("name another file with -o", "evidence file: %w", err)
	}
	enc := fact.NewEncoder(f)
	return &recorder{enc: enc, close: func() error { return errors.Join(enc.Flush(), f.Close()) }}, enc.Start()
}

// askHold is how much of what agents tell is gathered before it is written, in
// octets: a second's worth, at the rates at which they are asked.
const askHold = 16 << 10

// hold gathers so many octets before they are written.
func (r *recorder) hold(octets int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.enc.Hold(octets)
}

// release writes what was gathered, and everything at once from now on.
func (r *recorder) release() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.enc.Hold(0)
	return r.enc.Flush()
}

// observed says how much was recorded, for the line of progress.
func (r *recorder) observed() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("%d observations", r.count)
}

func (r *recorder) encode(o fact.Observation) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := o.Fact.(fact.InputRead); !ok {
		r.count++
	}
	return r.enc.Encode(o)
}

// source is the Sink of one source: it counts, and records.
type source struct {
	to    *recorder
	mu    sync.Mutex
	count uint64
	skips uint64
	first string // the first record that was skipped, and why
}

// Emit implements discover.Sink.
func (s *source) Emit(o fact.Observation) error {
	s.mu.Lock()
	s.count++
	s.mu.Unlock()
	return s.to.encode(o)
}

// Skip implements discover.Sink.
func (s *source) Skip(place string, reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.skips == 0 {
		s.first = place + ": " + reason.Error()
	}
	s.skips++
}
