package lab

import (
	"crypto/x509"
	"time"

	"kanmon/topology"
)

// mrVendorTunnel is the maker's address inside its tunnel.
const mrVendorTunnel = "172.31.99.1"

// mrVendorWayOut is the maintenance box of the MR: an OpenVPN client that
// dials its maker, at another address than the one that was approved.
func mrVendorWayOut(p *Plan) {
	ca, err := newAuthority("MR vendor CA")
	if err != nil {
		p.fail("way out mr-box: %w", err)
		return
	}
	serverCert, serverKey, err := ca.issue("mr-vendor", x509.ExtKeyUsageServerAuth)
	if err != nil {
		p.fail("way out mr-box: %w", err)
		return
	}
	clientCert, clientKey, err := ca.issue("mr-box", x509.ExtKeyUsageClientAuth)
	if err != nil {
		p.fail("way out mr-box: %w", err)
		return
	}
	inline := func(cert, key string) string {
		return "<ca>\n" + asPEM("CERTIFICATE", ca.certificate.Raw) + "</ca>\n<cert>\n" + cert + "</cert>\n<key>\n" + key + "</key>\n"
	}

	vendor := p.Outside("mr-vendor", "198.51.100.99/31")
	vendor.File("openvpn.conf", `local 198.51.100.99
proto udp4
port 1194
dev tun
server 172.31.99.0 255.255.255.0
topology subnet
dh none
keepalive 5 30
verb 3
`+inline(serverCert, serverKey))
	vendor.Run(Proc{Name: "openvpn", Argv: []string{"openvpn", "--config", "{dir}/openvpn.conf"}})

	box := p.Station("mr-box", "00:d0:c9", "sw-radiology", radiology, "10.20.0.23")
	box.File("openvpn.conf", `client
proto udp4
remote 198.51.100.99 1194
dev tun
nobind
remote-cert-tls server
connect-retry 1 5
hand-window 10
verb 3
`+inline(clientCert, clientKey))
	box.Run(Proc{Name: "openvpn", Argv: []string{"openvpn", "--config", "{dir}/openvpn.conf", "--writepid", "{dir}/openvpn.pid"}})
	box.Do(6*time.Second, "ping", "-c", "1", "-W", "1", mrVendorTunnel)

	p.WayOut(Truth{
		ID: "mr-box", Category: topology.VendorVPN, Device: "mr-box",
		Remote: []string{"198.51.100.99"}, Transport: []string{"openvpn"}, Known: []Vantage{AtMirror0},
		Note: "another remote is approved: 198.51.100.20",
	})
}
