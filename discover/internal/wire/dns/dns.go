// Package dns decodes messages of the Domain Name System (RFC 1035), which
// multicast DNS (RFC 6762) and LLMNR (RFC 4795) use too.
package dns

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strconv"
)

// Message is a DNS message. Authority records are left out.
type Message struct {
	ID        uint16
	Response  bool
	Opcode    uint8
	RCode     uint8
	Questions []Question
	Records   []Record // answers, then additional records
	Answers   int      // how many of Records are answers
}

// Question is a question: a name in lower case without the final dot.
type Question struct {
	Name  string
	Type  uint16
	Class uint16 // without the unicast-response bit of mDNS
}

// Record is a resource record.
type Record struct {
	Name   string
	Type   uint16
	Class  uint16 // without the cache-flush bit of mDNS
	TTL    uint32 // seconds; 0 in mDNS: the name is given up
	Addr   netip.Addr
	Target string // of CNAME, PTR and SRV
	Label  string // first label of the target of a PTR as it was written: the name of a DNS-SD instance
	Data   []byte // RDATA as it stands in the message
}

// Record types.
const (
	TypeA     = 1
	TypeCNAME = 5
	TypePTR   = 12
	TypeTXT   = 16
	TypeAAAA  = 28
	TypeSRV   = 33
)

// Errors of Decode.
var (
	ErrShort  = errors.New("dns: message is cut short")
	ErrName   = errors.New("dns: name is damaged")
	ErrCounts = errors.New("dns: more records than the message can hold")
)

const (
	headerLen  = 12
	maxName    = 255 // RFC 1035, 2.3.4
	maxJumps   = 32  // compression pointers in one name
	maxRecords = 256
)

// Decode reads the message b. What came before a damaged record is returned
// with the error.
func Decode(b []byte) (Message, error) {
	if len(b) < headerLen {
		return Message{}, ErrShort
	}
	flags := binary.BigEndian.Uint16(b[2:])
	m := Message{
		ID:       binary.BigEndian.Uint16(b),
		Response: flags&0x8000 != 0,
		Opcode:   uint8(flags>>11) & 15,
		RCode:    uint8(flags) & 15,
	}
	qd, an := int(binary.BigEndian.Uint16(b[4:])), int(binary.BigEndian.Uint16(b[6:]))
	ns, ar := int(binary.BigEndian.Uint16(b[8:])), int(binary.BigEndian.Uint16(b[10:]))
	const question, least = 5, 11 // octets that a question and a record take at least
	if qd*question > len(b)-headerLen {
		return m, ErrCounts
	}
	off := headerLen
	for range min(qd, maxRecords) {
		name, next, err := Name(b, off)
		if err != nil {
			return m, err
		}
		if len(b) < next+4 {
			return m, ErrShort
		}
		m.Questions = append(m.Questions, Question{
			Name: name, Type: binary.BigEndian.Uint16(b[next:]), Class: binary.BigEndian.Uint16(b[next+2:]) & 0x7fff,
		})
		off = next + 4
	}
	if (an+ns+ar)*least > len(b)-off {
		return m, ErrCounts
	}
	for i := range min(an+ns+ar, maxRecords) {
		rec, next, err := record(b, off)
		if err != nil {
			return m, err
		}
		off = next
		switch {
		case i < an:
			m.Answers++
			m.Records = append(m.Records, rec)
		case i >= an+ns:
			m.Records = append(m.Records, rec)
		}
	}
	return m, nil
}

func record(b []byte, off int) (Record, int, error) {
	name, off, err := Name(b, off)
	if err != nil {
		return Record{}, 0, err
	}
	if len(b) < off+10 {
		return Record{}, 0, ErrShort
	}
	r := Record{
		Name: name, Type: binary.BigEndian.Uint16(b[off:]),
		Class: binary.BigEndian.Uint16(b[off+2:]) & 0x7fff, TTL: binary.BigEndian.Uint32(b[off+4:]),
	}
	n := int(binary.BigEndian.Uint16(b[off+8:]))
	off += 10
	if len(b) < off+n {
		return Record{}, 0, ErrShort
	}
	r.Data = b[off : off+n]
	switch {
	case r.Type == TypeA && n == 4:
		r.Addr = netip.AddrFrom4([4]byte(r.Data))
	case r.Type == TypeAAAA && n == 16:
		r.Addr = netip.AddrFrom16([16]byte(r.Data))
	case r.Type == TypePTR:
		r.Label = label(b, off)
		fallthrough
	case r.Type == TypeCNAME:
		r.Target, _, err = Name(b, off)
	case r.Type == TypeSRV && n > 6:
		r.Target, _, err = Name(b, off+6)
	}
	return r, off + n, err
}

// Name reads the name at off and returns it in lower case without its final
// dot, and the offset after it. Dots and backslashes within a label are escaped
// with a backslash (RFC 4343, 2.1).
func Name(b []byte, off int) (string, int, error) {
	var buf [2 * maxName]byte
	out := buf[:0]
	next, total := 0, 0
	for jumps := 0; ; {
		if off >= len(b) {
			return "", 0, ErrShort
		}
		n := int(b[off])
		switch {
		case n == 0:
			if next == 0 {
				next = off + 1
			}
			return string(out), next, nil
		case n&0xc0 == 0xc0:
			if off+2 > len(b) {
				return "", 0, ErrShort
			}
			to := int(binary.BigEndian.Uint16(b[off:]) & 0x3fff)
			if jumps++; jumps > maxJumps || to >= off { // pointers go back only: no loop
				return "", 0, ErrName
			}
			if next == 0 {
				next = off + 2
			}
			off = to
		case n > 63:
			return "", 0, ErrName
		default:
			if off+1+n > len(b) {
				return "", 0, ErrShort
			}
			if total += n + 1; total > maxName {
				return "", 0, ErrName
			}
			if len(out) > 0 {
				out = append(out, '.')
			}
			for _, c := range b[off+1 : off+1+n] {
				switch {
				case 'A' <= c && c <= 'Z':
					c += 'a' - 'A'
				case c == '.' || c == '\\':
					out = append(out, '\\')
				}
				out = append(out, c)
			}
			off += 1 + n
		}
	}
}

// label returns the first label of the name at off as it is written.
func label(b []byte, off int) string {
	for range maxJumps {
		if off+1 >= len(b) {
			return ""
		}
		n := int(b[off])
		if n&0xc0 != 0xc0 {
			return string(b[off+1 : min(off+1+n, len(b))])
		}
		off = int(binary.BigEndian.Uint16(b[off:]) & 0x3fff)
	}
	return ""
}

// Addresses returns the addresses that the answers give for name, after
// CNAMEs.
func (m *Message) Addresses(name string) []netip.Addr {
	var out []netip.Addr
	for range maxJumps {
		next := ""
		for _, r := range m.Records[:m.Answers] {
			switch {
			case r.Class != 1 || r.Name != name:
			case r.Addr.IsValid():
				out = append(out, r.Addr)
			case r.Type == TypeCNAME:
				next = r.Target
			}
		}
		if next == "" || len(out) > 0 {
			break
		}
		name = next
	}
	return out
}

// TypeName writes a record type as text: its mnemonic, or TYPE and its number
// (RFC 3597).
func TypeName(t uint16) string {
	switch t {
	case TypeA:
		return "A"
	case 2:
		return "NS"
	case TypeCNAME:
		return "CNAME"
	case 6:
		return "SOA"
	case TypePTR:
		return "PTR"
	case 15:
		return "MX"
	case TypeTXT:
		return "TXT"
	case TypeAAAA:
		return "AAAA"
	case TypeSRV:
		return "SRV"
	case 35:
		return "NAPTR"
	case 64:
		return "SVCB"
	case 65:
		return "HTTPS"
	case 255:
		return "ANY"
	}
	return "TYPE" + strconv.Itoa(int(t))
}
