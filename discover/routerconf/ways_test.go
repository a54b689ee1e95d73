package routerconf_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

// TestWays reads parts of configurations for what they tell of ways out and in.
func TestWays(t *testing.T) {
	const (
		yamaha = "# RTX830 Rev.15.02.29 (x)\n"
		cisco  = "Building configuration...\n"
		nec    = "! NEC Portable Internetwork Core Operating System Software\n"
		plus   = "awplus#\n"
		forti  = "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\n"
		dialer = `interface Dialer1
 ip address negotiated
 ip nat outside
 ip access-group IN in
 dialer pool 1
interface GigabitEthernet0
 pppoe-client dial-pool-number 1
`
		allied = `zone private
 network lan
  ip subnet 192.168.30.0/24
  host server
   ip address 192.168.30.10
zone public
 network wan
  ip subnet 0.0.0.0/0 interface ppp0
  host router
   ip address dynamic interface ppp0
application rdp
 protocol tcp
 dport 3389
service ssh
nat
 rule 20 portfwd rdp from public.wan with dst private.lan.server
 enable
interface eth1
 encapsulation ppp 0
interface vlan1
 ip address 192.168.30.1/24
interface ppp0
 ip address negotiated
`
	)
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{
			name: "a hub of DMVPN by where its address is mapped",
			in:   cisco + "interface Tunnel0\n ip nhrp map multicast 198.51.100.77\n ip nhrp map 10.254.0.1 198.51.100.77\n ip nhrp nhs 10.254.0.1\n tunnel mode gre multipoint\n tunnel protection ipsec profile X\n",
			want: []string{`tunnel-end "name":"Tunnel0","type":"ipsec","remote":"198.51.100.77","configured":true`},
		},
		{
			name: "a hub itself",
			in:   cisco + "interface Tunnel0\n ip nhrp network-id 1\n tunnel mode gre multipoint\n tunnel protection ipsec profile X\n",
			want: []string{`tunnel-end "name":"Tunnel0","type":"ipsec","calls":true,"configured":true`},
		},
		{
			name: "a crypto map for whoever calls",
			in:   cisco + "crypto map WAN 10 ipsec-isakmp\n set peer 203.0.113.7\ncrypto map WAN 65535 ipsec-isakmp dynamic DYN\ninterface Vlan1\n crypto map WAN\n",
			want: []string{
				`tunnel-end "name":"WAN 10","type":"ipsec","remote":"203.0.113.7","configured":true`,
				`tunnel-end "name":"WAN 65535","type":"ipsec","calls":true,"configured":true`,
			},
		},
		{
			name: "IKE that is limited at one of its ports only",
			in:   cisco + dialer + "ip access-list extended IN\n permit udp host 203.0.113.4 any eq isakmp\n permit udp any any eq non500-isakmp\ncrypto isakmp client configuration group X\n",
			want: []string{`line "name":"Dialer1","type":"pppoe","configured":true`, `remote-access "type":"ike","interface":"Dialer1","transport":"udp","port":500,"configured":true`},
		},
		{
			name: "IKE that is let in at its second port only",
			in:   cisco + dialer + "ip access-list extended IN\n permit udp host 203.0.113.4 any eq non500-isakmp\ncrypto isakmp client configuration group X\n",
			want: []string{`line "name":"Dialer1","type":"pppoe","configured":true`, `remote-access "type":"ike","interface":"Dialer1","transport":"udp","port":4500,"from":["203.0.113.4/32"],"configured":true`},
		},
		{
			name: "a host that is asked for, in the map of NEC",
			in:   nec + "ike policy p peer-fqdn-ipv4 ct.maker.example key SECRETx prop\nipsec autokey-map m sec peer-fqdn-ipv4 ct.maker.example prop\ninterface Tunnel0.0\n tunnel mode ipsec\n ipsec policy tunnel m out\n no shutdown\n",
			want: []string{`tunnel-end "name":"Tunnel0.0","type":"ipsec","remote_name":"ct.maker.example","configured":true`},
		},
		{
			name: "bridges within IPsec",
			in:   nec + "interface Tunnel11.0\n  tunnel mode ether-ip ipsec-ikev2\n  bridge-group 1\n  ikev2 peer any authentication psk id keyid ct-maker\n  no shutdown\ninterface Tunnel12.0\n  tunnel mode ether-ip ipsec-ikev2\n  ikev2 peer-fqdn-ipv4 CT.MAKER.EXAMPLE authentication psk id keyid x\n  no shutdown\n",
			want: []string{
				`tunnel-end "name":"Tunnel11.0","type":"ipsec","remote_name":"ct-maker","calls":true,"configured":true`,
				`tunnel-end "name":"Tunnel12.0","type":"ipsec","remote_name":"ct.maker.example","configured":true`,
			},
		},
		{
			name: "a caller with the name of a host",
			in:   forti + "config vpn ipsec phase1-interface\nedit \"RA\"\nset type dynamic\nset interface \"wan1\"\nset peerid \"nurse-SECRET@maker.example\"\nnext\nend\n",
			want: []string{`tunnel-end "name":"RA","type":"ipsec","remote_name":"maker.example","calls":true,"configured":true`},
		},
		{
			name: "ports that are passed on, several in a line",
			in:   yamaha + "ip lan1 address 192.168.1.1/24\npp select 1\n pppoe use lan2\n ip pp secure filter in 1\n ip pp nat descriptor 1\n pp enable 1\nip filter 1 pass 198.51.100.0/26 192.168.1.90 tcp * 22\nnat descriptor type 1 masquerade\nnat descriptor masquerade static 1 1 192.168.1.90 tcp 21,10022=22,23\n",
			want: []string{
				`line "name":"pp1","type":"pppoe","configured":true`,
				`remote-access "type":"port-forward","interface":"pp1","transport":"tcp","port":10022,"target":"192.168.1.90","target_port":22,"from":["198.51.100.0/26"],"configured":true`,
			},
		},
		{
			name: "a hub of a multipoint tunnel",
			in:   yamaha + "tunnel select 8\n tunnel type multipoint client\n tunnel encapsulation multipoint\n tunnel multipoint server 1 203.0.113.223\n tunnel enable 8\n",
			want: []string{`tunnel-end "name":"tunnel8","type":"ipsec","remote":"203.0.113.223","configured":true`},
		},
		{
			name: "a modem, and the peer that runs over it",
			in:   yamaha + "pp select 2\n pp bind usb1\n mobile access-point name m2m.mvno.example\n pp enable 2\nmobile use usb1 on\n",
			want: []string{
				`line "name":"pp2","type":"usb-modem","provider":"m2m.mvno.example","configured":true`,
				`remote-access "type":"telnet","interface":"pp2","transport":"tcp","port":23,"configured":true`,
			},
		},
		{
			name: "what listens as it comes, where no filter is bound to IPv6",
			in:   yamaha + "ipv6 prefix 1 ra-prefix@lan2::/64\nipv6 lan1 address ra-prefix@lan2::1/64\nipv6 lan2 dhcp service client ir=on\nsshd host any\n",
			want: []string{
				`line "name":"lan2","type":"ipoe","configured":true`,
				`remote-access "type":"telnet","interface":"lan2","transport":"tcp","port":23,"configured":true`,
			},
		},
		{
			name: "what listens at other ports, and for whom",
			in:   yamaha + "pp select 1\n pppoe use lan2\n pp enable 1\ntelnetd service off\nsshd service on\nsshd listen 10022\nsshd host 198.51.100.9\nhttpd listen 8080\nhttpd host any\n",
			want: []string{
				`line "name":"pp1","type":"pppoe","configured":true`,
				`remote-access "type":"http","interface":"pp1","transport":"tcp","port":8080,"configured":true`,
				`remote-access "type":"ssh","interface":"pp1","transport":"tcp","port":10022,"from":["198.51.100.9/32"],"configured":true`,
			},
		},
		{
			name: "what listens as it comes is behind the translation of addresses",
			in:   yamaha + "ip lan1 address 192.168.1.1/24\npp select 1\n pppoe use lan2\n ip pp nat descriptor 1\n pp enable 1\nnat descriptor type 1 masquerade\n",
			want: []string{`line "name":"pp1","type":"pppoe","configured":true`},
		},
		{
			name: "what listens as it comes is not told of a part of a configuration",
			in:   "pp select 1\n pppoe use lan2\n pp enable 1\ntunnel select 1\nip lan1 address 192.168.1.1/24\n",
			want: []string{`line "name":"pp1","type":"pppoe","configured":true`, `tunnel-end "name":"tunnel1","type":"ipsec","state":"down","configured":true`},
		},
		{
			name: "IPv4 over IPv6 in the ways of Yamaha",
			in: yamaha + "ip route default gateway tunnel 1\ntunnel select 1\n tunnel encapsulation ipip\n tunnel endpoint remote address gw.transix.jp\n ip tunnel nat descriptor 1\n tunnel enable 1\nnat descriptor type 1 masquerade\n" +
				"tunnel select 2\n tunnel encapsulation hb46pp\n tunnel hb46pp auth myname SECRET SECRET\n ip tunnel nat descriptor 1\n tunnel enable 2\n",
			want: []string{
				`tunnel-end "name":"tunnel1","type":"4in6","remote_name":"gw.transix.jp","configured":true`,
				`tunnel-end "name":"tunnel2","type":"4in6","configured":true`,
			},
		},
		{
			name: "tunnels of Allied Telesis whose kind is not in print",
			in:   plus + "interface tunnel0\n tunnel source eth1\n tunnel destination 2404:8e00::feed:100\n tunnel mode ipv6\ninterface tunnel1\n tunnel mode ds-lite\ninterface tunnel2\n tunnel mode map4to6\n",
			want: []string{
				`gap "what":"1 lines of the configuration of Allied Telesis","why":"kanmon does not evaluate these commands: tunnel (1)","code":"commands-not-evaluated","args":["1","Allied Telesis","tunnel (1)"]`,
				`tunnel-end "name":"tunnel0","type":"4in6","remote":"2404:8e00::feed:100","configured":true`,
			},
		},
		{
			name: "what the router itself sends lets nobody in",
			in:   plus + allied + "firewall\n rule 30 permit isakmp from public.wan to public.wan.router\n rule 60 permit any from public.wan.router to public.wan\n protect\n",
			want: []string{`line "name":"ppp0","type":"pppoe","configured":true`},
		},
		{
			name: "what is let in to the router is not let in to hosts",
			in:   plus + allied + "firewall\n rule 30 permit any from public.wan to public.wan.router\n protect\n",
			want: []string{
				`line "name":"ppp0","type":"pppoe","configured":true`,
				`remote-access "type":"ssh","interface":"ppp0","transport":"tcp","port":22,"configured":true`,
			},
		},
		{
			name: "hosts that are reached from outside, in the ways of NEC",
			in: nec + "ip access-list dynamic in-dyn access in-list\nip access-list in-list permit tcp src 198.51.100.0/28 sport any dest any dport any\nip access-list odd-dyn permit ip src any dest any\nip access-list dynamic odd-dyn tcp any any\n" +
				"interface GigaEthernet0.1\n  encapsulation pppoe\n  ip address ipcp\n  ip napt enable\n  ip napt service http 192.168.1.9\n  ip nat static 192.168.1.8 203.0.113.8\n  ip filter in-dyn 1 in\n  no shutdown\n" +
				"interface GigaEthernet0.2\n  encapsulation pppoe\n  ip napt enable\n  ip napt static 192.168.1.7 tcp 22\n  ip filter odd-dyn 1 in\n  no shutdown\n",
			want: []string{
				`gap "what":"who may come in by port-forward on NEC GigaEthernet0.2","why":"its filters depend on names, groups, times or zones that kanmon does not evaluate: look into its configuration","code":"access-not-evaluated","args":["port-forward","NEC GigaEthernet0.2"]`,
				`line "name":"GigaEthernet0.1","type":"pppoe","configured":true`,
				`line "name":"GigaEthernet0.2","type":"pppoe","configured":true`,
				`remote-access "type":"port-forward","interface":"GigaEthernet0.1","transport":"tcp","port":80,"target":"192.168.1.9","from":["198.51.100.0/28"],"configured":true`,
				`remote-access "type":"port-forward","interface":"GigaEthernet0.2","transport":"tcp","port":22,"target":"192.168.1.7","filtered":true,"configured":true`,
				`remote-access "type":"static-nat","interface":"GigaEthernet0.1","target":"192.168.1.8","from":["198.51.100.0/28"],"configured":true`,
			},
		},
		{
			name: "whom servers of NEC answer over each version of IP",
			in: nec + "ip access-list mgmt permit ip src 198.51.100.9/32 dest any\nssh-server ip enable\nssh-server ip access-list mgmt\nssh-server ip port 10022\ntelnet-server ipv6 enable\ntelnet-server ip access-list mgmt\nhttp-server ip enable\nhttp-server ip access-list missing\nsnmp-agent ip enable\nsnmp-agent ip community SECRET mgmt\n" +
				"interface GigaEthernet0.1\n  encapsulation pppoe\n  ip address ipcp\n  no shutdown\n",
			want: []string{
				`line "name":"GigaEthernet0.1","type":"pppoe","configured":true`,
				`remote-access "type":"http","interface":"GigaEthernet0.1","transport":"tcp","port":80,"configured":true`,
				`remote-access "type":"snmp","interface":"GigaEthernet0.1","transport":"udp","port":161,"from":["198.51.100.9/32"],"configured":true`,
				`remote-access "type":"ssh","interface":"GigaEthernet0.1","transport":"tcp","port":10022,"from":["198.51.100.9/32"],"configured":true`,
				`remote-access "type":"telnet","interface":"GigaEthernet0.1","transport":"tcp","port":23,"configured":true`,
			},
		},
		{
			name: "a bridge over IPv6, and a tunnel of a kind that is not known",
			in:   nec + "interface Tunnel0.0\n  tunnel mode ether-ip ipv6\n  tunnel destination 2001:db8:3::1\n  bridge-group 1\n  no shutdown\ninterface Tunnel1.0\n  tunnel mode unheard-of\n  tunnel destination 203.0.113.3\n  no shutdown\n",
			want: []string{
				`gap "what":"1 lines of the configuration of NEC","why":"kanmon does not evaluate these commands: tunnel (1)","code":"commands-not-evaluated","args":["1","NEC","tunnel (1)"]`,
				`tunnel-end "name":"Tunnel0.0","type":"etherip","remote":"2001:db8:3::1","configured":true`,
			},
		},
		{
			name: "an agent that a list limits",
			in:   plus + "snmp-server\nsnmp-server community SECRET ro 10\ninterface eth1\n encapsulation ppp 0\ninterface ppp0\n ip address negotiated\n",
			want: []string{
				`gap "what":"who may come in by snmp on Allied Telesis ppp0","why":"its filters depend on names, groups, times or zones that kanmon does not evaluate: look into its configuration","code":"access-not-evaluated","args":["snmp","Allied Telesis ppp0"]`,
				`line "name":"ppp0","type":"pppoe","configured":true`,
				`remote-access "type":"snmp","interface":"ppp0","transport":"udp","port":161,"filtered":true,"configured":true`,
			},
		},
		{
			name: "a caller by its name",
			in:   plus + "interface tunnel1\n tunnel source ppp0\n tunnel destination dynamic\n tunnel remote name ct-maker\n tunnel mode ipsec ipv4\n",
			want: []string{`tunnel-end "name":"tunnel1","type":"ipsec","remote_name":"ct-maker","calls":true,"configured":true`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := read([]byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range texts(t, c) {
				kind, rest, _ := strings.Cut(strings.SplitN(s, " ", 2)[1], " ")
				switch kind {
				case "line", "tunnel-end", "remote-access", "gap":
					got = append(got, kind+" "+strip(rest))
				}
			}
			slices.Sort(got)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// strip takes from a fact what says of which interface of which device it is.
func strip(s string) string {
	var out []string
	for f := range strings.SplitSeq(strings.Trim(s, "{}"), ",") {
		if !strings.HasPrefix(f, `"agent":`) && !strings.HasPrefix(f, `"if_index":`) {
			out = append(out, f)
		}
	}
	return strings.Join(out, ",")
}

// configured returns what a configuration has of one kind, in order.
func configured(t *testing.T, in, kind string) []string {
	t.Helper()
	c, _, err := read([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range texts(t, c) {
		if _, rest, ok := strings.Cut(s, kind); ok {
			got = append(got, strings.TrimSuffix(strip(rest), `,"configured":true`))
		}
	}
	slices.Sort(got)
	return got
}

// TestNotes reads texts that people wrote, with secrets in them.
func TestNotes(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{name: "plain", in: "CT room / pass-through, key account", want: "CT room / pass-through, key account"},
		{name: "Japanese", in: "放射線科 保守回線", want: "放射線科 保守回線"},
		{name: "password", in: "MRI (password SECRET)", want: "MRI…"},
		{name: "short", in: "MRI pw:SECRET", want: "MRI…"},
		{name: "Japanese password", in: "検査室 パスワード SECRET", want: "検査室…"},
		{name: "key", in: "PSK=SECRET", want: "…"},
		{name: "address with a token", in: "see https://maker.example/x?t=SECRET", want: "see…"},
		{name: "address with a password", in: "ftp://SECRET:SECRET@maker.example", want: "…"},
		{name: "mail", in: "ask taro-SECRET@maker.example", want: "ask…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := read([]byte("Building configuration...\nsnmp-server location " + tt.in + "\ninterface Vlan1\n description " + tt.in + "\n"))
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(texts(t, c), "\n")
			if strings.Count(all, `"`+tt.want+`"`) != 2 || strings.Contains(all, secret) {
				t.Errorf("want %q twice:\n%s", tt.want, all)
			}
		})
	}
}

// TestWide reads a group with as many members as a FortiGate takes, in one line.
func TestWide(t *testing.T) {
	var addresses, members strings.Builder
	for i := range 1500 {
		name := fmt.Sprintf("maker-of-devices-number-%d", i)
		fmt.Fprintf(&addresses, "edit %q\nset subnet 203.0.%d.%d 255.255.255.255\nnext\n", name, i/256, i%256)
		fmt.Fprintf(&members, " %q", name)
	}
	c, _, err := read([]byte("#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\nconfig firewall address\n" + addresses.String() +
		"end\nconfig firewall addrgrp\nedit \"g\"\nset member" + members.String() + "\nnext\nend\n" +
		"config system interface\nedit wan1\nset ip 198.51.100.2 255.255.255.0\nset role wan\nnext\nend\n" +
		"config vpn ssl settings\nset source-interface wan1\nset source-address g\nend\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Observations() {
		if a, ok := o.Fact.(fact.RemoteAccess); ok {
			if len(a.From) != 1500 {
				t.Errorf("%d of 1500 are let in", len(a.From))
			}
			return
		}
	}
	t.Error("nobody is let in")
}
