//go:build !linux

package snmpfarm

import "time"

// sleep sleeps, up to some milliseconds too long.
func sleep(d time.Duration) { time.Sleep(d) }
