package routerconf

import (
	"net/netip"
	"regexp"
	"strings"

	"kanmon/discover/fact"
)

// nec reads what "show running-config" of NEC UNIVERGE IX prints. Lines that begin
// with a blank belong to the last that does not.
//
// NAPT, NAT, SNMP and access lists are as in the chapters on them of NEC
// Platforms, "UNIVERGE IX-R/IX-V command reference" and "feature description"; the
// rest was compared with configurations that users published. What opens from
// outside is read from the commands that both have. How a modem is told its access
// point was found in neither and is not read: the realm of its PPP profile names
// who provides the line.
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
	shut     map[string]bool     // devices that are shut down
	policies map[string]*necPeer // of IKE
	maps     map[string]*necPeer // of IPsec
	filters  map[string][]necFilter
	napt     []ciscoNAT // with the interface that translates
	serves   map[string]string
	limits   map[string]*necLimit // of services, one for each version of IP
	ports    map[string]uint16    // of services
	dynamic  map[string]string    // access lists that follow conversations: the list of who begins them
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

// necLimit is whom a server answers over one version of IP.
type necLimit struct {
	on bool
	by []string // access lists; none: everybody
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
		six: make(map[string]bool), shut: make(map[string]bool), policies: make(map[string]*necPeer), maps: make(map[string]*necPeer),
		filters: make(map[string][]necFilter), serves: make(map[string]string), limits: make(map[string]*necLimit),
		ports: make(map[string]uint16), dynamic: make(map[string]string),
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
	case n.in.is("device") && len(n.shut) < maxEach:
		if w.is("shutdown") || w.is("no", "shutdown") {
			n.shut[n.in.at(1)] = w[0] == "shutdown"
		}
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
	case w.is("ip", "access-list", "dynamic"), w.is("ipv6", "access-list", "dynamic"):
		if len(n.dynamic) < maxEach {
			n.dynamic[w.at(3)] = w.after("access")
		}
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
		p.addr, p.anybody, p.policy = address(w.after("peer")), w.after("peer") == "any", w.after("ike")
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

// server reads "ssh-server ip enable", "ssh-server ip access-list NAME" and
// "snmp-agent ip community COMMUNITY [ACCESS-LIST]". The community is passed over.
func (n *nec) server(place string, w words) {
	if w.is("snmp-agent", "location") {
		n.d.location = strings.Join(w.from(2), " ")
	}
	if v := w.at(1); v != "ip" && v != "ipv6" {
		return
	}
	l := n.limits[w[0]+w[1]]
	if l == nil {
		l = &necLimit{}
		n.limits[w[0]+w[1]] = l
	}
	bind := func(list string) {
		if list != "" && list != "read-only" && list != "read-write" && len(l.by) < maxOutside {
			l.by = append(l.by, list)
		}
	}
	switch w.at(2) {
	case "enable":
		n.serves[w[0]], l.on = place, true
		if w[0] == "snmp-agent" {
			n.d.snmp = "on"
		}
	case "access-list":
		bind(w.at(3))
	case "community":
		bind(w.at(4))
	case "port":
		if p, ok := port(w.at(3)); ok {
			n.ports[w[0]] = p
		}
	}
}
