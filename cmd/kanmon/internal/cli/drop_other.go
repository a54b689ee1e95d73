//go:build !linux

package cli

// isRoot reports false: nothing is done differently for the administrator here.
func isRoot() bool { return false }

// asCaller makes files.
func (*app) asCaller(open func() error) error { return open() }

// dropRights does nothing: here the right to listen is one to open a device,
// which ends with opening it.
func (*app) dropRights(bool) {}
