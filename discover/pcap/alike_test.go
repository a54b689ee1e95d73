package pcap_test

import (
	"testing"

	"kanmon/discover/fact"
)

// TestAlikeAreTold wants answers to stay apart that say the same in a row, but
// with another border between the addresses and the name: names hold what
// characters they like.
func TestAlikeAreTold(t *testing.T) {
	t.Parallel()
	answer := func(name []byte, addresses ...string) []byte {
		var records [][]byte
		for _, a := range addresses {
			records = append(records, record(name, 1, addr(a)))
		}
		return dnsMessage(0x8180, [][]byte{question(name, 1)}, records)
	}
	c := conversation{client: "10.0.0.1", server: "10.0.0.53"}
	c.down(17, udp(53, 40000, answer(dnsName("10", "0", "0", "3 www", "example"), "10.0.0.2")))
	c.down(17, udp(53, 40000, answer(dnsName("www", "example"), "10.0.0.2", "10.0.0.3")))
	got := facts[fact.NameAnswer](readBytes(t, "alike.pcap", classicFile(1, c.frames...)).obs)
	if len(got) != 2 {
		t.Errorf("two answers were told as %+v", got)
	}
}
