package snmp_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gosnmp/gosnmp"

	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

// TestCollectMakers: an agent that has a maker's table is asked for it only where
// its sysObjectID is the maker's, although the table is there for all.
func TestCollectMakers(t *testing.T) {
	const tunnels = ".1.3.6.1.4.1.12356.101.12.2.2.1"
	for _, tt := range []struct {
		name, object string
		asked        bool
	}{
		{"its own", ".1.3.6.1.4.1.12356.101.1.641", true},
		{"another's", ".1.3.6.1.4.1.9.1.1", false},
		{"nobody's", ".1.3.6.1.2.1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := sampleMIB(1000, 1)
			for i := range m {
				if m[i].Name == ".1.3.6.1.2.1.1.2.0" {
					m[i].Value = tt.object
				}
			}
			m = append(m,
				gosnmp.SnmpPDU{Name: tunnels + ".2.1", Type: gosnmp.OctetString, Value: []byte("branch")},
				gosnmp.SnmpPDU{Name: tunnels + ".4.1", Type: gosnmp.IPAddress, Value: "192.0.2.1"})
			slices.SortFunc(m, func(a, b gosnmp.SnmpPDU) int { return compareOIDs(a.Name, b.Name) })
			var asked atomic.Bool
			a := startAgent(t, func(req *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
				for _, v := range req.Variables {
					if strings.HasPrefix(v.Name, tunnels) {
						asked.Store(true)
					}
				}
				return m.respond(req)
			})
			fs := &facts{}
			if err := snmp.Collect(t.Context(), liveOptions(a.port()), &openGate{}, fs); err != nil {
				t.Fatal(err)
			}
			if got := len(from[fact.TunnelEnd](fs, "")) == 1; got != tt.asked || asked.Load() != tt.asked {
				t.Errorf("asked %t, read %t, want %t", asked.Load(), got, tt.asked)
			}
		})
	}
}
