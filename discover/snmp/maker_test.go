package snmp_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gosnmp/gosnmp"

	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

func TestMakers(t *testing.T) {
	system := func(number string) string { return "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1." + number + "\n" }
	synology := "1.3.6.1.4.1.6574.1.5.1.0|4|DS1817+\n1.3.6.1.4.1.6574.1.5.2.0|4|3005AWL999111\n1.3.6.1.4.1.6574.1.5.3.0|4|DSM 6.1-15217\n"
	boards := "1.3.6.1.4.1.207.8.4.4.3.21.1.1.4.1.1|4|AT-SBx81GP24\n1.3.6.1.4.1.207.8.4.4.3.21.1.1.4.5.6|4|AT-SBx81CFC960\n" +
		"1.3.6.1.4.1.207.8.4.4.3.21.1.1.8.1.1|4|A1XQD500P\n1.3.6.1.4.1.207.8.4.4.3.21.1.1.8.5.6|4|A04699H130900048\n"
	tests := []struct {
		name, in string
		want     []fact.PhysicalEntity
	}{
		{"scalars", system("6574.1") + synology, []fact.PhysicalEntity{
			{Class: "chassis", Descr: "SYNOLOGY-SYSTEM-MIB", Model: "DS1817+", Serial: "3005AWL999111", Software: "DSM 6.1-15217"},
		}},
		{"an agent for any maker", system("8072.3.2.10") + synology, []fact.PhysicalEntity{
			{Class: "chassis", Descr: "SYNOLOGY-SYSTEM-MIB", Model: "DS1817+", Serial: "3005AWL999111", Software: "DSM 6.1-15217"},
		}},
		{"another maker's", system("9.1.1") + synology, nil},
		{"no maker", synology, nil},
		{"the controller among boards", system("207.1.14.114") + boards, []fact.PhysicalEntity{
			{Class: "module", Descr: "AT-RESOURCE-MIB", Model: "AT-SBx81CFC960", Serial: "A04699H130900048"},
		}},
		{"an instance that is not 0", system("25049.1.81") + "1.3.6.1.4.1.25049.17.1.1|4|4.3.0 f5ad8650 ()\n1.3.6.1.4.1.25049.17.1.2|4|70081804019547\n", []fact.PhysicalEntity{
			{Class: "chassis", Descr: "OG-STATUSv2-MIB", Serial: "70081804019547", Software: "4.3.0 f5ad8650 ()"},
		}},
		{"nothing said", system("6574.1") + "1.3.6.1.4.1.6574.1.5.1.0|4|\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := walkFacts(t, tt.in).entities
			for i := range got {
				got[i].Agent = ""
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("entities (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMakersAsked holds that a device is asked for its own maker's objects, and
// not for those of others.
func TestMakersAsked(t *testing.T) {
	var m mib
	for _, o := range [][2]string{
		{".1.3.6.1.4.1.1182.2.2.3.0", "RTX830 Rev.15.02.22"}, {".1.3.6.1.4.1.6574.1.5.2.0", "3005AWL999111"}, {".1.3.6.1.4.1.2636.3.1.3.0", "JN12002C1AFA"},
	} {
		m = append(m, gosnmp.SnmpPDU{Name: o[0], Type: gosnmp.OctetString, Value: []byte(o[1])})
	}
	m = append(m, sampleMIB(1000, 0)...)
	for i := range m {
		if m[i].Name == ".1.3.6.1.2.1.1.2.0" {
			m[i].Value = ".1.3.6.1.4.1.1182.1.58"
		}
	}
	slices.SortFunc(m, func(a, b gosnmp.SnmpPDU) int { return compareOIDs(a.Name, b.Name) })
	var mu sync.Mutex
	asked := make(map[string]bool)
	a := startAgent(t, func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range req.Variables {
			if rest, ok := strings.CutPrefix(v.Name, ".1.3.6.1.4.1."); ok {
				number, _, _ := strings.Cut(rest, ".")
				asked[number] = true
			}
		}
		return m.respond(req)
	})
	fs := &facts{}
	if err := snmp.Collect(t.Context(), liveOptions(a.port()), &openGate{}, fs); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if !asked["1182"] || asked["6574"] || asked["2636"] || asked["207"] {
		t.Errorf("asked for objects of %v", asked)
	}
	if len(fs.entities) != 1 || fs.entities[0].Software != "RTX830 Rev.15.02.22" {
		t.Errorf("entities are %+v", fs.entities)
	}
}

// TestMakersAnonymous holds that serial numbers of makers' objects do not stay
// in walks that are shown to others, not even in the index of a row.
func TestMakersAnonymous(t *testing.T) {
	const walk = `1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.25053.3.1.11.1
1.3.6.1.4.1.25053.1.4.1.1.1.15.13.0|4|211838000212
1.3.6.1.4.1.25053.1.8.1.1.1.1.1.1.3.12.50.49.49.56.51.56.48.48.48.50.49.50|4|SZ104
1.3.6.1.4.1.25053.1.8.1.1.1.1.1.1.9.12.50.49.49.56.51.56.48.48.48.50.49.50|4|3.6.2.0.78
1.3.6.1.4.1.6574.1.5.2.0|4|3005AWL999111
1.3.6.1.2.1.43.5.1.1.17.1|4|MKRA012345
`
	var out bytes.Buffer
	if _, left, err := newAnonymiser(t).Rewrite(t.Context(), strings.NewReader(walk), &out); err != nil || len(left) > 0 {
		t.Fatalf("left out %v, error %v", left, err)
	}
	for _, secret := range []string{"211838000212", "50.49.49.56", "3005AWL999111", "MKRA012345"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is still there:\n%s", secret, out.String())
		}
	}
	if !strings.Contains(out.String(), "|SZ104") || !strings.Contains(out.String(), "|3.6.2.0.78") {
		t.Errorf("model or version are gone:\n%s", out.String())
	}
}
