package render

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"kanmon/topology"
)

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
