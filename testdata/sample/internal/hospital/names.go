package hospital

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/gopacket/gopacket/layers"

	"kanmon/discover/fact"
)

// dnsName writes a name as labels (RFC 1035, 3.1).
func dnsName(s string) []byte {
	var b []byte
	for _, l := range strings.Split(s, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	return append(b, 0)
}

// question and reply are DNS messages about name; addrs are its addresses.
func question(id uint16, name string, typ layers.DNSType) []byte {
	return serialize(&layers.DNS{
		ID: id, RD: true, QDCount: 1,
		Questions: []layers.DNSQuestion{{Name: []byte(name), Type: typ, Class: layers.DNSClassIN}},
	})
}

func reply(id uint16, name string, typ layers.DNSType, addrs ...netip.Addr) []byte {
	d := &layers.DNS{
		ID: id, QR: true, RD: true, RA: true, QDCount: 1,
		Questions: []layers.DNSQuestion{{Name: []byte(name), Type: typ, Class: layers.DNSClassIN}},
	}
	for _, a := range addrs {
		d.Answers = append(d.Answers, layers.DNSResourceRecord{
			Name: []byte(name), Type: typ, Class: layers.DNSClassIN, TTL: 300, IP: a.AsSlice(),
		})
	}
	d.ANCount = uint16(len(d.Answers))
	return serialize(d)
}

// lookup adds a question of a to the name server b, and its answer.
func (c *capture) lookup(a, b end, name string, addrs ...netip.Addr) {
	typ := layers.DNSTypeA
	if len(addrs) > 0 && addrs[0].Is6() {
		typ = layers.DNSTypeAAAA
	}
	b.port, a.port = 53, c.ephemeral()
	id := a.port ^ 0x5a5a
	c.exchange(a, b, question(id, name, typ), reply(id, name, typ, addrs...))
}

// group is a multicast end.
func group(m fact.MAC, addr string, port uint16) end { return end{m, ip(addr), port} }

func mdnsGroup() end  { return group(fact.MAC{1, 0, 0x5e, 0, 0, 0xfb}, "224.0.0.251", 5353) }
func llmnrGroup() end { return group(fact.MAC{1, 0, 0x5e, 0, 0, 0xfc}, "224.0.0.252", 5355) }
func ssdpGroup() end  { return group(fact.MAC{1, 0, 0x5e, 0x7f, 0xff, 0xfa}, "239.255.255.250", 1900) }

// mdns adds the unasked answer of h that gives its addresses, and the services
// that it offers.
func (c *capture) mdns(h *Host, addrs []netip.Addr, services ...string) {
	c.mdnsFrom(end{h.MAC, h.IP, 5353}, mdnsGroup(), h, addrs, services...)
}

// mdns6 adds the same over IPv6, from the second card of h.
func (c *capture) mdns6(h *Host, addrs []netip.Addr) {
	group := group(fact.MAC{0x33, 0x33, 0, 0, 0, 0xfb}, "ff02::fb", 5353)
	c.mdnsFrom(end{h.MACs[0], linkLocal(h.MACs[0]), 5353}, group, h, addrs)
}

func (c *capture) mdnsFrom(from, to end, h *Host, addrs []netip.Addr, services ...string) {
	local := strings.ToLower(h.Name) + ".local"
	d := &layers.DNS{QR: true, AA: true}
	rr := func(r layers.DNSResourceRecord) { d.Answers = append(d.Answers, r) }
	for _, a := range addrs {
		typ := layers.DNSTypeA
		if a.Is6() {
			typ = layers.DNSTypeAAAA
		}
		rr(layers.DNSResourceRecord{Name: []byte(local), Type: typ, Class: 0x8001, TTL: 120, IP: a.AsSlice()})
	}
	for _, s := range services {
		rr(layers.DNSResourceRecord{
			Name: []byte(s + ".local"), Type: layers.DNSTypePTR, Class: layers.DNSClassIN, TTL: 4500,
			PTR: []byte(h.Name + "." + s + ".local"),
		})
	}
	d.ANCount = uint16(len(d.Answers))
	c.ttl = 255
	c.datagram(c.tick(), from, to, serialize(d))
	c.ttl = 64
}

// llmnr adds h's question for name to its segment, which nobody answers.
func (c *capture) llmnr(h *Host, name string) {
	c.ttl = 1
	q := question(c.ephemeral(), name, layers.DNSTypeA)
	q[2] &^= 1 // RFC 4795, 2.1.1 has another bit where DNS has "recursion desired"
	c.datagram(c.tick(), end{h.MAC, h.IP, c.port}, llmnrGroup(), q)
	c.ttl = 64
}

// ssdp adds a NOTIFY for a root device of the kind urn.
func (c *capture) ssdp(h *Host, urn, server string) {
	text := strings.Join([]string{
		"NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", "CACHE-CONTROL: max-age=1800",
		fmt.Sprintf("LOCATION: http://%s:5000/rootDesc.xml", h.IP), "SERVER: " + server, "NT: " + urn,
		"USN: uuid:00000000-0000-4000-8000-000000000241::" + urn, "NTS: ssdp:alive", "", "",
	}, "\r\n")
	c.ttl = 4
	c.datagram(c.tick(), end{h.MAC, h.IP, 1900}, ssdpGroup(), []byte(text))
	c.ttl = 64
}

// nbName writes a NetBIOS name with its suffix (RFC 1001, 14.1).
func nbName(name string, suffix byte) []byte {
	padded := append([]byte(fmt.Sprintf("%-15.15s", strings.ToUpper(name))), suffix)
	b := []byte{32}
	for _, o := range padded {
		b = append(b, 'A'+o>>4, 'A'+o&15)
	}
	return append(b, 0)
}

// nbHeader is the header of a NetBIOS name service packet (RFC 1002, 4.2.1.1).
func nbHeader(id, flags, qd, an, ar uint16) []byte {
	var b []byte
	for _, v := range []uint16{id, flags, qd, an, 0, ar} {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

// register adds the broadcast with which h takes its NetBIOS name (RFC 1002,
// 4.2.2).
func (c *capture) register(h *Host) {
	id := c.ephemeral()
	b := append(nbHeader(id, 0x2910, 1, 0, 1), nbName(h.Name, 0)...)
	b = append(b, 0, 0x20, 0, 1, 0xc0, 0x0c, 0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, 0, 0)
	b = append(b, h.IP.AsSlice()...)
	c.datagram(c.tick(), end{h.MAC, h.IP, 137}, c.subnetBroadcast(137), b)
}

// subnetBroadcast is the directed broadcast address of the segment.
func (c *capture) subnetBroadcast(port uint16) end {
	a := c.plan.zone(c.zone).Prefix.Addr().As4()
	a[3] = 255
	return end{broadcast(), netip.AddrFrom4(a), port}
}

// nbAnswer adds a positive name query response of h that gives addrs (RFC 1002,
// 4.2.13): what a multihomed host answers.
func (c *capture) nbAnswer(asker, h *Host, addrs []netip.Addr) {
	id := c.ephemeral()
	q := append(nbHeader(id, 0x0110, 1, 0, 0), append(nbName(h.Name, 0), 0, 0x20, 0, 1)...)
	at := c.tick()
	c.datagram(at, end{asker.MAC, asker.IP, 137}, c.subnetBroadcast(137), q)
	b := append(nbHeader(id, 0x8580, 0, 1, 0), nbName(h.Name, 0)...)
	b = append(b, 0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, byte(6*len(addrs)))
	for _, a := range addrs {
		b = append(append(b, 0, 0), a.AsSlice()...)
	}
	c.datagram(at.Add(900_000), end{h.MAC, h.IP, 137}, end{asker.MAC, asker.IP, 137}, b)
}

// nodeStatus adds a node status request of asker to h, and h's answer with its
// names and MAC address (RFC 1002, 4.2.18).
func (c *capture) nodeStatus(asker, h *Host, workgroup string) {
	id := c.ephemeral()
	star := []byte{32, 'C', 'K'}
	for range 30 {
		star = append(star, 'A')
	}
	star = append(star, 0)
	q := append(nbHeader(id, 0, 1, 0, 0), append(star, 0, 0x21, 0, 1)...)
	row := func(name string, suffix, flags byte) []byte {
		return append([]byte(fmt.Sprintf("%-15.15s", strings.ToUpper(name))), suffix, flags, 0)
	}
	names := append(row(h.Name, 0, 4), append(row(workgroup, 0, 0x84), row(h.Name, 0x20, 4)...)...)
	b := append(nbHeader(id, 0x8400, 0, 1, 0), star...)
	b = append(b, 0, 0x21, 0, 1, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(1+len(names)+46))
	b = append(append(append(b, 3), names...), h.MAC[:]...)
	b = append(b, make([]byte, 40)...)
	c.exchange(c.host(asker, 137), end{h.MAC, h.IP, 137}, q, b)
}
