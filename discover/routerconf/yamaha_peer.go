package routerconf

import (
	"math"
	"slices"
	"strings"
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
	if w.is("mobile", "use") {
		if name := y.name(w.at(2), place); name != "" {
			y.modems[name] = w.at(3) == "on"
			if y.modems[name] && !y.bound(name) {
				y.d.line(name, modemType(name), place)
			}
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

// switchOn switches on what was enabled. Modems are off as they come (Yamaha,
// "Command Reference", 44.1).
func (y *yamaha) switchOn() {
	for _, i := range y.d.order {
		if strings.HasPrefix(i.name, "usb") {
			i.down = y.d.model != "" && !y.modems[i.name] // a part of a text may not have it
			continue
		}
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
