package routerconf

import (
	"math"
	"net/netip"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// anonymous is the peer for whoever dials in ("pp select anonymous").
const anonymous = "pp-anonymous"

// peer reads what is about lines: pp, pppoe, mobile, isdn.
func (y *yamaha) peer(place string, w words) {
	if w.is("pp", "select") {
		y.selectPeer(place, w.at(2))
		return
	}
	if w.is("pp", "enable") {
		y.enable("pp", w.from(2))
		return
	}
	if w.is("mobile", "use") && w.at(3) == "on" {
		if name := y.name(w.at(2), place); name != "" && !y.bound(name) {
			y.d.line(name, modemType(name), place)
		}
		return
	}
	if y.pp == "" {
		return
	}
	i := y.d.iface(y.pp, place, typePPP)
	switch {
	case w.is("pppoe", "use"):
		i.ports = []string{y.name(w.at(2), place)}
		y.d.line(y.pp, "pppoe", place).fact.Type = "pppoe"
	case w.is("pp", "bind"):
		y.bind(i, place, w.from(2))
	case w.is("pp", "auth", "myname") && len(w) >= 5:
		if r := realm(w[3]); r != "" && y.pp != anonymous {
			l := y.d.line(y.pp, "ppp", place)
			if l.fact.Provider == "" {
				l.fact.Provider = r
			}
		}
	case w.is("mobile", "access-point", "name"):
		y.d.line(y.pp, "usb-modem", place).fact.Provider = hostName(w.at(3))
	case w.is("isdn", "remote", "address"): // the number is not kept
		y.d.line(y.pp, "isdn", place)
	}
}

// enable reads which peers or tunnels are switched on: numbers, ranges of them
// that may be open at one end, "all", "anonymous".
func (y *yamaha) enable(kind string, w words) {
	for _, s := range w {
		from, to, isRange := strings.Cut(s, "-")
		first, ok1 := number(from)
		last, ok2 := number(to)
		x := yamahaSpan{kind, first, last}
		switch {
		case s == "all":
			x.last = math.MaxUint32
		case s == "anonymous": // 0
		case !isRange && ok1:
			x.last = first
		case isRange && ok1 && to == "":
			x.last = math.MaxUint32
		case isRange && from == "" && ok2:
			x.first = 1
		case !ok1 || !ok2:
			continue
		}
		add(y.d, &y.enabled, x)
	}
}

// switchOn switches on what was enabled.
func (y *yamaha) switchOn() {
	for _, i := range y.d.order {
		kind, n := "pp", uint32(0)
		if i.name != anonymous {
			if i.typ == typeTunnel {
				kind = "tunnel"
			}
			rest, named := strings.CutPrefix(i.name, kind)
			var ok bool
			if n, ok = number(rest); !named || !ok {
				continue
			}
		}
		if slices.ContainsFunc(y.enabled, func(s yamahaSpan) bool { return s.kind == kind && s.first <= n && n <= s.last }) {
			i.down = false
		}
	}
}

func (y *yamaha) selectPeer(place, n string) {
	y.pp, y.tunnel = "", ""
	switch {
	case n == "anonymous":
		y.pp = anonymous
	case n != "none":
		if _, ok := number(n); !ok {
			return
		}
		y.pp = "pp" + n
	default:
		return
	}
	if _, ok := y.d.ifaces[y.pp]; !ok {
		y.d.iface(y.pp, place, typePPP).down = true // until "pp enable"
	}
}

// bind reads what a peer runs over: a modem, ISDN, or the tunnels in which
// callers come.
func (y *yamaha) bind(i *iface, place string, w words) {
	for _, s := range w {
		switch {
		case strings.HasPrefix(s, "tunnel"):
			y.answers[i.name] = append(y.answers[i.name], s)
		case strings.HasPrefix(s, "bri"):
			i.ports = []string{y.name(s, place)}
			if i.name != anonymous {
				y.d.line(i.name, "isdn", place)
			}
		default:
			if name := y.name(s, place); name != "" && yamahaType(name) == typeMobile {
				i.ports, i.typ = []string{name}, typeMobile
				l := y.d.line(i.name, "usb-modem", place)
				l.fact.Type = modemType(name)
				y.dropLine(name)
			}
		}
	}
}

// bound reports whether a peer runs over a port.
func (y *yamaha) bound(port string) bool {
	return slices.ContainsFunc(y.d.order, func(i *iface) bool {
		return slices.Contains(i.ports, port) && i.typ == typeMobile
	})
}

// modemType tells a modem that is plugged in from one that is built in: the
// NVR700W has one, as wan1.
func modemType(name string) string {
	if strings.HasPrefix(name, "usb") {
		return "usb-modem"
	}
	return "lte"
}

// dropLine forgets the line on a port whose peer is known: they are one.
func (y *yamaha) dropLine(name string) {
	if l := y.d.lineOn[name]; l != nil {
		delete(y.d.lineOn, name)
		y.d.lines = slices.DeleteFunc(y.d.lines, func(x *line) bool { return x == l })
	}
}

// wan reads "wan1 bind usb1", "wan1 access-point name …", "wan1 auth myname …".
func (y *yamaha) wan(place string, w words) {
	name := y.name(w[0], place)
	if name == "" {
		return
	}
	l := y.d.line(name, "lte", place)
	switch {
	case w.at(1) == "bind":
		y.d.iface(name, place, typeMobile).ports = []string{y.name(w.at(2), place)}
		l.fact.Type = modemType(w.at(2))
		y.dropLine(w.at(2))
	case w.at(1) == "access-point" && w.at(2) == "name":
		l.fact.Provider = hostName(w.at(3))
	case w.at(1) == "auth" && w.at(2) == "myname" && len(w) >= 5 && l.fact.Provider == "":
		l.fact.Provider = realm(w[3])
	}
}

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
		t.remote = address(w.at(4))
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
		g.present, g.anybody = true, w.at(3) == "any"
		if g.remote = address(w.at(3)); !g.remote.IsValid() && !g.anybody {
			g.host = hostName(w.at(3))
		}
	case w.is("local", "address"):
		g.local = address(w.at(3))
	case w.is("remote", "name"):
		g.id = peerName(w.at(3))
	}
}

// gateway returns the other end of the key exchange of a tunnel.
func (y *yamaha) gateway(t *yamahaTunnel) *yamahaGateway {
	if g := y.gateways[y.policies[t.policy]]; g != nil && g.present {
		return g
	}
	for _, n := range t.gateways {
		if g := y.gateways[n]; g.present {
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
				f.Local, f.Remote, f.RemoteName, f.Calls = g.local, g.remote, g.host, g.anybody
				if f.RemoteName == "" && !f.Remote.IsValid() {
					f.RemoteName = g.id
				}
			}
			if called[name] {
				y.serves["answers:"+t.encapsulation] = true
				if t.encapsulation != "ipsec" {
					continue
				}
			}
			waits = waits || g != nil && g.anybody && !i.down
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
