package pcap

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"kanmon/discover/pcap/internal/frame"
)

// The headers that nearly every frame has are decoded here, in place: nothing is
// copied or kept, and what no recogniser looks at is not looked at here either.

var (
	errIP4Short     = errors.New("IPv4 header is cut short")
	errIP4Header    = errors.New("IPv4 header claims fewer octets than one has")
	errIP4Length    = errors.New("IPv4 header is longer than its packet")
	errIP4Options   = errors.New("IPv4 options are longer than their header")
	errIP6Short     = errors.New("IPv6 header is cut short")
	errIP6Length    = errors.New("IPv6 packet claims to have no payload")
	errIP6Extension = errors.New("IPv6 extension header is cut short")
	errTCPShort     = errors.New("TCP header is cut short")
	errTCPOffset    = errors.New("TCP header claims fewer octets than one has")
	errUDPShort     = errors.New("UDP header is cut short")
	errUDPLength    = errors.New("UDP datagram claims fewer octets than its header has")
)

// IPv6 extension headers that are passed over (RFC 8200, 4).
const (
	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extDestination = 60
)

// decode4 reads an IPv4 packet (RFC 791) and the header of the transport
// protocol in it. It returns errIP… where the packet tells nothing, and errTCP…
// or errUDP… where its addresses hold and its ports do not. A fragment other
// than the first has no ports: it is reported as later.
func (p *packet) decode4(b []byte) (later bool, err error) {
	if len(b) < 20 {
		return false, errIP4Short
	}
	header, length := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if length == 0 { // not filled in yet: the interface of the sender would split the packet
		length = len(b)
	}
	switch {
	case length < 20 || header < 20:
		return false, errIP4Header
	case header > length || header > len(b):
		return false, errIP4Length
	case header > 20 && !optionsFit(b[20:header]):
		return false, errIP4Options
	}
	if length <= len(b) {
		b = b[:length]
	} else {
		p.whole = false
	}
	p.src, p.dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	p.hops, p.proto, p.payload = b[8], b[9], b[header:]
	fragment := binary.BigEndian.Uint16(b[6:])
	if fragment&0x1fff != 0 {
		return true, nil
	}
	if fragment&0x2000 != 0 { // more follow
		p.whole = false
	}
	return false, p.decodeTransport()
}

// optionsFit reports whether the options of an IPv4 header stand within it.
func optionsFit(b []byte) bool {
	for len(b) > 0 {
		switch {
		case b[0] == 0: // end of options
			return true
		case b[0] == 1:
			b = b[1:]
		case len(b) < 2 || b[1] < 2 || int(b[1]) > len(b):
			return false
		default:
			b = b[b[1]:]
		}
	}
	return true
}

// decode6 reads an IPv6 packet (RFC 8200), passes over its extension headers,
// and reads the header of the transport protocol. It returns what decode4 does.
func (p *packet) decode6(b []byte) (later bool, err error) {
	if len(b) < 40 {
		return false, errIP6Short
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length == 0 { // a jumbogram, which no Ethernet carries
		return false, errIP6Length
	}
	p.src, p.dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	p.proto, p.hops = b[6], b[7]
	if p.payload = b[40:]; length <= len(p.payload) {
		p.payload = p.payload[:length]
	} else {
		p.whole = false
	}
	if p.proto == frame.ProtoTCP || p.proto == frame.ProtoUDP {
		return false, p.decodeTransport()
	}
	return p.decodeExtensions()
}

func (p *packet) decodeExtensions() (later bool, err error) {
	for {
		n := 8
		switch p.proto {
		case extHopByHop, extRouting, extDestination:
			if len(p.payload) >= 2 {
				n += int(p.payload[1]) * 8
			}
		case extFragment:
		default:
			return false, p.decodeTransport()
		}
		if len(p.payload) < n {
			return false, errIP6Extension
		}
		if p.proto == extFragment {
			fragment := binary.BigEndian.Uint16(p.payload[2:])
			if fragment&0xfff8 != 0 {
				return true, nil
			}
			if fragment&1 != 0 { // more follow
				p.whole = false
			}
		}
		p.proto, p.payload = p.payload[0], p.payload[n:]
	}
}

// decodeTransport reads the header of TCP (RFC 9293) or UDP (RFC 768).
func (p *packet) decodeTransport() error {
	b := p.payload
	switch p.proto {
	case frame.ProtoTCP:
		if len(b) < 20 {
			return errTCPShort
		}
		n := int(b[12]>>4) * 4
		if n < 20 {
			return errTCPOffset
		}
		if n > len(b) {
			return errTCPShort
		}
		p.seq = binary.BigEndian.Uint32(b[4:])
		p.syn, p.ack, p.refused = b[13]&0x02 != 0, b[13]&0x10 != 0, b[13]&0x04 != 0
		p.payload = b[n:]
	case frame.ProtoUDP:
		if len(b) < 8 {
			return errUDPShort
		}
		switch n := int(binary.BigEndian.Uint16(b[4:])); {
		case n == 0: // longer than the field can tell, or not filled in yet
		case n < 8:
			return errUDPLength
		case n <= len(b):
			b = b[:n]
		default:
			p.whole, p.missing = false, n-len(b)
		}
		p.payload = b[8:]
	default:
		return nil
	}
	p.sport, p.dport = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	return nil
}
