package term

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kanmon/render"
	"kanmon/render/safe"
)

// ErrNotFound means that nothing on the map has the ID or name asked for.
var ErrNotFound = errors.New("nothing on the map has this ID or name")

// ErrAmbiguous means that several things on the map fit what was asked for.
var ErrAmbiguous = errors.New("several things on the map have this ID or name")

// maxNear is how many similar names an error offers.
const maxNear = 5

// maxCompared is the longest text, in bytes, that is compared letter by letter.
const maxCompared = 64

type kind int

const (
	kindDevice kind = iota
	kindLink
	kindWay
	kindEvidence
)

// thing is something that can be explained.
type thing struct {
	kind  kind
	at    int      // in the View's list, or the snapshot's for links
	id    string   // as the snapshot has it
	names []string // device: names and addresses
}

// String names the thing as an error does: its ID, and its name where it has
// one.
func (t thing) String() string {
	if len(t.names) > 0 && t.names[0] != t.id {
		return fmt.Sprintf("%s (%s)", t.id, t.names[0])
	}
	return t.id
}

// find looks for what is asked for: an ID, the number of a way out, a name or
// an address of a device, or the beginning of one of them, in this order.
func find(things []thing, asked string) (thing, error) {
	asked = strings.TrimSpace(safe.Text(asked))
	if asked == "" {
		return thing{}, fmt.Errorf("%w: give an ID, the number of a way out, or the name of a device", ErrNotFound)
	}
	no, err := strconv.Atoi(asked)
	if err != nil {
		no = -1
	}
	low := strings.ToLower(asked)
	for _, fits := range []func(thing) bool{
		func(t thing) bool { return t.id == asked },
		func(t thing) bool { return t.kind == kindWay && t.at+1 == no },
		func(t thing) bool {
			return slices.ContainsFunc(t.names, func(n string) bool { return strings.ToLower(n) == low })
		},
		func(t thing) bool { return strings.HasPrefix(t.id, asked) },
		func(t thing) bool {
			return slices.ContainsFunc(t.names, func(n string) bool { return strings.HasPrefix(strings.ToLower(n), low) })
		},
	} {
		var hits []thing
		for _, t := range things {
			if fits(t) {
				hits = append(hits, t)
			}
		}
		switch len(hits) {
		case 0:
			continue
		case 1:
			return hits[0], nil
		}
		return thing{}, fmt.Errorf("%w: %q: %s", ErrAmbiguous, asked, enumerate(hits))
	}
	near := nearest(things, low)
	if len(near) == 0 {
		return thing{}, fmt.Errorf("%w: %q", ErrNotFound, asked)
	}
	return thing{}, fmt.Errorf("%w: %q; near it: %s", ErrNotFound, asked, enumerate(near))
}

func enumerate(ts []thing) string {
	var names []string
	for _, t := range ts[:min(len(ts), maxNear)] {
		names = append(names, t.String())
	}
	if more := len(ts) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// nearest returns the things whose ID or name contains low, or is at most a
// third of its letters away.
func nearest(things []thing, low string) []thing {
	type scored struct {
		thing
		score int
	}
	var near []scored
	for _, t := range things {
		best := len(low)/3 + 1
		for _, n := range append([]string{t.id}, t.names...) {
			n = strings.ToLower(n)
			switch {
			case strings.Contains(n, low):
				best = 0
			case len(n) <= maxCompared && len(low) <= maxCompared:
				best = min(best, distance(n, low))
			}
		}
		if best <= len(low)/3 {
			near = append(near, scored{t, best})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	out := make([]thing, min(len(near), maxNear))
	for i := range out {
		out[i] = near[i].thing
	}
	return out
}

// distance is the Levenshtein distance of a and b, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// inventory lists what can be explained.
func inventory(v render.View, links []string) []thing {
	things := make([]thing, 0, len(v.Devices)+len(v.WaysOut)+len(links)+len(v.Evidence))
	for i, w := range v.WaysOut {
		things = append(things, thing{kind: kindWay, at: i, id: w.ID})
	}
	for i, d := range v.Devices {
		names := append([]string{d.Name}, d.MACs...)
		for _, ip := range d.IPs {
			address, _, _ := strings.Cut(ip, "/")
			names = append(names, address)
		}
		things = append(things, thing{kind: kindDevice, at: i, id: d.ID, names: names})
	}
	for i, id := range links {
		things = append(things, thing{kind: kindLink, at: i, id: id})
	}
	for i, e := range v.Evidence {
		things = append(things, thing{kind: kindEvidence, at: i, id: e.ID})
	}
	return things
}
