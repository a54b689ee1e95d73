package routerconf_test

import (
	"strings"
	"testing"
)

// TestEverySecret reads, in every dialect, commands that hold keys, passwords,
// communities, people's names, certificates and what logs in to an access point,
// in places where the parsers look and where they do not. None may get out,
// neither as it stands nor in what is told of lines that were not read.
func TestEverySecret(t *testing.T) {
	for _, tt := range secretful() {
		t.Run(tt.name, func(t *testing.T) {
			c, sum, err := read([]byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if n := len(c.Observations()); n < 4 {
				t.Errorf("%d facts of a %s: too few to show anything", n, sum.Format)
			}
			skips, _ := c.Skips()
			told := texts(t, c)
			for _, s := range skips {
				told = append(told, s.Place+s.Reason)
			}
			for _, s := range told {
				if strings.Contains(strings.ToUpper(s), secret) {
					t.Errorf("a secret got out: %s", s)
				}
			}
		})
	}
}

// secretful returns texts in every dialect with all that holds secrets.
func secretful() []struct{ name, in string } {
	return []struct{ name, in string }{
		{name: "yamaha", in: `# RTX830 Rev.15.02.29 (x)
administrator password encrypted *SECRET1
login password encrypted *SECRET2
login user SECRET-person encrypted *SECRET3
login timer 300
console prompt rtx
security class 1 on off SECRET
provider pp name SECRET
radius secret SECRET
radius account server 192.0.2.1 SECRET
snmp community read-only SECRET
snmp community read-write SECRET
snmp host 192.168.1.5 SECRETro SECRETtrap
snmp trap community SECRET
snmpv2c community read-only SECRET
snmpv3 usm user 1 SECRET sha SECRETauth aes128-cfb SECRETpriv
snmpv3 engine id SECRET
pp select 1
 pppoe use lan2
 pppoe access concentrator SECRET
 pp name SECRET
 pp auth myname SECRET-user@isp.example.jp SECRETpass
 pp auth username SECRET-caller SECRETpass myname SECRET SECRET isdn1 03SECRET clid
 pp enable 1
pp select anonymous
 pp auth request chap
 pp auth username SECRET SECRET
wan1 auth myname SECRET SECRET
wan1 access-point name apn.example.jp cid=1
wan1 pin code SECRET
mobile pin code usb1 SECRET
mobile dial number SECRET
tunnel select 1
 tunnel name SECRET
 ipsec tunnel 1
  ipsec sa policy 1 1 esp aes-cbc sha-hmac
  ipsec ike pre-shared-key 1 text SECRET
  ipsec ike pki file 1 certificate=1 SECRET
  ipsec ike xauth myname 1 SECRET SECRET
  ipsec ike eap myname 1 SECRET SECRET
  ipsec ike mode-cfg address pool 1 SECRET
  ipsec ike local name 1 SECRET user-fqdn
  ipsec ike remote name 1 SECRET@maker.example user-fqdn
  ipsec ike remote name 2 SECRET tel-key
  ipsec ike remote address 1 any
 l2tp tunnel auth on SECRET
 l2tp tunnel auth on SECRET SECRET
 pptp tunnel auth on SECRET
 tunnel enable 1
pki certificate file 1 /SECRET.p12 pkcs12 SECRET
pki private-key SECRET
sshd host key generate 1024 SECRET
sshd authorized-keys SECRET
mail server smtp 1 smtp.example.jp port=587 SECRET plain SECRET SECRET
netvolante-dns hostname host pp server=1 SECRET.aa0.netvolante.jp
external-memory boot permit SECRET
schedule at 1 */* 0:00:00 * SECRET
http revision-up url http://SECRET:SECRET@maker.example/
url filter 1 reject http://SECRET *
yno access code SECRET SECRET
dhcp scope bind 1 192.168.1.2 text SECRET
lua use on SECRET
set PASSWORD=SECRET
`},
		{name: "cisco", in: `Building configuration...
service password-encryption
hostname r
enable secret 5 SECRET
enable password 7 SECRET
username SECRET privilege 15 secret 5 SECRET
aaa group server radius SECRET
radius-server host 192.0.2.1 auth-port 1812 key 7 SECRET
radius-server key SECRET
tacacs-server key SECRET
radius server X
 address ipv4 192.0.2.1 auth-port 1812 acct-port 1813
 key 7 SECRET
key chain SECRET
 key 1
  key-string 7 SECRET
snmp-server community SECRETro RO 10
snmp-server community SECRETrw view all RW 10
snmp-server host 192.0.2.9 version 2c SECRET
snmp-server user SECRET SECRET v3 auth sha SECRET priv aes 128 SECRET
crypto isakmp key SECRET address 203.0.113.7
crypto isakmp key 6 SECRET hostname maker.example
crypto keyring K
  pre-shared-key address 203.0.113.7 key SECRET
crypto ikev2 keyring K
 peer SECRET
  address 203.0.113.7
  pre-shared-key local SECRET
  pre-shared-key remote SECRET
crypto isakmp client configuration group SECRET
 key SECRET
 dns 192.0.2.1
crypto isakmp profile P
   match identity user SECRET
   match identity group SECRET
   virtual-template 1
crypto ikev2 profile P2
 match identity remote email SECRET@maker.example
 authentication local pre-share key SECRET
 virtual-template 2
crypto ipsec client ezvpn EZ
 group SECRET key SECRET
 peer 203.0.113.7
 username SECRET password SECRET
crypto pki trustpoint SECRET
 enrollment url http://SECRET:SECRET@maker.example
 password 7 SECRET
crypto pki certificate chain X
 certificate self-signed 01
  30820241 SECRET SECRET
  quit
vpdn-group 1
 l2tp tunnel password 7 SECRET
 request-dialin
 initiate-to ip 203.0.113.9
interface Cellular0
 ppp chap hostname SECRET@apn.example
 ppp chap password 0 SECRET
 ppp pap sent-username SECRET@apn.example password 7 SECRET
 ppp authentication chap SECRET
interface Vlan1
 ip address 192.168.1.1 255.255.255.0
 standby 1 authentication SECRET
 vrrp 1 authentication text SECRET
 ip ospf message-digest-key 1 md5 7 SECRET
 ip nhrp authentication SECRET
 crypto map SECRET-not
controller Cellular 0
 lte sim profile 1 authentication chap SECRET SECRET
 profile id 1 apn apn.example authentication chap username SECRET password SECRET
chat-script lte "" "AT!SECRET"
banner motd ^C
SECRET
^C
line vty 0 4
 password 7 SECRET
 transport input ssh
router ospf 1
 area 0 authentication SECRET
dot11 ssid SECRET
   wpa-psk ascii 7 SECRET
event manager applet SECRET
 action 1 mail to SECRET
`},
		{name: "nec", in: `! NEC Portable Internetwork Core Operating System Software
hostname ix
username SECRET password hash SECRET administrator
enable-config password hash SECRET
radius host ip 192.0.2.1 auth-port 1812 key 0 SECRET
ike policy p peer 203.0.113.7 key SECRET prop
ike policy q peer any key SECRET mode aggressive prop
ike local-id q keyid SECRET
ike remote-id q user-fqdn SECRET@maker.example
ikev2 authentication psk id keyid SECRET key char SECRET
ikev2 authentication psk id ipv4 203.0.113.7 key hex SECRET
snmp-agent ip enable
snmp-agent ip community SECRET acl
snmp-agent ip host 192.0.2.3 SECRET version 2
snmpv3 user SECRET group auth sha plain SECRET priv aes secret SECRET
http-server username SECRET
http-server password SECRET
ppp profile isp
  authentication myname SECRET@isp.example
  authentication password SECRET@isp.example SECRET
  authentication username SECRET SECRET
interface GigaEthernet0.0
  encapsulation pppoe
  ppp binding isp
  ip address ipcp
  vrrp 1 authentication SECRET
interface USB-Serial0.0
  encapsulation ppp
  mobile id ip apn.example
  mobile pin SECRET
  mobile username SECRET password SECRET
wireless-lan SECRET
  wpa-psk SECRET
pki private-key generate rsa SECRET
-----BEGIN RSA PRIVATE KEY-----
SECRETSECRET
-----END RSA PRIVATE KEY-----
`},
		{name: "alliedware plus", in: `awplus#
no banner motd
hostname ar
username SECRET privilege 15 password 8 SECRET
enable password 8 SECRET
snmp-server community SECRET rw 10
snmp-server host 192.0.2.1 version 2c SECRET
snmp-server user SECRET SECRET auth sha SECRET priv aes SECRET
radius-server host 192.0.2.1 key SECRET
tacacs-server key SECRET
crypto isakmp key SECRET address 203.0.113.7
crypto isakmp key 8 SECRET hostname maker.example
l2tp-profile SECRET
 password SECRET
l2tp tunnel SECRET
 password SECRET
 destination 203.0.113.8
ntp authentication-key 1 md5 SECRET
interface ppp0
 ppp username SECRET@isp.example
 ppp password SECRET
interface cellular0
 apn apn.example
 username SECRET
 password SECRET
 pin SECRET
interface eth1
 encapsulation ppp 0
 ip ospf authentication-key SECRET
interface wlan1
 wpa-passphrase SECRET
openvpn SECRET
crypto pki trustpoint SECRET
 -----BEGIN CERTIFICATE-----
 SECRET
 -----END CERTIFICATE-----
interface tunnel1
 tunnel source ppp0
 tunnel destination dynamic
 tunnel remote name SECRET@maker.example
 tunnel protection ipsec profile SECRET
 tunnel mode ipsec ipv4
`},
		{name: "alliedware", in: `# Command Handler configuration
set system name="ar"
add user="SECRET" password="SECRET" priv=manager
set user="SECRET" password="SECRET"
create snmp community="SECRET" access=write
add snmp community="SECRET" manager=192.0.2.1
enable snmp
create ppp=0 over=eth0-any
set ppp=0 username="SECRET@isp.example" password="SECRET" iprequest=on
create enco key=1 type=general value="SECRET"
create isakmp policy="SECRET@i" peer=203.0.113.7 key=1 localid="SECRET"
create isakmp policy="SECRET@j" peer=any key=1 remoteid="SECRET@maker.example" xauthname="SECRET" xauthpassword="SECRET"
create ipsec policy="SECRET@x" int=ppp0 action=ipsec peer=dynamic isakmp="SECRET@j"
add l2tp call="SECRET" remote="SECRET" ip=203.0.113.9 type=virtual password="SECRET"
set l2tp password="SECRET"
add radius server=192.0.2.1 secret="SECRET"
add ip int=ppp0 ip=0.0.0.0 mask=0.0.0.0
set script=SECRET.scp
`},
		{name: "fortigate", in: `#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0:vdom=0:user=SECRET
config system global
    set hostname "fg"
    set admintimeout 5
end
config system admin
    edit "SECRET-person"
        set accprofile "super_admin"
        set password ENC SECRET
        set email-to "SECRET@hospital.example"
    next
end
config system interface
    edit "wan1"
        set mode pppoe
        set username "SECRET@isp.example"
        set password ENC SECRET
        set pppoe-egress-cos SECRET
        set allowaccess https
    next
end
config system lte-modem
    set status enable
    set apn "apn.example"
    set username "SECRET"
    set passwd ENC SECRET
end
config system modem
    set status enable
    set username1 "SECRET"
    set passwd1 ENC SECRET
    set phone1 "SECRET"
end
config system snmp community
    edit 1
        set name "SECRET"
    next
end
config system snmp user
    edit "SECRET"
        set auth-pwd ENC SECRET
        set priv-pwd ENC SECRET
    next
end
config user local
    edit "SECRET"
        set passwd ENC SECRET
    next
end
config user radius
    edit "SECRET"
        set secret ENC SECRET
    next
end
config vpn ipsec phase1-interface
    edit "maker"
        set interface "wan1"
        set type dynamic
        set peerid "SECRET@maker.example"
        set authusr "SECRET"
        set authpasswd ENC SECRET
        set psksecret ENC SECRET
    next
end
config vpn certificate local
    edit "SECRET"
        set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----
SECRETSECRET
set hostname SECRET
-----END ENCRYPTED PRIVATE KEY-----"
        set password ENC SECRET
    next
end
config wireless-controller vap
    edit "SECRET"
        set passphrase ENC SECRET
    next
end
config system ddns
    edit 1
        set ddns-username "SECRET"
        set ddns-password ENC SECRET
    next
end
`},
	}
}
