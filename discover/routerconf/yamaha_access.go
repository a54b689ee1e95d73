package routerconf

import (
	"cmp"
	"strconv"
	"strings"
)

func itoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// descriptor reads NAT descriptors:
//
//	nat descriptor type N masquerade
//	nat descriptor masquerade static N ID INNER PROTOCOL [OUTER=INNER|PORTS]
//	nat descriptor static N ID OUTER=INNER [COUNT]
func (y *yamaha) descriptor(place string, w words) {
	n := w.at(3)
	if w.is("nat", "descriptor", "masquerade", "static") {
		n = w.at(4)
	}
	if y.nat[n] == nil {
		if len(y.nat) >= maxEach {
			return
		}
		y.nat[n] = &yamahaNAT{}
	}
	nat := y.nat[n]
	switch {
	case w.is("nat", "descriptor", "type"):
		nat.typ = w.at(4)
	case w.is("nat", "descriptor", "masquerade", "static"):
		s := service{typ: "port-forward", target: address(w.at(6)), place: place, limit: answer{open: true}}
		for _, s.transport = range list(w.at(7)) {
			if s.transport != "tcp" && s.transport != "udp" || !s.target.IsValid() {
				continue
			}
			for _, p := range list(w.at(8)) {
				outer, inner, maps := strings.Cut(p, "=")
				var ok bool
				if s.ports, ok = ports(outer); !ok {
					continue
				}
				s.inner = 0
				if x, known := ports(inner); maps && known && x.first != s.ports.first {
					s.inner = x.first
				}
				add(y.d, &nat.forward, s)
			}
		}
	case w.is("nat", "descriptor", "static"):
		_, inner, _ := strings.Cut(w.at(5), "=")
		if a := address(inner); a.IsValid() {
			add(y.d, &nat.forward, service{
				typ: "static-nat", transport: "tcp", ports: portRange{1, 65535}, target: a, place: place, limit: answer{open: true},
			})
		}
	}
}

// manage reads who may ask what: "sshd service on", "telnetd host lan1", "httpd
// listen 8080", "snmp host 192.168.1.5". A community may follow a host and is not
// looked at.
func (y *yamaha) manage(w words) {
	name := w[0]
	switch {
	case w.at(1) == "service":
		y.serves[name] = w.at(2) == "on"
	case w.at(1) == "host" && strings.HasPrefix(name, "snmp"):
		if h := w.at(2); h != "none" && h != "" {
			y.d.snmp = "on"
			y.serves["snmp"] = true
			if a := y.hosts["snmp"]; len(a.from) < maxEach {
				a.or(yamahaHosts(words{h}))
				y.hosts["snmp"] = a
			}
		}
	case w.at(1) == "host":
		y.hosts[name] = yamahaHosts(w.from(2))
	case w.at(1) == "listen":
		if p, ok := port(w.at(2)); ok {
			y.ports[name] = p
		}
	case w.is("snmp", "sysname"):
		y.d.name = strings.Join(w.from(2), " ")
	case w.is("snmp", "syslocation"):
		y.d.location = strings.Join(w.from(2), " ")
	}
}

// yamahaHosts reads a list of hosts. Those on an interface are inside; whoever
// comes from outside is not among them.
func yamahaHosts(w words) answer {
	var a answer
	for _, h := range w {
		if h == "any" {
			return answer{open: true}
		}
		if ps, ok := yamahaAddresses(h); ok && ps != nil {
			a.from = append(a.from, ps...)
		}
	}
	return a
}

// end implements parser.
func (y *yamaha) end() (*device, error) {
	if y.before != "" {
		y.command("", y.before)
	}
	for n, m := range y.d.macs { // in the order of the ports, as the header lists them
		if i, ok := y.d.ifaces["lan"+itoa(uint32(n+1))]; ok && !y.sharesPorts() {
			i.mac = m
		} else if n == 0 {
			y.d.iface("lan1", "", typeEthernet).mac = m
		}
	}
	y.switchOn()
	waits := y.endTunnels()
	for _, i := range y.d.order {
		i.natted = y.masquerades(i)
		i.has4 = i.has4 || i.typ == typePPP || i.typ == typeMobile || i.typ == typeTunnel
	}
	y.d.settle()
	for _, i := range y.d.outside() {
		y.endAccess(i, waits)
	}
	return y.d, nil
}

// sharesPorts reports whether the addresses of the header are those of ports
// that LAN interfaces are made of, which not every model lists in their order.
func (y *yamaha) sharesPorts() bool { return len(y.d.macs) != countLAN(y.d.order) }

func countLAN(list []*iface) int {
	n := 0
	for _, i := range list {
		if i.typ == typeEthernet && strings.HasPrefix(i.name, "lan") {
			n++
		}
	}
	return n
}

// masquerades reports whether addresses are translated to that of an interface.
func (y *yamaha) masquerades(i *iface) bool {
	for _, n := range y.natOn[i.name] {
		if d := y.nat[n]; d != nil && strings.Contains(d.typ, "masquerade") {
			return true
		}
	}
	return false
}

// endAccess finds what is reachable over an interface.
func (y *yamaha) endAccess(i *iface, waits bool) {
	on := []string{i.name}
	var own []service // ports that the translation passes on to the router itself
	for _, n := range y.natOn[i.name] {
		d := y.nat[n]
		if d == nil {
			continue
		}
		for _, s := range d.forward {
			s.on = on
			if s.typ == "port-forward" && y.d.owns(s.target) {
				own = append(own, s)
				continue
			}
			add(y.d, &y.d.services, s)
		}
	}
	offer := func(typ, transport string, port uint16, limit answer) {
		s := service{typ: typ, transport: transport, ports: portRange{port, port}, on: on, limit: limit}
		for _, o := range own {
			if o.transport == transport && o.ports.first <= port && port <= o.ports.last {
				s.mapped, s.place = true, o.place
			}
		}
		add(y.d, &y.d.services, s)
	}
	everybody := answer{open: true}
	if waits {
		offer("ike", "udp", 500, everybody)
	}
	if y.serves["l2tp"] && y.serves["answers:l2tp"] {
		offer("l2tp", "udp", 500, everybody) // IPsec is around it
	}
	if y.serves["pptp"] && y.serves["answers:pptp"] {
		offer("pptp", "tcp", 1723, everybody)
	}
	// As they come, these routers serve Telnet to everybody, the web to the LAN,
	// and SSH to nobody (Yamaha, "Command Reference", 4.38-4.40, 4.65-4.67, 33.1-33.4).
	for _, m := range []struct {
		name, typ, transport string
		port                 uint16
		on                   bool
		to                   answer
	}{
		{"telnetd", "telnet", "tcp", 23, true, everybody},
		{"sshd", "ssh", "tcp", 22, false, everybody},
		{"httpd", "http", "tcp", 80, true, answer{}},
		{"snmp", "snmp", "udp", 161, false, everybody},
	} {
		limit, limited := y.hosts[m.name]
		if !limited {
			limit = m.to
		}
		on, said := y.serves[m.name]
		if !said {
			on = m.on && (limited || y.d.model != "") // where the text is a part only, it may be said elsewhere
		}
		if on {
			offer(m.typ, m.transport, cmp.Or(y.ports[m.name], m.port), limit)
		}
	}
}
