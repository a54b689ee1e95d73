package cli_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func (w *wire) testAgents(t *testing.T) {
	t.Parallel()
	w.snmpd(t, "10.77.0.2", "switch-of-test")
	dir := t.TempDir()
	witness := w.witness(t)
	folder := filepath.Join(dir, "audit")
	w.kanmon(t, "audit", "-i", "kma", "--duration", "1s", "-o", folder, "--traffic", "query",
		"--agents", "10.77.0.2,10.77.0.3,10.77.0.4", "--exclude", "10.77.0.4").ends(t, 4) // nobody answers at .3

	receipts := make(map[string]int)
	for line := range strings.Lines(read(filepath.Join(folder, "evidence", "receipts.jsonl"))) {
		var r struct{ To string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		receipts[r.To]++
	}
	witness.saw(t, "udp dst port 161 and (dst host 10.77.0.2 or dst host 10.77.0.3)", receipts["10.77.0.2"]+receipts["10.77.0.3"])
	sent := make(map[string]int)
	for _, to := range []string{"10.77.0.2", "10.77.0.3", "10.77.0.4"} {
		times := witness.frames(t, "udp dst port 161 and dst host "+to)
		if len(times) > 0 {
			sent[to] = len(times)
		}
		for i := 1; i < len(times); i++ {
			if gap := times[i] - times[i-1]; gap < 0.4 {
				t.Errorf("%.3f s between two packets to %s", gap, to)
			}
		}
	}
	if !maps.Equal(receipts, sent) || sent["10.77.0.2"] < 10 || sent["10.77.0.4"] != 0 {
		t.Errorf("sent %v, with receipts for %v", sent, receipts)
	}
	if !strings.Contains(read(filepath.Join(folder, "snapshot.json")), "switch-of-test") {
		t.Error("the agent is not on the map")
	}
	checkPrivate(t, folder)
}

// testFollowed has a nightly run ask the router that an agent names as its next
// hop, since it lies where the operator said, and not the other that it names.
func (w *wire) testFollowed(t *testing.T) {
	t.Parallel()
	w.snmpd(t, "10.77.0.5", "core-of-test")
	for subnet, via := range map[string]string{"10.88.1.0/24": "10.77.0.9", "10.88.2.0/24": "10.77.0.20"} {
		run(t, w.far, "ip", "route", "add", subnet, "via", via, "dev", "kmb")
		run(t, w.near, "ip", "neigh", "add", via, "lladdr", farMAC, "dev", "kma") // or only ARP would be sent
	}
	dir := t.TempDir()
	file, folder := filepath.Join(dir, "nightly.yaml"), filepath.Join(dir, "state")
	write(t, file, "version: 1\nfolder: "+folder+"\ntraffic: query\nsnmp:\n  agents: [10.77.0.5]\n  follow: [10.77.0.8/29]\n")
	witness := w.witness(t)
	w.kanmon(t, "nightly", "run", "--config", file).ends(t, 4) // nobody answers at .9
	followed := "udp dst port 161 and dst host 10.77.0.9"
	if witness.saw(t, followed, 1); len(witness.frames(t, followed)) == 0 {
		t.Error("the next hop inside the prefix was not asked")
	}
	if n := len(witness.frames(t, "host 10.77.0.20")); n > 0 {
		t.Errorf("%d frames to the next hop outside the prefix", n)
	}
}

// snmpd starts an agent at an address of the far end.
func (w *wire) snmpd(t *testing.T, addr, name string) {
	t.Helper()
	dir := t.TempDir()
	conf := filepath.Join(dir, "snmpd.conf")
	write(t, conf, "agentaddress udp:"+addr+":161\nrocommunity "+secret+"\nsysName "+name+"\n[snmp] persistentDir "+dir+"\n")
	agent := start(t, w.far, "/usr/sbin/snmpd", "-f", "-Lo", "-C", "-c", conf, "-p", filepath.Join(dir, "pid"), "-I", "-smux")
	eventually(t, "snmpd", func() bool { return strings.Contains(agent.out.String(), "NET-SNMP version") })
}

// nmaps counts the nmap processes that write below a folder.
func nmaps(folder string) int {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	n := 0
	for _, path := range lines {
		line, err := os.ReadFile(path)
		if err == nil && bytes.Contains(line, []byte("nmap\x00")) && bytes.Contains(line, []byte(folder)) {
			n++
		}
	}
	return n
}

func (w *wire) testScan(t *testing.T) {
	t.Parallel()
	for _, how := range []os.Signal{os.Interrupt, os.Kill} {
		witness := w.witness(t)
		log := filepath.Join(t.TempDir(), "scan.jsonl")
		scan := w.kanmon(t, "scan", "10.77.0.2/31", "--exclude", "10.77.0.3", "-p", "101-120", "--skip-discovery", "-o", log)
		temporary := ""
		for _, e := range scan.Env {
			if v, ok := strings.CutPrefix(e, "TMPDIR="); ok {
				temporary = v
			}
		}
		const connects = "tcp[tcpflags] & tcp-syn != 0 and ether src " + nearMAC
		eventually(t, "a few connections", func() bool { return len(witness.frames(t, connects)) > 2 })
		if nmaps(temporary) != 1 {
			t.Fatal("nmap is not found where it should be")
		}
		signal(t, scan, how)
		told := time.Now()
		if how == os.Interrupt {
			scan.ends(t, 4)
			if !strings.Contains(read(log), "nmap was stopped") {
				t.Errorf("the evidence does not say that it is not all:\n%s", read(log))
			}
		}
		eventually(t, "the end of nmap", func() bool { return nmaps(temporary) == 0 })
		if late := time.Since(told); late > 2*time.Second {
			t.Errorf("nmap ended %v after %s", late, how)
		}
		if n := len(witness.frames(t, connects+" and (dst port 104 or not dst host 10.77.0.2)")); n > 0 {
			t.Errorf("%d packets to what is never to be probed", n)
		}
		times := witness.frames(t, connects)
		for i := 2; i < len(times); i++ {
			if times[i]-times[i-2] < 0.9 {
				t.Errorf("three connections to one host in %.3f s", times[i]-times[i-2])
			}
		}
		if !strings.Contains(read(strings.TrimSuffix(log, ".jsonl")+".receipts.jsonl"), `"to":"10.77.0.2"`) {
			t.Error("there is no receipt")
		}
	}
}
