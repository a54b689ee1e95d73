// Package capfile reads capture files: pcap and pcapng. It knows frames by their
// length and link type only. A file may end within a frame, or be damaged from
// some frame on: what came before is read.
package capfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"kanmon/discover/pcap/internal/frame"
)

// Reader reads the frames of one capture file, in order.
type Reader interface {
	// Next reads frames into recs, of which there must be room for one, and returns
	// how many: one, and those behind it that are in memory already. At the end of
	// the file it returns io.EOF.
	Next(recs []frame.Frame) (int, error)
	// Vantage is what the file says of where it was captured.
	Vantage() string
}

// Peeker shows what follows in place, as bufio.Reader does.
type Peeker interface {
	io.Reader
	Peek(n int) ([]byte, error)
	Discard(n int) (int, error)
	Buffered() int
}

// peeker returns r as a Peeker.
func peeker(r io.Reader) Peeker {
	if p, ok := r.(Peeker); ok {
		return p
	}
	return bufio.NewReaderSize(r, bufferLen)
}

// bufferLen is the longest block that is read as one: a frame, its header and
// options.
const bufferLen = 512 << 10

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

// IsClassic reports whether a file that begins with head is one for Classic: a
// pcap file, or a capture of another program, of which its error tells what to do.
func IsClassic(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	switch binary.BigEndian.Uint32(head) {
	case magicMicro, magicNano, magicModified, magicMicroSwap, magicNanoSwap, magicModSwap:
		return true
	}
	return foreign(head) != nil
}

// IsNG reports whether a file that begins with head is a pcapng file.
func IsNG(head []byte) bool {
	return len(head) >= 12 && binary.BigEndian.Uint32(head) == magicNG &&
		(binary.LittleEndian.Uint32(head[8:]) == byteOrder || binary.BigEndian.Uint32(head[8:]) == byteOrder)
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
