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

func TestDescribe(t *testing.T) {
	tests := []struct {
		name, in string
		want     vendor.Product
	}{
		{
			"yamaha router", "RTX830 Rev.15.02.22 (Thu Aug 18 15:08:44 2022)",
			vendor.Product{Vendor: "Yamaha", Model: "RTX830", Version: "15.02.22", Roles: []topology.Role{topology.RoleRouter}},
		},
		{
			"yamaha switch", "SWX2310-28GT Rev.2.04.11 (Mon Mar  1 10:00:00 2021)",
			vendor.Product{Vendor: "Yamaha", Model: "SWX2310-28GT", Version: "2.04.11", Roles: []topology.Role{topology.RoleSwitch}},
		},
		{
			"nec ix", "NEC Portable Internetwork Core Operating System Software, IX Series IX2105 (magellan-sec) Software, Version 8.8.22, RELEASE SOFTWARE, Compiled Jan 1, IX2105",
			vendor.Product{Vendor: "NEC", Model: "IX2105", OS: "IX", Version: "8.8.22", Roles: []topology.Role{topology.RoleRouter}},
		},
		{
			"cisco ios", "Cisco IOS Software, C890 Software (C890-UNIVERSALK9-M), Version 15.5(3)M, RELEASE SOFTWARE (fc1)",
			vendor.Product{Vendor: "Cisco", OS: "IOS", Version: "15.5(3)M"},
		},
		{
			"fortigate in the entity table", "FortiGate-60F v6.4.11,build2030,221031 (GA.M)",
			vendor.Product{Vendor: "Fortinet", Model: "FortiGate-60F", OS: "FortiOS", Version: "6.4.11", Roles: []topology.Role{topology.RoleFirewall}},
		},
		{
			"palo alto", "Palo Alto Networks PA-220 series firewall",
			vendor.Product{Vendor: "Palo Alto Networks", Model: "PA-220", OS: "PAN-OS", Roles: []topology.Role{topology.RoleFirewall}},
		},
		{
			"allied telesis", "Allied Telesis router/switch, Software (AlliedWare Plus) Version 5.4.8-2.1",
			vendor.Product{Vendor: "Allied Telesis", OS: "AlliedWare Plus", Version: "5.4.8-2.1"},
		},
		{"linux", "Linux kensa-pc3 5.15.0-91-generic #101-Ubuntu SMP", vendor.Product{OS: "Linux", Version: "5.15.0-91-generic"}},
		{"unknown", "something else", vendor.Product{}},
		{"not at the start", "said to be RTX830 Rev.15.02.22", vendor.Product{}},
		{"nothing", "", vendor.Product{}},
	}
	c := vendor.New()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := c.Describe(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want.OS+tt.want.Vendor != "") {
				t.Errorf("Describe = %v (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestByObjectID(t *testing.T) {
	tests := []struct {
		name, in, want string
		roles          []topology.Role
	}{
		{"enterprise", "1.3.6.1.4.1.20376.1.2.3", "Century Systems", nil},
		{"leading dot", ".1.3.6.1.4.1.1182.1.23", "Yamaha", nil},
		{"cellular maker", "1.3.6.1.4.1.48690.1", "Teltonika", []topology.Role{topology.RoleModem}},
		{"windows server", "1.3.6.1.4.1.311.1.1.3.1.2", "Microsoft", []topology.Role{topology.RoleServer}},
		{"windows workstation", "1.3.6.1.4.1.311.1.1.3.1.1", "Microsoft", []topology.Role{topology.RolePC}},
		{"number that only begins alike", "1.3.6.1.4.1.203761", "", nil},
		{"software for any maker", "1.3.6.1.4.1.8072.3.2.10", "", nil},
		{"not an enterprise", "1.3.6.1.2.1.1", "", nil},
		{"not a number", "1.3.6.1.4.1.x", "", nil},
		{"nothing", "", "", nil},
	}
	c := vendor.New()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := c.ByObjectID(tt.in)
			if got.Vendor != tt.want || ok != (tt.want != "") || !cmp.Equal(got.Roles, tt.roles) {
				t.Errorf("ByObjectID(%q) = %+v, %v; want %q with roles %v", tt.in, got, ok, tt.want, tt.roles)
			}
		})
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

func FuzzDescribe(f *testing.F) {
	f.Add("RTX830 Rev.15.02.22")
	f.Add("Windows Version 6.1")
	c := vendor.New()
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := c.Describe(text)
		if !ok && !cmp.Equal(p, vendor.Product{}) {
			t.Errorf("no match, and yet %+v", p)
		}
		c.ByObjectID(text)
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
