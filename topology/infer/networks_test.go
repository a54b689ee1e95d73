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
// against the truth. Where the tables hardly tell of any, what counts is the cables
// that can be known, and that no other is claimed.
func TestNetworks(t *testing.T) {
	for seed := range uint64(20) {
		var table strings.Builder
		fmt.Fprintf(&table, "%-60s %8s %8s %6s %6s %6s %9s %7s %9s\n", "network", "switches", "machines", "links", "found", "right", "precision", "recall", "knowable")
		for _, n := range networks.All(seed + 1) {
			if seed > 2 && !n.Scarce {
				continue
			}
			obs, err := n.Facts()
			if err != nil {
				t.Fatal(err)
			}
			net := resolve.Resolve(obs, topology.Site{})
			got := infer.Links(obs, net)
			devices := slices.Concat(net.Devices(), got.Unmanaged)
			s := n.Score(obs, devices, got.Links)
			fmt.Fprintf(&table, "%-60s %8d %8d %6d %6d %6d %8.1f%% %6.1f%% %8.1f%%\n",
				n.Name, n.Managed, n.Hosts, s.Links, s.Found, s.Right, 100*s.Precision(), 100*s.Recall(), 100*s.KnowableRecall())
			if s.Precision() < 0.99 || s.KnowableRecall() < 0.95 || len(s.Wrong)+len(s.Split)+len(s.Guessed) > 0 {
				t.Errorf("seed %d, %s: precision %.3f, recall %.3f\ninvented %s\nmissed %s\nwrongly blocked or not %s\nfound more than once %s\nclaimed though nobody can know %s",
					seed+1, n.Name, s.Precision(), s.KnowableRecall(), some(s.Invented), some(s.Missed), some(s.Wrong), some(s.Split), some(s.Guessed))
			}
			checkGrades(t, devices, got.Links)
			if seed == 0 || n.Scarce {
				checkOrder(t, obs, got)
			}
		}
		t.Logf("seed %d\n%s", seed+1, table.String())
	}
}

func some(list []string) string {
	return fmt.Sprintf("(%d)\n\t%s", len(list), strings.Join(list[:min(12, len(list))], "\n\t"))
}

// checkGrades fails where a link that follows from forwarding tables alone is
// said to be better than inferred, unless a switch has learned one machine at a
// port.
func checkGrades(t *testing.T, devices []topology.Device, links []topology.Link) {
	t.Helper()
	roles := make(map[topology.DeviceID][]topology.Role)
	for _, d := range devices {
		roles[d.ID] = d.Roles
	}
	passes := func(id topology.DeviceID) bool {
		return slices.Contains(roles[id], topology.RoleUnmanaged) || slices.Contains(roles[id], topology.RoleSwitch)
	}
	for _, l := range links {
		if len(l.Evidence) == 0 {
			t.Errorf("link %+v has no evidence", l)
		}
		if slices.Equal(l.Methods, []string{"fdb"}) && l.Grade != topology.Inferred &&
			(l.Grade == topology.Confirmed || passes(l.A.Device) == passes(l.B.Device)) {
			t.Errorf("link %+v is %s, want inferred", l, l.Grade)
		}
	}
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
