package routerconf

import (
	"net/netip"
	"strings"

	"kanmon/discover/fact"
)

func (n *nec) open(place, name string) {
	n.cur = n.d.iface(name, place, necType(name))
	if base, sub, ok := strings.Cut(name, "."); ok && sub != "0" {
		n.cur.ports, n.cur.apart = []string{base + ".0"}, true
	}
	if n.cur.typ == typeTunnel && room(n.d, n.tunnels) {
		n.tunnel = &necTunnel{name: name, place: place}
		n.tunnels = append(n.tunnels, n.tunnel)
	}
}

// necDevice returns the device that an interface is of: GigaEthernet0 of
// GigaEthernet0.1, GigaEthernet2 of GigaEthernet2:1.0, USB0 of USB-Serial0.0.
func necDevice(name string) string {
	name, _, _ = strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, ":")
	return strings.Replace(name, "USB-Serial", "USB", 1)
}

func necType(name string) uint32 {
	switch {
	case strings.HasPrefix(name, "Tunnel"):
		return typeTunnel
	case strings.HasPrefix(name, "Loopback"):
		return typeLoopback
	case strings.HasPrefix(name, "BVI"):
		return typeBridge
	case strings.HasPrefix(name, "BRI"):
		return typeISDN
	case strings.HasPrefix(name, "USB"), strings.HasPrefix(name, "Mobile"):
		return typeMobile
	case strings.HasPrefix(name, "Null"):
		return typeOther
	}
	return typeEthernet
}

func (n *nec) inInterface(place string, w words) {
	i := n.cur
	switch {
	case i.told(w):
	case w.is("encapsulation", "pppoe"):
		n.pppoe[i.name], i.typ, i.has4 = true, typePPP, true
	case w.is("encapsulation", "ppp"):
		i.has4 = true
	case w.is("encapsulation", "dot1q"):
		i.vid, i.typ = vlanID(w.at(2)), typeVLAN
	case w.is("ppp", "binding"):
		n.bindings[i.name] = w.at(2)
	case w[0] == "ip" || w[0] == "ipv6":
		n.ipOn(i, place, w)
	case w.is("bridge-group"):
		if b, ok := number(w.at(1)); ok {
			n.d.join("BVI"+itoa(b), i.name)
		}
	case w.is("vrrp") && w.at(2) == "ip", w.is("vrrp") && w.at(2) == "address":
		if id, ok := number(w.at(1)); ok && id < 256 && address(w.at(3)).IsValid() {
			add(n.d, &n.d.groups, group{
				fact: fact.RedundancyGroup{Protocol: "vrrp", Group: id, Addresses: []netip.Addr{address(w.at(3))}}, iface: i.name, place: place,
			})
		}
	case n.tunnel != nil:
		n.inTunnel(w)
	}
}

func (n *nec) ipOn(i *iface, place string, w words) {
	switch {
	case w.is("ip", "address"), w.is("ip", "unnumbered"):
		i.has4 = true
		n.dhcp[i.name] = w.at(2) == "dhcp"
		if p, ok := prefix(w.at(2)); ok {
			n.d.addAddress(i, p)
		}
	case w.is("ipv6", "address", "autoconfig"), w.is("ipv6", "dhcp", "client"):
		i.has6, n.six[i.name] = true, true
	case w.is("ipv6", "address"):
		i.has6 = true
		if p, ok := prefix(w.at(2)); ok && !p.Addr().IsLinkLocalUnicast() && !w.has("eui-64") {
			n.d.addAddress(i, p)
		}
	case w.is("ipv6", "enable"):
		i.has6 = true
	case len(w) >= 5 && w[1] == "filter" && w[4] == "in":
		seq, _ := number(w[3])
		if len(n.filters[i.name]) < 256 {
			n.filters[i.name] = append(n.filters[i.name], necFilter{w[2], seq, w[0] == "ipv6"})
		}
	case w.is("ip", "napt", "enable"), w.is("ip", "nat", "enable"):
		i.natted = true
	case w.is("ip", "napt", "static"), w.is("ip", "napt", "service"), w.is("ip", "nat", "static"):
		n.static(i, place, w)
	}
}

// static reads hosts that are reached from outside:
//
//	ip napt static {ADDRESS|INTERFACE} PROTOCOL [PORT]
//	ip napt service NAME ADDRESS [{PORT|none} PROTOCOL PORT]
//	ip nat static INSIDE OUTSIDE
func (n *nec) static(i *iface, place string, w words) {
	s := service{typ: "port-forward", place: place, limit: answer{open: true}}
	var inner, outer string
	switch {
	case w[1] == "nat":
		s.typ, s.target, s.transport, s.ports = "static-nat", address(w.at(3)), "tcp", portRange{1, 65535}
		if s.target.IsValid() { // or a network
			add(n.d, &n.napt, ciscoNAT{s: s, iface: i.name})
		}
		return
	case w[2] == "static":
		s.target, s.transport, outer = address(w.at(3)), w.at(4), w.at(5)
	case len(w) == 5: // the name is that of a service
		s.target, s.transport, outer = address(w[4]), "tcp", w[3]
	default:
		s.target, inner, s.transport, outer = address(w.at(4)), w.at(5), w.at(6), w.at(7)
	}
	var ok bool
	if s.ports, ok = ports(outer); !ok || s.transport != "tcp" && s.transport != "udp" {
		return
	}
	if p, ok := port(inner); ok && p != s.ports.first {
		s.inner = p
	}
	add(n.d, &n.napt, ciscoNAT{s: s, iface: i.name})
}

func (n *nec) inTunnel(w words) {
	t := n.tunnel
	switch {
	case w.is("tunnel", "mode"):
		t.mode, t.service = w.at(2), w.at(3)
	case w.is("tunnel", "destination", "fqdn"):
		t.peer.name = hostName(w.at(3))
	case w.is("tunnel", "destination"):
		if t.peer.addr = address(w.at(2)); !t.peer.addr.IsValid() {
			t.peer.name = hostName(w.at(2))
		}
	case w.is("tunnel", "source"):
		t.source = w.at(2)
	case w.is("ipsec", "policy"):
		t.policy = w.at(3)
	case w.is("ikev2", "peer"):
		t.peer.addr, t.peer.anybody = address(w.at(2)), w.at(2) == "any"
		for k := range w {
			if w[k] == "id" && (w.at(k+1) == "fqdn" || w.at(k+1) == "keyid") && !t.peer.addr.IsValid() {
				t.peer.name = peerName(w.at(k + 2))
			}
		}
	case len(w) > 2 && w[0] == "ikev2" && strings.HasPrefix(w[1], "peer-fqdn"):
		t.peer.name = hostName(w[2])
	}
}
