package pcap

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// record is one frame of a capture file.
type record struct {
	data   []byte // valid until the next record is read
	nanos  int64  // since 1970; 0 where not known
	link   uint32 // link type
	whole  bool   // captured to its end
	length uint32 // octets that it had before it was cut
}

// reader reads the records of one capture file. At its end next returns io.EOF.
type reader interface {
	next(*record) error
	vantage() string
}

const (
	// maxFrame bounds a frame, in octets: the maximum that libpcap takes.
	maxFrame = 256 << 10
	// bufferLen holds the longest block that is read as one: a frame, its
	// header and options.
	bufferLen = 512 << 10
)

// File magics, as the first four octets in big-endian order.
const (
	magicMicro     = 0xa1b2c3d4
	magicNano      = 0xa1b23c4d
	magicModified  = 0xa1b2cd34 // Kuznetzov's patch: record headers of 24 octets
	magicMicroSwap = 0xd4c3b2a1
	magicNanoSwap  = 0x4d3cb2a1
	magicModSwap   = 0x34cdb2a1
	magicNG        = 0x0a0d0d0a
)

// classicReader reads the pcap format (draft-ietf-opsawg-pcap).
type classicReader struct {
	br     *bufio.Reader
	big    bool  // numbers are in big-endian order
	header int   // length of a record header
	unit   int64 // of the fraction of a second, in nanoseconds
	link   uint32
	used   int // octets of the last record, still in the buffer
}

// foreign tells why a capture of another program cannot be read.
func foreign(head []byte) error {
	if len(head) < 8 {
		return nil
	}
	name := ""
	switch {
	case string(head[:8]) == "snoop\x00\x00\x00":
		name = "Sun snoop"
	case string(head[:4]) == "GMBU" || string(head[:4]) == "RTSS":
		name = "Microsoft Network Monitor"
	case string(head[:4]) == "TRSN" || string(head[:4]) == "XCP\x00":
		name = "Sniffer"
	default:
		return nil
	}
	return fmt.Errorf("a capture of %s, which is not read: convert it first (editcap -F pcap IN OUT)", name)
}

func newClassicReader(r io.Reader) (*classicReader, error) {
	br := bufio.NewReaderSize(r, bufferLen)
	if head, _ := br.Peek(8); len(head) == 8 {
		if err := foreign(head); err != nil {
			return nil, err
		}
	}
	head, err := br.Peek(24)
	if err != nil {
		return nil, fmt.Errorf("file header is cut short: %w", unexpected(err))
	}
	c := &classicReader{br: br, big: true, header: 16, unit: 1000, used: 24}
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

func (c *classicReader) number(b []byte) uint32 {
	if c.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (c *classicReader) number16(b []byte) uint16 {
	if c.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (c *classicReader) vantage() string { return "" }

func (c *classicReader) next(rec *record) error {
	if _, err := c.br.Discard(c.used); err != nil {
		return unexpected(err)
	}
	c.used = 0
	head, err := c.br.Peek(c.header)
	if err != nil {
		if errors.Is(err, io.EOF) && len(head) > 0 {
			return errCut
		}
		return err
	}
	sec, frac := int64(c.number(head)), int64(c.number(head[4:]))
	capLen, wireLen := c.number(head[8:]), c.number(head[12:])
	if capLen > maxFrame {
		return fmt.Errorf("claims %d octets, more than a frame can have: the file is damaged from here on", capLen)
	}
	n := c.header + int(capLen)
	all, err := c.br.Peek(n)
	if err != nil {
		if errors.Is(err, io.EOF) {
			return errCut
		}
		return err
	}
	c.used = n
	rec.data, rec.link, rec.whole, rec.length = all[c.header:], c.link, capLen >= wireLen, wireLen
	rec.nanos = sec*1e9 + frac*c.unit
	return nil
}

// errCut says that a file ends within a record.
var errCut = fmt.Errorf("file is cut short here: %w", io.ErrUnexpectedEOF)

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// maxSeconds is the last second since 1970 that an int64 of nanoseconds holds.
const maxSeconds = math.MaxInt64/1_000_000_000 - 1

// nanoseconds turns a count of units since 1970 into nanoseconds. It returns 0
// where the time is beyond what can be told.
func nanoseconds(count, perSecond uint64, offset int64) int64 {
	sec, frac := count/perSecond, count%perSecond
	if sec > maxSeconds || offset > maxSeconds || offset < -maxSeconds {
		return 0
	}
	s := int64(sec) + offset
	if s < 0 || s > maxSeconds {
		return 0
	}
	var ns uint64
	if perSecond <= 1e9 {
		ns = frac * 1e9 / perSecond
	} else {
		ns = frac / (perSecond / 1e9)
	}
	return s*1e9 + int64(min(ns, 999_999_999))
}
