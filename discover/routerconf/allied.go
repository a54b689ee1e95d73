package routerconf

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// alliedWare reads what "show config dynamic" of the older AlliedWare prints: the
// AR300, AR400, AR500 and AR700 series of routers (Allied Telesis, "AlliedWare OS
// software reference"). A command is a verb, an object and parameters of the form
// NAME=VALUE; letter case does not count. Lines end in \ where they go on.
type alliedWare struct {
	d       *device
	before  []byte
	over    map[string]string // what PPP runs over
	peers   map[string]alliedPeer
	tunnels []*tunnel
	nats    map[string]bool // interfaces with translation
	rules   []alliedFirewallRule
	public  map[string]bool
	serves  map[string]bool
}

type alliedFirewallRule struct {
	iface string
	s     service
	from  []netip.Prefix
	deny  bool
}

// alliedPeer is the other end of a key exchange: an address, a host, or anybody,
// who may have a name.
type alliedPeer struct {
	addr     netip.Addr
	host, id string
	anybody  bool
}

// alliedPeerOf reads PEER={ADDRESS|HOST|ANY|DYNAMIC}.
func alliedPeerOf(peer, id string) alliedPeer {
	p := alliedPeer{addr: address(peer), id: peerName(id)}
	p.anybody = strings.EqualFold(peer, "any") || strings.EqualFold(peer, "dynamic")
	if !p.addr.IsValid() && !p.anybody {
		p.host = hostName(peer)
	}
	return p
}

func newAlliedWare() parser {
	d := newDevice("Allied Telesis")
	d.snmp, d.descr = "off", "AlliedWare"
	return &alliedWare{
		d: d, over: make(map[string]string), peers: make(map[string]alliedPeer), nats: make(map[string]bool),
		public: make(map[string]bool), serves: make(map[string]bool),
	}
}

var alliedModel = regexp.MustCompile(`\b(AR[0-9]{3}[A-Z]?S?) +(?:[Vv]ersion|Software Release|Ver\.?) *([0-9]+\.[0-9]+(?:\.[0-9]+)?[-0-9]*)`)

// line implements parser.
func (a *alliedWare) line(place, text string) {
	if strings.HasPrefix(text, "#") {
		if m := alliedModel.FindStringSubmatch(text); m != nil && a.d.model == "" {
			a.d.model, a.d.version = m[1], m[2]
		}
		return
	}
	if rest, more := strings.CutSuffix(strings.TrimRight(text, " "), `\`); more && len(a.before) < maxLine {
		a.before = append(a.before, rest...)
		return
	}
	text, a.before = string(a.before)+text, a.before[:0]
	w := alliedWords(text)
	if len(w) < 2 {
		return
	}
	object, value, _ := strings.Cut(strings.ToLower(w[1]), "=")
	a.command(place, strings.ToLower(w[0]), object, value, parameters(w))
}

// parameters returns what stands as NAME=VALUE, by name in lower case.
func parameters(w words) map[string]string {
	p := make(map[string]string, len(w))
	for _, x := range w {
		name, value, ok := strings.Cut(x, "=")
		if ok {
			p[strings.ToLower(name)] = value
		}
	}
	return p
}

// alliedWords takes a command apart at blanks that do not stand in quotation
// marks, wherever these begin.
func alliedWords(s string) words {
	var (
		w      words
		b      strings.Builder
		quoted bool
	)
	for i := range len(s) + 1 {
		switch {
		case i == len(s) || !quoted && (s[i] == ' ' || s[i] == '\t'):
			if b.Len() > 0 && len(w) < maxWords {
				w = append(w, b.String())
			}
			b.Reset()
		case s[i] == '"':
			quoted = !quoted
		default:
			b.WriteByte(s[i])
		}
	}
	return w
}

// get returns a parameter. Its name is written with the part that may be left
// out behind a slash, as the router itself abbreviates: "pol/icy".
func get(p map[string]string, name string) string {
	least, rest, _ := strings.Cut(name, "/")
	for n := len(least); n <= len(least)+len(rest); n++ {
		if v, ok := p[(least + rest)[:n]]; ok {
			return v
		}
	}
	return ""
}

func (a *alliedWare) command(place, verb, object, value string, p map[string]string) {
	switch verb + " " + object {
	case "set system":
		if n := get(p, "name"); n != "" {
			a.d.name = n
		}
		if l := get(p, "loc/ation"); l != "" {
			a.d.location = l
		}
	case "create ppp", "add ppp":
		name := "ppp" + value
		if o := strings.ToLower(get(p, "over")); o != "" {
			a.over[name] = o
			port, _, _ := strings.Cut(o, "-")
			a.d.iface(name, place, typePPP).ports = []string{port}
			typ := "ppp"
			switch {
			case strings.HasPrefix(o, "eth"), strings.HasPrefix(o, "vlan"):
				typ = "pppoe"
				a.d.iface(port, place, typeEthernet)
			case strings.HasPrefix(o, "isdn"):
				typ = "isdn"
			}
			if !strings.HasPrefix(o, "tnl") {
				a.d.line(name, typ, place).fact.Type = typ
			}
		}
		a.realm(name, place, p)
	case "set ppp":
		a.realm("ppp"+value, place, p)
	case "add ip":
		a.addIP(place, p)
	case "create isakmp":
		if len(a.peers) < maxEach {
			a.peers[get(p, "pol/icy")] = alliedPeerOf(get(p, "pe/er"), get(p, "remotei/d"))
		}
	case "create ipsec":
		a.ipsec(place, p)
	case "add firewall":
		a.firewall(place, p)
	case "enable snmp":
		a.d.snmp = "on"
		a.serves["snmp"] = true
	case "enable telnet":
		a.serves["telnet"] = true
	case "enable ssh":
		a.serves["ssh"] = true
	case "enable http":
		a.serves["http"] = true
	case "create vlan":
		if v := vlanID(get(p, "vid")); v != 0 {
			add(a.d, &a.d.vlans, vlan{vid: v, name: value, place: place})
		}
	case "add l2tp":
		if peer := address(get(p, "ip/address")); peer.IsValid() {
			a.tunnels = append(a.tunnels, &tunnel{fact: fact.TunnelEnd{Type: "l2tp", Remote: peer}, place: place})
		}
	}
}

func (a *alliedWare) realm(name, place string, p map[string]string) {
	if r := realm(get(p, "user/name")); r != "" {
		a.d.line(name, "ppp", place).fact.Provider = r
	}
}

// addIP reads "add ip int=vlan1 ip=192.168.1.1 mask=255.255.255.0", "add ip
// rou=0.0.0.0 mask=0.0.0.0 int=ppp0 next=0.0.0.0" and "add ip dns primary=…".
func (a *alliedWare) addIP(place string, p map[string]string) {
	iface := strings.ToLower(get(p, "int/erface"))
	switch {
	case get(p, "rou/te") != "":
		r := route{hop: address(get(p, "next/hop")), over: iface, place: place}
		if r.hop.IsUnspecified() {
			r.hop = netip.Addr{}
		}
		mask := get(p, "mask")
		if mask == "" {
			mask = "0.0.0.0"
		}
		var ok bool
		if r.to, ok = masked(get(p, "rou/te"), mask); ok {
			a.d.addRoute(r)
		}
	case get(p, "pri/mary") != "":
		if s := address(get(p, "pri/mary")); s.IsValid() {
			f := fact.NameRoute{Domain: ".", Servers: []netip.Addr{s}}
			if d := domain(get(p, "dom/ain")); d != "" {
				f.Domain = d
			}
			add(a.d, &a.d.names, nameRoute{fact: f, place: place})
		}
	case iface != "":
		i := a.d.iface(iface, place, alliedType(iface))
		i.has4 = true
		if x, ok := masked(get(p, "ip/address"), get(p, "mask")); ok && !x.Addr().IsUnspecified() {
			a.d.addAddress(i, x)
		} else if strings.EqualFold(get(p, "ip/address"), "dhcp") {
			a.d.line(iface, "dhcp", place)
		}
	}
}

func (a *alliedWare) ipsec(place string, p map[string]string) {
	name := get(p, "pol/icy")
	if name == "" || !strings.EqualFold(get(p, "ac/tion"), "ipsec") {
		return
	}
	x, of := alliedPeerOf(get(p, "pe/eraddress"), ""), a.peers[get(p, "isa/kmppolicy")]
	if x == (alliedPeer{}) {
		x = of
	}
	f := fact.TunnelEnd{Type: "ipsec", Name: peerName(name), Remote: x.addr, RemoteName: x.host}
	if x.anybody {
		f.RemoteName, f.Calls = of.id, true
		a.serves["ike"] = true
	}
	if room(a.d, a.tunnels) {
		a.tunnels = append(a.tunnels, &tunnel{fact: f, iface: strings.ToLower(get(p, "int/erface")), place: place})
	}
}

// firewall reads interfaces, translations and rules of a policy.
func (a *alliedWare) firewall(place string, p map[string]string) {
	iface := strings.ToLower(get(p, "int/erface"))
	switch {
	case get(p, "nat") != "":
		a.nats[strings.ToLower(get(p, "gblin/terface"))] = true
	case get(p, "ru/le") != "":
		s := service{typ: "port-forward", transport: strings.ToLower(get(p, "prot/ocol")), target: address(get(p, "ip/address")), place: place, limit: answer{open: true}}
		r := alliedFirewallRule{iface: iface, deny: strings.EqualFold(get(p, "ac/tion"), "deny")}
		outer := get(p, "gblp/ort")
		if outer == "" {
			outer = get(p, "po/rt")
		}
		var ok bool
		if s.ports, ok = ports(strings.ToLower(outer)); !ok {
			if s.transport != "all" && s.transport != "" {
				return
			}
			s.typ, s.transport, s.ports = "static-nat", "tcp", portRange{1, 65535}
		}
		if inner, ok := ports(strings.ToLower(get(p, "po/rt"))); ok && inner.first != s.ports.first {
			s.inner = inner.first
		}
		if s.transport != "tcp" && s.transport != "udp" || !s.target.IsValid() {
			return
		}
		if remote := get(p, "rem/oteip"); remote != "" {
			x, y, isRange := strings.Cut(remote, "-")
			if !isRange {
				y = x
			}
			r.from = prefixesOf(address(x), address(y))
			s.limit = answer{from: r.from, unsure: r.from == nil}
		}
		r.s = s
		add(a.d, &a.rules, r)
	case iface != "":
		a.public[iface] = strings.EqualFold(get(p, "ty/pe"), "public")
	}
}

// end implements parser.
func (a *alliedWare) end() (*device, error) {
	d := a.d
	if d.model != "" {
		d.descr = "Allied Telesis " + d.model + " version " + d.version
	}
	for _, i := range d.order {
		i.has4 = i.has4 || i.typ == typePPP
		i.outside = a.public[i.name] && !d.isPrivate(i)
		if _, firewalled := a.public[i.name]; firewalled { // what no rule names is dropped
			i.natted = a.public[i.name]
			i.in4 = nil
		}
	}
	for _, t := range a.tunnels {
		add(d, &d.tunnels, t)
	}
	for _, r := range a.rules {
		if r.deny {
			continue
		}
		s := r.s
		s.on = []string{r.iface}
		if d.owns(s.target) {
			s.mapped = true
			if !a.own(&s) {
				continue
			}
		}
		add(d, &d.services, s)
	}
	for _, s := range []struct {
		typ, transport string
		port           uint16
	}{{"telnet", "tcp", 23}, {"ssh", "tcp", 22}, {"http", "tcp", 80}, {"snmp", "udp", 161}} {
		if a.serves[s.typ] {
			add(d, &d.services, service{typ: s.typ, transport: s.transport, ports: portRange{s.port, s.port}, limit: answer{open: true}})
		}
	}
	return d, nil
}

// own makes of a port that is passed on to the router itself the service that it
// is there, and reports whether it is one.
func (a *alliedWare) own(s *service) bool {
	for _, x := range []struct {
		typ  string
		port uint16
	}{{"telnet", 23}, {"ssh", 22}, {"http", 80}, {"snmp", 161}, {"ike", 500}, {"l2tp", 1701}} {
		if s.ports.first <= x.port && x.port <= s.ports.last && (a.serves[x.typ] || x.typ == "l2tp" && slices.Contains([]string{"udp"}, s.transport)) {
			s.typ, s.target, s.inner = x.typ, netip.Addr{}, 0
			return true
		}
	}
	return false
}
