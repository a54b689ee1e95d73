package classify

import (
	"net/netip"

	"kanmon/topology"
)

// localNetworks is the IPv6 prefixes of interfaces that also have an IPv4
// address of the hospital's: one network inside, with global addresses of its
// own.
type localNetworks map[netip.Prefix]bool

// siteBits is the length of the widest prefix that a site gets (RFC 6177), and
// so the least that one of its networks has.
const siteBits = 48

func (l *localNetworks) learn(t *tables, site topology.Site) {
	for _, a := range t.addresses {
		p := a.f.Address
		if !p.Addr().Is6() || p.Bits() < siteBits || p.IsSingleIP() || !p.Addr().IsGlobalUnicast() {
			continue
		}
		for _, b := range t.on(a.f.IfIndex) {
			if ip := b.f.Address.Addr().Unmap(); ip.Is4() && site.IsInside(ip) {
				if *l == nil {
					*l = make(localNetworks)
				}
				(*l)[p.Masked()] = true
			}
		}
	}
}

// has reports whether a is in one of the networks.
func (l localNetworks) has(a netip.Addr) bool {
	if len(l) == 0 || !a.Is6() {
		return false
	}
	for bits := siteBits; bits < 128; bits++ {
		if p, err := a.Prefix(bits); err == nil && l[p] {
			return true
		}
	}
	return false
}
