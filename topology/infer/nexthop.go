package infer

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// maxFrames bounds the conversations kept as evidence of one next hop.
const maxFrames = 3

// maxTables bounds the forwarding tables in which one station is looked for.
const maxTables = 200

// hopOf is a device, and one that its packets for elsewhere were handed to.
type hopOf struct{ device, next topology.DeviceID }

// nextHop is what shows one.
type nextHop struct {
	grade    topology.Grade
	evidence []topology.EvidenceID
}

// nextHops makes links on layer 3 between devices and the gateways that carry
// their packets, by the MAC addresses in their frames. Where a mirror shows both
// sides of a router, one flow may name the far side: so the gateway must have an
// address in the device's own network, or, where none of its is known, be learned
// by a switch in the device's own VLAN.
func (in *inferer) nextHops() {
	found := make(map[hopOf]*nextHop)
	near := vicinity{in.networks(), in.vlansOfTalkers()}
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.Flow)
		if !ok {
			continue
		}
		for _, ends := range [][2]fact.Endpoint{{f.Client, f.Server}, {f.Server, f.Client}} {
			for _, m := range []fact.MAC{ends[1].MAC, ends[1].Via} {
				k, ok := in.handed(ends[0], fact.Endpoint{IP: ends[1].IP, MAC: m}, near)
				if !ok {
					continue
				}
				h := found[k]
				if h == nil {
					h = &nextHop{grade: topology.Reported}
					found[k] = h
				}
				if f.Answered && ends[1].Via.IsZero() {
					h.grade = topology.Confirmed
				}
				if len(h.evidence) < maxFrames {
					h.evidence = append(h.evidence, evidenceOf(o))
				}
			}
		}
	}
	for k, h := range found {
		in.addL3(k.device, k.next, "frames", h.grade, h.evidence)
	}
}

// handed returns who handed whom what was for the far end: a device at its own
// address and MAC address, and a gateway at an address that is not its own.
func (in *inferer) handed(near, far fact.Endpoint, v vicinity) (hopOf, bool) {
	if !in.net.IsGatewayMAC(far.MAC) || far.IP.IsMulticast() {
		return hopOf{}, false
	}
	d, ok := in.net.DeviceByIP(near.IP)
	if m, known := in.net.DeviceByMAC(near.MAC); !ok || !known || m != d {
		return hopOf{}, false
	}
	next, ok := in.net.DeviceByMAC(far.MAC)
	if owner, known := in.net.DeviceByIP(far.IP); !ok || next == d || known && owner == next {
		return hopOf{}, false
	}
	if len(v.networks[next]) == 0 {
		return hopOf{d, next}, v.oneVLAN(near.MAC, far.MAC)
	}
	ip := near.IP.Unmap().WithZone("")
	return hopOf{d, next}, slices.ContainsFunc(v.networks[next], func(p netip.Prefix) bool { return p.Contains(ip) })
}

// vicinity is what tells whether two stations are next to each other.
type vicinity struct {
	networks map[topology.DeviceID][]netip.Prefix
	vlans    map[fact.MAC][]vlanTable
}

// vlanTable is the forwarding table that a switch has for one VLAN.
type vlanTable struct {
	agent fact.AgentID
	vid   uint16
}

// oneVLAN reports whether a switch has learned both stations in one VLAN.
func (v vicinity) oneVLAN(a, b fact.MAC) bool {
	return slices.ContainsFunc(v.vlans[a], func(t vlanTable) bool { return slices.Contains(v.vlans[b], t) })
}

// vlansOfTalkers returns in which tables the stations are whose conversations
// were heard.
func (in *inferer) vlansOfTalkers() map[fact.MAC][]vlanTable {
	out := make(map[fact.MAC][]vlanTable)
	for i := range in.obs {
		if f, ok := in.obs[i].Fact.(fact.Flow); ok {
			for _, e := range []fact.Endpoint{f.Client, f.Server} {
				out[e.MAC], out[e.Via] = nil, nil
			}
		}
	}
	for i := range in.obs {
		f, ok := in.obs[i].Fact.(fact.FDBEntry)
		if !ok || f.VID == 0 {
			continue
		}
		if have, talks := out[f.MAC]; talks && len(have) < maxTables {
			out[f.MAC] = append(have, vlanTable{f.Agent, f.VID})
		}
	}
	return out
}

// networks returns the networks in which each device has an address: where the
// length of the prefix is not known, the subnet that is, or 24 bits and 64.
func (in *inferer) networks() map[topology.DeviceID][]netip.Prefix {
	out := make(map[topology.DeviceID][]netip.Prefix)
	subnets := in.net.Subnets()
	for _, d := range in.net.Devices() {
		for _, i := range d.Interfaces {
			for _, s := range i.IPs {
				if p, ok := network(s, subnets); ok {
					out[d.ID] = append(out[d.ID], p)
				}
			}
		}
	}
	return out
}

// network returns the network of an interface's address.
func network(address string, subnets []resolve.Subnet) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(address); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(address)
	if err != nil || a.IsLinkLocalUnicast() {
		return netip.Prefix{}, false
	}
	best := netip.Prefix{}
	for _, s := range subnets {
		if s.Prefix.Contains(a) && s.Prefix.Bits() > best.Bits() {
			best = s.Prefix
		}
	}
	if best.IsValid() {
		return best, true
	}
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	return p, err == nil
}
