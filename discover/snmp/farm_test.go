package snmp_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/snmp"
	"kanmon/testdata/snmpfarm"
)

// startFarm starts a simulated agent at an address of its own.
func startFarm(t *testing.T, a *snmpfarm.Agent, at string) netip.AddrPort {
	t.Helper()
	if err := a.Listen(netip.MustParseAddrPort(at + ":0")); err != nil {
		t.Skipf("no agent can be simulated on loopback: %v", err)
	}
	t.Cleanup(a.Close)
	return a.Addr()
}

// TestFarm visits every agent of the farm: each visit ends, says what happened,
// and sends no more than is bearable.
func TestFarm(t *testing.T) {
	kinds := snmpfarm.Kinds()
	if len(kinds) < 40 {
		t.Errorf("the farm has %d kinds of agents", len(kinds))
	}
	for i, kind := range kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			tree := kind.Tree
			if tree == nil {
				tree = snmpfarm.Switch(1, 8, 60, 1000)
			}
			a := &snmpfarm.Agent{Tree: tree, Kind: kind.Kind, Octets: 1472}
			at := startFarm(t, a, fmt.Sprintf("127.60.%d.1", i+1))
			opts := liveOptions(at.Port())
			opts.Targets, opts.Retries, opts.Timeout = []netip.Addr{at.Addr()}, 1, snmpfarm.Late*3/4
			fs := &facts{}
			began := time.Now()
			err := snmp.Collect(t.Context(), opts, &openGate{}, fs)
			took, seen := time.Since(began), a.Seen()

			said := kind.Says == ""
			for _, g := range fs.gaps {
				said = said || strings.Contains(g.Why, kind.Says)
			}
			if !said || kind.Says == "" && len(fs.gaps) > 0 {
				t.Errorf("gaps are %+v, want %q", fs.gaps, kind.Says)
			}
			if kind.Ends != "" && (err == nil || !strings.Contains(err.Error(), kind.Ends)) {
				t.Errorf("error is %v, want %q", err, kind.Ends)
			}
			if kind.Whole && (err != nil || len(fs.fdb) != 60 || len(fs.interfaces) != 8) {
				t.Errorf("%d rows of the forwarding table, %d interfaces, error %v", len(fs.fdb), len(fs.interfaces), err)
			}
			if seen.Variables > 10 || seen.Repetitions > 50 || seen.InFlight > 1 {
				t.Errorf("%d variables and %d repetitions in a request, %d requests at once", seen.Variables, seen.Repetitions, seen.InFlight)
			}
			if seen.Requests > 300 || took > 10*time.Second {
				t.Errorf("%d requests in %v", seen.Requests, took)
			}
			t.Logf("%d requests, %v, gaps %v", seen.Requests, took.Round(time.Millisecond), fs.gaps)
		})
	}
}

// TestFarmLimits counts at the agent what reaches it through a gate.
func TestFarmLimits(t *testing.T) {
	const (
		perSecond = 100
		interval  = 20 * time.Millisecond
	)
	var (
		agents  []*snmpfarm.Agent
		targets []netip.Addr
		port    uint16
		scope   []netip.Prefix
	)
	wire := snmpfarm.NewWire(5 * time.Millisecond)
	t.Cleanup(wire.Close) // after the agents
	for i := range 4 {
		a := &snmpfarm.Agent{Tree: snmpfarm.Switch(i, 24, 300, 1000), Wire: wire}
		at := fmt.Sprintf("127.61.%d.1", i)
		if err := a.Listen(netip.AddrPortFrom(netip.MustParseAddr(at), port)); err != nil {
			t.Skipf("no agent can be simulated on loopback: %v", err)
		}
		t.Cleanup(a.Close)
		port = a.Addr().Port()
		agents, targets = append(agents, a), append(targets, a.Addr().Addr())
		scope = append(scope, netip.PrefixFrom(a.Addr().Addr(), 32))
	}
	gate, err := discover.NewGate(discover.GateOptions{
		Level: discover.TrafficQuery, Targets: scope, PerSecond: perSecond, PerHostInterval: interval, Clock: time.Now, Receipts: new(strings.Builder),
	})
	if err != nil {
		t.Fatal(err)
	}
	opts := liveOptions(port)
	opts.Targets, opts.Timeout = targets, time.Second
	fs := &facts{}
	if err := snmp.Collect(t.Context(), opts, gate, fs); err != nil {
		t.Fatal(err)
	}
	if len(fs.fdb) != 1200 {
		t.Errorf("%d rows", len(fs.fdb))
	}
	var all []time.Time
	for _, a := range agents {
		s := a.Seen()
		if s.InFlight != 1 || s.Variables > 10 {
			t.Errorf("%d requests at once, %d variables in one", s.InFlight, s.Variables)
		}
		// One that arrives late makes the time to the next one short, on a busy machine.
		n := len(s.Times) - 1
		if d := s.Times[n].Sub(s.Times[0]); d < time.Duration(n)*interval*9/10 {
			t.Errorf("%d requests to one agent came within %v", n+1, d)
		}
		all = append(all, s.Times...)
	}
	for i, begin := range all {
		n := 0
		for _, at := range all {
			if d := at.Sub(begin); d >= 0 && d < time.Second {
				n++
			}
		}
		if n > perSecond*11/10 {
			t.Fatalf("request %d began a second with %d requests", i, n)
		}
	}
}

// TestFarmManyRows holds that a long table is not kept while it is read.
func TestFarmGrowth(t *testing.T) {
	a := &snmpfarm.Agent{Tree: snmpfarm.Plain(1, 2000)}
	at := startFarm(t, a, "127.62.0.1")
	opts := liveOptions(at.Port())
	opts.Targets = []netip.Addr{at.Addr()}
	fs := &facts{}
	if err := snmp.Collect(t.Context(), opts, &openGate{}, fs); err != nil {
		t.Fatal(err)
	}
	// net-snmp's snmpbulkwalk with its ten rows a request needs 200 for the whole tree.
	if n := a.Seen().Requests; n > 40 || len(fs.fdb) == 0 {
		t.Errorf("%d requests for %d rows, want at most a fifth of 200", n, len(fs.fdb))
	} else {
		t.Logf("%d requests", n)
	}
}

// sparingGate permits everything but one address.
type sparingGate struct {
	openGate
	spared netip.Addr
}

func (g *sparingGate) Spared(a netip.Addr) string {
	if a == g.spared {
		return "it is excluded"
	}
	return ""
}

type (
	systemGroup = fact.SystemGroup
	gap         = fact.Gap
)
