package resolve

import (
	"net/netip"

	"kanmon/topology"
)

// hostLocalPrefixes are the networks that a host makes for itself, so that the
// same address behind two hosts is two addresses: link-local addresses, and
// what phones, modems and operating systems use when they share their line.
func hostLocalPrefixes() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("169.254.0.0/16"),   // RFC 3927
		netip.MustParsePrefix("fe80::/10"),        // RFC 4291, 2.5.6
		netip.MustParsePrefix("192.168.42.0/24"),  // Android to 10, USB
		netip.MustParsePrefix("192.168.43.0/24"),  // Android to 10, Wi-Fi
		netip.MustParsePrefix("192.168.44.0/24"),  // Android, Bluetooth
		netip.MustParsePrefix("172.20.10.0/28"),   // iPhone
		netip.MustParsePrefix("192.168.137.0/24"), // Windows Internet Connection Sharing
		netip.MustParsePrefix("192.168.8.0/24"),   // Huawei HiLink
		netip.MustParsePrefix("172.17.0.0/16"),    // Docker's default bridge
		netip.MustParsePrefix("192.168.122.0/24"), // libvirt's default network
	}
}

// ownersOfLAN is how many owners of different addresses make a network out of a
// prefix that hosts otherwise make for themselves.
const ownersOfLAN = 3

// realms tells addresses that mean one host in the whole site from those that
// mean one only behind another.
type realms struct {
	hostLocal []netip.Prefix
}

// newRealms leaves out of the host-local prefixes those that the site declares
// as a zone, and those in which several owners have addresses.
func newRealms(site topology.Site, claims []claim) realms {
	type owner struct {
		prefix  netip.Prefix
		subject int
	}
	seen := make(map[owner]netip.Addr)
	owners := make(map[netip.Prefix]map[netip.Addr]bool)
	var r realms
	for _, c := range claims {
		for _, p := range hostLocalPrefixes() {
			if !p.Contains(c.ip) || c.strength < byAnnouncement {
				continue
			}
			o := owner{p, c.subject}
			if have, ok := seen[o]; ok && have.Compare(c.ip) <= 0 {
				continue
			}
			seen[o] = c.ip
		}
	}
	for o, a := range seen {
		if owners[o.prefix] == nil {
			owners[o.prefix] = make(map[netip.Addr]bool)
		}
		owners[o.prefix][a] = true
	}
	for _, p := range hostLocalPrefixes() {
		linkLocal := p.Addr().IsLinkLocalUnicast()
		if !linkLocal && (len(owners[p]) >= ownersOfLAN || isDeclared(site, p)) {
			continue
		}
		r.hostLocal = append(r.hostLocal, p)
	}
	return r
}

func isDeclared(site topology.Site, p netip.Prefix) bool {
	for _, z := range site.Zones {
		for _, q := range z.Prefixes {
			if q.Overlaps(p) {
				return true
			}
		}
	}
	return false
}

// isHostLocal reports whether a says nothing of its owner outside the host that
// gave it.
func (r realms) isHostLocal(a netip.Addr) bool {
	for _, p := range r.hostLocal {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// isHostAddress reports whether a can be the address of one interface at all.
func isHostAddress(a netip.Addr) bool {
	return a.IsValid() && !a.IsLoopback() && !a.IsMulticast() && !a.IsUnspecified() &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// plain returns a without a zone, and IPv4 as IPv4.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// isAddress reports whether a text is an IP address.
func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}
