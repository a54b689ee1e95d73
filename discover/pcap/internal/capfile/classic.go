package capfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"kanmon/discover/pcap/internal/frame"
)

// Classic reads the pcap format (draft-ietf-opsawg-pcap).
type Classic struct {
	br     Peeker
	big    bool  // numbers are in big-endian order
	header int   // length of a record header
	unit   int64 // of the fraction of a second, in nanoseconds
	link   uint32
	used   int // octets of the last records, still in the buffer
}

// NewClassic reads the header of a pcap file. Its error says what to do with a
// capture of another program.
func NewClassic(r io.Reader) (*Classic, error) {
	br := peeker(r)
	if head, _ := br.Peek(8); len(head) == 8 {
		if err := foreign(head); err != nil {
			return nil, err
		}
	}
	head, err := br.Peek(24)
	if err != nil {
		return nil, fmt.Errorf("file header is cut short: %w", unexpected(err))
	}
	c := &Classic{br: br, big: true, header: 16, unit: 1000, used: 24}
	magic := binary.BigEndian.Uint32(head)
	switch magic {
	case magicMicroSwap, magicNanoSwap, magicModSwap:
		c.big = false
	}
	switch magic {
	case magicMicro, magicMicroSwap:
	case magicNano, magicNanoSwap:
		c.unit = 1
	case magicModified, magicModSwap:
		c.header = 24
	default:
		return nil, fmt.Errorf("begins with %#08x: not a pcap file", magic)
	}
	if major := c.number16(head[4:]); major != 2 {
		return nil, fmt.Errorf("pcap file of version %d, where 2 is known", major)
	}
	c.link = c.number(head[20:]) & 0xffff // the upper bits tell the length of the FCS
	return c, nil
}

// Link returns the link type of all frames.
func (c *Classic) Link() uint32 { return c.link }

func (c *Classic) number(b []byte) uint32 {
	if c.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (c *Classic) number16(b []byte) uint16 {
	if c.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

// Vantage implements Reader: the format does not tell it.
func (c *Classic) Vantage() string { return "" }

// Next implements Reader.
func (c *Classic) Next(recs []frame.Frame) (int, error) {
	if _, err := c.br.Discard(c.used); err != nil {
		return 0, unexpected(err)
	}
	c.used = 0
	head, err := c.br.Peek(c.header)
	if err != nil {
		if errors.Is(err, io.EOF) && len(head) > 0 {
			return 0, errCut
		}
		return 0, err
	}
	n, ok := c.length(head)
	if !ok {
		return 0, fmt.Errorf("claims %d octets, more than a frame can have: the file is damaged from here on", n-c.header)
	}
	ready, err := c.br.Peek(max(n, c.br.Buffered()))
	if err != nil {
		if errors.Is(err, io.EOF) {
			return 0, errCut
		}
		return 0, err
	}
	for i := range recs {
		b := ready[c.used:]
		if len(b) < c.header {
			return i, nil
		}
		n, ok := c.length(b)
		if !ok || n > len(b) {
			return i, nil
		}
		wireLen := c.number(b[12:])
		recs[i] = frame.Frame{
			Data: b[c.header:n], Link: c.link, Whole: uint32(n-c.header) >= wireLen, Length: wireLen,
			Nanos: int64(c.number(b))*1e9 + int64(c.number(b[4:]))*c.unit,
		}
		c.used += n
	}
	return len(recs), nil
}

// length returns how long the record is that begins with head, in octets, and
// false where no frame is as long.
func (c *Classic) length(head []byte) (int, bool) {
	capLen := c.number(head[8:])
	return c.header + int(capLen), capLen <= frame.MaxLen
}
