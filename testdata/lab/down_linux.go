package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Down stops what Up started and removes what it made, by the journal alone:
// also after a crash, and again without harm. Where there is no lab it does
// nothing.
func (l *Lab) Down(ctx context.Context) error {
	if err := l.check(); err != nil {
		return err
	}
	info, err := os.Lstat(l.Dir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || st.Uid != 0 || !info.IsDir() {
		return fmt.Errorf("lab: %s is not a folder of root: nothing was done", l.Dir())
	}
	free, err := l.lock()
	if err != nil {
		return err
	}
	defer free()
	began := time.Now()
	records, err := readJournal(journalIn(l.Dir()))
	if err != nil {
		return err
	}
	namespaces := map[uint64]bool{}
	var lines []string
	for _, r := range records {
		if r.Namespace == "" {
			continue
		}
		path := filepath.Join("/run/netns", r.Namespace)
		ino, err := inodeOf(path)
		if err != nil {
			continue // not made, or gone
		}
		namespaces[ino] = true
		lines = append(lines, "netns del "+r.Namespace)
	}
	if err := stop(ctx, records, namespaces); err != nil {
		return err
	}
	if n := strangers(namespaces); n > 0 {
		l.logf("left alone: %d processes inside that the lab did not start, such as a shell", n)
	}
	if len(lines) > 0 {
		if err := batch(ctx, lines, "ip", "-force", "-batch", "-"); err != nil {
			return err
		}
	}
	if err := l.remove(); err != nil {
		return err
	}
	l.logf("down in %.1f s", time.Since(began).Seconds())
	return nil
}

// lock keeps a second up or down away; a lab that is killed frees it.
func (l *Lab) lock() (free func(), err error) {
	f, err := os.Open(l.Dir())
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		shut(f)
		return nil, fmt.Errorf("lab: another up or down of %s is at work: wait for it: %w", l.Dir(), err)
	}
	return func() { shut(f) }, nil
}

// remove takes the folder away, the journal last: a Down that is cut short
// can be done again.
func (l *Lab) remove() error {
	entries, err := os.ReadDir(l.Dir())
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	for _, e := range entries {
		if path := filepath.Join(l.Dir(), e.Name()); path != journalIn(l.Dir()) {
			if err := os.RemoveAll(path); err != nil {
				return fmt.Errorf("lab: %w", err)
			}
		}
	}
	if err := os.RemoveAll(l.Dir()); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	return nil
}

// Status is what of a lab is there.
type Status struct {
	Hosts   []string
	Running []string // "host daemon", as recorded and alive
	Ended   []string // recorded, but not alive
}

// Status reads the journal and looks.
func (l *Lab) Status() (Status, error) {
	var out Status
	if err := l.check(); err != nil {
		return out, err
	}
	records, err := readJournal(journalIn(l.Dir()))
	if err != nil {
		return out, err
	}
	for _, r := range records {
		switch {
		case r.Namespace != "":
			if _, err := inodeOf(filepath.Join("/run/netns", r.Namespace)); err == nil {
				out.Hosts = append(out.Hosts, r.Host)
			}
		case r.alive():
			out.Running = append(out.Running, r.Host+" "+r.Name)
		default:
			out.Ended = append(out.Ended, r.Host+" "+r.Name)
		}
	}
	return out, nil
}
