package fact_test

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"kanmon/discover/fact"
)

// BenchmarkObservation makes an observation of the most frequent kind and writes
// it as a line of evidence.
func BenchmarkObservation(b *testing.B) {
	f := fact.Flow{
		Client:   fact.Endpoint{IP: netip.MustParseAddr("10.20.0.11"), MAC: fact.MAC{0x70, 0xb3, 0xd5, 0, 0, 0x14}},
		Server:   fact.Endpoint{IP: netip.MustParseAddr("198.19.139.58"), Port: 443, MAC: fact.MAC{0, 0x1c, 0x73, 0xee, 0, 0}},
		Protocol: "tcp", Answered: true, App: "tls", VID: 100,
	}
	seen := fact.Sighting{
		Input: "sha256:45027c57afb27d34", Place: "frame 1182719", Count: 36,
		First: time.Unix(1_700_000_000, 123_456_000).UTC(), Last: time.Unix(1_700_000_100, 1_000).UTC(),
	}
	enc := fact.NewEncoder(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		o, err := fact.New("pcap/flow", f, seen)
		if err != nil {
			b.Fatal(err)
		}
		if err := enc.Encode(o); err != nil {
			b.Fatal(err)
		}
	}
}
