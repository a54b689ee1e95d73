// Package gatetest makes gates for tests.
package gatetest

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"kanmon/discover"
)

// New returns a gate on a clock that goes, and its receipts.
func New(t *testing.T, opts discover.GateOptions) (*discover.Gate, *bytes.Buffer) {
	t.Helper()
	var receipts bytes.Buffer
	opts.Clock, opts.Receipts = time.Now, &receipts //nolint:forbidigo // tests alone make such gates
	g, err := discover.NewGate(opts)
	if err != nil {
		t.Fatal(err)
	}
	return g, &receipts
}

// Prefixes returns prefixes, which must be valid.
func Prefixes(ss ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range ss {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}
