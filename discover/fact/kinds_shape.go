package fact

import "net/netip"

// InterfaceLayer is a row of ifStackTable (RFC 2863): one interface of the agent
// runs on top of another.
type InterfaceLayer struct {
	Agent  AgentID `json:"agent"`
	Higher uint32  `json:"higher"` // ifIndex
	Lower  uint32  `json:"lower"`  // ifIndex
}

// AggregateMember is a port that is part of an aggregate: a row of
// dot3adAggPortTable (IEEE Std 802.1AX, IEEE8023-LAG-MIB), or what a maker's own
// table says of it.
type AggregateMember struct {
	Agent     AgentID `json:"agent"`
	IfIndex   uint32  `json:"if_index"`         // of the port
	Aggregate uint32  `json:"aggregate"`        // ifIndex of the aggregate
	Partner   MAC     `json:"partner,omitzero"` // system ID of the other end, where LACP told it
}

// VLANPorts says which ports of a switch carry a VLAN: the sets of ports of
// dot1qVlanCurrentTable and dot1qVlanStaticTable (RFC 4363), as interfaces.
type VLANPorts struct {
	Agent    AgentID  `json:"agent"`
	VID      uint16   `json:"vid"`
	Untagged []uint32 `json:"untagged,omitempty"` // ifIndex, ascending
	Tagged   []uint32 `json:"tagged,omitempty"`   // ifIndex, ascending
}

// BridgePort is a row of dot1dStpPortTable (RFC 4188): what spanning tree does
// with a port, and which bridge it takes for the one that leads to the root
// there.
type BridgePort struct {
	Agent            AgentID `json:"agent"`
	IfIndex          uint32  `json:"if_index"`
	VID              uint16  `json:"vid,omitempty"`              // where there is a tree for each VLAN
	State            string  `json:"state"`                      // dot1dStpPortState: "disabled", "blocking", "listening", "learning", "forwarding", "broken"
	DesignatedBridge MAC     `json:"designated_bridge,omitzero"` // without the priority
	DesignatedPort   uint16  `json:"designated_port,omitempty"`
}

// RedundancyGroup is a group of routers that share an address, as one of them
// tells: VRRP-MIB (RFC 2787), VRRPV3-MIB (RFC 6527), CISCO-HSRP-MIB.
type RedundancyGroup struct {
	Agent     AgentID      `json:"agent"`
	Protocol  string       `json:"protocol"` // "vrrp", "hsrp"
	Group     uint32       `json:"group"`    // virtual router ID, or group number
	IfIndex   uint32       `json:"if_index"`
	State     string       `json:"state,omitempty"` // in the MIB's own term: "master", "backup", "active", "standby", …
	MAC       MAC          `json:"mac,omitzero"`    // the virtual address
	Addresses []netip.Addr `json:"addresses,omitempty"`
}

// AccessPoint is a wireless access point that a controller knows.
type AccessPoint struct {
	Agent  AgentID    `json:"agent"`        // the controller's
	MAC    MAC        `json:"mac,omitzero"` // of its Ethernet, or of its radio where that alone is told
	IP     netip.Addr `json:"ip,omitzero"`
	Name   string     `json:"name,omitempty"`
	Model  string     `json:"model,omitempty"`
	Serial string     `json:"serial,omitempty"`
	State  string     `json:"state,omitempty"` // in the MIB's own term
}

// WirelessClient is a station that is associated with an access point, as this or
// its controller tells.
type WirelessClient struct {
	Agent       AgentID `json:"agent"`
	MAC         MAC     `json:"mac"`
	AccessPoint MAC     `json:"access_point,omitzero"` // as fact.AccessPoint names it; zero: the agent itself
	IfIndex     uint32  `json:"if_index,omitempty"`    // of the radio, where the agent is the access point
	SSID        string  `json:"ssid,omitempty"`
}

// Kind implements Fact.
func (InterfaceLayer) Kind() Kind { return "interface-layer" }

// Kind implements Fact.
func (AggregateMember) Kind() Kind { return "aggregate-member" }

// Kind implements Fact.
func (VLANPorts) Kind() Kind { return "vlan-ports" }

// Kind implements Fact.
func (BridgePort) Kind() Kind { return "bridge-port" }

// Kind implements Fact.
func (RedundancyGroup) Kind() Kind { return "redundancy-group" }

// Kind implements Fact.
func (AccessPoint) Kind() Kind { return "access-point" }

// Kind implements Fact.
func (WirelessClient) Kind() Kind { return "wireless-client" }

func (f InterfaceLayer) visit(o *Observation, v Visitor)  { v.InterfaceLayer(o, f) }
func (f AggregateMember) visit(o *Observation, v Visitor) { v.AggregateMember(o, f) }
func (f VLANPorts) visit(o *Observation, v Visitor)       { v.VLANPorts(o, f) }
func (f BridgePort) visit(o *Observation, v Visitor)      { v.BridgePort(o, f) }
func (f RedundancyGroup) visit(o *Observation, v Visitor) { v.RedundancyGroup(o, f) }
func (f AccessPoint) visit(o *Observation, v Visitor)     { v.AccessPoint(o, f) }
func (f WirelessClient) visit(o *Observation, v Visitor)  { v.WirelessClient(o, f) }
