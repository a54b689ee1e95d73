package routerconf_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestHostile reads texts in which much is multiplied by much: all within what is
// kept of each kind, so that only how it is worked with bounds the time.
func TestHostile(t *testing.T) {
	const (
		yamaha = "# RTX830 Rev.15.02.29 (x)\n"
		cisco  = "Building configuration...\n"
		forti  = "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\n"
		plus   = "awplus#\n"
	)
	lines := func(n int, format string) string { // with i/256 and i%256 in place
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i/256, i%256)
		}
		return b.String()
	}
	words := func(n int, format string) string {
		return lines(n, " "+format)
	}
	for _, tt := range []struct{ name, in string }{
		{
			"filters and addresses", yamaha + lines(4000, "ip lan1 address 10.1.%d.%d/32\n") + lines(4000, "ip filter %d%03d pass * 10.9.9.9 * * *\n") +
				lines(60, "pp select %d%03d\n pppoe use lan2\n ip pp address 203.0.113.1/32\n ip pp secure filter in"+words(4000, "%d%03d")+"\n") + "pp enable all\n",
		},
		{
			"lists, addresses and hosts that are passed on", cisco + "interface Dialer1\n ip address negotiated\n ip access-group 101 in\n ip nat outside\n" + lines(4000, " ip address 203.0.%d.%d 255.255.255.255 secondary\n") +
				lines(30000, "access-list 101 permit tcp any host 10.9.%d.%d eq 22\n") + lines(4000, "ip nat inside source static tcp 192.168.%d.%d 22 203.0.113.1 22\n"),
		},
		{
			"who is denied, and who is let in", cisco + "interface Dialer1\n ip address 203.0.113.2 255.255.255.0\n ip access-group 101 in\n ip nat outside\n" +
				lines(30000, "access-list 101 deny tcp host 10.1.%d.%d any\n") + lines(30000, "access-list 101 permit tcp host 10.2.%d.%d any\n") + lines(100, "ip nat inside source static tcp 192.168.%d.%d 22 interface Dialer1 22\n"),
		},
		{
			"zones", cisco + lines(8000, "interface Vlan%d%03d\n zone-member security out\n") + lines(8000, "ip nat inside source static tcp 192.168.%d.%d 22 203.0.113.1 22\n"),
		},
		{
			"default routes and addresses", cisco + lines(8000, "ip route 0.0.0.0 0.0.0.0 203.0.%d.%d\n") + lines(8000, "interface Vlan%d%03d\n ip address 10.0.0.1 255.255.255.0\n ip address 10.0.0.2 255.255.255.0\n ip address 10.0.0.3 255.255.255.0\n shutdown\n"),
		},
		{
			"policies for all interfaces", forti + "config system interface\n" + lines(8000, "edit \"v%d-%d\"\nset role wan\nset allowaccess https\nnext\n") + "end\nconfig firewall local-in-policy\n" +
				lines(8000, "edit %d%03d\nset intf "+strings.Repeat(" any", 60)+"\nset srcaddr all\nset service PING\nset action accept\nnext\n") + "end\n",
		},
		{
			"virtual addresses", forti + "config firewall vip\n" + lines(4000, "edit \"v%d-%d\"\nset mappedip 10.0.0.1\nset extintf any\nnext\n") + "end\nconfig firewall vipgrp\nedit g\nset member" + words(4000, "v%d-%d") + "\nnext\nend\n" +
				"config firewall policy\n" + lines(20, "edit %d%03d\nset action accept\nset srcaddr all\nset srcintf wan1\nset dstaddr"+strings.Repeat(" g", 4000)+"\nnext\n") + "end\n",
		},
		{
			"groups, and those whom each lets in", forti + "config system interface\nedit wan1\nset role wan\nnext\nend\nconfig firewall address\n" + lines(4000, "edit \"a%d-%d\"\nset subnet 203.0.1.1 255.255.255.255\nnext\n") + "end\n" +
				"config firewall addrgrp\nedit g\nset member" + words(4000, "a%d-%d") + "\nnext\nend\nconfig firewall vip\n" + lines(4000, "edit \"v%[1]d-%[2]d\"\nset mappedip 10.0.%[1]d.%[2]d\nset extintf any\nnext\n") + "end\n" +
				"config firewall policy\n" + lines(4000, "edit %[1]d%03[2]d\nset action accept\nset srcaddr g g\nset srcintf wan1\nset dstaddr v%[1]d-%[2]d\nnext\n") + "end\n",
		},
		{
			"entities and rules", plus + "zone z\n" + lines(4000, " network n%d-%d\n  ip subnet 0.0.0.0/0\n") + "firewall\n" + lines(4000, " rule %d%03d permit any from z to z\n") + " protect\n" + "interface ppp0\n ppp username a@b.c\n",
		},
		{
			"hosts that may ask", yamaha + lines(60000, "snmp host 10.%d.%d.1\n"),
		},
		{
			"translations on an interface", yamaha + strings.Repeat("ip lan2 nat descriptor"+strings.Repeat(" 1", 4000)+"\n", 50) + lines(8000, "nat descriptor masquerade static 1 1 192.168.%d.%d tcp 22\n"),
		},
		{
			"a command that goes on", "# Command Handler configuration\n" + strings.Repeat("a\\\n", 400_000),
		},
		{
			"copies of tunnels", yamaha + lines(4000, "tunnel select %d%03d\n tunnel template 1-4000 1-4000 1-4000 1-4000\n"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			begin := time.Now()
			c, _, _ := read([]byte(tt.in))
			if took := time.Since(begin); took > 30*time.Second {
				t.Errorf("took %v", took)
			} else {
				t.Logf("%d octets, %d facts, %v", len(tt.in), len(c.Observations()), took)
			}
		})
	}
}
