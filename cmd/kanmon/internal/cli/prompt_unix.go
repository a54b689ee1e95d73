//go:build linux || darwin

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// noEcho keeps a terminal from showing what is typed, until restore is called.
// Of what is no terminal nothing changes.
func noEcho(f *os.File) (restore func(), err error) {
	fd := int(f.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return func() {}, nil //nolint:nilerr // it is no terminal
	}
	silent := *before
	silent.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, setTermios, &silent); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }, nil // there is nothing else to be done
}
