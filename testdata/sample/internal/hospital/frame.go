package hospital

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"kanmon/discover/fact"
)

// frame is one frame of a capture.
type frame struct {
	at    time.Time
	iface int
	data  []byte
}

// capture is a capture that is being made at one place.
type capture struct {
	plan   *Plan
	zone   string // whose segment is captured
	vid    uint16 // of the tag that the mirror port leaves on; 0 if none
	ttl    uint8
	iface  int
	clock  time.Time
	step   time.Duration
	port   uint16 // next ephemeral port
	ipid   uint16
	frames []frame
}

// end is one end of a conversation, as the captured segment shows it.
type end struct {
	mac  fact.MAC
	ip   netip.Addr
	port uint16
}

func broadcast() fact.MAC { return fact.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff} }

// newCapture returns a capture of zone that begins at start and lets step pass
// between conversations.
func newCapture(p *Plan, zone string, start time.Time, step time.Duration) *capture {
	return &capture{plan: p, zone: zone, ttl: 64, clock: start, step: step, port: 49152}
}

// tick lets one step pass and returns the new time.
func (c *capture) tick() time.Time {
	c.clock = c.clock.Add(c.step)
	return c.clock
}

// host is the end of h at port; where h is on another segment, its frames carry
// the address of core-sw.
func (c *capture) host(h *Host, port uint16) end {
	if h.Zone == c.zone {
		return end{h.MAC, h.IP, port}
	}
	return end{c.plan.Host("core-sw").MAC, h.IP, port}
}

// out is the end of an outside address: behind fw-1 for the server segment, and
// behind core-sw for the others.
func (c *capture) out(addr string, port uint16) end {
	gw := "core-sw"
	if c.zone == "server" {
		gw = "fw-1"
	}
	return end{c.plan.Host(gw).MAC, ip(addr), port}
}

// ephemeral returns the next client port.
func (c *capture) ephemeral() uint16 {
	c.port++
	if c.port < 49152 {
		c.port = 49152
	}
	return c.port
}

// raw adds a frame of data, padded to the least length of Ethernet.
func (c *capture) raw(at time.Time, data []byte) {
	for len(data) < 60 {
		data = append(data, 0)
	}
	c.frames = append(c.frames, frame{at, c.iface, data})
}

// ether adds an Ethernet II frame of ls.
func (c *capture) ether(at time.Time, from, to fact.MAC, typ layers.EthernetType, ls ...gopacket.SerializableLayer) {
	eth := &layers.Ethernet{SrcMAC: from[:], DstMAC: to[:], EthernetType: typ}
	head := []gopacket.SerializableLayer{eth}
	if c.vid != 0 {
		eth.EthernetType = layers.EthernetTypeDot1Q
		head = append(head, &layers.Dot1Q{VLANIdentifier: c.vid, Type: typ})
	}
	c.raw(at, serialize(append(head, ls...)...))
}

// dot3 adds an IEEE 802.3 frame with a length instead of a type.
func (c *capture) dot3(at time.Time, from, to fact.MAC, llc []byte) {
	b := append(append([]byte{}, to[:]...), from[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(llc)))
	c.raw(at, append(b, llc...))
}

func serialize(ls ...gopacket.SerializableLayer) []byte {
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, ls...); err != nil {
		panic(err) // the plan asks for a frame that cannot be
	}
	return append([]byte{}, buf.Bytes()...)
}

// hops is the hop limit left in what a sends when it is seen here: one less
// where core-sw has routed it, and less again where it comes from outside.
func (c *capture) hops(a end) uint8 {
	switch {
	case c.ttl != 64 || a.ip.IsUnspecified() || ngnPrefix().Contains(a.ip) || c.plan.zone(c.zone).Prefix.Contains(a.ip):
		return c.ttl
	case a.ip.IsPrivate():
		return c.ttl - 1
	default:
		return c.ttl - 11
	}
}

// network makes the IP header between a and b for protocol proto.
func (c *capture) network(a, b end, proto layers.IPProtocol) (layers.EthernetType, gopacket.SerializableLayer) {
	if a.ip.Is6() {
		hop := c.hops(a)
		if b.ip.IsLinkLocalUnicast() || b.ip.IsLinkLocalMulticast() || a.ip.IsLinkLocalUnicast() {
			hop = 255
		}
		return layers.EthernetTypeIPv6, &layers.IPv6{
			Version: 6, HopLimit: hop, NextHeader: proto, SrcIP: a.ip.AsSlice(), DstIP: b.ip.AsSlice(),
		}
	}
	c.ipid++
	return layers.EthernetTypeIPv4, &layers.IPv4{
		Version: 4, TTL: c.hops(a), Id: c.ipid, Protocol: proto, SrcIP: a.ip.AsSlice(), DstIP: b.ip.AsSlice(),
	}
}

// checksummed is a transport layer whose checksum covers the IP header.
type checksummed interface {
	SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
}

// packet adds an IP packet from a to b.
func (c *capture) packet(at time.Time, a, b end, proto layers.IPProtocol, ls ...gopacket.SerializableLayer) {
	typ, net := c.network(a, b, proto)
	if t, ok := ls[0].(checksummed); ok {
		if n, ok := net.(gopacket.NetworkLayer); ok {
			if err := t.SetNetworkLayerForChecksum(n); err != nil {
				panic(err)
			}
		}
	}
	c.ether(at, a.mac, b.mac, typ, append([]gopacket.SerializableLayer{net}, ls...)...)
}

// datagram adds a UDP datagram from a to b.
func (c *capture) datagram(at time.Time, a, b end, payload []byte) {
	c.packet(at, a, b, layers.IPProtocolUDP,
		&layers.UDP{SrcPort: layers.UDPPort(a.port), DstPort: layers.UDPPort(b.port)}, gopacket.Payload(payload))
}

// msg is what one side says in a TCP connection.
type msg struct {
	server bool // said by the server
	data   []byte
}

func ask(b []byte) msg    { return msg{false, b} }
func answer(b []byte) msg { return msg{true, b} }

// connect adds a whole TCP connection from a to b in which msgs are said.
func (c *capture) connect(a, b end, msgs ...msg) {
	at := c.tick()
	if a.port == 0 {
		a.port = c.ephemeral()
	}
	seq := [2]uint32{0x1000_0000 + uint32(a.port), 0x2000_0000 + uint32(a.port)}
	send := func(from int, flags string, data []byte) {
		x, y := a, b
		if from == 1 {
			x, y = b, a
		}
		t := &layers.TCP{
			SrcPort: layers.TCPPort(x.port), DstPort: layers.TCPPort(y.port),
			Seq: seq[from], Ack: seq[1-from], Window: 64240,
		}
		seq[from] += uint32(len(data))
		for _, f := range flags {
			switch f {
			case 'S':
				t.SYN = true
				seq[from]++
				t.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}}}
			case 'A':
				t.ACK = true
			case 'P':
				t.PSH = true
			case 'F':
				t.FIN = true
				seq[from]++
			}
		}
		if !t.ACK {
			t.Ack = 0
		}
		c.packet(at, x, y, layers.IPProtocolTCP, t, gopacket.Payload(data))
		at = at.Add(1700 * time.Microsecond)
	}
	send(0, "S", nil)
	send(1, "SA", nil)
	send(0, "A", nil)
	for _, m := range msgs {
		from := 0
		if m.server {
			from = 1
		}
		send(from, "PA", m.data)
		send(1-from, "A", nil)
	}
	send(0, "FA", nil)
	send(1, "FA", nil)
	send(0, "A", nil)
}

// exchange adds UDP datagrams that a and b send in turn, a first; a nil one is
// left out.
func (c *capture) exchange(a, b end, payloads ...[]byte) {
	at := c.tick()
	if a.port == 0 {
		a.port = c.ephemeral()
	}
	for i, p := range payloads {
		if p != nil && i%2 == 0 {
			c.datagram(at, a, b, p)
		} else if p != nil {
			c.datagram(at, b, a, p)
		}
		at = at.Add(2300 * time.Microsecond)
	}
}

// pattern returns n octets that stand for payload.
func pattern(n int, seed byte) []byte {
	b := make([]byte, n)
	x := uint32(seed)*2654435761 + 12345
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}
