package pcap

import (
	"hash/maphash"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/dns"
	"kanmon/discover/internal/wire/nbns"
)

// dnsMessage learns from a message to or from a name server: who asks it for
// what, and which addresses it gives.
func (a *analyzer) dnsMessage(p *packet, c *conn, m *dns.Message) {
	if m.Opcode != 0 || len(m.Questions) == 0 || m.Questions[0].Name == "" {
		return
	}
	q, side := m.Questions[0], c.side(p)
	client := side
	if m.Response {
		client = 1 - side
	}
	if server := c.key.port[1-client]; server != 53 {
		return
	}
	c.opened(true, client)
	if !m.Response || !c.asked { // an answer repeats its question
		c.asked = true
		f := fact.NameQuery{Name: q.Name, Type: dns.TypeName(q.Type), Client: c.endpoint(client, 0), Server: c.endpoint(1-client, 53)}
		note(a.queries, "dns", f, a.at)
	}
	if !m.Response || m.RCode != 0 {
		return
	}
	if list := addressList(m.Addresses(q.Name)); len(list) > 0 {
		f := fact.NameAnswer{Name: q.Name, Addresses: list, Server: p.src}
		noteAs(a.answers, "dns", idOfAddresses(a, fact.MAC{}, f.Name, p.src, list), f, a.at)
	}
}

// idOfAddresses is idOf for a fact about a name and its addresses, of which there
// are at most maxAddresses. Their number tells where the name begins, which may
// look like one of them.
func idOfAddresses(a *analyzer, mac fact.MAC, name string, from netip.Addr, list []netip.Addr) uint64 {
	b := append(append(make([]byte, 0, 128), byte(len(list))), mac[:]...)
	b = from.AppendTo(b)
	for _, ip := range list {
		b = ip.AppendTo(append(b, ' '))
	}
	return maphash.Bytes(a.seed, append(append(b, ' '), name...))
}

// addressList sorts addresses, drops repeated ones and such that are none of a
// host, and bounds their number.
func addressList(list []netip.Addr) []netip.Addr {
	out := slices.DeleteFunc(slices.Clone(list), func(ip netip.Addr) bool {
		return !ip.IsValid() || ip.IsUnspecified() || ip.IsMulticast()
	})
	slices.SortFunc(out, netip.Addr.Compare)
	out = slices.Compact(out)
	return out[:min(len(out), maxAddresses)]
}

const maxAddresses = 64

// mdns learns from an mDNS response (RFC 6762): the names and addresses that a
// host gives as its own, and the services it offers (RFC 6763).
func (a *analyzer) mdns(h *hop, p *packet) {
	m, err := dns.Decode(p.payload)
	if err != nil && p.whole {
		a.damaged(err)
	}
	if m.Opcode != 0 {
		return
	}
	if !m.Response {
		a.askedGroup(h, p, "mdns", &m)
		return
	}
	a.ownNames(h, p, &m, "mdns")
	own := speaksForItself(p, &m)
	for _, r := range m.Records {
		if r.Type == dns.TypeTXT && r.TTL != 0 && own {
			a.models(h, p, r.Data)
		}
		if r.Type != dns.TypePTR || r.TTL == 0 || r.Target == "" {
			continue
		}
		service, ok := serviceType(r.Name)
		if !ok || !strings.HasSuffix(r.Target, "."+r.Name) {
			continue
		}
		label := fact.Clean(r.Label)
		if service == presence {
			label = ""
		}
		f := fact.ServiceAnnouncement{Protocol: "dns-sd", Service: service, Detail: label, IP: p.src, MAC: sender(h, p)}
		note(a.services, "mdns", f, a.at)
	}
}

// serviceType returns the two labels of a DNS-SD service type, and false where
// name is none in the local domain.
func serviceType(name string) (string, bool) {
	s, ok := strings.CutSuffix(name, ".local")
	if !ok || !strings.HasPrefix(s, "_") || strings.HasPrefix(s, "_services.") {
		return "", false
	}
	if !strings.HasSuffix(s, "._tcp") && !strings.HasSuffix(s, "._udp") || strings.Count(s, ".") != 1 {
		return "", false
	}
	return s, true
}

// speaksForItself reports whether nothing in a response shows that its sender
// repeats what another host said: it gives no addresses, or its own among them.
func speaksForItself(p *packet, m *dns.Message) bool {
	found := false
	for _, r := range m.Records {
		if r.Addr == p.src {
			return true
		}
		found = found || r.Addr.IsValid() && r.Addr.Is4() == p.src.Is4()
	}
	return !found
}

// models learns from a TXT record what kind of machine a host is: printers,
// displays and cameras tell it under one of these keys (RFC 6763, 6).
func (a *analyzer) models(h *hop, p *packet, b []byte) {
	for len(b) > 0 && len(b) > int(b[0]) {
		s := string(b[1 : 1+int(b[0])])
		b = b[1+int(b[0]):]
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			continue
		}
		switch key = strings.ToLower(key); key {
		case "ty", "model", "md", "am", "rpmd", "usb_mfg", "usb_mdl", "product", "manufacturer", "mfg", "mdl", "osxvers":
			a.says(fact.Endpoint{IP: p.src, MAC: sender(h, p)}, "mdns", key, strings.Trim(value, "()"))
		}
	}
}

// askedGroup notes the names that a host asks its segment for. A question tells
// which machines and services it looks for, and which of its names no name
// server knows.
func (a *analyzer) askedGroup(h *hop, p *packet, protocol string, m *dns.Message) {
	for _, q := range m.Questions[:min(len(m.Questions), maxQuestions)] {
		if q.Name != "" {
			a.askedSegment(h, p, protocol, q.Name, dns.TypeName(q.Type))
		}
	}
}

// maxQuestions bounds the questions of one message that are kept.
const maxQuestions = 32

// presence is the service whose instances are named after who sits at a machine
// (XEP-0174, 3.1).
const presence = "_presence._tcp"

func (a *analyzer) askedSegment(h *hop, p *packet, protocol, name, kind string) {
	if strings.HasSuffix(name, "."+presence+".local") {
		name = presence + ".local"
	}
	f := fact.NameQuery{
		Name: name, Type: kind,
		Client: fact.Endpoint{IP: specified(p.src), MAC: sender(h, p)},
		Server: fact.Endpoint{IP: p.dst, Port: p.dport},
	}
	switch {
	case p.dst.IsMulticast():
	case h.Dst.IsGroup(): // a broadcast of the network, whose length is not known
		f.Server.IP = broadcast4()
	default:
		f.Server.MAC = h.Dst
	}
	note(a.asked, protocol, f, a.at)
}

// dnsQuestion learns which names a host asks its segment for that knows no name
// server, as access points do that look for their controller.
func (a *analyzer) dnsQuestion(h *hop, p *packet) {
	if m, err := dns.Decode(p.payload); err == nil && !m.Response && m.Opcode == 0 {
		a.askedGroup(h, p, "dns", &m)
	}
}

// llmnrQuestion learns which names a host asks its segment for with LLMNR.
func (a *analyzer) llmnrQuestion(h *hop, p *packet) {
	if m, err := dns.Decode(p.payload); err == nil && !m.Response && m.Opcode == 0 {
		a.askedGroup(h, p, "llmnr", &m)
	}
}

// llmnr learns from an LLMNR response (RFC 4795).
func (a *analyzer) llmnr(h *hop, p *packet) {
	m, err := dns.Decode(p.payload)
	if err == nil && m.Response && m.Opcode == 0 && m.RCode == 0 {
		a.ownNames(h, p, &m, "llmnr")
	}
}

// ownNames notes the host names in a response that its sender gave as its own,
// each with all its addresses.
func (a *analyzer) ownNames(h *hop, p *packet, m *dns.Message, protocol string) {
	var names []string
	lists := make(map[string][]netip.Addr)
	for _, r := range m.Records {
		if !r.Addr.IsValid() || r.Class != 1 || r.TTL == 0 && protocol == "mdns" {
			continue
		}
		if _, ok := lists[r.Name]; !ok {
			names = append(names, r.Name)
		}
		lists[r.Name] = append(lists[r.Name], r.Addr)
	}
	for _, name := range names {
		a.ownName(h, p, name, protocol, addressList(lists[name]))
	}
}

// ownName notes a name and its addresses. That the frame comes from the host
// itself, and not from one that repeats what it heard elsewhere, shows in its
// source being one of the addresses; where the list has none of the source's
// family nothing speaks against it.
func (a *analyzer) ownName(h *hop, p *packet, name, protocol string, list []netip.Addr) {
	if name == "" || len(list) == 0 {
		return
	}
	own := slices.Contains(list, p.src) ||
		!slices.ContainsFunc(list, func(ip netip.Addr) bool {
			return ip.Is4() == p.src.Is4() && (ip.Is4() || ip.IsLinkLocalUnicast() == p.src.IsLinkLocalUnicast())
		})
	mac := fact.MAC{}
	if own {
		mac = sender(h, p)
	}
	for _, ip := range list {
		f := fact.NameClaim{Name: name, Protocol: protocol, IP: ip, MAC: mac}
		note(a.claims, protocol, f, a.at)
	}
	a.addressSet(mac, p, protocol, name, list)
}

// addressSet notes a list, from addressList, of what a host gave as its own in
// one answer.
func (a *analyzer) addressSet(mac fact.MAC, p *packet, protocol, name string, list []netip.Addr) {
	if len(list) == 0 {
		return
	}
	f := fact.AddressSet{MAC: mac, From: p.src, Name: name, Protocol: protocol, Addresses: list}
	noteAs(a.sets, protocol, idOfAddresses(a, mac, protocol+" "+name, p.src, list), f, a.at)
}

// nbns learns from NetBIOS name service: registrations, answers about one's own
// name, node status.
func (a *analyzer) nbns(h *hop, p *packet) {
	m, err := nbns.Decode(p.payload)
	if err != nil && p.whole {
		a.damaged(err)
	}
	if m.Response && m.RCode != 0 {
		return
	}
	if !m.Response && m.Opcode == 0 && m.Query != "" && m.Query != "*" {
		a.askedSegment(h, p, "nbns", strings.ToLower(m.Query), nbns.TypeName(m.QueryType))
	}
	if m.Response && len(m.Status) > 0 {
		a.nodeStatus(h, p, &m)
	}
	for _, c := range m.Claims {
		list := addressList(c.Addresses)
		host := !c.Group && (c.Suffix == 0x00 || c.Suffix == 0x20) && c.Text != "" && c.Text != "*"
		switch {
		case !host || len(list) == 0:
		case m.Opcode == 6: // released: it was the host's until now
			if !m.Response && slices.Contains(list, p.src) {
				f := fact.NameClaim{Name: c.Text, Protocol: "nbns", IP: p.src, MAC: sender(h, p)}
				note(a.claims, "nbns", f, a.at)
			}
		case !m.Response && (m.Opcode == 5 || m.Opcode == 8 || m.Opcode == 9 || m.Opcode == 15):
			a.registered(h, p, c.Text, list)
		case m.Response && (m.Opcode == 0 || m.Opcode == 5) && slices.Contains(list, p.src):
			a.ownName(h, p, c.Text, "nbns", list)
		case m.Response && m.Opcode == 0: // a name server speaks of another host
			for _, ip := range list {
				f := fact.NameClaim{Name: c.Text, Protocol: "nbns", IP: ip}
				note(a.claims, "nbns", f, a.at)
			}
		}
	}
}

// nodeStatus learns the names of a host and of its group. The MAC address that
// it tells with them is its word only, and could be that of any other: the frame
// tells it better.
func (a *analyzer) nodeStatus(h *hop, p *packet, m *nbns.Packet) {
	mac := sender(h, p)
	named := false
	for _, n := range m.Status {
		switch {
		case n.Text == "" || n.Suffix != 0:
		case n.Group:
			a.says(fact.Endpoint{IP: p.src, MAC: mac}, "nbns", "workgroup", n.Text)
		case !named:
			named = true
			f := fact.NameClaim{Name: n.Text, Protocol: "nbns", IP: p.src, MAC: mac}
			note(a.claims, "nbns", f, a.at)
		}
	}
}

// registered notes a name that its sender registers, for one of its addresses
// at a time, whichever it sends from. A name server may be behind a router.
func (a *analyzer) registered(h *hop, p *packet, name string, list []netip.Addr) {
	mac := sender(h, p)
	for _, ip := range list {
		f := fact.NameClaim{Name: name, Protocol: "nbns", IP: ip, MAC: mac}
		note(a.claims, "nbns", f, a.at)
	}
	a.addressSet(mac, p, "nbns", name, list)
}
