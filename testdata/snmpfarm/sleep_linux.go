package snmpfarm

import (
	"syscall"
	"time"
)

// sleep sleeps, some 50 microseconds too long.
func sleep(d time.Duration) {
	t := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&t, nil) // a signal may end it early
}
