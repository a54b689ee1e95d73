package routerconf_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShutLines reads lines that are shut down, themselves or by what carries
// them: they are told, and told to be down.
func TestShutLines(t *testing.T) {
	const (
		cisco  = "Building configuration...\n"
		forti  = "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\nconfig system interface\n"
		nec    = "! NEC Portable Internetwork Core Operating System Software\n"
		plus   = "awplus#\n"
		yamaha = "# RTX830 Rev.15.02.29 (x)\n"
	)
	for _, tt := range []struct {
		name, in, shut string
		want           []string // the lines; where shut, all are down
	}{
		{
			"FortiGate PPPoE", forti + "edit \"wan1\"\nset mode pppoe\n%snext\nend\n", "set status down\n",
			[]string{`"name":"wan1","type":"pppoe"`},
		},
		{
			"FortiGate PPPoE on an interface of its own", forti + "edit \"wan1\"\n%snext\nedit \"isp\"\nset mode pppoe\nset type tunnel\nset interface \"wan1\"\nnext\nend\n" +
				"config system pppoe-interface\nedit \"isp\"\nset device \"wan1\"\nset username \"SECRET@isp.example.jp\"\nset password ENC SECRET\nnext\nend\n", "set status down\n",
			[]string{`"name":"isp","type":"pppoe","provider":"isp.example.jp"`},
		},
		{
			"FortiGate PPPoE that only its own section tells", forti + "edit \"wan1\"\n%snext\nend\nconfig system pppoe-interface\nedit \"isp\"\nset device \"wan1\"\nnext\nend\n", "set status down\n",
			[]string{`"name":"isp","type":"pppoe"`},
		},
		{
			"FortiGate VLAN", forti + "edit \"wan1\"\n%snext\nedit \"isp\"\nset mode dhcp\nset role wan\nset vlanid 10\nset interface \"wan1\"\nnext\nend\n", "set status down\n",
			[]string{`"name":"isp","type":"dhcp"`},
		},
		{
			"FortiGate VLAN over an aggregate", forti + "edit \"agg\"\nset type aggregate\nset member \"port1\" \"port2\"\nnext\nedit \"port1\"\n%snext\nedit \"port2\"\n%snext\n" +
				"edit \"isp\"\nset mode dhcp\nset role wan\nset vlanid 10\nset interface \"agg\"\nnext\nend\n", "set status down\n",
			[]string{`"name":"isp","type":"dhcp"`},
		},
		{
			"FortiGate modem", forti + "edit \"modem\"\nset mode pppoe\nset type physical\nset username \"SECRET@mobile.example.jp\"\n%snext\nend\nconfig system modem\nset status enable\nend\n", "set status down\n",
			[]string{`"name":"modem","type":"usb-modem","provider":"mobile.example.jp"`},
		},
		{
			"Cisco VLAN", cisco + "interface GigabitEthernet0/0\n no ip address\n%sinterface GigabitEthernet0/0.10\n encapsulation dot1Q 10\n ip address dhcp\n ip nat outside\n", " shutdown\n",
			[]string{`"name":"GigabitEthernet0/0.10","type":"dhcp"`},
		},
		{
			"Cisco dialer over a VLAN", cisco + "interface GigabitEthernet0/0\n no ip address\n%sinterface GigabitEthernet0/0.10\n encapsulation dot1Q 10\n pppoe-client dial-pool-number 1\ninterface Dialer1\n ip address negotiated\n dialer pool 1\n", " shutdown\n",
			[]string{`"name":"Dialer1","type":"pppoe"`},
		},
		{
			"Cisco dialer", cisco + "interface Dialer1\n ip address negotiated\n dialer pool 1\ninterface GigabitEthernet0/0\n pppoe-client dial-pool-number 1\n%s", " shutdown\n",
			[]string{`"name":"Dialer1","type":"pppoe"`},
		},
		{
			"Cisco cellular", cisco + "interface Cellular0\n ip address negotiated\n%s", " shutdown\n",
			[]string{`"name":"Cellular0","type":"lte"`},
		},
		{
			"Cisco ISDN", cisco + "interface BRI0\n ip address 10.0.0.1 255.255.255.252\n%s", " shutdown\n",
			[]string{`"name":"BRI0","type":"isdn"`},
		},
		{
			"NEC device", nec + "ppp profile isp\n  authentication myname SECRET@isp.example.jp\ndevice GigaEthernet0\n%sinterface GigaEthernet0.0\n  no ip address\n  shutdown\n" +
				"interface GigaEthernet0.1\n  encapsulation pppoe\n  ppp binding isp\n  ip address ipcp\n  no shutdown\n", "  shutdown\n",
			[]string{`"name":"GigaEthernet0.1","type":"pppoe","provider":"isp.example.jp"`},
		},
		{
			"NEC device with groups of ports", nec + "device GigaEthernet2\n  vlan-group 1 port 1 2\n%sinterface GigaEthernet2:1.0\n  ip address dhcp\n  ip napt enable\n  no shutdown\n", "  shutdown\n",
			[]string{`"name":"GigaEthernet2:1.0","type":"dhcp"`},
		},
		{
			"NEC modem", nec + "ppp profile m\n  authentication myname SECRET@mobile.example.jp\ndevice USB0\n%sinterface USB-Serial0.0\n  encapsulation ppp\n  ppp binding m\n  ip address ipcp\n  no shutdown\n", "  shutdown\n",
			[]string{`"name":"USB-Serial0.0","type":"usb-modem","provider":"mobile.example.jp"`},
		},
		{
			"NEC modem, its interface", nec + "interface USB-Serial0.0\n  encapsulation ppp\n  ppp binding m\n  ip address ipcp\n  no shutdown\n%s", "  shutdown\n",
			[]string{`"name":"USB-Serial0.0","type":"usb-modem"`},
		},
		{
			"NEC ISDN", nec + "interface BRI0.0\n  encapsulation ppp\n  ppp binding m\n  ip address ipcp\n  no shutdown\n%s", "  shutdown\n",
			[]string{`"name":"BRI0.0","type":"isdn"`},
		},
		{
			"Allied Telesis modem", plus + "interface cellular0\n apn iot.example.jp\n%s", " shutdown\n",
			[]string{`"name":"cellular0","type":"lte","provider":"iot.example.jp"`},
		},
		{
			"Allied Telesis VLAN", plus + "interface eth1\n%sinterface eth1.10\n ip address dhcp\n", " shutdown\n",
			[]string{`"name":"eth1.10","type":"dhcp"`},
		},
		{
			"Yamaha port", yamaha + "%spp select 1\n pppoe use lan2\n pp enable 1\n", "lan shutdown lan2\n",
			[]string{`"name":"pp1","type":"pppoe"`},
		},
		{
			"Yamaha modem", yamaha + "pp select 2\n pp bind usb1\n mobile access-point name m2m.mvno.example cid=1\n pp enable 2\nmobile use usb1 on\n%s", "mobile use usb1 off\n",
			[]string{`"name":"pp2","type":"usb-modem","provider":"m2m.mvno.example"`},
		},
		{
			"Yamaha port of IPoE", yamaha + "ngn type lan2 ntt\n%s", "lan shutdown lan2\n",
			[]string{`"name":"lan2","type":"ipoe","provider":"ntt"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, shut := range []bool{false, true} {
				in, want := strings.ReplaceAll(tt.in, "%s", ""), slices.Clone(tt.want)
				if shut {
					in = strings.ReplaceAll(tt.in, "%s", tt.shut)
					for i, w := range want {
						before, provider, _ := strings.Cut(w, `,"provider"`)
						if provider != "" {
							provider = `,"provider"` + provider
						}
						want[i] = before + `,"state":"down"` + provider
					}
				}
				if d := cmp.Diff(want, configured(t, in, "routerconf/line line ")); d != "" {
					t.Errorf("shut down %t: -want +got:\n%s", shut, d)
				}
			}
		})
	}
}

// TestUnused reads ports as they come, with nothing set on them: they are no
// lines, and some of a port's sockets are not the port.
func TestUnused(t *testing.T) {
	for name, in := range map[string]string{
		"NEC": "! NEC Portable Internetwork Core Operating System Software\ndevice USB0\n  shutdown\ninterface BRI0.0\n  encapsulation ppp\n  no auto-connect\n  no ip address\n  shutdown\n" +
			"interface USB-Serial0.0\n  encapsulation ppp\n  no auto-connect\n  no ip address\n  shutdown\n",
		"Cisco":     "Building configuration...\ninterface BRI0\n no ip address\n encapsulation hdlc\n shutdown\n",
		"FortiGate": "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\nconfig system interface\nedit \"modem\"\nset mode pppoe\nset status down\nset type physical\nnext\nend\n",
		"Allied":    "awplus#\ninterface cellular0\n shutdown\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, _, err := read([]byte(in))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range texts(t, c) {
				if strings.Contains(s, "routerconf/line") {
					t.Error(s)
				}
			}
		})
	}
	c, _, _ := read([]byte("# RTX830 Rev.15.02.29 (x)\nip lan1 address 192.168.1.1/24\nlan shutdown lan1 3 4\n"))
	if all := strings.Join(texts(t, c), "\n"); strings.Contains(all, `"admin_status":"down"`) {
		t.Errorf("a port is shut down because of two of its sockets:\n%s", all)
	}
}

// TestEnabled reads the ways in which tunnels and peers of Yamaha are switched
// on.
func TestEnabled(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"one", "tunnel enable 2", "tunnel2"},
		{"several", "tunnel enable 1 3", "tunnel1 tunnel3"},
		{"a range", "tunnel enable 2-3", "tunnel2 tunnel3"},
		{"from one on", "tunnel enable 2-", "tunnel2 tunnel3"},
		{"up to one", "tunnel enable -2", "tunnel1 tunnel2"},
		{"all", "tunnel enable all", "tunnel1 tunnel2 tunnel3"},
		{"peers", "pp enable 1 anonymous", "pp1 pp-anonymous"},
		{"all peers", "pp enable all", "pp1 pp2 pp-anonymous"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := read([]byte("# RTX830 Rev.15.02.29 (x)\npp select 1\npp select 2\npp select anonymous\ntunnel select 1\ntunnel select 2\ntunnel select 3\n" + tt.in + "\n"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, name := range []string{"pp1", "pp2", "pp-anonymous", "tunnel1", "tunnel2", "tunnel3"} {
				for _, s := range texts(t, c) {
					if strings.Contains(s, " interface ") && strings.Contains(s, `"name":"`+name+`"`) && strings.Contains(s, `"admin_status":"up"`) {
						got = append(got, name)
					}
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}
