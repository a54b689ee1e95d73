package table

import (
	"fmt"

	"kanmon/render"
)

// Links is the list of links.
func Links(v render.View) Table {
	l := v.Lang
	return build(l, "ledger.links", v.Links, []field[render.Link]{
		{"layer", 8, func(k render.Link) Cell { return text(fmt.Sprint("L", k.Layer)) }},
		{"a", 26, func(k render.Link) Cell { return text(k.A) }},
		{"port.a", 22, func(k render.Link) Cell { return text(k.APort) }},
		{"b", 26, func(k render.Link) Cell { return text(k.B) }},
		{"port.b", 22, func(k render.Link) Cell { return text(k.BPort) }},
		{"methods", 20, func(k render.Link) Cell { return text(k.Methods) }},
		{"grade", 12, func(k render.Link) Cell { return text(k.GradeLabel) }},
		{"evidence", 16, func(k render.Link) Cell { return list(l, k.Evidence) }},
	})
}

// BlindSpots is the list of what was not seen.
func BlindSpots(v render.View) Table {
	return build(v.Lang, "blind.spots", v.BlindSpots, []field[render.BlindSpot]{
		{"kind", 30, func(b render.BlindSpot) Cell { return text(b.Label) }},
		{"what", 36, func(b render.BlindSpot) Cell { return text(b.What) }},
		{"why", 60, func(b render.BlindSpot) Cell { return text(b.Why) }},
		{"next", 36, func(b render.BlindSpot) Cell { return text(b.NextStep) }},
	})
}

// Inputs is the list of what was read.
func Inputs(v render.View) Table {
	return build(v.Lang, "inputs", v.Inputs, []field[render.Input]{
		{"input", 36, func(i render.Input) Cell { return text(i.Name) }},
		{"format", 14, func(i render.Input) Cell { return text(i.Format) }},
		{"records", 12, func(i render.Input) Cell { return text(i.Records) }},
		{"skipped", 14, func(i render.Input) Cell { return text(i.Skipped) }},
		{"note", 50, func(i render.Input) Cell { return text(i.Note) }},
		{"digest", 70, func(i render.Input) Cell { return text(i.Digest) }},
	})
}

// Evidence is every observation.
func Evidence(v render.View) Table {
	return build(v.Lang, "evidence", v.Evidence, []field[render.Evidence]{
		{"id", 14, func(e render.Evidence) Cell { return text(e.ID) }},
		{"at", 17, func(e render.Evidence) Cell { return text(e.At) }},
		{"source", 18, func(e render.Evidence) Cell { return text(e.Source) }},
		{"vantage", 18, func(e render.Evidence) Cell { return text(e.Vantage) }},
		{"says", 90, func(e render.Evidence) Cell { return text(e.Says) }},
		{"input", 30, func(e render.Evidence) Cell { return text(e.Input) }},
		{"place", 18, func(e render.Evidence) Cell { return text(e.Place) }},
	})
}
