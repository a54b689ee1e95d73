package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Plan is a whole site as data: the same functions make the same plan, and the
// same plan makes the same commands. Mistakes made while building it are kept
// and come out of [Plan.Check], so that the parts read as lists.
type Plan struct {
	Segments []Segment
	Hosts    []*Host
	Cables   []Cable
	Mirrors  []Mirror
	WaysOut  []Truth // what is to be found; see WayOut
	Agents   []Agent // who answers to SNMP; see [Host.Agent]

	problems []error
}

// Segment is one VLAN with its IPv4 subnet; the core router has the first
// address of it.
type Segment struct {
	Name   string
	VLAN   int
	Prefix netip.Prefix
}

// Gateway is the core router's address in the segment.
func (s Segment) Gateway() netip.Addr { return s.Prefix.Masked().Addr().Next() }

// Host is one namespace: a server, a PC, a router, a switch.
type Host struct {
	Name       string // a DNS label, the namespace's name without the lab's prefix
	OUI        string // the maker's three bytes, "00:a0:de"; other bytes follow from the name
	Forward    bool   // routes between its interfaces, IPv4 and IPv6
	NoIPv6     bool   // no interface speaks IPv6, as on a plain switch
	Quiet      bool   // no mirror port shows it: it sends nothing unless it is asked, or nothing that passes there
	Interfaces []*Interface
	Loopback   []netip.Prefix // further addresses, on lo
	Routes     []Route
	Resolvers  []netip.Addr // what /etc/resolv.conf says inside
	Files      []File
	Needs      []string   // programs and plugins that the others run, for the list of packages
	Setup      [][]string // programs that are run once, before the daemons
	Procs      []Proc
	Tasks      []Task

	plan *Plan
}

// Interface is the end of a cable, or a bridge.
type Interface struct {
	Name   string
	MAC    string
	VLAN   int    // of a bridge; 0 on all others
	Bridge string // the bridge this port belongs to
	Alias  string // the name of the VLAN, on a bridge
	Addrs  []netip.Prefix
	SLAAC  bool // takes an address out of router advertisements
	Silent bool // sends nothing of itself: a mirror port
}

// IsBridge reports whether the interface is a bridge.
func (i *Interface) IsBridge() bool { return i.VLAN != 0 }

// linkLocal is the address that the interface makes for itself (RFC 4291
// appendix A); none where its MAC address is wrong, which Check names.
func (i *Interface) linkLocal() netip.Addr {
	mac, err := net.ParseMAC(i.MAC)
	if err != nil || len(mac) != 6 {
		return netip.Addr{}
	}
	return netip.AddrFrom16([16]byte{0: 0xfe, 1: 0x80, 8: mac[0] ^ 2, 9: mac[1], 10: mac[2], 11: 0xff, 12: 0xfe, 13: mac[3], 14: mac[4], 15: mac[5]})
}

// Route is one static route; the zero prefixes are the default routes.
type Route struct {
	To  netip.Prefix
	Via netip.Addr
	Dev string // the interface, where Via is the neighbour's link-local address
}

// File is written into the host's folder before anything starts; one named
// run/NAME is for daemons that are not root too. In its text, {dir} is the
// folder and {lab} is the lab's own program.
type File struct {
	Name, Text string
}

// Proc is one daemon in the foreground. It runs in the host's folder, in the
// host's namespace, under the host's name and with the host's /run, which is
// {dir}/run outside. The folder is for root alone, so a daemon that becomes
// another user keeps its sockets in /run. The procs of a host start one after
// the other; {dir} and {lab} are replaced in all strings.
type Proc struct {
	Name  string // of its log: NAME.log
	Argv  []string
	Env   []string
	Ready string // "file PATH", "tcp ADDRESS:PORT" or nothing: when the next may start
}

// Task is work that a person or a machine does now and then.
type Task struct {
	Every time.Duration // changed a little, by a seed that is the host's name
	Times int           // at most; 0 is DefaultTimes
	Argv  []string
}

// DefaultTimes bounds a task that sets no bound: at ten seconds each, an hour.
const DefaultTimes = 360

// Port names one interface of one host.
type Port struct {
	Host, Interface string
}

// Cable is a veth pair between two hosts.
type Cable struct {
	A, B Port
}

// Mirror copies what passes through bridges of a switch to one of its ports.
type Mirror struct {
	Switch  string
	Bridges []string
	Port    string // of the same switch; a silent one
}

// fail keeps a mistake for Check.
func (p *Plan) fail(format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf(format, args...))
}

// Host returns the host of that name. Where there is none, the mistake is kept
// for Check, and an empty host that belongs to no plan comes back.
func (p *Plan) Host(name string) *Host {
	for _, h := range p.Hosts {
		if h.Name == name {
			return h
		}
	}
	p.fail("no host %s in the plan: add it before what hangs on it", name)
	return &Host{Name: name, plan: &Plan{}}
}

// Segment returns the segment of a VLAN.
func (p *Plan) Segment(vlan int) Segment {
	for _, s := range p.Segments {
		if s.VLAN == vlan {
			return s
		}
	}
	p.fail("no segment with VLAN %d in the plan", vlan)
	return Segment{Name: "none", VLAN: vlan, Prefix: netip.MustParsePrefix("0.0.0.0/0")}
}

// Add puts a host without interfaces into the plan.
func (p *Plan) Add(h Host) *Host {
	h.plan = p
	p.Hosts = append(p.Hosts, &h)
	return &h
}

// Interface returns the interface of that name, or nil.
func (h *Host) Interface(name string) *Interface {
	for _, i := range h.Interfaces {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// Addr is the host's first address of the family, IPv4 before IPv6; it is not
// valid where the host has none.
func (h *Host) Addr() netip.Addr {
	var six netip.Addr
	for _, i := range h.Interfaces {
		for _, a := range i.Addrs {
			switch {
			case a.Addr().Is4():
				return a.Addr()
			case !six.IsValid():
				six = a.Addr()
			}
		}
	}
	return six
}

// NewInterface gives the host an interface with addresses such as
// "10.10.0.5/24". Its MAC address follows from the maker and the names.
func (h *Host) NewInterface(name string, addrs ...string) *Interface {
	i := &Interface{Name: name, MAC: macOf(h.OUI, h.Name, name)}
	for _, a := range addrs {
		i.Addrs = append(i.Addrs, h.prefix(a))
	}
	h.Interfaces = append(h.Interfaces, i)
	return i
}

// Plug puts a cable from a new interface of the host into the next free port
// of a switch: "sw-office", or "core-sw/40" where the switch has more than one
// VLAN.
func (h *Host) Plug(name, into string, addrs ...string) *Interface {
	i := h.NewInterface(name, addrs...)
	sw, vlan, _ := strings.Cut(into, "/")
	port := h.plan.Host(sw).newPort("port", vlan)
	h.plan.Cables = append(h.plan.Cables, Cable{A: Port{sw, port}, B: Port{h.Name, name}})
	return i
}

// Cross puts a cable straight between two hosts.
func (p *Plan) Cross(a, b *Host, aName, aAddr, bName, bAddr string) {
	a.NewInterface(aName, aAddr)
	b.NewInterface(bName, bAddr)
	p.Cables = append(p.Cables, Cable{A: Port{a.Name, aName}, B: Port{b.Name, bName}})
}

// newPort adds a port to the bridge of a VLAN, or to the only bridge.
func (h *Host) newPort(kind, vlan string) string {
	var bridges []*Interface
	n := 1
	for _, i := range h.Interfaces {
		if i.IsBridge() && (vlan == "" || vlan == fmt.Sprint(i.VLAN)) {
			bridges = append(bridges, i)
		}
		if strings.HasPrefix(i.Name, kind) {
			n++
		}
	}
	name := fmt.Sprintf("%s%d", kind, n)
	if len(bridges) != 1 {
		h.plan.fail("host %s has %d bridges for VLAN %q: name one as in core-sw/40", h.Name, len(bridges), vlan)
		return name
	}
	h.NewInterface(name).Bridge = bridges[0].Name
	return name
}

// Route adds a static route; to is "default" or a prefix.
func (h *Host) Route(to, via string) {
	next, err := netip.ParseAddr(via)
	if err != nil {
		h.plan.fail("host %s: route %s: %w", h.Name, to, err)
		return
	}
	r := Route{Via: next}
	switch {
	case to != "default":
		r.To = h.prefix(to)
	case next.Is6():
		r.To = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	default:
		r.To = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	h.Routes = append(h.Routes, r)
}

// Also adds addresses on lo.
func (h *Host) Also(addrs ...string) {
	for _, a := range addrs {
		h.Loopback = append(h.Loopback, h.prefix(a))
	}
}

// Resolve says which resolvers the host asks.
func (h *Host) Resolve(addrs ...string) {
	for _, a := range addrs {
		h.Resolvers = append(h.Resolvers, h.addr(a))
	}
}

// File adds a file to the host's folder.
func (h *Host) File(name, text string) { h.Files = append(h.Files, File{name, text}) }

// Run adds a daemon.
func (h *Host) Run(proc Proc) { h.Procs = append(h.Procs, proc) }

// Do adds a task.
func (h *Host) Do(every time.Duration, argv ...string) {
	h.Tasks = append(h.Tasks, Task{Every: every, Argv: argv})
}

func (h *Host) prefix(s string) netip.Prefix {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		h.plan.fail("host %s: %w", h.Name, err)
	}
	return p
}

func (h *Host) addr(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil {
		h.plan.fail("host %s: %w", h.Name, err)
	}
	return a
}

// names are what /etc/hosts and /etc/resolv.conf say inside. A host without
// resolvers asks itself, where nobody listens: refused at once, while the
// resolvers of the machine around would be waited for.
func (h *Host) names() []File {
	resolvers := h.Resolvers
	if len(resolvers) == 0 {
		resolvers = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	var text strings.Builder
	for _, a := range resolvers {
		fmt.Fprintf(&text, "nameserver %s\n", a)
	}
	text.WriteString("options timeout:2 attempts:1\n")
	return []File{
		{"run/hosts", "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 " + h.Name + "\n"},
		{"run/resolv.conf", text.String()},
	}
}

// buildErrors joins the mistakes made while the plan was built.
func (p *Plan) buildErrors() error { return errors.Join(p.problems...) }
