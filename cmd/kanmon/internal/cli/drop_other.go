//go:build !linux

package cli

// isRoot reports false: nothing is done differently for the administrator here.
func isRoot() bool { return false }

// asCaller makes files.
func (*app) asCaller(open func() error) error { return open() }

// isCallers reports false: here files are of who makes them.
func (*app) isCallers(string) bool { return false }

// dropRights does nothing: here the right to listen is one to open a device,
// which ends with opening it.
func (*app) dropRights(bool) {}
