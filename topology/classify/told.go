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

// hearer is a device that was told an address.
type hearer struct {
	device topology.DeviceID
	addr   netip.Addr
}

// toldAddresses returns the addresses that devices were told for names: they
// asked, and the server that they asked answered with these addresses. The server
// must be seen to talk with the device as well: a question and an answer that
// somebody alone makes up are no conversation.
func (c *classifier) toldAddresses() map[hearer]bool {
	served := make(map[hearer]bool)
	for _, f := range c.seen.flows {
		if d, ok := c.owner(f.f.Client); ok && f.f.Answered && f.f.Server.Port == portDNS {
			served[hearer{d, f.f.Server.IP.Unmap()}] = true
		}
	}
	answers := make(map[lookup][]netip.Addr)
	for _, a := range c.seen.answers {
		l := lookup{a.f.Name, a.f.Server.Unmap()}
		answers[l] = append(answers[l], a.f.Addresses...)
	}
	out := make(map[hearer]bool)
	for _, q := range c.seen.queries {
		server := q.f.Server.IP.Unmap()
		d, ok := c.owner(q.f.Client)
		if !ok || !served[hearer{d, server}] {
			continue
		}
		for _, a := range answers[lookup{q.f.Name, server}] {
			out[hearer{d, a.Unmap()}] = true
		}
	}
	return out
}

// wasTold reports whether a device was seen to be told an address for a name.
func (c *classifier) wasTold(d topology.DeviceID, a netip.Addr) bool {
	if c.told == nil {
		c.told = c.toldAddresses()
	}
	return c.told[hearer{d, a.Unmap()}]
}
