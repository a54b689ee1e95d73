package classify_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify"
)

// What a device's tables and configuration tell of its lines.
func TestToldLines(t *testing.T) {
	line := func(agent fact.AgentID, typ, state string, configured bool) fact.Fact {
		return fact.Line{Agent: agent, Name: "wan", Type: typ, State: state, Configured: configured}
	}
	forwards := fact.SystemGroup{Agent: "gw", IPForward: "forwarding"}
	ngn := prefixes("2404:1a8:f583:d00::53:1/128")[0].Addr()
	names := func(agent fact.AgentID, servers ...netip.Addr) fact.Fact {
		return fact.NameRoute{Agent: agent, Domain: "onshikaku.org", Servers: servers}
	}
	def := netip.MustParsePrefix("0.0.0.0/0")
	const oqs = "onshikaku.org"
	runRules(t, []ruleTest{
		{"up by its own tables", nil, topology.Site{}, []fact.Fact{line("gw", "pppoe", "up", false)}, []string{"internet gw confirmed outbound pppoe"}},
		{"in its own tables", nil, topology.Site{}, []fact.Fact{line("gw", "dsl", "", false)}, []string{"internet gw reported outbound dsl"}},
		{"down by its own tables", nil, topology.Site{}, []fact.Fact{line("gw", "pppoe", "down", false)}, []string{"internet gw inferred outbound pppoe"}},
		{"configured", nil, topology.Site{}, []fact.Fact{line("gw", "dhcp", "", true)}, []string{"internet gw confirmed outbound"}},
		{"configured and shut down", nil, topology.Site{}, []fact.Fact{line("gw", "pppoe", "down", true)}, []string{"internet gw inferred outbound pppoe"}},
		{"configured, and up by its tables", nil, topology.Site{}, []fact.Fact{line("gw", "pppoe", "", true), line("gw", "ppp", "up", false)}, []string{"internet gw confirmed outbound pppoe"}},
		{"a tunnel of another provider that is shut down, beside a line", nil, topology.Site{}, []fact.Fact{
			fact.TunnelEnd{Agent: "gw", Type: "4in6", Remote: ip("2404:8e00::feed:100"), State: "down", Configured: true}, line("gw", "pppoe", "", true),
		}, []string{"internet gw confirmed outbound pppoe"}},
		{"one that is shut down, alone", nil, topology.Site{}, []fact.Fact{
			fact.TunnelEnd{Agent: "gw", Type: "4in6", Remote: ip("2404:8e00::feed:100"), State: "down", Configured: true},
		}, []string{"internet gw inferred outbound ds-lite @2404:8e00::feed:100"}},
		{"ISDN", nil, topology.Site{}, []fact.Fact{line("gw", "isdn", "", true)}, []string{"unclassified gw confirmed outbound isdn"}},
		{"cellular of a router", nil, topology.Site{}, []fact.Fact{forwards, line("gw", "lte", "up", false)}, []string{"vendor-lte gw confirmed outbound lte"}},
		{"modem of a router", nil, topology.Site{}, []fact.Fact{forwards, line("gw", "usb-modem", "", true)}, []string{"vendor-lte gw confirmed outbound lte+usb"}},
		{"modem of a PC", nil, topology.Site{}, []fact.Fact{line("pc", "usb-modem", "up", false)}, []string{"usb-tether pc confirmed outbound lte+usb"}},
		{"the default route over a cellular line is the same way out", nil, topology.Site{}, []fact.Fact{
			forwards,
			fact.Line{Agent: "gw", Name: "ppp0", Type: "lte", IfIndex: 5, State: "up"},
			fact.Interface{Agent: "gw", IfIndex: 5, Type: 23, OperStatus: "up"},
			fact.Route{Agent: "gw", Destination: def, NextHop: ip("0.0.0.0"), IfIndex: 5},
		}, []string{"vendor-lte gw confirmed outbound lte"}},
		{"cellular, of a kind that is not told", nil, topology.Site{}, []fact.Fact{forwards, line("gw", "mobile", "up", false), line("gw", "5g", "", false)}, []string{"vendor-lte gw confirmed outbound lte"}},
		{"PPP that leads out", nil, topology.Site{}, []fact.Fact{
			fact.Line{Agent: "gw", Type: "ppp", IfIndex: 5, State: "up"}, fact.Interface{Agent: "gw", IfIndex: 5, Type: 23, OperStatus: "up"}, fact.InterfaceAddress{Agent: "gw", IfIndex: 5, Address: netip.MustParsePrefix("192.0.2.9/32")},
		}, []string{"internet gw confirmed outbound ppp"}},
		{"PPP of one who dials in, and of a system that has it always", nil, topology.Site{}, []fact.Fact{
			fact.Line{Agent: "gw", Type: "ppp", IfIndex: 5, State: "up"},
			fact.Interface{Agent: "gw", IfIndex: 5, Type: 23, OperStatus: "up"},
			fact.InterfaceAddress{Agent: "gw", IfIndex: 5, Address: netip.MustParsePrefix("10.0.9.1/32")},
			line("pc", "ppp", "down", false),
		}, nil},
		{"nobody's", nil, topology.Site{}, []fact.Fact{line("other", "pppoe", "up", false)}, nil},
		{"IPoE of which the use is not told", nil, topology.Site{}, []fact.Fact{line("gw", "ipoe", "", true)}, []string{"internet gw confirmed outbound ipoe+ipv6"}},
		{
			"IPoE, and names of online qualification asked for in the closed network", nil,
			topology.Site{},
			[]fact.Fact{line("gw", "ipoe", "", true), names("gw", ngn)},
			[]string{"online-qualification gw confirmed outbound ipoe+ipv6 @" + ngn.String() + " " + oqs},
		},
		{
			"the same beside a line to the internet", nil,
			topology.Site{},
			[]fact.Fact{line("gw", "ipoe", "", true), names("gw", ngn), line("gw", "pppoe", "up", false), fact.TunnelEnd{Agent: "gw", Type: "map-e", Configured: true}},
			[]string{"internet gw confirmed outbound map-e+pppoe", "online-qualification gw confirmed outbound ipoe+ipv6 @" + ngn.String() + " " + oqs},
		},
		{"names asked for at a server inside", nil, topology.Site{}, []fact.Fact{names("gw", ip("10.0.1.254"))}, []string{"online-qualification gw2 reported outbound " + oqs + " behind:gw"}},
		{"names asked for at nobody known", nil, topology.Site{}, []fact.Fact{names("gw", ip("10.0.9.9"))}, []string{"online-qualification gw reported outbound " + oqs}},
		{"names in the closed network, along the routes", nil, topology.Site{}, []fact.Fact{
			names("gw", ngn), fact.Route{Agent: "gw", Destination: netip.MustParsePrefix("::/0"), NextHop: ip("fe80::a4"), IfIndex: 2},
		}, []string{"online-qualification gw2 reported outbound @" + ngn.String() + " " + oqs + " behind:gw"}},
		{"names of others", nil, topology.Site{}, []fact.Fact{fact.NameRoute{Agent: "gw", Domain: "example.jp", Servers: []netip.Addr{ip("10.0.1.254")}}, fact.NameRoute{Agent: "gw", Domain: "."}}, nil},
		{"a modem on a USB port", nil, topology.Site{}, []fact.Fact{forwards, fact.USBDevice{Agent: "gw", VendorID: "12D1", ProductID: "1506"}}, []string{"vendor-lte gw reported outbound lte+usb"}},
		{"a modem on a PC's USB port", nil, topology.Site{}, []fact.Fact{fact.USBDevice{Agent: "pc", VendorID: "2c7c", ProductID: "0125"}}, []string{"usb-tether pc reported outbound lte+usb"}},
		{"a phone", nil, topology.Site{}, []fact.Fact{fact.USBDevice{Agent: "pc", VendorID: "05ac", ProductID: "12a8"}}, []string{"usb-tether pc inferred outbound usb"}},
		{"a memory stick", nil, topology.Site{}, []fact.Fact{fact.USBDevice{Agent: "gw", VendorID: "0781", ProductID: "5567"}}, nil},
	})
}

// What they tell of tunnels.
func TestToldTunnels(t *testing.T) {
	const far, far2 = "203.0.113.10", "203.0.113.11"
	ends := func(f fact.TunnelEnd) fact.Fact { f.Agent = "gw"; return f }
	runRules(t, []ruleTest{
		{"up by its own tables", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "ipsec", Remote: ip(far), State: "up"})}, []string{"vendor-vpn gw confirmed outbound ipsec @" + far}},
		{"down by its own tables", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "gre", Remote: ip(far), State: "down"})}, []string{"vendor-vpn gw inferred outbound gre @" + far}},
		{"configured", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "ipsec", Remote: ip(far), Configured: true})}, []string{"vendor-vpn gw confirmed outbound ipsec @" + far}},
		{"with a host by its name", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "ipsec", RemoteName: "VPN.example.com", Configured: true})}, []string{"vendor-vpn gw confirmed outbound ipsec vpn.example.com"}},
		{"with one who comes", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "ipsec", RemoteName: "ct-maker", Configured: true})}, []string{"vendor-vpn gw confirmed inbound ipsec ct-maker"}},
		{"with one who comes from anywhere and has the name of a host", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "ipsec", RemoteName: "ct.maker.example.com", Calls: true, Configured: true})}, []string{"vendor-vpn gw confirmed inbound ipsec ct.maker.example.com"}},
		{
			"a door for whoever comes, beside a tunnel with one party", nil,
			topology.Site{},
			[]fact.Fact{
				ends(fact.TunnelEnd{Type: "ipsec", Name: "WAN 10", Remote: ip(far), Configured: true}), ends(fact.TunnelEnd{Type: "ipsec", Name: "WAN 65535", Calls: true, Configured: true}),
				fact.RemoteAccess{Agent: "gw", Type: "ike", Transport: "udp", Port: 500, Configured: true},
			},
			[]string{"vendor-vpn gw confirmed inbound ipsec", "vendor-vpn gw confirmed outbound ipsec @" + far},
		},
		{"with nobody told", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "l2tp", Name: "tunnel3", Configured: true})}, []string{"vendor-vpn gw confirmed inbound l2tp"}},
		{"with nobody told by its tables, for two pairs of networks", nil, topology.Site{}, []fact.Fact{
			ends(fact.TunnelEnd{Type: "ipsec", Name: "VPN1/a", State: "up"}), ends(fact.TunnelEnd{Type: "ipsec", Name: "VPN1/b", State: "down"}),
		}, []string{"vendor-vpn gw confirmed outbound ipsec"}},
		{"two with one party are one, another is another", nil, topology.Site{}, []fact.Fact{
			ends(fact.TunnelEnd{Type: "ipsec", Name: "a", Remote: ip(far), State: "up"}), ends(fact.TunnelEnd{Type: "gre", Name: "b", Remote: ip(far), State: "up"}), ends(fact.TunnelEnd{Type: "ipsec", Name: "c", Remote: ip(far2)}),
		}, []string{"vendor-vpn gw confirmed outbound gre+ipsec @" + far, "vendor-vpn gw reported outbound ipsec @" + far2}},
		{"inside", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "gre", Remote: ip("10.0.9.9"), State: "up"})}, nil},
		{"a softwire is a line", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "4in6", Remote: ip("2404:8e00::feed:100"), State: "up"})}, []string{"internet gw confirmed outbound ds-lite @2404:8e00::feed:100"}},
		{"a softwire by its name", nil, topology.Site{}, []fact.Fact{ends(fact.TunnelEnd{Type: "4in6", RemoteName: "gw.transix.jp", Configured: true})}, []string{"internet gw confirmed outbound ds-lite"}},
		{
			"heard, in its tables and in its configuration", nil,
			topology.Site{},
			[]fact.Fact{
				tunnel("ike", "10.0.0.1:500", gwMAC, far+":500", gw2MAC, true), ends(fact.TunnelEnd{Type: "ipsec", Name: "Vendor", Remote: ip(far), State: "up"}),
				ends(fact.TunnelEnd{Type: "ipsec", Name: "vendor", RemoteName: "vpn.example.com", Configured: true}),
			},
			[]string{"vendor-vpn gw confirmed outbound ipsec @" + far + " vpn.example.com"},
		},
		{
			"one who comes, and is there now", nil,
			topology.Site{},
			[]fact.Fact{ends(fact.TunnelEnd{Type: "ipsec", Name: "tunnel2", RemoteName: "ct-maker", Configured: true}), ends(fact.TunnelEnd{Type: "ipsec", Name: "TUNNEL[02]", Remote: ip(far), State: "up"})},
			[]string{"vendor-vpn gw confirmed outbound ipsec @" + far + " ct-maker"},
		},
		{
			"by a name that was answered", nil,
			topology.Site{},
			[]fact.Fact{
				fact.NameAnswer{Name: "vpn.example.com", Addresses: []netip.Addr{ip(far)}, Server: ip("10.0.0.53")},
				tunnel("ike", "10.0.0.1:500", gwMAC, far+":500", gw2MAC, false), ends(fact.TunnelEnd{Type: "ipsec", RemoteName: "vpn.example.com", Configured: true}),
			},
			[]string{"vendor-vpn gw confirmed outbound ipsec @" + far + " vpn.example.com"},
		},
	})
}

// What they tell of who may come in.
func TestToldAccess(t *testing.T) {
	door := func(f fact.RemoteAccess) fact.Fact { f.Agent, f.Configured = "gw", true; return f }
	runRules(t, []ruleTest{
		{"a server of tunnels", nil, topology.Site{}, []fact.Fact{door(fact.RemoteAccess{Type: "l2tp"})}, []string{"vendor-vpn gw confirmed inbound l2tp"}},
		{"administration", nil, topology.Site{}, []fact.Fact{door(fact.RemoteAccess{Type: "ssh", From: prefixes("203.0.113.9/32")}), door(fact.RemoteAccess{Type: "https"})}, []string{"remote-support gw confirmed inbound https+ssh @203.0.113.9"}},
		{"for the hospital's own only", nil, topology.Site{}, []fact.Fact{door(fact.RemoteAccess{Type: "ssh", From: prefixes("10.0.0.0/24")})}, nil},
		{"passed on to a host", nil, topology.Site{}, []fact.Fact{door(fact.RemoteAccess{Type: "port-forward", Port: 13389, Target: ip("10.0.0.10"), TargetPort: 3389})}, []string{"unclassified gw confirmed inbound behind:pc"}},
		{"IKE of a tunnel whose other end comes", nil, topology.Site{}, []fact.Fact{
			door(fact.RemoteAccess{Type: "ike", Port: 500}), fact.TunnelEnd{Agent: "gw", Type: "ipsec", RemoteName: "ct-maker", Configured: true}, fact.TunnelEnd{Agent: "gw", Type: "ipsec", Remote: ip("203.0.113.10"), Configured: true},
		}, []string{"vendor-vpn gw confirmed inbound ipsec ct-maker", "vendor-vpn gw confirmed outbound ipsec @203.0.113.10"}},
		{"IKE of a tunnel with one party", nil, topology.Site{}, []fact.Fact{
			door(fact.RemoteAccess{Type: "ike", Port: 500, From: prefixes("198.51.100.7/32")}), fact.TunnelEnd{Agent: "gw", Type: "ipsec", Remote: ip("203.0.113.10"), Configured: true},
		}, []string{"vendor-vpn gw confirmed outbound ipsec @203.0.113.10"}},
		{"IKE for nobody told", nil, topology.Site{}, []fact.Fact{door(fact.RemoteAccess{Type: "ike", Port: 500})}, []string{"vendor-vpn gw confirmed inbound ipsec"}},
		{"found by a scan too", nil, topology.Site{}, []fact.Fact{
			door(fact.RemoteAccess{Type: "ssl-vpn", Port: 443, Filtered: true}), fact.Port{IP: ip("10.0.0.1"), Transport: "tcp", Port: 443, State: "open", Product: "Fortinet SSL VPN"},
		}, []string{"vendor-vpn gw confirmed inbound ssl-vpn"}},
	})
}

func TestWhoComes(t *testing.T) {
	for name, tt := range map[string]struct {
		in   []fact.Fact
		want []string
	}{
		"anybody": {[]fact.Fact{fact.RemoteAccess{Agent: "gw", Type: "l2tp", Sessions: 2}}, []string{"Nobody outside is kept from it, as far as that tells.", "Sessions from outside are open."}},
		"some":    {[]fact.Fact{fact.RemoteAccess{Agent: "gw", Type: "l2tp", From: prefixes("203.0.113.0/28")}}, []string{"Only some addresses are let in."}},
		"both": {
			[]fact.Fact{fact.RemoteAccess{Agent: "gw", Type: "ssh", From: prefixes("203.0.113.0/28")}, fact.RemoteAccess{Agent: "gw", Type: "https", From: prefixes("0.0.0.0/0")}},
			[]string{"Nobody outside is kept from it, as far as that tells."},
		},
		"not known": {[]fact.Fact{fact.RemoteAccess{Agent: "gw", Type: "l2tp", Filtered: true}}, []string{"Filters keep some out; whom, could not be worked out."}},
	} {
		xs := find(t, small(), topology.Site{}, tt.in)
		if len(xs) != 1 {
			t.Errorf("%s: %v", name, shorts(xs))
			continue
		}
		if diff := cmp.Diff(append([]string{"The device's own tables or configuration let others in from outside."}, tt.want...), xs[0].Because); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPrograms(t *testing.T) {
	program := func(name string, running bool) fact.Fact {
		return fact.Program{Agent: "pc", Name: name, Running: running}
	}
	runRules(t, []ruleTest{
		{"installed", nil, topology.Site{}, []fact.Fact{program("TeamViewer 15", false)}, []string{"remote-support pc reported outbound tls"}},
		{"running", nil, topology.Site{}, []fact.Fact{program("TeamViewer_Service.exe", true)}, []string{"remote-support pc confirmed outbound tls"}},
		{"others", nil, topology.Site{}, []fact.Fact{program("svchost.exe", true), program("Chrome", false)}, nil},
		{
			"installed, and asked for", nil,
			topology.Site{},
			[]fact.Fact{program("AnyDesk.exe", false), fact.NameQuery{Name: "relay-1234abcd.net.anydesk.com", Type: "A", Client: end("10.0.0.10", pcMAC), Server: end("10.0.0.53:53", "")}},
			[]string{"remote-support pc reported outbound tls relay-1234abcd.net.anydesk.com"},
		},
	})
}

// A table without end does not make a map without end.
func TestToldIsBounded(t *testing.T) {
	var in []fact.Fact
	for i := range 3000 {
		a := netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)})
		in = append(in,
			fact.TunnelEnd{Agent: "gw", Type: "ipsec", Remote: a, State: "up"}, fact.RemoteAccess{Agent: "gw", Type: "port-forward", Target: netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})},
			fact.RemoteAccess{Agent: "gw", Type: "ike", Port: uint16(i)}, fact.Line{Agent: "gw", Type: "pppoe", Name: a.String()}, fact.Program{Agent: "gw", Name: "teamviewer " + a.String()},
		)
	}
	xs := find(t, small(), topology.Site{}, in)
	if len(xs) > 1010 {
		t.Errorf("%d ways out", len(xs))
	}
	for _, x := range xs {
		if len(x.Remote.Addresses) > 100 || len(x.Evidence) > 300 {
			t.Errorf("%s: %d addresses, %d pieces of evidence", x.Category, len(x.Remote.Addresses), len(x.Evidence))
		}
	}
}

// The order in which tables and configuration are told changes nothing, nor does
// that they are told twice.
func TestOrderOfTold(t *testing.T) {
	facts := append(routed(), sampleFacts()...)
	for _, a := range []fact.AgentID{"gw", "gw2", "fw", "lte", "pc"} {
		facts = append(facts,
			fact.Line{Agent: a, Type: "pppoe", State: "up"}, fact.Line{Agent: a, Type: "lte", IfIndex: 4, State: "down"}, fact.Line{Agent: a, Type: "ipoe", Configured: true},
			fact.NameRoute{Agent: a, Domain: "onshikaku.org", Servers: []netip.Addr{ip("2404:1a8:f583:d00::53:1")}}, fact.NameRoute{Agent: a, Domain: "lineauth.mnw", Servers: []netip.Addr{ip("10.0.1.254")}},
			fact.TunnelEnd{Agent: a, Type: "ipsec", Name: "v", Remote: ip("203.0.113.10"), State: "up"}, fact.TunnelEnd{Agent: a, Type: "ipsec", Name: "V", Remote: ip("203.0.113.12")},
			fact.TunnelEnd{Agent: a, Type: "ipsec", Name: "v", RemoteName: "vpn.example.com", Configured: true}, fact.TunnelEnd{Agent: a, Type: "ipsec", RemoteName: "x", Configured: true},
			fact.RemoteAccess{Agent: a, Type: "ike", Configured: true}, fact.RemoteAccess{Agent: a, Type: "ssl-vpn"}, fact.RemoteAccess{Agent: a, Type: "port-forward", Target: ip("10.0.0.10")},
			fact.USBDevice{Agent: a, VendorID: "12d1", ProductID: "1506"}, fact.Program{Agent: a, Name: "teamviewer", Running: true},
		)
	}
	hosts := append(sampleHosts(), small()...)
	obs := observe(t, facts)
	net, site, sig := newFake(hosts), sampleSite(), signatures(t)
	want := classify.Connections(obs, net, site, sig)
	if len(want) < 30 {
		t.Fatalf("%d ways out: %v", len(want), shorts(want))
	}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 4))
		mixed := append(append([]fact.Observation{}, obs...), obs[:r.IntN(len(obs))]...)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if diff := cmp.Diff(want, classify.Connections(mixed, net, site, sig), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
			t.Fatalf("seed %d: another order gives another result:\n%s", seed, diff)
		}
	}
}
