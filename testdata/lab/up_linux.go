package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// readyWithin is how long a daemon may take until the next one starts.
const readyWithin = 20 * time.Second

// atOnce is how many hosts are made at a time.
const atOnce = 4

// Up makes the site. What an earlier lab of the same name left is taken away
// first; if Up fails, what it made is taken away before it returns.
func (l *Lab) Up(ctx context.Context, p *Plan) error {
	if err := l.check(); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return fmt.Errorf("lab: the plan: %w", err)
	}
	if err := Able(ctx, p); err != nil {
		return err
	}
	if err := l.Down(ctx); err != nil {
		return err
	}
	err := l.up(ctx, p)
	if err != nil {
		// The lab goes away even when it was interrupted.
		err = errors.Join(err, l.Down(context.WithoutCancel(ctx)))
	}
	return err
}

// tunnelDevice wants what tunnels in user space are made with.
func tunnelDevice() error {
	f, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("lab: no device for tunnels: %w; as root: modprobe tun, or mknod /dev/net/tun c 10 200", err)
	}
	return f.Close()
}

func (l *Lab) up(ctx context.Context, p *Plan) error {
	began := time.Now()
	if err := os.Mkdir(l.Dir(), 0o700); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	free, err := l.lock()
	if err != nil {
		return err
	}
	defer free()
	j, err := createJournal(journalIn(l.Dir()))
	if err != nil {
		return err
	}
	defer shut(j.file)
	if err := l.writeFiles(p); err != nil {
		return err
	}
	if err := l.network(ctx, p, j); err != nil {
		return err
	}
	l.logf("%d hosts, %d cables in %.1f s", len(p.Hosts), len(p.Cables), time.Since(began).Seconds())
	// All daemons first, then the work that asks them.
	for _, start := range []func(context.Context, *Host, *journal) error{l.startProcs, l.startTasks} {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for _, h := range p.Hosts {
			group.Go(func() error { return start(ctx, h, j) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	l.logf("up in %.1f s; folder %s", time.Since(began).Seconds(), l.Dir())
	return nil
}

// writeFiles fills the folder: the helper, and what the hosts' programs read.
func (l *Lab) writeFiles(p *Plan) error {
	if err := copyFile(l.program(), l.Helper); err != nil {
		return err
	}
	for _, h := range p.Hosts {
		dir := l.HostDir(h.Name)
		if err := errors.Join(os.Mkdir(dir, 0o700), os.Mkdir(filepath.Join(dir, "run"), 0o755)); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
		files := append(h.Files[:len(h.Files):len(h.Files)], h.names()...)
		if len(h.Tasks) > 0 {
			tasks, err := json.MarshalIndent(h.Tasks, "", "\t")
			if err != nil {
				return fmt.Errorf("lab: host %s: %w", h.Name, err)
			}
			files = append(files, File{"tasks.json", string(tasks)})
		}
		for _, f := range files {
			text := expand(f.Text, dir, l.program())
			mode := os.FileMode(0o600)
			if strings.HasPrefix(f.Name, "run/") {
				mode = 0o644
			}
			path := filepath.Join(dir, f.Name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), mode)); err != nil {
				return fmt.Errorf("lab: %w", err)
			}
		}
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("lab: its own program: %w", err)
	}
	defer shut(in)
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	if _, err := io.Copy(out, in); err != nil {
		shut(out)
		return fmt.Errorf("lab: %w", err)
	}
	return out.Close()
}

// network makes namespaces, links, addresses, routes and mirrors.
func (l *Lab) network(ctx context.Context, p *Plan, j *journal) error {
	var names []record
	var lines []string
	for _, h := range p.Hosts {
		names = append(names, record{Namespace: l.Namespace(h.Name), Host: h.Name})
		lines = append(lines, "netns add "+l.Namespace(h.Name))
	}
	if err := j.add(names...); err != nil {
		return err
	}
	if err := batch(ctx, lines, "ip", "-batch", "-"); err != nil {
		return err
	}
	for _, h := range p.Hosts {
		if err := l.within(h.Name, func() error { return writeSysctls(h.before()) }); err != nil {
			return fmt.Errorf("lab: host %s: %w", h.Name, err)
		}
	}
	for _, h := range p.Hosts {
		if err := batch(ctx, p.links(h, l.Namespace), "ip", "-n", l.Namespace(h.Name), "-batch", "-"); err != nil {
			return fmt.Errorf("host %s: %w", h.Name, err)
		}
	}
	for _, h := range p.Hosts {
		if err := l.within(h.Name, func() error { return writeSysctls(h.after()) }); err != nil {
			return fmt.Errorf("lab: host %s: %w", h.Name, err)
		}
		if err := batch(ctx, h.addresses(), "ip", "-n", l.Namespace(h.Name), "-batch", "-"); err != nil {
			return fmt.Errorf("host %s: %w", h.Name, err)
		}
		if lines := p.mirroring(h); len(lines) > 0 {
			if err := batch(ctx, lines, "tc", "-n", l.Namespace(h.Name), "-batch", "-"); err != nil {
				return fmt.Errorf("host %s: %w", h.Name, err)
			}
		}
	}
	return nil
}

// batch hands lines to a program that reads commands.
func batch(ctx context.Context, lines []string, argv ...string) error {
	path, err := lookPath(argv[0])
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	cmd := exec.CommandContext(ctx, path, argv[1:]...)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // makes nothing after the lab is gone
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("lab: %s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// writeSysctls writes below /proc/sys/net of the calling thread's namespace.
func writeSysctls(settings []sysctl) error {
	for _, s := range settings {
		if err := os.WriteFile("/proc/sys/net/"+s.key, []byte(s.value), 0); err != nil {
			return err
		}
	}
	return nil
}

// startProcs runs a host's setup and starts its daemons, one after the other.
func (l *Lab) startProcs(ctx context.Context, h *Host, j *journal) error {
	for _, argv := range h.Setup {
		cmd := exec.CommandContext(ctx, l.program(), append([]string{"-id", l.ID, "inside", h.Name}, l.expandAll(h, argv)...)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("lab: host %s: %s: %w: %s", h.Name, argv[0], err, strings.TrimSpace(string(out)))
		}
	}
	for _, proc := range h.Procs {
		if err := l.startProc(ctx, h, proc, j); err != nil {
			return err
		}
	}
	return nil
}

// startTasks starts the one process that does all tasks of a host.
func (l *Lab) startTasks(ctx context.Context, h *Host, j *journal) error {
	if len(h.Tasks) == 0 {
		return nil
	}
	return l.startProc(ctx, h, Proc{Name: "work", Argv: []string{self, "work", h.Name, "{dir}/tasks.json"}}, j)
}

func (l *Lab) startProc(ctx context.Context, h *Host, proc Proc, j *journal) error {
	r, err := l.spawn(ctx, h, proc, j)
	if err != nil {
		return err
	}
	return l.await(ctx, h, proc, r)
}

func (l *Lab) expandAll(h *Host, in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = expand(s, l.HostDir(h.Name), l.program())
	}
	return out
}

// spawn starts one daemon in a process group of its own: held at the gate
// until it is written down, then let go.
func (l *Lab) spawn(ctx context.Context, h *Host, proc Proc, j *journal) (record, error) {
	fail := func(err error) error { return fmt.Errorf("lab: host %s: %s: %w", h.Name, proc.Name, err) }
	log, err := os.OpenFile(filepath.Join(l.HostDir(h.Name), proc.Name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return record{}, fail(err)
	}
	defer shut(log)
	gate, open, err := os.Pipe()
	if err != nil {
		return record{}, fail(err)
	}
	defer shut(open)
	argv := append([]string{"-id", l.ID, "-gate", "inside", h.Name}, l.expandAll(h, proc.Argv)...)
	// The daemon outlives the caller's context: Down ends it.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), l.program(), argv...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{gate}
	cmd.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}, l.expandAll(h, proc.Env)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = cmd.Start()
	shut(gate)
	if err != nil {
		return record{}, fail(err)
	}
	go func() { _ = cmd.Wait() }() // no zombies while this process lives; how it ended is in its log
	s, err := readStat(cmd.Process.Pid)
	if err != nil {
		return record{}, fail(err)
	}
	r := record{PID: cmd.Process.Pid, Start: s.start, Host: h.Name, Name: proc.Name}
	if err := j.add(r); err != nil {
		return record{}, fail(err)
	}
	if _, err := open.Write([]byte{1}); err != nil {
		return record{}, fail(err)
	}
	return r, nil
}

// await waits until a daemon is ready, and says what its log says if it ends.
func (l *Lab) await(ctx context.Context, h *Host, proc Proc, r record) error {
	kind, what, _ := strings.Cut(expand(proc.Ready, l.HostDir(h.Name), l.program()), " ")
	for end := time.Now().Add(readyWithin); ; {
		if !r.alive() {
			return fmt.Errorf("lab: host %s: %s ended: %s", h.Name, proc.Name, l.tail(h, proc))
		}
		ready := true
		switch kind {
		case "file":
			_, err := os.Stat(what)
			ready = err == nil
		case "tcp":
			ready = l.within(h.Name, func() error {
				c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", what)
				if err != nil {
					return err
				}
				return c.Close()
			}) == nil
		}
		if ready {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("lab: host %s: %s is not ready (%s): %s", h.Name, proc.Name, proc.Ready, l.tail(h, proc))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tail is the end of a daemon's log.
func (l *Lab) tail(h *Host, proc Proc) string {
	data, err := os.ReadFile(filepath.Join(l.HostDir(h.Name), proc.Name+".log"))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(data[max(0, len(data)-500):]))
}
