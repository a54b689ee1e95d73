package cli_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kanmon/render/term"
	"kanmon/testdata/sample"
	"kanmon/topology"
)

func TestExplainJSON(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	kanmon(t, "demo", "-o", out, "-f", "json").want(t, 0)
	var s topology.Snapshot
	decode(t, files(t, out)["snapshot.json"], &s)
	for _, id := range []string{
		string(s.Devices[0].ID), s.Links[0].ID, s.ExternalConnections[0].ID, string(s.Evidence[0].ID), "1",
	} {
		var e term.Explanation
		decode(t, kanmon(t, "explain", "--json", out, id).want(t, 0).stdout, &e)
		if len(e.Evidence) == 0 {
			t.Errorf("explain --json %s: no evidence", id)
		}
		for i, ev := range e.Evidence {
			if i > 0 && ev.At.Before(e.Evidence[i-1].At) {
				t.Errorf("explain --json %s: %s stands after newer evidence", id, ev.ID)
			}
		}
		got := ""
		switch {
		case e.Device != nil:
			got = string(e.Device.ID)
		case e.Link != nil:
			got = e.Link.ID
		case e.ExternalConnection != nil:
			got = e.ExternalConnection.ID
		default:
			got = string(e.Evidence[0].ID)
		}
		if id != "1" && got != id {
			t.Errorf("explain --json %s: explains %s", id, got)
		}
	}
	kanmon(t, "explain", "--json", out, "no-such-thing").want(t, 2)
}

func TestRegisterCheckJSON(t *testing.T) {
	text, err := fs.ReadFile(sample.FS(), "register.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "register.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Approvals []topology.Approval `json:"approvals"`
	}
	decode(t, kanmon(t, "register", "check", "--json", path).want(t, 0).stdout, &got)
	if n := strings.Count(string(text), "- id:"); n == 0 || len(got.Approvals) != n {
		t.Errorf("register check --json lists %d approvals, the file has %d", len(got.Approvals), n)
	}
}

// TestOutputFolderIsCheckedFirst: what cannot be written is known before
// anything is read.
func TestOutputFolderIsCheckedFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := kanmon(t, "map", "no-such-evidence", "-o", filepath.Join(file, "a", "b")).want(t, 2)
	if !strings.Contains(r.stderr, "output folder") {
		t.Errorf("stderr does not name the output folder:\n%s", r.stderr)
	}
}

// TestFolderNameOnTheTerminal: the name of a folder may come from an archive
// that somebody else made.
func TestFolderNameOnTheTerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	r := kanmon(t, "demo", "-o", "a\x1b[31m\u202eb", "-f", "json").want(t, 0)
	if strings.ContainsAny(r.stdout+r.stderr, "\x1b\u202e") {
		t.Errorf("a control character of a folder's name reaches the terminal: %q", r.stdout)
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("not JSON: %v\n%.300s", err, text)
	}
}
