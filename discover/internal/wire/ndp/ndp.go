// Package ndp decodes the messages of IPv6 Neighbor Discovery (RFC 4861) and
// the DNS options of router advertisements (RFC 8106).
package ndp

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
)

// ICMPv6 types of Neighbor Discovery.
const (
	RouterSolicitation    = 133
	RouterAdvertisement   = 134
	NeighborSolicitation  = 135
	NeighborAdvertisement = 136
)

// Message is a Neighbor Discovery message. Which fields are set depends on its
// type.
type Message struct {
	Type     uint8
	Target   netip.Addr // of neighbor solicitations and advertisements
	SourceLL [6]byte    // source link-layer address option; zero if none
	TargetLL [6]byte    // target link-layer address option; zero if none

	// Of router advertisements.
	Lifetime      uint16 // seconds; 0: not a default router
	Managed       bool
	Other         bool
	Prefixes      []netip.Prefix
	DNSServers    []netip.Addr
	SearchDomains []string
}

// Errors of Decode.
var (
	ErrShort  = errors.New("ndp: message is cut short")
	ErrOther  = errors.New("ndp: not a neighbor discovery message")
	ErrOption = errors.New("ndp: option of length 0 or beyond the end of the message")
)

// maxItems bounds each list of a message: a frame of 1,500 octets holds no more
// prefixes than about 46.
const maxItems = 128

// Decode reads the ICMPv6 message b. An error in an option leaves the options
// before it in the message that is returned.
func Decode(b []byte) (Message, error) {
	if len(b) < 8 {
		return Message{}, ErrShort
	}
	m := Message{Type: b[0]}
	head := 0
	switch m.Type {
	case RouterSolicitation:
		head = 8
	case RouterAdvertisement:
		head = 16
	case NeighborSolicitation, NeighborAdvertisement:
		head = 24
	default:
		return Message{}, ErrOther
	}
	if b[1] != 0 { // RFC 4861: code is 0 in all of them
		return Message{}, ErrOther
	}
	if len(b) < head {
		return Message{}, ErrShort
	}
	switch m.Type {
	case RouterAdvertisement:
		m.Managed, m.Other = b[5]&0x80 != 0, b[5]&0x40 != 0
		m.Lifetime = binary.BigEndian.Uint16(b[6:])
	case NeighborSolicitation, NeighborAdvertisement:
		m.Target = netip.AddrFrom16([16]byte(b[8:24]))
	}
	return m, m.options(b[head:])
}

func (m *Message) options(b []byte) error {
	for len(b) > 0 {
		if len(b) < 2 || b[1] == 0 || int(b[1])*8 > len(b) {
			return ErrOption
		}
		m.option(b[0], b[:int(b[1])*8])
		b = b[int(b[1])*8:]
	}
	return nil
}

// option reads one option; o is a multiple of 8 octets long.
func (m *Message) option(kind uint8, o []byte) {
	switch kind {
	case 1:
		m.SourceLL = [6]byte(o[2:8])
	case 2:
		m.TargetLL = [6]byte(o[2:8])
	case 3: // prefix information
		if len(o) == 32 && o[2] <= 128 && len(m.Prefixes) < maxItems {
			m.Prefixes = append(m.Prefixes, netip.PrefixFrom(netip.AddrFrom16([16]byte(o[16:32])), int(o[2])).Masked())
		}
	case 25: // RDNSS
		for a := o[8:]; len(a) >= 16 && len(m.DNSServers) < maxItems; a = a[16:] {
			m.DNSServers = append(m.DNSServers, netip.AddrFrom16([16]byte(a[:16])))
		}
	case 31: // DNSSL
		m.SearchDomains = append(m.SearchDomains, domains(o[8:], maxItems-len(m.SearchDomains))...)
	}
}

// domains reads names without compression (RFC 8106, 5.2), up to limit of them.
func domains(b []byte, limit int) []string {
	var out []string
	var labels []string
	for len(b) > 0 && len(out) < limit {
		n := int(b[0])
		b = b[1:]
		switch {
		case n == 0:
			if len(labels) > 0 {
				out = append(out, strings.ToLower(strings.Join(labels, ".")))
			}
			labels = labels[:0]
		case n > 63 || n > len(b):
			return out
		default:
			labels = append(labels, string(b[:n]))
			b = b[n:]
		}
	}
	return out
}
