package infer_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
	"kanmon/testdata/networks"
	"kanmon/topology"
	"kanmon/topology/infer"
	"kanmon/topology/resolve"
)

// TestNetworks holds what is found of networks of which every cable is known
// against the truth.
func TestNetworks(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		var table strings.Builder
		fmt.Fprintf(&table, "%-44s %8s %8s %6s %6s %6s %9s %7s\n", "network", "switches", "machines", "links", "found", "right", "precision", "recall")
		for _, n := range networks.All(seed) {
			obs, err := n.Facts()
			if err != nil {
				t.Fatal(err)
			}
			net := resolve.Resolve(obs, topology.Site{})
			got := infer.Links(obs, net)
			devices := slices.Concat(net.Devices(), got.Unmanaged)
			s := n.Score(obs, devices, got.Links)
			fmt.Fprintf(&table, "%-44s %8d %8d %6d %6d %6d %8.1f%% %6.1f%%\n",
				n.Name, n.Managed, n.Hosts, s.Links, s.Found, s.Right, 100*s.Precision(), 100*s.Recall())
			if s.Precision() < 0.99 || s.Recall() < 0.95 || len(s.Wrong)+len(s.Split) > 0 {
				t.Errorf("seed %d, %s: precision %.3f, recall %.3f\ninvented %s\nmissed %s\nwrongly blocked or not %s\nfound more than once %s", seed, n.Name, s.Precision(), s.Recall(),
					some(s.Invented), some(s.Missed), some(s.Wrong), some(s.Split))
			}
			checkGrades(t, obs, devices, got.Links)
			if seed == 1 {
				checkOrder(t, obs, got)
			}
		}
		t.Logf("seed %d\n%s", seed, table.String())
	}
}

func some(list []string) string {
	return fmt.Sprintf("(%d)\n\t%s", len(list), strings.Join(list[:min(12, len(list))], "\n\t"))
}

// checkGrades fails where a link that only follows from forwarding tables is
// said to be better than inferred: one with more than one device at the port.
func checkGrades(t *testing.T, obs []fact.Observation, devices []topology.Device, links []topology.Link) {
	t.Helper()
	bridges := make(map[topology.DeviceID]bool)
	for _, d := range devices {
		bridges[d.ID] = slices.Contains(d.Roles, topology.RoleUnmanaged) || slices.Contains(d.Roles, topology.RoleSwitch) || slices.Contains(d.Roles, topology.RoleAP) || slices.Contains(d.Roles, topology.RolePhone)
	}
	for _, l := range links {
		if len(l.Evidence) == 0 {
			t.Errorf("link %s has no evidence", l.ID)
		}
		byTables := slices.Equal(l.Methods, []string{"fdb"})
		if byTables && l.Grade == topology.Confirmed || byTables && bridges[l.A.Device] && bridges[l.B.Device] && l.Grade != topology.Inferred {
			t.Errorf("link %s %v is %s, want inferred", l.ID, l.Methods, l.Grade)
		}
	}
	_ = obs
}

// checkOrder fails where the result depends on the order of facts.
func checkOrder(t *testing.T, obs []fact.Observation, want infer.Result) {
	t.Helper()
	if len(obs) > 20000 {
		return
	}
	mixed := slices.Concat(obs, obs[:len(obs)/3])
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	got := infer.Links(mixed, resolve.Resolve(mixed, topology.Site{}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the result depends on the order of facts:\n%s", diff[:min(2000, len(diff))])
	}
}
