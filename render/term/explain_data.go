package term

import (
	"cmp"
	"slices"
	"strings"

	"kanmon/render"
	"kanmon/render/safe"
	"kanmon/topology"
)

// Explanation is what Explain says, for programs: the thing as the snapshot has
// it, and its evidence. One of Device, Link and ExternalConnection is set, and
// none where a piece of evidence was asked for.
type Explanation struct {
	Device             *topology.Device             `json:"device,omitempty"`
	Link               *topology.Link               `json:"link,omitempty"`
	ExternalConnection *topology.ExternalConnection `json:"external_connection,omitempty"`
	Evidence           []topology.Evidence          `json:"evidence"` // the oldest first
}

// ExplainData finds what Explain finds, with the same errors.
func ExplainData(s *topology.Snapshot, asked string, lang render.Lang) (Explanation, error) {
	clean := safe.Deep(*s)
	v := render.Project(&clean, lang)
	links := make([]string, len(clean.Links))
	for i, k := range clean.Links {
		links[i] = k.ID
	}
	t, err := find(inventory(v, links), asked)
	if err != nil {
		return Explanation{}, err
	}
	var (
		x   Explanation
		ids []topology.EvidenceID
	)
	switch t.kind {
	case kindDevice:
		i := slices.IndexFunc(clean.Devices, func(d topology.Device) bool { return string(d.ID) == t.id })
		x.Device, ids = &clean.Devices[i], clean.Devices[i].Evidence
	case kindLink:
		x.Link, ids = &clean.Links[t.at], clean.Links[t.at].Evidence
	case kindWay:
		i := slices.IndexFunc(clean.ExternalConnections, func(c topology.ExternalConnection) bool { return c.ID == t.id })
		x.ExternalConnection, ids = &clean.ExternalConnections[i], clean.ExternalConnections[i].Evidence
	case kindEvidence:
		ids = []topology.EvidenceID{topology.EvidenceID(t.id)}
	}
	wanted := make(map[topology.EvidenceID]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	x.Evidence = []topology.Evidence{}
	for _, e := range clean.Evidence {
		if wanted[e.ID] {
			x.Evidence = append(x.Evidence, e)
		}
	}
	slices.SortStableFunc(x.Evidence, func(a, b topology.Evidence) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.ID), string(b.ID)))
	})
	return x, nil
}
