package resolve

import (
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// SystemGroup implements fact.Visitor.
func (c *collector) SystemGroup(_ *fact.Observation, f fact.SystemGroup) {
	for _, s := range c.agentsOf(f.Agent) {
		to := of(s)
		if f.EngineID != "" {
			c.key(s, key{rankEngine, "engine:" + strings.ToLower(f.EngineID)})
		}
		if canIdentify(f.BridgeMAC) && !f.BridgeMAC.IsLocal() {
			c.key(s, macKey(f.BridgeMAC))
		}
		if _, ok := c.engines[s]; !ok {
			c.engines[s] = f
		}
		c.claim(s, f.Address, fact.MAC{}, byOwnTable)
		c.name(to, nameSystem, f.SysName)
		c.trait(to, fieldLocation, fromSystem, f.SysLocation)
		c.product(to, fromSystem, f.SysObjectID, f.SysDescr)
		c.mention(to, true, true)
	}
}

// Interface implements fact.Visitor.
func (c *collector) Interface(_ *fact.Observation, f fact.Interface) {
	for _, s := range c.agentsOf(f.Agent) {
		c.rows = append(c.rows, tableRow{subject: s, obs: c.i, row: f})
		if canIdentify(f.MAC) {
			c.macOf(f.MAC)
			c.key(s, macKey(f.MAC))
		}
		c.mention(of(s), true, false)
	}
}

// InterfaceAddress implements fact.Visitor.
func (c *collector) InterfaceAddress(_ *fact.Observation, f fact.InterfaceAddress) {
	bits := f.Address.Bits()
	if f.Address.IsSingleIP() {
		bits = 0
	}
	for _, s := range c.agentsOf(f.Agent) {
		c.claimRow(claim{subject: s, ip: f.Address.Addr(), bits: bits, ifIndex: f.IfIndex, strength: byOwnTable})
		c.mention(of(s), true, true)
	}
	c.subnet(f.Address)
}

// NeighborEntry implements fact.Visitor.
func (c *collector) NeighborEntry(_ *fact.Observation, f fact.NeighborEntry) {
	c.resolved(f.IP, f.MAC)
	for _, s := range c.agentsOf(f.Agent) {
		c.mention(of(s), true, false)
	}
}

// Route implements fact.Visitor.
func (c *collector) Route(_ *fact.Observation, f fact.Route) {
	subjects := c.agentsOf(f.Agent)
	for _, s := range subjects {
		c.mention(of(s), true, false)
	}
	switch f.Type {
	case "local":
		if c.site.IsInside(f.Destination.Addr()) {
			c.subnet(f.Destination)
		}
		return
	case "reject", "blackhole":
		return
	}
	if !c.site.IsInside(f.NextHop) || len(subjects) == 0 {
		return
	}
	c.mention(atIP(f.NextHop), true, f.Destination.Bits() == 0)
	c.traitUnless(atIP(f.NextHop), fieldRole, 0, string(topology.RoleRouter), subjects[0])
}

// FDBEntry implements fact.Visitor.
func (c *collector) FDBEntry(_ *fact.Observation, f fact.FDBEntry) {
	c.mentionRow(c.mac(f.MAC), maxLearned)
	for _, s := range c.agentsOf(f.Agent) {
		c.mentionRow(s, maxOther)
		if c.fdbPorts[s] == nil {
			c.fdbPorts[s] = make(map[uint32]bool)
		}
		c.fdbPorts[s][f.BasePort] = true
	}
}

// VLAN implements fact.Visitor.
func (c *collector) VLAN(_ *fact.Observation, f fact.VLAN) {
	for _, s := range c.agentsOf(f.Agent) {
		c.mention(of(s), true, false)
	}
}

// LocalChassis implements fact.Visitor.
func (c *collector) LocalChassis(_ *fact.Observation, f fact.LocalChassis) {
	for _, s := range c.agentsOf(f.Agent) {
		keys, chassis := chassisKeys(fact.Neighbor{ChassisID: f.ChassisID, ChassisIDSubtype: f.ChassisIDSubtype})
		for _, k := range keys {
			c.key(s, k)
		}
		if chassis != "" {
			c.subjects[s].chassis = append(c.subjects[s].chassis, chassis)
		}
		if !isDefaultName(f.SystemName) {
			c.key(s, announcedKey("name", f.SystemName))
		}
		c.name(of(s), nameAnnounced, f.SystemName)
		c.mention(of(s), true, true)
	}
}

// RemoteNeighbor implements fact.Visitor.
func (c *collector) RemoteNeighbor(o *fact.Observation, f fact.RemoteNeighbor) {
	port := f.LocalPort
	if port == "" {
		port = strconv.FormatUint(uint64(f.IfIndex), 10)
	}
	s := c.neighbor(neighborSubject(o.ID), f.Neighbor, announcedKey("behind", string(f.Agent)+"/"+port))
	for _, agent := range c.agentsOf(f.Agent) {
		c.mention(of(agent), true, false)
		if s >= 0 {
			c.near = append(c.near, near{agent: agent, subject: s, port: port, names: neighborNames(f.Neighbor)})
		}
	}
	if s >= 0 {
		c.neighborTraits(of(s), f.Neighbor)
		c.mention(of(s), true, true)
	}
}

// near is a neighbour as an agent sees it on one of its ports.
type near struct {
	agent, subject int
	port           string
	names          []string // by which another protocol may know it on the same port
}

// neighborNames returns the names and addresses of a neighbour in the spelling
// in which LLDP and CDP have them alike.
func neighborNames(n fact.Neighbor) []string {
	var out []string
	id, _, _ := strings.Cut(n.ChassisID, "(") // CDP of some makers adds the serial number
	for _, s := range []string{id, n.SystemName} {
		if !isDefaultName(s) {
			out = append(out, strings.ToLower(s))
		}
	}
	for _, a := range n.ManagementAddresses {
		if a = plain(a); isHostAddress(a) {
			out = append(out, a.String())
		}
	}
	return out
}

func neighborSubject(id fact.ID) string { return "neighbor:" + string(id) }

// serialVendor makes the key of a serial number. Where the entity table names
// no maker, the device's enterprise number does; without either the number is
// kept for contradictions only, since makers count from one each.
func (c *collector) serialVendor(s int, f fact.PhysicalEntity) {
	if f.Vendor != "" {
		c.key(s, serialKey(f.Vendor, f.Serial))
		return
	}
	c.unmade = append(c.unmade, unmadeSerial{s, f.Serial})
}

// unmadeSerial is a serial number whose maker was not yet known when it was
// visited.
type unmadeSerial struct {
	subject int
	serial  string
}

// finish makes what needs every observation to have been visited.
func (c *collector) finish() {
	c.takeEntities()
	for _, u := range c.unmade {
		if p, _ := c.identify(c.engines[u.subject].SysObjectID, ""); p.Vendor != "" {
			c.key(u.subject, serialKey(p.Vendor, u.serial))
		}
	}
	c.takeLists()
	c.takeHearsay()
}
