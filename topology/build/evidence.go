package build

import (
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// shortID is how many hexadecimal digits of a fact ID a snapshot shows, where
// they are enough to tell it from the rest.
const shortID = 8

// addEvidence lists the observations that something in s names, and shortens
// their IDs everywhere.
func addEvidence(s *topology.Snapshot, obs []fact.Observation, net *resolve.Network) {
	named := make(map[topology.EvidenceID]bool)
	each(s, func(list []topology.EvidenceID) []topology.EvidenceID {
		for _, id := range list {
			named[id] = true
		}
		return list
	})
	var used []*fact.Observation
	for i := range obs {
		if named[topology.EvidenceID(obs[i].ID)] {
			used = append(used, &obs[i])
		}
	}
	short := shorten(used)
	each(s, func(list []topology.EvidenceID) []topology.EvidenceID {
		out := make([]topology.EvidenceID, 0, len(list)) // lists may be shared
		for _, id := range list {
			if e, ok := short[id]; ok {
				out = append(out, e)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	})
	s.Evidence = make([]topology.Evidence, 0, len(used))
	for _, o := range used {
		s.Evidence = append(s.Evidence, evidence(o, short[topology.EvidenceID(o.ID)], agentName(o, net)))
	}
	slices.SortFunc(s.Evidence, func(a, b topology.Evidence) int {
		switch {
		case a.ID < b.ID:
			return -1
		case a.ID > b.ID:
			return 1
		}
		return 0
	})
}

// each puts what f returns in the place of every list of evidence in s.
func each(s *topology.Snapshot, f func([]topology.EvidenceID) []topology.EvidenceID) {
	for i := range s.Devices {
		s.Devices[i].Evidence = f(s.Devices[i].Evidence)
	}
	for i := range s.Links {
		s.Links[i].Evidence = f(s.Links[i].Evidence)
	}
	for i := range s.ExternalConnections {
		s.ExternalConnections[i].Evidence = f(s.ExternalConnections[i].Evidence)
	}
	for i := range s.Conflicts {
		s.Conflicts[i].Evidence = f(s.Conflicts[i].Evidence)
	}
}

// shorten returns the short form of every ID: as many digits as tell it from
// its neighbours in order, and no fewer than shortID.
func shorten(sorted []*fact.Observation) map[topology.EvidenceID]topology.EvidenceID {
	common := func(a, b fact.ID) int {
		n := 0
		for n < len(a) && n < len(b) && a[n] == b[n] {
			n++
		}
		return n
	}
	out := make(map[topology.EvidenceID]topology.EvidenceID, len(sorted))
	for i, o := range sorted {
		n := shortID
		if i > 0 {
			n = max(n, common(sorted[i-1].ID, o.ID)+1)
		}
		if i+1 < len(sorted) {
			n = max(n, common(sorted[i+1].ID, o.ID)+1)
		}
		out[topology.EvidenceID(o.ID)] = topology.EvidenceID("e" + string(o.ID[:min(n, len(o.ID))]))
	}
	return out
}

// evidence returns an observation as a snapshot shows it. Agent is what the
// device is called whose own tables it is from, empty where there is none.
func evidence(o *fact.Observation, id topology.EvidenceID, agent string) topology.Evidence {
	e := topology.Evidence{ID: id, Source: o.Source, Kind: string(o.Fact.Kind()), At: o.Last()}
	for i, s := range o.Seen {
		if i == 0 {
			e.Input, e.Place = s.Input, s.Place
		}
		if e.Vantage == "" {
			e.Vantage = s.Vantage
		}
		e.Count += s.Count
	}
	var v sayer
	o.Visit(&v)
	if agent != "" {
		v.en, v.ja = agent+": "+v.en, agent+"："+v.ja
	}
	// Several clean texts in one sentence may be longer than a text can be.
	e.Says, e.SaysJA = fact.Clean(v.en), fact.Clean(v.ja)
	return e
}
