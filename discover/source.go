package discover

import (
	"context"
	"io"
	"sync"

	"kanmon/discover/fact"
)

// Sink takes what a source observes. Its methods may be called from several
// goroutines.
type Sink interface {
	// Emit takes one observation. A source ends with the error that Emit
	// returns, unchanged.
	Emit(fact.Observation) error
	// Skip notes a record that could not be read: where in the input it
	// stands, and why. It does not end the source.
	Skip(place string, reason error)
}

// Format reads one kind of evidence file.
type Format interface {
	// Name is what fact.InputRead.Format holds: "pcapng", "snmprec".
	Name() string
	// Match reports whether head, the first octets of a file (at most
	// HeadLen, after decompression), begins a file of this kind.
	Match(head []byte) bool
	// Read emits everything that it can read. Where the input ends early or
	// is damaged beyond use it returns an error that says where and why, after
	// emitting what came before.
	Read(ctx context.Context, in *Input, to Sink) (Summary, error)
}

// Summary is what a Format tells of the input as a whole.
type Summary struct {
	Format    string   // more exact than Format.Name, where there is a difference
	Records   uint64   // frames, variable bindings, hosts, lines; read or skipped
	LinkTypes []string // of captures
	Vantage   string   // where a capture says that it was made; empty if it does not
}

// HeadLen is how many octets Format.Match gets to see.
const HeadLen = 4096

// Input is one evidence file that is being read.
type Input struct {
	io.Reader        // its content, decompressed
	Name      string // last element of its path, cleaned
	Vantage   string // as the operator names it; empty where not named
	digest    func() string
}

// NewInput returns an Input that reads from r. The digest function is called
// when the digest is first needed; it may block.
func NewInput(name, vantage string, r io.Reader, digest func() string) *Input {
	return &Input{Reader: r, Name: fact.Clean(name), Vantage: fact.Clean(vantage), digest: sync.OnceValue(digest)}
}

// Digest names the input by content; it is what goes into
// fact.Sighting.Input. It may wait until the whole input was hashed, so a source
// calls it only when it has something to emit.
func (in *Input) Digest() string { return in.digest() }

// Sighting returns s with the input and vantage filled in.
func (in *Input) Sighting(s fact.Sighting) fact.Sighting {
	s.Input = in.Digest()
	if s.Vantage == "" {
		s.Vantage = in.Vantage
	}
	return s
}

// Emit makes the observation of f from source at s, within this input, and
// passes it to to.
func (in *Input) Emit(to Sink, source string, f fact.Fact, s fact.Sighting) error {
	o, err := fact.New(source, f, in.Sighting(s))
	if err != nil {
		return err
	}
	return to.Emit(o)
}

// Collection is a Sink that keeps everything in memory.
type Collection struct {
	mu    sync.Mutex
	set   fact.Set
	skips []Skipped
	count uint64
}

// Skipped is a record that could not be read.
type Skipped struct {
	Place  string
	Reason string
}

// maxSkips is how many skipped records a Collection keeps with their place;
// beyond that it counts only. A person reads the first few.
const maxSkips = 1000

// Emit implements Sink.
func (c *Collection) Emit(o fact.Observation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set.Add(o)
	return nil
}

// Skip implements Sink.
func (c *Collection) Skip(place string, reason error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	if len(c.skips) < maxSkips {
		c.skips = append(c.skips, Skipped{Place: fact.Clean(place), Reason: fact.Clean(reason.Error())})
	}
}

// Observations returns what was collected, sorted by ID.
func (c *Collection) Observations() []fact.Observation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set.Sorted()
}

// Skips returns the first skipped records, and how many there were in all.
func (c *Collection) Skips() ([]Skipped, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Skipped(nil), c.skips...), c.count
}
