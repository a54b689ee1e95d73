package pcap

import (
	"net/netip"

	"kanmon/discover/fact"
)

// connKey names a conversation by its two ends; the lesser one is side 0.
type connKey struct {
	ip    [2]netip.Addr
	port  [2]uint16
	vid   uint16
	proto uint8
	inner uint8 // 1: within a tunnel
}

// conn is what is known of one conversation.
type conn struct {
	tally                  // since it was last folded
	key     connKey        //
	mac     [2]fact.MAC    // source of the frames of each side
	to      [2]fact.MAC    // destination of the frames to each side
	seen    [2]bool        // each side sent something
	client  int8           // side that opened it, plus one; 0: not seen
	sender  int8           // side that was seen first
	tries   [2]uint8       // payloads of each side that were looked at for app
	both    bool           // another VLAN showed the other direction
	begun   uint64         // frame in which it was first seen
	asked   bool           // a question to a name server was seen
	app     string         // what the first octets show
	stream  *stream        // octets of a ClientHello that is not complete yet
	watch   *watch         // recognisers of tunnels that need several packets
	tunnels []tunnelMark   //
	flow    *flowEntry     // that it was last folded into
	ends    []*tunnelEntry // that it was last folded into, one for each of tunnels
}

// tunnelMark is one kind of tunnel that a conversation is.
type tunnelMark struct {
	kind, detail string
	opener       int8 // side, plus one; 0: not seen
}

// connTable holds the conversations that were active last. When the young
// generation is full, the old one is folded into the tables of flows and
// tunnels and forgotten.
type connTable struct {
	young, old         map[connKey]*conn
	youngList, oldList []*conn
	chunk              []conn
	watches            map[connKey]*watch
	mixed              bool // conversations of more than one VLAN were seen
	last               *conn
}

// limitConns is how many conversations each generation holds.
const limitConns = 32_768

func newConnTable() connTable {
	return connTable{young: make(map[connKey]*conn), old: make(map[connKey]*conn)}
}

// conn returns the conversation of p and counts the frame. It returns nil where
// p is not part of one: sent to or from a group, or without a source.
func (a *analyzer) conn(h *hop, p *packet) *conn {
	if h.dst.IsGroup() || p.dst.IsMulticast() || p.src.IsUnspecified() || p.dst.IsUnspecified() || p.dst == broadcast4() {
		return nil
	}
	k := connKey{ip: [2]netip.Addr{p.src, p.dst}, port: [2]uint16{p.sport, p.dport}, vid: h.vid, proto: p.proto}
	side := 0
	if c := p.dst.Compare(p.src); c < 0 || c == 0 && p.dport < p.sport {
		k.ip[0], k.ip[1], k.port[0], k.port[1] = p.dst, p.src, p.dport, p.sport
		side = 1
	}
	if h.inner {
		k.inner = 1
	}
	c := a.conns.last
	if c == nil || c.key != k {
		c = a.conns.get(a, &k)
		a.conns.last = c
	}
	if !c.seen[0] && !c.seen[1] {
		c.sender = int8(side)
	}
	if !c.seen[side] {
		c.seen[side] = true
		c.mac[side] = h.src
	}
	if c.to[1-side].IsZero() {
		c.to[1-side] = h.dst
	}
	c.see(a.at)
	return c
}

func broadcast4() netip.Addr { return netip.AddrFrom4([4]byte{255, 255, 255, 255}) }

func (t *connTable) get(a *analyzer, k *connKey) *conn {
	if c := t.young[*k]; c != nil {
		return c
	}
	if len(t.youngList) >= limitConns {
		t.pair()
		t.foldList(a, t.oldList)
		for _, c := range t.oldList {
			a.endStream(c)
		}
		t.old, t.oldList = t.young, t.youngList
		t.young, t.youngList = make(map[connKey]*conn, limitConns), make([]*conn, 0, limitConns)
	}
	c := t.old[*k]
	if c == nil {
		if len(t.chunk) == 0 {
			t.chunk = make([]conn, 64)
		}
		c, t.chunk = &t.chunk[0], t.chunk[1:]
		c.key, c.begun = *k, a.at.frame
		if len(t.youngList) > 0 && t.youngList[0].key.vid != k.vid {
			t.mixed = true
		}
	} else {
		delete(t.old, *k) // its place in oldList stays: folding it there does no harm
	}
	t.young[*k] = c
	t.youngList = append(t.youngList, c)
	return c
}

// fold moves what was counted since the last time into the tables of flows and
// tunnels.
func (t *connTable) fold(a *analyzer) {
	t.pair()
	t.foldList(a, t.oldList)
	t.foldList(a, t.youngList)
}

func (t *connTable) foldList(a *analyzer, list []*conn) {
	for _, c := range list {
		if c.count == 0 {
			continue
		}
		a.flows.fold(c)
		a.tunnels.fold(c)
		c.tally = tally{}
	}
}

// side returns which side of c sent p.
func (c *conn) side(p *packet) int {
	if c.key.ip[0] == p.src && c.key.port[0] == p.sport && (c.key.ip[1] != p.src || c.key.port[1] != p.sport) {
		return 0
	}
	if c.key.ip[0] == c.key.ip[1] && c.key.port[0] == c.key.port[1] {
		return 0
	}
	return 1
}

// opened notes that side opened the conversation, or the other one.
func (c *conn) opened(it bool, side int) {
	if c.client != 0 {
		return
	}
	if !it {
		side = 1 - side
	}
	c.client = int8(side) + 1
}

// tunnel notes that the conversation is a tunnel, opened by side where that is
// not negative.
func (c *conn) tunnel(kind, detail string, side int) {
	for i := range c.tunnels {
		if t := &c.tunnels[i]; t.kind == kind {
			if t.detail == "" {
				t.detail = detail
			}
			return
		}
	}
	c.tunnels = append(c.tunnels, tunnelMark{kind: kind, detail: detail, opener: int8(side) + 1})
}

// answered reports whether frames were seen both ways.
func (c *conn) answered() bool { return c.both || c.seen[0] && c.seen[1] }

// clientSide returns the side that opened the conversation: by what was seen of
// its opening, else by its ports, else the one that was seen first.
func (c *conn) clientSide() int {
	if c.client != 0 {
		return int(c.client) - 1
	}
	if c.key.proto == protoTCP || c.key.proto == protoUDP || c.key.proto == protoSCTP {
		p, q := serverPort(c.key.port[0]), serverPort(c.key.port[1])
		if p != q {
			if p {
				return 1
			}
			return 0
		}
		if c.key.proto == protoTCP && c.key.port[0] != c.key.port[1] {
			if c.key.port[0] < c.key.port[1] {
				return 1
			}
			return 0
		}
	}
	return int(c.sender)
}

// serverPort reports whether servers listen on a port as a rule, and clients do
// not open from it.
func serverPort(p uint16) bool {
	switch p {
	case 1433, 1521, 1701, 1723, 1812, 1813, 1883, 2049, 2575, 3128, 3268, 3306, 3389, 3544, 4500, 4789, 4899, 5060, 5353, 5355,
		5432, 5671, 5672, 5900, 5938, 6081, 6568, 8000, 8080, 8443, 9100, 11112, 51820:
		return true
	}
	return p < 1024
}

// endpoint returns one end of the conversation. The MAC address is that of its
// own frames where there were any, else that to which frames for it were sent.
func (c *conn) endpoint(side int, port uint16) fact.Endpoint {
	e := fact.Endpoint{IP: c.key.ip[side], Port: port, MAC: c.mac[side]}
	if e.MAC.IsZero() && !c.to[side].IsGroup() {
		e.MAC = c.to[side]
	}
	return e
}

// serverEnd returns the side that was not the client, with its port.
func (c *conn) serverEnd(side int) fact.Endpoint {
	port := c.key.port[side]
	if c.key.proto == protoUDP && port >= firstEphemeral && c.key.port[1-side] >= firstEphemeral {
		port = 0
	}
	return c.endpoint(side, port)
}

// firstEphemeral is where the dynamic ports begin (RFC 6335, 6).
const firstEphemeral = 49152
