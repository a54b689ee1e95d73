// Package save writes captured frames to a file that other programs can open. As
// it is asked to by default, it leaves out what people said: of each frame stay
// the headers, and what speaks of the network.
package save

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"kanmon/discover/pcap/filter"
	"kanmon/discover/pcap/internal/frame"
)

// Blocks of pcapng, and the number by which a section tells its byte order.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockEnhanced  = 6
	byteOrder      = 0x1a2b3c4d
)

// Options says what of each frame is copied, and how much in all.
type Options struct {
	// Snaplen is how many octets of each frame are copied, whatever they are.
	// 0: headers, and what speaks of the network and not of its users.
	Snaplen int
	// MaxSize is how many octets the file may have; 0: any.
	MaxSize int64
}

// File is a pcapng file (draft-ietf-opsawg-pcapng) into which frames are
// copied. It may be used from several goroutines.
type File struct {
	mu     sync.Mutex
	w      *bufio.Writer
	o      Options
	size   int64
	ifaces int
	block  []byte // that is being made
	frames uint64
	full   uint64 // frames that had no room any more
	failed error
}

// New returns a File that writes to w. Flush must be called at the end.
func New(w io.Writer, o Options) *File {
	f := &File{w: bufio.NewWriterSize(w, 64<<10), o: o}
	b := f.begin(blockSection)
	b = binary.LittleEndian.AppendUint32(b, byteOrder)
	b = binary.LittleEndian.AppendUint16(b, 1) // version 1.0
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint64(b, 1<<64-1) // length of the section: not told
	b = appendOption(b, 4, "kanmon")
	comment := "Only headers, and what speaks of the network: the payload of users was never written."
	if o.Snaplen > 0 {
		comment = fmt.Sprintf("The first %d octets of each frame.", o.Snaplen)
	}
	b = appendOption(b, 1, comment)
	f.end(appendOption(b, 0, ""))
	return f
}

// Frames returns how many frames were copied, and how many were not because
// there was no room any more.
func (f *File) Frames() (copied, left uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.frames, f.full
}

// Flush writes what is buffered. Its error is the first one of all that was
// written; nothing is written after it.
func (f *File) Flush() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = f.w.Flush()
	}
	if f.failed != nil {
		return fmt.Errorf("file of captured frames: %w", f.failed)
	}
	return nil
}

// Interface describes an interface whose frames are copied, and how they were
// chosen; nil: all. It returns the number of the interface in the file.
func (f *File) Interface(name string, link uint32, chosen *filter.Filter) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.begin(blockInterface)
	b = binary.LittleEndian.AppendUint16(b, uint16(link))
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(f.o.Snaplen))
	if name != "" {
		b = appendOption(b, 2, name)
	}
	b = appendOption(b, 9, "\x09") // if_tsresol: nanoseconds
	if chosen != nil {
		b = appendOption(b, 11, "\x00"+chosen.String())
	}
	f.end(appendOption(b, 0, ""))
	f.ifaces++
	return f.ifaces - 1
}

// Frame copies what may be copied of a frame that came in by an interface. Where
// there is no room for it any more it is counted.
func (f *File) Frame(iface int, rec *frame.Frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := min(len(rec.Data), f.o.Snaplen)
	if f.o.Snaplen == 0 {
		n = len(rec.Data)
	}
	if f.failed != nil {
		return
	}
	if f.full > 0 || f.o.MaxSize > 0 && f.size+int64(n)+36 > f.o.MaxSize { // nothing after the first: a capture has no holes
		f.full++
		return
	}
	b := f.begin(blockEnhanced)
	b = binary.LittleEndian.AppendUint32(b, uint32(iface))
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(rec.Nanos)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(rec.Nanos)))
	at := len(b)
	b = append(b, make([]byte, 8)...)
	b = append(b, rec.Data[:n]...)
	if f.o.Snaplen == 0 {
		n = strip(rec.Link, b[at+8:])
		b = b[:at+8+n]
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(n))
	binary.LittleEndian.PutUint32(b[at+4:], max(rec.Length, uint32(n)))
	f.end(b)
	f.frames++
}

// begin begins a block.
func (f *File) begin(kind uint32) []byte {
	b := binary.LittleEndian.AppendUint32(f.block[:0], kind)
	return append(b, 0, 0, 0, 0)
}

// end fills in the lengths of a block and writes it.
func (f *File) end(b []byte) {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)+4))
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)))
	f.block = b
	if f.failed == nil {
		_, f.failed = f.w.Write(b)
	}
	f.size += int64(len(b))
}

// appendOption appends an option to a block; code 0 ends the options.
func appendOption(b []byte, code uint16, value string) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
