package routerconf

import (
	"net/netip"
	"regexp"
	"strings"

	"kanmon/discover/fact"
)

// yamaha reads what "show config" of Yamaha RTX, NVR, FWX and vRX prints
// (Yamaha, "Command Reference" of the RTX series, and the documents on
// rtpro.yamaha.co.jp: IPoE, MAP-E, USB mobile, NGN data connect, dns server
// select).
//
// Commands within "pp select" and "tunnel select" are about the interface
// chosen last; everything else names its own.
type yamaha struct {
	d        *device
	before   string // a line that a terminal broke in two
	width    int    // at which a terminal breaks lines
	pp       string // "pp1", "pp-anonymous"; empty outside of one
	tunnel   string // "tunnel1"
	tunnels  map[string]*yamahaTunnel
	order    []string
	gateways map[string]*yamahaGateway // of IKE, by number
	policies map[string]string         // of SAs: number of the gateway
	nat      map[string]*yamahaNAT     // descriptors
	natOn    map[string][]string       // descriptors on an interface
	answers  map[string][]string       // tunnels that callers share, by pp
	serves   map[string]bool           // "l2tp", "pptp", "telnet", …: switched on
	hosts    map[string]answer         // who may ask a service
	ports    map[string]uint16         // of a service, where it is another
	known    map[string]bool           // first words of commands
	harmless map[string]bool
	enabled  []yamahaSpan
	modems   map[string]bool // in USB ports, which are used
}

// yamahaTunnel is what "tunnel select" opens.
type yamahaTunnel struct {
	name, encapsulation, place string
	local, remote              netip.Addr
	remoteName, provider       string
	ngn, hub                   bool
	gateways                   []string // of IKE
	policy                     string
	router                     netip.Addr
	copies                     []string // numbers of tunnels that are set up alike
}

// yamahaGateway is the other end of a key exchange.
type yamahaGateway struct {
	local, remote   netip.Addr
	host, id, place string
	anybody, two    bool // two: IKEv2
	key             bool // the id names a key, and not a host
}

// told reports whether it is told who the other end is.
func (g *yamahaGateway) told() bool {
	return g.anybody || g.remote.IsValid() || g.host != "" || g.id != ""
}

// fill tells a tunnel who its other end is (Yamaha, "Command Reference", 15.14
// and 15.15). Whose address is not told is the one who calls, unless the name
// that it has with IKEv2 is that of a host or an address: that is asked for.
func (g *yamahaGateway) fill(f *fact.TunnelEnd) {
	f.Local, f.Remote, f.RemoteName = g.local, g.remote, g.host
	if f.Remote.IsValid() || f.RemoteName != "" {
		return
	}
	f.RemoteName, f.Calls = g.id, g.anybody || !g.two || g.key
	if a := address(g.id); a.IsValid() && !f.Calls {
		f.Remote, f.RemoteName = a, ""
	}
}

// yamahaSpan is peers or tunnels that are switched on, by their numbers; 0 is
// the peer for whoever dials in.
type yamahaSpan struct {
	kind        string // "pp", "tunnel"
	first, last uint32
}

// yamahaNAT is a NAT descriptor.
type yamahaNAT struct {
	typ     string
	forward []service
}

func newYamaha() parser {
	d := newDevice("Yamaha")
	d.snmp, d.translated = "off", true // as these routers come
	return &yamaha{
		d: d, width: columns, tunnels: make(map[string]*yamahaTunnel), gateways: make(map[string]*yamahaGateway),
		policies: make(map[string]string), nat: make(map[string]*yamahaNAT), natOn: make(map[string][]string),
		answers: make(map[string][]string), serves: make(map[string]bool), hosts: make(map[string]answer), ports: make(map[string]uint16), modems: make(map[string]bool), known: set(yamahaCommands()), harmless: set(yamahaHarmless()),
	}
}

// yamahaCommands are commands that are evaluated.
func yamahaCommands() []string {
	return strings.Fields(`ip ipv6 pp pppoe mobile isdn tunnel ipsec l2tp pptp nat dns lan telnetd sshd httpd snmp snmpv2c snmpv3 ngn vlan description bridge console`)
}

// yamahaHarmless are commands that say nothing of ways in or out.
func yamahaHarmless() []string {
	return strings.Fields(`administrator alarm analog auth ap bgp clear clock cooperation date dhcp disconnect embedded exit
		external-memory heartbeat heartbeat2 help interface lan-map leave login loopback lua mail network ntp ntpdate operation ospf pki provider
		queue quit radius rip rotate save schedule security server set show sip sntpd speed statistics switch syslog system terminate time timezone
		traceroute upnp url usbhost user voice wol yno ysc http sftpd tftp rtfs remote packetdump ppp no mld igmp cold restart copy delete execute`)
}

// line implements parser.
func (y *yamaha) line(place, text string) {
	if before := y.before; before != "" {
		y.before = ""
		if first := split(text).at(0); y.known[first] || y.harmless[first] || strings.HasPrefix(text, "#") {
			y.command(place, before) // it was as long as that
		} else {
			text = before + text
		}
	}
	if len(text) == y.width {
		y.before = text
		return
	}
	y.command(place, text)
}

func (y *yamaha) command(place, text string) {
	if strings.HasPrefix(text, "#") {
		y.header(text)
		return
	}
	w := split(text)
	if len(w) == 0 {
		return
	}
	switch w[0] {
	case "ip":
		y.ip(place, w)
	case "ipv6":
		y.ipv6(place, w)
	case "pp", "pppoe", "mobile", "isdn":
		y.peer(place, w)
	case "tunnel", "ipsec", "l2tp", "pptp", "gre":
		y.tunnelling(place, w)
	case "nat":
		y.descriptor(place, w)
	case "dns":
		y.names(place, w)
	case "telnetd", "sshd", "httpd", "sftpd", "snmp", "snmpv2c", "snmpv3":
		y.manage(w)
	case "ngn":
		if w.is("ngn", "type") && w.at(3) == "ntt" {
			l := y.d.line(y.name(w.at(2), place), "ipoe", place)
			l.fact.Type, l.fact.Provider = "ipoe", "ntt"
		}
	case "console":
		y.console(w)
	case "vlan":
		y.vlan(place, w)
	case "lan":
		if w.is("lan", "shutdown") && len(w) == 3 { // and not some of its sockets
			if name := y.name(w[2], place); name != "" {
				y.d.iface(name, place, typeEthernet).down = true
			}
		}
	case "description":
		y.describe(place, w)
	case "bridge":
		y.bridge(place, w)
	default:
		if strings.HasPrefix(w[0], "wan") && len(w) > 1 {
			y.wan(place, w)
			return
		}
		if !y.harmless[w[0]] {
			y.d.miss(w[0], []string{"wwan", "wwan-module", "ethernet", "queue", "policy", "url"})
		}
	}
}

// headers are the comments with which "show config" begins, and those that
// "show environment" prints: model, revision, addresses, serial number.
var (
	yamahaRevision = regexp.MustCompile(`^#? ?((?:RTX|NVR|FWX|vRX|RTV|SRT|RT)[0-9A-Za-z]*) .*?(Rev\.[0-9]+(?:\.[0-9]+)+)`)
	yamahaSerial   = regexp.MustCompile(`serial=([A-Za-z0-9]{4,32})\b`)
	yamahaMAC      = regexp.MustCompile(`\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b`)
)

func (y *yamaha) header(text string) {
	if m := yamahaRevision.FindStringSubmatch(text); m != nil && y.d.model == "" {
		y.d.model, y.d.version = m[1], m[2]
		y.d.descr = m[1] + " " + m[2]
	}
	if m := yamahaSerial.FindStringSubmatch(text); m != nil && y.d.serial == "" {
		y.d.serial = m[1]
	}
	if strings.Contains(text, "MAC Address") || strings.Contains(text, "MAC-Address") {
		for _, s := range yamahaMAC.FindAllString(text, 16) {
			if m, err := fact.ParseMAC(s); err == nil && !m.IsZero() && !m.IsGroup() && len(y.d.macs) < 16 && !hasMAC(y.d.macs, m) {
				y.d.macs = append(y.d.macs, m)
			}
		}
	}
}

func hasMAC(list []fact.MAC, m fact.MAC) bool {
	for _, x := range list {
		if x == m {
			return true
		}
	}
	return false
}

// yamahaName is the name of an interface.
var yamahaName = regexp.MustCompile(`^(lan|vlan|bridge|loopback|wan|wwan|onu|bri|usb|null|pp|tunnel)[0-9]*([./][0-9]+)?$`)

// name returns the name of the interface that a command is about, having made
// it; empty where it is about none.
func (y *yamaha) name(s, place string) string {
	if !yamahaName.MatchString(s) {
		return ""
	}
	switch s {
	case "pp":
		return y.pp
	case "tunnel":
		return y.tunnel
	}
	i := y.d.iface(s, place, yamahaType(s))
	if parent, vlan, ok := strings.Cut(s, "/"); ok && vlan != "" {
		i.ports = []string{parent}
	}
	return s
}

func yamahaType(name string) uint32 {
	switch {
	case strings.HasPrefix(name, "lan") && strings.Contains(name, "/"), strings.HasPrefix(name, "vlan"):
		return typeVLAN
	case strings.HasPrefix(name, "lan"), strings.HasPrefix(name, "onu"):
		return typeEthernet
	case strings.HasPrefix(name, "bridge"):
		return typeBridge
	case strings.HasPrefix(name, "loopback"):
		return typeLoopback
	case strings.HasPrefix(name, "wan"), strings.HasPrefix(name, "wwan"), strings.HasPrefix(name, "usb"):
		return typeMobile
	case strings.HasPrefix(name, "pp"):
		return typePPP
	case strings.HasPrefix(name, "tunnel"):
		return typeTunnel
	case strings.HasPrefix(name, "bri"):
		return typeISDN
	}
	return typeOther
}

// console reads what shapes a session: "console columns 200", "console prompt
// rtx-1".
func (y *yamaha) console(w words) {
	switch w.at(1) {
	case "columns":
		if n, ok := number(w.at(2)); ok && n >= columns && n <= 1000 {
			y.width = int(n)
		}
	case "prompt":
		if y.d.name == "" {
			y.d.name = strings.Join(w.from(2), " ")
		}
	}
}

// describe reads "description lan1 text", and "description pp text" within a
// selection.
func (y *yamaha) describe(place string, w words) {
	if name := y.name(w.at(1), place); name != "" {
		y.d.iface(name, place, yamahaType(name)).alias = strings.Join(w.from(2), " ")
	}
}

func (y *yamaha) vlan(place string, w words) {
	// vlan lan1/1 802.1q vid=10 name=VLAN10
	if w.at(2) != "802.1q" {
		return
	}
	name := y.name(w.at(1), place)
	if name == "" {
		return
	}
	v := vlan{place: place}
	for _, o := range w.from(3) {
		key, value, _ := strings.Cut(o, "=")
		switch key {
		case "vid":
			v.vid = vlanID(value)
		case "name":
			v.name = value
		}
	}
	if v.vid != 0 {
		y.d.iface(name, place, typeVLAN).vid = v.vid
		add(y.d, &y.d.vlans, v)
	}
}

// bridge reads "bridge member bridge1 lan1 tunnel1".
func (y *yamaha) bridge(place string, w words) {
	if !w.is("bridge", "member") {
		return
	}
	if b := y.name(w.at(2), place); b != "" {
		for _, m := range w.from(3) {
			if name := y.name(m, place); name != "" {
				y.d.join(b, name)
			}
		}
	}
}
