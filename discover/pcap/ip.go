package pcap

import (
	"net/netip"

	"kanmon/discover/internal/wire/ndp"
	"kanmon/discover/internal/wire/vpn"
	"kanmon/discover/pcap/internal/frame"
)

// packet is what the network and transport headers of an IP packet say.
type packet struct {
	src, dst     netip.Addr
	proto        uint8
	hops         uint8 // TTL or hop limit
	sport, dport uint16
	syn, ack     bool
	refused      bool   // a reset of TCP
	seq          uint32 // of TCP
	side         uint8  // of its conversation
	payload      []byte // of the transport protocol, or of IP where that has no ports
	whole        bool   // payload was captured to its end
	missing      int    // octets of a datagram that were not
}

func (a *analyzer) packet4(h *hop, b []byte) {
	p := packet{whole: h.whole}
	if later, err := p.decode4(b); !later {
		a.transport(h, &p, err)
	}
}

func (a *analyzer) packet6(h *hop, b []byte) {
	p := packet{whole: h.whole}
	if later, err := p.decode6(b); !later {
		a.transport(h, &p, err)
	}
}

// transport learns from a packet whose headers were decoded, or not: err says
// why.
func (a *analyzer) transport(h *hop, p *packet, err error) {
	if err != nil {
		a.damaged(err)
		return
	}
	if p.src.IsMulticast() {
		return
	}
	a.origin.ip = p.src
	switch p.proto {
	case frame.ProtoTCP:
		a.tcpSegment(h, p)
	case frame.ProtoUDP:
		a.udpDatagram(h, p)
	default:
		a.otherProtocol(h, p)
	}
}

// otherProtocol learns from a packet that is neither TCP nor UDP: tunnels, and
// who pings whom.
func (a *analyzer) otherProtocol(h *hop, p *packet) {
	switch p.proto {
	case frame.ProtoICMP:
		if len(p.payload) >= 8 && (p.payload[0] == 8 || p.payload[0] == 0) {
			if c := a.conn(h, p); c != nil {
				c.opened(p.payload[0] == 8, c.side(p))
			}
		}
		return
	case frame.ProtoICMPv6:
		switch t := p.payload; {
		case len(t) < 8:
		case t[0] == 128 || t[0] == 129:
			if c := a.conn(h, p); c != nil {
				c.opened(t[0] == 128, c.side(p))
			}
		case t[0] == 130:
			a.mldQuery(h, p)
		case t[0] >= ndp.RouterSolicitation && t[0] <= ndp.NeighborAdvertisement:
			a.nd(h, p)
		}
		return
	}
	a.controlIP(h, p)
	c := a.conn(h, p)
	if c == nil {
		return
	}
	v4 := p.src.Is4()
	switch p.proto {
	case frame.ProtoESP:
		if _, _, ok := vpn.ESP(p.payload); ok {
			c.tunnel("esp", "", -1)
		}
	case frame.ProtoAH:
		if vpn.AH(p.payload) {
			c.tunnel("ah", "", -1)
		}
	case frame.ProtoIPv4:
		if v, ok := innerVersion(p.payload); ok && v == 4 {
			c.tunnel(pick(v4, "4in4", "4in6"), "", -1)
			a.innerIP(h, frame.EtherIPv4, p.payload)
		}
	case frame.ProtoIPv6:
		if v, ok := innerVersion(p.payload); ok && v == 6 {
			detail := ""
			if v4 && c.tunnels() == nil {
				detail = vpn.SixInFour(p.payload)
			}
			c.tunnel(pick(v4, "6in4", "6in6"), detail, -1)
			a.innerIP(h, frame.EtherIPv6, p.payload)
		}
	case frame.ProtoGRE:
		a.gre(h, p, c)
	case frame.ProtoL2TPv3:
		if vpn.L2TPv3(p.payload, p.whole) {
			c.tunnel("l2tp", "version 3", -1)
		}
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
		a.innerIP(h, frame.EtherPPP, g.Payload)
	case vpn.GREERSPAN2, vpn.GREERSPAN3:
		c.tunnel("gre", "erspan", -1)
		if b, ok := vpn.ERSPAN(g); ok {
			a.bridged(b, h, true)
		}
	case vpn.GRENHRP:
		c.tunnel("gre", "nhrp", -1)
	case vpn.GREBridged, vpn.GREEoIP:
		detail := ""
		if g.Protocol == vpn.GREEoIP {
			detail = "eoip"
		}
		c.tunnel("gre", detail, -1)
		if len(g.Payload) > 0 { // else it only keeps the way open
			a.bridged(g.Payload, h, false)
		}
	default:
		c.tunnel("gre", "", -1)
		if g.Protocol == frame.EtherIPv4 || g.Protocol == frame.EtherIPv6 {
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
