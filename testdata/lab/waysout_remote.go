package lab

import (
	"time"

	"kanmon/topology"
)

// remoteSupportWayOut is an agent for remote support on a chart terminal. It
// keeps a connection to a relay of its maker, and tries the maker's own port
// too; what it says inside TLS is not the product's.
func remoteSupportWayOut(p *Plan) {
	const name = "router1.teamviewer.com"
	relay := p.Outside("tv-relay", "203.0.113.150/30", name)
	relay.Run(Proc{Name: "https", Argv: []string{"{lab}", "serve", "https", ":443", name}, Ready: "tcp 203.0.113.150:443"})
	relay.Run(Proc{Name: "relay", Argv: []string{"{lab}", "serve", "https", ":5938", name}})

	pc := p.Host("ekaru-07")
	pc.Run(Proc{Name: "agent", Argv: []string{"{lab}", "keep", "https://" + name + "/"}})
	pc.Do(30*time.Second, "{lab}", "ask", "https", "https://"+name+":5938/")

	p.WayOut(Truth{
		ID: "teamviewer", Category: topology.RemoteSupport, Device: "ekaru-07",
		Remote: []string{name, "203.0.113.150"}, Transport: []string{"tls"}, Known: []Vantage{AtMirror0},
		Note: "its approval has ended",
	})
}

// readingWayOut is the service that reads images elsewhere: the viewer asks it
// over HTTPS and by DICOM.
func readingWayOut(p *Plan) {
	const name, addr = "reading.example.jp", "198.51.100.50"
	service := p.Outside("reading", addr+"/30", name)
	service.Run(Proc{Name: "https", Argv: []string{"{lab}", "serve", "https", ":443", name}})
	service.Run(Proc{
		Name: "storescp", Argv: []string{"storescp", "-q", "--ignore", "-aet", "READING", "11112"}, Ready: "tcp " + addr + ":11112",
	})
	viewer := p.Host("dokuei")
	viewer.Do(10*time.Second, "{lab}", "ask", "https", "https://"+name+"/")
	viewer.Do(12*time.Second, "echoscu", "-aet", "DOKUEI", "-aec", "READING", name, "11112")

	p.WayOut(Truth{
		ID: "reading", Category: topology.PartnerExchange, Device: "dokuei",
		Remote: []string{name, addr}, Transport: []string{"tls", "dicom"}, Approved: true, Known: []Vantage{AtMirror0},
	})
}
