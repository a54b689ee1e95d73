package hospital

import (
	"fmt"
	"net/netip"

	"kanmon/discover/fact"
)

// Zone is a part of the hospital with a VLAN and a subnet of its own.
type Zone struct {
	Kind   string
	Name   string
	VID    uint16
	Prefix netip.Prefix
}

// Host is a device of the plan.
type Host struct {
	Name   string
	Zone   string // Zone.Kind
	Kind   string // "pc", "server", "switch", …
	IP     netip.Addr
	MAC    fact.MAC
	IPs    []netip.Addr // further addresses of its own
	MACs   []fact.MAC   // of its further interfaces
	Switch string       // Host.Name of the switch that it is plugged into
	Port   int          // number of the port there
}

// Plan is the whole hospital.
type Plan struct {
	Zones    []Zone
	Hosts    []*Host
	Switches []*Switch
	byName   map[string]*Host
	nextMAC  map[string]int
}

// Makers of network cards by the first three octets of their addresses; the
// last three count from 1. The documentation range (RFC 9542) stands for every
// device whose maker does not matter.
func ouis() map[string][3]byte {
	return map[string][3]byte{
		"allied":   {0x00, 0x00, 0xcd},
		"apc":      {0x00, 0xc0, 0xb7},
		"axis":     {0x00, 0x40, 0x8c},
		"brother":  {0x00, 0x80, 0x77},
		"canon":    {0x00, 0x00, 0x85},
		"century":  {0x00, 0x80, 0x6d},
		"cisco":    {0x00, 0x00, 0x0c},
		"dell":     {0x00, 0x14, 0x22},
		"fortinet": {0x00, 0x09, 0x0f},
		"fujitsu":  {0x00, 0x0b, 0x5d},
		"hp":       {0x00, 0x17, 0x08},
		"intel":    {0x00, 0x1b, 0x21},
		"nec":      {0x00, 0x16, 0x97},
		"yamaha":   {0x00, 0xa0, 0xde},
		"tltnka":   {0x00, 0x1e, 0x42},
	}
}

// mac returns the next address of maker; "doc" is the documentation range.
func (p *Plan) mac(maker string) fact.MAC {
	p.nextMAC[maker]++
	n := byte(p.nextMAC[maker])
	if maker == "doc" {
		return fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, n}
	}
	o, ok := ouis()[maker]
	if !ok {
		panic("no such maker: " + maker)
	}
	return fact.MAC{o[0], o[1], o[2], 0, 0, n}
}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func (p *Plan) zone(kind string) Zone {
	for _, z := range p.Zones {
		if z.Kind == kind {
			return z
		}
	}
	panic("no such zone: " + kind)
}

// Host returns the device called name, which must exist.
func (p *Plan) Host(name string) *Host {
	h, ok := p.byName[name]
	if !ok {
		panic("no such host: " + name)
	}
	return h
}

// add puts a device with the last octet last into zone.
func (p *Plan) add(zone, kind, name, maker string, last int) *Host {
	a := p.zone(zone).Prefix.Addr().As4()
	a[3] = byte(last)
	h := &Host{Name: name, Zone: zone, Kind: kind, IP: netip.AddrFrom4(a), MAC: p.mac(maker)}
	p.Hosts = append(p.Hosts, h)
	p.byName[name] = h
	return h
}

// row adds n devices with numbered names and addresses in a row.
func (p *Plan) row(zone, kind, format, maker string, n, last int) {
	for i := range n {
		p.add(zone, kind, fmt.Sprintf(format, i+1), maker, last+i)
	}
}

// in returns the devices of a zone, in the order of the plan.
func (p *Plan) in(zone string, kinds ...string) []*Host {
	var out []*Host
	for _, h := range p.Hosts {
		if h.Zone != zone {
			continue
		}
		if len(kinds) == 0 {
			out = append(out, h)
		}
		for _, k := range kinds {
			if h.Kind == k {
				out = append(out, h)
			}
		}
	}
	return out
}

// Names of zones by kind.
func zones() []Zone {
	pfx := netip.MustParsePrefix
	return []Zone{
		{"clinical", "診療", 10, pfx("10.10.0.0/24")},
		{"radiology", "放射線", 20, pfx("10.20.0.0/24")},
		{"laboratory", "検査", 30, pfx("10.30.0.0/24")},
		{"office", "事務", 40, pfx("10.40.0.0/24")},
		{"catering", "給食・設備", 50, pfx("10.50.0.0/24")},
		{"server", "サーバ", 60, pfx("10.60.0.0/24")},
		{"management", "管理", 99, pfx("10.99.0.0/24")},
	}
}

// NewPlan returns the hospital.
func NewPlan() *Plan {
	p := &Plan{Zones: zones(), byName: map[string]*Host{}, nextMAC: map[string]int{}}
	p.infrastructure()
	p.wards()
	p.radiology()
	p.laboratory()
	p.offices()
	p.catering()
	p.servers()
	p.cable()
	return p
}

func (p *Plan) infrastructure() {
	core := p.add("management", "switch", "core-sw", "allied", 1)
	for _, z := range p.Zones {
		if z.Kind != "management" {
			core.IPs = append(core.IPs, z.Prefix.Addr().Next())
		}
	}
	p.add("management", "switch", "sw-clinical-1", "allied", 11)
	p.add("management", "switch", "sw-clinical-2", "allied", 12)
	p.add("management", "switch", "sw-radiology", "hp", 13)
	p.add("management", "switch", "sw-lab", "cisco", 14)
	p.add("management", "switch", "sw-office", "allied", 15)
	p.add("management", "switch", "sw-server", "hp", 17)
	p.add("management", "ups", "ups-1", "apc", 31)
	p.add("management", "ap", "ap-clinical-1", "allied", 41)
	p.add("management", "ap", "ap-clinical-2", "allied", 42)
	p.add("management", "ap", "ap-office-1", "allied", 43)
	p.add("management", "ap", "ap-lab-1", "cisco", 44)
	p.add("management", "pc", "kanri-pc", "nec", 50)
}

func (p *Plan) wards() {
	p.row("clinical", "pc", "byoto-pc%02d", "dell", 14, 119)
	p.row("clinical", "pc", "ekaru-%02d", "fujitsu", 46, 134)
	p.row("clinical", "printer", "prt-byoto-%d", "brother", 4, 201)
	p.add("clinical", "server", "nursecall", "doc", 220)
	p.row("clinical", "monitor", "monitor-%02d", "doc", 8, 231)
	pc := p.Host("byoto-pc12") // a telephone hangs on it
	pc.IPs = []netip.Addr{ip("192.168.42.23")}
}

func (p *Plan) radiology() {
	p.add("radiology", "server", "pacs", "dell", 10)
	p.add("radiology", "server", "ris", "dell", 11)
	p.add("radiology", "modality", "ct-1", "doc", 21)
	p.add("radiology", "modality", "mr-1", "doc", 24)
	p.add("radiology", "vpn-box", "mr-box", "doc", 23)
	p.add("radiology", "modality", "cr-1", "doc", 25)
	p.add("radiology", "modality", "us-1", "doc", 26)
	p.add("radiology", "modality", "us-2", "doc", 27)
	p.add("radiology", "modality", "xa-1", "doc", 28)
	p.add("radiology", "modality", "mg-1", "doc", 29)
	p.add("radiology", "server", "dokuei", "dell", 30)
	p.row("radiology", "pc", "viewer-%02d", "hp", 10, 41)
	p.row("radiology", "pc", "ris-term-%d", "hp", 4, 61)
	p.add("radiology", "printer", "prt-rad", "canon", 201)
	lte := p.add("radiology", "lte", "lte-gw", "century", 240)
	lte.IPs = []netip.Addr{ip("100.64.12.34")}
	p.add("radiology", "vpn-router", "ct-maint", "doc", 253)
}

func (p *Plan) laboratory() {
	p.add("laboratory", "server", "lis", "nec", 10)
	p.row("laboratory", "pc", "kensa-pc%d", "nec", 6, 20)
	p.Host("kensa-pc3").IPs = []netip.Addr{ip("172.20.10.2")}
	p.row("laboratory", "analyzer", "kensa-an%02d", "doc", 10, 41)
	unknown := p.add("laboratory", "unknown", "unknown-77", "doc", 77)
	unknown.MAC = fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, 0x77}
	p.add("laboratory", "lte", "RUT241", "tltnka", 88)
	p.add("laboratory", "printer", "prt-lab", "brother", 201)
}

func (p *Plan) offices() {
	ons := p.add("office", "pc", "ONS01", "intel", 50)
	ons.MACs = []fact.MAC{p.mac("intel")} // its second card, on the same segment, for IPv6 alone
	ons.IPs = []netip.Addr{slaac(ngnPrefix(), ons.MACs[0])}
	p.row("office", "pc", "jimu-pc%02d", "nec", 30, 101)
	p.row("office", "pc", "iji-pc%02d", "fujitsu", 10, 131)
	p.row("office", "printer", "mfp-jimu-%d", "canon", 3, 201)
	p.add("office", "storage", "backup-2", "doc", 36)
	r := p.add("office", "router", "oqs-router", "yamaha", 254)
	r.IPs = []netip.Addr{linkLocal(r.MAC)}
}

func (p *Plan) catering() {
	p.add("catering", "server", "kyushoku-sv", "nec", 10)
	p.row("catering", "pc", "kyushoku-pc%d", "nec", 4, 21)
	p.add("catering", "building", "bems", "doc", 60)
	p.row("catering", "camera", "camera-%02d", "axis", 6, 71)
	p.add("catering", "printer", "prt-kyushoku", "brother", 201)
}

func (p *Plan) servers() {
	p.add("server", "server", "his", "dell", 10)
	p.add("server", "server", "his-db", "dell", 11)
	p.add("server", "server", "file-sv", "dell", 20)
	p.add("server", "server", "backup-1", "dell", 30)
	p.add("server", "storage", "nas-1", "doc", 35)
	p.add("server", "server", "vmhost-1", "dell", 41)
	p.add("server", "server", "vmhost-2", "dell", 42)
	p.add("server", "server", "ad-1", "dell", 53)
	p.add("server", "server", "ad-2", "dell", 54)
	p.add("server", "server", "update-sv", "dell", 71)
	p.add("server", "server", "print-sv", "dell", 72)
	p.add("server", "server", "ntp-1", "doc", 123)
	p.add("server", "vpn-listener", "sslvpn-1", "fortinet", 253)
	fw := p.add("server", "firewall", "fw-1", "fortinet", 254)
	fw.MACs = []fact.MAC{p.mac("fortinet")} // wan1
	fw.IPs = []netip.Addr{ip("198.51.100.2")}
}

// ngnPrefix is what the closed network's line advertises: NTT East's space.
func ngnPrefix() netip.Prefix { return netip.MustParsePrefix("2404:1a8:0:1200::/64") }

// linkLocal returns the link-local address made of m (RFC 4291, appendix A).
func linkLocal(m fact.MAC) netip.Addr { return slaac(netip.MustParsePrefix("fe80::/64"), m) }

// slaac returns the address made of m in p (RFC 4862, 5.5.3).
func slaac(p netip.Prefix, m fact.MAC) netip.Addr {
	a := p.Addr().As16()
	copy(a[8:], []byte{m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]})
	return netip.AddrFrom16(a)
}
