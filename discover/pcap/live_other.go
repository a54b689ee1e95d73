//go:build !linux

package pcap

import (
	"context"
	"errors"

	"kanmon/discover"
)

// Live listens on an interface. This build cannot.
func Live(_ context.Context, o LiveOptions, _ discover.Sink) (discover.Summary, error) {
	return discover.Summary{Format: "live-capture"}, Check(o.Interface)
}

// Check reports what stands in the way of listening on an interface.
func Check(string) error {
	return errors.New("live capture needs Linux: capture with Wireshark, dumpcap or tcpdump on this system, and read the file with kanmon map")
}
