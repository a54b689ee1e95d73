package routerconf

import (
	"cmp"
	"net/netip"
	"strings"

	"kanmon/discover/fact"
)

// open begins an interface section.
func (c *cisco) open(place, name string) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "point-to-point"), "typetunnel")
	c.cur = c.d.iface(name, place, ciscoType(name))
	if parent, _, ok := strings.Cut(name, "."); ok {
		c.cur.ports = []string{parent}
	}
	if strings.HasPrefix(name, "Tunnel") && room(c.d, c.tunnels) {
		c.tunnel = &ciscoTunnel{name: name, mode: "gre ip", place: place}
		c.tunnels = append(c.tunnels, c.tunnel)
	}
}

func ciscoType(name string) uint32 {
	for _, t := range []struct {
		begin string
		typ   uint32
	}{
		{"Vlan", typeVLAN},
		{"BDI", typeVLAN},
		{"Dialer", typePPP},
		{"Virtual-Template", typePPP},
		{"Virtual-PPP", typePPP},
		{"Tunnel", typeTunnel},
		{"Cellular", typeMobile},
		{"Loopback", typeLoopback},
		{"Port-channel", typeLAG},
		{"BVI", typeBridge},
		{"BRI", typeISDN},
		{"Serial", typePPP},
		{"NVI", typeOther},
		{"Null", typeOther},
		{"Async", typePPP},
	} {
		if strings.HasPrefix(name, t.begin) {
			return t.typ
		}
	}
	if strings.Contains(name, ".") {
		return typeVLAN
	}
	return typeEthernet
}

// inInterface reads a line of an interface section.
func (c *cisco) inInterface(place string, w words) {
	i := c.cur
	if i.told(w) {
		return
	}
	switch w[0] {
	case "encapsulation":
		if strings.EqualFold(w.at(1), "dot1q") {
			i.vid = vlanID(w.at(2))
		}
	case "ip":
		c.ipOn(i, w)
	case "ipv6":
		c.ipv6On(i, w)
	case "pppoe-client":
		if p := w.after("dial-pool-number"); len(c.pools) < maxEach && len(c.pools[p]) < maxOutside {
			c.pools[p] = append(c.pools[p], i.name)
		}
	case "dialer":
		if w.at(1) == "pool" {
			c.dialers[i.name] = w.at(2)
		}
	case "ppp":
		c.ppp(i, place, w)
	case "crypto":
		if w.at(1) == "map" {
			c.mapOn[w.at(2)] = append(c.mapOn[w.at(2)], i.name)
		}
		if w.is("crypto", "ipsec", "client", "ezvpn") && w.at(5) != "inside" {
			c.mapOn["\x00"+w.at(4)] = append(c.mapOn["\x00"+w.at(4)], i.name)
		}
	case "tunnel":
		c.inTunnel(w)
	case "standby", "vrrp":
		c.redundancy(i, place, w)
	case "zone-member":
		c.zones[i.name] = w.at(2)
	case "channel-group":
		if n, ok := number(w.at(1)); ok {
			c.d.join("Port-channel"+itoa(n), i.name)
		}
	case "mac-address":
		if m, err := fact.ParseMAC(w.at(1)); err == nil {
			i.mac = m
		}
	case "switchport":
		c.switchport(i, place, w)
	}
}

func (c *cisco) ipOn(i *iface, w words) {
	switch {
	case w.is("ip", "address", "dhcp"), w.is("ip", "address", "negotiated"):
		i.has4 = true
		c.dhcp[i.name] = w[2] == "dhcp"
	case w.is("ip", "address"):
		p, ok := masked(w.at(2), w.at(3))
		if !ok {
			p, ok = prefix(w.at(2))
		}
		if ok {
			i.has4 = true
			c.d.addAddress(i, p)
		}
	case w.is("ip", "unnumbered"):
		i.has4 = true
	case w.is("ip", "access-group") && w.at(3) == "in":
		i.in4 = []string{w.at(2)}
	case w.is("ip", "nat", "outside"):
		c.natOut[i.name] = true
	case w.is("ip", "nhrp", "nhs") && w.has("nbma") && c.tunnel != nil:
		c.tunnel.dest = w.after("nbma")
	case w.is("ip", "nhrp", "map") && c.tunnel != nil && address(w.at(3)).IsValid(): // where the hub is, on the internet
		c.tunnel.dest = cmp.Or(c.tunnel.dest, w.at(4))
	}
}

func (c *cisco) ipv6On(i *iface, w words) {
	switch {
	case w.is("ipv6", "address", "autoconfig"), w.is("ipv6", "address", "dhcp"), w.is("ipv6", "dhcp", "client", "pd"):
		i.has6, c.six[i.name] = true, true
	case w.is("ipv6", "address"):
		if p, ok := prefix(w.at(2)); ok && !p.Addr().IsLinkLocalUnicast() && w.at(3) != "eui-64" {
			c.d.addAddress(i, p)
		}
		i.has6 = true
	case w.is("ipv6", "enable"):
		i.has6 = true
	case w.is("ipv6", "traffic-filter") && w.at(3) == "in":
		i.in6 = []string{w.at(2)}
	}
}

// ppp reads the name with which a line logs in, of which the realm is kept.
func (c *cisco) ppp(i *iface, place string, w words) {
	var r string
	switch {
	case w.is("ppp", "chap", "hostname"):
		r = realm(w.at(3))
	case w.is("ppp", "pap", "sent-username"):
		r = realm(w.at(3))
	}
	if r != "" {
		c.d.line(i.name, "ppp", place).fact.Provider = r
	}
}

func (c *cisco) inTunnel(w words) {
	if c.tunnel == nil {
		return
	}
	switch w.at(1) {
	case "source":
		c.tunnel.source = strings.Join(w.from(2), "")
	case "destination":
		c.tunnel.dest = w[len(w)-1]
	case "mode":
		c.tunnel.mode = strings.Join(w.from(2), " ")
	case "protection":
		c.tunnel.protected = true
	}
}

func (c *cisco) redundancy(i *iface, place string, w words) {
	n, ok := number(w.at(1))
	if !ok || n > 4095 || w.at(2) != "ip" && w.at(2) != "address" {
		return
	}
	a := address(w.at(3))
	if !a.IsValid() {
		return
	}
	protocol := map[string]string{"standby": "hsrp", "vrrp": "vrrp"}[w[0]]
	add(c.d, &c.d.groups, group{
		fact: fact.RedundancyGroup{Protocol: protocol, Group: n, Addresses: []netip.Addr{a}}, iface: i.name, place: place,
	})
}

// switchport reads "switchport access vlan 10" and "switchport trunk allowed
// vlan 10,20-30".
func (c *cisco) switchport(i *iface, place string, w words) {
	switch {
	case w.is("switchport", "access", "vlan"), w.is("switchport", "trunk", "native", "vlan"):
		if v := vlanID(w[len(w)-1]); v != 0 {
			add(c.d, &c.d.vlans, vlan{vid: v, untagged: []string{i.name}, place: place})
		}
	case w.is("switchport", "trunk", "allowed", "vlan"):
		for _, part := range list(w[len(w)-1]) {
			a, b, isRange := strings.Cut(part, "-")
			if !isRange {
				b = a
			}
			from, to := vlanID(a), vlanID(b)
			for v := from; v != 0 && v <= to && to-from < 256 && room(c.d, c.d.vlans); v++ { // more than that is "all", which names none
				add(c.d, &c.d.vlans, vlan{vid: v, tagged: []string{i.name}, place: place})
			}
		}
	}
}
