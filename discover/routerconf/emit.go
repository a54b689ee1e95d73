package routerconf

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// The sources of what this package learns: part of the stored format.
const (
	sourceDevice    = "routerconf/device"
	sourceInterface = "routerconf/interface"
	sourceRoute     = "routerconf/route"
	sourceLine      = "routerconf/line"
	sourceTunnel    = "routerconf/tunnel"
	sourceAccess    = "routerconf/access"
	sourceNames     = "routerconf/names"
	sourceText      = "routerconf/text"
)

// emitter makes the facts of a device.
type emitter struct {
	d     *device
	agent fact.AgentID
	index map[string]uint32
	emit  func(source, place string, f fact.Fact) error
	err   error
}

// emitAll emits everything that d tells. digest names the text.
func emitAll(d *device, digest string, emit func(source, place string, f fact.Fact) error) error {
	e := &emitter{d: d, agent: d.agentID(digest), index: d.numbers(), emit: emit}
	e.device()
	e.interfaces()
	e.routes()
	e.lines()
	e.tunnels()
	e.access()
	e.rest()
	return e.err
}

func (e *emitter) put(source, place string, f fact.Fact) {
	if e.err == nil {
		e.err = e.emit(source, place, f)
	}
}

// agentID names the text by what it tells of its device, as fact.AgentID says.
func (d *device) agentID(digest string) fact.AgentID {
	switch first := d.firstAddress(); {
	case d.serial != "":
		return fact.AgentID("config:serial:" + fact.Clean(strings.ToLower(d.vendor+"/"+d.serial)))
	case len(d.macs) > 0 && d.macs[0].IsUniversal():
		return fact.AgentID("config:mac:" + d.macs[0].String())
	case d.name != "" && first.IsValid():
		return fact.AgentID("config:name:" + fact.Clean(d.name) + "@" + first.String())
	}
	return fact.AgentID("config:input:" + digest)
}

// firstAddress returns the private address of the first interface by name that
// has one and is no tunnel.
func (d *device) firstAddress() netip.Addr {
	ifaces := slices.Clone(d.order)
	slices.SortFunc(ifaces, func(a, b *iface) int { return strings.Compare(a.name, b.name) })
	for _, i := range ifaces {
		for _, p := range i.addrs {
			if p.Addr().IsPrivate() && i.typ != typeTunnel {
				return p.Addr()
			}
		}
	}
	return netip.Addr{}
}

// numbers gives every interface a number; see fact.ConfigIndex.
func (d *device) numbers() map[string]uint32 {
	names := make([]string, 0, len(d.order))
	for _, i := range d.order {
		names = append(names, i.name)
	}
	slices.Sort(names)
	index, taken := make(map[string]uint32, len(names)), make(map[uint32]bool, len(names))
	for _, name := range names {
		h := fnv.New32a()
		h.Write([]byte(name))
		n := h.Sum32() | fact.ConfigIndex
		for taken[n] {
			n = (n + 1) | fact.ConfigIndex
		}
		index[name], taken[n] = n, true
	}
	return index
}

func (e *emitter) device() {
	d := e.d
	e.put(sourceDevice, "", fact.SystemGroup{
		Agent: e.agent, SysName: d.name, SysDescr: d.descr, SysLocation: note(d.location), EngineID: d.engine, SNMP: d.snmp, IPForward: "forwarding",
	})
	if d.vendor != "" {
		e.put(sourceDevice, "", fact.PhysicalEntity{
			Agent: e.agent, Index: 1, Class: "chassis", Vendor: d.vendor, Model: d.model, Serial: d.serial, Software: d.version,
		})
	}
}

func (e *emitter) interfaces() {
	for _, i := range e.d.order {
		n := e.index[i.name]
		f := fact.Interface{Agent: e.agent, IfIndex: n, Name: i.name, Alias: note(i.alias), Type: i.typ, MAC: i.mac, AdminStatus: "up"}
		if i.down {
			f.AdminStatus = "down"
		}
		if i.idle {
			f.OperStatus = "lowerLayerDown"
		}
		e.put(sourceInterface, i.place, f)
		for _, p := range i.addrs {
			e.put(sourceInterface, i.place, fact.InterfaceAddress{Agent: e.agent, IfIndex: n, Address: p})
		}
		ports := slices.DeleteFunc(e.numbersOf(i.ports), func(p uint32) bool { return p == n })
		for _, p := range ports {
			e.put(sourceInterface, i.place, fact.InterfaceLayer{Agent: e.agent, Higher: n, Lower: p})
		}
		if len(ports) > 0 && i.vid != 0 {
			e.put(sourceInterface, i.place, fact.VLANPorts{Agent: e.agent, VID: i.vid, Tagged: ports})
		}
	}
	for _, v := range e.d.vlans {
		e.put(sourceInterface, v.place, fact.VLAN{Agent: e.agent, VID: v.vid, Name: note(v.name)})
		if f := (fact.VLANPorts{Agent: e.agent, VID: v.vid, Untagged: e.numbersOf(v.untagged), Tagged: e.numbersOf(v.tagged)}); len(f.Untagged)+len(f.Tagged) > 0 {
			e.put(sourceInterface, v.place, f)
		}
	}
	for _, g := range e.d.groups {
		f := g.fact
		f.Agent, f.IfIndex = e.agent, e.index[g.iface]
		e.put(sourceInterface, g.place, f)
	}
}

func (e *emitter) numbersOf(names []string) []uint32 {
	var out []uint32
	for _, n := range names {
		if i, ok := e.index[n]; ok {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (e *emitter) routes() {
	for _, r := range e.d.routes {
		if e.d.leadsNowhere(r) {
			continue
		}
		f := fact.Route{
			Agent: e.agent, Destination: r.to, NextHop: r.hop, IfIndex: e.index[r.over],
			Type: cmp.Or(r.typ, "remote"), Proto: "netmgmt",
		}
		if !f.NextHop.IsValid() {
			f.NextHop = netip.IPv4Unspecified()
			if r.to.Addr().Is6() {
				f.NextHop = netip.IPv6Unspecified()
			}
		}
		e.put(sourceRoute, r.place, f)
	}
}

func (e *emitter) lines() {
	for _, l := range e.d.lines {
		f := l.fact
		f.Agent, f.IfIndex = e.agent, e.index[l.iface]
		if e.d.shut(l.iface) {
			f.State = "down"
		}
		e.put(sourceLine, l.place, f)
	}
}

func (e *emitter) tunnels() {
	for _, t := range e.d.tunnels {
		f := t.fact
		f.Agent, f.IfIndex, f.Configured = e.agent, e.index[t.iface], true
		if e.d.shut(t.iface) || e.d.shut(t.over) {
			f.State = "down"
		}
		if f.Local.IsUnspecified() {
			f.Local = netip.Addr{}
		}
		if f.Remote.IsUnspecified() {
			f.Remote = netip.Addr{}
		}
		e.put(sourceTunnel, t.place, f)
	}
}

func (e *emitter) access() {
	told := make(map[string]bool)
	for _, a := range e.d.access() {
		f, g := e.d.remoteAccess(a)
		f.Agent, f.IfIndex = e.agent, e.index[a.iface.name]
		e.put(sourceAccess, a.service.place, f)
		if g != nil && !told[g.What] {
			told[g.What] = true
			e.put(sourceAccess, a.service.place, *g)
		}
	}
}

// rest emits where names are asked for, and what of the text was not evaluated.
func (e *emitter) rest() {
	for _, n := range e.d.names {
		f := n.fact
		f.Agent = e.agent
		e.put(sourceNames, n.place, f)
	}
	if e.d.bounded {
		e.put(sourceText, "", fact.Gap{
			What: "part of the configuration of " + e.d.title(),
			Why:  fmt.Sprintf("it has more than %d interfaces, routes, tunnels or rules: the rest was not read", maxEach),
			Code: fact.GapConfigSize, Args: []string{e.d.title(), strconv.Itoa(maxEach)},
		})
	}
	if g, ok := e.d.unread(); ok {
		e.put(sourceText, "", g)
	}
}

// unread says how many lines were not evaluated, by command.
func (d *device) unread() (g fact.Gap, ok bool) {
	total := 0
	var parts []string
	for first, n := range d.unknown {
		total += n
		if first != "" {
			parts = append(parts, fmt.Sprintf("%s (%d)", first, n))
		}
	}
	if total == 0 {
		return g, false
	}
	slices.Sort(parts)
	g.What = fmt.Sprintf("%d lines of the configuration of %s", total, d.title())
	g.Code, g.Args = fact.GapCommands, []string{strconv.Itoa(total), d.title(), strings.Join(parts, ", ")}
	if n := d.unknown[""]; n > 0 {
		parts = append(parts, fmt.Sprintf("others (%d)", n))
		g.Code, g.Args = fact.GapLines, append(g.Args, strconv.Itoa(n))
	}
	g.Why = "kanmon does not evaluate these commands: " + strings.Join(parts, ", ")
	return g, true
}
