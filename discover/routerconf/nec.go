package routerconf

import (
	"cmp"
	"net/netip"
	"regexp"
	"strings"

	"kanmon/discover/fact"
)

// nec reads what "show running-config" of NEC UNIVERGE IX prints (NEC, "UNIVERGE
// IX2000/IX3000 series command reference"). Lines that begin with a blank belong
// to the last that does not.
type nec struct {
	harmless map[string]bool // first words of commands that are of no interest
	d        *device
	in       words
	cur      *iface
	tunnel   *necTunnel
	tunnels  []*necTunnel
	realms   map[string]string   // of PPP profiles
	bindings map[string]string   // PPP profile of an interface
	pppoe    map[string]bool     // interfaces
	dhcp     map[string]bool     // interfaces
	six      map[string]bool     // interfaces whose IPv6 address a provider gives
	mobile   map[string]string   // access point names
	policies map[string]*necPeer // of IKE
	maps     map[string]*necPeer // of IPsec
	filters  map[string][]necFilter
	napt     []ciscoNAT // with the interface that translates
	serves   map[string]string
	by       map[string]string // access lists of services
}

type necTunnel struct {
	name, mode, service, policy, place string
	source                             string
	peer                               necPeer
}

// necPeer is the other end of a key exchange.
type necPeer struct {
	addr    netip.Addr
	name    string
	anybody bool
	policy  string
}

type necFilter struct {
	list string
	seq  uint32
	six  bool
}

func newNEC() parser {
	d := newDevice("NEC")
	d.snmp, d.translated = "off", true
	return &nec{
		harmless: set(necHarmless()),
		d:        d, realms: make(map[string]string), bindings: make(map[string]string), pppoe: make(map[string]bool), dhcp: make(map[string]bool),
		six: make(map[string]bool), mobile: make(map[string]string), policies: make(map[string]*necPeer), maps: make(map[string]*necPeer),
		filters: make(map[string][]necFilter), serves: make(map[string]string), by: make(map[string]string),
	}
}

func necHarmless() []string {
	return strings.Fields(`! timezone username logging ntp sntp device bridge no ip ipv6 ike ipsec ikev2 enable-config configure svintr-config end exit show dns aaa radius
		watch-group network-monitor qos class-map policy-map schedule terminal l2tp system usb-memory url-filter web-console netmeister nm wireless syslog spanning-tree vlan vlan-group`)
}

var (
	necSoftware = regexp.MustCompile(`^! (?:NEC )?IX Series (IX[0-9A-Z]+) .*Software, Version ([0-9]+(?:\.[0-9]+){1,3}[A-Za-z]?)`)
	necSerial   = regexp.MustCompile(`(?i)serial ?(?:number)?[ :=]+([0-9A-Z]{6,20})\b`)
)

// line implements parser.
func (n *nec) line(place, text string) {
	if strings.HasPrefix(text, "!") {
		if m := necSoftware.FindStringSubmatch(text); m != nil && n.d.model == "" {
			n.d.model, n.d.version = m[1], m[2]
			n.d.descr = "NEC Portable Internetwork Core Operating System Software, IX Series " + m[1] + " Software, Version " + m[2]
		}
		if m := necSerial.FindStringSubmatch(text); m != nil && n.d.serial == "" {
			n.d.serial = m[1]
		}
		return
	}
	w := split(text)
	if len(w) == 0 {
		return
	}
	if text[0] != ' ' && text[0] != '\t' {
		n.in, n.cur, n.tunnel = w, nil, nil
		n.global(place, w)
		return
	}
	switch {
	case n.cur != nil:
		n.inInterface(place, w)
	case n.in.is("ppp", "profile") && w.is("authentication", "myname"):
		if len(n.realms) < maxEach {
			n.realms[n.in.at(2)] = realm(w.at(2))
		}
	}
}

func (n *nec) global(place string, w words) {
	d := n.d
	switch {
	case w.is("hostname"):
		d.name = w.at(1)
	case w.is("interface"):
		n.open(place, w.at(1))
	case w.is("ip", "route"), w.is("ipv6", "route"):
		n.route(place, w)
	case w.is("ip", "access-list"), w.is("ipv6", "access-list"):
		n.accessList(w.at(2), w.from(3))
	case w.is("ike", "policy"), w.is("ike", "remote-id"), w.is("ipsec", "autokey-map"), w.is("ipsec", "dynamic-map"):
		n.keys(w)
	case w.is("proxy-dns"):
		n.names(place, w)
	case w[0] == "ssh-server", w[0] == "telnet-server", w[0] == "http-server", w[0] == "snmp-agent":
		n.server(place, w)
	case w.is("ppp", "profile"):
	case !n.harmless[w[0]]:
		d.miss(w[0], []string{"router", "mpls", "route-map", "ngn", "sip", "pki"})
	}
}

func (n *nec) open(place, name string) {
	n.cur = n.d.iface(name, place, necType(name))
	if base, sub, ok := strings.Cut(name, "."); ok && sub != "0" {
		n.cur.parent = base + ".0"
	}
	if n.cur.typ == typeTunnel && room(n.d, n.tunnels) {
		n.tunnel = &necTunnel{name: name, place: place}
		n.tunnels = append(n.tunnels, n.tunnel)
	}
}

func necType(name string) uint32 {
	switch {
	case strings.HasPrefix(name, "Tunnel"):
		return typeTunnel
	case strings.HasPrefix(name, "Loopback"):
		return typeLoopback
	case strings.HasPrefix(name, "BVI"):
		return typeBridge
	case strings.HasPrefix(name, "BRI"):
		return typeISDN
	case strings.HasPrefix(name, "USB"), strings.HasPrefix(name, "Mobile"):
		return typeMobile
	case strings.HasPrefix(name, "Null"):
		return typeOther
	}
	return typeEthernet
}

func (n *nec) inInterface(place string, w words) {
	i := n.cur
	switch {
	case w.is("description"):
		i.alias = strings.Join(w.from(1), " ")
	case w.is("shutdown"):
		i.down = true
	case w.is("no", "shutdown"):
		i.down = false
	case w.is("encapsulation", "pppoe"):
		n.pppoe[i.name], i.typ, i.has4 = true, typePPP, true
	case w.is("encapsulation", "ppp"):
		i.has4 = true
	case w.is("encapsulation", "dot1q"):
		i.vid, i.typ = vlanID(w.at(2)), typeVLAN
	case w.is("ppp", "binding"):
		n.bindings[i.name] = w.at(2)
	case w.is("mobile", "id"):
		n.mobile[i.name] = hostName(w[len(w)-1])
	case w[0] == "ip" || w[0] == "ipv6":
		n.ipOn(i, place, w)
	case w.is("bridge-group"):
		if b, ok := number(w.at(1)); ok {
			i.parent = "BVI" + itoa(b)
		}
	case w.is("vrrp") && w.at(2) == "ip", w.is("vrrp") && w.at(2) == "address":
		if id, ok := number(w.at(1)); ok && id < 256 && address(w.at(3)).IsValid() {
			add(n.d, &n.d.groups, group{
				fact: fact.RedundancyGroup{Protocol: "vrrp", Group: id, Addresses: []netip.Addr{address(w.at(3))}}, iface: i.name, place: place,
			})
		}
	case n.tunnel != nil:
		n.inTunnel(w)
	}
}

func (n *nec) ipOn(i *iface, place string, w words) {
	switch {
	case w.is("ip", "address"), w.is("ip", "unnumbered"):
		i.has4 = true
		n.dhcp[i.name] = w.at(2) == "dhcp"
		if p, ok := prefix(w.at(2)); ok {
			add(n.d, &i.addrs, p)
		}
	case w.is("ipv6", "address", "autoconfig"), w.is("ipv6", "dhcp", "client"):
		i.has6, n.six[i.name] = true, true
	case w.is("ipv6", "address"):
		i.has6 = true
		if p, ok := prefix(w.at(2)); ok && !p.Addr().IsLinkLocalUnicast() && !w.has("eui-64") {
			add(n.d, &i.addrs, p)
		}
	case w.is("ipv6", "enable"):
		i.has6 = true
	case len(w) >= 5 && w[1] == "filter" && w[4] == "in":
		seq, _ := number(w[3])
		if len(n.filters[i.name]) < 256 {
			n.filters[i.name] = append(n.filters[i.name], necFilter{w[2], seq, w[0] == "ipv6"})
		}
	case w.is("ip", "napt", "enable"), w.is("ip", "nat", "enable"):
		i.natted = true
	case w.is("ip", "napt", "static"), w.is("ip", "napt", "service"):
		n.static(i, place, w)
	}
}

// static reads ports that are passed on:
//
//	ip napt static {ADDRESS|INTERFACE} PROTOCOL [PORT]
//	ip napt service NAME ADDRESS {PORT|none} PROTOCOL PORT
func (n *nec) static(i *iface, place string, w words) {
	s := service{typ: "port-forward", place: place, limit: answer{open: true}}
	var inner string
	if w[2] == "static" {
		s.target, s.transport = address(w.at(3)), w.at(4)
		w = w.from(5)
	} else {
		s.target, inner, s.transport = address(w.at(4)), w.at(5), w.at(6)
		w = w.from(7)
	}
	var ok bool
	if s.ports, ok = ports(w.at(0)); !ok || s.transport != "tcp" && s.transport != "udp" {
		return
	}
	if p, ok := port(inner); ok && p != s.ports.first {
		s.inner = p
	}
	add(n.d, &n.napt, ciscoNAT{s: s, iface: i.name})
}

func (n *nec) inTunnel(w words) {
	t := n.tunnel
	switch {
	case w.is("tunnel", "mode"):
		t.mode, t.service = w.at(2), w.at(3)
	case w.is("tunnel", "destination", "fqdn"):
		t.peer.name = hostName(w.at(3))
	case w.is("tunnel", "destination"):
		if t.peer.addr = address(w.at(2)); !t.peer.addr.IsValid() {
			t.peer.name = hostName(w.at(2))
		}
	case w.is("tunnel", "source"):
		t.source = w.at(2)
	case w.is("ipsec", "policy"):
		t.policy = w.at(3)
	case w.is("ikev2", "peer"):
		t.peer.addr, t.peer.anybody = address(w.at(2)), w.at(2) == "any"
		for k := range w {
			if w[k] == "id" && (w.at(k+1) == "fqdn" || w.at(k+1) == "keyid") && !t.peer.addr.IsValid() {
				t.peer.name = peerName(w.at(k + 2))
			}
		}
	case len(w) > 2 && w[0] == "ikev2" && strings.HasPrefix(w[1], "peer-fqdn"):
		t.peer.name = hostName(w[2])
	}
}

// keys reads who the other ends of key exchanges are. The key stands behind
// "key" and is not looked at.
func (n *nec) keys(w words) {
	peer := func(m map[string]*necPeer) *necPeer {
		if m[w.at(2)] == nil {
			if len(m) >= maxEach {
				return &necPeer{}
			}
			m[w.at(2)] = &necPeer{}
		}
		return m[w.at(2)]
	}
	switch {
	case w.is("ike", "policy"):
		p := peer(n.policies)
		switch kind := w.at(3); {
		case kind == "peer":
			p.addr, p.anybody = address(w.at(4)), w.at(4) == "any"
		case strings.HasPrefix(kind, "peer-fqdn"):
			p.name = hostName(w.at(4))
		}
	case w.is("ike", "remote-id"):
		if p := peer(n.policies); (w.at(3) == "fqdn" || w.at(3) == "keyid") && p.name == "" {
			p.name = peerName(w.at(4))
		}
	case w.is("ipsec", "dynamic-map"):
		p := peer(n.maps)
		p.anybody, p.policy = true, w.after("ike")
	default:
		p := peer(n.maps)
		p.addr, p.policy = address(w.after("peer")), w.after("ike")
		for k, key := range w {
			if strings.HasPrefix(key, "peer-fqdn") {
				p.name = hostName(w.at(k + 1))
			}
		}
	}
}

// route reads "ip route {default|PREFIX} {ADDRESS|INTERFACE} …".
func (n *nec) route(place string, w words) {
	r := route{place: place}
	ok := true
	switch {
	case w.at(2) == "default" && w[0] == "ipv6":
		r.to = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	case w.at(2) == "default":
		r.to = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	default:
		r.to, ok = prefix(w.at(2))
	}
	if r.hop = address(w.at(3)); !r.hop.IsValid() {
		if r.over = w.at(3); strings.HasPrefix(r.over, "Null") {
			r.over, r.typ = "", "blackhole"
		}
		r.hop = address(w.at(4))
	}
	if ok {
		n.d.addRoute(r)
	}
}

// accessList reads "permit PROTOCOL src A sport P dest B dport Q".
func (n *nec) accessList(name string, w words) {
	if !w.is("permit") && !w.is("deny") {
		return
	}
	r := rule{permit: w[0] == "permit"}
	if p := w.at(1); p != "ip" && p != "ipv6" {
		r.protos = []string{p}
	}
	end := func(key string) []netip.Prefix {
		s := w.after(key)
		if s == "any" || s == "" {
			return nil
		}
		p, ok := prefix(s)
		if !ok {
			r.unsure = true
			return nil
		}
		return []netip.Prefix{p.Masked()}
	}
	r.src, r.dst = end("src"), end("dest")
	for k := range w {
		switch w[k] {
		case "sport":
			r.sources = w.at(k+1) != "any"
		case "dport":
			if w.at(k+1) != "any" {
				r.ports, _, _ = ciscoPorts(&r, w.from(k+1))
			}
		}
	}
	r.replies = r.permit && r.sources && r.ports == nil
	n.d.addRule(name, r)
}

// names reads "proxy-dns server ADDRESS …" and "proxy-dns interface NAME".
func (n *nec) names(place string, w words) {
	f := fact.NameRoute{Domain: "."}
	for k, s := range w {
		if a := address(s); a.IsValid() {
			f.Servers = append(f.Servers, a)
		}
		if d := domain(w.at(k + 1)); s == "domain" && d != "" {
			f.Domain = d
		}
	}
	if w.is("proxy-dns", "interface") {
		f.Via = w.at(2)
	}
	if len(f.Servers) > 0 || f.Via != "" {
		add(n.d, &n.d.names, nameRoute{fact: f, place: place})
	}
}

// server reads "ssh-server ip enable", "ssh-server ip access-list NAME". A
// community of the SNMP agent is passed over.
func (n *nec) server(place string, w words) {
	switch {
	case w.has("enable"):
		n.serves[w[0]] = place
		if w[0] == "snmp-agent" {
			n.d.snmp = "on"
		}
	case w.at(2) == "access-list":
		n.by[w[0]] = w.at(3)
	case w.is("snmp-agent", "location"):
		n.d.location = strings.Join(w.from(2), " ")
	case w.is("snmp-agent", "ip", "community"):
		n.by[w[0]] = cmp.Or(w.at(4), n.by[w[0]])
	}
}
