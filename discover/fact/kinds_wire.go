package fact

import "net/netip"

// Endpoint is one end of a conversation as seen from a vantage: its IP
// address, and the MAC address that its frames carried there. The MAC is the
// host's own only on its own segment; elsewhere it is its gateway's.
type Endpoint struct {
	IP   netip.Addr `json:"ip,omitzero"`
	Port uint16     `json:"port,omitempty"` // UDP or TCP port; 0 where there is none or it is ephemeral
	MAC  MAC        `json:"mac,omitzero"`
	Via  MAC        `json:"via,omitzero"` // of Flow and Tunnel: what frames for the host were handed to, where its own came from another: routers share an address, the way there is not the way back, or both sides of a router were seen
}

// Station says that frames were sent with this source MAC address.
type Station struct {
	MAC MAC    `json:"mac"`
	VID uint16 `json:"vid,omitempty"` // IEEE 802.1Q VLAN ID, outermost tag; 0 if untagged
}

// AddressBinding is an IP address bound to a MAC address as its owner or an
// interested party said on the wire: ar$spa to ar$sha (RFC 826), or a target or
// source link-layer address option (RFC 4861, 4.6.1).
type AddressBinding struct {
	IP  netip.Addr `json:"ip"`
	MAC MAC        `json:"mac"`
	VID uint16     `json:"vid,omitempty"`
}

// AddressSet is a list of addresses that one host gave in one answer as its
// own. Addresses of another network in it show a second interface.
type AddressSet struct {
	MAC       MAC          `json:"mac,omitzero"` // of the frame that carried the answer, on the host's own segment
	From      netip.Addr   `json:"from,omitzero"`
	Name      string       `json:"name,omitempty"`
	Protocol  string       `json:"protocol"` // "mdns", "llmnr", "nbns", "netbios-dgm", "ssdp", "ws-discovery", "oxid", "ubnt", "capwap", "nat-pmp" (also PCP: outside addresses of a gateway), …
	Addresses []netip.Addr `json:"addresses"`
}

// NameClaim is a name that a host gave as its own: mDNS (RFC 6762), LLMNR (RFC
// 4795), NBNS (RFC 1002), DHCP option 12 (RFC 2132).
type NameClaim struct {
	Name     string     `json:"name"`
	Protocol string     `json:"protocol"`
	IP       netip.Addr `json:"ip,omitzero"`
	MAC      MAC        `json:"mac,omitzero"`
}

// Neighbor is what a device says of itself and of one of its ports to its
// neighbours, in LLDP (IEEE Std 802.1AB-2016, 8.5) or in CDP and its kin.
type Neighbor struct {
	ChassisID           string       `json:"chassis_id,omitempty"`         // LLDP chassis ID as text; MAC addresses as MAC.String writes them; CDP: device ID
	ChassisIDSubtype    string       `json:"chassis_id_subtype,omitempty"` // "macAddress", "networkAddress", "local", … (LldpChassisIdSubtype); empty for CDP
	PortID              string       `json:"port_id,omitempty"`            // LLDP port ID, CDP port ID
	PortIDSubtype       string       `json:"port_id_subtype,omitempty"`    // "interfaceName", "macAddress", "local", … (LldpPortIdSubtype); empty for CDP
	PortDescription     string       `json:"port_description,omitempty"`
	SystemName          string       `json:"system_name,omitempty"`
	SystemDescription   string       `json:"system_description,omitempty"` // CDP: software version
	Platform            string       `json:"platform,omitempty"`           // CDP platform; manufacturer and model of LLDP-MED
	Capabilities        []string     `json:"capabilities,omitempty"`       // enabled ones: "bridge", "router", "wlanAccessPoint", "telephone", "stationOnly", …
	ManagementAddresses []netip.Addr `json:"management_addresses,omitempty"`
}

// NeighborAnnouncement is a frame in which a device announced itself to its
// neighbours, heard at the vantage.
type NeighborAnnouncement struct {
	Protocol string   `json:"protocol"` // "lldp", "cdp", "fdp", "edp", "sonmp", "udld", "mndp"
	MAC      MAC      `json:"mac"`      // source of the frame: the port's own address
	VID      uint16   `json:"vid,omitempty"`
	Neighbor Neighbor `json:"neighbor"`
}

// BridgeProtocol is a spanning-tree BPDU (IEEE Std 802.1D-2004, 9.3).
type BridgeProtocol struct {
	MAC            MAC    `json:"mac"` // source of the frame
	VID            uint16 `json:"vid,omitempty"`
	Version        string `json:"version"` // "stp", "rstp", "mstp"
	RootMAC        MAC    `json:"root_mac,omitzero"`
	RootPriority   uint16 `json:"root_priority,omitempty"`
	BridgeMAC      MAC    `json:"bridge_mac,omitzero"`
	BridgePriority uint16 `json:"bridge_priority,omitempty"`
	PortID         uint16 `json:"port_id,omitempty"`
}

// RouterAdvertisement is an ICMPv6 Router Advertisement (RFC 4861, 4.2).
type RouterAdvertisement struct {
	Router        netip.Addr     `json:"router"`
	MAC           MAC            `json:"mac"`
	VID           uint16         `json:"vid,omitempty"`
	DefaultRouter bool           `json:"default_router,omitempty"` // router lifetime is not 0
	Managed       bool           `json:"managed,omitempty"`
	Other         bool           `json:"other,omitempty"`
	Prefixes      []netip.Prefix `json:"prefixes,omitempty"`
	DNSServers    []netip.Addr   `json:"dns_servers,omitempty"`    // RFC 8106, 5.1
	SearchDomains []string       `json:"search_domains,omitempty"` // RFC 8106, 5.2
}

// DHCPClient is what a host told of itself when it asked for an address
// (RFC 2131, RFC 8415).
type DHCPClient struct {
	MAC         MAC        `json:"mac,omitzero"`
	DUID        string     `json:"duid,omitempty"` // RFC 8415, 11, in hexadecimal
	Version     int        `json:"version"`        // 4 or 6
	IP          netip.Addr `json:"ip,omitzero"`    // requested or acknowledged
	HostName    string     `json:"host_name,omitempty"`
	Relay       netip.Addr `json:"relay,omitzero"`         // giaddr (RFC 2131, 4.1.1): the agent that passed the question on
	VendorClass string     `json:"vendor_class,omitempty"` // option 60
	Fingerprint string     `json:"fingerprint,omitempty"`  // option 55 as decimal codes with commas
	VID         uint16     `json:"vid,omitempty"`
}

// DHCPServer is what a server offered (RFC 2131, RFC 8415).
type DHCPServer struct {
	IP            netip.Addr     `json:"ip,omitzero"`
	MAC           MAC            `json:"mac,omitzero"`
	DUID          string         `json:"duid,omitempty"`
	Version       int            `json:"version"`
	Subnet        netip.Prefix   `json:"subnet,omitzero"` // of the address it gave
	Routers       []netip.Addr   `json:"routers,omitempty"`
	DNSServers    []netip.Addr   `json:"dns_servers,omitempty"`
	SearchDomains []string       `json:"search_domains,omitempty"`
	AFTRName      string         `json:"aftr_name,omitempty"` // RFC 6334: a DS-Lite way to the internet
	S46           []string       `json:"s46,omitempty"`       // softwire containers (RFC 7598): "map-e", "map-t", "lw4o6"; "6rd" (RFC 5969)
	Delegated     []netip.Prefix `json:"delegated,omitempty"` // RFC 8415, 21.22
	VID           uint16         `json:"vid,omitempty"`
}

// NameQuery is a question to a name server, or to all hosts of the segment (mDNS,
// LLMNR, NBNS): then the server is the group's address, or 255.255.255.255 for a
// broadcast.
type NameQuery struct {
	Name   string   `json:"name"` // lower case, without the final dot
	Type   string   `json:"type"` // "A", "AAAA", "TXT", …; "NB" and "NBSTAT" of NBNS
	Client Endpoint `json:"client"`
	Server Endpoint `json:"server"`
}

// NameAnswer is an answer of a name server: the addresses that it gave for a
// name, after CNAMEs.
type NameAnswer struct {
	Name      string       `json:"name"`
	Addresses []netip.Addr `json:"addresses"`
	Server    netip.Addr   `json:"server,omitzero"`
}

// ServiceAnnouncement is a service that a host offers to its segment: SSDP
// (UPnP Device Architecture 2.0), DNS-SD (RFC 6763), WS-Discovery.
type ServiceAnnouncement struct {
	Protocol string     `json:"protocol"` // "ssdp", "dns-sd", "ws-discovery"
	Service  string     `json:"service"`  // "_dicom._tcp", "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
	Detail   string     `json:"detail,omitempty"`
	IP       netip.Addr `json:"ip,omitzero"`
	MAC      MAC        `json:"mac,omitzero"`
}

// ServerName is the name that a client asked a server for in the clear: TLS SNI
// (RFC 6066, 3), QUIC, or an HTTP Host field. It may be empty where the offered
// protocols alone are telling.
type ServerName struct {
	Name     string   `json:"name"`
	Protocol string   `json:"protocol"`       // "tls", "quic", "http"
	ALPN     string   `json:"alpn,omitempty"` // protocols offered (RFC 7301), with commas; empty where they are HTTP's only
	Client   Endpoint `json:"client"`         // port is always 0
	Server   Endpoint `json:"server"`
}

// Flow is a conversation between two hosts, without its ephemeral port.
// Sighting.Count is in frames. A station that packets for the outside were
// handed to, and that was seen to hand them on, is told by a flow of its own, not
// answered: the inside end then has its MAC address, and the other that of the
// station which it handed them to.
type Flow struct {
	Client   Endpoint `json:"client"` // who opened it, where that was seen; port is always 0
	Server   Endpoint `json:"server"`
	Protocol string   `json:"protocol"`           // "tcp", "udp", "icmp", "icmp6", "sctp", or "ip/" and the decimal protocol number
	Answered bool     `json:"answered,omitempty"` // frames were seen both ways: of TCP more than a refusal, and, with a host of another network, words of both where words show App
	App      string   `json:"app,omitempty"`      // what the first octets show it to be, never a guess by port: "tls", "dicom", "hl7", "ssh", "rdp", …
	VID      uint16   `json:"vid,omitempty"`
}

// Tunnel is traffic of a tunnel: the outer ends and the kind.
type Tunnel struct {
	Type        string   `json:"type"` // "ike", "esp", "ah", "ipsec-nat-t", "gre", "l2tp", "pptp", "openvpn", "wireguard", "pppoe", "4in6", "6in4", "4in4", "6in6", "teredo", "vxlan", …
	A           Endpoint `json:"a"`    // the end that opened it, as messages or ports show; where neither does, the lesser address
	B           Endpoint `json:"b"`
	Answered    bool     `json:"answered,omitempty"`    // frames were seen both ways
	Established bool     `json:"established,omitempty"` // its messages show that it came up, where they can show that (IKE)
	Detail      string   `json:"detail,omitempty"`      // PPPoE AC-Name, IKE vendor ID
	VID         uint16   `json:"vid,omitempty"`
}

// Kind implements Fact.
func (Station) Kind() Kind { return "station" }

// Kind implements Fact.
func (AddressBinding) Kind() Kind { return "address-binding" }

// Kind implements Fact.
func (AddressSet) Kind() Kind { return "address-set" }

// Kind implements Fact.
func (NameClaim) Kind() Kind { return "name-claim" }

// Kind implements Fact.
func (NeighborAnnouncement) Kind() Kind { return "neighbor-announcement" }

// Kind implements Fact.
func (BridgeProtocol) Kind() Kind { return "bridge-protocol" }

// Kind implements Fact.
func (RouterAdvertisement) Kind() Kind { return "router-advertisement" }

// Kind implements Fact.
func (DHCPClient) Kind() Kind { return "dhcp-client" }

// Kind implements Fact.
func (DHCPServer) Kind() Kind { return "dhcp-server" }

// Kind implements Fact.
func (NameQuery) Kind() Kind { return "name-query" }

// Kind implements Fact.
func (NameAnswer) Kind() Kind { return "name-answer" }

// Kind implements Fact.
func (ServiceAnnouncement) Kind() Kind { return "service-announcement" }

// Kind implements Fact.
func (ServerName) Kind() Kind { return "server-name" }

// Kind implements Fact.
func (Flow) Kind() Kind { return "flow" }

// Kind implements Fact.
func (Tunnel) Kind() Kind { return "tunnel" }

func (f Station) visit(o *Observation, v Visitor)              { v.Station(o, f) }
func (f AddressBinding) visit(o *Observation, v Visitor)       { v.AddressBinding(o, f) }
func (f AddressSet) visit(o *Observation, v Visitor)           { v.AddressSet(o, f) }
func (f NameClaim) visit(o *Observation, v Visitor)            { v.NameClaim(o, f) }
func (f NeighborAnnouncement) visit(o *Observation, v Visitor) { v.NeighborAnnouncement(o, f) }
func (f BridgeProtocol) visit(o *Observation, v Visitor)       { v.BridgeProtocol(o, f) }
func (f RouterAdvertisement) visit(o *Observation, v Visitor)  { v.RouterAdvertisement(o, f) }
func (f DHCPClient) visit(o *Observation, v Visitor)           { v.DHCPClient(o, f) }
func (f DHCPServer) visit(o *Observation, v Visitor)           { v.DHCPServer(o, f) }
func (f NameQuery) visit(o *Observation, v Visitor)            { v.NameQuery(o, f) }
func (f NameAnswer) visit(o *Observation, v Visitor)           { v.NameAnswer(o, f) }
func (f ServiceAnnouncement) visit(o *Observation, v Visitor)  { v.ServiceAnnouncement(o, f) }
func (f ServerName) visit(o *Observation, v Visitor)           { v.ServerName(o, f) }
func (f Flow) visit(o *Observation, v Visitor)                 { v.Flow(o, f) }
func (f Tunnel) visit(o *Observation, v Visitor)               { v.Tunnel(o, f) }
