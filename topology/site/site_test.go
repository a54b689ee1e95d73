package site_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/topology"
	"kanmon/topology/site"
)

const sample = `version: 1
name: 見本病院
inside: [198.51.100.0/28]
zones:
  - {name: 診療, kind: clinical, prefixes: [10.10.0.0/24], vlans: [10]}
  - {name: サーバ, kind: server, prefixes: [10.60.0.0/24, "2001:db8:60::/64"], vlans: [60, 61]}
`

func TestLoad(t *testing.T) {
	got, err := site.Load(strings.NewReader(sample), "site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := netip.MustParsePrefix
	want := topology.Site{
		Name: "見本病院", Inside: []netip.Prefix{p("198.51.100.0/28")},
		Zones: []topology.Zone{
			{Name: "診療", Kind: "clinical", Prefixes: []netip.Prefix{p("10.10.0.0/24")}, VLANs: []uint16{10}, Declared: true},
			{Name: "サーバ", Kind: "server", Prefixes: []netip.Prefix{p("10.60.0.0/24"), p("2001:db8:60::/64")}, VLANs: []uint16{60, 61}, Declared: true},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLoadErrors(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"version", "version: 1", "version: 2", "must be 1"},
		{"unknown key", "kind: clinical", "king: clinical", `site.yaml:5: key "king"`},
		{"kind", "kind: clinical", "kind: klinik", `site.yaml:5: kind "klinik"`},
		{"zone twice", "name: サーバ", "name: 診療", "line 5 already"},
		{"prefix twice", "10.60.0.0/24", "10.10.0.0/24", "line 5 already"},
		{"vlan twice", "[60, 61]", "[60, 10]", "site.yaml:6: VLAN 10 stands in line 5"},
		{"vlan", "[60, 61]", "[4095]", "not a number from 1"},
		{"vlan text", "[60, 61]", "[x]", "not a number from 1"},
		{"no prefix", "[10.10.0.0/24]", "[10.10.0.1]", "not a prefix"},
		{"host bits", "[10.10.0.0/24]", "[10.10.0.1/24]", "write 10.10.0.0/24"},
		{"too wide", "[198.51.100.0/28]", "[0.0.0.0/0]", "too wide"},
		{"nothing in it", "prefixes: [10.10.0.0/24], vlans: [10]", "prefixes: []", "nothing can be in it"},
		{"no name", "name: サーバ, ", "", "has no name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := strings.Replace(sample, tt.old, tt.new, 1)
			if in == sample {
				t.Fatal("nothing replaced")
			}
			if _, err := site.Load(strings.NewReader(in), "site.yaml"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(sample)
	f.Fuzz(func(_ *testing.T, in string) {
		s, err := site.Load(strings.NewReader(in), "fuzz.yaml")
		if err == nil {
			s.IsInside(netip.MustParseAddr("192.0.2.1"))
		}
	})
}
