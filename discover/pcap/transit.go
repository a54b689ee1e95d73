package pcap

import (
	"encoding/binary"
	"net/netip"

	"kanmon/discover/fact"
)

// limitTransit is how many stations are watched for carrying what comes from
// other networks, for each direction and version of IP.
const limitTransit = 8_192

const (
	// transit4 is how many IPv4 networks of 24 bits make a gateway: an
	// organisation that has public addresses of its own has one or two.
	transit4 = 3
	// transit6 is how many IPv6 networks of 48 bits make one, beside those that
	// were announced to the segment. Where no announcement was seen one more is
	// asked for, since a host's own address is of one.
	transit6 = 2
	// maxTransit is how many networks of a station are kept.
	maxTransit = 6
)

// transitTable holds of which networks the packets were that stations carried.
type transitTable struct {
	byKey map[transitKey]*transitEntry
	order []*transitEntry
	room  room
}

type transitKey struct {
	mac fact.MAC
	vid uint16
	v6  bool
	to  bool // the station is where the frames went; else where they came from
}

type transitEntry struct {
	tally
	sent uint64 // count when it was last emitted
	key  transitKey
	nets [maxTransit]uint64 // upper 24 or 48 bits of addresses
	n    int
}

func newTransitTable() transitTable {
	return transitTable{byKey: make(map[transitKey]*transitEntry)}
}

// carried learns from the first packet of a side of a conversation which station
// sent it on for an address of another network, and which one shall.
func (a *analyzer) carried(h *hop, p *packet) {
	k := transitKey{vid: h.VID, v6: p.src.Is6()}
	if outside(p.src) && isStation(h.Src) {
		k.mac = h.Src
		a.transits.see(k, p.src, a.at)
	}
	if outside(p.dst) && isStation(h.Dst) {
		k.mac, k.to = h.Dst, true
		a.transits.see(k, p.dst, a.at)
	}
}

// maxHandedOn is how many of its first frames are looked at for whether a
// conversation is handed on.
const maxHandedOn = 8

// handing is by what packets that were handed on are told apart: one of each
// client is told, and one for each network.
type handing struct {
	inside   fact.Endpoint // none: any
	from, to fact.MAC
	vid      uint16
	network  uint64
}

// handedOn learns from a packet for the outside that another station than its
// sender sends: one to which it was handed, and which hands it on here.
func (a *analyzer) handedOn(c *conn, h *hop, p *packet) {
	side := c.side(p)
	if !outside(p.dst) || outside(p.src) || h.Dst == c.mac[side] || !isStation(h.Src) || !isStation(h.Dst) {
		return
	}
	client := c.clientSide()
	var ends [2]fact.Endpoint
	ends[client], ends[1-client] = c.endpoint(client, 0), c.serverEnd(1-client)
	k := handing{inside: ends[side], from: h.Src, to: h.Dst, vid: h.VID}
	ends[side].MAC, ends[1-side].MAC = h.Src, h.Dst
	f := fact.Flow{Client: ends[client], Server: ends[1-client], Protocol: protocolName(c.key.proto), VID: h.VID}
	id := idOf(a, k)
	if e := a.handings.get(id); e != nil && e.fact != fact.Fact(f) {
		id = idOf(a, handing{from: h.Src, to: h.Dst, vid: h.VID, network: networkOf(p.dst)})
	}
	noteAs(a.handings, "hand-on", id, f, a.at)
}

// isStation reports whether a MAC address can be that of a station.
func isStation(m fact.MAC) bool { return !m.IsZero() && !m.IsGroup() }

func (t *transitTable) see(k transitKey, ip netip.Addr, at moment) {
	e := t.byKey[k]
	if e == nil {
		if len(t.order) >= limitTransit && (!t.room.wanted() || !t.sweep()) {
			t.room.lost++
			return
		}
		e = &transitEntry{key: k}
		t.byKey[k] = e
		t.order = append(t.order, e)
	}
	e.see(at)
	network := networkOf(ip)
	for _, have := range e.nets[:e.n] {
		if have == network {
			return
		}
	}
	if e.n < maxTransit {
		e.nets[e.n] = network
		e.n++
	}
}

// networkOf returns the upper 24 bits of an IPv4 address, or 48 of an IPv6 one.
func networkOf(ip netip.Addr) uint64 {
	if ip.Is4() {
		b := ip.As4()
		return uint64(binary.BigEndian.Uint32(b[:]) >> 8)
	}
	b := ip.As16()
	return binary.BigEndian.Uint64(b[:]) >> 16
}

// sweep forgets the stations that carried packets of one network only.
func (t *transitTable) sweep() bool {
	n := 0
	for _, e := range t.order {
		if e.n == 1 {
			n++
		}
	}
	if !t.room.made(n, limitTransit) {
		return false
	}
	kept := t.order[:0]
	for _, e := range t.order {
		if e.n == 1 {
			delete(t.byKey, e.key)
		} else {
			kept = append(kept, e)
		}
	}
	clear(t.order[len(kept):])
	t.order = kept
	return true
}

// announcedNetworks returns the IPv6 networks that routers announced to their segments.
func (a *analyzer) announcedNetworks() map[uint64]bool {
	out := make(map[uint64]bool)
	for e := range a.routers.all() {
		if f, ok := e.fact.(fact.RouterAdvertisement); ok {
			for _, p := range f.Prefixes {
				out[networkOf(p.Addr())] = true
			}
		}
	}
	return out
}

// gateway reports whether the networks are more than those of a host.
func (e *transitEntry) gateway(announced map[uint64]bool) bool {
	if !e.key.v6 {
		return e.n >= transit4
	}
	n, need := 0, transit6
	for _, network := range e.nets[:e.n] {
		if !announced[network] {
			n++
		}
	}
	if len(announced) == 0 {
		need++
	}
	return n >= need
}

// flush emits new gateways, and at the end also those that were seen again.
func (t *transitTable) flush(a *analyzer, to emit, end bool) error {
	announced := a.announcedNetworks()
	for _, e := range t.order {
		if e.sent == e.count || e.sent > 0 && !end || !e.gateway(announced) {
			continue
		}
		e.sent = e.count
		f := fact.Transit{MAC: e.key.mac, VID: e.key.vid, Version: 4, To: e.key.to}
		if e.key.v6 {
			f.Version = 6
		}
		if err := to("pcap/transit", f, e.sighting()); err != nil {
			return err
		}
	}
	return nil
}

func (t *transitTable) gap() (fact.Gap, bool) {
	return gap("stations that carry packets of other networks", limitTransit, t.room.lost)
}
