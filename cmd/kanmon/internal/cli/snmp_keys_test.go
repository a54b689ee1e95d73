package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kanmon/cmd/kanmon/internal/cli"
	"kanmon/testdata/snmpfarm"
)

func TestCredentialsOfRanges(t *testing.T) {
	t.Parallel()
	a := &snmpfarm.Agent{Tree: snmpfarm.Switch(1, 2, 2, 1000)}
	ask := startAgent(t, a, "127.63.1.1")
	file := filepath.Join(t.TempDir(), "credentials.yaml")
	text := "version: 1\ncredentials:\n  - {for: [127.63.0.0/16], snmp: \"2c\", community: KANMON_WIDE}\n  - {for: [127.63.1.1], snmp: \"2c\", community: KANMON_NARROW}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ask = append(ask, "--credentials", file)
	env := map[string]string{"KANMON_WIDE": "wide-secret"}
	if r := live(t, env, ask...); r.code != 2 || !strings.Contains(r.stderr, "KANMON_NARROW") {
		t.Errorf("code %d, %s", r.code, r.stderr)
	}
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), cli.Env{
		Args: append(ask, "--prompt"), Stdin: strings.NewReader("typed-secret\nrest"), Stdout: &out, Stderr: &errs, Now: time.Now,
		Getenv: func(name string) string { return env[name] },
	})
	if s := a.Seen(); code != 0 || len(s.Community) != 1 || s.Community["typed-secret"] == 0 {
		t.Errorf("code %d, asked with %d communities\n%s", code, len(s.Community), errs.String())
	}
	for _, secret := range []string{"typed-secret", "wide-secret"} {
		if strings.Contains(out.String()+errs.String(), secret) {
			t.Errorf("%s was printed", secret)
		}
	}
}

func TestFollowPlan(t *testing.T) {
	t.Parallel()
	ask, audit := []string{"snmp", "192.0.2.1", "--plan"}, []string{"audit", "-i", "lo", "--traffic", "query", "--agents", "192.0.2.1", "--plan"}
	for _, args := range [][]string{ask, audit} {
		r := kanmon(t, append(args, "--follow", "192.0.2.0/24")...).want(t, 0)
		for _, want := range []string{"192.0.2.0/24", "LLDP, CDP and next hops: each once"} {
			if !strings.Contains(r.stdout, want) {
				t.Errorf("the plan of %s lacks %q:\n%s", args[0], want, r.stdout)
			}
		}
		kanmon(t, append(args, "--follow-arp")...).want(t, 2)
	}
	r := kanmon(t, "audit", "-i", "lo", "--traffic", "query", "--follow", "192.0.2.0/24", "--plan").want(t, 2)
	if !strings.Contains(r.stderr, "--agents") {
		t.Errorf("following from nobody says %s", r.stderr)
	}
}

func TestPlanNamesThePort(t *testing.T) {
	t.Parallel()
	if r := kanmon(t, "snmp", "192.0.2.1", "--port", "10161", "--plan").want(t, 0); !strings.Contains(r.stdout, "UDP port 10161") {
		t.Errorf("the plan does not say where requests go:\n%s", r.stdout)
	}
	kanmon(t, "snmp", "192.0.2.1", "--port", "24105", "--plan").want(t, 2) // of patient monitors
}
