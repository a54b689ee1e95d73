// Package infer finds who is next to whom: links on layer 2 from neighbour
// protocols and forwarding tables, links on layer 3 from routes, ARP and shared
// subnets; and what could not be seen.
//
// The grade of a link follows one table:
//
//	lldp, cdp   both ends report each other: confirmed; one does: reported
//	fdb         a switch learned the device, and only it, on an access port: reported
//	fdb         a switch learned several devices on one port, or another switch: inferred
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

// newLink makes a link between two different devices. It refuses one that no
// observation is behind.
func newLink(
	layer int, a, b topology.Endpoint, method string, grade topology.Grade, evidence []topology.EvidenceID,
) (topology.Link, error) {
	if len(evidence) == 0 {
		return topology.Link{}, errNoEvidence
	}
	if a.Device == "" || b.Device == "" || a.Device == b.Device {
		return topology.Link{}, fmt.Errorf("link between %q and %q: want two different devices", a.Device, b.Device)
	}
	if compareEndpoint(b, a) < 0 {
		a, b = b, a
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s\x00%s", layer, a.Device, a.Port, b.Device, b.Port))
	return topology.Link{
		ID: "l" + hex.EncodeToString(sum[:6]), Layer: layer, A: a, B: b,
		Methods: []string{method}, Grade: grade, Evidence: sortedIDs(evidence),
	}, nil
}

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
func (s linkSet) add(
	layer int, a, b topology.Endpoint, method string, grade topology.Grade, evidence ...topology.EvidenceID,
) {
	l, err := newLink(layer, a, b, method, grade, evidence)
	if err != nil {
		return
	}
	have, ok := s[l.ID]
	if !ok {
		s[l.ID] = l
		return
	}
	if !slices.Contains(have.Methods, method) {
		have.Methods = append(have.Methods, method)
		slices.Sort(have.Methods)
	}
	if surer(grade, have.Grade) {
		have.Grade = grade
	}
	have.Evidence = sortedIDs(append(have.Evidence, evidence...))
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
