package lab

import "kanmon/topology"

// sslVPNWayOut is a gateway that lets people in from outside: one leg at the
// servers, one on the internet, and on both a login page in TLS, as FortiGate
// shows it. Nobody logs in; a probe alone knows it, which is the case to find.
func sslVPNWayOut(p *Plan) {
	gw := p.Add(Host{Name: "vpn-gw", OUI: "00:09:0f", Forward: true, Quiet: true})
	gw.Plug("eth0", "sw-server", "10.60.0.253/24")
	p.Cross(gw, p.Host("internet"), "wan0", "203.0.113.14/30", "vpngw", "203.0.113.13/30")
	gw.Route("default", "203.0.113.13")
	gw.Route("10.0.0.0/8", "10.60.0.1")
	gw.Run(Proc{Name: "sslvpn", Argv: []string{"{lab}", "serve", "sslvpn", ":443", "FGT60F0000000000"}, Ready: "tcp 10.60.0.253:443"})

	p.WayOut(Truth{
		ID: "vpn-gw", Category: topology.VendorVPN, Device: "vpn-gw", Transport: []string{"ssl-vpn"}, Known: []Vantage{ByProbe},
	})
}
