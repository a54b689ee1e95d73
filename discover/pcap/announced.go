package pcap

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/browser"
	"kanmon/discover/internal/wire/ssdp"
	"kanmon/discover/internal/wire/wsd"
)

// maxLinkHops is how far packets go that are meant for the segment only: UPnP
// sends with a TTL of 2 or 4 (UPnP Device Architecture 2.0, 1.1.1 and 1.2.2).
const maxLinkHops = 4

// sender returns the MAC address of the frame where it is that of the host that
// sent the packet: none where a router passed it on, which shows in its hop limit.
func sender(h *hop, p *packet) fact.MAC {
	if h.Dst.IsGroup() || p.src.IsLinkLocalUnicast() || fresh(p.hops) || p.hops <= maxLinkHops {
		return h.Src
	}
	return fact.MAC{}
}

// ssdp learns from an announcement or the response to a search which devices
// and services a host offers. What only repeats a device's UUID is left out.
func (a *analyzer) ssdp(h *hop, p *packet) {
	n, ok := ssdp.Decode(p.payload)
	if !ok || n.Bye {
		return
	}
	if ip, ok := n.Address(); ok {
		a.ownAddresses(h, p, "ssdp", []netip.Addr{ip})
	}
	if strings.HasPrefix(n.Target, "uuid:") {
		return
	}
	f := fact.ServiceAnnouncement{Protocol: "ssdp", Service: fact.Clean(n.Target), Detail: fact.Clean(n.Server), IP: p.src, MAC: sender(h, p)}
	note(a.services, "ssdp", f, a.at)
}

// ownAddresses notes the addresses at which a host says that it can be reached,
// where they are not the one that it sends from anyway.
func (a *analyzer) ownAddresses(h *hop, p *packet, protocol string, list []netip.Addr) {
	list = addressList(list)
	if len(list) == 0 || len(list) == 1 && list[0] == p.src || p.src.IsUnspecified() {
		return
	}
	a.addressSet(sender(h, p), p, protocol, "", list)
}

// wsDiscovery learns which devices and services a host offers with WS-Discovery,
// and where it can be reached.
func (a *analyzer) wsDiscovery(h *hop, p *packet) {
	n, ok := wsd.Decode(p.payload)
	if !ok {
		return
	}
	for _, t := range n.Types {
		f := fact.ServiceAnnouncement{Protocol: "ws-discovery", Service: fact.Clean(t), Detail: fact.Clean(n.Hardware), IP: p.src, MAC: sender(h, p)}
		note(a.services, "ws-discovery", f, a.at)
	}
	if n.Matches > 1 && !slices.Contains(n.Addresses, p.src) {
		return // a proxy speaks for others
	}
	a.ownAddresses(h, p, "ws-discovery", n.Addresses)
	host := fact.Endpoint{IP: p.src, Port: 3702, MAC: sender(h, p)}
	a.says(host, "ws-discovery", "onvif-name", n.Name)
	a.says(host, "ws-discovery", "onvif-hardware", n.Hardware)
}

// netBIOSDatagram learns the name of a host from a NetBIOS datagram of its own,
// and what it is from its announcement of itself to the computers of its group.
func (a *analyzer) netBIOSDatagram(h *hop, p *packet) {
	d, ok := browser.Decode(p.payload)
	if !ok {
		return
	}
	if name := fact.Clean(d.Name); name != "" && d.FromHost() {
		f := fact.NameClaim{Name: name, Protocol: "nbns", IP: p.src, MAC: sender(h, p)}
		note(a.claims, "netbios-dgm", f, a.at)
		a.ownAddresses(h, p, "netbios-dgm", []netip.Addr{d.Source})
	}
	if d.Host == nil {
		return
	}
	host := fact.Endpoint{IP: p.src, MAC: sender(h, p)}
	a.says(host, "browser", "os-version", d.Host.OS)
	a.says(host, "browser", "server-type", strings.Join(d.Host.Roles, ","))
	if d.ToKind == 0x1d || d.ToKind == 0x1e {
		a.says(host, "browser", "workgroup", d.To)
	}
}
