package fact

import "net/netip"

// SelfDescription is something that a host says of itself within a protocol of
// the application layer: its software, its name, its part in an exchange. Only
// what names machines and programs is kept, never what names people or carries
// a secret.
type SelfDescription struct {
	Host     Endpoint `json:"host"`     // port: that of the service; 0 where a client speaks
	Protocol string   `json:"protocol"` // "ssh", "tls", "http", "ntlm", "kerberos", "rdp", "dicom", "hl7", "astm", "snmp", "sip", …
	Field    string   `json:"field"`    // what is told, in the protocol's own term: "software-version", "server", "user-agent", "calling-ae-title", …
	Value    string   `json:"value"`
}

// ControlSpeaker is a host that speaks a protocol with which the network runs
// itself: routing, redundancy of gateways, aggregation of links, groups.
type ControlSpeaker struct {
	Protocol string       `json:"protocol"`       // "ospf", "ospf3", "rip", "ripng", "bgp", "eigrp", "pim", "vrrp", "hsrp", "glbp", "carp", "isis", "lacp", "igmp", "mld", "dtp", "vtp", "mstp", "pvst", "capwap"
	Role     string       `json:"role,omitempty"` // in the protocol's own term: "active", "standby", "dr", "querier", "ac", "wtp", …; "default-route" (RIP); "partner" (LACP): the ID and domain are of the other end of the port's link
	IP       netip.Addr   `json:"ip,omitzero"`
	MAC      MAC          `json:"mac,omitzero"` // source of the frame; of VRRP and its kin the virtual one
	VID      uint16       `json:"vid,omitempty"`
	ID       string       `json:"id,omitempty"`      // router ID (OSPF, BGP), system ID (IS-IS, LACP), bridge address (MSTP, PVST+), name (CAPWAP)
	Domain   string       `json:"domain,omitempty"`  // area (OSPF), autonomous system (BGP, EIGRP), group or virtual router ID (VRRP, HSRP), key (LACP), region (MSTP), VLAN (PVST+), VTP domain (DTP, VTP)
	Virtual  []netip.Addr `json:"virtual,omitempty"` // addresses that it holds for others (VRRP, HSRP, CARP)
}

// Transit says that a MAC address carried, in one direction, packets of several global addresses
// of different networks: a gateway stands there, whatever it says it is. Global
// are addresses that are neither private (RFC 1918, RFC 4193) nor of the link.
type Transit struct {
	MAC     MAC    `json:"mac"`
	VID     uint16 `json:"vid,omitempty"`
	Version int    `json:"version"`      // of IP: 4 or 6
	To      bool   `json:"to,omitempty"` // frames for such addresses were sent to it; else its own came from them
}

// HopLimit is the time to live (RFC 791) or hop limit (RFC 8200) with which
// packets of an address arrived at the vantage. One that is lower than the hosts
// of its segment start with shows that a router is between.
type HopLimit struct {
	IP    netip.Addr `json:"ip"`
	MAC   MAC        `json:"mac,omitzero"` // source of the frames
	VID   uint16     `json:"vid,omitempty"`
	Value int        `json:"value"`
}

// Kind implements Fact.
func (SelfDescription) Kind() Kind { return "self-description" }

// Kind implements Fact.
func (ControlSpeaker) Kind() Kind { return "control-speaker" }

// Kind implements Fact.
func (Transit) Kind() Kind { return "transit" }

// Kind implements Fact.
func (HopLimit) Kind() Kind { return "hop-limit" }

func (f SelfDescription) visit(o *Observation, v Visitor) { v.SelfDescription(o, f) }
func (f ControlSpeaker) visit(o *Observation, v Visitor)  { v.ControlSpeaker(o, f) }
func (f Transit) visit(o *Observation, v Visitor)         { v.Transit(o, f) }
func (f HopLimit) visit(o *Observation, v Visitor)        { v.HopLimit(o, f) }
