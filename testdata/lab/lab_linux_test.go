package lab_test

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/lab"
)

// newLab returns a lab of its own name, or skips: these tests make a whole
// hospital.
func newLab(t *testing.T) *lab.Lab {
	t.Helper()
	if os.Getenv("KANMON_LAB") == "" {
		t.Skip("the lab: set KANMON_LAB=1 to make a hospital of namespaces (root, about a minute)")
	}
	if os.Geteuid() != 0 {
		t.Skip("the lab: network namespaces need root")
	}
	helper := filepath.Join(t.TempDir(), "lab")
	if out, err := exec.Command("go", "build", "-o", helper, "./cmd/lab").CombinedOutput(); err != nil {
		t.Fatalf("building the helper: %v\n%s", err, out)
	}
	// Several labs run at once, each test's own.
	id := crc32.ChecksumIEEE(fmt.Appendf(nil, "%d %s", os.Getpid(), helper))
	l := &lab.Lab{ID: fmt.Sprintf("t%07x", id>>4), Helper: helper}
	t.Cleanup(func() {
		if err := l.Down(context.Background()); err != nil { // the test's own has ended
			t.Logf("taking the lab away: %v", err)
		}
	})
	return l
}

// around is what of the machine the lab must not touch, and what of itself it
// must not leave.
func around(t *testing.T, l *lab.Lab) string {
	t.Helper()
	var b strings.Builder
	for _, argv := range [][]string{
		{"ip", "-o", "-br", "link"},
		{"ip", "-o", "addr", "show", "scope", "global"},
		{"ip", "route", "show", "table", "all"},
		{"sysctl", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"},
	} {
		out, err := exec.Command(argv[0], argv[1:]...).Output()
		if err != nil {
			t.Fatalf("%v: %v", argv, err)
		}
		fmt.Fprintf(&b, "%v\n%s", argv, out)
	}
	for _, pattern := range []string{l.Dir() + "*", "/run/netns/" + l.Namespace("*")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %v\n", pattern, found)
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&b, "mounts:", strings.Count(string(mounts), "kmlab-"+l.ID))
	return b.String()
}

// inside lists the processes in the lab's namespaces as "PID start".
func inside(t *testing.T, l *lab.Lab) []string {
	t.Helper()
	names, err := filepath.Glob("/run/netns/" + l.Namespace("*"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range names {
		pids, err := exec.Command("ip", "netns", "pids", filepath.Base(name)).Output()
		if err != nil {
			continue // half made, when the lab was killed
		}
		for pid := range strings.FieldsSeq(string(pids)) {
			if s := started(pid); s != "" {
				out = append(out, pid+" "+s)
			}
		}
	}
	return out
}

// started is the start time of a process that is there and no zombie.
func started(pid string) string {
	data, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	if len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	return fields[19]
}

func alive(processes []string) []string {
	var out []string
	for _, p := range processes {
		pid, start, _ := strings.Cut(p, " ")
		if started(pid) == start {
			stat, _ := os.ReadFile(filepath.Join("/proc", pid, "stat")) // gone by now, or for the message
			out = append(out, string(stat))
		}
	}
	return out
}

func TestTenTimes(t *testing.T) {
	l := newLab(t)
	before := around(t, l)
	for n := range 10 {
		began := time.Now()
		if err := l.Up(t.Context(), lab.Hospital()); err != nil {
			t.Fatalf("up, time %d: %v", n+1, err)
		}
		up := time.Since(began)
		if up > time.Minute {
			t.Errorf("up took %s, want less than a minute", up)
		}
		processes := inside(t, l)
		if len(processes) < 30 {
			t.Errorf("only %d processes in the lab", len(processes))
		}
		began = time.Now()
		if err := l.Down(t.Context()); err != nil {
			t.Fatalf("down, time %d: %v", n+1, err)
		}
		t.Logf("up %.1f s, %d processes, down %.1f s", up.Seconds(), len(processes), time.Since(began).Seconds())
		if left := alive(processes); len(left) > 0 {
			t.Errorf("processes left, as in /proc/PID/stat: %v", left)
		}
		if diff := cmp.Diff(before, around(t, l)); diff != "" {
			t.Errorf("after time %d (-before +after):\n%s", n+1, diff)
		}
	}
	if err := l.Down(t.Context()); err != nil {
		t.Errorf("down where there is nothing: %v", err)
	}
}

// The lab is killed while it is being made, at different times; the next down
// takes away what was there.
func TestKilled(t *testing.T) {
	l := newLab(t)
	before := around(t, l)
	for _, after := range []time.Duration{5, 60, 200, 400, 600, 800, 1200, 1600, 2000, 2500} {
		after *= time.Millisecond
		t.Run(strconv.Itoa(int(after.Milliseconds()))+"ms", func(t *testing.T) {
			cmd := exec.Command(l.Helper, "-id", l.ID, "up")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(after)
			_ = cmd.Process.Kill() // it may have ended
			_ = cmd.Wait()
			processes := inside(t, l)
			if err := l.Down(t.Context()); err != nil {
				t.Fatalf("down after a kill: %v", err)
			}
			t.Logf("%d processes were there", len(processes))
			if left := alive(processes); len(left) > 0 {
				t.Errorf("processes left, as in /proc/PID/stat: %v", left)
			}
			if diff := cmp.Diff(before, around(t, l)); diff != "" {
				t.Errorf("left (-before +after):\n%s", diff)
			}
		})
	}
}

func TestSelftest(t *testing.T) {
	l := newLab(t)
	p := lab.Hospital()
	if err := l.Up(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, c := range l.Selftest(t.Context(), p) {
		if c.Err != nil {
			t.Errorf("%s: %v", c.Name, c.Err)
		}
	}
}
