package networks

import (
	"fmt"
	"net/netip"

	"kanmon/discover/fact"
)

// All returns the networks of the catalogue, made from seed.
func All(seed uint64) []*Network {
	var out []*Network
	for _, c := range []struct {
		name string
		make func(*Network)
	}{
		{"tree, LLDP everywhere", func(n *Network) { n.tree("lldp", "lldp") }},
		{"tree, CDP everywhere", func(n *Network) { n.tree("cdp", "cdp") }},
		{"tree, LLDP and CDP, neither everywhere", func(n *Network) { n.tree("lldp", "cdp") }},
		{"tree, LLDP at the core only", func(n *Network) { n.tree("lldp", "") }},
		{"tree, nobody says anything", func(n *Network) { n.tree("", "") }},
		{"the same with aged tables", func(n *Network) { n.tree("", ""); n.age(0.02, 0.4, 0.6) }},
		{"the same, switches never heard themselves", func(n *Network) { n.tree("", ""); n.age(0, 0.2, 1) }},
		{"the same, machines heard on their way to the core only", func(n *Network) { n.tree("", ""); n.hosts(n.devices[0], 3, 10); n.pathOnly = true }},
		{"tree, hardly any table complete", func(n *Network) { n.tree("", ""); n.age(0.03, 0.6, 0.8); n.Scarce = true }},
		{"chain of ten silent switches, aged", (*Network).chain},
		{"ring, LLDP", func(n *Network) { n.ring("lldp") }},
		{"ring, silent, spanning tree tables", func(n *Network) { n.ring("") }},
		{"two rings over one core", (*Network).rings},
		{"aggregates, LLDP", func(n *Network) { n.aggregates("lldp") }},
		{"aggregates, LACP only", func(n *Network) { n.aggregates("") }},
		{"stacks", (*Network).stacks},
		{"unmanaged switches at the edge", (*Network).edge},
		{"two unmanaged switches in a row", (*Network).inARow},
		{"unmanaged switch between three managed", func(n *Network) { n.between("") }},
		{"the same with LLDP, which it passes on", func(n *Network) { n.between("lldp"); n.relays = true }},
		{"VRRP pair", func(n *Network) { n.pair("vrrp", fact.MAC{0, 0, 0x5e, 0, 1, 1}) }},
		{"HSRP pair, aged tables", func(n *Network) { n.pair("hsrp", fact.MAC{0, 0, 0x0c, 7, 0xac, 1}); n.age(0.02, 0.3, 0.3) }},
		{"access points with a controller", func(n *Network) { n.wireless(true) }},
		{"access points on their own", func(n *Network) { n.wireless(false) }},
		{"telephones with PCs behind", (*Network).phones},
		{"virtual machines", (*Network).virtual},
		{"router on a stick", (*Network).stick},
		{"several gateways in one subnet", (*Network).gateways},
		{"machines that moved", func(n *Network) { n.tree("lldp", ""); n.moves = 10 }},
		{"switches that were not asked", (*Network).unasked},
		{"switch with a MAC address for each port", (*Network).perPort},
		{"machines with two cables", (*Network).dualHomed},
		{"sixty switches and two thousand machines", (*Network).Hospital},
	} {
		n := newNetwork(c.name, seed)
		c.make(n)
		out = append(out, n)
	}
	return out
}

// Large returns the network of 60 switches and 2,000 machines alone.
func Large(seed uint64) *Network {
	n := newNetwork("large", seed)
	n.Hospital()
	return n
}

func (n *Network) age(near, far, own float64) { n.ageNear, n.ageFar, n.ageOwn = near, far, own }

// some returns a number between least and most.
func (n *Network) some(least, most int) int { return least + n.rng.IntN(most-least+1) }

// tree makes a core, three switches on it and three on each of these.
func (n *Network) tree(core, leaf string) []*device {
	top := n.sw("core", core)
	var leaves []*device
	for i := range 3 {
		mid := n.sw(fmt.Sprintf("mid%d", i), core)
		n.join(top, mid)
		for j := range 3 {
			says := leaf
			if j == 2 {
				says = core
			}
			l := n.sw(fmt.Sprintf("leaf%d%d", i, j), says)
			n.join(mid, l)
			n.hosts(l, n.some(3, 9), uint16(10+10*n.rng.IntN(3)))
			leaves = append(leaves, l)
		}
	}
	return leaves
}

func (n *Network) chain() {
	n.age(0.02, 0.3, 0.5)
	var last *device
	for i := range 10 {
		s := n.sw(fmt.Sprintf("s%d", i), "")
		if last != nil {
			n.join(last, s)
		}
		n.hosts(s, n.some(4, 8), 10)
		last = s
	}
}

// circle joins switches in a ring, begun and ended at first.
func (n *Network) circle(first *device, says, name string, count int) {
	last := first
	for i := range count {
		s := n.sw(fmt.Sprintf("%s%d", name, i), says)
		n.join(last, s)
		n.hosts(s, n.some(3, 6), 10)
		last = s
	}
	n.join(last, first)
}

func (n *Network) ring(says string) {
	n.trees = true
	root := n.sw("root", says)
	n.hosts(root, 4, 10)
	n.circle(root, says, "r", 6)
}

func (n *Network) rings() {
	n.trees = true
	core := n.sw("core", "lldp")
	n.hosts(core, 5, 10)
	n.circle(core, "lldp", "east", 4)
	n.circle(core, "", "west", 5)
}

func (n *Network) aggregates(says string) {
	core, other := n.sw("core", says), n.sw("other", says)
	n.lag(core, other, 4)
	for i := range 5 {
		s := n.sw(fmt.Sprintf("s%d", i), says)
		n.lag([]*device{core, other}[i%2], s, 2)
		n.hosts(s, n.some(4, 8), 10)
	}
}

func (n *Network) stacks() {
	core := n.sw("core", "lldp")
	for i := range 3 {
		s := n.sw(fmt.Sprintf("stack%d", i), "lldp")
		s.serials = []string{fmt.Sprintf("FOC%d001X", i), fmt.Sprintf("FOC%d002Y", i), fmt.Sprintf("FOC%d003Z", i)}
		n.lag(core, s, 2)
		n.hosts(s, 53, 10) // on two members
	}
}

func (n *Network) edge() {
	for i, l := range n.tree("lldp", "") {
		if i%2 == 0 {
			d := n.dumb()
			n.join(l, d)
			n.hosts(d, n.some(2, 6), 10)
		}
	}
	n.age(0, 0.2, 0.3)
}

func (n *Network) inARow() {
	core, far := n.sw("core", "lldp"), n.sw("far", "lldp")
	n.hosts(core, 5, 10)
	n.hosts(far, 6, 10)
	row := func(a *device) *device {
		x, y := n.dumb(), n.dumb()
		n.join(a, x)
		n.join(x, y)
		n.hosts(x, 3, 10)
		n.hosts(y, 4, 10)
		return y
	}
	row(core)
	n.join(row(core), far)
	row(far)
}

func (n *Network) between(says string) {
	core := n.sw("core", says)
	n.hosts(core, 4, 10)
	d := n.dumb()
	n.join(core, d)
	for i := range 3 {
		s := n.sw(fmt.Sprintf("s%d", i), says)
		n.join(d, s)
		n.hosts(s, n.some(4, 7), 10)
	}
}

// box makes a router with an address in each network.
func (n *Network) box(name, says string, networks ...string) *device {
	r := n.add(name, router, says, true)
	for _, p := range networks {
		r.networks = append(r.networks, netip.MustParsePrefix(p))
	}
	return r
}

func (n *Network) pair(protocol string, virtual fact.MAC) {
	leaves := n.tree("cdp", "cdp")
	g := &group{protocol: protocol, id: 1, mac: virtual, address: netip.MustParseAddr("10.10.0.254")}
	for i := range 2 {
		r := n.box(fmt.Sprintf("gw%d", i), "cdp", fmt.Sprintf("10.10.0.%d/16", 252+i), fmt.Sprintf("10.250.%d.1/24", i))
		r.group = g
		n.join(n.devices[0], r)
	}
	for _, l := range leaves {
		l.gateway = g.address
	}
}

func (n *Network) wireless(controlled bool) {
	says := "lldp"
	var boss *device
	leaves := n.tree("lldp", "lldp")
	if controlled {
		boss = n.add("wlc", controller, "lldp", true)
		boss.ip = netip.MustParseAddr("10.99.9.9")
		n.join(n.devices[0], boss)
		says = ""
	}
	for i, l := range leaves {
		ap := n.add(fmt.Sprintf("ap%d", i), accessPoint, says, false)
		n.join(l, ap)
		var tunnel *device
		if boss != nil {
			boss.managers = append(boss.managers, ap)
			if i%2 == 0 {
				tunnel = boss
			}
		}
		n.clients(ap, n.some(3, 8), tunnel)
	}
}

func (n *Network) phones() {
	for _, l := range n.tree("lldp", "lldp") {
		for range 4 {
			p := n.machine(phone, 30)
			p.says = "lldp"
			n.join(l, p)
			n.hosts(p, 1, 10)
		}
	}
}

func (n *Network) virtual() {
	for i, l := range n.tree("lldp", "") {
		h := n.add(fmt.Sprintf("esx%d", i), hypervisor, "", false)
		if i%2 == 0 {
			h.says = l.says
		}
		n.join(l, h)
		n.guests(h, n.some(2, 12))
	}
}

func (n *Network) stick() {
	leaves := n.tree("lldp", "")
	r := n.box("rtx", "lldp", "10.10.0.1/16", "10.20.0.1/16", "10.30.0.1/16")
	n.join(n.devices[0], r)
	for _, l := range leaves {
		l.gateway = netip.MustParseAddr("10.10.0.1")
	}
}

func (n *Network) gateways() {
	leaves := n.tree("lldp", "lldp")
	for i := range 3 {
		r := n.box(fmt.Sprintf("gw%d", i), "", fmt.Sprintf("10.10.0.%d/16", 1+i), fmt.Sprintf("10.2%d.255.1/16", 4+i))
		n.join(leaves[i], r)
	}
	for i, l := range leaves {
		l.gateway = netip.AddrFrom4([4]byte{10, 10, 0, byte(1 + i%3)})
	}
}

func (n *Network) unasked() {
	for i, l := range n.tree("lldp", "lldp") {
		if i%3 != 0 {
			continue
		}
		s := n.add(fmt.Sprintf("closed%d", i), managed, "lldp", false)
		n.join(l, s)
		n.hosts(s, n.some(1, 6), 10)
	}
}

func (n *Network) perPort() {
	leaves := n.tree("lldp", "lldp")
	s := n.add("nexus", managed, "lldp", false)
	s.perPort, s.ip = true, netip.MustParseAddr("10.99.7.7")
	for _, l := range leaves[:4] {
		n.join(s, l).blocked = true // routed ports: no frames pass
	}
}

func (n *Network) dualHomed() {
	leaves := n.tree("lldp", "")
	for i := range 4 {
		h := n.add(fmt.Sprintf("srv%d", i), router, "", true)
		h.networks = []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.10.9.%d/16", i)), netip.MustParsePrefix(fmt.Sprintf("10.20.9.%d/16", i))}
		n.join(leaves[i], h)
		n.join(leaves[i+4], h)
	}
}

// Hospital makes 60 switches and 2,000 machines of every sort.
func (n *Network) Hospital() {
	n.trees = true
	n.age(0.01, 0.3, 0.4)
	core := []*device{n.sw("core0", "lldp"), n.sw("core1", "lldp")}
	n.lag(core[0], core[1], 2)
	var edges []*device
	for i := range 8 {
		floor := n.sw(fmt.Sprintf("floor%d", i), []string{"lldp", "cdp", ""}[i%3])
		n.lag(core[i%2], floor, 2)
		for j := range 6 {
			s := n.sw(fmt.Sprintf("edge%d%d", i, j), []string{"lldp", ""}[j%2])
			n.join(floor, s)
			n.hosts(s, 32, uint16(10+10*n.rng.IntN(3)))
			edges = append(edges, s)
		}
	}
	n.circle(core[0], "lldp", "annex", 2)
	for i := range 6 {
		d := n.dumb()
		n.join(edges[7*i], d)
		n.hosts(d, n.some(3, 6), 10)
	}
	for i := 0; n.Hosts < 2000; i++ {
		floor := edges[n.rng.IntN(len(edges))]
		ap := n.add(fmt.Sprintf("ap%d", i), accessPoint, floor.says, false)
		n.join(floor, ap)
		if ap.says != "" { // else nobody could tell it from an unmanaged switch
			n.clients(ap, min(10, 2000-n.Hosts), nil)
		}
	}
}
