package fact

import "net/netip"

// HostStatus is a host that a scan found, or the addresses and names it gave
// for it.
type HostStatus struct {
	IP        netip.Addr `json:"ip"`
	MAC       MAC        `json:"mac,omitzero"` // seen only on the scanner's own segment
	State     string     `json:"state"`        // "up", "down"
	HostNames []string   `json:"host_names,omitempty"`
}

// Port is a port that a scan looked at and found open.
type Port struct {
	IP        netip.Addr `json:"ip"`
	Transport string     `json:"transport"` // "tcp", "udp", "sctp"
	Port      uint16     `json:"port"`
	State     string     `json:"state"`               // "open", "open|filtered"
	Service   string     `json:"service,omitempty"`   // name from a probe only; empty where nmap took it from its table of ports
	Assumed   string     `json:"assumed,omitempty"`   // name by port number alone: a hint, never evidence of what runs there
	Product   string     `json:"product,omitempty"`   // from a probe
	Version   string     `json:"version,omitempty"`   // from a probe
	ExtraInfo string     `json:"extrainfo,omitempty"` // from a probe
	Tunnel    string     `json:"tunnel,omitempty"`    // "ssl"
}

// OSMatch is the operating system that nmap holds for most likely.
type OSMatch struct {
	IP       netip.Addr `json:"ip"`
	Name     string     `json:"name"`
	Vendor   string     `json:"vendor,omitempty"`
	Family   string     `json:"family,omitempty"`
	Type     string     `json:"type,omitempty"` // nmap device type: "router", "switch", "general purpose"
	Accuracy int        `json:"accuracy"`       // percent
}

// Kind implements Fact.
func (HostStatus) Kind() Kind { return "host-status" }

// Kind implements Fact.
func (Port) Kind() Kind { return "port" }

// Kind implements Fact.
func (OSMatch) Kind() Kind { return "os-match" }

func (f HostStatus) visit(o *Observation, v Visitor) { v.HostStatus(o, f) }
func (f Port) visit(o *Observation, v Visitor)       { v.Port(o, f) }
func (f OSMatch) visit(o *Observation, v Visitor)    { v.OSMatch(o, f) }
