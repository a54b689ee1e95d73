package routerconf

import (
	"errors"
	"regexp"
	"strings"

	"kanmon/discover/fact"
)

// fortiGate reads what "show", "show full-configuration" or a backup of FortiOS
// holds (Fortinet, "FortiOS CLI Reference"):
//
//	config SECTION
//	    edit NAME
//	        set KEY VALUE…
//	    next
//	end
//
// With virtual domains the sections stand within "config global" and within
// "config vdom" and "edit NAME". Only the keys that are named below are ever
// looked at.
type fortiGate struct {
	d       *device
	stack   []fortiLevel
	deeper  int                      // sections that are open beyond maxDepth, and not read
	entries map[string][]*fortiEntry // by section
	byName  map[string]*fortiEntry   // by section, virtual domain and name
	current *fortiEntry
	lookups int  // of address objects
	quoted  bool // within a value of several lines: a certificate, a banner
}

// fortiLevel is a section or entry that is open.
type fortiLevel struct {
	section string // as wanted names it; empty: not read
	vdom    string
	edit    bool // entry within the section
	name    string
	parent  *fortiEntry
}

// fortiEntry is one entry of a section, or the section where it has none.
type fortiEntry struct {
	name, vdom, place string
	parent            *fortiEntry
	values            map[string]words
}

func (e *fortiEntry) get(key string) string { return e.values[key].at(0) }

// is reports whether key has this value.
func (e *fortiEntry) is(key, value string) bool { return e.get(key) == value }

// wanted are the keys that are read, by section. A key that is missing here may
// hold a secret; psksecret, password and their kin never stand here.
func (f *fortiGate) wanted(section string) []string {
	switch section {
	case "system global":
		return []string{"hostname", "alias", "admin-sport", "admin-port", "admin-ssh-port", "admin-telnet-port"}
	case "system interface":
		return []string{"ip", "mode", "allowaccess", "alias", "description", "vlanid", "interface", "type", "status", "role", "remote-ip", "macaddr", "member", "username"}
	case "system interface>secondaryip":
		return []string{"ip"}
	case "system interface>ipv6":
		return []string{"ip6-address", "ip6-mode", "ip6-allowaccess"}
	case "system interface>vrrp":
		return []string{"vrip", "status"}
	case "router static", "router static6":
		return []string{"dst", "gateway", "device", "blackhole", "status"}
	case "vpn ipsec phase1-interface", "vpn ipsec phase1":
		return []string{"interface", "remote-gw", "remote-gw6", "remotegw-ddns", "type", "peerid", "local-gw", "ip-version"}
	case "vpn ssl settings":
		return []string{"status", "sslvpn-enable", "port", "source-interface", "source-address", "source-address-negate"}
	case "vpn l2tp", "vpn pptp":
		return []string{"status"}
	case "firewall policy":
		return []string{"srcintf", "dstintf", "srcaddr", "dstaddr", "action", "status", "srcaddr-negate", "internet-service-src"}
	case "firewall local-in-policy":
		return []string{"intf", "srcaddr", "action", "status", "service", "srcaddr-negate"}
	case "firewall vip":
		return []string{"extintf", "mappedip", "portforward", "protocol", "extport", "mappedport", "type", "status", "src-filter"}
	case "firewall vipgrp", "firewall addrgrp":
		return []string{"member"}
	case "firewall address":
		return []string{"type", "subnet", "start-ip", "end-ip"}
	case "firewall service custom":
		return []string{"tcp-portrange", "udp-portrange", "protocol"}
	case "system admin":
		return []string{"trusthost1", "trusthost2", "trusthost3", "trusthost4", "trusthost5", "trusthost6", "trusthost7", "trusthost8", "trusthost9", "trusthost10"}
	case "system lte-modem":
		return []string{"status", "apn"}
	case "system pppoe-interface":
		return []string{"device", "username"}
	case "system modem":
		return []string{"status"}
	case "system dns":
		return []string{"primary", "secondary"}
	case "system dns-database":
		return []string{"domain", "forwarder", "status"}
	case "system snmp sysinfo":
		return []string{"status", "location"}
	case "system gre-tunnel", "system ipip-tunnel", "system sit-tunnel", "system ipv6-tunnel":
		return []string{"interface", "remote-gw", "local-gw", "destination", "source"}
	case "system vne-tunnel":
		return []string{"status", "interface", "mode", "br"}
	case "system zone":
		return []string{"interface"}
	case "system sdwan>members", "system virtual-wan-link>members":
		return []string{"interface", "gateway", "status"}
	}
	return nil
}

func newFortiGate() parser {
	d := newDevice("Fortinet")
	d.snmp = "off"
	return &fortiGate{d: d, entries: make(map[string][]*fortiEntry), byName: make(map[string]*fortiEntry)}
}

// fortiVersion is the first line of a backup:
// "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0:vdom=0:user=admin".
var fortiVersion = regexp.MustCompile(`^#config-version=(F[A-Z0-9]{2,15})-([0-9]{1,2}(?:\.[0-9]{1,3}){1,2})-FW-build([0-9]{1,6})`)

// line implements parser.
func (f *fortiGate) line(place, text string) {
	if f.quoted {
		f.quoted = !closes(text)
		return
	}
	if strings.HasPrefix(text, "#") {
		if m := fortiVersion.FindStringSubmatch(text); m != nil && f.d.model == "" {
			f.d.model, f.d.version = fortiModel(m[1]), m[2]
			f.d.descr = f.d.model + " v" + m[2] + ",build" + m[3]
		}
		return
	}
	text = strings.TrimLeft(text, " \t")
	f.quoted = opens(text)
	w := split(text)
	switch w.at(0) {
	case "config":
		if len(f.stack) >= maxDepth {
			f.d.bounded = true
			f.deeper++
			return
		}
		f.open(place, strings.Join(w.from(1), " "))
	case "edit":
		f.edit(place, w.at(1))
	case "set":
		if e := f.current; e != nil && f.deeper == 0 && !f.quoted && wordIn(w.at(1), f.wanted(f.top().section)) && len(w) > 2 {
			v := w.from(2)
			if w[1] == "username" { // only the realm may leave here
				v = words{realm(w[2])}
			}
			e.values[w[1]] = v
		}
	case "next":
		if t := f.top(); t.edit && f.deeper == 0 {
			f.stack = f.stack[:len(f.stack)-1]
			f.settle()
		}
	case "end":
		if f.deeper > 0 {
			f.deeper--
			return
		}
		for len(f.stack) > 0 {
			last := f.stack[len(f.stack)-1]
			f.stack = f.stack[:len(f.stack)-1]
			if !last.edit {
				break
			}
		}
		f.settle()
	}
}

// opens reports whether a quotation mark in text is not closed in it.
func opens(text string) bool {
	open := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			open = !open
		}
	}
	return open
}

// closes reports whether text ends a value that a line before opened.
func closes(text string) bool { return opens(text) }

func (f *fortiGate) top() fortiLevel {
	if len(f.stack) == 0 {
		return fortiLevel{}
	}
	return f.stack[len(f.stack)-1]
}

// maxDepth bounds how deep sections stand within each other.
const maxDepth = 16

// open enters a section.
func (f *fortiGate) open(place, section string) {
	t := f.top()
	l := fortiLevel{vdom: t.vdom, section: section, parent: f.current}
	switch {
	case t.edit && t.section == "vdom":
		l.vdom = t.name
	case t.section == "global" && !t.edit:
	case len(f.stack) > 0:
		l.section = t.section + ">" + section
	}
	f.stack = append(f.stack, l)
	f.current = nil
	if f.wanted(l.section) != nil {
		f.current = &fortiEntry{vdom: l.vdom, place: place, parent: l.parent, values: make(map[string]words)}
		if !fortiLists(l.section) {
			f.keep(l.section, f.current)
		}
	}
}

// fortiLists reports whether a section is made of entries.
func fortiLists(section string) bool {
	return !wordIn(section, []string{
		"system global", "vpn ssl settings", "vpn l2tp", "vpn pptp", "system lte-modem", "system modem", "system dns",
		"system snmp sysinfo", "system interface>ipv6",
	})
}

func (f *fortiGate) edit(place, name string) {
	t := f.top()
	if t.edit || t.section == "" || f.deeper > 0 {
		return
	}
	f.stack = append(f.stack, fortiLevel{section: t.section, vdom: t.vdom, edit: true, name: name, parent: t.parent})
	f.current = nil
	if f.wanted(t.section) != nil {
		if t.section == "system admin" { // a person's
			name = ""
		}
		f.current = &fortiEntry{name: name, vdom: t.vdom, place: place, parent: t.parent, values: make(map[string]words)}
		f.keep(t.section, f.current)
	}
}

func (f *fortiGate) keep(section string, e *fortiEntry) {
	if len(f.entries[section]) >= maxEach {
		f.d.bounded = true
		return
	}
	f.entries[section] = append(f.entries[section], e)
	f.byName[section+"\x00"+e.vdom+"\x00"+e.name] = e
}

// settle makes the entry current that is open after another was closed.
func (f *fortiGate) settle() {
	f.current = nil
	if t := f.top(); t.section != "" && f.wanted(t.section) != nil {
		if list := f.entries[t.section]; len(list) > 0 && (t.edit || !fortiLists(t.section)) {
			f.current = list[len(list)-1]
		}
	}
}

// fortiModel writes the code of a model as its name: FGT60F is FortiGate-60F.
func fortiModel(code string) string {
	for _, p := range []struct{ code, name string }{{"FGTVM", "FortiGate-VM"}, {"FGVM", "FortiGate-VM"}, {"FWF", "FortiWiFi-"}, {"FGT", "FortiGate-"}, {"FGR", "FortiGateRugged-"}, {"FG", "FortiGate-"}} {
		if rest, ok := strings.CutPrefix(code, p.code); ok {
			return p.name + rest
		}
	}
	return code
}

var errCutForti = errors.New("the configuration ends in the middle of a section: it was cut short")

// end implements parser.
func (f *fortiGate) end() (*device, error) {
	d := f.d
	for _, e := range f.entries["system global"] {
		d.name = e.get("hostname")
		if fortiSerial.MatchString(d.name) { // as it comes, a FortiGate is called by its serial number
			d.serial = d.name
		}
	}
	for _, e := range f.entries["system snmp sysinfo"] {
		if e.is("status", "enable") {
			d.snmp = "on"
		}
		d.location = e.get("location")
	}
	f.interfaces()
	f.routes()
	f.modems()
	f.tunnels()
	f.nameServers()
	f.lines()
	f.services()
	if len(f.stack) > 0 || f.quoted {
		return d, errCutForti
	}
	return d, nil
}

var fortiSerial = regexp.MustCompile(`^F[A-Z0-9]{2,5}[0-9A-Z]{2}[0-9A-Z]{8,12}$`)

func (f *fortiGate) nameServers() {
	for _, e := range f.entries["system dns"] {
		n := nameRoute{fact: fact.NameRoute{Domain: "."}, place: e.place}
		for _, key := range []string{"primary", "secondary"} {
			if a := address(e.get(key)); a.IsValid() && !a.IsUnspecified() {
				n.fact.Servers = append(n.fact.Servers, a)
			}
		}
		if len(n.fact.Servers) > 0 {
			add(f.d, &f.d.names, n)
		}
	}
	for _, e := range f.entries["system dns-database"] {
		n := nameRoute{fact: fact.NameRoute{Domain: domain(e.get("domain"))}, place: e.place}
		for _, s := range e.values["forwarder"] {
			if a := address(s); a.IsValid() {
				n.fact.Servers = append(n.fact.Servers, a)
			}
		}
		if n.fact.Domain != "" && len(n.fact.Servers) > 0 && !e.is("status", "disable") {
			add(f.d, &f.d.names, n)
		}
	}
}
