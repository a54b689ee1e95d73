package classify

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// lineTunnels finds lines to the internet that are tunnels: PPPoE, and IPv4 or
// IPv6 inside the other.
func (c *classifier) lineTunnels() {
	announced := c.announcedSoftwires()
	for _, t := range c.seen.tunnels {
		switch t.f.Type {
		case "pppoe":
			c.pppoe(t)
		case "4in6", "6in4", "teredo":
			c.softwire(t, announced)
		}
	}
}

// pppoe finds who has a PPPoE session: the end that asked, on its own segment,
// so that its MAC is its own even where it is a gateway.
func (c *classifier) pppoe(t seen[fact.Tunnel]) {
	d, ok := c.net.DeviceByMAC(t.f.A.MAC)
	if other, known := c.net.DeviceByMAC(t.f.B.MAC); known && (!ok || !c.isHere(d) && c.isHere(other)) {
		d, ok = other, true
	}
	if ok {
		c.ledger.add(claim{
			key:       key{category: topology.Internet, device: d},
			rules:     []rule{either(t.f.Answered, sessionAnswered, sessionAsked)},
			transport: []string{"pppoe"}, direction: topology.Outbound, line: t.f.Answered,
		}, t.o)
	}
}

// isHere reports whether a device has an address of the hospital's.
func (c *classifier) isHere(d topology.DeviceID) bool {
	return slices.ContainsFunc(c.devices[d], func(a netip.Addr) bool { return !a.IsLinkLocalUnicast() && c.place(a) == inside })
}

// announcedSoftwires returns what DHCPv6 servers said of IPv4 over IPv6, by
// transport.
func (c *classifier) announcedSoftwires() map[string]*fact.Observation {
	out := make(map[string]*fact.Observation)
	for _, s := range c.seen.servers {
		if s.f.AFTRName != "" && out["ds-lite"] == nil {
			out["ds-lite"] = s.o
		}
		for _, w := range s.f.S46 {
			if out[w] == nil {
				out[w] = s.o
			}
		}
	}
	return out
}

func (c *classifier) softwire(t seen[fact.Tunnel], announced map[string]*fact.Observation) {
	in, out, dir, ok := c.ends(t.f.A, t.f.B)
	sig := c.sig.Remote(out.IP)
	if !ok { // a router's own address on a line is public; a known far end says which end is which
		switch a, b := c.sig.Remote(t.f.A.IP), c.sig.Remote(t.f.B.IP); {
		case b != nil && a == nil:
			in, out, dir, sig = t.f.A, t.f.B, topology.Outbound, b
		case a != nil && b == nil:
			in, out, dir, sig = t.f.B, t.f.A, topology.Inbound, a
		default:
			return
		}
	}
	d, ok := c.lineOwner(in)
	if !ok {
		return
	}
	x := claim{
		key:   key{category: topology.Internet, device: d},
		rules: []rule{either(t.f.Answered, softwireBoth, softwireOneWay)},
		addrs: []netip.Addr{out.IP}, transport: []string{t.f.Type}, line: t.f.Answered,
	}
	if t.f.Type == "teredo" {
		x.direction = dir // the others do not show who began
	}
	obs := []*fact.Observation{t.o}
	switch {
	case t.f.Type == "4in6" && sig != nil && sig.Category == topology.Internet:
		x.sig, x.transport, x.rules = sig, sig.Transport, append(x.rules, softwireEndpoint)
	case t.f.Type == "4in6":
		for _, w := range []string{"ds-lite", "map-e"} {
			if o := announced[w]; o != nil {
				x.transport, x.rules, obs = []string{w}, append(x.rules, softwireAnnounced), append(obs, o)
				break
			}
		}
	}
	c.ledger.add(x, obs...)
}

// lineOwner returns the device at the near end of a line. Its outer address is
// its own, so the MAC of the frames is its own as well.
func (c *classifier) lineOwner(e fact.Endpoint) (topology.DeviceID, bool) {
	if d, ok := c.net.DeviceByIP(e.IP); ok {
		return d, true
	}
	return c.net.DeviceByMAC(e.MAC)
}

// tunnels finds tunnels between an inside device and a party outside.
func (c *classifier) tunnels() {
	services := c.tunnelServices()
	for _, t := range c.seen.tunnels {
		transport, tellsOpener := tunnelTransport(t.f)
		out, dir, d, ok := c.tunnelEnds(t.f)
		if !ok {
			continue
		}
		far := out.IP.Unmap()
		x := claim{
			key:   key{category: topology.VendorVPN, device: d, by: far.String()},
			rules: []rule{either(c.answeredBack(t.f, out, dir, tellsOpener), tunnelBoth, tunnelOneWay)},
			addrs: []netip.Addr{far}, transport: []string{transport},
		}
		if tellsOpener {
			x.direction = dir
		}
		if t.f.Established {
			x.rules = append(x.rules, tunnelUp)
		}
		if sig := services[talker{d, far}]; sig != nil {
			x.sig, x.category = sig, sig.Category
			if hasManyEnds(sig) {
				x.by = sig.ID
			}
		}
		if sig := c.sig.Remote(far); sig != nil { // who it is for says more
			x.sig, x.category = sig, sig.Category
		}
		c.ledger.add(x, t.o)
	}
}

// tunnelEnds returns the far end of a tunnel between an inside device and a party
// outside, who opened it as far as its ends tell, and the device.
func (c *classifier) tunnelEnds(t fact.Tunnel) (out fact.Endpoint, dir topology.Direction, d topology.DeviceID, ok bool) {
	if transport, _ := tunnelTransport(t); transport == "" {
		return out, dir, d, false
	}
	in, out, dir, ok := c.ends(t.A, t.B)
	if ok {
		d, ok = c.owner(in)
	}
	return out, dir, d, ok
}

// tunnelServices returns the services whose tunnels devices have with addresses
// outside. All that passes between the two is the service's: Tailscale carries
// packets of WireGuard beside its own.
func (c *classifier) tunnelServices() map[talker]*signature.Signature {
	out := make(map[talker]*signature.Signature)
	for _, t := range c.seen.tunnels {
		far, _, d, ok := c.tunnelEnds(t.f)
		if !ok {
			continue
		}
		k := talker{d, far.IP.Unmap()}
		for _, kind := range append(strings.Split(t.f.Detail, ", "), t.f.Type) {
			if sig := c.sig.Tunnel(kind); sig != nil && (out[k] == nil || sig.ID < out[k].ID) {
				out[k] = sig
			}
		}
	}
	return out
}

// hasManyEnds reports whether one use of a service has tunnels with many
// addresses: relays, and the other members of its network. Those of SSL-VPN
// lead to gateways of many parties instead, each of which is one.
func hasManyEnds(sig *signature.Signature) bool { return !slices.Contains(sig.Transport, "ssl-vpn") }

// answeredBack reports whether a tunnel was answered, and the answer went to who
// asked. A server of tunnels answers whoever writes any address into a question:
// where that is all, the answers must leave through the device that the questions
// come from, which then sends others outside too.
func (c *classifier) answeredBack(t fact.Tunnel, out fact.Endpoint, dir topology.Direction, tellsOpener bool) bool {
	if !t.Answered || t.Established || dir != topology.Inbound || !tellsOpener {
		return t.Answered
	}
	g, carried := c.carrierOf(out)
	return !carried || c.leaving[c.pairs.head(g)]
}

// tunnelTransport returns what a connection over this tunnel is called, empty
// for the types that are lines, and whether its frames show who opened it: two
// ends that both listen on a port of their own may each have done so.
func tunnelTransport(t fact.Tunnel) (transport string, tellsOpener bool) {
	switch t.Type {
	case "pppoe", "4in6", "6in4", "teredo", "":
		return "", false
	case "ike":
		return "ipsec", true
	case "ipsec-nat-t":
		return "ipsec", onePort(t)
	case "esp", "ah":
		return "ipsec", false
	case "anyconnect":
		return "ssl-vpn", true
	case "gre", "4in4", "6in6", "vxlan":
		return t.Type, false
	case "wireguard", "l2tp", "geneve", "tailscale", "zerotier", "softether", "tinc":
		return t.Type, onePort(t)
	}
	return t.Type, true
}

// onePort reports whether only the end named second uses a port that others
// know, so that the first one opened the tunnel.
func onePort(t fact.Tunnel) bool { return t.A.Port == 0 && t.B.Port != 0 }
