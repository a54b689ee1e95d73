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
	obs         []fact.Observation // sorted by ID, each once
	net         *resolve.Network
	ports       ports
	links       linkSet
	near        map[portKey][]topology.DeviceID // devices that a neighbour protocol shows at a port
	said        map[portKey]string              // what its table calls that port
	asked       map[agentIn]topology.DeviceID   // answers of the network; "" where it has none
	radios      map[fact.MAC]bool               // stations that are associated by radio
	hearing     map[portKey][]cloudEnd          // ports that are on one segment, by each of them
	behindCloud map[topology.DeviceID]int       // devices learned behind unmanaged switches
	out         Result
}

// agentIn is an SNMP agent as one input shows it.
type agentIn struct {
	agent fact.AgentID
	input string
}

// Links finds links, attachments and unmanaged switches. The result does not
// depend on the order of obs or on repeats.
func Links(obs []fact.Observation, net *resolve.Network) Result {
	in := &inferer{
		obs: resolve.Sorted(obs), net: net, links: make(linkSet), near: make(map[portKey][]topology.DeviceID), said: make(map[portKey]string),
		asked: make(map[agentIn]topology.DeviceID), radios: make(map[fact.MAC]bool),
		hearing: make(map[portKey][]cloudEnd), behindCloud: make(map[topology.DeviceID]int),
		out: Result{Attached: make(map[topology.DeviceID][]topology.Attachment)},
	}
	in.readPorts()
	in.neighbors()
	in.wireless()
	in.forwarding()
	in.blocked()
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
	var first [1]topology.DeviceID // nearly always it is one
	out := first[:0]
	for _, s := range o.Seen {
		k := agentIn{a, s.Input}
		id, ok := in.asked[k]
		if !ok {
			id, _ = in.net.DeviceByAgentIn(a, s.Input)
			in.asked[k] = id
		}
		if id != "" && !slices.Contains(out, id) {
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
