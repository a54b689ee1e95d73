// Package networks makes networks of which every cable is known, and the facts
// that SNMP agents and a mirror port in them would tell: what topology makes of
// the facts can then be held against the truth. The same seed makes the same
// network.
package networks

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	"kanmon/discover/fact"
)

// kind is what a device does with frames.
type kind uint8

const (
	managed     kind = iota // a switch with tables
	unmanaged               // a switch that nobody can ask
	router                  // passes packets, not frames
	host                    // a machine with one cable
	phone                   // with a socket for a PC
	accessPoint             // with clients by radio
	controller              // of access points
	hypervisor              // with virtual machines
)

// Network is a network that was made.
type Network struct {
	Name     string
	Managed  int  // switches with tables
	Hosts    int  // machines with one cable, telephones, radio clients and virtual machines
	Scarce   bool // the facts do not determine every cable: what cannot be known must be left open
	rng      *rand.Rand
	devices  []*device
	cables   []*cable
	ageNear  float64 // how much of a table has aged out at the switch that a machine is plugged into
	ageFar   float64 // and at the others
	ageOwn   float64 // how much of what the switches themselves send has
	trees    bool    // agents show their spanning tree tables
	noTables bool    // agents show no forwarding tables
	pathOnly bool    // machines talk to the first switch only, and nobody broadcasts
	relays   bool    // switches that nobody can ask pass on what others announce
	moves    int     // machines that some switch still has at a port where they were before
}

// device is one of a network's.
type device struct {
	name     string
	n        int // place in the network's list
	kind     kind
	mac      fact.MAC
	says     string // protocol in which it announces itself: "lldp", "cdp" or none
	asked    bool   // its agent answered
	perPort  bool   // announces the MAC address of each port as its chassis
	serials  []string
	ports    []*port
	radio    bool      // its cable is a radio link
	tunnel   *device   // where the frames of a radio client come out, if not at its access point
	managers []*device // access points that a controller knows
	networks []netip.Prefix
	group    *group // of routers that share an address
	gateway  netip.Addr
	vlan     uint16
	ip       netip.Addr
}

// group is a VRRP or HSRP group.
type group struct {
	protocol string
	id       uint32
	mac      fact.MAC
	address  netip.Addr
}

// port is one end of a cable, or an aggregate of such.
type port struct {
	dev   *device
	index uint32
	name  string
	mac   fact.MAC
	agg   *port
	vlan  uint16 // of an access port; 0: a trunk
	cable *cable
}

// cable joins two ports.
type cable struct {
	a, b    *port
	blocked bool // by spanning tree
}

func (c *cable) far(d *device) *port {
	if c.a.dev == d {
		return c.b
	}
	return c.a
}

// whole is the aggregate of a port, or itself.
func (p *port) whole() *port {
	if p.agg != nil {
		return p.agg
	}
	return p
}

// bridges reports whether a device passes frames on from port to port.
func (d *device) bridges() bool {
	switch d.kind {
	case managed, unmanaged, phone, accessPoint, hypervisor:
		return true
	default:
		return false
	}
}

func newNetwork(name string, seed uint64) *Network {
	return &Network{Name: name, rng: rand.New(rand.NewPCG(seed, 1))}
}

func (n *Network) add(name string, k kind, says string, asked bool) *device {
	i := len(n.devices)
	prefix := [3]byte{0x00, 0x25, 0x90} // machines
	switch k {
	case managed, controller:
		prefix = [3]byte{0x00, 0x1b, 0x2b}
	case router:
		prefix = [3]byte{0x00, 0xa0, 0xde}
	case accessPoint:
		prefix = [3]byte{0x00, 0x0b, 0x86}
	case phone:
		prefix = [3]byte{0x00, 0x04, 0xf2}
	default:
	}
	d := &device{
		name: name, n: i, kind: k, says: says, asked: asked, vlan: 10,
		mac: fact.MAC{prefix[0], prefix[1], prefix[2], byte(i >> 10), byte(i >> 2), byte(i << 6)}, // 64 for each
	}
	n.devices = append(n.devices, d)
	return d
}

// sw makes a switch whose agent answered.
func (n *Network) sw(name, says string) *device {
	n.Managed++
	d := n.add(name, managed, says, true)
	d.ip = netip.AddrFrom4([4]byte{10, 99, byte(d.n / 250), byte(1 + d.n%250)})
	return d
}

// dumb makes a switch that nobody can ask.
func (n *Network) dumb() *device {
	return n.add(fmt.Sprintf("dumb%d", len(n.devices)), unmanaged, "", false)
}

// machine makes a host, and gives it an address.
func (n *Network) machine(k kind, vlan uint16) *device {
	n.Hosts++
	d := n.add(fmt.Sprintf("host%d", len(n.devices)), k, "", false)
	d.vlan = vlan
	d.ip = netip.AddrFrom4([4]byte{10, byte(vlan), byte(d.n / 250), byte(1 + d.n%250)})
	return d
}

func (d *device) port() *port {
	i := uint32(len(d.ports) + 1)
	p := &port{dev: d, index: i, name: fmt.Sprintf("Gi%d/0/%d", 1+len(d.ports)/48, 1+len(d.ports)%48), mac: d.mac}
	p.mac[5] += byte(i % 64)
	if d.kind == host || d.kind == phone || d.kind == accessPoint || d.kind == hypervisor {
		p.name = fmt.Sprintf("eth%d", i-1)
		if i == 1 {
			p.mac = d.mac
		}
	}
	d.ports = append(d.ports, p)
	return p
}

// join plugs a cable into a port each of two devices.
func (n *Network) join(a, b *device) *cable {
	c := &cable{a: a.port(), b: b.port()}
	c.a.cable, c.b.cable = c, c
	for _, p := range []*port{c.a, c.b} {
		if far := c.far(p.dev); p.dev.kind == managed && (far.kind() == host || far.kind() == phone) {
			p.vlan = far.dev.vlan
		}
	}
	n.cables = append(n.cables, c)
	return c
}

func (p *port) kind() kind { return p.dev.kind }

// lag joins two devices by several cables that are one.
func (n *Network) lag(a, b *device, cables int) {
	var ends [2]*port
	for i, d := range []*device{a, b} {
		id := uint32(1000 + len(d.ports))
		ends[i] = &port{dev: d, index: id, name: fmt.Sprintf("Po%d", id-999), mac: d.mac}
	}
	for range cables {
		c := n.join(a, b)
		c.a.agg, c.b.agg = ends[0], ends[1]
	}
}

// hosts plugs machines into a switch.
func (n *Network) hosts(at *device, count int, vlan uint16) {
	for range count {
		n.join(at, n.machine(host, vlan))
	}
}

// clients associates machines with an access point; their frames come out of
// tunnel where it is not nil.
func (n *Network) clients(ap *device, count int, tunnel *device) {
	for range count {
		d := n.machine(host, 40)
		d.radio, d.tunnel = true, tunnel
		n.join(ap, d)
	}
}

// guests makes virtual machines.
func (n *Network) guests(h *device, count int) {
	for range count {
		d := n.machine(host, 20)
		d.mac = fact.MAC{0x00, 0x50, 0x56, 0x80, byte(d.n >> 8), byte(d.n)}
		n.join(h, d)
	}
}
