package rendertest

import (
	"fmt"
	"net/netip"
	"time"

	"kanmon/topology"
)

// Sample returns the snapshot of a hospital with seven zones, every category of
// way out, every status and grade, and at least n devices.
func Sample(n int) *topology.Snapshot {
	b := builder{s: &topology.Snapshot{
		Schema: topology.Schema, TakenAt: sampleTime(), Site: "見本病院（150床）",
		Vantages: []string{"診療系ミラー", "放射線", "事務"},
		Inputs: []topology.Input{
			{Digest: "sha256:aa01", Name: "clinical.pcapng", Format: "pcapng", Records: 48211, Skipped: 3, SkipReason: []string{"frame 41: cut short"}},
			{Digest: "sha256:aa02", Name: "core-sw.snmpwalk", Format: "snmpwalk", Records: 9120},
			{Digest: "sha256:aa03", Name: "server.xml", Format: "nmap", Records: 61, Incomplete: "the file ends in the middle of host 62"},
		},
		BlindSpots: []topology.BlindSpot{
			{Kind: topology.BlindNoSNMP, What: "sw-lab", Why: "LLDP names it, and its own tables were not read"},
			{Kind: topology.BlindPassive, What: "VLAN 70 (来客用無線)", Why: "the VLAN is configured on core-sw, and no capture was made in it"},
			{Kind: topology.BlindInput, What: "server.xml", Why: "the file ends in the middle of host 62"},
		},
		NotSeen: []topology.Approval{
			{ID: "isdn-1", Category: topology.VendorVPN, Owner: "検査 Q社", Purpose: "検査機器の保守（ISDN）", Contract: "2011-117", Until: "2027-03-31"},
		},
	}}
	b.zones()
	b.waysOut()
	b.equipment(n)
	b.s.Conflicts = []topology.Conflict{{
		Kind: "address-claimed-twice", What: "10.30.0.41 is claimed by 00:00:5e:00:53:41 and 00:00:5e:00:53:77",
		Devices: []topology.DeviceID{"d-unknown-2"}, Evidence: []topology.EvidenceID{b.evidence("arp", "10.30.0.41 is claimed twice", "10.30.0.41 を2台が名乗る")},
	}}
	return b.s
}

func sampleTime() time.Time {
	return time.Date(2026, 11, 21, 18, 40, 0, 0, time.UTC).Add(-9 * time.Hour)
}

type builder struct{ s *topology.Snapshot }

func (b *builder) evidence(source, says, ja string) topology.EvidenceID {
	n := len(b.s.Evidence)
	id := topology.EvidenceID(fmt.Sprintf("e%05x", n*2654435761%0xfffff))
	b.s.Evidence = append(b.s.Evidence, topology.Evidence{
		ID: id, Source: source, Kind: source, Vantage: b.s.Vantages[n%3], Input: b.s.Inputs[n%3].Digest,
		Place: fmt.Sprintf("frame %d", 100+n*7), At: sampleTime().Add(-time.Duration(n%5000) * time.Minute), Count: 1, Says: says, SaysJA: ja,
	})
	return id
}

func (b *builder) zones() {
	for i, z := range []struct{ name, kind string }{
		{"診療系", "clinical"},
		{"放射線", "radiology"},
		{"検査", "laboratory"},
		{"事務", "office"},
		{"給食・設備", "catering"},
		{"サーバ", "server"},
		{"管理", "management"},
	} {
		b.s.Zones = append(b.s.Zones, topology.Zone{
			Name: z.name, Kind: z.kind, Declared: true, VLANs: []uint16{uint16(10 * (i + 1))},
			Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(10 * (i + 1)), 0, 0}), 24)},
		})
	}
}

// device adds a device to zone z, counted from 0, with the host part h.
func (b *builder) device(id, name string, role topology.Role, z, h int, model string) topology.DeviceID {
	ip := fmt.Sprintf("10.%d.%d.%d", 10*(z+1), h/250, 1+h%250)
	mac := fmt.Sprintf("00:00:5e:00:%02x:%02x", 0x53+h/256, h%256)
	b.s.Devices = append(b.s.Devices, topology.Device{
		ID: topology.DeviceID(id), Name: name, Names: []string{name}, Roles: []topology.Role{role}, Vendor: "Example", Model: model,
		Location: []string{"", "3階東", "サーバ室"}[h%3], Zone: b.s.Zones[z].Name, Keys: []string{"mac:" + mac},
		Interfaces: []topology.Interface{{Name: "eth0", MAC: mac, IPs: []string{ip + "/24"}, VLANs: []uint16{uint16(10 * (z + 1))}}},
		Services:   []topology.Service{{Transport: "tcp", Port: 443, Name: "https"}},
		Attached:   []topology.Attachment{{Switch: "d-core", Port: fmt.Sprintf("Gi1/0/%d", 1+h%48)}},
		FirstSeen:  sampleTime().AddDate(0, -1, 0), LastSeen: sampleTime(),
		Evidence: []topology.EvidenceID{
			b.evidence("arp", fmt.Sprintf("%s has %s", mac, ip), fmt.Sprintf("%s は %s を使っている", mac, ip)),
			b.evidence("dhcp", fmt.Sprintf("%s calls itself %s", mac, name), fmt.Sprintf("%s は %s と名乗る", mac, name)),
		},
	})
	return topology.DeviceID(id)
}

func (b *builder) equipment(n int) {
	core := b.device("d-core", "core-sw", topology.RoleSwitch, 6, 1, "Core 48")
	roles := []topology.Role{topology.RolePC, topology.RolePC, topology.RolePrinter, topology.RoleServer, topology.RoleModality, topology.RoleAP}
	for i := len(b.s.Devices); i < n; i++ {
		r := roles[i%len(roles)]
		id := b.device(fmt.Sprintf("d-%04d", i), fmt.Sprintf("%s-%03d", r, i), r, i%7, 20+i, "")
		if i%9 == 0 {
			b.s.Links = append(b.s.Links, topology.Link{
				ID: fmt.Sprintf("l-%04d", i), Layer: 2, A: topology.Endpoint{Device: core, Port: fmt.Sprintf("Gi1/0/%d", i%48+1)},
				B: topology.Endpoint{Device: id, Port: "eth0"}, Methods: []string{"lldp", "fdb"}, Grade: topology.Confirmed,
				Evidence: []topology.EvidenceID{b.evidence("lldp", "core-sw sees it", "core-sw から見える")},
			})
		}
	}
}
