package sample_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/nmap"
	"kanmon/discover/pcap"
	"kanmon/discover/routerconf"
	"kanmon/discover/snmp"
)

func readAll(t *testing.T) (discover.ReadReport, []fact.Observation) {
	t.Helper()
	var c discover.Collection
	formats := slices.Concat([]discover.Format{discover.EvidenceFormat()}, pcap.Formats(), snmp.Formats(), nmap.Formats(), routerconf.Formats())
	report, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{"evidence"}, Formats: formats}, &c)
	if err != nil {
		t.Fatal(err)
	}
	return report, c.Observations()
}

func TestEveryFileIsReadToItsEnd(t *testing.T) {
	want := map[string]string{
		".pcap": "pcap", ".gz": "pcap", ".pcapng": "pcapng", ".snmprec": "snmprec", ".snmpwalk": "snmpwalk",
		".xml": "nmap-xml", ".txt": "yamaha-config", ".jsonl": "evidence",
	}
	report, _ := readAll(t)
	if len(report.Inputs) == 0 {
		t.Fatal("nothing was read")
	}
	for _, in := range report.Inputs {
		if in.Format != want[filepath.Ext(in.Path)] || in.Skipped != 0 || in.Incomplete != "" || in.Failed != "" || in.Records == 0 {
			t.Errorf("%s: %+v", in.Path, in)
		}
	}
}

func TestTunnelsAreSeen(t *testing.T) {
	_, observations := readAll(t)
	var got []string
	for _, o := range observations {
		if f, ok := o.Fact.(fact.Tunnel); ok {
			if !f.Answered {
				t.Errorf("%s between %s and %s is not answered", f.Type, f.A.IP, f.B.IP)
			}
			a, b := f.A.IP.String(), f.B.IP.String()
			if f.Type == "pppoe" {
				a, b = f.A.MAC.String(), f.B.MAC.String()
			}
			got = append(got, strings.Join([]string{f.Type, a, b}, " "))
		}
	}
	slices.Sort(got)
	want := []string{
		"esp 10.40.0.36 10.60.0.11", // inside
		"ike 10.20.0.253 203.0.113.10",
		"ipsec-nat-t 10.20.0.253 203.0.113.10",
		"openvpn 10.20.0.23 198.51.100.99",
		"pppoe 00:09:0f:00:00:03 00:00:5e:00:53:fe",
		"wireguard 10.50.0.10 203.0.113.77",
	}
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("tunnels (-want +got):\n%s", diff)
	}
}

func TestNamesAreSaidWhereTheTruthSaysSo(t *testing.T) {
	_, observations := readAll(t)
	said := map[string]bool{}
	say := func(name string) {
		short, _, _ := strings.Cut(strings.ToLower(name), ".")
		said[short] = true
	}
	for _, o := range observations {
		switch f := o.Fact.(type) {
		case fact.NameClaim:
			say(f.Name)
		case fact.NameAnswer:
			say(f.Name)
		case fact.DHCPClient:
			say(f.HostName)
		case fact.SystemGroup:
			say(f.SysName)
		case fact.RemoteNeighbor:
			say(f.Neighbor.SystemName)
			say(f.Neighbor.ChassisID)
		case fact.HostStatus:
			for _, n := range f.HostNames {
				say(n)
			}
		}
	}
	for _, d := range truth(t).Devices {
		if said[strings.ToLower(d.Name)] == d.Unsaid {
			t.Errorf("%s: name_never_said is %v in the truth", d.Name, d.Unsaid)
		}
	}
}
