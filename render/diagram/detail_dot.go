package diagram

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kanmon/render"
	"kanmon/render/font"
	"kanmon/topology"
)

// Bounds of the detail: beyond them, what is left out is counted, not drawn.
const (
	maxInfrastructure = 250 // devices with a box of their own
	maxHostLines      = 12  // hosts named in one box
)

// detail is the engineers' diagram before it is laid out: a box for each device
// of the infrastructure and each entry point, and a box for the hosts of each
// switch, or of each zone where their switch is not known.
type detail struct {
	view  render.View
	boxes []box
	lines []line
	left  int // devices that have no box
}

// box is one box of the detail.
type box struct {
	name   string // node name, stable
	title  string
	rows   []string
	status topology.Status // of the worst way out that leaves here; empty if none
	ways   []int
	hosts  bool // a list of hosts, not a device
	cloud  bool // a switch that nobody announced
}

// line is a link between two boxes.
type line struct {
	id           string
	a, b         string
	aPort, bPort string
	grade        topology.Grade
	layer        int
	cables       int // of an aggregate
	blocked      bool
	radio        bool
}

func newDetail(v render.View) *detail {
	d := &detail{view: v}
	byID := make(map[string]render.Device, len(v.Devices))
	degree := make(map[string]int)
	for _, dev := range v.Devices {
		byID[dev.ID] = dev
		if dev.SwitchID != "" {
			degree[dev.SwitchID]++
		}
	}
	for _, k := range v.Links {
		degree[k.AID]++
		degree[k.BID]++
	}
	own := d.chooseDevices(degree, hasLinks(v))
	d.addDevices(own)
	d.addHosts(own)
	d.addLinks(own, byID)
	return d
}

// isInfrastructure reports whether engineers look for the device by itself.
func isInfrastructure(d render.Device) bool {
	for _, r := range d.Roles {
		switch r {
		case topology.RoleRouter, topology.RoleFirewall, topology.RoleSwitch, topology.RoleAP,
			topology.RoleController, topology.RoleModem, topology.RoleUnmanaged:
			return true
		default:
		}
	}
	return false
}

// hasLinks returns the devices at which a link between two devices ends.
func hasLinks(v render.View) map[string]bool {
	linked := make(map[string]bool)
	for _, k := range v.Links {
		linked[k.AID], linked[k.BID] = true, true
	}
	for _, dev := range v.Devices {
		linked[dev.SwitchID] = true
	}
	return linked
}

// chooseDevices returns the IDs of the devices that get a box of their own: the
// best connected of the infrastructure, and all entry points.
func (d *detail) chooseDevices(degree map[string]int, linked map[string]bool) map[string]bool {
	var all []render.Device
	for _, dev := range d.view.Devices {
		if len(dev.WaysOut) > 0 || isInfrastructure(dev) && linked[dev.ID] {
			all = append(all, dev)
		}
	}
	slices.SortStableFunc(all, func(a, b render.Device) int {
		return cmp.Or(cmp.Compare(len(b.WaysOut), len(a.WaysOut)), cmp.Compare(degree[b.ID], degree[a.ID]), strings.Compare(a.ID, b.ID))
	})
	if len(all) > maxInfrastructure {
		d.left += len(all) - maxInfrastructure
		all = all[:maxInfrastructure]
	}
	own := make(map[string]bool, len(all))
	for _, dev := range all {
		own[dev.ID] = true
	}
	return own
}

func (d *detail) addDevices(own map[string]bool) {
	for _, dev := range d.view.Devices {
		if !own[dev.ID] {
			continue
		}
		b := box{
			name: "device:" + dev.ID, title: dev.Name, ways: dev.WaysOut,
			cloud: slices.Contains(dev.Roles, topology.RoleUnmanaged),
		}
		b.rows = append(b.rows, strings.TrimSpace(dev.RoleLabel+"　"+cmp.Or(dev.Model, dev.Vendor)))
		if len(dev.IPs) > 0 {
			b.rows = append(b.rows, more(dev.IPs, d.view.Lang))
		} else if len(dev.MACs) > 0 {
			b.rows = append(b.rows, dev.MACs[0])
		}
		for _, n := range dev.WaysOut {
			s := d.view.WaysOut[n-1].Status
			if b.status == "" {
				b.status = s
			}
			b.status = worse(b.status, s)
		}
		d.boxes = append(d.boxes, b)
	}
}

// more is the first of several values and how many follow.
func more(values []string, lang render.Lang) string {
	if len(values) == 1 {
		return values[0]
	}
	return lang.F("group.n", values[0], len(values)-1)
}

// addHosts puts the other devices into lists: by switch where it is known, else
// by zone.
func (d *detail) addHosts(own map[string]bool) {
	homes := d.homes(own)
	hosts := make(map[string][]render.Device)
	for _, dev := range d.view.Devices {
		home := homes[dev.ID]
		switch {
		case own[dev.ID]:
		case home.id != "":
			hosts["hosts:"+home.id] = append(hosts["hosts:"+home.id], dev)
		default:
			hosts["zone:"+dev.Zone] = append(hosts["zone:"+dev.Zone], dev)
		}
	}
	names := make([]string, 0, len(hosts))
	for name := range hosts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		list := hosts[name]
		b := box{name: name, hosts: true, title: d.view.Lang.N("devices.n", len(list))}
		if zone, ok := strings.CutPrefix(name, "zone:"); ok {
			b.title = fmt.Sprintf("%s　%s（%s）", cmp.Or(zone, d.view.Lang.T("zone.none")), b.title, d.view.Lang.T("switch.unknown"))
		}
		slices.SortStableFunc(list, func(a, b render.Device) int {
			return cmp.Or(comparePorts(a.Port, b.Port), strings.Compare(a.Name, b.Name))
		})
		for i, h := range list {
			if i == maxHostLines {
				b.rows = append(b.rows, d.view.Lang.F("more.n", len(list)-i))
				break
			}
			row := h.Name
			if homes[h.ID].id != h.SwitchID {
				h.Port = "" // that is another device's
			}
			if len(h.IPs) > 0 && h.IPs[0] != h.Name {
				row += "　" + h.IPs[0]
			}
			if h.Port != "" {
				row = h.Port + ": " + row
			}
			b.rows = append(b.rows, row)
		}
		d.boxes = append(d.boxes, b)
		if id, ok := strings.CutPrefix(name, "hosts:"); ok {
			k := line{id: name, a: "device:" + id, b: name, grade: topology.Inferred, layer: 2, radio: true}
			for _, h := range list {
				k.grade, k.radio = surest(k.grade, homes[h.ID].grade), k.radio && homes[h.ID].radio
			}
			d.lines = append(d.lines, k)
		}
	}
}

// home is the device with a box of its own that a host is plugged into.
type home struct {
	id    string
	grade topology.Grade
	radio bool
}

// homes returns where hosts are plugged in: at the one device to which they have
// a link on layer 2, which may be an unmanaged switch or an access point, else
// at the switch that has learned them.
func (d *detail) homes(own map[string]bool) map[string]home {
	out := make(map[string]home)
	several := make(map[string]bool)
	for _, k := range d.view.Links {
		for _, e := range [][2]string{{k.AID, k.BID}, {k.BID, k.AID}} {
			if k.Layer != 2 || own[e[0]] || !own[e[1]] {
				continue
			}
			several[e[0]] = several[e[0]] || out[e[0]].id != "" && out[e[0]].id != e[1]
			out[e[0]] = home{e[1], k.Grade, k.Radio}
		}
	}
	for _, dev := range d.view.Devices {
		if h := out[dev.ID]; h.id != "" && !several[dev.ID] {
			continue
		}
		delete(out, dev.ID)
		if own[dev.SwitchID] {
			out[dev.ID] = home{id: dev.SwitchID, grade: topology.Reported}
		}
	}
	return out
}

// comparePorts orders port names as people count them: by their numbers where
// both end in one.
func comparePorts(a, b string) int {
	stem := func(s string) (string, int) {
		head := strings.TrimRight(s, "0123456789")
		n, err := strconv.Atoi(s[len(head):])
		if err != nil {
			n = -1
		}
		return head, n
	}
	ah, an := stem(a)
	bh, bn := stem(b)
	return cmp.Or(strings.Compare(ah, bh), cmp.Compare(an, bn))
}

// addLinks draws the links between devices that have boxes: layer 2, and layer
// 3 where there is no other between the same two. Which gateway carries a device's
// packets is drawn only where the cable of one of them is not known: else it says
// little, and pulls every device to the gateway.
func (d *detail) addLinks(own map[string]bool, byID map[string]render.Device) {
	joined := make(map[string]bool)
	cabled := make(map[string]bool)
	for _, k := range d.view.Links {
		if k.Layer == 2 {
			cabled[k.AID], cabled[k.BID] = true, true
		}
	}
	carried := func(k render.Link) bool {
		return k.Methods == "frames" && (cabled[k.AID] || own[byID[k.AID].SwitchID]) && (cabled[k.BID] || own[byID[k.BID].SwitchID])
	}
	for _, layer := range []int{2, 3} {
		for _, k := range d.view.Links {
			pair := k.AID + " " + k.BID
			if k.Layer != layer || !own[k.AID] || !own[k.BID] || layer == 3 && (joined[pair] || carried(k)) {
				continue
			}
			joined[pair] = true
			d.lines = append(d.lines, line{
				id: fmt.Sprintf("%d %s %s %s %s", layer, k.AID, k.APort, k.BID, k.BPort),
				a:  "device:" + k.AID, b: "device:" + k.BID, aPort: k.APort, bPort: k.BPort, grade: k.Grade, layer: layer,
				cables: k.Cables, blocked: k.Blocked, radio: k.Radio,
			})
		}
	}
	// An entry point on a switch whose link is known only by where it is attached:
	// not one behind something else on that port, such as an unmanaged switch.
	behind := d.behind()
	for id := range own {
		dev := byID[id]
		if own[dev.SwitchID] && !joined[id+" "+dev.SwitchID] && !joined[dev.SwitchID+" "+id] && !behind[id] {
			d.lines = append(d.lines, line{
				id: "attached " + id, a: "device:" + dev.SwitchID, b: "device:" + id, aPort: dev.Port, grade: topology.Reported, layer: 2,
			})
		}
	}
	slices.SortFunc(d.lines, func(a, b line) int { return strings.Compare(a.id, b.id) })
}

// behind returns the devices that have a link to a neighbour of the switch port
// on which they were learned.
func (d *detail) behind() map[string]bool {
	type end struct{ device, port string }
	on := make(map[string][]end) // the switch ports that a device has links to
	for _, k := range d.view.Links {
		if k.Layer == 2 {
			on[k.AID] = append(on[k.AID], end{k.BID, k.BPort})
			on[k.BID] = append(on[k.BID], end{k.AID, k.APort})
		}
	}
	out := make(map[string]bool)
	for _, dev := range d.view.Devices {
		for _, neighbour := range on[dev.ID] {
			if slices.Contains(on[neighbour.device], end{dev.SwitchID, dev.Port}) {
				out[dev.ID] = true
			}
		}
	}
	return out
}

// Sizes in the detail, in points.
const (
	detailTitle = 9.0
	detailText  = 7.5
	detailLine  = 11.0
	detailPad   = 7.0
	detailMax   = 210.0 // width of a box
)

func (b box) size() (width, height float64) {
	width = font.Width(b.title, detailTitle, font.Bold) + 2*detailPad
	for _, r := range b.rows {
		width = max(width, font.Width(r, detailText, font.Regular)+2*detailPad)
	}
	if n := len(b.ways); n > 0 {
		width += 22 * float64(n)
	}
	const slack = 1 // for what rounding takes away
	return min(max(width+slack, 70), detailMax), 16 + detailLine*float64(len(b.rows)) + detailPad
}

// dot writes the detail as DOT, from left to right.
func (d *detail) dot() string {
	w := &dotWriter{}
	w.open("graph detail")
	w.set(attr{"charset", "UTF-8"}, attr{"rankdir", "LR"}, attr{"nodesep", inch(9)}, attr{"ranksep", inch(70)}, attr{"splines", "polyline"})
	w.line(`node [shape="box"];`)
	for _, b := range d.boxes {
		width, height := b.size()
		w.node(b.name, append(size(width, height), attr{"label", label(append([]string{b.title}, b.rows...)...)})...)
	}
	for _, k := range d.lines {
		_, style := lineStyle(k.grade)
		w.line("%s -- %s%s;", quote(k.a), quote(k.b), list([]attr{{"id", k.id}, {"style", style}}))
	}
	w.close()
	return w.b.String()
}
