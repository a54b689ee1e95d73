package pcap

import (
	"kanmon/discover/internal/wire/app"
	"kanmon/discover/internal/wire/capwap"
	"kanmon/discover/internal/wire/dns"
	"kanmon/discover/internal/wire/tzsp"
	"kanmon/discover/internal/wire/vpn"
	"kanmon/discover/pcap/internal/frame"
)

// udpDatagram learns from a UDP datagram.
func (a *analyzer) udpDatagram(h *hop, p *packet) {
	if !h.inner {
		a.announced(h, p)
	}
	c := a.conn(h, p)
	if c == nil {
		a.describeGroup(h, p)
	}
	if c == nil || len(p.payload) == 0 {
		return
	}
	side := c.side(p)
	if !a.portUDP(h, p, c, p.dport) {
		a.portUDP(h, p, c, p.sport)
	}
	if c.tries[side] < maxTries {
		c.tries[side]++
		if c.app == 0 {
			a.setApp(c, app.UDP(p.payload, p.sport, p.dport))
		}
		if c.app == 0 {
			a.overlay(c, p)
		}
		if c.app == 0 && c.watch() == nil {
			a.beginWatch(c, p)
		}
		if a.appOf(c) == "quic" || a.appOf(c) == "dtls" {
			a.handshakeUDP(c, side, p)
		}
	} else if c.stream() != nil {
		a.continueUDP(c, side, p)
	}
	if c.heard[side] < maxDatagrams {
		a.describeUDP(c, side, p)
	}
	if c.watch() != nil {
		a.watchUDP(c, side, p)
	}
}

// announced learns from the protocols in which hosts tell their segment of
// themselves.
func (a *analyzer) announced(h *hop, p *packet) {
	switch p.dport {
	case 5353:
		a.mdns(h, p)
		return
	case 53:
		if h.Dst.IsGroup() {
			a.dnsQuestion(h, p)
		}
		return
	case 137:
		a.nbns(h, p)
		return
	case 138:
		a.netBIOSDatagram(h, p)
		return
	case 67, 68:
		if p.sport == 67 || p.sport == 68 {
			a.dhcp(h, p)
		}
		return
	case 546, 547:
		if p.sport >= 546 && p.sport <= 547 {
			a.dhcp6(h, p)
		}
		return
	case 1900:
		a.ssdp(h, p)
		return
	case 3702:
		a.wsDiscovery(h, p)
		return
	case 5355:
		a.llmnrQuestion(h, p)
		return
	}
	switch p.sport {
	case 137:
		a.nbns(h, p)
	case 1900:
		a.ssdp(h, p)
	case 5353:
		a.mdns(h, p) // answer to a question from another port
	case 5355:
		a.llmnr(h, p)
	case 3702:
		a.wsDiscovery(h, p) // answer to a question from another port
	default:
		a.controlUDP(h, p)
	}
}

// portUDP learns from datagrams to or from a port that stands for a protocol
// whose headers can be checked. It reports whether port is such a one.
func (a *analyzer) portUDP(h *hop, p *packet, c *conn, port uint16) bool {
	b := p.payload
	switch port {
	case 53:
		m, err := dns.Decode(b)
		if err != nil && p.whole {
			a.damaged(err)
		}
		if err == nil || len(m.Questions) > 0 {
			a.setApp(c, "dns")
			a.dnsMessage(p, c, &m)
		}
	case 500:
		if m, ok := vpn.DecodeIKE(b, p.whole); ok {
			a.ike(c, &m, c.side(p))
		}
	case 4500:
		a.natt(c, p, "")
	case 4501:
		a.natt(c, p, "GlobalProtect")
	case 1701:
		if vpn.L2TP(b, p.whole) {
			a.setApp(c, "l2tp")
			c.tunnel("l2tp", "", -1)
		}
	case 3544:
		if in, ok := vpn.Teredo(b); ok {
			a.setApp(c, "teredo")
			c.tunnel("teredo", "", -1)
			if len(in) > 40 { // else a bubble (RFC 4380, 2.8), which only keeps a way open
				a.innerIP(h, frame.EtherIPv6, in)
			}
		}
	case 4789, 8472:
		if in, ok := vpn.VXLAN(b); ok {
			a.setApp(c, "vxlan")
			c.tunnel("vxlan", "", -1)
			a.bridged(in, h, false)
		}
	case portCAPWAP:
		if capwap.IsControl(b) {
			a.setApp(c, "capwap")
		}
	case portCAPWAPData:
		if a.capwapData(h, p) {
			a.setApp(c, "capwap")
		}
	case 6081:
		if in, ok := vpn.Geneve(b); ok {
			a.setApp(c, "geneve")
			c.tunnel("geneve", "", -1)
			a.bridged(in, h, false)
		}
	case tzsp.Port:
		if in, ok := tzsp.Ethernet(b); ok {
			a.setApp(c, "tzsp")
			a.bridged(in, h, true)
		}
	default:
		return false
	}
	return true
}

// ike learns from a message of IKE.
func (a *analyzer) ike(c *conn, m *vpn.IKE, side int) {
	a.setApp(c, "ike")
	c.tunnel("ike", m.Vendor, ikeOpener(m, side))
	if c.watch() == nil {
		c.own().watch = a.conns.watchFor(c)
	}
	if c.watch().ike.Feed(m, side) {
		c.cameUp("ike")
	}
}

// ikeOpener returns the side that opened the tunnel, as far as the message
// says; -1 where it does not.
func ikeOpener(m *vpn.IKE, side int) int {
	switch {
	case m.Initiator:
		return side
	case m.Major == 2:
		return 1 - side
	}
	return -1
}

// natt learns from a datagram of UDP port 4500, or of one that a product uses in
// its place: IKE behind a marker, or ESP, which is believed once the packets of a
// security association count on.
func (a *analyzer) natt(c *conn, p *packet, product string) {
	n, ok := vpn.DecodeNATT(p.payload, p.whole)
	if !ok || n.Keepalive {
		return
	}
	side := c.side(p)
	if n.IKE != nil {
		a.ike(c, n.IKE, side)
		return
	}
	if c.watch() == nil {
		c.own().watch = a.conns.watchFor(c)
	}
	w := c.watch()
	if w.esp.Feed(&n, side) || hasTunnel(c, "ike") {
		a.setApp(c, "ipsec")
		c.tunnel("ipsec-nat-t", product, -1)
	}
	if w.esp.BothWays() {
		c.cameUp("ike")
	}
}

func hasTunnel(c *conn, kind string) bool {
	for m := c.tunnels(); m != nil; m = m.next {
		if m.kind == kind {
			return true
		}
	}
	return false
}

// watch follows a conversation that may be a tunnel until that is sure, or
// until it was looked at long enough.
type watch struct {
	left      int // packets that will still be looked at
	wireGuard vpn.WireGuard
	openVPN   vpn.OpenVPN
	ike       vpn.IKESession
	esp       vpn.ESPInUDP
}

const maxWatch = 64

// size returns how many octets the payload of a datagram has, of which a capture
// may hold less.
func (p *packet) size() int { return len(p.payload) + p.missing }

// beginWatch starts to follow a conversation whose first octets may be those of
// WireGuard or OpenVPN.
func (a *analyzer) beginWatch(c *conn, p *packet) {
	b, n := p.payload, p.size()
	if len(b) < 14 {
		return
	}
	wireGuard := b[0] >= 1 && b[0] <= 4 && (b[1] == 0 && b[2] == 0 && b[3] == 0 || n == 148 || n == 92 || vpn.WireGuardTransport(b, n))
	if op := b[0] >> 3; wireGuard || op >= 4 && op <= 11 {
		c.own().watch = a.conns.watchFor(c)
	}
}

func (a *analyzer) watchUDP(c *conn, side int, p *packet) {
	w := c.watch()
	if w.left == 0 {
		return
	}
	w.left--
	if a.appOf(c) == "ike" || a.appOf(c) == "ipsec" {
		return // natt looks at it
	}
	if sure, opener := w.wireGuard.Feed(p.payload, p.size(), side); sure {
		a.isTunnel(c, "wireguard", opener)
		if w.wireGuard.Reserved() {
			c.tunnel("wireguard", "Cloudflare WARP", opener)
		}
		return
	}
	if p.sport == portWireGuard || p.dport == portWireGuard {
		if vpn.WireGuardCookie(p.payload) {
			a.isTunnel(c, "wireguard", -1)
			return
		}
	}
	if sure, opener := w.openVPN.Feed(p.payload, side); sure {
		a.isTunnel(c, "openvpn", opener)
	}
}

// isTunnel ends the watch: the conversation is a tunnel.
func (a *analyzer) isTunnel(c *conn, kind string, opener int) {
	c.watch().left = 0
	detail := ""
	if a.appOf(c) == "tailscale" {
		detail = "Tailscale"
	} else {
		a.setApp(c, kind)
	}
	c.tunnel(kind, detail, opener)
	if opener >= 0 {
		c.opened(true, opener)
	}
}

// portWireGuard is the one that its documentation uses.
const portWireGuard = 51820

func (a *analyzer) watchTCP(c *conn, side int, p *packet) {
	b, ok := vpn.OpenVPNOverTCP(p.payload)
	if !ok {
		return
	}
	if c.watch() == nil {
		if c.app != 0 {
			return
		}
		c.own().watch = a.conns.watchFor(c)
	}
	if c.watch().left == 0 {
		return
	}
	c.watch().left--
	if sure, opener := c.watch().openVPN.Feed(b, side); sure {
		a.isTunnel(c, "openvpn", opener)
	}
}
