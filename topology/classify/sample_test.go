package classify_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify"
)

// MAC addresses of the sample hospital.
const (
	coreMAC   = "00:00:5e:00:53:01"
	fwMAC     = "00:00:5e:00:53:02"
	oqsMAC    = "00:a0:de:00:00:01"
	onsMAC    = "00:00:5e:00:53:10"
	ctMAC     = "00:00:5e:00:53:20"
	mrMAC     = "00:00:5e:00:53:21"
	foodMAC   = "00:00:5e:00:53:30"
	sslMAC    = "00:00:5e:00:53:31"
	chartMAC  = "00:00:5e:00:53:40"
	lteMAC    = "00:80:6d:00:00:01"
	rutMAC    = "00:1e:42:00:00:01"
	wardMAC   = "00:00:5e:00:53:41"
	labMAC    = "00:00:5e:00:53:42"
	readerMAC = "00:00:5e:00:53:43"
	boxMAC    = "00:00:5e:00:53:77"
	analyzer  = "00:00:5e:00:53:44"
	dnsMAC    = "00:00:5e:00:53:50"
	pacsMAC   = "00:00:5e:00:53:51"
	mgmtSwMAC = "00:00:5e:00:53:60"
)

func prefixes(ss ...string) (out []netip.Prefix) {
	for _, s := range ss {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func sampleSite() topology.Site {
	z := func(name, kind, p string) topology.Zone {
		return topology.Zone{Name: name, Kind: kind, Prefixes: prefixes(p), Declared: true}
	}
	return topology.Site{Name: "見本病院", Zones: []topology.Zone{
		z("診療", "clinical", "10.10.0.0/24"), z("放射線", "radiology", "10.20.0.0/24"), z("検査", "laboratory", "10.30.0.0/24"),
		z("事務", "office", "10.40.0.0/24"), z("給食・設備", "catering", "10.50.0.0/24"), z("サーバ", "server", "10.60.0.0/24"),
		z("管理", "management", "10.99.0.0/24"),
	}}
}

func sampleHosts() []host {
	return []host{
		{name: "core-sw", mac: coreMAC, ips: []string{"10.10.0.1", "10.20.0.1", "10.30.0.1", "10.40.0.1", "10.50.0.1", "10.60.0.1"}, agent: "core", own: true, gateway: true},
		{name: "fw-1", mac: fwMAC, ips: []string{"10.60.0.254", "198.51.100.2"}, agent: "fw", own: true, gateway: true},
		{name: "oqs-router", mac: oqsMAC, ips: []string{"fe80::2a0:deff:fe00:1"}, vendor: "Yamaha Corporation", gateway: true},
		{name: "ONS01", mac: onsMAC, ips: []string{"10.40.0.50", "2404:1a8:7f0:1200::50"}},
		{name: "ct-maint", mac: ctMAC, ips: []string{"10.20.0.253"}},
		{name: "mr-box", mac: mrMAC, ips: []string{"10.20.0.23"}},
		{name: "kyushoku-sv", mac: foodMAC, ips: []string{"10.50.0.10"}},
		{name: "ssl-vpn", mac: sslMAC, ips: []string{"10.60.0.253"}},
		{name: "ekaru-07", mac: chartMAC, ips: []string{"10.10.0.140"}},
		{name: "lte-gw", mac: lteMAC, ips: []string{"10.20.0.240", "100.64.3.4"}, agent: "lte", own: true},
		{name: "rut", mac: rutMAC, vendor: "Teltonika"},
		{name: "byoto-pc12", mac: wardMAC, ips: []string{"10.10.0.130", "192.168.42.23"}, agent: "ward", own: true},
		{name: "kensa-pc3", mac: labMAC, ips: []string{"10.30.0.22", "172.20.10.2"}},
		{name: "dokuei", mac: readerMAC, ips: []string{"10.20.0.30"}},
		{name: "box", mac: boxMAC, ips: []string{"10.30.0.77"}, gateway: true},
		{name: "analyzer", mac: analyzer, ips: []string{"10.30.0.41"}},
		{name: "dns", mac: dnsMAC, ips: []string{"10.60.0.53"}},
		{name: "pacs", mac: pacsMAC, ips: []string{"10.60.0.20"}},
		{name: "sw-lab", mac: mgmtSwMAC, ips: []string{"10.99.0.14"}},
	}
}

func flow(client, clientMAC, server, serverMAC, app string) fact.Flow {
	return fact.Flow{Client: end(client, clientMAC), Server: end(server, serverMAC), Protocol: "tcp", Answered: true, App: app}
}

func sampleFacts() []fact.Fact {
	const ngn1 = "[2404:1a8:f583:d00::53:1]:53"
	const hweb = "[2404:1a8:f583:d10::80]:443"
	def := netip.MustParsePrefix("0.0.0.0/0")
	return []fact.Fact{
		// 1 online qualification.
		fact.RouterAdvertisement{
			Router: ip("fe80::2a0:deff:fe00:1"), MAC: mac(oqsMAC), VID: 40, DefaultRouter: true,
			Prefixes:   prefixes("2404:1a8:7f0:1200::/64"),
			DNSServers: []netip.Addr{ip("2404:1a8:f583:d00::53:1"), ip("2404:1a8:f583:d00::53:2")}, SearchDomains: []string{"flets-east.jp"},
		},
		fact.NameQuery{Name: "www.lineauth.mnw", Type: "AAAA", Client: end("2404:1a8:7f0:1200::50", onsMAC), Server: end(ngn1, oqsMAC)},
		fact.NameQuery{Name: "hweb.oqs.onshikaku.org", Type: "AAAA", Client: end("2404:1a8:7f0:1200::50", onsMAC), Server: end(ngn1, oqsMAC)},
		fact.NameAnswer{Name: "hweb.oqs.onshikaku.org", Addresses: []netip.Addr{ip("2404:1a8:f583:d10::80")}, Server: ip("2404:1a8:f583:d00::53:1")},
		fact.ServerName{Name: "hweb.oqs.onshikaku.org", Protocol: "tls", Client: end("2404:1a8:7f0:1200::50", onsMAC), Server: end(hweb, oqsMAC)},
		flow("2404:1a8:7f0:1200::50", onsMAC, hweb, oqsMAC, "tls"),
		// 2 internet.
		fact.SystemGroup{Agent: "fw", SysObjectID: "1.3.6.1.4.1.12356.101.1.644", SysName: "fw-1", IPForward: "forwarding"},
		fact.Interface{Agent: "fw", IfIndex: 9, Name: "ppp1", Type: 23, OperStatus: "up"},
		fact.InterfaceAddress{Agent: "fw", IfIndex: 9, Address: netip.MustParsePrefix("198.51.100.2/32")},
		fact.Route{Agent: "fw", Destination: def, NextHop: ip("198.51.100.1"), IfIndex: 9, Type: "remote"},
		fact.SystemGroup{Agent: "core", SysObjectID: "1.3.6.1.4.1.9.1.1", SysName: "core-sw", IPForward: "forwarding"},
		fact.Route{Agent: "core", Destination: def, NextHop: ip("10.60.0.254"), IfIndex: 60, Type: "remote"},
		flow("10.10.0.130", wardMAC, "192.0.2.10:443", coreMAC, "tls"),
		flow("10.10.0.130", coreMAC, "192.0.2.10:443", fwMAC, "tls"),
		flow("10.60.0.53", dnsMAC, "192.0.2.53:53", fwMAC, ""),
		// 3, 4, 5 maintenance tunnels.
		fact.Tunnel{Type: "ike", A: end("10.20.0.253:500", ctMAC), B: end("203.0.113.10:500", coreMAC), Answered: true, VID: 20},
		fact.Tunnel{Type: "ipsec-nat-t", A: end("10.20.0.253:4500", ctMAC), B: end("203.0.113.10:4500", coreMAC), Answered: true, VID: 20},
		fact.Tunnel{Type: "openvpn", A: end("10.20.0.23", mrMAC), B: end("198.51.100.99:1194", coreMAC), Answered: true, VID: 20},
		fact.Tunnel{Type: "wireguard", A: end("10.50.0.10", foodMAC), B: end("203.0.113.77:51820", coreMAC), Answered: true, VID: 50},
		// 6 a listener.
		fact.Port{IP: ip("10.60.0.253"), Transport: "tcp", Port: 443, State: "open", Service: "http", Product: "Fortinet SSL VPN", Tunnel: "ssl"},
		// 7 remote support, through a resolver inside.
		fact.NameQuery{Name: "router1.teamviewer.com", Type: "A", Client: end("10.10.0.140", chartMAC), Server: end("10.60.0.53:53", coreMAC)},
		fact.NameQuery{Name: "router1.teamviewer.com", Type: "A", Client: end("10.60.0.53", dnsMAC), Server: end("192.0.2.53:53", fwMAC)},
		fact.NameAnswer{Name: "router1.teamviewer.com", Addresses: []netip.Addr{ip("192.0.2.44")}, Server: ip("10.60.0.53")},
		fact.ServerName{Name: "router1.teamviewer.com", Protocol: "tls", Client: end("10.10.0.140", chartMAC), Server: end("192.0.2.44:443", coreMAC)},
		flow("10.10.0.140", chartMAC, "192.0.2.44:443", coreMAC, "tls"),
		// 8 cellular router of the vendor.
		fact.SystemGroup{Agent: "lte", SysObjectID: "1.3.6.1.4.1.20376.1", SysName: "lte-gw", IPForward: "forwarding"},
		fact.Interface{Agent: "lte", IfIndex: 4, Name: "wwan0", Type: 243, OperStatus: "up"},
		fact.InterfaceAddress{Agent: "lte", IfIndex: 4, Address: netip.MustParsePrefix("100.64.3.4/30")},
		fact.Route{Agent: "lte", Destination: def, NextHop: ip("100.64.3.5"), IfIndex: 4, Type: "remote"},
		// 9 cellular router of nobody.
		fact.Station{MAC: mac(rutMAC), VID: 30},
		fact.FDBEntry{Agent: "sw-lab", VID: 30, MAC: mac(rutMAC), BasePort: 7, IfIndex: 7},
		fact.DHCPClient{MAC: mac(rutMAC), Version: 4, HostName: "RUT241", VID: 30},
		fact.ServiceAnnouncement{Protocol: "ssdp", Service: "urn:schemas-upnp-org:device:InternetGatewayDevice:1", MAC: mac(rutMAC)},
		// 10 a phone on a ward PC.
		fact.SystemGroup{Agent: "ward", SysObjectID: "1.3.6.1.4.1.311.1.1.3.1.1", SysName: "BYOTO-PC12", IPForward: "notForwarding"},
		fact.Interface{Agent: "ward", IfIndex: 12, Descr: "Intel(R) Ethernet Connection I219-LM", Type: 6, OperStatus: "up"},
		fact.Interface{Agent: "ward", IfIndex: 17, Descr: "Remote NDIS based Internet Sharing Device", Type: 6, OperStatus: "up"},
		fact.InterfaceAddress{Agent: "ward", IfIndex: 12, Address: netip.MustParsePrefix("10.10.0.130/24")},
		fact.InterfaceAddress{Agent: "ward", IfIndex: 17, Address: netip.MustParsePrefix("192.168.42.23/24")},
		fact.Route{Agent: "ward", Destination: def, NextHop: ip("10.10.0.1"), IfIndex: 12, Type: "remote"},
		fact.Route{Agent: "ward", Destination: def, NextHop: ip("192.168.42.129"), IfIndex: 17, Type: "remote"},
		// 11 a phone on a laboratory PC.
		fact.AddressSet{MAC: mac(labMAC), From: ip("10.30.0.22"), Name: "kensa-pc3", Protocol: "mdns", Addresses: []netip.Addr{ip("10.30.0.22"), ip("172.20.10.2")}},
		fact.AddressSet{MAC: mac(labMAC), From: ip("10.30.0.22"), Name: "KENSA-PC3", Protocol: "nbns", Addresses: []netip.Addr{ip("10.30.0.22"), ip("172.20.10.2")}},
		// 12 image reading service.
		flow("10.20.0.30", readerMAC, "198.51.100.50:11112", coreMAC, "dicom"),
		fact.NameAnswer{Name: "reading.example.jp", Addresses: []netip.Addr{ip("198.51.100.50")}, Server: ip("10.60.0.53")},
		// 13 a box that nobody knows.
		flow("10.30.0.41", analyzer, "192.0.2.99:443", boxMAC, "tls"),
		// Inside traffic, no way out.
		flow("10.20.0.30", readerMAC, "10.60.0.20:11112", coreMAC, "dicom"),
		flow("10.60.0.20", pacsMAC, "10.60.0.21:2575", "", "hl7"),
		fact.Tunnel{Type: "esp", A: end("10.20.0.253", ctMAC), B: end("10.60.0.20", coreMAC), Answered: true},
		fact.NameClaim{Name: "KENSA-PC3", Protocol: "nbns", IP: ip("10.30.0.22"), MAC: mac(labMAC)},
		fact.DHCPClient{MAC: mac(wardMAC), Version: 4, IP: ip("10.10.0.130"), HostName: "BYOTO-PC12", VID: 10},
		fact.NameQuery{Name: "pacs.local", Type: "A", Client: end("10.20.0.30", readerMAC), Server: end("224.0.0.251:5353", "01:00:5e:00:00:fb")},
	}
}

func sampleWant() []string {
	return []string{
		"internet fw-1 confirmed outbound ppp @198.51.100.1 behind:byoto-pc12,ct-maint,dns,dokuei,ekaru-07,kyushoku-sv,mr-box",
		"online-qualification oqs-router confirmed outbound ipoe+ipv6 @2404:1a8:f583:d10::80 hweb.oqs.onshikaku.org www.lineauth.mnw behind:ONS01",
		"partner-exchange dokuei confirmed outbound dicom @198.51.100.50 reading.example.jp",
		"remote-support ekaru-07 confirmed outbound tls @192.0.2.44 router1.teamviewer.com",
		"unclassified box confirmed outbound @192.0.2.99 behind:analyzer",
		"usb-tether byoto-pc12 confirmed outbound usb",
		"usb-tether kensa-pc3 inferred outbound tethering",
		"vendor-lte lte-gw confirmed outbound lte",
		"vendor-lte rut inferred outbound lte",
		"vendor-vpn ct-maint confirmed outbound ipsec @203.0.113.10",
		"vendor-vpn kyushoku-sv confirmed outbound wireguard @203.0.113.77",
		"vendor-vpn mr-box confirmed outbound openvpn @198.51.100.99",
		"vendor-vpn ssl-vpn inferred inbound ssl-vpn",
	}
}

func TestSampleHospital(t *testing.T) {
	got := find(t, sampleHosts(), sampleSite(), sampleFacts())
	if diff := cmp.Diff(sampleWant(), shorts(got)); diff != "" {
		t.Errorf("connections (-want +got):\n%s", diff)
	}
	for _, x := range got {
		if len(x.Evidence) == 0 || len(x.Because) == 0 || x.FirstSeen.IsZero() || x.LastSeen.Before(x.FirstSeen) {
			t.Errorf("%s lacks evidence, reasons or times: %+v", short(x), x)
		}
		if !slices.IsSorted(x.Evidence) {
			t.Errorf("%s: evidence is not sorted", short(x))
		}
	}
	if !slices.IsSortedFunc(got, func(a, b topology.ExternalConnection) int {
		return slices.Compare([]byte(a.ID), []byte(b.ID))
	}) {
		t.Error("connections are not sorted by ID")
	}
}

// Order, repeats and splitting of observations change nothing.
func TestOrder(t *testing.T) {
	obs := observe(t, sampleFacts())
	net, site, sig := newFake(sampleHosts()), sampleSite(), signatures(t)
	want := classify.Connections(obs, net, site, sig)
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		mixed := slices.Concat(obs, obs[:r.IntN(len(obs))])
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		got := classify.Connections(mixed, net, site, sig)
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
			t.Fatalf("seed %d: another order gives another result:\n%s", seed, diff)
		}
	}
}

// What holds of the whole holds of every part: order changes nothing there
// either.
func TestOrderOfParts(t *testing.T) {
	obs := observe(t, sampleFacts())
	net, site, sig := newFake(sampleHosts()), sampleSite(), signatures(t)
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		mix := func(o []fact.Observation) {
			r.Shuffle(len(o), func(i, j int) { o[i], o[j] = o[j], o[i] })
		}
		part := slices.Clone(obs)
		mix(part)
		part = part[:r.IntN(len(part))]
		want := classify.Connections(part, net, site, sig)
		mix(part)
		if diff := cmp.Diff(want, classify.Connections(part, net, site, sig), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
			t.Fatalf("seed %d: another order gives another result:\n%s", seed, diff)
		}
	}
}

// Every observation less: nothing panics, and what is left still has evidence
// of its own among the observations given.
func TestSubsets(t *testing.T) {
	obs := observe(t, sampleFacts())
	net, site, sig := newFake(sampleHosts()), sampleSite(), signatures(t)
	for i := range obs {
		some := slices.Delete(slices.Clone(obs), i, i+1)
		given := make(map[topology.EvidenceID]bool)
		for _, o := range some {
			given[topology.EvidenceID(o.ID)] = true
		}
		for _, x := range classify.Connections(some, net, site, sig) {
			if len(x.Evidence) == 0 {
				t.Errorf("without %s: %s has no evidence", obs[i].Source, short(x))
			}
			for _, e := range x.Evidence {
				if !given[e] {
					t.Errorf("without %s: %s names evidence that was not given", obs[i].Source, short(x))
				}
			}
		}
	}
}
