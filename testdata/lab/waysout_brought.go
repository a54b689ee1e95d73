package lab

import (
	"net/netip"
	"time"

	"kanmon/topology"
)

// wifiWayOut is a home router that someone brought: its outside is in the
// office, and what is behind it has its address.
func wifiWayOut(p *Plan) {
	r := p.Add(Host{Name: "wlan-ap77", OUI: "00:0d:0b", Forward: true})
	r.Plug("wan0", "sw-office", "10.40.0.77/24")
	r.Route("default", p.Segment(office).Gateway().String())
	r.NAT("wan0")
	tablet := p.Add(Host{Name: "tablet", OUI: "02:5e:61"})
	p.Cross(r, tablet, "lan0", "192.168.11.1/24", "wlan0", "192.168.11.5/24")
	tablet.Route("default", "192.168.11.1")
	tablet.Resolve(resolverAddr)
	tablet.Do(9*time.Second, "{lab}", "ask", "https", "https://www.example.jp/")
	// Addresses are handed out inside only.
	r.File("dnsmasq.conf", `no-hosts
no-resolv
keep-in-foreground
user=root
pid-file=
port=0
no-ping
bind-interfaces
interface=lan0
except-interface=lo
dhcp-range=192.168.11.100,192.168.11.199,1h
dhcp-leasefile={dir}/leases
`)
	r.Run(Proc{Name: "dnsmasq", Argv: []string{"dnsmasq", "-C", "{dir}/dnsmasq.conf"}})
	r.Run(Proc{Name: "ssdp", Argv: []string{"{lab}", "respond", "ssdp", "WHR-1166DHP"}})

	p.WayOut(Truth{
		ID: "wifi-router", Category: topology.Unclassified, Device: "wlan-ap77", Known: []Vantage{AtMirror1, ByProbe},
		Note: "leads to the air, and by radio to whoever is near; its cable ends inside",
	})
}

// rogueRA is a PC that announces a prefix and itself as the way to everything,
// as one does that shares a connection, and one that believes it.
func rogueRA(p *Plan) {
	h := p.Station("share-pc", "00:14:22", "sw-office", office, "10.40.0.66")
	h.Forward = true
	h.Interface("eth0").Addrs = append(h.Interface("eth0").Addrs, netip.MustParsePrefix("2001:db8:bad::1/64"))
	h.File("radvd.conf", `interface eth0 {
	AdvSendAdvert on;
	MinRtrAdvInterval 3;
	MaxRtrAdvInterval 10;
	prefix 2001:db8:bad::/64 { };
};
`)
	h.Run(Proc{Name: "radvd", Argv: []string{"radvd", "-n", "-C", "{dir}/radvd.conf", "-p", "{dir}/radvd.pid", "-m", "stderr"}})
	victim := p.Station("jimu-pc3", "00:1b:78", "sw-office", office, "10.40.0.24")
	victim.Interface("eth0").SLAAC = true
	victim.Do(16*time.Second, "ping", "-6", "-c", "1", "-W", "1", "2001:db8:bad::1")
	// The terminal hears it too. It goes on working, by a route of its own.
	ons := p.Host("ons01")
	ons.Routes = append(ons.Routes, Route{To: netip.MustParsePrefix("2404:1a8::/32"), Via: p.Host("oqs-router").Interface("lan1").linkLocal(), Dev: "eth0"})

	p.WayOut(Truth{
		ID: "rogue-ra", Category: topology.Internet, Device: "share-pc", Behind: []string{"jimu-pc3"}, Remote: []string{"2001:db8:bad::/64"},
		Known: []Vantage{AtMirror1}, Note: "what it announces itself as; nothing is behind it",
	})
}

// bridgingPC is a PC with a card in the clinical and one in the office VLAN
// that forwards between them, past the core, and one who uses it.
func bridgingPC(p *Plan) {
	h := p.Add(Host{Name: "soumu-pc2", OUI: "00:14:22", Forward: true})
	h.Plug("eth0", "sw-office", "10.40.0.60/24")
	h.Plug("eth1", "sw-clinical-1", "10.10.0.62/24")
	h.Route("default", p.Segment(office).Gateway().String())
	h.Resolve(resolverAddr)
	h.Do(20*time.Second, "{lab}", "ask", "https", "https://file-sv."+domain+"/")
	user := p.Station("iji-pc1", "00:1b:78", "sw-office", office, "10.40.0.23")
	user.Route("10.10.0.140/32", "10.40.0.60")
	user.Do(10*time.Second, "ping", "-c", "1", "-W", "1", "10.10.0.140")
}

// dualHomedServer has a card among the servers and one in the management VLAN,
// and forwards nothing.
func dualHomedServer(p *Plan) {
	h := p.Station("backup-sv", "00:15:5d", "sw-server", server, "10.60.0.40")
	h.Quiet = true // what it says stays at sw-server, or in the management VLAN
	h.Plug("eth1", core+"/99", "10.99.0.40/24")
	h.Do(20*time.Second, "ping", "-c", "1", "-W", "1", "10.99.0.17")
	h.Do(20*time.Second, "{lab}", "ask", "https", "https://file-sv."+domain+"/")
}

// unknownBox is in the laboratory and nobody knows it: an analyser reaches
// somebody through it.
func unknownBox(p *Plan) {
	const somebody = "192.0.2.99"
	internet := p.Host("internet")
	internet.Also(somebody + "/32")
	internet.Run(Proc{Name: "somebody", Argv: []string{"{lab}", "serve", "https", somebody + ":443", "somebody.example"}})
	h := p.Add(Host{Name: "unknown-77", OUI: "00:00:5e", Forward: true})
	h.Plug("eth0", "sw-lab", "10.30.0.77/24").MAC = "00:00:5e:00:53:77"
	p.Cross(h, internet, "wan0", "203.0.113.210/30", "unknown", "203.0.113.209/30")
	h.Route("default", "203.0.113.209")
	h.NAT("wan0")
	analyser := p.Host("analyzer-1")
	analyser.Route(somebody+"/32", "10.30.0.77")
	analyser.Do(10*time.Second, "{lab}", "ask", "https", "https://"+somebody+"/")

	p.WayOut(Truth{
		ID: "unknown-box", Category: topology.Unclassified, Device: "unknown-77", Behind: []string{"analyzer-1"},
		Remote: []string{somebody}, Known: []Vantage{AtMirror2},
	})
}
