package build_test

import (
	"fmt"
	"net/netip"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/build"
	"kanmon/topology/classify/signature"
)

// BenchmarkPassive is what a mirror port tells of a large hospital in a day: two
// thousand hosts that browse, ask for names, and say what they are.
func BenchmarkPassive(b *testing.B) {
	gw := fact.MAC{0x00, 0x00, 0x5e, 0x00, 0x54, 0x01}
	var obs []fact.Observation
	add := func(f fact.Fact) {
		o, err := fact.New("pcap", f, fact.Sighting{Input: "sha256:1", Count: 3})
		if err != nil {
			b.Fatal(err)
		}
		obs = append(obs, o)
	}
	for _, from := range []bool{true, false} {
		add(fact.Transit{MAC: gw, Version: 4, To: !from})
	}
	for i := range 2000 {
		m := fact.MAC{0x00, 0x14, 0x22, 0x00, byte(i >> 8), byte(i)}
		a := netip.AddrFrom4([4]byte{10, 1, byte(i / 200), byte(1 + i%200)})
		host := fact.Endpoint{IP: a, MAC: m}
		add(fact.Station{MAC: m})
		add(fact.HopLimit{IP: a, MAC: m, Value: 128})
		add(fact.HopLimit{IP: a, MAC: gw, Value: 127})
		for n := range 20 {
			add(fact.SelfDescription{Host: host, Protocol: "http", Field: "user-agent", Value: fmt.Sprintf("program %d", n)})
			add(fact.NameQuery{Name: fmt.Sprintf("host%d.site%d.example", i%50, n), Type: "A", Client: host, Server: fact.Endpoint{IP: netip.MustParseAddr("10.0.0.53"), Port: 53, MAC: gw}})
			add(fact.Flow{Client: host, Server: fact.Endpoint{IP: netip.AddrFrom4([4]byte{byte(190 + n), 18, byte(n), byte(i)}), Port: 443, MAC: gw}, Protocol: "tcp", App: "tls", Answered: true})
		}
	}
	set, err := signature.Default()
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		s := build.Build(obs, build.Options{Signatures: set})
		if len(s.Devices) < 2000 || len(s.ExternalConnections) != 1 || s.ExternalConnections[0].Category != topology.Internet {
			b.Fatalf("%d devices, %d ways out", len(s.Devices), len(s.ExternalConnections))
		}
	}
	b.ReportMetric(float64(len(obs)), "facts")
}
