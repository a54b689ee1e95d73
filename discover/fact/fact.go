package fact

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Kind names one of the closed set of facts in evidence files. Kinds are part
// of the stored format: never renamed, only retired.
type Kind string

// Fact is one thing learned about the network. The set is closed: the kinds
// live in this package, and every consumer is a Visitor, so that a new kind
// does not compile until each of them says what it makes of it.
type Fact interface {
	Kind() Kind
	visit(*Observation, Visitor)
}

// Visitor has one method for each kind of fact. There is no embeddable
// implementation that ignores what it does not know, on purpose.
type Visitor interface {
	InputRead(*Observation, InputRead)
	Gap(*Observation, Gap)

	Station(*Observation, Station)
	AddressBinding(*Observation, AddressBinding)
	AddressSet(*Observation, AddressSet)
	NameClaim(*Observation, NameClaim)
	NeighborAnnouncement(*Observation, NeighborAnnouncement)
	BridgeProtocol(*Observation, BridgeProtocol)
	RouterAdvertisement(*Observation, RouterAdvertisement)
	DHCPClient(*Observation, DHCPClient)
	DHCPServer(*Observation, DHCPServer)
	NameQuery(*Observation, NameQuery)
	NameAnswer(*Observation, NameAnswer)
	ServiceAnnouncement(*Observation, ServiceAnnouncement)
	ServerName(*Observation, ServerName)
	Flow(*Observation, Flow)
	Tunnel(*Observation, Tunnel)
	SelfDescription(*Observation, SelfDescription)
	ControlSpeaker(*Observation, ControlSpeaker)
	Transit(*Observation, Transit)
	HopLimit(*Observation, HopLimit)

	SystemGroup(*Observation, SystemGroup)
	Interface(*Observation, Interface)
	InterfaceAddress(*Observation, InterfaceAddress)
	NeighborEntry(*Observation, NeighborEntry)
	Route(*Observation, Route)
	FDBEntry(*Observation, FDBEntry)
	VLAN(*Observation, VLAN)
	LocalChassis(*Observation, LocalChassis)
	RemoteNeighbor(*Observation, RemoteNeighbor)
	PhysicalEntity(*Observation, PhysicalEntity)
	InterfaceLayer(*Observation, InterfaceLayer)
	AggregateMember(*Observation, AggregateMember)
	VLANPorts(*Observation, VLANPorts)
	BridgePort(*Observation, BridgePort)
	RedundancyGroup(*Observation, RedundancyGroup)
	AccessPoint(*Observation, AccessPoint)
	WirelessClient(*Observation, WirelessClient)

	TunnelEnd(*Observation, TunnelEnd)
	Line(*Observation, Line)
	RemoteAccess(*Observation, RemoteAccess)
	NameRoute(*Observation, NameRoute)
	USBDevice(*Observation, USBDevice)
	Program(*Observation, Program)

	HostStatus(*Observation, HostStatus)
	Port(*Observation, Port)
	OSMatch(*Observation, OSMatch)
}

// Visit calls the method of v for the kind of o's fact.
func (o *Observation) Visit(v Visitor) { o.Fact.visit(o, v) }

// decoders makes a fact from its JSON, by kind.
func decoders() map[Kind]func([]byte) (Fact, error) {
	return map[Kind]func([]byte) (Fact, error){
		InputRead{}.Kind():            decode[InputRead],
		Gap{}.Kind():                  decode[Gap],
		Station{}.Kind():              decode[Station],
		AddressBinding{}.Kind():       decode[AddressBinding],
		AddressSet{}.Kind():           decode[AddressSet],
		NameClaim{}.Kind():            decode[NameClaim],
		NeighborAnnouncement{}.Kind(): decode[NeighborAnnouncement],
		BridgeProtocol{}.Kind():       decode[BridgeProtocol],
		RouterAdvertisement{}.Kind():  decode[RouterAdvertisement],
		DHCPClient{}.Kind():           decode[DHCPClient],
		DHCPServer{}.Kind():           decode[DHCPServer],
		NameQuery{}.Kind():            decode[NameQuery],
		NameAnswer{}.Kind():           decode[NameAnswer],
		ServiceAnnouncement{}.Kind():  decode[ServiceAnnouncement],
		ServerName{}.Kind():           decode[ServerName],
		Flow{}.Kind():                 decode[Flow],
		Tunnel{}.Kind():               decode[Tunnel],
		SelfDescription{}.Kind():      decode[SelfDescription],
		ControlSpeaker{}.Kind():       decode[ControlSpeaker],
		Transit{}.Kind():              decode[Transit],
		HopLimit{}.Kind():             decode[HopLimit],
		SystemGroup{}.Kind():          decode[SystemGroup],
		Interface{}.Kind():            decode[Interface],
		InterfaceAddress{}.Kind():     decode[InterfaceAddress],
		NeighborEntry{}.Kind():        decode[NeighborEntry],
		Route{}.Kind():                decode[Route],
		FDBEntry{}.Kind():             decode[FDBEntry],
		VLAN{}.Kind():                 decode[VLAN],
		LocalChassis{}.Kind():         decode[LocalChassis],
		RemoteNeighbor{}.Kind():       decode[RemoteNeighbor],
		PhysicalEntity{}.Kind():       decode[PhysicalEntity],
		InterfaceLayer{}.Kind():       decode[InterfaceLayer],
		AggregateMember{}.Kind():      decode[AggregateMember],
		VLANPorts{}.Kind():            decode[VLANPorts],
		BridgePort{}.Kind():           decode[BridgePort],
		RedundancyGroup{}.Kind():      decode[RedundancyGroup],
		AccessPoint{}.Kind():          decode[AccessPoint],
		WirelessClient{}.Kind():       decode[WirelessClient],
		TunnelEnd{}.Kind():            decode[TunnelEnd],
		Line{}.Kind():                 decode[Line],
		RemoteAccess{}.Kind():         decode[RemoteAccess],
		NameRoute{}.Kind():            decode[NameRoute],
		USBDevice{}.Kind():            decode[USBDevice],
		Program{}.Kind():              decode[Program],
		HostStatus{}.Kind():           decode[HostStatus],
		Port{}.Kind():                 decode[Port],
		OSMatch{}.Kind():              decode[OSMatch],
	}
}

func decode[F Fact](b []byte) (Fact, error) {
	var f F
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("decode %s fact: %w", f.Kind(), err)
	}
	return f, nil
}

// cleanFact returns f with every text in it cleaned. It works by reflection so
// that no field of a new kind can be forgotten.
func cleanFact(f Fact) Fact {
	v := reflect.New(reflect.TypeOf(f)).Elem()
	v.Set(reflect.ValueOf(f))
	cleanValue(v)
	out, _ := v.Interface().(Fact)
	return out
}

func cleanValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(Clean(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() { // netip types keep their fields to themselves, and hold only zone names
				cleanValue(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len()) // the caller's slice is not ours to change
		reflect.Copy(c, v)
		for i := range c.Len() {
			cleanValue(c.Index(i))
		}
		v.Set(c)
	default:
	}
}
