//go:build !race

package pcap_test

// slower is 1 where nobody looks for races.
const slower = 1
