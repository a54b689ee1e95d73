package resolve

import (
	"net/netip"
	"slices"

	"kanmon/discover/fact"
)

// addressList is an AddressSet; subject is the sender's MAC address, or -1
// where it has none that is usable.
type addressList struct {
	subject   int
	mac       fact.MAC
	protocol  string
	name      string
	from      netip.Addr
	addresses []netip.Addr
	obs       int
}

// sender is the device that sent the list.
func (l addressList) sender() target {
	if l.subject >= 0 {
		return of(l.subject)
	}
	return atIP(l.from)
}

// hasFrom reports whether the list holds the address that it was sent from.
func (l addressList) hasFrom() bool {
	return slices.ContainsFunc(l.addresses, func(ip netip.Addr) bool { return plain(ip) == l.from })
}

// hasFamily reports whether the list holds an address of the kind that it was
// sent from.
func (l addressList) hasFamily() bool {
	return slices.ContainsFunc(l.addresses, func(ip netip.Addr) bool {
		ip = plain(ip)
		return ip.Is4() == l.from.Is4() && (ip.Is4() || ip.IsLinkLocalUnicast() == l.from.IsLinkLocalUnicast())
	})
}

// takeLists takes what hosts announced of themselves. Gateways of mDNS send what
// others announce in the name of these: that does not hold of the gateway.
func (c *collector) takeLists() {
	names := make(map[target]map[string]bool)
	for _, l := range c.lists {
		if l.name != "" && !isDefaultName(l.name) {
			add(names, l.sender(), hostLabel(l.name))
		}
	}
	c.lists = slices.DeleteFunc(c.lists, func(l addressList) bool {
		if l.name == "" || l.hasFrom() {
			return false
		}
		return len(names[l.sender()]) > 1 || l.subject < 0 && l.protocol != "nbns" && l.hasFamily()
	})
	own := c.lists[:0]
	for _, l := range c.lists {
		c.i = l.obs
		c.name(l.sender(), nameRank(l.protocol), l.name)
		if l.subject >= 0 {
			for _, a := range l.addresses {
				c.claim(l.subject, a, l.mac, byAnnouncement)
			}
		}
		if l.subject >= 0 || isHostAddress(l.from) && len(l.addresses) > 0 {
			own = append(own, l)
		}
	}
	c.lists = own
}

// hearsay is what a message says of its sender, where it is as likely to have
// been passed on by somebody else.
type hearsay struct {
	to       target
	protocol string
	field    field
	rank     uint8
	value    string
	obs      int
}

// takeHearsay takes what messages say of their senders, but for those who say it
// of several.
func (c *collector) takeHearsay() {
	type speaker struct {
		to       target
		protocol string
	}
	names := make(map[speaker]map[string]bool)
	for _, h := range c.hearsay {
		add(names, speaker{h.to, h.protocol}, hostLabel(h.value))
	}
	for _, h := range c.hearsay {
		if len(names[speaker{h.to, h.protocol}]) == 1 {
			c.i = h.obs
			c.name(h.to, h.rank, h.value)
		}
	}
}

func add[K comparable](sets map[K]map[string]bool, k K, v string) {
	if sets[k] == nil {
		sets[k] = make(map[string]bool)
	}
	sets[k][v] = true
}
