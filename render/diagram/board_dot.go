package diagram

import (
	"fmt"
	"io"
	"strings"

	"kanmon/render"
	"kanmon/render/font"
)

// Sizes of the board page in points: A3, landscape (ISO 216).
const (
	pageWidth  = 1190.55
	pageHeight = 841.89
	margin     = 26.0
	usable     = pageWidth - 2*margin

	partyHeight = 38.0
	gateSize    = 32.0
	entryHeight = 58.0
	zoneHeight  = 112.0
	columnGap   = 7.0
	clusterPad  = 5.0 // inside a cluster of parties, on each side
	minColumn   = 66.0
	maxColumn   = 132.0
	maxZone     = 230.0
)

// board is the board page before it is laid out.
type board struct {
	view    render.View
	columns []column
	zones   []zoneBox
	width   float64 // of a column's boxes
	zone    float64 // width of a zone
}

func newBoard(v render.View) *board {
	b := &board{view: v, columns: columnsOf(v), zones: zonesOf(v)}
	if n := float64(len(b.columns)); n > 0 {
		clusters := 1.0
		for i := 1; i < len(b.columns); i++ {
			if b.columns[i].category != b.columns[i-1].category {
				clusters++
			}
		}
		free := usable - 24 - clusters*(2*clusterPad+columnGap) - n*columnGap
		b.width = min(max(free/n, minColumn), maxColumn)
	}
	if n := float64(len(b.zones)); n > 0 {
		b.zone = min((usable-24-(n-1)*columnGap)/n, maxZone)
	}
	return b
}

// WriteDOT writes the board page as DOT.
func WriteDOT(w io.Writer, v render.View) error {
	if _, err := io.WriteString(w, newBoard(v).dot()); err != nil {
		return fmt.Errorf("write DOT: %w", err)
	}
	return nil
}

// Names of nodes. They are made of the IDs of connections and the names of
// zones, so that they are the same from run to run.
func partyNode(c column) string { return "party:" + c.key }
func gateNode(c column) string  { return "gate:" + c.key }
func entryNode(c column) string { return "entry:" + c.key }

// dot writes the whole page as a graph: parties outside, gates on the boundary,
// entry points, zones. Each way out is a column of its own; within a rank,
// invisible edges keep the order.
func (b *board) dot() string {
	l := b.view.Lang
	d := &dotWriter{}
	d.open("digraph kanmon")
	d.set(
		attr{"charset", "UTF-8"}, attr{"rankdir", "TB"}, attr{"newrank", "true"}, attr{"splines", "line"},
		attr{"nodesep", inch(columnGap)}, attr{"ranksep", inch(26)}, attr{"outputorder", "edgesfirst"},
		attr{"fontname", "Noto Sans JP"}, attr{"fontsize", "16"}, attr{"labelloc", "t"}, attr{"labeljust", "l"},
		attr{"label", label(l.T("title")+"　"+b.view.Site, b.subtitle(), b.dotLegend())},
	)
	d.line(`node [shape="box", style="rounded,filled", fillcolor="white", fontname="Noto Sans JP", fontsize="9", margin="0.04"];`)
	d.line(`edge [dir="none", penwidth="1.6"];`)
	b.dotOutside(d)
	b.dotBoundary(d)
	b.dotEntries(d)
	b.dotZones(d)
	d.close()
	return d.b.String()
}

func inch(v float64) string { return fmt.Sprintf("%.4f", v/72) }

func (b *board) subtitle() string {
	l := b.view.Lang
	parts := []string{b.view.Site}
	if b.view.Taken != "" {
		parts = append(parts, l.T("taken")+" "+b.view.Taken)
	}
	if n := len(b.view.Vantages); n > 0 { // captures whose place nobody named are not none
		parts = append(parts, l.N("vantages.n", n))
	}
	parts = append(parts, l.N("evidence.n", b.view.Counts.Evidence))
	return strings.Join(parts, "　")
}

// dotLegend tells in words what the shapes mean, for readers of the bare DOT.
func (b *board) dotLegend() string {
	l := b.view.Lang
	return fmt.Sprintf("○ %s　◇ %s　△ %s　%s %s　―― %s　- - %s　··· %s　▼ %s",
		l.T("status.approved"), l.T("status.expired"), l.T("status.changed"), l.T("octagon"), l.T("status.unapproved"),
		l.T("grade.confirmed"), l.T("grade.reported"), l.T("grade.inferred"), l.T("enters"))
}

func (b *board) dotOutside(d *dotWriter) {
	l := b.view.Lang
	for i := 0; i < len(b.columns); {
		category := b.columns[i].category
		n := 1
		for i+n < len(b.columns) && b.columns[i+n].category == category {
			n++
		}
		title := balanced(l.T("outside."+string(category)), 8, font.Bold, float64(n)*(b.width+columnGap)-14, 3)
		d.open("subgraph %s", quote("cluster_"+string(category)))
		d.set(attr{"label", label(title...)}, attr{"style", "rounded,filled"},
			attr{"color", string(rule)}, attr{"fillcolor", string(band)}, attr{"fontsize", "8"}, attr{"margin", points(clusterPad)})
		for _, c := range b.columns[i : i+n] {
			d.node(partyNode(c), append(size(b.width, partyHeight),
				attr{"label", label(balanced(c.party, 9, font.Regular, b.width-8, 2)...)},
				attr{"group", c.key}, attr{"color", string(styleOf(c.status).color)})...)
		}
		d.close()
		i += n
	}
	dotOrder(d, b.names(partyNode), invisible())
}

func (b *board) dotBoundary(d *dotWriter) {
	for _, c := range b.columns {
		st := styleOf(c.status)
		style := "filled"
		if len(st.dash) > 0 {
			style = "filled,dashed"
		}
		d.node(gateNode(c), append(size(gateSize, gateSize),
			attr{"label", c.number()}, attr{"shape", st.shape}, attr{"style", style}, attr{"group", c.key},
			attr{"color", string(st.color)}, attr{"fillcolor", string(st.fill)}, attr{"fontcolor", string(st.text)},
			attr{"penwidth", "2"}, attr{"fontsize", "12"})...)
	}
	// The boundary: a thick line from gate to gate.
	dotOrder(d, b.names(gateNode), attr{"penwidth", "5"}, attr{"color", string(ink)})
}

func (b *board) dotEntries(d *dotWriter) {
	for _, c := range b.columns {
		st := styleOf(c.status)
		// Other fonts than ours are wider: a margin is left for them.
		lines := font.Wrap(c.device, 8, font.Bold, b.width-8, 2)
		lines = append(lines, detailLines(c.detail, 8, b.width-12, 3-len(lines))...)
		if len(c.zones) > 0 {
			lines = append(lines, font.Truncate(b.view.Lang.F("toward", strings.Join(c.zones, b.view.Lang.T("comma"))), 8, font.Regular, b.width-8))
		}
		d.node(entryNode(c), append(size(b.width, entryHeight),
			attr{"label", label(lines...)}, attr{"group", c.key}, attr{"fontsize", "8"},
			attr{"color", string(st.color)}, attr{"fillcolor", string(st.box)})...)
	}
	dotOrder(d, b.names(entryNode), invisible())
	for _, c := range b.columns {
		st := styleOf(c.status)
		_, style := lineStyle(c.grade)
		dir := "none"
		if c.enters {
			dir = "forward"
		}
		d.edge(partyNode(c), gateNode(c), attr{"weight", "100"}, attr{"color", string(st.color)}, attr{"style", style}, attr{"dir", dir},
			attr{"label", font.Truncate(strings.TrimSpace(c.transport+" "+c.doubt), 8, font.Regular, b.width)}, attr{"fontsize", "8"}, attr{"fontcolor", string(st.color)}, attr{"fontname", "Noto Sans JP"})
		d.edge(gateNode(c), entryNode(c), attr{"weight", "100"}, attr{"color", string(st.color)}, attr{"style", style})
	}
}

func (b *board) dotZones(d *dotWriter) {
	if len(b.zones) == 0 {
		return
	}
	d.open("subgraph %s", quote("cluster_inside"))
	d.set(attr{"label", b.view.Lang.T("inside")}, attr{"style", "rounded,filled"}, attr{"color", string(rule)},
		attr{"fillcolor", string(inside)}, attr{"fontsize", "10"})
	for _, z := range b.zones {
		lines := []string{z.name, z.prefix, b.view.Lang.N("devices.n", z.total)}
		for _, c := range z.counts[:min(len(z.counts), 4)] {
			lines = append(lines, countText(c))
		}
		if len(z.ways) > 0 {
			lines = append(lines, b.view.Lang.T("col.ways.out")+": "+strings.Trim(fmt.Sprint(z.ways), "[]"))
		}
		for i, s := range lines {
			lines[i] = font.Truncate(s, 9, font.Regular, b.zone-8)
		}
		d.node(z.key, append(size(b.zone, zoneHeight), attr{"label", label(lines...)}, attr{"fillcolor", string(zoneColor(z.kind))})...)
	}
	d.close()
	names := make([]string, len(b.zones))
	for i, z := range b.zones {
		names[i] = z.key
	}
	dotOrder(d, names, invisible())
	// Keeps the zones below the entry points, and leaves their order alone.
	if len(b.columns) > 0 {
		d.edge(entryNode(b.columns[0]), b.zones[0].key, attr{"weight", "0"}, attr{"style", "invis"})
	}
}

// names returns the name of one node of each column, in order.
func (b *board) names(name func(column) string) []string {
	names := make([]string, len(b.columns))
	for i, c := range b.columns {
		names[i] = name(c)
	}
	return names
}

func invisible() attr { return attr{"style", "invis"} }

// dotOrder puts nodes side by side, in order; the edges between them are drawn
// as edge says.
func dotOrder(d *dotWriter, names []string, edge ...attr) {
	if len(names) < 2 {
		return
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quote(n)
	}
	d.line("{ rank=same; edge%s; %s; }", list(edge), strings.Join(quoted, " -> "))
}
