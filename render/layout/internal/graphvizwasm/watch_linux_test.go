package graphvizwasm_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"
)

// begins is every way in which a use of a folder begins. Closing is not among
// them: a folder that this test has read is closed once more by a child that was
// forked meanwhile, when it gets to exec.
const begins = syscall.IN_ACCESS | syscall.IN_ATTRIB | syscall.IN_CREATE | syscall.IN_DELETE | syscall.IN_DELETE_SELF |
	syscall.IN_MODIFY | syscall.IN_MOVE | syscall.IN_MOVE_SELF | syscall.IN_OPEN

// watch reports, when called, the names of everything in dir that was opened,
// read, changed or added since, as inotify(7) saw it.
func watch(t *testing.T, dir string) func() []string {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK | syscall.IN_CLOEXEC)
	if err != nil {
		t.Skipf("inotify: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_, err = syscall.InotifyAddWatch(fd, path, begins)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func() []string { return events(t, fd) }
	read() // what the walk itself did
	return read
}

func events(t *testing.T, fd int) []string {
	t.Helper()
	var names []string
	buf := make([]byte, 64<<10)
	for {
		n, err := syscall.Read(fd, buf)
		if errors.Is(err, syscall.EAGAIN) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		for rest := buf[:n]; len(rest) >= syscall.SizeofInotifyEvent; {
			e := (*syscall.InotifyEvent)(unsafe.Pointer(&rest[0])) // the kernel aligns events
			names = append(names, string(rest[syscall.SizeofInotifyEvent:syscall.SizeofInotifyEvent+int(e.Len)]))
			rest = rest[syscall.SizeofInotifyEvent+int(e.Len):]
		}
	}
}
