//go:build !linux

package pcap

import (
	"context"
	"errors"

	"kanmon/discover"
)

// Live listens on an interface. This build cannot.
func Live(context.Context, LiveOptions, discover.Sink) (discover.Summary, error) {
	return discover.Summary{Format: "live-capture"}, errors.New(
		"live capture needs Linux: capture with Wireshark, dumpcap or tcpdump on this system, and read the file with kanmon map")
}
