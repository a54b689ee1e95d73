package pcap

import (
	"fmt"
	"net/netip"
	"strconv"

	"kanmon/discover/fact"
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
	byKey map[flowKey]*flowEntry
	order []*flowEntry
	held  [classes]int // of each class
	lost  uint64
}

type flowKey struct {
	client, server fact.Endpoint
	vid            uint16
	proto          uint8
	app            string // set only where one server port speaks several
}

type flowEntry struct {
	tally
	key      flowKey
	app      string
	sentApp  string // as it was last emitted
	answered bool
	sentBoth bool // was answered when it was last emitted
	waited   bool // was there at an earlier flush
}

func newFlowTable() flowTable { return flowTable{byKey: make(map[flowKey]*flowEntry)} }

// fold adds what c counted since it was last folded.
func (t *flowTable) fold(c *conn) {
	e := c.flow
	if e == nil {
		if e = t.find(c); e == nil {
			t.lost += c.count
			return
		}
		c.flow = e
	}
	e.add(c.tally)
	e.answered = e.answered || c.answered()
	if e.app == "" {
		e.app = c.app
	}
}

func (t *flowTable) find(c *conn) *flowEntry {
	client := c.clientSide()
	k := flowKey{client: c.endpoint(client, 0), server: c.serverEnd(1 - client), vid: c.key.vid, proto: c.key.proto}
	e := t.byKey[k]
	if e != nil && e.app != "" && c.app != "" && e.app != c.app {
		k.app = c.app
		e = t.byKey[k]
	}
	if e != nil {
		return e
	}
	class := 0
	if outside(c.key.ip[0]) || outside(c.key.ip[1]) {
		class |= classOutside
	}
	if c.answered() {
		class |= classAnswered
	}
	if t.held[class] >= limitFlows(class) {
		return nil
	}
	t.held[class]++
	e = &flowEntry{key: k}
	t.byKey[k] = e
	t.order = append(t.order, e)
	return e
}

// outside reports whether an address can be of another network: not private,
// not of the link, not of the host itself.
func outside(ip netip.Addr) bool {
	return !ip.IsPrivate() && !ip.IsLinkLocalUnicast() && !ip.IsLoopback()
}

func (e *flowEntry) fact() fact.Flow {
	return fact.Flow{
		Client: e.key.client, Server: e.key.server, Protocol: protocolName(e.key.proto),
		Answered: e.answered, App: e.app, VID: e.key.vid,
	}
}

// flush emits new flows, and such of which more is known now. Before the end a
// flow without an answer waits for one until the next flush.
func (t *flowTable) flush(to emit, end bool) error {
	for _, e := range t.order {
		same := e.sent > 0 && e.answered == e.sentBoth && e.app == e.sentApp
		if same && (!end || e.sent == e.count) {
			continue
		}
		if !end && !e.answered && !e.waited {
			e.waited = true
			continue
		}
		e.sent, e.sentApp, e.sentBoth = e.count, e.app, e.answered
		if err := to("pcap/flow", e.fact(), e.sighting()); err != nil {
			return err
		}
	}
	return nil
}

func (t *flowTable) gap() (fact.Gap, bool) {
	return fact.Gap{What: "flows", Why: fmt.Sprintf(
		"more than %d flows without an answer or %d with one, within the network or to the outside; %d frames beyond that were not kept",
		limitFlows(0), limitFlows(classAnswered), t.lost,
	)}, t.lost > 0
}

func protocolName(p uint8) string {
	switch p {
	case protoICMP:
		return "icmp"
	case protoTCP:
		return "tcp"
	case protoUDP:
		return "udp"
	case protoICMPv6:
		return "icmp6"
	case protoSCTP:
		return "sctp"
	}
	return "ip/" + strconv.Itoa(int(p))
}
