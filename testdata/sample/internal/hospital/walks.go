package hospital

import (
	"fmt"
	"net/netip"

	"kanmon/discover/fact"
)

// Values of IANAifType.
const (
	ifEthernet = 6
	ifPPP      = 23
	ifLoopback = 24
	ifVLAN     = 136 // l3ipvlan
	ifWWAN     = 243
)

func anyAddr() netip.Addr            { return ip("0.0.0.0") }
func defaultRoute() netip.Prefix     { return netip.MustParsePrefix("0.0.0.0/0") }
func host(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, 32) }

// switchWalk is what a switch answers: everything of its bridge, its ports and
// its neighbours.
func (p *Plan) switchWalk(s *Switch) *walk {
	w := newWalk()
	forwarding, services := 2, 2
	if s.Uplink == 0 {
		forwarding, services = 1, 6
	}
	w.system(p, s.Host, services, forwarding)
	var ps []port
	for n := 1; n <= s.Ports; n++ {
		q := port{index: s.IfIndex(n), name: s.PortName(n), descr: s.PortName(n), typ: ifEthernet, mac: s.PortMAC(n), down: !p.used(s, n)}
		if s.Style == "cisco" {
			q.descr = fmt.Sprintf("GigabitEthernet0/%d", n)
		}
		q.alias = p.alias(s, n)
		ps = append(ps, q)
	}
	for _, z := range p.Zones {
		if s.Uplink == 0 || z.Kind == "management" {
			name := fmt.Sprintf("vlan%d", z.VID)
			ps = append(ps, port{index: 300 + int(z.VID), name: name, descr: name, typ: ifVLAN, mac: s.MAC})
		}
	}
	w.ports(ps)
	w.entity(p, s.Host)
	w.bridge(p, s)
	p.neighbours(w, s)
	if s.Uplink == 0 {
		p.coreTables(w, s)
		return w
	}
	mgmt := p.zone("management")
	w.address(netip.PrefixFrom(s.IP, 24), 300+int(mgmt.VID))
	w.cidrRoute(defaultRoute(), p.Host("core-sw").IP, 300+int(mgmt.VID))
	w.cidrRoute(mgmt.Prefix, anyAddr(), 300+int(mgmt.VID))
	w.neighbor(300+int(mgmt.VID), p.Host("core-sw").IP, p.Host("core-sw").MAC)
	return w
}

// used reports whether something is plugged into port n of s.
func (p *Plan) used(s *Switch, n int) bool {
	if n == s.Uplink && n != 0 || n == s.Mirror {
		return true
	}
	for _, st := range p.stations() {
		for _, h := range st.path {
			if h.sw == s.Name && h.port == n {
				return true
			}
		}
	}
	return false
}

// alias is what the operator wrote at port n of s.
func (p *Plan) alias(s *Switch, n int) string {
	if n == s.Uplink && n != 0 {
		return "core-sw"
	}
	switch {
	case n == s.Mirror:
		return "mirror"
	case s.Uplink != 0:
		return ""
	case n == unmanagedPort:
		return "kyushoku HUB"
	}
	for _, h := range p.Hosts {
		if h.Switch == s.Name && h.Port == n {
			return h.Name
		}
	}
	return ""
}

// coreTables writes what core-sw knows as a router.
func (p *Plan) coreTables(w *walk, s *Switch) {
	fw := p.Host("fw-1")
	w.cidrRoute(defaultRoute(), fw.IP, 360)
	for _, z := range p.Zones {
		index := 300 + int(z.VID)
		w.address(netip.PrefixFrom(z.Prefix.Addr().Next(), 24), index)
		w.cidrRoute(z.Prefix, anyAddr(), index)
		for _, h := range p.in(z.Kind) {
			if h != s.Host && h.IP.Is4() {
				w.neighbor(index, h.IP, h.MAC)
			}
		}
	}
}

// bridge writes the forwarding table: by VLAN, or, on the Cisco switch, as the
// older table that knows none.
func (w *walk) bridge(p *Plan, s *Switch) {
	w.mac(bridge+".1.1.0", s.MAC)
	w.num(bridge+".1.2.0", s.Ports)
	w.num(bridge+".1.3.0", 2)
	for n := 1; n <= s.Ports; n++ {
		w.num(column(bridge+".1.4.1", 1, n), n)
		w.num(column(bridge+".1.4.1", 2, n), s.IfIndex(n))
	}
	put := func(m fact.MAC, vid uint16, n int) {
		if s.Style == "cisco" {
			w.mac(column(bridge+".4.3.1", 1, macIndex(m)), m)
			w.num(column(bridge+".4.3.1", 2, macIndex(m)), n)
			w.num(column(bridge+".4.3.1", 3, macIndex(m)), 3)
			return
		}
		w.num(column(bridge+".7.1.2.2.1", 2, vid, macIndex(m)), n)
		w.num(column(bridge+".7.1.2.2.1", 3, vid, macIndex(m)), 3)
	}
	for _, st := range p.stations() {
		if n := p.fdbPort(s, st); n != 0 {
			put(st.mac, st.vid, n)
		}
	}
	for i, vid := range s.VLANs {
		if s.Uplink != 0 && (i == 0 || s.Style != "cisco") {
			put(p.Host("core-sw").MAC, vid, s.Uplink)
		}
		for _, z := range p.Zones {
			if z.VID == vid {
				w.str(column(bridge+".7.1.4.3.1", 1, vid), z.Kind)
				w.num(column(bridge+".7.1.4.3.1", 5, vid), 1)
			}
		}
		if s.Style != "cisco" {
			w.num(column(bridge+".7.1.4.2.1", 3, 0, vid), int(vid))
		}
	}
}

// neighbours writes LLDP, and CDP on the switch that knows it.
func (p *Plan) neighbours(w *walk, s *Switch) {
	var locals []neighbour
	var numbers []int
	for n := 1; n <= s.Ports; n++ {
		locals = append(locals, p.announce(s.Host, n))
		numbers = append(numbers, n)
	}
	w.lldpSelf(p.announce(s.Host, 1), locals, numbers)
	row := 1
	if s.Uplink != 0 {
		w.lldpRemote(s.Uplink, row, p.announce(p.Host("core-sw"), s.Core))
		row++
	}
	for _, h := range p.Hosts {
		if h.Switch != s.Name {
			continue
		}
		switch {
		case h.Kind == "switch":
			w.lldpRemote(h.Port, row, p.announce(h, p.Find(h.Name).Uplink))
		case h.Kind == "firewall", h.Kind == "ap" && s.Style != "cisco":
			w.lldpRemote(h.Port, row, p.announce(h, 0))
		case h.Kind == "ap":
			w.str(cdpMIB+".3.4.0", internal(s.Name))
			w.cdpRemote(s.IfIndex(h.Port), h, "GigabitEthernet0")
			continue
		default:
			continue
		}
		row++
	}
}

// firewallWalk is what fw-1 answers.
func (p *Plan) firewallWalk() *walk {
	w, h := newWalk(), p.Host("fw-1")
	w.system(p, h, 78, 1)
	w.ports([]port{
		{index: 1, name: "wan1", descr: "wan1", typ: ifEthernet, mac: h.MACs[0]},
		{index: 3, name: "internal1", descr: "internal1", typ: ifEthernet, mac: h.MAC},
		{index: 20, name: "ppp1", descr: "ppp1", alias: "PPPoE", typ: ifPPP},
	})
	w.entity(p, h)
	w.str("1.3.6.1.4.1.12356.100.1.1.1.0", p.serial(h))
	w.str("1.3.6.1.4.1.12356.101.4.1.1.0", "v7.4.8,build2795,250523 (GA.M)")
	w.address(host(h.IPs[0]), 20)
	w.address(netip.PrefixFrom(h.IP, 24), 3)
	w.cidrRoute(defaultRoute(), ip(providerHop), 20)
	w.cidrRoute(netip.MustParsePrefix("10.0.0.0/8"), ip("10.60.0.1"), 3)
	w.cidrRoute(p.zone("server").Prefix, anyAddr(), 3)
	w.cidrRoute(host(ip(providerHop)), anyAddr(), 20)
	w.neighbor(3, ip("10.60.0.1"), p.Host("core-sw").MAC)
	w.neighbor(3, p.Host("ad-1").IP, p.Host("ad-1").MAC)
	return w
}

// lteWalk is what lte-gw answers.
func (p *Plan) lteWalk() *walk {
	w, h := newWalk(), p.Host("lte-gw")
	w.system(p, h, 76, 1)
	w.ports([]port{
		{index: 1, name: "lo", descr: "lo", typ: ifLoopback},
		{index: 2, name: "eth0", descr: "ethernet 0", typ: ifEthernet, mac: h.MAC},
		{index: 5, name: "mobile1", descr: "mobile 1", alias: "SIM", typ: ifWWAN},
	})
	w.address(netip.PrefixFrom(ip("127.0.0.1"), 8), 1)
	w.address(netip.PrefixFrom(h.IP, 24), 2)
	w.address(host(h.IPs[0]), 5)
	w.oldRoute(defaultRoute(), anyAddr(), 5)
	w.oldRoute(p.zone("radiology").Prefix, anyAddr(), 2)
	xa := p.Host("xa-1")
	w.neighbor(2, xa.IP, xa.MAC)
	return w
}

// phoneMAC is the telephone's own end of the line that byoto-pc12 shares.
func phoneMAC() fact.MAC { return fact.MAC{0x02, 0x00, 0x5e, 0x00, 0x53, 0x0d} }

// pcWalk is what the Windows PC with a telephone answers.
func (p *Plan) pcWalk() *walk {
	w, h := newWalk(), p.Host("byoto-pc12")
	phone := fact.MAC{0x02, 0x00, 0x5e, 0x00, 0x53, 0x0c} // locally administered, as telephones have it
	w.system(p, h, 76, 2)
	w.ports([]port{
		{index: 1, name: "loopback_0", descr: "Software Loopback Interface 1", typ: ifLoopback},
		{index: 11, name: "ethernet_32769", descr: "Intel(R) Ethernet Connection (7) I219-LM", alias: "Ethernet", typ: ifEthernet, mac: h.MAC},
		{index: 17, name: "ethernet_32771", descr: "Remote NDIS based Internet Sharing Device", alias: "Ethernet 3", typ: ifEthernet, mac: phone},
	})
	w.address(netip.PrefixFrom(ip("127.0.0.1"), 8), 1)
	w.address(netip.PrefixFrom(h.IP, 24), 11)
	w.address(netip.PrefixFrom(h.IPs[0], 24), 17)
	w.inetRoute(defaultRoute(), ip("10.10.0.1"), 11)
	w.inetRoute(defaultRoute(), ip("192.168.42.129"), 17)
	w.inetRoute(p.zone("clinical").Prefix, anyAddr(), 11)
	w.inetRoute(netip.MustParsePrefix("192.168.42.0/24"), anyAddr(), 17)
	w.neighbor(11, ip("10.10.0.1"), p.Host("core-sw").MAC)
	w.neighbor(17, ip("192.168.42.129"), phoneMAC())
	return w
}

// leafWalk is what a device with one card and little else answers.
func (p *Plan) leafWalk(name string) *walk {
	w, h := newWalk(), p.Host(name)
	w.system(p, h, 72, 2)
	w.ports([]port{
		{index: 1, name: "lo", descr: "lo", typ: ifLoopback},
		{index: 2, name: "eth0", descr: "eth0", typ: ifEthernet, mac: h.MAC},
	})
	w.address(netip.PrefixFrom(h.IP, 24), 2)
	gw := p.zone(h.Zone).Prefix.Addr().Next()
	w.oldRoute(defaultRoute(), gw, 2)
	w.oldRoute(p.zone(h.Zone).Prefix, anyAddr(), 2)
	w.neighbor(2, gw, p.Host("core-sw").MAC)
	if h.Kind == "ap" {
		self := p.announce(h, 0)
		w.lldpSelf(self, []neighbour{self}, []int{2})
		w.lldpRemote(2, 1, p.announce(p.Host(h.Switch), h.Port))
	}
	return w
}
