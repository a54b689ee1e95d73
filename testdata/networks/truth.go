package networks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// Score is how what was found compares with what is there.
type Score struct {
	Links, Found, Right int
	Unknowable          int      // links that the facts do not determine, of a scarce network
	Invented, Missed    []string // sorted
	Guessed             []string // of the unknowable links, those that were found: right by luck
	Blocked             int      // links found that spanning tree blocks
	Wrong               []string // blocked or not, against the truth
	Split               []string // devices that were found more than once
}

// Precision returns how much of what was found is there.
func (s Score) Precision() float64 { return float64(s.Right) / float64(max(1, s.Found)) }

// Recall returns how much of what is there was found.
func (s Score) Recall() float64 { return float64(s.Right) / float64(max(1, s.Links)) }

// KnowableRecall returns how much was found of what is there and can be known.
func (s Score) KnowableRecall() float64 {
	return float64(s.Right-len(s.Guessed)) / float64(max(1, s.Links-s.Unknowable))
}

// end is one end of a link; of switches that nobody can ask, those that are
// plugged into each other are one.
type end struct{ device, port string }

func (e end) String() string { return e.device + " " + e.port }

func linkText(a, b end) string {
	x, y := a.String(), b.String()
	return min(x, y) + " -- " + max(x, y)
}

// clouds returns a name for each switch that nobody can ask.
func (n *Network) clouds() map[*device]string {
	out := make(map[*device]string)
	for _, d := range n.devices {
		if d.kind != unmanaged || out[d] != "" {
			continue
		}
		name := fmt.Sprintf("cloud%d", d.n)
		var walk func(*device)
		walk = func(d *device) {
			out[d] = name
			for _, p := range d.ports {
				if far := p.cable.far(d).dev; far.kind == unmanaged && out[far] == "" {
					walk(far)
				}
			}
		}
		walk(d)
	}
	return out
}

// truth returns the links on layer 2 that can be known, and whether each is
// blocked: machines that no switch has learned are not there for anybody.
func (n *Network) truth(obs []fact.Observation) map[string]bool {
	learned := make(map[fact.MAC]bool)
	for _, o := range obs {
		switch f := o.Fact.(type) {
		case fact.FDBEntry:
			learned[f.MAC] = true
		case fact.WirelessClient:
			learned[f.MAC] = true
		}
	}
	clouds := n.clouds()
	name := func(p *port) end { return p.named(clouds) }
	out := make(map[string]bool)
	for _, c := range n.cables {
		a, b := c.a.dev, c.b.dev
		if a.kind == unmanaged && b.kind == unmanaged {
			continue
		}
		silent := func(p *port) bool {
			d := p.dev
			return (d.kind == host || d.kind == phone || d.kind == accessPoint) && !d.asked && d.says == "" && !learned[d.mac] ||
				d.kind == router && !d.asked && d.says == "" && !learned[p.mac]
		}
		if silent(c.a) || silent(c.b) {
			continue
		}
		out[linkText(name(c.a), name(c.b))] = c.blocked
	}
	return out
}

// named returns what the truth calls the end of a cable.
func (p *port) named(clouds map[*device]string) end {
	d := p.dev
	far := p.cable.far(d)
	switch {
	case d.kind == unmanaged:
		return end{device: clouds[d]}
	case d.asked && !far.dev.radio:
		return end{d.name, p.whole().name}
	case d.says != "" && d.says == far.dev.says && far.dev.asked && d.says == "cdp":
		return end{d.name, strings.Replace(p.name, "Gi", "GigabitEthernet", 1)}
	case d.says != "" && d.says == far.dev.says && far.dev.asked:
		return end{d.name, p.name}
	}
	return end{device: d.name}
}

// Score holds what was found against the truth.
func (n *Network) Score(obs []fact.Observation, devices []topology.Device, links []topology.Link) Score {
	truth := n.truth(obs)
	names := n.names(devices)
	n.nameClouds(names, truth, devices, links)
	s := Score{Links: len(truth), Split: split(names)}
	right := make(map[string]bool)
	for _, l := range links {
		if l.Layer != 2 {
			continue
		}
		s.Found++
		text := linkText(end{names[l.A.Device], l.A.Port}, end{names[l.B.Device], l.B.Port})
		blocked, ok := truth[text]
		if !ok || right[text] {
			s.Invented = append(s.Invented, fmt.Sprintf("%s %v %s", text, l.Methods, l.Grade))
			continue
		}
		right[text] = true
		if l.Blocked {
			s.Blocked++
		}
		if l.Blocked != (blocked && n.trees) {
			s.Wrong = append(s.Wrong, text)
		}
	}
	s.Right = len(right)
	if n.Scarce {
		for text := range n.unknowable(obs) {
			s.Unknowable++
			if right[text] {
				s.Guessed = append(s.Guessed, text)
			}
		}
	}
	for text := range truth {
		if !right[text] {
			s.Missed = append(s.Missed, text)
		}
	}
	slices.Sort(s.Invented)
	slices.Sort(s.Missed)
	slices.Sort(s.Guessed)
	return s
}

// split returns the names that several devices have.
func split(names map[topology.DeviceID]string) []string {
	count := make(map[string]int)
	for _, name := range names {
		count[name]++
	}
	var out []string
	for name, n := range count {
		if n > 1 {
			out = append(out, fmt.Sprintf("%s: %d devices", name, n))
		}
	}
	slices.Sort(out)
	return out
}

// names returns what the truth calls the devices that were found.
func (n *Network) names(devices []topology.Device) map[topology.DeviceID]string {
	byMAC := make(map[string]string)
	for _, d := range n.devices {
		byMAC["mac:"+d.mac.String()] = d.name
		for _, p := range d.ports {
			byMAC["mac:"+p.mac.String()] = d.name
		}
	}
	known := make(map[string]bool)
	for _, d := range n.devices {
		known[d.name] = true
	}
	out := make(map[topology.DeviceID]string)
	for _, d := range devices {
		out[d.ID] = "(" + d.Name + ")"
		host, _, _ := strings.Cut(d.Name, ".")
		if known[host] {
			out[d.ID] = host
		}
		for _, k := range d.Keys {
			if name, ok := byMAC[k]; ok {
				out[d.ID] = name
			}
		}
	}
	return out
}

// nameClouds gives each inferred switch the name of the one in the truth with
// which it has most links in common, each name once.
func (n *Network) nameClouds(names map[topology.DeviceID]string, truth map[string]bool, devices []topology.Device, links []topology.Link) {
	type match struct {
		id    topology.DeviceID
		cloud string
		score int
	}
	var all []match
	for _, d := range devices {
		if !slices.Contains(d.Roles, topology.RoleUnmanaged) {
			continue
		}
		for _, cloud := range n.clouds() {
			m := match{d.ID, cloud, 0}
			for _, l := range links {
				far := l.B
				if l.B.Device == d.ID {
					far = l.A
				} else if l.A.Device != d.ID {
					continue
				}
				if _, ok := truth[linkText(end{device: cloud}, end{names[far.Device], far.Port})]; ok {
					m.score++
				}
			}
			if m.score > 0 {
				all = append(all, m)
			}
		}
	}
	slices.SortFunc(all, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(string(a.id), string(b.id)), strings.Compare(a.cloud, b.cloud))
	})
	done := make(map[topology.DeviceID]bool)
	taken := make(map[string]bool)
	for _, m := range all {
		if !done[m.id] && !taken[m.cloud] {
			done[m.id], taken[m.cloud] = true, true
			names[m.id] = m.cloud
		}
	}
}
