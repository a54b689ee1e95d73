package cli_test

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"kanmon/testdata/snmpfarm"
)

// linkLocal returns an address of this machine that is known on one link only.
func linkLocal(t *testing.T) netip.Addr {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		addrs, _ := i.Addrs() // there may be none
		for _, a := range addrs {
			p, err := netip.ParsePrefix(a.String())
			if err == nil && p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() {
				return p.Addr().WithZone(i.Name)
			}
		}
	}
	t.Skip("no interface has an IPv6 address of its link")
	return netip.Addr{}
}

// An agent may be asked at an address that is known on one link only.
func TestAgentOnLink(t *testing.T) {
	t.Parallel()
	kanmon(t, "snmp", "fe80::1%eth0,192.0.2.1", "--plan").want(t, 0)
	if r := kanmon(t, "snmp", "fe80::1", "--plan").want(t, 2); !strings.Contains(r.stderr, "fe80::1%eth0") {
		t.Errorf("it is not said how to write it: %s", r.stderr)
	}
	at := linkLocal(t)
	a := &snmpfarm.Agent{Tree: snmpfarm.Switch(1, 2, 2, 1000)}
	if err := a.Listen(netip.AddrPortFrom(at, 0)); err != nil {
		t.Skipf("no agent can be simulated at %s: %v", at, err)
	}
	t.Cleanup(a.Close)
	out, walks := filepath.Join(t.TempDir(), "e.jsonl"), t.TempDir()
	live(t, map[string]string{"KANMON_SNMP_COMMUNITY": "c"}, "snmp", at.String(), "--port", strconv.Itoa(int(a.Addr().Port())),
		"--rate", "100000", "--interval", "1us", "-o", out, "--record", walks).want(t, 0)
	b, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(b), `"address":"`+at.WithZone("").String()+`"`) {
		t.Errorf("no device has the address %s: %v\n%s", at, err, b)
	}
	if files, err := filepath.Glob(filepath.Join(walks, "fe80*.snmprec")); err != nil || len(files) != 1 {
		t.Errorf("recorded %v, %v", files, err)
	}
}
