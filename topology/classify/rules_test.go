package classify_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify"
	"kanmon/topology/classify/signature"
)

// MAC addresses of the small network that rules are tried on.
const (
	pcMAC    = "00:00:5e:00:53:a1"
	pc2MAC   = "00:00:5e:00:53:a2"
	gwMAC    = "00:00:5e:00:53:a3"
	gw2MAC   = "00:00:5e:00:53:a4"
	nsMAC    = "00:00:5e:00:53:a5"
	phoneMAC = "00:00:5e:00:53:a6"
)

// small is a PC, another, a gateway before a gateway, and a name server.
func small(more ...host) []host {
	return append([]host{
		{name: "pc", mac: pcMAC, ips: []string{"10.0.0.10"}, agent: "pc"},
		{name: "pc2", mac: pc2MAC, ips: []string{"10.0.0.11"}, agent: "pc2"},
		{name: "gw", mac: gwMAC, ips: []string{"10.0.0.1", "10.0.1.1"}, agent: "gw", gateway: true},
		{name: "gw2", mac: gw2MAC, ips: []string{"10.0.1.254", "fe80::a4"}, agent: "gw2", gateway: true},
		{name: "ns", mac: nsMAC, ips: []string{"10.0.0.53"}, agent: "ns"},
	}, more...)
}

type ruleTest struct {
	name  string
	hosts []host
	site  topology.Site
	in    []fact.Fact
	want  []string
}

func runRules(t *testing.T, tests []ruleTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hosts := tt.hosts
			if hosts == nil {
				hosts = small()
			}
			if tt.want == nil {
				tt.want = []string{}
			}
			if diff := cmp.Diff(tt.want, shorts(find(t, hosts, tt.site, tt.in))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func tunnel(typ, a, aMAC, b, bMAC string, answered bool) fact.Tunnel {
	return fact.Tunnel{Type: typ, A: end(a, aMAC), B: end(b, bMAC), Answered: answered}
}

// isRouter makes gw a router that leads to gw2, and gw2 one to the internet.
func routed() []fact.Fact {
	def := netip.MustParsePrefix("0.0.0.0/0")
	return []fact.Fact{
		fact.Route{Agent: "gw", Destination: def, NextHop: ip("10.0.1.254"), IfIndex: 2, Type: "remote"},
		fact.Route{Agent: "gw2", Destination: def, NextHop: ip("192.0.2.1"), IfIndex: 1, Type: "remote"},
	}
}

const internetGW2 = "internet gw2 confirmed outbound @192.0.2.1"

func TestTunnels(t *testing.T) {
	const far, far6 = "203.0.113.10", "2001:db8::10"
	runRules(t, []ruleTest{
		{
			"one way is reported", nil,
			topology.Site{},
			[]fact.Fact{tunnel("ike", "10.0.0.10:500", pcMAC, far+":500", "", false)},
			[]string{"vendor-vpn pc reported outbound ipsec @" + far},
		},
		{
			"opened from outside", nil,
			topology.Site{},
			[]fact.Fact{tunnel("wireguard", far, "", "10.0.0.10:51820", pcMAC, true)},
			[]string{"vendor-vpn pc confirmed inbound wireguard @" + far},
		},
		{
			"a question from an address that somebody made up", nil,
			topology.Site{},
			[]fact.Fact{tunnel("ike", far+":500", pc2MAC, "10.0.0.10:500", pcMAC, true)},
			[]string{"vendor-vpn pc reported inbound ipsec @" + far},
		},
		{
			"a question through the gateway that answers leave by", nil,
			topology.Site{},
			append(routed(), tunnel("ike", far+":500", gwMAC, "10.0.0.10:500", pcMAC, true), flow("10.0.0.10", pcMAC, "192.0.2.80:443", gwMAC, "tls")),
			[]string{"internet gw2 confirmed both @192.0.2.1 behind:pc", "vendor-vpn pc confirmed inbound ipsec @" + far},
		},
		{
			"both ends listen: who opened it is not known", nil,
			topology.Site{},
			[]fact.Fact{tunnel("wireguard", "9.9.9.9:41641", "", "10.0.0.10:41641", pcMAC, true), tunnel("ipsec-nat-t", "9.9.9.8:4500", "", "10.0.0.10:4500", pcMAC, true)},
			[]string{"vendor-vpn pc confirmed outbound ipsec @9.9.9.8", "vendor-vpn pc confirmed outbound wireguard @9.9.9.9"},
		},
		{
			"esp does not tell who opened it", nil,
			topology.Site{},
			[]fact.Fact{tunnel("esp", far, "", "10.0.0.10", pcMAC, true)},
			[]string{"vendor-vpn pc confirmed outbound ipsec @" + far},
		},
		{"ike and esp with one remote are one", nil, topology.Site{}, []fact.Fact{
			tunnel("ike", "10.0.0.10", pcMAC, far, "", true), tunnel("esp", "10.0.0.10", pcMAC, far, "", true), tunnel("esp", "10.0.0.10", pcMAC, "203.0.113.11", "", false),
		}, []string{"vendor-vpn pc confirmed outbound ipsec @" + far, "vendor-vpn pc reported outbound ipsec @203.0.113.11"}},
		{"both inside", nil, topology.Site{}, []fact.Fact{tunnel("esp", "10.0.0.10", pcMAC, "10.0.0.11", pc2MAC, true)}, nil},
		{"both outside", nil, topology.Site{}, []fact.Fact{tunnel("esp", "192.0.2.7", pcMAC, far, gwMAC, true)}, nil},
		{
			"to the hospital's own public prefix", nil,
			topology.Site{Inside: prefixes("203.0.113.0/24")},
			[]fact.Fact{tunnel("esp", "10.0.0.10", pcMAC, far, "", true)},
			nil,
		},
		{
			"a firewall's own public address is inside", small(host{name: "fw", ips: []string{"198.51.100.2"}, own: true}),
			topology.Site{},
			[]fact.Fact{tunnel("ike", "198.51.100.2:500", "", far+":500", "", true)},
			[]string{"vendor-vpn fw confirmed outbound ipsec @" + far},
		},
		{"the MAC of a gateway is nobody's", nil, topology.Site{}, []fact.Fact{tunnel("gre", "10.9.9.9", gwMAC, far, "", true)}, nil},
		{
			"the MAC of a host is its own", nil,
			topology.Site{},
			[]fact.Fact{tunnel("gre", "10.9.9.9", pcMAC, far, "", true)},
			[]string{"vendor-vpn pc confirmed outbound gre @" + far},
		},
		{"pppoe", nil, topology.Site{}, []fact.Fact{tunnel("pppoe", "", gwMAC, "", "00:00:5e:00:53:ff", true)}, []string{"internet gw confirmed outbound pppoe"}},
		{"pppoe in its middle: the end that is known", small(host{name: "ac", mac: "00:00:5e:00:53:01"}), topology.Site{}, []fact.Fact{tunnel("pppoe", "", "00:00:5e:00:53:01", "", gwMAC, true)}, []string{"internet gw confirmed outbound pppoe"}},
		{"pppoe asked for in vain", nil, topology.Site{}, []fact.Fact{tunnel("pppoe", "", pcMAC, "", "", false)}, []string{"internet pc reported outbound pppoe"}},
		{
			"a known far end of DS-Lite", nil,
			topology.Site{},
			[]fact.Fact{tunnel("4in6", "2001:db8:1::1", gwMAC, "2404:8e00::feed:100", "", true)},
			[]string{"internet gw confirmed outbound ds-lite @2404:8e00::feed:100"},
		},
		{
			"a known far end of MAP-E, seen first", nil,
			topology.Site{},
			[]fact.Fact{tunnel("4in6", "2404:9200:225:100::64", "", "2001:db8:1::1", gwMAC, true)},
			[]string{"internet gw confirmed outbound map-e @2404:9200:225:100::64"},
		},
		{"DS-Lite announced by DHCPv6", small(host{name: "cpe", ips: []string{"2001:db8:1::1"}, own: true}), topology.Site{}, []fact.Fact{
			tunnel("4in6", "2001:db8:1::1", "", far6, "", true), fact.DHCPServer{Version: 6, AFTRName: "aftr.example.net"},
		}, []string{"internet cpe confirmed outbound ds-lite @" + far6}},
		{
			"4in6 to somebody", small(host{name: "cpe", ips: []string{"2001:db8:1::1"}, own: true}),
			topology.Site{},
			[]fact.Fact{tunnel("4in6", "2001:db8:1::1", "", far6, "", false)},
			[]string{"internet cpe reported outbound 4in6 @" + far6},
		},
		{"4in6 between two outside", nil, topology.Site{}, []fact.Fact{tunnel("4in6", "2001:db8:1::1", gwMAC, far6, "", true)}, nil},
	})
}

func TestNames(t *testing.T) {
	const relay, out = "router1.teamviewer.com", "192.0.2.44"
	ask := func(client, m, server string) fact.Fact {
		return fact.NameQuery{Name: relay, Type: "A", Client: end(client, m), Server: end(server, "")}
	}
	answer := fact.NameAnswer{Name: relay, Addresses: []netip.Addr{ip(out)}, Server: ip("10.0.0.53")}
	dns := flow("10.0.0.10", pcMAC, "10.0.0.53:53", nsMAC, "dns")
	runRules(t, []ruleTest{
		{"asked only", nil, topology.Site{}, []fact.Fact{ask("10.0.0.10", pcMAC, "10.0.0.53:53")}, []string{"remote-support pc reported outbound tls " + relay}},
		{
			"asked and answered", nil,
			topology.Site{},
			[]fact.Fact{ask("10.0.0.10", pcMAC, "10.0.0.53:53"), answer},
			[]string{"remote-support pc reported outbound tls @" + out + " " + relay},
		},
		{
			"the resolver asks for others", nil,
			topology.Site{},
			[]fact.Fact{ask("10.0.0.10", pcMAC, "10.0.0.53:53"), ask("10.0.0.53", nsMAC, "192.0.2.53:53")},
			[]string{"remote-support pc reported outbound tls " + relay},
		},
		{
			"a resolver that nobody uses speaks for itself", nil,
			topology.Site{},
			[]fact.Fact{ask("10.0.0.53", nsMAC, "192.0.2.53:53")},
			[]string{"remote-support ns reported outbound tls " + relay},
		},
		{
			"named in TLS, and answered", nil,
			topology.Site{},
			[]fact.Fact{
				fact.ServerName{Name: relay, Protocol: "tls", Client: end("10.0.0.10", pcMAC), Server: end(out+":443", "")},
				flow("10.0.0.10", pcMAC, out+":443", gwMAC, "tls"),
			},
			[]string{"remote-support pc confirmed outbound tls @" + out + " " + relay},
		},
		{
			"named in TLS by one who may have the address of another", nil,
			topology.Site{},
			[]fact.Fact{fact.ServerName{Name: relay, Protocol: "tls", Client: end("10.0.0.10", pc2MAC), Server: end(out+":443", "")}},
			[]string{"remote-support pc reported outbound tls @" + out + " " + relay},
		},
		{"through a proxy inside", nil, topology.Site{}, []fact.Fact{
			fact.ServerName{Name: relay, Protocol: "http", Client: end("10.0.0.10", pcMAC), Server: end("10.0.0.53:8080", nsMAC)},
			fact.ServerName{Name: relay, Protocol: "tls", Client: end("10.0.0.53", nsMAC), Server: end(out+":443", "")},
		}, []string{"remote-support pc reported outbound tls " + relay}},
		{
			"frames both ways with the address that the device was told", nil,
			topology.Site{},
			[]fact.Fact{ask("10.0.0.10", pcMAC, "10.0.0.53:53"), dns, answer, flow("10.0.0.10", pcMAC, out+":5938", "", "")},
			[]string{"remote-support pc confirmed outbound tls @" + out + " " + relay},
		},
		{
			"frames both ways with an address that nobody asked for", nil,
			topology.Site{},
			[]fact.Fact{dns, answer, flow("10.0.0.10", pcMAC, out+":5938", "", "")},
			[]string{"remote-support pc reported outbound tls @" + out + " " + relay},
		},
		{
			"a question that only an answer repeats", nil,
			topology.Site{},
			[]fact.Fact{ask("10.0.0.10", pcMAC, "10.0.0.53:53"), answer, flow("10.0.0.10", pcMAC, out+":5938", "", "")},
			[]string{"remote-support pc reported outbound tls @" + out + " " + relay},
		},
		{
			"an answer of another than was asked", nil,
			topology.Site{},
			[]fact.Fact{
				ask("10.0.0.10", pcMAC, "10.0.0.53:53"), dns, flow("10.0.0.10", pcMAC, out+":5938", "", ""),
				fact.NameAnswer{Name: relay, Addresses: []netip.Addr{ip(out)}, Server: ip("10.0.0.66")},
			},
			[]string{"remote-support pc reported outbound tls @" + out + " " + relay},
		},
		{
			"an answer to somebody else", nil,
			topology.Site{},
			[]fact.Fact{
				ask("10.0.1.5", phoneMAC, "10.0.0.53:53"), flow("10.0.1.5", phoneMAC, "10.0.0.53:53", nsMAC, "dns"), dns, answer,
				flow("10.0.0.10", pcMAC, out+":5938", "", ""),
			},
			[]string{"remote-support pc reported outbound tls @" + out + " " + relay},
		},
		{
			"a certificate agrees with the answer", nil,
			topology.Site{},
			[]fact.Fact{
				answer, flow("10.0.0.10", pcMAC, out+":443", "", "tls"),
				fact.SelfDescription{Host: end(out+":443", ""), Protocol: "tls", Field: "certificate-name", Value: "*.teamviewer.com"},
			},
			[]string{"remote-support pc confirmed outbound tls @" + out + " *.teamviewer.com " + relay},
		},
		{"an address that serves others too", nil, topology.Site{}, []fact.Fact{
			answer, fact.NameAnswer{Name: "www.example.com", Addresses: []netip.Addr{ip(out)}}, flow("10.0.0.10", pcMAC, out+":443", "", ""),
		}, nil},
		{"other names", nil, topology.Site{}, []fact.Fact{
			fact.ServerName{Name: "evil-teamviewer.com", Client: end("10.0.0.10", pcMAC), Server: end(out+":443", "")},
			fact.ServerName{Name: "teamviewer.com.evil.example", Client: end("10.0.0.10", pcMAC), Server: end(out+":443", "")},
			fact.ServerName{Name: "www.teamviewer.com", Client: end("10.0.0.10", pcMAC), Server: end(out+":443", "")},
		}, nil},
		{"a client outside", nil, topology.Site{}, []fact.Fact{ask("192.0.2.9", "", "192.0.2.53:53")}, nil},
		{
			"a router asks for its AFTR", nil,
			topology.Site{},
			[]fact.Fact{fact.NameQuery{Name: "gw.transix.jp", Type: "AAAA", Client: end("10.0.1.254", gw2MAC), Server: end("2404:8e00::53", "")}},
			[]string{"internet gw2 reported outbound ds-lite gw.transix.jp"},
		},
	})
}

func TestQualification(t *testing.T) {
	const hweb = "hweb.oqs.onshikaku.org"
	ra := fact.RouterAdvertisement{Router: ip("fe80::a4"), MAC: mac(gw2MAC), DefaultRouter: true, Prefixes: prefixes("2404:1a8:1::/64")}
	servers := ra
	servers.DNSServers = []netip.Addr{ip("2404:1a8:f583:d00::53:1")}
	ordinary := ra
	ordinary.DNSServers = []netip.Addr{ip("2404:1a8:7f01:a::3")}
	ask := fact.NameQuery{Name: hweb, Type: "AAAA", Client: end("10.0.0.10", pcMAC), Server: end("10.0.0.53:53", "")}
	through := func(m string) fact.Fact {
		return fact.ServerName{Name: hweb, Protocol: "tls", Client: end("10.0.0.10", pcMAC), Server: end("[2404:1a8::80]:443", m)}
	}
	runRules(t, []ruleTest{
		{"name servers announced", nil, topology.Site{}, []fact.Fact{servers}, []string{"online-qualification gw2 confirmed outbound ipoe+ipv6"}},
		{"a line of unknown use", nil, topology.Site{}, []fact.Fact{ordinary}, []string{"unclassified gw2 reported outbound ipoe+ipv6"}},
		{"a line, and a terminal that asks", nil, topology.Site{}, []fact.Fact{ra, ask}, []string{"online-qualification gw2 reported outbound ipoe+ipv6 " + hweb + " behind:pc"}},
		{"a terminal, no router", nil, topology.Site{}, []fact.Fact{ask}, []string{"online-qualification pc reported outbound " + hweb}},
		{
			"frames to the closed network show the router", nil,
			topology.Site{},
			[]fact.Fact{through(gw2MAC), flow("10.0.0.10", pcMAC, "[2404:1a8::80]:443", gw2MAC, "tls")},
			[]string{"online-qualification gw2 confirmed outbound ipoe+ipv6 @2404:1a8::80 " + hweb + " behind:pc"},
		},
		{
			"a switch on the path is not the router", nil,
			topology.Site{},
			[]fact.Fact{servers, through(gwMAC)},
			[]string{"online-qualification gw2 confirmed outbound ipoe+ipv6 @2404:1a8::80 " + hweb + " behind:pc"},
		},
		{"over the internet it is not that router", nil, topology.Site{}, []fact.Fact{servers, fact.ServerName{
			Name: "hweb.skg.onshikaku.org", Protocol: "tls", Client: end("10.0.0.10", pcMAC), Server: end("192.0.2.80:443", gwMAC),
		}}, []string{
			"online-qualification gw2 confirmed outbound ipoe+ipv6",
			"online-qualification pc reported outbound @192.0.2.80 hweb.skg.onshikaku.org",
		}},
		{
			"a global prefix", nil,
			topology.Site{},
			[]fact.Fact{fact.RouterAdvertisement{Router: ip("fe80::a4"), MAC: mac(gw2MAC), DefaultRouter: true, Prefixes: prefixes("2001:db8:5::/64")}},
			[]string{"internet gw2 reported outbound ipoe+ipv6"},
		},
		{
			"a prefix of MAP-E", nil,
			topology.Site{},
			[]fact.Fact{fact.RouterAdvertisement{Router: ip("fe80::a4"), MAC: mac(gw2MAC), DefaultRouter: true, Prefixes: prefixes("240b:10:5::/64")}},
			[]string{"internet gw2 reported outbound ipoe+ipv6+map-e"},
		},
		{"no default router, unique local, the hospital's own", nil, topology.Site{Inside: prefixes("2001:db8::/32")}, []fact.Fact{
			fact.RouterAdvertisement{MAC: mac(gw2MAC), Prefixes: prefixes("2001:1234::/64")},
			fact.RouterAdvertisement{MAC: mac(gw2MAC), DefaultRouter: true, Prefixes: prefixes("fd00:1::/64", "2001:db8:5::/64")},
		}, nil},
	})
}

func TestOwnTables(t *testing.T) {
	def := netip.MustParsePrefix("0.0.0.0/0")
	iface := func(agent fact.AgentID, typ uint32, descr, status string) fact.Interface {
		return fact.Interface{Agent: agent, IfIndex: 5, Type: typ, Descr: descr, OperStatus: status}
	}
	forwards := fact.SystemGroup{Agent: "gw", IPForward: "forwarding"}
	const rndis = "Remote NDIS based Internet Sharing Device"
	runRules(t, []ruleTest{
		{"cellular router", nil, topology.Site{}, []fact.Fact{forwards, iface("gw", 243, "", "up")}, []string{"vendor-lte gw confirmed outbound lte"}},
		{"cellular router, down", nil, topology.Site{}, []fact.Fact{forwards, iface("gw", 244, "", "down")}, []string{"vendor-lte gw inferred outbound lte"}},
		{"modem of a PC", nil, topology.Site{}, []fact.Fact{iface("pc", 243, "", "up")}, []string{"usb-tether pc confirmed outbound lte"}},
		{"modem by its name on Linux", nil, topology.Site{}, []fact.Fact{iface("pc", 1, "wwan0", "up")}, []string{"usb-tether pc confirmed outbound lte"}},
		{"IPsec on BSD has the same number", nil, topology.Site{}, []fact.Fact{forwards, iface("gw", 244, "enc0", "up")}, nil},
		{"phone", nil, topology.Site{}, []fact.Fact{iface("pc", 6, rndis, "up")}, []string{"usb-tether pc confirmed outbound usb"}},
		{"phone that is only charged", nil, topology.Site{}, []fact.Fact{iface("pc", 6, "Apple Mobile Device Ethernet", "down")}, []string{"usb-tether pc inferred outbound usb"}},
		{"an alias is what somebody wrote", nil, topology.Site{}, []fact.Fact{fact.Interface{Agent: "gw", IfIndex: 5, Type: 6, Alias: rndis, OperStatus: "up"}}, nil},
		{"an ordinary interface", nil, topology.Site{}, []fact.Fact{iface("pc", 6, "Realtek USB GbE Family Controller", "up")}, nil},
		{"default route outside", nil, topology.Site{}, []fact.Fact{fact.Route{Agent: "gw", Destination: def, NextHop: ip("192.0.2.1"), IfIndex: 5}}, []string{"internet gw confirmed outbound @192.0.2.1"}},
		{"default route to a carrier", nil, topology.Site{}, []fact.Fact{fact.Route{Agent: "gw", Destination: def, NextHop: ip("100.64.0.1"), IfIndex: 5}}, []string{"internet gw confirmed outbound @100.64.0.1"}},
		{"default route over ppp", nil, topology.Site{}, []fact.Fact{iface("gw", 23, "ppp0", "up"), fact.Route{Agent: "gw", Destination: def, NextHop: ip("0.0.0.0"), IfIndex: 5}}, []string{"internet gw confirmed outbound ppp"}},
		{"ppp that is down", nil, topology.Site{}, []fact.Fact{iface("gw", 23, "ppp0", "down"), fact.Route{Agent: "gw", Destination: def, NextHop: ip("0.0.0.0"), IfIndex: 5}}, nil},
		{"default route inside, other routes, refused ones", nil, topology.Site{}, []fact.Fact{
			fact.Route{Agent: "gw", Destination: def, NextHop: ip("10.0.1.254"), IfIndex: 5},
			fact.Route{Agent: "gw", Destination: netip.MustParsePrefix("172.16.0.0/12"), NextHop: ip("192.0.2.1"), IfIndex: 5},
			fact.Route{Agent: "gw", Destination: def, NextHop: ip("192.0.2.1"), IfIndex: 6, Type: "blackhole"},
			fact.InterfaceAddress{Agent: "gw", IfIndex: 6, Address: netip.MustParsePrefix("192.0.2.5/24")},
		}, nil},
	})
}

func TestMakers(t *testing.T) {
	const rut = "00:1e:42:00:00:09"
	teltonika := small(host{name: "rut", mac: rut, vendor: "Teltonika"}, host{name: "other", mac: "00:00:5e:00:53:b1", vendor: "Moxa"})
	igd := func(m string) fact.Fact {
		return fact.ServiceAnnouncement{Protocol: "ssdp", Service: "urn:schemas-upnp-org:device:InternetGatewayDevice:1", MAC: mac(m)}
	}
	runRules(t, []ruleTest{
		{"sysObjectID", nil, topology.Site{}, []fact.Fact{fact.SystemGroup{Agent: "gw", SysObjectID: "1.3.6.1.4.1.48690.1"}}, []string{"vendor-lte gw inferred outbound lte"}},
		{"sysObjectID of others", nil, topology.Site{}, []fact.Fact{
			fact.SystemGroup{Agent: "gw", SysObjectID: "1.3.6.1.4.1.486901.1"},
			fact.SystemGroup{Agent: "gw2", SysObjectID: "1.3.6.1.4.1.1182.2"},
			fact.SystemGroup{Agent: "pc", SysObjectID: "1.3.6.1.4.1.99999999999999999999"},
			fact.SystemGroup{Agent: "pc2", SysObjectID: "0.0"},
		}, nil},
		{"maker and gateway", teltonika, topology.Site{}, []fact.Fact{fact.Station{MAC: mac(rut)}, igd(rut)}, []string{"vendor-lte rut inferred outbound lte"}},
		{"maker and DHCP server", teltonika, topology.Site{}, []fact.Fact{fact.DHCPServer{MAC: mac(rut), Version: 4}}, []string{"vendor-lte rut inferred outbound lte"}},
		{"maker alone", teltonika, topology.Site{}, []fact.Fact{fact.Station{MAC: mac(rut)}}, nil},
		{"gateway of another maker", teltonika, topology.Site{}, []fact.Fact{igd("00:00:5e:00:53:b1")}, []string{"internet other reported outbound"}},
		{"another service", teltonika, topology.Site{}, []fact.Fact{fact.ServiceAnnouncement{Protocol: "ssdp", Service: "urn:schemas-upnp-org:device:MediaServer:1", MAC: mac(rut)}}, nil},
	})
}

func TestPools(t *testing.T) {
	iphone := func(name, m, own string) host { return host{name: name, mac: m, ips: []string{own, "172.20.10.2"}} }
	announce := func(m, from string) fact.Fact {
		return fact.AddressSet{MAC: mac(m), From: ip(from), Protocol: "mdns", Addresses: []netip.Addr{ip(from), ip("172.20.10.2")}}
	}
	three := small(iphone("a", "00:00:5e:00:53:b1", "10.0.0.21"), iphone("b", "00:00:5e:00:53:b2", "10.0.0.22"), iphone("c", "00:00:5e:00:53:b3", "10.0.0.23"))
	def := netip.MustParsePrefix("0.0.0.0/0")
	runRules(t, []ruleTest{
		{"announced", nil, topology.Site{}, []fact.Fact{announce(pcMAC, "10.0.0.10")}, []string{"usb-tether pc inferred outbound tethering"}},
		{"announced in the name of another", nil, topology.Site{}, []fact.Fact{announce(pc2MAC, "10.0.0.10")}, nil},
		{"one that passes on what another announces", nil, topology.Site{}, []fact.Fact{fact.AddressSet{
			MAC: mac(pc2MAC), From: ip("10.0.0.11"), Protocol: "mdns", Addresses: []netip.Addr{ip("10.0.0.10"), ip("172.20.10.2")},
		}}, nil},
		{"announced alone, from the address here", nil, topology.Site{}, []fact.Fact{fact.AddressSet{
			MAC: mac(pcMAC), From: ip("10.0.0.10"), Protocol: "ssdp", Addresses: []netip.Addr{ip("172.20.10.2")},
		}}, []string{"usb-tether pc inferred outbound tethering"}},
		{"name claimed", nil, topology.Site{}, []fact.Fact{fact.NameClaim{Name: "PC", Protocol: "nbns", IP: ip("192.168.137.5"), MAC: mac(pcMAC)}}, []string{"usb-tether pc inferred outbound tethering"}},
		{"asked for from a DHCP server", nil, topology.Site{}, []fact.Fact{
			fact.DHCPClient{MAC: mac(pcMAC), Version: 4, IP: ip("172.20.10.2")},
			fact.NameClaim{Name: "PC", Protocol: "dhcp", IP: ip("172.20.10.2"), MAC: mac(pcMAC)},
			fact.AddressBinding{IP: ip("172.20.10.2"), MAC: mac(pcMAC)},
		}, nil},
		{"a declared zone", nil, topology.Site{Zones: []topology.Zone{{Name: "z", Prefixes: prefixes("172.20.0.0/16")}}}, []fact.Fact{announce(pcMAC, "10.0.0.10")}, nil},
		{"three have addresses there", three, topology.Site{}, []fact.Fact{announce("00:00:5e:00:53:b1", "10.0.0.21")}, nil},
		{
			"the phone itself", small(host{name: "phone", mac: "02:00:5e:00:53:01", ips: []string{"172.20.10.1", "10.0.0.30"}}),
			topology.Site{},
			[]fact.Fact{fact.AddressSet{MAC: mac("02:00:5e:00:53:01"), Protocol: "mdns", Addresses: []netip.Addr{ip("172.20.10.1"), ip("10.0.0.30")}}},
			nil,
		},
		{
			"only there, not here", small(host{name: "x", mac: "00:00:5e:00:53:b1", ips: []string{"172.20.10.2"}}),
			topology.Site{},
			[]fact.Fact{fact.AddressSet{MAC: mac("00:00:5e:00:53:b1"), From: ip("172.20.10.2"), Protocol: "mdns", Addresses: []netip.Addr{ip("172.20.10.2")}}},
			nil,
		},
		{
			"a network on the cables, where another lives", small(host{name: "x", mac: "00:00:5e:00:53:b1", ips: []string{"192.168.8.20"}}, host{name: "two", mac: "00:00:5e:00:53:b2", ips: []string{"10.0.0.30", "192.168.8.2"}}),
			topology.Site{},
			[]fact.Fact{
				fact.AddressBinding{IP: ip("192.168.8.20"), MAC: mac("00:00:5e:00:53:b1")},
				fact.AddressSet{MAC: mac("00:00:5e:00:53:b2"), From: ip("10.0.0.30"), Protocol: "mdns", Addresses: []netip.Addr{ip("10.0.0.30"), ip("192.168.8.2")}},
			},
			nil,
		},
		{
			"a network on the cables, where a server gives out addresses", small(host{name: "two", mac: "00:00:5e:00:53:b2", ips: []string{"10.0.0.30", "192.168.8.2"}}),
			topology.Site{},
			[]fact.Fact{
				fact.DHCPServer{IP: ip("10.0.0.53"), MAC: mac(nsMAC), Version: 4, Subnet: netip.MustParsePrefix("192.168.8.0/24")},
				fact.AddressSet{MAC: mac("00:00:5e:00:53:b2"), From: ip("10.0.0.30"), Protocol: "mdns", Addresses: []netip.Addr{ip("10.0.0.30"), ip("192.168.8.2")}},
			},
			nil,
		},
		{
			"weak hosts answer on the wrong cable", nil,
			topology.Site{},
			[]fact.Fact{fact.AddressBinding{IP: ip("172.20.10.2"), MAC: mac(pcMAC)}, announce(pcMAC, "10.0.0.10")},
			[]string{"usb-tether pc inferred outbound tethering"},
		},
		{"own tables, over a wireless interface", nil, topology.Site{}, []fact.Fact{
			fact.Interface{Agent: "pc", IfIndex: 3, Type: 71, OperStatus: "up"},
			fact.InterfaceAddress{Agent: "pc", IfIndex: 3, Address: netip.MustParsePrefix("192.168.8.132/24")},
		}, []string{"usb-tether pc inferred outbound wifi"}},
		{"own tables with a default route", nil, topology.Site{}, []fact.Fact{
			fact.InterfaceAddress{Agent: "pc", IfIndex: 7, Address: netip.MustParsePrefix("192.168.42.23/24")},
			fact.Route{Agent: "pc", Destination: def, NextHop: ip("192.168.42.129"), IfIndex: 7},
		}, []string{"usb-tether pc confirmed outbound usb"}},
	})
}

func TestScanAndExchange(t *testing.T) {
	port := func(addr, service, product, state string) fact.Port {
		return fact.Port{IP: ip(addr), Transport: "tcp", Port: 1194, State: state, Service: service, Product: product, Assumed: "openvpn"}
	}
	runRules(t, []ruleTest{
		{"a product", nil, topology.Site{}, []fact.Fact{port("10.0.0.10", "", "OpenVPN Access Server", "open")}, []string{"vendor-vpn pc inferred inbound openvpn"}},
		{"a service that a probe named", nil, topology.Site{}, []fact.Fact{port("10.0.0.10", "isakmp", "", "open")}, []string{"vendor-vpn pc inferred inbound ipsec"}},
		{"a port number", nil, topology.Site{}, []fact.Fact{port("10.0.0.10", "", "", "open")}, nil},
		{"not open for sure", nil, topology.Site{}, []fact.Fact{port("10.0.0.10", "openvpn", "", "open|filtered")}, nil},
		{"an ordinary product", nil, topology.Site{}, []fact.Fact{port("10.0.0.10", "http", "Fortinet security device httpd", "open")}, nil},
		{"a host outside", nil, topology.Site{}, []fact.Fact{port("192.0.2.1", "openvpn", "", "open")}, nil},
		{"remote tool", nil, topology.Site{}, []fact.Fact{port("10.0.0.10", "teamviewer", "TeamViewer", "open")}, []string{"remote-support pc inferred outbound tls"}},
		{
			"HL7 from outside, one way", nil,
			topology.Site{},
			[]fact.Fact{fact.Flow{Client: end("192.0.2.9", ""), Server: end("10.0.0.10:2575", pcMAC), Protocol: "tcp", App: "hl7"}},
			[]string{"partner-exchange pc reported inbound hl7 @192.0.2.9"},
		},
		{
			"the messages of a remote tool", nil,
			topology.Site{},
			[]fact.Fact{flow("10.0.0.10", pcMAC, "192.0.2.9:5938", "", "teamviewer")},
			[]string{"remote-support pc confirmed outbound @192.0.2.9"},
		},
		{
			"a screen opened from outside", nil,
			topology.Site{},
			[]fact.Fact{fact.Flow{Client: end("192.0.2.9", ""), Server: end("10.0.0.10:6900", pcMAC), Protocol: "tcp", App: "vnc", Answered: true}},
			[]string{"remote-support pc confirmed inbound vnc @192.0.2.9"},
		},
		{
			"a screen opened with Radmin", nil,
			topology.Site{},
			[]fact.Fact{fact.Flow{Client: end("192.0.2.9", ""), Server: end("10.0.0.10:4899", pcMAC), Protocol: "tcp", App: "radmin", Answered: true}},
			[]string{"remote-support pc confirmed inbound radmin @192.0.2.9"},
		},
		{"SSH to a server outside", nil, topology.Site{}, []fact.Fact{flow("10.0.0.10", pcMAC, "192.0.2.9:22", "", "ssh")}, nil},
		{"DICOM inside", nil, topology.Site{}, []fact.Fact{flow("10.0.0.10", pcMAC, "10.0.0.11:104", pc2MAC, "dicom")}, nil},
		{"the port of DICOM", nil, topology.Site{}, []fact.Fact{flow("10.0.0.10", pcMAC, "192.0.2.9:104", "", "")}, nil},
	})
}

func TestGateways(t *testing.T) {
	const web = "192.0.2.80:443"
	var circle []fact.Fact
	for _, r := range [][2]string{{"gw", "10.0.1.254"}, {"gw2", "10.0.1.1"}} {
		circle = append(circle, fact.Route{Agent: fact.AgentID(r[0]), Destination: netip.MustParsePrefix("0.0.0.0/0"), NextHop: ip(r[1]), IfIndex: 1})
	}
	browse := flow("10.0.0.10", pcMAC, web, gwMAC, "tls")
	igd := fact.DHCPServer{IP: ip("10.0.0.1"), MAC: mac(gwMAC), Version: 4, Routers: []netip.Addr{ip("10.0.0.1")}}
	oneWay := browse
	oneWay.Answered = false
	again := oneWay
	again.Server.Port = 80
	runRules(t, []ruleTest{
		{"nobody knows it", nil, topology.Site{}, []fact.Fact{browse}, []string{"unclassified gw confirmed outbound @192.0.2.80 behind:pc"}},
		{"nobody knows it, one way", nil, topology.Site{}, []fact.Fact{oneWay, again}, []string{"unclassified gw reported outbound @192.0.2.80 behind:pc"}},
		{"nobody knows it, one frame", nil, topology.Site{}, []fact.Fact{oneWay}, nil},
		{"named as router by DHCP", nil, topology.Site{}, []fact.Fact{browse, igd}, []string{"internet gw confirmed outbound behind:pc"}},
		{
			"announces itself as router", nil,
			topology.Site{},
			[]fact.Fact{browse, fact.NeighborAnnouncement{Protocol: "lldp", MAC: mac(gwMAC), Neighbor: fact.Neighbor{Capabilities: []string{"bridge", "router"}}}},
			[]string{"internet gw confirmed outbound behind:pc"},
		},
		{
			"a neighbour says so", nil,
			topology.Site{},
			[]fact.Fact{browse, fact.RemoteNeighbor{Agent: "pc", Protocol: "lldp", Neighbor: fact.Neighbor{ChassisID: gwMAC, ChassisIDSubtype: "macAddress", Capabilities: []string{"router"}}}},
			[]string{"internet gw confirmed outbound behind:pc"},
		},
		{
			"a bridge is no router", nil,
			topology.Site{},
			[]fact.Fact{browse, fact.NeighborAnnouncement{Protocol: "lldp", MAC: mac(gwMAC), Neighbor: fact.Neighbor{Capabilities: []string{"bridge"}}}},
			[]string{"unclassified gw confirmed outbound @192.0.2.80 behind:pc"},
		},
		{"routes inside: somewhere behind", nil, topology.Site{}, []fact.Fact{browse, flow("10.0.0.10", pcMAC, "10.0.0.53:80", gwMAC, "")}, []string{"internet gw inferred outbound behind:pc"}},
		{"the last of a chain, by tables", nil, topology.Site{}, append(routed(), browse), []string{internetGW2 + " behind:pc"}},
		{"the last of a chain, by frames", nil, topology.Site{}, []fact.Fact{browse, flow("10.0.0.10", gwMAC, web, gw2MAC, "tls"), igd}, []string{
			"unclassified gw2 confirmed outbound @192.0.2.80 behind:pc",
		}},
		{"in a circle", nil, topology.Site{}, append(circle, browse), []string{"internet gw inferred outbound behind:pc"}},
		{
			"from outside to inside", nil,
			topology.Site{},
			append(routed(), fact.Flow{Client: end("192.0.2.9", gwMAC), Server: end("10.0.0.10:22", pcMAC), Protocol: "tcp", Answered: true}),
			[]string{"internet gw2 confirmed both @192.0.2.1 behind:pc"},
		},
		{
			"a tunnel through it", nil,
			topology.Site{},
			append(routed(), tunnel("ike", "10.0.0.10:500", pcMAC, "203.0.113.10:500", gwMAC, true)),
			[]string{internetGW2 + " behind:pc", "vendor-vpn pc confirmed outbound ipsec @203.0.113.10"},
		},
		{"beyond the way out", small(host{name: "fw", ips: []string{"198.51.100.2"}, own: true}), topology.Site{}, []fact.Fact{flow("198.51.100.2", "", web, gw2MAC, "tls")}, nil},
		{
			"a server outside at its own MAC", small(host{name: "isp", mac: "00:00:5e:00:53:b9", ips: []string{"192.0.2.80"}}),
			topology.Site{},
			[]fact.Fact{flow("10.0.0.10", pcMAC, web, "00:00:5e:00:53:b9", "")},
			nil,
		},
		{"inside traffic", nil, topology.Site{}, []fact.Fact{flow("10.0.0.10", pcMAC, "10.9.0.1:80", gwMAC, ""), flow("10.0.0.10", pcMAC, "224.0.0.251:5353", "01:00:5e:00:00:fb", "")}, nil},
		{"into a closed network", nil, topology.Site{}, []fact.Fact{flow("10.0.0.10", pcMAC, "[2404:1a8::1]:80", gwMAC, "")}, []string{"unclassified gw confirmed outbound ipv6 behind:pc"}},
		{"into a closed network, from an address of its line", small(host{name: "ons", mac: "00:00:5e:00:53:b1", ips: []string{"2404:1a8:1::50"}}), topology.Site{}, []fact.Fact{
			fact.RouterAdvertisement{MAC: mac(gw2MAC), Prefixes: prefixes("2404:1a8:1::/64")}, flow("2404:1a8:1::50", "00:00:5e:00:53:b1", "[2404:1a8::1]:80", gw2MAC, ""),
		}, []string{"unclassified gw2 confirmed outbound ipoe+ipv6 behind:ons"}},
	})
}

// One service is one way out, whatever it talks with, and so is a chain of
// routers of which each hides what is behind it.
func TestOneWayOut(t *testing.T) {
	const a, b = "192.0.2.80", "203.0.113.10"
	home := small(host{name: "r1", mac: "00:00:5e:00:53:b1", ips: []string{"10.0.0.254", "192.168.1.2"}, gateway: true}, host{name: "r2", mac: "00:00:5e:00:53:b2", ips: []string{"192.168.1.1"}, gateway: true})
	browse := flow("10.0.0.10", pcMAC, a+":443", "00:00:5e:00:53:b1", "tls")
	offer := fact.DHCPServer{IP: ip("10.0.0.254"), MAC: mac("00:00:5e:00:53:b1"), Version: 4, Routers: []netip.Addr{ip("10.0.0.254")}}
	runRules(t, []ruleTest{
		{
			"a mesh with many members", nil,
			topology.Site{},
			[]fact.Fact{
				tunnel("tailscale", "10.0.0.10:41641", pcMAC, a+":3478", gwMAC, true), tunnel("tailscale", "10.0.0.10:41641", pcMAC, b+":41641", gwMAC, true),
				tunnel("wireguard", "10.0.0.10:41641", pcMAC, b+":41641", gwMAC, true),
				fact.NameQuery{Name: "controlplane.tailscale.com", Type: "A", Client: end("10.0.0.10", pcMAC), Server: end("10.0.0.53:53", "")},
			},
			[]string{"vendor-vpn pc confirmed outbound tailscale+wireguard @" + a + " @" + b + " controlplane.tailscale.com"},
		},
		{
			"two servers of SSL-VPN are two", nil,
			topology.Site{},
			[]fact.Fact{tunnel("anyconnect", "10.0.0.10", pcMAC, a+":443", "", true), tunnel("anyconnect", "10.0.0.10", pcMAC, b+":443", "", true)},
			[]string{"vendor-vpn pc confirmed outbound ssl-vpn @" + a, "vendor-vpn pc confirmed outbound ssl-vpn @" + b},
		},
		{
			"beside a gateway that carries other traffic too", nil,
			topology.Site{},
			[]fact.Fact{tunnel("ike", "10.0.0.10:500", pcMAC, b+":500", gwMAC, true), flow("10.0.0.11", pc2MAC, a+":443", gwMAC, "tls")},
			[]string{"unclassified gw confirmed outbound @" + a + " @" + b + " behind:pc,pc2", "vendor-vpn pc confirmed outbound ipsec @" + b},
		},
		{
			"through a gateway beside the known one", nil,
			topology.Site{},
			append(routed(), tunnel("ike", "10.0.0.10:500", pcMAC, b+":500", pc2MAC, true)),
			[]string{internetGW2, "unclassified pc2 confirmed outbound @" + b + " behind:pc", "vendor-vpn pc confirmed outbound ipsec @" + b},
		},
		{
			"a router behind a router", home,
			topology.Site{},
			[]fact.Fact{browse, flow("192.168.1.2", "00:00:5e:00:53:b1", a+":443", "00:00:5e:00:53:b2", "tls"), offer},
			[]string{"unclassified r2 confirmed outbound @" + a + " behind:pc,r1"},
		},
		{
			"a router that talks with another party", home,
			topology.Site{},
			[]fact.Fact{browse, flow("192.168.1.2", "00:00:5e:00:53:b1", b+":443", "00:00:5e:00:53:b2", "tls"), offer},
			[]string{"internet r1 confirmed outbound behind:pc", "unclassified r2 confirmed outbound @" + b + " behind:r1"},
		},
	})
}

// A file of the operator's own names parties that kanmon does not know.
func TestOperatorSignatures(t *testing.T) {
	const own = `version: 1
signatures:
  - id: regional-network
    service: 地域連携ネットワーク
    category: partner-exchange
    transport: [ipsec]
    organisation: {ja: 県医師会, en: Medical association}
    match: {remotes: [203.0.113.0/28]}
    source: contract
    confidence: high
    examples: {match: [{remote: 203.0.113.10}], reject: [{remote: 203.0.113.16}]}
`
	mine, err := signature.Load(strings.NewReader(own), "own.yaml")
	if err != nil {
		t.Fatal(err)
	}
	obs := observe(t, []fact.Fact{tunnel("ike", "10.0.0.10:500", pcMAC, "203.0.113.10:500", "", true)})
	got := classify.Connections(obs, newFake(small()), topology.Site{}, signatures(t).With(mine))
	if len(got) != 1 || short(got[0]) != "partner-exchange pc confirmed outbound ipsec @203.0.113.10" ||
		got[0].Service != "地域連携ネットワーク" || got[0].Remote.Organisation != "Medical association" || got[0].Signature != "regional-network" {
		t.Errorf("got %+v", got)
	}
}

// Names and addresses made up by a sender do not make a connection endless.
func TestBounds(t *testing.T) {
	var in []fact.Fact
	for i := range 3000 {
		in = append(in,
			fact.ServerName{Name: fmt.Sprintf("r%d.teamviewer.com", i), Protocol: "tls", Client: end("10.0.0.10", pcMAC), Server: end(fmt.Sprintf("192.0.%d.%d:443", i/250, i%250), gwMAC)},
			flow("10.0.0.10", pcMAC, fmt.Sprintf("192.0.%d.%d:443", i/250, i%250), gwMAC, ""),
		)
	}
	for _, x := range find(t, small(), topology.Site{}, in) {
		if len(x.Remote.Names) > 100 || len(x.Remote.Addresses) > 100 || len(x.Evidence) > 200 {
			t.Errorf("%s: %d names, %d addresses, %d pieces of evidence", x.Category, len(x.Remote.Names), len(x.Remote.Addresses), len(x.Evidence))
		}
	}
}
