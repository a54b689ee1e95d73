package classify

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// shown is what a server outside showed of itself in its certificate.
type shown struct {
	sig   *signature.Signature
	names []string
	port  uint16
	obs   []*fact.Observation
}

// certificates reads the certificates of servers outside. One tells its service
// where half of its names or more are of that service: those of content networks
// name hundreds of others.
func (c *classifier) certificates() {
	said := make(map[netip.Addr][]seen[fact.SelfDescription])
	for _, s := range c.seen.described {
		if a := s.f.Host.IP.Unmap(); strings.HasPrefix(s.f.Field, "certificate-") && c.place(a).away() {
			said[a] = append(said[a], s)
		}
	}
	for a, list := range said {
		c.shown[a] = c.certificate(list)
	}
	c.inspected(said)
}

// inspected forgets what certificates of SSL-VPN gateways tell where a firewall
// here may have shown its own in front of servers outside: on the port of the
// web, and where several servers show the same one.
func (c *classifier) inspected(said map[netip.Addr][]seen[fact.SelfDescription]) {
	subjects := make(map[string]int)
	for _, list := range said {
		for _, s := range list {
			if s.f.Field == "certificate-subject" {
				subjects[s.f.Value]++
			}
		}
	}
	for a, x := range c.shown {
		if x.sig == nil || hasManyEnds(x.sig) {
			continue
		}
		if x.port == portHTTPS || slices.ContainsFunc(said[a], func(s seen[fact.SelfDescription]) bool { return subjects[s.f.Value] > 1 }) {
			x.sig = nil
			c.shown[a] = x
		}
	}
}

// portHTTPS is where web servers listen (RFC 9110, 4.2.2).
const portHTTPS = 443

func (c *classifier) certificate(said []seen[fact.SelfDescription]) (out shown) {
	hits := make(map[*signature.Signature]int)
	for _, s := range said {
		sig := c.sig.Said(s.f.Protocol, s.f.Field, s.f.Value)
		if s.f.Field == "certificate-name" && registered(normalName(s.f.Value)) != "" {
			out.names = append(out.names, normalName(s.f.Value))
			if sig == nil {
				sig = c.domain(s.f.Value)
			}
		}
		if sig != nil {
			hits[sig]++
			out.sig, out.port, out.obs = sig, s.f.Host.Port, append(out.obs, s.o)
		}
	}
	slices.Sort(out.names)
	out.names = slices.Compact(out.names)
	out.obs = out.obs[:min(len(out.obs), maxPerUse)]
	if len(hits) != 1 || 2*hits[out.sig] < len(out.names) {
		out.sig = nil
	}
	return out
}

// domain returns the signature of a name in a certificate, where "*" stands for
// any one label (RFC 9525, 6.3).
func (c *classifier) domain(name string) *signature.Signature {
	if sig := c.sig.Domain(strings.TrimPrefix(normalName(name), "*.")); sig != nil {
		return sig
	}
	return c.sig.Domain(strings.Replace(normalName(name), "*", "any", 1))
}

// certified notes that a device talked to a server that showed a certificate of
// a service.
func (c *classifier) certified(s shown, d topology.DeviceID, server fact.Endpoint, f seen[fact.Flow]) {
	x := claim{
		key:   key{category: s.sig.Category, device: d, by: s.sig.ID},
		rules: []rule{either(f.f.Answered, serverFlow, serverFlowOneWay), certificateShown},
		sig:   s.sig, names: s.names, addrs: []netip.Addr{server.IP}, transport: s.sig.Transport, direction: topology.Outbound,
	}
	if x.category == topology.OnlineQualification {
		c.qualification(x, server, f.o)
		return
	}
	switch {
	case isLine(x.category):
		x.by = "" // one line of a device is one way out, whatever shows it
	case !hasManyEnds(s.sig):
		x.by = server.IP.Unmap().String()
	}
	c.ledger.add(x, append([]*fact.Observation{f.o}, s.obs...)...)
}

// isLine reports whether a category is a line, of which a device has one.
func isLine(category topology.Category) bool {
	switch category {
	case topology.Internet, topology.VendorLTE, topology.USBTether:
		return true
	default:
		return false
	}
}

// said finds what devices inside say of themselves: software for remote support
// or tunnels, and makers of cellular routers.
func (c *classifier) said() {
	one := func(host fact.Endpoint, protocol, field, value string, o *fact.Observation) {
		sig := c.sig.Said(protocol, field, value)
		if sig == nil || sig.Category == topology.OnlineQualification {
			return
		}
		d, ok := c.owner(host)
		if !ok && !host.IP.IsValid() {
			d, ok = c.net.DeviceByMAC(host.MAC)
		}
		if !ok {
			return
		}
		x := claim{
			key:   key{category: sig.Category, device: d, by: sig.ID},
			rules: []rule{saidItself}, sig: sig, transport: sig.Transport, direction: topology.Outbound,
		}
		switch {
		case isLine(sig.Category):
			x.by = ""
		case sig.Category == topology.VendorVPN && host.Port != 0:
			x.direction = topology.Inbound // it listens
		case !hasManyEnds(sig):
			if keys := c.ledger.uses(d, sig); len(keys) > 0 { // it is known where that leads
				for _, x.key = range keys {
					c.ledger.add(x, o)
				}
				return
			}
		}
		c.ledger.add(x, o)
	}
	for _, s := range c.seen.described {
		one(s.f.Host, s.f.Protocol, s.f.Field, s.f.Value, s.o)
	}
	for _, s := range c.seen.clients {
		host := fact.Endpoint{MAC: s.f.MAC}
		one(host, "dhcp", "host-name", s.f.HostName, s.o)
		one(host, "dhcp", "vendor-class", s.f.VendorClass, s.o)
	}
	for _, s := range c.seen.services {
		host := fact.Endpoint{IP: s.f.IP, MAC: s.f.MAC}
		one(host, s.f.Protocol, "service", s.f.Service, s.o)
		one(host, s.f.Protocol, "detail", s.f.Detail, s.o)
	}
	for _, s := range c.seen.asked {
		if s.f.ALPN != "" && c.place(s.f.Server.IP).away() {
			one(s.f.Client, "tls", "alpn", s.f.ALPN, s.o)
		}
	}
}
