package term

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"kanmon/render"
	"kanmon/render/safe"
	"kanmon/topology"
)

// Explain writes why something is on the map: what is said of it, the rules
// that decided, and every piece of evidence in the order of time. asked is the
// ID of a device, link, connection or piece of evidence, the number of a way
// out, the name or an address of a device, or the beginning of an ID or name
// that nothing else has.
//
// The error wraps ErrNotFound or ErrAmbiguous and names what is near.
func Explain(w io.Writer, s *topology.Snapshot, asked string, lang render.Lang) error {
	clean := safe.Deep(*s)
	x := &explainer{s: &clean, v: render.Project(&clean, lang), b: bufio.NewWriter(w), rows: make(map[string]row)}
	for i, e := range x.v.Evidence {
		x.rows[e.ID] = row{Evidence: e, at: clean.Evidence[i].At}
	}
	links := make([]string, len(clean.Links))
	for i, k := range clean.Links {
		links[i] = k.ID
	}
	t, err := find(inventory(x.v, links), asked)
	if err != nil {
		return err
	}
	switch t.kind {
	case kindDevice:
		x.device(x.v.Devices[t.at])
	case kindLink:
		x.link(clean.Links[t.at])
	case kindWay:
		x.way(x.v.WaysOut[t.at])
	case kindEvidence:
		x.single(x.v.Evidence[t.at])
	}
	if err := x.b.Flush(); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	return nil
}

// row is a piece of evidence with its time, by which it is sorted.
type row struct {
	render.Evidence
	at time.Time
}

type explainer struct {
	s    *topology.Snapshot
	v    render.View
	b    *bufio.Writer
	rows map[string]row
}

func (x *explainer) t(key string) string { return x.v.Lang.T(key) }

// about writes label and value of what is known, one on a line.
func (x *explainer) about(pairs [][2]string) {
	var rows [][]string
	for _, p := range pairs {
		if p[1] != "" {
			rows = append(rows, []string{"  " + x.t(p[0]), p[1]})
		}
	}
	const label, value = 30, 4096 // a value is never cut: a text has at most fact.MaxText letters
	for _, text := range columns(rows, []int{label, value}) {
		line(x.b, text)
	}
}

func (x *explainer) way(w render.WayOut) {
	line(x.b, x.v.Lang.F("explain.way", w.No), sign(w.Status), w.StatusLabel, w.Device+" → "+w.Party)
	x.about([][2]string{
		{"col.id", w.ID},
		{"col.category", w.CategoryLabel},
		{"col.grade", w.GradeLabel},
		{"col.device", join(" ", w.Device, w.DeviceDetail)},
		{"col.zone", w.Zone},
		{"col.location", w.Location},
		{"col.remotes", strings.Join(w.Remotes, ", ")},
		{"col.transport", w.Transport},
		{"col.direction", w.Direction},
		{"col.service", w.Service},
		{"col.behind", strings.Join(w.Behind, ", ")},
		{"col.purpose", w.Purpose},
		{"col.owner", w.Owner},
		{"col.contract", w.Contract},
		{"col.until", w.Until},
		{"explain.changes", strings.Join(w.Changes, ", ")},
		{"col.next", w.NextStep},
	})
	if len(w.Because) > 0 {
		line(x.b)
		line(x.b, x.t("col.because"))
		for _, rule := range w.Because {
			item(x.b, "- "+rule)
		}
	}
	x.evidence(w.Evidence)
}

func (x *explainer) device(d render.Device) {
	line(x.b, x.t("explain.device"), d.Name)
	numbers := make([]string, len(d.WaysOut))
	for i, n := range d.WaysOut {
		numbers[i] = fmt.Sprint(n)
	}
	x.about([][2]string{
		{"col.id", d.ID},
		{"col.role", d.RoleLabel},
		{"col.vendor", d.Vendor},
		{"col.model", d.Model},
		{"col.serial", d.Serial},
		{"col.os", d.OS},
		{"col.version", d.Version},
		{"col.zone", d.Zone},
		{"col.location", d.Location},
		{"col.ip", strings.Join(d.IPs, ", ")},
		{"col.mac", strings.Join(d.MACs, ", ")},
		{"col.attached", d.Attached},
		{"col.services", strings.Join(d.Services, ", ")},
		{"col.ways.out", strings.Join(numbers, ", ")},
	})
	x.evidence(d.Evidence)
}

func (x *explainer) link(k topology.Link) {
	line(x.b, x.t("explain.link"), x.end(k.A), "–", x.end(k.B))
	x.about([][2]string{
		{"col.id", k.ID},
		{"col.layer", fmt.Sprint("L", k.Layer)},
		{"col.methods", strings.Join(k.Methods, ", ")},
		{"col.grade", x.t("grade." + string(k.Grade))},
	})
	ids := make([]string, len(k.Evidence))
	for i, id := range k.Evidence {
		ids[i] = string(id)
	}
	x.evidence(ids)
}

func (x *explainer) end(e topology.Endpoint) string {
	return join(" ", x.name(e.Device), e.Port)
}

func (x *explainer) name(id topology.DeviceID) string {
	for i := range x.s.Devices {
		if d := &x.s.Devices[i]; d.ID == id {
			return cmp.Or(d.Name, string(id))
		}
	}
	return string(id)
}

// single writes one piece of evidence and what rests on it.
func (x *explainer) single(e render.Evidence) {
	line(x.b, x.t("explain.evidence"), e.ID)
	x.about([][2]string{
		{"col.says", e.Says},
		{"col.at", e.At},
		{"col.source", e.Source},
		{"col.vantage", e.Vantage},
		{"col.input", e.Input},
		{"col.place", e.Place},
	})
	line(x.b)
	line(x.b, x.t("explain.rests"))
	none := true
	say := func(parts ...string) {
		none = false
		item(x.b, parts...)
	}
	for _, w := range x.v.WaysOut {
		if slices.Contains(w.Evidence, e.ID) {
			say(x.v.Lang.F("explain.way", w.No), w.Device+" → "+w.Party, w.ID)
		}
	}
	for _, d := range x.v.Devices {
		if slices.Contains(d.Evidence, e.ID) {
			say(x.t("explain.device"), d.Name, d.ID)
		}
	}
	for _, k := range x.s.Links {
		if slices.Contains(k.Evidence, topology.EvidenceID(e.ID)) {
			say(x.t("explain.link"), x.end(k.A)+" – "+x.end(k.B), k.ID)
		}
	}
	if none {
		say(x.t("none"))
	}
}

// clock is how the View writes a time.
const clock = "2006-01-02 15:04"

// evidence writes every piece, the oldest first.
func (x *explainer) evidence(ids []string) {
	line(x.b)
	line(x.b, count(x.t("explain.evidence"), len(ids)))
	if len(ids) == 0 {
		item(x.b, x.t("explain.evidence.no"))
		return
	}
	rows := make([]row, len(ids))
	for i, id := range ids {
		r, ok := x.rows[id]
		if !ok {
			r.ID, r.Says = id, x.t("explain.missing")
		}
		rows[i] = r
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.ID, b.ID))
	})
	for _, r := range rows {
		item(x.b, fit(r.At, len(clock)), r.ID, r.Says)
		if from := join(", ", r.Source, r.Vantage, r.Input, r.Place); from != "" {
			item(x.b, fit("", len(clock)), from)
		}
	}
}

// join joins what is not empty.
func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
