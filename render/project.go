package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"kanmon/topology"
)

// Project prepares s for people who read lang. It is a pure function: the same
// snapshot and language give the same View.
func Project(s *topology.Snapshot, lang Lang) View {
	p := projector{lang: lang, s: s, byID: make(map[topology.DeviceID]*topology.Device, len(s.Devices))}
	for i := range s.Devices {
		p.byID[s.Devices[i].ID] = &s.Devices[i]
	}
	v := View{
		Lang:     lang,
		Site:     cmp.Or(s.Site, lang.T("site.unnamed")),
		Taken:    stamp(s.TakenAt),
		Vantages: s.Vantages,
	}
	v.WaysOut = p.waysOut()
	v.Devices = p.devices(v.WaysOut)
	v.Zones = p.zones(v.WaysOut)
	v.Links = p.links()
	v.NotSeen = p.notSeen()
	v.BlindSpots = p.blindSpots()
	v.Conflicts = p.conflicts()
	v.Inputs = p.inputs()
	v.Evidence, v.EvidenceSum = p.evidence()
	v.Counts = counts(v)
	return v
}

type projector struct {
	lang Lang
	s    *topology.Snapshot
	byID map[topology.DeviceID]*topology.Device
}

// jst is Japan Standard Time, which has no summer time: the time in which the
// people of a Japanese hospital read a date.
func jst() *time.Location { return time.FixedZone("JST", 9*60*60) }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(jst()).Format("2006-01-02 15:04")
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(jst()).Format(time.DateOnly)
}

func (p *projector) links() []Link {
	out := make([]Link, 0, len(p.s.Links))
	for _, k := range p.s.Links {
		out = append(out, Link{
			Layer: k.Layer, A: p.name(k.A.Device), B: p.name(k.B.Device),
			AID: string(k.A.Device), BID: string(k.B.Device), APort: k.A.Port, BPort: k.B.Port,
			Cables: max(1, len(k.A.Ports), len(k.B.Ports)), Blocked: k.Blocked, Radio: slices.Contains(k.Methods, "wireless"),
			Methods: strings.Join(k.Methods, ", "), Grade: k.Grade, GradeLabel: p.linkLabel(k),
			Evidence: ids(k.Evidence),
		})
	}
	slices.SortStableFunc(out, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.Layer, b.Layer), strings.Compare(a.A, b.A), strings.Compare(a.APort, b.APort),
			strings.Compare(a.B, b.B), strings.Compare(a.BPort, b.BPort))
	})
	return out
}

// linkLabel says how sure a link is, and what is out of the common with it.
func (p *projector) linkLabel(k topology.Link) string {
	out := p.lang.T("grade." + string(k.Grade))
	if k.Blocked {
		out += p.lang.T("comma") + p.lang.T("link.blocked")
	}
	if slices.Contains(k.Methods, "wireless") {
		out += p.lang.T("comma") + p.lang.T("link.radio")
	}
	for _, ports := range [][]string{k.A.Ports, k.B.Ports} {
		if len(ports) > 1 {
			return out + p.lang.T("comma") + p.lang.F("link.cables", len(ports), strings.Join(ports, ", "))
		}
	}
	return out
}

func (p *projector) notSeen() []NotSeen {
	out := make([]NotSeen, 0, len(p.s.NotSeen))
	for _, a := range p.s.NotSeen {
		out = append(out, NotSeen{
			ID: a.ID, CategoryLabel: p.lang.T("category." + string(a.Category)),
			Owner: a.Owner, Purpose: a.Purpose, Contract: a.Contract, Until: a.Until,
		})
	}
	return out
}

func (p *projector) blindSpots() []BlindSpot {
	out := make([]BlindSpot, 0, len(p.s.BlindSpots))
	for _, b := range p.s.BlindSpots {
		out = append(out, BlindSpot{
			Kind: b.Kind, Label: p.lang.T("blind." + b.Kind), What: p.either(b.What, b.WhatJA), Why: p.either(b.Why, b.WhyJA),
			NextStep: p.lang.T("blind.next." + b.Kind),
		})
	}
	return out
}

func (p *projector) conflicts() []Conflict {
	out := make([]Conflict, 0, len(p.s.Conflicts))
	for _, c := range p.s.Conflicts {
		v := Conflict{Label: p.lang.T("conflict." + c.Kind), What: p.either(c.What, c.WhatJA), Evidence: ids(c.Evidence)}
		for _, d := range c.Devices {
			v.Devices = append(v.Devices, p.name(d))
		}
		out = append(out, v)
	}
	return out
}

func (p *projector) inputs() []Input {
	out := make([]Input, 0, len(p.s.Inputs))
	for _, i := range p.s.Inputs {
		note := i.Incomplete
		if note == "" && len(i.SkipReason) > 0 {
			note = i.SkipReason[0]
		}
		out = append(out, Input{
			Name: i.Name, Digest: i.Digest, Format: i.Format,
			Records: fmt.Sprint(i.Records), Skipped: fmt.Sprint(i.Skipped), Note: note,
		})
	}
	slices.SortStableFunc(out, func(a, b Input) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Digest, b.Digest))
	})
	return out
}

func (p *projector) evidence() (rows []Evidence, sum string) {
	names := make(map[string]string, len(p.s.Inputs))
	for _, i := range p.s.Inputs {
		names[i.Digest] = i.Name
	}
	h := sha256.New()
	rows = make([]Evidence, 0, len(p.s.Evidence))
	for _, e := range p.s.Evidence {
		says := e.Says
		if p.lang == Japanese {
			says = cmp.Or(e.SaysJA, e.Says)
		}
		h.Write([]byte(string(e.ID) + "\n"))
		rows = append(rows, Evidence{
			ID: string(e.ID), Source: e.Source, Vantage: e.Vantage, At: stamp(e.At),
			Input: cmp.Or(names[e.Input], e.Input), Place: e.Place, Says: says,
		})
	}
	return rows, hex.EncodeToString(h.Sum(nil)[:8])
}

func counts(v View) Counts {
	c := Counts{
		WaysOut: len(v.WaysOut), Devices: len(v.Devices), Links: len(v.Links),
		BlindSpots: len(v.BlindSpots), Evidence: len(v.Evidence), Inputs: len(v.Inputs),
	}
	for _, w := range v.WaysOut {
		switch w.Status {
		case topology.Approved:
			c.Approved++
		case topology.Unapproved:
			c.Unapproved++
		case topology.Expired:
			c.Expired++
		case topology.Changed:
			c.Changed++
		}
	}
	return c
}
