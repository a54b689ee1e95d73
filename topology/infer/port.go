package infer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// portKey is a port of a device, or its aggregate; the name is normalised.
type portKey struct {
	device topology.DeviceID
	port   string
}

// portNumber is a port of a device by its ifIndex.
type portNumber struct {
	device topology.DeviceID
	index  uint32
}

// ports is what is known of the ports of devices.
type ports struct {
	names   map[portNumber]string
	wholes  map[portNumber]uint32                   // the aggregate that a port is part of; itself for aggregates
	byName  map[portKey]uint32                      // ifIndex of a port
	carried map[portNumber]bool                     // interfaces that run on top of others: VLANs, aggregates
	tagged  map[portKey]bool                        // ports that carry frames with tags
	blocked map[portKey]topology.EvidenceID         // ports on which spanning tree lets no frames pass
	root    map[portKey]designated                  // ports on which another bridge is nearer to the root
	own     map[portKey]string                      // port by its number in spanning tree
	byMAC   map[topology.DeviceID]map[string]string // names of interfaces by MAC address; "" where several have it
}

// designated is the bridge that a port hears, and through which of its ports.
type designated struct {
	bridge   topology.DeviceID
	number   uint16
	evidence topology.EvidenceID
}

// readPorts reads the tables that tell of ports.
func (in *inferer) readPorts() {
	p := ports{
		names: make(map[portNumber]string), wholes: make(map[portNumber]uint32), byName: make(map[portKey]uint32),
		carried: make(map[portNumber]bool), blocked: make(map[portKey]topology.EvidenceID), root: make(map[portKey]designated),
		own: make(map[portKey]string), tagged: make(map[portKey]bool), byMAC: make(map[topology.DeviceID]map[string]string),
	}
	aggregates := make(map[portNumber]bool)
	for _, d := range in.net.Devices() {
		for _, i := range d.Interfaces {
			if i.Index == 0 {
				continue
			}
			n := portNumber{d.ID, i.Index}
			p.names[n] = i.Name
			if i.Name != "" {
				p.byName[portKey{d.ID, normal(i.Name)}] = i.Index
			}
			aggregates[n] = i.Type == "ieee8023adLag"
		}
	}
	in.ports = p
	for i := range in.obs {
		o := &in.obs[i]
		switch f := o.Fact.(type) {
		case fact.InterfaceLayer:
			for _, d := range in.agents(o, f.Agent) {
				p.carried[portNumber{d, f.Higher}] = true
				if aggregates[portNumber{d, f.Higher}] && f.Lower != 0 {
					p.wholes[portNumber{d, f.Lower}] = f.Higher
				}
			}
		case fact.AggregateMember:
			for _, d := range in.agents(o, f.Agent) {
				if f.Aggregate != 0 && f.Aggregate != f.IfIndex {
					p.wholes[portNumber{d, f.IfIndex}] = f.Aggregate
				}
			}
		}
	}
	for n, whole := range p.wholes {
		p.wholes[portNumber{n.device, whole}] = whole
	}
	in.readTagged()
	in.readTrees()
	for _, d := range in.net.Devices() {
		for _, i := range d.Interfaces {
			if i.MAC == "" || i.Name == "" || p.carried[portNumber{d.ID, i.Index}] || isVirtualType(i.Type) {
				continue
			}
			if p.byMAC[d.ID] == nil {
				p.byMAC[d.ID] = make(map[string]string)
			}
			if _, ok := p.byMAC[d.ID][i.MAC]; ok {
				p.byMAC[d.ID][i.MAC] = ""
				continue
			}
			p.byMAC[d.ID][i.MAC] = i.Name
		}
	}
}

// readTagged reads which ports carry frames with tags: to another switch, as a
// rule.
func (in *inferer) readTagged() {
	for i := range in.obs {
		o := &in.obs[i]
		f, ok := o.Fact.(fact.VLANPorts)
		if !ok {
			continue
		}
		for _, d := range in.agents(o, f.Agent) {
			for _, p := range f.Tagged {
				in.ports.tagged[portKey{d, normal(in.portName(d, p, ""))}] = true
			}
		}
	}
}

// isVirtualType reports whether an interface has no cable of its own.
func isVirtualType(t string) bool {
	switch t {
	case "l2vlan", "l3ipvlan", "propVirtual", "softwareLoopback", "tunnel", "bridge", "ieee8023adLag":
		return true
	}
	return false
}

// portName returns the name of a port, or of the aggregate that it is part of.
func (in *inferer) portName(d topology.DeviceID, index uint32, otherwise string) string {
	n := portNumber{d, index}
	if whole, ok := in.ports.wholes[n]; ok && in.ports.names[portNumber{d, whole}] != "" {
		n.index = whole
	}
	return cmp.Or(in.ports.names[n], otherwise, "port "+strconv.FormatUint(uint64(index), 10))
}

// wholeOf returns the name of the aggregate that a port is, or is part of; empty
// where it is neither.
func (in *inferer) wholeOf(d topology.DeviceID, port string) string {
	i, ok := in.ports.byName[portKey{d, normal(port)}]
	if !ok || port == "" {
		return ""
	}
	whole, ok := in.ports.wholes[portNumber{d, i}]
	if !ok {
		return ""
	}
	return in.ports.names[portNumber{d, whole}]
}

// sortAttached puts the attachments of each device in order.
func (in *inferer) sortAttached() {
	for id, list := range in.out.Attached {
		slices.SortFunc(list, func(a, b topology.Attachment) int {
			return cmp.Or(strings.Compare(string(a.Switch), string(b.Switch)), strings.Compare(a.Port, b.Port))
		})
		in.out.Attached[id] = slices.Compact(list)
	}
}
