package infer

import (
	"maps"
	"net/netip"
	"slices"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// member is a router that shares an address with others.
type member struct {
	device   topology.DeviceID
	protocol string
	active   bool // it has the address now
	evidence topology.EvidenceID
}

// groups returns the members of each group of routers that share an address
// (VRRP, HSRP), by this address, in the order of the observations.
func (in *inferer) groups() map[netip.Addr][]member {
	out := make(map[netip.Addr][]member)
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.RedundancyGroup)
		if !ok {
			continue
		}
		for _, d := range in.agents(o, f.Agent) {
			for _, a := range f.Addresses {
				if a = a.Unmap().WithZone(""); a.IsValid() && !a.IsUnspecified() && len(out[a]) < maxRouters {
					out[a] = append(out[a], member{d, f.Protocol, f.State == "master" || f.State == "active", evidenceOf(o)})
				}
			}
		}
	}
	return out
}

// holders returns the members of a group that may answer for its address: the
// one that has it now, else all, but for the device that asks.
func holders(list []member, from topology.DeviceID) []topology.DeviceID {
	var active, all []topology.DeviceID
	for _, m := range list {
		if m.device == from {
			continue
		}
		all = append(all, m.device)
		if m.active {
			active = append(active, m.device)
		}
	}
	if len(active) > 0 {
		all = active
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// redundancy links the routers that share an address: each tells of the address
// and none of the others.
func (in *inferer) redundancy(groups map[netip.Addr][]member) {
	for _, a := range slices.SortedFunc(maps.Keys(groups), netip.Addr.Compare) {
		list := groups[a]
		for i, x := range list {
			for _, y := range list[i+1:] {
				if x.device != y.device && x.protocol == y.protocol {
					in.addL3(x.device, y.device, x.protocol, topology.Inferred, []topology.EvidenceID{x.evidence, y.evidence})
				}
			}
		}
	}
}
