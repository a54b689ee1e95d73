package lab_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanmon/discover"
	"kanmon/discover/pcap"
	"kanmon/discover/snmp"
	"kanmon/testdata/lab"
	"kanmon/testdata/lab/score"
	"kanmon/topology"
	"kanmon/topology/build"
	"kanmon/topology/classify/signature"
	"kanmon/topology/register"
)

// recorded returns where the recorded visit to the lab is, and what was there.
func recorded(t *testing.T) (folder string, site lab.Site) {
	t.Helper()
	folder = filepath.Join("..", "sites", "lab")
	text, err := os.ReadFile(filepath.Join(folder, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &site); err != nil {
		t.Fatal(err)
	}
	return folder, site
}

// A visit to the lab that was recorded with tcpdump and net-snmp (`lab record`)
// is mapped as it was: no way out that is there to be seen is missed but for
// those named here, and none is made up. It needs no lab, and no rights.
func TestRecordedVisit(t *testing.T) {
	t.Parallel()
	folder, site := recorded(t)
	var c discover.Collection
	report, err := discover.ReadFiles(t.Context(), discover.ReadOptions{
		Paths: []string{filepath.Join(folder, "evidence")}, Formats: slices.Concat(pcap.Formats(), snmp.Formats()),
	}, &c)
	if err != nil || !report.Complete() || len(report.Inputs) < 10 {
		t.Fatalf("%d inputs, complete: %t, %v", len(report.Inputs), report.Complete(), err)
	}
	s := build.Build(c.Observations(), build.Options{Signatures: signatures(t), Register: approvals(t, folder)})
	r := score.Of(site, s, score.SNMP)
	t.Logf("\n%s\n%s", score.Table([]score.Result{r}, false), score.Details([]score.Result{r}))
	for kind, want := range map[string][2]float64{
		score.Devices: {0.95, 1}, score.Links: {1, 1}, score.Ports: {1, 1}, score.Interfaces: {1, 1}, score.WaysOut: {1, 0.9},
	} {
		if got := r.Tally(kind); got.Precision() < want[0] || got.Recall() < want[1] {
			t.Errorf("%s: precision %.2f and recall %.2f, want at least %.2f and %.2f", kind, got.Precision(), got.Recall(), want[0], want[1])
		}
	}
	for _, x := range s.ExternalConnections {
		if x.Status == topology.Approved && x.ApprovalID == "" {
			t.Errorf("%s is approved by nothing", x.ID)
		}
	}
}

func signatures(t *testing.T) *signature.Set {
	t.Helper()
	set, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func approvals(t *testing.T, folder string) *register.Register {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "register.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := register.Load(strings.NewReader(string(text)), "register.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// From the mirror ports alone every way out that they show is found, with its
// category, and none beside.
func TestRecordedMirrors(t *testing.T) {
	t.Parallel()
	folder, site := recorded(t)
	paths, err := filepath.Glob(filepath.Join(folder, "evidence", "mirror*.pcap.gz"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	var c discover.Collection
	if _, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: paths, Formats: pcap.Formats()}, &c); err != nil {
		t.Fatal(err)
	}
	s := build.Build(c.Observations(), build.Options{Signatures: signatures(t), Register: approvals(t, folder)})
	r := score.Of(site, s, score.Passive)
	t.Logf("\n%s\n%s", score.Table([]score.Result{r}, false), score.Details([]score.Result{r}))
	if got := r.Tally(score.WaysOut); got.Precision() < 1 || got.RecallOfKnowable() < 1 {
		t.Errorf("ways out: missed %v, wrong %v", got.Missed, got.Wrong)
	}
	if got := r.Tally(score.Devices); got.Precision() < 0.95 {
		t.Errorf("devices: wrong %v", got.Wrong)
	}
}
