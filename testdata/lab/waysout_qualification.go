package lab

import (
	"time"

	"kanmon/topology"
)

// Addresses of the closed network as the lab has it, in a prefix of NTT East.
const (
	ngnDNS1 = "2404:1a8:f583:d00::53:1"
	ngnDNS2 = "2404:1a8:f583:d00::53:2"
	ngnWeb  = "2404:1a8:f583:e00::443"
)

// qualificationWayOut is the router for online qualification on the office
// VLAN: it announces a prefix of the closed network with its resolvers, and
// the terminal ONS01 takes an address out of it beside its own.
func qualificationWayOut(p *Plan) {
	ngn := p.Add(Host{Name: "ngn", OUI: "00:00:4c", Forward: true})
	ngn.Also(ngnDNS1+"/128", ngnDNS2+"/128", ngnWeb+"/128")
	ngn.File("dnsmasq.conf", `no-hosts
no-resolv
keep-in-foreground
user=root
pid-file=
bind-interfaces
local=/#/
listen-address=`+ngnDNS1+`,`+ngnDNS2+`
host-record=hweb.oqs.onshikaku.org,`+ngnWeb+`
host-record=www.lineauth.mnw,`+ngnWeb+`
`)
	ngn.Run(Proc{Name: "dnsmasq", Argv: []string{"dnsmasq", "-C", "{dir}/dnsmasq.conf"}, Ready: "tcp [" + ngnDNS1 + "]:53"})
	ngn.Run(Proc{Name: "https", Argv: []string{"{lab}", "serve", "https", "[" + ngnWeb + "]:443", "hweb.oqs.onshikaku.org"}})

	r := p.Add(Host{Name: "oqs-router", OUI: "00:a0:de", Forward: true})
	r.Plug("lan1", "sw-office", "10.40.0.253/24", "2404:1a8:7f00:40::1/64")
	p.Cross(r, ngn, "lan2", "2404:1a8:7f00:ff::2/64", "oqs", "2404:1a8:7f00:ff::1/64")
	r.Route("default", "2404:1a8:7f00:ff::1")
	ngn.Route("2404:1a8:7f00:40::/64", "2404:1a8:7f00:ff::2")
	r.File("radvd.conf", `interface lan1 {
	AdvSendAdvert on;
	MinRtrAdvInterval 3;
	MaxRtrAdvInterval 10;
	prefix 2404:1a8:7f00:40::/64 { };
	RDNSS `+ngnDNS1+` `+ngnDNS2+` { };
	DNSSL flets-east.jp { };
};
`)
	r.Run(Proc{Name: "radvd", Argv: []string{"radvd", "-n", "-C", "{dir}/radvd.conf", "-p", "{dir}/radvd.pid", "-m", "stderr"}})

	ons := p.Add(Host{Name: "ons01", OUI: "00:01:8e"})
	ons.Plug("eth0", "sw-office", "10.40.0.50/24").SLAAC = true
	ons.Route("10.0.0.0/8", p.Segment(office).Gateway().String())
	ons.Resolve(ngnDNS1, ngnDNS2)
	ons.Do(8*time.Second, "{lab}", "ask", "dns", "www.lineauth.mnw")
	ons.Do(9*time.Second, "{lab}", "ask", "https", "https://hweb.oqs.onshikaku.org/")
	ons.Do(20*time.Second, "ping", "-c", "1", "-W", "1", "10.60.0.30")
	p.WayOut(Truth{
		ID: "qualification", Category: topology.OnlineQualification, Device: "oqs-router", Behind: []string{"ons01"},
		Remote:   []string{"hweb.oqs.onshikaku.org", "www.lineauth.mnw", ngnDNS1, ngnDNS2, ngnWeb},
		Approved: true, Known: []Vantage{AtMirror1},
	})
}
