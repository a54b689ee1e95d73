package pcap_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// witness asks tshark for fields of the frames of a capture that a filter
// takes: each different row once, sorted.
func witness(t *testing.T, file, filter string, fields ...string) []string {
	t.Helper()
	args := []string{"-n", "-r", file, "-Y", filter, "-T", "fields", "-E", "separator= ", "-E", "occurrence=a"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.CommandContext(t.Context(), "tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	rows := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := range rows {
		rows[i] = strings.ToLower(strings.Join(strings.Fields(rows[i]), " "))
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// told writes facts of one kind as rows, sorted, each once. Facts for which row
// returns nothing are left out.
func told[F fact.Fact](obs []fact.Observation, row func(F) []string) []string {
	var rows []string
	for _, f := range facts[F](obs) {
		if r := row(f); r != nil {
			rows = append(rows, strings.ToLower(strings.Join(strings.Fields(strings.Join(r, " ")), " ")))
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// speaker is a row of a speaker of one of the protocols.
func speaker(row func(fact.ControlSpeaker) []string, protocols ...string) func([]fact.Observation) []string {
	return func(obs []fact.Observation) []string {
		return told(obs, func(f fact.ControlSpeaker) []string {
			if !slices.Contains(protocols, f.Protocol) {
				return nil
			}
			return row(f)
		})
	}
}

// asked is a row of a question to all hosts of the segment.
func asked(port uint16) func([]fact.Observation) []string {
	return func(obs []fact.Observation) []string {
		return told(obs, func(f fact.NameQuery) []string {
			if f.Server.Port != port {
				return nil
			}
			return []string{f.Client.IP.String(), f.Name}
		})
	}
}

// TestWitness wants of each protocol exactly what tshark finds in the captures.
func TestWitness(t *testing.T) {
	t.Parallel()
	folder := captureFolder(t)
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark, which is to be the witness, is not here")
	}
	for _, tt := range []struct {
		name, file, filter string
		fields             []string
		told               func([]fact.Observation) []string
	}{
		{
			name: "VRRP", file: "fhrp/tcpdump__vrrp.pcap", filter: "vrrp", fields: []string{"ip.src", "ipv6.src", "eth.src", "vrrp.virt_rtr_id"},
			told: speaker(func(f fact.ControlSpeaker) []string { return []string{f.IP.String(), f.MAC.String(), f.Domain} }, "vrrp", "carp"),
		},
		{
			name: "HSRP", file: "fhrp/ndpi__hsrp0.pcap", filter: "hsrp", fields: []string{"ip.src", "eth.src", "vlan.id", "hsrp.group", "hsrp.virt_ip"},
			told: speaker(func(f fact.ControlSpeaker) []string {
				return []string{f.IP.String(), f.MAC.String(), f.Domain, f.Domain, f.Virtual[0].String()} // the group is the VLAN there
			}, "hsrp"),
		},
		{
			name: "OSPF", file: "routing/tcpdump__OSPFv3_broadcast_adjacency.pcap", filter: "ospf.msg.hello", fields: []string{"ipv6.src", "ospf.srcrouter", "ospf.area_id"},
			told: speaker(func(f fact.ControlSpeaker) []string { return []string{f.IP.String(), f.ID, f.Domain} }, "ospf3"),
		},
		{
			name: "BGP", file: "routing/tcpdump__bgp-4byte-asn.pcap", filter: "bgp.type == 1", fields: []string{"ip.src", "eth.src", "bgp.open.identifier"},
			told: speaker(func(f fact.ControlSpeaker) []string { return []string{f.IP.String(), f.MAC.String(), f.ID} }, "bgp"),
		},
		{
			name: "IGMP", file: "vpn-other/ndpi__anyconnect-vpn.pcap", filter: "igmp.type == 0x11", fields: []string{"ip.src", "eth.src"},
			told: speaker(func(f fact.ControlSpeaker) []string { return []string{f.IP.String(), f.MAC.String()} }, "igmp"),
		},
		{
			name: "MLD", file: "nd-ra/tcpdump__icmpv6.pcap", filter: "icmpv6.type == 130", fields: []string{"ipv6.src", "eth.src"},
			told: speaker(func(f fact.ControlSpeaker) []string { return []string{f.IP.String(), f.MAC.String()} }, "mld"),
		},
		{
			name: "DTP", file: "l2-misc/tcpdump__DTP.pcap", filter: "dtp && !isl", fields: []string{"eth.src", "dtp.senderid", "dtp.domain"},
			told: speaker(func(f fact.ControlSpeaker) []string { return []string{f.MAC.String(), f.ID, f.Domain} }, "dtp"),
		},
		{
			name: "MSTP", file: "stp/tcpdump__MSTP_Intra-Region_BPDUs.pcap", filter: "mstp.config_name", fields: []string{"eth.src", "mstp.config_name"},
			told: speaker(func(f fact.ControlSpeaker) []string {
				return []string{f.MAC.String(), strings.TrimSuffix(f.Domain, "/0")}
			}, "mstp"),
		},
		{
			name: "CAPWAP", file: "wireless/ndpi__capwap.pcap", filter: "capwap.control.header.message_type == 2", fields: []string{"ip.src", "capwap.control.message_element.ac_name"},
			told: speaker(func(f fact.ControlSpeaker) []string {
				if f.Role != "ac" {
					return nil
				}
				return []string{f.IP.String(), f.ID} // that one sends with a TTL of 127, as if it were behind a router
			}, "capwap"),
		},
		{
			name: "MNDP", file: "mixed-lan/ndpi__1kxun.pcap", filter: "mndp", fields: []string{"mndp.mac", "mndp.identity", "mndp.version"},
			told: func(obs []fact.Observation) []string {
				return told(obs, func(f fact.NeighborAnnouncement) []string {
					return []string{f.MAC.String(), f.Neighbor.SystemName, f.Neighbor.SystemDescription}
				})
			},
		},
		{
			name: "browser", file: "mixed-lan/ndpi__1kxun.pcap", filter: "browser.command == 1 || browser.command == 15", fields: []string{"ip.src", "browser.os_major", "browser.os_minor"},
			told: func(obs []fact.Observation) []string {
				return told(obs, func(f fact.SelfDescription) []string {
					if f.Protocol != "browser" || f.Field != "os-version" {
						return nil
					}
					return []string{f.Host.IP.String(), strings.Replace(f.Value, ".", " ", 1)}
				})
			},
		},
		{name: "LLMNR", file: "mixed-lan/ndpi__1kxun.pcap", filter: "llmnr && dns.flags.response == 0", fields: []string{"ip.src", "ipv6.src", "dns.qry.name"}, told: asked(5355)},
		{name: "mDNS", file: "mixed-lan/ndpi__1kxun.pcap", filter: "mdns && dns.flags.response == 0", fields: []string{"ip.src", "ipv6.src", "dns.qry.name"}, told: asked(5353)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(folder, filepath.FromSlash(tt.file))
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, want := tt.told(readBytes(t, tt.file, b).obs), witness(t, file, tt.filter, tt.fields...)
			if len(want) == 0 || want[0] == "" {
				t.Fatal("tshark finds nothing")
			}
			if !slices.Equal(got, want) {
				t.Errorf("kanmon tells\n\t%s\ntshark finds\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}
