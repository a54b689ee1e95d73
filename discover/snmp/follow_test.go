package snmp_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/snmp"
	"kanmon/testdata/snmpfarm"
)

func TestFollow(t *testing.T) {
	const bridge, router, telephone = 0x20, 0x08, 0x04
	at := func(host byte) [4]byte { return [4]byte{127, 70, 0, host} }
	tree := func(n int) snmpfarm.Tree { return snmpfarm.Switch(n, 4, 4, 1000) }
	trees := map[byte]snmpfarm.Tree{
		1: tree(1).Beside(1, "two", 2, bridge, at(2)).Beside(2, "phone", 9, telephone, at(9)).Beside(3, "far", 8, bridge, [4]byte{198, 51, 100, 7}).Hears(at(7), 7),
		2: tree(2).Beside(1, "one", 1, bridge, at(1)).Beside(2, "three", 3, router, at(3)).Beside(3, "excluded", 6, bridge, at(6)),
		3: tree(3).Gateway(at(4)),
		4: tree(4).Beside(1, "three", 3, router, at(3)),
		6: tree(6), 7: tree(7), 9: tree(9),
	}
	for _, tt := range []struct {
		name  string
		scope string
		arp   bool
		asked []byte
	}{
		{name: "nobody", asked: []byte{1}},
		{name: "the scope", scope: "127.70.0.0/24", asked: []byte{1, 2, 3, 4}},
		{name: "a narrow scope", scope: "127.70.0.0/30", asked: []byte{1, 2, 3}},
		{name: "caches too", scope: "127.70.0.0/24", arp: true, asked: []byte{1, 2, 3, 4, 7}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var port uint16
			agents := make(map[byte]*snmpfarm.Agent)
			for _, host := range []byte{1, 2, 3, 4, 6, 7, 9} {
				a := &snmpfarm.Agent{Tree: trees[host]}
				if err := a.Listen(netip.AddrPortFrom(netip.AddrFrom4(at(host)), port)); err != nil {
					t.Skipf("no agent can be simulated on loopback: %v", err)
				}
				t.Cleanup(a.Close)
				port, agents[host] = a.Addr().Port(), a
			}
			opts := liveOptions(port)
			opts.Targets = []netip.Addr{netip.AddrFrom4(at(1))}
			opts.Follow.ARP = tt.arp
			if tt.scope != "" {
				opts.Follow.Scope = []netip.Prefix{netip.MustParsePrefix(tt.scope)}
			}
			fs := &facts{}
			if err := snmp.Collect(t.Context(), opts, &sparingGate{spared: netip.AddrFrom4(at(6))}, fs); err != nil {
				t.Fatal(err)
			}
			var asked []byte
			for host, a := range agents {
				if s := a.Seen(); s.Requests > 0 {
					asked = append(asked, host)
					if n := len(from[systemGroup](fs, a.Addr().Addr().String()+" ")); n != 1 {
						t.Errorf("%v was asked %d times", a.Addr(), n)
					}
				}
			}
			slices.Sort(asked)
			if !slices.Equal(asked, tt.asked) {
				t.Errorf("asked %v, want %v", asked, tt.asked)
			}
			outside := slices.ContainsFunc(fs.gaps, func(g gap) bool { return strings.Contains(g.Why, "outside the scope") })
			if outside != (tt.scope != "") {
				t.Errorf("gaps are %v", fs.gaps)
			}
		})
	}
}

// notedGate notes how many packets each address gets. It is for one packet at a
// time.
type notedGate map[netip.Addr]int

func (g notedGate) Permit(_ context.Context, to netip.Addr, _ string, packets int) error {
	g[to] += packets
	return nil
}

// TestFollowNotBroadcast holds that nobody is asked at an address that belongs to
// every device of a network, whoever says that a device has it.
func TestFollowNotBroadcast(t *testing.T) {
	tree := snmpfarm.Switch(1, 4, 4, 1000)
	const bridge = 0x20
	own := [4]byte{127, 71, 3, 1} // in 127.71.3.0/24
	hear := func(host byte) [4]byte { return [4]byte{127, 71, 3, host} }
	tree = tree.Address(own, 24).Beside(1, "everybody", 2, bridge, hear(255)).Hears(hear(0), 3).Hears(hear(9), 4)
	a := &snmpfarm.Agent{Tree: tree}
	if err := a.Listen(netip.MustParseAddrPort("127.71.0.1:0")); err != nil {
		t.Skipf("no agent can be simulated on loopback: %v", err)
	}
	t.Cleanup(a.Close)
	opts := liveOptions(a.Addr().Port())
	opts.Targets = []netip.Addr{a.Addr().Addr()}
	opts.Parallel = 1
	opts.Follow = snmp.Follow{Scope: []netip.Prefix{netip.MustParsePrefix("127.71.0.0/16")}, ARP: true}
	gate := make(notedGate)
	_ = snmp.Collect(t.Context(), opts, gate, &facts{}) // nobody listens at .9
	if gate[netip.AddrFrom4(hear(9))] == 0 {
		t.Fatal("an address of a cache was not followed")
	}
	for _, host := range []byte{0, 255} {
		if n := gate[netip.AddrFrom4(hear(host))]; n > 0 {
			t.Errorf("%d packets were sent to %s", n, netip.AddrFrom4(hear(host)))
		}
	}
}

// TestNotBroadcast holds that what the system knows as a broadcast address is
// not sent to, even where an operator names it.
func TestNotBroadcast(t *testing.T) {
	conn, err := net.Dial("udp", "127.255.255.255:9")
	if err != nil {
		t.Skipf("loopback has no broadcast address: %v", err)
	}
	conn.Close()
	opts := liveOptions(9)
	opts.Targets = []netip.Addr{netip.MustParseAddr("127.255.255.255")}
	gate := make(notedGate)
	if err := snmp.Collect(t.Context(), opts, gate, &facts{}); err == nil || !strings.Contains(err.Error(), "broadcast") || len(gate) > 0 {
		t.Errorf("sent to %v, %v", gate, err)
	}
}

// TestKeyring holds that each device is asked with the narrowest credentials, and
// with no other.
func TestKeyring(t *testing.T) {
	var port uint16
	var agents []*snmpfarm.Agent
	opts := liveOptions(0)
	opts.Targets = nil
	for host := range byte(3) {
		a := &snmpfarm.Agent{Tree: snmpfarm.Switch(int(host), 1, 1, 1000)}
		if err := a.Listen(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 72, 0, host + 1}), port)); err != nil {
			t.Skipf("no agent can be simulated on loopback: %v", err)
		}
		t.Cleanup(a.Close)
		port, agents = a.Addr().Port(), append(agents, a)
		opts.Targets = append(opts.Targets, a.Addr().Addr())
	}
	opts.Port = port
	community := func(s string) snmp.Credentials {
		return snmp.Credentials{Version: "2c", Community: snmp.NewSecret(s)}
	}
	opts.Credentials = snmp.Credentials{}
	opts.Keys = snmp.Keyring{
		{For: netip.MustParsePrefix("127.72.0.0/24"), Credentials: community("wide")},
		{For: netip.MustParsePrefix("127.72.0.2/32"), Credentials: community("narrow")},
	}
	if err := snmp.Collect(t.Context(), opts, &openGate{}, &facts{}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"wide", "narrow", "wide"} {
		s := agents[i].Seen()
		if len(s.Community) != 1 || s.Community[want] == 0 {
			t.Errorf("agent %d was asked with %d communities, %d times with the right one", i, len(s.Community), s.Community[want])
		}
	}
	opts.Keys = opts.Keys[1:]
	if err := snmp.Collect(t.Context(), opts, &openGate{}, &facts{}); err == nil || !strings.Contains(err.Error(), "127.72.0.1") {
		t.Errorf("error is %v, want one for the device without credentials", err)
	}
}

// TestPerVLAN holds that tables of one VLAN are asked for where that is wanted.
func TestPerVLAN(t *testing.T) {
	tree := snmpfarm.Switch(1, 4, 4, 1000).VLAN(10, "ward").VLAN(20, "office").VLAN(1003, "token-ring-default")
	for _, on := range []bool{false, true} {
		a := &snmpfarm.Agent{Tree: tree}
		at := startFarm(t, a, "127.72.1.1")
		opts := liveOptions(at.Port())
		opts.Targets, opts.PerVLAN = []netip.Addr{at.Addr()}, on
		fs := &facts{}
		if err := snmp.Collect(t.Context(), opts, &openGate{}, fs); err != nil {
			t.Fatal(err)
		}
		s, vids := a.Seen(), make(map[uint16]int)
		for _, f := range fs.fdb {
			vids[f.VID]++
		}
		if on && (s.Community["not-public@10"] == 0 || vids[10] != 4 || vids[20] != 4 || s.Community["not-public@1003"] != 0) || !on && len(s.Community) != 1 {
			t.Errorf("per VLAN %v: %d communities, rows of VLANs %v", on, len(s.Community), vids)
		}
	}
}
