package networks

import "slices"

// span blocks the cables that would close a ring, as spanning tree does with
// the first device as its root: the cables of an aggregate are one.
func (n *Network) span() {
	parent := make([]int, len(n.devices))
	for i := range parent {
		parent[i] = i
	}
	var find func(int) int
	find = func(i int) int {
		if parent[i] != i {
			parent[i] = find(parent[i])
		}
		return parent[i]
	}
	carries := make(map[*port]bool) // aggregates in the tree
	for _, c := range n.cables {
		if !c.a.dev.bridges() || !c.b.dev.bridges() || c.a.agg != nil && carries[c.a.agg] {
			continue
		}
		a, b := find(c.a.dev.n), find(c.b.dev.n)
		if a == b {
			c.blocked = true
			continue
		}
		parent[b] = a
		if c.a.agg != nil {
			carries[c.a.agg] = true
		}
	}
}

// blockedAt returns the end at which a blocked cable is blocked: that of the
// device further down the list.
func (c *cable) blockedAt() *port {
	if c.a.dev.n > c.b.dev.n {
		return c.a
	}
	return c.b
}

// arrivals returns the ports by which frames of d reach each device that passes
// frames on, nearest first.
func (n *Network) arrivals(d *device) []*port {
	start := d
	if d.tunnel != nil {
		start = d.tunnel
	}
	seen := map[*device]bool{start: true}
	var out []*port
	for queue := []*device{start}; len(queue) > 0; queue = queue[1:] {
		for _, p := range queue[0].ports {
			if p.cable == nil || p.cable.blocked {
				continue
			}
			far := p.cable.far(queue[0])
			if seen[far.dev] || !far.dev.bridges() || d.tunnel != nil && p.cable.far(queue[0]).dev == d {
				continue
			}
			seen[far.dev] = true
			out = append(out, far)
			queue = append(queue, far.dev)
		}
	}
	return out
}

// onPath returns the arrivals on the way to the first device, to which the
// machines have something to say, and not to each other.
func (n *Network) onPath(arrivals []*port) []*port {
	by := make(map[*device]*port)
	for _, p := range arrivals {
		by[p.dev] = p
	}
	var out []*port
	for p := by[n.devices[0]]; p != nil; p = by[p.cable.far(p.dev).dev] {
		out = append(out, p)
	}
	slices.Reverse(out)
	return out
}

// toRoot returns the port of each switch that leads to the root of its tree.
func (n *Network) toRoot() map[*device]*port {
	out := make(map[*device]*port)
	for _, d := range n.devices {
		if d.kind != managed || out[d] != nil {
			continue
		}
		isRoot := !slices.ContainsFunc(n.arrivals(d), func(p *port) bool { return p.dev.kind == managed && p.dev.n < d.n })
		if !isRoot {
			continue
		}
		for _, p := range n.arrivals(d) {
			if out[p.dev] == nil {
				out[p.dev] = p
			}
		}
	}
	return out
}
