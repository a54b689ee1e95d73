package pcap

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// CopyOptions says what of each frame is copied, and how much in all.
type CopyOptions struct {
	// Snaplen is how many octets of each frame are copied, whatever they are.
	// 0: headers, and what speaks of the network and not of its users.
	Snaplen int
	// MaxSize is how many octets the file may have; 0: any.
	MaxSize int64
}

// CopyFile is a pcapng file (draft-ietf-opsawg-pcapng) into which frames are
// copied. It may be used from several goroutines.
type CopyFile struct {
	mu     sync.Mutex
	w      *bufio.Writer
	o      CopyOptions
	size   int64
	ifaces int
	block  []byte // that is being made
	frames uint64
	full   uint64 // frames that had no room any more
	failed error
}

// NewCopyFile returns a CopyFile that writes to w. Flush must be called at the
// end.
func NewCopyFile(w io.Writer, o CopyOptions) *CopyFile {
	c := &CopyFile{w: bufio.NewWriterSize(w, 64<<10), o: o}
	b := c.begin(magicNG)
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
	c.end(appendOption(b, 0, ""))
	return c
}

// Frames returns how many frames were copied, and how many were not because
// there was no room any more.
func (c *CopyFile) Frames() (copied, left uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frames, c.full
}

// Flush writes what is buffered.
func (c *CopyFile) Flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil {
		c.failed = c.w.Flush()
	}
	return c.fault()
}

func (c *CopyFile) fault() error {
	if c.failed != nil {
		return fmt.Errorf("file of captured frames: %w", c.failed)
	}
	return nil
}

// add describes an interface, and returns its number in the file.
func (c *CopyFile) add(name string, link uint32, f *Filter) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.begin(blockInterface)
	b = binary.LittleEndian.AppendUint16(b, uint16(link))
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(c.o.Snaplen))
	if name != "" {
		b = appendOption(b, 2, name)
	}
	b = appendOption(b, 9, "\x09") // if_tsresol: nanoseconds
	if f != nil {
		b = appendOption(b, 11, "\x00"+f.String())
	}
	c.end(appendOption(b, 0, ""))
	c.ifaces++
	return c.ifaces - 1
}

// frame copies what may be copied of a frame that came in by an interface.
func (c *CopyFile) frame(iface int, rec *record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(rec.data), c.o.Snaplen)
	if c.o.Snaplen == 0 {
		n = len(rec.data)
	}
	if c.failed != nil {
		return c.fault()
	}
	if c.full > 0 || c.o.MaxSize > 0 && c.size+int64(n)+36 > c.o.MaxSize { // nothing after the first: a capture has no holes
		c.full++
		return nil
	}
	b := c.begin(blockEnhanced)
	b = binary.LittleEndian.AppendUint32(b, uint32(iface))
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(rec.nanos)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(rec.nanos)))
	at := len(b)
	b = append(b, make([]byte, 8)...)
	b = append(b, rec.data[:n]...)
	if c.o.Snaplen == 0 {
		n = strip(rec.link, b[at+8:])
		b = b[:at+8+n]
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(n))
	binary.LittleEndian.PutUint32(b[at+4:], max(rec.length, uint32(n)))
	c.end(b)
	c.frames++
	return c.fault()
}

// begin begins a block.
func (c *CopyFile) begin(kind uint32) []byte {
	b := binary.LittleEndian.AppendUint32(c.block[:0], kind)
	return append(b, 0, 0, 0, 0)
}

// end fills in the lengths of a block and writes it.
func (c *CopyFile) end(b []byte) {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)+4))
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)))
	c.block = b
	if c.failed == nil {
		_, c.failed = c.w.Write(b)
	}
	c.size += int64(len(b))
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
