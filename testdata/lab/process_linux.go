package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// stat is what /proc/PID/stat says.
type stat struct {
	state byte
	group int
	start uint64 // clock ticks since boot
}

// readStat reads /proc/PID/stat (proc(5)). The name in parentheses may hold
// anything, so the fields are counted from its last closing one.
func readStat(pid int) (stat, error) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, err
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("lab: /proc/%d/stat has %d fields after the name", pid, len(fields))
	}
	group, err := strconv.Atoi(string(fields[2]))
	if err != nil {
		return stat{}, fmt.Errorf("lab: /proc/%d/stat: %w", pid, err)
	}
	start, err := strconv.ParseUint(string(fields[19]), 10, 64)
	if err != nil {
		return stat{}, fmt.Errorf("lab: /proc/%d/stat: %w", pid, err)
	}
	return stat{state: fields[0][0], group: group, start: start}, nil
}

// alive reports whether the recorded process is still that process. While a
// thread that is not the first one replaces the program, which [Lab.Inside]
// does, the process looks like a zombie that has threads.
func (r record) alive() bool {
	s, err := readStat(r.PID)
	if err == nil && s.state == 'Z' && s.start == r.Start {
		if threads, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(r.PID), "task")); err == nil && len(threads) > 1 {
			return true
		}
		s, err = readStat(r.PID)
	}
	return err == nil && s.start == r.Start && s.state != 'Z'
}

// inodeOf identifies a namespace file.
func inodeOf(path string) (uint64, error) {
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		return 0, err
	}
	return st.Ino, nil
}

// members are the processes of a recorded group that must be ours: those that
// sit in one of our namespaces. The group's number can be another's by now when
// its leader is gone; a process in our namespace is none of another's.
func members(groups map[int]bool, namespaces map[uint64]bool) []record {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var out []record
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		s, err := readStat(pid)
		if err != nil || s.state == 'Z' || !groups[s.group] {
			continue
		}
		if ino, err := inodeOf(filepath.Join("/proc", e.Name(), "ns", "net")); err == nil && namespaces[ino] {
			out = append(out, record{PID: pid, Start: s.start})
		}
	}
	return out
}

// strangers counts the processes in the namespaces.
func strangers(namespaces map[uint64]bool) int {
	found, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil {
		return 0
	}
	n := 0
	for _, path := range found {
		if ino, err := inodeOf(path); err == nil && namespaces[ino] {
			n++
		}
	}
	return n
}

// stop ends the recorded processes and what they started: asked first, killed
// three seconds later.
func stop(ctx context.Context, records []record, namespaces map[uint64]bool) error {
	groups := map[int]bool{}
	ours := map[int]record{}
	for _, r := range records {
		if r.PID > 0 {
			groups[r.PID] = true
			ours[r.PID] = r
		}
	}
	// Once known as ours, a process is waited for until it is gone: one that is
	// ending has left its namespace a good while before.
	left := func() []int {
		for _, r := range members(groups, namespaces) {
			ours[r.PID] = r
		}
		var out []int
		for pid, r := range ours {
			if r.alive() {
				out = append(out, pid)
			}
		}
		return out
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		for _, pid := range left() {
			if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("lab: stopping process %d: %w", pid, err)
			}
		}
		for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
			if len(left()) == 0 {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return fmt.Errorf("lab: processes %v do not end", left())
}
