package routerconf

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"kanmon/discover/fact"
)

// alliedPlus reads what "show running-config" of AlliedWare Plus prints: the AR
// series of routers and the switches of Allied Telesis.
//
// Its firewall knows zones, networks and hosts (entities) and lets through only
// what a rule permits, once it is on ("protect"): Allied Telesis, "Firewall and
// Network Address Translation, feature overview and configuration guide"
// (C613-22012). Of the modes of tunnels, "ipv6" and "map-e" are in its command
// reference for routers (613-002735), "map4to6" in that of AR2010V (613-002311).
// DS-Lite and Lightweight 4over6 are there (613-003360), but not how they are called:
// a gap says that such tunnels are not evaluated. The rest is as in configurations
// that the maker and users published.
type alliedPlus struct {
	harmless map[string]bool // first words of commands that are of no interest
	d        *device
	in       words
	cur      *iface
	tunnel   *ciscoTunnel
	tunnels  []*ciscoTunnel
	entities map[string]*alliedEntity   // "public", "public.wan", "public.wan.ppp0"
	networks map[string][]*alliedEntity // of a zone; see members
	zone     string                     // that is open
	network  string
	host     string
	rules    []alliedRule
	protects bool
	nats     []alliedRule
	natOn    bool
	apps     map[string]rule // applications of the operator's own
	ppp      map[string]string
	dhcp     map[string]bool
	six      map[string]bool
	apn      map[string]string
	serves   map[string]string
	asks     answer // who may ask by SNMP
}

// alliedEntity is a zone, a network in it, or a host in that.
type alliedEntity struct {
	prefixes []netip.Prefix
	on       []string // interfaces to which it is bound
	unsure   bool     // names
	own      bool     // what the device itself is given on an interface
}

// alliedRule is a rule of the firewall or of the translation.
type alliedRule struct {
	action, app, from, to, with, place string
}

func newAlliedPlus() parser {
	d := newDevice("Allied Telesis")
	d.snmp, d.translated = "off", true
	return &alliedPlus{
		harmless: set(alliedHarmless()),
		d:        d, entities: make(map[string]*alliedEntity), apps: make(map[string]rule), ppp: make(map[string]string),
		dhcp: make(map[string]bool), six: make(map[string]bool), apn: make(map[string]string), serves: make(map[string]string),
	}
}

func alliedHarmless() []string {
	return strings.Fields(`! service no banner username ssh log platform spanning-tree lacp clock ntp end show enable ip ipv6 aaa radius-server tacacs-server line exec-timeout
		dot1x auth loop-protection mac stack atmf virtual-server schedule trigger router-id multicast license flowcontrol hardware-acl access-list crypto key access-group boot
		autoboot mail switch isakmp ipsec class-map policy-map mls qos epsr lldp storm-control power-inline tunnel arp arp-mac-disparity exception system update cwm amf wireless l2tp-profile linux vcs`)
}

var alliedVersion = regexp.MustCompile(`^!?\s*(?:AlliedWare Plus(?:\(TM\))?|Software version\s*:?)\s+(5\.[0-9]+\.[0-9]+(?:-[0-9.]+)?)`)

// line implements parser.
func (a *alliedPlus) line(place, text string) {
	if m := alliedVersion.FindStringSubmatch(text); m != nil && a.d.version == "" {
		a.d.version = m[1]
		a.d.descr = "AlliedWare Plus (TM) " + m[1]
	}
	w := split(text)
	if len(w) == 0 || w[0] == "!" {
		return
	}
	if text[0] != ' ' && text[0] != '\t' {
		a.in, a.cur, a.tunnel, a.zone, a.network, a.host = w, nil, nil, "", "", ""
		a.global(place, w)
		return
	}
	switch {
	case a.cur != nil:
		a.inInterface(place, w)
	case a.zone != "":
		a.inZone(w)
	case a.in.is("firewall"):
		if w.is("protect") {
			a.protects = true
		} else if w.is("rule") {
			add(a.d, &a.rules, alliedRuleOf(place, w))
		}
	case a.in.is("nat"):
		if w.is("enable") {
			a.natOn = true
		} else if w.is("rule") {
			add(a.d, &a.nats, alliedRuleOf(place, w))
		}
	case a.in.is("application"):
		a.inApplication(w)
	case a.in.is("vlan", "database") && w.is("vlan"):
		a.vlan(place, w)
	}
}

// alliedRuleOf reads "rule 10 permit APPLICATION from ENTITY to ENTITY" and
// "rule 10 portfwd APPLICATION from ENTITY [to ENTITY] with dst ENTITY".
func alliedRuleOf(place string, w words) alliedRule {
	r := alliedRule{place: place, from: w.after("from"), to: w.after("to")}
	if _, ok := number(w.at(1)); ok {
		w = w.from(1)
	}
	r.action, r.app = w.at(1), w.at(2)
	if w.has("with") {
		r.with = cmp.Or(w.after("dst"), w.after("with"))
	}
	return r
}

func (a *alliedPlus) global(place string, w words) {
	d := a.d
	switch {
	case w.is("hostname"):
		d.name = w.at(1)
	case w.is("interface"):
		a.open(place, w.at(1))
	case w.is("zone"):
		a.zone = w.at(1)
		a.entity(a.zone)
	case w.is("ip", "route"), w.is("ipv6", "route"):
		a.route(place, w)
	case w.is("ip", "name-server"):
		if s := address(w.at(2)); s.IsValid() {
			f := fact.NameRoute{Domain: ".", Servers: []netip.Addr{s}}
			if x := domain(w.after("suffix-list")); x != "" {
				f.Domain = x
			}
			add(d, &d.names, nameRoute{fact: f, place: place})
		}
	case w.is("snmp-server"):
		a.snmp(place, w)
	case w.is("service", "telnet"), w.is("service", "ssh"), w.is("service", "http"):
		a.serves[w.at(1)] = place
	case w.is("no", "service"):
		delete(a.serves, w.at(2))
	case w.is("l2tp", "tunnel"), w.is("firewall"), w.is("nat"), w.is("application"), w.is("vlan", "database"):
	case !a.harmless[w[0]]:
		d.miss(w[0], []string{"router", "route-map", "ips", "web-control", "url-filter", "malware-protection", "antivirus", "pbr", "openvpn"})
	}
}

// snmp reads "snmp-server …". The community is passed over; whom an access list
// behind it lets in is not evaluated.
func (a *alliedPlus) snmp(place string, w words) {
	switch w.at(1) {
	case "location":
		a.d.location = strings.Join(w.from(2), " ")
		return
	case "contact":
		return
	case "community":
		rest := slices.DeleteFunc(slices.Clone(w.from(3)), func(s string) bool { return s == "ro" || s == "rw" })
		if rest.is("view") {
			rest = rest.from(2)
		}
		a.asks = either(a.asks, answer{open: len(rest) == 0, unsure: len(rest) > 0})
	}
	a.d.snmp = "on"
	a.serves["snmp"] = place
}

func (a *alliedPlus) open(place, name string) {
	a.cur = a.d.iface(name, place, alliedType(name))
	if parent, sub, ok := strings.Cut(name, "."); ok && strings.HasPrefix(name, "eth") {
		a.cur.ports, a.cur.vid, a.cur.typ = []string{parent}, vlanID(sub), typeVLAN
	}
	if a.cur.typ == typeTunnel && room(a.d, a.tunnels) {
		a.tunnel = &ciscoTunnel{name: name, place: place}
		a.tunnels = append(a.tunnels, a.tunnel)
	}
}

func alliedType(name string) uint32 {
	for _, t := range []struct {
		begin string
		typ   uint32
	}{
		{"vlan", typeVLAN},
		{"ppp", typePPP},
		{"tunnel", typeTunnel},
		{"cellular", typeMobile},
		{"usb", typeMobile},
		{"lo", typeLoopback},
		{"br", typeBridge},
		{"po", typeEthernet},
		{"sa", typeLAG},
	} {
		if strings.HasPrefix(name, t.begin) {
			return t.typ
		}
	}
	return typeEthernet
}

func (a *alliedPlus) inInterface(place string, w words) {
	i := a.cur
	switch {
	case i.told(w):
	case w.is("encapsulation", "ppp"): // PPPoE over this port
		if n, ok := number(w.at(2)); ok {
			a.ppp["ppp"+itoa(n)] = i.name
		}
	case w.is("encapsulation", "dot1q"):
		i.vid = vlanID(w.at(2))
	case w.is("ppp", "username"):
		if r := realm(w.at(2)); r != "" {
			a.d.line(i.name, "ppp", place).fact.Provider = r
		}
	case w.is("apn"):
		a.apn[i.name] = hostName(w.at(1))
	case w.is("ip", "address", "dhcp"), w.is("ip", "address", "negotiated"):
		i.has4 = true
		a.dhcp[i.name] = w[2] == "dhcp"
	case w.is("ip", "address"):
		if p, ok := prefix(w.at(2)); ok {
			i.has4 = true
			a.d.addAddress(i, p)
		}
	case w.is("ip", "unnumbered"):
		i.has4 = true
	case w.is("ipv6", "address", "autoconfig"), w.is("ipv6", "address", "dhcp"), w.is("ipv6", "dhcp", "client"):
		i.has6, a.six[i.name] = true, true
	case w.is("ipv6", "address"):
		i.has6 = true
		if p, ok := prefix(w.at(2)); ok && !p.Addr().IsLinkLocalUnicast() {
			a.d.addAddress(i, p)
		}
	case w.is("ipv6", "enable"):
		i.has6 = true
	case a.tunnel != nil && w.is("tunnel"):
		a.inTunnel(w)
	case w.is("switchport"):
		c := cisco{d: a.d}
		if w.is("switchport", "trunk", "allowed", "vlan", "add") {
			w = append(slices.Clone(w[:4]), w[5:]...)
		}
		c.switchport(i, place, w)
	}
}

func (a *alliedPlus) inTunnel(w words) {
	t := a.tunnel
	switch w.at(1) {
	case "source":
		t.source = w.at(2)
	case "destination":
		t.dest = w.at(2)
	case "mode":
		t.mode = strings.Join(w.from(2), " ")
	case "remote":
		if w.at(2) == "name" {
			t.peer = w.at(3)
		}
	case "protection":
		t.protected = true
	}
}

func (a *alliedPlus) vlan(place string, w words) {
	if v := vlanID(w.at(1)); v != 0 {
		name := ""
		if w.at(2) == "name" {
			name = w.at(3)
		}
		add(a.d, &a.d.vlans, vlan{vid: v, name: name, place: place})
	}
}

// route reads "ip route PREFIX {ADDRESS|INTERFACE}", or with a mask.
func (a *alliedPlus) route(place string, w words) {
	rest := w.from(2)
	r := route{place: place}
	var ok bool
	if r.to, ok = prefix(rest.at(0)); ok && !strings.Contains(rest.at(0), "/") {
		r.to, ok = masked(rest.at(0), rest.at(1))
		rest = rest.from(1)
	}
	if r.hop = address(rest.at(1)); !r.hop.IsValid() {
		if r.over = rest.at(1); strings.EqualFold(r.over, "null") {
			r.over, r.typ = "", "blackhole"
		}
	}
	if ok {
		a.d.addRoute(r)
	}
}

// end implements parser.
func (a *alliedPlus) end() (*device, error) {
	d := a.d
	d.descr = cmp.Or(d.descr, "AlliedWare Plus (TM)")
	for _, i := range d.order {
		a.endInterface(i)
	}
	for _, t := range a.tunnels {
		a.endTunnel(t)
	}
	a.endAccess()
	d.vlans = mergeVLANs(d.vlans)
	return d, nil
}
