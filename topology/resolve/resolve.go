package resolve

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Network is the resolved devices, with look-ups. It is not changed once made.
// Evidence in it is named by full fact IDs.
type Network struct {
	devices   []topology.Device // sorted by ID
	index     map[topology.DeviceID]int
	byMAC     map[fact.MAC]topology.DeviceID
	byIP      map[netip.Addr]topology.DeviceID
	byAgent   map[fact.AgentID]topology.DeviceID
	byName    map[string]topology.DeviceID // subjects: an agent in one input, a reported neighbour
	own       map[netip.Addr]bool
	gateway   map[fact.MAC]bool
	zones     []topology.Zone
	subnets   []Subnet
	conflicts []topology.Conflict
}

// Subnet is a subnet that the evidence or the site file shows.
type Subnet struct {
	Prefix   netip.Prefix
	Heard    bool // a device has an address in it by other evidence than its router's tables
	Evidence []topology.EvidenceID
}

// Resolve finds the devices that obs speak of. The result does not depend on
// the order of obs or on repeats.
func Resolve(obs []fact.Observation, site topology.Site) *Network {
	c := newCollector(Sorted(obs), site)
	for i := range c.obs {
		c.i = i
		c.obs[i].Visit(c)
	}
	c.finish()
	g := group(c.subjects)
	c.blocks.join(g)
	a := resolveAddresses(c, g)
	return newResolver(c, g, a).network()
}

// Sorted returns observations ordered by ID, each once; obs itself where it is
// so already.
func Sorted(obs []fact.Observation) []fact.Observation {
	sorted := true
	for i := 1; i < len(obs) && sorted; i++ {
		sorted = obs[i-1].ID < obs[i].ID
	}
	if sorted {
		return obs
	}
	var set fact.Set
	for _, o := range obs {
		set.Add(o)
	}
	return set.Sorted()
}

func (r *resolver) network() *Network {
	n := &Network{
		index: make(map[topology.DeviceID]int), byMAC: make(map[fact.MAC]topology.DeviceID),
		byIP: make(map[netip.Addr]topology.DeviceID), byAgent: make(map[fact.AgentID]topology.DeviceID),
		byName: make(map[string]topology.DeviceID), own: make(map[netip.Addr]bool),
	}
	for root := range r.ids {
		n.devices = append(n.devices, r.device(root))
	}
	slices.SortFunc(n.devices, func(a, b topology.Device) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for i, d := range n.devices {
		n.index[d.ID] = i
	}
	for root, macs := range r.macs {
		for _, m := range macs {
			n.byMAC[m] = r.ids[root]
		}
	}
	for m, s := range r.c.radios {
		if _, ok := n.byMAC[m]; !ok {
			n.byMAC[m] = r.ids[r.g.find(s)]
		}
	}
	for m, s := range r.a.virtual {
		n.byMAC[m] = r.ids[r.g.find(s)]
	}
	for ip, o := range r.a.owners {
		if id := r.ids[r.g.find(o)]; id != "" {
			n.byIP[ip] = id
		}
	}
	for _, c := range r.c.claims {
		if c.strength == byOwnTable && !r.a.realms.isHostLocal(c.ip) {
			n.own[c.ip] = true
		}
	}
	for agent, subjects := range r.c.agents {
		if roots := r.g.roots(subjects); len(roots) == 1 {
			n.byAgent[agent] = r.ids[roots[0]]
		}
	}
	for i, s := range r.c.subjects {
		if strings.HasPrefix(s.name, "agent:") || strings.HasPrefix(s.name, "neighbor:") {
			n.byName[s.name] = r.ids[r.g.find(i)]
		}
	}
	n.gateway = r.gateways(n.devices)
	n.zones = r.zones.list()
	n.subnets = r.subnetList()
	n.conflicts = r.conflicts()
	return n
}

// DeviceByMAC returns the device that has the MAC address m.
func (n *Network) DeviceByMAC(m fact.MAC) (topology.DeviceID, bool) {
	id, ok := n.byMAC[m]
	return id, ok
}

// DeviceByIP returns the device that has the address a, where exactly one does.
func (n *Network) DeviceByIP(a netip.Addr) (topology.DeviceID, bool) {
	id, ok := n.byIP[plain(a)]
	return id, ok
}

// DeviceByAgent returns the device whose tables the SNMP agent a shows. Where
// several devices turned out to have the same agent ID there is none; see
// DeviceByAgentIn.
func (n *Network) DeviceByAgent(a fact.AgentID) (topology.DeviceID, bool) {
	id, ok := n.byAgent[a]
	return id, ok
}

// DeviceByAgentIn returns the device whose tables the SNMP agent a shows in one
// input.
func (n *Network) DeviceByAgentIn(a fact.AgentID, input string) (topology.DeviceID, bool) {
	id, ok := n.byName[agentSubject(a, input)]
	return id, ok
}

// DeviceByNeighbor returns the device that a RemoteNeighbor observation reports.
func (n *Network) DeviceByNeighbor(o fact.ID) (topology.DeviceID, bool) {
	id, ok := n.byName[neighborSubject(o)]
	return id, ok
}

// Device returns the device with this ID.
func (n *Network) Device(id topology.DeviceID) (topology.Device, bool) {
	i, ok := n.index[id]
	if !ok {
		return topology.Device{}, false
	}
	return n.devices[i], true
}

// Devices returns every device, sorted by ID.
func (n *Network) Devices() []topology.Device { return slices.Clone(n.devices) }

// OwnAddress reports whether a device has the address a by its own tables.
func (n *Network) OwnAddress(a netip.Addr) bool { return n.own[plain(a)] }

// IsGatewayMAC reports whether m carries packets of addresses that are not its
// own, or is an interface of a known router.
func (n *Network) IsGatewayMAC(m fact.MAC) bool { return n.gateway[m] }

// Zones returns the zones that the site declares or a device is in, sorted by
// name.
func (n *Network) Zones() []topology.Zone { return slices.Clone(n.zones) }

// Subnets returns the subnets known, sorted.
func (n *Network) Subnets() []Subnet { return slices.Clone(n.subnets) }

// Conflicts returns the evidence that contradicts itself.
func (n *Network) Conflicts() []topology.Conflict { return slices.Clone(n.conflicts) }
