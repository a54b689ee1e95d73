// Package build computes the snapshot of a network from observations.
package build

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify"
	"kanmon/topology/classify/signature"
	"kanmon/topology/infer"
	"kanmon/topology/register"
	"kanmon/topology/resolve"
)

// Options is what the operator gives beside the evidence. The zero value is of
// use.
type Options struct {
	Site       topology.Site
	Signatures *signature.Set     // nil: no way out is looked for
	Register   *register.Register // nil: nothing is approved
	Inputs     []topology.Input   // files of the operator beside the evidence that the map depends on
}

// Build computes the snapshot. It is a pure function: the same observations, in
// any order and any number of times, give the same bytes.
func Build(obs []fact.Observation, opts Options) *topology.Snapshot {
	sorted := resolve.Sorted(obs)
	net := resolve.Resolve(sorted, opts.Site)
	inferred := infer.Links(sorted, net)
	s := &topology.Snapshot{
		Schema:     topology.Schema,
		TakenAt:    newest(sorted),
		Site:       opts.Site.Name,
		Devices:    devices(net, inferred),
		Links:      inferred.Links,
		Zones:      net.Zones(),
		Vantages:   vantages(sorted),
		Inputs:     inputs(sorted, opts.Inputs),
		BlindSpots: infer.BlindSpots(sorted, net, opts.Site),
		Conflicts:  net.Conflicts(),
	}
	if opts.Signatures != nil {
		s.ExternalConnections = classify.Connections(sorted, net, opts.Site, opts.Signatures)
		s.BlindSpots = append(s.BlindSpots, replaced(opts.Signatures)...)
	}
	judge(s, opts.Register)
	addEvidence(s, sorted, net)
	fillEmpty(s)
	return s
}

// replaced tells of signatures that the operator's took the place of: what only
// they knew is not looked for.
func replaced(set *signature.Set) []topology.BlindSpot {
	var out []topology.BlindSpot
	for _, x := range set.Replaced() {
		out = append(out, topology.BlindSpot{
			Kind: topology.BlindReplaced, What: x.ID,
			Why:   "a signature file of the operator's replaces the one that comes with kanmon: ways out that only that one knew do not show",
			WhyJA: "利用者の判定データが、kanmon 付属のものに置き換わっている。付属のものだけで分かる出入口は表示されない",
		})
	}
	slices.SortFunc(out, func(a, b topology.BlindSpot) int { return strings.Compare(a.What, b.What) })
	return out
}

// judge sets what the register says of each external connection.
func judge(s *topology.Snapshot, r *register.Register) {
	if r != nil {
		s.NotSeen = r.Apply(s.ExternalConnections, register.Index(s.Devices), s.TakenAt)
		return
	}
	for i := range s.ExternalConnections {
		s.ExternalConnections[i].Status = topology.Unapproved
	}
}

// devices returns the resolved devices, with where they are plugged in, and
// the switches that were inferred, sorted by ID.
func devices(net *resolve.Network, in infer.Result) []topology.Device {
	list := net.Devices()
	for i := range list {
		list[i].Attached = in.Attached[list[i].ID]
	}
	list = append(list, in.Unmanaged...)
	slices.SortFunc(list, func(a, b topology.Device) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list
}

// newest returns when the newest observation was last seen; zero where no
// observation has a time.
func newest(obs []fact.Observation) time.Time {
	var t time.Time
	for _, o := range obs {
		if last := o.Last(); last.After(t) {
			t = last
		}
	}
	return t
}

// vantages returns the places from which something was seen, sorted.
func vantages(obs []fact.Observation) []string {
	set := make(map[string]bool)
	for _, o := range obs {
		for _, s := range o.Seen {
			if s.Vantage != "" {
				set[s.Vantage] = true
			}
		}
	}
	out := make([]string, 0, len(set))
	for v := range set {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// inputs returns the inputs that were read, and more, each once, sorted by
// digest. The same content under several names has the least of them.
func inputs(obs []fact.Observation, more []topology.Input) []topology.Input {
	out := slices.Clone(more)
	for _, o := range obs {
		f, ok := o.Fact.(fact.InputRead)
		if !ok {
			continue
		}
		out = append(out, topology.Input{
			Digest: f.Digest, Name: f.Name, Format: f.Format, Records: f.Records,
			Skipped: f.Skipped, SkipReason: f.SkipReason, Incomplete: f.Incomplete,
		})
	}
	slices.SortStableFunc(out, func(a, b topology.Input) int {
		return cmp.Or(strings.Compare(a.Digest, b.Digest), strings.Compare(a.Name, b.Name))
	})
	return slices.CompactFunc(out, func(a, b topology.Input) bool { return a.Digest == b.Digest })
}

// fillEmpty makes lists that hold nothing empty instead of absent, so that
// readers of the JSON form always find a list.
func fillEmpty(s *topology.Snapshot) {
	s.Devices, s.Links, s.Zones = orEmpty(s.Devices), orEmpty(s.Links), orEmpty(s.Zones)
	s.ExternalConnections, s.NotSeen = orEmpty(s.ExternalConnections), orEmpty(s.NotSeen)
	s.Vantages, s.Inputs, s.BlindSpots = orEmpty(s.Vantages), orEmpty(s.Inputs), orEmpty(s.BlindSpots)
	s.Conflicts, s.Evidence = orEmpty(s.Conflicts), orEmpty(s.Evidence)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
