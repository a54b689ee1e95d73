package hospital

import (
	"encoding/binary"
	"net"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"kanmon/discover/fact"
)

// arp adds the question of a for b's address, and b's answer.
func (c *capture) arp(a, b end) {
	at := c.tick()
	one := func(at time.Time, op uint16, from, to end, dst fact.MAC) {
		target := to.mac
		if op == layers.ARPRequest {
			target = fact.MAC{}
		}
		c.ether(at, from.mac, dst, layers.EthernetTypeARP, &layers.ARP{
			AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4,
			HwAddressSize: 6, ProtAddressSize: 4, Operation: op,
			SourceHwAddress: from.mac[:], SourceProtAddress: from.ip.AsSlice(),
			DstHwAddress: target[:], DstProtAddress: to.ip.AsSlice(),
		})
	}
	one(at, layers.ARPRequest, a, b, broadcast())
	one(at.Add(400*time.Microsecond), layers.ARPReply, b, a, a.mac)
}

// neighbour is what a device announces of itself and one port.
type neighbour struct {
	mac      fact.MAC // of the port
	chassis  fact.MAC
	portKind byte // LldpPortIdSubtype
	port     string
	name     string
	descr    string
	caps     uint16
	mgmt     netip.Addr
}

// Capabilities of LLDP (IEEE Std 802.1AB-2016, 8.5.8).
const (
	capBridge uint16 = 1 << 2
	capAP     uint16 = 1 << 3
	capRouter uint16 = 1 << 4
)

// lldp adds the announcement of n.
func (c *capture) lldp(n neighbour) {
	var b []byte
	tlv := func(typ int, v []byte) {
		b = binary.BigEndian.AppendUint16(b, uint16(typ<<9|len(v)))
		b = append(b, v...)
	}
	tlv(1, append([]byte{4}, n.chassis[:]...))
	tlv(2, append([]byte{n.portKind}, n.port...))
	tlv(3, []byte{0, 120})
	tlv(5, []byte(n.name))
	tlv(6, []byte(n.descr))
	tlv(7, binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, n.caps), n.caps))
	m := append([]byte{5, 1}, n.mgmt.AsSlice()...) // address, then the interface number and no OID
	tlv(8, append(m, 2, 0, 0, 0, 1, 0))
	tlv(0, nil)
	vid := c.vid
	c.vid = 0 // sent by the port itself, outside every VLAN
	c.ether(c.tick(), n.mac, fact.MAC{0x01, 0x80, 0xc2, 0, 0, 0x0e}, layers.EthernetTypeLinkLayerDiscovery, gopacket.Payload(b))
	c.vid = vid
}

// cdp adds the announcement of a Cisco switch on its port.
func (c *capture) cdp(mac fact.MAC, device, port, platform, version string, mgmt netip.Addr) {
	b := []byte{2, 180, 0, 0}
	tlv := func(typ uint16, v []byte) {
		b = binary.BigEndian.AppendUint16(b, typ)
		b = binary.BigEndian.AppendUint16(b, uint16(4+len(v)))
		b = append(b, v...)
	}
	addr := append([]byte{0, 0, 0, 1, 1, 1, 0xcc, 0, 4}, mgmt.AsSlice()...)
	tlv(1, []byte(device))
	tlv(2, addr)
	tlv(3, []byte(port))
	tlv(4, []byte{0, 0, 0, 0x28}) // switch, IGMP
	tlv(5, []byte(version))
	tlv(6, []byte(platform))
	tlv(0x0b, []byte{1}) // full duplex
	tlv(0x16, addr)
	binary.BigEndian.PutUint16(b[2:], cdpChecksum(b))
	llc := append([]byte{0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0}, b...)
	c.dot3(c.tick(), mac, fact.MAC{0x01, 0, 0x0c, 0xcc, 0xcc, 0xcc}, llc)
}

// cdpChecksum is the Internet checksum, but for a last odd octet, which counts
// as the lower half of a word.
func cdpChecksum(b []byte) uint16 {
	var sum uint32
	for len(b) > 1 {
		sum += uint32(b[0])<<8 | uint32(b[1])
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint32(b[0])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// rstp adds a BPDU that s sends from port n; core-sw is the root.
func (c *capture) rstp(s *Switch, n int) {
	root := c.plan.Host("core-sw").MAC
	b := []byte{0x42, 0x42, 3, 0, 0, 2, 2, 0x3c} // LLC, then protocol, version, type, flags: designated, learning, forwarding
	b = append(append(b, 0x10, 0), root[:]...)   // priority 4096
	cost := uint32(20000)
	if s.Uplink == 0 {
		cost = 0
	}
	b = binary.BigEndian.AppendUint32(b, cost)
	prio := byte(0x80)
	if s.Uplink == 0 {
		prio = 0x10
	}
	b = append(append(b, prio, 0), s.MAC[:]...)
	b = append(b, 0x80, byte(n), 1, 0, 20, 0, 2, 0, 15, 0, 0)
	c.dot3(c.tick(), s.PortMAC(n), fact.MAC{0x01, 0x80, 0xc2, 0, 0, 0}, b)
}

// icmp6 adds a neighbour discovery message with opts.
func (c *capture) icmp6(at time.Time, a, b end, typ uint8, body gopacket.SerializableLayer) {
	c.packet(at, a, b, layers.IPProtocolICMPv6, &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(typ, 0)}, body)
}

// nd adds the neighbour solicitation of a for b's address, and b's answer.
func (c *capture) nd(a, b end) {
	at := c.tick()
	t := b.ip.As16()
	group := netip.AddrFrom16([16]byte{0xff, 2, 11: 1, 12: 0xff, 13: t[13], 14: t[14], 15: t[15]})
	c.ndTo(at, a, end{fact.MAC{0x33, 0x33, 0xff, t[13], t[14], t[15]}, group, 0}, b.ip)
	c.ttl, at = 255, at.Add(300*time.Microsecond)
	c.icmp6(at, b, a, layers.ICMPv6TypeNeighborAdvertisement, &layers.ICMPv6NeighborAdvertisement{
		Flags: 0x60, TargetAddress: b.ip.AsSlice(),
		Options: layers.ICMPv6Options{{Type: layers.ICMPv6OptTargetAddress, Data: b.mac[:]}},
	})
	c.ttl = 64
}

func (c *capture) ndTo(at time.Time, a, group end, target netip.Addr) {
	c.ttl = 255
	c.icmp6(at, a, group, layers.ICMPv6TypeNeighborSolicitation, &layers.ICMPv6NeighborSolicitation{
		TargetAddress: target.AsSlice(),
		Options:       layers.ICMPv6Options{{Type: layers.ICMPv6OptSourceAddress, Data: a.mac[:]}},
	})
	c.ttl = 64
}

// advertise adds the router advertisement of r with a prefix, name servers and a
// search domain (RFC 4861, RFC 8106).
func (c *capture) advertise(r *Host, prefix netip.Prefix, dns []string, domain string) {
	p := append([]byte{byte(prefix.Bits()), 0xc0}, 0, 0x27, 0x8d, 0, 0, 0x09, 0x3a, 0x80, 0, 0, 0, 0)
	p = append(p, prefix.Addr().AsSlice()...)
	servers := []byte{0, 0, 0, 0, 0x07, 0x08}
	for _, s := range dns {
		servers = append(servers, ip(s).AsSlice()...)
	}
	search := append([]byte{0, 0, 0, 0, 0x07, 0x08}, dnsName(domain)...)
	for len(search)%8 != 6 {
		search = append(search, 0)
	}
	all := end{fact.MAC{0x33, 0x33, 0, 0, 0, 1}, ip("ff02::1"), 0}
	c.icmp6(c.tick(), end{r.MAC, r.IPs[0], 0}, all, layers.ICMPv6TypeRouterAdvertisement, &layers.ICMPv6RouterAdvertisement{
		HopLimit: 64, Flags: 0x40, RouterLifetime: 1800,
		Options: layers.ICMPv6Options{
			{Type: layers.ICMPv6OptSourceAddress, Data: r.MAC[:]},
			{Type: layers.ICMPv6OptMTU, Data: []byte{0, 0, 0, 0, 5, 0xdc}},
			{Type: layers.ICMPv6OptPrefixInfo, Data: p},
			{Type: 25, Data: servers},
			{Type: 31, Data: search},
		},
	})
}

func hw(m fact.MAC) net.HardwareAddr { return m[:] }
