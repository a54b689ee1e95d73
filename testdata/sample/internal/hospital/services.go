package hospital

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"kanmon/discover/fact"
)

func jst() *time.Location { return time.FixedZone("JST", 9*3600) }

// dhcp adds the lease that h takes: with all four messages, or, where it comes
// back, with the last two.
func (c *capture) dhcp(h *Host, vendorClass string, whole bool) {
	at := c.tick()
	xid := binary.BigEndian.Uint32(h.MAC[2:])
	core := c.plan.Host("core-sw")
	z := c.plan.zone(c.zone)
	router := z.Prefix.Addr().Next()
	all := end{broadcast(), ip("255.255.255.255"), 68}
	opt := layers.NewDHCPOption
	client := func(typ layers.DHCPMsgType) {
		d := &layers.DHCPv4{
			Operation: layers.DHCPOpRequest, HardwareType: layers.LinkTypeEthernet, Xid: xid, ClientHWAddr: hw(h.MAC),
			Options: layers.DHCPOptions{
				opt(layers.DHCPOptMessageType, []byte{byte(typ)}),
				opt(layers.DHCPOptClientID, append([]byte{1}, h.MAC[:]...)),
				opt(layers.DHCPOptHostname, []byte(h.Name)),
				opt(layers.DHCPOptClassID, []byte(vendorClass)),
			},
		}
		if typ == layers.DHCPMsgTypeRequest {
			d.Options = append(d.Options, opt(layers.DHCPOptRequestIP, h.IP.AsSlice()))
		}
		d.Options = append(d.Options, opt(layers.DHCPOptParamsRequest, []byte{1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252}))
		from, to := end{h.MAC, ip("0.0.0.0"), 68}, end{all.mac, all.ip, 67}
		c.packet(at, from, to, layers.IPProtocolUDP, c.udp(from, to), d)
		at = at.Add(4 * time.Millisecond)
	}
	server := func(typ layers.DHCPMsgType) {
		mask := net.CIDRMask(z.Prefix.Bits(), 32)
		d := &layers.DHCPv4{
			Operation: layers.DHCPOpReply, HardwareType: layers.LinkTypeEthernet, Xid: xid, ClientHWAddr: hw(h.MAC),
			YourClientIP: h.IP.AsSlice(), RelayAgentIP: router.AsSlice(),
			Options: layers.DHCPOptions{
				opt(layers.DHCPOptMessageType, []byte{byte(typ)}),
				opt(layers.DHCPOptSubnetMask, mask),
				opt(layers.DHCPOptRouter, router.AsSlice()),
				opt(layers.DHCPOptDNS, c.plan.Host("ad-1").IP.AsSlice()),
				opt(layers.DHCPOptDomainName, []byte("hospital.example.jp")),
				opt(layers.DHCPOptLeaseTime, []byte{0, 0, 0x70, 0x80}),
				opt(layers.DHCPOptServerID, c.plan.Host("ad-1").IP.AsSlice()),
			},
		}
		from := end{core.MAC, router, 67}
		c.packet(at, from, all, layers.IPProtocolUDP, c.udp(from, all), d)
		at = at.Add(4 * time.Millisecond)
	}
	if whole {
		client(layers.DHCPMsgTypeDiscover)
		server(layers.DHCPMsgTypeOffer)
	}
	client(layers.DHCPMsgTypeRequest)
	server(layers.DHCPMsgTypeAck)
}

func (c *capture) udp(a, b end) *layers.UDP {
	return &layers.UDP{SrcPort: layers.UDPPort(a.port), DstPort: layers.UDPPort(b.port)}
}

// dhcp6 adds the information request of a host on mac, and the answer of the
// router r with name servers and a search domain (RFC 8415, 18.2.6).
func (c *capture) dhcp6(mac fact.MAC, r *Host, dns []string, domain string) {
	at := c.tick()
	duid := func(m fact.MAC) []byte { return octets{}.u16(3).u16(1).add(m[:]) }
	opt := func(code uint16, b []byte) []byte { return octets{}.u16(code).len16(b) }
	var servers octets
	for _, s := range dns {
		servers = servers.add(ip(s).AsSlice())
	}
	from := end{mac, linkLocal(mac), 546}
	to := end{fact.MAC{0x33, 0x33, 0, 1, 0, 2}, ip("ff02::1:2"), 547}
	c.datagram(at, from, to, octets{11}.u24(0x0a0b0c).add(
		opt(1, duid(mac)), opt(8, []byte{0, 0}), opt(6, octets{}.u16(23).u16(24))))
	c.datagram(at.Add(2*time.Millisecond), end{r.MAC, r.IPs[0], 547}, from, octets{7}.u24(0x0a0b0c).add(
		opt(1, duid(mac)), opt(2, duid(r.MAC)), opt(23, servers), opt(24, dnsName(domain))))
}

// ntp adds a question for the time and its answer (RFC 5905).
func (c *capture) ntp(a, b end) {
	b.port, a.port = 123, 123
	era := uint64(c.clock.Unix()+2208988800) << 32
	client := &layers.NTP{Version: 4, Mode: 3, TransmitTimestamp: layers.NTPTimestamp(era)}
	server := &layers.NTP{
		Version: 4, Mode: 4, Stratum: 2, Poll: 6, Precision: -20, ReferenceID: 0x0a3c007b,
		ReferenceTimestamp: layers.NTPTimestamp(era - 64<<32), OriginTimestamp: layers.NTPTimestamp(era),
		ReceiveTimestamp: layers.NTPTimestamp(era), TransmitTimestamp: layers.NTPTimestamp(era),
	}
	c.exchange(a, b, serialize(client), serialize(server))
}

// http adds a request for host at b.
func (c *capture) http(a, b end, host string) {
	c.connect(a, b,
		ask([]byte(fmt.Sprintf("GET / HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\n\r\n", host))),
		answer([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")))
}

// smb adds the negotiation of SMB 2 between a and b (MS-SMB2, 2.2.3).
func (c *capture) smb(a, b end) {
	b.port = 445
	header := func(flags uint32) octets {
		o := octets{0xfe, 'S', 'M', 'B', 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}
		o = binary.LittleEndian.AppendUint32(o, flags)
		return append(o, make([]byte, 64-len(o))...)
	}
	framed := func(o octets) []byte { return octets{0}.u24(len(o)).add(o) }
	req := header(0).u8(36, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0).add(pattern(16, 7), make([]byte, 8)).u8(2, 2, 0x10, 2)
	res := header(1).u8(65, 0, 1, 0, 0x10, 2, 0, 0).add(pattern(16, 8), make([]byte, 4))
	res = res.u8(0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0).add(make([]byte, 16)).u8(128, 0, 0, 0, 0, 0, 0, 0)
	c.connect(a, b, ask(framed(req)), answer(framed(res)))
}

// pppoe adds the discovery of an access concentrator by client (RFC 2516), and
// a session in which the client's inner address talks to peers outside.
func (c *capture) pppoe(client, ac fact.MAC, acName string, inner netip.Addr, peers []netip.Addr) {
	const session = 0x1234
	tag := func(typ uint16, v []byte) []byte { return octets{}.u16(typ).len16(v) }
	disc := func(from, to fact.MAC, code layers.PPPoECode, id uint16, tags ...[]byte) {
		at := c.tick()
		c.ether(at, from, to, layers.EthernetTypePPPoEDiscovery,
			&layers.PPPoE{Version: 1, Type: 1, Code: code, SessionId: id}, gopacket.Payload(octets{}.add(tags...)))
	}
	uniq, service := tag(0x0103, []byte{0, 0, 0, 1}), tag(0x0101, nil)
	name, cookie := tag(0x0102, []byte(acName)), tag(0x0104, pattern(16, 9))
	disc(client, broadcast(), layers.PPPoECodePADI, 0, service, uniq)
	disc(ac, client, layers.PPPoECodePADO, 0, service, name, uniq, cookie)
	disc(client, ac, layers.PPPoECodePADR, 0, service, uniq, cookie)
	disc(ac, client, layers.PPPoECodePADS, session, service, uniq)
	in := func(from, to fact.MAC, typ layers.PPPType, ls ...gopacket.SerializableLayer) {
		head := []gopacket.SerializableLayer{
			&layers.PPPoE{Version: 1, Type: 1, Code: layers.PPPoECodeSession, SessionId: session},
			&layers.PPP{PPPType: typ},
		}
		c.ether(c.tick(), from, to, layers.EthernetTypePPPoESession, append(head, ls...)...)
	}
	echo := func(code byte) gopacket.Payload { return gopacket.Payload(octets{code, 1}.u16(8).u32(0x4b4d0001)) }
	in(client, ac, 0xc021, echo(9))
	in(ac, client, 0xc021, echo(10))
	for _, p := range peers {
		port := layers.TCPPort(c.ephemeral())
		packet := func(from, to netip.Addr, t *layers.TCP) []gopacket.SerializableLayer {
			c.ipid++
			n := &layers.IPv4{Version: 4, TTL: 63, Id: c.ipid, Protocol: layers.IPProtocolTCP, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
			if err := t.SetNetworkLayerForChecksum(n); err != nil {
				panic(err)
			}
			return []gopacket.SerializableLayer{n, t}
		}
		in(client, ac, layers.PPPTypeIPv4, packet(inner, p, &layers.TCP{SrcPort: port, DstPort: 443, Seq: 1, SYN: true, Window: 64240})...)
		in(ac, client, layers.PPPTypeIPv4, packet(p, inner, &layers.TCP{SrcPort: 443, DstPort: port, Seq: 9, Ack: 2, SYN: true, ACK: true, Window: 64240})...)
		in(client, ac, layers.PPPTypeIPv4, packet(inner, p, &layers.TCP{SrcPort: port, DstPort: 443, Seq: 2, Ack: 10, ACK: true, Window: 64240})...)
	}
}
