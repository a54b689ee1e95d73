package term

import (
	"bufio"
	"fmt"
	"io"

	"kanmon/render"
	"kanmon/render/safe"
	"kanmon/topology"
	"kanmon/topology/diff"
)

// maxDifferences is how many differences of one kind are named. Who has more
// reads them as JSON.
const maxDifferences = 50

// Diff writes what came, went and changed between two snapshots: ways out
// first, then devices and links.
func Diff(w io.Writer, r diff.Result, lang render.Lang) error {
	r = safe.Deep(r)
	b := bufio.NewWriter(w)
	if r.Empty() {
		line(b, lang.T("diff.none"))
	}
	section(b, lang, "ways.out", r.ExternalConnections, func(c topology.ExternalConnection) string {
		s := lang.T("category."+string(c.Category)) + "  " + lang.T("status."+string(c.Status))
		if c.Service != "" {
			s += "  " + c.Service
		}
		for i, name := range append(c.Remote.Names, addressTexts(c)...) {
			if i == 2 {
				break
			}
			s += "  " + name
		}
		return s + "  (" + c.ID + ")"
	})
	section(b, lang, "devices", r.Devices, func(d topology.Device) string {
		s := d.Name
		if d.Zone != "" {
			s += "  " + d.Zone
		}
		return s + "  (" + string(d.ID) + ")"
	})
	section(b, lang, "links", r.Links, func(k topology.Link) string {
		return fmt.Sprintf("%s %s – %s %s  (%s)", k.A.Device, k.A.Port, k.B.Device, k.B.Port, k.ID)
	})
	if err := b.Flush(); err != nil {
		return fmt.Errorf("differences: %w", err)
	}
	return nil
}

func addressTexts(c topology.ExternalConnection) []string {
	out := make([]string, len(c.Remote.Addresses))
	for i, a := range c.Remote.Addresses {
		out[i] = a.String()
	}
	return out
}

// section writes the differences of one kind of thing.
func section[T any](b *bufio.Writer, lang render.Lang, key string, d diff.Delta[T], describe func(T) string) {
	if d.Empty() {
		return
	}
	line(b, lang.T(key))
	list := func(sign, key string, things []T) {
		for i, t := range things {
			if i == maxDifferences {
				line(b, "  "+lang.F("more.n", len(things)-i))
				return
			}
			line(b, "  "+sign+" "+lang.T(key)+"  "+describe(t))
		}
	}
	list("+", "diff.came", d.Came)
	list("-", "diff.went", d.Went)
	for i, c := range d.Changed {
		if i == maxDifferences {
			line(b, "  "+lang.F("more.n", len(d.Changed)-i))
			break
		}
		line(b, "  ~ "+lang.T("diff.changed")+"  "+c.Name+"  ("+c.ID+")")
		for _, f := range c.Fields {
			line(b, fmt.Sprintf("      %s: %s → %s", f.Name, f.Old, f.New))
		}
	}
	line(b)
}
