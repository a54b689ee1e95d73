package register_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kanmon/topology"
	"kanmon/topology/register"
)

const sample = `version: 1
connections:
  - id: "001"
    category: vendor-vpn
    device: {name: ct-maint, mac: "00:00:5e:00:53:20"}
    remote: {addresses: [203.0.113.10], organisation: X社}
    transport: [ipsec]
    owner: 放射線科
    purpose: CT保守
    contract: C-2024-1
    from: 2024-04-01
    until: 2027-03-31
  - id: "002"
    category: vendor-vpn
    device: {name: mr-box}
    remote: {addresses: [198.51.100.20]}
    until: "2027-03-31"
  - id: "003"
    category: remote-support
    device: {name: ekaru-07}
    remote: {names: ["*.teamviewer.com"]}
    until: 2026-03-31
  - id: "004"
    category: internet
    device: {name: isdn-ta}
    purpose: 旧ISDN回線
`

func load(tb testing.TB, s string) *register.Register {
	tb.Helper()
	r, err := register.Load(strings.NewReader(s), "register.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func device(name, mac, ip string) topology.Device {
	return topology.Device{
		ID: topology.DeviceID("d-" + name), Name: name, Names: []string{strings.ToUpper(name)},
		Interfaces: []topology.Interface{{MAC: mac, IPs: []string{ip + "/24"}}},
	}
}

func devices() register.Devices {
	return register.Index([]topology.Device{
		device("ct-maint", "00:00:5e:00:53:20", "10.20.0.253"),
		device("mr-box", "00:00:5e:00:53:21", "10.20.0.23"),
		device("ekaru-07", "00:00:5e:00:53:40", "10.10.0.140"),
		device("rogue", "00:00:5e:00:53:99", "10.50.0.10"),
		device("fw-1", "00:00:5e:00:53:02", "10.60.0.254"),
		{ID: "d-10.20.0.253", Name: "10.20.0.253"},
		device("fw-2.hospital.example", "00:00:5e:00:53:03", "10.60.0.2"),
		device("fw-3.hospital.example", "00:00:5e:00:53:04", "10.60.0.3"),
	})
}

func conn(id string, c topology.Category, dev, addr string, transport ...string) topology.ExternalConnection {
	x := topology.ExternalConnection{ID: id, Category: c, Device: topology.DeviceID("d-" + dev), Transport: transport}
	if a, err := netip.ParseAddr(addr); err == nil {
		x.Remote.Addresses = []netip.Addr{a}
	} else if addr != "" {
		x.Remote.Names = []string{addr}
	}
	return x
}

var at = time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC) // 2026-11-21 in Japan

func TestApply(t *testing.T) {
	type result struct {
		Status   topology.Status
		Approval string
		Changes  []string
	}
	vpn, rs := topology.VendorVPN, topology.RemoteSupport
	tests := []struct {
		name    string
		reg     string
		in      []topology.ExternalConnection
		want    []result
		missing []string
	}{
		{
			name: "the sample",
			reg:  sample,
			in: []topology.ExternalConnection{
				conn("x1", vpn, "ct-maint", "203.0.113.10", "ipsec"), conn("x2", vpn, "mr-box", "198.51.100.99", "openvpn"),
				conn("x3", rs, "ekaru-07", "router1.teamviewer.com", "tls"), conn("x4", vpn, "rogue", "203.0.113.77", "wireguard"),
			},
			want: []result{
				{topology.Approved, "001", nil},
				{topology.Changed, "002", []string{"remote.addresses"}},
				{topology.Expired, "003", nil},
				{topology.Unapproved, "", nil},
			},
			missing: []string{"004"},
		},
		{
			name: "another category is another connection",
			reg:  sample,
			in:   []topology.ExternalConnection{conn("x1", topology.PartnerExchange, "ct-maint", "203.0.113.10", "ipsec")},
			want: []result{{topology.Unapproved, "", nil}}, missing: []string{"001", "002", "003", "004"},
		},
		{
			name: "another device at the same remote, another transport",
			reg:  sample,
			in:   []topology.ExternalConnection{conn("x1", vpn, "rogue", "203.0.113.10", "wireguard")},
			want: []result{{topology.Changed, "001", []string{"device.mac", "device.name", "transport"}}}, missing: []string{"002", "003", "004"},
		},
		{
			name: "an approval serves one connection, the one that fits best",
			reg:  sample,
			in:   []topology.ExternalConnection{conn("x1", vpn, "mr-box", "198.51.100.99"), conn("x2", vpn, "mr-box", "198.51.100.20")},
			want: []result{{topology.Unapproved, "", nil}, {topology.Approved, "002", nil}}, missing: []string{"001", "003", "004"},
		},
		{
			name: "a prefix and a name with a star cover several",
			reg: `version: 1
connections:
  - {id: a, category: vendor-vpn, remote: {addresses: [203.0.113.0/24]}}
  - {id: b, category: remote-support, remote: {names: ["*.teamviewer.com"]}}
  - {id: c, category: partner-exchange, remote: {addresses: [198.51.100.50]}}
`,
			in: []topology.ExternalConnection{
				conn("x1", vpn, "ct-maint", "203.0.113.10"), conn("x2", vpn, "rogue", "203.0.113.77"),
				conn("x3", rs, "ekaru-07", "router1.teamviewer.com"), conn("x4", rs, "rogue", "router2.TeamViewer.com"),
				conn("x5", rs, "fw-1", "evil-teamviewer.com"),
				conn("x6", topology.PartnerExchange, "fw-1", "198.51.100.50"), conn("x7", topology.PartnerExchange, "rogue", "198.51.100.50"),
			},
			want: []result{
				{topology.Approved, "a", nil},
				{topology.Approved, "a", nil},
				{topology.Approved, "b", nil},
				{topology.Approved, "b", nil},
				{topology.Unapproved, "", nil},
				{topology.Approved, "c", nil},
				{topology.Unapproved, "", nil},
			},
		},
		{
			name: "a second use of a prefix must fit without a difference",
			reg:  "version: 1\nconnections:\n  - {id: a, category: vendor-vpn, device: {name: mr-box}, remote: {addresses: [203.0.113.0/24]}}\n",
			in:   []topology.ExternalConnection{conn("x1", vpn, "rogue", "203.0.113.77"), conn("x2", vpn, "mr-box", "203.0.113.10")},
			want: []result{{topology.Unapproved, "", nil}, {topology.Approved, "a", nil}},
		},
		{
			name: "not known is no difference",
			reg:  "version: 1\nconnections:\n  - {id: a, category: internet, device: {name: FW-1, serial: S1}, remote: {names: [isp.example]}, transport: [pppoe]}\n",
			in:   []topology.ExternalConnection{conn("x1", topology.Internet, "fw-1", "", "ppp")},
			want: []result{{topology.Approved, "a", nil}},
		},
		{
			name: "a device of which no name was heard this time",
			reg:  "version: 1\nconnections:\n  - {id: a, category: vendor-vpn, device: {name: ct-maint}, remote: {addresses: [\"::ffff:203.0.113.77\"]}}\n",
			in:   []topology.ExternalConnection{conn("x1", vpn, "10.20.0.253", "203.0.113.77")},
			want: []result{{topology.Approved, "a", nil}},
		},
		{
			name: "a host name, and the same with its domain",
			reg: `version: 1
connections:
  - {id: a, category: vendor-vpn, device: {name: mr-box.hospital.example}, remote: {addresses: [203.0.113.1]}}
  - {id: b, category: vendor-vpn, device: {name: fw-2}, remote: {addresses: [203.0.113.2]}}
  - {id: c, category: vendor-vpn, device: {name: fw-3.other.example}, remote: {addresses: [203.0.113.3]}}
`,
			in: []topology.ExternalConnection{
				conn("x1", vpn, "mr-box", "203.0.113.1"), conn("x2", vpn, "fw-2.hospital.example", "203.0.113.2"), conn("x3", vpn, "fw-3.hospital.example", "203.0.113.3"),
			},
			want: []result{{topology.Approved, "a", nil}, {topology.Approved, "b", nil}, {topology.Changed, "c", []string{"device.name"}}},
		},
		{
			name: "transport alone never matches",
			reg:  "version: 1\nconnections:\n  - {id: a, category: vendor-vpn, device: {name: nobody}, transport: [ipsec]}\n",
			in:   []topology.ExternalConnection{conn("x1", vpn, "rogue", "203.0.113.77", "ipsec")},
			want: []result{{topology.Unapproved, "", nil}}, missing: []string{"a"},
		},
		{
			name: "through the last day in Japan, and not before the first",
			reg: `version: 1
connections:
  - {id: a, category: vendor-vpn, device: {name: mr-box}, until: 2026-11-21}
  - {id: b, category: vendor-vpn, device: {name: ct-maint}, until: 2026-11-20}
  - {id: c, category: vendor-vpn, device: {name: rogue}, from: 2026-11-22}
`,
			in: []topology.ExternalConnection{
				conn("x1", vpn, "mr-box", "203.0.113.1"), conn("x2", vpn, "ct-maint", "203.0.113.2"), conn("x3", vpn, "rogue", "203.0.113.3"),
			},
			want: []result{{topology.Approved, "a", nil}, {topology.Expired, "b", nil}, {topology.Unapproved, "", nil}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := load(t, tt.reg)
			for _, reversed := range []bool{false, true} { // order changes nothing
				in, want := slices.Clone(tt.in), slices.Clone(tt.want)
				if reversed {
					slices.Reverse(in)
					slices.Reverse(want)
				}
				var missing []string
				for _, a := range r.Apply(in, devices(), at) {
					missing = append(missing, a.ID)
				}
				var got []result
				for _, x := range in {
					got = append(got, result{x.Status, x.ApprovalID, x.Changes})
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("reversed %t: -want +got:\n%s", reversed, diff)
				}
				if diff := cmp.Diff(tt.missing, missing); diff != "" {
					t.Errorf("reversed %t, not seen: -want +got:\n%s", reversed, diff)
				}
			}
		})
	}
}

func TestApplyFillsIn(t *testing.T) {
	in := []topology.ExternalConnection{conn("x1", topology.VendorVPN, "ct-maint", "203.0.113.10", "ipsec")}
	r := load(t, sample)
	r.Apply(in, devices(), at)
	x := in[0]
	if x.Owner != "放射線科" || x.Purpose != "CT保守" || x.Contract != "C-2024-1" || x.Until != "2027-03-31" || x.Remote.Organisation != "X社" {
		t.Errorf("got %+v", x)
	}
	var none *register.Register
	if missing := none.Apply(in, devices(), at); len(missing) != 0 || in[0].Status != topology.Unapproved || in[0].Owner != "" {
		t.Errorf("no register: %+v, missing %v", in[0], missing)
	}
}

// Evidence without times cannot be early or late.
func TestApplyWithoutTime(t *testing.T) {
	in := []topology.ExternalConnection{conn("x1", topology.VendorVPN, "ct-maint", "203.0.113.10", "ipsec"), conn("x3", topology.RemoteSupport, "ekaru-07", "router1.teamviewer.com")}
	load(t, sample).Apply(in, devices(), time.Time{})
	for _, x := range in {
		if x.Status != topology.Approved {
			t.Errorf("%s is %s", x.ID, x.Status)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"version", "version: 1", "version: 3", "must be 1"},
		{"unknown key", "purpose: CT保守", "purpoze: CT保守", `register.yaml:9: key "purpoze"`},
		{"id twice", `id: "002"`, `id: "001"`, `register.yaml:13: id "001" is used in line 3`},
		{"no id", `id: "002"`, `id: ""`, "has no id"},
		{"category", "category: remote-support", "category: teamviewer", `register.yaml:19: category "teamviewer"`},
		{"mac", "00:00:5e:00:53:20", "00:00:5e", "register.yaml:5: "},
		{"ip", "{name: mr-box}", "{ip: 10.20.0}", "register.yaml:15: "},
		{"address", "[198.51.100.20]", "[198.51.100.20.1]", "register.yaml:16: "},
		{"host bits", "[198.51.100.20]", "[198.51.100.20/24]", "write 198.51.100.0/24"},
		{"everything", "[198.51.100.20]", "[0.0.0.0/0]", "approves almost everything"},
		{"everything in IPv6", "[198.51.100.20]", `["2000::/8"]`, "approves almost everything"},
		{"IPv4 in IPv6 form", "[198.51.100.20]", `["::ffff:198.51.100.0/120"]`, "write it as IPv4"},
		{"name", `"*.teamviewer.com"`, `"*"`, "is not a name"},
		{"url", `"*.teamviewer.com"`, `"https://teamviewer.com/"`, "is not a name"},
		{"date", "until: 2026-03-31", "until: 2026-02-30", "register.yaml:22: "},
		{"date form", "until: 2026-03-31", "until: 令和8年3月31日", "is not a day"},
		{"from after until", "from: 2024-04-01", "from: 2028-04-01", "is before from"},
		{"no traits", "device: {name: isdn-ta}", "device: {}", "could not be recognised"},
		{"empty trait", "device: {name: isdn-ta}", `device: {name: ""}`, "could not be recognised"},
		{"same traits", "device: {name: isdn-ta}\n    purpose: 旧ISDN回線", "device: {name: isdn-ta}\n  - {id: z, category: internet, device: {name: isdn-ta}}", "keep one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := strings.Replace(sample, tt.old, tt.new, 1)
			if in == sample {
				t.Fatal("nothing replaced")
			}
			_, err := register.Load(strings.NewReader(in), "register.yaml")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	t.Run("all errors at once", func(t *testing.T) {
		in := strings.NewReplacer("until: 2026-03-31", "until: x", "category: internet", "category: y").Replace(sample)
		_, err := register.Load(strings.NewReader(in), "r")
		if err == nil || strings.Count(err.Error(), "\n") != 1 {
			t.Errorf("want two errors, got %v", err)
		}
	})
}

func TestTemplate(t *testing.T) {
	hostile := device("x\"]; <script>\n- id: 9\u2028 #", "00:00:5e:00:53:98", "10.0.0.9")
	hostile.Serial = "=cmd|' /C calc'!A0\\"
	devs := []topology.Device{device("ct-maint", "00:00:5e:00:53:20", "10.20.0.253"), hostile}
	snapshot := &topology.Snapshot{Devices: devs}
	net := register.Index(devs)
	conns := []topology.ExternalConnection{
		conn("x1", topology.VendorVPN, "ct-maint", "203.0.113.10", "ipsec"),
		{ID: "x2", Category: topology.RemoteSupport, Device: hostile.ID, Service: "a\nb", Remote: topology.Remote{Names: []string{"r.teamviewer.com", "no", "ev\"il.example\n- x"}}},
	}
	snapshot.ExternalConnections = conns
	text := register.Template(snapshot)
	if !strings.Contains(text, `names: ["*.teamviewer.com"]`) {
		t.Errorf("a relay stands for one host only:\n%s", text)
	}
	if r := load(t, text); len(r.Approvals()) != 0 {
		t.Error("a template approves something")
	}
	r := load(t, regexp.MustCompile(`(?m)^# ((- |  ).*)$`).ReplaceAllString(text, "$1"))
	if n := len(r.Approvals()); n != len(conns) {
		t.Fatalf("%d approvals in a template of %d, filled in:\n%s", n, len(conns), text)
	}
	r.Apply(conns, net, at)
	if conns[0].Status != topology.Approved || conns[1].ApprovalID != "002" {
		t.Errorf("the filled-in template gives %s and %q with changes %v", conns[0].Status, conns[1].ApprovalID, conns[1].Changes)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(sample)
	f.Fuzz(func(t *testing.T, in string) {
		r, err := register.Load(strings.NewReader(in), "fuzz.yaml")
		if (err == nil) == (r == nil) {
			t.Fatalf("Load gave %v and error %v", r, err)
		}
		if r == nil {
			return
		}
		conns := []topology.ExternalConnection{conn("x1", topology.VendorVPN, "ct-maint", "203.0.113.10", "ipsec")}
		r.Apply(conns, devices(), at)
		if (conns[0].Status == topology.Unapproved) != (conns[0].ApprovalID == "") {
			t.Errorf("status %s with approval %q", conns[0].Status, conns[0].ApprovalID)
		}
	})
}
