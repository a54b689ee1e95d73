package pcap

import (
	"encoding/binary"
	"errors"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/arp"
	"kanmon/discover/internal/wire/cdp"
	"kanmon/discover/internal/wire/lldp"
	"kanmon/discover/internal/wire/ndp"
	"kanmon/discover/internal/wire/stp"
)

// arp learns who gives which IPv4 address as its own.
func (a *analyzer) arp(h *hop, b []byte) {
	p, err := arp.Decode(b)
	if err != nil {
		if !errors.Is(err, arp.ErrOther) {
			a.damaged(err)
		}
		return
	}
	if ip, mac, ok := p.Binding(); ok {
		f := fact.AddressBinding{IP: ip, MAC: mac, VID: h.vid}
		a.bindings.note("pcap/arp", f, a.at)
	}
}

func (a *analyzer) lldp(h *hop, b []byte) {
	u, err := lldp.Decode(b)
	if err != nil {
		a.damaged(err)
	}
	if u.ChassisID == "" && u.PortID == "" {
		return
	}
	f := fact.NeighborAnnouncement{
		Protocol: "lldp", MAC: h.src, VID: h.vid,
		Neighbor: fact.Neighbor{
			ChassisID: u.ChassisID, ChassisIDSubtype: u.ChassisIDSubtype,
			PortID: u.PortID, PortIDSubtype: u.PortIDSubtype,
			PortDescription: u.PortDescription, SystemName: u.SystemName, SystemDescription: u.SystemDescription,
			Capabilities: u.Capabilities, ManagementAddresses: u.ManagementAddresses,
		},
	}
	a.neighbors.noteAs("pcap/lldp", keyOf(f), f, a.at)
}

// llc learns what an IEEE 802.3 frame with an LLC header says: BPDUs, CDP and
// its kin.
func (a *analyzer) llc(h *hop, b []byte) {
	if len(b) < 3 {
		return
	}
	switch [3]byte(b) {
	case [3]byte{0x42, 0x42, 0x03}:
		a.stp(h, b[3:])
	case [3]byte{0xaa, 0xaa, 0x03}:
		if len(b) < 8 {
			return
		}
		oui, pid, rest := [3]byte(b[3:]), binary.BigEndian.Uint16(b[6:]), b[8:]
		switch {
		case oui == [3]byte{0x00, 0x00, 0x0c} && pid == 0x2000:
			a.cdp(h, "cdp", rest)
		case oui == [3]byte{0x00, 0xe0, 0x52} && pid == 0x2000:
			a.cdp(h, "fdp", rest)
		case oui == [3]byte{0x00, 0x00, 0x0c} && pid == 0x010b: // PVST+
			a.stp(h, rest)
		case oui == [3]byte{} && pid > maxLength: // RFC 1042
			t, payload, err := etherType(pid, rest, h)
			if err != nil {
				a.damaged(err)
				return
			}
			if t > maxLength {
				a.etherType(h, t, payload)
			}
		}
	}
}

func (a *analyzer) stp(h *hop, b []byte) {
	u, err := stp.Decode(b)
	if err != nil {
		a.damaged(err)
		return
	}
	f := fact.BridgeProtocol{
		MAC: h.src, VID: h.vid, Version: u.Version,
		RootMAC: u.Root.MAC, RootPriority: u.Root.Priority,
		BridgeMAC: u.Bridge.MAC, BridgePriority: u.Bridge.Priority, PortID: u.PortID,
	}
	a.bridges.note("pcap/stp", f, a.at)
}

func (a *analyzer) cdp(h *hop, protocol string, b []byte) {
	p, err := cdp.Decode(b)
	if err != nil {
		a.damaged(err)
	}
	if p.DeviceID == "" {
		return
	}
	f := fact.NeighborAnnouncement{
		Protocol: protocol, MAC: h.src, VID: h.vid,
		Neighbor: fact.Neighbor{
			ChassisID: p.DeviceID, PortID: p.PortID, SystemName: p.SystemName,
			SystemDescription: p.Version, Platform: p.Platform,
			Capabilities: p.Capabilities, ManagementAddresses: p.Addresses,
		},
	}
	a.neighbors.noteAs("pcap/"+protocol, keyOf(f), f, a.at)
}

// nd learns from Neighbor Discovery. Its messages are sent with a hop limit of
// 255, so that none can come from another network (RFC 4861, 3.1).
func (a *analyzer) nd(h *hop, p *packet) {
	if h.inner || p.hops != 255 {
		return
	}
	m, err := ndp.Decode(p.payload)
	if err != nil {
		if errors.Is(err, ndp.ErrOther) {
			return
		}
		a.damaged(err)
	}
	switch m.Type {
	case ndp.NeighborAdvertisement:
		if m.Target.IsValid() && !m.Target.IsMulticast() && !m.Target.IsUnspecified() {
			a.bindND(fact.AddressBinding{IP: m.Target, MAC: m.TargetLL, VID: h.vid})
		}
	case ndp.NeighborSolicitation, ndp.RouterSolicitation:
		if !p.src.IsUnspecified() {
			a.bindND(fact.AddressBinding{IP: p.src, MAC: m.SourceLL, VID: h.vid})
		}
	case ndp.RouterAdvertisement:
		if len(p.payload) < 16 || !p.src.IsLinkLocalUnicast() {
			return
		}
		a.bindND(fact.AddressBinding{IP: p.src, MAC: m.SourceLL, VID: h.vid})
		f := fact.RouterAdvertisement{
			Router: p.src, MAC: h.src, VID: h.vid,
			DefaultRouter: m.Lifetime != 0, Managed: m.Managed, Other: m.Other,
			Prefixes: m.Prefixes, DNSServers: m.DNSServers, SearchDomains: m.SearchDomains,
		}
		if f.MAC.IsZero() {
			f.MAC = m.SourceLL
		}
		a.routers.noteAs("pcap/ra", keyOf(f), f, a.at)
	}
}

func (a *analyzer) bindND(f fact.AddressBinding) {
	if f.MAC.IsZero() || f.MAC.IsGroup() {
		return
	}
	a.bindings.note("pcap/nd", f, a.at)
}
