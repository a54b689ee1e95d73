package hospital

import (
	"net/netip"
	"strings"
	"time"

	"github.com/gopacket/gopacket/layers"

	"kanmon/discover/fact"
)

// Outside addresses, all from the documentation ranges (RFC 5737).
const (
	webServer    = "192.0.2.80"    // www.example.jp
	updateServer = "203.0.113.200" // update.example.com
	mailServer   = "198.51.100.25" // mail.example.jp
	outsideDNS   = "192.0.2.53"    // ns.example.jp
	relayServer  = "203.0.113.150" // router1.teamviewer.com
	readingHost  = "198.51.100.50" // reading.example.jp
	ctVendor     = "203.0.113.10"  // the other end of ct-maint
	mrVendor     = "198.51.100.99" // the other end of mr-box
	foodVendor   = "203.0.113.77"  // the other end of kyushoku-sv
	xaVendor     = "203.0.113.120" // what xa-1 reaches through lte-gw
	strayServer  = "192.0.2.99"    // what kensa-an01 reaches through unknown-77
	providerHop  = "198.51.100.1"  // next hop of fw-1
	oqsServer    = "2404:1a8:f583:d01::443"
	oqsDNS1      = "2404:1a8:f583:d00::53:1"
	oqsDNS2      = "2404:1a8:f583:d00::53:2"
)

// day is midnight in Japan of the day on which everything is seen.
func day() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, jst()) }

// at returns a time of that day.
func at(hour, minute int) time.Time {
	return day().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

func internal(name string) string { return strings.ToLower(name) + ".hospital.example.jp" }

const windows = "MSFT 5.0"

// arrive adds what a PC does when it is switched on.
func (c *capture) arrive(i int, h *Host) {
	core := c.plan.Host("core-sw")
	gw := end{core.MAC, c.plan.zone(c.zone).Prefix.Addr().Next(), 0}
	c.dhcp(h, windows, i%6 == 0)
	c.arp(end{h.MAC, h.IP, 0}, gw)
	if i%4 == 1 {
		c.register(h)
	}
	if i%9 == 4 {
		c.llmnr(h, "wpad")
	}
}

// resolve adds the question of h for an inside name, and the answer of ad-1.
func (c *capture) resolve(h *Host, name string) {
	c.lookup(c.host(h, 0), c.host(c.plan.Host("ad-1"), 53), internal(name), c.plan.Host(name).IP)
}

// browse adds a visit of h to an outside site.
func (c *capture) browse(h *Host, name, addr string) {
	c.lookup(c.host(h, 0), c.host(c.plan.Host("ad-1"), 53), name, ip(addr))
	c.tls(c.host(h, 0), c.out(addr, 443), name, true)
}

// greet adds an ARP exchange of every device of kinds with its gateway.
func (c *capture) greet(kinds ...string) {
	gw := end{c.plan.Host("core-sw").MAC, c.plan.zone(c.zone).Prefix.Addr().Next(), 0}
	for _, h := range c.plan.in(c.zone, kinds...) {
		c.arp(end{h.MAC, h.IP, 0}, gw)
	}
}

// infrastructure adds what the switch that the capture hangs on says of itself.
func (c *capture) infrastructure(name string) {
	s := c.plan.Find(name)
	c.rstp(s, s.Mirror)
	c.lldp(c.plan.announce(s.Host, s.Mirror))
	c.rstp(s, s.Mirror)
}

func (p *Plan) clinicalCapture() *capture {
	c := newCapture(p, "clinical", at(9, 0), 410*time.Millisecond)
	c.infrastructure("core-sw")
	c.vid = 10
	his, files := p.Host("his"), p.Host("file-sv")
	for i, h := range p.in("clinical", "pc") {
		c.arrive(i, h)
		c.resolve(h, "his")
		c.tls(c.host(h, 0), c.host(his, 443), internal("his"), i%2 == 0)
		if i%3 == 0 {
			c.smb(c.host(h, 0), c.host(files, 0))
		}
		if i%5 == 2 {
			c.browse(h, "www.example.jp", webServer)
		}
	}
	c.greet("printer", "monitor", "server")
	for _, h := range p.in("clinical", "printer") {
		c.mdns(h, []netip.Addr{h.IP}, "_ipp._tcp", "_pdl-datastream._tcp")
	}
	for _, h := range p.in("clinical", "monitor") {
		c.ntp(c.host(h, 0), c.host(p.Host("ntp-1"), 0))
	}
	nurse := p.Host("nursecall")
	c.resolve(nurse, "his")
	c.hl7(c.host(nurse, 0), c.host(his, 2575), "NURSECALL", "HIS", 1001)
	c.nodeStatus(p.Host("ekaru-01"), p.Host("byoto-pc12"), "MIHON")
	chart := p.Host("ekaru-07")
	c.lookup(c.host(chart, 0), c.host(p.Host("ad-1"), 53), "router1.teamviewer.com", ip(relayServer))
	c.tls(c.host(chart, 0), c.out(relayServer, 443), "router1.teamviewer.com", false)
	return c
}

func (p *Plan) radiologyCapture() *capture {
	c := newCapture(p, "radiology", at(10, 0), 530*time.Millisecond)
	c.infrastructure("sw-radiology")
	for i, h := range p.in("radiology", "pc") {
		c.arrive(i, h)
		c.resolve(h, "pacs")
		c.arp(end{h.MAC, h.IP, 0}, end{p.Host("pacs").MAC, p.Host("pacs").IP, 0})
		c.tls(c.host(h, 0), c.host(p.Host("pacs"), 443), internal("pacs"), true)
	}
	c.greet("server", "modality", "printer", "vpn-box", "vpn-router")
	pacs, ris := p.Host("pacs"), p.Host("ris")
	for _, h := range p.in("radiology", "server") {
		c.register(h)
	}
	for _, h := range p.in("radiology", "modality") {
		c.resolve(pacs, h.Name)
		c.arp(end{h.MAC, h.IP, 0}, end{pacs.MAC, pacs.IP, 0})
		c.dicom(c.host(h, 0), c.host(pacs, 11112), strings.ToUpper(h.Name), "PACS")
		c.ntp(c.host(h, 0), c.host(p.Host("ntp-1"), 0))
	}
	c.resolve(pacs, "ris")
	c.resolve(pacs, "mr-box")
	c.resolve(pacs, "ct-maint")
	c.hl7(c.host(ris, 0), c.host(p.Host("his"), 2575), "RIS", "HIS", 2001)
	printer := p.Host("prt-rad")
	c.mdns(printer, []netip.Addr{printer.IP}, "_ipp._tcp")
	c.ikev2(c.host(p.Host("ct-maint"), 0), c.out(ctVendor, 0), 4)
	c.openvpn(c.host(p.Host("mr-box"), 0), c.out(mrVendor, 0), 4)
	c.reading()
	lte := p.Host("lte-gw")
	c.resolve(pacs, "lte-gw")
	c.arp(c.host(p.Host("xa-1"), 0), end{lte.MAC, lte.IP, 0})
	c.tls(c.host(p.Host("xa-1"), 0), end{lte.MAC, ip(xaVendor), 443}, "maintenance.example.com", false)
	return c
}

// reading adds the images that dokuei sends to the reading service.
func (c *capture) reading() {
	h := c.plan.Host("dokuei")
	c.resolve(c.plan.Host("pacs"), "dokuei")
	c.lookup(c.host(h, 0), c.host(c.plan.Host("ad-1"), 53), "reading.example.jp", ip(readingHost))
	c.dicom(c.host(h, 0), c.out(readingHost, 11112), "DOKUEI", "READING")
}

func (p *Plan) laboratoryCapture() *capture {
	c := newCapture(p, "laboratory", at(11, 0), 470*time.Millisecond)
	sw := p.Find("sw-lab")
	c.infrastructure("sw-lab")
	c.cdp(sw.PortMAC(sw.Mirror), internal("sw-lab"), "GigabitEthernet0/23", "cisco WS-C2960X-24TS-L", ciscoVersion, sw.IP)
	lis := p.Host("lis")
	c.register(lis)
	for i, h := range p.in("laboratory", "pc") {
		c.arrive(i, h)
		c.resolve(h, "lis")
		c.arp(end{h.MAC, h.IP, 0}, end{lis.MAC, lis.IP, 0})
		c.smb(c.host(h, 0), c.host(lis, 0))
	}
	c.greet("server", "analyzer", "printer")
	for i, h := range p.in("laboratory", "analyzer") {
		c.arp(end{h.MAC, h.IP, 0}, end{lis.MAC, lis.IP, 0})
		c.hl7(c.host(h, 0), c.host(lis, 2575), strings.ToUpper(h.Name), "LIS", 3001+i)
		c.resolve(lis, h.Name)
	}
	c.hl7(c.host(lis, 0), c.host(p.Host("his"), 2575), "LIS", "HIS", 3101)

	pc := p.Host("kensa-pc3") // with a telephone
	both := append([]netip.Addr{pc.IP}, pc.IPs...)
	c.mdns(pc, both)
	c.nbAnswer(p.Host("kensa-pc1"), pc, both)

	printer := p.Host("prt-lab")
	c.mdns(printer, []netip.Addr{printer.IP}, "_ipp._tcp")

	rut := p.Host("RUT241") // asks for an address, and offers a way out
	c.dhcp(rut, "udhcp 1.34.1", true)
	c.arp(c.host(rut, 0), end{p.Host("core-sw").MAC, ip("10.30.0.1"), 0})
	c.ssdp(rut, "urn:schemas-upnp-org:device:InternetGatewayDevice:1", "Linux/5.15 UPnP/1.1 MiniUPnPd/2.3.1")

	an, box := p.Host("kensa-an01"), p.Host("unknown-77") // what nobody knows
	c.arp(c.host(an, 0), end{box.MAC, box.IP, 0})
	c.tls(c.host(an, 0), end{box.MAC, ip(strayServer), 443}, "collect.example.net", false)
	c.tls(c.host(an, 0), end{box.MAC, ip(strayServer), 443}, "collect.example.net", false)
	return c
}

func (p *Plan) officeCapture() *capture {
	c := newCapture(p, "office", at(13, 0), 390*time.Millisecond)
	c.infrastructure("sw-office")
	files, update := p.Host("file-sv"), p.Host("update-sv")
	for i, h := range p.in("office", "pc") {
		if h.Name == "ONS01" {
			continue
		}
		c.arrive(i, h)
		switch i % 3 {
		case 0:
			c.browse(h, "www.example.jp", webServer)
		case 1:
			c.resolve(h, "file-sv")
			c.smb(c.host(h, 0), c.host(files, 0))
		default:
			c.browse(h, "update.example.com", updateServer)
			c.resolve(h, "update-sv")
			c.http(c.host(h, 0), c.host(update, 8530), internal("update-sv"))
		}
	}
	c.greet("printer", "storage")
	for _, h := range p.in("office", "printer") {
		c.mdns(h, []netip.Addr{h.IP}, "_ipp._tcp", "_printer._tcp")
	}
	c.resolve(p.Host("jimu-pc01"), "backup-2")
	c.esp(c.host(p.Host("backup-2"), 0), c.host(p.Host("his-db"), 0), 3)
	c.iface = 1
	c.qualification()
	c.iface = 0
	return c
}

// qualification adds the online-qualification terminal and its line.
func (c *capture) qualification() {
	p := c.plan
	ons, router := p.Host("ONS01"), p.Host("oqs-router")
	dns := []string{oqsDNS1, oqsDNS2}
	closed := ons.MACs[0]
	own := end{closed, ons.IPs[0], 0}
	c.advertise(router, ngnPrefix(), dns, "flets-east.jp")
	c.nd(end{closed, linkLocal(closed), 0}, end{router.MAC, router.IPs[0], 0})
	c.nd(end{router.MAC, router.IPs[0], 0}, own)
	c.dhcp6(closed, router, dns, "flets-east.jp")
	c.lookup(own, end{router.MAC, ip(oqsDNS1), 53}, "www.lineauth.mnw", ip("2404:1a8:f583:d01::80"))
	c.lookup(own, end{router.MAC, ip(oqsDNS1), 53}, "hweb.oqs.onshikaku.org", ip(oqsServer))
	c.tls(own, end{router.MAC, ip(oqsServer), 443}, "hweb.oqs.onshikaku.org", false)
	c.advertise(router, ngnPrefix(), dns, "flets-east.jp")

	c.dhcp(ons, windows, true)
	c.arp(c.host(ons, 0), end{p.Host("core-sw").MAC, ip("10.40.0.1"), 0})
	both := append([]netip.Addr{ons.IP}, ons.IPs...)
	c.mdns(ons, both)
	c.mdns6(ons, both)
	c.nodeStatus(p.Host("iji-pc01"), ons, "ONS")
	c.arp(c.host(router, 0), c.host(ons, 0))
	c.smb(c.host(ons, 0), c.host(p.Host("his"), 0))
}

func (p *Plan) serverCapture() *capture {
	c := newCapture(p, "server", at(14, 0), 610*time.Millisecond)
	c.infrastructure("sw-server")
	c.greet("server", "storage")
	ad, fw, core := p.Host("ad-1"), p.Host("fw-1"), p.Host("core-sw")
	c.arp(end{core.MAC, ip("10.60.0.1"), 0}, end{fw.MAC, fw.IP, 0})
	for _, h := range p.in("server", "server") {
		if h == ad {
			continue
		}
		c.resolve(h, "ad-1")
		c.smb(c.host(h, 0), c.host(ad, 0))
		c.nodeStatus(ad, h, "MIHON")
	}
	c.nodeStatus(p.Host("ad-2"), ad, "MIHON")
	c.resolve(p.Host("his"), "nas-1")
	c.resolve(p.Host("his"), "ntp-1")
	c.resolve(p.Host("his"), "kanri-pc")
	c.esp(c.host(p.Host("his-db"), 0), c.host(p.Host("backup-2"), 0), 4)
	c.hl7(c.host(p.Host("lis"), 0), c.host(p.Host("his"), 2575), "LIS", "HIS", 4001)
	c.hl7(c.host(p.Host("ris"), 0), c.host(p.Host("his"), 2575), "RIS", "HIS", 4002)
	c.smb(c.host(p.Host("backup-1"), 0), c.host(p.Host("nas-1"), 0))

	// The resolver asks outside on behalf of the others, ekaru-07 among them.
	for _, q := range []struct{ name, addr string }{
		{"www.example.jp", webServer},
		{"update.example.com", updateServer},
		{"mail.example.jp", mailServer},
		{"router1.teamviewer.com", relayServer},
		{"reading.example.jp", readingHost},
	} {
		c.lookup(c.host(ad, 0), c.out(outsideDNS, 53), q.name, ip(q.addr))
	}
	c.lookup(c.host(p.Host("ekaru-07"), 0), c.host(ad, 53), "router1.teamviewer.com", ip(relayServer))
	c.ntp(c.host(p.Host("ntp-1"), 0), c.out("192.0.2.123", 0))
	c.tls(c.host(p.Host("update-sv"), 0), c.out(updateServer, 443), "update.example.com", true)
	for _, name := range []string{"ekaru-03", "ekaru-20", "jimu-pc01", "jimu-pc05", "jimu-pc10", "iji-pc03"} {
		c.tls(c.host(p.Host(name), 0), c.out(webServer, 443), "www.example.jp", true)
	}

	// The tunnels of the other segments pass here on their way to fw-1.
	c.tls(c.host(p.Host("ekaru-07"), 0), c.out(relayServer, 443), "router1.teamviewer.com", false)
	c.ikev2(c.host(p.Host("ct-maint"), 0), c.out(ctVendor, 0), 2)
	c.openvpn(c.host(p.Host("mr-box"), 0), c.out(mrVendor, 0), 2)
	c.wireguard(c.host(p.Host("kyushoku-sv"), 0), c.out(foodVendor, 0), 3)
	c.dicom(c.host(p.Host("dokuei"), 0), c.out(readingHost, 11112), "DOKUEI", "READING")
	return c
}

func (p *Plan) wanCapture() *capture {
	c := newCapture(p, "wan", at(15, 0), 700*time.Millisecond)
	fw := p.Host("fw-1")
	ac := providerMAC()
	peers := []netip.Addr{ip(webServer), ip(updateServer), ip(mailServer)}
	c.pppoe(fw.MACs[0], ac, "bas.example.jp", fw.IPs[0], peers)
	return c
}

// providerMAC is the access concentrator of the provider: not a device of the
// hospital's.
func providerMAC() fact.MAC { return fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x53, 0xfe} }

// linkType is that of every capture.
const linkType = layers.LinkTypeEthernet
