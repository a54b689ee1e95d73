package diagram

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"kanmon/render"
	"kanmon/render/font"
	"kanmon/topology"
)

// maxColumns is how many ways out stand side by side on a page of A3. Beyond
// that, ways out of the same kind and status share a column.
const maxColumns = 14

// maxZones is how many zones stand side by side; the rest share a box.
const maxZones = 8

// column is what stands in one column of the board page: one way out, or
// several of one category.
type column struct {
	key       string // stable from run to run
	numbers   []int
	category  topology.Category
	status    topology.Status
	grade     topology.Grade
	party     string
	transport string
	doubt     string // says that it is inferred
	enters    bool   // others come in by it, or by one of those that share it
	device    string
	detail    string
	zones     []string
}

// number is what the marker shows.
func (c column) number() string {
	if len(c.numbers) == 1 {
		return strconv.Itoa(c.numbers[0])
	}
	return fmt.Sprintf("×%d", len(c.numbers))
}

// columnsOf arranges ways out into at most maxColumns columns, in the order of
// their numbers. Ways out that were approved share a column before others do,
// and statuses share one only where nothing else is left.
func columnsOf(v render.View) []column {
	groups := make([][]render.WayOut, len(v.WaysOut))
	for i, w := range v.WaysOut {
		groups[i] = []render.WayOut{w}
	}
	for _, same := range []func(a, b render.WayOut) bool{
		func(a, b render.WayOut) bool {
			return a.Category == b.Category && a.Status == b.Status && a.Status == topology.Approved
		},
		func(a, b render.WayOut) bool { return a.Category == b.Category && a.Status == b.Status },
		func(a, b render.WayOut) bool { return a.Category == b.Category },
	} {
		groups = merge(groups, same)
	}
	out := make([]column, len(groups))
	for i, g := range groups {
		out[i] = columnOf(g, v.Lang)
	}
	return out
}

// merge joins neighbouring groups that are the same, the largest kind first,
// until there are few enough.
func merge(groups [][]render.WayOut, same func(a, b render.WayOut) bool) [][]render.WayOut {
	for len(groups) > maxColumns {
		// The longest run of groups that may share a column.
		best, length := 0, 1
		for i := 0; i < len(groups); {
			j := i + 1
			for j < len(groups) && same(groups[i][0], groups[j][0]) {
				j++
			}
			if j-i > length {
				best, length = i, j-i
			}
			i = j
		}
		if length == 1 {
			return groups
		}
		joined := slices.Concat(groups[best : best+length]...)
		groups = slices.Replace(groups, best, best+length, joined)
	}
	return groups
}

func columnOf(ways []render.WayOut, lang render.Lang) column {
	first := ways[0]
	c := column{
		key: first.ID, category: first.Category, status: first.Status, grade: first.Grade,
		party: first.Party, transport: first.How, device: hostOf(first.Device), detail: first.DeviceDetail,
	}
	for _, w := range ways {
		c.numbers = append(c.numbers, w.No)
		c.zones = append(c.zones, cmp.Or(w.Zone, strings.Join(w.BehindZones, lang.T("comma"))))
		c.status = worse(c.status, w.Status)
		c.grade = surest(c.grade, w.Grade)
		c.enters = c.enters || w.Enters
	}
	if c.grade == topology.Inferred { // the dotted line says it too, but not by itself
		c.doubt = lang.T("grade.inferred")
	}
	slices.Sort(c.zones)
	c.zones = slices.DeleteFunc(slices.Compact(c.zones), func(z string) bool { return z == "" })
	if len(ways) > 1 {
		c.key = string(c.category) + "-" + string(c.status)
		c.party = lang.F("group.n", first.Party, len(ways)-1)
		c.device = lang.F("group.n", hostOf(first.Device), len(ways)-1)
		c.detail = fmt.Sprintf("No %d–%d", c.numbers[0], c.numbers[len(c.numbers)-1])
	}
	return c
}

// labels returns what stands on the line in two lines at most, and its size: the
// transport and the doubt, smaller where the transport is long.
func (c column) labels(width float64) (size float64, lines []string) {
	const small, room = 6.8, 2
	if size = 8; font.Width(c.transport, size, font.Bold) > width {
		size = small
	}
	switch {
	case c.transport == "":
	case c.doubt == "" && font.Width(c.transport, size, font.Bold) > width:
		lines = balanced(c.transport, size, font.Bold, width, room)
	default:
		lines = []string{font.Truncate(c.transport, size, font.Bold, width)}
	}
	if c.doubt != "" {
		lines = append(lines, font.Truncate(c.doubt, size, font.Bold, width))
	}
	return size, lines
}

// hostOf is a name without its domain, which is the same for most of a site and
// would leave no room for what differs. Addresses stay as they are.
func hostOf(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return name
	}
	host, _, _ := strings.Cut(name, ".")
	return cmp.Or(host, name)
}

func worse(a, b topology.Status) topology.Status {
	if severity(b) > severity(a) {
		return b
	}
	return a
}

func severity(s topology.Status) int {
	return slices.Index([]topology.Status{topology.Approved, topology.Changed, topology.Expired, topology.Unapproved}, s)
}

func surest(a, b topology.Grade) topology.Grade {
	order := []topology.Grade{topology.Confirmed, topology.Reported, topology.Inferred}
	if slices.Index(order, b) < slices.Index(order, a) {
		return b
	}
	return a
}

// zoneBox is a zone on the board page, or several that share a box.
type zoneBox struct {
	key    string
	name   string
	kind   string
	prefix string
	counts []render.Count
	total  int
	ways   []int
}

// zonesOf arranges zones into at most maxZones boxes: those with ways out and
// the largest keep their own.
func zonesOf(v render.View) []zoneBox {
	zones := slices.Clone(v.Zones)
	zones = slices.DeleteFunc(zones, func(z render.Zone) bool { return z.Total == 0 && len(z.WaysOut) == 0 && len(v.Zones) > maxZones })
	var rest []render.Zone
	if len(zones) > maxZones {
		ranked := slices.Clone(zones)
		slices.SortStableFunc(ranked, func(a, b render.Zone) int {
			return cmp.Or(cmp.Compare(len(b.WaysOut), len(a.WaysOut)), cmp.Compare(b.Total, a.Total), strings.Compare(a.Name, b.Name))
		})
		keep := make(map[string]bool)
		for _, z := range ranked[:maxZones-1] {
			keep[z.Name] = true
		}
		zones = slices.DeleteFunc(zones, func(z render.Zone) bool {
			if !keep[z.Name] {
				rest = append(rest, z)
			}
			return !keep[z.Name]
		})
	}
	out := make([]zoneBox, 0, maxZones)
	for _, z := range zones {
		b := zoneBox{key: "zone:" + z.Name, name: z.Name, kind: z.Kind, counts: z.Counts, total: z.Total, ways: z.WaysOut}
		if len(z.Prefixes) > 0 {
			b.prefix = z.Prefixes[0]
			if len(z.Prefixes) > 1 {
				b.prefix = v.Lang.F("group.n", z.Prefixes[0], len(z.Prefixes)-1)
			} else if b.prefix == b.name { // a zone that nobody named
				b.prefix = ""
			}
		}
		out = append(out, b)
	}
	if len(rest) > 0 {
		out = append(out, restOf(rest, v.Lang))
	}
	return out
}

func restOf(rest []render.Zone, lang render.Lang) zoneBox {
	b := zoneBox{key: "zones:rest", name: lang.F("zones.more", len(rest))}
	byLabel := make(map[string]int)
	for _, z := range rest {
		for _, c := range z.Counts {
			byLabel[c.Label] += c.N
		}
		b.total += z.Total
		b.ways = append(b.ways, z.WaysOut...)
	}
	for l, n := range byLabel {
		b.counts = append(b.counts, render.Count{Label: l, N: n})
	}
	other := lang.T("role.other") // what nobody knows comes last
	slices.SortFunc(b.counts, func(x, y render.Count) int {
		switch other {
		case x.Label:
			return 1
		case y.Label:
			return -1
		}
		return cmp.Or(cmp.Compare(y.N, x.N), strings.Compare(x.Label, y.Label))
	})
	slices.Sort(b.ways)
	return b
}
