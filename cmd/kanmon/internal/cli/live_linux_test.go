package cli_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLive runs the commands that listen and send on a wire of their own, with
// tcpdump, net-snmp and nmap as witnesses.
func TestLive(t *testing.T) {
	w := newWire(t)
	t.Run("listening-sends-nothing", w.testListening)
	t.Run("flood", w.testFlood)
	t.Run("together", func(t *testing.T) { // these bear each other's frames
		t.Run("nightly", w.testNightly) // the longest first
		t.Run("agents", w.testAgents)
		t.Run("followed", w.testFollowed)
		t.Run("scan", w.testScan)
		t.Run("continued", w.testContinued)
		t.Run("interface-vanishes", w.testVanishes)
		t.Run("refused", w.testRefused)
		t.Run("down-and-up", w.testDown)
		t.Run("written", w.testWritten)
		t.Run("rights", w.testRights)
		t.Run("hangup", w.testHangup)
		t.Run("shared", w.testShared)
		t.Run("pipe", w.testPipe)
		t.Run("full", w.testFull)
		t.Run("theirs", w.testTheirs)
	})
}

func (w *wire) testListening(t *testing.T) {
	witness := w.witness(t)
	dir := t.TempDir()
	log, folder := filepath.Join(dir, "evidence", "log.jsonl"), filepath.Join(dir, "audit")
	sniff := w.kanmon(t, "sniff", "-i", "kma", "--duration", "2s", "-o", log)
	audit := w.kanmon(t, "audit", "-i", "kma", "--duration", "2s", "-o", folder)
	for range 8 {
		w.send(t, 1, arp(1))
		time.Sleep(200 * time.Millisecond)
	}
	sniff.ends(t, 0)
	audit.ends(t, 0)
	for _, file := range []string{log, filepath.Join(folder, "evidence", "observations.jsonl")} {
		if !strings.Contains(read(file), `"ip":"10.99.0.1","mac":"02:00:00:00:99:01","vid":20`) {
			t.Errorf("%s has no binding with its VLAN:\n%s", filepath.Base(file), read(file))
		}
	}
	if n := len(witness.frames(t, "ether src "+nearMAC)); n > 0 {
		t.Errorf("%d frames were sent", n)
	}
	if len(witness.frames(t, "vlan 20")) == 0 {
		t.Error("the witness saw nothing at all")
	}
	before := read(log) // and a second session goes on in the same file
	if said := w.kanmon(t, "sniff", "-i", "kma", "--duration", "100ms", "--filter", "host 10.99.0.2", "-o", log).ends(t, 0); !strings.Contains(said, "no frame came on kma") {
		t.Errorf("of nothing heard it says:\n%s", said)
	}
	after := read(log)
	if !strings.HasPrefix(after, before) || strings.Count(after, `"schema"`) != 1 || len(after) == len(before) {
		t.Errorf("the second session did not append to the first:\n%s", after)
	}
	if !strings.Contains(after, `"records":0}`) { // frames, whatever else was told
		t.Errorf("the second session heard no frame, and counts some:\n%s", after)
	}
	checkPrivate(t, filepath.Dir(log))
	checkPrivate(t, folder)
}

func (w *wire) testFlood(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.jsonl")
	sniff := w.kanmon(t, "sniff", "-i", "kma", "-o", log)
	eventually(t, "sniff", func() bool { return strings.Contains(sniff.out.String(), "listening") })
	time.Sleep(300 * time.Millisecond)
	signal(t, sniff, syscall.SIGSTOP)
	w.send(t, 30_000, append(arp(1), make([]byte, 1300)...))
	signal(t, sniff, syscall.SIGCONT)
	time.Sleep(300 * time.Millisecond)
	signal(t, sniff, os.Interrupt) // without a duration, this is how it ends
	sniff.ends(t, 0)
	if !strings.Contains(read(log), "the kernel dropped") {
		t.Errorf("no gap tells of frames that were dropped:\n%s", read(log))
	}
}

// signal sends a signal to a process.
func signal(t *testing.T, p *process, s os.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Error(err)
	}
}

func (w *wire) testRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	for _, tt := range []struct{ want, args string }{
		{"no interface", "sniff -i nosuch0 -o " + out},
		{"no interface", "sniff -i kma -i nosuch0 -o " + out},
		{"no interface", "audit -i kma -i nosuch0 -o " + out},
		{"port 9100", "audit -i kma -o " + out + " --traffic probe --targets 10.77.0.2 -p 80,9100"},
		{"larger than", "audit -i kma -o " + out + " --traffic probe --targets 10.0.0.0/8"},
		{"excluded", "snmp 10.77.0.2 --exclude 10.77.0.0/24"},
	} {
		if said := w.kanmon(t, strings.Fields(tt.args)...).ends(t, 2); !strings.Contains(said, tt.want) {
			t.Errorf("%s does not say %q:\n%s", tt.args, tt.want, said)
		}
		if exists(out) {
			t.Fatalf("%s made files", tt.args)
		}
	}
	for _, args := range []string{"sniff -i kma -o " + out + ".jsonl", "audit -i kma -i lo -o " + out} {
		p := start(t, w.near, "setpriv", append([]string{"--bounding-set=-net_raw", w.binary}, strings.Fields(args)...)...)
		if said := p.ends(t, 2); !strings.Contains(said, "CAP_NET_RAW") {
			t.Errorf("%s does not say what to do:\n%s", args, said)
		}
	}
}

func (w *wire) testVanishes(t *testing.T) {
	t.Parallel()
	run(t, w.near, "ip", "link", "add", "kmc", "type", "veth", "peer", "name", "kmd")
	run(t, w.near, "ip", "link", "set", "kmc", "up")
	sniff := w.kanmon(t, "sniff", "-i", "kmc", "--duration", "30s", "-o", filepath.Join(t.TempDir(), "log.jsonl"))
	eventually(t, "sniff", func() bool { return strings.Contains(sniff.out.String(), "listening") })
	time.Sleep(500 * time.Millisecond)
	run(t, w.near, "ip", "link", "del", "kmc")
	if said := sniff.ends(t, 4); !strings.Contains(said, "went away") {
		t.Errorf("said %s", said)
	}
	// Of two, the other is heard on; what happened is said at once, and at the end.
	run(t, w.near, "ip", "link", "add", "kmc", "type", "veth", "peer", "name", "kmd")
	run(t, w.near, "ip", "link", "set", "kmc", "up")
	sniff = w.kanmon(t, "sniff", "-i", "kma", "-i", "kmc", "-o", filepath.Join(t.TempDir(), "log.jsonl"))
	eventually(t, "sniff", func() bool { return strings.Count(sniff.out.String(), "listening on") == 2 })
	run(t, w.near, "ip", "link", "del", "kmc")
	eventually(t, "word of it", func() bool { return strings.Contains(sniff.out.String(), "went away; listening goes on without it") })
	signal(t, sniff, os.Interrupt)
	if said := sniff.ends(t, 4); !strings.Contains(said, "error: live capture on kmc: the interface went away") {
		t.Errorf("said %s", said)
	}
}

// testDown takes an interface down and brings it up again: listening goes on,
// and says so.
func (w *wire) testDown(t *testing.T) {
	t.Parallel()
	run(t, w.near, "ip", "link", "add", "kme", "type", "veth", "peer", "name", "kmf")
	run(t, w.near, "ip", "link", "set", "kme", "up")
	run(t, w.near, "ip", "link", "set", "kmf", "up")
	log := filepath.Join(t.TempDir(), "log.jsonl")
	sniff := w.kanmon(t, "sniff", "-i", "kme", "-o", log)
	eventually(t, "sniff", func() bool { return strings.Contains(sniff.out.String(), "listening") })
	run(t, w.near, "ip", "link", "set", "kme", "down")
	time.Sleep(500 * time.Millisecond)
	run(t, w.near, "ip", "link", "set", "kme", "up")
	time.Sleep(500 * time.Millisecond)
	run(t, w.near, "ip", "addr", "add", "10.78.0.1/24", "dev", "kmf")
	run(t, w.near, "sh", "-c", "ping -c 2 -i 0.2 -W 1 -I kmf 10.78.0.9 || true")
	time.Sleep(300 * time.Millisecond)
	signal(t, sniff, os.Interrupt)
	sniff.ends(t, 0)
	if got := read(log); !strings.Contains(got, "was down for a while") || !strings.Contains(got, "10.78.0.1") {
		t.Errorf("no word of it, or nothing heard after it:\n%s", got)
	}
}

// testWritten hears two interfaces at once, with a filter, and writes what it
// hears to a file.
func (w *wire) testWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	log, frames := filepath.Join(dir, "log.jsonl"), filepath.Join(dir, "frames.pcapng")
	sniff := w.kanmon(t, "sniff", "-i", "kma", "-i", "lo", "-o", log, "-w", frames, "--filter", "arp and vlan 20 and net 10.99.0.0/24")
	eventually(t, "sniff", func() bool { return strings.Count(sniff.out.String(), "listening") == 2 })
	w.send(t, 3, arp(31))
	time.Sleep(300 * time.Millisecond)
	signal(t, sniff, syscall.SIGTERM)
	sniff.ends(t, 0)
	for _, want := range []string{`"ip":"10.99.0.31","mac":"02:00:00:00:99:1f","vid":20`, "filter left some out"} {
		if got := read(log); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	out := run(t, w.near, "tcpdump", "-n", "-e", "-r", frames)
	if lines := strings.Count(out, "10.99.0.31"); lines != 3 || strings.Count(out, "vlan 20") < lines {
		t.Errorf("written were\n%s", out)
	}
	checkPrivate(t, dir)
	again := w.kanmon(t, "sniff", "-i", "kma", "-o", log, "-w", frames)
	if said := again.ends(t, 2); !strings.Contains(said, "nothing was overwritten") {
		t.Errorf("said %s", said)
	}
	copied := filepath.Join(dir, "copy.pcapng")
	w.kanmon(t, "sniff", "-r", frames, "-w", copied, "-o", filepath.Join(dir, "second.jsonl")).ends(t, 0)
	if got := read(filepath.Join(dir, "second.jsonl")); !strings.Contains(got, "10.99.0.31") || !exists(copied) {
		t.Errorf("read from the file:\n%s", got)
	}
}

// testRights looks at what a listener may still do: started as root, as root
// through sudo, and as another user with the capability alone.
func (w *wire) testRights(t *testing.T) {
	t.Parallel()
	status := func(p *process) string {
		var all strings.Builder
		files, _ := filepath.Glob("/proc/" + strconv.Itoa(p.Process.Pid) + "/task/*/status")
		for _, file := range files {
			for line := range strings.Lines(read(file)) {
				if strings.HasPrefix(line, "Cap") || strings.HasPrefix(line, "Uid") || strings.HasPrefix(line, "NoNew") {
					all.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
				}
			}
		}
		return all.String()
	}
	open := t.TempDir()
	if err := os.Chmod(open, 0o777); err != nil { // another user writes there
		t.Fatal(err)
	}
	for _, d := range []string{filepath.Dir(open), filepath.Dir(w.binary), filepath.Dir(filepath.Dir(w.binary))} {
		if err := os.Chmod(d, 0o755); err != nil { // another user reads there
			t.Fatal(err)
		}
	}
	closed := t.TempDir()
	for _, tt := range []struct {
		name, log, user, owner string
		command                []string
	}{
		{"root", filepath.Join(closed, "root.jsonl"), "65534", "0", nil},
		{"audit", filepath.Join(closed, "audit", "evidence", "observations.jsonl"), "0", "0", nil}, // goes on to make the map
		{"sudo", filepath.Join(open, "sudo.jsonl"), "1234", "1234", []string{"env", "SUDO_UID=1234", "SUDO_GID=1235"}},
		{"sudo, where only root may write", filepath.Join(closed, "sudo.jsonl"), "1234", "0", []string{"env", "SUDO_UID=1234", "SUDO_GID=1235"}},
		{"capability", filepath.Join(open, "cap.jsonl"), "1234", "1234", []string{
			"setpriv", "--reuid=1234", "--regid=1235", "--clear-groups", "--inh-caps=+net_raw", "--ambient-caps=+net_raw",
		}},
	} {
		args, audits := append(tt.command, w.binary, "sniff", "-i", "kma", "-o", tt.log), tt.name == "audit"
		if audits {
			args = []string{w.binary, "audit", "-i", "kma", "-o", filepath.Dir(filepath.Dir(tt.log)), "--duration", "2s"}
		}
		p := start(t, w.near, args[0], args[1:]...)
		eventually(t, tt.name, func() bool { return strings.Contains(p.out.String(), "listening") })
		time.Sleep(100 * time.Millisecond)
		got := status(p)
		for line := range strings.Lines(got) {
			words := strings.Fields(line)
			ok := words[1] == "0000000000000000" // capabilities
			switch words[0] {
			case "Uid:":
				ok = words[1] == tt.user && words[2] == tt.user && words[3] == tt.user
			case "NoNewPrivs:":
				ok = words[1] == "1"
			case "CapBnd:":
				ok = ok || tt.name == "capability"
			case "CapEff:", "CapPrm:":
				ok = ok || audits && words[1] == "0000000000000002" // to write files
			}
			if !ok {
				t.Errorf("%s: %s", tt.name, line)
			}
		}
		if got == "" {
			t.Errorf("%s: no thread is found", tt.name)
		}
		w.send(t, 1, arp(41))
		time.Sleep(200 * time.Millisecond)
		if !audits {
			signal(t, p, os.Interrupt)
		}
		p.ends(t, 0)
		if !strings.Contains(read(tt.log), "10.99.0.41") {
			t.Errorf("%s: heard nothing:\n%s", tt.name, p.out.String())
		}
		if out := run(t, w.near, "stat", "-c", "%u %a", tt.log); out != tt.owner+" 600\n" {
			t.Errorf("%s: owner and mode are %s", tt.name, out)
		}
	}
}

func (w *wire) testContinued(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "audit")
	log := filepath.Join(folder, "evidence", "observations.jsonl")
	audit := w.kanmon(t, "audit", "-i", "kma", "--duration", "60s", "-o", folder)
	eventually(t, "the first evidence", func() bool {
		w.send(t, 1, arp(11))
		time.Sleep(100 * time.Millisecond)
		return strings.Contains(read(log), "10.99.0.11")
	})
	signal(t, audit, os.Kill)
	<-audit.done
	if exists(filepath.Join(folder, "snapshot.json")) {
		t.Fatal("it was killed too late")
	}
	again := w.kanmon(t, "audit", "-i", "kma", "--duration", "60s", "-o", folder)
	time.Sleep(500 * time.Millisecond)
	for range 10 {
		w.send(t, 1, arp(12))
		time.Sleep(50 * time.Millisecond)
	}
	signal(t, again, os.Interrupt)
	if said := again.ends(t, 4); !strings.Contains(said, "interrupted") {
		t.Errorf("said %s", said)
	}
	for _, ip := range []string{"10.99.0.11", "10.99.0.12"} {
		if !strings.Contains(read(filepath.Join(folder, "snapshot.json")), ip) {
			t.Errorf("%s is not on the map", ip)
		}
	}
}

func (w *wire) testNightly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inbox, folder := filepath.Join(dir, "inbox"), filepath.Join(dir, "state")
	if err := os.Mkdir(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	sampleFile(t, "ups-1.snmprec", inbox)
	config := func(duration time.Duration, evidence string) string {
		file := filepath.Join(dir, duration.String()+strconv.Itoa(len(evidence))+".yaml")
		write(t, file, "version: 1\nfolder: "+folder+"\nevidence: ["+inbox+evidence+"]\nkeep: 2\ntell: [ways-out]\nlisten:\n  - interface: kma\n    duration: "+duration.String()+"\n")
		return file
	}
	night := func(file string) *process {
		time.Sleep(time.Second) // runs are named by the second
		return w.kanmon(t, "nightly", "run", "--config", file)
	}
	good := func() string { return read(filepath.Join(folder, "last-good")) }

	interrupted := night(config(time.Minute, ""))
	eventually(t, "the first run", func() bool { return strings.Contains(interrupted.out.String(), "listening") })
	if said := w.kanmon(t, "nightly", "run", "--config", config(time.Minute, "")).ends(t, 2); !strings.Contains(said, "another nightly run") {
		t.Errorf("a second run at the same time says %s", said)
	}
	signal(t, interrupted, os.Interrupt)
	interrupted.ends(t, 4)
	if good() != "" {
		t.Error("an interrupted run became the last good one")
	}
	quick := config(200*time.Millisecond, "")
	night(quick).ends(t, 0)
	first := good()
	night(quick).ends(t, 0) // nothing changed
	if first == "" || good() == first {
		t.Errorf("the last good run is %q after %q", good(), first)
	}
	sampleFile(t, "byoto-pc12.snmpwalk", inbox)
	if said := night(quick).ends(t, 3); !strings.Contains(said, "byoto-pc12") || !strings.Contains(said, "came") {
		t.Errorf("a new way out is told as:\n%s", said)
	}
	last := good()
	night(config(200*time.Millisecond, ", "+filepath.Join(dir, "missing"))).ends(t, 4)
	if good() != last {
		t.Error("a run with a failed source became the last good one")
	}
	if runs, err := os.ReadDir(filepath.Join(folder, "runs")); err != nil || len(runs) != 2 {
		t.Errorf("kept %v, error %v; want 2", runs, err)
	}
	checkPrivate(t, folder)
}
