package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestUsage(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "letter.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "snapshot.json"), []byte(`{"schema":"other"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	letter := filepath.Join(full, "letter.txt")
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"help", []string{"--help"}, 0, ""},
		{"nightly-no-such", []string{"nightly", "walk"}, 2, "walk"},
		{"no-command", []string{"mop"}, 2, "unknown command"},
		{"map-without-evidence", []string{"map"}, 2, "at least one file"},
		{"map-without-output", []string{"map", letter}, 2, "-o FOLDER"},
		{"map-unknown-format", []string{"map", letter, "-o", t.TempDir(), "-f", "bmp"}, 2, "bmp"},
		{"map-into-a-full-folder", []string{"map", letter, "-o", full}, 2, "letter.txt"},
		{"map-over-a-foreign-snapshot", []string{"map", letter, "-o", foreign}, 2, "not a snapshot"},
		{"map-into-a-file", []string{"map", letter, "-o", letter}, 2, "not a folder"},
		{"map-no-evidence", []string{"map", letter, "-o", filepath.Join(t.TempDir(), "x")}, 4, "no evidence"},
		{"map-empty-folder", []string{"map", t.TempDir(), "-o", filepath.Join(t.TempDir(), "x")}, 2, "no file was found"},
		{"map-missing-file", []string{"map", "no-such-file", "-o", filepath.Join(t.TempDir(), "x")}, 2, "no such file"},
		{"map-json-and-output", []string{"map", letter, "--json", "-o", t.TempDir()}, 2, "--json"},
		{"unknown-flag", []string{"map", "--frobnicate"}, 2, "frobnicate"},
		{"unknown-language", []string{"--lang", "fr", "version"}, 2, "fr"},
		{"fail-on-unknown", []string{"map", letter, "-o", t.TempDir(), "--fail-on", "monday"}, 2, "monday"},
		{"render-missing", []string{"render", "no-such-file", "-f", "svg"}, 2, "no such file"},
		{"render-no-format", []string{"render", letter}, 2, "no format"},
		{"render-not-a-snapshot", []string{"render", letter, "-f", "svg"}, 2, "snapshot"},
		{"diff-one", []string{"diff", letter}, 2, "two snapshots"},
		{"sniff-nowhere", []string{"sniff"}, 2, "interface"},
		{"sniff-two-sources", []string{"sniff", "-i", "lo", "-r", letter}, 2, "cannot be used together"},
		{"sniff-file-for-a-time", []string{"sniff", "-r", letter, "--duration", "1s"}, 2, "--duration"},
		{"sniff-missing-file", []string{"sniff", "-r", "no-such-file"}, 2, "no such file"},
		{"sniff-no-capture", []string{"sniff", "-r", letter}, 4, "not a capture"},
		{"sniff-filter", []string{"sniff", "-r", letter, "--filter", "host www.example.jp"}, 2, "not looked up"},
		{"sniff-size", []string{"sniff", "-r", letter, "--max-size", "much"}, 2, "500M"},
		{"sniff-snaplen", []string{"sniff", "-r", letter, "--snaplen", "-1"}, 2, "negative"},
		{"sniff-over-a-file", []string{"sniff", "-r", letter, "-w", letter}, 2, "nothing was overwritten"},
		{"sniff-one-file-for-two", []string{"sniff", "-r", letter, "-w", "x", "-o", "x"}, 2, "same place"},
		{"audit-filter", []string{"audit", "-o", t.TempDir(), "-i", "lo", "--filter", "greater 5"}, 2, "not understood"},
		{"snmp-name", []string{"snmp", "-c", "x", "switch.example.jp"}, 2, "not looked up"},
		{"snmp-range", []string{"snmp", "-c", "x", "10.0.0.0/24"}, 2, "by its address"},
		{"snmp-no-community", []string{"snmp", "10.0.0.1"}, 2, "community"},
		{"snmp-v3-no-user", []string{"snmp", "-v3", "10.0.0.1"}, 2, "user"},
		{"scan-all", []string{"scan", "0.0.0.0/0"}, 2, ""},
		{"audit-agents-not-allowed", []string{"audit", "-o", t.TempDir(), "--agents", "10.0.0.1"}, 2, "--traffic query"},
		{"audit-targets-not-allowed", []string{"audit", "-o", t.TempDir(), "--traffic", "query", "--targets", "10.0.0.0/24"}, 2, "--traffic probe"},
		{"nightly-no-config", []string{"nightly", "run"}, 2, "--config"},
		{"register-missing", []string{"map", letter, "-o", t.TempDir(), "--register", "no-such-file"}, 2, "no-such-file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := kanmon(t, tt.args...).want(t, tt.code)
			if !strings.Contains(r.stderr, tt.says) {
				t.Errorf("says %q, want %q in it", r.stderr, tt.says)
			}
		})
	}
}

func TestDemo(t *testing.T) {
	out := filepath.Join(t.TempDir(), "demo")
	r := kanmon(t, "demo", "--lang", "ja", "-o", out).want(t, 0)
	for _, name := range []string{
		"snapshot.json", "diagram.svg", "diagram.pdf", "diagram.png", "diagram.dot", "detail.svg",
		"report.html", "ledger.xlsx", "ledger.csv", "external-connections.csv",
	} {
		st, err := os.Stat(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", name, st.Mode().Perm())
		}
	}
	if st, err := os.Stat(out); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", st.Mode(), err)
	}
	if !strings.Contains(r.stdout, "未承認") {
		t.Errorf("summary names no unapproved way out:\n%s", r.stdout)
	}
	kanmon(t, "demo", "-o", out).want(t, 0) // its own output may be replaced
	kanmon(t, "demo", "-o", filepath.Join(t.TempDir(), "x"), "--fail-on", "unapproved").want(t, 3)

	kanmon(t, "explain", out, "1").want(t, 0)
	kanmon(t, "explain", out, "no-such-thing").want(t, 2)
	svg := kanmon(t, "render", out, "-f", "svg", "--lang", "en").want(t, 0)
	if !strings.HasPrefix(svg.stdout, "<svg") {
		t.Errorf("svg begins with %.40q", svg.stdout)
	}
	kanmon(t, "diff", out, out).want(t, 0)
	kanmon(t, "register", "template", out).want(t, 0)
}

func TestMapJSON(t *testing.T) {
	r := kanmon(t, "demo", "--json").want(t, 0)
	var s struct {
		Schema              string            `json:"schema"`
		ExternalConnections []json.RawMessage `json:"external_connections"`
	}
	if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
		t.Fatal(err)
	}
	if s.Schema != "kanmon.snapshot/1" || len(s.ExternalConnections) == 0 {
		t.Errorf("schema %q, %d ways out", s.Schema, len(s.ExternalConnections))
	}
}

func TestPlansSendNothing(t *testing.T) {
	r := kanmon(t, "snmp", "-c", "sekrit", "--plan", "192.0.2.1").want(t, 0)
	if !strings.Contains(r.stdout, "192.0.2.1") || strings.Contains(r.stdout+r.stderr, "sekrit") {
		t.Errorf("plan: %s", r.stdout)
	}
	r = kanmon(t, "audit", "-i", "lo", "--traffic", "query", "--agents", "192.0.2.1", "--plan", "-o", t.TempDir()).want(t, 0)
	if !strings.Contains(r.stdout, "listen on lo") || !strings.Contains(r.stdout, "192.0.2.1") {
		t.Errorf("plan: %s", r.stdout)
	}
	if _, err := exec.LookPath("nmap"); err != nil {
		t.Skip("nmap is not installed: the plan of a scan is not tested")
	}
	r = kanmon(t, "scan", "--plan", "192.0.2.0/28", "--exclude", "192.0.2.9").want(t, 0)
	if !strings.Contains(r.stdout, "nmap") || !strings.Contains(r.stdout, "9100") {
		t.Errorf("plan: %s", r.stdout)
	}
}

// The program answers at once: no command pays for drawing that does not draw.
func TestVersionIsQuick(t *testing.T) {
	program := built(t)
	best := time.Hour
	for range 5 {
		cmd := exec.Command(program, "version")
		home := t.TempDir() // no cache of an earlier run
		cmd.Env = []string{"HOME=" + home, "TMPDIR=" + home, "XDG_CACHE_HOME=" + home}
		start := time.Now()
		out, err := cmd.Output()
		best = min(best, time.Since(start))
		if err != nil || !strings.HasPrefix(string(out), "kanmon ") {
			t.Fatalf("version: %v, %q", err, out)
		}
		if left := files(t, home); len(left) > 0 {
			t.Errorf("version left %d files behind", len(left))
		}
	}
	if best > 100*time.Millisecond {
		t.Errorf("version takes %v, want less than 100 ms", best)
	}
	t.Logf("version takes %v", best)
}
