package snmp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover/fact"
)

// told writes the facts of some kinds, without their agent, as they are stored.
func told(t *testing.T, fs *facts, kinds ...fact.Kind) []string {
	t.Helper()
	var out []string
	for _, o := range fs.all {
		if !slices.Contains(kinds, o.Fact.Kind()) {
			continue
		}
		b, err := json.Marshal(o.Fact)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		delete(m, "agent")
		b, err = json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, o.Seen[0].Place+" "+string(b))
	}
	return out
}

// columns writes rows of a table: for each column a line.
func columns(entry, index string, values ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(values); i += 2 {
		fmt.Fprintf(&b, "%s.%s.%s|%s\n", entry, values[i], index, values[i+1])
	}
	return b.String()
}

type tableTest struct {
	name, in string
	kinds    []fact.Kind
	want     []string
	skips    int
}

func runTables(t *testing.T, tests []tableTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := read(t, tt.in)
			if diff := cmp.Diff(tt.want, told(t, fs, tt.kinds...)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(fs.skips) != tt.skips {
				t.Errorf("skipped %v, want %d", fs.skips, tt.skips)
			}
		})
	}
}

// Rows of the tables below are made by hand unless the name of the test says of
// which recorded walk they are.
func TestShapeTables(t *testing.T) {
	const (
		ifTable  = "1.3.6.1.2.1.2.2.1"
		ifXTable = "1.3.6.1.2.1.31.1.1.1"
		base     = "1.3.6.1.2.1.17.1.4.1.2"
		lag      = "1.2.840.10006.300.43.1.2.1.1"
		pagp     = "1.3.6.1.4.1.9.9.98.1.1.1.1"
		current  = "1.3.6.1.2.1.17.7.1.4.2.1"
		static   = "1.3.6.1.2.1.17.7.1.4.3.1"
		vtp      = "1.3.6.1.4.1.9.9.46.1.3.1.1"
		trunk    = "1.3.6.1.4.1.9.9.46.1.6.1.1"
		member   = "1.3.6.1.4.1.9.9.68.1.2.2.1"
		stp      = "1.3.6.1.2.1.17.2.15.1"
		hsrp     = "1.3.6.1.4.1.9.9.106.1.2.1.1"
		vrrp     = "1.3.6.1.2.1.68.1.3.1"
		vrrpIP   = "1.3.6.1.2.1.68.1.4.1"
		vrrp3    = "1.3.6.1.2.1.207.1.1.1.1"
		vrrp3IP  = "1.3.6.1.2.1.207.1.1.2.1"
		v6       = "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1" // 2001:db8::1
	)
	ports := base + ".1|2|101\n" + base + ".2|2|102\n" + base + ".10|2|110\n"
	runTables(t, []tableTest{
		{
			name: "ifStackTable: ends, and rows that are not active, are left out",
			in: "1.3.6.1.2.1.31.1.2.1.3.0.5|2|1\n1.3.6.1.2.1.31.1.2.1.3.5.0|2|1\n1.3.6.1.2.1.31.1.2.1.3.5.1|2|1\n" +
				"1.3.6.1.2.1.31.1.2.1.3.5.2|2|2\n1.3.6.1.2.1.31.1.2.1.3.5|2|1\n",
			kinds: []fact.Kind{"interface-layer"},
			want:  []string{`ifStackTable.5.1 {"higher":5,"lower":1}`},
			skips: 1,
		},
		{
			name: "dot3adAggPortTable: no aggregate, the port itself, and what is no interface are left out",
			in: ifTable + ".3.1|2|6\n" + ifTable + ".3.50|2|161\n" +
				columns(lag, "1", "9", "4x|00005e005301", "13", "2|50") + columns(lag, "2", "13", "2|0") +
				columns(lag, "3", "13", "2|3") + columns(lag, "4", "13", "2|99") + columns(lag, "5", "9", "4x|000000000000", "13", "2|50") +
				columns(pagp, "1", "8", "2|50") + columns(pagp, "6", "8", "2|50"),
			kinds: []fact.Kind{"aggregate-member"},
			want: []string{
				`dot3adAggPortTable.1 {"aggregate":50,"if_index":1,"partner":"00:00:5e:00:53:01"}`,
				`dot3adAggPortTable.5 {"aggregate":50,"if_index":5}`,
				`pagpEtherChannelTable.6 {"aggregate":50,"if_index":6}`,
			},
		},
		{
			name: "port lists: what is in force goes before what is configured",
			in: ports + columns(current, "0.10", "4", "4x|c000", "5", "4x|8000") +
				columns(static, "10", "1", "4|clinical", "2", "4x|ffff", "4", "4x|ffff") +
				columns(static, "20", "1", "4|guests", "2", "4x|0040", "4", "4x|0000"),
			kinds: []fact.Kind{"vlan", "vlan-ports"},
			want: []string{
				`dot1qVlanStaticTable.10 {"name":"clinical","vid":10}`, `dot1qVlanStaticTable.20 {"name":"guests","vid":20}`,
				`dot1qVlanCurrentTable.0.10 {"tagged":[102],"untagged":[101],"vid":10}`,
				`dot1qVlanStaticTable.20 {"tagged":[110],"vid":20}`,
			},
		},
		{
			name: "port lists in numbers (rows of librenms__junos_qfx5100)",
			in: base + ".4097|2|513\n" + base + ".4099|2|518\n" + base + ".4106|2|525\n" +
				columns(static, "3856", "2", "4|4106,0,4097,4099", "4", "4|4106") + columns(static, "1", "2", "4|", "4", "4|") +
				columns("1.3.6.1.4.1.2636.3.48.1.3.1.1", "8", "2", "4|vlan3856", "3", "2|3856"),
			kinds: []fact.Kind{"vlan", "vlan-ports"},
			want: []string{
				`dot1qVlanStaticTable.1 {"vid":1}`, `dot1qVlanStaticTable.3856 {"name":"vlan3856","vid":3856}`,
				`dot1qVlanStaticTable.3856 {"tagged":[513,518],"untagged":[525],"vid":3856}`,
			},
		},
		{
			name:  "PVIDs where no table tells of ports",
			in:    ports + "1.3.6.1.2.1.17.7.1.4.5.1.1.1|66|7\n1.3.6.1.2.1.17.7.1.4.5.1.1.2|66|7\n1.3.6.1.2.1.17.7.1.4.5.1.1.3|66|9\n",
			kinds: []fact.Kind{"vlan-ports"},
			want:  []string{`dot1qPortVlanTable.1 {"untagged":[101,102],"vid":7}`},
		},
		{
			name: "rcVlanTable (rows of librenms__boss_ers3510)",
			in: base + ".1|2|1\n" + base + ".2|2|2\n" + ifTable + ".3.1|2|6\n" + ifTable + ".3.2|2|6\n1.3.6.1.2.1.17.7.1.4.5.1.1.1|66|1\n1.3.6.1.2.1.17.7.1.4.5.1.1.2|66|100\n" +
				columns("1.3.6.1.4.1.2272.1.3.2.1", "100", "2", "4|mgmt", "11", "4x|60000000"),
			kinds: []fact.Kind{"vlan", "vlan-ports"},
			want:  []string{`rcVlanTable.100 {"name":"mgmt","vid":100}`, `rcVlanTable.100 {"tagged":[1],"untagged":[2],"vid":100}`},
		},
		{
			name: "Cisco: trunks carry what is enabled and exists, other ports one VLAN",
			in: columns(vtp, "1.1", "2", "2|1", "4", "4|default") + columns(vtp, "1.20", "2", "2|1", "4", "4|wards") +
				columns(vtp, "1.30", "2", "2|2", "4", "4|suspended") + columns(vtp, "1.1030", "2", "2|1", "4", "4|far") +
				columns(trunk, "7", "4", "4x|7fffffff", "5", "2|1", "14", "2|1", "17", "4x|02") +
				columns(trunk, "8", "4", "4x|7fffffff", "5", "2|1", "14", "2|2") + columns(member, "9", "2", "2|20"),
			kinds: []fact.Kind{"vlan", "vlan-ports"},
			want: []string{
				`vtpVlanTable.1.1 {"name":"default","vid":1}`, `vtpVlanTable.1.20 {"name":"wards","vid":20}`,
				`vtpVlanTable.1.30 {"name":"suspended","vid":30}`, `vtpVlanTable.1.1030 {"name":"far","vid":1030}`,
				`vlanTrunkPortTable.7 {"untagged":[7],"vid":1}`, `vlanTrunkPortTable.7 {"tagged":[7],"untagged":[9],"vid":20}`,
				`vlanTrunkPortTable.7 {"tagged":[7],"vid":1030}`,
			},
		},
		{
			name: "dot1dStpPortTable: ports without an interface are left out",
			in: ports + columns(stp, "1", "3", "2|2", "8", "4x|800000005e005301", "9", "4x|8003") +
				columns(stp, "2", "3", "2|5", "8", "4x|00", "9", "4x|00") + columns(stp, "9", "3", "2|5"),
			kinds: []fact.Kind{"bridge-port"},
			want: []string{
				`dot1dStpPortTable.1 {"designated_bridge":"00:00:5e:00:53:01","designated_port":3,"if_index":101,"state":"blocking"}`,
				`dot1dStpPortTable.2 {"if_index":102,"state":"forwarding"}`,
			},
		},
		{
			name: "cHsrpGrpTable (rows of snmpsim__cisco-n5000-uk9), without the key of the group",
			in: columns(hsrp, "151060530.50", "2", "4|secret", "11", "64x|de18c0fe", "15", "2|6", "16", "4x|00000c07ac32") +
				columns(hsrp, "5", "15", "2|6"),
			kinds: []fact.Kind{"redundancy-group"},
			want: []string{
				`cHsrpGrpTable.151060530.50 {"addresses":["222.24.192.254"],"group":50,"if_index":151060530,"mac":"00:00:0c:07:ac:32","protocol":"hsrp","state":"active"}`,
			},
			skips: 1,
		},
		{
			name: "VRRP of both MIBs",
			in: columns(vrrp, "3.7", "2", "4x|00005e000107", "3", "2|3") + vrrpIP + ".2.3.7.192.0.2.2|2|1\n" + vrrpIP + ".2.3.7.192.0.2.1|2|1\n" +
				vrrpIP + ".2.3.7.192.0.2.3|2|2\n" + columns(vrrp3, "4.8.1", "5", "4x|00005e000108", "6", "2|2") + columns(vrrp3, "4.8.2", "6", "2|3") +
				vrrp3IP + ".2.4.8.1.4.192.0.2.9|2|1\n" + vrrp3IP + ".2.4.8.2.16." + v6 + "|2|1\n" + vrrp3IP + ".2.4.8.1.4.1|2|1\n",
			kinds: []fact.Kind{"redundancy-group"},
			want: []string{
				`vrrpOperTable.3.7 {"addresses":["192.0.2.1","192.0.2.2"],"group":7,"if_index":3,"mac":"00:00:5e:00:01:07","protocol":"vrrp","state":"master"}`,
				`vrrpv3OperationsTable.4.8.1 {"addresses":["192.0.2.9"],"group":8,"if_index":4,"mac":"00:00:5e:00:01:08","protocol":"vrrp","state":"backup"}`,
				`vrrpv3OperationsTable.4.8.2 {"addresses":["2001:db8::1"],"group":8,"if_index":4,"protocol":"vrrp","state":"master"}`,
			},
			skips: 1,
		},
		{
			name: "IPV6-MIB: index with and without a length (rows of snmpsim__ruijie-s5750-24gt12sfp and snmpsim__maipu-sm4200-16gef8ge-ac)",
			in: "1.3.6.1.2.1.55.1.8.1.2.23.16.32.1.13.168.2.21.0.48.0.0.0.0.0.0.1.128|2|64\n" +
				"1.3.6.1.2.1.55.1.8.1.2.4999.254.128.0.0.0.0.0.0.2.3.15.255.254.23.193.208|2|64\n" +
				"1.3.6.1.2.1.55.1.12.1.2.23.16.32.1.13.168.2.21.0.48.0.0.0.0.0.0.0.1|4x|0cda41130441\n" +
				"1.3.6.1.2.1.55.1.12.1.2.4999.254.128.0.0.0.0.0.0.2.179.66.255.254.15.232.87|4x|00b3420fe857\n" +
				"1.3.6.1.2.1.55.1.12.1.2.4999.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1|4x|00b3420fe857\n1.3.6.1.2.1.55.1.12.1.4.4999.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1|2|5\n" +
				"1.3.6.1.2.1.55.1.11.1.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1|4x|20010da8021500300000000000000001\n1.3.6.1.2.1.55.1.11.1.6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1|2|4\n" +
				"1.3.6.1.2.1.55.1.11.1.5.254.128.0.0.0.0.0.0.2.3.15.255.254.23.193.208.128.1|4x|3a3a\n1.3.6.1.2.1.55.1.11.1.5.1.2.3|4x|3a3a\n",
			kinds: []fact.Kind{"interface-address", "neighbor-entry", "route"},
			want: []string{
				`ipv6AddrTable.23.16.32.1.13.168.2.21.0.48.0.0.0.0.0.0.1.128 {"address":"2001:da8:215:30::180/64","if_index":23}`,
				`ipv6AddrTable.4999.254.128.0.0.0.0.0.0.2.3.15.255.254.23.193.208 {"address":"fe80::203:fff:fe17:c1d0/64","if_index":4999}`,
				`ipv6NetToMediaTable.23.16.32.1.13.168.2.21.0.48.0.0.0.0.0.0.0.1 {"if_index":23,"ip":"2001:da8:215:30::1","mac":"0c:da:41:13:04:41"}`,
				`ipv6NetToMediaTable.4999.254.128.0.0.0.0.0.0.2.179.66.255.254.15.232.87 {"if_index":4999,"ip":"fe80::2b3:42ff:fe0f:e857","mac":"00:b3:42:0f:e8:57"}`,
				`ipv6RouteTable.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1 {"destination":"::/0","next_hop":"2001:da8:215:30::1","type":"remote"}`,
				`ipv6RouteTable.254.128.0.0.0.0.0.0.2.3.15.255.254.23.193.208.128.1 {"destination":"fe80::203:fff:fe17:c1d0/128","next_hop":"::"}`,
			},
			skips: 1,
		},
		{
			name: "LLDP-V2-MIB",
			in: ifXTable + ".1.7|4|Gi7\n" + columns("1.3.111.2.802.1.1.13.1.3", "0", "1", "2|4", "2", "4x|00005e005301", "3", "4|sw1") +
				columns("1.3.111.2.802.1.1.13.1.4.1.1", "9.7.1.2", "5", "2|4", "6", "4x|00005e005302", "7", "2|5", "8", "4|Gi0/1", "9", "4|uplink", "10", "4|sw2", "11", "4|OS", "13", "4x|28") +
				"1.3.111.2.802.1.1.13.1.4.2.1.3.9.7.1.2.1.4.192.0.2.2|2|2\n" + columns("1.3.111.2.802.1.1.13.1.4.1.1", "9.7", "10", "4|sw3"),
			kinds: []fact.Kind{"local-chassis", "remote-neighbor"},
			want: []string{
				`lldpV2LocalSystemData {"chassis_id":"00:00:5e:00:53:01","chassis_id_subtype":"macAddress","protocol":"lldp","system_name":"sw1"}`,
				`lldpV2RemTable.9.7.1.2 {"if_index":7,"local_port":"Gi7","neighbor":{"capabilities":["bridge","router"],"chassis_id":"00:00:5e:00:53:02","chassis_id_subtype":"macAddress","management_addresses":["192.0.2.2"],"port_description":"uplink","port_id":"Gi0/1","port_id_subtype":"interfaceName","system_description":"OS","system_name":"sw2"},"protocol":"lldp"}`,
			},
			skips: 1,
		},
		{
			name:  "LLDP-V2-MIB of an agent that has LLDP-MIB too",
			in:    "1.0.8802.1.1.2.1.4.1.1.9.0.1.1|4|sw2\n1.3.111.2.802.1.1.13.1.4.1.1.10.0.1.1.1|4|sw2\n",
			kinds: []fact.Kind{"remote-neighbor"},
			want:  []string{`lldpRemTable.0.1.1 {"local_port":"1","neighbor":{"system_name":"sw2"},"protocol":"lldp"}`},
		},
		{
			name: "FDP and EDP",
			in: ifXTable + ".1.65|4|ethernet2/1\n" +
				columns("1.3.6.1.4.1.1991.1.1.3.20.1.2.1.1", "65.1", "3", "4|fesx(00e0.5200.0001)", "5", "4x|c0000202", "7", "4|ethernet1/1", "8", "4|Router", "9", "4x|00000009") +
				columns("1.3.6.1.4.1.1916.1.13.2.1", "1003.0.0.0.0.94.0.83.9", "3", "4|x460", "4", "4|15.3", "5", "2|2", "6", "2|24") +
				"1.3.6.1.4.1.1916.1.13.3.1.3.1003.0.0.0.0.94.0.83.9.4.109.103.109.116|64|192.0.2.7\n" +
				columns("1.3.6.1.4.1.1916.1.13.2.1", "1003.0", "3", "4|short"),
			kinds: []fact.Kind{"remote-neighbor"},
			want: []string{
				`snFdpCacheTable.65.1 {"if_index":65,"local_port":"ethernet2/1","neighbor":{"capabilities":["router","bridge"],"chassis_id":"fesx(00e0.5200.0001)","management_addresses":["192.0.2.2"],"platform":"Router","port_id":"ethernet1/1"},"protocol":"fdp"}`,
				`extremeEdpTable.1003.0.0.0.0.94.0.83.9 {"if_index":1003,"local_port":"1003","neighbor":{"chassis_id":"00:00:5e:00:53:09","chassis_id_subtype":"macAddress","management_addresses":["192.0.2.7"],"port_id":"2:24","system_description":"15.3","system_name":"x460"},"protocol":"edp"}`,
			},
			skips: 1,
		},
	})
}
