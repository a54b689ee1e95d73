package snmp_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

// startSNMPD runs net-snmp's agent on a free port of loopback, and ends it with
// the test.
func startSNMPD(t *testing.T) uint16 {
	t.Helper()
	path := "/usr/sbin/snmpd"
	if _, err := os.Stat(path); err != nil {
		t.Skip("no /usr/sbin/snmpd (Debian package snmpd): live collection was tested with fake agents only")
	}
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := netip.MustParseAddrPort(conn.LocalAddr().String()).Port()
	conn.Close()

	dir := t.TempDir()
	conf := fmt.Sprintf(`agentaddress udp:127.0.0.1:%d
rocommunity community-of-test 127.0.0.1
sysLocation server room
sysName agent-of-test
createUser auditor SHA-256 "authentication" AES "privacy-words"
createUser reader SHA-512 "authentication"
rouser auditor priv
rouser reader auth
[snmp] persistentDir %s
`, port, dir)
	file := filepath.Join(dir, "snmpd.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	cmd := exec.CommandContext(context.Background(), path, "-f", "-Lo", "-C", "-c", file, "-p", filepath.Join(dir, "pid"), "-I", "-smux")
	cmd.Env = append(os.Environ(), "SNMP_PERSISTENT_DIR="+dir, "SNMPCONFPATH="+dir)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Skipf("snmpd does not start: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return port
}

func TestCollectSNMPD(t *testing.T) {
	port := startSNMPD(t)
	tests := []struct {
		name    string
		cred    snmp.Credentials
		refused string // what the error says
	}{
		{name: "v2c", cred: snmp.Credentials{Version: "2c", Community: snmp.NewSecret("community-of-test")}},
		{name: "v1", cred: snmp.Credentials{Version: "1", Community: snmp.NewSecret("community-of-test")}},
		{name: "v3 authPriv", cred: snmp.Credentials{
			Version: "3", User: "auditor", AuthProtocol: "SHA-256", AuthPassphrase: snmp.NewSecret("authentication"),
			PrivProtocol: "AES", PrivPassphrase: snmp.NewSecret("privacy-words"), Level: "authPriv",
		}},
		{name: "v3 authNoPriv", cred: snmp.Credentials{
			Version: "3", User: "reader", AuthProtocol: "SHA-512", AuthPassphrase: snmp.NewSecret("authentication"),
		}},
		{name: "v3 wrong passphrase", refused: "user name, passphrases", cred: snmp.Credentials{
			Version: "3", User: "auditor", AuthProtocol: "SHA-256", AuthPassphrase: snmp.NewSecret("guessed-wrong"),
			PrivProtocol: "AES", PrivPassphrase: snmp.NewSecret("privacy-words"),
		}},
		{name: "v3 wrong user", refused: "user name, passphrases", cred: snmp.Credentials{
			Version: "3", User: "nobody", AuthProtocol: "SHA-256", AuthPassphrase: snmp.NewSecret("authentication"),
		}},
		{name: "v3 wrong privacy passphrase", refused: "privacy passphrase", cred: snmp.Credentials{
			Version: "3", User: "auditor", AuthProtocol: "SHA-256", AuthPassphrase: snmp.NewSecret("authentication"),
			PrivProtocol: "AES", PrivPassphrase: snmp.NewSecret("guessed-wrong"),
		}},
		{name: "v2c wrong community", refused: "community", cred: snmp.Credentials{Version: "2c", Community: snmp.NewSecret("another")}},
	}
	var want fact.AgentID
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := liveOptions(port)
			opts.Credentials, opts.Timeout = tt.cred, 500*time.Millisecond
			var (
				fs   *facts
				err  error
				gate = &openGate{}
			)
			for range 20 { // it takes a while to listen
				fs = &facts{}
				if err = snmp.Collect(t.Context(), opts, gate, fs); i > 0 || err == nil {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) || len(fs.gaps) != 1 || len(fs.all) != 1 {
					t.Errorf("error %v, gaps %v", err, fs.gaps)
				}
				if s := fmt.Sprint(err, fs.gaps); strings.Contains(s, "guessed-wrong") || strings.Contains(s, "another") {
					t.Errorf("a secret stands in %s", s)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(fs.systems) != 1 || fs.systems[0].SysName != "agent-of-test" || fs.systems[0].SysLocation != "server room" {
				t.Fatalf("systems are %+v", fs.systems)
			}
			agent := fs.systems[0].Agent
			if want == "" {
				want = agent
			}
			if agent != want || !strings.HasPrefix(string(agent), "engine:") {
				t.Errorf("agent is %s, want %s", agent, want)
			}
			loopback := false
			for _, a := range fs.addresses {
				loopback = loopback || a.Address.String() == "127.0.0.1/8"
			}
			if !loopback || len(fs.interfaces) == 0 {
				t.Errorf("got %d interfaces and the addresses %v", len(fs.interfaces), fs.addresses)
			}
			t.Logf("%d facts, %d packets", len(fs.all), gate.packets.Load())
		})
	}
}
