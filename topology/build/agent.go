package build

import (
	"kanmon/discover/fact"
	"kanmon/topology/resolve"
)

// agentName returns what the device is called whose own tables an observation
// is from; empty where it is from none, or where that device is not known.
func agentName(o *fact.Observation, net *resolve.Network) string {
	agent := agentOf(o.Fact)
	if agent == "" {
		return ""
	}
	for _, s := range o.Seen {
		if id, ok := net.DeviceByAgentIn(agent, s.Input); ok {
			d, _ := net.Device(id)
			return d.Name
		}
	}
	return ""
}

func agentOf(f fact.Fact) fact.AgentID {
	switch f := f.(type) {
	case fact.SystemGroup:
		return f.Agent
	case fact.Interface:
		return f.Agent
	case fact.InterfaceAddress:
		return f.Agent
	case fact.NeighborEntry:
		return f.Agent
	case fact.Route:
		return f.Agent
	case fact.FDBEntry:
		return f.Agent
	case fact.VLAN:
		return f.Agent
	case fact.LocalChassis:
		return f.Agent
	case fact.RemoteNeighbor:
		return f.Agent
	case fact.PhysicalEntity:
		return f.Agent
	case fact.InterfaceLayer:
		return f.Agent
	case fact.AggregateMember:
		return f.Agent
	case fact.VLANPorts:
		return f.Agent
	case fact.BridgePort:
		return f.Agent
	case fact.RedundancyGroup:
		return f.Agent
	case fact.AccessPoint:
		return f.Agent
	case fact.WirelessClient:
		return f.Agent
	case fact.TunnelEnd:
		return f.Agent
	case fact.Line:
		return f.Agent
	case fact.RemoteAccess:
		return f.Agent
	case fact.NameRoute:
		return f.Agent
	case fact.USBDevice:
		return f.Agent
	case fact.Program:
		return f.Agent
	}
	return ""
}
