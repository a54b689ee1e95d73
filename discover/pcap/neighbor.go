package pcap

import (
	"encoding/binary"
	"errors"
	"strconv"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/arp"
	"kanmon/discover/internal/wire/cdp"
	"kanmon/discover/internal/wire/lldp"
	"kanmon/discover/internal/wire/ndp"
	"kanmon/discover/internal/wire/neighbor"
	"kanmon/discover/internal/wire/stp"
	"kanmon/discover/pcap/internal/frame"
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
		f := fact.AddressBinding{IP: ip, MAC: mac, VID: h.VID}
		note(a.bindings, "arp", f, a.at)
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
		Protocol: "lldp", MAC: h.Src, VID: h.VID,
		Neighbor: fact.Neighbor{
			ChassisID: u.ChassisID, ChassisIDSubtype: u.ChassisIDSubtype,
			PortID: u.PortID, PortIDSubtype: u.PortIDSubtype,
			PortDescription: u.PortDescription, SystemName: u.SystemName, SystemDescription: u.SystemDescription,
			Platform: u.Platform(), Capabilities: u.Capabilities, ManagementAddresses: u.ManagementAddresses,
		},
	}
	noteAs(a.neighbors, "lldp", a.idOfNeighbor(&f), f, a.at)
	for _, x := range u.Extensions {
		a.says(fact.Endpoint{MAC: h.Src}, "lldp", x.Field, x.Value)
	}
}

// llc learns what an IEEE 802.3 frame with an LLC header says: BPDUs, IS-IS, CDP
// and its kin.
func (a *analyzer) llc(h *hop, b []byte) {
	if len(b) < 3 {
		return
	}
	switch [3]byte(b) {
	case [3]byte{0x42, 0x42, 0x03}:
		a.stp(h, b[3:], stp.Decode)
	case [3]byte{0xfe, 0xfe, 0x03}:
		a.isis(h, b[3:])
	case [3]byte{0xaa, 0xaa, 0x03}:
		if len(b) >= 8 {
			a.snap(h, [3]byte(b[3:]), binary.BigEndian.Uint16(b[6:]), b[8:])
		}
	}
}

// snap learns from what follows a SNAP header (RFC 1042): protocols of vendors,
// or what else an EtherType stands before.
func (a *analyzer) snap(h *hop, oui [3]byte, pid uint16, b []byte) {
	switch oui {
	case [3]byte{0x00, 0x00, 0x0c}: // Cisco
		switch pid {
		case 0x2000:
			a.cdp(h, "cdp", b)
		case 0x010b: // PVST+
			a.stp(h, b, stp.DecodePVST)
		case 0x0111:
			if n, ok := neighbor.UDLD(b); ok {
				a.announcedItself(h, "udld", &n)
			}
		case 0x2003:
			a.vtp(h, b)
		case 0x2004:
			a.dtp(h, b)
		}
	case [3]byte{0x00, 0xe0, 0x52}: // Foundry
		if pid == 0x2000 {
			a.cdp(h, "fdp", b)
		}
	case [3]byte{0x00, 0xe0, 0x2b}: // Extreme
		if n, ok := neighbor.EDP(b); ok && pid == 0x00bb {
			a.announcedItself(h, "edp", &n)
		}
	case [3]byte{0x00, 0x00, 0x81}: // SynOptics, later Nortel
		if n, ok := neighbor.SONMP(b); ok && (pid == 0x01a1 || pid == 0x01a2) {
			a.announcedItself(h, "sonmp", &n)
		}
	case [3]byte{}:
		if pid <= frame.MaxLength {
			return
		}
		t, payload, err := frame.Type(pid, b, &h.Header)
		if err != nil {
			a.damaged(err)
			return
		}
		if t > frame.MaxLength {
			a.etherType(h, t, payload)
		}
	}
}

func (a *analyzer) stp(h *hop, b []byte, decode func([]byte) (stp.BPDU, error)) {
	u, err := decode(b)
	if err != nil {
		a.damaged(err)
		return
	}
	f := fact.BridgeProtocol{
		MAC: h.Src, VID: h.VID, Version: u.Version,
		RootMAC: u.Root.MAC, RootPriority: u.Root.Priority,
		BridgeMAC: u.Bridge.MAC, BridgePriority: u.Bridge.Priority, PortID: u.PortID,
	}
	note(a.bridges, "stp", f, a.at)
	a.spanningDomain(h, &u)
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
		Protocol: protocol, MAC: h.Src, VID: h.VID,
		Neighbor: fact.Neighbor{
			ChassisID: p.DeviceID, PortID: p.PortID, SystemName: p.SystemName,
			SystemDescription: p.Version, Platform: p.Platform,
			Capabilities: p.Capabilities, ManagementAddresses: p.Addresses,
		},
	}
	noteAs(a.neighbors, protocol, a.idOfNeighbor(&f), f, a.at)
	port := fact.Endpoint{MAC: h.Src}
	a.says(port, protocol, "vtp-domain", p.Domain)
	a.says(port, protocol, "duplex", p.Duplex)
	if p.NativeVLAN != 0 {
		a.says(port, protocol, "native-vlan", strconv.Itoa(int(p.NativeVLAN)))
	}
	if p.VoiceVLAN != 0 {
		a.says(port, protocol, "voice-vlan", strconv.Itoa(int(p.VoiceVLAN)))
	}
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
			a.bindND(fact.AddressBinding{IP: m.Target, MAC: m.TargetLL, VID: h.VID})
		}
	case ndp.NeighborSolicitation, ndp.RouterSolicitation:
		if !p.src.IsUnspecified() {
			a.bindND(fact.AddressBinding{IP: p.src, MAC: m.SourceLL, VID: h.VID})
		}
	case ndp.RouterAdvertisement:
		if len(p.payload) < 16 || !p.src.IsLinkLocalUnicast() {
			return
		}
		a.bindND(fact.AddressBinding{IP: p.src, MAC: m.SourceLL, VID: h.VID})
		f := fact.RouterAdvertisement{
			Router: p.src, MAC: h.Src, VID: h.VID,
			DefaultRouter: m.Lifetime != 0, Managed: m.Managed, Other: m.Other,
			Prefixes: m.Prefixes, DNSServers: m.DNSServers, SearchDomains: m.SearchDomains,
		}
		if f.MAC.IsZero() {
			f.MAC = m.SourceLL
		}
		noteAs(a.routers, "ra", idOfList(a, f), f, a.at)
	}
}

func (a *analyzer) bindND(f fact.AddressBinding) {
	if !isStation(f.MAC) {
		return
	}
	note(a.bindings, "nd", f, a.at)
}
