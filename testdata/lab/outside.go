package lab

import "net/netip"

// Outside adds a machine on the internet at the end of a line of its own, such
// as "203.0.113.10/30"; the internet's end of it is the other usable address.
// The names are those that the internet's resolver has for it.
func (p *Plan) Outside(name, addr string, names ...string) *Host {
	internet := p.Host("internet")
	h := p.Add(Host{Name: name, OUI: "00:00:5e"})
	at := h.prefix(addr)
	gateway := otherEnd(at)
	p.Cross(h, internet, "wan0", addr, name, gateway.String())
	h.Route("default", gateway.Addr().String())
	h.Resolve(internetDNS)
	for n := range internet.Files {
		if f := &internet.Files[n]; f.Name == "dnsmasq.conf" {
			for _, known := range names {
				f.Text += "host-record=" + known + "," + at.Addr().String() + "\n"
			}
		}
	}
	return h
}

// otherEnd is the other usable address of a /30 or a /31.
func otherEnd(p netip.Prefix) netip.Prefix {
	first := p.Masked().Addr()
	if p.Bits() == 30 {
		first = first.Next() // that of the network itself is not used
	}
	if p.Addr() == first {
		first = first.Next()
	}
	return netip.PrefixFrom(first, p.Bits())
}
