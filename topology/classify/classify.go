package classify

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// Network is what classify needs to know of the resolved devices.
type Network interface {
	DeviceByMAC(m fact.MAC) (topology.DeviceID, bool)
	DeviceByIP(a netip.Addr) (topology.DeviceID, bool)
	DeviceByAgent(a fact.AgentID) (topology.DeviceID, bool)
	DeviceByAgentIn(a fact.AgentID, input string) (topology.DeviceID, bool)
	Devices() []topology.Device
	OwnAddress(a netip.Addr) bool
	IsGatewayMAC(m fact.MAC) bool
}

// Connections returns the external connections that obs show, sorted by ID.
// Evidence holds the full IDs of observations. The order of obs and repeats
// change nothing.
func Connections(obs []fact.Observation, net Network, site topology.Site, sig *signature.Set) []topology.ExternalConnection {
	c := newClassifier(obs, net, site, sig)

	// Lines first: they are the ways out that traffic is then found to take.
	c.interfaces()
	c.toldLines()
	c.plugged()
	c.defaultRoutes()
	c.lineTunnels()
	c.toldTunnels()
	c.makers()
	c.pools()
	c.passed, c.routing = c.passages() // what frames show of the path is used from here on
	c.findShared()
	c.checkAnswers()
	c.translated()
	c.advertisedServers()
	c.names()
	c.nameRoutes()
	c.advertisements()
	c.tunnels()
	c.said()
	c.exchanges()
	c.control()
	c.listeners()
	c.toldAccess()
	c.programs()
	c.gateways()
	c.brought()
	c.secondAddresses()
	c.onlyAsked()
	c.ownAddresses()

	return c.ledger.connections(c.namesAt)
}

// classifier holds what the rules look things up in, and what they found.
type classifier struct {
	net    Network
	site   topology.Site
	sig    *signature.Set
	seen   *index
	ledger ledger

	tables   []*tables
	tablesOf map[topology.DeviceID][]*tables
	devices  map[topology.DeviceID][]netip.Addr // addresses of each
	held     map[talker]bool                    // addresses that a device has with a MAC address of its own
	vendors  map[topology.DeviceID]string
	handed   map[handover]map[topology.DeviceID]*fact.Observation
	onward   map[pair]bool                             // see passages
	receives map[topology.DeviceID]bool                // others were seen to hand packets on to it
	brings   map[topology.DeviceID]bool                // answers to what was handed to it
	straight map[handover]bool                         // likewise, by address
	answers  map[handover]map[topology.DeviceID]answer // from others than what was handed to
	pairs    *sharing
	places   map[netip.Addr]place
	onLink   map[netip.Prefix]bool // /64 prefixes that routers announced (RFC 4861)
	lived    map[netip.Prefix]bool // what lines have of which such prefixes are in use, see inhabited
	local    localNetworks
	namesOf  map[netip.Addr][]string // answered
	calledOf map[netip.Addr][]string // that clients called a server by, where answers tell of it too
	addrsOf  map[string][]netip.Addr
	told     map[talker]bool // see toldAddresses
	serves   map[netip.Addr]service
	relayed  map[relay]bool                          // see relaysFound
	passed   []passage                               // see passages
	routing  map[topology.DeviceID]*fact.Observation // carry packets between inside devices, see passages
	gates    map[topology.DeviceID]bool              // packets of passed were handed to it
	leaving  map[topology.DeviceID]bool              // see checkAnswers
	serving  map[topology.DeviceID]bool
	wires    map[signature.Pool]bool // see wired
	medical  map[topology.DeviceID]bool
	routers  map[topology.DeviceID]bool
	peers    map[topology.DeviceID]map[key]*toldEnd // see toldTunnels
	toldOf   map[key]map[key]bool                   // see bounded
	shown    map[netip.Addr]shown                   // by servers outside
	resolved map[netip.Addr]*fact.Observation       // see resolvers
	heard    map[string][2]time.Time                // see isLong
}

func newClassifier(obs []fact.Observation, net Network, site topology.Site, sig *signature.Set) *classifier {
	c := &classifier{
		net: net, site: site, sig: sig,
		seen:     newIndex(obs),
		ledger:   ledger{drafts: make(map[key]*draft)},
		devices:  make(map[topology.DeviceID][]netip.Addr),
		tablesOf: make(map[topology.DeviceID][]*tables),
		vendors:  make(map[topology.DeviceID]string),
		handed:   make(map[handover]map[topology.DeviceID]*fact.Observation),
		onward:   make(map[pair]bool),
		receives: make(map[topology.DeviceID]bool),
		brings:   make(map[topology.DeviceID]bool),
		straight: make(map[handover]bool),
		held:     make(map[talker]bool),
		answers:  make(map[handover]map[topology.DeviceID]answer),
		pairs:    newSharing(),
		places:   make(map[netip.Addr]place),
		onLink:   make(map[netip.Prefix]bool),
		namesOf:  make(map[netip.Addr][]string),
		addrsOf:  make(map[string][]netip.Addr),
		serves:   make(map[netip.Addr]service),
		serving:  make(map[topology.DeviceID]bool),
		wires:    make(map[signature.Pool]bool),
		medical:  make(map[topology.DeviceID]bool),
		routers:  make(map[topology.DeviceID]bool),
		peers:    make(map[topology.DeviceID]map[key]*toldEnd),
		toldOf:   make(map[key]map[key]bool),
		shown:    make(map[netip.Addr]shown),
	}
	for _, d := range net.Devices() {
		c.devices[d.ID], c.vendors[d.ID] = addressesOf(d), d.Vendor
		for _, i := range d.Interfaces {
			if m, err := fact.ParseMAC(i.MAC); err == nil && !isShared(m) {
				for _, a := range addressesOf(topology.Device{Interfaces: []topology.Interface{i}}) {
					c.held[talker{d.ID, a}] = true
				}
			}
		}
		c.serving[d.ID], c.medical[d.ID] = slices.Contains(d.Roles, topology.RoleServer), slices.ContainsFunc(d.Roles, isMedical)
		c.routers[d.ID] = slices.Contains(d.Roles, topology.RoleRouter) || slices.Contains(d.Roles, topology.RoleFirewall)
	}
	for _, ra := range c.seen.adverts {
		for _, p := range ra.f.Prefixes {
			if p.Bits() == 64 { // what hosts make addresses of (RFC 4862, 5.5.3)
				c.onLink[p.Masked()] = true
			}
		}
	}
	c.lived = c.inhabited()
	for _, a := range c.seen.answers {
		for _, ip := range a.f.Addresses {
			ip = ip.Unmap()
			c.namesOf[ip] = append(c.namesOf[ip], a.f.Name)
			c.addrsOf[a.f.Name] = append(c.addrsOf[a.f.Name], ip)
		}
	}
	for ip, n := range c.namesOf {
		slices.Sort(n)
		c.namesOf[ip] = slices.Compact(n)
	}
	c.calledOf = c.calledNames()
	c.certificates()
	for n, ips := range c.addrsOf {
		slices.SortFunc(ips, netip.Addr.Compare)
		ips = slices.Compact(ips)
		c.addrsOf[n] = ips[:min(len(ips), maxRemote)] // no more of them are shown
	}
	c.tables = c.readTables()
	for _, t := range c.tables {
		c.tablesOf[t.device] = append(c.tablesOf[t.device], t)
		c.local.learn(t, c.site)
	}
	return c
}

// calledNames returns what clients called the servers that answers tell of:
// one address serves many names, of which answers may show only one.
func (c *classifier) calledNames() map[netip.Addr][]string {
	out := make(map[netip.Addr][]string)
	for _, s := range c.seen.asked {
		if ip := s.f.Server.IP.Unmap(); len(c.namesOf[ip]) > 0 {
			out[ip] = append(out[ip], s.f.Name)
		}
	}
	for ip, n := range out {
		slices.Sort(n)
		out[ip] = slices.Compact(n)
	}
	return out
}

// place is where an address is.
type place int

const (
	nowhere place = iota // not an address
	inside               // the hospital's own
	carrier              // shared address space (RFC 6598): a carrier's, and not the internet
	closed               // a closed network, such as the NGN
	outside
)

// away reports whether a packet to p leaves the hospital.
func (p place) away() bool { return p == carrier || p == closed || p == outside }

// place returns where a is.
func (c *classifier) place(a netip.Addr) place {
	a = a.Unmap().WithZone("")
	if p, ok := c.places[a]; ok {
		return p
	}
	p := c.findPlace(a)
	c.places[a] = p
	return p
}

func (c *classifier) findPlace(a netip.Addr) place {
	switch {
	case !a.IsValid():
		return nowhere
	case c.site.IsInside(a), c.net.OwnAddress(a), c.local.has(a), c.isOnLink(a):
		return inside
	case netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10).Contains(a):
		return carrier
	case c.sig.Closed(a) != nil:
		return closed
	case c.isNextTo(a):
		return inside
	}
	return outside
}

// isOnLink reports whether a is the address of a known device in a prefix that
// a router announced. The device is asked for as well, so that a false
// announcement does not turn the outside into the inside.
func (c *classifier) isOnLink(a netip.Addr) bool {
	if !a.Is6() {
		return false
	}
	p, err := a.Prefix(64)
	if err != nil || !c.onLink[p] {
		return false
	}
	_, ok := c.net.DeviceByIP(a)
	return ok
}

// lineBits is the length of the prefix that a line gets where it gets more than
// one network: every provider's in Japan.
const lineBits = 56

// inUse is how many devices with an address in an announced prefix show that
// it is in use, and not just announced by somebody.
const inUse = 2

// inhabited returns the prefixes of lines of which a network was announced that
// devices have addresses in.
func (c *classifier) inhabited() map[netip.Prefix]bool {
	count := make(map[netip.Prefix]int)
	for _, addrs := range c.devices {
		mine := make(map[netip.Prefix]bool)
		for _, a := range addrs {
			if p, err := a.Prefix(64); err == nil && a.Is6() && a.IsGlobalUnicast() && c.onLink[p] && !mine[p] {
				mine[p] = true
				count[p]++
			}
		}
	}
	out := make(map[netip.Prefix]bool)
	for p, n := range count {
		if n >= inUse {
			out[netip.PrefixFrom(p.Addr(), lineBits).Masked()] = true
		}
	}
	return out
}

// isNextTo reports whether a is in another network of a line whose networks are
// in use here: the hospital's own, behind a router.
func (c *classifier) isNextTo(a netip.Addr) bool {
	if len(c.lived) == 0 || !a.Is6() {
		return false
	}
	p, err := a.Prefix(lineBits)
	return err == nil && c.lived[p]
}

// owner returns the inside device at an end of a conversation: by its address,
// else by its MAC, unless that is a gateway's.
func (c *classifier) owner(e fact.Endpoint) (topology.DeviceID, bool) {
	if e.IP.IsValid() {
		if c.place(e.IP) != inside {
			return "", false
		}
		if d, ok := c.net.DeviceByIP(e.IP); ok {
			return d, true
		}
	}
	if e.MAC.IsZero() || e.MAC.IsGroup() || c.net.IsGatewayMAC(e.MAC) {
		return "", false
	}
	return c.net.DeviceByMAC(e.MAC)
}

// carrierOf returns the device whose MAC the frames of e carried, where that
// device is not e itself.
func (c *classifier) carrierOf(e fact.Endpoint) (topology.DeviceID, bool) {
	if e.MAC.IsZero() || e.MAC.IsGroup() {
		return "", false
	}
	d, ok := c.net.DeviceByMAC(e.MAC)
	if own, known := c.net.DeviceByIP(e.IP); known && own == d {
		return "", false
	}
	return d, ok
}

// takerOf returns the device that frames for e were handed to, where that device
// is not e itself.
func (c *classifier) takerOf(e fact.Endpoint) (topology.DeviceID, bool) {
	if !e.Via.IsZero() {
		e.MAC = e.Via
	}
	return c.carrierOf(e)
}

// ends returns which end of a conversation is inside and which is away; false
// where both are inside or both are away.
func (c *classifier) ends(a, b fact.Endpoint) (in, out fact.Endpoint, dir topology.Direction, ok bool) {
	pa, pb := c.place(a.IP), c.place(b.IP)
	switch {
	case pa == inside && pb.away():
		return a, b, topology.Outbound, true
	case pb == inside && pa.away():
		return b, a, topology.Inbound, true
	}
	return in, out, "", false
}

// namesAt returns the names of an address outside: those answered, and those in
// the certificate that it showed.
func (c *classifier) namesAt(a netip.Addr) []string {
	return slices.Concat(c.namesOf[a], c.shown[a].names)
}

// isMedical reports whether a role is that of a medical device.
func isMedical(r topology.Role) bool {
	return r == topology.RoleModality || r == topology.RoleAnalyzer || r == topology.RoleMonitor
}

// sorted returns the elements of a set in order.
func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// normalName is the form in which DNS names are compared.
func normalName(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }
