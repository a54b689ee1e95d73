package lab

import (
	"time"

	"kanmon/topology"
)

// Addresses of the internet as the lab has it: RFC 5737.
const (
	internetDNS = "192.0.2.53"
	internetWeb = "192.0.2.80"
)

// internetWayOut is the firewall with address translation, and beyond it an
// internet of one router with the servers' addresses on it. A further line is
// one more Cross to the host internet.
func internetWayOut(p *Plan) {
	net := p.Add(Host{Name: "internet", OUI: "00:00:5e", Forward: true})
	net.Also(internetDNS+"/32", internetWeb+"/32")
	net.File("dnsmasq.conf", `no-hosts
no-resolv
keep-in-foreground
user=root
pid-file=
bind-interfaces
local=/#/
listen-address=`+internetDNS+`
host-record=www.example.jp,`+internetWeb+`
`)
	net.Run(Proc{Name: "dnsmasq", Argv: []string{"dnsmasq", "-C", "{dir}/dnsmasq.conf"}, Ready: "tcp " + internetDNS + ":53"})
	net.Run(Proc{Name: "https", Argv: []string{"{lab}", "serve", "https", internetWeb + ":443", "www.example.jp"}})

	fw := p.Add(Host{Name: "fw-1", OUI: "00:09:0f", Forward: true})
	fw.Plug("eth0", "sw-server", "10.60.0.254/24")
	p.Cross(fw, net, "wan0", "203.0.113.2/30", "fw1", "203.0.113.1/30")
	fw.Route("default", "203.0.113.1")
	fw.Route("10.0.0.0/8", "10.60.0.1")
	fw.NAT("wan0")
	fw.Do(30*time.Second, "ping", "-c", "1", "-W", "1", "203.0.113.1")

	p.Host(core).Route("default", "10.60.0.254")
	p.WayOut(Truth{
		ID: "internet", Category: topology.Internet, Device: "fw-1", Remote: []string{"203.0.113.1", "www.example.jp", internetWeb, internetDNS},
		Approved: true, Known: []Vantage{AtMirror0, BySNMP},
	})
}

// NAT hides all that leaves by an interface behind its address.
func (h *Host) NAT(name string) {
	h.File("nat.nft", `table ip nat {
	chain out {
		type nat hook postrouting priority srcnat
		oifname "`+name+`" masquerade
	}
}
`)
	h.Setup = append(h.Setup, []string{"nft", "-f", "{dir}/nat.nft"})
}
