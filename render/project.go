package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"kanmon/topology"
)

// Project prepares s for people who read lang. It is a pure function: the same
// snapshot and language give the same View.
func Project(s *topology.Snapshot, lang Lang) View {
	p := projector{lang: lang, s: s, byID: make(map[topology.DeviceID]*topology.Device, len(s.Devices))}
	for i := range s.Devices {
		p.byID[s.Devices[i].ID] = &s.Devices[i]
	}
	v := View{
		Lang:     lang,
		Site:     cmp.Or(s.Site, lang.T("site.unnamed")),
		Taken:    stamp(s.TakenAt),
		Vantages: s.Vantages,
	}
	v.WaysOut = p.waysOut()
	v.Devices = p.devices(v.WaysOut)
	v.Zones = p.zones(v.WaysOut)
	v.Links = p.links()
	v.NotSeen = p.notSeen()
	v.BlindSpots = p.blindSpots()
	v.Conflicts = p.conflicts()
	v.Inputs = p.inputs()
	v.Evidence, v.EvidenceSum = p.evidence()
	v.Counts = counts(v)
	return v
}

type projector struct {
	lang Lang
	s    *topology.Snapshot
	byID map[topology.DeviceID]*topology.Device
}

// jst is Japan Standard Time, which has no summer time: the time in which the
// people of a Japanese hospital read a date.
func jst() *time.Location { return time.FixedZone("JST", 9*60*60) }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(jst()).Format("2006-01-02 15:04")
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(jst()).Format(time.DateOnly)
}

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
		Transport: strings.Join(p.transports(c.Transport), p.lang.T("and")),
		Direction: l.T("direction." + string(c.Direction)),
		DeviceID:  string(c.Device),
		Device:    p.name(c.Device),
		Owner:     c.Owner, Contract: c.Contract, Purpose: c.Purpose, Until: c.Until,
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
	return p.lang.T("next.unapproved." + string(c.Category))
}

func remotes(r topology.Remote) []string {
	out := slices.Clone(r.Names)
	for _, a := range r.Addresses {
		out = append(out, a.String())
	}
	return out
}

// transports writes transports as people know them.
func (p *projector) transports(ts []string) []string {
	names := map[string]string{
		"pppoe": "PPPoE", "ipoe": "IPoE", "map-e": "MAP-E", "ds-lite": "DS-Lite", "ipsec": "IPsec",
		"openvpn": "OpenVPN", "wireguard": "WireGuard", "l2tp": "L2TP", "pptp": "PPTP", "sstp": "SSTP",
		"ssl-vpn": "SSL-VPN", "softether": "SoftEther", "lte": "LTE", "usb": "USB", "tls": "TLS",
		"ipv4": "IPv4", "ipv6": "IPv6", "gre": "GRE", "dicom": "DICOM", "hl7": "HL7", "http": "HTTP",
		"rndis": "USB (RNDIS)", "dns": "DNS", "quic": "QUIC", "6in4": "6in4", "4in6": "4in6",
		"rdp": "RDP", "vnc": "VNC", "ssh": "SSH", "telnet": "Telnet", "wifi": "Wi-Fi", "bluetooth": "Bluetooth",
		"tethering": p.lang.T("tethering"), "teredo": "Teredo", "ppp": "PPP",
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

// detail is the short line under a device's name: its first address, by which
// it is found, and its model, or else its maker.
func detail(d topology.Device) string {
	var parts []string
	if a := firstAddress(d); a != "" && a != d.Name {
		parts = append(parts, a)
	}
	if m := cmp.Or(d.Model, d.Vendor); m != "" {
		parts = append(parts, m)
	}
	return strings.Join(parts, "　")
}

// firstAddress is the address by which people know a device: the first inside
// IPv4 address, else any, else its first MAC address.
func firstAddress(d topology.Device) string {
	var v4, other, mac string
	for _, i := range d.Interfaces {
		for _, ip := range i.IPs {
			a := addr(ip)
			switch {
			case !a.IsValid() || a.IsLoopback() || a.IsLinkLocalUnicast():
			case a.Is4() && a.IsPrivate() && v4 == "":
				v4 = a.String()
			case other == "":
				other = a.String()
			}
		}
		mac = cmp.Or(mac, i.MAC)
	}
	return cmp.Or(v4, other, mac)
}

func addr(s string) netip.Addr {
	s, _, _ = strings.Cut(s, "/")
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

func (p *projector) name(id topology.DeviceID) string {
	if d := p.byID[id]; d != nil && d.Name != "" {
		return d.Name
	}
	if id == "" {
		return p.lang.T("unknown")
	}
	return string(id)
}

func (p *projector) role(d topology.Device) string {
	if len(d.Roles) == 0 {
		return p.lang.T("role.other")
	}
	return p.lang.T("role." + string(d.Roles[0]))
}

func (p *projector) devices(ways []WayOut) []Device {
	numbers := make(map[string][]int)
	for _, w := range ways {
		numbers[w.DeviceID] = append(numbers[w.DeviceID], w.No)
	}
	out := make([]Device, 0, len(p.s.Devices))
	for _, d := range p.s.Devices {
		r := Device{
			ID: string(d.ID), Name: p.name(d.ID), Roles: d.Roles, RoleLabel: p.role(d),
			Vendor: d.Vendor, Model: d.Model, OS: d.OS, Version: d.Version, Serial: d.Serial,
			Location: d.Location, Zone: d.Zone, WaysOut: numbers[string(d.ID)],
			FirstSeen: day(d.FirstSeen), LastSeen: day(d.LastSeen), Evidence: ids(d.Evidence),
		}
		for _, i := range d.Interfaces {
			if i.MAC != "" {
				r.MACs = append(r.MACs, i.MAC)
			}
			r.IPs = append(r.IPs, i.IPs...)
			for _, vid := range i.VLANs {
				r.VLANs = append(r.VLANs, fmt.Sprint(vid))
			}
		}
		r.MACs, r.IPs, r.VLANs = distinct(r.MACs), distinct(r.IPs), distinct(r.VLANs)
		for _, a := range d.Attached {
			r.Attached = p.plug(a)
			r.SwitchID, r.Port = string(a.Switch), a.Port
		}
		for _, s := range d.Services {
			r.Services = append(r.Services, strings.TrimSpace(fmt.Sprintf("%d/%s %s", s.Port, s.Transport, cmp.Or(s.Product, s.Name))))
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Device) int {
		return cmp.Or(strings.Compare(a.Zone, b.Zone), strings.Compare(a.RoleLabel, b.RoleLabel),
			strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return out
}

// distinct drops repeats and keeps the order.
func distinct(in []string) []string {
	var out []string
	seen := make(map[string]bool, len(in))
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func (p *projector) zones(ways []WayOut) []Zone {
	byName := make(map[string]map[string]int)
	for _, d := range p.s.Devices {
		if byName[d.Zone] == nil {
			byName[d.Zone] = make(map[string]int)
		}
		byName[d.Zone][p.role(d)]++
	}
	var out []Zone
	declared := slices.Clone(p.s.Zones)
	slices.SortStableFunc(declared, compareZones)
	for _, z := range declared {
		v := Zone{Name: z.Name, Kind: z.Kind}
		for _, pre := range z.Prefixes {
			v.Prefixes = append(v.Prefixes, pre.String())
		}
		v.fill(byName[z.Name], ways, p.lang)
		delete(byName, z.Name)
		out = append(out, v)
	}
	rest := make([]string, 0, len(byName))
	for name := range byName {
		rest = append(rest, name)
	}
	slices.Sort(rest)
	for _, name := range rest {
		v := Zone{Name: name}
		v.fill(byName[name], ways, p.lang)
		v.Name = cmp.Or(name, p.lang.T("zone.none"))
		out = append(out, v)
	}
	return out
}

// compareZones orders zones by their first prefix, as network plans do, and
// those without one by name behind them.
func compareZones(a, b topology.Zone) int {
	first := func(z topology.Zone) netip.Prefix {
		if len(z.Prefixes) == 0 {
			return netip.Prefix{}
		}
		return z.Prefixes[0]
	}
	pa, pb := first(a), first(b)
	if pa.IsValid() != pb.IsValid() {
		if pa.IsValid() {
			return -1
		}
		return 1
	}
	return cmp.Or(pa.Addr().Compare(pb.Addr()), cmp.Compare(pa.Bits(), pb.Bits()), strings.Compare(a.Name, b.Name))
}

// fill counts the devices of the zone: the largest kind first, and those of
// which nobody knows what they are last.
func (z *Zone) fill(roles map[string]int, ways []WayOut, lang Lang) {
	other := lang.T("role.other")
	rank := func(label string) int {
		if label == other {
			return 1
		}
		return 0
	}
	for label, n := range roles {
		z.Counts = append(z.Counts, Count{Label: label, N: n})
		z.Total += n
	}
	slices.SortFunc(z.Counts, func(a, b Count) int {
		return cmp.Or(cmp.Compare(rank(a.Label), rank(b.Label)), cmp.Compare(b.N, a.N), strings.Compare(a.Label, b.Label))
	})
	for _, w := range ways {
		if w.Zone == z.Name {
			z.WaysOut = append(z.WaysOut, w.No)
		}
	}
}

func (p *projector) links() []Link {
	out := make([]Link, 0, len(p.s.Links))
	for _, k := range p.s.Links {
		out = append(out, Link{
			Layer: k.Layer, A: p.name(k.A.Device), B: p.name(k.B.Device),
			AID: string(k.A.Device), BID: string(k.B.Device), APort: k.A.Port, BPort: k.B.Port,
			Methods: strings.Join(k.Methods, ", "), Grade: k.Grade, GradeLabel: p.lang.T("grade." + string(k.Grade)),
			Evidence: ids(k.Evidence),
		})
	}
	slices.SortStableFunc(out, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.Layer, b.Layer), strings.Compare(a.A, b.A), strings.Compare(a.APort, b.APort),
			strings.Compare(a.B, b.B), strings.Compare(a.BPort, b.BPort))
	})
	return out
}

func (p *projector) notSeen() []NotSeen {
	out := make([]NotSeen, 0, len(p.s.NotSeen))
	for _, a := range p.s.NotSeen {
		out = append(out, NotSeen{
			ID: a.ID, CategoryLabel: p.lang.T("category." + string(a.Category)),
			Owner: a.Owner, Purpose: a.Purpose, Contract: a.Contract, Until: a.Until,
		})
	}
	return out
}

func (p *projector) blindSpots() []BlindSpot {
	out := make([]BlindSpot, 0, len(p.s.BlindSpots))
	for _, b := range p.s.BlindSpots {
		out = append(out, BlindSpot{
			Kind: b.Kind, Label: p.lang.T("blind." + b.Kind), What: p.either(b.What, b.WhatJA), Why: p.either(b.Why, b.WhyJA),
			NextStep: p.lang.T("blind.next." + b.Kind),
		})
	}
	return out
}

func (p *projector) conflicts() []Conflict {
	out := make([]Conflict, 0, len(p.s.Conflicts))
	for _, c := range p.s.Conflicts {
		v := Conflict{Label: p.lang.T("conflict." + c.Kind), What: c.What, Evidence: ids(c.Evidence)}
		for _, d := range c.Devices {
			v.Devices = append(v.Devices, p.name(d))
		}
		out = append(out, v)
	}
	return out
}

func (p *projector) inputs() []Input {
	out := make([]Input, 0, len(p.s.Inputs))
	for _, i := range p.s.Inputs {
		note := i.Incomplete
		if note == "" && len(i.SkipReason) > 0 {
			note = i.SkipReason[0]
		}
		out = append(out, Input{
			Name: i.Name, Digest: i.Digest, Format: i.Format,
			Records: fmt.Sprint(i.Records), Skipped: fmt.Sprint(i.Skipped), Note: note,
		})
	}
	slices.SortStableFunc(out, func(a, b Input) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Digest, b.Digest))
	})
	return out
}

func (p *projector) evidence() (rows []Evidence, sum string) {
	names := make(map[string]string, len(p.s.Inputs))
	for _, i := range p.s.Inputs {
		names[i.Digest] = i.Name
	}
	h := sha256.New()
	rows = make([]Evidence, 0, len(p.s.Evidence))
	for _, e := range p.s.Evidence {
		says := e.Says
		if p.lang == Japanese {
			says = cmp.Or(e.SaysJA, e.Says)
		}
		h.Write([]byte(string(e.ID) + "\n"))
		rows = append(rows, Evidence{
			ID: string(e.ID), Source: e.Source, Vantage: e.Vantage, At: stamp(e.At),
			Input: cmp.Or(names[e.Input], e.Input), Place: e.Place, Says: says,
		})
	}
	return rows, hex.EncodeToString(h.Sum(nil)[:8])
}

func counts(v View) Counts {
	c := Counts{
		WaysOut: len(v.WaysOut), Devices: len(v.Devices), Links: len(v.Links),
		BlindSpots: len(v.BlindSpots), Evidence: len(v.Evidence), Inputs: len(v.Inputs),
	}
	for _, w := range v.WaysOut {
		switch w.Status {
		case topology.Approved:
			c.Approved++
		case topology.Unapproved:
			c.Unapproved++
		case topology.Expired:
			c.Expired++
		case topology.Changed:
			c.Changed++
		}
	}
	return c
}
