package signature_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"kanmon/topology"
	"kanmon/topology/classify/signature"
)

func TestDefault(t *testing.T) {
	s, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[topology.Category]int)
	type key struct{ kind, value string }
	owner := make(map[key]string)
	claim := func(x *signature.Signature, kind, value string) {
		if o, ok := owner[key{kind, value}]; ok {
			t.Errorf("%s %s belongs to both %s and %s", kind, value, o, x.ID)
		}
		owner[key{kind, value}] = x.ID
	}
	for _, x := range s.All() {
		seen[x.Category]++
		for _, d := range x.Match.Domains {
			claim(x, "domain", d)
		}
		for _, p := range slices.Concat(x.Match.Remotes, x.Match.Closed, x.Match.Advertised) {
			claim(x, "prefix", p.String())
		}
		for _, a := range x.Match.DNSServers {
			claim(x, "dns", a.String())
		}
		for _, a := range x.Match.ResolverAddresses {
			claim(x, "resolver", a.String())
		}
		for _, v := range slices.Concat(x.Match.Resolvers, x.Match.Tunnels, x.Match.Services, x.Match.Makers) {
			claim(x, "word", v)
		}
	}
	for _, o := range s.Overlaps() {
		t.Errorf("%s of %s is decided by %s", o.Example, o.Signature.ID, o.By.ID)
	}
	for _, c := range []topology.Category{
		topology.OnlineQualification, topology.Internet, topology.VendorVPN,
		topology.VendorLTE, topology.USBTether, topology.RemoteSupport, topology.PartnerExchange, topology.Unclassified,
	} {
		if seen[c] == 0 {
			t.Errorf("no signature of category %s", c)
		}
	}
}

func TestDomain(t *testing.T) {
	s, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ in, want string }{
		{"router1.teamviewer.com", "teamviewer"},
		{"ROUTER1.TeamViewer.COM.", "teamviewer"},
		{"a.b.c.teamviewer.com", "teamviewer"},
		{"teamviewer.com", ""}, // the star stands for one label or more
		{"www.teamviewer.com", ""},
		{"evil-teamviewer.com", ""},
		{"teamviewer.com.evil.example", ""},
		{".teamviewer.com", "teamviewer"},
		{"hweb.oqs.onshikaku.org", "online-qualification"},
		{"new.oqs.onshikaku.org", "online-qualification"},
		{"", ""},
		{".", ""},
		{"rece", ""},
		{strings.Repeat("a.", 200) + "teamviewer.com", ""},
		{strings.Repeat(".", 100), ""},
	}
	for _, tt := range tests {
		got := ""
		if x := s.Domain(tt.in); x != nil {
			got = x.ID
		}
		if got != tt.want {
			t.Errorf("Domain(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestSaid(t *testing.T) {
	s := parse(t, `version: 1
signatures:
  - id: pump
    service: Pump
    category: vendor-lte
    match:
      said: [{protocol: dhcp, field: host-name, pattern: "^PUMP-[0-9]{1,6}$"}]
      tunnels: [pumpnet]
      resolvers: ["*.dns.pump.example"]
      resolver_addresses: [192.0.2.53]
    source: handbook
    confidence: medium
    examples:
      match:
        - said: {protocol: dhcp, field: host-name, value: PUMP-12}
        - tunnel: pumpnet
        - resolver: a.dns.pump.example
        - resolver_address: 192.0.2.53
      reject:
        - said: {protocol: dhcp, field: vendor-class, value: PUMP-12}
        - said: {protocol: dhcp, field: host-name, value: XPUMP-12}
        - resolver: dns.pump.example
        - tunnel: pump
`)
	tests := []struct {
		name string
		got  *signature.Signature
		want bool
	}{
		{"case of protocol and field", s.Said("DHCP", "Host-Name", "PUMP-1"), true},
		{"another protocol", s.Said("mdns", "host-name", "PUMP-1"), false},
		{"empty", s.Said("dhcp", "host-name", ""), false},
		{"no longer than patterns are tried on", s.Said("dhcp", "host-name", "PUMP-"+strings.Repeat("1", 2000)), false},
		{"tunnel", s.Tunnel("PumpNet"), true},
		{"resolver with final dot", s.Resolver("b.DNS.pump.example."), true},
		{"a resolver's name is not the service's", s.Domain("b.dns.pump.example"), false},
		{"mapped address", s.ResolverAt(netip.MustParseAddr("::ffff:192.0.2.53")), true},
		{"a resolver's address is not the party's", s.Remote(netip.MustParseAddr("192.0.2.53")), false},
	}
	for _, tt := range tests {
		if got := tt.got != nil; got != tt.want {
			t.Errorf("%s: found %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOverlaps(t *testing.T) {
	s, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	mine := parse(t, strings.NewReplacer("special.teamviewer.com", "*.teamviewer.com", "remote: 203.0.113.10}", "domain: router1.teamviewer.com}").Replace(user))
	var got []string
	for _, o := range s.With(mine).Overlaps() {
		got = append(got, o.Signature.ID+": "+o.Example+": "+o.By.ID)
	}
	want := []string{"teamviewer: domain router1.teamviewer.com: maker-x"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func parse(t *testing.T, text string) *signature.Set {
	t.Helper()
	s, err := signature.Load(strings.NewReader(text), "mine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What PCs of a hospital ask for all day is no sign of anything.
func TestOrdinaryNames(t *testing.T) {
	s, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(`
		www.google.com clients4.google.com mtalk.google.com play.googleapis.com fonts.gstatic.com www.youtube.com
		login.microsoftonline.com teams.microsoft.com outlook.office365.com www.office.com settings-win.data.microsoft.com
		ctldl.windowsupdate.com fe3cr.delivery.mp.microsoft.com v10.events.data.microsoft.com www.msftconnecttest.com
		graph.microsoft.com support.microsoft.com learn.microsoft.com github.com raw.githubusercontent.com
		gateway.icloud.com captive.apple.com time.apple.com www.amazon.co.jp s3.ap-northeast-1.amazonaws.com d111111abcdef8.cloudfront.net
		zoom.us us04web.zoom.us global-ssl.fastly.net www.cloudflare.com cdnjs.cloudflare.com
		ocsp.digicert.com crl3.digicert.com ocsp.secomtrust.net crl.cybertrust.ne.jp time.windows.com ntp.nict.jp
		definitionupdates.microsoft.com ds.kaspersky.com avs.trendmicro.com update.eset.com www.virusbuster.jp
		www.mhlw.go.jp www.pmda.go.jp www.ssk.or.jp iryohokenjyoho.service-now.com www.orca.med.or.jp www.ncd.or.jp www.umin.ac.jp
		www.yahoo.co.jp www.nikkei.com www.jst.go.jp pubmed.ncbi.nlm.nih.gov www.m3.com medpeer.jp
		www.teamviewer.com www.anydesk.com www.splashtop.com www.realvnc.com www.soracom.io users.soracom.io www.ngrok.com dashboard.ngrok.com
		www.gehealthcare.com www.philips.co.jp www.siemens-healthineers.com jp.medical.canon www.sysmex.co.jp www.fujifilm.com
		wpad.example.local isatap _ldap._tcp.dc._msdcs.hospital.example pacs01.hospital.example 1.0.168.192.in-addr.arpa`) {
		if x := s.Domain(name); x != nil {
			t.Errorf("%s is taken for %s", name, x.ID)
		}
		if x := s.Resolver(name); x != nil {
			t.Errorf("%s is taken for the name server %s", name, x.ID)
		}
	}
}

const user = `version: 1
signatures:
  - id: maker-x
    service: Maker X
    category: vendor-vpn
    transport: [IPsec]
    organisation: {ja: X社, en: X}
    match:
      remotes: [203.0.113.10]
      domains: ["*.maker-x.example", "special.teamviewer.com"]
    source: contract
    confidence: high
    examples:
      match: [{remote: 203.0.113.10}]
      reject: [{remote: 203.0.113.11}]
`

func TestWith(t *testing.T) {
	s, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	mine, err := signature.Load(strings.NewReader(user), "mine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	both := s.With(mine)
	if x := both.Remote(netip.MustParseAddr("::ffff:203.0.113.10")); x == nil || x.ID != "maker-x" || x.Transport[0] != "ipsec" {
		t.Errorf("Remote = %+v", x)
	}
	if x := both.Domain("special.teamviewer.com"); x == nil || x.ID != "maker-x" {
		t.Errorf("an exact name must go before a suffix: %+v", x)
	}
	if x := both.Domain("other.teamviewer.com"); x == nil || x.ID != "teamviewer" {
		t.Errorf("Domain = %+v", x)
	}
	if n := len(both.With(mine).All()); n != len(both.All()) {
		t.Errorf("the same signature again: %d signatures, want %d", n, len(both.All()))
	}
}

func TestLoadErrors(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "service:", "servise:", `mine.yaml:4: key "servise"`},
		{"no reject", "      reject: [{remote: 203.0.113.11}]\n", "", "must reject"},
		{"match fails", "{remote: 203.0.113.10}", "{remote: 203.0.113.12}", "does not match its example"},
		{"reject matches", "{remote: 203.0.113.11}", "{remote: 203.0.113.10}", "which it must reject"},
		{"category", "vendor-vpn", "vendor", `mine.yaml:5: category "vendor"`},
		{"version", "version: 1", "version: 2", "version is 2"},
		{"id", "id: maker-x", "id: Maker X", "lower-case"},
		{"star inside", `"*.maker-x.example"`, `"a.*.example"`, "want a name"},
		{"bare star", `"*.maker-x.example"`, `"*"`, "domain"},
		{"bare label", `"*.maker-x.example"`, `"com"`, "one label"},
		{"cloud", `"*.maker-x.example"`, `"*.amazonaws.com"`, "many parties"},
		{"region of a cloud", `"*.maker-x.example"`, `"*.s3.ap-northeast-1.amazonaws.com"`, "many parties"},
		{"registry", `"*.maker-x.example"`, `"*.co.jp"`, "many parties"},
		{"said without field", "remotes: [203.0.113.10]", "said: [{protocol: tls, pattern: '^x$'}]", "name the protocol and its field"},
		{"wide prefix", "remotes: [203.0.113.10]", "remotes: [0.0.0.0/0]", "at least 8 bits"},
		{"host bits", "remotes: [203.0.113.10]", "remotes: [203.0.113.10/24]", "zeros after"},
		{"not anchored", "remotes: [203.0.113.10]", `products: ["VPN"]`, "want ^…$"},
		{"no bound", "remotes: [203.0.113.10]", `products: ["^VPN.*$"]`, "needs a bound"},
		{"loose alternatives", "remotes: [203.0.113.10]", `products: ["^VPN|other$"]`, "put alternatives"},
		{"confidence", "confidence: high", "confidence: low", "weaker hint"},
		{"two kinds", "{remote: 203.0.113.11}", "{remote: 203.0.113.11, domain: a.b}", "names one thing"},
		{"gateway outside pool", "remotes: [203.0.113.10]", "remotes: [203.0.113.10]\n      pools: [{prefix: 10.0.0.0/24, gateway: 10.0.1.1}]", "not in the pool"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := strings.Replace(user, tt.old, tt.new, 1)
			if in == user {
				t.Fatalf("%q is not in the file", tt.old)
			}
			if _, err := signature.Load(strings.NewReader(in), "mine.yaml"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(user)
	f.Add(signature.Template())
	f.Add("version: 1\nsignatures:\n  - id: a\n    match: {said: [{protocol: tls, field: alpn, pattern: '^x{1,9}$'}], tunnels: [ab], resolvers: ['*.a.b'], resolver_addresses: [::1]}\n")
	f.Add("version: 1\nsignatures:\n  - id: a\n    match: {products: ['^(a|b){1,3}$']}\n")
	f.Add("version: 1\nsignatures: [{id: a, examples: {match: [{pool: x}]}}]")
	f.Fuzz(func(t *testing.T, in string) {
		s, err := signature.Load(strings.NewReader(in), "fuzz.yaml")
		if (err == nil) == (s == nil) {
			t.Fatalf("Load gave %v and error %v", s, err)
		}
		if s == nil {
			return
		}
		s.Overlaps()
		for _, x := range s.All() {
			for _, d := range x.Match.Domains {
				s.Domain(strings.Replace(d, "*", "x", 1))
			}
			for _, m := range x.Match.Said {
				s.Said(m.Protocol, m.Field, in)
			}
		}
	})
}

func FuzzDomain(f *testing.F) {
	s, err := signature.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("router1.teamviewer.com")
	f.Fuzz(func(t *testing.T, name string) {
		x := s.Domain(name)
		if x == nil {
			return
		}
		n := strings.ToLower(strings.TrimSuffix(name, "."))
		for _, d := range x.Match.Domains {
			if n == d || strings.HasPrefix(d, "*.") && strings.HasSuffix(n, d[1:]) {
				return
			}
		}
		t.Errorf("%q matched %s", name, x.ID)
	})
}

// Programs are known by the names of their files and products, and what only
// looks like one is none.
func TestProgramsAndUSB(t *testing.T) {
	s, err := signature.Default()
	if err != nil {
		t.Fatal(err)
	}
	id := func(x *signature.Signature) string {
		if x == nil {
			return ""
		}
		return x.ID
	}
	for in, want := range map[string]string{
		"TeamViewer_Service.exe": "teamviewer", "TeamViewer 15 (MSI)": "teamviewer", "teamviewerd": "teamviewer", "AnyDesk-12ab.EXE": "anydesk",
		"Splashtop Streamer": "splashtop", "ScreenConnect Client (abc)": "screenconnect", "tailscaled": "tailscale", "": "", ".exe": "",
		"svchost.exe": "", "Chrome": "", "teamviewerx": "", "my teamviewer": "", strings.Repeat("teamviewer ", 500): "",
	} {
		if got := id(s.Program(in)); got != want {
			t.Errorf("program %.40q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[[2]string]string{
		{"12D1", "1506"}: "cellular-modem-usb", {"12d1", ""}: "cellular-modem-usb", {"05ac", "12a8"}: "phone-usb", {"05ac", "0000"}: "", {"", ""}: "",
	} {
		if got := id(s.USB(in[0], in[1])); got != want {
			t.Errorf("USB %v: %q, want %q", in, got, want)
		}
	}
}
