package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanmon/topology"
)

// tsv reads a table with a heading line; its cells hold no tabs, and quotes
// mean nothing.
func tsv(tb testing.TB, path string) []map[string]string {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	head := strings.Split(lines[0], "\t")
	var rows []map[string]string
	for _, l := range lines[1:] {
		row := make(map[string]string)
		for i, cell := range strings.Split(l, "\t") {
			if i < len(head) {
				row[head[i]] = cell
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// Every neighbour that a walk tells of by LLDP or CDP is a link of the map, and
// there is no such link besides.
func TestNeighboursOfWalks(t *testing.T) {
	data := sharedData(t)
	truth := make(map[string][]string) // walk -> edges
	add := func(walk, edge string) {
		if !slices.Contains(truth[walk], edge) {
			truth[walk] = append(truth[walk], edge)
		}
	}
	for _, r := range tsv(t, filepath.Join(data, "snmp", "derived", "lldp.tsv")) {
		if r["chassis_id"] == "00:00:00:00:00:00" || r["chassis_id"] == "" {
			continue // an unused row of a table that is always full
		}
		edge := "lldp " + r["local_port_num"] + " " + r["chassis_id"]
		if r["local_port_num"] == "" {
			edge += " " + r["port_id"] // one neighbour on several ports that the agent does not name
		}
		add(r["walk"], edge)
	}
	for _, r := range tsv(t, filepath.Join(data, "snmp", "derived", "cdp.tsv")) {
		add(r["walk"], "cdp "+r["ifIndex"]+" "+r["device_id"])
	}
	// A Cisco on port 17 speaks LLDP and CDP, and this agent lists what it heard
	// by either under both: four rows for one cable.
	const procurve = "snmpsim__hpe-procurve-516733-b21.snmprec"
	truth[procurve] = slices.DeleteFunc(truth[procurve], func(edge string) bool {
		return edge == "lldp 17 NWPU-CA-5548-01(SSI183706KP)" || edge == "cdp 17 0x8c604f19163a"
	})
	edges := 0
	for walk, want := range truth {
		paths, err := filepath.Glob(filepath.Join(data, "snmp", "*", walk))
		if err != nil || len(paths) != 1 {
			t.Fatalf("%s: %v, %v", walk, paths, err)
		}
		r := kanmon(t, "map", "--json", paths[0])
		if r.code != 0 && r.code != 4 {
			t.Fatalf("%s: exit code %d\n%s", walk, r.code, r.stderr)
		}
		var s topology.Snapshot
		if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, k := range s.Links {
			for _, m := range k.Methods {
				if m == "lldp" || m == "cdp" { // each cable of an aggregate is told of
					got += 1 + max(strings.Count(k.A.Port, "+"), strings.Count(k.B.Port, "+"))
				}
			}
			if len(k.Evidence) == 0 {
				t.Errorf("%s: link %s has no evidence", walk, k.ID)
			}
		}
		if got != len(want) {
			t.Errorf("%s: %d links by LLDP and CDP, the walk tells of %d: %v", walk, got, len(want), want)
		}
		edges += len(want)
	}
	t.Logf("%d walks, %d edges by LLDP and CDP", len(truth), edges)
}
