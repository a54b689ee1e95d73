// Package infer finds who is next to whom: links on layer 2 from neighbour
// protocols and forwarding tables, links on layer 3 from routes, ARP and shared
// subnets; and what could not be seen.
//
// The grade of a link follows one table:
//
//	lldp, cdp   both ends report each other: confirmed; one does: reported (their kin fdp, edp likewise)
//	lldp, cdp   three ports or more hear each other, so that a switch is between them: inferred
//	lacp        both ends of an aggregate name each other's device: confirmed; one does: reported
//	stp         a port hears the bridge at the other end: reported
//	wireless    an access point or its controller has the station: reported
//	fdb         a switch learned the device, and only it, on an access port: reported
//	fdb         it follows from what several switches learned, or from several devices on one port: inferred
//	vrrp, hsrp  two routers hold one address in turn: inferred
//	route, arp  both ends have the other in their tables: confirmed; one has: reported
//	frames      packets for elsewhere were handed over, both ways: confirmed; one way: reported
//	subnet      two routers have addresses in one subnet: inferred
//
// A link that several methods show has the best of their grades, and no link is
// made without evidence.
package infer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kanmon/topology"
)

// maxEvidence bounds the observations that one link or device names.
const maxEvidence = 20

var errNoEvidence = errors.New("link without evidence")

// claim is what is said of a link beside its ends.
type claim struct {
	layer  int
	method string
	grade  topology.Grade
}

// newLink makes a link between two different devices. There is no way to make
// one without naming an observation that is behind it.
func newLink(c claim, a, b topology.Endpoint, first topology.EvidenceID, more ...topology.EvidenceID) (topology.Link, error) {
	if first == "" {
		return topology.Link{}, errNoEvidence
	}
	if a.Device == "" || b.Device == "" || a.Device == b.Device {
		return topology.Link{}, fmt.Errorf("link between %q and %q: want two different devices", a.Device, b.Device)
	}
	if compareEndpoint(b, a) < 0 {
		a, b = b, a
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s\x00%s", c.layer, a.Device, a.Port, b.Device, b.Port))
	return topology.Link{
		ID: "l" + hex.EncodeToString(sum[:6]), Layer: c.layer, A: a, B: b,
		Methods: []string{c.method}, Grade: c.grade, Evidence: sortedIDs(append(more, first)),
	}, nil
}

func compareID(a, b topology.DeviceID) int { return strings.Compare(string(a), string(b)) }

func compareEndpoint(a, b topology.Endpoint) int {
	if c := strings.Compare(string(a.Device), string(b.Device)); c != 0 {
		return c
	}
	return strings.Compare(a.Port, b.Port)
}

func sortedIDs(list []topology.EvidenceID) []topology.EvidenceID {
	out := slices.Clone(list)
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(maxEvidence, len(out)):min(maxEvidence, len(out))]
}

// linkSet holds links, each once.
type linkSet map[string]topology.Link

// add merges a link into the set; one that cannot be made is left out.
func (s linkSet) add(c claim, a, b topology.Endpoint, first topology.EvidenceID, more ...topology.EvidenceID) {
	l, err := newLink(c, a, b, first, more...)
	if err != nil {
		return
	}
	have, ok := s[l.ID]
	if !ok {
		s[l.ID] = l
		return
	}
	if !slices.Contains(have.Methods, c.method) {
		have.Methods = append(have.Methods, c.method)
		slices.Sort(have.Methods)
	}
	if surer(c.grade, have.Grade) {
		have.Grade = c.grade
	}
	have.Evidence = sortedIDs(append(have.Evidence, l.Evidence...))
	s[l.ID] = have
}

// surer reports whether grade a is better than b.
func surer(a, b topology.Grade) bool {
	order := []topology.Grade{topology.Confirmed, topology.Reported, topology.Inferred}
	return slices.Index(order, a) < slices.Index(order, b)
}

func (s linkSet) sorted() []topology.Link {
	out := make([]topology.Link, 0, len(s))
	for _, l := range s {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b topology.Link) int { return strings.Compare(a.ID, b.ID) })
	return out
}
