package nmap_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/internal/gatetest"
	"kanmon/discover/nmap"
)

// needNmap skips the test where nmap is not installed. What these tests send
// stays on the loopback interface.
func needNmap(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("nmap"); err != nil {
		t.Skip("nmap is not installed")
	}
}

// listen opens a TCP port of 127.0.0.1 and counts the connections to it.
func listen(t *testing.T, port int) (int, *atomic.Int64) {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Skipf("port %d is in use: %v", port, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var n atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n.Add(1)
			_ = c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, &n
}

// running returns how many processes have arg among their arguments.
func running(t *testing.T, arg string) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		b, _ := os.ReadFile(f)
		if args := strings.Split(string(b), "\x00"); strings.HasSuffix(args[0], "nmap") && slices.Contains(args, arg) {
			n++
		}
	}
	return n
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("not after 10 s: %s", what)
}

func fastGate(t *testing.T) (*discover.Gate, func() string) {
	t.Helper()
	g, receipts := gatetest.New(t, discover.GateOptions{
		Level: discover.TrafficProbe, Targets: gatetest.Prefixes("127.0.0.1/32"), PerSecond: 1000, PerHostInterval: time.Millisecond,
	})
	return g, receipts.String
}

// TestScan finds what listens, and never touches a port that is never probed,
// although it lies in the range that was asked for.
func TestScan(t *testing.T) {
	t.Parallel()
	needNmap(t)
	open, found := listen(t, 11100)
	never, touched := listen(t, 11112)
	gate, receipts := fastGate(t)
	var c discover.Collection
	opts := nmap.Options{
		Targets: gatetest.Prefixes("127.0.0.1/32"), Ports: "11090-11120", OutFile: filepath.Join(t.TempDir(), "%H.xml"), Vantage: "loopback",
	}
	if err := nmap.Scan(t.Context(), opts, gate, &c); err != nil {
		t.Fatal(err)
	}
	ports := map[uint16]fact.Observation{}
	kinds := map[fact.Kind]int{}
	for _, o := range c.Observations() {
		kinds[o.Fact.Kind()]++
		if p, ok := o.Fact.(fact.Port); ok {
			ports[p.Port] = o
		}
	}
	o, ok := ports[uint16(open)]
	if !ok || found.Load() == 0 || o.Seen[0].Vantage != "loopback" || o.First().IsZero() {
		t.Errorf("port %d: found %v (%d connections) as %+v", open, ok, found.Load(), o)
	}
	if _, ok := ports[uint16(never)]; ok || touched.Load() != 0 {
		t.Errorf("port %d is never probed, and got %d connections", never, touched.Load())
	}
	if kinds["host-status"] != 1 || kinds["input-read"] != 1 {
		t.Errorf("facts %v", kinds)
	}
	if s := receipts(); strings.Count(s, "\n") != 1 || !strings.Contains(s, `"to":"127.0.0.1","what":"nmap, TCP connections to 30 ports"`) {
		t.Errorf("receipts %s", s)
	}
	st, err := os.Stat(opts.OutFile)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("results: %v, %v", st, err)
	}
	if err := nmap.Scan(t.Context(), opts, gate, &c); !errors.Is(err, os.ErrExist) {
		t.Errorf("a file of results was written over: %v", err)
	}
}

// TestScanTopPorts does the same with a list of ports that nmap makes.
func TestScanTopPorts(t *testing.T) {
	t.Parallel()
	needNmap(t)
	_, touched := listen(t, 9100)
	gate, _ := fastGate(t)
	var c discover.Collection
	opts := nmap.Options{Targets: gatetest.Prefixes("127.0.0.1/32"), TopPorts: 100, OutFile: filepath.Join(t.TempDir(), "out.xml")}
	if err := nmap.Scan(t.Context(), opts, gate, &c); err != nil {
		t.Fatal(err)
	}
	if touched.Load() != 0 {
		t.Errorf("9100 is among the top ports of nmap and got %d connections", touched.Load())
	}
	b, err := os.ReadFile(opts.OutFile)
	if err != nil {
		t.Fatal(err)
	}
	_, services, _ := strings.Cut(string(b), ` services="`)
	services, _, _ = strings.Cut(services, `"`)
	n := 0
	for item := range strings.SplitSeq(services, ",") {
		first, last, _ := strings.Cut(item, "-")
		from, _ := strconv.Atoi(first)
		to, err := strconv.Atoi(last)
		if err != nil {
			to = from
		}
		for p := from; p <= to; p++ {
			n++
			if why := discover.NeverProbe("tcp", uint16(p)); why != "" {
				t.Errorf("nmap looked at port %d: %s", p, why)
			}
		}
	}
	if n != 100 {
		t.Errorf("nmap looked at %d ports: %s", n, services)
	}
}

// slowScan starts a scan that takes minutes, and returns when nmap runs.
func slowScan(ctx context.Context, t *testing.T, gate *discover.Gate, c *discover.Collection) (file string, done chan error) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "slow.xml")
	done = make(chan error, 1)
	go func() {
		done <- nmap.Scan(ctx, nmap.Options{Targets: gatetest.Prefixes("127.0.0.1/32"), Ports: "20000-20999", OutFile: file}, gate, c)
	}()
	eventually(t, "nmap runs", func() bool {
		b, _ := os.ReadFile(file)
		return running(t, file) == 1 && len(b) > 0
	})
	return file, done
}

func TestScanStopped(t *testing.T) {
	t.Parallel()
	needNmap(t)
	for _, how := range []string{"cancel", "gate"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			gate, _ := gatetest.New(t, discover.GateOptions{Level: discover.TrafficProbe, Targets: gatetest.Prefixes("127.0.0.1/32")})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var c discover.Collection
			file, done := slowScan(ctx, t, gate, &c)
			want := context.Canceled
			if how == "cancel" {
				cancel()
			} else {
				gate.Stop("the pump is gone")
				want = discover.ErrRefused
			}
			select {
			case err := <-done:
				if !errors.Is(err, want) {
					t.Errorf("error %v, want %v", err, want)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("the scan did not end")
			}
			if n := running(t, file); n != 0 {
				t.Errorf("%d nmap still run", n)
			}
			kinds := map[fact.Kind]int{}
			for _, o := range c.Observations() {
				kinds[o.Fact.Kind()]++
				if f, ok := o.Fact.(fact.InputRead); ok && f.Incomplete == "" {
					t.Error("the scan is shown as complete")
				}
			}
			// nmap does not look whether 127.0.0.1 is up, so that there is no hint.
			if want := (map[fact.Kind]int{"input-read": 1}); !cmp.Equal(want, kinds) {
				t.Errorf("what was found until then: %v, want %v", kinds, want)
			}
		})
	}
}

// TestScanDiesWithUs kills a process that scans, in a way that it cannot notice.
func TestScanDiesWithUs(t *testing.T) {
	t.Parallel()
	needNmap(t)
	if os.Getenv("KANMON_TEST_SCAN") != "" {
		gate, _ := gatetest.New(t, discover.GateOptions{Level: discover.TrafficProbe, Targets: gatetest.Prefixes("127.0.0.1/32")})
		opts := nmap.Options{Targets: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Ports: "20000-20999", OutFile: os.Getenv("KANMON_TEST_SCAN")}
		_ = nmap.Scan(t.Context(), opts, gate, &discover.Collection{})
		return
	}
	file := filepath.Join(t.TempDir(), "orphan.xml")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestScanDiesWithUs$")
	cmd.Env = append(os.Environ(), "KANMON_TEST_SCAN="+file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nmap runs", func() bool { return running(t, file) == 1 })
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	eventually(t, "nmap is gone", func() bool { return running(t, file) == 0 })
}

// TestScanFails has the words of nmap itself in the error.
func TestScanFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fake := filepath.Join(dir, "nmap")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\necho 'it is \033[31mbroken' >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	gate, _ := fastGate(t)
	opts := nmap.Options{Path: fake, Targets: gatetest.Prefixes("127.0.0.1/32"), Ports: "80", OutFile: filepath.Join(dir, "out.xml")}
	err := nmap.Scan(t.Context(), opts, gate, &discover.Collection{})
	if err == nil || !strings.Contains(err.Error(), "nmap failed: exit status 3: it is �[31mbroken") {
		t.Errorf("got %v", err)
	}
}
