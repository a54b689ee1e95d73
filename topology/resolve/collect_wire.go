package resolve

import (
	"net/netip"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Ranks of the sources of names, best first.
const (
	nameSystem uint8 = iota
	nameAnnounced
	nameDHCP
	nameDirectory // the name in DNS by which a domain knows it
	nameNBNS
	nameMDNS
	nameScan
	nameAnswered // a name server's word: used where nothing else has a name for it
	nameDefault  // whatever its source: "localhost", "Switch"
)

// Ranks of the sources of what a device is, best first.
const (
	fromName uint8 = iota // what people call it
	fromMaker
	fromEntity
	fromSystem
	fromOtherEntity
	fromAnnouncement
	fromObjectID
	fromScan
	fromOUI
)

// maxListed bounds how many addresses of one AddressSet are taken as its
// sender's.
const maxListed = 32

func nameRank(protocol string) uint8 {
	switch strings.ToLower(protocol) {
	case "dhcp", "dhcpv4", "dhcpv6", "dhcp6":
		return nameDHCP
	case "nbns", "netbios", "nbstat":
		return nameNBNS
	default:
		return nameMDNS
	}
}

func (c *collector) name(to target, rank uint8, name string) {
	if isDefaultName(name) {
		rank = nameDefault
	}
	c.trait(to, fieldName, rank, name)
}

// InputRead implements fact.Visitor; the input is not a device.
func (*collector) InputRead(*fact.Observation, fact.InputRead) {}

// Gap implements fact.Visitor; a gap is not a device.
func (*collector) Gap(*fact.Observation, fact.Gap) {}

// Station implements fact.Visitor.
func (c *collector) Station(_ *fact.Observation, f fact.Station) {
	c.heard(f.MAC, f.VID)
	c.mention(of(c.mac(f.MAC)), true, true)
}

// AddressBinding implements fact.Visitor.
func (c *collector) AddressBinding(_ *fact.Observation, f fact.AddressBinding) {
	c.heard(f.MAC, f.VID)
	c.resolved(f.IP, f.MAC)
}

// resolved takes note that somebody found this MAC address to have this IP
// address.
func (c *collector) resolved(a netip.Addr, m fact.MAC) {
	if m.IsVirtual() && isHostAddress(plain(a)) {
		c.virtualAt(m).bound(plain(a), c.i)
	}
	s := c.mac(m)
	c.claim(s, a, m, byResolution)
	c.mention(of(s), true, false)
}

// AddressSet implements fact.Visitor.
func (c *collector) AddressSet(_ *fact.Observation, f fact.AddressSet) {
	addresses := f.Addresses
	if len(addresses) > maxListed {
		addresses = nil
	}
	l := addressList{subject: c.mac(f.MAC), mac: f.MAC, protocol: f.Protocol, name: f.Name, from: plain(f.From), addresses: addresses, obs: c.i}
	if l.subject >= 0 {
		c.claim(l.subject, f.From, f.MAC, onWire)
	}
	c.mention(l.sender(), true, true)
	c.lists = append(c.lists, l)
}

// NameClaim implements fact.Visitor.
func (c *collector) NameClaim(_ *fact.Observation, f fact.NameClaim) {
	to := c.about(f.IP, f.MAC)
	c.claim(to.subject, f.IP, f.MAC, onWire)
	c.name(to, nameRank(f.Protocol), f.Name)
	c.mention(to, true, true)
}

// NeighborAnnouncement implements fact.Visitor.
func (c *collector) NeighborAnnouncement(o *fact.Observation, f fact.NeighborAnnouncement) {
	s := c.neighbor("announcement:"+string(o.ID), f.Neighbor)
	if s < 0 {
		s = c.mac(f.MAC)
	} else if canIdentify(f.MAC) && !f.MAC.IsLocal() {
		c.key(s, macKey(f.MAC))
	}
	if s >= 0 {
		c.neighborTraits(of(s), f.Neighbor)
		c.mention(of(s), true, true)
	}
}

// neighbor makes the subject of a device that announced itself; -1 where what
// it said identifies nothing. Fallback is its key where it said something, but
// nothing that tells it from others.
func (c *collector) neighbor(name string, n fact.Neighbor, fallback ...key) int {
	keys, chassis := chassisKeys(n)
	if m, err := fact.ParseMAC(n.PortID); n.PortIDSubtype == "macAddress" && err == nil && m.IsUniversal() && canIdentify(m) {
		keys = append(keys, macKey(m))
	}
	if len(keys) == 0 && !isDefaultName(n.SystemName) {
		keys = append(keys, announcedKey("name", n.SystemName))
	}
	if len(keys) == 0 {
		for _, a := range n.ManagementAddresses {
			if a = plain(a); isHostAddress(a) && !a.IsLinkLocalUnicast() {
				keys = append(keys, announcedKey("management", a.String()))
				break
			}
		}
	}
	if len(keys) == 0 && n.PortID+n.SystemName+n.SystemDescription+n.Platform != "" {
		keys = fallback
	}
	if len(keys) == 0 {
		return -1
	}
	s := c.subject(name)
	c.subjects[s].known = true
	for _, k := range keys {
		c.key(s, k)
	}
	if chassis != "" {
		c.subjects[s].chassis = []string{chassis}
		c.blocks.add(s, chassis, n)
	}
	return s
}

// chassisKeys returns the keys in a chassis ID or CDP device ID, and the MAC
// address where that is the LLDP chassis. Names of interfaces and ports, which
// many devices have, are no keys; addresses are claimed, see neighborTraits.
func chassisKeys(n fact.Neighbor) (keys []key, chassis string) {
	m, err := fact.ParseMAC(n.ChassisID)
	isMAC := err == nil && (n.ChassisIDSubtype == "macAddress" || n.ChassisIDSubtype == "")
	switch {
	case isMAC && !canIdentify(m): // zeros, groups: identifies nothing
	case isMAC && m.IsUniversal() && n.ChassisIDSubtype == "macAddress":
		return []key{{rankChassis, "mac:" + m.String()}}, m.String()
	case isMAC && m.IsUniversal(): // a CDP device ID
		return []key{macKey(m)}, ""
	case n.ChassisIDSubtype == "networkAddress", n.ChassisIDSubtype == "interfaceName",
		n.ChassisIDSubtype == "interfaceAlias", n.ChassisIDSubtype == "portComponent":
	case !isDefaultName(n.ChassisID):
		return []key{announcedKey("chassis", n.ChassisID)}, ""
	}
	return nil, ""
}

func (c *collector) neighborTraits(to target, n fact.Neighbor) {
	c.name(to, nameAnnounced, n.SystemName)
	if _, err := fact.ParseMAC(n.ChassisID); err != nil && n.SystemName == "" && n.ChassisIDSubtype == "" {
		c.name(to, nameAnnounced, n.ChassisID) // CDP: the device ID is its name
	}
	c.product(to, fromAnnouncement, "", n.SystemDescription)
	c.trait(to, fieldModel, fromAnnouncement, withoutCisco(n.Platform))
	for _, r := range neighborRoles(n) {
		c.role(to, r)
	}
	for _, a := range n.ManagementAddresses {
		c.claim(to.subject, a, fact.MAC{}, byLease)
	}
	if a, err := netip.ParseAddr(n.ChassisID); err == nil && n.ChassisIDSubtype == "networkAddress" {
		c.claim(to.subject, a, fact.MAC{}, byLease)
	}
}

// BridgeProtocol implements fact.Visitor.
func (c *collector) BridgeProtocol(_ *fact.Observation, f fact.BridgeProtocol) {
	s := c.mac(f.MAC)
	if s < 0 {
		s = c.mac(f.BridgeMAC)
	}
	if s < 0 {
		return
	}
	if canIdentify(f.BridgeMAC) && !f.BridgeMAC.IsLocal() {
		c.key(s, macKey(f.BridgeMAC))
	}
	c.role(of(s), topology.RoleSwitch)
	c.mention(of(s), true, true)
}

// RouterAdvertisement implements fact.Visitor.
func (c *collector) RouterAdvertisement(_ *fact.Observation, f fact.RouterAdvertisement) {
	c.heard(f.MAC, f.VID)
	s := c.mac(f.MAC)
	c.claim(s, f.Router, f.MAC, byResolution)
	for _, p := range f.Prefixes {
		c.subnet(p)
	}
	if s < 0 {
		return
	}
	c.mention(of(s), true, true)
	if f.DefaultRouter {
		c.role(of(s), topology.RoleRouter)
	}
}

// DHCPClient implements fact.Visitor.
func (c *collector) DHCPClient(_ *fact.Observation, f fact.DHCPClient) {
	c.heard(f.MAC, f.VID)
	s := c.mac(f.MAC)
	if f.DUID != "" {
		if s < 0 {
			s = c.subject("duid:" + f.DUID)
			c.subjects[s].known = true
		}
		c.key(s, key{rankDUID, "duid:" + strings.ToLower(f.DUID)})
	}
	if s < 0 {
		return
	}
	c.claim(s, f.IP, f.MAC, byLease)
	c.name(of(s), nameDHCP, f.HostName)
	c.mention(of(s), true, true)
	if r, ok := vendorClassRole(f.VendorClass); ok {
		c.weakRole(of(s), r)
	}
}

// DHCPServer implements fact.Visitor. The frame may be a relay's, so its MAC
// address counts only where nothing else has it.
func (c *collector) DHCPServer(_ *fact.Observation, f fact.DHCPServer) {
	to := c.about(f.IP, f.MAC)
	c.claim(to.subject, f.IP, f.MAC, onWire)
	c.mention(to, true, true)
	c.weakRole(to, topology.RoleServer)
	c.subnet(f.Subnet)
	for _, a := range f.Routers {
		c.mention(atIP(a), true, true)
		c.role(atIP(a), topology.RoleRouter)
	}
}

// NameQuery implements fact.Visitor.
func (c *collector) NameQuery(_ *fact.Observation, f fact.NameQuery) {
	c.endpoint(f.Client, true)
	c.endpoint(f.Server, false)
}

// NameAnswer implements fact.Visitor.
func (c *collector) NameAnswer(_ *fact.Observation, f fact.NameAnswer) {
	c.mention(atIP(f.Server), true, false)
	if len(f.Addresses) == 1 && c.site.IsInside(f.Addresses[0]) && c.site.IsInside(f.Server) && strings.Contains(f.Name, ".") {
		c.name(atIP(f.Addresses[0]), nameAnswered, f.Name)
	}
}

// ServiceAnnouncement implements fact.Visitor.
func (c *collector) ServiceAnnouncement(_ *fact.Observation, f fact.ServiceAnnouncement) {
	to := c.about(f.IP, f.MAC)
	c.claim(to.subject, f.IP, f.MAC, onWire)
	c.mention(to, true, true)
	if r, ok := announcedServiceRole(f.Service); ok {
		c.weakRole(to, r)
	}
}

// ServerName implements fact.Visitor.
func (c *collector) ServerName(_ *fact.Observation, f fact.ServerName) {
	c.endpoint(f.Client, true)
	c.endpoint(f.Server, false)
}

// Flow implements fact.Visitor.
func (c *collector) Flow(_ *fact.Observation, f fact.Flow) {
	c.endpoint(f.Client, true)
	c.endpoint(f.Server, f.Answered)
	server := plain(f.Server.IP)
	if isOnLinkGroup(server) {
		c.claim(c.macOf(f.Client.MAC), f.Client.IP, f.Client.MAC, onWire)
	} else if isHostAddress(server) && isHostAddress(plain(f.Client.IP)) {
		c.pairs = append(c.pairs, localPair{a: f.Client, b: f.Server, obs: c.i})
	}
	if !f.Answered {
		return
	}
	switch f.App {
	case "dicom":
		c.dicom.add(f)
	case "dns":
		if f.Server.Port == 53 {
			c.weakRole(atIP(f.Server.IP), topology.RoleServer)
		}
	}
}

// Tunnel implements fact.Visitor.
func (c *collector) Tunnel(_ *fact.Observation, f fact.Tunnel) {
	c.endpoint(f.A, true)
	c.endpoint(f.B, f.Answered)
}

// Transit implements fact.Visitor.
func (c *collector) Transit(_ *fact.Observation, f fact.Transit) {
	c.heard(f.MAC, f.VID)
	c.mention(of(c.mac(f.MAC)), true, false)
	if f.Version == 4 && f.To { // hosts have several global addresses of IPv6, and anybody can make up where packets are from
		c.transits[f.MAC] = true
	}
}

// HopLimit implements fact.Visitor.
func (c *collector) HopLimit(_ *fact.Observation, f fact.HopLimit) {
	c.heard(f.MAC, f.VID)
	if a := plain(f.IP); isStartOfHops(f.Value) && isHostAddress(a) && (c.site.IsInside(a) || a.Is6()) && canIdentify(f.MAC) {
		c.fresh = append(c.fresh, freshPacket{f.MAC, a, c.i})
	}
}

// isStartOfHops reports whether v is what the systems in use start with (the
// default TTL of Linux and its kin, of Windows, and of network equipment), so
// that no router has passed the packet on.
func isStartOfHops(v int) bool { return v == 64 || v == 128 || v == 255 }

// endpoint takes note of one end of a conversation; sent says that frames of it
// were seen.
func (c *collector) endpoint(e fact.Endpoint, sent bool) {
	a := plain(e.IP)
	if isHostAddress(a) {
		c.mention(atIP(a), sent, false)
		for _, m := range []fact.MAC{e.MAC, e.Via} {
			if !m.IsZero() && !m.IsGroup() {
				c.carried[carried{m, a}] = true
				c.leads(m, a)
			}
		}
	}
	if sent {
		c.mention(of(c.mac(e.MAC)), true, false)
	}
}

// leads takes note that frames for or of an address outside have this MAC
// address. It is a router's, which somebody relies on even where no frame of its
// own was seen.
func (c *collector) leads(m fact.MAC, a netip.Addr) {
	switch {
	case c.site.IsInside(a):
	case m.IsVirtual():
		c.virtualAt(m).lead(c.i)
	default:
		c.mention(of(c.mac(m)), true, false)
	}
}

// isOnLinkGroup reports whether routers never pass on what is sent to a: local
// network control block (RFC 5771, 4), link-local scope (RFC 4291, 2.7), and
// the limited broadcast (RFC 919, 7).
func isOnLinkGroup(a netip.Addr) bool {
	return a.IsLinkLocalMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
