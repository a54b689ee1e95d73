package score_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab"
	"kanmon/testdata/lab/score"
	"kanmon/topology"
)

// site is a small truth: two PCs at a switch, one of them behind an unmanaged
// one, a router, and two ways out.
func site() lab.Site {
	known := []lab.Vantage{lab.AtMirror0, lab.BySNMP}
	end := func(mac, addr string) []lab.NodeEnd {
		return []lab.NodeEnd{{Name: "eth0", MAC: mac, Addresses: []string{addr}}}
	}
	return lab.Site{
		Nodes: []lab.Node{
			{Name: "pc-1", Interfaces: end("00:00:5e:00:00:01", "10.0.0.1/24"), Known: known},
			{Name: "pc-2", Interfaces: end("00:00:5e:00:00:02", "10.0.0.2/24"), Known: []lab.Vantage{lab.BySNMP}},
			{Name: "router", Interfaces: end("00:00:5e:00:00:03", "10.0.0.254/24"), Known: known},
			{Name: "small", Switch: true, Unmanaged: true, Known: []lab.Vantage{lab.BySNMP}},
			{Name: "switch", Switch: true, Interfaces: end("00:00:5e:00:00:04", "10.0.0.4/24"), Known: known},
		},
		Outside: []lab.Node{{Name: "internet", Interfaces: end("00:00:5e:00:00:09", "203.0.113.1/30")}},
		Links: []lab.Wire{
			{A: "pc-1", APort: "eth0", B: "switch", BPort: "port1"},
			{A: "small", APort: "uplink1", B: "switch", BPort: "port2"},
			{A: "pc-2", APort: "eth0", B: "small", BPort: "port1"},
		},
		Subnets: []lab.Subnet{{Name: "all", Prefix: "10.0.0.0/24"}},
		Hops:    []lab.Hop{{From: "pc-1", Via: "router", Known: known}},
		WaysOut: []lab.Truth{
			{ID: "internet", Category: topology.Internet, Device: "router", Approved: true, Known: known},
			{ID: "tether", Category: topology.USBTether, Device: "pc-2", Known: []lab.Vantage{lab.ByProbe}},
		},
	}
}

func device(id topology.DeviceID, mac, ip string, roles ...topology.Role) topology.Device {
	d := topology.Device{ID: id, Name: string(id), Roles: roles}
	if mac+ip != "" {
		d.Interfaces = []topology.Interface{{MAC: mac}}
		if ip != "" {
			d.Interfaces[0].IPs = []string{ip}
		}
	}
	return d
}

func link(layer int, a topology.DeviceID, aPort string, b topology.DeviceID, bPort string) topology.Link {
	return topology.Link{Layer: layer, A: topology.Endpoint{Device: a, Port: aPort}, B: topology.Endpoint{Device: b, Port: bPort}}
}

func TestOf(t *testing.T) {
	s := &topology.Snapshot{
		Devices: []topology.Device{
			device("a", "00:00:5E:00:00:01", ""),
			device("a-again", "", "10.0.0.1"),
			device("c", "", "10.0.0.254"),
			device("d", "00:00:5e:00:00:04", ""),
			device("hub", "", "", topology.RoleUnmanaged),
			device("nobody", "", "10.0.0.99"),
			device("far", "", "203.0.113.1"),
		},
		Links: []topology.Link{
			link(2, "a", "", "d", "port7"),
			link(2, "d", "port2", "hub", ""),
			link(2, "a", "", "c", ""),
			link(2, "d", "", "nobody", ""),
			link(3, "a", "", "c", ""),
			link(3, "c", "", "far", ""),
		},
		ExternalConnections: []topology.ExternalConnection{
			{ID: "1", Category: topology.Internet, Device: "c", Grade: topology.Confirmed, Status: topology.Approved},
			{ID: "2", Category: topology.Internet, Device: "c", Status: topology.Unapproved},
			{ID: "3", Category: topology.VendorVPN, Device: "a", Status: topology.Unapproved},
		},
		Zones: []topology.Zone{},
	}
	s.Devices[3].Interfaces[0].Name = "eth9"
	r := score.Of(site(), s, score.SNMP)
	for _, tt := range []struct {
		kind string
		want score.Tally
	}{
		{score.Devices, score.Tally{
			True: 5, Knowable: 5, Found: 4, Expected: 4, Shown: 6,
			Missed: []string{"pc-2"}, Wrong: []string{"a second time: pc-1", "there is none: nobody"},
		}},
		{score.Links, score.Tally{
			True: 3, Knowable: 3, Found: 2, Expected: 2, Shown: 4,
			Missed: []string{"pc-2 - small"}, Wrong: []string{"an end is none: switch - nobody", "there is none: pc-1 - router"},
		}},
		{score.Ports, score.Tally{
			True: 2, Knowable: 2, Found: 1, Expected: 1, Shown: 2,
			Missed: []string{"switch port1"}, Wrong: []string{"switch port7 does not lead to pc-1"},
		}},
		{score.Interfaces, score.Tally{
			True: 1, Knowable: 1, Shown: 1,
			Missed: []string{"switch eth0, 00:00:5e:00:00:04, 10.0.0.4/24"}, Wrong: []string{"there is none: switch eth9, 00:00:5e:00:00:04, "},
		}},
		{score.Hops, score.Tally{True: 1, Knowable: 1, Found: 1, Expected: 1, Shown: 1}},
		{score.Subnets, score.Tally{True: 1, Knowable: 1, Missed: []string{"10.0.0.0/24"}}},
		{score.WaysOut, score.Tally{
			True: 2, Knowable: 1, Found: 1, Expected: 1, Shown: 3,
			Wrong: []string{"a second time: internet through router", "there is none: vendor-vpn through pc-1"},
		}},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			tt.want.Kind = tt.kind
			if diff := cmp.Diff(tt.want, r.Tally(tt.kind)); diff != "" {
				t.Errorf("tally (-want +got):\n%s", diff)
			}
		})
	}
	if diff := cmp.Diff(map[string]string{"internet": "confirmed, approved", "tether": "missed"}, r.WaysOut); diff != "" {
		t.Errorf("ways out (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a second time: internet through router", "there is none: vendor-vpn through pc-1"}, r.Alarms); diff != "" {
		t.Errorf("alarms (-want +got):\n%s", diff)
	}
	if got := score.Table([]score.Result{r}, true); !strings.Contains(got, "| snmp | devices | 5 | 5 | 4 | 2 | 66 % | 80 % | 80 % |\n") {
		t.Errorf("the table:\n%s", got)
	}
	if got := score.WaysOutTable(site(), []score.Result{r}, false); !strings.Contains(got, "tether") {
		t.Errorf("the table of ways out:\n%s", got)
	}
}

// What needs a probe is missed only where one was made.
func TestLevels(t *testing.T) {
	for level, want := range map[score.Level]int{score.Passive: 0, score.SNMP: 0, score.Probe: 1} {
		r := score.Of(site(), &topology.Snapshot{}, level)
		if got := r.Tally(score.WaysOut).Missed; strings.Count(strings.Join(got, " "), "tether") != want {
			t.Errorf("%s: missed %v", level, got)
		}
	}
	if got := score.Of(site(), &topology.Snapshot{}, score.Passive).Tally(score.Devices).Knowable; got != 3 {
		t.Errorf("%d devices can be known passively, want 3", got)
	}
}

// The lab's own truth, as a snapshot would show it, has a full score.
func TestFullScore(t *testing.T) {
	truth := lab.Hospital().Truth()
	s := &topology.Snapshot{}
	for _, n := range truth.Nodes {
		d := topology.Device{ID: topology.DeviceID(n.Name), Name: n.Name}
		for _, end := range n.Interfaces {
			d.Interfaces = append(d.Interfaces, topology.Interface{Name: end.Name, MAC: end.MAC, IPs: end.Addresses})
		}
		s.Devices = append(s.Devices, d)
	}
	for _, w := range truth.Links {
		s.Links = append(s.Links, link(2, topology.DeviceID(w.A), w.APort, topology.DeviceID(w.B), w.BPort))
	}
	for _, h := range truth.Hops {
		s.Links = append(s.Links, link(3, topology.DeviceID(h.From), "", topology.DeviceID(h.Via), ""))
	}
	for _, w := range truth.WaysOut {
		s.ExternalConnections = append(s.ExternalConnections, topology.ExternalConnection{
			ID: w.ID, Category: w.Category, Device: topology.DeviceID(w.Device), Remote: topology.Remote{Names: w.Remote},
		})
	}
	r := score.Of(truth, s, score.Probe)
	for _, kind := range []string{score.Devices, score.Links, score.Ports, score.Interfaces, score.Hops, score.WaysOut} {
		tally := r.Tally(kind)
		if tally.True == 0 || tally.Precision() < 1 || tally.Recall() < 1 {
			t.Errorf("%s: %+v", kind, tally)
		}
	}
}
