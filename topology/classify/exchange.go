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

// control finds remote control across the boundary: software that its own
// messages show, and sessions that somebody outside opened to a screen or a
// command line inside.
func (c *classifier) control() {
	for _, f := range c.seen.flows {
		in, out, dir, ok := c.ends(f.f.Client, f.f.Server)
		if f.f.App == "" || !ok {
			continue
		}
		x := claim{addrs: []netip.Addr{out.IP}, direction: dir}
		switch sig := c.sig.Probed(f.f.App, ""); {
		case sig != nil && sig.Category == topology.RemoteSupport:
			x.by, x.sig, x.direction = sig.ID, sig, topology.Outbound // the software inside calls, also where machines then talk directly
			x.rules = []rule{either(f.f.Answered, toolBoth, toolOneWay)}
		case dir == topology.Inbound && controls(f.f.App):
			x.by, x.transport = "from outside", []string{f.f.App}
			x.rules = []rule{either(f.f.Answered, controlBoth, controlOneWay)}
		default:
			continue
		}
		d, ok := c.owner(in)
		if !ok {
			continue
		}
		x.category, x.device = topology.RemoteSupport, d
		c.ledger.add(x, f.o)
	}
}

// controls reports whether a protocol gives its user a machine's screen or
// command line.
func controls(app string) bool {
	switch app {
	case "rdp", "vnc", "radmin", "ssh", "telnet":
		return true
	}
	return false
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
