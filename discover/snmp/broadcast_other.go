//go:build !unix && !windows

package snmp

import "syscall"

// toOne has nothing to do: the system has no sockets that send to broadcast
// addresses.
func toOne(_, _ string, _ syscall.RawConn) error { return nil }
