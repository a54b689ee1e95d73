package discover

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync"
)

const (
	// feedBlock is how many octets are read at once: few enough to stay in the
	// caches of a processor until they were used twice, many enough for the digest
	// to be woken rarely.
	feedBlock = 256 << 10
	// feedBlocks is how far who reads may be ahead of the digest.
	feedBlocks = 3
)

// feed reads a file for whoever calls next. From start on what was read is also
// hashed, beside the reader, so that the file is read once. The digest needs the
// whole file: where nobody reads on, it reads the rest itself.
type feed struct {
	file   *io.SectionReader
	toHash chan []byte // what was read, in the order of the file
	free   chan []byte // blocks to be used again; nil: to be made
	sum    chan string
	mu     sync.Mutex
	pos    int64  // of the next block
	own    []byte // block of a reader who is alone
	alone  bool   // the digest reads for itself, or was not started
}

func newFeed(file *io.SectionReader) *feed { return &feed{file: file, alone: true} }

// start begins to hash the file from its start, wherever its reader is. The
// function that it returns waits for the result. It does not stop when reading
// is interrupted, since what was gathered until then is kept under this name.
func (f *feed) start() func() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.toHash, f.free, f.sum = make(chan []byte, feedBlocks), make(chan []byte, feedBlocks), make(chan string, 1)
	for range feedBlocks {
		f.free <- nil
	}
	f.alone = false
	go f.hash(f.pos)
	return func() string {
		f.leave()
		return <-f.sum
	}
}

// leave lets the digest go on alone.
func (f *feed) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.alone {
		f.alone = true
		close(f.toHash)
	}
}

// hash makes the digest of a file, of which that many octets were read before. A
// read error shows to whoever reads the same file at the same time.
func (f *feed) hash(before int64) {
	h := sha256.New()
	at, _ := io.Copy(h, io.NewSectionReader(f.file, 0, before))
	for b := range f.toHash {
		h.Write(b)
		at += int64(len(b))
		f.free <- b[:cap(b)]
	}
	for len(f.free) > 0 { // nobody reads into these any more
		<-f.free
	}
	_, _ = io.Copy(h, io.NewSectionReader(f.file, at, f.file.Size()-at))
	f.sum <- "sha256:" + hex.EncodeToString(h.Sum(nil)[:8])
}

// next returns the octets that follow, which are valid until it is called again,
// or an error where there are none.
func (f *feed) next() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.own
	if !f.alone {
		b = <-f.free // the digest is that far behind at most
	}
	if b == nil {
		b = make([]byte, min(feedBlock, f.file.Size()+1))
	}
	if f.alone {
		f.own = b
	}
	n, err := f.file.ReadAt(b, f.pos)
	f.pos += int64(n)
	if !f.alone {
		f.toHash <- b[:n]
	}
	if n == 0 {
		return nil, err
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}
