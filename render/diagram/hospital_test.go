package diagram_test

import (
	"fmt"
	"net/netip"
	"time"

	"kanmon/render"
	"kanmon/topology"
)

// hospital is a made-up view with n ways out of every category and status.
func hospital(n int, lang render.Lang) render.View {
	zones := []string{"診療", "放射線", "検査", "事務", "給食・設備", "サーバ", "管理"}
	kinds := []string{"clinical", "radiology", "laboratory", "office", "catering", "server", "management"}
	s := &topology.Snapshot{Site: "見本病院（150床）", TakenAt: time.Date(2026, 11, 21, 9, 40, 0, 0, time.UTC), Vantages: []string{"診療系ミラー", "放射線"}}
	for i, z := range zones {
		s.Zones = append(s.Zones, topology.Zone{Name: z, Kind: kinds[i], Prefixes: []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.%d.0.0/24", 10*(i+1)))}})
	}
	for i := range 140 {
		z := i % len(zones)
		roles := []topology.Role{topology.RolePC, topology.RolePC, topology.RoleServer, topology.RolePrinter, topology.RoleModality, topology.RoleAnalyzer, topology.RoleAP}
		d := topology.Device{
			ID: topology.DeviceID(fmt.Sprintf("d%03d", i)), Name: fmt.Sprintf("host-%03d", i), Zone: zones[z],
			Roles:      []topology.Role{roles[(i/len(zones))%len(roles)]},
			Interfaces: []topology.Interface{{IPs: []string{fmt.Sprintf("10.%d.0.%d/24", 10*(z+1), 10+i)}}},
			Attached:   []topology.Attachment{{Switch: topology.DeviceID(fmt.Sprintf("s%d", z)), Port: fmt.Sprintf("Gi1/0/%d", i/len(zones)+1)}},
		}
		s.Devices = append(s.Devices, d)
	}
	for i, z := range zones {
		s.Devices = append(s.Devices, topology.Device{ID: topology.DeviceID(fmt.Sprintf("s%d", i)), Name: "sw-" + kinds[i], Model: "AT-x530", Zone: z, Roles: []topology.Role{topology.RoleSwitch}})
		if i > 0 {
			s.Links = append(s.Links, topology.Link{
				ID: fmt.Sprintf("l%d", i), Layer: 2, Methods: []string{"lldp"}, Grade: topology.Confirmed,
				A: topology.Endpoint{Device: "s0", Port: fmt.Sprintf("port1.0.%d", i)}, B: topology.Endpoint{Device: topology.DeviceID(fmt.Sprintf("s%d", i)), Port: "port1.0.24"},
			})
		}
	}
	party := []string{"支払基金・国保連", "プロバイダA", "CT保守 X社", "TeamViewer", "一般撮影 W社", "", "読影サービス", ""}
	transport := []string{"ipv6", "pppoe", "ipsec", "tls", "lte", "usb", "dicom", "udp"}
	status := []topology.Status{topology.Approved, topology.Approved, topology.Unapproved, topology.Expired, topology.Changed}
	grade := []topology.Grade{topology.Confirmed, topology.Reported, topology.Inferred}
	for i := range n {
		c := i % len(topology.Categories())
		s.ExternalConnections = append(s.ExternalConnections, topology.ExternalConnection{
			ID: fmt.Sprintf("x%03d", i), Category: topology.Categories()[c], Device: topology.DeviceID(fmt.Sprintf("d%03d", i*3%140)),
			Remote:    topology.Remote{Organisation: party[c], Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.10")}},
			Transport: []string{transport[c]}, Direction: topology.Outbound, Grade: grade[i%3], Status: status[i%5],
			FirstSeen: s.TakenAt, LastSeen: s.TakenAt, Until: "2026-03-31", Because: []string{"because"}, Evidence: []topology.EvidenceID{"e1"},
		})
	}
	s.BlindSpots = []topology.BlindSpot{
		{Kind: topology.BlindNoSNMP, What: "sw-lab", Why: "no walk"},
		{Kind: topology.BlindPassive, What: "VLAN 70", Why: "no capture"},
		{Kind: topology.BlindGap, What: "10.10.0.9", Why: "no answer"},
		{Kind: topology.BlindSubnet, What: "10.70.0.0/24", Why: "nothing heard"},
	}
	return render.Project(s, lang)
}
