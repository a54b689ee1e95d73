package infer

import (
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// Result is what follows from observations and resolved devices.
type Result struct {
	Links     []topology.Link                             // sorted by ID
	Attached  map[topology.DeviceID][]topology.Attachment // the switch ports that devices are plugged into
	Unmanaged []topology.Device                           // switches that nobody announced, sorted by ID
}

// inferer holds what the methods share.
type inferer struct {
	obs   []fact.Observation // sorted by ID, each once
	net   *resolve.Network
	ports map[topology.DeviceID]map[uint32]string // interface names by ifIndex
	links linkSet
	near  map[portKey][]topology.DeviceID // devices that LLDP or CDP shows at a port
	out   Result
}

// portKey is a port of a device; the name is normalised.
type portKey struct {
	device topology.DeviceID
	port   string
}

// Links finds links, attachments and unmanaged switches. The result does not
// depend on the order of obs or on repeats.
func Links(obs []fact.Observation, net *resolve.Network) Result {
	in := &inferer{
		obs: resolve.Sorted(obs), net: net, links: make(linkSet),
		ports: make(map[topology.DeviceID]map[uint32]string), near: make(map[portKey][]topology.DeviceID),
		out: Result{Attached: make(map[topology.DeviceID][]topology.Attachment)},
	}
	for _, d := range net.Devices() {
		for _, i := range d.Interfaces {
			if i.Index == 0 {
				continue
			}
			if in.ports[d.ID] == nil {
				in.ports[d.ID] = make(map[uint32]string)
			}
			in.ports[d.ID][i.Index] = i.Name
		}
	}
	in.neighbors()
	in.forwarding()
	in.routing()
	in.nextHops()
	in.out.Links = in.links.sorted()
	slices.SortFunc(in.out.Unmanaged, func(a, b topology.Device) int {
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return in.out
}

// agents returns the devices whose tables show an observation.
func (in *inferer) agents(o *fact.Observation, a fact.AgentID) []topology.DeviceID {
	var out []topology.DeviceID
	for _, s := range o.Seen {
		if id, ok := in.net.DeviceByAgentIn(a, s.Input); ok && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// hasRole reports whether a device has one of these roles.
func (in *inferer) hasRole(id topology.DeviceID, roles ...topology.Role) bool {
	d, _ := in.net.Device(id)
	return slices.ContainsFunc(d.Roles, func(r topology.Role) bool { return slices.Contains(roles, r) })
}

func evidenceOf(o *fact.Observation) topology.EvidenceID { return topology.EvidenceID(o.ID) }
