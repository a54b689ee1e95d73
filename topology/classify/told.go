package classify

import (
	"net/netip"

	"kanmon/topology"
)

// lookup is a name that was asked of a server.
type lookup struct {
	name   string
	server netip.Addr
}

// talker is a device and an address that it was told, or talks with.
type talker struct {
	device topology.DeviceID
	addr   netip.Addr
}

// toldAddresses returns the addresses that devices were told for names: they
// asked, and the server that they asked answered with these addresses. The server
// must be seen to talk with the device as well: a question and an answer that
// somebody alone makes up are no conversation.
func (c *classifier) toldAddresses() map[talker]bool {
	served := make(map[talker]bool)
	for _, f := range c.seen.flows {
		if d, ok := c.owner(f.f.Client); ok && f.f.Answered && f.f.Server.Port == portDNS {
			served[talker{d, f.f.Server.IP.Unmap()}] = true
		}
	}
	answers := make(map[lookup][]netip.Addr)
	for _, a := range c.seen.answers {
		l := lookup{a.f.Name, a.f.Server.Unmap()}
		answers[l] = append(answers[l], a.f.Addresses...)
	}
	out := make(map[talker]bool)
	for _, q := range c.seen.queries {
		server := q.f.Server.IP.Unmap()
		d, ok := c.owner(q.f.Client)
		if !ok || !served[talker{d, server}] {
			continue
		}
		for _, a := range answers[lookup{q.f.Name, server}] {
			out[talker{d, a.Unmap()}] = true
		}
	}
	return out
}

// wasTold reports whether a device was seen to be told an address for a name.
func (c *classifier) wasTold(d topology.DeviceID, a netip.Addr) bool {
	if c.told == nil {
		c.told = c.toldAddresses()
	}
	return c.told[talker{d, a.Unmap()}]
}
