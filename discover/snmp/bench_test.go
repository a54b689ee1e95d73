package snmp_test

import (
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"kanmon/discover/snmp"
	"kanmon/testdata/snmpfarm"
)

// BenchmarkWhole walks the whole trees of 200 agents, and keeps nothing.
func BenchmarkWhole(b *testing.B) {
	var (
		opts = snmp.Options{
			Credentials: snmp.Credentials{Version: "2c", Community: snmp.NewSecret("public")}, Session: "live:bench", Now: time.Now,
			Whole: true, RecordOnly: true, Repetitions: 50, Record: func(netip.Addr) (io.WriteCloser, error) { return discard{}, nil },
		}
		requests int
	)
	for i := range 200 {
		a := &snmpfarm.Agent{Tree: snmpfarm.Plain(i, 2000)}
		if err := a.Listen(netip.AddrPortFrom(netip.MustParseAddr(fmt.Sprintf("127.64.0.%d", i+1)), opts.Port)); err != nil {
			b.Skipf("no agent can be simulated on loopback: %v", err)
		}
		b.Cleanup(a.Close)
		opts.Port = a.Addr().Port()
		opts.Targets = append(opts.Targets, a.Addr().Addr())
	}
	for b.Loop() {
		gate := &openGate{}
		if err := snmp.Collect(b.Context(), opts, gate, &facts{}); err != nil {
			b.Fatal(err)
		}
		requests = int(gate.packets.Load())
	}
	b.ReportMetric(float64(requests), "requests/op")
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }
