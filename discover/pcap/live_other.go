//go:build !linux && !windows && !darwin

package pcap

import "errors"

var errNoCapture = errors.New("live capture needs Linux, Windows or macOS: capture with tcpdump on this system, and read the file with kanmon map")

// Check reports what stands in the way of listening on an interface.
func Check(string) error { return errNoCapture }

func openTap(*LiveOptions) (tap, error) { return nil, errNoCapture }
