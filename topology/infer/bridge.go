package infer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// none is a port that is not known.
const none = -1

// bridge is a device that passes frames on, and what it has learned.
type bridge struct {
	device topology.DeviceID
	names  []string       // of ports, by their number here
	index  map[string]int // the same, by normalised name
	places []place        // sorted by station
}

// place is where a bridge has learned a station, and the rows that say so.
type place struct {
	station, port int32
	rows          []row
}

// at returns the port at which a bridge has learned a station; none where it is
// at none, or at several at one time.
func (b *bridge) at(station int) int32 {
	if p, ok := b.place(station); ok {
		return p.port
	}
	return none
}

func (b *bridge) place(station int) (place, bool) {
	i, ok := slices.BinarySearchFunc(b.places, int32(station), func(p place, s int32) int { return cmp.Compare(p.station, s) })
	if !ok {
		return place{}, false
	}
	return b.places[i], true
}

// station is a MAC address that bridges have learned. One that a bridge has at
// different ports in different VLANs, as a firewall with one address for all of
// its cables, is a station in each.
type station struct {
	mac fact.MAC
	vid uint16 // 0 where it is one in all VLANs
}

// number packs a station into 64 bits, which are quick to look up.
func (s station) number() uint64 { return pack(s.mac, uint32(s.vid)) }

func pack(m fact.MAC, more uint32) uint64 {
	return uint64(more)<<48 | uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(m[2])<<24 | uint64(m[3])<<16 | uint64(m[4])<<8 | uint64(m[5])
}

// row is a row of a forwarding table.
type row struct{ bridge, station, port, obs int32 }

func (r row) compare(o row) int {
	return cmp.Or(cmp.Compare(r.bridge, o.bridge), cmp.Compare(r.station, o.station), cmp.Compare(r.obs, o.obs))
}

// fabric is the bridges and the stations that they have learned.
type fabric struct {
	in       *inferer
	bridges  []*bridge // by device ID
	number   map[topology.DeviceID]int
	stations []station
	owners   []topology.DeviceID // by station
	self     []int               // by station: the bridge whose own address it is, or none
	rows     []row               // sorted by bridge, station and observation
	knows    [][]int             // by station: the bridges that have learned it
	own      [][]int             // by bridge: the stations that are its own addresses
	towards  [][]int32           // [x][y]: the port of bridge x that leads to bridge y
	part     []int               // by bridge: which of the networks that are not joined it is in
	heard    [][]neighborAt
	all      []*segment
	segment  [][]*segment // by bridge and port
}

// learned reads the forwarding tables.
func (in *inferer) learned() *fabric {
	f := &fabric{in: in, number: make(map[topology.DeviceID]int)}
	tables := f.bridgesOf()
	split := in.several(tables)
	known := make(map[uint64]int32)
	for _, i := range tables {
		o := &in.obs[i]
		e, _ := o.Fact.(fact.FDBEntry)
		s := station{mac: e.MAC}
		if split[e.MAC] {
			s.vid = e.VID
		}
		n, ok := known[s.number()]
		if !ok {
			n = f.addStation(s)
			known[s.number()] = n
		}
		if n == none {
			continue
		}
		for _, d := range in.agents(o, e.Agent) {
			if d != f.owners[n] {
				b := f.number[d]
				f.rows = append(f.rows, row{bridge: int32(b), station: n, port: int32(f.bridges[b].port(in.fdbPort(d, e))), obs: int32(i)})
			}
		}
	}
	f.settle()
	return f
}

// addStation returns the number of a new station; none where it is of no use:
// it is nobody's, several routers', or one of a radio client that is known to be
// where its access point is, wherever its frames come out.
func (f *fabric) addStation(s station) int32 {
	owner, ok := f.in.net.DeviceByMAC(s.mac)
	if !ok || s.mac.IsVirtual() || f.in.radios[s.mac] {
		return none
	}
	self, ok := f.number[owner]
	if !ok {
		self = none
	}
	f.stations, f.owners, f.self = append(f.stations, s), append(f.owners, owner), append(f.self, self)
	return int32(len(f.stations) - 1)
}

// bridgesOf finds the devices that have forwarding tables, and returns the
// observations of rows in them.
func (f *fabric) bridgesOf() []int {
	var tables []int
	for i := range f.in.obs {
		e, ok := f.in.obs[i].Fact.(fact.FDBEntry)
		if !ok || e.BasePort == 0 && e.IfIndex == 0 {
			continue
		}
		tables = append(tables, i)
		for _, d := range f.in.agents(&f.in.obs[i], e.Agent) {
			if _, ok := f.number[d]; !ok {
				f.number[d] = 0
				f.bridges = append(f.bridges, &bridge{device: d, index: make(map[string]int)})
			}
		}
	}
	slices.SortFunc(f.bridges, func(a, b *bridge) int { return strings.Compare(string(a.device), string(b.device)) })
	for i, b := range f.bridges {
		f.number[b.device] = i
	}
	return tables
}

// fdbPort returns the name of the port, or its aggregate, that a row names.
func (in *inferer) fdbPort(d topology.DeviceID, e fact.FDBEntry) string {
	if e.IfIndex == 0 {
		return "port " + strconv.FormatUint(uint64(e.BasePort), 10)
	}
	return in.portName(d, e.IfIndex, "port "+strconv.FormatUint(uint64(cmp.Or(e.BasePort, e.IfIndex)), 10))
}

func (b *bridge) port(name string) int {
	k := normal(name)
	i, ok := b.index[k]
	if !ok {
		i = len(b.names)
		b.index[k] = i
		b.names = append(b.names, name)
	}
	return i
}

// several returns the MAC addresses that some agent has at different ports in
// different VLANs, each VLAN having one.
func (in *inferer) several(tables []int) map[fact.MAC]bool {
	type at struct {
		port uint32
		vid  uint16
	}
	agents := make(map[fact.AgentID]uint32)
	first := make(map[uint64]at, len(tables))
	out := make(map[fact.MAC]bool)
	for _, i := range tables {
		e, _ := in.obs[i].Fact.(fact.FDBEntry)
		agent, ok := agents[e.Agent]
		if !ok {
			agent = uint32(len(agents) & 0xffff) // of more, some share: a MAC address is split for nothing
			agents[e.Agent] = agent
		}
		k, v := pack(e.MAC, agent), at{cmp.Or(e.IfIndex, e.BasePort), e.VID}
		have, ok := first[k]
		switch {
		case !ok:
			first[k] = v
		case have.port != v.port && have.vid != v.vid:
			out[e.MAC] = true
		}
	}
	return out
}

// settle decides at which port each bridge has each station: the newest word
// counts.
func (f *fabric) settle() {
	slices.SortFunc(f.rows, row.compare)
	for i := 0; i < len(f.rows); {
		first := f.rows[i]
		end := i + 1
		for end < len(f.rows) && f.rows[end].bridge == first.bridge && f.rows[end].station == first.station {
			end++
		}
		p := place{first.station, first.port, f.rows[i:end:end]}
		newest := f.in.obs[first.obs].Last()
		for _, r := range p.rows[1:] {
			switch last := f.in.obs[r.obs].Last(); {
			case last.After(newest):
				p.port, newest = r.port, last
			case last.Equal(newest) && r.port != p.port:
				p.port = none
			}
		}
		f.bridges[first.bridge].places = append(f.bridges[first.bridge].places, p)
		i = end
	}
}

// proofs returns the rows that say where a bridge has a station.
func (f *fabric) proofs(bridge, station int) []topology.EvidenceID {
	p, _ := f.bridges[bridge].place(station)
	var out []topology.EvidenceID
	for _, r := range p.rows {
		if r.port == p.port && len(out) < maxEvidence {
			out = append(out, evidenceOf(&f.in.obs[r.obs]))
		}
	}
	return out
}

// end returns a port of a bridge as a link has it.
func (f *fabric) end(p bridgePort) topology.Endpoint {
	b := f.bridges[p.bridge]
	return topology.Endpoint{Device: b.device, Port: b.names[p.port]}
}

// key returns a port of a bridge as other tables name it.
func (f *fabric) key(p bridgePort) portKey {
	return portKey{f.bridges[p.bridge].device, normal(f.bridges[p.bridge].names[p.port])}
}

// bridgePort is a port of a bridge by their numbers.
type bridgePort struct{ bridge, port int }

func (p bridgePort) compare(o bridgePort) int {
	return cmp.Or(cmp.Compare(p.bridge, o.bridge), cmp.Compare(p.port, o.port))
}
