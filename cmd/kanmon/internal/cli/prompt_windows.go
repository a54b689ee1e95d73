package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// noEcho keeps a console from showing what is typed, until restore is called. Of
// what is no console nothing changes.
func noEcho(f *os.File) (restore func(), err error) {
	console := windows.Handle(f.Fd())
	var before uint32
	if windows.GetConsoleMode(console, &before) != nil {
		return func() {}, nil //nolint:nilerr // it is no console, and shows nothing
	}
	if err := windows.SetConsoleMode(console, before&^windows.ENABLE_ECHO_INPUT); err != nil {
		return nil, err
	}
	return func() { _ = windows.SetConsoleMode(console, before) }, nil // there is nothing else to be done
}
