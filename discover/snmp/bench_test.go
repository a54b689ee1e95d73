package snmp_test

import (
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"kanmon/discover/fact"
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

// BenchmarkTables asks an agent of 20,000 variables for its tables, and encodes
// what they tell.
func BenchmarkTables(b *testing.B) {
	a := &snmpfarm.Agent{Tree: snmpfarm.Plain(1, 20_000)}
	if err := a.Listen(netip.MustParseAddrPort("127.65.0.1:0")); err != nil {
		b.Skipf("no agent can be simulated on loopback: %v", err)
	}
	b.Cleanup(a.Close)
	opts := snmp.Options{
		Credentials: snmp.Credentials{Version: "2c", Community: snmp.NewSecret("public")}, Session: "live:bench", Now: time.Now,
		Port: a.Addr().Port(), Targets: []netip.Addr{a.Addr().Addr()},
	}
	for b.Loop() {
		if err := snmp.Collect(b.Context(), opts, &openGate{}, encoded{fact.NewEncoder(io.Discard)}); err != nil {
			b.Fatal(err)
		}
	}
}

// encoded is a Sink that writes evidence.
type encoded struct{ *fact.Encoder }

func (e encoded) Emit(o fact.Observation) error { return e.Encode(o) }
func (e encoded) Skip(string, error)            {}
