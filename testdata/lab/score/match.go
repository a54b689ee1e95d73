// Package score compares a snapshot of the lab with the lab's truth.
package score

import (
	"slices"
	"strings"

	"kanmon/testdata/lab"
	"kanmon/topology"
)

// matching says which node each device of a snapshot is.
type matching struct {
	node    map[topology.DeviceID]string // inside
	outside map[topology.DeviceID]bool
	label   map[topology.DeviceID]string // for people: the node, else what the snapshot calls it
	merged  []string                     // devices that are several nodes
}

// keys are what a node is known by, from the surest: hardware addresses,
// addresses, its name.
type keys [3][]string

func keysOf(n lab.Node) keys {
	var k keys
	for _, end := range n.Interfaces {
		if end.MAC != "" {
			k[0] = append(k[0], end.MAC)
		}
		for _, a := range end.Addresses {
			k[1] = append(k[1], bare(a))
		}
	}
	k[2] = []string{n.Name}
	return k
}

func keysOfDevice(d topology.Device) keys {
	var k keys
	for _, i := range d.Interfaces {
		if i.MAC != "" {
			k[0] = append(k[0], strings.ToLower(i.MAC))
		}
		for _, a := range i.IPs {
			k[1] = append(k[1], bare(a))
		}
	}
	for _, name := range append([]string{d.Name}, d.Names...) {
		host, _, _ := strings.Cut(name, ".")
		k[2] = append(k[2], host)
	}
	return k
}

// bare is an address without its prefix length.
func bare(a string) string {
	a, _, _ = strings.Cut(a, "/")
	return a
}

// find returns the names of the nodes that share the surest key.
func find(nodes []lab.Node, d topology.Device) []string {
	have := keysOfDevice(d)
	for sort := range have {
		var names []string
		for _, n := range nodes {
			if slices.ContainsFunc(keysOf(n)[sort], func(k string) bool { return slices.Contains(have[sort], k) }) {
				names = append(names, n.Name)
			}
		}
		if len(names) > 0 {
			return names
		}
	}
	return nil
}

func match(site lab.Site, s *topology.Snapshot) matching {
	m := matching{map[topology.DeviceID]string{}, map[topology.DeviceID]bool{}, map[topology.DeviceID]string{}, nil}
	for _, d := range s.Devices {
		m.label[d.ID] = d.Name
		names := find(site.Nodes, d)
		switch {
		case len(names) > 0:
			m.node[d.ID], m.label[d.ID] = names[0], names[0]
		case len(find(site.Outside, d)) > 0:
			m.outside[d.ID] = true
		}
		if len(names) > 1 {
			m.merged = append(m.merged, strings.Join(names, " and "))
		}
	}
	m.unmanaged(site, s)
	return m
}

// unmanaged finds the switches without any key of their own: by what hangs on
// them.
func (m matching) unmanaged(site lab.Site, s *topology.Snapshot) {
	for _, d := range s.Devices {
		if m.node[d.ID] != "" || !slices.Contains(d.Roles, topology.RoleUnmanaged) {
			continue
		}
		for _, l := range s.Links {
			other := l.A.Device
			if other == d.ID {
				other = l.B.Device
			} else if l.B.Device != d.ID {
				continue
			}
			for _, n := range site.Nodes {
				if n.Unmanaged && wired(site, n.Name, m.node[other]) {
					m.node[d.ID], m.label[d.ID] = n.Name, n.Name
				}
			}
		}
	}
}

// wired reports whether there is a cable between two nodes.
func wired(site lab.Site, a, b string) bool {
	return slices.ContainsFunc(site.Links, func(w lab.Wire) bool { return pairOf(w.A, w.B) == pairOf(a, b) })
}

// pair is two nodes in order.
type pair [2]string

func pairOf(a, b string) pair {
	if a > b {
		a, b = b, a
	}
	return pair{a, b}
}

func (p pair) String() string { return p[0] + " - " + p[1] }
