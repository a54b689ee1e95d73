package infer

import (
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// forwarding finds what is plugged into the ports of switches by what these have
// learned, and which of them face each other.
func (in *inferer) forwarding() {
	f := in.learned()
	f.listen()
	f.face()
	f.segments()
	f.place()
	for _, g := range f.all {
		if len(g.ends) > 1 {
			f.shared(g)
		} else {
			f.access(g)
		}
	}
	in.trees()
	in.sortAttached()
}

// plugged is a device that was learned at a port.
type plugged struct {
	device topology.DeviceID
	port   string // of the device itself, where it can be told
	proofs []topology.EvidenceID
}

func (p plugged) end() topology.Endpoint { return topology.Endpoint{Device: p.device, Port: p.port} }

// devicesOn returns the devices that are plugged into a segment, each once, but
// for those that were announced there.
func (f *fabric) devicesOn(g *segment, announced []topology.DeviceID) []plugged {
	var out []plugged
	place := make(map[topology.DeviceID]int)
	for _, s := range g.stations {
		d := f.owners[s]
		if slices.Contains(announced, d) {
			continue
		}
		p := plugged{device: d, port: f.in.ports.byMAC[d][f.stations[s].mac.String()]}
		for _, e := range g.ends {
			p.proofs = append(p.proofs, f.proofs(e.bridge, s)...)
		}
		i, ok := place[d]
		if !ok {
			place[d] = len(out)
			out = append(out, p)
			continue
		}
		if out[i].port != p.port {
			out[i].port = "" // of several addresses that are learned on one cable
		}
		out[i].proofs = append(out[i].proofs, p.proofs...)
	}
	slices.SortFunc(out, func(a, b plugged) int { return compareID(a.device, b.device) })
	return out
}

// announcedOn returns the devices that announced themselves at the ports of a
// segment and are no bridges with tables, sorted.
func (f *fabric) announcedOn(g *segment) []topology.DeviceID {
	var out []topology.DeviceID
	for _, e := range g.ends {
		for _, d := range f.in.near[f.key(e)] {
			if _, ok := f.number[d]; !ok && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	slices.Sort(out)
	return out
}

// access links what is behind a port that no other bridge with tables is on.
func (f *fabric) access(g *segment) {
	at := g.ends[0]
	if len(g.beyond) > 0 {
		f.oneSided(g)
		return
	}
	announced := f.announcedOn(g)
	devices := f.devicesOn(g, announced)
	end := f.end(at)
	for _, p := range devices {
		f.in.out.Attached[p.device] = append(f.in.out.Attached[p.device], topology.Attachment{Switch: end.Device, Port: end.Port})
	}
	for _, d := range announced {
		if !f.in.hasRole(d, topology.RoleSwitch, topology.RoleRouter, topology.RoleFirewall) && learnedHere(f, g, d) {
			f.in.out.Attached[d] = append(f.in.out.Attached[d], topology.Attachment{Switch: end.Device, Port: end.Port})
		}
	}
	hub, ok := f.hub(announced, devices)
	switch {
	case len(devices) == 0:
	case ok:
		f.behind(hub, devices)
		if i := slices.IndexFunc(devices, func(p plugged) bool { return p.device == hub }); i >= 0 {
			f.in.linkOf(claim{2, "fdb", topology.Reported}, end, devices[i].end(), devices[i].proofs)
		}
	case len(devices) == 1 && len(announced) == 0:
		f.in.linkOf(claim{2, "fdb", topology.Reported}, end, devices[0].end(), devices[0].proofs)
	default:
		f.cloud(g, devices)
	}
}

func learnedHere(f *fabric, g *segment, d topology.DeviceID) bool {
	return slices.ContainsFunc(g.stations, func(s int) bool { return f.owners[s] == d })
}

// oneSided links a port to the one bridge that is somewhere behind it, where that
// one does not tell through which of its own.
func (f *fabric) oneSided(g *segment) {
	at, y := g.ends[0], g.beyond[0]
	back := f.towards[y][at.bridge]
	if len(g.beyond) > 1 || back != none || len(f.in.near[f.key(at)]) > 0 {
		return
	}
	f.in.linkOf(claim{2, "fdb", topology.Inferred}, f.end(at), topology.Endpoint{Device: f.bridges[y].device}, f.why(at, y))
}

// shared links the bridges that have ports on one segment, and what else is
// there.
func (f *fabric) shared(g *segment) {
	announced := f.announcedOn(g)
	devices := f.devicesOn(g, announced)
	hub, ok := f.hub(announced, nil)
	switch {
	case ok && f.in.hasRole(hub, topology.RoleSwitch, topology.RoleAP):
		f.behind(hub, devices)
		for _, e := range g.ends {
			if !slices.Contains(f.in.near[f.key(e)], hub) {
				f.in.linkOf(claim{2, "fdb", topology.Inferred}, f.end(e), topology.Endpoint{Device: hub}, f.whyAny(g, e))
			}
		}
	case len(g.ends) == 2 && len(devices) == 0:
		f.direct(g.ends[0], g.ends[1])
	case len(g.ends) == 2 && len(devices) == 1 && f.told(g.ends[0], g.ends[1]):
		// one station that is said to be between two neighbours has moved
	default:
		f.cloud(g, devices)
	}
}

// told reports whether a bridge hears the other at these ports.
func (f *fabric) told(a, b bridgePort) bool {
	return slices.Contains(f.in.near[f.key(a)], f.bridges[b.bridge].device) ||
		slices.Contains(f.in.near[f.key(b)], f.bridges[a.bridge].device)
}

// direct links two ports that face each other, where no neighbour protocol has.
func (f *fabric) direct(a, b bridgePort) {
	if f.told(a, b) {
		return
	}
	proofs := append(f.why(a, b.bridge), f.why(b, a.bridge)...)
	f.in.linkOf(claim{2, "fdb", topology.Inferred}, f.end(a), f.end(b), proofs)
}

// maxWhy is how many stations are named to show that a port leads to a bridge.
const maxWhy = 3

// why returns what shows that a port leads to bridge y: rows of y's own
// addresses, and of stations that y has learned elsewhere.
func (f *fabric) why(at bridgePort, y int) []topology.EvidenceID {
	var own, others []topology.EvidenceID
	back := f.towards[y][at.bridge]
	for _, p := range f.bridges[at.bridge].places {
		s := int(p.station)
		switch {
		case int(p.port) != at.port || len(own) >= maxWhy:
		case f.self[s] == y:
			own = append(own, f.proofs(at.bridge, s)...)
		case len(others) < maxWhy && f.bridges[y].at(s) != none && f.bridges[y].at(s) != back:
			others = append(others, f.proofs(at.bridge, s)[:1]...)
		}
	}
	out := append(own, others...)
	if len(out) > 0 {
		return out
	}
	for _, p := range f.bridges[at.bridge].places { // it follows from what third ones have learned
		if int(p.port) == at.port && len(out) < maxWhy {
			out = append(out, f.proofs(at.bridge, int(p.station))...)
		}
	}
	if d, ok := f.in.ports.root[f.key(at)]; ok {
		out = append(out, d.evidence)
	}
	return out
}

func (f *fabric) whyAny(g *segment, at bridgePort) []topology.EvidenceID {
	var out []topology.EvidenceID
	for _, e := range g.ends {
		if e != at {
			out = append(out, f.why(at, e.bridge)...)
		}
	}
	return out
}

// linkOf makes a link where there is a proof of it.
func (in *inferer) linkOf(c claim, a, b topology.Endpoint, proofs []topology.EvidenceID) {
	if len(proofs) > 0 {
		in.links.add(c, a, b, proofs[0], proofs[1:]...)
	}
}

// behind links devices to one that passes their frames on.
func (f *fabric) behind(hub topology.DeviceID, devices []plugged) {
	for _, p := range devices {
		if p.device != hub {
			f.in.linkOf(claim{2, "fdb", topology.Inferred}, topology.Endpoint{Device: hub}, p.end(), p.proofs)
		}
	}
}

// hub returns the device at a port that passes on the frames of the others
// there: a switch or an access point that announced itself, a telephone, or
// whatever alone did; else one that is known as an access point, else the one
// machine among virtual ones.
func (f *fabric) hub(announced []topology.DeviceID, devices []plugged) (topology.DeviceID, bool) {
	for _, r := range []topology.Role{topology.RoleSwitch, topology.RoleAP, topology.RolePhone} {
		if d, ok := one(announced, func(d topology.DeviceID) bool { return f.in.hasRole(d, r) }); ok {
			return d, true
		}
	}
	if len(announced) > 0 {
		return announced[0], len(announced) == 1
	}
	if len(devices) < 2 {
		return "", false
	}
	if p, ok := one(devices, func(p plugged) bool { return f.in.hasRole(p.device, topology.RoleAP) }); ok {
		return p.device, true
	}
	p, ok := one(devices, func(p plugged) bool { return !f.in.isGuest(p.device) })
	return p.device, ok
}

// one returns the only element for which is holds.
func one[T any](list []T, is func(T) bool) (T, bool) {
	var zero T
	i := slices.IndexFunc(list, is)
	if i < 0 || slices.IndexFunc(list[i+1:], is) >= 0 {
		return zero, false
	}
	return list[i], true
}

// isGuest reports whether all MAC addresses of a device are of those that
// hypervisors give to their virtual machines.
func (in *inferer) isGuest(id topology.DeviceID) bool {
	d, _ := in.net.Device(id)
	for _, i := range d.Interfaces {
		if m, err := fact.ParseMAC(i.MAC); err == nil && !isGuestMAC(m) {
			return false
		}
	}
	return len(d.Interfaces) > 0
}

// isGuestMAC reports whether a hypervisor made up a MAC address, by the prefixes
// that the IEEE gave to its makers, and the one that QEMU and KVM take.
func isGuestMAC(m fact.MAC) bool {
	switch [3]byte(m[:3]) {
	case [3]byte{0x00, 0x50, 0x56}, [3]byte{0x00, 0x0c, 0x29}, [3]byte{0x00, 0x05, 0x69}, // VMware
		[3]byte{0x00, 0x15, 0x5d}, // Hyper-V
		[3]byte{0x00, 0x16, 0x3e}, // Xen
		[3]byte{0x52, 0x54, 0x00}, // QEMU, KVM
		[3]byte{0xbc, 0x24, 0x11}, // Proxmox
		[3]byte{0x00, 0x1c, 0x42}, // Parallels
		[3]byte{0x08, 0x00, 0x27}: // VirtualBox
		return true
	}
	return false
}
