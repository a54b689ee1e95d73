package infer

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// maxCables bounds the words about links between two devices that are compared
// each with each: more than any two have cables.
const maxCables = 256

// maxNear bounds the devices that are heard at one port: more than unmanaged
// switches join.
const maxNear = 64

// half is one end's word of a link.
type half struct {
	from, to topology.Endpoint
	method   string
	evidence topology.EvidenceID
}

// joined is a link while the words of its ends are put together.
type joined struct {
	a, b       string // ports, as best known
	aOwn, bOwn bool   // the port's own device named it
	halves     []half
}

// neighbors makes links of what LLDP, CDP and their kin say, and of what LACP
// says of the other end of an aggregate.
func (in *inferer) neighbors() {
	type pair struct{ a, b topology.DeviceID }
	halves := make(map[pair][]half)
	for i := range in.obs {
		o := &in.obs[i]
		for _, h := range in.halvesOf(o) {
			if h.from.Device == h.to.Device {
				continue // a loop, or a table that lists its owner
			}
			k := pair{min(h.from.Device, h.to.Device), max(h.from.Device, h.to.Device)}
			halves[k] = append(halves[k], h)
			name := cmp.Or(in.wholeOf(h.from.Device, h.from.Port), h.from.Port)
			p := portKey{h.from.Device, normal(name)}
			in.said[p] = cmp.Or(in.said[p], name)
			if len(in.near[p]) < maxNear && !slices.Contains(in.near[p], h.to.Device) {
				in.near[p] = append(in.near[p], h.to.Device)
			}
		}
	}
	var all []told
	for k, list := range halves {
		for _, b := range in.bundle(k.a, k.b, joinHalves(k.a, list)) {
			all = append(all, told{b.a.endpoint(k.a), b.b.endpoint(k.b), b})
		}
	}
	slices.SortFunc(all, func(x, y told) int { // of several spellings of a port the first one counts
		return cmp.Or(compareEndpoint(x.a, y.a), compareEndpoint(x.b, y.b))
	})
	shared := sharedSegments(all)
	for _, t := range all {
		if shared[t.key(t.a)] == nil || shared[t.key(t.a)] != shared[t.key(t.b)] {
			in.addBundle(t)
		}
	}
	in.addShared(shared)
}

// halvesOf returns what an observation says of links.
func (in *inferer) halvesOf(o *fact.Observation) []half {
	var out []half
	switch f := o.Fact.(type) {
	case fact.RemoteNeighbor:
		to, ok := in.net.DeviceByNeighbor(o.ID)
		if !ok {
			return nil
		}
		for _, from := range in.agents(o, f.Agent) {
			out = append(out, half{
				from:   topology.Endpoint{Device: from, Port: cmp.Or(in.ports.names[portNumber{from, f.IfIndex}], f.LocalPort)},
				to:     topology.Endpoint{Device: to, Port: in.remotePort(to, f.Neighbor)},
				method: f.Protocol, evidence: evidenceOf(o),
			})
		}
	case fact.AggregateMember:
		to, ok := in.net.DeviceByMAC(f.Partner)
		if !ok {
			return nil // none, or a name that two switches share
		}
		for _, from := range in.agents(o, f.Agent) {
			if port := in.ports.names[portNumber{from, f.IfIndex}]; port != "" {
				out = append(out, half{
					from: topology.Endpoint{Device: from, Port: port}, to: topology.Endpoint{Device: to},
					method: "lacp", evidence: evidenceOf(o),
				})
			}
		}
	}
	return out
}

// addBundle makes the link of what both ends said.
func (in *inferer) addBundle(t told) {
	grade := topology.Reported
	if t.by.said(t.a.Device) && t.by.said(t.b.Device) {
		grade = topology.Confirmed
	}
	for _, h := range t.by.halves {
		in.links.add(claim{2, h.method, grade}, t.a, t.b, h.evidence)
	}
}

// said reports whether the device d itself told of the link.
func (u *bundle) said(d topology.DeviceID) bool {
	return slices.ContainsFunc(u.halves, func(h half) bool { return h.from.Device == d })
}

// shares reports whether one protocol tells of both.
func (j *joined) shares(o *joined) bool {
	return slices.ContainsFunc(j.halves, func(h half) bool {
		return slices.ContainsFunc(o.halves, func(k half) bool { return h.method == k.method })
	})
}

// joinHalves puts together what is one link: first where both ports agree, then
// where one does and each end spoke once, then what is left where it is one of
// each end. a is the lesser device.
func joinHalves(a topology.DeviceID, list []half) []*joined {
	slices.SortFunc(list, func(x, y half) int {
		return cmp.Or(compareEndpoint(x.from, y.from), compareEndpoint(x.to, y.to),
			strings.Compare(x.method, y.method), strings.Compare(string(x.evidence), string(y.evidence)))
	})
	var out []*joined
	for _, h := range list[:min(maxCables, len(list))] {
		j := &joined{a: h.from.Port, b: h.to.Port, aOwn: true, halves: []half{h}}
		if h.from.Device != a {
			j = &joined{a: h.to.Port, b: h.from.Port, bOwn: true, halves: []half{h}}
		}
		out = append(out, j)
	}
	same := func(x, y string) bool { return normal(x) == normal(y) }
	out = fold(out, func(x, y *joined) bool { return same(x.a, y.a) && same(x.b, y.b) })
	out = fold(out, func(x, y *joined) bool { // one protocol leaves a port out or spells it otherwise
		if x.shares(y) && x.a != "" && y.a != "" && x.b != "" && y.b != "" {
			return false
		}
		return x.aOwn && y.aOwn && !x.bOwn && !y.bOwn && x.a != "" && same(x.a, y.a) ||
			x.bOwn && y.bOwn && !x.aOwn && !y.aOwn && x.b != "" && same(x.b, y.b)
	})
	out = fold(out, func(x, y *joined) bool {
		return (x.aOwn != y.aOwn && x.bOwn != y.bOwn) && (same(x.a, y.a) || same(x.b, y.b))
	})
	if len(out) == 2 && out[0].aOwn != out[1].aOwn && out[0].bOwn != out[1].bOwn {
		out = fold(out, func(*joined, *joined) bool { return true })
	}
	return out
}

// fold merges each into the first before it that match says is the same.
func fold(list []*joined, match func(x, y *joined) bool) []*joined {
	var out []*joined
	for _, j := range list {
		i := slices.IndexFunc(out, func(x *joined) bool { return match(x, j) })
		if i < 0 {
			out = append(out, j)
			continue
		}
		x := out[i]
		if x.a == "" || j.aOwn && !x.aOwn {
			x.a = cmp.Or(j.a, x.a)
		}
		if x.b == "" || j.bOwn && !x.bOwn {
			x.b = cmp.Or(j.b, x.b)
		}
		x.aOwn, x.bOwn = x.aOwn || j.aOwn, x.bOwn || j.bOwn
		x.halves = append(x.halves, j.halves...)
	}
	return out
}

// remotePort returns the name of a neighbour's port: as its own interface table
// has it where that is known, else as it announced it.
func (in *inferer) remotePort(id topology.DeviceID, n fact.Neighbor) string {
	d, _ := in.net.Device(id)
	if m, err := fact.ParseMAC(n.PortID); err == nil && n.PortIDSubtype == "macAddress" {
		for _, i := range d.Interfaces {
			if i.MAC == m.String() && i.Name != "" {
				return i.Name
			}
		}
		return cmp.Or(n.PortDescription, m.String())
	}
	for _, said := range []string{n.PortID, n.PortDescription} {
		for _, i := range d.Interfaces {
			if said != "" && i.Name != "" && normal(i.Name) == normal(said) {
				return i.Name
			}
		}
	}
	if n.PortIDSubtype == "local" && isNumber(n.PortID) {
		return cmp.Or(n.PortDescription, n.PortID)
	}
	return cmp.Or(n.PortID, n.PortDescription)
}

func isNumber(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// normal makes spellings of one port alike: "GigabitEthernet0/1" and "Gi0/1".
func normal(port string) string {
	s := strings.ToLower(strings.ReplaceAll(port, " ", ""))
	i := strings.IndexFunc(s, unicode.IsDigit)
	if i < 0 {
		return s
	}
	for _, word := range []string{
		"fastethernet", "gigabitethernet", "tengigabitethernet", "tengige", "twentyfivegige", "fortygigabitethernet",
		"hundredgige", "ethernet", "eth", "port-channel",
	} {
		if s[:i] == word {
			return word[:2] + s[i:]
		}
	}
	return s
}
