package fact

import (
	"net/netip"
	"strings"
)

// AgentID names the SNMP agent whose tables a fact was read from, the same from
// run to run while the agent is recognisably the same: "engine:" and
// snmpEngineID, "chassis:" and the LLDP local chassis ID, "mac:" and a bridge or
// interface address, "name:" and sysName, or at last "input:" and the digest of
// the walk.
//
// The text of a configuration is an agent of its own kind, beside the SNMP agent
// of the same device: "config:serial:" and maker and serial number, "config:mac:"
// and its first MAC address, "config:name:" with its host name, "@" and its first
// address, or "config:input:" and the digest of the text.
type AgentID string

// IsConfig reports whether a names the text of a configuration.
func (a AgentID) IsConfig() bool { return strings.HasPrefix(string(a), "config:") }

// ConfigIndex is the least number of an interface that only a configuration
// tells of. Such interfaces have no ifIndex, which is never so great (RFC 2863,
// InterfaceIndex), and are numbered by a hash of their name, so that a number
// stays when others come and go.
const ConfigIndex = 1 << 31

// SystemGroup is the system group of SNMPv2-MIB (RFC 3418). sysContact is not
// kept: it names a person. Of a configuration it holds the host name, and a
// description that is made of the model and version it names.
type SystemGroup struct {
	Agent       AgentID    `json:"agent"`
	Address     netip.Addr `json:"address,omitzero"` // that was asked; unknown in recorded walks
	SysDescr    string     `json:"sys_descr,omitempty"`
	SysObjectID string     `json:"sys_object_id,omitempty"` // numeric, without a leading dot
	SysName     string     `json:"sys_name,omitempty"`
	SysLocation string     `json:"sys_location,omitempty"`
	Services    int        `json:"services,omitempty"`      // sysServices
	EngineID    string     `json:"engine_id,omitempty"`     // snmpEngineID (RFC 3411), hexadecimal
	BridgeMAC   MAC        `json:"bridge_mac,omitzero"`     // dot1dBaseBridgeAddress (RFC 4188)
	IPForward   string     `json:"ip_forwarding,omitempty"` // ipForwarding: "forwarding", "notForwarding", or empty if not read
	SNMP        string     `json:"snmp,omitempty"`          // "on", "off", as a configuration tells
}

// Interface is a row of ifTable and ifXTable (RFC 2863).
type Interface struct {
	Agent       AgentID `json:"agent"`
	IfIndex     uint32  `json:"if_index"`
	Name        string  `json:"name,omitempty"`  // ifName
	Descr       string  `json:"descr,omitempty"` // ifDescr
	Alias       string  `json:"alias,omitempty"` // ifAlias: what the operator wrote
	Type        uint32  `json:"type,omitempty"`  // IANAifType
	MAC         MAC     `json:"mac,omitzero"`    // ifPhysAddress
	AdminStatus string  `json:"admin_status,omitempty"`
	OperStatus  string  `json:"oper_status,omitempty"`
}

// InterfaceAddress is a row of ipAddrTable or ipAddressTable (RFC 4293): an
// address of the agent's own.
type InterfaceAddress struct {
	Agent   AgentID      `json:"agent"`
	IfIndex uint32       `json:"if_index"`
	Address netip.Prefix `json:"address"` // host address with the length of its prefix; host length where not known
}

// NeighborEntry is a row of ipNetToMediaTable or ipNetToPhysicalTable (RFC
// 4293): the agent's ARP and ND caches. Rows of type invalid are left out.
type NeighborEntry struct {
	Agent   AgentID    `json:"agent"`
	IfIndex uint32     `json:"if_index"`
	IP      netip.Addr `json:"ip"`
	MAC     MAC        `json:"mac"`
}

// Route is a row of ipRouteTable, ipCidrRouteTable or inetCidrRouteTable (RFC
// 4292).
type Route struct {
	Agent       AgentID      `json:"agent"`
	Destination netip.Prefix `json:"destination"`
	NextHop     netip.Addr   `json:"next_hop,omitzero"` // unspecified where the destination is on the link
	IfIndex     uint32       `json:"if_index,omitempty"`
	Type        string       `json:"type,omitempty"`  // "local", "remote", "reject", "blackhole", "other"
	Proto       string       `json:"proto,omitempty"` // IANAipRouteProtocol name: "local", "netmgmt", "ospf", …
}

// FDBEntry is a learned row of dot1dTpFdbTable or dot1qTpFdbTable (RFC 4188,
// RFC 4363).
type FDBEntry struct {
	Agent    AgentID `json:"agent"`
	FDBID    uint32  `json:"fdb_id,omitempty"` // dot1qFdbId; 0 in dot1dTpFdbTable
	VID      uint16  `json:"vid,omitempty"`    // from dot1qVlanFdbId, or fdb_id where the agent has no such table
	MAC      MAC     `json:"mac"`
	BasePort uint32  `json:"base_port"`          // dot1dBasePort, not an ifIndex; 0 where the agent does not know
	IfIndex  uint32  `json:"if_index,omitempty"` // dot1dBasePortIfIndex; 0 where the agent does not map it
}

// VLAN is a VLAN that the agent knows (RFC 4363, dot1qVlanStaticTable and
// dot1qVlanCurrentTable).
type VLAN struct {
	Agent AgentID `json:"agent"`
	VID   uint16  `json:"vid"`
	Name  string  `json:"name,omitempty"`
}

// LocalChassis is what the agent announces of itself: lldpLocalSystemData, or
// cdpGlobalDeviceId.
type LocalChassis struct {
	Agent            AgentID `json:"agent"`
	Protocol         string  `json:"protocol"` // "lldp", "cdp"
	ChassisID        string  `json:"chassis_id,omitempty"`
	ChassisIDSubtype string  `json:"chassis_id_subtype,omitempty"`
	SystemName       string  `json:"system_name,omitempty"`
}

// RemoteNeighbor is a neighbour that the agent knows on one of its ports: a row
// of lldpRemTable with its management addresses, or of cdpCacheTable.
type RemoteNeighbor struct {
	Agent     AgentID  `json:"agent"`
	Protocol  string   `json:"protocol"`
	LocalPort string   `json:"local_port,omitempty"` // ifName of the port, else lldpLocPortId, else the port number
	IfIndex   uint32   `json:"if_index,omitempty"`   // 0 where the agent does not map its LLDP port to one
	Neighbor  Neighbor `json:"neighbor"`
}

// PhysicalEntity is a row of entPhysicalTable (RFC 6933) that names a chassis,
// a module or a port with a model or serial number.
type PhysicalEntity struct {
	Agent    AgentID `json:"agent"`
	Index    uint32  `json:"index"`
	Class    string  `json:"class,omitempty"` // PhysicalClass: "chassis", "module", "stack", …
	Name     string  `json:"name,omitempty"`
	Descr    string  `json:"descr,omitempty"`
	Vendor   string  `json:"vendor,omitempty"` // entPhysicalMfgName
	Model    string  `json:"model,omitempty"`
	Serial   string  `json:"serial,omitempty"`
	Hardware string  `json:"hardware,omitempty"`
	Firmware string  `json:"firmware,omitempty"`
	Software string  `json:"software,omitempty"`
}

// Kind implements Fact.
func (SystemGroup) Kind() Kind { return "system-group" }

// Kind implements Fact.
func (Interface) Kind() Kind { return "interface" }

// Kind implements Fact.
func (InterfaceAddress) Kind() Kind { return "interface-address" }

// Kind implements Fact.
func (NeighborEntry) Kind() Kind { return "neighbor-entry" }

// Kind implements Fact.
func (Route) Kind() Kind { return "route" }

// Kind implements Fact.
func (FDBEntry) Kind() Kind { return "fdb-entry" }

// Kind implements Fact.
func (VLAN) Kind() Kind { return "vlan" }

// Kind implements Fact.
func (LocalChassis) Kind() Kind { return "local-chassis" }

// Kind implements Fact.
func (RemoteNeighbor) Kind() Kind { return "remote-neighbor" }

// Kind implements Fact.
func (PhysicalEntity) Kind() Kind { return "physical-entity" }

func (f SystemGroup) visit(o *Observation, v Visitor)      { v.SystemGroup(o, f) }
func (f Interface) visit(o *Observation, v Visitor)        { v.Interface(o, f) }
func (f InterfaceAddress) visit(o *Observation, v Visitor) { v.InterfaceAddress(o, f) }
func (f NeighborEntry) visit(o *Observation, v Visitor)    { v.NeighborEntry(o, f) }
func (f Route) visit(o *Observation, v Visitor)            { v.Route(o, f) }
func (f FDBEntry) visit(o *Observation, v Visitor)         { v.FDBEntry(o, f) }
func (f VLAN) visit(o *Observation, v Visitor)             { v.VLAN(o, f) }
func (f LocalChassis) visit(o *Observation, v Visitor)     { v.LocalChassis(o, f) }
func (f RemoteNeighbor) visit(o *Observation, v Visitor)   { v.RemoteNeighbor(o, f) }
func (f PhysicalEntity) visit(o *Observation, v Visitor)   { v.PhysicalEntity(o, f) }
