package vendor_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/macs"

	"kanmon/discover/fact"
	"kanmon/topology"
	"kanmon/topology/vendor"
)

func TestIdentify(t *testing.T) {
	router, sw, firewall := []topology.Role{topology.RoleRouter}, []topology.Role{topology.RoleSwitch}, []topology.Role{topology.RoleFirewall}
	tests := []struct {
		name, object, text string
		want               vendor.Product
	}{
		{
			"yamaha router", "", "RTX830 Rev.15.02.22 (Thu Aug 18 15:08:44 2022)",
			vendor.Product{Vendor: "Yamaha", Model: "RTX830", OS: "Yamaha firmware", Assumed: true, Version: "15.02.22", Roles: router},
		},
		{
			"yamaha switch", "1.3.6.1.4.1.1182.3.1", "SWX2310-28GT Rev.2.04.11 (Mon Mar  1 10:00:00 2021)",
			vendor.Product{Vendor: "Yamaha", Model: "SWX2310-28GT", OS: "Yamaha firmware", Assumed: true, Version: "2.04.11", Roles: sw},
		},
		{
			"nec ix", "", "NEC Portable Internetwork Core Operating System Software, IX Series IX2105 (magellan-sec) Software, Version 8.8.22, RELEASE SOFTWARE, Compiled Jan 1, IX2105",
			vendor.Product{Vendor: "NEC", Model: "IX2105", OS: "IX", Version: "8.8.22", Roles: router},
		},
		{
			"line breaks", "1.3.6.1.4.1.9.1.359", "Cisco Internetwork Operating System Software  \r\nIOS (tm) C2950 Software (C2950-I6K2L2Q4-M), Version 12.1(22)EA14, RELEASE SOFTWARE",
			vendor.Product{Vendor: "Cisco", OS: "IOS", Version: "12.1(22)EA14"},
		},
		{
			"fortigate in the entity table", "", "FortiGate-60F v6.4.11,build2030,221031 (GA.M)",
			vendor.Product{Vendor: "Fortinet", Model: "FortiGate-60F", OS: "FortiOS", Version: "6.4.11", Roles: firewall},
		},
		{
			"roles of the object, version of the text", "1.3.6.1.4.1.12356.101.1.2003", "FORTIGATE 200B",
			vendor.Product{Vendor: "Fortinet", Model: "FortiGate-200B", OS: "FortiOS", Roles: firewall},
		},
		{"linux", ".1.3.6.1.4.1.8072.3.2.10", "Linux kensa-pc3 5.15.0-91-generic #101-Ubuntu SMP", vendor.Product{OS: "Linux", Version: "5.15.0-91-generic"}},
		{
			"linux of a maker", "1.3.6.1.4.1.24681", "Linux nas 4.2.2",
			vendor.Product{Vendor: "QNAP", OS: "QTS", Roles: []topology.Role{topology.RoleStorage}},
		},
		{
			"by the form of its description", "1.3.6.1.4.1.32620.1.1", "Anue 7300 4.6.2.9-180608-20170324-035829",
			vendor.Product{Vendor: "AnueSystems", Model: "Anue 7300", OS: "AnueSystems firmware", Assumed: true, Version: "4.6.2.9-180608-20170324-035829"},
		},
		{
			"software rather than hardware", "1.3.6.1.4.1.60289.1", "CC8800D-E;hardware version:V2.2.4;software version:V2.3.0.54",
			vendor.Product{
				Vendor: "Nihon Kohden Center of Expertise", Model: "CC8800D-E", OS: "Nihon Kohden Center of Expertise firmware",
				Assumed: true, Version: "2.3.0.54",
			},
		},
		{
			"prose names no product", "1.3.6.1.4.1.42111.1", "This is our managed switch",
			vendor.Product{Vendor: "Inovonics", OS: "Inovonics firmware", Assumed: true},
		},
		{
			"begins with its maker", "1.3.6.1.4.1.8072.3.2.10", "Barco ClickShare CSE-200 v1.2.3",
			vendor.Product{Vendor: "Barco", Model: "ClickShare CSE-200", OS: "Linux", Version: "1.2.3"},
		},
		{
			"after its maker", "1.3.6.1.4.1.42111.1", "Inovonics, Inc. - INOmini 638 - ver 1.0.3.2",
			vendor.Product{Vendor: "Inovonics", Model: "INOmini 638", OS: "Inovonics firmware", Assumed: true, Version: "1.0.3.2"},
		},
		{
			"as DOCSIS has it", "1.3.6.1.4.1.8595.1", "Cable Modem <<HW_REV: 1A; VENDOR: Hitron Technologies; BOOTR: 2.3; SW_REV: 4.5.10.20; MODEL: CDA-32372>>",
			vendor.Product{Vendor: "Hitron", Model: "CDA-32372", OS: "Hitron firmware", Assumed: true, Version: "4.5.10.20", Roles: []topology.Role{topology.RoleModem}},
		},
		{
			"of no number, as DOCSIS has it", "", "<<HW_REV: 1A; VENDOR: Hitron Technologies; BOOTR: 2.3; SW_REV: 4.5.10.20; MODEL: CDA-32372>>",
			vendor.Product{Vendor: "Hitron", Model: "CDA-32372", OS: "Hitron firmware", Assumed: true, Version: "4.5.10.20"},
		},
		{
			"by whom", "1.3.6.1.4.1.8072.3.2.10", "MyBox 12 Version 1.2, Copyright (c) 2011-2020 by Example Devices Ltd. All rights reserved",
			vendor.Product{Vendor: "Example Devices", Model: "MyBox 12", OS: "Linux", Version: "1.2"},
		},
		{
			"with its legal form", "", "MX 200 Gateway, Netrix Corporation, Version 1.2",
			vendor.Product{Vendor: "Netrix", Model: "MX 200 Gateway", OS: "Netrix firmware", Assumed: true, Version: "1.2"},
		},
		{"in other capitals", "", "FIDeliX-FX20", vendor.Product{Vendor: "Fidelix", Model: "FX20", OS: "Fidelix firmware", Assumed: true}},
		{"agent of a maker", "", "SNMP Agent for Barco ClickShare CSE-200", vendor.Product{Vendor: "Barco", Model: "ClickShare CSE-200", OS: "Barco firmware", Assumed: true}},
		{"the line of its maker", "1.3.6.1.4.1.1418.4", "", vendor.Product{Vendor: "Dataprobe", Model: "iBoot", OS: "Dataprobe firmware", Assumed: true}},
		{"model that is called so", "1.3.6.1.4.1.42111.1", "MODEL: X33", vendor.Product{Vendor: "Inovonics", Model: "X33", OS: "Inovonics firmware", Assumed: true}},
		{
			"company of the United Kingdom", "1.2.826.0.1.1578918.6.508", "",
			vendor.Product{Vendor: "Metaswitch", Model: "MetaView", OS: "Metaswitch firmware", Assumed: true},
		},
		{"agent software", "1.3.6.1.4.1.99.1.1.3", "", vendor.Product{}},
		{"unknown", "", "something else", vendor.Product{}},
		{"not at the start", "", "said to be RTX830 Rev.15.02.22", vendor.Product{}},
		{"nothing", "", "", vendor.Product{}},
		{"only the number", "1.3.6.1.4.1.23670.1.2.3", "", vendor.Product{Vendor: "Nihon Kohden", OS: "Nihon Kohden firmware", Assumed: true}},
		{
			"as the list of numbers has it", "1.3.6.1.4.1.60289.1", "box",
			vendor.Product{Vendor: "Nihon Kohden Center of Expertise", OS: "Nihon Kohden Center of Expertise firmware", Assumed: true},
		},
		{
			"cellular maker", "1.3.6.1.4.1.48690.1", "",
			vendor.Product{Vendor: "Teltonika", OS: "RutOS", Roles: []topology.Role{topology.RoleModem}},
		},
		{
			"windows server", "1.3.6.1.4.1.311.1.1.3.1.2", "Hardware: Intel64 Family 6 - Software: Windows Version 6.3 (Build 14393 Multiprocessor Free)",
			vendor.Product{Vendor: "Microsoft", OS: "Windows Server", Version: "6.3", Roles: []topology.Role{topology.RoleServer}},
		},
		{"number that only begins alike", "1.3.6.1.4.1.2037610", "", vendor.Product{}},
		{"software for any maker", "1.3.6.1.4.1.8072.3.2.99", "", vendor.Product{}},
		{"not an enterprise", "1.3.6.1.2.1.1", "", vendor.Product{}},
		{"not a number", "1.3.6.1.4.1.x", "", vendor.Product{}},
	}
	c := vendor.New()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := c.Identify(tt.object, tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.OS+tt.want.Vendor != "") {
				t.Errorf("Identify = %v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

// TestNoMaker holds that no maker is read out of what devices are called, nor out
// of words that many use.
func TestNoMaker(t *testing.T) {
	const netSNMP = "1.3.6.1.4.1.8072.3.2.10"
	tests := []struct{ name, object, text, want string }{
		{"file server", netSNMP, "Linux fs01 5.4.0-150-generic #167-Ubuntu SMP Mon May 15 17:35:05 UTC 2023 x86_64", ""},
		{"host named after a recorder", netSNMP, "Linux DS-7608 4.9.37 #1 SMP", ""},
		{"host named after its maker's initials", netSNMP, "Linux nk-gateway 4.4.0 #1 SMP", ""},
		{"host named after a fruit", netSNMP, "Linux tomato 3.10.0-1160.el7.x86_64 #1 SMP", ""},
		{"host named after a particle", netSNMP, "Linux photon 4.18.0-348.el8.x86_64 #1 SMP", ""},
		{"host named after a maker", netSNMP, "Linux crestron-host 5.10.0-18-amd64 #1 SMP Debian", ""},
		{"host named after a product", netSNMP, "Linux infoblox 5.10.0-18-amd64 #1 SMP Debian", ""},
		{"host of FreeBSD", "1.3.6.1.4.1.8072.3.2.8", "FreeBSD synology 9.2-RELEASE FreeBSD 9.2-RELEASE #0", "FreeBSD"},
		{"host with a number", netSNMP, "Linux UCM01 5.10.0-18-amd64", ""},
		{"planning of treatment", netSNMP, "Eclipse treatment planning", ""},
		{"patient monitor", netSNMP, "Passport 12 patient monitor", ""},
		{"telephone system", "", "SL2100 communication server", ""},
		{"room", netSNMP, "ICT room 2", ""},
		{"family name", netSNMP, "Sato PC 3", ""},
		{"another family name", "", "TAKEDA server", ""},
		{"home", "", "Planet Hospital", ""},
		{"number of a university", "1.3.6.1.4.1.1331.1", "", "University of Coimbra"},
		{"number of another maker", "1.3.6.1.4.1.10368.1", "", "Fujitsu Technology Solutions"},
		{"tape library of any maker", "1.3.6.1.4.1.14851.3.1", "", ""},
		{"cable modem of any maker", "1.3.6.1.4.1.4491.2.4.1", "", ""},
		{"line to a branch", "", "SD-WAN edge 4.2", ""},
		{"mail of voices", "", "Cisco Unity Connection 12.5", "Cisco"},
		{"storage", "", "Dell EMC Unity 480", "Dell"},
		{"owner with a legal form", "", "Mercy Hospital Ltd. file server", ""},
		{"owner that is called like a maker", "", "Hitachi General Hospital PACS", ""},
		{"maker of medical devices", "", "Canon Medical Systems UltraView 3", "Canon"},
		{"who looks after it", "", "PACS server maintained by Konica Minolta, Inc.", ""},
		{"who installed it", "", "Installed by Otsuka Corporation 2021", ""},
		{"whom to call", "", "Contact Canon Medical Systems Co., Ltd. 03-1234-5678", ""},
		{"owner with a copyright", "", "Linux ubuntu 5.4.0-42-generic #46 SMP Copyright Example Hospital", ""},
		{"owner that nobody knows", "", "Kurita Shokai Ltd. PC", ""},
		{"access point on the wall", "", "WAP12 floor 3", ""},
		{"hall", "", "Meridian 4 west", ""},
		{"workstation", "", "WS5012 radiology", ""},
		{"words of a kind of device", "", "Matrix printer room", ""},
		{"server of names", "", "DNS-101 resolver", ""},
		{"room of a plan", "", "P101A", ""},
		{"chip of any maker", "", "BCM96348 ADSL", ""},
		{"host with a number of two letters", "", "- TS-25B spare", ""},
		{"evolution", "", "Evolution of beds, hall 3", ""},
		{"prose", "", "our switch of the second floor, Co 3", ""},
		{"small router", "1.3.6.1.4.1.9.6.1.23", "RV320", "Cisco"},
		{"firewall", "1.3.6.1.4.1.2011.2.321", "USG6350 Huawei Versatile Routing Platform Software", "Huawei"},
		{"words of others behind a number", "1.3.6.1.4.1.23670.1", "gateway to Crestron and Infoblox", "Nihon Kohden"},
		{"description that the owner wrote", "1.3.6.1.4.1.9.1.1208", "in place of OpenWrt, room of Crestron", "Cisco"},
	}
	c := vendor.New()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if p, _ := c.Identify(tt.object, tt.text); p.Vendor != tt.want {
				t.Errorf("%+v, want maker %q", p, tt.want)
			}
		})
	}
}

// TestRules holds that every rule does what its examples say.
func TestRules(t *testing.T) {
	if err := vendor.New().Check(); err != nil {
		t.Error(err)
	}
}

func TestByMAC(t *testing.T) {
	c := vendor.New()
	for in, want := range map[string]string{
		"00:a0:de:00:00:01": "YAMAHA CORPORATION",
		"02:a0:de:00:00:01": "", // locally administered
		"01:00:5e:00:00:01": "", // group
		"00:00:5e:00:01:01": "", // VRRP
	} {
		m, err := fact.ParseMAC(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.ByMAC(m); got != want {
			t.Errorf("ByMAC(%s) = %q, want %q", in, got, want)
		}
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add("1.3.6.1.4.1.1182.1", "RTX830 Rev.15.02.22")
	f.Add(".", "Windows Version 6.1")
	c := vendor.New()
	f.Fuzz(func(t *testing.T, object, text string) {
		p, ok := c.Identify(object, text)
		if !ok && !cmp.Equal(p, vendor.Product{}) {
			t.Errorf("nothing is known, and yet %+v", p)
		}
	})
}

// TestPrefixes holds that the list is that of the library, whole and in order.
func TestPrefixes(t *testing.T) {
	c := vendor.New()
	n := 0
	for p, name := range macs.ValidMACPrefixMap {
		m := fact.MAC{p[0], p[1], p[2], 1, 2, 3}
		want := strings.Join(strings.Fields(name), " ")
		switch want {
		case "IEEE Registration Authority", "Private", "ICANN, IANA Department":
			want = ""
		}
		if !m.IsUniversal() {
			want = ""
		}
		if got := c.ByMAC(m); got != want {
			t.Errorf("%s is of %q, want %q", m, got, want)
		}
		n++
	}
	if got := c.ByMAC(fact.MAC{0xfc, 0xff, 0xff, 1, 2, 3}); n < 20_000 || got != "" {
		t.Errorf("%d prefixes, and one that nobody has is of %q", n, got)
	}
}
