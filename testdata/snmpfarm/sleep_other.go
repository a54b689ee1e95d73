//go:build !linux

package snmpfarm

import "time"

// newSleep returns a function that sleeps, up to some milliseconds too long.
func newSleep() func(time.Duration) { return time.Sleep }
