package classify_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify"
	"kanmon/topology/classify/signature"
)

// What hosts and servers say of themselves shows services.
func TestSaid(t *testing.T) {
	says := func(addr, m, protocol, field, value string) fact.Fact {
		return fact.SelfDescription{Host: end(addr, m), Protocol: protocol, Field: field, Value: value}
	}
	cert := func(names ...string) (out []fact.Fact) {
		for _, n := range names {
			out = append(out, says("203.0.113.9:443", gwMAC, "tls", "certificate-name", n))
		}
		return append(out, flow("10.0.0.10", pcMAC, "203.0.113.9:443", "", "tls"))
	}
	runRules(t, []ruleTest{
		{"a program inside", nil, topology.Site{}, []fact.Fact{says("10.0.0.10", pcMAC, "http", "user-agent", "Mozilla/4.0 (compatible; MSIE 6.0; DynGate)")}, []string{"remote-support pc reported outbound tls"}},
		{"a program outside", nil, topology.Site{}, []fact.Fact{says("203.0.113.9", gwMAC, "http", "user-agent", "Mozilla/4.0 (compatible; MSIE 6.0; DynGate)")}, nil},
		{"a program behind the gateway is not the gateway's", nil, topology.Site{}, []fact.Fact{says("10.9.9.9", gwMAC, "http", "user-agent", "Mozilla/4.0 (compatible; MSIE 6.0; DynGate)")}, nil},
		{"a host name that makers give", nil, topology.Site{}, []fact.Fact{fact.DHCPClient{MAC: mac(pcMAC), Version: 4, HostName: "Teltonika-RUT955"}}, []string{"vendor-lte pc reported outbound lte"}},
		{"a certificate of the service", nil, topology.Site{}, cert("*.teamviewer.com", "teamviewer.com"), []string{"remote-support pc confirmed outbound tls @203.0.113.9 *.teamviewer.com teamviewer.com"}},
		{"a certificate for many", nil, topology.Site{}, cert("*.teamviewer.com", "a.example", "b.example", "c.example"), nil},
		{"a certificate of another", nil, topology.Site{}, cert("www.example.jp"), nil},
	})
}

// A FortiGate shows the certificate that it has from its maker to those who come
// for a tunnel, and a hospital's own one in place of those of servers outside.
func TestGatewayCertificate(t *testing.T) {
	const serial = "FG200FT920910260"
	shows := func(server string) []fact.Fact {
		return []fact.Fact{
			fact.SelfDescription{Host: end(server, gwMAC), Protocol: "tls", Field: "certificate-subject", Value: serial},
			flow("10.0.0.10", pcMAC, server, "", "tls"),
		}
	}
	agent := fact.SelfDescription{Host: end("10.0.0.10", pcMAC), Protocol: "http", Field: "user-agent", Value: "AnyConnect Windows 4.10.05095"}
	ike := tunnel("ike", "10.0.0.10", pcMAC, "203.0.113.9:4500", "", true)
	ike.Detail = "FortiClient, Fortinet"
	runRules(t, []ruleTest{
		{"on a port of its own", nil, topology.Site{}, shows("203.0.113.9:10443"), []string{"vendor-vpn pc confirmed outbound ssl-vpn @203.0.113.9"}},
		{"on the port of the web", nil, topology.Site{}, shows("203.0.113.9:443"), nil},
		{"in front of several servers", nil, topology.Site{}, append(shows("203.0.113.9:10443"), shows("198.51.100.7:10443")...), nil},
		{"a client that says what it is", nil, topology.Site{}, []fact.Fact{agent}, []string{"vendor-vpn pc reported outbound ssl-vpn"}},
		{
			"its tunnel is not another one", nil,
			topology.Site{},
			[]fact.Fact{agent, tunnel("anyconnect", "10.0.0.10", pcMAC, "203.0.113.9:443", "", true)},
			[]string{"vendor-vpn pc confirmed outbound ssl-vpn @203.0.113.9"},
		},
		{
			"IKE of FortiClient with FortiGate", nil,
			topology.Site{},
			[]fact.Fact{ike, fact.SelfDescription{Host: end("10.0.0.10", pcMAC), Protocol: "http", Field: "user-agent", Value: "FortiSSLVPN (Windows NT; SV1 [SV{v=02.01; f=07;}])"}},
			[]string{"vendor-vpn pc confirmed outbound ipsec+ssl-vpn @203.0.113.9"},
		},
	})
}

// What is said of a way out beside its category.
func TestRemarks(t *testing.T) {
	net := newFake(small())
	for i := range net.devices {
		if net.devices[i].Name == "pc2" {
			net.devices[i].Roles = []topology.Role{topology.RoleModality}
		}
	}
	at := func(f fact.Fact, d time.Duration) fact.Observation {
		first := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		o, err := fact.New("test", f, fact.Sighting{Input: "sha256:test", First: first, Last: first.Add(d), Count: 20})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	base := func(d time.Duration) []fact.Observation {
		out := []fact.Observation{at(fact.NameQuery{Name: "pacs.example", Type: "A", Client: end("10.0.0.10", pcMAC), Server: end("10.0.0.53:53", nsMAC)}, d)}
		for _, f := range routed() {
			out = append(out, at(f, d))
		}
		return append(out, at(flow("10.0.0.10", pcMAC, "198.51.100.80:443", gwMAC, "tls"), d))
	}
	const direct, hidden, medical = "directly", "encrypted channel", "medical device"
	tests := []struct {
		name string
		in   fact.Fact
		long time.Duration
		want []string
	}{
		{"web", flow("10.0.0.10", pcMAC, "198.51.100.81:443", gwMAC, "tls"), time.Minute, nil},
		{"a name server outside", fact.Flow{Client: end("10.0.0.10", pcMAC), Server: end("8.8.8.8:53", gwMAC), Protocol: "udp", App: "dns", Answered: true}, time.Minute, []string{direct}},
		{"the hospital's own asks it", fact.Flow{Client: end("10.0.0.53", nsMAC), Server: end("8.8.8.8:53", gwMAC), Protocol: "udp", App: "dns", Answered: true}, time.Minute, nil},
		{"DNS over TLS", flow("10.0.0.10", pcMAC, "198.51.100.53:853", gwMAC, "tls"), time.Minute, []string{hidden}},
		{"DNS over TLS, by what it offers", flow("10.0.0.10", pcMAC, "198.51.100.53:443", gwMAC, "dot"), time.Minute, []string{hidden}},
		{"something else at its port", flow("10.0.0.10", pcMAC, "198.51.100.53:853", gwMAC, ""), time.Minute, nil},
		{"DNS over HTTPS by address", flow("10.0.0.10", pcMAC, "1.1.1.1:443", gwMAC, "tls"), time.Minute, []string{hidden}},
		{"a modality for a minute", flow("10.0.0.11", pc2MAC, "198.51.100.82:443", gwMAC, "tls"), time.Minute, nil},
		{"a modality for hours", flow("10.0.0.11", pc2MAC, "198.51.100.82:443", gwMAC, "tls"), 2 * time.Hour, []string{medical}},
		{"a PC for hours", flow("10.0.0.10", pcMAC, "198.51.100.82:443", gwMAC, "tls"), 2 * time.Hour, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			xs := classify.Connections(append(base(time.Minute), at(tt.in, tt.long)), net, topology.Site{}, signatures(t))
			if len(xs) != 1 || xs[0].Device != "gw2" {
				t.Fatalf("%d ways out: %v", len(xs), shorts(xs))
			}
			said := strings.Join(xs[0].Because, " ")
			for _, part := range []string{direct, hidden, medical} {
				want := len(tt.want) > 0 && tt.want[0] == part
				if strings.Contains(said, part) != want {
					t.Errorf("says %q: %t, want %t: %s", part, !want, want, said)
				}
			}
		})
	}
}

// What stands at a patient is known by its maker, too.
func TestMedicalMaker(t *testing.T) {
	for maker, want := range map[string]bool{
		"Philips Patient Monitoring": true, "NIHON KOHDEN AMERICA": true, "Masimo Corporation": true, "Nipro Diagnostics, Inc": true,
		"Philips": false, "Masimotor": false, "Shimadzu Corporation": false, "Hewlett Packard": false, "": false,
	} {
		net := newFake(small())
		for i := range net.devices {
			if net.devices[i].Name == "pc" {
				net.devices[i].Vendor = maker
			}
		}
		first := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		o, err := fact.New("test", flow("10.0.0.10", pcMAC, "198.51.100.82:443", gwMAC, "tls"), fact.Sighting{Input: "sha256:test", First: first, Last: first.Add(2 * time.Hour), Count: 20})
		if err != nil {
			t.Fatal(err)
		}
		xs := classify.Connections([]fact.Observation{o}, net, topology.Site{}, signatures(t))
		if got := len(xs) == 1 && strings.Contains(strings.Join(xs[0].Because, " "), "medical device"); got != want {
			t.Errorf("%s: %v, want %v: %v", maker, got, want, shorts(xs))
		}
	}
}

// A device that asks again and again and is never seen to go there.
func TestOnlyAsked(t *testing.T) {
	first := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	at := func(f fact.Fact, d time.Duration, n uint64) fact.Observation {
		o, err := fact.New("test", f, fact.Sighting{Input: "sha256:test", First: first, Last: first.Add(d), Count: n})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	ask := func(name string, d time.Duration, n uint64) fact.Observation {
		return at(fact.NameQuery{Name: name, Type: "A", Client: end("10.0.0.10", pcMAC), Server: end("10.0.0.53:53", nsMAC)}, d, n)
	}
	answer := func(name, a string) fact.Observation {
		return at(fact.NameAnswer{Name: name, Addresses: []netip.Addr{ip(a)}, Server: ip("10.0.0.53")}, 0, 1)
	}
	out := func(a string) fact.Observation { return at(flow("10.0.0.10", pcMAC, a, gw2MAC, "tls"), 0, 9) }
	route := func() (o []fact.Observation) {
		for _, f := range routed() {
			o = append(o, at(f, 0, 1))
		}
		return o
	}
	const found = "unclassified pc inferred outbound @198.51.100.7 cloud.example"
	internet := internetGW2 + " behind:pc"
	tests := []struct {
		name string
		in   []fact.Observation
		want []string
	}{
		{"for an hour", []fact.Observation{ask("cloud.example", time.Hour, 30), answer("cloud.example", "198.51.100.7"), out("192.0.2.80:443")}, []string{internet, found}},
		{"for a minute", []fact.Observation{ask("cloud.example", time.Minute, 30), answer("cloud.example", "198.51.100.7"), out("192.0.2.80:443")}, []string{internet}},
		{"twice", []fact.Observation{ask("cloud.example", time.Hour, 2), answer("cloud.example", "198.51.100.7"), out("192.0.2.80:443")}, []string{internet}},
		{"and goes there", []fact.Observation{ask("cloud.example", time.Hour, 30), answer("cloud.example", "198.51.100.7"), out("198.51.100.7:443")}, []string{internet}},
		{"and goes next to it", []fact.Observation{ask("cloud.example", time.Hour, 30), answer("cloud.example", "198.51.100.7"), out("198.51.100.9:443")}, []string{internet}},
		{"without an answer", []fact.Observation{ask("cloud.example", time.Hour, 30), out("192.0.2.80:443")}, []string{internet}},
		{"an address inside", []fact.Observation{ask("cloud.example", time.Hour, 30), answer("cloud.example", "10.0.0.99"), out("192.0.2.80:443")}, []string{internet}},
		{"nothing else of it passes here", []fact.Observation{ask("cloud.example", time.Hour, 30), answer("cloud.example", "198.51.100.7")}, []string{internetGW2}},
		{
			"a service that is known",
			[]fact.Observation{ask("router1.teamviewer.com", time.Hour, 30), answer("router1.teamviewer.com", "198.51.100.7"), out("192.0.2.80:443")},
			[]string{internet, "remote-support pc reported outbound tls @198.51.100.7 router1.teamviewer.com"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := shorts(classify.Connections(append(route(), tt.in...), newFake(small()), topology.Site{}, signatures(t)))
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// A station that carries packets of several networks outside is a gateway, also
// where no conversation was kept.
func TestTransit(t *testing.T) {
	carries := func(m string, version int) []fact.Fact {
		return []fact.Fact{fact.Transit{MAC: mac(m), Version: version}, fact.Transit{MAC: mac(m), Version: version, To: true}}
	}
	both := carries(gwMAC, 4)
	runRules(t, []ruleTest{
		{"both ways", nil, topology.Site{}, both, []string{"internet gw confirmed outbound"}},
		{"one way", nil, topology.Site{}, both[1:], []string{"internet gw reported outbound"}},
		{"a flood of made-up senders", nil, topology.Site{}, both[:1], nil},
		{"along its routes", nil, topology.Site{}, append(routed(), both...), []string{internetGW2}},
		{"IPv6 alone may be of networks inside", nil, topology.Site{}, carries(gwMAC, 6), nil},
		{
			"a router between public networks has an address in each", small(host{name: "bgp", mac: "00:00:5e:00:53:b2", ips: []string{"10.0.0.9", "1.0.2.2", "1.0.3.1"}}),
			topology.Site{},
			append(
				carries("00:00:5e:00:53:b2", 4),
				fact.AddressBinding{IP: ip("1.0.2.2"), MAC: mac("00:00:5e:00:53:b2")},
				fact.AddressBinding{IP: ip("1.0.3.1"), MAC: mac("00:00:5e:00:53:b2")},
			),
			nil,
		},
		{"a station that has no address here", small(host{name: "isp", mac: "00:00:5e:00:53:b1"}), topology.Site{}, carries("00:00:5e:00:53:b1", 4), nil},
	})
}

// A tunnel that only one service has is that service's.
func TestTunnelServices(t *testing.T) {
	s, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	kind := s.Tunnel("tailscale")
	if kind == nil {
		t.Skip("no signature has such a tunnel")
	}
	f := tunnel("tailscale", "10.0.0.10:41641", pcMAC, "203.0.113.10:41641", "", true)
	f.Established = true
	xs := find(t, small(), topology.Site{}, []fact.Fact{f})
	if len(xs) != 1 || xs[0].Category != kind.Category || xs[0].Signature != kind.ID || !strings.Contains(strings.Join(xs[0].Because, " "), "came up") {
		t.Errorf("got %+v, want one of %s that came up", xs, kind.ID)
	}
}

// The order of what is said, carried and asked changes nothing.
func TestOrderOfRemarks(t *testing.T) {
	facts := slices.Concat(visits(4, 4, boxMAC, true), visits(2, 3, gw2MAC, false), []fact.Fact{
		fact.Transit{MAC: mac(boxMAC), Version: 4},
		fact.Transit{MAC: mac(gwMAC), Version: 4},
		fact.Transit{MAC: mac(gwMAC), Version: 4, To: true},
		fact.HopLimit{IP: ip("10.0.0.10"), MAC: mac(pcMAC), Value: 63},
		fact.HopLimit{IP: ip("10.0.0.10"), MAC: mac(pcMAC), Value: 127},
		fact.ServiceAnnouncement{Protocol: "ssdp", Service: "urn:schemas-upnp-org:device:InternetGatewayDevice:1", IP: ip("10.0.0.10"), MAC: mac(pcMAC)},
		fact.SelfDescription{Host: end("198.20.0.1:443", boxMAC), Protocol: "tls", Field: "certificate-name", Value: "*.teamviewer.com"},
		fact.SelfDescription{Host: end("198.20.0.1:443", boxMAC), Protocol: "tls", Field: "certificate-name", Value: "www.example.jp"},
		fact.SelfDescription{Host: end("10.0.0.100", ""), Protocol: "http", Field: "user-agent", Value: "Mozilla/4.0 (compatible; MSIE 6.0; DynGate)"},
		fact.NameAnswer{Name: "www.example.jp", Addresses: []netip.Addr{ip("198.21.0.1"), ip("198.22.0.1")}, Server: ip("10.0.0.53")},
		flow("10.0.0.100", "00:00:5e:00:53:c0", "8.8.8.8:53", boxMAC, "dns"), flow("10.0.0.101", "00:00:5e:00:53:c1", "1.1.1.1:443", boxMAC, "tls"),
	})
	obs := observe(t, facts)
	net, site, sig := newFake(boxes()), topology.Site{}, signatures(t)
	want := classify.Connections(obs, net, site, sig)
	if len(want) < 3 {
		t.Fatalf("%d ways out: %v", len(want), shorts(want))
	}
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 3))
		mixed := slices.Concat(obs, obs[:r.IntN(len(obs))])
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if diff := cmp.Diff(want, classify.Connections(mixed, net, site, sig), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
			t.Fatalf("seed %d: another order gives another result:\n%s", seed, diff)
		}
	}
}
