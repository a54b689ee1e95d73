package pcap

import (
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/app"
	"kanmon/discover/internal/wire/dns"
	"kanmon/discover/internal/wire/httphost"
	"kanmon/discover/internal/wire/vpn"
)

const maxTries = 3 // payloads of each side that are looked at

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
	if c.heard[side] < maxHeard {
		a.describeTCP(h, c, side, p)
	}
	if c.stream() != nil && a.continueStream(c, side, p) {
		return
	}
	if p.sport == 53 || p.dport == 53 {
		a.dnsOverTCP(p, c)
	}
	if a.isHTTP(c) {
		if !a.tlsStarts(c, side, p) { // behind a proxy
			a.httpRequest(c, side, p)
		}
		return
	}
	if c.tries[side] < maxTries {
		c.tries[side]++
		a.start(c, side, p)
	} else if a.appOf(c) != "tls" && p.payload[0] == 22 {
		a.tlsStarts(c, side, p) // STARTTLS, or behind a proxy
	}
	if c.watch() != nil || c.app == 0 && c.tries[side] == 1 {
		a.watchTCP(c, side, p)
	}
}

// start looks at one of the first payloads of a side.
func (a *analyzer) start(c *conn, side int, p *packet) {
	if c.tunnels() == nil {
		a.overlayTCP(c, side, p)
	}
	if c.app == 0 {
		a.setApp(c, app.TCP(p.payload, p.sport, p.dport))
		if c.app == 0 && (p.sport == 1723 || p.dport == 1723) && vpn.PPTP(p.payload) {
			a.setApp(c, "pptp")
			c.tunnel("pptp", "", pptpOpener(p, side))
		}
	}
	if a.appOf(c) == "bgp" {
		a.bgp(c, side, p)
	}
	if !a.tlsStarts(c, side, p) && a.isHTTP(c) {
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

func (a *analyzer) isHTTP(c *conn) bool {
	app := a.appOf(c)
	return app == "http" || app == "ipp"
}

func (a *analyzer) httpRequest(c *conn, side int, p *packet) {
	if name, ok := httphost.Decode(p.payload); ok {
		c.opened(true, side)
		a.serverName("http", name, "", c, side)
	} else if p.whole && httphost.Unfinished(p.payload) { // after a long target
		a.collect(c, side, false, p.seq+uint32(len(p.payload)), p.payload)
		c.stream().http = true
	}
}

// serverName notes which name a client asked a server for, and which protocols
// it offered. An address in place of a name is none.
func (a *analyzer) serverName(protocol, name, alpn string, c *conn, client int) {
	if _, err := netip.ParseAddr(name); err == nil {
		name = ""
	}
	if name == "" && alpn == "" {
		return
	}
	f := fact.ServerName{
		Name: name, Protocol: protocol, ALPN: alpn,
		Client: c.endpoint(client, 0), Server: c.endpoint(1-client, c.key.port[1-client]),
	}
	note(a.serverNames, protocol, f, a.at)
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
	a.setApp(c, "dns")
	a.dnsMessage(p, c, &m)
}
