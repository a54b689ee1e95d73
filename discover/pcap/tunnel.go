package pcap

import (
	"bytes"
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/pppoe"
	"kanmon/discover/pcap/internal/frame"
)

// limitTunnels is how many tunnels are kept of those that were answered, and of
// those that were not. They have a table of their own, so that no flood of
// flows can displace them.
const limitTunnels = 4_096

type tunnelTable struct {
	byKey map[tunnelKey]*tunnelEntry
	order []*tunnelEntry
	held  [2]int // not answered, answered
	lost  uint64
}

type tunnelKey struct {
	kind string
	a, b fact.Endpoint
	vid  uint16
}

type tunnelEntry struct {
	tally
	sent     uint64 // count when it was last emitted
	key      tunnelKey
	answered bool
	up       bool
	detail   string
	sentAs   fact.Tunnel
}

func newTunnelTable() tunnelTable { return tunnelTable{byKey: make(map[tunnelKey]*tunnelEntry)} }

// fold adds what c counted since it was last folded to each of the tunnels that
// it is.
func (t *tunnelTable) fold(c *conn) {
	for m := c.tunnels(); m != nil; m = m.next {
		if !m.folded {
			m.end, m.folded = t.find(c, m), true
		}
		e := m.end
		if e == nil {
			t.lost += c.count
			continue
		}
		e.add(c.tally)
		e.answered = e.answered || c.answered()
		e.up = e.up || m.up
		e.detail = mergeDetail(e.detail, m.detail)
	}
}

func (t *tunnelTable) find(c *conn, m *tunnelMark) *tunnelEntry {
	a := c.tunnelOpener(m)
	k := tunnelKey{kind: m.kind, a: c.tunnelEnd(a), b: c.tunnelEnd(1 - a), vid: c.key.vid}
	if e := t.byKey[k]; e != nil {
		return e
	}
	class := 0
	if c.answered() {
		class = 1
	}
	if t.held[class] >= limitTunnels {
		return nil
	}
	t.held[class]++
	e := &tunnelEntry{key: k}
	t.byKey[k] = e
	t.order = append(t.order, e)
	return e
}

// tunnelOpener returns the side that opened a tunnel. Of a port that servers
// listen on and one that was taken for this conversation, the latter opened it,
// whoever renewed its keys later on; else what the messages said counts, and
// where they said nothing, the lesser address is named first.
func (c *conn) tunnelOpener(m *tunnelMark) int {
	if p, q := serverPort(c.key.port[0]), serverPort(c.key.port[1]); c.key.proto == frame.ProtoUDP && p != q {
		if p {
			return 1
		}
		return 0
	}
	if m.opener != 0 {
		return int(m.opener) - 1
	}
	return 0
}

// firstLinux is where Linux begins to take ports for connections of its own.
const firstLinux = 32768

// tunnelEnd returns one end of a tunnel. Its port is kept unless it is one that
// was taken for this connection only: the greater of two ports of which the
// other is known for this, or a dynamic one.
func (c *conn) tunnelEnd(side int) fact.Endpoint {
	port, other := c.key.port[side], c.key.port[1-side]
	switch {
	case port == other, serverPort(port):
	case serverPort(other), port >= firstLinux && (other < firstLinux || c.clientSide() == side):
		port = 0
	}
	e := c.endpoint(side, port)
	e.Via = c.via(side)
	return e
}

func (e *tunnelEntry) fact() fact.Tunnel {
	return fact.Tunnel{
		Type: e.key.kind, A: e.key.a, B: e.key.b, Answered: e.answered, Established: e.up,
		Detail: fact.Clean(e.detail), VID: e.key.vid,
	}
}

// raise marks the key exchanges that came up because what they made keys for
// flows both ways between the same hosts, or because they went on between them
// on another port (RFC 3947, 4).
func (t *tunnelTable) raise() {
	type hosts struct{ a, b netip.Addr }
	var carry map[hosts]bool
	for _, e := range t.order {
		if (e.key.kind == "esp" || e.key.kind == "ah") && e.answered || e.key.kind == "ike" && e.up {
			if carry == nil {
				carry = make(map[hosts]bool)
			}
			carry[hosts{e.key.a.IP, e.key.b.IP}], carry[hosts{e.key.b.IP, e.key.a.IP}] = true, true
		}
	}
	if carry == nil {
		return
	}
	for _, e := range t.order {
		if e.key.kind == "ike" && e.answered && carry[hosts{e.key.a.IP, e.key.b.IP}] {
			e.up = true
		}
	}
}

func (t *tunnelTable) flush(to emit, end bool) error {
	t.raise()
	for _, e := range t.order {
		f := e.fact()
		if f == e.sentAs && (!end || e.sent == e.count) {
			continue
		}
		e.sent, e.sentAs = e.count, f
		if err := to("pcap/tunnel", f, e.sighting()); err != nil {
			return err
		}
	}
	return nil
}

func (t *tunnelTable) gap() (fact.Gap, bool) { return gap("tunnels", limitTunnels, t.lost) }

// pppoeTable holds PPPoE by the MAC addresses of its ends.
type pppoeTable struct {
	byKey map[pppoeKey]*pppoeEntry
	order []*pppoeEntry
	lost  uint64
}

type pppoeKey struct {
	low, high fact.MAC // low is zero while nobody has answered the host
	vid       uint16
}

type pppoeEntry struct {
	tally
	sent   uint64 // count when it was last emitted
	key    pppoeKey
	host   fact.MAC // the end that opened it; zero where not seen
	acName string
	sender fact.MAC // of the first frame between the two
	both   bool     // frames were seen both ways
	sentAs fact.Tunnel
}

func newPPPoETable() pppoeTable { return pppoeTable{byKey: make(map[pppoeKey]*pppoeEntry)} }

// pppoePacket learns who opens a PPPoE session to which concentrator (RFC
// 2516), and from the packets that go over it.
func (a *analyzer) pppoePacket(h *hop, b []byte) {
	p, err := pppoe.Decode(b)
	if err != nil {
		a.damaged(err)
		return
	}
	e := a.pppoe.entry(h, a.at)
	if e != nil {
		switch p.Code {
		case pppoe.PADI, pppoe.PADR:
			e.host = h.Src
		case pppoe.PADO, pppoe.PADS:
			e.host = h.Dst
			if e.acName == "" {
				e.acName = p.ACName
			}
		}
	}
	if p.Code != pppoe.Session {
		return
	}
	t := uint16(0)
	switch p.Protocol {
	case 0x21:
		t = frame.EtherIPv4
		e.learnHost(h, p.Payload)
	case 0x57:
		t = frame.EtherIPv6
	default:
		return
	}
	a.innerIP(h, t, p.Payload)
}

// learnHost learns which end of a session is the host where its opening was not
// seen: the one whose packets come from a private or shared address, as carriers
// give to lines.
func (e *pppoeEntry) learnHost(h *hop, b []byte) {
	if e == nil || !e.host.IsZero() || len(b) < 20 || b[0]>>4 != 4 {
		return
	}
	src, dst := netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	switch {
	case ofLine(src) && !ofLine(dst):
		e.host = h.Src
	case ofLine(dst) && !ofLine(src):
		e.host = h.Dst
	}
}

// ofLine reports whether an address is a private (RFC 1918) or shared one (RFC
// 6598).
func ofLine(a netip.Addr) bool {
	return a.IsPrivate() || netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10).Contains(a)
}

func (t *pppoeTable) entry(h *hop, at moment) *pppoeEntry {
	k := pppoeKey{low: h.Src, high: h.Dst, vid: h.VID}
	if h.Dst.IsGroup() {
		k.low, k.high = fact.MAC{}, h.Src
	} else if bytes.Compare(k.low[:], k.high[:]) > 0 {
		k.low, k.high = k.high, k.low
	}
	e := t.byKey[k]
	if e == nil {
		if len(t.order) >= limitTunnels {
			t.lost++
			return nil
		}
		e = &pppoeEntry{key: k, sender: h.Src}
		t.byKey[k] = e
		t.order = append(t.order, e)
	}
	if !h.Dst.IsGroup() && e.sender != h.Src {
		e.both = true
	}
	e.see(at)
	return e
}

func (e *pppoeEntry) fact() fact.Tunnel {
	f := fact.Tunnel{
		Type: "pppoe", A: fact.Endpoint{MAC: e.key.low}, B: fact.Endpoint{MAC: e.key.high},
		Answered: e.both, Detail: fact.Clean(e.acName), VID: e.key.vid,
	}
	if e.host == e.key.high {
		f.A, f.B = f.B, f.A
	}
	return f
}

// flush emits what is new. A question that found its answer is told with it
// only.
func (t *pppoeTable) flush(to emit, end bool) error {
	answered := make(map[fact.MAC]bool)
	for _, e := range t.order {
		if !e.key.low.IsZero() {
			answered[e.key.low], answered[e.key.high] = true, true
		}
	}
	for _, e := range t.order {
		f := e.fact()
		if f == e.sentAs && (!end || e.sent == e.count) || e.key.low.IsZero() && answered[e.key.high] {
			continue
		}
		e.sent, e.sentAs = e.count, f
		if err := to("pcap/pppoe", f, e.sighting()); err != nil {
			return err
		}
	}
	return nil
}

func (t *pppoeTable) gap() (fact.Gap, bool) { return gap("PPPoE sessions", limitTunnels, t.lost) }
