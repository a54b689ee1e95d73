package routerconf

import (
	"regexp"
	"strings"

	"kanmon/discover/fact"
)

// cisco reads what "show running-config" of Cisco IOS and IOS-XE prints (Cisco,
// "IOS Command References": IP addressing, security, dial, cellular, VPN). Lines
// that begin with a blank belong to the last that does not.
type cisco struct {
	harmless map[string]bool // first words of commands that are of no interest
	d        *device
	in       words               // the line that opened the section
	cur      *iface              // of an interface section
	until    string              // what ends a text that is not looked at: a banner, a certificate
	pools    map[string][]string // ports of a dialer pool
	dialers  map[string]string   // pool of a dialer
	tunnel   *ciscoTunnel
	tunnels  []*ciscoTunnel
	maps     map[string][]*ciscoPeer // entries of crypto maps
	peer     *ciscoPeer
	mapOn    map[string][]string // interfaces of a crypto map
	dynamic  map[string]bool     // crypto maps that answer whoever calls
	profile  *ciscoProfile
	profiles []*ciscoProfile
	callers  map[string]string     // of a dynamic crypto map: profile of the key exchange
	connects map[string]*ciscoPeer // whom a tunnel of FlexVPN calls
	nats     []ciscoNAT
	natOut   map[string]bool
	dhcp     map[string]bool
	six      map[string]bool // have an IPv6 address that a provider gives
	zones    map[string]string
	pairs    []ciscoPair
	vty      []*ciscoLine
	line2    *ciscoLine
	http     map[string]uint16 // "http", "https": port
	httpBy   string            // access list
	httpPort map[string]uint16
	snmpBy   []string
	dialin   string // protocol of a VPDN group
	serves   map[string]string
}

type ciscoTunnel struct {
	name, mode, source, dest, place string
	peer                            string // what the other end calls itself
	protected                       bool
}

type ciscoPeer struct {
	name, place string
	peers       []string
	calls       bool   // whoever it is, from anywhere
	by          string // dynamic crypto map
	connected   bool   // a tunnel interface is told to call it
}

// ciscoProfile is a profile of key exchanges, ISAKMP or IKEv2.
type ciscoProfile struct {
	name, place string
	id          string // what the other end calls itself
	template    bool   // who calls gets a tunnel of his own
}

type ciscoNAT struct {
	s     service
	iface string
}

type ciscoPair struct{ from, to string }

type ciscoLine struct {
	inputs  words
	by, by6 string
	place   string
}

func newCisco() parser {
	d := newDevice("Cisco")
	d.snmp = "off"
	return &cisco{
		harmless: set(ciscoHarmless()),
		d:        d, pools: make(map[string][]string), dialers: make(map[string]string), maps: make(map[string][]*ciscoPeer),
		mapOn: make(map[string][]string), dynamic: make(map[string]bool), natOut: make(map[string]bool), dhcp: make(map[string]bool),
		six: make(map[string]bool), zones: make(map[string]string), callers: make(map[string]string), connects: make(map[string]*ciscoPeer), http: make(map[string]uint16), httpPort: make(map[string]uint16), serves: make(map[string]string),
	}
}

// ciscoHarmless are commands that say nothing of ways in or out, and those that
// hold secrets.
func ciscoHarmless() []string {
	return strings.Fields(`! aaa alias archive arp authentication banner boot boot-end-marker boot-start-marker Building call-home cdp class-map clock cns control-plane
		configuration controller Current crypto diagnostic dot11 dot1x enable end errdisable ethernet event exception exit fallback file flow format ip ipv6 key kron ldap license lldp
		logging login mac mac-address-table memory mls monitor multilink nat64 network-clock no ntp object-group parameter-map parser password platform policy-map
		port-channel power power-supply privilege process qos radius redundancy rtr scheduler security service show sntp spanning-tree standby subscriber switch system table-map tacacs tacacs-server radius-server
		track transceiver transport udld username vtp wsma hw-module card ppp subscriber chat-script dialer-list access-list access-group route-map exit-address-family cts device-tracking vrf voice dial-peer
		stcapp sccp dspfarm telephony-service mediatrace performance profile remote-neighbor threat-visibility upgrade utd location macro template management autonomic coap fhrp isdn`)
}

var (
	ciscoSoftware = regexp.MustCompile(`^Cisco IOS (XE )?Software.*?, Version ([0-9][0-9A-Za-z.()]{1,30})`)
	ciscoBoard    = regexp.MustCompile(`^[Cc]isco ([A-Z][A-Z0-9/-]{2,30}) \(`)
)

// line implements parser.
func (c *cisco) line(place, text string) {
	if c.until != "" {
		if strings.Contains(text, c.until) {
			c.until = ""
		}
		return
	}
	w := split(text)
	if len(w) == 0 {
		return
	}
	if text[0] != ' ' && text[0] != '\t' {
		c.in, c.cur, c.tunnel, c.peer, c.profile, c.line2 = w, nil, nil, nil, nil, nil
		c.global(place, text, w)
		return
	}
	c.within(place, w)
}

// global reads a line that does not belong to another.
func (c *cisco) global(place, text string, w words) {
	d := c.d
	switch w[0] {
	case "hostname":
		d.name = w.at(1)
	case "version":
		if n := w.at(1); len(n) < 16 && d.version == "" {
			d.version = n
		}
	case "license":
		if w.is("license", "udi", "pid") {
			d.model, d.serial = w.at(3), w.after("sn")
		}
	case "banner":
		c.skipText(text, w.at(2))
	case "interface":
		c.open(place, strings.Join(w.from(1), ""))
	case "ip", "ipv6":
		c.ip(place, w)
	case "access-list":
		c.accessList(w.at(1), w.from(2))
	case "crypto":
		c.crypto(place, w)
	case "line":
		if w.at(1) == "vty" && len(c.vty) < 64 {
			c.line2 = &ciscoLine{place: place}
			c.vty = append(c.vty, c.line2)
		}
	case "snmp-server":
		c.snmp(w)
	case "vlan":
		if v := vlanID(w.at(1)); v != 0 {
			add(d, &d.vlans, vlan{vid: v, place: place})
		}
	case "vpdn-group":
		c.dialin = ""
	case "zone-pair":
		add(d, &c.pairs, ciscoPair{w.after("source"), w.after("destination")})
	case "zone", "webvpn", "controller", "vpdn", "ephone", "template":
	default:
		if m := ciscoSoftware.FindStringSubmatch(text); m != nil {
			d.version = m[2]
		} else if m := ciscoBoard.FindStringSubmatch(text); m != nil && d.model == "" {
			d.model = m[1]
		} else if !strings.HasPrefix(w[0], "!") && !c.harmless[w[0]] {
			d.miss(w[0], []string{"router", "mpls", "l2vpn", "bridge", "bba-group", "interface-template", "appnav", "sdwan", "tunnel"})
		}
	}
}

// skipText passes over a banner up to the character that begins and ends it.
func (c *cisco) skipText(text, first string) {
	if first == "" {
		return
	}
	end := first[:1]
	if strings.HasPrefix(first, "^C") {
		end = "^C"
	}
	_, rest, _ := strings.Cut(text, end)
	if !strings.Contains(rest, end) {
		c.until = end
	}
}

// within reads a line of a section.
func (c *cisco) within(place string, w words) {
	switch {
	case c.cur != nil:
		c.inInterface(place, w)
	case c.line2 != nil:
		switch {
		case w.is("transport", "input"):
			c.line2.inputs = w.from(2)
		case w.is("access-class"):
			c.line2.by = w.at(1)
		case w.is("ipv6", "access-class"):
			c.line2.by6 = w.at(2)
		}
	case c.in.is("ip", "access-list"), c.in.is("ipv6", "access-list"):
		if _, ok := number(w[0]); ok {
			w = w.from(1)
		}
		if w.is("sequence") {
			w = w.from(2)
		}
		c.accessList(c.in[len(c.in)-1], w)
	case c.in.is("crypto"):
		c.inCrypto(place, w)
	case c.in.is("vlan"):
		if w[0] == "name" && len(c.d.vlans) > 0 {
			c.d.vlans[len(c.d.vlans)-1].name = strings.Join(w.from(1), " ")
		}
	case c.in.is("vpdn-group"):
		c.inGroup(place, w)
	case c.in.is("webvpn", "gateway") && w.is("inservice"):
		c.serves["ssl-vpn"] = place
	case c.in.is("controller", "Cellular") && w.is("profile", "id") && w.at(3) == "apn":
		for _, i := range c.d.order {
			if i.typ == typeMobile {
				c.d.line(i.name, "lte", place).fact.Provider = hostName(w.at(4))
			}
		}
		c.dialers["apn"] = hostName(w.at(4))
	}
}

// inGroup reads a VPDN group: callers that are let in, or a server that is
// called.
func (c *cisco) inGroup(place string, w words) {
	switch {
	case w.is("accept-dialin"), w.is("request-dialin"):
		c.dialin = w[0]
	case w.is("protocol") && c.dialin == "accept-dialin":
		for _, p := range []string{"l2tp", "pptp"} {
			if w.at(1) == p || w.at(1) == "any" {
				c.serves[p] = place
			}
		}
	case w.is("initiate-to", "ip"):
		add(c.d, &c.d.tunnels, &tunnel{fact: fact.TunnelEnd{Type: "l2tp", Name: peerName(c.in.at(1)), Remote: address(w.at(2))}, place: place})
	}
}

// snmp reads "snmp-server …". The community is passed over.
func (c *cisco) snmp(w words) {
	switch w.at(1) {
	case "community":
		c.d.snmp = "on"
		by := ""
		for i := 3; i < len(w); i++ {
			switch strings.ToLower(w[i]) {
			case "view", "ipv6":
				i++
			case "ro", "rw":
			default:
				by = w[i]
			}
		}
		if len(c.snmpBy) < maxOutside && !wordIn(by, c.snmpBy) {
			c.snmpBy = append(c.snmpBy, by)
		}
	case "group", "user":
		c.d.snmp = "on"
	case "location":
		c.d.location = strings.Join(w.from(2), " ")
	case "engineID":
		if w.at(2) == "local" {
			c.d.engine = hexOnly(w.at(3))
		}
	}
}

// hexOnly returns s in lower case where it is hexadecimal, as RFC 3411 has
// engine IDs.
func hexOnly(s string) string {
	s = strings.ToLower(s)
	if len(s) < 10 || len(s) > 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return s
}
