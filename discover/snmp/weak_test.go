package snmp_test

import (
	"net/netip"
	"strings"
	"testing"

	"kanmon/discover/snmp"
	"kanmon/testdata/snmpfarm"
)

func TestWeakModels(t *testing.T) {
	enterprise := func(arcs ...uint32) snmpfarm.OID { return snmpfarm.OID{1, 3, 6, 1, 4, 1}.Below(arcs...) }
	for i, tt := range []struct {
		name        string
		object      snmpfarm.OID
		descr       string
		vars        int
		repetitions int
		left        string
	}{
		{name: "switch that crashes with fifteen variables", object: enterprise(11863, 5, 30), descr: "JetStream 24-Port Gigabit Smart Switch T1600G-28TS", vars: 4},
		{name: "switch that reboots", object: enterprise(11, 2, 3, 7, 11, 104), descr: "HP ProCurve 1810G - 24 GE, P.2.14, eCos-2.0", vars: 3},
		{name: "switch that loses traffic", object: enterprise(5624, 2, 1, 53), descr: "Enterasys Networks, Inc. Matrix N7 Platinum", vars: 10, left: "dot1qTpFdbTable"},
		{name: "switch that is busy", object: enterprise(2636, 1, 1, 1, 2, 31), descr: "Juniper Networks, Inc. ex4200-48t Ethernet Switch, kernel JUNOS 12.3", vars: 4, repetitions: 10},
		{name: "another of the same maker", object: enterprise(2636, 1, 1, 1, 2, 92), descr: "Juniper Networks, Inc. qfx5100-48s-6q", vars: 10, repetitions: 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &snmpfarm.Agent{Tree: snmpfarm.Switch(1, 8, 300, 1000).Model(tt.object, tt.descr)}
			at := startFarm(t, a, "127.73.0."+string(rune('1'+i)))
			opts := liveOptions(at.Port())
			opts.Targets = []netip.Addr{at.Addr()}
			fs := &facts{}
			if err := snmp.Collect(t.Context(), opts, &openGate{}, fs); err != nil {
				t.Fatal(err)
			}
			if len(fs.fdb) != 300 || len(fs.interfaces) != 8 {
				t.Errorf("%d rows, %d interfaces", len(fs.fdb), len(fs.interfaces))
			}
			if s := a.Seen(); s.Variables > tt.vars || s.Repetitions > tt.repetitions {
				t.Errorf("%d variables, %d repetitions", s.Variables, s.Repetitions)
			}
			said := tt.left == ""
			for _, g := range fs.gaps {
				said = said || strings.HasPrefix(g.What, tt.left) && strings.Contains(g.Why, "https://")
			}
			if !said || tt.left == "" && len(fs.gaps) > 0 {
				t.Errorf("gaps are %v", fs.gaps)
			}
		})
	}
}
