package pcap

import (
	"kanmon/discover/fact"
	"kanmon/discover/internal/wire/oxid"
	"kanmon/discover/internal/wire/said"
	"kanmon/discover/pcap/internal/frame"
)

const (
	maxHeard     = 8   // segments of each side that are looked at for what it says of itself
	maxDatagrams = 32  // datagrams of each side that are; each is a message of its own
	maxTold      = 128 // different things that one host says of itself
)

// described notes what the sender of a message says of itself and of the other
// end. Of an end of a datagram that was never heard nothing is noted: it may not
// be there. Nor is what comes through a proxy, which another host says.
func (a *analyzer) described(c *conn, side int, list []said.Message) {
	for i := range list {
		m := &list[i]
		switch m.Sender {
		case said.Client:
			c.opened(true, side)
		case said.Server:
			c.opened(false, side)
		case said.Unknown:
		}
		for _, w := range m.Words {
			end, server := side, m.Sender == said.Server || m.Sender == said.Unknown && c.clientSide() != side
			if w.OfPeer {
				end, server = 1-side, !server
				if c.key.proto == frame.ProtoUDP && !c.seen[end] {
					continue
				}
			}
			if w.Field == "proxy" {
				c.proxied = true
			} else if c.proxied && server {
				continue
			}
			host := c.endpoint(end, 0)
			if server {
				host = c.serverEnd(end)
			}
			a.says(host, m.Protocol, w.Field, w.Value)
		}
	}
}

// says notes one thing that a host tells of itself, up to a limit for each host,
// so that none can fill the table alone. Nothing is noted where nothing is told.
func (a *analyzer) says(host fact.Endpoint, protocol, field, value string) {
	f := fact.SelfDescription{Host: host, Protocol: protocol, Field: field, Value: fact.Clean(value)}
	if f.Value == "" {
		return
	}
	id := idOf(a, f)
	if a.selves.get(id) == nil {
		who := idOf(a, fact.Endpoint{IP: host.IP, MAC: host.MAC})
		if a.told == nil || len(a.told) >= limitHosts {
			a.told = make(map[uint64]uint8)
		}
		if a.told[who] >= maxTold {
			a.selves.room.lost++
			return
		}
		a.told[who]++
	}
	noteAs(a.selves, protocol, id, f, a.at)
}

// describeGroup learns from a datagram to a group, which is part of no
// conversation.
func (a *analyzer) describeGroup(h *hop, p *packet) {
	if h.inner || p.src.IsUnspecified() || len(p.payload) == 0 {
		return
	}
	for _, m := range groupSays(p.payload, p.dport) {
		host := fact.Endpoint{IP: p.src, MAC: h.Src}
		if m.Sender == said.Server {
			host.Port = p.sport
		}
		for _, w := range m.Words {
			if !w.OfPeer {
				a.says(host, m.Protocol, w.Field, w.Value)
			}
		}
	}
}

// alive notes the addresses that a machine gives as its own in an answer to
// ServerAlive2.
func (a *analyzer) alive(h *hop, p *packet, x *oxid.Alive) {
	mac := sender(h, p)
	a.addressSet(mac, p, "oxid", x.Name, addressList(x.Addresses))
	if x.Name != "" {
		note(a.claims, "oxid", fact.NameClaim{Name: x.Name, Protocol: "oxid", IP: p.src, MAC: mac}, a.at)
	}
}
