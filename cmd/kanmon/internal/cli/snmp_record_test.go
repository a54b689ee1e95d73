package cli_test

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kanmon/cmd/kanmon/internal/cli"
	"kanmon/testdata/snmpfarm"
)

// live runs a command on a clock that goes.
func live(t *testing.T, env map[string]string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now,
		Getenv: func(name string) string { return env[name] },
	})
	return result{code: code, stdout: out.String(), stderr: errs.String()}
}

// startAgent simulates an agent; args are how kanmon asks it, quickly.
func startAgent(t *testing.T, a *snmpfarm.Agent, at string) (args []string) {
	t.Helper()
	if err := a.Listen(netip.MustParseAddrPort(at + ":0")); err != nil {
		t.Skipf("no agent can be simulated on loopback: %v", err)
	}
	t.Cleanup(a.Close)
	return []string{"snmp", at, "--port", strconv.Itoa(int(a.Addr().Port())), "--rate", "100000", "--interval", "1us"}
}

// A recording holds what the evidence of the same visit holds.
func TestRecordedWalkIsEvidence(t *testing.T) {
	t.Parallel()
	const secret = "kept-by-nobody"
	env := map[string]string{"KANMON_SNMP_COMMUNITY": secret}
	a := &snmpfarm.Agent{Tree: snmpfarm.Switch(1, 8, 60, 1000)}
	ask := startAgent(t, a, "127.63.0.1")
	dir := t.TempDir()
	for _, name := range []string{"tables", "whole"} {
		args := append(slices.Clone(ask), "--record", filepath.Join(dir, name), "-q")
		if name == "whole" {
			args = append(args, "--whole")
		}
		if r := live(t, env, args...).want(t, 0); r.stdout != "" {
			t.Errorf("evidence was written too: %s", r.stdout)
		}
		live(t, env, args...).want(t, 4) // nothing is overwritten
	}
	live(t, env, append(slices.Clone(ask), "-o", filepath.Join(dir, "live.jsonl"))...).want(t, 0)
	facts := func(path string) []string {
		var out []string
		for line := range strings.Lines(kanmon(t, "evidence", path).want(t, 0).stdout) {
			if strings.Contains(line, `"kind":"input-read"`) || !strings.Contains(line, `"kind":`) {
				continue
			}
			line = regexp.MustCompile(`"seen":.*$|"id":"[^"]*",|"address":"127[^"]*",?`).ReplaceAllString(strings.TrimSpace(line), "")
			out = append(out, strings.ReplaceAll(line, ",}", "}"))
		}
		slices.Sort(out)
		return out
	}
	want := facts(filepath.Join(dir, "live.jsonl"))
	if len(want) < 60 {
		t.Fatalf("%d facts", len(want))
	}
	for _, name := range []string{"tables", "whole"} {
		file := filepath.Join(dir, name, "127.63.0.1.snmprec")
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(secret)) {
			t.Error("the community is in the recording")
		}
		if st, err := os.Stat(file); err == nil && st.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s: %v", name, st.Mode())
		}
		if got := facts(file); !slices.Equal(got, want) {
			t.Errorf("%s: %d facts, live there were %d\n%s\n%s", name, len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// A recording may be made beside evidence; its folder need not be there.
func TestRecordBesideEvidence(t *testing.T) {
	t.Parallel()
	a := &snmpfarm.Agent{Tree: snmpfarm.Switch(1, 8, 60, 1000)}
	args, dir := startAgent(t, a, "127.63.0.3"), t.TempDir()
	folder := filepath.Join(dir, "walks")
	live(t, map[string]string{"KANMON_SNMP_COMMUNITY": "c"}, append(args, "--record", folder, "-o", filepath.Join(dir, "e.jsonl"))...).want(t, 0)
	if st, err := os.Stat(folder); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("folder is %v, %v", st, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "127.63.0.3.snmprec")); err != nil {
		t.Error(err)
	}
}

// A recording that lacks something says so when it is read.
func TestRecordedWalkSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	at := slices.IndexFunc(snmpfarm.Kinds(), func(k snmpfarm.Misbehaviour) bool { return k.Name == "goes round in circles" })
	a := &snmpfarm.Agent{Tree: snmpfarm.Switch(1, 8, 60, 1000), Kind: snmpfarm.Kinds()[at].Kind}
	args := startAgent(t, a, "127.63.0.2")
	dir := t.TempDir()
	live(t, map[string]string{"KANMON_SNMP_COMMUNITY": "c"}, append(args, "--record", dir)...).want(t, 4)
	if r := kanmon(t, "evidence", filepath.Join(dir, "127.63.0.2.snmprec")).want(t, 4); !strings.Contains(r.stderr, "not whole") {
		t.Errorf("nothing is said of it: %s", r.stderr)
	}
}
