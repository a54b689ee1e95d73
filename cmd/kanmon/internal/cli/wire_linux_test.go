package cli_test

import (
	"bytes"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kanmon/testdata/sample"
)

// A wire is two network namespaces and the cable between them: kanmon runs at
// the near end, at the interface kma; switches and a witness at the far end, at
// kmb. Nothing that is sent leaves it.
type wire struct {
	binary    string
	near, far string // the namespaces, as nsenter takes them
}

const (
	nearMAC = "02:00:00:00:77:01"
	farMAC  = "02:00:00:00:77:02"
	secret  = "community-of-test"
)

// newWire makes a wire, or skips the test where that cannot be.
func newWire(t *testing.T) *wire {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("live test skipped: network namespaces need root")
	}
	for _, program := range []string{"go", "ip", "nsenter", "setpriv", "sh", "sleep", "tcpdump", "nmap", "/usr/sbin/snmpd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("live test skipped: no %s here", program)
		}
	}
	w := &wire{binary: built(t)}
	w.near, w.far = namespace(t), namespace(t)
	_, far, _ := strings.Cut(w.far, "/proc/")
	for _, args := range []string{
		"link add kma address " + nearMAC + " type veth peer name kmb address " + farMAC + " netns " + strings.TrimSuffix(far, "/ns/net"),
		"addr add 10.77.0.1/24 dev kma", "link set kma up",
	} {
		run(t, w.near, "ip", strings.Fields(args)...)
	}
	for _, args := range []string{
		"addr add 10.77.0.2/24 dev kmb", "addr add 10.77.0.3/24 dev kmb", "addr add 10.77.0.4/24 dev kmb", "addr add 10.77.0.5/24 dev kmb", "link set kmb up",
	} {
		run(t, w.far, "ip", strings.Fields(args)...)
	}
	return w
}

// namespace makes a network namespace without IPv6, whose kernel would send of
// its own accord. It is gone with the test.
func namespace(t *testing.T) string {
	t.Helper()
	holder := exec.CommandContext(t.Context(), "sleep", "900")
	holder.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNET}
	if err := holder.Start(); err != nil {
		t.Skipf("live test skipped: no network namespace to be had: %v", err)
	}
	t.Cleanup(func() { _ = holder.Wait() })
	ns := "--net=/proc/" + strconv.Itoa(holder.Process.Pid) + "/ns/net"
	run(t, ns, "sh", "-c", "for f in all default lo; do echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6 || true; done; ip link set lo up")
	return ns
}

// run runs a program in a namespace, to its end.
func run(t *testing.T, ns, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "nsenter", append([]string{ns, name}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, args, err, out)
	}
	return string(out)
}

// process is a program that runs in a namespace.
type process struct {
	*exec.Cmd
	out  lockedBuffer // standard output and error
	done chan struct{}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start starts a program in a namespace, with a umask that hides nothing. The
// namespace is entered by exec, so that the process is the program.
func start(t *testing.T, ns, name string, args ...string) *process {
	t.Helper()
	command := append([]string{ns, "sh", "-c", `umask 0; exec "$0" "$@"`, name}, args...)
	p := &process{Cmd: exec.CommandContext(t.Context(), "nsenter", command...), done: make(chan struct{})}
	p.Env = append(os.Environ(), "LC_ALL=C", "MIBS=", "TMPDIR="+t.TempDir(), "KANMON_SNMP_COMMUNITY="+secret)
	p.Stdout, p.Stderr = &p.out, &p.out
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.Process.Kill()
		<-p.done
	})
	return p
}

// kanmon starts kanmon at the near end.
func (w *wire) kanmon(t *testing.T, args ...string) *process {
	t.Helper()
	return start(t, w.near, w.binary, args...)
}

// ends waits for the end of p and fails the test where its code is another one.
func (p *process) ends(t *testing.T, code ...int) string {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		t.Fatalf("%s does not end:\n%s", p.Args, p.out.String())
	}
	out := p.out.String()
	if !slices.Contains(code, p.ProcessState.ExitCode()) {
		t.Fatalf("%s: code %d, want %v\n%s", p.Args[5:], p.ProcessState.ExitCode(), code, out)
	}
	if strings.Contains(out, secret) {
		t.Errorf("%s prints the community", p.Args[5:])
	}
	return out
}

// patience is how long is waited for another program. On a busy machine snmpd
// alone has needed more than twenty seconds to begin.
const patience = 2 * time.Minute

// eventually waits until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// witness is a tcpdump at the far end.
type witness struct {
	*process
	file string
}

func (w *wire) witness(t *testing.T) *witness {
	t.Helper()
	file := filepath.Join(t.TempDir(), "witness.pcap")
	d := &witness{file: file, process: start(t, w.far, "tcpdump", "-i", "kmb", "-n", "-U", "--immediate-mode", "-Z", "root", "-w", file)}
	eventually(t, "tcpdump", func() bool { return strings.Contains(d.out.String(), "listening on") })
	return d
}

// frames returns the times, in seconds, of the frames that a filter lets
// through.
func (d *witness) frames(t *testing.T, filter string) []float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "tcpdump", "-n", "-tt", "-q", "-r", d.file, filter).Output()
	if err != nil && len(out) == 0 {
		return nil
	}
	var times []float64
	for line := range strings.Lines(string(out)) {
		at, _, _ := strings.Cut(line, " ")
		if s, err := strconv.ParseFloat(at, 64); err == nil {
			times = append(times, s)
		}
	}
	return times
}

// saw waits until the witness has written down as many frames as were to be
// seen: it writes them a little after they passed. That there are no more is for
// the caller to check.
func (d *witness) saw(t *testing.T, filter string, n int) {
	t.Helper()
	for range 40 {
		if len(d.frames(t, filter)) >= n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// send puts frames on the wire at the far end.
func (w *wire) send(t *testing.T, frames int, frame []byte) {
	t.Helper()
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		failed <- func() error {
			ns, err := os.Open(strings.TrimPrefix(w.far, "--net="))
			if err != nil {
				return err
			}
			defer ns.Close()
			if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			iface, err := net.InterfaceByName("kmb")
			if err != nil {
				return err
			}
			fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			for range frames {
				if err := unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: iface.Index}); err != nil && err != unix.ENOBUFS {
					return err
				}
			}
			return nil
		}()
	}()
	if err := <-failed; err != nil {
		t.Error(err)
	}
}

// arp is an ARP request of an address, on VLAN 20.
func arp(last byte) []byte {
	mac := []byte{2, 0, 0, 0, 0x99, last}
	frame := slices.Concat([]byte{255, 255, 255, 255, 255, 255}, mac, []byte{0x81, 0, 0, 20, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1},
		mac, []byte{10, 99, 0, last}, make([]byte, 6), []byte{10, 99, 0, 254})
	return append(frame, make([]byte, 18)...)
}

// read returns a file's content, empty where there is none.
func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

// checkPrivate fails the test where another user could read something below
// root, or it holds the community.
func checkPrivate(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
		if !d.IsDir() && strings.Contains(read(path), secret) {
			t.Errorf("%s holds the community", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// sampleFile copies a piece of evidence of the sample hospital into a folder.
func sampleFile(t *testing.T, name, folder string) {
	t.Helper()
	b, err := fs.ReadFile(sample.FS(), "evidence/"+name)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, name), string(b))
}
