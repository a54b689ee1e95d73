package html

import (
	"fmt"

	"kanmon/render"
)

// appendix is the evidence that the page shows: what the ways out rest on, then
// what the devices rest on, as far as the limits go.
type appendix struct {
	byID    map[string]render.Evidence
	anchors map[string]string
	ways    []evidence
	devs    []evidence
}

func newAppendix(v render.View) *appendix {
	x := &appendix{byID: make(map[string]render.Evidence, len(v.Evidence)), anchors: make(map[string]string)}
	for _, e := range v.Evidence {
		x.byID[e.ID] = e
	}
	for _, w := range v.WaysOut {
		x.ways = x.add(x.ways, w.Evidence, maxWayAppendix)
	}
	for _, c := range v.Conflicts {
		x.ways = x.add(x.ways, c.Evidence, maxWayAppendix)
	}
	for _, d := range v.Devices {
		x.devs = x.add(x.devs, d.Evidence, maxDevAppendix)
	}
	return x
}

// add appends the evidence of ids that is known and not shown yet.
func (x *appendix) add(to []evidence, ids []string, limit int) []evidence {
	for _, id := range ids {
		if len(to) == limit {
			break
		}
		e, ok := x.byID[id]
		if !ok || x.anchors[id] != "" {
			continue
		}
		x.anchors[id] = fmt.Sprint("evidence-", len(x.anchors)+1)
		to = append(to, evidence{Evidence: e, Anchor: x.anchors[id]})
	}
	return to
}

// refs looks the evidence of ids up. What is not in the View has only its ID.
func (x *appendix) refs(ids []string) []ref {
	out := make([]ref, len(ids))
	for i, id := range ids {
		out[i] = ref{Evidence: x.byID[id], Anchor: x.anchors[id]}
		out[i].ID = id
	}
	return out
}
