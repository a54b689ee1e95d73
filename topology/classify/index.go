package classify

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

// seen is a fact together with its observation.
type seen[F any] struct {
	o *fact.Observation
	f F
}

// index holds the facts that rules look at, by kind, in order of their ID. It
// is the fact.Visitor of this package.
type index struct {
	stations  []seen[fact.MAC] // one for each MAC and kind of fact that shows it
	sets      []seen[fact.AddressSet]
	claims    []seen[fact.NameClaim]
	announced []seen[fact.NeighborAnnouncement]
	adverts   []seen[fact.RouterAdvertisement]
	clients   []seen[fact.DHCPClient]
	servers   []seen[fact.DHCPServer]
	queries   []seen[fact.NameQuery]
	answers   []seen[fact.NameAnswer]
	services  []seen[fact.ServiceAnnouncement]
	asked     []seen[fact.ServerName]
	flows     []seen[fact.Flow]
	tunnels   []seen[fact.Tunnel]
	described []seen[fact.SelfDescription]
	transits  []seen[fact.Transit]
	hops      []seen[fact.HopLimit]
	systems   []seen[fact.SystemGroup]
	ifaces    []seen[fact.Interface]
	addresses []seen[fact.InterfaceAddress]
	routes    []seen[fact.Route]
	neighbors []seen[fact.RemoteNeighbor]
	ports     []seen[fact.Port]
	speakers  []seen[fact.ControlSpeaker] // that share addresses
	redundant []seen[fact.RedundancyGroup]

	ends       []seen[fact.TunnelEnd]
	lines      []seen[fact.Line]
	access     []seen[fact.RemoteAccess]
	nameRoutes []seen[fact.NameRoute]
	usb        []seen[fact.USBDevice]
	programs   []seen[fact.Program]

	known map[macKind]bool
	bound map[netip.Addr]bool // IPv4 addresses that somebody answered for
}

type macKind struct {
	mac  fact.MAC
	kind fact.Kind
}

func newIndex(obs []fact.Observation) *index {
	x := &index{known: make(map[macKind]bool), bound: make(map[netip.Addr]bool)}
	all := obs
	if !slices.IsSortedFunc(obs, earlier) {
		var set fact.Set
		for _, o := range obs {
			set.Add(o)
		}
		all = set.Sorted()
	}
	for i := range all {
		all[i].Visit(x)
	}
	return x
}

// earlier orders observations by ID; of two with one ID either comes first, so
// that a list in which one is there twice does not count as sorted.
func earlier(a, b fact.Observation) int {
	if a.ID <= b.ID {
		return -1
	}
	return 1
}

func (x *index) station(o *fact.Observation, m fact.MAC) {
	k := macKind{m, o.Fact.Kind()}
	if m.IsZero() || x.known[k] {
		return
	}
	x.known[k] = true
	x.stations = append(x.stations, seen[fact.MAC]{o, m})
}

// Station implements fact.Visitor.
func (x *index) Station(o *fact.Observation, f fact.Station) { x.station(o, f.MAC) }

// AddressBinding implements fact.Visitor.
func (x *index) AddressBinding(o *fact.Observation, f fact.AddressBinding) {
	x.station(o, f.MAC)
	if f.IP.Is4() {
		x.bound[f.IP] = true
	}
}

// AddressSet implements fact.Visitor.
func (x *index) AddressSet(o *fact.Observation, f fact.AddressSet) {
	x.sets = append(x.sets, seen[fact.AddressSet]{o, f})
}

// NameClaim implements fact.Visitor.
func (x *index) NameClaim(o *fact.Observation, f fact.NameClaim) {
	x.claims = append(x.claims, seen[fact.NameClaim]{o, f})
}

// NeighborAnnouncement implements fact.Visitor.
func (x *index) NeighborAnnouncement(o *fact.Observation, f fact.NeighborAnnouncement) {
	x.announced = append(x.announced, seen[fact.NeighborAnnouncement]{o, f})
}

// RouterAdvertisement implements fact.Visitor.
func (x *index) RouterAdvertisement(o *fact.Observation, f fact.RouterAdvertisement) {
	x.adverts = append(x.adverts, seen[fact.RouterAdvertisement]{o, f})
}

// DHCPClient implements fact.Visitor.
func (x *index) DHCPClient(o *fact.Observation, f fact.DHCPClient) {
	x.station(o, f.MAC)
	x.clients = append(x.clients, seen[fact.DHCPClient]{o, f})
}

// DHCPServer implements fact.Visitor.
func (x *index) DHCPServer(o *fact.Observation, f fact.DHCPServer) {
	x.servers = append(x.servers, seen[fact.DHCPServer]{o, f})
}

// NameQuery implements fact.Visitor.
func (x *index) NameQuery(o *fact.Observation, f fact.NameQuery) {
	f.Name = normalName(f.Name)
	x.queries = append(x.queries, seen[fact.NameQuery]{o, f})
}

// NameAnswer implements fact.Visitor.
func (x *index) NameAnswer(o *fact.Observation, f fact.NameAnswer) {
	f.Name = normalName(f.Name)
	x.answers = append(x.answers, seen[fact.NameAnswer]{o, f})
}

// ServiceAnnouncement implements fact.Visitor.
func (x *index) ServiceAnnouncement(o *fact.Observation, f fact.ServiceAnnouncement) {
	x.services = append(x.services, seen[fact.ServiceAnnouncement]{o, f})
}

// ServerName implements fact.Visitor.
func (x *index) ServerName(o *fact.Observation, f fact.ServerName) {
	f.Name = normalName(f.Name)
	x.asked = append(x.asked, seen[fact.ServerName]{o, f})
}

// Flow implements fact.Visitor.
func (x *index) Flow(o *fact.Observation, f fact.Flow) {
	x.flows = append(x.flows, seen[fact.Flow]{o, f})
}

// Tunnel implements fact.Visitor.
func (x *index) Tunnel(o *fact.Observation, f fact.Tunnel) {
	x.tunnels = append(x.tunnels, seen[fact.Tunnel]{o, f})
}

// SelfDescription implements fact.Visitor.
func (x *index) SelfDescription(o *fact.Observation, f fact.SelfDescription) {
	x.described = append(x.described, seen[fact.SelfDescription]{o, f})
}

// Transit implements fact.Visitor.
func (x *index) Transit(o *fact.Observation, f fact.Transit) {
	x.transits = append(x.transits, seen[fact.Transit]{o, f})
}

// HopLimit implements fact.Visitor.
func (x *index) HopLimit(o *fact.Observation, f fact.HopLimit) {
	x.hops = append(x.hops, seen[fact.HopLimit]{o, f})
}

// SystemGroup implements fact.Visitor.
func (x *index) SystemGroup(o *fact.Observation, f fact.SystemGroup) {
	x.systems = append(x.systems, seen[fact.SystemGroup]{o, f})
}

// Interface implements fact.Visitor.
func (x *index) Interface(o *fact.Observation, f fact.Interface) {
	x.ifaces = append(x.ifaces, seen[fact.Interface]{o, f})
}

// InterfaceAddress implements fact.Visitor.
func (x *index) InterfaceAddress(o *fact.Observation, f fact.InterfaceAddress) {
	x.addresses = append(x.addresses, seen[fact.InterfaceAddress]{o, f})
}

// NeighborEntry implements fact.Visitor.
func (x *index) NeighborEntry(o *fact.Observation, f fact.NeighborEntry) { x.station(o, f.MAC) }

// Route implements fact.Visitor.
func (x *index) Route(o *fact.Observation, f fact.Route) {
	x.routes = append(x.routes, seen[fact.Route]{o, f})
}

// FDBEntry implements fact.Visitor.
func (x *index) FDBEntry(o *fact.Observation, f fact.FDBEntry) { x.station(o, f.MAC) }

// RemoteNeighbor implements fact.Visitor.
func (x *index) RemoteNeighbor(o *fact.Observation, f fact.RemoteNeighbor) {
	x.neighbors = append(x.neighbors, seen[fact.RemoteNeighbor]{o, f})
}

// Port implements fact.Visitor.
func (x *index) Port(o *fact.Observation, f fact.Port) {
	x.ports = append(x.ports, seen[fact.Port]{o, f})
}

// TunnelEnd implements fact.Visitor.
func (x *index) TunnelEnd(o *fact.Observation, f fact.TunnelEnd) {
	x.ends = append(x.ends, seen[fact.TunnelEnd]{o, f})
}

// Line implements fact.Visitor.
func (x *index) Line(o *fact.Observation, f fact.Line) {
	x.lines = append(x.lines, seen[fact.Line]{o, f})
}

// RemoteAccess implements fact.Visitor.
func (x *index) RemoteAccess(o *fact.Observation, f fact.RemoteAccess) {
	x.access = append(x.access, seen[fact.RemoteAccess]{o, f})
}

// NameRoute implements fact.Visitor.
func (x *index) NameRoute(o *fact.Observation, f fact.NameRoute) {
	x.nameRoutes = append(x.nameRoutes, seen[fact.NameRoute]{o, f})
}

// USBDevice implements fact.Visitor.
func (x *index) USBDevice(o *fact.Observation, f fact.USBDevice) {
	x.usb = append(x.usb, seen[fact.USBDevice]{o, f})
}

// Program implements fact.Visitor.
func (x *index) Program(o *fact.Observation, f fact.Program) {
	x.programs = append(x.programs, seen[fact.Program]{o, f})
}

// ControlSpeaker implements fact.Visitor.
func (x *index) ControlSpeaker(o *fact.Observation, f fact.ControlSpeaker) {
	if len(f.Virtual) > 0 {
		x.speakers = append(x.speakers, seen[fact.ControlSpeaker]{o, f})
	}
}

// RedundancyGroup implements fact.Visitor.
func (x *index) RedundancyGroup(o *fact.Observation, f fact.RedundancyGroup) {
	x.redundant = append(x.redundant, seen[fact.RedundancyGroup]{o, f})
}

// The kinds below say nothing about ways out.

// InputRead implements fact.Visitor.
func (*index) InputRead(*fact.Observation, fact.InputRead) {}

// Gap implements fact.Visitor.
func (*index) Gap(*fact.Observation, fact.Gap) {}

// BridgeProtocol implements fact.Visitor.
func (*index) BridgeProtocol(*fact.Observation, fact.BridgeProtocol) {}

// VLAN implements fact.Visitor.
func (*index) VLAN(*fact.Observation, fact.VLAN) {}

// LocalChassis implements fact.Visitor.
func (*index) LocalChassis(*fact.Observation, fact.LocalChassis) {}

// PhysicalEntity implements fact.Visitor.
func (*index) PhysicalEntity(*fact.Observation, fact.PhysicalEntity) {}

// HostStatus implements fact.Visitor.
func (*index) HostStatus(*fact.Observation, fact.HostStatus) {}

// OSMatch implements fact.Visitor.
func (*index) OSMatch(*fact.Observation, fact.OSMatch) {}

// InterfaceLayer implements fact.Visitor.
func (*index) InterfaceLayer(*fact.Observation, fact.InterfaceLayer) {}

// AggregateMember implements fact.Visitor.
func (*index) AggregateMember(*fact.Observation, fact.AggregateMember) {}

// VLANPorts implements fact.Visitor.
func (*index) VLANPorts(*fact.Observation, fact.VLANPorts) {}

// BridgePort implements fact.Visitor.
func (*index) BridgePort(*fact.Observation, fact.BridgePort) {}

// AccessPoint implements fact.Visitor.
func (*index) AccessPoint(*fact.Observation, fact.AccessPoint) {}

// WirelessClient implements fact.Visitor.
func (*index) WirelessClient(*fact.Observation, fact.WirelessClient) {}
