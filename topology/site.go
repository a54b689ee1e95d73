package topology

import "net/netip"

// Site is what the hospital says of its own network, from the site file. The
// zero Site is of use: zones are then the subnets found.
type Site struct {
	Name   string
	Zones  []Zone
	Inside []netip.Prefix // public prefixes that are the hospital's own
}

// IsInside reports whether a can be an address of the hospital's own network:
// private (RFC 1918), unique local (RFC 4193), link-local, loopback, multicast,
// unspecified or broadcast, or within Inside or the prefix of a zone. Shared
// address space (RFC 6598) is a carrier's, not the hospital's. The zero
// netip.Addr is not inside.
func (s Site) IsInside(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return false
	}
	if a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() || a.IsMulticast() || a.IsUnspecified() ||
		a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return true
	}
	for _, p := range s.Inside {
		if p.Contains(a) {
			return true
		}
	}
	for _, z := range s.Zones {
		for _, p := range z.Prefixes {
			if p.Contains(a) {
				return true
			}
		}
	}
	return false
}
