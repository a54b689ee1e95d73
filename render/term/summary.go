package term

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"kanmon/render"
	"kanmon/render/safe"
	"kanmon/topology"
)

// maxDecisions is how many ways out a summary names. Who has more reads the
// report.
const maxDecisions = 40

// Options are what the caller knows of the terminal.
type Options struct {
	Color bool // the terminal shows ANSI colours, and the user has not forbidden them
	Width int  // in cells; 0 where it is not known
}

// nameWidth is how many cells the name of a device or a party gets: what the
// other columns of a decision leave.
func (o Options) nameWidth() int {
	const others = 46
	return min(max((cmp.Or(o.Width, 100)-others)/2, 14), 40)
}

// Summary writes what a run found: the site, the numbers, and the ways out that
// need a decision, the worst first.
func Summary(w io.Writer, v render.View, o Options) error {
	v = safe.Deep(v)
	l, c := v.Lang, v.Counts
	b := bufio.NewWriter(w)
	p := painter{on: o.Color}

	title := []string{p.bold(v.Site)}
	if v.Taken != "" {
		title = append(title, v.Taken)
	}
	line(b, append(title, l.N("evidence.n", c.Evidence))...)
	line(b, count(l.T("ways.out"), c.WaysOut),
		p.status(topology.Unapproved, c.Unapproved, count(l.T("status.unapproved"), c.Unapproved)),
		p.status(topology.Expired, c.Expired, count(l.T("status.expired"), c.Expired)),
		p.status(topology.Changed, c.Changed, count(l.T("status.changed"), c.Changed)),
		count(l.T("status.approved"), c.Approved))
	line(b, count(l.T("devices"), c.Devices), count(l.T("links"), c.Links), count(l.T("blind.spots"), c.BlindSpots))
	line(b)
	decisions(b, v, p, o.nameWidth())
	if len(v.NotSeen) > 0 {
		line(b)
		line(b, count(l.T("not.seen"), len(v.NotSeen)))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	return nil
}

func decisions(b *bufio.Writer, v render.View, p painter, names int) {
	l := v.Lang
	var ways []render.WayOut
	for _, w := range v.WaysOut {
		if w.Status != topology.Approved {
			ways = append(ways, w)
		}
	}
	if len(ways) == 0 {
		line(b, l.T("summary.decide.none"))
		return
	}
	slices.SortStableFunc(ways, func(x, y render.WayOut) int { return cmp.Compare(urgency(x.Status), urgency(y.Status)) })
	shown := ways[:min(len(ways), maxDecisions)]
	rows := make([][]string, 0, len(shown))
	for _, w := range shown {
		rows = append(rows, []string{
			fmt.Sprintf("%3d", w.No), sign(w.Status) + " " + w.StatusLabel, w.CategoryLabel, w.Device, w.Party,
		})
	}
	line(b, p.bold(l.T("summary.decide")))
	for i, text := range columns(rows, []int{4, 17, 21, names, names}) {
		line(b, p.status(shown[i].Status, 1, text))
		item(b, "   ", shown[i].NextStep+" ("+shown[i].GradeLabel+")")
	}
	if n := len(ways) - len(shown); n > 0 {
		line(b, l.F("more.n", n))
	}
}

func urgency(s topology.Status) int {
	switch s {
	case topology.Expired:
		return 1
	case topology.Changed:
		return 2
	default:
		return 0
	}
}

// sign is the shape of a status on the map, as far as a terminal has it.
func sign(s topology.Status) string {
	switch s {
	case topology.Approved:
		return "○"
	case topology.Expired:
		return "◇"
	case topology.Changed:
		return "△"
	default:
		return "■"
	}
}

func count(label string, n int) string { return fmt.Sprintf("%s %d", label, n) }

// line writes parts and a line break. The writer keeps its first error.
func line(b *bufio.Writer, parts ...string) {
	_, _ = b.WriteString(strings.Join(parts, "  "))
	_ = b.WriteByte('\n')
}

// item writes an indented line.
func item(b *bufio.Writer, parts ...string) { line(b, "  "+strings.Join(parts, "  ")) }

// painter writes colours, or nothing.
type painter struct{ on bool }

// bold writes s with SGR 1 (ECMA-48, 8.3.117).
func (p painter) bold(s string) string { return p.sgr("1", s) }

// status writes s in the colour of a status when there are n > 0 of it.
func (p painter) status(st topology.Status, n int, s string) string {
	if n == 0 {
		return s
	}
	switch st {
	case topology.Approved:
		return p.sgr("34", s)
	case topology.Expired:
		return p.sgr("33", s)
	case topology.Changed:
		return p.sgr("35", s)
	default:
		return p.sgr("31", s)
	}
}

func (p painter) sgr(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
