package html

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"

	"kanmon/render"
	"kanmon/topology"
)

// Limits that keep the page readable and small. What they leave out is said on
// the page, and is in snapshot.json.
const (
	maxWayEvidence    = 20     // sentences below one way out
	maxBehind         = 100    // names of users of one way out
	maxLines          = 20     // addresses or ports of one device
	maxDeviceEvidence = 5      // references in the row of one device
	maxWayAppendix    = 20_000 // rows of the appendix for ways out
	maxDevAppendix    = 5_000  // rows of the appendix for devices
	maxLinks          = 10_000 // rows of the list of links
)

// page is what the template shows.
type page struct {
	render.View
	Style    template.CSS
	Board    template.HTML
	Detail   template.HTML
	Numbers  []tile
	Decide   []way // ways out that need a decision, the worst first
	Approved []way
	Ways     []way // all, by number
	Zones    []zone
	Clashes  []conflict
	Links    []render.Link
	MoreLink int

	WayEvidence []evidence // appendix
	DevEvidence []evidence
	Shown       int // evidence in the appendix
	Hidden      int // evidence that is only in the snapshot
}

// tile is one number at the top of the page.
type tile struct {
	N     int
	Label string
	Mark  string // class of its colour
}

type way struct {
	render.WayOut
	Mark       string // "approved", "unapproved", "expired", "changed": class and shape
	DeviceRef  string // anchor of the device's row; empty if there is none
	BehindMore int
	Says       []ref // evidence with its sentence
	SaysMore   int
}

type conflict struct {
	render.Conflict
	Refs []ref
	More int
}

type zone struct {
	render.Zone
	Devices []device
}

type device struct {
	render.Device
	Anchor string
	Refs   []ref
	More   int
}

// ref is a reference to a piece of evidence.
type ref struct {
	render.Evidence
	Anchor string // in the appendix; empty if it is not there
}

type evidence struct {
	render.Evidence
	Anchor string
}

func newPage(v render.View) *page {
	p := &page{View: v, Style: template.CSS(styleSheet)} //nolint:gosec // our own file
	x := newAppendix(v)
	p.WayEvidence, p.DevEvidence = x.ways, x.devs
	p.Shown = len(x.ways) + len(x.devs)
	p.Hidden = len(v.Evidence) - p.Shown
	rows := make(map[string]string, len(v.Devices))
	for i, d := range v.Devices {
		rows[d.ID] = fmt.Sprint("device-", i+1)
	}
	for _, w := range v.WaysOut {
		p.Ways = append(p.Ways, newWay(v.Lang, w, x, rows))
	}
	p.Decide, p.Approved = split(p.Ways)
	p.Zones = zones(v, x, rows)
	for _, c := range v.Conflicts {
		refs := x.refs(c.Evidence[:min(len(c.Evidence), maxWayEvidence)])
		p.Clashes = append(p.Clashes, conflict{Conflict: c, Refs: refs, More: len(c.Evidence) - len(refs)})
	}
	p.Links = v.Links[:min(len(v.Links), maxLinks)]
	p.MoreLink = len(v.Links) - len(p.Links)
	p.Numbers = numbers(v)
	return p
}

func numbers(v render.View) []tile {
	l, c := v.Lang, v.Counts
	all := []tile{
		{c.WaysOut, l.T("ways.out"), ""},
		{c.Unapproved, l.T("status.unapproved"), "unapproved"},
		{c.Expired, l.T("status.expired"), "expired"},
		{c.Changed, l.T("status.changed"), "changed"},
		{c.Approved, l.T("status.approved"), "approved"},
		{c.BlindSpots, l.T("blind.spots"), "blind"},
		{c.Devices, l.T("devices"), ""},
	}
	for i := range all {
		if all[i].N == 0 && all[i].Mark != "" {
			all[i].Mark = "zero"
		}
	}
	return all
}

// mark turns a status into a class name. A status that is not known is shown as
// one that needs a decision.
func mark(s topology.Status) string {
	switch s {
	case topology.Approved:
		return "approved"
	case topology.Expired:
		return "expired"
	case topology.Changed:
		return "changed"
	case topology.Unapproved:
	}
	return "unapproved"
}

func newWay(l render.Lang, w render.WayOut, x *appendix, rows map[string]string) way {
	out := way{WayOut: w, Mark: mark(w.Status), DeviceRef: rows[w.DeviceID]}
	out.Remotes = short(l, w.Remotes)
	if len(w.Behind) > maxBehind {
		out.BehindMore = len(w.Behind) - maxBehind
		out.Behind = w.Behind[:maxBehind]
	}
	all := x.refs(w.Evidence)
	slices.SortStableFunc(all, func(a, b ref) int { return cmp.Compare(a.At, b.At) })
	out.Says = all[:min(len(all), maxWayEvidence)]
	out.SaysMore = len(all) - len(out.Says)
	return out
}

// split gives the ways out that need a decision, unapproved before expired
// before changed, and the approved ones.
func split(ways []way) (decide, approved []way) {
	for _, w := range ways {
		if w.Mark == "approved" {
			approved = append(approved, w)
		} else {
			decide = append(decide, w)
		}
	}
	urgency := []string{"unapproved", "expired", "changed"}
	slices.SortStableFunc(decide, func(a, b way) int {
		return cmp.Compare(slices.Index(urgency, a.Mark), slices.Index(urgency, b.Mark))
	})
	return decide, approved
}

// zones puts the devices below their zones. A device whose zone is not among
// the View's is put below a zone of that name.
func zones(v render.View, x *appendix, rows map[string]string) []zone {
	var out []zone
	at := make(map[string]int)
	for _, z := range v.Zones {
		at[z.Name] = len(out)
		out = append(out, zone{Zone: z})
	}
	for _, d := range v.Devices {
		name := cmp.Or(d.Zone, v.Lang.T("zone.none"))
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, zone{Zone: render.Zone{Name: name}})
		}
		d.IPs, d.MACs = short(v.Lang, d.IPs), short(v.Lang, d.MACs)
		d.VLANs, d.Services = short(v.Lang, d.VLANs), short(v.Lang, d.Services)
		refs := x.refs(d.Evidence[:min(len(d.Evidence), maxDeviceEvidence)])
		out[i].Devices = append(out[i].Devices, device{
			Device: d, Anchor: rows[d.ID], Refs: refs, More: len(d.Evidence) - len(refs),
		})
	}
	return out
}

// short shows at most maxLines of a list.
func short(l render.Lang, ss []string) []string {
	if len(ss) <= maxLines {
		return ss
	}
	return append(slices.Clone(ss[:maxLines]), l.F("more.n", len(ss)-maxLines))
}
