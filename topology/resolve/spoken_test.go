package resolve_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

func hops(ip string, m fact.MAC, v int) fact.Fact {
	return fact.HopLimit{IP: addr(ip), MAC: m, Value: v}
}

// lines are the devices as "name addresses macs".
func lines(n *resolve.Network) []string {
	var out []string
	for _, d := range n.Devices() {
		s := d.Name
		for _, i := range d.Interfaces {
			s += fmt.Sprintf(" %s%v", i.MAC, i.IPs)
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// An address belongs to the MAC address that brings its packets before any
// router counted a hop, and to no other.
func TestFreshPackets(t *testing.T) {
	talk := func(client string, cm fact.MAC, server string, sm fact.MAC) fact.Fact {
		return fact.Flow{Client: fact.Endpoint{IP: addr(client), MAC: cm}, Server: fact.Endpoint{IP: addr(server), Port: 443, MAC: sm}, Protocol: "tcp", Answered: true}
	}
	const m1, m2, m9 = "00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:09"
	many := func(n int) (in []fact.Fact) {
		for i := range n {
			in = append(in, fact.Station{MAC: macN(9)}, hops(fmt.Sprintf("10.0.%d.1", i), macN(9), 64))
		}
		return in
	}
	tests := []struct {
		name string
		in   []fact.Fact
		want []string
	}{
		{
			"a host and its routed peer",
			[]fact.Fact{fact.Station{MAC: macN(1)}, fact.Station{MAC: macN(9)}, talk("10.0.0.5", macN(1), "10.1.0.5", macN(9)), hops("10.0.0.5", macN(1), 64), hops("10.1.0.5", macN(9), 127)},
			[]string{"10.0.0.5 " + m1 + "[10.0.0.5]", "10.1.0.5 [10.1.0.5]", m9 + " " + m9 + "[]"},
		},
		{
			"a global address of the segment",
			[]fact.Fact{
				fact.Station{MAC: macN(1)},
				fact.Station{MAC: macN(9)},
				fact.RouterAdvertisement{Router: addr("fe80::9"), MAC: macN(9), Prefixes: []netip.Prefix{netip.MustParsePrefix("2001:db8:1::/64")}},
				talk("2001:db8:1::5", macN(1), "2001:db8:7::7", macN(9)), hops("2001:db8:1::5", macN(1), 64), hops("2001:db8:7::7", macN(9), 64),
			},
			[]string{"2001:db8:1::5 " + m1 + "[2001:db8:1::5]", "fe80::9 " + m9 + "[fe80::9]"},
		},
		{
			"both sides of the router are mirrored",
			[]fact.Fact{
				fact.Station{MAC: macN(1)},
				fact.Station{MAC: macN(2)},
				fact.Station{MAC: macN(9)},
				talk("10.0.0.5", macN(1), "10.1.0.5", macN(9)),
				hops("10.0.0.5", macN(1), 128), hops("10.0.0.5", macN(9), 127), hops("10.1.0.5", macN(2), 64), hops("10.1.0.5", macN(9), 63),
			},
			[]string{"10.0.0.5 " + m1 + "[10.0.0.5]", "10.1.0.5 " + m2 + "[10.1.0.5]", m9 + " " + m9 + "[]"},
		},
		{
			"who passes packets on and counts no hop binds none that others bring, too",
			[]fact.Fact{fact.Station{MAC: macN(1)}, fact.Station{MAC: macN(9)}, hops("10.0.0.5", macN(1), 64), hops("10.0.0.5", macN(9), 64)},
			[]string{m1 + " " + m1 + "[]", m9 + " " + m9 + "[]"},
		},
		{
			"ARP is believed before hops",
			[]fact.Fact{arp("10.0.0.5", macN(1)), fact.Station{MAC: macN(9)}, hops("10.0.0.5", macN(9), 64)},
			[]string{m9 + " " + m9 + "[]", "10.0.0.5 " + m1 + "[10.0.0.5]"},
		},
		{
			"what is no start says nothing",
			[]fact.Fact{fact.Station{MAC: macN(1)}, hops("10.0.0.5", macN(1), 63), hops("10.0.0.5", macN(1), 1), hops("10.0.0.5", macN(1), 0)},
			[]string{m1 + " " + m1 + "[]"},
		},
		{
			"a firewall answers for servers outside: they are not its addresses",
			[]fact.Fact{fact.Station{MAC: macN(9)}, hops("198.51.100.7", macN(9), 64)},
			[]string{m9 + " " + m9 + "[]"},
		},
		{"a repeater brings more than a host has", many(17), []string{m9 + " " + m9 + "[]"}},
		{
			"a firewall that sets the count anew",
			[]fact.Fact{fact.Station{MAC: macN(9)}, hops("10.0.0.1", macN(9), 64), hops("10.1.0.5", macN(9), 64), hops("10.1.0.6", macN(9), 64)},
			[]string{m9 + " " + m9 + "[]"},
		},
		{
			"a router's own addresses",
			[]fact.Fact{fact.Station{MAC: macN(9)}, hops("10.0.0.1", macN(9), 64), hops("10.1.0.1", macN(9), 255)},
			[]string{"10.0.0.1 " + m9 + "[10.0.0.1 10.1.0.1]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var in []fact.Observation
			for _, f := range tt.in {
				in = append(in, seen(t, "a", f))
			}
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, lines(resolve.Resolve(in, topology.Site{}))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What hosts say of themselves names them and what they run. What servers
// outside say is nothing that the gateway says that brings it.
func TestSaid(t *testing.T) {
	at := func(ip string, port uint16, m fact.MAC) fact.Endpoint {
		e := fact.Endpoint{Port: port, MAC: m}
		if ip != "" {
			e.IP = addr(ip)
		}
		return e
	}
	says := func(host fact.Endpoint, protocol, field, value string) fact.Observation {
		return seen(t, "a", fact.SelfDescription{Host: host, Protocol: protocol, Field: field, Value: value})
	}
	pc, gw, remote := at("10.0.0.5", 0, macN(1)), macN(9), at("10.1.0.7", 0, macN(9))
	in := []fact.Observation{
		seen(t, "a", arp("10.0.0.5", macN(1))), seen(t, "a", arp("10.0.0.1", gw)),
		says(pc, "ntlm", "netbios-computer", "WARD-PC"), says(pc, "ntlm", "dns-computer", "ward-pc.hospital.example"),
		says(pc, "ntlm", "os-version", "10.0.19045"), says(pc, "kerberos", "machine-principal", "WARD-PC$"),
		says(remote, "kerberos", "machine-principal", "XRAY$"), says(remote, "ntlm", "os-version", "6.1.0"),
		says(at("10.1.0.9", 22, gw), "ssh", "software-version", "OpenSSH_9.2p1 Debian-2"),
		says(at("10.1.0.9", 443, gw), "tls", "certificate-name", "pacs.hospital.example"),
		says(at("10.1.0.9", 443, gw), "tls", "certificate-name", "*.hospital.example"),
		says(at("10.1.0.9", 443, gw), "http", "server", "nginx/1.24"),
		says(at("198.51.100.7", 443, gw), "tls", "certificate-name", "www.example.jp"),
		says(at("198.51.100.7", 443, gw), "http", "server", "Apache"),
		says(at("", 0, macN(3)), "lldp", "med-model", "IP Phone 7"),
		seen(t, "a", fact.ControlSpeaker{Protocol: "ospf", IP: addr("10.0.0.1"), MAC: gw, ID: "1.1.1.1"}),
		seen(t, "a", fact.ControlSpeaker{Protocol: "capwap", Role: "wtp", IP: addr("10.1.0.20"), MAC: gw}),
	}
	n := resolve.Resolve(in, topology.Site{})
	got := make(map[string]string)
	for _, d := range n.Devices() {
		got[d.Name] = fmt.Sprintf("names %v, roles %v, model %q, os %q %q, services %v", d.Names, d.Roles, d.Model, d.OS, d.Version, d.Services)
	}
	want := map[string]string{
		"ward-pc.hospital.example": `names [ward-pc.hospital.example WARD-PC], roles [], model "", os "Windows" "10.0.19045", services []`,
		"XRAY":                     `names [XRAY], roles [], model "", os "" "", services []`,
		"pacs.hospital.example":    `names [pacs.hospital.example], roles [], model "", os "" "", services [{tcp 22 ssh OpenSSH_9.2p1 Debian-2 } {tcp 443 http nginx/1.24 }]`,
		"10.0.0.1":                 `names [], roles [router], model "", os "" "", services []`,
		"10.1.0.20":                `names [], roles [wireless-ap], model "", os "" "", services []`,
		"00:00:5e:00:53:03":        `names [], roles [], model "IP Phone 7", os "" "", services []`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Routers that share an address stay two, and it is no conflict that both have
// it in turn.
func TestSharedAddress(t *testing.T) {
	vrrp := func(ip string, m fact.MAC) fact.Observation {
		return seen(t, "a", fact.ControlSpeaker{Protocol: "vrrp", Role: "active", IP: addr(ip), MAC: m, Domain: "1", Virtual: []netip.Addr{addr("10.0.0.1")}})
	}
	n := resolve.Resolve([]fact.Observation{
		seen(t, "a", arp("10.0.0.2", macN(2))), seen(t, "a", arp("10.0.0.3", macN(3))),
		vrrp("10.0.0.2", macN(2)), vrrp("10.0.0.3", macN(3)),
		seen(t, "a", arp("10.0.0.1", macN(2))), seen(t, "a", arp("10.0.0.1", macN(3))),
	}, topology.Site{})
	if len(n.Devices()) != 2 || len(n.Conflicts()) != 0 {
		t.Errorf("%d devices, conflicts %v; want 2 and none", len(n.Devices()), n.Conflicts())
	}
	if d, ok := n.DeviceByIP(addr("10.0.0.1")); ok {
		t.Errorf("the shared address is that of %s alone", d)
	}
}

// What one passes on of others names none of them: gateways of mDNS, and those
// who gather messages of syslog.
func TestPassedOn(t *testing.T) {
	list := func(m fact.MAC, from, name string, ips ...string) fact.Observation {
		f := fact.AddressSet{MAC: m, From: addr(from), Protocol: "mdns", Name: name}
		for _, ip := range ips {
			f.Addresses = append(f.Addresses, addr(ip))
		}
		return seen(t, "a", f)
	}
	log := func(ip, name string) fact.Observation {
		return seen(t, "a", fact.SelfDescription{Host: fact.Endpoint{IP: addr(ip)}, Protocol: "syslog", Field: "host-name", Value: name})
	}
	var nobody fact.MAC
	in := []fact.Observation{
		seen(t, "a", arp("10.0.0.1", macN(1))), seen(t, "a", arp("10.0.0.7", macN(7))), seen(t, "a", arp("10.0.0.8", macN(8))), seen(t, "a", arp("10.0.0.9", macN(9))),
		list(nobody, "10.0.0.1", "printer.local", "10.1.0.5"),                     // of another, by IPv4
		list(macN(1), "fe80::1", "gateway.local", "fe80::1"),                      // its own
		list(macN(1), "fe80::1", "ward-pc.local", "10.1.0.6"),                     // of another, by IPv6
		list(macN(7), "10.0.0.7", "office.local", "10.0.0.7", "10.2.0.7"),         // its own, with a second address
		list(macN(8), "fe80::8", "lab.local", "10.0.0.8"),                         // its own, of another family
		log("10.0.0.9", "sw-1"), log("10.0.0.9", "fw-1"), log("10.0.0.9", "sw-2"), // passed on
		log("10.0.0.8", "lab-sv"),
	}
	got := make(map[string]string)
	for _, d := range resolve.Resolve(in, topology.Site{}).Devices() {
		var ips []string
		for _, i := range d.Interfaces {
			ips = append(ips, i.IPs...)
		}
		got[d.Name] = fmt.Sprint(d.Names, ips)
	}
	want := map[string]string{
		"gateway.local": "[gateway.local] [10.0.0.1 fe80::1]",
		"office.local":  "[office.local] [10.0.0.7 10.2.0.7]",
		"lab.local":     "[lab.local lab-sv] [10.0.0.8 fe80::8]",
		"10.0.0.9":      "[] [10.0.0.9]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
