package routerconf_test

import (
	"strings"
	"testing"
)

// TestShut reads what runs over an interface that is shut down: its tunnels are
// down, and its routes are in no routing table.
func TestShut(t *testing.T) {
	const (
		cisco = "Building configuration...\ninterface GigabitEthernet0/0\n ip address 203.0.113.2 255.255.255.0\n%s" +
			"interface Tunnel0\n tunnel source GigabitEthernet0/0\n tunnel destination 198.51.100.7\nip route 0.0.0.0 0.0.0.0 203.0.113.1\n"
		forti = "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\nconfig system interface\nedit \"wan1\"\nset mode pppoe\n%snext\nend\n" +
			"config vpn ipsec phase1-interface\nedit \"v\"\nset interface \"wan1\"\nset remote-gw 198.51.100.7\nnext\nend\nconfig router static\nedit 1\nset device \"wan1\"\nnext\nend\n"
		nec = "! NEC Portable Internetwork Core Operating System Software\ninterface GigaEthernet0.0\n  ip address 203.0.113.2/24\n%s" +
			"interface Tunnel0.0\n  tunnel mode gre\n  tunnel source GigaEthernet0.0\n  tunnel destination 198.51.100.7\n  no shutdown\nip route default 203.0.113.1\n"
		plus   = "awplus#\ninterface ppp0\n ip address negotiated\n%sinterface tunnel0\n tunnel source ppp0\n tunnel destination 198.51.100.7\n tunnel mode ipsec ipv4\nip route 0.0.0.0/0 ppp0\n"
		dialer = "Building configuration...\ninterface GigabitEthernet0/0\n pppoe-client dial-pool-number 1\n%sinterface Dialer1\n ip address negotiated\n dialer pool 1\n" +
			"interface Tunnel0\n tunnel source Dialer1\n tunnel destination 198.51.100.7\nip route 0.0.0.0 0.0.0.0 Dialer1\n"
		ppp    = "awplus#\ninterface eth1\n encapsulation ppp 0\n%sinterface ppp0\n ip address negotiated\ninterface tunnel0\n tunnel source ppp0\n tunnel destination 198.51.100.7\n tunnel mode ipsec ipv4\nip route 0.0.0.0/0 ppp0\n"
		device = "! NEC Portable Internetwork Core Operating System Software\ndevice GigaEthernet0\n%sinterface GigaEthernet0.0\n  ip address 203.0.113.2/24\n  no shutdown\n" +
			"interface Tunnel0.0\n  tunnel mode gre\n  tunnel source GigaEthernet0.0\n  tunnel destination 198.51.100.7\n  no shutdown\nip route default 203.0.113.1\n"
		ciscoVLAN = "Building configuration...\ninterface GigabitEthernet0/0\n no ip address\n%sinterface GigabitEthernet0/0.10\n encapsulation dot1Q 10\n ip address 203.0.113.2 255.255.255.0\n" +
			"interface Tunnel0\n tunnel source GigabitEthernet0/0.10\n tunnel destination 198.51.100.7\nip route 0.0.0.0 0.0.0.0 203.0.113.1\nip route 10.0.0.0 255.0.0.0 Tunnel0\n"
		fortiVLAN = "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\nconfig system interface\nedit \"wan1\"\n%snext\nedit \"isp\"\nset ip 203.0.113.2 255.255.255.0\nset vlanid 10\nset interface \"wan1\"\nnext\n" +
			"edit \"v\"\nset type tunnel\nset interface \"isp\"\nnext\nend\nconfig vpn ipsec phase1-interface\nedit \"v\"\nset interface \"isp\"\nset remote-gw 198.51.100.7\nnext\nend\n" +
			"config router static\nedit 1\nset gateway 203.0.113.1\nset device \"isp\"\nnext\nedit 2\nset dst 10.0.0.0 255.0.0.0\nset device \"v\"\nnext\nend\n"
	)
	for _, tt := range []struct{ name, in, shut string }{
		{"Cisco", cisco, " shutdown\n"},
		{"the port below a dialer", dialer, " shutdown\n"},
		{"one of two ports below a dialer", dialer + "interface GigabitEthernet0/1\n shutdown\n pppoe-client dial-pool-number 1\n", " shutdown\n"},
		{"the port below PPP", ppp, " shutdown\n"},
		{"FortiGate", forti, "set status down\n"},
		{"NEC", nec, "  shutdown\n"},
		{"the device of NEC", device, "  shutdown\n"},
		{"the port below a VLAN of Cisco", ciscoVLAN, " shutdown\n"},
		{"the port below a VLAN of FortiGate", fortiVLAN, "set status down\n"},
		{"Allied Telesis", plus, " shutdown\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, shut := range []bool{false, true} {
				text := strings.Replace(tt.in, "%s", "", 1)
				if shut {
					text = strings.Replace(tt.in, "%s", tt.shut, 1)
				}
				c, _, err := read([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				var tunnel, down, route bool
				for _, s := range texts(t, c) {
					tunnel = tunnel || strings.Contains(s, "tunnel-end")
					down = down || strings.Contains(s, "tunnel-end") && strings.Contains(s, `"state":"down"`)
					route = route || strings.Contains(s, " route ")
				}
				if !tunnel || down != shut || route == shut {
					t.Errorf("shut down %t: tunnel %t, it is down %t, route %t", shut, tunnel, down, route)
				}
			}
		})
	}
}
