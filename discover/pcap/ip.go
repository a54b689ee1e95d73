package pcap

import (
	"errors"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"kanmon/discover/internal/wire/ndp"
	"kanmon/discover/internal/wire/vpn"
)

// packet is what the network and transport headers of an IP packet say.
type packet struct {
	src, dst     netip.Addr
	proto        uint8
	hops         uint8 // TTL or hop limit
	sport, dport uint16
	syn, ack     bool
	seq          uint32 // of TCP
	payload      []byte // of the transport protocol, or of IP where that has no ports
	whole        bool   // payload was captured to its end
}

// IP protocol numbers.
const (
	protoICMP   = 1
	protoIPv4   = 4
	protoTCP    = 6
	protoUDP    = 17
	protoIPv6   = 41
	protoGRE    = 47
	protoESP    = 50
	protoAH     = 51
	protoICMPv6 = 58
	protoL2TPv3 = 115
	protoSCTP   = 132
)

// ip4Layer is layers.IPv4 that stops at an IP packet within it, which would
// else be decoded into the same place.
type ip4Layer struct{ layers.IPv4 }

// NextLayerType implements gopacket.DecodingLayer.
func (l *ip4Layer) NextLayerType() gopacket.LayerType { return notIP(l.IPv4.NextLayerType()) }

// ip6Layer is layers.IPv6 that stops likewise.
type ip6Layer struct{ layers.IPv6 }

// NextLayerType implements gopacket.DecodingLayer.
func (l *ip6Layer) NextLayerType() gopacket.LayerType { return notIP(l.IPv6.NextLayerType()) }

// extLayer is layers.IPv6ExtensionSkipper that stops likewise.
type extLayer struct{ layers.IPv6ExtensionSkipper }

// NextLayerType implements gopacket.DecodingLayer.
func (l *extLayer) NextLayerType() gopacket.LayerType {
	return notIP(l.IPv6ExtensionSkipper.NextLayerType())
}

func notIP(t gopacket.LayerType) gopacket.LayerType {
	if t == layers.LayerTypeIPv4 || t == layers.LayerTypeIPv6 {
		return gopacket.LayerTypePayload
	}
	return t
}

func (a *analyzer) packet4(h *hop, b []byte) {
	err := a.v4.DecodeLayers(b, &a.decoded)
	if len(a.decoded) == 0 {
		a.damaged(orUnknown(err))
		return
	}
	ip := &a.ip4
	src, ok1 := netip.AddrFromSlice(ip.SrcIP)
	dst, ok2 := netip.AddrFromSlice(ip.DstIP)
	if !ok1 || !ok2 {
		return
	}
	p := packet{src: src, dst: dst, proto: uint8(ip.Protocol), hops: ip.TTL, payload: ip.Payload}
	p.whole = h.whole && !a.v4.Truncated
	if ip.FragOffset != 0 {
		return // the first fragment has the ports
	}
	if ip.Flags&layers.IPv4MoreFragments != 0 {
		p.whole = false
		err = a.firstFragment(&p)
	}
	a.transport(h, &p, err)
}

func (a *analyzer) packet6(h *hop, b []byte) {
	err := a.v6.DecodeLayers(b, &a.decoded)
	if len(a.decoded) == 0 {
		a.damaged(orUnknown(err))
		return
	}
	ip := &a.ip6
	src, ok1 := netip.AddrFromSlice(ip.SrcIP)
	dst, ok2 := netip.AddrFromSlice(ip.DstIP)
	if !ok1 || !ok2 {
		return
	}
	p := packet{src: src, dst: dst, proto: uint8(ip.NextHeader), hops: ip.HopLimit, payload: ip.Payload}
	p.whole = h.whole && !a.v6.Truncated
	if ip.HopByHop != nil {
		p.proto = uint8(ip.HopByHop.NextHeader)
	}
	for _, t := range a.decoded {
		if t != layers.LayerTypeIPv6 && t != layers.LayerTypeTCP && t != layers.LayerTypeUDP { // the last extension header
			p.proto, p.payload = uint8(a.ext.NextHeader), a.ext.Payload
		}
	}
	if p.proto == uint8(layers.IPProtocolIPv6Fragment) {
		if len(p.payload) < 8 || p.payload[2] != 0 || p.payload[3]&0xf8 != 0 {
			return
		}
		p.proto, p.payload, p.whole = p.payload[0], p.payload[8:], false
		err = a.firstFragment(&p)
	}
	a.transport(h, &p, err)
}

func orUnknown(err error) error {
	if err == nil {
		return errors.New("not an IP packet")
	}
	return err
}

// firstFragment decodes the transport header of a first fragment, which the
// parsers leave alone.
func (a *analyzer) firstFragment(p *packet) error {
	switch p.proto {
	case protoTCP:
		if err := a.tcp.DecodeFromBytes(p.payload, gopacket.NilDecodeFeedback); err != nil {
			return err
		}
		a.decoded = append(a.decoded, layers.LayerTypeTCP)
	case protoUDP:
		if err := a.udp.DecodeFromBytes(p.payload, gopacket.NilDecodeFeedback); err != nil {
			return err
		}
		a.decoded = append(a.decoded, layers.LayerTypeUDP)
	}
	return nil
}

// transport learns from the packet whose network header was decoded. The error
// is that of its transport header.
func (a *analyzer) transport(h *hop, p *packet, err error) {
	if err != nil {
		a.damaged(err)
	}
	if !p.src.IsValid() || p.src.IsMulticast() {
		return
	}
	switch last := a.decoded[len(a.decoded)-1]; last {
	case layers.LayerTypeTCP:
		p.sport, p.dport = uint16(a.tcp.SrcPort), uint16(a.tcp.DstPort)
		p.syn, p.ack, p.seq, p.payload = a.tcp.SYN, a.tcp.ACK, a.tcp.Seq, a.tcp.Payload
		a.tcpSegment(h, p)
	case layers.LayerTypeUDP:
		p.sport, p.dport, p.payload = uint16(a.udp.SrcPort), uint16(a.udp.DstPort), a.udp.Payload
		a.udpDatagram(h, p)
	default:
		if err == nil && p.proto != protoTCP && p.proto != protoUDP {
			a.otherProtocol(h, p)
		}
	}
}

// otherProtocol learns from a packet that is neither TCP nor UDP: tunnels, and
// who pings whom.
func (a *analyzer) otherProtocol(h *hop, p *packet) {
	switch p.proto {
	case protoICMP:
		if len(p.payload) >= 8 && (p.payload[0] == 8 || p.payload[0] == 0) {
			if c := a.conn(h, p); c != nil {
				c.opened(p.payload[0] == 8, c.side(p))
			}
		}
		return
	case protoICMPv6:
		switch t := p.payload; {
		case len(t) < 8:
		case t[0] == 128 || t[0] == 129:
			if c := a.conn(h, p); c != nil {
				c.opened(t[0] == 128, c.side(p))
			}
		case t[0] >= ndp.RouterSolicitation && t[0] <= ndp.NeighborAdvertisement:
			a.nd(h, p)
		}
		return
	}
	c := a.conn(h, p)
	if c == nil {
		return
	}
	v4 := p.src.Is4()
	switch p.proto {
	case protoESP:
		if _, _, ok := vpn.ESP(p.payload); ok {
			c.tunnel("esp", "", -1)
		}
	case protoAH:
		if vpn.AH(p.payload) {
			c.tunnel("ah", "", -1)
		}
	case protoIPv4:
		if v, ok := innerVersion(p.payload); ok && v == 4 {
			c.tunnel(pick(v4, "4in4", "4in6"), "", -1)
			a.innerIP(h, etherIPv4, p.payload)
		}
	case protoIPv6:
		if v, ok := innerVersion(p.payload); ok && v == 6 {
			c.tunnel(pick(v4, "6in4", "6in6"), "", -1)
			a.innerIP(h, etherIPv6, p.payload)
		}
	case protoGRE:
		a.gre(h, p, c)
	}
}

func pick(first bool, x, y string) string {
	if first {
		return x
	}
	return y
}

// innerVersion returns the version of the IP packet in b, where its header can
// be one.
func innerVersion(b []byte) (uint8, bool) {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4 && b[0]&15 >= 5:
		return 4, true
	case len(b) >= 40 && b[0]>>4 == 6:
		return 6, true
	}
	return 0, false
}

// innerIP learns from the packet that a tunnel in the clear carries.
func (a *analyzer) innerIP(h *hop, t uint16, b []byte) {
	if in, ok := within(h); ok {
		a.etherType(&in, t, b)
	}
}

func (a *analyzer) gre(h *hop, p *packet, c *conn) {
	g, ok := vpn.DecodeGRE(p.payload)
	if !ok {
		return
	}
	switch g.Protocol {
	case vpn.GREPPP:
		c.tunnel("gre", "pptp", -1)
		a.innerIP(h, etherPPP, g.Payload)
	case vpn.GREERSPAN2, vpn.GREERSPAN3:
		c.tunnel("gre", "erspan", -1)
		if b, ok := vpn.ERSPAN(g); ok {
			a.bridged(b, h, true)
		}
	case vpn.GRENHRP:
		c.tunnel("gre", "nhrp", -1)
	case vpn.GREBridged:
		c.tunnel("gre", "", -1)
		a.bridged(g.Payload, h, false)
	default:
		c.tunnel("gre", "", -1)
		if g.Protocol == etherIPv4 || g.Protocol == etherIPv6 {
			a.innerIP(h, g.Protocol, g.Payload)
		}
	}
}

// ppp learns from what follows the address and control octets of PPP (RFC
// 1661, 2).
func (a *analyzer) ppp(h *hop, b []byte) {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
	}
	if len(b) < 2 {
		return
	}
	proto := uint16(b[0])
	if proto&1 != 0 { // compressed to one octet
		b = b[1:]
	} else {
		proto = proto<<8 | uint16(b[1])
		b = b[2:]
	}
	switch proto {
	case 0x21:
		a.packet4(h, b)
	case 0x57:
		a.packet6(h, b)
	}
}
