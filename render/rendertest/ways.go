package rendertest

import (
	"net/netip"

	"kanmon/topology"
)

// way is one line of the list of ways out below.
type way struct {
	category        topology.Category
	status          topology.Status
	grade           topology.Grade
	id, name, model string
	role            topology.Role
	zone, host      int
	organisation    string
	remote          string
	transport       string
	until           string
}

func ways() []way {
	const (
		a, u, e, c = topology.Approved, topology.Unapproved, topology.Expired, topology.Changed
		yes, one   = topology.Confirmed, topology.Reported
		maybe      = topology.Inferred
	)
	return []way{
		{topology.OnlineQualification, a, yes, "d-oqs", "oqs-router", "RTX830", topology.RoleRouter, 3, 50, "支払基金・国保連", "2404:1a8:f583:d00::53:1", "ipoe", "2027-03-31"},
		{topology.Internet, a, yes, "d-fw", "fw-1", "FortiGate-60F", topology.RoleFirewall, 5, 253, "プロバイダA", "198.51.100.1", "pppoe", "2027-03-31"},
		{topology.VendorVPN, a, yes, "d-ct", "ct-maint", "", topology.RoleRouter, 1, 252, "CT保守 X社", "203.0.113.10", "ipsec", "2027-03-31"},
		{topology.VendorVPN, c, yes, "d-mr", "mr-box", "", topology.RoleRouter, 1, 22, "MR保守 Y社", "198.51.100.99", "openvpn", "2027-03-31"},
		{topology.VendorVPN, u, yes, "d-catering", "kyushoku-sv", "", topology.RoleServer, 4, 9, "", "203.0.113.77", "wireguard", ""},
		{topology.VendorVPN, u, one, "d-ssl", "10.60.0.253", "", topology.RoleFirewall, 5, 252, "", "", "ssl-vpn", ""},
		{topology.RemoteSupport, e, yes, "d-ekaru", "ekaru-07", "", topology.RolePC, 0, 139, "電カル V社", "198.51.100.7", "tls", "2026-03-31"},
		{topology.VendorLTE, a, yes, "d-lte", "lte-gw", "NXR-G240", topology.RoleModem, 1, 239, "一般撮影 W社", "", "lte", "2027-03-31"},
		{topology.VendorLTE, u, maybe, "d-unknown-1", "RUT241", "", topology.RoleModem, 2, 90, "", "", "lte", ""},
		{topology.USBTether, u, yes, "d-pc12", "byoto-pc12", "", topology.RolePC, 0, 129, "", "", "rndis", ""},
		{topology.USBTether, u, maybe, "d-pc3", "kensa-pc3", "", topology.RolePC, 2, 21, "", "", "usb", ""},
		{topology.PartnerExchange, a, yes, "d-dokuei", "dokuei", "", topology.RoleModality, 1, 29, "読影サービス", "198.51.100.50", "dicom", "2027-03-31"},
		{topology.Unclassified, u, one, "d-unknown-2", "00:00:5e:00:53:77", "", topology.RoleRouter, 2, 76, "", "192.0.2.99", "ipv4", ""},
	}
}

func (b *builder) waysOut() {
	for i, w := range ways() {
		id := b.device(w.id, w.name, w.role, w.zone, w.host, w.model)
		c := topology.ExternalConnection{
			ID: "x-" + w.id[2:], Category: w.category, Device: id, Direction: topology.Outbound,
			Transport: []string{w.transport}, Grade: w.grade, Status: w.status, Until: w.until,
			Remote: topology.Remote{Organisation: w.organisation},
			Because: []string{
				"The device forwards traffic of its subnet to an address outside.",
				"Frames to the outside carry the MAC address of this device.",
			},
			FirstSeen: sampleTime().AddDate(0, 0, -i), LastSeen: sampleTime(),
			Evidence: []topology.EvidenceID{
				b.evidence("flow", w.name+" talks to the outside", w.name+" が院外と通信している"),
				b.evidence("snmp/route", w.name+" has a default route", w.name+" にデフォルトルートがある"),
			},
		}
		if w.remote != "" {
			c.Remote.Addresses = []netip.Addr{netip.MustParseAddr(w.remote)}
		}
		if w.status != topology.Unapproved {
			c.Owner, c.Contract, c.Purpose, c.ApprovalID = "情報システム室", "2025-0"+w.id[2:], "保守", "a-"+w.id[2:]
		}
		if w.status == topology.Changed {
			c.Changes = []string{"remote.addresses"}
		}
		b.s.ExternalConnections = append(b.s.ExternalConnections, c)
	}
	for i := range b.s.ExternalConnections {
		b.s.ExternalConnections[i].Behind = []topology.DeviceID{"d-dokuei", "d-pc3", "d-ekaru"}[i%3:]
	}
}
