package snmp_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kanmon/discover/fact"
)

// peer is what another program makes of a walk, as far as it is compared.
type peer struct {
	Ports []struct {
		IfIndex uint32 `json:"ifIndex"`
		MAC     string `json:"ifPhysAddress"`
		Oper    string `json:"ifOperStatus"`
		Admin   string `json:"ifAdminStatus"`
	} `json:"ports"`
	VLANs struct {
		VLANs []struct {
			VID  json.Number `json:"vlan_vlan"`
			Name string      `json:"vlan_name"`
		} `json:"vlans"`
		Ports []struct {
			VID      json.Number `json:"vlan"`
			BasePort json.Number `json:"baseport"`
			Untagged json.Number `json:"untagged"`
		} `json:"ports_vlans"`
	} `json:"vlans"`
	Wireless []struct {
		Class string  `json:"sensor_class"`
		Type  string  `json:"sensor_type"`
		Descr string  `json:"sensor_descr"`
		Value float64 `json:"sensor_current"`
	} `json:"wireless"`
}

// peers returns what the peer makes of the walks that it has, with the walks.
func peers(t *testing.T) ([]walked, map[string]peer) {
	t.Helper()
	walks, _ := shared(t, "identity.tsv")
	out := make(map[string]peer)
	for _, w := range walks {
		name, ok := strings.CutPrefix(strings.TrimSuffix(w.name, ".snmprec"), "librenms__")
		if !ok {
			continue
		}
		b, err := os.ReadFile(filepath.Join(sharedRoot(), "expected-librenms", name+".json"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var p peer
		if err := json.Unmarshal(b, &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[w.name] = p
	}
	return walks, out
}

// leftOut are the interfaces that stand in the ifTable or ifXTable of a walk, and
// that the peer leaves out by a filter of its own: each was looked up in the walk.
func leftOut() map[string][]uint32 {
	return map[string][]uint32{
		// "Analog FXS interface 1/1" to "1/8": ports for telephones.
		"librenms__audiocodes_mp118.snmprec": {
			1141129473, 1141129474, 1141129475, 1141129476, 1141129477, 1141129478, 1141129479, 1141129480,
		},
		"librenms__draytek.snmprec": {8, 9, 10}, // no name and type 0, but with a state
		// npi0 to npi3, loop0 to loop3, gre0, gretap0.
		"librenms__edgeos.snmprec": {10, 11, 12, 13, 14, 15, 16, 17, 24, 25},
		// "RAS Async Adapter", "WAN Miniport …", "Hyper-V Virtual Switch …", a filter driver.
		"librenms__hpe-ilo_4.snmprec":     {11, 17, 19, 20, 21, 23, 25, 31},
		"librenms__junos_qfx5100.snmprec": {4},   // lsi
		"librenms__pmp_450.snmprec":       {255}, // in ifXTable only
		"librenms__routeros.snmprec":      {11},  // pppoe-out1, the line to the provider
		// L3 VLAN interfaces (ifType 135, 136) of which the walk has no name.
		"librenms__voss_9012.snmprec": {
			2049, 2347, 2348, 2365, 5549, 5550, 5551, 5552, 5553, 5555, 5607, 6039, 6040, 6047,
		},
	}
}

// peerMAC writes a MAC address of the peer. Where the agent gives text ("3c:ef:8c:…")
// the peer takes its first six characters for the octets: such a row is compared
// without its address.
func peerMAC(s string) (mac string, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || strings.Trim(s, "0") == "" {
		return "", true
	}
	if strings.Trim(string(b), "0123456789abcdef:") == "" {
		return "", false
	}
	return s, true
}

func TestTruthPorts(t *testing.T) {
	walks, expected := peers(t)
	want, got := sets{}, sets{}
	unread := make(map[string]map[uint32]bool)
	for walk, p := range expected {
		unread[walk] = make(map[uint32]bool)
		for _, x := range p.Ports {
			mac, ok := peerMAC(x.MAC)
			unread[walk][x.IfIndex] = !ok
			want.add(walk, x.IfIndex, mac, x.Admin, x.Oper)
		}
	}
	left := 0
	for _, w := range walks {
		if len(expected[w.name].Ports) == 0 { // the peer was not told to look at them
			continue
		}
		for _, f := range w.facts.interfaces {
			if slices.Contains(leftOut()[w.name], f.IfIndex) {
				left++
				continue
			}
			mac := strings.ReplaceAll(f.MAC.String(), ":", "")
			if f.MAC.IsZero() || unread[w.name][f.IfIndex] {
				mac = ""
			}
			got.add(w.name, f.IfIndex, mac, f.AdminStatus, f.OperStatus)
		}
	}
	t.Logf("%d interfaces of the walks were left out by the peer", left)
	compare(t, want, got)
}

func TestTruthVLANs(t *testing.T) {
	walks, expected := peers(t)
	want, got := sets{}, sets{}
	for walk, p := range expected {
		for _, x := range p.VLANs.VLANs {
			want.add(walk, x.VID, x.Name)
		}
	}
	// The agent has VLAN 1 in dot1qVlanCurrentTable only, which the peer does not read.
	want.add("librenms__aos_ls.snmprec", 1, "")
	for _, w := range walks {
		if _, ok := expected[w.name]; !ok {
			continue
		}
		for _, f := range from[fact.VLAN](w.facts, "") {
			got.add(w.name, f.VID, f.Name)
		}
	}
	compare(t, want, got)
}

// bridgePorts reads dot1dBasePortIfIndex off a walk: bridge ports by ifIndex.
func bridgePorts(t *testing.T, walk string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for index, ifIndex := range columnOf(t, walk, "1.3.6.1.2.1.17.1.4.1.2") {
		out[ifIndex] = index
	}
	return out
}

// columnOf reads a column off a walk: values by index.
func columnOf(t *testing.T, walk, oid string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(sharedRoot(), "*", walk))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%s: %v, %v", walk, paths, err)
	}
	b, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, oid+"."); ok {
			f := strings.SplitN(strings.TrimSpace(rest), "|", 3)
			out[f[0]] = f[2]
		}
	}
	return out
}

// TestTruthVLANPorts compares with what the peer reads of dot1qVlanStaticTable.
func TestTruthVLANPorts(t *testing.T) {
	otherTables := map[string]string{
		"librenms__vrp_5720-32x-ei.snmprec": "ports with a link only: kanmon takes dot1qVlanCurrentTable, which lists no others",
		"librenms__ios_2960x.snmprec":       "Cisco's own tables, of which the peer reads others",
		"librenms__boss_ers3510.snmprec":    "Avaya's own table, in which the peer takes port 0 for a port",
	}
	walks, expected := peers(t)
	want, got := sets{}, sets{}
	for walk, p := range expected {
		if why := otherTables[walk]; why != "" {
			t.Logf("%s is not compared: %s", walk, why)
			continue
		}
		for _, x := range p.VLANs.Ports {
			want.add(walk, x.VID, x.BasePort, x.Untagged)
		}
	}
	for _, w := range walks {
		if len(want[w.name]) == 0 {
			continue
		}
		ports := bridgePorts(t, w.name)
		for _, f := range from[fact.VLANPorts](w.facts, "dot1qVlan") {
			if f.VID == 1 && w.name == "librenms__aos_ls.snmprec" { // see TestTruthVLANs
				continue
			}
			for _, i := range f.Untagged {
				got.add(w.name, f.VID, ports[fmt.Sprint(i)], 1)
			}
			for _, i := range f.Tagged {
				got.add(w.name, f.VID, ports[fmt.Sprint(i)], 0)
			}
		}
	}
	compare(t, want, got)
}

func TestTruthVPN(t *testing.T) {
	walks, rows := shared(t, "vpn.tsv")
	want, got := sets{}, sets{}
	for walk, list := range rows {
		for _, r := range list {
			name := r["phase1"]
			if r["phase2"] != "" {
				name += "/" + r["phase2"]
			}
			want.add(walk, name, r["remote_gw"], r["local_gw"], map[string]string{"1": "down", "2": "up"}[r["status"]])
		}
	}
	text := func(a netip.Addr) string {
		if !a.IsValid() {
			return ""
		}
		return a.String()
	}
	for _, w := range walks {
		for _, f := range from[fact.TunnelEnd](w.facts, "") {
			got.add(w.name, f.Name, text(f.Remote), text(f.Local), f.State)
		}
	}
	compare(t, want, got)
}

// TestTruthWireless compares access points and stations with what the walks
// themselves have, and how many there are with what the peer counts.
func TestTruthWireless(t *testing.T) {
	walks, aps := shared(t, "aps.tsv")
	if len(aps) > 0 {
		t.Error("the ground truth has access points now: compare them")
	}
	_, expected := peers(t)
	want, got := sets{}, sets{}
	counts := func(w walked) {
		for _, class := range []string{"ap-count aruba-instant", "clients mikrotik"} { // other agents count, and do not list
			n, there := 0, false
			for _, x := range expected[w.name].Wireless {
				if x.Class+" "+x.Type == class {
					n, there = n+int(x.Value), true
				}
			}
			if !there {
				continue
			}
			want.add(w.name, class, n)
			if class == "clients mikrotik" {
				got.add(w.name, class, len(from[fact.WirelessClient](w.facts, "")))
			} else {
				got.add(w.name, class, len(from[fact.AccessPoint](w.facts, "")))
			}
		}
	}
	const (
		aruba = "snmpsim__aruba-7210.snmprec"
		meru  = "snmpsim__meru-networks-controller.snmprec"
	)
	for index := range columnOf(t, aruba, "1.3.6.1.4.1.14823.2.2.1.5.2.1.4.1.6") {
		want.add(aruba, "access point", macOf(t, index))
	}
	for index := range columnOf(t, aruba, "1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1.12") {
		want.add(aruba, "station", macOf(t, index))
	}
	for _, v := range columnOf(t, meru, "1.3.6.1.4.1.15983.1.1.4.2.1.1.13") {
		b, err := hex.DecodeString(v) // text: "00-0C-E6-0D-7A-AD"
		if err != nil {
			t.Fatal(err)
		}
		want.add(meru, "access point", strings.ToLower(strings.ReplaceAll(string(b), "-", ":")))
	}
	for _, w := range walks {
		counts(w)
		if w.name != aruba && w.name != meru {
			continue
		}
		for _, f := range from[fact.AccessPoint](w.facts, "") {
			got.add(w.name, "access point", f.MAC)
		}
		for _, f := range from[fact.WirelessClient](w.facts, "") {
			got.add(w.name, "station", f.MAC)
			if f.AccessPoint.IsZero() {
				t.Errorf("%s: %s is at no access point", w.name, f.MAC)
			}
		}
	}
	compare(t, want, got)
}

// macOf writes six numbers of an index as a MAC address.
func macOf(t *testing.T, index string) string {
	t.Helper()
	var m fact.MAC
	parts := strings.Split(index, ".")
	for i := range m {
		n, err := strconv.ParseUint(parts[i], 10, 8)
		if err != nil {
			t.Fatal(err)
		}
		m[i] = byte(n)
	}
	return m.String()
}

// TestTruthOfWhatTheWalksHold compares tables of which there is no ground truth
// with the columns as they stand in the walks.
func TestTruthOfWhatTheWalksHold(t *testing.T) {
	walks, _ := shared(t, "identity.tsv")
	const nexus = "snmpsim__cisco-n5000-uk9.snmprec"
	want, got := sets{}, sets{}
	for _, w := range walks {
		if filepath.Ext(w.name) != ".snmprec" {
			continue
		}
		for index, v := range columnOf(t, w.name, "1.3.6.1.2.1.31.1.2.1.3") {
			if ends := strings.Split(index, "."); len(ends) == 2 && ends[0] != "0" && ends[1] != "0" && v == "1" {
				want.add(w.name, "layer", ends[0], ends[1])
			}
		}
		for _, f := range from[fact.InterfaceLayer](w.facts, "") {
			got.add(w.name, "layer", f.Higher, f.Lower)
		}
		ports := columnOf(t, w.name, "1.3.6.1.2.1.17.1.4.1.2")
		for index, v := range columnOf(t, w.name, "1.3.6.1.2.1.17.2.15.1.3") {
			if port(ports[index]) > 0 { // -1: the agent does not know
				want.add(w.name, "port state", ports[index], v)
			}
		}
		states := []string{"", "disabled", "blocking", "listening", "learning", "forwarding", "broken"}
		for _, f := range from[fact.BridgePort](w.facts, "") {
			got.add(w.name, "port state", f.IfIndex, slices.Index(states, f.State))
		}
	}
	for index, v := range columnOf(t, nexus, "1.2.840.10006.300.43.1.2.1.1.13") {
		if v != "0" && v != index {
			want.add(nexus, "member", index, v)
		}
	}
	for index, v := range columnOf(t, nexus, "1.3.6.1.4.1.9.9.106.1.2.1.1.15") {
		ifIndex, group, _ := strings.Cut(index, ".")
		want.add(nexus, "hsrp", ifIndex, group, v)
	}
	for _, w := range walks {
		for _, f := range from[fact.AggregateMember](w.facts, "") {
			got.add(w.name, "member", f.IfIndex, f.Aggregate)
		}
		for _, f := range from[fact.RedundancyGroup](w.facts, "") {
			state := slices.Index([]string{"", "initial", "learn", "listen", "speak", "standby", "active"}, f.State)
			got.add(w.name, f.Protocol, f.IfIndex, f.Group, state)
		}
	}
	compare(t, want, got)
}
