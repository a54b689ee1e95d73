package routerconf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"kanmon/discover"
	"kanmon/discover/fact"
)

// Formats returns the formats that this package reads.
func Formats() []discover.Format { return []discover.Format{format{dialects()}} }

// format reads configurations of all dialects.
type format struct{ all []dialect }

// parser reads one dialect, line by line.
type parser interface {
	// line reads a line; place names it.
	line(place, text string)
	// end returns what was read. Its error says why the text is not whole.
	end() (*device, error)
}

// dialect is a language of configurations.
type dialect struct {
	name  string // of fact.InputRead.Format
	sure  *sign
	signs []*sign // each tells a little
	parse func() parser
}

// enough is how many different signs make a text one of a dialect where nothing
// in it is sure.
const enough = 3

// dialects returns what this package reads. Signs are lines that hardly any
// other text has.
func dialects() []dialect {
	expressions := func(list ...string) []*sign {
		var out []*sign
		for _, s := range list {
			out = append(out, newSign(s))
		}
		return out
	}
	return []dialect{
		{
			name: "yamaha-config", parse: newYamaha,
			sure: newSign(`^#? ?(RTX|NVR|FWX|vRX|RTV|SRT|RT)[0-9A-Za-z]* .*Rev\.[0-9]+\.[0-9]+`),
			signs: expressions(`^ip (lan|pp|bridge|vlan|wan|onu)[0-9./]* address `, `^ ?tunnel (select|encapsulation|enable) `, `^ ?pp (select|bind|enable|always-on|auth) `,
				`^nat descriptor (type|masquerade|address|static) `, `^ip route \S+ gateway `, `^ip filter (dynamic )?[0-9]+ `, `^ngn type `, `^ipv6 (prefix [0-9]+|lan[0-9]+|filter [0-9]+) `,
				`^ ?ipsec (ike|sa policy|tunnel) `, `^dns (server|host|service|notice|private) `, `^dhcp (scope|service|server) `, `^(telnetd|httpd|sshd) (host|service) `,
				`^ ?pppoe use lan`, `^(mobile|wan[0-9]+) (use|bind|access-point) `, `^description (lan|pp|tunnel|vlan|bridge)`, `^console (character|columns|lines|prompt) `, `^login (password|user) `),
		},
		{
			name: "fortios-config", parse: newFortiGate,
			sure:  newSign(`^#config-version=F|^config (system (global|interface|admin|dns|ha|physical-switch|virtual-switch)|firewall (address|policy|vip)|vpn (ipsec|ssl) \S+|router static|vdom)$`),
			signs: expressions(`^#(conf_file_ver|buildno|global_vdom)=`, `^\s+edit \S`, `^\s+set \S+ \S`, `^\s*next$`, `^end$`, `^config \S+ \S+`),
		},
		{
			name: "nec-ix-config", parse: newNEC,
			sure: newSign(`^! ?(NEC Portable Internetwork|IX Series IX|NEC Platforms.*IX|UNIVERGE IX)|^! IX[0-9]{4} `),
			signs: expressions(`^interface (GigaEthernet|FastEthernet|Tunnel|BVI|USB-Serial|Loopback|BRI|MobileEthernet)[0-9]+(/[0-9]+)?[.][0-9]+$`, `^device (GigaEthernet|FastEthernet|BRI|USB)[0-9]+`, `^ip ufs-cache`, `^ip access-list \S+ (permit|deny) (ip|tcp|udp|icmp) src `,
				`^\s+ppp binding `, `^ppp profile `, `^(proxy-dns|ssh-server|telnet-server|http-server) ip`, `^\s+ip napt `, `^ip route default (Giga|Fast|Tunnel|USB)`, `^ike (proposal|policy|nat-traversal)`, `^ipsec autokey-`, `^\s+ip filter \S+ [0-9]+ (in|out)$`),
		},
		{
			name: "alliedware-plus-config", parse: newAlliedPlus,
			sure: newSign(`^!?\s*(AlliedWare Plus|awplus[#>])|^(no )?service atmf-application-proxy|^atmf network-name |^stack virtual-chassis-id`),
			signs: expressions(`^interface port[0-9]+\.[0-9]+\.[0-9]+`, `^\s*zone \S+$`, `^interface eth[0-9]+$`, `^\s+encapsulation ppp [0-9]+$`, `^\s+ppp (username|password) `, `^interface ppp[0-9]+$`, `^hostname awplus`, `^no banner motd`, `^firewall$`, `^nat$`,
				`^\s+ip subnet \S+( interface \S+)?$`, `^\s+rule [0-9]+ (permit|deny|masq|portfwd|reset|log) `, `^platform `, `^username \S+ privilege 15 password 8 `, `^no service (telnet|ssh|http)`, `^entity |^application \S+$`),
		},
		{
			name: "alliedware-config", parse: newAlliedWare,
			sure: newSign(`(?i)^# Command Handler configuration`),
			signs: expressions(`(?i)^set system name=`, `(?i)^add ip (int|interface)=\S+ ip(address)?=`, `(?i)^create ppp=[0-9]+ over=`, `(?i)^enable (ip|firewall|telnet|snmp|isakmp|ipsec)`, `(?i)^add ip rou(te)?=`, `(?i)^add firewall policy=`, `(?i)^create (ipsec|isakmp|firewall|vlan) `,
				`(?i)^add user=`, `(?i)^set user `, `(?i)^# [A-Z0-9 ]+ configuration$`),
		},
		{
			name: "cisco-config", parse: newCisco,
			sure: newSign(`^Current configuration ?: ?[0-9]+ bytes|^boot-start-marker$|^! Last configuration change at |^Cisco IOS (XE )?Software|^Building configuration\.\.\.`),
			signs: expressions(`^version 1[0-9]\.[0-9]+`, `^interface (GigabitEthernet|FastEthernet|TenGigabitEthernet|Ethernet|Vlan|Dialer|Tunnel|Cellular|Loopback|Port-channel|Serial|Virtual-Template)[0-9]`, `^service (timestamps|password-encryption)`, `^(no )?aaa new-model`,
				`^ip (cef|classless|ssh version|http server|domain.name)`, `^no ip http (server|secure-server)`, `^line (con|vty|aux) `, `^crypto (isakmp|ipsec|ikev2|map|pki) `, `^\s+ip nat (inside|outside)`, `^\s+ip address [0-9.]+ 255\.`, `^access-list [0-9]+ (permit|deny)`, `^ip access-list (standard|extended) `,
				`^ip route [0-9.]+ [0-9.]+ `, `^enable (secret|password)`, `^spanning-tree mode`, `^\s+switchport (mode|access|trunk)`),
		},
	}
}

// Name implements discover.Format.
func (format) Name() string { return "router-config" }

// Match implements discover.Format. It knows a configuration by its first lines,
// whatever terminal session stands before them.
func (f format) Match(head []byte) bool {
	_, ok := f.detect(head)
	return ok
}

// detect returns the dialect of a text by its first octets.
func (f format) detect(head []byte) (dialect, bool) {
	utf16 := bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff})
	if !utf16 && bytes.IndexByte(head, 0) >= 0 {
		return dialect{}, false
	}
	all := f.all
	score := make([]int, len(all))
	met := make([][]bool, len(all))
	for i := range all {
		met[i] = make([]bool, len(all[i].signs))
	}
	for s := newScanner(bytes.NewReader(head)); ; {
		line, ok := s.next()
		if !ok {
			break
		}
		for i, d := range all {
			if d.sure.in(line) || s.bare != line && d.sure.in(s.bare) {
				score[i] += enough
			}
			for j, sign := range d.signs {
				if !met[i][j] && sign.in(line) {
					met[i][j] = true
					score[i]++
				}
			}
		}
	}
	best := -1
	for i, n := range score {
		if n >= enough && (best < 0 || n > score[best]) {
			best = i
		}
	}
	if best < 0 {
		return dialect{}, false
	}
	return all[best], true
}

// Read implements discover.Format.
func (f format) Read(ctx context.Context, in *discover.Input, to discover.Sink) (discover.Summary, error) {
	head := make([]byte, discover.HeadLen)
	n, err := readFull(in, head)
	if err != nil {
		return discover.Summary{}, err
	}
	dia, ok := f.detect(head[:n])
	if !ok {
		return discover.Summary{}, errors.New("no configuration of a router that kanmon knows")
	}
	sum := discover.Summary{Format: dia.name}
	p := dia.parse()
	s := newScanner(io.MultiReader(bytes.NewReader(head[:n]), in))
	for {
		line, ok := s.next()
		if !ok {
			break
		}
		sum.Records++
		if sum.Records%1024 == 0 && ctx.Err() != nil {
			return sum, ctx.Err()
		}
		p.line(fmt.Sprintf("line %d", s.n), line)
	}
	d, cut := p.end()
	d.settle()
	if note(d.name) != fact.Clean(d.name) { // no name of a device, but of somebody
		d.name = ""
	}
	emit := func(source, place string, f fact.Fact) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return in.Emit(to, source, f, fact.Sighting{Place: place, Count: 1})
	}
	if err := emitAll(d, in.Digest(), emit); err != nil {
		return sum, err
	}
	if err := s.failed(); err != nil {
		return sum, fmt.Errorf("configuration, line %d: %w", s.n, err)
	}
	return sum, cut
}
