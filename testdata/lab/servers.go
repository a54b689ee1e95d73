package lab

import (
	"fmt"
	"strings"
	"time"
)

// domain is that of the hospital's own names.
const domain = "hospital.example"

// resolverAddr is the hospital's own resolver.
const resolverAddr = "10.60.0.53"

// Station adds a host with one interface, eth0, a default route to the core
// and the hospital's resolver: most machines of a hospital.
func (p *Plan) Station(name, oui, into string, vlan int, addr string) *Host {
	h := p.Add(Host{Name: name, OUI: oui})
	h.Plug("eth0", into, addr+"/24")
	h.Route("default", p.Segment(vlan).Gateway().String())
	h.Resolve(resolverAddr)
	return h
}

// servers are the machines that others ask: charts, images, files.
func servers(p *Plan) {
	his := p.Station("his-sv", "00:00:4c", "sw-server", server, "10.60.0.10")
	his.Run(Proc{Name: "hl7", Argv: []string{"{lab}", "serve", "hl7", ":2575"}, Ready: "tcp 10.60.0.10:2575"})
	his.Run(Proc{Name: "https", Argv: []string{"{lab}", "serve", "https", ":443", "his-sv." + domain}})

	pacs := p.Station("pacs-sv", "00:00:0e", "sw-server", server, "10.60.0.20")
	pacs.Run(Proc{
		Name: "storescp", Argv: []string{"storescp", "-q", "--ignore", "-aet", "PACS", "11112"}, Ready: "tcp 10.60.0.20:11112",
	})

	files := p.Station("file-sv", "00:15:5d", "sw-server", server, "10.60.0.30")
	files.Run(Proc{Name: "https", Argv: []string{"{lab}", "serve", "https", ":443", "file-sv." + domain}})
}

// auditor is the machine kanmon runs on: a management address, a port that gets
// a copy of the clinical and the server VLAN at the core, and two that get
// the office and the laboratory VLAN at their access switches.
func auditor(p *Plan) {
	h := p.Station("auditor", "00:e0:4c", core+"/99", management, "10.99.0.250")
	h.Mirror("mirror0", p.Host(core), clinical, server)
	h.Mirror("mirror1", p.Host("sw-office"), office)
	h.Mirror("mirror2", p.Host("sw-lab"), laboratory)
}

// resolver is the hospital's DNS server. It knows all hosts of the plan and
// asks a resolver on the internet for the rest.
func resolver(p *Plan) {
	var conf strings.Builder
	fmt.Fprintf(&conf, "no-hosts\nno-resolv\nkeep-in-foreground\nuser=root\npid-file=\nserver=%s\nlocal=/%s/\n", internetDNS, domain)
	for _, h := range p.Hosts {
		for _, s := range p.Segments {
			if a := h.Addr(); a.IsValid() && s.Prefix.Contains(a) {
				fmt.Fprintf(&conf, "host-record=%s.%s,%s\n", h.Name, domain, a)
			}
		}
	}
	h := p.Station("dns-sv", "00:15:5d", "sw-server", server, resolverAddr)
	h.File("dnsmasq.conf", conf.String())
	h.Run(Proc{Name: "dnsmasq", Argv: []string{"dnsmasq", "-C", "{dir}/dnsmasq.conf"}, Ready: "tcp " + resolverAddr + ":53"})
	h.Do(30*time.Second, "ping", "-c", "1", "-W", "1", "10.60.0.254")
}
