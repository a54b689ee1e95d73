package snmp_test

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

// twoBlanks is a walk whose lines have two blanks before the sign. The ground
// truth did not read them; kanmon does.
const twoBlanks = "centreon__os-windows-windows_anon.snmpwalk"

// walked is what was read of one walk.
type walked struct {
	name  string
	facts *facts
	took  time.Duration
}

// sharedRoot finds ../shared/data/snmp beside the repository.
func sharedRoot() string {
	dir, err := os.Getwd()
	for ; err == nil && filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		root := filepath.Join(filepath.Dir(dir), "shared", "data", "snmp")
		if _, err := os.Stat(filepath.Join(root, "derived")); err == nil {
			return root
		}
	}
	return ""
}

// readShared reads every walk of the shared data once.
var readShared = sync.OnceValues(func() ([]walked, error) {
	var out []walked
	err := filepath.WalkDir(sharedRoot(), func(path string, e fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || e.IsDir() || ext != ".snmprec" && ext != ".snmpwalk" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		w := walked{name: filepath.Base(path)}
		start := time.Now()
		fs, sum, err := readBytes(w.name, b)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		w.took, w.facts = time.Since(start), fs
		if sum.Records == 0 || sum.Format != ext[1:] {
			return fmt.Errorf("%s: %d records of %s", w.name, sum.Records, sum.Format)
		}
		out = append(out, w)
		return nil
	})
	return out, err
})

// shared returns the walks, and a table of the ground truth by walk. It skips
// the test where there are none.
func shared(t *testing.T, table string) ([]walked, map[string][]map[string]string) {
	t.Helper()
	root := sharedRoot()
	if root == "" {
		t.Skip("no ../shared/data beside the repository: recorded walks of others were not compared")
	}
	walks, err := readShared()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "derived", table))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	head := strings.Split(lines[0], "\t")
	rows := make(map[string][]map[string]string)
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, v := range strings.Split(line, "\t") {
			row[head[i]] = v
		}
		rows[row["walk"]] = append(rows[row["walk"]], row)
	}
	return walks, rows
}

// readBytes reads a walk with the format that matches it.
func readBytes(name string, b []byte) (*facts, discover.Summary, error) {
	for _, f := range snmp.Formats() {
		if f.Match(b[:min(len(b), discover.HeadLen)]) {
			fs := &facts{}
			in := discover.NewInput(name, "", bytes.NewReader(b), func() string { return "sha256:0000000000000000" })
			sum, err := f.Read(testContext(), in, fs)
			return fs, sum, err
		}
	}
	return nil, discover.Summary{}, errors.New("no format matches")
}

// sets are lines of text by walk.
type sets map[string][]string

func (s sets) add(walk string, fields ...any) {
	s[walk] = append(s[walk], strings.TrimSuffix(fmt.Sprintln(fields...), "\n"))
}

// compare asserts that both have the same sets, and logs a table of how many lines
// of each walk were found, missed and invented.
func compare(t *testing.T, want, got sets) {
	t.Helper()
	all := sets{}
	for walk := range want {
		all[walk] = nil
	}
	for walk := range got {
		all[walk] = nil
	}
	var out strings.Builder
	found, missed, invented := 0, 0, 0
	for _, walk := range slices.Sorted(maps.Keys(all)) {
		w, g := slices.Sorted(slices.Values(want[walk])), slices.Sorted(slices.Values(got[walk]))
		w, g = slices.Compact(w), slices.Compact(g)
		f, m, v := 0, 0, 0
		for _, line := range w {
			if _, ok := slices.BinarySearch(g, line); ok {
				f++
				continue
			}
			m++
			t.Errorf("%s: missing %s", walk, line)
		}
		for _, line := range g {
			if _, ok := slices.BinarySearch(w, line); !ok {
				v++
				t.Errorf("%s: invented %s", walk, line)
			}
		}
		fmt.Fprintf(&out, "%6d %6d %8d  %s\n", f, m, v, walk)
		found, missed, invented = found+f, missed+m, invented+v
	}
	t.Logf("of %d walks\n found missed invented\n%s%6d %6d %8d  all", len(all), out.String(), found, missed, invented)
	if found == 0 {
		t.Error("nothing was compared")
	}
}

// canonicalMAC writes a MAC address of the ground truth, which has it as the
// agent wrote it, in the canonical form; empty where it is none.
func canonicalMAC(s string) string {
	parts := strings.Split(s, ":")
	if len(parts) != 6 {
		return ""
	}
	var m fact.MAC
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 16, 8)
		if err != nil {
			return ""
		}
		m[i] = byte(n)
	}
	if m.IsZero() {
		return ""
	}
	return m.String()
}

func TestTruthSpeed(t *testing.T) {
	walks, _ := shared(t, "identity.tsv")
	var total time.Duration
	skipped := 0
	for _, w := range walks {
		if total += w.took; w.took > 2*time.Second {
			t.Errorf("%s took %v, want less than 2 s", w.name, w.took)
		}
		skipped += len(w.facts.skips)
	}
	t.Logf("%d walks in %v, %d records skipped", len(walks), total.Round(time.Millisecond), skipped)
}

func TestTruthIdentity(t *testing.T) {
	walks, rows := shared(t, "identity.tsv")
	want, got := sets{}, sets{}
	for walk, list := range rows {
		if walk == twoBlanks {
			continue
		}
		for _, r := range list {
			descr := strings.ReplaceAll(r["sysDescr"], `\n`, "\n")
			if id := strings.TrimPrefix(r["sysObjectID"], "."); id != "" || descr != "" {
				want.add(walk, id, head(fact.Clean(descr)))
			}
		}
	}
	for _, w := range walks {
		for _, f := range w.facts.systems {
			if (f.SysObjectID != "" || f.SysDescr != "") && w.name != twoBlanks {
				got.add(w.name, f.SysObjectID, head(f.SysDescr))
			}
		}
	}
	compare(t, want, got)
}

// head returns the start of a text that the ground truth cuts.
func head(s string) string { return s[:min(len(s), 100)] }

func TestTruthLLDP(t *testing.T) {
	walks, rows := shared(t, "lldp.tsv")
	want, got := sets{}, sets{}
	for walk, list := range rows {
		for _, r := range list {
			if strings.Trim(r["chassis_id"]+r["port_id"]+r["sys_name"], "\x00") == "" {
				t.Logf("%s: a row of the truth names no neighbour", walk)
				continue
			}
			chassis, port := r["chassis_id"], r["port_id"]
			if chassis == "<private>" { // not hexadecimal although the walk says so: not read
				chassis = ""
			}
			want.add(walk, localPort(r), chassis, idText(port), fact.Clean(r["sys_name"]))
		}
	}
	for _, w := range walks {
		for _, f := range w.facts.remote {
			if f.Protocol != "lldp" {
				continue
			}
			got.add(w.name, f.LocalPort, f.Neighbor.ChassisID, f.Neighbor.PortID, f.Neighbor.SystemName)
		}
	}
	compare(t, want, got)
}

// localPort picks, from what the ground truth has of a port, its name: by the
// ID or description that the agent gives it, where an interface has that name,
// then by bridge port, then by ifIndex.
func localPort(r map[string]string) string {
	for _, name := range []string{r["ifName_via_dot1dBasePort"], r["ifName_if_index_equals_port"]} {
		if name != "" && (name == r["lldpLocPortId"] || name == r["lldpLocPortDesc"]) {
			return name
		}
	}
	switch r["walk"] {
	case "librenms__vrp_5720.snmprec", "librenms__dell-os10.snmprec": // numbers of LLDP ports are neither
		return r["lldpLocPortId"]
	}
	for _, name := range []string{
		r["ifName_via_dot1dBasePort"], r["ifName_if_index_equals_port"], r["lldpLocPortId"], r["local_port_num"],
	} {
		if name != "" {
			return name
		}
	}
	return ""
}

// idText writes an ID that the ground truth has in hexadecimal as kanmon does.
func idText(s string) string {
	digits, isHex := strings.CutPrefix(s, "0x")
	if b, err := hex.DecodeString(digits); isHex && err == nil {
		if m, ok := fact.MACFrom(b); ok {
			return m.String()
		}
		return digits
	}
	return fact.Clean(s)
}

func TestTruthCDP(t *testing.T) {
	walks, rows := shared(t, "cdp.tsv")
	want, got := sets{}, sets{}
	for walk, list := range rows {
		for _, r := range list {
			want.add(walk, r["ifIndex"], r["ifName"], idText(r["device_id"]), idText(r["device_port"]),
				fact.Clean(r["platform"]), r["address"])
		}
	}
	for _, w := range walks {
		for _, f := range w.facts.remote {
			if f.Protocol != "cdp" {
				continue
			}
			address := ""
			for _, a := range f.Neighbor.ManagementAddresses { // the truth has one of them
				for _, r := range rows[w.name] {
					if r["ifIndex"] == strconv.Itoa(int(f.IfIndex)) && r["address"] == a.String() {
						address = a.String()
					}
				}
			}
			got.add(w.name, f.IfIndex, f.LocalPort, f.Neighbor.ChassisID, f.Neighbor.PortID, f.Neighbor.Platform, address)
		}
	}
	compare(t, want, got)
}

func TestTruthARP(t *testing.T) {
	walks, rows := shared(t, "arp.tsv")
	want, got := sets{}, sets{}
	unanswered := 0
	for walk, list := range rows {
		for _, r := range list {
			if mac := canonicalMAC(r["mac"]); mac != "" {
				want.add(walk, r["ifIndex"], r["ipv4"], mac)
				continue
			}
			unanswered++
		}
	}
	t.Logf("%d rows of the truth have no MAC address, or zeros: nobody answered there", unanswered)
	for _, w := range walks {
		for _, f := range from[fact.NeighborEntry](w.facts, "ipNetToMediaTable") {
			got.add(w.name, f.IfIndex, f.IP, f.MAC)
		}
	}
	compare(t, want, got)
}

func TestTruthAddresses(t *testing.T) {
	walks, rows := shared(t, "ipaddr.tsv")
	want, got := sets{}, sets{}
	for walk, list := range rows {
		for _, r := range list {
			a, err := netip.ParseAddr(r["ipv4"])
			if err != nil {
				t.Logf("%s: the truth has %q, which is no address", walk, r["ipv4"])
				continue
			}
			if !a.IsUnspecified() {
				want.add(walk, r["ifIndex"], a, cmp.Or(max(bitsOf(r["mask"]), 0), 32)) // 0: not known
			}
		}
	}
	for _, w := range walks {
		for _, f := range from[fact.InterfaceAddress](w.facts, "ipAddrTable") {
			if w.name != twoBlanks {
				got.add(w.name, f.IfIndex, f.Address.Addr(), f.Address.Bits())
			}
		}
	}
	compare(t, want, got)
}

// bitsOf counts the ones of a mask.
func bitsOf(mask string) int {
	a, err := netip.ParseAddr(mask)
	if err != nil {
		return -1
	}
	n := 0
	for _, o := range a.AsSlice() {
		for ; o != 0; o &= o - 1 {
			n++
		}
	}
	return n
}

func TestTruthFDB(t *testing.T) {
	walks, rows := shared(t, "fdb.tsv")
	want, got := sets{}, sets{}
	for _, w := range walks {
		for _, o := range w.facts.all {
			if f, ok := o.Fact.(fact.FDBEntry); ok {
				table, fid := "dot1q", strconv.Itoa(int(f.FDBID))
				if strings.HasPrefix(o.Seen[0].Place, "dot1d") {
					table, fid = "dot1d", ""
				}
				got.add(w.name, table, fid, f.MAC, f.BasePort, f.IfIndex)
			}
		}
	}
	left := 0
	for walk, list := range rows {
		own := ownMACs(walks, walk)
		for _, r := range list {
			one := sets{}
			one.add(walk, r["table"], r["vlan_or_fid"], r["mac"], port(r["bridge_port"]), port(r["ifIndex"]))
			if own[r["mac"]] && !slices.Contains(got[walk], one[walk][0]) {
				left++
				continue
			}
			want[walk] = append(want[walk], one[walk]...)
		}
	}
	t.Logf("the truth has %d rows of the agents' own addresses, which nobody learned", left)
	compare(t, want, got)
}

// port reads a port number of the ground truth; empty and -1 are not known.
func port(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// ownMACs returns the addresses that a walk gives as the agent's.
func ownMACs(walks []walked, name string) map[string]bool {
	own := make(map[string]bool)
	for _, w := range walks {
		if w.name != name {
			continue
		}
		for _, f := range w.facts.interfaces {
			own[f.MAC.String()] = true
		}
		for _, f := range w.facts.systems {
			own[f.BridgeMAC.String()] = true
		}
	}
	return own
}

func TestTruthRoutes(t *testing.T) {
	walks, rows := shared(t, "routes.tsv")
	want, got := sets{}, sets{}
	for walk, list := range rows {
		for _, r := range list {
			dest, err := netip.ParseAddr(r["dest"])
			if err != nil {
				t.Fatal(err)
			}
			want.add(walk, r["table"], netip.PrefixFrom(dest, bitsOf(r["mask"])).Masked(), r["next_hop"], r["ifIndex"])
		}
	}
	for _, w := range walks {
		for _, table := range []string{"ipRouteTable", "ipCidrRouteTable"} {
			for _, f := range from[fact.Route](w.facts, table) {
				got.add(w.name, table, f.Destination, f.NextHop, f.IfIndex)
			}
		}
	}
	compare(t, want, got)
}

func TestTruthInetRoutes(t *testing.T) {
	walks, rows := shared(t, "inetroutes.tsv")
	want, got := sets{}, sets{}
	for walk, list := range rows {
		for _, r := range list {
			want.add(walk, r["index"], r["ifIndex"], r["type"])
		}
	}
	types := map[string]string{"other": "1", "reject": "2", "local": "3", "remote": "4", "blackhole": "5"}
	for _, w := range walks {
		for _, o := range w.facts.all {
			if f, ok := o.Fact.(fact.Route); ok {
				if index, ok := strings.CutPrefix(o.Seen[0].Place, "inetCidrRouteTable."); ok {
					got.add(w.name, index, f.IfIndex, types[f.Type])
				}
			}
		}
	}
	compare(t, want, got)
}
