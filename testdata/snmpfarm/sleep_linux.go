package snmpfarm

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// newSleep returns a function that sleeps, some 50 microseconds too long. It waits
// as for a packet: while a thread slept, the processor that it has of Go's would be
// taken from it, and whoever waits for an answer would wait for another one too.
func newSleep() func(time.Duration) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return time.Sleep
	}
	timer := os.NewFile(uintptr(fd), "timer")
	var times [8]byte // that it went off
	return func(d time.Duration) {
		_ = unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}, nil) // the arguments are good
		_, _ = timer.Read(times[:])                                                                 // as above
	}
}
