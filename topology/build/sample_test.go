package build_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/nmap"
	"kanmon/discover/pcap"
	"kanmon/discover/routerconf"
	"kanmon/discover/snmp"
	"kanmon/topology"
	"kanmon/topology/build"
	"kanmon/topology/register"
	"kanmon/topology/site"
)

// truth is what the generator of the sample hospital says must come out.
type truth struct {
	Devices []struct {
		Name string   `json:"name"`
		Zone string   `json:"zone"`
		IPs  []string `json:"ips"`
		MACs []string `json:"macs"`
	} `json:"devices"`
	Connections []struct {
		Category string           `json:"category"`
		Device   string           `json:"device"`
		Grade    []topology.Grade `json:"grade"` // any of these is right
		Status   string           `json:"status"`
	} `json:"external_connections"`
}

// sink gathers observations from sources that run at the same time.
type sink struct {
	mu  sync.Mutex
	set fact.Set
}

func (s *sink) Emit(o fact.Observation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set.Add(o)
	return nil
}

func (*sink) Skip(string, error) {}

// sample returns the snapshot of the sample hospital, and the truth about it.
func sample(t *testing.T) (*topology.Snapshot, truth) {
	t.Helper()
	root := filepath.Join("..", "..", "testdata", "sample")
	open := func(name string) *os.File {
		f, err := os.Open(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	var s sink
	formats := slices.Concat(pcap.Formats(), nmap.Formats(), snmp.Formats(), routerconf.Formats(), []discover.Format{discover.EvidenceFormat()})
	opts := discover.ReadOptions{Paths: []string{filepath.Join(root, "evidence")}, Formats: formats}
	if _, err := discover.ReadFiles(t.Context(), opts, &s); err != nil {
		t.Fatal(err)
	}
	where, err := site.Load(open("site.yaml"), "site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	approvals, err := register.Load(open("register.yaml"), "register.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var want truth
	if err := json.NewDecoder(open("truth.json")).Decode(&want); err != nil {
		t.Fatal(err)
	}
	return build.Build(s.set.Sorted(), build.Options{Site: where, Register: approvals, Signatures: defaults(t)}), want
}

// TestSampleHospitalDevices checks that every device of the hospital is one
// device of the snapshot, in its zone, and no two are the same.
func TestSampleHospitalDevices(t *testing.T) {
	s, want := sample(t)
	found := matchDevices(s)
	taken := make(map[topology.DeviceID]string)
	for _, d := range want.Devices {
		ids := found(d.IPs, d.MACs)
		if len(ids) != 1 {
			t.Errorf("%s is %d devices: %v", d.Name, len(ids), ids)
			continue
		}
		if other, ok := taken[ids[0].ID]; ok {
			t.Errorf("%s and %s are one device", d.Name, other)
		}
		taken[ids[0].ID] = d.Name
		if ids[0].Zone != d.Zone {
			t.Errorf("%s is in zone %q, want %q", d.Name, ids[0].Zone, d.Zone)
		}
	}
}

// TestSampleHospitalWaysOut checks that every way out is found, at the right
// device, and no other.
func TestSampleHospitalWaysOut(t *testing.T) {
	s, want := sample(t)
	found := matchDevices(s)
	names := make(map[topology.DeviceID]string)
	for _, d := range want.Devices {
		for _, m := range found(d.IPs, d.MACs) {
			names[m.ID] = d.Name
		}
	}
	grades := make(map[string][]topology.Grade)
	var got, expected []string
	for _, c := range want.Connections {
		k := strings.Join([]string{c.Category, c.Device, c.Status}, " ")
		expected = append(expected, k)
		grades[k] = c.Grade
	}
	for _, c := range s.ExternalConnections {
		k := fmt.Sprint(c.Category, " ", names[c.Device], " ", c.Status)
		got = append(got, k)
		if g, ok := grades[k]; ok && !slices.Contains(g, c.Grade) {
			t.Errorf("%s has the grade %s, want one of %v", k, c.Grade, g)
		}
	}
	slices.Sort(got)
	slices.Sort(expected)
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("ways out (-want +got):\n%s", diff)
	}
}

// matchDevices returns a look-up of the devices that have any of the addresses.
func matchDevices(s *topology.Snapshot) func(ips, macs []string) []topology.Device {
	by := make(map[string][]int)
	for i, d := range s.Devices {
		for _, p := range d.Interfaces {
			keys := []string{p.MAC}
			for _, ip := range p.IPs {
				a, _, _ := strings.Cut(ip, "/")
				keys = append(keys, a)
			}
			for _, k := range keys {
				if k != "" && !slices.Contains(by[k], i) {
					by[k] = append(by[k], i)
				}
			}
		}
	}
	return func(ips, macs []string) []topology.Device {
		var found []int
		for _, k := range slices.Concat(ips, macs) {
			found = append(found, by[k]...)
		}
		slices.Sort(found)
		var out []topology.Device
		for _, i := range slices.Compact(found) {
			out = append(out, s.Devices[i])
		}
		return out
	}
}
