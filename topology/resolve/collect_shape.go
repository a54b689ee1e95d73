package resolve

import "kanmon/discover/fact"

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
func (c *collector) VLANPorts(_ *fact.Observation, f fact.VLANPorts) { c.agentTold(f.Agent) }

// BridgePort implements fact.Visitor.
func (c *collector) BridgePort(_ *fact.Observation, f fact.BridgePort) { c.agentTold(f.Agent) }

// RedundancyGroup implements fact.Visitor.
func (c *collector) RedundancyGroup(_ *fact.Observation, f fact.RedundancyGroup) {
	c.agentTold(f.Agent)
}

// AccessPoint implements fact.Visitor.
func (c *collector) AccessPoint(_ *fact.Observation, f fact.AccessPoint) { c.agentTold(f.Agent) }

// WirelessClient implements fact.Visitor.
func (c *collector) WirelessClient(_ *fact.Observation, f fact.WirelessClient) { c.agentTold(f.Agent) }

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
