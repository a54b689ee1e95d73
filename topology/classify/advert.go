package classify

import (
	"net/netip"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

// advertiser returns the device that sent a Router Advertisement.
func (c *classifier) advertiser(ra fact.RouterAdvertisement) (topology.DeviceID, bool) {
	if d, ok := c.net.DeviceByMAC(ra.MAC); ok {
		return d, true
	}
	return c.net.DeviceByIP(ra.Router)
}

// announcers returns the routers that announce the servers of online
// qualification, or, where none does, those that announce a closed network.
func (c *classifier) announcers() map[topology.DeviceID]bool {
	servers, lines := make(map[topology.DeviceID]bool), make(map[topology.DeviceID]bool)
	for _, ra := range c.seen.adverts {
		d, ok := c.advertiser(ra.f)
		if !ok {
			continue
		}
		if c.qualificationServer(ra.f) != nil {
			servers[d] = true
		}
		if c.closedLine(ra.f) != nil {
			lines[d] = true
		}
	}
	if len(servers) > 0 {
		return servers
	}
	return lines
}

// qualificationServer returns the signature of a name server in ra that only
// online qualification has.
func (c *classifier) qualificationServer(ra fact.RouterAdvertisement) *signature.Signature {
	for _, a := range ra.DNSServers {
		if sig := c.sig.DNSServer(a); sig != nil && sig.Category == topology.OnlineQualification {
			return sig
		}
	}
	return nil
}

// closedLine returns the signature of a closed network whose prefix ra
// announces.
func (c *classifier) closedLine(ra fact.RouterAdvertisement) *signature.Signature {
	for _, p := range ra.Prefixes {
		if sig := c.sig.Closed(p.Addr()); sig != nil {
			return sig
		}
	}
	return nil
}

// advertisedServers finds online qualification by the name servers that its
// router announces.
func (c *classifier) advertisedServers() {
	for _, ra := range c.seen.adverts {
		d, ok := c.advertiser(ra.f)
		sig := c.qualificationServer(ra.f)
		if ok && sig != nil {
			c.ledger.add(claim{
				key: key{category: topology.OnlineQualification, device: d}, rules: []rule{qualificationServers},
				sig: sig, transport: sig.Transport, direction: topology.Outbound, line: true,
			}, ra.o)
		}
	}
}

// advertisements finds what lines Router Advertisements show, once it is known
// which routers lead to online qualification.
func (c *classifier) advertisements() {
	for _, ra := range c.seen.adverts {
		d, ok := c.advertiser(ra.f)
		if !ok {
			continue
		}
		if sig := c.closedLine(ra.f); sig != nil {
			c.closedAdvert(ra, d, sig)
			continue
		}
		if ra.f.DefaultRouter {
			c.globalAdvert(ra, d)
		}
	}
}

func (c *classifier) closedAdvert(ra seen[fact.RouterAdvertisement], d topology.DeviceID, sig *signature.Signature) {
	x := claim{
		key: closedKey(d), rules: []rule{closedPrefix}, sig: sig,
		transport: sig.Transport, direction: topology.Outbound, line: true,
	}
	if k := (key{category: topology.OnlineQualification, device: d}); c.ledger.has(k) != nil {
		x.key, x.rules, x.sig = k, []rule{qualificationRouter}, nil
	}
	for _, s := range ra.f.SearchDomains {
		if c.sig.SearchDomain(s) != nil {
			x.rules = append(x.rules, closedSearchDomain)
		}
	}
	c.ledger.add(x, ra.o)
}

// closedKey is the key of a line into a closed network whose use is not known.
func closedKey(d topology.DeviceID) key {
	return key{category: topology.Unclassified, device: d, by: "closed"}
}

func (c *classifier) globalAdvert(ra seen[fact.RouterAdvertisement], d topology.DeviceID) {
	for _, p := range ra.f.Prefixes {
		a := p.Addr()
		if !a.IsGlobalUnicast() || c.site.IsInside(a) {
			continue
		}
		x := claim{
			key: key{category: topology.Internet, device: d}, rules: []rule{globalPrefix},
			transport: []string{"ipoe", "ipv6"}, direction: topology.Outbound,
		}
		if sig := c.sig.Advertised(a); sig != nil {
			x.sig, x.rules, x.transport = sig, append(x.rules, mapEPrefix), append(x.transport, sig.Transport...)
		}
		obs := []*fact.Observation{ra.o}
		// A switch inside announces too: what its own table leads to is the way out.
		if end := c.follow(d, netip.MustParseAddr("2000::"), nil); end.end != d {
			x.device, x.rules, obs = end.end, append(x.rules, end.rules...), append(obs, end.evidence...)
		}
		c.ledger.add(x, obs...)
	}
}
