package routerconf

import (
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// tunnelling reads what is about tunnels.
func (y *yamaha) tunnelling(place string, w words) {
	switch {
	case w.is("tunnel", "select"):
		y.selectTunnel(place, w.at(2))
	case w.is("tunnel", "enable"):
		y.enable("tunnel", w.from(2))
	case w.is("ipsec", "sa", "policy"):
		y.policies[w.at(3)] = w.at(4)
	case w.is("ipsec", "ike"):
		y.ike(place, w.from(2))
	case w.is("l2tp", "service"), w.is("pptp", "service"):
		y.serves[w[0]] = w.at(2) == "on"
	case y.tunnels[y.tunnel] != nil:
		y.inTunnel(y.tunnels[y.tunnel], w)
	}
}

func (y *yamaha) selectTunnel(place, n string) {
	y.pp, y.tunnel = "", ""
	if _, ok := number(n); !ok {
		return
	}
	y.tunnel = "tunnel" + n
	if y.tunnels[y.tunnel] == nil && len(y.order) < maxEach {
		y.tunnels[y.tunnel] = &yamahaTunnel{name: y.tunnel, encapsulation: "ipsec", place: place}
		y.order = append(y.order, y.tunnel)
		y.d.iface(y.tunnel, place, typeTunnel).down = true // until "tunnel enable"
	}
}

func (y *yamaha) inTunnel(t *yamahaTunnel, w words) {
	switch {
	case w.is("tunnel", "encapsulation"):
		t.encapsulation = w.at(2)
	case w.is("tunnel", "map-e", "type"):
		t.provider = hostName(w.at(3))
	case w.is("tunnel", "multipoint", "server"):
		if a := address(w.at(4)); a.IsValid() && !t.remote.IsValid() {
			t.remote = a
		} else if !a.IsValid() && t.remoteName == "" {
			t.remoteName = hostName(w.at(4))
		}
	case w.is("tunnel", "type", "multipoint", "server"):
		t.hub = true
	case w.is("tunnel", "template") && len(t.copies) < maxOutside:
		t.copies = append(t.copies, w.from(2)...)
	case w.is("tunnel", "ngn"):
		t.ngn = true
	case w.is("tunnel", "endpoint", "name"):
		last := w[len(w)-1]
		if last == "tel" || last == "tel-key" { // a telephone number, which is not kept
			t.ngn = true
			return
		}
		if last == "fqdn" {
			last = w.at(len(w) - 2)
		}
		t.remoteName = hostName(last)
	case w.is("tunnel", "endpoint", "local", "address"):
		t.local = address(w.at(4))
	case w.is("tunnel", "endpoint", "remote", "address"):
		if t.remote = address(w.at(4)); !t.remote.IsValid() {
			t.remoteName = hostName(w.at(4))
		}
	case w.is("tunnel", "endpoint", "address"):
		t.remote = address(w[len(w)-1])
		if len(w) > 4 && !t.remote.Is6() { // of IPv6 the second is another gateway of DS-Lite
			t.local = address(w[3])
		} else {
			t.remote = address(w.at(3))
		}
	case w.is("ipsec", "tunnel"):
		t.policy = w.at(2)
	case w.is("l2tp", "remote", "router-id"):
		t.router = address(w.at(3))
	}
}

// ike reads "ipsec ike KEYWORD… GATEWAY VALUE". Keys are among them and are not
// looked at.
func (y *yamaha) ike(place string, w words) {
	n := w.at(2)
	if w.is("version") { // its number follows that of the gateway
		n = w.at(1)
	}
	if _, ok := number(n); !ok || len(y.gateways) >= maxEach && y.gateways[n] == nil {
		return
	}
	if y.gateways[n] == nil {
		y.gateways[n] = &yamahaGateway{place: place}
	}
	if t := y.tunnels[y.tunnel]; t != nil && len(t.gateways) < 8 && !wordIn(n, t.gateways) {
		t.gateways = append(t.gateways, n)
	}
	g := y.gateways[n]
	switch {
	case w.is("remote", "address"):
		g.anybody = w.at(3) == "any"
		if g.remote = address(w.at(3)); !g.remote.IsValid() && !g.anybody {
			g.host = hostName(w.at(3))
		}
	case w.is("local", "address"):
		g.local = address(w.at(3))
	case w.is("remote", "name") && !strings.HasPrefix(w.at(4), "tel"): // a telephone number is not kept
		g.id, g.key = peerName(w.at(3)), w.at(4) == "key-id" || w.at(4) == "" && !strings.Contains(w.at(3), ".")
	case w.is("version"):
		g.two = w.at(2) == "2"
	}
}

// copyTunnels sets up the tunnels that "tunnel template" makes of one (Yamaha,
// "Command Reference", 15.49.6): each with a gateway of its own number, whose
// name ends in that number.
func (y *yamaha) copyTunnels() {
	made := 0
	for _, name := range slices.Clone(y.order) {
		t, i := y.tunnels[name], y.d.ifaces[name]
		own := strings.TrimPrefix(name, "tunnel")
		if i == nil {
			continue
		}
		for _, s := range t.copies {
			from, to, isRange := strings.Cut(s, "-")
			a, ok := number(from)
			b, ok2 := number(to)
			if !isRange {
				b, ok2 = a, ok
			}
			for n := a; ok && ok2 && n <= b && made < maxEach; n++ {
				made++
				y.copyTunnel(t, own, itoa(n), i.down)
			}
		}
	}
}

func (y *yamaha) copyTunnel(t *yamahaTunnel, own, n string, down bool) {
	y.selectTunnel(t.place, n)
	c, i := y.tunnels["tunnel"+n], y.d.ifaces["tunnel"+n]
	if c == nil || c == t || i == nil {
		return
	}
	i.down = i.down && down
	if c.encapsulation == "ipsec" { // as it comes
		c.encapsulation = t.encapsulation
	}
	if g := y.gateways[own]; g != nil && (y.gateways[n] == nil || !y.gateways[n].told()) {
		x := *g
		if x.id != "" {
			x.id += n
		}
		y.gateways[n] = &x
		c.gateways = append(c.gateways, n)
	}
}

// gateway returns the other end of the key exchange of a tunnel.
func (y *yamaha) gateway(t *yamahaTunnel) *yamahaGateway {
	if g := y.gateways[y.policies[t.policy]]; g != nil && g.told() {
		return g
	}
	for _, n := range t.gateways {
		if g := y.gateways[n]; g != nil && g.told() {
			return g
		}
	}
	return nil
}

// endTunnels makes the tunnels. It returns whether one of IPsec waits for
// anybody.
func (y *yamaha) endTunnels() (waits bool) {
	called := make(map[string]bool) // tunnels in which callers come
	for _, names := range y.answers {
		for _, s := range names {
			from, to, isRange := strings.Cut(s, "-")
			called[from] = true
			a, okA := number(strings.TrimPrefix(from, "tunnel"))
			b, okB := number(strings.TrimPrefix(to, "tunnel"))
			for n := a; isRange && okA && okB && n <= min(b, a+maxEach); n++ {
				called["tunnel"+itoa(n)] = true
			}
		}
	}
	y.copyTunnels()
	for _, name := range y.order {
		t, i := y.tunnels[name], y.d.ifaces[name]
		if i == nil {
			continue
		}
		g := y.gateway(t)
		f := fact.TunnelEnd{Name: name, Local: t.local, Remote: t.remote, RemoteName: t.remoteName, Provider: t.provider}
		switch t.encapsulation {
		case "ipsec", "l2tp", "l2tpv3", "l2tpv3-raw", "gre":
			f.Type = strings.TrimSuffix(strings.TrimSuffix(t.encapsulation, "-raw"), "v3")
			if g != nil && !f.Remote.IsValid() && f.RemoteName == "" {
				g.fill(&f)
			}
			f.Calls = f.Calls || t.hub
			if called[name] {
				y.serves["answers:"+t.encapsulation] = true
				if t.encapsulation != "ipsec" {
					continue
				}
			}
			waits = waits || !i.down && (f.Calls || g != nil && g.anybody)
		case "pptp":
			f.Type = "pptp"
			if called[name] {
				y.serves["answers:pptp"] = true
				continue
			}
		case "ipip":
			f.Type = "4in6"
			if t.remote.Is4() {
				f.Type = "4in4"
			}
			i.outside = f.Type == "4in6" && y.leadsOver(name)
		case "ipudp":
			f.Type = "ngn"
		case "map-e":
			f.Type, i.outside = "map-e", true
		case "hb46pp": // the server that is asked tells which way of IPv4 over IPv6 it is
			f.Type, i.outside = "4in6", true
		default:
			f.Type = t.encapsulation
			if !wordIn(f.Type, []string{"multipoint"}) {
				continue
			}
			f.Type = "ipsec"
		}
		if t.ngn {
			f.Type = "ngn"
		}
		add(y.d, &y.d.tunnels, &tunnel{fact: f, iface: name, place: t.place})
	}
	return waits
}

// leadsOver reports whether a default route leads over an interface.
func (y *yamaha) leadsOver(name string) bool {
	for _, r := range y.d.routes {
		if r.to == netip.PrefixFrom(netip.IPv4Unspecified(), 0) && r.over == name {
			return true
		}
	}
	return false
}
