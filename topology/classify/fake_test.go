package classify_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/classify"
	"kanmon/topology/classify/signature"
)

// host is a device of a fake network.
type host struct {
	name    string
	mac     string
	ips     []string
	agent   string
	vendor  string
	own     bool // its addresses are from its own tables
	gateway bool
}

type fakeNetwork struct {
	devices  []topology.Device
	byMAC    map[fact.MAC]topology.DeviceID
	byIP     map[netip.Addr]topology.DeviceID
	byAgent  map[fact.AgentID]topology.DeviceID
	own      map[netip.Addr]bool
	gateways map[fact.MAC]bool
}

func newFake(hosts []host) *fakeNetwork {
	n := &fakeNetwork{
		byMAC: map[fact.MAC]topology.DeviceID{}, byIP: map[netip.Addr]topology.DeviceID{},
		byAgent: map[fact.AgentID]topology.DeviceID{}, own: map[netip.Addr]bool{}, gateways: map[fact.MAC]bool{},
	}
	for _, h := range hosts {
		id := topology.DeviceID(h.name)
		d := topology.Device{ID: id, Name: h.name, Vendor: h.vendor}
		for _, s := range h.ips {
			n.byIP[ip(s)] = id
			n.own[ip(s)] = h.own
			d.Interfaces = append(d.Interfaces, topology.Interface{MAC: h.mac, IPs: []string{s}})
		}
		if h.mac != "" {
			n.byMAC[mac(h.mac)] = id
			n.gateways[mac(h.mac)] = h.gateway
		}
		if h.agent != "" {
			n.byAgent[fact.AgentID(h.agent)] = id
		}
		n.devices = append(n.devices, d)
	}
	slices.SortFunc(n.devices, func(a, b topology.Device) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return n
}

func (n *fakeNetwork) DeviceByMAC(m fact.MAC) (topology.DeviceID, bool) {
	id, ok := n.byMAC[m]
	return id, ok
}

func (n *fakeNetwork) DeviceByIP(a netip.Addr) (topology.DeviceID, bool) {
	id, ok := n.byIP[a]
	return id, ok
}

func (n *fakeNetwork) DeviceByAgent(a fact.AgentID) (topology.DeviceID, bool) {
	id, ok := n.byAgent[a]
	return id, ok
}

func (n *fakeNetwork) DeviceByAgentIn(a fact.AgentID, _ string) (topology.DeviceID, bool) {
	id, ok := n.byAgent[a]
	return id, ok
}

func (n *fakeNetwork) Devices() []topology.Device   { return n.devices }
func (n *fakeNetwork) OwnAddress(a netip.Addr) bool { return n.own[a] }
func (n *fakeNetwork) IsGatewayMAC(m fact.MAC) bool { return n.gateways[m] }

func ip(s string) netip.Addr {
	if s == "" {
		return netip.Addr{}
	}
	return netip.MustParseAddr(s)
}

func mac(s string) fact.MAC {
	if s == "" {
		return fact.MAC{}
	}
	m, err := fact.ParseMAC(s)
	if err != nil {
		panic(err)
	}
	return m
}

// end makes an endpoint from "10.0.0.1", "10.0.0.1:53" or "[2001:db8::1]:53",
// and a MAC.
func end(addr, m string) fact.Endpoint {
	if ap, err := netip.ParseAddrPort(addr); err == nil {
		return fact.Endpoint{IP: ap.Addr(), Port: ap.Port(), MAC: mac(m)}
	}
	return fact.Endpoint{IP: ip(addr), MAC: mac(m)}
}

func observe(tb testing.TB, facts []fact.Fact) []fact.Observation {
	tb.Helper()
	var out []fact.Observation
	for i, f := range facts {
		at := time.Date(2026, 11, 20, 9, 0, i, 0, time.UTC)
		o, err := fact.New("test/"+string(f.Kind()), f, fact.Sighting{Input: "sha256:test", First: at, Last: at.Add(time.Hour), Count: 1})
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

var defaultSignatures = sync.OnceValues(signature.Default)

func signatures(tb testing.TB) *signature.Set {
	tb.Helper()
	s, err := defaultSignatures()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func find(tb testing.TB, hosts []host, site topology.Site, facts []fact.Fact) []topology.ExternalConnection {
	tb.Helper()
	return classify.Connections(observe(tb, facts), newFake(hosts), site, signatures(tb))
}

// short is a connection in one line: what tests compare.
func short(x topology.ExternalConnection) string {
	s := fmt.Sprintf("%s %s %s %s", x.Category, x.Device, x.Grade, x.Direction)
	if len(x.Transport) > 0 {
		s += " " + strings.Join(x.Transport, "+")
	}
	for _, a := range x.Remote.Addresses {
		s += " @" + a.String()
	}
	for _, n := range x.Remote.Names {
		s += " " + n
	}
	if len(x.Behind) > 0 {
		s += " behind:"
		for i, b := range x.Behind {
			if i > 0 {
				s += ","
			}
			s += string(b)
		}
	}
	return s
}

func shorts(xs []topology.ExternalConnection) []string {
	out := []string{}
	for _, x := range xs {
		out = append(out, short(x))
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}
