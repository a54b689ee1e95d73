package snmp_test

import (
	"context"
	"strings"
	"sync"

	"kanmon/discover"
	"kanmon/discover/fact"
)

func testContext() context.Context { return context.Background() }

// facts sorts facts by kind. It also is a Visitor.
type facts struct {
	mu         sync.Mutex
	systems    []fact.SystemGroup
	interfaces []fact.Interface
	addresses  []fact.InterfaceAddress
	neighbors  []fact.NeighborEntry
	routes     []fact.Route
	fdb        []fact.FDBEntry
	vlans      []fact.VLAN
	local      []fact.LocalChassis
	remote     []fact.RemoteNeighbor
	entities   []fact.PhysicalEntity
	gaps       []fact.Gap
	all        []fact.Observation
	skips      []discover.Skipped
}

// Emit implements discover.Sink; unlike a discover.Collection it keeps each
// emission.
func (f *facts) Emit(o fact.Observation) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, o)
	o.Visit(f)
	return nil
}

// Skip implements discover.Sink.
func (f *facts) Skip(place string, reason error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.skips = append(f.skips, discover.Skipped{Place: place, Reason: reason.Error()})
}

// from returns the emitted facts of one kind whose place begins with prefix.
func from[F fact.Fact](f *facts, prefix string) []F {
	var out []F
	for _, o := range f.all {
		if x, ok := o.Fact.(F); ok && strings.HasPrefix(o.Seen[0].Place, prefix) {
			out = append(out, x)
		}
	}
	return out
}

func (f *facts) SystemGroup(_ *fact.Observation, x fact.SystemGroup) {
	f.systems = append(f.systems, x)
}

func (f *facts) Interface(_ *fact.Observation, x fact.Interface) {
	f.interfaces = append(f.interfaces, x)
}

func (f *facts) InterfaceAddress(_ *fact.Observation, x fact.InterfaceAddress) {
	f.addresses = append(f.addresses, x)
}

func (f *facts) NeighborEntry(_ *fact.Observation, x fact.NeighborEntry) {
	f.neighbors = append(f.neighbors, x)
}
func (f *facts) Route(_ *fact.Observation, x fact.Route)               { f.routes = append(f.routes, x) }
func (f *facts) FDBEntry(_ *fact.Observation, x fact.FDBEntry)         { f.fdb = append(f.fdb, x) }
func (f *facts) VLAN(_ *fact.Observation, x fact.VLAN)                 { f.vlans = append(f.vlans, x) }
func (f *facts) LocalChassis(_ *fact.Observation, x fact.LocalChassis) { f.local = append(f.local, x) }
func (f *facts) RemoteNeighbor(_ *fact.Observation, x fact.RemoteNeighbor) {
	f.remote = append(f.remote, x)
}

func (f *facts) PhysicalEntity(_ *fact.Observation, x fact.PhysicalEntity) {
	f.entities = append(f.entities, x)
}
func (f *facts) Gap(_ *fact.Observation, x fact.Gap) { f.gaps = append(f.gaps, x) }

func (f *facts) other(x fact.Fact) { panic("the package emits no " + string(x.Kind())) }

func (f *facts) InputRead(_ *fact.Observation, x fact.InputRead)           { f.other(x) }
func (f *facts) Station(_ *fact.Observation, x fact.Station)               { f.other(x) }
func (f *facts) AddressBinding(_ *fact.Observation, x fact.AddressBinding) { f.other(x) }
func (f *facts) AddressSet(_ *fact.Observation, x fact.AddressSet)         { f.other(x) }
func (f *facts) NameClaim(_ *fact.Observation, x fact.NameClaim)           { f.other(x) }
func (f *facts) NeighborAnnouncement(_ *fact.Observation, x fact.NeighborAnnouncement) {
	f.other(x)
}
func (f *facts) BridgeProtocol(_ *fact.Observation, x fact.BridgeProtocol) { f.other(x) }
func (f *facts) RouterAdvertisement(_ *fact.Observation, x fact.RouterAdvertisement) {
	f.other(x)
}
func (f *facts) DHCPClient(_ *fact.Observation, x fact.DHCPClient) { f.other(x) }
func (f *facts) DHCPServer(_ *fact.Observation, x fact.DHCPServer) { f.other(x) }
func (f *facts) NameQuery(_ *fact.Observation, x fact.NameQuery)   { f.other(x) }
func (f *facts) NameAnswer(_ *fact.Observation, x fact.NameAnswer) { f.other(x) }
func (f *facts) ServiceAnnouncement(_ *fact.Observation, x fact.ServiceAnnouncement) {
	f.other(x)
}
func (f *facts) ServerName(_ *fact.Observation, x fact.ServerName)           { f.other(x) }
func (f *facts) Flow(_ *fact.Observation, x fact.Flow)                       { f.other(x) }
func (f *facts) Tunnel(_ *fact.Observation, x fact.Tunnel)                   { f.other(x) }
func (f *facts) SelfDescription(_ *fact.Observation, x fact.SelfDescription) { f.other(x) }
func (f *facts) ControlSpeaker(_ *fact.Observation, x fact.ControlSpeaker)   { f.other(x) }
func (f *facts) Transit(_ *fact.Observation, x fact.Transit)                 { f.other(x) }
func (f *facts) HopLimit(_ *fact.Observation, x fact.HopLimit)               { f.other(x) }
func (f *facts) HostStatus(_ *fact.Observation, x fact.HostStatus)           { f.other(x) }
func (f *facts) Port(_ *fact.Observation, x fact.Port)                       { f.other(x) }
func (f *facts) OSMatch(_ *fact.Observation, x fact.OSMatch)                 { f.other(x) }

var _ fact.Visitor = (*facts)(nil)

func (f *facts) InterfaceLayer(_ *fact.Observation, _ fact.InterfaceLayer)   {}
func (f *facts) AggregateMember(_ *fact.Observation, _ fact.AggregateMember) {}
func (f *facts) VLANPorts(_ *fact.Observation, _ fact.VLANPorts)             {}
func (f *facts) BridgePort(_ *fact.Observation, _ fact.BridgePort)           {}
func (f *facts) RedundancyGroup(_ *fact.Observation, _ fact.RedundancyGroup) {}
func (f *facts) AccessPoint(_ *fact.Observation, _ fact.AccessPoint)         {}
func (f *facts) WirelessClient(_ *fact.Observation, _ fact.WirelessClient)   {}
func (f *facts) TunnelEnd(_ *fact.Observation, _ fact.TunnelEnd)             {}
func (f *facts) Line(_ *fact.Observation, _ fact.Line)                       {}
func (f *facts) RemoteAccess(_ *fact.Observation, _ fact.RemoteAccess)       {}
func (f *facts) NameRoute(_ *fact.Observation, x fact.NameRoute)             { f.other(x) }
func (f *facts) USBDevice(_ *fact.Observation, _ fact.USBDevice)             {}
func (f *facts) Program(_ *fact.Observation, _ fact.Program)                 {}
