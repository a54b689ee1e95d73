package routerconf_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCallers reads tunnels whose other end is known by a name only: it is the
// one who calls, unless its name is that of a host which is asked for.
func TestCallers(t *testing.T) {
	const (
		yamaha = "# RTX830 Rev.15.02.29 (x)\ntunnel select 1\n ipsec tunnel 101\n  ipsec sa policy 101 1 esp aes-cbc sha-hmac\n"
		cisco  = "Building configuration...\n"
		forti  = "#config-version=FGT60F-7.0.5-FW-build0304-220208:opmode=0\n"
		nec    = "! NEC Portable Internetwork Core Operating System Software\n"
		plus   = "awplus#\n"
		allied = "# Command Handler configuration\n"
	)
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{
			"Yamaha, a name", yamaha + "  ipsec ike remote name 1 ct.maker.example key-id\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"Yamaha, any address and a name", yamaha + "  ipsec ike remote address 1 any\n  ipsec ike remote name 1 ct.maker.example\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"Yamaha, an address and a name", yamaha + "  ipsec ike remote name 1 ct.maker.example fqdn\n  ipsec ike remote address 1 198.51.100.7\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote":"198.51.100.7"`},
		},
		{
			"Yamaha, the name of a host with IKEv2", yamaha + "  ipsec ike version 1 2\n  ipsec ike remote name 1 ct.maker.example fqdn\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote_name":"ct.maker.example"`},
		},
		{
			"Yamaha, an address as the name with IKEv2", yamaha + "  ipsec ike version 1 2\n  ipsec ike remote name 1 198.51.100.7 ipv4-addr\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote":"198.51.100.7"`},
		},
		{
			"Yamaha, a key's name with IKEv2", yamaha + "  ipsec ike version 1 2\n  ipsec ike remote name 1 ct-maker key-id\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote_name":"ct-maker","calls":true`},
		},
		{
			"Yamaha, a telephone number", yamaha + "  ipsec ike version 1 2\n  ipsec ike remote name 1 0312345678 tel-key\n tunnel ngn arrive permit on\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ngn"`},
		},
		{
			"Yamaha, a hub", "# RTX830 Rev.15.02.29 (x)\ntunnel select 1\n tunnel type multipoint server\n tunnel enable 1\n",
			[]string{`"name":"tunnel1","type":"ipsec","calls":true`},
		},
		{
			"Yamaha, copies of a tunnel", "# RTX830 Rev.15.02.29 (x)\ntunnel select 1\n tunnel template 2 4-5\n ipsec tunnel 1\n  ipsec sa policy 1 1 esp aes-cbc sha-hmac\n" +
				"  ipsec ike pre-shared-key 1 text SECRET\n  ipsec ike remote address 1 any\n  ipsec ike remote name 1 pc\n tunnel enable 1\ntunnel select 2\n  ipsec ike pre-shared-key 2 text SECRET\n",
			[]string{
				`"name":"tunnel1","type":"ipsec","remote_name":"pc","calls":true`, `"name":"tunnel2","type":"ipsec","remote_name":"pc2","calls":true`,
				`"name":"tunnel4","type":"ipsec","remote_name":"pc4","calls":true`, `"name":"tunnel5","type":"ipsec","remote_name":"pc5","calls":true`,
			},
		},
		{
			"FortiGate", forti + "config vpn ipsec phase1-interface\nedit \"RA\"\nset type dynamic\nset interface \"wan1\"\nset peertype one\nset peerid \"ct.maker.example\"\nset psksecret ENC SECRET\nnext\nend\n",
			[]string{`"name":"RA","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"FortiGate, a host with a name", forti + "config vpn ipsec phase1-interface\nedit \"V\"\nset type ddns\nset interface \"wan1\"\nset remotegw-ddns \"ct.maker.example\"\nnext\nend\n",
			[]string{`"name":"V","type":"ipsec","remote_name":"ct.maker.example"`},
		},
		{
			"Cisco, a dynamic map and who is in it", cisco + "crypto isakmp profile P\n   keyring K\n   match identity host ct.maker.example\ncrypto dynamic-map DYN 10\n set transform-set TS\n set isakmp-profile P\n" +
				"crypto map WAN 65535 ipsec-isakmp dynamic DYN\ninterface Vlan1\n crypto map WAN\n",
			[]string{`"name":"WAN 65535","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"Cisco, a template for whoever has a name", cisco + "crypto isakmp profile P\n   match identity user-fqdn SECRET@ct.maker.example\n   virtual-template 1\n",
			[]string{`"name":"P","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"Cisco, a template for a domain with IKEv2", cisco + "crypto ikev2 profile P\n match identity remote fqdn domain maker.example\n authentication remote pre-share key SECRET\n virtual-template 1\n",
			[]string{`"name":"P","type":"ipsec","remote_name":"maker.example","calls":true`},
		},
		{
			"Cisco, IKEv2 with a host that is called", cisco + "crypto ikev2 profile P\n match identity remote fqdn hub.maker.example\ninterface Tunnel0\n tunnel source Vlan1\n tunnel destination 198.51.100.7\n tunnel protection ipsec profile P\n",
			[]string{`"name":"Tunnel0","type":"ipsec","remote":"198.51.100.7"`},
		},
		{
			"Cisco, a client of FlexVPN", cisco + "crypto ikev2 client flexvpn F\n  peer 1 198.51.100.7\n  peer 2 fqdn hub.maker.example dynamic\n  client connect Tunnel1\ninterface Tunnel1\n ip address negotiated\n tunnel source dynamic\n tunnel mode ipsec ipv4\n tunnel destination dynamic\n tunnel protection ipsec profile P\n",
			[]string{`"name":"Tunnel1","type":"ipsec","remote":"198.51.100.7"`, `"name":"Tunnel1","type":"ipsec","remote_name":"hub.maker.example"`},
		},
		{
			"NEC", nec + "ike policy p peer any key SECRET mode aggressive prop\nike remote-id p fqdn ct.maker.example\nipsec dynamic-map m acl prop ike p\ninterface Tunnel0.0\n  tunnel mode ipsec\n  ipsec policy tunnel m out\n  no shutdown\n",
			[]string{`"name":"Tunnel0.0","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"NEC, a map for any address", nec + "ike policy p peer any key SECRET mode aggressive prop\nike remote-id p keyid ct-maker\nipsec autokey-map m acl peer any prop ike p\ninterface Tunnel0.0\n  tunnel mode ipsec\n  ipsec policy tunnel m out\n  no shutdown\n",
			[]string{`"name":"Tunnel0.0","type":"ipsec","remote_name":"ct-maker","calls":true`},
		},
		{
			"NEC with IKEv2", nec + "interface Tunnel0.0\n  tunnel mode ipsec-ikev2\n  ikev2 peer any authentication psk id fqdn ct.maker.example\n  no shutdown\n",
			[]string{`"name":"Tunnel0.0","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"AlliedWare Plus", plus + "interface tunnel1\n tunnel source ppp0\n tunnel destination dynamic\n tunnel remote name ct.maker.example\n tunnel mode ipsec ipv4\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"AlliedWare Plus, a name alone", plus + "interface tunnel1\n tunnel source ppp0\n tunnel remote name ct.maker.example\n tunnel mode ipsec ipv4\n",
			[]string{`"name":"tunnel1","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"AlliedWare", allied + "create isakmp policy=\"i\" peer=any key=1 remoteid=\"ct.maker.example\"\ncreate ipsec policy=\"v\" int=ppp0 action=ipsec keymanagement=isakmp bundle=1 peer=dynamic isakmp=\"i\"\n",
			[]string{`"name":"v","type":"ipsec","remote_name":"ct.maker.example","calls":true`},
		},
		{
			"AlliedWare, by its key exchange", allied + "create isakmp policy=\"i\" peer=any key=1\ncreate ipsec policy=\"v\" int=ppp0 action=ipsec isakmp=\"i\"\n",
			[]string{`"name":"v","type":"ipsec","calls":true`},
		},
		{
			"AlliedWare, a host with a name", allied + "create isakmp policy=\"i\" peer=ct.maker.example key=1\ncreate ipsec policy=\"v\" int=ppp0 action=ipsec isakmp=\"i\"\n",
			[]string{`"name":"v","type":"ipsec","remote_name":"ct.maker.example"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, configured(t, tt.in, "routerconf/tunnel tunnel-end ")); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
