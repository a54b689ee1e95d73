package resolve

import (
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// agentTold notes that the tables of an agent told something.
func (c *collector) agentTold(a fact.AgentID) {
	for _, s := range c.agentsOf(a) {
		c.mention(of(s), true, false)
	}
}

// InterfaceLayer implements fact.Visitor.
func (c *collector) InterfaceLayer(_ *fact.Observation, f fact.InterfaceLayer) { c.agentTold(f.Agent) }

// AggregateMember implements fact.Visitor.
func (c *collector) AggregateMember(_ *fact.Observation, f fact.AggregateMember) {
	c.agentTold(f.Agent)
}

// VLANPorts implements fact.Visitor.
func (c *collector) VLANPorts(_ *fact.Observation, f fact.VLANPorts) {
	c.agentTold(f.Agent)
	for _, s := range c.agentsOf(f.Agent) {
		for _, i := range slices.Concat(f.Untagged, f.Tagged) {
			p := agentPort{s, i}
			if len(c.portVLANs[p]) < maxVLANs {
				c.portVLANs[p] = append(c.portVLANs[p], f.VID)
			}
		}
	}
}

// maxVLANs bounds what is kept of the VLANs that one port carries: there are
// 4094, which two tables may tell of.
const maxVLANs = 2 * 4094

// agentPort is a port of an agent, by subject and ifIndex.
type agentPort struct {
	subject int
	ifIndex uint32
}

// BridgePort implements fact.Visitor.
func (c *collector) BridgePort(_ *fact.Observation, f fact.BridgePort) { c.agentTold(f.Agent) }

// RedundancyGroup implements fact.Visitor.
func (c *collector) RedundancyGroup(_ *fact.Observation, f fact.RedundancyGroup) {
	c.agentTold(f.Agent)
	for _, a := range f.Addresses {
		if a = plain(a); isHostAddress(a) {
			c.shared[a] = true
			if f.MAC.IsVirtual() {
				c.virtualAt(f.MAC).bound(a, c.i)
			}
		}
	}
	if f.Protocol == "hsrp" { // VRRP and CARP are spoken by servers, too
		for _, s := range c.agentsOf(f.Agent) {
			c.role(of(s), topology.RoleRouter)
		}
	}
}

// AccessPoint implements fact.Visitor.
func (c *collector) AccessPoint(_ *fact.Observation, f fact.AccessPoint) {
	for _, s := range c.agentsOf(f.Agent) {
		c.mention(of(s), true, false)
		c.role(of(s), topology.RoleController)
	}
	s := c.accessPoint(f.MAC)
	if s < 0 && !isDefaultName(f.Name) {
		s = c.subject("access-point:" + string(f.Agent) + "/" + f.Name)
		c.subjects[s].known = true
		c.key(s, announcedKey("name", f.Name))
	}
	if s < 0 {
		return
	}
	to := of(s)
	c.claim(s, f.IP, fact.MAC{}, byLease)
	c.name(to, nameAnnounced, f.Name)
	c.trait(to, fieldModel, fromAnnouncement, f.Model)
	if !isJunkSerial(f.Serial) {
		c.trait(to, fieldSerial, fromAnnouncement, f.Serial)
	}
	c.role(to, topology.RoleAP)
	c.mention(to, true, true)
}

// accessPoint returns the subject of an access point by the MAC address by which
// its controller knows it, and -1 for one that identifies nothing. Of some it is
// the address of a radio, which is in no table of switches: so it makes a device
// only where neither this address nor the access point's IP address does.
func (c *collector) accessPoint(m fact.MAC) int {
	if !canIdentify(m) {
		return -1
	}
	s, ok := c.radios[m]
	if !ok {
		s = c.subject("access-point:" + m.String())
		c.radios[m] = s
		c.subjects[s].known = true
		c.key(s, key{rankAnnounced, macKey(m).text})
	}
	return s
}

// WirelessClient implements fact.Visitor.
func (c *collector) WirelessClient(_ *fact.Observation, f fact.WirelessClient) {
	c.mention(of(c.mac(f.MAC)), true, true)
	for _, s := range c.agentsOf(f.Agent) {
		c.mention(of(s), true, false)
		if f.AccessPoint.IsZero() {
			c.role(of(s), topology.RoleAP)
		}
	}
	if s := c.accessPoint(f.AccessPoint); s >= 0 {
		c.role(of(s), topology.RoleAP)
		c.mention(of(s), true, false)
	}
}

// TunnelEnd implements fact.Visitor.
func (c *collector) TunnelEnd(_ *fact.Observation, f fact.TunnelEnd) { c.agentTold(f.Agent) }

// Line implements fact.Visitor.
func (c *collector) Line(_ *fact.Observation, f fact.Line) { c.agentTold(f.Agent) }

// RemoteAccess implements fact.Visitor.
func (c *collector) RemoteAccess(_ *fact.Observation, f fact.RemoteAccess) { c.agentTold(f.Agent) }

// NameRoute implements fact.Visitor.
func (c *collector) NameRoute(_ *fact.Observation, f fact.NameRoute) { c.agentTold(f.Agent) }

// USBDevice implements fact.Visitor.
func (c *collector) USBDevice(_ *fact.Observation, f fact.USBDevice) { c.agentTold(f.Agent) }

// Program implements fact.Visitor.
func (c *collector) Program(_ *fact.Observation, f fact.Program) { c.agentTold(f.Agent) }
