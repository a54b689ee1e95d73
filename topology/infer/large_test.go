package infer_test

import (
	"fmt"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/infer"
	"kanmon/topology/resolve"
)

// TestMoreSwitchesThanAreCompared fails by its time or memory where each switch
// is compared with each, and by its result where a machine is put at an uplink.
func TestMoreSwitchesThanAreCompared(t *testing.T) {
	var in []fact.Observation
	core := fact.MAC{0, 0x25, 0x90, 0xff, 0, 0}
	for i := range 1200 {
		name := fmt.Sprintf("s%d", i)
		host := fact.MAC{0, 0x25, 0x90, 1, byte(i >> 8), byte(i)}
		other := fact.MAC{0, 0x25, 0x90, 1, byte((i + 1) % 1200 >> 8), byte((i + 1) % 1200)}
		in = append(in, seen(t, name, fact.SystemGroup{Agent: fact.AgentID("engine:" + name), EngineID: name, SysName: name}),
			learned(t, name, 1, host), learned(t, name, 24, other), learned(t, name, 24, core))
	}
	got := infer.Links(in, resolve.Resolve(in, topology.Site{}))
	right := 0
	for _, list := range got.Attached {
		for _, a := range list {
			if a.Port != "port 1" {
				t.Fatalf("%+v: a machine is at an uplink", a)
			}
			right++
		}
	}
	if right != 1200 {
		t.Errorf("%d machines are at their ports, want 1200", right)
	}
}

// TestManyMachinesAtOnePort fails by its time where machines are compared each
// with each.
func TestManyMachinesAtOnePort(t *testing.T) {
	in := walked(t, "a", 1)
	for i := range 30000 {
		in = append(in, learned(t, "a", 3, fact.MAC{0, 0x25, 0x90, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if got := infer.Links(in, resolve.Resolve(in, topology.Site{})); len(got.Links) != 30001 {
		t.Errorf("%d links, want 30000 and that of the unmanaged switch", len(got.Links))
	}
}

// TestUnmanagedBetweenMany fails by its time and memory where evidence doubles
// with each port that an unmanaged switch is plugged into.
func TestUnmanagedBetweenMany(t *testing.T) {
	var in []fact.Observation
	for i := range 40 {
		name := fmt.Sprintf("s%d", i)
		in = append(in, seen(t, name, fact.SystemGroup{Agent: fact.AgentID("engine:" + name), EngineID: name, SysName: name}))
		for j := range 80 {
			port := uint32(24)
			if j%40 == i {
				port = uint32(1 + j/40)
			}
			in = append(in, learned(t, name, port, fact.MAC{0, 0x25, 0x90, 2, 0, byte(j)}))
		}
	}
	got := infer.Links(in, resolve.Resolve(in, topology.Site{}))
	if len(got.Unmanaged) != 1 || len(got.Links) != 40+80 {
		t.Errorf("%d unmanaged switches and %d links, want 1 and 120", len(got.Unmanaged), len(got.Links))
	}
}
