package pcap

import (
	"net/netip"

	"kanmon/discover/internal/wire/vpn"
)

// overlay looks for the datagrams by which programs that build networks over
// others are known.
func (a *analyzer) overlay(c *conn, p *packet) {
	kind := ""
	switch b := p.payload; {
	case vpn.Tailscale(b):
		kind = "tailscale"
	case vpn.ZeroTier(b, p.size()):
		kind = "zerotier"
	case vpn.SoftEther(b):
		kind = "softether"
	case a.tinc.between(c):
		kind = "tinc"
	default:
		return
	}
	a.setApp(c, kind)
	c.tunnel(kind, "", -1)
	if kind == "tailscale" && c.watch() == nil { // what it finds a way for is WireGuard
		c.own().watch = a.conns.watchFor(c)
	}
}

// overlayTCP looks at one of the first payloads of a side for what opens a
// tunnel over TCP.
func (a *analyzer) overlayTCP(c *conn, side int, p *packet) {
	switch b := p.payload; {
	case b[0] == '0' && vpn.Tinc(b):
		a.setApp(c, "tinc")
		c.tunnel("tinc", "", -1)
		a.tinc.add(c)
	case b[0] == 'S' && vpn.SSTP(b):
		a.setApp(c, "sstp")
		c.tunnel("sstp", "", side)
	case b[0] == 'P' && vpn.SoftEtherHTTP(b):
		c.tunnel("softether", "", side)
	case b[0] == 'I' && vpn.IKEOverTCP(b):
		a.setApp(c, "ike")
		c.tunnel("ike", "", side)
	}
}

// tincPeers are the pairs of hosts that run tinc: it uses the UDP port of the
// same number as the TCP port on which it listens, and its datagrams say nothing
// of themselves.
type tincPeers map[tincPeer]bool

type tincPeer struct {
	listens netip.AddrPort
	other   netip.Addr
}

// limitTinc bounds them; one more is not kept.
const limitTinc = 1024

func (t *tincPeers) add(c *conn) {
	if *t == nil {
		*t = make(tincPeers)
	}
	if server := 1 - c.clientSide(); len(*t) < limitTinc {
		(*t)[tincPeer{netip.AddrPortFrom(c.key.ip[server].ip(), c.key.port[server]), c.key.ip[1-server].ip()}] = true
	}
}

func (t tincPeers) between(c *conn) bool {
	return len(t) > 0 && (t[tincPeer{netip.AddrPortFrom(c.key.ip[0].ip(), c.key.port[0]), c.key.ip[1].ip()}] ||
		t[tincPeer{netip.AddrPortFrom(c.key.ip[1].ip(), c.key.port[1]), c.key.ip[0].ip()}])
}
