package diff_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/topology"
	"kanmon/topology/diff"
)

func sample() *topology.Snapshot {
	dev := func(id, name, ip string, keys ...string) topology.Device {
		return topology.Device{
			ID: topology.DeviceID(id), Name: name, Keys: keys, Zone: "診療",
			Interfaces: []topology.Interface{{MAC: strings.TrimPrefix(keys[0], "mac:"), IPs: []string{ip}}},
			FirstSeen:  time.Unix(1, 0), LastSeen: time.Unix(2, 0), Evidence: []topology.EvidenceID{"e1"},
		}
	}
	return &topology.Snapshot{
		TakenAt: time.Unix(2, 0).UTC(),
		Devices: []topology.Device{
			dev("d1", "core-sw", "10.10.0.1/24", "mac:00:00:5e:00:53:01"),
			dev("d2", "ct-maint", "10.20.0.253", "mac:00:00:5e:00:53:20"),
			dev("d3", "pc", "10.10.0.130", "mac:00:00:5e:00:53:41"),
		},
		Links: []topology.Link{{
			ID: "l1", Layer: 2, Grade: topology.Reported, Methods: []string{"fdb"}, Evidence: []topology.EvidenceID{"e1"},
			A: topology.Endpoint{Device: "d1", Port: "7"}, B: topology.Endpoint{Device: "d2"},
		}},
		ExternalConnections: []topology.ExternalConnection{
			{
				ID: "x1", Category: topology.VendorVPN, Device: "d2", Status: topology.Approved, Grade: topology.Confirmed,
				Remote: topology.Remote{Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.10")}}, Transport: []string{"ipsec"},
				Behind: []topology.DeviceID{"d3"}, Evidence: []topology.EvidenceID{"e1"},
			},
			{
				ID: "x2", Category: topology.RemoteSupport, Device: "d3", Service: "TeamViewer", Status: topology.Unapproved,
				Remote: topology.Remote{Names: []string{"router1.teamviewer.com"}}, Grade: topology.Reported,
			},
		},
	}
}

// brief is a result in lines.
func brief(r diff.Result) (out []string) {
	changes := func(kind string, cs []diff.Change) {
		for _, c := range cs {
			for _, f := range c.Fields {
				out = append(out, strings.Join([]string{kind, c.ID, f.Name, f.Old + " → " + f.New}, " "))
			}
		}
	}
	for _, d := range r.Devices.Came {
		out = append(out, "+device "+string(d.ID))
	}
	for _, d := range r.Devices.Went {
		out = append(out, "-device "+string(d.ID))
	}
	changes("device", r.Devices.Changed)
	for _, l := range r.Links.Came {
		out = append(out, "+link "+l.ID)
	}
	for _, l := range r.Links.Went {
		out = append(out, "-link "+l.ID)
	}
	changes("link", r.Links.Changed)
	for _, x := range r.ExternalConnections.Came {
		out = append(out, "+connection "+x.ID)
	}
	for _, x := range r.ExternalConnections.Went {
		out = append(out, "-connection "+x.ID)
	}
	changes("connection", r.ExternalConnections.Changed)
	return out
}

func TestSnapshots(t *testing.T) {
	addr := netip.MustParseAddr
	tests := []struct {
		name   string
		change func(*topology.Snapshot)
		want   []string
	}{
		{"nothing", func(*topology.Snapshot) {}, nil},
		{"evidence only", func(s *topology.Snapshot) {
			s.TakenAt = time.Unix(99, 0)
			for i := range s.Devices {
				s.Devices[i].LastSeen, s.Devices[i].Evidence = time.Unix(99, 0), []topology.EvidenceID{"e7", "e8"}
			}
			s.Links[0].Evidence, s.Links[0].Methods = []topology.EvidenceID{"e9"}, []string{"fdb", "lldp"}
			x := &s.ExternalConnections[0]
			x.Evidence, x.LastSeen, x.Because = []topology.EvidenceID{"e9"}, time.Unix(99, 0), []string{"more"}
			s.Devices[0].Interfaces[0].IPs[0] = "10.10.0.1"
		}, nil},
		{"came and went", func(s *topology.Snapshot) {
			s.Devices[1] = topology.Device{ID: "d9", Name: "new", Keys: []string{"mac:00:00:5e:00:53:99"}}
			s.Links, s.ExternalConnections = nil, s.ExternalConnections[1:]
		}, []string{"+device d9", "-device d2", "-link l1", "-connection x1"}},
		{"better keys are the same device", func(s *topology.Snapshot) {
			s.Devices[1].ID, s.Devices[1].Keys = "d22", []string{"serial:x/123", "mac:00:00:5e:00:53:20"}
			s.Devices[1].Serial = "123"
			s.Links[0].ID, s.Links[0].B.Device = "l22", "d22"
			s.Links[0].A, s.Links[0].B = s.Links[0].B, s.Links[0].A
			s.ExternalConnections[0].ID, s.ExternalConnections[0].Device = "x22", "d22"
		}, []string{"device d22 serial  → 123"}},
		{"a shared address is not the same device", func(s *topology.Snapshot) {
			s.Devices[2].ID, s.Devices[2].Keys = "d33", []string{"mac:00:00:5e:00:53:98", "ip:10.10.0.130"}
		}, []string{"+device d33", "-device d3"}},
		{"fields of a device", func(s *topology.Snapshot) {
			s.Devices[2].Version, s.Devices[2].Zone = "2.0", "検査"
			s.Devices[2].Interfaces[0].IPs = []string{"10.30.0.5", "172.20.10.2"}
			s.Devices[2].Services = []topology.Service{{Transport: "tcp", Port: 3389}}
		}, []string{
			"device d3 version  → 2.0", "device d3 zone 診療 → 検査", "device d3 interfaces.ips 10.10.0.130 → 10.30.0.5, 172.20.10.2",
			"device d3 services  → tcp/3389",
		}},
		{"a port got a name, a link is surer", func(s *topology.Snapshot) {
			s.Links[0].ID, s.Links[0].A.Port, s.Links[0].Grade = "l9", "Gi0/7", topology.Confirmed
		}, []string{"link l9 a.port 7 → Gi0/7", "link l9 grade reported → confirmed"}},
		{"status and owner", func(s *topology.Snapshot) {
			x := &s.ExternalConnections[0]
			x.Status, x.Owner, x.Changes = topology.Changed, "CE", []string{"remote.addresses"}
		}, []string{"connection x1 status approved → changed", "connection x1 owner  → CE", "connection x1 changes  → remote.addresses"}},
		{"another remote is another connection", func(s *topology.Snapshot) {
			s.ExternalConnections[0].ID = "x5"
			s.ExternalConnections[0].Remote.Addresses = []netip.Addr{addr("203.0.113.99")}
		}, []string{"+connection x5", "-connection x1"}},
		{"one more behind tells, one less does not", func(s *topology.Snapshot) {
			s.ExternalConnections[0].Behind = []topology.DeviceID{"d1"}
			s.ExternalConnections[1].Remote.Names = []string{"router7.teamviewer.com"}
		}, []string{"connection x1 behind pc (d3) → core-sw (d1)"}},
		{"nobody behind", func(s *topology.Snapshot) { s.ExternalConnections[0].Behind = nil }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			to := sample()
			tt.change(to)
			r := diff.Snapshots(sample(), to)
			if d := cmp.Diff(tt.want, brief(r)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if r.Empty() != (len(tt.want) == 0) {
				t.Errorf("Empty() = %t with %v", r.Empty(), tt.want)
			}
			slices.Reverse(to.Devices)
			slices.Reverse(to.ExternalConnections)
			if d := cmp.Diff(brief(r), brief(diff.Snapshots(sample(), to))); d != "" {
				t.Errorf("another order:\n%s", d)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	to := sample()
	to.ExternalConnections[0].Status = topology.Expired
	b, err := json.Marshal(diff.Snapshots(sample(), to))
	if err != nil {
		t.Fatal(err)
	}
	const want = `"external_connections":{"changed":[{"id":"x1","name":"vendor-vpn ct-maint","fields":[{"name":"status","old":"approved","new":"expired"}]}]}`
	if !strings.Contains(string(b), want) {
		t.Errorf("got %s", b)
	}
}
