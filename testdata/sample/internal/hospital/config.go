package hospital

import (
	"fmt"
	"strings"
)

// ctSpareMAC is the address of the second port of ct-maint, which nothing is
// plugged into.
const ctSpareMAC = "00:00:5e:00:53:f3"

// ctConfig is the configuration of ct-maint, as the maker's people handed it over:
// with asterisks for what is secret. It tells of the tunnel that captures show too,
// and of what they do not: a modem in its USB port, for when the hospital's line is
// down.
func (p *Plan) ctConfig() []byte {
	ct, core := p.Host("ct-maint"), p.zone("radiology").Prefix.Addr().Next()
	serial := p.serial(ct)
	return []byte(strings.TrimLeft(fmt.Sprintf(`
# RTX830 Rev.15.02.30 (Thu Nov  9 10:47:37 2023)
# MAC Address : %[1]s, %[2]s
# Memory 256Mbytes, 2LAN
# main:  RTX830 ver=00 serial=%[3]s MAC-Address=%[1]s MAC-Address=%[2]s
# Reporting Date: Nov 20 10:05:12 2026
# CT 保守用ルーター（予備回線つき）
administrator password *
login password *
console character ja.utf8
console prompt ct-maint
ip route default gateway %[4]s
ip route %[5]s gateway %[4]s keepalive 1 gateway pp 1 weight 0
ip route 172.30.0.0/24 gateway tunnel 1
ip keepalive 1 icmp-echo 10 6 %[4]s
description lan1 "CT 操作室"
ip lan1 address %[6]s/24
pp disable all
pp select 1
 description pp "予備回線（USBモデム）"
 pp bind usb1
 pp auth accept pap chap
 pp auth myname ct0253@m2m.example.jp *
 ppp lcp mru off 1792
 ppp lcp accm on
 ppp lcp pfc on
 ppp lcp acfc on
 ppp ipcp ipaddress on
 ppp ipcp msext on
 ppp ipv6cp use off
 ip pp secure filter in 1000 1001 1099
 ip pp secure filter out 1100 dynamic 1200 1201
 ip pp nat descriptor 1
 mobile auto connect on
 mobile access-point name m2m.example.jp cid=1
 pp enable 1
tunnel disable all
tunnel select 1
 description tunnel "CT 保守センター"
 ipsec tunnel 1
  ipsec sa policy 1 1 esp aes256-cbc sha256-hmac
  ipsec ike version 1 2
  ipsec ike keepalive use 1 on rfc4306 10 3
  ipsec ike local name 1 ct-0253 key-id
  ipsec ike nat-traversal 1 on
  ipsec ike pre-shared-key 1 *
  ipsec ike remote address 1 %[5]s
  ipsec ike remote name 1 %[5]s ipv4-addr
 ip tunnel tcp mss limit auto
 tunnel enable 1
ip filter 1000 pass * %[6]s udp * 500
ip filter 1001 pass * %[6]s esp * *
ip filter 1099 reject * * * * *
ip filter 1100 pass * * * * *
ip filter dynamic 1200 * * tcp
ip filter dynamic 1201 * * udp
nat descriptor type 1 masquerade
nat descriptor masquerade static 1 1 %[6]s udp 500
nat descriptor masquerade static 1 2 %[6]s esp
ipsec auto refresh on
telnetd service off
httpd service off
mobile use usb1 on
`, ct.MAC, ctSpareMAC, serial, core, ctVendor, ct.IP), "\n"))
}
