package classify

import (
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// exchanges finds DICOM and HL7 with parties outside: image reading services,
// regional networks.
func (c *classifier) exchanges() {
	for _, f := range c.seen.flows {
		if f.f.App != "dicom" && f.f.App != "hl7" {
			continue
		}
		in, out, dir, ok := c.ends(f.f.Client, f.f.Server)
		if !ok {
			continue
		}
		d, ok := c.owner(in)
		if !ok {
			continue
		}
		x := claim{
			key:   key{category: topology.PartnerExchange, device: d, by: out.IP.Unmap().String()},
			rules: []rule{either(f.f.Answered, exchangeBoth, exchangeOneWay)}, sig: c.sig.Remote(out.IP),
			addrs: []netip.Addr{out.IP}, transport: []string{f.f.App}, direction: dir,
		}
		c.ledger.add(x, f.o)
	}
}

// listeners finds, by what a scan's probes found, devices that wait for tunnels
// from outside, and remote-control software. The number of a port is never
// enough.
func (c *classifier) listeners() {
	for _, p := range c.seen.ports {
		sig := c.sig.Probed(p.f.Service, p.f.Product)
		if sig == nil || p.f.State != "open" {
			continue
		}
		d, ok := c.owner(fact.Endpoint{IP: p.f.IP})
		if !ok {
			continue
		}
		x := claim{key: key{category: sig.Category, device: d, by: sig.ID}, sig: sig, transport: sig.Transport}
		if sig.Category == topology.RemoteSupport {
			x.rules, x.direction = []rule{toolProbed}, topology.Outbound
		} else {
			x.rules, x.direction = []rule{listenerProbed}, topology.Inbound
		}
		c.ledger.add(x, p.o)
	}
}
