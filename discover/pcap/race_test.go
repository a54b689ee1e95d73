//go:build race

package pcap_test

// slower is by how much floods are smaller under the race detector, which takes
// ten times as long, and finds as much in one that is still larger than any
// table.
const slower = 5
