package lab_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"kanmon/testdata/lab"
	"kanmon/testdata/lab/score"
	"kanmon/topology"
)

var update = flag.Bool("update", false, "write docs/scoreboard.md with the numbers found")

// listening is how long the mirror ports are listened at.
const listening = 2 * time.Minute

// visit is an auditor's visit to a lab: kanmon listens and asks, and makes maps.
type visit struct {
	lab      *lab.Lab
	plan     *lab.Plan
	kanmon   string
	dir      string // of the evidence and the register
	register string
}

func newVisit(t *testing.T, p *lab.Plan) *visit {
	t.Helper()
	dir := t.TempDir()
	v := &visit{newLab(t), p, filepath.Join(dir, "kanmon"), filepath.Join(dir, "evidence"), filepath.Join(dir, "register.yaml")}
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", v.kanmon, "kanmon/cmd/kanmon") // as it is released
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building kanmon: %v\n%s", err, out)
	}
	if err := os.Mkdir(v.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(v.register, []byte(p.Truth().Register()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.lab.Up(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return v
}

// gather makes visits at the same time.
func gather(t *testing.T, visits ...*visit) {
	t.Helper()
	time.Sleep(6 * time.Second) // neighbours are told every five
	var group errgroup.Group
	for _, v := range visits {
		v.gather(t, &group)
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// gather listens at all mirror ports while it asks all agents, each with its
// own access.
func (v *visit) gather(t *testing.T, group *errgroup.Group) {
	t.Helper()
	run := func(env []string, args ...string) {
		group.Go(func() error {
			cmd := exec.CommandContext(t.Context(), v.lab.Helper, append([]string{"-id", v.lab.ID, "inside", "auditor", v.kanmon}, args...)...)
			cmd.Env = append(os.Environ(), env...)
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("kanmon %v: %w\n%s", args, err, out)
			}
			return nil
		})
	}
	for _, i := range v.plan.Host("auditor").Interfaces {
		if i.Silent {
			run(nil, "sniff", "-q", "-i", i.Name, "--duration", listening.String(), "--vantage", i.Name, "-o", filepath.Join(v.dir, i.Name+".jsonl"))
		}
	}
	targets := map[lab.Access][]string{}
	for _, a := range v.plan.Agents {
		targets[a.Access] = append(targets[a.Access], v.plan.AgentAddr(a).String())
	}
	for access, at := range targets {
		args := append([]string{"snmp", "-q", "-o", filepath.Join(v.dir, "snmp-"+at[0]+".jsonl")}, at...)
		env := []string{"KANMON_SNMP_COMMUNITY=" + access.Community}
		if access.User != "" {
			env = []string{"KANMON_SNMP_AUTH=" + access.AuthPW, "KANMON_SNMP_PRIV=" + access.PrivPW}
			args = append(args, "-v3", "-u", access.User, "-l", "authPriv", "-a", "SHA", "-x", "AES")
		}
		run(env, args...)
	}
}

// probe looks for open ports: of a box that nobody knows, of a server, and of
// devices that bear little.
func (v *visit) probe(t *testing.T) {
	t.Helper()
	args := []string{"-id", v.lab.ID, "inside", "auditor", v.kanmon, "scan", "-q", "-o", filepath.Join(v.dir, "scan.jsonl")}
	for _, name := range []string{"vpn-gw", "his-sv", "pump-1", "us-01", "analyzer-1"} {
		args = append(args, v.plan.Host(name).Addr().String())
	}
	began := time.Now()
	if out, err := exec.CommandContext(t.Context(), v.lab.Helper, args...).CombinedOutput(); err != nil {
		t.Fatalf("kanmon scan: %v\n%s", err, out)
	}
	t.Logf("scan of five hosts: %.0f s", time.Since(began).Seconds())
}

// score maps the evidence that a level has and compares it with the truth.
func (v *visit) score(t *testing.T, level score.Level) score.Result {
	t.Helper()
	kinds := map[score.Level][]string{
		score.Passive: {"mirror"},
		score.SNMP:    {"mirror", "snmp"},
		score.Probe:   {"mirror", "snmp", "scan"},
	}
	var files []string
	for _, kind := range kinds[level] {
		found, err := filepath.Glob(filepath.Join(v.dir, kind+"*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	files = slices.DeleteFunc(files, func(path string) bool { return strings.HasSuffix(path, ".receipts.jsonl") })
	cmd := exec.CommandContext(t.Context(), v.kanmon, append([]string{"map", "-q", "--json", "--register", v.register}, files...)...)
	var out, told bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &told
	if err := cmd.Run(); err != nil {
		t.Fatalf("kanmon map: %v\n%s", err, told.String())
	}
	if keep := os.Getenv("KANMON_LAB_KEEP"); keep != "" {
		if err := os.WriteFile(filepath.Join(keep, string(level)+".json"), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var s topology.Snapshot
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return score.Of(v.plan.Truth(), &s, level)
}

// unharmed wants the fragile devices to live after the visit.
func (v *visit) unharmed(t *testing.T) {
	t.Helper()
	died, received, err := v.lab.Fragile()
	if err != nil || len(died) == 0 {
		t.Errorf("fragile devices: %v, %v", died, err)
	}
	for name, cause := range died {
		if cause != "" {
			t.Errorf("%s died of %s; it received %v", name, cause, received[name])
		}
	}
}

// floor is what is really reached, with room for a host that was silent.
type floor struct {
	level             score.Level
	kind              string
	precision, recall float64
}

func floors() []floor {
	return []floor{
		{score.Passive, score.Devices, 0.90, 0.75},
		{score.Passive, score.Hops, 1, 0.25},
		{score.Passive, score.Subnets, 1, 0.80},
		{score.Passive, score.WaysOut, 1, 0.80},
		{score.SNMP, score.Devices, 0.90, 0.95},
		{score.SNMP, score.Links, 1, 1}, // these three as they are: switches are asked, and tell
		{score.SNMP, score.Ports, 1, 1},
		{score.SNMP, score.Interfaces, 1, 1},
		{score.SNMP, score.Hops, 1, 0.45},
		{score.SNMP, score.Subnets, 1, 1},
		{score.SNMP, score.WaysOut, 0.85, 0.70},
		{score.Probe, score.Devices, 0.90, 0.95},
		{score.Probe, score.WaysOut, 0.85, 0.70},
	}
}

// The hospital is mapped, and the maps are compared with what there is; in its
// twin without unapproved ways out, none is shown.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	v, twin := newVisit(t, lab.Hospital()), newVisit(t, lab.Twin())
	gather(t, v, twin)
	var results []score.Result
	t.Run("hospital", func(t *testing.T) {
		v.probe(t)
		v.unharmed(t)
		for _, level := range score.Levels() {
			results = append(results, v.score(t, level))
		}
		t.Logf("\n%s\n%s\n%s", score.Table(results, false), score.WaysOutTable(v.plan.Truth(), results, false), score.Details(results))
		if got := results[0].Tally(score.WaysOut); got.RecallOfKnowable() < 1 {
			t.Errorf("the mirror ports show ways out that were missed: %v", got.Missed)
		}
		for _, want := range floors() {
			for _, r := range results {
				if got := r.Tally(want.kind); r.Level == want.level && (got.Precision() < want.precision || got.Recall() < want.recall) {
					t.Errorf("%s, %s: precision %.2f and recall %.2f, want at least %.2f and %.2f",
						r.Level, want.kind, got.Precision(), got.Recall(), want.precision, want.recall)
				}
			}
		}
	})
	var alarms strings.Builder
	t.Run("twin", func(t *testing.T) {
		twin.unharmed(t)
		for _, level := range []score.Level{score.Passive, score.SNMP} {
			r := twin.score(t, level)
			fmt.Fprintf(&alarms, "- %s: %d\n", level, len(r.Alarms))
			for _, alarm := range r.Alarms {
				fmt.Fprintf(&alarms, "  - %s\n", alarm)
			}
			if len(r.Alarms) > 0 {
				t.Errorf("%s: false alarms: %v", level, r.Alarms)
			}
		}
		t.Logf("false alarms:\n%s", alarms.String())
	})
	if *update && !t.Failed() {
		writeScoreboard(t, lab.Hospital().Truth(), results, alarms.String())
	}
}

// writeScoreboard replaces the page by the numbers of this run.
func writeScoreboard(t *testing.T, site lab.Site, results []score.Result, alarms string) {
	t.Helper()
	page := fmt.Sprintf(`# Scoreboard

What kanmon finds of the [lab](lab.md), whose truth is known. Made by
`+"`go test -run TestEndToEnd ./testdata/lab -update`"+` as root, with KANMON_LAB=1. Numbers differ a little from run to run,
since people and machines of the lab act in their own rhythm.

- *passive*: %.0f s at the mirror ports, and nothing else
- *snmp*: also all SNMP agents, asked with their credentials
- *probe*: also a scan of five hosts

*Can be known* counts what the vantages show at all, so the last column measures kanmon, and *recall* the visit. What is
shown a second time counts as wrong. *Ports* are the ends of cables at managed switches, *interfaces* all that these have, with
name and addresses. *Routes* are pairs of a node and its next hop.

%s
## Ways out

%s
A dash: cannot be known at this level.

## False alarms

In the twin, the same hospital without any unapproved way out, these are shown that are not approved:

%s
## What was missed though it can be known, and what is wrong

%s`, listening.Seconds(), score.Table(results, true), score.WaysOutTable(site, results, true), alarms, score.Details(results))
	if err := os.WriteFile(filepath.Join("..", "..", "docs", "scoreboard.md"), []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}
