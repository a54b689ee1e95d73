package discover

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync"
)

const (
	// feedBlock is how many octets are read at once; they stay in the caches of
	// a processor until they were used twice.
	feedBlock = 128 << 10
	// feedBlocks is how far the digest may be ahead of who reads.
	feedBlocks = 4
)

// feed reads a file for whoever calls Read. From start on it also hashes the
// file, beside the reader and a little ahead, and passes on what it read, so that
// it is read once. Where the processor of the digest has other work the reader
// does not wait: it reads for itself, and the same again is read for the digest.
type feed struct {
	file *io.SectionReader
	full chan feedPart // read, in the order of the file
	free chan []byte   // blocks to be used again; nil: to be made
	sum  chan string

	mu   sync.Mutex
	pos  int64    // of the next octet that Read returns
	part feedPart // that is being read
	own  []byte   // what was read without the digest
	self bool     // the digest goes on alone
}

// feedPart is a part of the file.
type feedPart struct {
	at  int64
	b   []byte
	err error // why nothing follows
	own bool  // read without the digest
}

func newFeed(file *io.SectionReader) *feed { return &feed{file: file, self: true} }

// start begins to hash the file from its start, wherever its reader is. The
// function that it returns waits for the result. It does not stop when reading
// is interrupted, since what was gathered until then is kept under this name.
func (f *feed) start() func() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full, f.free, f.sum = make(chan feedPart, feedBlocks), make(chan []byte, feedBlocks), make(chan string, 1)
	for range feedBlocks {
		f.free <- nil
	}
	f.self = false
	go f.hash()
	return func() string {
		f.leave()
		return <-f.sum
	}
}

// leave lets the digest go on alone.
func (f *feed) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.self {
		f.self, f.part = true, feedPart{}
		close(f.free)
	}
}

func (f *feed) hash() {
	var (
		h  = sha256.New()
		x  feedPart
		b  []byte
		at int64
	)
	for x.err == nil {
		if next, ok := <-f.free; ok { // else nobody reads any more, and one block will do
			b = next
		}
		if b == nil {
			b = make([]byte, min(feedBlock, f.file.Size()+1))
		}
		n, err := f.file.ReadAt(b, at)
		x = feedPart{at: at, b: b[:n], err: err}
		select {
		case f.full <- x:
		default: // nobody reads any more
		}
		h.Write(x.b)
		at += int64(n)
	}
	// A read error shows to whoever reads the same file at the same time.
	f.sum <- "sha256:" + hex.EncodeToString(h.Sum(nil)[:8])
}

// Read implements io.Reader.
func (f *feed) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.self {
		n, err := f.file.ReadAt(p, f.pos)
		f.pos += int64(n)
		if n > 0 && errors.Is(err, io.EOF) {
			err = nil
		}
		return n, err
	}
	for f.pos >= f.part.at+int64(len(f.part.b)) {
		if f.part.err != nil {
			return 0, f.part.err
		}
		if f.part.b != nil && !f.part.own {
			f.free <- f.part.b[:cap(f.part.b)]
		}
		select {
		case f.part = <-f.full:
		default:
			f.alone()
		}
	}
	n := copy(p, f.part.b[f.pos-f.part.at:])
	f.pos += int64(n)
	return n, nil
}

// alone reads the next part without the digest, which is late.
func (f *feed) alone() {
	if f.own == nil {
		f.own = make([]byte, min(feedBlock, f.file.Size()+1))
	}
	n, err := f.file.ReadAt(f.own, f.pos)
	f.part = feedPart{at: f.pos, b: f.own[:n], err: err, own: true}
}
