package classify_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/topology"
)

// TestDoors tries what is told of doors: their ports, and whom they let in.
func TestDoors(t *testing.T) {
	forward := func(port, end uint16, from ...string) fact.Fact {
		return fact.RemoteAccess{Agent: "gw", Type: "port-forward", Transport: "tcp", Port: port, PortEnd: end, Target: ip("10.0.0.10"), From: prefixes(from...), Configured: true}
	}
	for _, tt := range []struct {
		name            string
		in              []fact.Fact
		ports, networks string
		transport       string
	}{
		{name: "one port, some", in: []fact.Fact{forward(5900, 0, "203.0.113.0/28")}, ports: "tcp/5900", networks: "203.0.113.0/28"},
		{name: "several ports", in: []fact.Fact{forward(80, 0, "203.0.113.0/28"), forward(5000, 5010, "198.51.100.0/24")}, ports: "tcp/5000-5010 tcp/80", networks: "198.51.100.0/24 203.0.113.0/28"},
		{name: "anybody", in: []fact.Fact{forward(80, 0)}, ports: "tcp/80", networks: "0.0.0.0/0"},
		{name: "anybody of IPv6", in: []fact.Fact{forward(80, 0, "::/0")}, ports: "tcp/80", networks: "0.0.0.0/0"},
		{name: "one host is an address", in: []fact.Fact{forward(80, 0, "203.0.113.9/32")}, ports: "tcp/80"},
		{name: "the hospital's own are not told", in: []fact.Fact{forward(80, 0, "10.0.0.0/24", "203.0.113.0/28")}, ports: "tcp/80", networks: "203.0.113.0/28"},
		{
			name:  "whom is not known",
			in:    []fact.Fact{fact.RemoteAccess{Agent: "gw", Type: "port-forward", Transport: "tcp", Port: 80, Target: ip("10.0.0.10"), Filtered: true}},
			ports: "tcp/80",
		},
		{name: "all ports", in: []fact.Fact{fact.RemoteAccess{Agent: "gw", Type: "static-nat", Target: ip("10.0.0.10")}}, networks: "0.0.0.0/0", transport: "static-nat"},
		{
			name: "the door of a tunnel with one party says nothing of others",
			in: []fact.Fact{
				fact.RemoteAccess{Agent: "gw", Type: "ike", Transport: "udp", Port: 500, From: prefixes("198.51.100.0/24")},
				fact.TunnelEnd{Agent: "gw", Type: "ipsec", Remote: ip("203.0.113.10"), Configured: true},
			},
			transport: "ipsec",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			xs := find(t, small(), topology.Site{}, tt.in)
			if len(xs) != 1 {
				t.Fatalf("%d ways: %v", len(xs), shorts(xs))
			}
			var networks []string
			for _, p := range xs[0].Remote.Networks {
				networks = append(networks, p.String())
			}
			got := []string{strings.Join(xs[0].Ports, " "), strings.Join(networks, " "), strings.Join(xs[0].Transport, " ")}
			if d := cmp.Diff([]string{tt.ports, tt.networks, tt.transport}, got); d != "" {
				t.Errorf("ports, networks, transport (-want +got):\n%s", d)
			}
		})
	}
}

// TestLineOfConfiguration tells whose line a configuration has, once for all that
// is known of it.
func TestLineOfConfiguration(t *testing.T) {
	xs := find(t, small(), topology.Site{}, []fact.Fact{
		fact.Line{Agent: "gw", Name: "pp1", Type: "usb-modem", Provider: "m2m.example.jp", Configured: true},
		fact.Line{Agent: "gw", Name: "ppp0", Type: "lte", State: "up"},
		tunnel("ike", "10.0.0.1:500", gwMAC, "203.0.113.10:500", "", true),
		fact.TunnelEnd{Agent: "gw", Type: "ipsec", Name: "tunnel1", Remote: ip("203.0.113.10"), Configured: true},
		fact.RemoteAccess{Agent: "gw", Type: "ike", Transport: "udp", Port: 500, Configured: true},
	})
	if len(xs) != 2 {
		t.Fatalf("%d ways, want the line and the tunnel: %v", len(xs), shorts(xs))
	}
	for _, x := range xs {
		switch x.Category {
		case topology.VendorVPN:
			if len(x.Evidence) != 3 {
				t.Errorf("the tunnel has %d pieces of evidence, want the frames, its configuration and its door", len(x.Evidence))
			}
		default:
			if len(x.Evidence) != 2 || len(x.Remote.Names) != 1 || x.Remote.Names[0] != "m2m.example.jp" {
				t.Errorf("line: %d pieces of evidence, names %v", len(x.Evidence), x.Remote.Names)
			}
		}
	}
}

// TestDoorToPrivateNetwork tries a router that faces a private network, as that of
// a department faces the hospital: what comes from outside is not known from there.
func TestDoorToPrivateNetwork(t *testing.T) {
	for _, tt := range []struct {
		name, address string
		line          bool
		want          topology.Grade
	}{
		{"a private address", "10.1.0.4/24", false, topology.Inferred},
		{"a public address", "203.0.113.4/24", false, topology.Confirmed},
		{"a public address of the hospital's own", "198.51.100.4/24", false, topology.Confirmed},
		{"a line that gives a private address", "10.1.0.4/24", true, topology.Confirmed},
	} {
		for _, typ := range []string{"port-forward", "ssh"} {
			t.Run(tt.name+", "+typ, func(t *testing.T) {
				facts := []fact.Fact{
					fact.Interface{Agent: "gw", IfIndex: 2, Name: "lan2", AdminStatus: "up"},
					fact.InterfaceAddress{Agent: "gw", IfIndex: 2, Address: prefixes(tt.address)[0]},
					fact.RemoteAccess{Agent: "gw", Type: typ, IfIndex: 2, Transport: "tcp", Port: 80, Target: ip("10.4.0.10"), Configured: true},
				}
				if tt.line {
					facts = append(facts, fact.Line{Agent: "gw", IfIndex: 2, Type: "pppoe", Configured: true})
				}
				var got []topology.Grade
				for _, x := range find(t, small(), topology.Site{Inside: prefixes("198.51.100.0/24")}, facts) {
					if x.Direction == topology.Inbound {
						got = append(got, x.Grade)
					}
				}
				if d := cmp.Diff([]topology.Grade{tt.want}, got); d != "" {
					t.Errorf("grades of ways in (-want +got):\n%s", d)
				}
			})
		}
	}
}
