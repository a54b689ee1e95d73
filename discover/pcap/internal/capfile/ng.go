package capfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"kanmon/discover/pcap/internal/frame"
)

// NG reads the pcapng format (draft-ietf-opsawg-pcapng).
type NG struct {
	br     Peeker
	order  binary.ByteOrder
	ifaces []ngInterface // of this section
	names  []string      // of the interfaces of all sections
	used   int           // octets of the last blocks, still in the buffer
}

type ngInterface struct {
	link      uint32
	snapLen   uint32
	perSecond uint64 // units of time
	offset    int64  // seconds
}

// Block types.
const (
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6
)

const (
	maxInterfaces = 4096
	maxNames      = 16 // that are told as the vantage
	byteOrder     = 0x1a2b3c4d
)

// NewNG looks at the beginning of a pcapng file.
func NewNG(r io.Reader) (*NG, error) {
	br := peeker(r)
	head, err := br.Peek(12)
	if err != nil {
		return nil, fmt.Errorf("section header is cut short: %w", unexpected(err))
	}
	if binary.BigEndian.Uint32(head) != magicNG {
		return nil, errors.New("does not begin with a section header: not a pcapng file")
	}
	return &NG{br: br, order: binary.LittleEndian}, nil
}

// Vantage implements Reader: the names of the interfaces described until now.
func (r *NG) Vantage() string { return strings.Join(r.names, ", ") }

// Next implements Reader.
func (r *NG) Next(recs []frame.Frame) (int, error) {
	for {
		if _, err := r.br.Discard(r.used); err != nil {
			return 0, unexpected(err)
		}
		r.used = 0
		kind, body, err := r.block()
		if err != nil {
			return 0, err
		}
		found := false
		switch kind {
		case magicNG:
			err = r.section(body)
		case blockInterface:
			err = r.iface(body)
		case blockEnhanced, blockPacket:
			found, err = true, r.packet(kind, body, &recs[0])
		case blockSimple:
			found, err = true, r.simple(body, &recs[0])
		}
		if err != nil {
			return 0, err
		}
		if found {
			return 1 + r.ready(recs[1:]), nil
		}
	}
}

// ready reads frames that stand behind the last one, in place, up to a block that
// is something else or damaged.
func (r *NG) ready(recs []frame.Frame) int {
	b, err := r.br.Peek(r.br.Buffered())
	if err != nil {
		return 0
	}
	b = b[r.used:]
	for i := range recs {
		if len(b) < 12 || r.order.Uint32(b) != blockEnhanced {
			return i
		}
		n := r.order.Uint32(b[4:])
		if n < 12 || n%4 != 0 || n > bufferLen || int(n) > len(b) || r.order.Uint32(b[n-4:]) != n || r.packet(blockEnhanced, b[8:n-4], &recs[i]) != nil {
			return i
		}
		r.used += int(n)
		b = b[n:]
	}
	return len(recs)
}

// block reads the next block that matters and returns its type and body. Blocks
// of other types are passed over without being held.
func (r *NG) block() (uint32, []byte, error) {
	for {
		head, err := r.br.Peek(12)
		if err != nil {
			if errors.Is(err, io.EOF) && len(head) > 0 {
				return 0, nil, errCut
			}
			return 0, nil, err
		}
		if binary.BigEndian.Uint32(head) == magicNG { // the same in both orders
			switch {
			case binary.LittleEndian.Uint32(head[8:]) == byteOrder:
				r.order = binary.LittleEndian
			case binary.BigEndian.Uint32(head[8:]) == byteOrder:
				r.order = binary.BigEndian
			default:
				return 0, nil, errors.New("section header has no byte order: the file is damaged from here on")
			}
		}
		kind, n := r.order.Uint32(head), r.order.Uint32(head[4:])
		if n < 12 || n%4 != 0 {
			return 0, nil, fmt.Errorf("block claims %d octets: the file is damaged from here on", n)
		}
		switch kind {
		case magicNG, blockInterface, blockPacket, blockSimple, blockEnhanced:
		default:
			if err := r.pass(int64(n)); err != nil {
				return 0, nil, err
			}
			continue
		}
		if n > bufferLen {
			return 0, nil, fmt.Errorf("block claims %d octets, more than one frame can need: the file is damaged from here on", n)
		}
		all, err := r.br.Peek(int(n))
		if err != nil {
			if errors.Is(err, io.EOF) {
				return 0, nil, errCut
			}
			return 0, nil, err
		}
		if r.order.Uint32(all[n-4:]) != n {
			return 0, nil, errors.New("lengths at the start and the end of a block differ: the file is damaged from here on")
		}
		r.used = int(n)
		return kind, all[8 : n-4], nil
	}
}

// pass discards n octets.
func (r *NG) pass(n int64) error {
	for n > 0 {
		k, err := r.br.Discard(int(min(n, 1<<30)))
		n -= int64(k)
		if errors.Is(err, io.EOF) {
			return errCut
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *NG) section(b []byte) error {
	if len(b) < 16 {
		return errors.New("section header is too short: the file is damaged from here on")
	}
	if major := r.order.Uint16(b[4:]); major != 1 {
		return fmt.Errorf("pcapng section of version %d, where 1 is known", major)
	}
	r.ifaces = r.ifaces[:0]
	return nil
}

func (r *NG) iface(b []byte) error {
	if len(b) < 8 {
		return errors.New("interface description is too short: the file is damaged from here on")
	}
	if len(r.ifaces) >= maxInterfaces {
		return fmt.Errorf("describes more than %d interfaces", maxInterfaces)
	}
	in := ngInterface{link: uint32(r.order.Uint16(b)), snapLen: r.order.Uint32(b[4:]), perSecond: 1e6}
	name, descr := "", ""
	r.options(b[8:], func(code uint16, v []byte) {
		switch {
		case code == 2:
			name = string(v)
		case code == 3:
			descr = string(v)
		case code == 9 && len(v) == 1:
			in.perSecond = perSecond(v[0])
		case code == 14 && len(v) == 8:
			in.offset = int64(r.order.Uint64(v))
		}
	})
	r.ifaces = append(r.ifaces, in)
	if descr != "" && name != "" {
		name += " (" + descr + ")"
	} else if name == "" {
		name = descr
	}
	for _, have := range r.names {
		if have == name {
			return nil
		}
	}
	if name != "" && len(r.names) < maxNames {
		r.names = append(r.names, name)
	}
	return nil
}

// perSecond reads if_tsresol: a negative power of ten, or of two where the
// highest bit is set. What is finer than an uint64 can count is cut.
func perSecond(v byte) uint64 {
	if v&0x80 != 0 {
		return 1 << min(v&0x7f, 62)
	}
	n := uint64(1)
	for range min(v, 18) {
		n *= 10
	}
	return n
}

// options calls f for each option in b, up to a damaged one.
func (r *NG) options(b []byte, f func(code uint16, v []byte)) {
	for len(b) >= 4 {
		code, n := r.order.Uint16(b), int(r.order.Uint16(b[2:]))
		if code == 0 || len(b) < 4+n {
			return
		}
		f(code, b[4:4+n])
		b = b[min(4+(n+3)&^3, len(b)):]
	}
}

// packet reads an enhanced packet block, or the obsolete packet block.
func (r *NG) packet(kind uint32, b []byte, rec *frame.Frame) error {
	if len(b) < 20 {
		return errors.New("packet block is too short: the file is damaged from here on")
	}
	id := r.order.Uint32(b)
	if kind == blockPacket {
		id = uint32(r.order.Uint16(b))
	}
	if int64(id) >= int64(len(r.ifaces)) {
		return fmt.Errorf("is of interface %d, which the file does not describe", id)
	}
	in := r.ifaces[id]
	capLen, wireLen := r.order.Uint32(b[12:]), r.order.Uint32(b[16:])
	if capLen > frame.MaxLen || int64(capLen) > int64(len(b)-20) {
		return fmt.Errorf("claims %d octets, more than its block holds: the file is damaged from here on", capLen)
	}
	stamp := uint64(r.order.Uint32(b[4:]))<<32 | uint64(r.order.Uint32(b[8:]))
	rec.Data, rec.Link, rec.Whole, rec.Length = b[20:20+capLen], in.link, capLen >= wireLen, wireLen
	rec.Nanos = nanoseconds(stamp, in.perSecond, in.offset)
	return nil
}

// simple reads a simple packet block: of the first interface, without a time.
func (r *NG) simple(b []byte, rec *frame.Frame) error {
	if len(b) < 4 || len(r.ifaces) == 0 {
		return errors.New("simple packet block is too short, or of an interface that the file does not describe")
	}
	in := r.ifaces[0]
	wireLen := r.order.Uint32(b)
	n := int64(wireLen)
	if in.snapLen != 0 {
		n = min(n, int64(in.snapLen))
	}
	n = min(n, int64(len(b)-4))
	if n > frame.MaxLen {
		return fmt.Errorf("claims %d octets, more than a frame can have: the file is damaged from here on", n)
	}
	rec.Data, rec.Link, rec.Whole, rec.Length = b[4:4+n], in.link, n >= int64(wireLen), wireLen
	rec.Nanos = 0
	return nil
}
