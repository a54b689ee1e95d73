package infer

import (
	"maps"
	"slices"

	"kanmon/topology"
)

// told is a link that neighbour protocols tell of.
type told struct {
	a, b topology.Endpoint
	by   *bundle
}

func (told) key(e topology.Endpoint) portKey { return portKey{e.Device, normal(e.Port)} }

// sharedSegment is three ports or more of which each hears all the others: a
// port has one cable, so that there is a switch between them which passes their
// announcements on, as many unmanaged ones do.
type sharedSegment struct {
	ports map[portKey]topology.Endpoint
	told  []told
}

// sharedSegments finds the ports that hear each other on one segment.
func sharedSegments(all []told) map[portKey]*sharedSegment {
	of := make(map[portKey]*sharedSegment)
	for _, t := range all {
		if t.a.Port == "" || t.b.Port == "" {
			continue
		}
		a, b := t.key(t.a), t.key(t.b)
		for k, e := range map[portKey]topology.Endpoint{a: t.a, b: t.b} {
			if of[k] == nil {
				of[k] = &sharedSegment{ports: map[portKey]topology.Endpoint{k: e}}
			}
		}
		s, o := of[a], of[b]
		if s != o {
			if len(s.ports) < len(o.ports) {
				s, o = o, s
			}
			maps.Copy(s.ports, o.ports)
			s.told = append(s.told, o.told...)
			for k := range o.ports {
				of[k] = s
			}
		}
		s.told = append(s.told, t)
	}
	maps.DeleteFunc(of, func(_ portKey, s *sharedSegment) bool { return !s.complete() })
	return of
}

// complete reports whether each of three ports or more hears all the others.
func (s *sharedSegment) complete() bool {
	n := len(s.ports)
	if n < 3 || len(s.told) < n*(n-1)/2 {
		return false
	}
	pairs := make(map[[2]portKey]bool)
	for _, t := range s.told {
		pairs[[2]portKey{t.key(t.a), t.key(t.b)}] = true
	}
	return len(pairs) == n*(n-1)/2
}

// addShared puts an unmanaged switch on each segment that ports share.
func (in *inferer) addShared(shared map[portKey]*sharedSegment) {
	done := make(map[*sharedSegment]bool)
	for _, k := range slices.SortedFunc(maps.Keys(shared), comparePortKey) {
		s := shared[k]
		if done[s] {
			continue
		}
		done[s] = true
		var ends []cloudEnd
		for _, k := range slices.SortedFunc(maps.Keys(s.ports), comparePortKey) {
			ends = append(ends, s.end(k))
		}
		for k := range s.ports {
			in.hearing[k] = ends
		}
		in.addCloud(ends, nil)
	}
}

// end returns a port of the segment, with what is told of it.
func (s *sharedSegment) end(k portKey) cloudEnd {
	e := cloudEnd{key: k, end: s.ports[k]}
	for _, t := range s.told {
		if t.key(t.a) != k && t.key(t.b) != k {
			continue
		}
		for _, h := range t.by.halves {
			e.proofs = append(e.proofs, h.evidence)
			if e.method == "" || h.method < e.method {
				e.method = h.method
			}
		}
	}
	return e
}
