package cli

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile takes the lock on f, and reports whether no other process has it. The
// lock goes with the process, however that ends. It is of an octet far behind the
// end of the file: Windows lets nobody else read what is locked.
func lockFile(f *os.File) bool {
	const how = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	return !errors.Is(windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30}), windows.ERROR_LOCK_VIOLATION)
}
