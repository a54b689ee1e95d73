package networks

import (
	"slices"

	"kanmon/discover/fact"
)

// doubt tells which cables nobody can know: those that are plugged otherwise in
// another network of the same devices from which the very same tables could have
// come. Such networks are found by moving one cable at a time, with what hangs on
// it. It is for trees of switches that announce nothing, and machines.
type doubt struct {
	managed []bool          // by device
	access  map[socket]bool // ports in one VLAN, into which no switch is plugged
	rows    []tableRow
	toPort  []int // scratch of holds
}

// socket is a port of a device; 0 is any that no table names.
type socket struct{ device, port int }

// plan is the cables of a network.
type plan [][2]socket

// tableRow is a row of a forwarding table: at this port the sender was heard.
type tableRow struct {
	at     socket
	sender int
}

// unknowable returns the links of the truth that cannot be known. It knows nothing
// of how links are inferred.
func (n *Network) unknowable(obs []fact.Observation) map[string]bool {
	d := n.newDoubt(obs)
	truth := n.plan()
	doubtful := make(map[[2]socket]bool)
	for i := range truth {
		d.moves(truth, i, func(p plan) {
			if !d.holds(p) {
				return
			}
			for _, c := range truth {
				if !slices.Contains(p, c) {
					doubtful[c] = true
				}
			}
		})
	}
	out := make(map[string]bool)
	for i, c := range truth {
		if doubtful[c] {
			a, b := n.cables[i].a, n.cables[i].b
			out[linkText(a.named(nil), b.named(nil))] = true
		}
	}
	return out
}

func (n *Network) plan() plan {
	var p plan
	for _, c := range n.cables {
		p = append(p, [2]socket{{c.a.dev.n, int(c.a.index)}, {c.b.dev.n, int(c.b.index)}})
	}
	return p
}

func (n *Network) newDoubt(obs []fact.Observation) *doubt {
	d := &doubt{access: make(map[socket]bool), toPort: make([]int, len(n.devices))}
	agents := make(map[fact.AgentID]int)
	senders := make(map[fact.MAC]int)
	for i, dev := range n.devices {
		d.managed = append(d.managed, dev.kind == managed)
		agents[dev.agent()], senders[dev.mac] = i, i
	}
	for _, o := range obs {
		switch f := o.Fact.(type) {
		case fact.FDBEntry:
			d.rows = append(d.rows, tableRow{socket{agents[f.Agent], int(f.IfIndex)}, senders[f.MAC]})
		case fact.VLANPorts:
			for _, p := range f.Untagged {
				d.access[socket{agents[f.Agent], int(p)}] = true
			}
		}
	}
	slices.SortFunc(d.rows, func(a, b tableRow) int { return a.at.device - b.at.device })
	return d
}

// holds reports whether all rows could have come from a network.
func (d *doubt) holds(p plan) bool {
	at := make([][][2]socket, len(d.managed)) // cables by device, its own end first
	for _, c := range p {
		at[c[0].device] = append(at[c[0].device], c)
		at[c[1].device] = append(at[c[1].device], [2]socket{c[1], c[0]})
	}
	var walk func(from, to, port int)
	walk = func(from, to, port int) {
		d.toPort[to] = port
		for _, c := range at[to] {
			if c[1].device != from {
				walk(to, c[1].device, port)
			}
		}
	}
	last := -1
	for _, r := range d.rows {
		x := r.at.device
		if x != last {
			last = x
			for _, c := range at[x] {
				walk(x, c[1].device, c[0].port)
			}
		}
		if d.toPort[r.sender] != r.at.port {
			return false
		}
	}
	return true
}

// moves calls try with each network in which cable i is pulled from one end and
// plugged into a free socket, or the device at its other end is put into another
// cable by it.
func (d *doubt) moves(p plan, i int, try func(plan)) {
	rest := slices.Delete(slices.Clone(p), i, i+1)
	for _, kept := range p[i] {
		here := d.side(rest, kept.device)
		for x, ok := range d.managed {
			if ok && !here[x] {
				try(append(slices.Clone(rest), order(socket{x, 0}, kept)))
			}
		}
		for j, c := range rest {
			if here[c[0].device] || !d.managed[kept.device] {
				continue
			}
			for _, e := range [][2]socket{{c[0], c[1]}, {c[1], c[0]}} {
				if d.access[e[0]] || d.access[e[1]] {
					continue
				}
				try(append(slices.Delete(slices.Clone(rest), j, j+1), order(e[0], kept), order(socket{kept.device, 0}, e[1])))
			}
		}
	}
}

// side returns the devices that hang together with one.
func (d *doubt) side(p plan, start int) []bool {
	out := make([]bool, len(d.managed))
	out[start] = true
	for changed := true; changed; {
		changed = false
		for _, c := range p {
			if out[c[0].device] != out[c[1].device] {
				out[c[0].device], out[c[1].device], changed = true, true, true
			}
		}
	}
	return out
}

func order(a, b socket) [2]socket {
	if a.device > b.device {
		a, b = b, a
	}
	return [2]socket{a, b}
}
