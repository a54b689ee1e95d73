package classify_test

import (
	"fmt"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology/classify"
)

// BenchmarkConnections is a day of a hospital that browses: 1,000 PCs with 100
// web servers each.
func BenchmarkConnections(b *testing.B) {
	facts := sampleFacts()
	hosts := sampleHosts()
	for pc := range 1000 {
		addr, m := fmt.Sprintf("10.10.%d.%d", 1+pc/250, pc%250), fmt.Sprintf("00:00:5e:00:%02x:%02x", 0x60+pc/256, pc%256)
		hosts = append(hosts, host{name: addr, mac: m, ips: []string{addr}})
		for web := range 100 {
			facts = append(facts, fact.Flow{
				Client: end(addr, m), Server: end(fmt.Sprintf("198.18.%d.%d:443", web, pc%250), coreMAC), Protocol: "tcp", Answered: true,
			})
		}
	}
	obs, net, site, sig := observe(b, facts), newFake(hosts), sampleSite(), signatures(b)
	b.ResetTimer()
	for b.Loop() {
		if got := classify.Connections(obs, net, site, sig); len(got) != len(sampleWant()) {
			b.Fatalf("%d connections, want %d", len(got), len(sampleWant()))
		}
	}
}
