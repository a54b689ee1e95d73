package pcap_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/pcap"
)

// captureFolder finds the captures beside the repository, which are not part of
// it, and skips the test where there are none.
func captureFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the working directory")
		}
	}
	folder := filepath.Join(filepath.Dir(dir), "shared", "data", "captures")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the captures of ../shared/data are not here")
	}
	return folder
}

// result is what reading one capture gave.
type result struct {
	sum   discover.Summary
	err   error
	took  time.Duration
	obs   []fact.Observation
	skips []discover.Skipped
}

// readBytes reads a capture whatever its format.
func readBytes(tb testing.TB, name string, b []byte) result {
	tb.Helper()
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			tb.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			tb.Fatal(err)
		}
	}
	for _, f := range pcap.Formats() {
		if !f.Match(b[:min(len(b), discover.HeadLen)]) {
			continue
		}
		var c discover.Collection
		in := discover.NewInput(name, "", bytes.NewReader(b), func() string { return "sha256:test" })
		start := time.Now()
		sum, err := f.Read(context.Background(), in, &c)
		r := result{sum: sum, err: err, took: time.Since(start), obs: c.Observations()}
		r.skips, _ = c.Skips()
		return r
	}
	tb.Fatalf("%s: no format matches", name)
	return result{}
}

// readCorpus reads every capture of the folder.
func readCorpus(t *testing.T, folder string) map[string]result {
	t.Helper()
	out := make(map[string]result)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch strings.TrimSuffix(filepath.Ext(path), ".gz") {
		case ".pcap", ".pcapng", ".snoop", "":
		default:
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(folder, path)
		out[filepath.ToSlash(rel)] = readBytes(t, rel, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// table reads a table of values separated by tabs, without its first line.
func table(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		rows = append(rows, strings.Split(sc.Text(), "\t"))
	}
	return rows[1:]
}

// facts returns the facts of one kind.
func facts[F fact.Fact](obs []fact.Observation) []F {
	var out []F
	for _, o := range obs {
		if f, ok := o.Fact.(F); ok {
			out = append(out, f)
		}
	}
	return out
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	corpus := readCorpus(t, folder)
	t.Logf("%d captures", len(corpus))
	if len(corpus) < 147 {
		t.Errorf("read %d captures", len(corpus))
	}
	refused := map[string]string{
		"format/pcpp__solaris.snoop":                          "Sun snoop",
		"format/pcpp__microsecs_big_endian.pcap":              "link type 253", // netlink messages
		"radiotap/scapy__bad_rsn_parsing_overrides_ssid.pcap": "frame 2: file is cut short",
	}
	for name, r := range corpus {
		if want := refused[name]; want == "" && r.err != nil || want != "" && !strings.Contains(fmt.Sprint(r.err), want) {
			t.Errorf("%s: error %v, want %q", name, r.err, want)
		}
		if r.took > 2*time.Second {
			t.Errorf("%s took %v", name, r.took)
		}
		if len(r.skips) > 0 {
			t.Logf("%s: %d frames, %d skipped, error %v", name, r.sum.Records, len(r.skips), r.err)
			for _, s := range r.skips[:min(3, len(r.skips))] {
				t.Logf("    %s: %s", s.Place, s.Reason)
			}
		}
	}
	checkL2(t, table(t, filepath.Join(folder, "derived", "capture_l2.tsv")), corpus)
	checkTunnels(t, table(t, filepath.Join(folder, "derived", "capture_tunnels.tsv")), corpus)
	checkNames(t, table(t, filepath.Join(folder, "derived", "capture_names.tsv")), corpus)
}

// checkL2 wants every announcement, BPDU and ARP binding that tshark found.
func checkL2(t *testing.T, rows [][]string, corpus map[string]result) {
	t.Helper()
	found, all := map[string]int{}, map[string]int{}
	for _, row := range rows {
		r, kind, who, ip := corpus[row[0]], row[1], row[2], row[5]
		switch {
		case who == "": // damaged: no chassis ID, or no 48-bit address
			continue
		case strings.HasSuffix(row[0], ".snoop"): // refused, with a hint
			continue
		}
		all[kind]++
		ok := false
		switch kind {
		case "arp":
			for _, b := range facts[fact.AddressBinding](r.obs) {
				ok = ok || b.MAC.String() == who && b.IP.String() == ip
			}
		case "stp":
			for _, b := range facts[fact.BridgeProtocol](r.obs) {
				ok = ok || "root="+b.RootMAC.String() == ip
			}
		default:
			for _, n := range facts[fact.NeighborAnnouncement](r.obs) {
				last := who[strings.LastIndex(who, ";")+1:]
				ok = ok || n.Protocol == kind && (who == "" || n.MAC.String() == last || n.Neighbor.ChassisID == who) &&
					(row[4] == "" || row[4] == n.Neighbor.SystemName || row[4] == n.Neighbor.ChassisID) && (row[3] == "" || n.Neighbor.PortID == row[3])
			}
		}
		if ok {
			found[kind]++
		} else {
			t.Errorf("not found: %q", row)
		}
	}
	t.Logf("link layer: found %v of %v", found, all)
}

func checkTunnels(t *testing.T, rows [][]string, corpus map[string]result) {
	t.Helper()
	labelled := map[string]bool{}
	found, all := map[string]int{}, map[string]int{}
	kinds := map[string][]string{
		"pppoes": {"pppoe"}, "pppoed": {"pppoe"}, "4in6": {"4in6"}, "4in4": {"4in4"}, "6in4": {"6in4"}, "teredo": {"teredo"},
		"gre": {"gre"}, "pptp-gre": {"gre"}, "erspan": {"gre"}, "nhrp": {"gre"}, "pptp": {"pptp"}, "isakmp": {"ike"},
		"esp": {"esp", "ipsec-nat-t"}, "udpencap": {"ipsec-nat-t", "ike"}, "openvpn": {"openvpn"}, "wg": {"wireguard"}, "vxlan": {"vxlan"}, "l2tp": {"l2tp"},
	}
	missed := map[string]string{
		// A single message, which is not enough.
		"remote/ndpi__teamviewer.pcap wg":       "transport message of the right form by chance",
		"vpn-wireguard/pcpp__WireGuard.pcap wg": "cookie reply without a handshake",
		// Damaged on purpose, and known to tshark by the port only.
		"corrupt/tcpdump__l2tp-avp-overflow.pcap l2tp": "not a control message",
		"corrupt/ndpi__fuzz-2006-06-26-2594.pcap 6in4": "no IPv6 packet within",
	}
	for _, row := range rows {
		labelled[row[0]] = true
		want, ok := kinds[row[1]]
		if !ok {
			continue
		}
		all[row[1]]++
		hit := false
		for _, f := range facts[fact.Tunnel](corpus[row[0]].obs) {
			for _, k := range want {
				ends := f.A.IP.String() + "<->" + f.B.IP.String()
				back := f.B.IP.String() + "<->" + f.A.IP.String()
				hit = hit || f.Type == k && (ends == row[2] || back == row[2] || k == "pppoe")
			}
		}
		if hit {
			found[row[1]]++
		} else if why := missed[row[0]+" "+row[1]]; why != "" {
			t.Logf("not taken for a tunnel: %q: %s", row, why)
		} else {
			t.Errorf("not found: %q", row)
		}
	}
	t.Logf("tunnels: found %v of %v", found, all)
	for name, r := range corpus {
		if strings.HasPrefix(name, "vpn-") {
			continue
		}
		for _, f := range facts[fact.Tunnel](r.obs) {
			if !labelled[name] {
				t.Errorf("%s holds no tunnel, but %+v was told", name, f)
			}
		}
	}
}

func checkNames(t *testing.T, rows [][]string, corpus map[string]result) {
	t.Helper()
	found, all := map[string]int{}, map[string]int{}
	for _, row := range rows {
		kind, value := row[1], strings.ToLower(strings.TrimSuffix(row[2], "."))
		switch kind {
		case "nbns":
			value, _, _ = strings.Cut(value, "<")
		case "host":
			value, _, _ = strings.Cut(value, ":")
		}
		if _, err := netip.ParseAddr(value); err == nil || strings.HasPrefix(value, "[") {
			continue // an address is no name
		}
		hit := false
		has := func(s string) { hit = hit || strings.EqualFold(s, value) }
		obs := corpus[row[0]].obs
		switch kind {
		case "dns":
			for _, f := range facts[fact.NameQuery](obs) {
				has(f.Name)
			}
			for _, f := range facts[fact.NameAnswer](obs) {
				has(f.Name)
			}
		case "sni", "host":
			for _, f := range facts[fact.ServerName](obs) {
				has(f.Name)
			}
		case "dhcp_name", "dhcp_vc":
			for _, f := range facts[fact.DHCPClient](obs) {
				has(f.HostName)
				has(f.VendorClass)
			}
		case "nbns":
			for _, f := range facts[fact.NameClaim](obs) {
				has(f.Name)
			}
		case "aftr":
			for _, f := range facts[fact.DHCPServer](obs) {
				has(f.AFTRName)
			}
		case "cdp_dev", "lldp_name":
			for _, f := range facts[fact.NeighborAnnouncement](obs) {
				has(f.Neighbor.ChassisID)
				has(f.Neighbor.SystemName)
			}
		default:
			continue
		}
		all[kind]++
		if hit {
			found[kind]++
		}
	}
	t.Logf("names: found %v of %v", found, all)
	// What is missing are questions to groups (mDNS, LLMNR, NBNS), which say
	// nothing of who asks, names in QUIC and in encapsulated Wi-Fi, and damaged
	// ones.
	for kind, floor := range map[string]int{"dns": 141, "sni": 49, "host": 48, "dhcp_name": 16, "dhcp_vc": 6, "nbns": 6, "aftr": 1, "cdp_dev": 4, "lldp_name": 1} {
		if found[kind] < floor {
			t.Errorf("%d names of kind %s, there were %d", found[kind], kind, floor)
		}
	}
}
