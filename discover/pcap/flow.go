package pcap

import (
	"fmt"
	"net/netip"
	"strconv"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// Classes of flows. Each has its own limit, so that a flood of questions without
// answers, or one within the network, does not displace the flows that lead
// out.
const (
	classOutside  = 1 << iota // one end can be of another network
	classAnswered             // frames were seen both ways
	classes
)

// limitFlows returns how many flows of a class are kept.
func limitFlows(class int) int {
	if class&classAnswered != 0 {
		return 65_536
	}
	return 16_384
}

type flowTable struct {
	index   index
	secret  secret
	slab    slab[flowEntry]
	held    [classes]int  // of each class
	room    [classes]room // of each class
	dropped bool          // some entries are gone, and wait for reclaim
	vias    viaTable
}

type flowKey struct {
	ip    [2]addr     // of the client, and of the server
	mac   [2]fact.MAC // likewise
	via   [2]uint16   // likewise, by number
	port  uint16      // of the server
	vid   uint16
	proto uint8
	other bool // one of several applications that one port speaks; not the first
}

// hash returns the hash of k under s.
func (k *flowKey) hash(s *secret) uint64 {
	h := mix(k.ip[0].hi^s[0], k.ip[0].lo^s[1])
	h = mix(k.ip[1].hi^h, k.ip[1].lo^s[2])
	h = mix(stationKey(k.mac[0], k.port)^h, stationKey(k.mac[1], k.vid)^s[3])
	rest := uint64(k.via[0]) | uint64(k.via[1])<<16 | uint64(k.proto)<<32
	if k.other {
		rest |= 1 << 40
	}
	return mix(rest^h, s[0])
}

type flowEntry struct {
	tally
	key      flowKey
	app      uint8 // as in conn
	class    uint8
	answered bool
	more     bool   // was seen since it was last emitted
	sent     toldOf // what was known when it was last emitted
	gone     bool   // no longer found, but conversations may point to it
	waited   bool   // was there at an earlier flush
}

// toldOf is what was told of a flow; 0: nothing.
type toldOf uint8

// says is what is to be told of e, beside how often it was seen.
func (e *flowEntry) says() toldOf {
	s := toldOf(1)
	if e.answered {
		s |= 2
	}
	if e.app != 0 {
		s |= 4
	}
	return s
}

func newFlowTable() flowTable { return flowTable{secret: newSecret()} }

// all calls f for each flow.
func (t *flowTable) all(f func(place int, e *flowEntry)) {
	for place := range t.slab.used {
		if e := t.slab.at(place); e.count != 0 && !e.gone {
			f(place, e)
		}
	}
}

// fold adds what c counted since it was last folded.
func (t *flowTable) fold(c *conn) {
	if c.flow == 0 || t.slab.at(int(c.flow)-1).gone {
		place, ok := t.find(c)
		if !ok {
			return
		}
		c.flow = int32(place) + 1
	}
	e := t.slab.at(int(c.flow) - 1)
	e.add(c.tally)
	e.more = true
	e.answered = e.answered || c.answered()
	if e.app == 0 {
		e.app = c.app
	}
}

// find returns the place of the flow that c is part of, and false where there is
// no room for it.
func (t *flowTable) find(c *conn) (int, bool) {
	client := c.clientSide()
	from, to := c.endpoint(client, 0), c.serverEnd(1-client)
	k := flowKey{
		ip: [2]addr{packed(from.IP), packed(to.IP)}, mac: [2]fact.MAC{from.MAC, to.MAC}, port: to.Port,
		via: [2]uint16{t.vias.number(c.via(client)), t.vias.number(c.via(1 - client))},
		vid: c.key.vid, proto: c.key.proto,
	}
	place, ok := t.get(&k, 0)
	if ok && c.app != 0 {
		if e := t.slab.at(place); e.app != 0 && e.app != c.app {
			k.other = true
			place, ok = t.get(&k, c.app)
		}
	}
	if ok {
		return place, true
	}
	class := 0
	if outside(from.IP) || outside(to.IP) {
		class |= classOutside
	}
	if c.answered() {
		class |= classAnswered
	}
	if r := &t.room[class]; t.held[class] >= limitFlows(class) && (!r.wanted() || !t.sweep(class)) {
		r.lost += c.count
		return 0, false
	}
	t.held[class]++
	place, e := t.slab.take()
	e.key, e.class = k, uint8(class)
	t.index.add(k.hash(&t.secret), place)
	return place, true
}

// get returns the place of the flow with that key; of several applications that
// of app.
func (t *flowTable) get(k *flowKey, app uint8) (int, bool) {
	for place := range t.index.places(k.hash(&t.secret)) {
		if e := t.slab.at(place); e.key == *k && !e.gone && (!k.other || e.app == app) {
			return place, true
		}
	}
	return 0, false
}

// sweep drops the flows of a class that are one frame without an answer: they
// say little. It reports whether they were many.
func (t *flowTable) sweep(class int) bool {
	little := func(e *flowEntry) bool { return int(e.class) == class && e.count == 1 && !e.answered }
	n := 0
	t.all(func(_ int, e *flowEntry) {
		if little(e) {
			n++
		}
	})
	if !t.room[class].made(n, limitFlows(class)) {
		return false
	}
	t.index.clear()
	t.all(func(place int, e *flowEntry) {
		if little(e) {
			e.gone, t.dropped = true, true
			t.held[class]--
		} else {
			t.index.add(e.key.hash(&t.secret), place)
		}
	})
	return true
}

// reclaim frees the places of what sweep dropped. No conversation points to
// them any more.
func (t *flowTable) reclaim() {
	for place := range t.slab.used {
		if t.slab.at(place).gone {
			t.slab.release(place)
		}
	}
	t.dropped = false
}

// outside reports whether an address can be of another network: not private,
// not of the link, not of the host itself.
func outside(ip netip.Addr) bool {
	return !ip.IsPrivate() && !ip.IsLinkLocalUnicast() && !ip.IsLoopback()
}

func (t *flowTable) fact(e *flowEntry, apps names) fact.Flow {
	k := &e.key
	return fact.Flow{
		Client:   fact.Endpoint{IP: k.ip[0].ip(), MAC: k.mac[0], Via: t.vias.mac(k.via[0])},
		Server:   fact.Endpoint{IP: k.ip[1].ip(), Port: k.port, MAC: k.mac[1], Via: t.vias.mac(k.via[1])},
		Protocol: protocolName(e.key.proto),
		Answered: e.answered, App: apps[e.app], VID: e.key.vid,
	}
}

// flush emits new flows, and such of which more is known now. Before the end a
// flow without an answer waits for one until the next flush.
func (t *flowTable) flush(apps names, to emit, end bool) error {
	var err error
	t.all(func(_ int, e *flowEntry) {
		if err != nil || e.sent == e.says() && (!end || !e.more) {
			return
		}
		if !end && !e.answered && !e.waited {
			e.waited = true
			return
		}
		e.sent, e.more = e.says(), false
		err = to("pcap/flow", t.fact(e, apps), e.sighting())
	})
	return err
}

func (t *flowTable) gap() (fact.Gap, bool) {
	lost := uint64(0)
	for i := range t.room {
		lost += t.room[i].lost
	}
	return fact.Gap{What: "flows", Why: fmt.Sprintf(
		"more than %d flows without an answer or %d with one, within the network or to the outside; %d frames beyond that were not kept",
		limitFlows(0), limitFlows(classAnswered), lost,
	), Code: fact.GapFlows, Args: []string{strconv.Itoa(limitFlows(0)), strconv.Itoa(limitFlows(classAnswered)), strconv.FormatUint(lost, 10)}}, lost > 0
}

func protocolName(p uint8) string {
	switch p {
	case frame.ProtoICMP:
		return "icmp"
	case frame.ProtoTCP:
		return "tcp"
	case frame.ProtoUDP:
		return "udp"
	case frame.ProtoICMPv6:
		return "icmp6"
	case frame.ProtoSCTP:
		return "sctp"
	}
	return "ip/" + strconv.Itoa(int(p))
}
