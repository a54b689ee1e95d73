package pcap

import (
	"fmt"
	"net/netip"
	"strconv"

	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/capwap"
	"kanmon/discover/internal/wire/fhrp"
	"kanmon/discover/internal/wire/group"
	"kanmon/discover/internal/wire/link"
	"kanmon/discover/internal/wire/natpmp"
	"kanmon/discover/internal/wire/neighbor"
	"kanmon/discover/internal/wire/routing"
	"kanmon/discover/internal/wire/stp"
	"kanmon/discover/pcap/internal/frame"
)

// IP protocols with which routers run the network.
const (
	protoIGMP  = 2
	protoEIGRP = 88
	protoOSPF  = 89
	protoPIM   = 103
	protoVRRP  = 112
)

// UDP ports of protocols with which the network runs itself.
const (
	portRIP        = 520
	portRIPng      = 521
	portHSRP       = 1985
	portHSRP6      = 2029
	portGLBP       = 3222
	portMNDP       = 5678
	portUbiquiti   = 10001
	portCAPWAP     = 5246
	portCAPWAPData = 5247
	portNATPMP     = 5351
)

// speakerKey is the key of a fact about a speaker, which holds a list.
type speakerKey struct {
	protocol, role, id, domain string
	ip                         netip.Addr
	mac                        fact.MAC
	vid                        uint16
	virtual                    string
}

// speaks notes that a host speaks a protocol with which the network runs itself.
func (a *analyzer) speaks(f fact.ControlSpeaker) {
	f.Role, f.ID, f.Domain = fact.Clean(f.Role), fact.Clean(f.ID), fact.Clean(f.Domain)
	k := speakerKey{protocol: f.Protocol, role: f.Role, id: f.ID, domain: f.Domain, ip: f.IP, mac: f.MAC, vid: f.VID}
	var list []byte
	for _, ip := range f.Virtual {
		list = ip.AppendTo(append(list, ' '))
	}
	k.virtual = string(list)
	noteAs(a.speakers, f.Protocol, idOf(a, k), f, a.at)
}

// controlIP learns from a packet of an IP protocol that routers speak.
func (a *analyzer) controlIP(h *hop, p *packet) {
	if h.inner {
		return
	}
	var s routing.Speaker
	var ok bool
	switch p.proto {
	case protoIGMP:
		if _, ok := group.IGMP(p.payload); ok {
			a.querier(h, p, "igmp")
		}
		return
	case protoVRRP:
		if s, ok := fhrp.VRRP(p.payload, p.src.Is6()); ok && p.hops == 255 { // others come from elsewhere (RFC 9568, 5.1.1.3)
			a.redundant(h, p, &s)
		}
		return
	case protoOSPF:
		s, ok = routing.OSPF(p.payload, p.src)
	case protoEIGRP:
		s, ok = routing.EIGRP(p.payload)
	case protoPIM:
		s, ok = routing.PIM(p.payload)
	}
	if ok {
		a.routes(h, p, &s)
	}
}

// querier notes who asks which groups have listeners: a router, or a switch that
// stands in for one and may have no address.
func (a *analyzer) querier(h *hop, p *packet, protocol string) {
	if h.inner {
		return
	}
	a.speaks(fact.ControlSpeaker{Protocol: protocol, Role: "querier", IP: specified(p.src), MAC: h.Src, VID: h.VID})
}

func (a *analyzer) mldQuery(h *hop, p *packet) {
	if _, ok := group.MLD(p.payload); ok && p.src.IsLinkLocalUnicast() { // RFC 3810, 5.1.14
		a.querier(h, p, "mld")
	}
}

// redundant notes a router that shares addresses with others. Its frames come
// from a virtual MAC address, its packets from an address of its own.
func (a *analyzer) redundant(h *hop, p *packet, s *fhrp.Speaker) {
	a.speaks(fact.ControlSpeaker{
		Protocol: s.Protocol, Role: s.Role, IP: p.src, MAC: sender(h, p), VID: h.VID,
		Domain: strconv.Itoa(s.Group), Virtual: addressList(s.Virtual),
	})
}

func (a *analyzer) routes(h *hop, p *packet, s *routing.Speaker) {
	a.speaks(fact.ControlSpeaker{Protocol: s.Protocol, Role: s.Role, IP: p.src, MAC: sender(h, p), VID: h.VID, ID: s.ID, Domain: s.Domain})
}

// bgp learns from the OPEN message of one side.
func (a *analyzer) bgp(c *conn, side int, p *packet) {
	if s, ok := routing.BGP(p.payload); ok && c.key.inner == 0 {
		a.routes(&hop{Header: frame.Header{Src: c.mac[side], VID: c.key.vid}}, p, &s)
	}
}

// controlUDP learns from a datagram to a port of a protocol with which the
// network runs itself.
func (a *analyzer) controlUDP(h *hop, p *packet) {
	switch p.dport {
	case portRIP:
		if s, ok := routing.RIP(p.payload); ok && p.sport == portRIP {
			a.routes(h, p, &s)
		}
	case portRIPng:
		if s, ok := routing.RIPng(p.payload); ok && p.sport == portRIPng {
			a.routes(h, p, &s)
		}
	case portHSRP, portHSRP6:
		if s, ok := fhrp.HSRP(p.payload); ok {
			a.redundant(h, p, &s)
		}
	case portGLBP:
		if s, ok := fhrp.GLBP(p.payload); ok && p.sport == portGLBP {
			a.redundant(h, p, &s)
		}
	case portMNDP:
		if n, ok := neighbor.MNDP(p.payload); ok {
			a.announcedItself(h, "mndp", &n)
		}
	case portUbiquiti:
		a.ubiquiti(h, p) // told unasked
	case portCAPWAP:
		a.capwap(h, p)
	}
	switch p.sport {
	case portUbiquiti:
		if p.dport != portUbiquiti {
			a.ubiquiti(h, p)
		}
	case portCAPWAP:
		a.capwap(h, p)
	case portNATPMP:
		if ip, ok := natpmp.External(p.payload); ok {
			a.ownAddresses(h, p, "nat-pmp", []netip.Addr{ip})
		}
	}
}

// announcedItself notes what a device told of itself and of its port.
func (a *analyzer) announcedItself(h *hop, protocol string, n *neighbor.Announcement) {
	f := fact.NeighborAnnouncement{
		Protocol: protocol, MAC: h.Src, VID: h.VID,
		Neighbor: fact.Neighbor{
			ChassisID: n.DeviceID, ChassisIDSubtype: n.DeviceIDSubtype,
			PortID: n.PortID, PortIDSubtype: n.PortIDSubtype,
			SystemName: n.Name, SystemDescription: n.Version, Platform: n.Model,
			ManagementAddresses: n.Addresses,
		},
	}
	noteAs(a.neighbors, protocol, a.idOfNeighbor(&f), f, a.at)
}

// ubiquiti learns from the answer of a device of Ubiquiti: it names no port, but
// all of its addresses.
func (a *analyzer) ubiquiti(h *hop, p *packet) {
	n, ok := neighbor.Ubiquiti(p.payload)
	if !ok {
		return
	}
	host := fact.Endpoint{IP: p.src, Port: portUbiquiti, MAC: sender(h, p)}
	a.says(host, "ubnt", "model", n.Model)
	a.says(host, "ubnt", "firmware", n.Version)
	a.ownName(h, p, fact.Clean(n.Name), "ubnt", addressList(n.Addresses))
}

// capwap learns who is an access point and who its controller.
func (a *analyzer) capwap(h *hop, p *packet) {
	m, ok := capwap.Decode(p.payload)
	if !ok || m.Controller != (p.sport == portCAPWAP) {
		return
	}
	f := fact.ControlSpeaker{Protocol: "capwap", Role: "wtp", IP: specified(p.src), MAC: sender(h, p), VID: h.VID, ID: m.Name}
	if m.Controller {
		f.Role = "ac"
		a.ownAddresses(h, p, "capwap", m.Addresses)
	}
	a.speaks(f)
	host := fact.Endpoint{IP: specified(p.src), MAC: f.MAC}
	a.says(host, "capwap", f.Role+"-name", m.Name)
	a.says(host, "capwap", f.Role+"-model", m.Model)
	a.says(host, "capwap", f.Role+"-serial", m.Serial)
	a.says(host, "capwap", f.Role+"-hardware", m.Hardware)
	a.says(host, "capwap", f.Role+"-software", m.Software)
}

// capwapData learns from the frames of Wi-Fi clients between an access point and
// its controller, which count like such that were seen where the client is. It
// reports whether p is of CAPWAP.
func (a *analyzer) capwapData(h *hop, p *packet) bool {
	if capwap.Encrypted(p.payload) {
		return true
	}
	f, ok := capwap.Data(p.payload)
	if !ok {
		return false
	}
	switch {
	case f.Ethernet != nil:
		a.bridged(f.Ethernet, h, true)
	case f.Type > frame.MaxLength:
		in := hop{Header: frame.Header{Src: f.From, Dst: f.To}, inner: h.inner, whole: h.whole, depth: h.depth + 1}
		if in.depth > maxDepth {
			break
		}
		in.hide()
		a.heard(&in)
		t, payload, err := frame.Type(f.Type, f.Payload, &in.Header)
		in.hide() // tags too
		if err != nil {
			a.damaged(err)
			break
		}
		a.etherType(&in, t, payload)
	}
	return true
}

// lacp learns which system a port belongs to, and which one is at the other end
// of its link.
func (a *analyzer) lacp(h *hop, b []byte) {
	u, ok := link.DecodeLACP(b)
	if !ok {
		return
	}
	say := func(role string, s link.System) {
		mac := fact.MAC(s.MAC)
		if !isStation(mac) {
			return
		}
		a.speaks(fact.ControlSpeaker{Protocol: "lacp", Role: role, MAC: h.Src, VID: h.VID, ID: mac.String(), Domain: strconv.Itoa(int(s.Key))})
	}
	say("actor", u.Actor)
	say("partner", u.Partner)
}

func (a *analyzer) dtp(h *hop, b []byte) {
	t, ok := link.DTP(b)
	if !ok {
		return
	}
	f := fact.ControlSpeaker{Protocol: "dtp", Role: t.Status, MAC: h.Src, VID: h.VID, Domain: t.Domain}
	if m := fact.MAC(t.Sender); !m.IsZero() {
		f.ID = m.String()
	}
	a.speaks(f)
}

func (a *analyzer) vtp(h *hop, b []byte) {
	if domain, ok := link.VTP(b); ok {
		a.speaks(fact.ControlSpeaker{Protocol: "vtp", MAC: h.Src, VID: h.VID, Domain: domain})
	}
}

func (a *analyzer) isis(h *hop, b []byte) {
	if s, ok := routing.ISIS(b); ok {
		a.speaks(fact.ControlSpeaker{Protocol: s.Protocol, Role: s.Role, MAC: h.Src, VID: h.VID, ID: s.ID, Domain: s.Domain})
	}
}

// spanningDomain notes the region of MSTP or the VLAN of a PVST+ tree that a
// bridge speaks for: bridges of one region have the same configuration.
func (a *analyzer) spanningDomain(h *hop, u *stp.BPDU) {
	f := fact.ControlSpeaker{MAC: h.Src, VID: h.VID, ID: fact.MAC(u.Bridge.MAC).String()}
	switch {
	case u.Region != "":
		f.Protocol, f.Domain = "mstp", fmt.Sprintf("%s/%d", u.Region, u.Revision)
	case u.VLAN != 0:
		f.Protocol, f.Domain = "pvst", strconv.Itoa(int(u.VLAN))
	default:
		return
	}
	a.speaks(f)
}
