package resolve

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// capabilityRoles returns the roles behind LLDP or CDP capabilities. What is in
// a telephone or an access point beside it (a bridge) is part of it.
func capabilityRoles(capabilities []string) []topology.Role {
	has := func(names ...string) bool {
		return slices.ContainsFunc(capabilities, func(c string) bool {
			return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(c, n) })
		})
	}
	var out []topology.Role
	switch {
	case has("telephone", "phone"):
		return []topology.Role{topology.RolePhone}
	case has("wlanAccessPoint"):
		out = append(out, topology.RoleAP)
	case has("bridge", "switch", "transparentBridge", "sourceRouteBridge"):
		out = append(out, topology.RoleSwitch)
	}
	if has("router") {
		out = append(out, topology.RoleRouter)
	}
	if has("docsisCableDevice") {
		out = append(out, topology.RoleModem)
	}
	return out
}

// neighborRoles returns the roles of a neighbour. CDP has no bit for an access
// point: Cisco's say that they are bridges, and some that they are switches or
// routers, and the platform tells them apart.
func neighborRoles(n fact.Neighbor) []topology.Role {
	if r, ok := platformRole(n.Platform); ok {
		return []topology.Role{r}
	}
	return capabilityRoles(n.Capabilities)
}

// platformRole reads the CDP platform of Cisco's wireless products, which is
// their part number.
func platformRole(platform string) (topology.Role, bool) {
	p := strings.ToUpper(withoutCisco(platform))
	for _, r := range []struct {
		prefix string
		role   topology.Role
	}{
		{"AIR-CT", topology.RoleController},
		{"AIR-WLC", topology.RoleController},
		{"AIR-", topology.RoleAP},
		{"C91", topology.RoleAP}, // Catalyst 9100
	} {
		if strings.HasPrefix(p, r.prefix) {
			return r.role, true
		}
	}
	return "", false
}

// withoutCisco returns a CDP platform as it stands on the device.
func withoutCisco(platform string) string {
	return strings.TrimPrefix(strings.TrimPrefix(platform, "cisco "), "Cisco ")
}

// vendorClassRole reads DHCP option 60, which is the client's own text.
func vendorClassRole(class string) (topology.Role, bool) {
	for _, r := range []struct {
		prefix string
		role   topology.Role
	}{
		{"MSFT 5.0", topology.RolePC},
		{"Cisco Systems, Inc. IP Phone", topology.RolePhone},
		{"yealink", topology.RolePhone},
		{"Hewlett-Packard JetDirect", topology.RolePrinter},
		{"ArubaAP", topology.RoleAP},
		{"Cisco AP", topology.RoleAP},
	} {
		if len(class) >= len(r.prefix) && strings.EqualFold(class[:len(r.prefix)], r.prefix) {
			return r.role, true
		}
	}
	return "", false
}

// announcedServiceRole reads a DNS-SD service type (RFC 6763), an SSDP device
// type or a WS-Discovery type.
func announcedServiceRole(service string) (topology.Role, bool) {
	s := strings.ToLower(service)
	for _, r := range []struct {
		part string
		role topology.Role
	}{
		{"_ipp._tcp", topology.RolePrinter},
		{"_ipps._tcp", topology.RolePrinter},
		{"_printer._tcp", topology.RolePrinter},
		{"_pdl-datastream._tcp", topology.RolePrinter},
		{"printdevicetype", topology.RolePrinter},
		{":device:printer:", topology.RolePrinter},
		{":device:internetgatewaydevice:", topology.RoleRouter},
		{":device:wlanaccesspointdevice:", topology.RoleAP},
	} {
		if strings.Contains(s, r.part) {
			return r.role, true
		}
	}
	return "", false
}

// serviceRole reads what a probe said of an open port; the number of the port
// alone says nothing.
func serviceRole(p fact.Port) (topology.Role, bool) {
	switch p.Service {
	case "jetdirect", "hp-pjl", "printer":
		return topology.RolePrinter, true
	case "microsoft-ds", "netbios-ssn", "msrpc":
		if strings.Contains(p.Product, "Windows Server") {
			return topology.RoleServer, true
		}
	}
	return "", false
}

// osRole reads nmap's device type and operating system name.
func osRole(m fact.OSMatch) (topology.Role, bool) {
	types := map[string]topology.Role{
		"router": topology.RoleRouter, "broadband router": topology.RoleRouter, "switch": topology.RoleSwitch,
		"firewall": topology.RoleFirewall, "WAP": topology.RoleAP, "printer": topology.RolePrinter,
		"print server": topology.RolePrinter, "VoIP phone": topology.RolePhone, "VoIP adapter": topology.RolePhone,
		"storage-misc": topology.RoleStorage, "webcam": topology.RoleCamera,
	}
	if r, ok := types[m.Type]; ok {
		return r, true
	}
	switch {
	case strings.Contains(m.Name, "Windows Server"):
		return topology.RoleServer, true
	case m.Family == "Windows" && m.Type == "general purpose":
		return topology.RolePC, true
	}
	return "", false
}

// layer3 is the bit of sysServices for the internet layer (RFC 3418).
const layer3 = 1 << (3 - 1)

// wwanPP and wwanPP2 are the IANAifType numbers of cellular interfaces.
const (
	wwanPP  = 243
	wwanPP2 = 244
)

// tableRoles returns the roles that follow from an agent's own tables: it
// forwards between subnets, it has learned stations on several ports, it has a
// cellular interface and forwards.
func (r *resolver) tableRoles(g int) []topology.Role {
	var out []topology.Role
	forwards := false
	for _, s := range r.agentSubjects[g] {
		sys, ok := r.c.engines[s]
		if ok && sys.IPForward == "forwarding" && (sys.Services&layer3 != 0 || r.subnetsOf(g) > 1) {
			forwards = true
		}
		if len(r.c.fdbPorts[s]) > 1 {
			out = append(out, topology.RoleSwitch)
		}
	}
	if forwards {
		out = append(out, topology.RoleRouter)
	}
	for _, row := range r.rows[g] {
		if forwards && (row.row.Type == wwanPP || row.row.Type == wwanPP2) {
			out = append(out, topology.RoleModem)
		}
	}
	return out
}

// subnetsOf counts the subnets of which an agent has addresses, but for those
// that a host makes for its own guests.
func (r *resolver) subnetsOf(g int) int {
	guests := make(map[uint32]bool)
	for _, row := range r.rows[g] {
		for _, p := range []string{"docker", "br-", "veth", "virbr", "vEthernet", "VMware", "VirtualBox"} {
			if strings.HasPrefix(row.row.Name, p) || strings.HasPrefix(row.row.Descr, p) {
				guests[row.row.IfIndex] = true
			}
		}
	}
	subnets := make(map[netip.Prefix]bool)
	for _, c := range r.a.held[g] {
		if c.strength == byOwnTable && c.bits > 0 && !guests[c.ifIndex] && !c.ip.IsLinkLocalUnicast() {
			subnets[netip.PrefixFrom(c.ip, c.bits).Masked()] = true
		}
	}
	return len(subnets)
}

// dicomSpeakers counts who speaks DICOM to whom.
type dicomSpeakers struct {
	servers map[netip.Addr]map[netip.Addr]bool // clients by server
	clients map[netip.Addr]map[netip.Addr]bool // servers by client
}

func newDICOMSpeakers() dicomSpeakers {
	return dicomSpeakers{
		servers: make(map[netip.Addr]map[netip.Addr]bool), clients: make(map[netip.Addr]map[netip.Addr]bool),
	}
}

func (d dicomSpeakers) add(f fact.Flow) {
	s, cl := plain(f.Server.IP), plain(f.Client.IP)
	if d.servers[s] == nil {
		d.servers[s] = make(map[netip.Addr]bool)
	}
	if d.clients[cl] == nil {
		d.clients[cl] = make(map[netip.Addr]bool)
	}
	d.servers[s][cl], d.clients[cl][s] = true, true
}

// role returns what DICOM shows a host to be: a server where several others
// open associations to it; a modality where it stands in a zone declared as
// radiology and only opens associations, none of them to the outside.
func (d dicomSpeakers) role(a netip.Addr, zoneKind string, inside func(netip.Addr) bool) (topology.Role, bool) {
	switch {
	case len(d.servers[a]) > 1:
		return topology.RoleServer, true
	case len(d.clients[a]) > 0 && len(d.servers[a]) == 0 && zoneKind == "radiology":
		for server := range d.clients[a] {
			if !inside(server) {
				return "", false
			}
		}
		return topology.RoleModality, true
	}
	return "", false
}

// isInfrastructure reports whether a role says so much of a device that weaker
// signs add nothing.
func isInfrastructure(r topology.Role) bool {
	switch r {
	case topology.RoleRouter, topology.RoleFirewall, topology.RoleSwitch, topology.RoleAP, topology.RoleController,
		topology.RoleModem, topology.RolePhone:
		return true
	default:
		return false
	}
}

// inRoleOrder sorts roles and drops repeats.
func inRoleOrder(set map[topology.Role]bool) []topology.Role {
	var out []topology.Role
	for _, r := range topology.Roles() {
		if set[r] {
			out = append(out, r)
		}
	}
	return out
}
