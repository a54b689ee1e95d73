package networks

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"kanmon/discover/fact"
)

// teller gathers facts.
type teller struct {
	n   *Network
	out fact.Set
	err error
}

// Facts returns what the agents of the network and a mirror port tell, sorted.
func (n *Network) Facts() ([]fact.Observation, error) {
	n.span()
	t := &teller{n: n}
	for _, d := range n.devices {
		if d.asked {
			t.system(d)
			t.interfaces(d)
			t.neighbors(d)
			t.shape(d)
			t.routes(d)
		}
	}
	if n.trees {
		t.trees()
	}
	if !n.noTables {
		for _, d := range n.devices {
			t.learned(d)
		}
	}
	for i, d := range n.devices {
		if d.kind == host && i%3 == 0 {
			t.tell("mirror", fact.AddressBinding{IP: d.ip, MAC: d.mac, VID: d.vlan})
		}
	}
	return t.out.Sorted(), t.err
}

func (t *teller) tell(input string, f fact.Fact) {
	o, err := fact.New("networks", f, fact.Sighting{Input: input})
	if err != nil {
		t.err = err
		return
	}
	t.out.Add(o)
}

func (d *device) agent() fact.AgentID { return fact.AgentID("engine:" + d.name) }

func (t *teller) system(d *device) {
	a := d.agent()
	sys := fact.SystemGroup{Agent: a, SysName: d.name, EngineID: fmt.Sprintf("%x", d.name), Services: 2}
	if d.kind == managed {
		sys.BridgeMAC = d.mac
	}
	if len(d.networks) > 1 {
		sys.Services, sys.IPForward = 6, "forwarding"
	}
	t.tell(d.name, sys)
	for i, s := range d.serials {
		t.tell(d.name, fact.PhysicalEntity{Agent: a, Index: uint32(i + 1), Class: "chassis", Vendor: "Maker", Model: "X1", Serial: s})
	}
	if d.ip.IsValid() && len(d.networks) == 0 {
		t.tell(d.name, fact.InterfaceAddress{Agent: a, IfIndex: 999, Address: netip.PrefixFrom(d.ip, 16)})
	}
	for i, p := range d.networks {
		t.tell(d.name, fact.InterfaceAddress{Agent: a, IfIndex: uint32(500 + i), Address: p})
	}
	if d.says == "lldp" {
		t.tell(d.name, fact.LocalChassis{Agent: a, Protocol: "lldp", ChassisID: d.mac.String(), ChassisIDSubtype: "macAddress", SystemName: d.name})
	}
}

func (t *teller) interfaces(d *device) {
	a := d.agent()
	row := func(p *port, kind uint32) {
		t.tell(d.name, fact.Interface{Agent: a, IfIndex: p.index, Name: p.name, Type: kind, MAC: p.mac})
	}
	for _, p := range d.ports {
		row(p, 6)
		if p.agg == nil {
			continue
		}
		row(p.agg, 161)
		t.tell(d.name, fact.InterfaceLayer{Agent: a, Higher: p.agg.index, Lower: p.index})
		t.tell(d.name, fact.AggregateMember{Agent: a, IfIndex: p.index, Aggregate: p.agg.index, Partner: p.cable.far(d).dev.mac})
	}
	t.tell(d.name, fact.Interface{Agent: a, IfIndex: 999, Name: "Vlan99", Type: 136, MAC: d.mac})
}

// neighbors tells what d heard of others on its cables.
func (t *teller) neighbors(d *device) {
	for _, p := range d.ports {
		if p.cable == nil || d.says == "" {
			continue
		}
		for _, far := range t.n.hears(p) {
			t.tell(d.name, fact.RemoteNeighbor{
				Agent: d.agent(), Protocol: d.says, LocalPort: p.name, IfIndex: p.index, Neighbor: far.announcement(),
			})
		}
	}
}

// hears returns the ports whose announcements come in by p.
func (n *Network) hears(p *port) []*port {
	far := p.cable.far(p.dev)
	var out []*port
	switch {
	case far.dev.says == p.dev.says:
		out = append(out, far)
	case n.relays && far.dev.kind == unmanaged:
		for _, q := range far.dev.ports {
			if q != far && q.cable.far(far.dev).dev.says == p.dev.says {
				out = append(out, q.cable.far(far.dev))
			}
		}
	}
	return out
}

func (p *port) announcement() fact.Neighbor {
	d := p.dev
	capability := map[kind][]string{
		managed: {"bridge"}, router: {"router"}, phone: {"bridge", "telephone"}, accessPoint: {"bridge", "wlanAccessPoint"},
		hypervisor: {"bridge", "stationOnly"}, host: {"stationOnly"}, controller: {"stationOnly"},
	}
	if d.says == "cdp" {
		return fact.Neighbor{ChassisID: d.name + ".hospital.example", PortID: strings.Replace(p.name, "Gi", "GigabitEthernet", 1), Capabilities: capability[d.kind]}
	}
	chassis := d.mac
	if d.perPort {
		chassis = p.mac
	}
	n := fact.Neighbor{
		ChassisID: chassis.String(), ChassisIDSubtype: "macAddress", SystemName: d.name,
		PortID: p.name, PortIDSubtype: "interfaceName", Capabilities: capability[d.kind],
	}
	switch { // as makers differ
	case d.perPort:
		n.ManagementAddresses = []netip.Addr{d.ip}
	case d.n%3 == 1:
		n.PortID, n.PortIDSubtype, n.PortDescription = strconv.Itoa(int(p.index)), "local", p.name
	case d.n%3 == 2:
		n.PortID, n.PortIDSubtype, n.PortDescription = p.mac.String(), "macAddress", p.name
	}
	return n
}

// shape tells of VLANs, access points and groups of routers.
func (t *teller) shape(d *device) {
	a := d.agent()
	if d.kind == managed {
		for _, vid := range []uint16{10, 20, 30, 40} {
			t.tell(d.name, fact.VLAN{Agent: a, VID: vid})
			v := fact.VLANPorts{Agent: a, VID: vid}
			for _, p := range d.ports {
				switch {
				case p.vlan == 0 && !slices.Contains(v.Tagged, p.whole().index):
					v.Tagged = append(v.Tagged, p.whole().index)
				case p.vlan == vid:
					v.Untagged = append(v.Untagged, p.index)
				}
			}
			slices.Sort(v.Tagged)
			t.tell(d.name, v)
		}
	}
	for _, ap := range d.managers {
		t.tell(d.name, fact.AccessPoint{Agent: a, MAC: ap.mac, Name: ap.name, State: "run"})
		for _, p := range ap.ports {
			if c := p.cable.far(ap).dev; c.radio {
				t.tell(d.name, fact.WirelessClient{Agent: a, MAC: c.mac, AccessPoint: ap.mac, SSID: "ward"})
			}
		}
	}
	if g := d.group; g != nil {
		t.tell(d.name, fact.RedundancyGroup{Agent: a, Protocol: g.protocol, Group: g.id, IfIndex: 500, MAC: g.mac, Addresses: []netip.Addr{g.address}})
	}
}

func (t *teller) routes(d *device) {
	if !d.gateway.IsValid() {
		return
	}
	everywhere := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	if d.gateway.Is6() {
		everywhere = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	t.tell(d.name, fact.Route{Agent: d.agent(), Destination: everywhere, NextHop: d.gateway, IfIndex: 500, Type: "remote"})
}

// trees tells the spanning tree tables.
func (t *teller) trees() {
	up := t.n.toRoot()
	for _, d := range t.n.devices {
		if d.kind != managed || !d.asked {
			continue
		}
		for _, p := range d.ports {
			b := fact.BridgePort{Agent: d.agent(), IfIndex: p.whole().index, State: "forwarding", DesignatedBridge: d.mac, DesignatedPort: uint16(0x8000 + p.whole().index)}
			far := p.cable.far(d)
			blocked := p.cable.blocked && p.cable.blockedAt() == p
			if blocked {
				b.State = "blocking"
			}
			if far.dev.kind == managed && (blocked || up[d] != nil && up[d].whole() == p.whole()) {
				b.DesignatedBridge, b.DesignatedPort = far.dev.mac, uint16(0x8000+far.whole().index)
			}
			t.tell(d.name, b)
		}
	}
}

// learned tells where the switches have learned d.
func (t *teller) learned(d *device) {
	n := t.n
	macs := []fact.MAC{d.mac}
	if d.kind == unmanaged {
		return
	}
	if d.kind == router && len(d.ports) > 0 {
		macs = macs[:0] // each port speaks with its own
		for _, p := range d.ports {
			macs = append(macs, p.mac)
		}
		if d.group != nil && d.group.address == d.networks[0].Addr().Next() { // it holds the address now
			macs = append(macs, d.group.mac)
		}
	}
	for i, m := range macs {
		arrivals := n.arrivals(d)
		if d.kind == router {
			arrivals = n.behind(d.ports[i%len(d.ports)])
		}
		near := true
		if n.pathOnly && len(arrivals) > 0 && arrivals[0].dev.n > 0 { // what answers them is heard everywhere
			arrivals = n.onPath(arrivals)
		}
		for _, p := range arrivals {
			s := p.dev
			if s.kind != managed || !s.asked {
				continue
			}
			age := n.ageFar
			if near {
				age, near = n.ageNear, false
			}
			if d.kind == managed {
				age = n.ageOwn
			}
			if n.rng.Float64() < age {
				continue
			}
			vid := d.vlan
			if d.kind == managed {
				vid = 99
			}
			t.fdb(s, p, m, vid)
		}
	}
	if d.kind == host && n.moves > 0 && n.rng.IntN(len(n.devices)) < n.moves {
		t.stale(d)
	}
}

func (t *teller) fdb(s *device, p *port, m fact.MAC, vid uint16) {
	i := p.whole().index
	t.tell(s.name, fact.FDBEntry{Agent: s.agent(), VID: vid, FDBID: uint32(vid), MAC: m, BasePort: i, IfIndex: i})
}

// stale leaves d at the port of a switch that it was plugged into before.
func (t *teller) stale(d *device) {
	for {
		s := t.n.devices[t.n.rng.IntN(len(t.n.devices))]
		at := d.ports[0].cable.far(d).dev
		if s.kind != managed || !s.asked || s == at {
			continue
		}
		for _, p := range s.ports {
			if p.cable.far(s).dev.kind == host {
				t.replace(s, p, d.mac, d.vlan)
				return
			}
		}
	}
}

// replace forgets what s has learned of m, and puts it at p.
func (t *teller) replace(s *device, p *port, m fact.MAC, vid uint16) {
	var kept fact.Set
	for _, o := range t.out.Sorted() {
		if f, ok := o.Fact.(fact.FDBEntry); !ok || f.Agent != s.agent() || f.MAC != m {
			kept.Add(o)
		}
	}
	t.out = kept
	t.fdb(s, p, m, vid)
}

// behind returns the ports by which frames that leave a router by p arrive.
func (n *Network) behind(p *port) []*port {
	far := p.cable.far(p.dev)
	if !far.dev.bridges() {
		return nil
	}
	return append([]*port{far}, n.arrivals(far.dev)...)
}
