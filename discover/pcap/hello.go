package pcap

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/cert"
	"kanmon/discover/internal/wire/dtls"
	"kanmon/discover/internal/wire/httphost"
	"kanmon/discover/internal/wire/quic"
	"kanmon/discover/internal/wire/tlshello"
)

// stream collects what a side says first and does not fit into one payload: the
// ClientHello of a client, or what a server sends up to its certificate.
type stream struct {
	side   int
	slot   int
	server bool
	http   bool   // the head of a request
	dicom  int    // octets of the A-ASSOCIATE that is collected; 0: something else is
	next   uint32 // sequence number of the octet that follows
	buf    []byte
	quic   *quic.Hello
	dtls   *dtls.Flight
}

// maxStreams is how many are collected at a time. One more displaces the one
// that began first, so that no flood of beginnings keeps others out for long.
const maxStreams = 1024

type streamRing struct {
	slots [maxStreams]*conn
	next  int
	spare [][]byte // buffers of streams that ended
}

// begin starts to collect.
func (a *analyzer) begin(c *conn, s stream) {
	a.endStream(c)
	r := &a.streams
	if old := r.slots[r.next]; old != nil {
		a.endStream(old)
	}
	s.slot = r.next
	r.slots[s.slot] = c
	r.next = (r.next + 1) % maxStreams
	c.own().stream = &s
}

// collect begins with the octets b, which are followed by that of number next.
func (a *analyzer) collect(c *conn, side int, server bool, next uint32, b []byte) {
	var buf []byte
	if n := len(a.streams.spare); n > 0 {
		buf, a.streams.spare = a.streams.spare[n-1], a.streams.spare[:n-1]
	} else {
		buf = make([]byte, 0, 4096)
	}
	a.begin(c, stream{side: side, server: server, next: next, buf: append(buf, b...)})
}

// endStream ends collecting. What a ClientHello told so far is noted.
func (a *analyzer) endStream(c *conn) {
	s := c.stream()
	if s == nil {
		return
	}
	c.more.stream = nil
	if *c.more == (connMore{}) {
		c.more = nil
	}
	a.streams.slots[s.slot] = nil
	switch {
	case s.quic != nil:
		if h, err := tlshello.Body(s.quic.Start()); err == nil || errors.Is(err, tlshello.ErrMore) {
			a.helloed("quic", h, c, s.side)
		}
	case s.buf != nil:
		if !s.server && s.dicom == 0 && !s.http {
			if h, err := tlshello.Decode(s.buf); errors.Is(err, tlshello.ErrMore) {
				a.helloed("tls", h, c, s.side)
			}
		}
		if len(a.streams.spare) < 64 && cap(s.buf) <= 8192 {
			a.streams.spare = append(a.streams.spare, s.buf[:0])
		}
	}
}

// endStreams ends collecting everywhere.
func (a *analyzer) endStreams() {
	for _, c := range a.streams.slots {
		if c != nil {
			a.endStream(c)
		}
	}
}

// tlsStarts looks for a ClientHello or a ServerHello at the start of a segment,
// and reports whether one of them is there.
func (a *analyzer) tlsStarts(c *conn, side int, p *packet) bool {
	b := p.payload
	switch {
	case tlshello.Starts(b):
		if a.appOf(c) == "tls" {
			c.opened(true, side)
		}
		h, err := tlshello.Decode(b)
		if errors.Is(err, tlshello.ErrMore) && len(b) < tlshello.MaxHello {
			a.collect(c, side, false, p.seq+uint32(len(b)), b)
			return true
		}
		if err == nil {
			a.helloed("tls", h, c, side)
		}
	case cert.Starts(b):
		if a.appOf(c) == "tls" {
			c.opened(false, side)
		}
		x, err := cert.Server(b)
		if errors.Is(err, cert.ErrMore) && len(b) < cert.MaxFlight {
			a.collect(c, side, true, p.seq+uint32(len(b)), b)
			return true
		}
		if err == nil {
			a.certificate("tls", &x, c, side)
		}
	default:
		return false
	}
	return true
}

// continueStream takes the segment that follows on what was collected, and
// reports whether it is part of that. Repeated octets are passed over; a gap, or
// the answer of the other side, ends it.
func (a *analyzer) continueStream(c *conn, side int, p *packet) bool {
	s := c.stream()
	if side != s.side {
		if !s.server { // a client does speak while a server's messages are on their way
			a.endStream(c)
		}
		return s.server
	}
	b := p.payload
	if back := s.next - p.seq; back > 0 && back < 1<<31 { // begins before what is wanted
		if int64(back) >= int64(len(b)) {
			return true
		}
		b = b[back:]
	} else if back != 0 {
		a.endStream(c)
		return false
	}
	s.buf = append(s.buf, b...)
	s.next += uint32(len(b))
	if s.http {
		name, ok := httphost.Decode(s.buf)
		if ok {
			c.opened(true, side)
			a.serverName("http", name, "", c, side)
		}
		if ok || !httphost.Unfinished(s.buf) {
			a.endStream(c)
		}
		return true
	}
	if s.dicom > 0 {
		if a.associated(c, side) {
			a.endStream(c)
		}
		return true
	}
	if s.server {
		x, err := cert.Server(s.buf)
		if errors.Is(err, cert.ErrMore) && len(s.buf) < cert.MaxFlight {
			return true
		}
		if err == nil {
			a.certificate("tls", &x, c, side)
		}
	} else {
		h, err := tlshello.Decode(s.buf)
		if errors.Is(err, tlshello.ErrMore) && len(s.buf) < tlshello.MaxHello {
			return true
		}
		if err == nil {
			a.helloed("tls", h, c, side)
		}
	}
	a.endStream(c)
	return true
}

// handshakeUDP looks at a datagram for the ClientHello of QUIC, and that of DTLS
// and the server's certificate.
func (a *analyzer) handshakeUDP(c *conn, side int, p *packet) {
	switch {
	case c.stream() != nil:
		a.continueUDP(c, side, p)
	case a.appOf(c) == "quic" && c.client == 0:
		var q quic.Hello
		a.quicInitial(c, side, &q, p.payload)
	case a.appOf(c) == "dtls" && dtls.StartsFlight(p.payload):
		c.opened(false, side)
		a.begin(c, stream{side: side, dtls: new(dtls.Flight)})
		a.continueUDP(c, side, p)
	case a.appOf(c) == "dtls":
		h, ok := dtls.DecodeHello(p.payload)
		if !ok {
			return
		}
		c.opened(true, side)
		a.helloed("dtls", h.Hello, c, side)
		if h.Version == dtls.VersionOld || h.Session && !h.Media && h.Name == "" && c.key.port[1-side] == 443 { // goes on with a session of TLS
			c.tunnel("anyconnect", "", side)
		}
	}
}

func (a *analyzer) continueUDP(c *conn, side int, p *packet) {
	s := c.stream()
	switch {
	case s.side != side:
	case s.quic != nil:
		a.quicInitial(c, side, s.quic, p.payload)
	case s.dtls != nil:
		x, found, more := s.dtls.Feed(p.payload)
		if found {
			a.certificate("dtls", &x, c, side)
		}
		if !more {
			a.endStream(c)
		}
	}
}

// How many Initial packets of QUIC are deciphered: each takes as long as a dozen
// other frames, so in a flood of them only one frame of so many is.
const (
	quicAtFirst = 4096
	quicShare   = 16
)

// quicGap tells how many Initial packets were left undeciphered.
func (a *analyzer) quicGap() (fact.Gap, bool) {
	return fact.Gap{What: "server names in QUIC", Why: fmt.Sprintf(
		"more than one frame in %d began a connection; %d of them were not deciphered", quicShare, a.quicLost,
	), Code: fact.GapQUIC, Args: []string{strconv.Itoa(quicShare), fmt.Sprint(a.quicLost)}}, a.quicLost > 0
}

func (a *analyzer) quicInitial(c *conn, side int, q *quic.Hello, b []byte) {
	if a.quicRead >= quicAtFirst+a.at.frame/quicShare {
		a.quicLost++
		return
	}
	a.quicRead++
	hello, more := q.Feed(b)
	if hello != nil {
		c.opened(true, side)
		if h, err := tlshello.Body(hello); err == nil {
			a.helloed("quic", h, c, side)
		}
		if c.stream() != nil {
			c.stream().quic = new(quic.Hello) // it was told
		}
	}
	if !more {
		a.endStream(c)
	} else if c.stream() == nil {
		a.begin(c, stream{side: side, quic: q})
	}
}

// helloed notes what a ClientHello tells.
func (a *analyzer) helloed(protocol string, h tlshello.Hello, c *conn, client int) {
	for _, name := range h.Protocols {
		if x := appOf(name); x != "" {
			a.setApp(c, x)
		}
	}
	a.serverName(protocol, h.Name, telling(h.Protocols), c, client)
}

// appOf returns what a protocol that a client offers shows the conversation to
// be; empty where it leaves that open.
func appOf(alpn string) string {
	switch {
	case alpn == "dot", alpn == "doq":
		return alpn
	case strings.HasPrefix(alpn, "anydesk"):
		return "anydesk"
	}
	return ""
}

// telling writes the protocols that a client offers; empty where they are those
// of the web only.
func telling(protocols []string) string {
	web := func(s string) bool {
		name, _, _ := strings.Cut(s, "-") // drafts
		name, _, _ = strings.Cut(name, "/")
		switch name {
		case "h2", "h2c", "h3", "hq", "http", "spdy":
			return true
		}
		return false
	}
	if !slices.ContainsFunc(protocols, func(s string) bool { return !web(s) }) {
		return ""
	}
	return strings.Join(protocols, ",")
}

// certificate notes what a server says of itself in its certificate.
func (a *analyzer) certificate(protocol string, x *cert.Certificate, c *conn, side int) {
	if c.proxied { // of the server behind it
		return
	}
	// In a table of their own: what the whole outside world tells is not to
	// displace what the hosts here do.
	host := c.endpoint(side, c.key.port[side])
	says := func(field, value string) {
		if value = fact.Clean(value); value != "" {
			note(a.certificates, protocol, fact.SelfDescription{Host: host, Protocol: protocol, Field: field, Value: value}, a.at)
		}
	}
	says("certificate-subject", x.Subject)
	says("certificate-organization", x.Organization)
	says("certificate-issuer", x.Issuer)
	for _, name := range x.Names {
		says("certificate-name", name)
	}
	if x.Tor() {
		a.setApp(c, "tor")
		c.tunnel("tor", "", 1-side)
	}
}
