package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// nobody is the user that owns nothing (nobody, in every Linux distribution).
const nobody = 65534

// isRoot reports whether the program runs as root.
func isRoot() bool { return os.Geteuid() == 0 }

// caller returns the user and group that called sudo, or nobody.
func (a *app) caller() (uid, gid int) {
	uid, errUID := strconv.Atoi(a.Getenv("SUDO_UID"))
	gid, errGID := strconv.Atoi(a.Getenv("SUDO_GID"))
	if errUID != nil || errGID != nil || uid <= 0 || gid <= 0 {
		return nobody, nobody
	}
	return uid, gid
}

// asCaller makes files as the user who called sudo, so that they are his; where
// he may not make them, as root.
func (a *app) asCaller(open func() error) error {
	uid, gid := a.caller()
	if !isRoot() || uid == nobody {
		return open()
	}
	if errors.Join(syscall.Setresgid(-1, gid, -1), syscall.Setresuid(-1, uid, -1)) == nil {
		err := open()
		if back := errors.Join(syscall.Setresuid(-1, 0, -1), syscall.Setresgid(-1, 0, -1)); back != nil {
			return fmt.Errorf("become root again: %w", back)
		}
		if !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return open()
}

// isCallers reports whether a file is that of the user who called sudo.
func (a *app) isCallers(path string) bool {
	uid, _ := a.caller()
	var st unix.Stat_t
	return uid != nobody && unix.Stat(path, &st) == nil && int(st.Uid) == uid
}

// dropRights gives up, for good and in every thread, what a listener needs to
// begin and no more after: capabilities, and being root. What reads hostile
// octets is to run without them. All files must be open, unless root stays who
// it is and keeps, of all that it may do, to write files.
func (a *app) dropRights(files bool) {
	var (
		errs []error
		left [2]unix.CapUserData
	)
	if isRoot() {
		for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ { // not allowed to drop them is nothing to lose either
			_, _, _ = syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0)
		}
	}
	if files {
		left[0].Effective, left[0].Permitted = 1<<unix.CAP_DAC_OVERRIDE, 1<<unix.CAP_DAC_OVERRIDE
	} else if isRoot() {
		uid, gid := a.caller()
		errs = append(errs, syscall.Setgroups(nil), syscall.Setresgid(gid, gid, gid), syscall.Setresuid(uid, uid, uid))
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	headerAt, leftAt := unsafe.Pointer(&header), unsafe.Pointer(&left) //nolint:gosec // capset takes no other form
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(headerAt), uintptr(leftAt), 0); errno != 0 {
		errs = append(errs, fmt.Errorf("capset: %w", errno))
	}
	if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		errs = append(errs, fmt.Errorf("no_new_privs: %w", errno))
	}
	err := errors.Join(errs...)
	switch {
	case errors.Is(err, syscall.ENOTSUP):
		a.note("not all rights could be given up while listening: this program was built with cgo (make build does without): %s", err)
	case err != nil:
		a.note("not all rights could be given up while listening: %s", err)
	}
}
