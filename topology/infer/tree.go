package infer

import (
	"cmp"
	"slices"
	"strconv"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// readTrees reads the tables of spanning tree. Where there is a tree for each
// VLAN, a port is blocked that is so in all of them.
func (in *inferer) readTrees() {
	passes := make(map[portKey]bool)
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.BridgePort)
		if !ok || f.IfIndex == 0 {
			continue
		}
		for _, d := range in.agents(o, f.Agent) {
			k := portKey{d, normal(in.portName(d, f.IfIndex, ""))}
			switch f.State {
			case "blocking":
				if have, ok := in.ports.blocked[k]; !ok || evidenceOf(o) < have {
					in.ports.blocked[k] = evidenceOf(o)
				}
			case "disabled", "broken":
				continue
			default:
				passes[k] = true
			}
			in.readDesignated(o, f, d)
		}
	}
	for k := range passes {
		delete(in.ports.blocked, k)
	}
}

// readDesignated notes which bridge a port of d hears: where that is d itself,
// what number the port has in what it sends.
func (in *inferer) readDesignated(o *fact.Observation, f fact.BridgePort, d topology.DeviceID) {
	name := in.portName(d, f.IfIndex, "")
	bridge, ok := in.net.DeviceByMAC(f.DesignatedBridge)
	switch {
	case !ok:
	case bridge == d:
		k := portKey{d, strconv.Itoa(int(f.DesignatedPort))}
		if have, ok := in.ports.own[k]; !ok || name < have {
			in.ports.own[k] = name
		}
	default:
		k := portKey{d, normal(name)}
		if have, ok := in.ports.root[k]; !ok || evidenceOf(o) < have.evidence {
			in.ports.root[k] = designated{bridge, f.DesignatedPort, evidenceOf(o)}
		}
	}
}

// trees makes links of what spanning tree says of ports whose neighbour no
// neighbour protocol has told: blocked ones among them, on which no station is
// ever learned.
func (in *inferer) trees() {
	used := make(map[portKey]bool)
	joined := make(map[[2]portKey]bool) // by what was learned
	for _, l := range in.links {
		if l.Layer != 2 {
			continue
		}
		a, b := portKey{l.A.Device, normal(l.A.Port)}, portKey{l.B.Device, normal(l.B.Port)}
		used[a], used[b] = true, true
		if slices.Equal(l.Methods, []string{"fdb"}) {
			joined[[2]portKey{a, b}], joined[[2]portKey{b, a}] = true, true
		}
	}
	for k, d := range in.ports.root {
		name := in.ports.own[portKey{d.bridge, strconv.Itoa(int(d.number))}]
		far := portKey{d.bridge, normal(name)}
		if !joined[[2]portKey{k, far}] && (used[k] || name != "" && used[far]) {
			continue // it is told, or there is an unmanaged switch between them
		}
		in.links.add(claim{2, "stp", topology.Reported},
			topology.Endpoint{Device: k.device, Port: cmp.Or(in.ports.names[portNumber{k.device, in.ports.byName[k]}], k.port)},
			topology.Endpoint{Device: d.bridge, Port: name}, d.evidence)
	}
}

// blocked marks the links on which spanning tree lets no frames pass.
func (in *inferer) blocked() {
	for id, l := range in.links {
		for _, e := range []topology.Endpoint{l.A, l.B} {
			if proof, ok := in.ports.blocked[portKey{e.Device, normal(e.Port)}]; ok && l.Layer == 2 && e.Port != "" {
				l.Blocked = true
				l.Evidence = sortedIDs(append(l.Evidence, proof))
			}
		}
		in.links[id] = l
	}
}
