package render

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"kanmon/topology"
)

// order gives categories the place in which people are shown them.
func order(c topology.Category) int {
	if i := slices.Index(topology.Categories(), c); i >= 0 {
		return i
	}
	return len(topology.Categories())
}

func (p *projector) waysOut() []WayOut {
	conns := slices.Clone(p.s.ExternalConnections)
	slices.SortStableFunc(conns, func(a, b topology.ExternalConnection) int {
		return cmp.Or(
			cmp.Compare(order(a.Category), order(b.Category)),
			cmp.Compare(severity(a.Status), severity(b.Status)),
			strings.Compare(p.name(a.Device), p.name(b.Device)),
			strings.Compare(a.ID, b.ID))
	})
	out := make([]WayOut, len(conns))
	for i, c := range conns {
		out[i] = p.wayOut(i+1, c)
	}
	return out
}

// severity orders approved connections before those that need a decision, so
// that on a page the eye ends on the latter.
func severity(s topology.Status) int {
	return slices.Index([]topology.Status{topology.Approved, topology.Changed, topology.Expired, topology.Unapproved}, s)
}

func (p *projector) wayOut(no int, c topology.ExternalConnection) WayOut {
	l := p.lang
	w := WayOut{
		No: no, ID: c.ID,
		Category: c.Category, CategoryLabel: l.T("category." + string(c.Category)),
		Status: c.Status, StatusLabel: l.T("status." + string(c.Status)),
		Grade: c.Grade, GradeLabel: l.T("grade." + string(c.Grade)),
		Party: p.party(c), Service: p.either(c.Service, c.ServiceJA),
		Remotes:   remotes(c.Remote),
		Transport: strings.Join(append(p.transports(c.Transport), p.ports(c.Ports)...), l.T("and")),
		Direction: l.T("direction." + string(c.Direction)), Enters: c.Direction == topology.Inbound || c.Direction == topology.Both,
		DeviceID: string(c.Device),
		Device:   p.name(c.Device),
		Owner:    c.Owner, Contract: c.Contract, Purpose: c.Purpose, Until: c.Until,
		FirstSeen: day(c.FirstSeen), LastSeen: day(c.LastSeen),
		NextStep: p.nextStep(c),
		Because:  c.Because,
		Evidence: ids(c.Evidence),
	}
	if p.lang == Japanese && len(c.BecauseJA) == len(c.Because) {
		w.Because = c.BecauseJA
	}
	for _, ch := range c.Changes {
		w.Changes = append(w.Changes, l.T("changed."+ch))
	}
	if d := p.byID[c.Device]; d != nil {
		w.DeviceDetail = detail(*d)
		w.Location, w.Where = d.Location, p.where(*d)
		w.Zone = d.Zone
	}
	for _, id := range c.Behind {
		w.Behind = append(w.Behind, p.name(id))
		if d := p.byID[id]; d != nil && d.Zone != "" {
			w.BehindZones = append(w.BehindZones, d.Zone)
		}
	}
	slices.Sort(w.Behind)
	slices.Sort(w.BehindZones)
	w.BehindZones = slices.Compact(w.BehindZones)
	w.How = how(w)
	return w
}

// party says who is outside. For ways out without a remote end of their own, it
// is the network that they lead into.
func (p *projector) party(c topology.ExternalConnection) string {
	switch {
	case c.Remote.Organisation != "":
		return p.either(c.Remote.Organisation, c.Remote.OrganisationJA)
	case c.Owner != "":
		return c.Owner
	case c.Service != "" && !isKindOfBox(c.Category):
		return p.either(c.Service, c.ServiceJA)
	case c.Category == topology.Internet || c.Category == topology.OnlineQualification:
		return p.lang.T("outside." + string(c.Category))
	case len(c.Remote.Names) > 0:
		return c.Remote.Names[0]
	case len(c.Remote.Addresses) > 0:
		return c.Remote.Addresses[0].String()
	case slices.ContainsFunc(c.Remote.Networks, isEverywhere):
		return p.lang.T("anybody")
	case len(c.Remote.Networks) > 0:
		return c.Remote.Networks[0].String()
	}
	return p.lang.T("unknown.party")
}

// isKindOfBox reports whether the service of a way out of category c is what
// the box inside does ("Fortinet SSL-VPN"), and says nothing of who is outside.
func isKindOfBox(c topology.Category) bool { return c == topology.VendorVPN || c == topology.VendorLTE }

// how says how a way out leaves, in the word that tells people most: the
// product where there is one, else the transport.
func how(w WayOut) string {
	if w.Service != "" && w.Service != w.Party && (w.Category == topology.VendorVPN || w.Category == topology.RemoteSupport) {
		return w.Service
	}
	return w.Transport
}

// where says where to go and look for d: its location as far as somebody wrote
// one down, and the port of the switch that it is plugged into.
func (p *projector) where(d topology.Device) string {
	if len(d.Attached) == 0 {
		return d.Location
	}
	return strings.TrimSpace(d.Location + "　" + p.plug(d.Attached[len(d.Attached)-1]))
}

func (p *projector) plug(a topology.Attachment) string {
	return strings.TrimSpace(p.name(a.Switch) + " " + a.Port)
}

// either returns the text in the reader's language.
func (p *projector) either(text, ja string) string {
	if p.lang == Japanese {
		return cmp.Or(ja, text)
	}
	return text
}

func (p *projector) nextStep(c topology.ExternalConnection) string {
	switch c.Status {
	case topology.Expired:
		return p.lang.F("next.expired", c.Until)
	case topology.Changed:
		return p.lang.T("next.changed")
	case topology.Approved:
		return p.lang.T("next.approved")
	case topology.Unapproved:
	}
	// A door that others come in by: no cable leads there, and it may be no program.
	if c.Direction == topology.Inbound && (c.Category == topology.Unclassified || c.Category == topology.RemoteSupport) {
		return p.lang.T("next.unapproved.inbound")
	}
	return p.lang.T("next.unapproved." + string(c.Category))
}

func remotes(r topology.Remote) []string {
	out := slices.Clone(r.Names)
	for _, a := range r.Addresses {
		out = append(out, a.String())
	}
	for _, p := range r.Networks {
		if !isEverywhere(p) {
			out = append(out, p.String())
		}
	}
	return out
}

// isEverywhere reports whether a door that lets in a network lets in everybody.
func isEverywhere(p netip.Prefix) bool { return p.Bits() == 0 }

// maxPorts is how many ports of a door are written; the others are counted.
const maxPorts = 3

// ports writes the ports of a door: "TCP 80", "UDP 5000-5010".
func (p *projector) ports(list []string) []string {
	var out []string
	for _, s := range list[:min(len(list), maxPorts)] {
		proto, port, _ := strings.Cut(s, "/")
		out = append(out, strings.ToUpper(proto)+" "+port)
	}
	if n := len(list) - maxPorts; n > 0 {
		out[maxPorts-1] = p.lang.F("group.n", out[maxPorts-1], n)
	}
	return out
}

// transports writes transports as people know them.
func (p *projector) transports(ts []string) []string {
	names := map[string]string{
		"pppoe": "PPPoE", "ipoe": "IPoE", "map-e": "MAP-E", "ds-lite": "DS-Lite", "ipsec": "IPsec",
		"openvpn": "OpenVPN", "wireguard": "WireGuard", "l2tp": "L2TP", "pptp": "PPTP", "sstp": "SSTP",
		"tailscale": "Tailscale", "zerotier": "ZeroTier", "softether": "SoftEther", "tinc": "tinc", "tor": "Tor", "anyconnect": "AnyConnect",
		"ssl-vpn": "SSL-VPN", "lte": "LTE", "usb": "USB", "tls": "TLS",
		"ipv4": "IPv4", "ipv6": "IPv6", "gre": "GRE", "dicom": "DICOM", "hl7": "HL7", "http": "HTTP",
		"rndis": "USB (RNDIS)", "dns": "DNS", "quic": "QUIC", "6in4": "6in4", "4in6": "4in6",
		"rdp": "RDP", "vnc": "VNC", "radmin": "Radmin", "ssh": "SSH", "telnet": "Telnet", "wifi": "Wi-Fi", "bluetooth": "Bluetooth",
		"tethering": p.lang.T("tethering"), "teredo": "Teredo", "ppp": "PPP",
		"snmp": "SNMP", "fgfm": "FGFM", "https": "HTTPS", "isdn": "ISDN", "ngn": "NGN", "etherip": "EtherIP", "vxlan": "VXLAN", "geneve": "GENEVE",
		"static-nat": p.lang.T("static.nat"),
	}
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = cmp.Or(names[t], t)
	}
	return out
}

func ids(es []topology.EvidenceID) []string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = string(e)
	}
	return out
}
