package pcap

import (
	"math"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// connKey names a conversation by its two ends; the lesser one is side 0.
type connKey struct {
	ip    [2]addr
	port  [2]uint16
	vid   uint16
	proto uint8
	inner uint8 // 1: within a tunnel
}

// is reports whether k and o are the same. Most are told apart by their ports,
// and the whole of them is rarely compared.
func (k *connKey) is(o *connKey) bool {
	return k.port == o.port && k.vid == o.vid && k.proto == o.proto && k.inner == o.inner && k.ip[0] == o.ip[0] && k.ip[1] == o.ip[1]
}

// hash returns the hash of k under s.
func (k *connKey) hash(s *secret) uint64 {
	h := mix(k.ip[0].hi^s[0], k.ip[0].lo^s[1])
	h = mix(k.ip[1].hi^h, k.ip[1].lo^s[2])
	rest := uint64(k.port[0]) | uint64(k.port[1])<<16 | uint64(k.vid)<<32 | uint64(k.proto)<<48 | uint64(k.inner)<<56
	return mix(rest^h, s[3])
}

// conn is what is known of one conversation.
type conn struct {
	tally               // since it was last folded
	key     connKey     //
	flow    int32       // place, plus one, of the flow that it was last folded into; 0: none
	mac     [2]fact.MAC // source of the frames of each side
	to      [2]fact.MAC // destination of the frames to each side
	seen    [2]bool     // each side sent something, and did not just refuse
	client  int8        // side that opened it, plus one; 0: not seen
	sender  int8        // side that was seen first
	tries   [2]uint8    // payloads of each side that were looked at for app
	heard   [2]uint8    // payloads of each side that were looked at for what it says of itself
	both    bool        // another VLAN showed the other direction
	proxied bool        // the server is a proxy, and what comes from it the words of another
	asked   bool        // a question to a name server was seen
	app     uint8       // number, in the names of apps, of what the first octets show; 0: nothing yet
	begun   uint64      // frame in which it was first seen
	more    *connMore   // nil for most
}

// connMore is what is known of few conversations, or for a short time.
type connMore struct {
	stream  *stream     // octets of a ClientHello that is not complete yet
	watch   *watch      // recognisers of tunnels that need several packets
	tunnels *tunnelMark // the first of the kinds of tunnels that it is
}

func (c *conn) stream() *stream {
	if c.more == nil {
		return nil
	}
	return c.more.stream
}

func (c *conn) watch() *watch {
	if c.more == nil {
		return nil
	}
	return c.more.watch
}

func (c *conn) tunnels() *tunnelMark {
	if c.more == nil {
		return nil
	}
	return c.more.tunnels
}

// own returns where more can be noted of c.
func (c *conn) own() *connMore {
	if c.more == nil {
		c.more = new(connMore)
	}
	return c.more
}

// tunnelMark is one kind of tunnel that a conversation is.
type tunnelMark struct {
	kind, detail string
	opener       int8 // side, plus one; 0: not seen
	up           bool // its messages show that it came up
	folded       bool // end is known, or that there is no room for it
	end          *tunnelEntry
	next         *tunnelMark
}

// appOf returns what the first octets of a conversation show.
func (a *analyzer) appOf(c *conn) string { return a.apps[c.app] }

// setApp notes what they show.
func (a *analyzer) setApp(c *conn, app string) {
	if n := a.apps.number(app); n <= math.MaxUint8 { // there are some hundred
		c.app = uint8(n)
	}
}

// connTable holds the conversations that were active last. When it is full, the
// lesser half is folded into the tables of flows and tunnels and forgotten.
type connTable struct {
	index   index
	secret  secret
	slab    slab[conn]
	watches map[connKey]*watch
	swept   int64  // when some were forgotten, in nanoseconds since 1970; 0: never, or not known
	vid     uint16 // of the first conversation
	mixed   bool   // conversations of more than one VLAN were seen
	last    *conn
}

const (
	// limitConns is how many conversations are held.
	limitConns = 32_768
	// spareConns is how many more one frame may begin, with all that is
	// in it.
	spareConns = 64
)

func newConnTable() connTable { return connTable{secret: newSecret()} }

// conn returns the conversation of p and counts the frame. It returns nil where
// p is not part of one: sent to or from a group, or without a source.
func (a *analyzer) conn(h *hop, p *packet) *conn {
	if h.Dst.IsGroup() || p.dst.IsMulticast() || p.src.IsUnspecified() || p.dst.IsUnspecified() || p.dst == broadcast4() {
		return nil
	}
	k := connKey{vid: h.VID, proto: p.proto}
	side := 0
	src, dst := packed(p.src), packed(p.dst)
	if dst.less(src) || src == dst && p.dport < p.sport {
		k.ip[0], k.ip[1], k.port[0], k.port[1] = dst, src, p.dport, p.sport
		side = 1
	} else {
		k.ip[0], k.ip[1], k.port[0], k.port[1] = src, dst, p.sport, p.dport
	}
	if h.inner {
		k.inner = 1
	}
	p.side = uint8(side)
	c := a.conns.last
	if c == nil || !c.key.is(&k) {
		c = a.conns.get(&k, a.at.frame)
		a.conns.last = c
	}
	if !c.seen[side] {
		if !c.seen[1-side] {
			c.sender = int8(side)
		}
		c.seen[side] = !p.refused
		if c.mac[side].IsZero() {
			c.mac[side] = h.Src
			a.firstOf(h, p)
		}
	}
	if c.to[1-side].IsZero() {
		c.to[1-side] = h.Dst
	}
	if c.count < maxHandedOn && h.Src != c.mac[side] {
		a.handedOn(c, h, p)
	}
	c.see(a.at)
	return c
}

func broadcast4() netip.Addr { return netip.AddrFrom4([4]byte{255, 255, 255, 255}) }

// firstOf learns from the first packet of a side of a conversation what need not
// be looked for in each.
func (a *analyzer) firstOf(h *hop, p *packet) {
	if h.inner || h.Src.IsZero() {
		return
	}
	a.carried(h, p)
	a.arrived(h, p)
}

func (t *connTable) get(k *connKey, frame uint64) *conn {
	hash := k.hash(&t.secret)
	for place := range t.index.places(hash) {
		if c := t.slab.at(place); c.key.is(k) {
			return c
		}
	}
	place, c := t.slab.take()
	t.index.add(hash, place)
	c.key, c.begun = *k, frame
	if t.slab.used == 1 {
		t.vid = k.vid
	}
	t.mixed = t.mixed || k.vid != t.vid
	return c
}

// full reports whether sweep must be called before the next frame.
func (t *connTable) full() bool { return t.slab.len() > limitConns-spareConns }

// all calls f for each conversation.
func (t *connTable) all(f func(place int, c *conn)) {
	for place := range t.slab.used {
		if c := t.slab.at(place); c.begun != 0 {
			f(place, c)
		}
	}
}

// sweep forgets the lesser half of the conversations.
func (t *connTable) sweep(a *analyzer) {
	worths := make([]uint64, 0, t.slab.used)
	t.pair()
	t.all(func(_ int, c *conn) { worths = append(worths, c.worth(t.swept)) })
	slices.Sort(worths)
	least := worths[len(worths)/2]
	t.index.clear()
	t.last = nil
	t.slab.compact(func(c *conn) bool {
		if c.worth(t.swept) >= least {
			return true
		}
		a.endStream(c)
		c.fold(a)
		return false
	}, func(place int, c *conn) {
		t.index.add(c.key.hash(&t.secret), place)
		if s := c.stream(); s != nil {
			a.streams.slots[s.slot] = c
		}
	})
	t.swept = a.at.nanos
	t.reclaim(a) // the others are folded when they are forgotten: until then both would be held
}

// worth tells which conversation to keep rather than another: one that was
// answered, then one that went on since a time, then a tunnel, then the younger
// one. What a flood of made-up addresses sends is none of these.
func (c *conn) worth(since int64) uint64 {
	rank := uint64(0)
	if c.answered() {
		rank |= 4
	}
	if c.count > 1 && c.last >= since {
		rank |= 2
	}
	if c.tunnels() != nil {
		rank |= 1
	}
	return rank<<60 | c.begun&(1<<60-1)
}

// fold moves what was counted since the last time into the tables of flows and
// tunnels.
func (t *connTable) fold(a *analyzer) {
	t.pair()
	t.index.clear()
	t.all(func(place int, c *conn) { t.index.add(c.key.hash(&t.secret), place) })
	t.foldAll(a)
}

func (t *connTable) foldAll(a *analyzer) {
	t.all(func(_ int, c *conn) { c.fold(a) })
	t.reclaim(a)
}

// reclaim frees the places of flows that are gone.
func (t *connTable) reclaim(a *analyzer) {
	if !a.flows.dropped {
		return
	}
	t.all(func(_ int, c *conn) {
		if c.flow != 0 && a.flows.slab.at(int(c.flow)-1).gone {
			c.flow = 0
		}
	})
	a.flows.reclaim()
}

// drain folds all conversations for the last time and frees them on the way, so
// that what they become takes their place in memory.
func (t *connTable) drain(a *analyzer) {
	t.pair()
	t.index, t.last = index{}, nil
	for i, chunk := range t.slab.chunks {
		for j := range chunk {
			chunk[j].fold(a)
		}
		t.slab.chunks[i] = nil
	}
	*t = newConnTable()
}

func (c *conn) fold(a *analyzer) {
	if c.count == 0 {
		return
	}
	a.flows.fold(c)
	a.tunnels.fold(c)
	c.tally = tally{}
}

// side returns which side of c sent p, a packet of c.
func (c *conn) side(p *packet) int { return int(p.side) }

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
// not negative. What each of its messages tells in detail is told together.
func (c *conn) tunnel(kind, detail string, side int) {
	last := &c.own().tunnels
	for *last != nil {
		if t := *last; t.kind == kind {
			t.detail = mergeDetail(t.detail, detail)
			return
		}
		last = &(*last).next
	}
	*last = &tunnelMark{kind: kind, detail: detail, opener: int8(side) + 1}
}

// maxDetail bounds the details of a tunnel, in octets.
const maxDetail = 128

func mergeDetail(have, more string) string {
	switch {
	case more == "" || have == more || have != "" && len(have)+len(more)+2 > maxDetail:
		return have
	case have == "":
		return more
	}
	parts := strings.Split(have, ", ")
	for part := range strings.SplitSeq(more, ", ") {
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// cameUp notes that the messages of a tunnel show that it came up.
func (c *conn) cameUp(kind string) {
	for m := c.tunnels(); m != nil; m = m.next {
		if m.kind == kind {
			m.up = true
		}
	}
}

// answered reports whether frames were seen both ways. Somebody on the wire can
// make up the words of a host outside, and the host that they are for answers as
// far as TCP does: there both must have said something where one did.
func (c *conn) answered() bool {
	if c.both || !c.seen[0] || !c.seen[1] {
		return c.both
	}
	spoken := c.key.proto == frame.ProtoTCP && (c.app != 0 || c.tunnels() != nil)
	return !spoken || c.heard[0] > 0 && c.heard[1] > 0 || !outside(c.key.ip[0].ip()) && !outside(c.key.ip[1].ip())
}
