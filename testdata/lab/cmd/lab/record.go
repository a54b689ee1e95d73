//go:build linux

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kanmon/testdata/lab"
)

// recording is how long the mirror ports are recorded: long enough for every
// tunnel to open anew and every announcement to come by.
const recording = 2 * time.Minute

// record brings the lab up, records what an auditor would bring home with
// tcpdump and net-snmp, and takes the lab down: a capture of each mirror port, a
// walk of each agent, the register, and the truth. Frames are cut to their
// headers and names.
func record(ctx context.Context, l *lab.Lab, p *lab.Plan, folder string) (err error) {
	evidence := filepath.Join(folder, "evidence")
	if err := os.MkdirAll(evidence, 0o750); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err := l.Up(ctx, p); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Down(context.WithoutCancel(ctx))) }()
	time.Sleep(6 * time.Second) // neighbours are told every five
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		errs  []error
	)
	start := func(f func() error) {
		group.Go(func() {
			if err := f(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	for _, i := range p.Host("auditor").Interfaces {
		if i.Silent {
			start(func() error { return recordMirror(ctx, l, i.Name, evidence) })
		}
	}
	for _, a := range p.Agents {
		start(func() error { return recordWalk(ctx, l, p, a, evidence) })
	}
	group.Wait()
	truth, err := p.Truth().JSON()
	errs = append(errs, err,
		os.WriteFile(filepath.Join(folder, "truth.json"), truth, 0o600),
		os.WriteFile(filepath.Join(folder, "register.yaml"), []byte(p.Truth().Register()), 0o600))
	return errors.Join(errs...)
}

// inside runs a program on the auditor's machine.
func inside(ctx context.Context, l *lab.Lab, argv ...string) *exec.Cmd {
	return exec.CommandContext(ctx, l.Helper, append([]string{"-id", l.ID, "inside", "auditor"}, argv...)...)
}

func recordMirror(ctx context.Context, l *lab.Lab, name, folder string) error {
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	file, err := os.CreateTemp("", "kmlab-record-")
	if err != nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	cmd := inside(ctx, l, "tcpdump", "-i", name, "-n", "-U", "-s", "400", "-Z", "root", "-w", "-")
	cmd.Stdout = file
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	raw, err := os.ReadFile(file.Name())
	if err != nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	return os.WriteFile(filepath.Join(folder, name+".pcap.gz"), packed.Bytes(), 0o600)
}

// recordWalk walks what kanmon reads of an agent, with net-snmp.
func recordWalk(ctx context.Context, l *lab.Lab, p *lab.Plan, a lab.Agent, folder string) error {
	var out bytes.Buffer
	for _, tree := range []string{".1.3.6.1.2.1.1", ".1.3.6.1.2.1.2", ".1.3.6.1.2.1.4", ".1.3.6.1.2.1.17", ".1.3.6.1.2.1.31", ".1.3.6.1.2.1.47", ".1.0.8802.1.1.2", ".1.3.6.1.6.3.10.2.1"} {
		argv := []string{"snmpbulkwalk", "-On", "-Cc", "-v2c", "-c", a.Access.Community}
		if a.Access.User != "" {
			argv = []string{"snmpbulkwalk", "-On", "-Cc", "-v3", "-u", a.Access.User, "-l", "authPriv", "-a", "SHA", "-A", a.Access.AuthPW, "-x", "AES", "-X", a.Access.PrivPW}
		}
		walk, err := inside(ctx, l, append(argv, p.AgentAddr(a).String(), tree)...).Output()
		if err != nil {
			return fmt.Errorf("walk of %s, %s: %w", a.Host, tree, err)
		}
		for line := range strings.Lines(string(walk)) {
			if !strings.Contains(line, "No Such Object") && !strings.Contains(line, "No more variables") {
				out.WriteString(line)
			}
		}
	}
	return os.WriteFile(filepath.Join(folder, a.Host+".snmpwalk"), out.Bytes(), 0o600)
}
