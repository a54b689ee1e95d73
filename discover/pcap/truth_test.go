package pcap_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// score is how much of one kind the truth holds, and how much of it was found.
type score struct{ expected, found, wrong int }

// scores is the table that TestTruth prints.
type scores map[string]*score

func (s scores) of(kind string) *score {
	if s[kind] == nil {
		s[kind] = new(score)
	}
	return s[kind]
}

func (s scores) add(kind string, found bool) {
	x := s.of(kind)
	x.expected++
	if found {
		x.found++
	}
}

func (s scores) String() string {
	kinds := make([]string, 0, len(s))
	for k := range s {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %8s %6s %6s %6s\n", "kind", "expected", "found", "wrong", "%")
	for _, k := range kinds {
		x := s[k]
		fmt.Fprintf(&b, "%-22s %8d %6d %6d %6.1f\n", k, x.expected, x.found, x.wrong, 100*float64(x.found)/float64(max(1, x.expected)))
	}
	return b.String()
}

// TestTruth compares what is learned from the captures with what tshark and nDPI
// say of them. The floors are what was reached; what is left out has its reason
// beside it.
func TestTruth(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	corpus := readCorpus(t, folder)
	read := func(name string) [][]string { return table(t, filepath.Join(folder, "derived", name)) }
	s := scores{}
	checkL2(t, s, read("capture_l2.tsv"), corpus)
	checkTunnels(t, s, read("capture_tunnels.tsv"), corpus)
	checkFlows(t, s, read("capture_ndpi_flows.tsv"), corpus)
	checkNames(t, s, read("capture_names.tsv"), corpus)
	checkApps(t, s, read("capture_ndpi_flows.tsv"), corpus)
	checkNothingElse(t, s, append(read("capture_tunnels.tsv"), read("capture_ndpi_flows.tsv")...), corpus)
	t.Logf("\n%v", s)
	for kind, floor := range floors() {
		x := s.of(kind)
		if x.found*100 < x.expected*floor.percent || x.wrong > floor.wrong {
			t.Errorf("%s: %d of %d found and %d wrong, want %d%% and at most %d", kind, x.found, x.expected, x.wrong, floor.percent, floor.wrong)
		}
	}
}

type floor struct{ percent, wrong int }

func floors() map[string]floor {
	return map[string]floor{
		"link/arp": {percent: 100}, "link/cdp": {percent: 100}, "link/lldp": {percent: 100}, "link/stp": {percent: 100},
		"app": {percent: 94}, "tunnel ends": {percent: 100}, "vpn flow": {percent: 95}, "remote flow": {percent: 95},
		"name/dns": {percent: 100}, "name/sni": {percent: 100}, "name/host": {percent: 100}, "name/dhcp_name": {percent: 100},
		"name/dhcp_vc": {percent: 100}, "name/nbns": {percent: 100}, "name/aftr": {percent: 100}, "name/cdp_dev": {percent: 100}, "name/lldp_name": {percent: 100},
		// Names that were damaged on purpose are no names any more, as a rule.
		"name/dns damaged": {percent: 82}, "name/nbns damaged": {percent: 53}, "name/dhcp_name damaged": {}, "name/dhcp_vc damaged": {},
	}
}

// checkL2 wants every announcement, BPDU and ARP binding that tshark found.
func checkL2(t *testing.T, s scores, rows [][]string, corpus map[string]result) {
	t.Helper()
	for _, row := range rows {
		r, kind, who, address := corpus[row[0]], row[1], row[2], row[5]
		switch {
		case who == "": // damaged: no chassis ID, or no 48-bit address
			continue
		case strings.HasSuffix(row[0], ".snoop"): // refused, with a hint
			continue
		}
		ok := false
		switch kind {
		case "arp":
			for _, b := range facts[fact.AddressBinding](r.obs) {
				ok = ok || b.MAC.String() == who && b.IP.String() == address
			}
		case "stp":
			for _, b := range facts[fact.BridgeProtocol](r.obs) {
				ok = ok || "root="+b.RootMAC.String() == address
			}
		default:
			for _, n := range facts[fact.NeighborAnnouncement](r.obs) {
				last := who[strings.LastIndex(who, ";")+1:]
				ok = ok || n.Protocol == kind && (n.MAC.String() == last || n.Neighbor.ChassisID == who) &&
					(row[4] == "" || row[4] == n.Neighbor.SystemName || row[4] == n.Neighbor.ChassisID) && (row[3] == "" || n.Neighbor.PortID == row[3])
			}
		}
		s.add("link/"+kind, ok)
		if !ok {
			t.Errorf("not found: %q", row)
		}
	}
}
