package pcap

import (
	"errors"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/dhcp"
	"kanmon/discover/internal/wire/dhcp6"
)

// dhcp learns what a client tells of itself and what a server gives it. A relay
// passes on what was said on another VLAN, so that the VLAN and the addresses of
// the link count only where none was in between.
func (a *analyzer) dhcp(h *hop, p *packet) {
	m, err := dhcp.Decode(p.payload)
	if err != nil {
		if errors.Is(err, dhcp.ErrOther) {
			return
		}
		if p.whole {
			a.damaged(err)
		}
	}
	vid := h.VID
	if relayed(m) {
		vid = 0
	}
	client := fact.MAC(m.Client)
	if m.Type == 0 || !isStation(client) {
		return
	}
	if !m.Reply {
		f := fact.DHCPClient{
			MAC: client, Version: 4, IP: specified(m.RequestedIP),
			HostName: m.HostName, VendorClass: m.VendorClass, Fingerprint: m.Fingerprint, VID: vid,
			Relay: specified(m.RelayIP),
		}
		if !f.IP.IsValid() {
			f.IP = specified(m.ClientIP)
		}
		note(a.clients, "dhcp", f, a.at)
		if m.HostName != "" {
			n := fact.NameClaim{Name: m.HostName, Protocol: "dhcp", MAC: client}
			note(a.claims, "dhcp", n, a.at)
		}
		return
	}
	if m.Type != dhcp.Offer && m.Type != dhcp.Ack {
		return
	}
	given := specified(m.YourIP)
	if !given.IsValid() {
		given = specified(m.ClientIP)
	}
	if m.Type == dhcp.Ack && given.IsValid() {
		f := fact.DHCPClient{MAC: client, Version: 4, IP: given, VID: vid, Relay: specified(m.RelayIP)}
		note(a.clients, "dhcp", f, a.at)
	}
	f := fact.DHCPServer{
		IP: specified(m.ServerID), Version: 4, VID: vid,
		Routers: m.Routers, DNSServers: m.DNSServers, SearchDomains: m.SearchDomains,
	}
	if !f.IP.IsValid() {
		f.IP = p.src
	}
	if f.IP == p.src && !relayed(m) {
		f.MAC = sender(h, p)
	}
	if m.DomainName != "" && !slices.Contains(f.SearchDomains, m.DomainName) {
		f.SearchDomains = append([]string{m.DomainName}, f.SearchDomains...)
	}
	if m.MaskBits > 0 && given.IsValid() {
		f.Subnet = netip.PrefixFrom(given, m.MaskBits).Masked()
	}
	if m.SixRD {
		f.S46 = []string{"6rd"}
	}
	noteAs(a.servers, "dhcp", idOfList(a, f), f, a.at)
	a.says(fact.Endpoint{IP: f.IP, Port: 67, MAC: f.MAC}, "dhcp", "proxy-config-host", m.ProxyHost)
}

func relayed(m dhcp.Message) bool { return specified(m.RelayIP).IsValid() }

// specified returns ip, or no address where it is 0.0.0.0.
func specified(ip netip.Addr) netip.Addr {
	if ip.IsUnspecified() {
		return netip.Addr{}
	}
	return ip
}

// dhcp6 learns the same from DHCPv6, and how a server says that IPv4 leaves.
func (a *analyzer) dhcp6(h *hop, p *packet) {
	m, err := dhcp6.Decode(p.payload)
	if err != nil {
		if p.whole {
			a.damaged(err)
		}
		if !m.FromClient() && !m.FromServer() {
			return
		}
	}
	vid, mac := h.VID, h.Src
	if m.Relayed || !p.src.IsLinkLocalUnicast() {
		vid, mac = 0, fact.MAC{}
	}
	if m.FromClient() {
		if m.Relayed {
			mac = m.RelayMAC
		}
		a.client6(&m, mac, vid)
		return
	}
	if m.ClientDUID != "" && len(m.Addresses) > 0 {
		f := fact.DHCPClient{MAC: m.RelayMAC, DUID: m.ClientDUID, Version: 6, IP: m.Addresses[0], VID: vid, Relay: m.Link}
		if !m.Relayed && !h.Dst.IsGroup() {
			f.MAC = h.Dst
		}
		note(a.clients, "dhcp6", f, a.at)
	}
	f := fact.DHCPServer{
		IP: p.src, MAC: mac, DUID: m.ServerDUID, Version: 6, VID: vid,
		DNSServers: m.DNSServers, SearchDomains: m.SearchDomains,
		AFTRName: m.AFTRName, S46: m.S46, Delegated: m.Delegated,
	}
	if m.Relayed || m.ServerIP.IsValid() { // a relay or one of several addresses of the server may have sent it
		f.IP = m.ServerIP
	}
	noteAs(a.servers, "dhcp6", idOfList(a, f), f, a.at)
}

func (a *analyzer) client6(m *dhcp6.Message, mac fact.MAC, vid uint16) {
	f := fact.DHCPClient{
		MAC: mac, DUID: m.ClientDUID, Version: 6, HostName: m.HostName,
		VendorClass: m.VendorClass, Fingerprint: m.Fingerprint, VID: vid, Relay: m.Link,
	}
	if len(m.Addresses) > 0 {
		f.IP = m.Addresses[0]
	}
	note(a.clients, "dhcp6", f, a.at)
	if m.HostName != "" {
		n := fact.NameClaim{Name: m.HostName, Protocol: "dhcp", MAC: mac}
		note(a.claims, "dhcp6", n, a.at)
	}
}
