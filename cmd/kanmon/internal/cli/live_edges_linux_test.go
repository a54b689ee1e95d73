package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// testHangup closes the terminal: what was gathered is kept. Under nohup the run
// goes on.
func (w *wire) testHangup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		command []string
		goesOn  bool
	}{{"terminal", nil, false}, {"nohup", []string{"nohup"}, true}} {
		log := filepath.Join(t.TempDir(), "log.jsonl")
		args := append(tt.command, w.binary, "sniff", "-i", "kma", "-o", log)
		sniff := start(t, w.near, args[0], args[1:]...)
		eventually(t, "sniff", func() bool { return strings.Contains(sniff.out.String(), "listening") })
		w.send(t, 3, arp(41))
		time.Sleep(300 * time.Millisecond)
		signal(t, sniff, syscall.SIGHUP)
		if tt.goesOn {
			time.Sleep(300 * time.Millisecond)
			if strings.Contains(read(log), "input-read") {
				t.Errorf("%s: ended", tt.name)
			}
			signal(t, sniff, syscall.SIGTERM)
		}
		sniff.ends(t, 0)
		if got := read(log); !strings.Contains(got, "10.99.0.41") || !strings.Contains(got, `"records":`) {
			t.Errorf("%s: kept was\n%s", tt.name, got)
		}
	}
}

// testShared wants the second of two that write to one file to be refused.
func (w *wire) testShared(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log.jsonl")
	sniff := w.kanmon(t, "sniff", "-i", "kma", "-o", log)
	eventually(t, "sniff", func() bool { return strings.Contains(sniff.out.String(), "listening") })
	if said := w.kanmon(t, "sniff", "-i", "kma", "-o", log).ends(t, 2); !strings.Contains(said, "another kanmon writes to") {
		t.Errorf("said %s", said)
	}
	signal(t, sniff, os.Interrupt)
	sniff.ends(t, 0)
}

// testPipe gives evidence to a program that reads a pipe, and to none.
func (w *wire) testPipe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, got := filepath.Join(dir, "pipe"), filepath.Join(dir, "got")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := w.kanmon(t, "sniff", "-i", "kma", "--duration", "1s", "-o", pipe).ends(t, 2); !strings.Contains(said, "nobody reads") {
		t.Errorf("said %s", said)
	}
	reader := start(t, w.near, "cp", pipe, got)
	time.Sleep(300 * time.Millisecond)
	w.kanmon(t, "sniff", "-i", "kma", "--duration", "200ms", "-o", pipe).ends(t, 0)
	reader.ends(t, 0)
	if !strings.Contains(read(got), `"records":`) {
		t.Errorf("read from the pipe:\n%s", read(got))
	}
	w.kanmon(t, "sniff", "-i", "kma", "--duration", "200ms", "-o", os.DevNull).ends(t, 0)
}

// testFull writes frames to a disk that becomes full: the evidence goes on.
func (w *wire) testFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk, log := filepath.Join(dir, "disk"), filepath.Join(dir, "log.jsonl")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	sniff := start(t, w.near, "unshare", "-m", "sh", "-c", `mount -t tmpfs -o size=64k none "$0" && exec "$@"`, disk,
		w.binary, "sniff", "-i", "kma", "-o", log, "-w", filepath.Join(disk, "frames.pcapng"), "--snaplen", "2000")
	eventually(t, "sniff", func() bool { return strings.Contains(sniff.out.String(), "listening") })
	w.send(t, 200, append(arp(51), make([]byte, 1300)...))
	eventually(t, "the disk to be full", func() bool { return strings.Contains(sniff.out.String(), "no more frames are written") })
	w.send(t, 1, arp(52))
	time.Sleep(300 * time.Millisecond)
	signal(t, sniff, os.Interrupt)
	if said := sniff.ends(t, 4); !strings.Contains(said, "the evidence is whole") {
		t.Errorf("said %s", said)
	}
	if got := read(log); !strings.Contains(got, "10.99.0.52") || strings.Contains(got, "incomplete") {
		t.Errorf("the evidence is not whole:\n%s", got)
	}
}

// testTheirs wants what audit makes through sudo to be of who called sudo.
func (w *wire) testTheirs(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for dir := home; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // he comes there
			t.Fatal(err)
		}
	}
	if err := os.Chown(home, 1234, 1235); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-o", filepath.Join(home, "listened")},
		{"-o", filepath.Join(home, "asked"), "--traffic", "query", "--agents", "10.77.0.99"},
	} {
		args = append([]string{"SUDO_UID=1234", "SUDO_GID=1235", w.binary, "audit", "-i", "kma", "--duration", "300ms"}, args...)
		start(t, w.near, "env", args...).ends(t, 0, 4)
	}
	count := 0
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		if owner := st.Sys().(*syscall.Stat_t); owner.Uid != 1234 || owner.Gid != 1235 {
			t.Errorf("%s is of user %d and group %d", path, owner.Uid, owner.Gid)
		}
		count++
		return nil
	})
	if err != nil || count < 10 {
		t.Errorf("%d files, error %v", count, err)
	}
}
