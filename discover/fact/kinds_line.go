package fact

import "net/netip"

// TunnelEnd is a tunnel that a device has, as its own tables or its
// configuration tell: TUNNEL-MIB (RFC 4087), makers' MIBs of VPNs.
type TunnelEnd struct {
	Agent      AgentID    `json:"agent"`
	Name       string     `json:"name,omitempty"`
	Type       string     `json:"type"` // as Tunnel.Type: "ipsec", "gre", "l2tp", "4in6", "ssl-vpn", …
	IfIndex    uint32     `json:"if_index,omitempty"`
	Local      netip.Addr `json:"local,omitzero"`        // outer address; unspecified addresses are left out
	Remote     netip.Addr `json:"remote,omitzero"`       // outer address
	RemoteName string     `json:"remote_name,omitempty"` // host name of the other end, or what it calls itself to IKE, where the configuration has no address
	Calls      bool       `json:"calls,omitempty"`       // the other end is the one who calls, from whatever address it has
	Provider   string     `json:"provider,omitempty"`    // service, as a configuration names it: "v6plus", "ocn"
	State      string     `json:"state,omitempty"`       // "up", "down"; empty where not told
	Configured bool       `json:"configured,omitempty"`  // from configuration: it may never have come up
}

// Line is a line of an access network that a device has: what leads out of the
// building without a tunnel.
type Line struct {
	Agent      AgentID `json:"agent"`
	Name       string  `json:"name,omitempty"` // of its interface
	Type       string  `json:"type"`           // "pppoe", "ppp", "ipoe", "dhcp", "lte", "usb-modem", "isdn", "dsl", …
	IfIndex    uint32  `json:"if_index,omitempty"`
	State      string  `json:"state,omitempty"`      // "up", "down"; empty where not told
	Provider   string  `json:"provider,omitempty"`   // realm or service of PPPoE, access point name or operator of a mobile line; never a user name
	Model      string  `json:"model,omitempty"`      // of the modem
	Configured bool    `json:"configured,omitempty"` // from configuration: it may never have come up
}

// RemoteAccess says that a device lets others in from a network: VPN servers,
// pages of administration, and ports that it passes on to a host behind it.
type RemoteAccess struct {
	Agent      AgentID        `json:"agent"`
	Type       string         `json:"type"` // "l2tp", "pptp", "ssl-vpn", "ike", "openvpn", "https", "ssh", "telnet", …; "port-forward", or "static-nat" for all ports of a host
	Interface  string         `json:"interface,omitempty"`
	IfIndex    uint32         `json:"if_index,omitempty"`
	Transport  string         `json:"transport,omitempty"`   // "tcp", "udp", where a port is told
	Port       uint16         `json:"port,omitempty"`        // the first, where there are several
	PortEnd    uint16         `json:"port_end,omitempty"`    // the last, where there are several
	Target     netip.Addr     `json:"target,omitzero"`       // host behind the device that is reached
	TargetPort uint16         `json:"target_port,omitempty"` // its port, where it is another
	From       []netip.Prefix `json:"from,omitempty"`        // whom filters let in; empty: nobody is kept out as far as is told
	Filtered   bool           `json:"filtered,omitempty"`    // filters keep some out, but whom could not be worked out from them; a Gap says why
	Sessions   int            `json:"sessions,omitempty"`    // open now, where told
	Configured bool           `json:"configured,omitempty"`  // from configuration
}

// NameRoute says to which servers a device passes questions for a domain on.
type NameRoute struct {
	Agent   AgentID      `json:"agent"`
	Domain  string       `json:"domain"` // lower case, without the final dot; "." for all others
	Servers []netip.Addr `json:"servers,omitempty"`
	Via     string       `json:"via,omitempty"` // interface over which they are asked or learned
}

// USBDevice is something plugged into a USB port of a device (fgUsbportTable of
// FORTINET-FORTIGATE-MIB, configuration, inspection).
type USBDevice struct {
	Agent        AgentID `json:"agent"`
	Port         string  `json:"port,omitempty"`
	Class        string  `json:"class,omitempty"`      // as the table writes it
	VendorID     string  `json:"vendor_id,omitempty"`  // four hexadecimal digits
	ProductID    string  `json:"product_id,omitempty"` // four hexadecimal digits
	Manufacturer string  `json:"manufacturer,omitempty"`
	Product      string  `json:"product,omitempty"`
}

// Program is software on a host: a row of hrSWRunTable or hrSWInstalledTable
// (RFC 2790). Paths and parameters are not kept: they may hold anything.
type Program struct {
	Agent   AgentID `json:"agent"`
	Name    string  `json:"name"`
	Running bool    `json:"running,omitempty"` // else installed
}

// Kind implements Fact.
func (TunnelEnd) Kind() Kind { return "tunnel-end" }

// Kind implements Fact.
func (Line) Kind() Kind { return "line" }

// Kind implements Fact.
func (RemoteAccess) Kind() Kind { return "remote-access" }

// Kind implements Fact.
func (NameRoute) Kind() Kind { return "name-route" }

// Kind implements Fact.
func (USBDevice) Kind() Kind { return "usb-device" }

// Kind implements Fact.
func (Program) Kind() Kind { return "program" }

func (f TunnelEnd) visit(o *Observation, v Visitor)    { v.TunnelEnd(o, f) }
func (f Line) visit(o *Observation, v Visitor)         { v.Line(o, f) }
func (f RemoteAccess) visit(o *Observation, v Visitor) { v.RemoteAccess(o, f) }
func (f NameRoute) visit(o *Observation, v Visitor)    { v.NameRoute(o, f) }
func (f USBDevice) visit(o *Observation, v Visitor)    { v.USBDevice(o, f) }
func (f Program) visit(o *Observation, v Visitor)      { v.Program(o, f) }
