//go:build unix

package snmp

import "syscall"

// toOne keeps a socket from sending to a broadcast address: Go lets every UDP
// socket do so, and then each device of a network would be asked at once.
func toOne(_, _ string, c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_BROADCAST, 0) }); e != nil {
		return e
	}
	return err
}
