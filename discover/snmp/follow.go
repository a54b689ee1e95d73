package snmp

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kanmon/discover/fact"
)

// Follow says which of the devices that agents tell of are asked too.
type Follow struct {
	Scope []netip.Prefix // where they must be; none: nobody is followed
	// ARP follows every address in ARP and ND caches: PCs, printers and medical
	// devices as well as switches. Else it is the neighbours by LLDP, CDP and their
	// like, unless they say that they are no infrastructure, and the next hops of
	// routes.
	ARP bool
}

// maxFollowed is how many devices are asked that nobody named.
const maxFollowed = 2000

// trail gathers whom agents tell of. Facts come in from several devices at once.
type trail struct {
	follow Follow

	mu        sync.Mutex
	asked     map[netip.Addr]bool // or known as an address of one that was
	neighbors map[string][]netip.Addr
	others    map[netip.Addr]bool // next hops, entries of caches
	outside   map[netip.Addr]bool // said to be neighbours, but not in the scope
	nobody    map[netip.Addr]bool // networks and their broadcast addresses
	followed  int
}

func newTrail(f Follow, seeds []netip.Addr) *trail {
	t := &trail{
		follow: f, asked: make(map[netip.Addr]bool), neighbors: make(map[string][]netip.Addr),
		others: make(map[netip.Addr]bool), outside: make(map[netip.Addr]bool), nobody: make(map[netip.Addr]bool),
	}
	for _, a := range seeds {
		t.asked[a] = true
	}
	return t
}

// inScope reports whether a may be asked.
func (t *trail) inScope(a netip.Addr) bool {
	return isHost(a) && !a.IsLinkLocalUnicast() &&
		slices.ContainsFunc(t.follow.Scope, func(p netip.Prefix) bool { return p.Contains(a) })
}

// note takes what a fact tells.
func (t *trail) note(f fact.Fact) {
	if len(t.follow.Scope) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f := f.(type) {
	case fact.InterfaceAddress:
		t.asked[f.Address.Addr()] = true // it is one of a device that was asked
		t.network(f.Address)
	case fact.RemoteNeighbor:
		t.neighbor(f.Neighbor)
	case fact.Route:
		t.other(f.NextHop)
	case fact.NeighborEntry:
		if t.follow.ARP {
			t.other(f.IP)
		}
	}
}

// maxTrail bounds what is remembered between two rounds.
const maxTrail = 100_000

// network remembers which addresses of a network are of no device, or of all.
func (t *trail) network(p netip.Prefix) {
	if !p.Addr().Is4() || p.Bits() > 30 || len(t.nobody) >= maxTrail { // RFC 3021: two have no room for them
		return
	}
	last := p.Masked().Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		last[i/8] |= 0x80 >> (i % 8)
	}
	t.nobody[p.Masked().Addr()], t.nobody[netip.AddrFrom4(last)] = true, true
}

func (t *trail) other(a netip.Addr) {
	if len(t.others) < maxTrail && t.inScope(a) {
		t.others[a] = true
	}
}

func (t *trail) neighbor(n fact.Neighbor) {
	if !mayForward(n.Capabilities) || len(t.neighbors) >= maxTrail {
		return
	}
	key := n.ChassisID + "\x00" + n.SystemName
	for _, a := range n.ManagementAddresses {
		if t.inScope(a) {
			t.neighbors[key] = append(t.neighbors[key], a)
		} else if isHost(a) && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !t.asked[a] && len(t.outside) < maxTrail {
			t.outside[a] = true
		}
	}
}

// mayForward reports whether a neighbour that says this of itself may be a part of
// the infrastructure. One that says nothing may.
func mayForward(capabilities []string) bool {
	if len(capabilities) == 0 {
		return true
	}
	return slices.ContainsFunc(capabilities, func(c string) bool {
		return c == "bridge" || c == "router" || c == "wlanAccessPoint" || c == "repeater"
	})
}

// next returns whom to ask in the next round, in order: nobody twice, and no
// device by two of its addresses as far as that is known.
func (t *trail) next(spared func(netip.Addr) bool) []netip.Addr {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []netip.Addr
	take := func(a netip.Addr) bool {
		if t.asked[a] || t.followed >= maxFollowed {
			return false
		}
		t.asked[a] = true
		if t.nobody[a] || spared(a) {
			return false
		}
		out = append(out, a)
		t.followed++
		return true
	}
	for _, addresses := range t.neighbors {
		slices.SortFunc(addresses, netip.Addr.Compare)
	}
	keys := make([]string, 0, len(t.neighbors))
	for key := range t.neighbors {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		addresses := t.neighbors[key]
		if !slices.ContainsFunc(addresses, func(a netip.Addr) bool { return t.asked[a] }) {
			for i := 0; i < len(addresses) && !take(addresses[i]); i++ { // the first that may be asked
			}
		}
		for _, a := range addresses {
			t.asked[a] = true
		}
	}
	others := make([]netip.Addr, 0, len(t.others))
	for a := range t.others {
		others = append(others, a)
	}
	slices.SortFunc(others, netip.Addr.Compare)
	for _, a := range others {
		take(a)
	}
	clear(t.neighbors)
	clear(t.others)
	slices.SortFunc(out, netip.Addr.Compare)
	return out
}

// maxNamed is how many addresses a gap names.
const maxNamed = 10

// gaps says whom agents told of that was not asked.
func (t *trail) gaps() []fact.Gap {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []fact.Gap
	var outside []netip.Addr
	for a := range t.outside {
		if !t.asked[a] {
			outside = append(outside, a)
		}
	}
	if len(outside) > 0 {
		slices.SortFunc(outside, netip.Addr.Compare)
		var names []string
		for _, a := range outside[:min(len(outside), maxNamed)] {
			names = append(names, a.String())
		}
		who := strings.Join(names, ", ")
		out = append(out, fact.Gap{
			What: "neighbours", Code: fact.GapScope, Args: []string{strconv.Itoa(len(outside)), who},
			Why: fmt.Sprintf("%d addresses of neighbours are outside the scope that was named, and were not asked: %s", len(outside), who),
		})
	}
	if t.followed >= maxFollowed {
		out = append(out, fact.Gap{
			What: "neighbours", Code: fact.GapFollowed, Args: []string{strconv.Itoa(maxFollowed)},
			Why: fmt.Sprintf("%d devices were followed, which is the most: others were not asked", maxFollowed),
		})
	}
	return out
}
