package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"kanmon/topology"
)

// Vantage is a place or a method from which something can be known.
type Vantage string

// Vantages, from the quietest: what passes the auditor's mirror ports, what
// the SNMP agents say, and what a probe is answered.
const (
	AtMirror0 Vantage = "mirror0" // VLAN 10 and 60 at the core
	AtMirror1 Vantage = "mirror1" // VLAN 40 at sw-office
	AtMirror2 Vantage = "mirror2" // VLAN 30 at sw-lab
	BySNMP    Vantage = "snmp"    // with the access in switches.go
	ByProbe   Vantage = "probe"   // within kanmon's safety budget
)

// Truth is one way out as it really is.
type Truth struct {
	ID       string            `json:"id"` // short and unique: "ct-maint"
	Category topology.Category `json:"category"`
	Device   string            `json:"device"` // the host through which traffic leaves or enters
	// Behind are the hosts that use it.
	Behind []string `json:"behind,omitempty"`
	// Remote are names and addresses of the other side.
	Remote    []string `json:"remote,omitempty"`
	Transport []string `json:"transport,omitempty"` // as in a snapshot: "ipsec", "openvpn", "lte"
	Approved  bool     `json:"approved,omitempty"`
	// Known are the vantages from each of which alone it can be known. A way
	// out that none shows has none, and a Note that says why.
	Known []Vantage `json:"known"`
	Note  string    `json:"note,omitempty"`
}

// WayOut says that the plan has this way out.
func (p *Plan) WayOut(t Truth) { p.WaysOut = append(p.WaysOut, t) }

// Site is the truth of a plan: what a perfect map of it would show.
type Site struct {
	Nodes   []Node   `json:"nodes"`
	Outside []Node   `json:"outside"` // beyond the ways out: a map may show them or not
	Links   []Wire   `json:"links"`   // layer 2
	Subnets []Subnet `json:"subnets"`
	Hops    []Hop    `json:"hops"` // layer 3
	WaysOut []Truth  `json:"ways_out"`
}

// Node is one machine inside the hospital.
type Node struct {
	Name       string    `json:"name"`
	Switch     bool      `json:"switch,omitempty"`
	Unmanaged  bool      `json:"unmanaged,omitempty"` // a switch that nobody can ask
	Interfaces []NodeEnd `json:"interfaces"`
	Known      []Vantage `json:"known"` // as in Truth
}

// NodeEnd is an interface of a node. A port of a switch has no address.
type NodeEnd struct {
	Name      string   `json:"name"`
	MAC       string   `json:"mac"`
	Addresses []string `json:"addresses,omitempty"` // with prefix length
	Segment   string   `json:"segment,omitempty"`
}

// Wire is a cable between two nodes, A before B; both may have further ones.
type Wire struct {
	A       string `json:"a"`
	APort   string `json:"a_port"`
	B       string `json:"b"`
	BPort   string `json:"b_port"`
	Segment string `json:"segment,omitempty"`
}

// Subnet is a segment at layer 3, with the nodes that others reach others by.
type Subnet struct {
	Name     string   `json:"name"`
	VLAN     int      `json:"vlan"`
	Prefix   string   `json:"prefix"`
	Gateways []string `json:"gateways"` // forwarding nodes with an address in it, sorted
}

// Hop is a route of a node to the next one.
type Hop struct {
	From  string    `json:"from"`
	Via   string    `json:"via"` // the node, not its address
	Known []Vantage `json:"known"`
}

// Truth says what there is, from the plan alone.
func (p *Plan) Truth() Site {
	out := Site{WaysOut: slices.Clone(p.WaysOut)}
	for _, h := range p.Hosts {
		if p.inside(h) {
			out.Nodes = append(out.Nodes, p.node(h))
			out.Hops = append(out.Hops, p.hops(h)...)
		} else {
			out.Outside = append(out.Outside, p.node(h))
		}
	}
	for _, c := range p.Cables {
		if a := p.find(c.A); a == nil || a.Silent || !p.inside(p.Host(c.A.Host)) || !p.inside(p.Host(c.B.Host)) {
			continue
		}
		w := Wire{A: c.A.Host, APort: c.A.Interface, B: c.B.Host, BPort: c.B.Interface, Segment: p.segmentAt(c.A)}
		if w.A > w.B {
			w.A, w.APort, w.B, w.BPort = w.B, w.BPort, w.A, w.APort
		}
		out.Links = append(out.Links, w)
	}
	for _, s := range p.Segments {
		sub := Subnet{Name: s.Name, VLAN: s.VLAN, Prefix: s.Prefix.String(), Gateways: []string{}}
		for _, h := range p.Hosts {
			if h.Forward && h.has(func(a netip.Prefix) bool { return s.Prefix.Contains(a.Addr()) }) {
				sub.Gateways = append(sub.Gateways, h.Name)
			}
		}
		slices.Sort(sub.Gateways)
		out.Subnets = append(out.Subnets, sub)
	}
	for _, nodes := range [][]Node{out.Nodes, out.Outside} {
		slices.SortFunc(nodes, func(a, b Node) int { return strings.Compare(a.Name, b.Name) })
	}
	slices.SortFunc(out.Hops, func(a, b Hop) int { return strings.Compare(a.From+" "+a.Via, b.From+" "+b.Via) })
	slices.SortFunc(out.Links, func(a, b Wire) int { return strings.Compare(a.A+" "+a.APort, b.A+" "+b.APort) })
	slices.SortFunc(out.WaysOut, func(a, b Truth) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// JSON is the truth as text.
func (s Site) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return nil, fmt.Errorf("lab: truth: %w", err)
	}
	return append(out, '\n'), nil
}

func (h *Host) has(fits func(netip.Prefix) bool) bool {
	return slices.ContainsFunc(h.Interfaces, func(i *Interface) bool { return slices.ContainsFunc(i.Addrs, fits) })
}

// Passive reports whether the vantage is a mirror port.
func (v Vantage) Passive() bool { return v != BySNMP && v != ByProbe }

// inside reports whether a host is the hospital's: a switch, or plugged into
// one. The others are beyond a way out.
func (p *Plan) inside(h *Host) bool {
	return slices.ContainsFunc(h.Interfaces, func(i *Interface) bool {
		return i.IsBridge() || p.segmentAt(Port{h.Name, i.Name}) != ""
	})
}

// segmentAt is the segment at an end of a cable, by the bridge at either end.
func (p *Plan) segmentAt(at Port) string {
	for _, end := range []Port{at, p.other(at)} {
		i := p.find(end)
		if i == nil || i.Silent || i.Bridge == "" {
			continue
		}
		if bridge := p.Host(end.Host).Interface(i.Bridge); bridge != nil {
			return p.Segment(bridge.VLAN).Name
		}
	}
	return ""
}

// other is the other end of a cable.
func (p *Plan) other(at Port) Port {
	for _, c := range p.Cables {
		switch at {
		case c.A:
			return c.B
		case c.B:
			return c.A
		}
	}
	return Port{}
}

func (p *Plan) node(h *Host) Node {
	n := Node{Name: h.Name, Known: []Vantage{BySNMP}, Switch: slices.ContainsFunc(h.Interfaces, (*Interface).IsBridge)}
	mirrors := map[Vantage]bool{}
	for _, i := range h.Interfaces {
		segment := p.segmentAt(Port{h.Name, i.Name})
		if i.IsBridge() {
			segment = p.Segment(i.VLAN).Name
		}
		for _, v := range p.mirrored(segment) {
			if !h.Quiet && (len(i.Addrs) > 0 || !p.mirrors(h, v)) {
				mirrors[v] = true
			}
		}
		if i.Silent && !n.Switch { // of a switch it is a port like others, whose agent tells of it
			continue
		}
		end := NodeEnd{Name: i.Name, MAC: i.MAC, Segment: segment}
		for _, a := range i.Addrs {
			end.Addresses = append(end.Addresses, a.String())
		}
		n.Interfaces = append(n.Interfaces, end)
	}
	for _, a := range h.Loopback {
		n.Interfaces = append(n.Interfaces, NodeEnd{Name: "lo", Addresses: []string{a.String()}})
	}
	n.Unmanaged = n.Switch && !h.answers()
	n.Known = append(n.Known, slices.Sorted(maps.Keys(mirrors))...)
	return n
}

// answers reports whether the host has an SNMP agent.
func (h *Host) answers() bool {
	return slices.ContainsFunc(h.Procs, func(proc Proc) bool { return proc.Name == "snmpd" })
}

// hops are a host's routes over nodes inside, each node once. The host's own
// agent tells them, and frames that it sends in a mirrored segment.
func (p *Plan) hops(h *Host) []Hop {
	var out []Hop
	for _, r := range h.Routes {
		for _, next := range p.Hosts {
			if !p.inside(next) || !next.answersTo(r.Via) ||
				slices.ContainsFunc(out, func(hop Hop) bool { return hop.Via == next.Name }) {
				continue
			}
			hop := Hop{From: h.Name, Via: next.Name, Known: []Vantage{}}
			if h.answers() {
				hop.Known = append(hop.Known, BySNMP)
			}
			if !h.Quiet {
				hop.Known = append(hop.Known, p.mirrored(p.segmentTo(h, r))...)
			}
			out = append(out, hop)
		}
	}
	return out
}

// answersTo reports whether an address is the host's.
func (h *Host) answersTo(a netip.Addr) bool {
	return h.has(func(own netip.Prefix) bool { return own.Addr() == a }) ||
		slices.ContainsFunc(h.Interfaces, func(i *Interface) bool { return a.IsLinkLocalUnicast() && a == i.linkLocal() })
}

// segmentTo is the segment in which a host has the next hop of a route.
func (p *Plan) segmentTo(h *Host, r Route) string {
	for _, i := range h.Interfaces {
		if i.Name != r.Dev && !slices.ContainsFunc(i.Addrs, func(a netip.Prefix) bool { return a.Contains(r.Via) }) {
			continue
		}
		if i.IsBridge() {
			return p.Segment(i.VLAN).Name
		}
		return p.segmentAt(Port{h.Name, i.Name})
	}
	return ""
}

// mirrored says at which ports of the auditor a segment is seen.
func (p *Plan) mirrored(segment string) []Vantage {
	var out []Vantage
	for _, m := range p.Mirrors {
		for _, s := range p.Segments {
			if s.Name == segment && slices.Contains(m.Bridges, fmt.Sprintf("vlan%d", s.VLAN)) {
				out = append(out, Vantage(p.other(Port{m.Switch, m.Port}).Interface))
			}
		}
	}
	return out
}

// mirrors reports whether a vantage is a mirror port of this switch: it copies
// what passes, and not what the switch itself says to its neighbours.
func (p *Plan) mirrors(h *Host, v Vantage) bool {
	return slices.ContainsFunc(p.Mirrors, func(m Mirror) bool {
		return m.Switch == h.Name && Vantage(p.other(Port{m.Switch, m.Port}).Interface) == v
	})
}

// checkTruth wants ways out of hosts that there are, with a vantage or a
// reason why there is none.
func (p *Plan) checkTruth() []error {
	var errs []error
	ids := map[string]bool{}
	for _, t := range p.WaysOut {
		if t.ID == "" || ids[t.ID] {
			errs = append(errs, fmt.Errorf("way out %q: no id, or there twice", t.ID))
		}
		ids[t.ID] = true
		if !slices.Contains(topology.Categories(), t.Category) {
			errs = append(errs, fmt.Errorf("way out %s: no category %q", t.ID, t.Category))
		}
		for _, name := range append([]string{t.Device}, t.Behind...) {
			if !slices.ContainsFunc(p.Hosts, func(h *Host) bool { return h.Name == name && p.inside(h) }) {
				errs = append(errs, fmt.Errorf("way out %s: no host %q inside", t.ID, name))
			}
		}
		if len(t.Known) == 0 && t.Note == "" {
			errs = append(errs, fmt.Errorf("way out %s: no vantage shows it: say in its note why", t.ID))
		}
	}
	return errs
}
