package pcap

import (
	"errors"
	"fmt"
	"hash/maphash"

	"kanmon/discover/fact"
	"kanmon/discover/pcap/internal/frame"
)

// How many different things of one sort are kept. A hospital has a few thousand
// stations; these limits hold an attacker's inventions, not its network.
const (
	limitStations = 65_536
	limitBindings = 32_768
	limitNames    = 32_768 // who asks for which name, and which server under which name
	limitHosts    = 16_384 // of each of the kinds of facts that hosts tell of themselves
	limitInfra    = 4_096  // of each of the kinds of facts about infrastructure
	limitAsked    = 8_192  // names that were asked for without a name server
)

// hop is what the link layer of the frame at hand says, or of one that a tunnel
// carries.
type hop struct {
	frame.Header
	inner bool  // within a tunnel: addresses of links mean nothing here
	whole bool  // captured to its end
	depth uint8 // of tunnels
}

// hide forgets, within a tunnel, what a link layer says.
func (h *hop) hide() {
	if h.inner {
		h.Header = frame.Header{}
	}
}

// analyzer turns frames into facts. It is not safe for concurrent use.
type analyzer struct {
	at     moment // of the frame at hand
	origin origin // of the frame at hand, and of the innermost packet in it
	bad    error  // first reason why a part of the frame at hand could not be read

	seed         maphash.Seed
	secret       secret
	text         []byte // to be used again
	protocols    names  // that facts were heard in
	apps         names  // of conversations; the first is that of none
	stations     stationTable
	bindings     *table
	bridges      *table
	neighbors    *table
	routers      *table
	clients      *table
	servers      *table
	queries      *table
	answers      *table
	claims       *table
	sets         *table
	services     *table
	serverNames  *table
	selves       *table // what hosts say of themselves
	certificates *table // what servers say of themselves in their certificates
	speakers     *table // who runs the network
	asked        *table // questions to groups
	hopLimits    *table
	hopsOf       map[uint64]uint8 // hop limits of each station
	handings     *table           // of packets that were handed on
	transits     transitTable
	told         map[uint64]uint8 // how much each host, by the hash of its addresses, said of itself
	conns        connTable
	flows        flowTable
	tunnels      tunnelTable
	pppoe        pppoeTable
	streams      streamRing // connections whose first octets are being collected
	quicRead     uint64     // Initial packets that were deciphered
	quicLost     uint64     // and that were not
	tinc         tincPeers
	seenAnything tally
}

func newAnalyzer() *analyzer {
	a := &analyzer{
		seed:     maphash.MakeSeed(),
		secret:   newSecret(),
		apps:     names{""},
		stations: newStationTable(),
		hopsOf:   make(map[uint64]uint8),
		transits: newTransitTable(),
		conns:    newConnTable(),
		flows:    newFlowTable(),
		tunnels:  newTunnelTable(),
		pppoe:    newPPPoETable(),
	}
	a.bindings = newTable(a, "address bindings", limitBindings)
	a.bridges = newTable(a, "bridges", limitInfra)
	a.neighbors = newTable(a, "neighbor announcements", limitInfra)
	a.routers = newTable(a, "router advertisements", limitInfra)
	a.clients = newTable(a, "DHCP clients", limitHosts)
	a.servers = newTable(a, "DHCP servers", limitInfra)
	a.queries = newTable(a, "name queries", limitNames)
	a.answers = newTable(a, "name answers", limitHosts)
	a.claims = newTable(a, "name claims", limitHosts)
	a.sets = newTable(a, "address sets", limitHosts)
	a.services = newTable(a, "service announcements", limitHosts)
	a.serverNames = newTable(a, "server names", limitNames)
	a.selves = newTable(a, "self-descriptions", limitHosts)
	a.certificates = newTable(a, "server certificates", limitNames)
	a.speakers = newTable(a, "control speakers", limitInfra)
	a.asked = newTable(a, "questions to groups", limitAsked)
	a.hopLimits = newTable(a, "hop limits", limitHosts)
	a.handings = newTable(a, "packets handed on", limitHosts)
	return a
}

// ErrFault says that a frame made a decoder fail, which none should do.
var ErrFault = errors.New("a decoder of kanmon failed: please report it, with the version")

// frame learns what one frame says. The error tells why some part of it could
// not be read; what could be was learned nevertheless.
func (a *analyzer) frame(link uint32, b []byte, whole bool, at moment) (err error) {
	// Decoders are fuzzed so that nothing makes them panic. Should a frame do so
	// all the same, it is that frame which is lost, and not the visit.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrFault, r)
		}
	}()
	if a.conns.full() {
		a.conns.sweep(a)
	}
	a.at, a.bad = at, nil
	a.seenAnything.see(at)
	h := hop{whole: whole}
	t, payload, err := frame.Link(link, b, &h.Header)
	a.heard(&h)
	if err != nil {
		return err
	}
	a.etherType(&h, t, payload)
	return a.bad
}

// heard counts a frame of the station that sent it.
func (a *analyzer) heard(h *hop) {
	a.origin = origin{}
	if isStation(h.Src) {
		a.origin.station = stationKey(h.Src, h.VID)
		a.stations.see(a.origin.station, a.at)
	}
}

// damaged notes why a part of the frame at hand could not be read.
func (a *analyzer) damaged(err error) {
	if a.bad == nil {
		a.bad = err
	}
}

// bridged learns what an Ethernet frame says that another frame carries. Where
// it was mirrored from another switch (ERSPAN) it counts like one that was seen
// there; in an overlay only what is in it counts.
func (a *analyzer) bridged(b []byte, outer *hop, mirrored bool) {
	h := hop{whole: outer.whole, inner: !mirrored || outer.inner, depth: outer.depth + 1}
	if h.depth > maxDepth {
		return
	}
	t, payload, err := frame.Ethernet(b, &h.Header)
	if err != nil {
		a.damaged(err)
		return
	}
	h.hide()
	a.heard(&h)
	a.etherType(&h, t, payload)
}

// maxDepth bounds how many tunnels may stand in each other.
const maxDepth = 4

// within is the hop of a packet that a tunnel carries.
func within(outer *hop) (hop, bool) {
	return hop{inner: true, whole: outer.whole, depth: outer.depth + 1}, outer.depth < maxDepth
}

func (a *analyzer) etherType(h *hop, t uint16, b []byte) {
	switch {
	case t == frame.EtherIPv4:
		a.packet4(h, b)
	case t == frame.EtherIPv6:
		a.packet6(h, b)
	case t == frame.EtherPPP:
		a.ppp(h, b)
	case h.inner:
		// What devices say to their neighbours means nothing within a tunnel.
	case t == frame.EtherARP:
		a.arp(h, b)
	case t == frame.EtherLLDP:
		a.lldp(h, b)
	case t == frame.EtherSlow:
		a.lacp(h, b)
	case t == frame.EtherPROFINET:
		a.profinet(h, b)
	case t == frame.EtherPPPoED || t == frame.EtherPPPoES:
		a.pppoePacket(h, b)
	case t > 0 && t <= frame.MaxLength:
		a.llc(h, b[:min(int(t), len(b))])
	}
}

// finish emits all that was learned. It is called once, at the end.
func (a *analyzer) finish(to emit) error { return a.flush(to, true) }

// flush emits what is new; at the end, also what changed since it was emitted.
func (a *analyzer) flush(to emit, end bool) error {
	if end {
		a.endStreams()
	} else {
		a.conns.fold(a)
	}
	if err := a.stations.flush(to, end); err != nil {
		return err
	}
	if err := a.transits.flush(a, to, end); err != nil {
		return err
	}
	for _, t := range a.tables() {
		if err := t.flush(to, end); err != nil {
			return err
		}
	}
	if end { // not before, so that the flows take the place of what was told
		a.conns.drain(a)
	}
	if err := a.tunnels.flush(to, end); err != nil {
		return err
	}
	if err := a.pppoe.flush(to, end); err != nil {
		return err
	}
	if err := a.flows.flush(a.apps, to, end); err != nil {
		return err
	}
	if end {
		return a.gaps(to)
	}
	return nil
}

// teller is a table, the facts of which are told.
type teller interface {
	flush(to emit, end bool) error
	gap() (fact.Gap, bool)
}

func (a *analyzer) tables() []teller {
	return []teller{
		a.bindings, a.bridges, a.neighbors, a.routers, a.clients, a.servers,
		a.queries, a.answers, a.claims, a.sets, a.services, a.serverNames, a.selves, a.certificates,
		a.speakers, a.asked, a.hopLimits, a.handings,
	}
}

// gaps tells which tables were full.
func (a *analyzer) gaps(to emit) error {
	var gaps []fact.Gap
	add := func(g fact.Gap, ok bool) {
		if ok {
			gaps = append(gaps, g)
		}
	}
	add(a.stations.gap())
	for _, t := range a.tables() {
		add(t.gap())
	}
	add(a.transits.gap())
	add(a.tunnels.gap())
	add(a.pppoe.gap())
	add(a.flows.gap())
	add(a.flows.vias.gap())
	add(a.quicGap())
	for _, g := range gaps {
		if err := to("pcap/limit", g, fact.Sighting{First: when(a.seenAnything.first), Last: when(a.seenAnything.last)}); err != nil {
			return err
		}
	}
	return nil
}
