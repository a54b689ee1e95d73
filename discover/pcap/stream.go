package pcap

import (
	"errors"
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/app"
	"kanmon/discover/internal/wire/dns"
	"kanmon/discover/internal/wire/httphost"
	"kanmon/discover/internal/wire/tlshello"
	"kanmon/discover/internal/wire/vpn"
)

// stream collects the octets of a ClientHello that spans segments.
type stream struct {
	side int
	next uint32 // sequence number of the octet that follows
	buf  []byte
}

const (
	maxStreams = 1024 // at a time
	maxTries   = 3    // payloads of each side that are looked at
)

// tcpSegment learns from a TCP segment.
func (a *analyzer) tcpSegment(h *hop, p *packet) {
	c := a.conn(h, p)
	if c == nil {
		return
	}
	if p.syn && c.client == 0 {
		c.opened(!p.ack, c.side(p))
	}
	if len(p.payload) == 0 {
		return
	}
	side := c.side(p)
	if c.stream != nil {
		a.continueStream(c, side, p)
		return
	}
	if p.sport == 53 || p.dport == 53 {
		a.dnsOverTCP(p, c)
	}
	if c.app == "http" {
		if tlshello.Starts(p.payload) { // behind a proxy
			a.clientHello(c, side, p.seq, p.payload)
		} else {
			a.httpRequest(c, side, p)
		}
		return
	}
	if c.tries[side] < maxTries {
		c.tries[side]++
		a.start(c, side, p)
	} else if c.app != "tls" && tlshello.Starts(p.payload) {
		a.clientHello(c, side, p.seq, p.payload) // STARTTLS, or behind a proxy
	}
	if c.watch != nil || c.app == "" && c.tries[side] == 1 {
		a.watchTCP(c, side, p)
	}
}

// start looks at one of the first payloads of a side.
func (a *analyzer) start(c *conn, side int, p *packet) {
	if c.app == "" {
		c.app = app.TCP(p.payload)
		if c.app == "" && (p.sport == 1723 || p.dport == 1723) && vpn.PPTP(p.payload) {
			c.app = "pptp"
			c.tunnel("pptp", "", pptpOpener(p, side))
		}
		if c.app == "" && (p.sport == app.PortTeamViewer || p.dport == app.PortTeamViewer) && app.TeamViewer(p.payload) {
			c.app = "teamviewer"
		}
	}
	switch {
	case tlshello.Starts(p.payload):
		if c.app == "tls" {
			c.opened(true, side)
		}
		a.clientHello(c, side, p.seq, p.payload)
	case c.app == "http":
		a.httpRequest(c, side, p)
	}
}

// pptpOpener returns the side that the control connection was opened from: it
// is the one that does not use the port.
func pptpOpener(p *packet, side int) int {
	if p.dport == 1723 {
		return side
	}
	return 1 - side
}

func (a *analyzer) clientHello(c *conn, side int, seq uint32, b []byte) {
	name, err := tlshello.Decode(b)
	switch {
	case err == nil && name != "":
		a.serverName("tls", name, c, side)
	case errors.Is(err, tlshello.ErrMore) && c.stream == nil && a.streams < maxStreams && len(b) < tlshello.MaxHello:
		a.streams++
		c.stream = &stream{side: side, next: seq + uint32(len(b)), buf: append(make([]byte, 0, 4096), b...)}
	}
}

// continueStream takes the segment that follows on what was collected. Repeated
// octets are passed over, a gap ends it.
func (a *analyzer) continueStream(c *conn, side int, p *packet) {
	s := c.stream
	if side != s.side {
		return
	}
	b := p.payload
	if back := s.next - p.seq; back > 0 && back < 1<<31 { // begins before what is wanted
		if int64(back) >= int64(len(b)) {
			return
		}
		b = b[back:]
	} else if back != 0 {
		a.endStream(c)
		return
	}
	s.buf = append(s.buf, b...)
	s.next += uint32(len(b))
	name, err := tlshello.Decode(s.buf)
	if errors.Is(err, tlshello.ErrMore) && len(s.buf) < tlshello.MaxHello {
		return
	}
	if err == nil && name != "" {
		a.serverName("tls", name, c, side)
	}
	a.endStream(c)
}

func (a *analyzer) endStream(c *conn) {
	if c.stream != nil {
		c.stream = nil
		a.streams--
	}
}

func (a *analyzer) httpRequest(c *conn, side int, p *packet) {
	if name, ok := httphost.Decode(p.payload); ok {
		c.opened(true, side)
		a.serverName("http", name, c, side)
	}
}

// serverName notes which name a client asked a server for. An address in its
// place is no name.
func (a *analyzer) serverName(protocol, name string, c *conn, client int) {
	if _, err := netip.ParseAddr(name); err == nil {
		return
	}
	f := fact.ServerName{Name: name, Protocol: protocol, Client: c.endpoint(client, 0), Server: c.endpoint(1-client, c.key.port[1-client])}
	a.serverNames.note("pcap/"+protocol, f, a.at)
}

// dnsOverTCP reads a DNS message that stands in one segment (RFC 1035, 4.2.2).
func (a *analyzer) dnsOverTCP(p *packet, c *conn) {
	if len(p.payload) < 14 {
		return
	}
	n := int(p.payload[0])<<8 | int(p.payload[1])
	if n < 12 || n+2 > len(p.payload) {
		return
	}
	m, err := dns.Decode(p.payload[2 : 2+n])
	if err != nil {
		return // the middle of a longer message, as a rule
	}
	c.app = "dns"
	a.dnsMessage(p, c, &m)
}
