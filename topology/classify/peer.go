package classify

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// toldEnd is what a device has by its own tables or configuration of a way out
// that is a tunnel.
type toldEnd struct {
	transports map[string]bool
	anyPeer    bool // the other end may be anywhere: it is the one who comes
}

// toldTunnels finds the tunnels that devices have by their own tables and
// configuration. Those that IPv4 or IPv6 leaves by are lines to the internet.
func (c *classifier) toldTunnels() {
	named := c.namedPeers()
	for _, t := range c.seen.ends {
		for _, d := range c.devicesOf(t.o, t.f.Agent) {
			far := t.f.Remote.Unmap()
			if !far.IsValid() {
				far = c.peerOf(d, t.f, named)
			}
			if isSoftwire(t.f.Type) {
				c.toldSoftwire(t, d, far)
				continue
			}
			c.toldTunnel(t, d, far)
		}
	}
}

// tunnelName is a tunnel of a device by what the device calls it.
type tunnelName struct {
	device topology.DeviceID
	name   string
}

// nameTunnel spells a name as the device's agent and its configuration may both
// have it: TUNNEL[01] of Yamaha's agent is tunnel1 of its configuration, and what
// FortiGate's tells with a name for each pair of networks is one tunnel.
func nameTunnel(d topology.DeviceID, f fact.TunnelEnd) tunnelName {
	name := strings.ToLower(f.Name)
	if f.Type == "ipsec" {
		name, _, _ = strings.Cut(name, "/")
	}
	if kind, n, ok := strings.Cut(name, "["); ok {
		name = kind + strings.TrimLeft(strings.TrimSuffix(n, "]"), "0")
	}
	return tunnelName{d, name}
}

// namedPeers returns the addresses of the other ends of tunnels by the names that
// devices have for these: tables tell the address of what a configuration tells
// by a name.
func (c *classifier) namedPeers() map[tunnelName]netip.Addr {
	out := make(map[tunnelName]netip.Addr)
	for _, t := range c.seen.ends {
		a := t.f.Remote.Unmap()
		if t.f.Name == "" || !a.IsValid() {
			continue
		}
		for _, d := range c.devicesOf(t.o, t.f.Agent) {
			k := nameTunnel(d, t.f)
			if have, ok := out[k]; !ok || a.Less(have) {
				out[k] = a
			}
		}
	}
	return out
}

// peerOf returns the address of the other end of a tunnel that is told by a name
// only, the zero Addr where it is not known.
func (c *classifier) peerOf(d topology.DeviceID, f fact.TunnelEnd, named map[tunnelName]netip.Addr) netip.Addr {
	if a, ok := named[nameTunnel(d, f)]; ok && f.Name != "" {
		return a
	}
	if ips := c.addrsOf[normalName(f.RemoteName)]; len(ips) == 1 && c.place(ips[0]).away() {
		return ips[0]
	}
	return netip.Addr{}
}

// isSoftwire reports whether tunnels of a type are how packets of one version of
// IP leave by a line of the other.
func isSoftwire(typ string) bool {
	switch typ {
	case "4in6", "6in4", "6to4", "6rd", "teredo", "map-e", "ds-lite", "lw4o6":
		return true
	}
	return false
}

func (c *classifier) toldSoftwire(t seen[fact.TunnelEnd], d topology.DeviceID, far netip.Addr) {
	x := claim{
		key: key{category: topology.Internet, device: d}, rules: []rule{toldRule(t.f.State, t.f.Configured)}, iface: t.f.Name,
		transport: []string{t.f.Type}, direction: topology.Outbound, line: t.f.State != stateDown, down: t.f.State == stateDown,
	}
	if c.place(far).away() {
		x.addrs = []netip.Addr{far}
	}
	for _, sig := range []*signature.Signature{c.sig.Domain(t.f.RemoteName), c.sig.Remote(far)} {
		if sig != nil && sig.Category == topology.Internet {
			x.sig, x.transport, x.rules = sig, sig.Transport, append(x.rules, softwireEndpoint)
		}
	}
	c.ledger.add(x, t.o)
}

func (c *classifier) toldTunnel(t seen[fact.TunnelEnd], d topology.DeviceID, far netip.Addr) {
	transport, _ := tunnelTransport(fact.Tunnel{Type: t.f.Type})
	if transport == "" || far.IsValid() && !c.place(far).away() {
		return // between two places of the hospital
	}
	peer := normalName(t.f.RemoteName)
	x := claim{
		key: key{category: topology.VendorVPN, device: d}, rules: []rule{toldRule(t.f.State, t.f.Configured)}, iface: t.f.Name,
		transport: []string{transport},
	}
	anyPeer := t.f.Calls
	if t.f.Calls {
		x.direction = topology.Inbound
	}
	switch {
	case far.IsValid():
		x.by, x.addrs = far.String(), []netip.Addr{far}
	case strings.Contains(peer, ".") && !t.f.Calls: // a host that can be asked for
		x.by = "name:" + peer
	case peer != "": // what it calls itself when it comes
		x.by, x.direction, anyPeer = "name:"+peer, topology.Inbound, true
	default:
		x.by, x.rules = "tunnel:"+nameTunnel(d, t.f).name, append(x.rules, toldNoPeer)
		if anyPeer = true; t.f.Configured { // tables may just not tell
			x.direction = topology.Inbound
		}
	}
	if peer != "" {
		x.names = []string{peer}
	}
	for _, sig := range []*signature.Signature{c.sig.Domain(peer), c.sig.Remote(far)} { // who it is for says more
		if sig != nil && !isLine(sig.Category) {
			x.sig, x.category = sig, sig.Category
		}
	}
	x.key = c.bounded(x.key)
	c.ledger.add(x, t.o)
	c.noteEnd(x.key, transport, anyPeer)
}

// maxTold is how many ways out or in of one category the tables or configuration
// of a device tell one by one; what is beyond that is told together.
const maxTold = 500

// bounded returns the key under which a way out is told that a device tells.
func (c *classifier) bounded(k key) key {
	group := key{category: k.category, device: k.device}
	have := c.toldOf[group]
	switch {
	case have[k]:
		return k
	case len(have) >= maxTold:
		group.by = "others"
		return group
	case have == nil:
		have = make(map[key]bool)
		c.toldOf[group] = have
	}
	have[k] = true
	return k
}

func (c *classifier) noteEnd(k key, transport string, anyPeer bool) {
	if c.peers[k.device] == nil {
		c.peers[k.device] = make(map[key]*toldEnd)
	}
	e := c.peers[k.device][k]
	if e == nil {
		e = &toldEnd{transports: make(map[string]bool)}
		c.peers[k.device][k] = e
	}
	e.transports[transport] = true
	e.anyPeer = e.anyPeer || anyPeer
}

// toldAccess finds the ways in that devices open to the outside.
func (c *classifier) toldAccess() {
	shared := make(map[topology.DeviceID]int) // doors that belong to several ways
	lines := make(map[agentIndex]bool)
	for _, l := range c.seen.lines {
		lines[agentIndex{l.f.Agent, l.f.IfIndex}] = true
	}
	for _, a := range c.seen.access {
		if c.onlyInside(a.f.From) {
			continue
		}
		for _, d := range c.devicesOf(a.o, a.f.Agent) {
			lets, forwards := accessLets, forwardLets
			if !lines[agentIndex{a.f.Agent, a.f.IfIndex}] && c.facesPrivate(d, a.f.IfIndex) {
				lets, forwards = accessPrivate, forwardPrivate
			}
			x := claim{rules: append([]rule{lets}, whoComes(a.f)...), transport: []string{accessTransport(a.f.Type)}, iface: a.f.Interface, direction: topology.Inbound}
			c.whoComesFrom(&x, a.f)
			keys := c.accessKeys(d, a.f)
			if len(keys) > 1 {
				if shared[d]++; shared[d] > maxPerRule {
					continue // no more of them is kept as evidence
				}
			}
			for _, k := range keys {
				x.key = c.bounded(k)
				switch k.category {
				case topology.Unclassified:
					x.rules[0], x.transport, x.ports = forwards, nil, portsOf(a.f)
					if x.ports == nil {
						x.transport = []string{a.f.Type}
					}
					x.behind, _ = c.net.DeviceByIP(a.f.Target)
				default:
					x = c.ofTunnel(d, x)
				}
				c.ledger.add(x, a.o)
			}
		}
	}
}

// agentIndex is an interface of an agent.
type agentIndex struct {
	agent fact.AgentID
	index uint32
}

// facesPrivate reports whether an interface has addresses, and all are private:
// the router of a department looks at the hospital as one at the edge does at the
// internet, and behind a provider's router that looks alike.
func (c *classifier) facesPrivate(d topology.DeviceID, ifIndex uint32) bool {
	faces := false
	for _, t := range c.tablesOf[d] {
		for _, a := range t.on(ifIndex) {
			if !a.f.Address.Addr().IsPrivate() {
				return false
			}
			faces = true
		}
	}
	return faces
}

// ofTunnel returns what an open door says of a way out: where that is a tunnel
// that the device has, the door is how its other end comes in. Whom else it is
// open to is told where that end may be anybody.
func (c *classifier) ofTunnel(d topology.DeviceID, x claim) claim {
	switch e := c.peers[d][x.key]; {
	case e == nil:
	case e.anyPeer:
		x.rules = append([]rule{accessOfTunnel}, x.rules[1:]...)
	default:
		x.rules, x.addrs, x.networks, x.direction = []rule{accessOfTunnel}, nil, nil, ""
	}
	return x
}

// accessKeys returns the ways that an open door belongs to: tunnels of the device
// that others come in by, or one of its own.
func (c *classifier) accessKeys(d topology.DeviceID, f fact.RemoteAccess) []key {
	switch f.Type {
	case "port-forward", "static-nat":
		return []key{{category: topology.Unclassified, device: d, by: "to " + f.Target.String()}}
	case "ike", "ipsec", "l2tp", "pptp", "sstp", "ssl-vpn", "openvpn", "wireguard", "softether", "anyconnect":
	default: // pages of administration, and command lines
		return []key{{category: topology.RemoteSupport, device: d, by: "from outside"}}
	}
	transport := accessTransport(f.Type)
	var anyPeer, all []key
	for k, e := range c.peers[d] {
		if e.transports[transport] {
			all = append(all, k)
			if e.anyPeer {
				anyPeer = append(anyPeer, k)
			}
		}
	}
	switch {
	case len(anyPeer) > 0:
		return anyPeer
	case len(all) > 0:
		return all
	}
	for _, k := range c.probed(d, transport) {
		return []key{k}
	}
	return []key{{category: topology.VendorVPN, device: d, by: "from outside " + transport}}
}

// probed returns the ways in of a device that a probe found, in order.
func (c *classifier) probed(d topology.DeviceID, transport string) []key {
	var out []key
	for k, x := range c.ledger.drafts {
		if k.device == d && k.category == topology.VendorVPN && x.rules[listenerProbed] && x.transport[transport] {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b key) int { return strings.Compare(a.by, b.by) })
	return out
}

// accessTransport returns what a connection through a door of this type is
// called.
func accessTransport(typ string) string {
	if typ == "ike" {
		return "ipsec"
	}
	return typ
}

// whoComes returns what is told of whom a door is open to.
func whoComes(f fact.RemoteAccess) []rule {
	var out []rule
	switch {
	case f.Filtered:
		out = append(out, accessFiltered)
	case len(f.From) == 0 || slices.ContainsFunc(f.From, func(p netip.Prefix) bool { return p.Bits() == 0 }):
		out = append(out, accessAnybody)
	default:
		out = append(out, accessSome)
	}
	if f.Sessions > 0 {
		out = append(out, accessSessions)
	}
	return out
}

// whoComesFrom adds the addresses and networks outside that a door lets in.
func (c *classifier) whoComesFrom(x *claim, f fact.RemoteAccess) {
	for _, p := range f.From {
		switch {
		case p.Bits() == 0:
			x.networks = append(x.networks, everywhere())
		case p.IsSingleIP() && c.place(p.Addr()).away():
			x.addrs = append(x.addrs, p.Addr())
		case !p.IsSingleIP() && c.place(p.Addr()) != inside:
			x.networks = append(x.networks, p)
		}
	}
	if len(f.From) == 0 && !f.Filtered {
		x.networks = append(x.networks, everywhere())
	}
}

// everywhere is all networks, of both versions of IP.
func everywhere() netip.Prefix { return netip.PrefixFrom(netip.IPv4Unspecified(), 0) }

// portsOf returns the ports of a door as topology.ExternalConnection has them;
// none where all are open.
func portsOf(f fact.RemoteAccess) []string {
	switch {
	case f.Port == 0:
		return nil
	case f.PortEnd > f.Port:
		return []string{fmt.Sprintf("%s/%d-%d", f.Transport, f.Port, f.PortEnd)}
	}
	return []string{fmt.Sprintf("%s/%d", f.Transport, f.Port)}
}

// onlyInside reports whether all who are let in are the hospital's own.
func (c *classifier) onlyInside(from []netip.Prefix) bool {
	return len(from) > 0 && !slices.ContainsFunc(from, func(p netip.Prefix) bool { return p.Bits() == 0 || c.place(p.Addr()) != inside })
}
