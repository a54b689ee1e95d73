package routerconf

import (
	"cmp"
	"net/netip"
	"strings"

	"kanmon/discover/fact"
)

// interfaces makes the interfaces.
func (f *fortiGate) interfaces() {
	for _, e := range f.entries["system interface"] {
		i := f.d.iface(e.name, e.place, fortiType(e))
		i.alias = cmp.Or(e.get("alias"), e.get("description"))
		i.down = e.is("status", "down")
		i.vid = vlanID(e.get("vlanid"))
		if over := e.get("interface"); over != "" {
			i.ports = []string{over}
		}
		if m, err := fact.ParseMAC(e.get("macaddr")); err == nil && !m.IsZero() {
			i.mac = m
		}
		f.addresses(i, e.values["ip"])
		i.has4 = len(i.addrs) > 0 || e.is("mode", "dhcp") || e.is("mode", "pppoe")
		i.outside = e.is("role", "wan") || strings.HasPrefix(e.name, "wan") && e.get("role") == ""
		if i.vid != 0 {
			add(f.d, &f.d.vlans, vlan{vid: i.vid, name: e.name, place: e.place})
		}
		if i.typ == typeBridge || i.typ == typeLAG {
			for _, m := range e.values["member"] {
				f.d.iface(m, e.place, typeEthernet)
				f.d.join(e.name, m)
			}
		}
	}
	f.pppoe()
	for _, e := range f.entries["system interface>secondaryip"] {
		if i := f.parentOf(e); i != nil {
			f.addresses(i, e.values["ip"])
		}
	}
	for _, e := range f.entries["system interface>ipv6"] {
		if i := f.parentOf(e); i != nil {
			if p, ok := prefix(e.get("ip6-address")); ok && !p.Addr().IsUnspecified() {
				f.d.addAddress(i, p)
				i.has6 = true
			}
			i.has6 = i.has6 || e.is("ip6-mode", "dhcp") || e.is("ip6-mode", "pppoe")
		}
	}
	for _, e := range f.entries["system interface>vrrp"] {
		i := f.parentOf(e)
		if id, ok := number(e.name); ok && id > 0 && id < 256 && i != nil && address(e.get("vrip")).IsValid() {
			add(f.d, &f.d.groups, group{
				fact: fact.RedundancyGroup{Protocol: "vrrp", Group: id, Addresses: []netip.Addr{address(e.get("vrip"))}}, iface: i.name, place: e.place,
			})
		}
	}
}

// pppoe makes the interfaces on which PPPoE runs over a port. FortiOS lists them
// among the others, too, as tunnels.
func (f *fortiGate) pppoe() {
	for _, e := range f.entries["system pppoe-interface"] {
		i := f.d.iface(e.name, e.place, typePPP)
		i.typ, i.has4 = typePPP, true
		if over := e.get("device"); over != "" {
			i.ports = []string{over}
		}
		f.d.line(e.name, "pppoe", e.place).fact.Provider = e.get("username")
	}
}

func (f *fortiGate) parentOf(e *fortiEntry) *iface {
	if e.parent == nil {
		return nil
	}
	return f.d.ifaces[e.parent.name]
}

func (f *fortiGate) addresses(i *iface, w words) {
	p, ok := masked(w.at(0), w.at(1))
	if !ok {
		p, ok = prefix(w.at(0))
	}
	if ok && !p.Addr().IsUnspecified() {
		f.d.addAddress(i, p)
	}
}

func fortiType(e *fortiEntry) uint32 {
	switch e.get("type") {
	case "tunnel":
		return typeTunnel
	case "vlan":
		return typeVLAN
	case "aggregate", "redundant":
		return typeLAG
	case "loopback":
		return typeLoopback
	case "hard-switch", "switch":
		return typeBridge
	case "physical":
		if e.name == "modem" || strings.HasPrefix(e.name, "wwan") {
			return typeMobile
		}
		return typeEthernet
	case "":
		if vlanID(e.get("vlanid")) != 0 {
			return typeVLAN
		}
		return typeEthernet
	}
	return typeOther
}

// routes makes the static routes, and those of SD-WAN's members, over which
// everything goes.
func (f *fortiGate) routes() {
	for _, section := range []string{"router static", "router static6"} {
		for _, e := range f.entries[section] {
			if e.is("status", "disable") {
				continue
			}
			r := route{hop: address(e.get("gateway")), over: e.get("device"), place: e.place}
			if r.hop.IsUnspecified() {
				r.hop = netip.Addr{}
			}
			if e.is("blackhole", "enable") {
				r.typ = "blackhole"
			}
			dst, ok := e.values["dst"], false
			switch {
			case section == "router static6" && dst == nil:
				r.to, ok = netip.PrefixFrom(netip.IPv6Unspecified(), 0), true
			case dst == nil:
				r.to, ok = netip.PrefixFrom(netip.IPv4Unspecified(), 0), true
			case len(dst) > 1:
				r.to, ok = masked(dst[0], dst[1])
			default:
				r.to, ok = prefix(dst[0])
			}
			if ok {
				f.d.addRoute(r)
			}
		}
	}
	for _, section := range []string{"system sdwan>members", "system virtual-wan-link>members"} {
		for _, e := range f.entries[section] {
			if hop := address(e.get("gateway")); !e.is("status", "disable") {
				if hop.IsUnspecified() {
					hop = netip.Addr{}
				}
				f.d.addRoute(route{to: netip.PrefixFrom(netip.IPv4Unspecified(), 0), hop: hop, over: e.get("interface"), place: e.place})
			}
		}
	}
	for _, r := range f.d.routes {
		if i := f.d.ifaces[r.over]; i != nil && r.to.Bits() == 0 && r.hop.IsValid() && isPublic(r.hop) && i.typ != typeTunnel {
			i.outside = true
		}
	}
}

// lines makes the lines: interfaces that are given an address by a provider.
func (f *fortiGate) lines() {
	for _, e := range f.entries["system interface"] {
		i := f.d.ifaces[e.name]
		if i == nil || i.typ == typeMobile && i.down && e.get("username") == "" && f.d.lineOn[e.name] == nil { // as it comes
			continue
		}
		switch {
		case e.is("mode", "pppoe"):
			l := f.d.line(e.name, "pppoe", e.place)
			l.fact.Provider = cmp.Or(e.get("username"), l.fact.Provider)
		case e.is("mode", "dhcp") && i.outside:
			f.d.line(e.name, "dhcp", e.place)
		}
	}
}

// modems makes the lines of modems that are built in or plugged in.
func (f *fortiGate) modems() {
	for _, e := range f.entries["system lte-modem"] {
		if e.is("status", "enable") {
			i := f.d.iface("wwan", e.place, typeMobile)
			i.has4, i.outside, i.typ = true, true, typeMobile
			f.d.line("wwan", "lte", e.place).fact.Provider = hostName(e.get("apn"))
		}
	}
	for _, e := range f.entries["system modem"] {
		if e.is("status", "enable") {
			i := f.d.iface("modem", e.place, typeMobile)
			i.has4, i.outside, i.typ = true, true, typeMobile
			f.d.line("modem", "usb-modem", e.place)
		}
	}
}

// tunnels makes the tunnels.
func (f *fortiGate) tunnels() {
	put := func(e *fortiEntry, t fact.TunnelEnd) {
		t.Name = e.name
		add(f.d, &f.d.tunnels, &tunnel{fact: t, iface: e.name, over: e.get("interface"), place: e.place})
	}
	for _, section := range []string{"vpn ipsec phase1-interface", "vpn ipsec phase1"} {
		for _, e := range f.entries[section] {
			t := fact.TunnelEnd{Type: "ipsec", Local: address(e.get("local-gw")), Remote: address(cmp.Or(e.get("remote-gw"), e.get("remote-gw6")))}
			switch e.get("type") {
			case "ddns":
				t.RemoteName, t.Remote = hostName(e.get("remotegw-ddns")), netip.Addr{}
			case "dynamic":
				t.RemoteName, t.Remote, t.Calls = peerName(e.get("peerid")), netip.Addr{}, true
			}
			put(e, t)
		}
	}
	for section, typ := range map[string]string{"system gre-tunnel": "gre", "system ipip-tunnel": "4in4", "system sit-tunnel": "6in4"} {
		for _, e := range f.entries[section] {
			put(e, fact.TunnelEnd{
				Type: typ, Local: address(cmp.Or(e.get("local-gw"), e.get("source"))), Remote: address(cmp.Or(e.get("remote-gw"), e.get("destination"))),
			})
		}
	}
	for _, e := range f.entries["system ipv6-tunnel"] {
		put(e, fact.TunnelEnd{Type: "6in6", Local: address(e.get("source")), Remote: address(e.get("destination"))})
	}
	for _, e := range f.entries["system vne-tunnel"] { // IPv4 over an IPv6 access network
		if e.is("status", "enable") {
			typ := e.get("mode")
			if typ != "map-e" {
				typ = "4in6"
			}
			t := fact.TunnelEnd{Type: typ, Remote: address(e.get("br"))}
			if !t.Remote.IsValid() {
				t.RemoteName = hostName(e.get("br"))
			}
			i := f.d.iface(e.name, e.place, typeTunnel)
			i.outside, i.has4 = true, true
			put(e, t)
			if p := f.d.ifaces[e.get("interface")]; p != nil {
				f.d.line(p.name, "ipoe", e.place)
			}
		}
	}
}
