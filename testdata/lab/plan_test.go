package lab_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab"
	"kanmon/topology"
)

func TestHospital(t *testing.T) {
	p := lab.Hospital()
	if err := p.Check(); err != nil {
		t.Fatalf("the hospital's plan: %v", err)
	}
	if diff := cmp.Diff(p.Script(), lab.Hospital().Script()); diff != "" {
		t.Errorf("not the same twice:\n%s", diff)
	}
	// A few lines that the rest hangs on.
	script := p.Script()
	for _, want := range []string{
		"addr add 10.10.0.1/24 dev vlan10\n",
		"route add 0.0.0.0/0 via 10.60.0.254\n",
		"link set vlan10 alias clinical\n",
		"filter add dev vlan60 egress protocol all prio 1 u32 match u32 0 0 action mirred egress mirror dev mirror0\n",
		"ipv6/conf/mirror0/disable_ipv6 = 1\n",
	} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %q", want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*lab.Plan)
		want  string
	}{
		{"nothing", func(*lab.Plan) {}, ""},
		{"a name twice", func(p *lab.Plan) { p.Add(lab.Host{Name: "fw-1", OUI: "00:00:5e"}) }, "there twice"},
		{"a name that is no label", func(p *lab.Plan) { p.Add(lab.Host{Name: "a b; reboot"}) }, "no"},
		{"an address twice", func(p *lab.Plan) { p.Host("jimu-pc1").Plug("eth9", "sw-office", "10.40.0.50/24") }, "10.40.0.50 is also that of"},
		{"an address of another segment", func(p *lab.Plan) { p.Host("jimu-pc1").Plug("eth9", "sw-office", "10.50.0.99/24") }, "not in the segment office"},
		{"no such switch", func(p *lab.Plan) { p.Host("jimu-pc1").Plug("eth9", "sw-attic", "10.40.0.99/24") }, "no host sw-attic"},
		{"a switch with several VLANs, none named", func(p *lab.Plan) { p.Host("jimu-pc1").Plug("eth9", "core-sw") }, "name one as in core-sw/40"},
		{"an interface without a cable", func(p *lab.Plan) { p.Host("jimu-pc1").NewInterface("eth9") }, "0 cables end here"},
		{"a long interface name", func(p *lab.Plan) { p.Host("jimu-pc1").Plug("a-name-of-sixteen", "sw-office") }, "longer than 15"},
		{"no maker", func(p *lab.Plan) { p.Add(lab.Host{Name: "pump-1"}).Plug("eth0", "sw-lab") }, "no MAC address"},
		{"a program of no known package", func(p *lab.Plan) { p.Host("fw-1").Do(time.Second, "rm", "-rf") }, "say in packages.go"},
		{"a mirror of nothing", func(p *lab.Plan) { p.Host("auditor").Mirror("mirror1", p.Host("sw-lab"), 99) }, "no interface vlan99"},
		{"a way out through nobody", func(p *lab.Plan) {
			p.WayOut(lab.Truth{ID: "x", Category: topology.VendorVPN, Device: "internet", Known: []lab.Vantage{lab.ByProbe}})
		}, `no host "internet" inside`},
		{"a way out that nothing shows", func(p *lab.Plan) {
			p.WayOut(lab.Truth{ID: "x", Category: topology.VendorVPN, Device: "fw-1"})
		}, "no vantage shows it"},
		{"a way out twice", func(p *lab.Plan) { p.WayOut(p.WaysOut[0]) }, "there twice"},
		{"a route to nowhere", func(p *lab.Plan) { p.Host("fw-1").Route("10.0.0.0/8", "next door") }, "route 10.0.0.0/8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := lab.Hospital()
			tt.spoil(p)
			err := p.Check()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("unexpected: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want a mistake with %q", err, tt.want)
			}
		})
	}
}

// A host that is added moves nobody's address: recordings of the lab stay
// comparable.
func TestAddressesStay(t *testing.T) {
	before := lab.Hospital().Host("ekaru-07").Interface("eth0").MAC
	p := lab.Hospital()
	p.Add(lab.Host{Name: "a-new-one", OUI: "00:14:22"}).Plug("eth0", "sw-clinical-1")
	if after := p.Host("ekaru-07").Interface("eth0").MAC; after != before {
		t.Errorf("MAC address was %s and is %s", before, after)
	}
}

func TestMissing(t *testing.T) {
	p := lab.Hospital()
	got := p.Missing(func(program string) bool { return program != "radvd" && program != "echoscu" })
	if diff := cmp.Diff([]string{"dcmtk", "radvd"}, got); diff != "" {
		t.Errorf("missing packages (-want +got):\n%s", diff)
	}
	if all := p.Packages(); !slices.Contains(all, "snmpd") || !slices.IsSorted(all) {
		t.Errorf("packages %v: want snmpd among them, sorted", all)
	}
}

// The twin has no way out that nobody approved, and all that are approved.
func TestTwin(t *testing.T) {
	twin := lab.Twin()
	if err := twin.Check(); err != nil {
		t.Fatalf("the twin's plan: %v", err)
	}
	var want, got []string
	for _, w := range lab.Hospital().WaysOut {
		if w.Approved {
			want = append(want, w.ID)
		}
	}
	for _, w := range twin.WaysOut {
		got = append(got, w.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ways out of the twin (-want +got):\n%s", diff)
	}
}

// What is beyond the ways out is no node, and mirrors are no links.
func TestTruth(t *testing.T) {
	site := lab.Hospital().Truth()
	for _, n := range site.Nodes {
		if n.Name == "internet" || n.Name == "ngn" {
			t.Errorf("%s is a node of the hospital", n.Name)
		}
		if n.Name == "ekaru-07" && !slices.Equal(n.Known, []lab.Vantage{lab.BySNMP, lab.AtMirror0}) {
			t.Errorf("ekaru-07 is known by %v", n.Known)
		}
	}
	for _, n := range site.Nodes {
		onlyAsked := n.Name == "sw-lab" || n.Name == "vpn-gw" // a switch at its own mirror; one that says nothing unasked
		if onlyAsked && !slices.Equal(n.Known, []lab.Vantage{lab.BySNMP}) {
			t.Errorf("%s is known by %v", n.Name, n.Known)
		}
	}
	for _, want := range []lab.Wire{
		{A: "ekaru-07", APort: "eth0", B: "sw-clinical-1", BPort: "port1", Segment: "clinical"},
		{A: "core-sw", APort: "port2", B: "sw-clinical-1", BPort: "uplink1", Segment: "clinical"},
	} {
		if !slices.Contains(site.Links, want) {
			t.Errorf("no link %+v", want)
		}
	}
	for _, l := range site.Links {
		if strings.HasPrefix(l.APort, "mirror") || strings.HasPrefix(l.BPort, "mirror") {
			t.Errorf("a mirror port is a link: %+v", l)
		}
	}
}
