package snmp_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

// lines writes what is compared of facts of one kind, in order of emission.
func lines[F fact.Fact](fs *facts, text func(F) string) []string {
	var out []string
	for _, f := range from[F](fs, "") {
		out = append(out, text(f))
	}
	return out
}

func TestTables(t *testing.T) {
	neighbor := func(f fact.NeighborEntry) string { return fmt.Sprint(f.IfIndex, " ", f.IP, " ", f.MAC) }
	address := func(f fact.InterfaceAddress) string { return fmt.Sprint(f.IfIndex, " ", f.Address) }
	route := func(f fact.Route) string {
		return fmt.Sprint(f.Destination, " ", f.NextHop, " ", f.IfIndex, " ", f.Type, " ", f.Proto)
	}
	fdb := func(f fact.FDBEntry) string {
		return fmt.Sprint(f.FDBID, " ", f.VID, " ", f.MAC, " ", f.BasePort, " ", f.IfIndex)
	}
	v6 := "32.1.13.184" + strings.Repeat(".0", 11) + ".1" // 2001:db8::1
	tests := []struct {
		name, in string
		got      func(*facts) []string
		want     []string
		skips    int
	}{
		{
			name: "neighbour caches: invalid, unanswered and group rows are left out",
			in: "1.3.6.1.2.1.4.22.1.2.2.192.0.2.1|4x|00005e005301\n1.3.6.1.2.1.4.22.1.4.2.192.0.2.1|2|3\n" +
				"1.3.6.1.2.1.4.22.1.2.2.192.0.2.2|4x|00005e005302\n1.3.6.1.2.1.4.22.1.4.2.192.0.2.2|2|2\n" +
				"1.3.6.1.2.1.4.22.1.2.2.192.0.2.3|4x|000000000000\n1.3.6.1.2.1.4.22.1.2.2.192.0.2.4|4|\n" +
				"1.3.6.1.2.1.4.22.1.2.2.224.0.0.5|4x|01005e000005\n1.3.6.1.2.1.4.22.1.2.2.1.2|4x|00005e005301\n" +
				"1.3.6.1.2.1.4.35.1.4.3.1.4.192.0.2.5|4x|00005e005305\n1.3.6.1.2.1.4.35.1.6.3.1.4.192.0.2.6|2|2\n1.3.6.1.2.1.4.35.1.4.3.1.4.192.0.2.6|4x|00005e005306\n" +
				"1.3.6.1.2.1.4.35.1.4.3.2.16." + v6 + "|4x|00005e005307\n" +
				"1.3.6.1.2.1.4.35.1.4.3.4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.3|4x|00005e005308\n" +
				"1.3.6.1.2.1.4.35.1.4.3.1.192.0.2.9|4x|00005e005309\n1.3.6.1.2.1.4.35.1.4.3.16.4.1.2.3.4|4x|00005e005309\n",
			got: func(fs *facts) []string { return lines(fs, neighbor) },
			want: []string{
				"2 192.0.2.1 00:00:5e:00:53:01", "3 192.0.2.5 00:00:5e:00:53:05", "3 192.0.2.9 00:00:5e:00:53:09",
				"3 2001:db8::1 00:00:5e:00:53:07", "3 fe80::1 00:00:5e:00:53:08",
			},
			skips: 2,
		},
		{
			name: "addresses: the table that knows the prefix is believed",
			in: "1.3.6.1.2.1.4.20.1.2.192.0.2.1|2|1\n1.3.6.1.2.1.4.20.1.3.192.0.2.1|64|255.255.255.128\n" +
				"1.3.6.1.2.1.4.20.1.2.192.0.2.9|2|1\n1.3.6.1.2.1.4.20.1.3.192.0.2.9|64|0.0.0.0\n1.3.6.1.2.1.4.20.1.2.0.0.0.0|2|1\n" +
				"1.3.6.1.2.1.4.34.1.3.1.4.192.0.2.1|2|1\n1.3.6.1.2.1.4.34.1.4.1.4.192.0.2.1|2|1\n1.3.6.1.2.1.4.34.1.5.1.4.192.0.2.1|6|0.0\n" +
				"1.3.6.1.2.1.4.34.1.3.1.4.192.0.2.255|2|1\n1.3.6.1.2.1.4.34.1.4.1.4.192.0.2.255|2|3\n" +
				"1.3.6.1.2.1.4.34.1.3.2.16." + v6 + "|2|2\n1.3.6.1.2.1.4.34.1.5.2.16." + v6 + "|6|1.3.6.1.2.1.4.32.1.5.2.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.0.64\n",
			got:  func(fs *facts) []string { return lines(fs, address) },
			want: []string{"1 192.0.2.1/25", "1 192.0.2.9/32", "2 2001:db8::1/64"},
		},
		{
			name: "routes of three tables",
			in: "1.3.6.1.2.1.4.21.1.2.0.0.0.0|2|1\n1.3.6.1.2.1.4.21.1.7.0.0.0.0|64|192.0.2.254\n1.3.6.1.2.1.4.21.1.8.0.0.0.0|2|4\n1.3.6.1.2.1.4.21.1.9.0.0.0.0|2|3\n1.3.6.1.2.1.4.21.1.11.0.0.0.0|64|0.0.0.0\n" +
				"1.3.6.1.2.1.4.21.1.7.198.51.100.0|64|192.0.2.254\n1.3.6.1.2.1.4.21.1.8.198.51.100.0|2|2\n1.3.6.1.2.1.4.21.1.11.198.51.100.0|64|255.255.255.0\n" +
				"1.3.6.1.2.1.4.21.1.11.203.0.113.0|64|255.0.255.0\n" +
				"1.3.6.1.2.1.4.24.4.1.5.192.0.2.0.255.255.255.0.0.0.0.0.0|2|1\n1.3.6.1.2.1.4.24.4.1.6.192.0.2.0.255.255.255.0.0.0.0.0.0|2|3\n1.3.6.1.2.1.4.24.4.1.7.192.0.2.0.255.255.255.0.0.0.0.0.0|2|2\n" +
				"1.3.6.1.2.1.4.24.4.1.5.10.1.0.0.0.0.255.255.0.192.0.2.9|2|1\n" + // mask turned round
				"1.3.6.1.2.1.4.24.7.1.7.1.4.0.0.0.0.0.2.0.0.1.4.192.0.2.254|2|1\n1.3.6.1.2.1.4.24.7.1.8.1.4.0.0.0.0.0.2.0.0.1.4.192.0.2.254|2|4\n1.3.6.1.2.1.4.24.7.1.9.1.4.0.0.0.0.0.2.0.0.1.4.192.0.2.254|2|19\n" +
				"1.3.6.1.2.1.4.24.7.1.8.2.16." + v6 + ".64.2.0.0.0.0|2|5\n" +
				"1.3.6.1.2.1.4.24.7.1.8.1.4.0.0.0.0.33.2.0.0.0.0|2|5\n1.3.6.1.2.1.4.24.7.1.8.1.4.0.0.0.0.0.4000000000.0|2|5\n",
			got: func(fs *facts) []string { return lines(fs, route) },
			want: []string{
				"0.0.0.0/0 192.0.2.254 1 remote netmgmt",
				"10.1.0.0/16 192.0.2.9 1  ", "192.0.2.0/24 0.0.0.0 1 local local",
				"0.0.0.0/0 192.0.2.254 1 remote dhcp", "2001:db8::/64 :: 0 blackhole ",
			},
			skips: 3,
		},
		{
			name: "FDB: learned rows only, VLANs by their database",
			in: "1.3.6.1.2.1.17.1.4.1.2.5|2|105\n1.3.6.1.2.1.17.7.1.4.2.1.3.0.10|66|1\n1.3.6.1.2.1.17.7.1.4.2.1.3.0.20|66|2\n1.3.6.1.2.1.17.7.1.4.2.1.3.0.21|66|2\n" +
				"1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.0.94.0.83.1|2|5\n1.3.6.1.2.1.17.7.1.2.2.1.3.1.0.0.94.0.83.1|2|3\n" +
				"1.3.6.1.2.1.17.7.1.2.2.1.2.2.0.0.94.0.83.2|2|6\n1.3.6.1.2.1.17.7.1.2.2.1.3.2.0.0.94.0.83.2|2|3\n" +
				"1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.0.94.0.83.3|2|5\n1.3.6.1.2.1.17.7.1.2.2.1.3.1.0.0.94.0.83.3|2|4\n" +
				"1.3.6.1.2.1.17.4.3.1.2.0.0.94.0.83.4|2|5\n1.3.6.1.2.1.17.4.3.1.3.0.0.94.0.83.4|2|5\n1.3.6.1.2.1.17.4.3.1.2.0.0.94.0.83.300|2|5\n" +
				"1.3.6.1.2.1.2.2.1.6.1|4x|00005e005306\n1.3.6.1.2.1.17.4.3.1.2.0.0.94.0.83.6|2|0\n",
			got:   func(fs *facts) []string { return lines(fs, fdb) },
			want:  []string{"1 10 00:00:5e:00:53:01 5 105", "2 0 00:00:5e:00:53:02 6 0"},
			skips: 1,
		},
		{
			name: "FDB without a table of VLANs",
			in:   "1.3.6.1.2.1.17.7.1.2.2.1.2.30.0.0.94.0.83.1|2|5\n1.3.6.1.2.1.17.7.1.2.2.1.2.70000.0.0.94.0.83.2|2|5\n",
			got:  func(fs *facts) []string { return lines(fs, fdb) },
			want: []string{"30 30 00:00:5e:00:53:01 5 0", "70000 0 00:00:5e:00:53:02 5 0"},
		},
		{
			name: "VLANs",
			in:   "1.3.6.1.2.1.17.7.1.4.3.1.1.10|4|clinical\n1.3.6.1.2.1.17.7.1.4.2.1.3.0.10|66|1\n1.3.6.1.2.1.17.7.1.4.2.1.3.0.20|66|2\n1.3.6.1.2.1.17.7.1.4.3.1.1.5000|4|x\n",
			got: func(fs *facts) []string {
				return lines(fs, func(f fact.VLAN) string { return fmt.Sprint(f.VID, " ", f.Name) })
			},
			want: []string{"10 clinical", "20 "},
		},
		{
			name: "interfaces",
			in: "1.3.6.1.2.1.2.2.1.2.1|4x|506f7274203100ff\n1.3.6.1.2.1.2.2.1.3.1|2|243\n1.3.6.1.2.1.2.2.1.7.1|2|1\n1.3.6.1.2.1.2.2.1.8.1|2|7\n1.3.6.1.2.1.31.1.1.1.1.1|4|wwan0\n1.3.6.1.2.1.31.1.1.1.18.1|4|Vendor W\n" +
				"1.3.6.1.2.1.31.1.1.1.1.2|4|lo\n",
			got: func(fs *facts) []string {
				return lines(fs, func(f fact.Interface) string {
					return fmt.Sprint(f.IfIndex, "|", f.Name, "|", f.Descr, "|", f.Alias, "|", f.Type, "|", f.AdminStatus, "|", f.OperStatus)
				})
			},
			want: []string{"1|wwan0|Port 1|Vendor W|243|up|lowerLayerDown", "2|lo|||0||"},
		},
		{
			name: "entities with a model or a serial number",
			in:   "1.3.6.1.2.1.47.1.1.1.1.5.1|2|3\n1.3.6.1.2.1.47.1.1.1.1.11.1|4|SN1\n1.3.6.1.2.1.47.1.1.1.1.13.1|4|M1\n1.3.6.1.2.1.47.1.1.1.1.5.2|2|8\n1.3.6.1.2.1.47.1.1.1.1.7.2|4|sensor\n",
			got: func(fs *facts) []string {
				return lines(fs, func(f fact.PhysicalEntity) string {
					return fmt.Sprint(f.Index, " ", f.Class, " ", f.Model, " ", f.Serial)
				})
			},
			want: []string{"1 chassis M1 SN1"},
		},
		{
			name: "CDP",
			in: "1.3.6.1.4.1.9.9.23.1.3.4.0|4|core(SN1)\n1.3.6.1.2.1.31.1.1.1.1.7|4|Gi0/7\n1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1|4|phone\n1.3.6.1.4.1.9.9.23.1.2.1.1.7.7.1|4|Port 1\n" +
				"1.3.6.1.4.1.9.9.23.1.2.1.1.4.7.1|4x|c0000207\n1.3.6.1.4.1.9.9.23.1.2.1.1.9.7.1|4x|00000090\n1.3.6.1.4.1.9.9.23.1.2.1.1.20.7.1|4x|c0000206\n" +
				"1.3.6.1.4.1.9.9.23.1.2.1.1.8.8.1|4|nobody\n",
			got: func(fs *facts) []string {
				return lines(fs, func(f fact.RemoteNeighbor) string {
					return fmt.Sprint(f.LocalPort, " ", f.IfIndex, " ", f.Neighbor.ChassisID, " ", f.Neighbor.PortID, " ", f.Neighbor.Capabilities, " ", f.Neighbor.ManagementAddresses)
				})
			},
			want:  []string{"Gi0/7 7 phone Port 1 [stationOnly telephone] [192.0.2.6 192.0.2.7]"},
			skips: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := read(t, tt.in)
			if diff := cmp.Diff(tt.want, tt.got(fs)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(fs.skips) != tt.skips {
				t.Errorf("skips are %v, want %d", fs.skips, tt.skips)
			}
		})
	}
}

// TestLLDPPort has each way in which agents number their LLDP ports.
func TestLLDPPort(t *testing.T) {
	const (
		ifs  = "1.3.6.1.2.1.31.1.1.1.1.3|4|Gi0/3\n1.3.6.1.2.1.31.1.1.1.1.4|4|Gi0/4\n1.3.6.1.2.1.31.1.1.1.1.9|4|Gi0/9\n1.3.6.1.2.1.2.2.1.6.9|4x|00005e005309\n"
		base = "1.3.6.1.2.1.17.1.4.1.2.3|2|9\n1.3.6.1.2.1.17.1.4.1.2.4|2|3\n"
		rem  = "1.0.8802.1.1.2.1.4.1.1.5.0.3.1|4x|00005e005301\n1.0.8802.1.1.2.1.4.1.1.4.0.3.1|2|4\n"
		loc  = "1.0.8802.1.1.2.1.3.7.1."
	)
	tests := []struct{ name, in, want string }{
		{"nothing known", rem, "3 0"},
		{"ifIndex", rem + ifs, "Gi0/3 3"},
		{"bridge port before ifIndex", rem + ifs + base, "Gi0/9 9"},
		{"name of the interface", rem + ifs + base + loc + "2.3|2|5\n" + loc + "3.3|4|Gi0/4\n", "Gi0/4 4"},
		{"its description", rem + ifs + base + loc + "2.3|2|7\n" + loc + "3.3|4|port three\n" + loc + "4.3|4|Gi0/4\n", "Gi0/4 4"},
		{"its address", rem + ifs + loc + "2.3|2|3\n" + loc + "3.3|4x|00005e005309\n", "Gi0/9 9"},
		{"address of nobody", rem + ifs + loc + "2.3|2|3\n" + loc + "3.3|4x|00005e0053ff\n", "Gi0/3 3"},
		{"other ports show bridge numbers", rem + ifs + "1.3.6.1.2.1.17.1.4.1.2.4|2|9\n" + loc + "2.4|2|5\n" + loc + "3.4|4|Gi0/9\n", "3 0"},
		{"other ports show ifIndexes", rem + ifs + base + loc + "2.4|2|5\n" + loc + "3.4|4|Gi0/4\n", "Gi0/3 3"},
		{"other ports show neither", rem + ifs + loc + "2.4|2|5\n" + loc + "3.4|4|Gi0/9\n" + loc + "2.3|2|5\n" + loc + "3.3|4|MEth0/0/1\n", "MEth0/0/1 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := read(t, tt.in)
			if len(fs.remote) != 1 {
				t.Fatalf("neighbours are %+v", fs.remote)
			}
			if got := fmt.Sprint(fs.remote[0].LocalPort, " ", fs.remote[0].IfIndex); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLLDPNeighbor(t *testing.T) {
	row := func(col int, v string) string { return fmt.Sprintf("1.0.8802.1.1.2.1.4.1.1.%d.9.3.1|%s\n", col, v) }
	fs := read(t, row(4, "2|5")+row(5, "4x|01c0000201")+row(6, "2|7")+row(7, "4x|80ff")+row(8, "4|port\n")+row(9, "4|sw2")+
		row(10, "4x|4f5320310a6f7200ff")+row(12, "4x|2800")+
		"1.0.8802.1.1.2.1.4.2.1.3.9.3.1.1.4.192.0.2.9|2|2\n1.0.8802.1.1.2.1.4.2.1.3.9.3.1.1.4.192.0.2.1|2|2\n1.0.8802.1.1.2.1.4.2.1.3.9.3.1.6.6.0.0.94.0.83.1|2|2\n")
	want := fact.Neighbor{
		ChassisID: "192.0.2.1", ChassisIDSubtype: "networkAddress", PortID: "80ff", PortIDSubtype: "local",
		PortDescription: "port", SystemName: "sw2", SystemDescription: "OS 1 or", Capabilities: []string{"bridge", "router"},
		ManagementAddresses: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.9")},
	}
	if len(fs.remote) != 1 {
		t.Fatalf("neighbours are %+v", fs.remote)
	}
	if diff := cmp.Diff(want, fs.remote[0].Neighbor, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	places := []string{}
	for _, o := range fs.all {
		places = append(places, o.Seen[0].Place)
	}
	if !slices.Contains(places, "lldpRemTable.9.3.1") {
		t.Errorf("places are %v", places)
	}
}
