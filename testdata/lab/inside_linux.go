package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// enter moves the calling thread, which must be locked, into a namespace.
func enter(namespace string) error {
	f, err := os.Open(filepath.Join("/run/netns", namespace))
	if err != nil {
		return fmt.Errorf("lab: no such host is up: %w", err)
	}
	defer shut(f)
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("lab: entering %s: %w", namespace, err)
	}
	return nil
}

// within calls fn on a thread inside a host's namespace. Sockets that fn opens
// stay inside. The thread goes back afterwards: to let it end inside would not
// do, since the first thread of a process never ends, and would keep the
// namespace.
func (l *Lab) within(host string, fn func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			runtime.UnlockOSThread()
			done <- fmt.Errorf("lab: its own namespace: %w", err)
			return
		}
		defer shut(home)
		err = enter(l.Namespace(host))
		if err == nil {
			err = fn()
		}
		if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back == nil {
			runtime.UnlockOSThread()
		} else {
			err = errors.Join(err, fmt.Errorf("lab: leaving %s: %w", host, back))
		}
		done <- err
	}()
	return <-done
}

// gateFD is the descriptor by which a process is told that it is recorded and
// may go on.
const gateFD = 3

// Inside replaces the calling process by argv, inside a host: its network, its
// name, a /sys that shows its network, its own /run and its resolvers. With
// gate it first waits for a byte on descriptor 3, and ends if there is none:
// the lab crashed before it could write down the process.
func (l *Lab) Inside(host string, gate bool, argv []string) error {
	if err := l.check(); err != nil {
		return err
	}
	if len(argv) == 0 {
		return errors.New("lab: inside: no program given")
	}
	runtime.LockOSThread()
	if gate {
		f := os.NewFile(gateFD, "gate")
		if n, _ := f.Read(make([]byte, 1)); n != 1 {
			return errors.New("lab: inside: the lab ended before this process was recorded")
		}
		shut(f)
	}
	if err := enter(l.Namespace(host)); err != nil {
		return err
	}
	if err := l.dress(host); err != nil {
		return err
	}
	path, err := lookPath(argv[0])
	if err != nil {
		return fmt.Errorf("lab: inside %s: %w", host, err)
	}
	if err := syscall.Exec(path, argv, os.Environ()); err != nil {
		return fmt.Errorf("lab: inside %s: %s: %w", host, path, err)
	}
	return nil
}

// dress gives the process the host's name and mounts; they end with it.
func (l *Lab) dress(host string) error {
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWUTS); err != nil {
		return fmt.Errorf("lab: inside %s: %w", host, err)
	}
	if err := unix.Sethostname([]byte(host)); err != nil {
		return fmt.Errorf("lab: inside %s: host name: %w", host, err)
	}
	dir := l.HostDir(host)
	mounts := []struct {
		from, to, kind string
		flags          uintptr
		data           string
	}{
		// Slave, so that nothing mounted here shows outside, and so that a
		// namespace taken away outside goes from here too.
		{"", "/", "", unix.MS_SLAVE | unix.MS_REC, ""},
		{"sysfs", "/sys", "sysfs", 0, ""},
		{filepath.Join(dir, "run", "resolv.conf"), "/etc/resolv.conf", "", unix.MS_BIND, ""},
		{filepath.Join(dir, "run", "hosts"), "/etc/hosts", "", unix.MS_BIND, ""},
		{filepath.Join(dir, "run"), "/run", "", unix.MS_BIND, ""},
	}
	for _, m := range mounts {
		if err := unix.Mount(m.from, m.to, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("lab: inside %s: mount %s: %w", host, m.to, err)
		}
	}
	if err := os.Chdir(dir); err != nil {
		return fmt.Errorf("lab: inside %s: %w", host, err)
	}
	return nil
}

// lookPath also looks where daemons are, which is not in everybody's PATH.
func lookPath(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil || strings.Contains(program, "/") {
		return path, err
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w", program, exec.ErrNotFound)
}

// Installed reports whether a program is on this machine, or a plugin, which is
// no program, by its path.
func Installed(program string) bool {
	if strings.Contains(program, "/") {
		_, err := os.Stat(program)
		return err == nil
	}
	_, err := lookPath(program)
	return err == nil
}

// Able says why the plan cannot be made on this machine: it needs root,
// the packages of the plan, namespaces, and the device for tunnels.
func Able(ctx context.Context, p *Plan) error {
	if os.Geteuid() != 0 {
		return ErrNotRoot
	}
	if missing := p.Missing(Installed); len(missing) > 0 {
		return fmt.Errorf("lab: not installed; as root: RUNLEVEL=1 apt-get install -y --no-install-recommends %s", strings.Join(missing, " "))
	}
	try := exec.CommandContext(ctx, "true")
	try.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWUTS}
	if err := try.Run(); err != nil {
		return fmt.Errorf("lab: no namespaces here: %w", err)
	}
	return tunnelDevice()
}
