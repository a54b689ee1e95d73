package nmap_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/nmap"
)

// decode reads s and returns the facts in it by source, in the order of their
// IDs, and the error of the format.
func decode(t *testing.T, s string) (*discover.Collection, discover.Summary, error) {
	t.Helper()
	var c discover.Collection
	in := discover.NewInput("scan.xml", "", strings.NewReader(s), func() string { return "sha256:0" })
	sum, err := nmap.Formats()[0].Read(t.Context(), in, &c)
	return &c, sum, err
}

func facts(c *discover.Collection) []fact.Fact {
	var out []fact.Fact
	for _, o := range c.Observations() {
		out = append(out, o.Fact)
	}
	return out
}

const head = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/bin/../share/nmap/nmap.xsl" type="text/xsl"?>
<!-- Nmap 7.93 scan initiated as: nmap -oX x 192.0.2.0/24 -->
<nmaprun scanner="nmap" args="nmap" start="1700000000" version="7.93" xmloutputversion="1.05">
`

const hostA = `<host starttime="1700000001" endtime="1700000009"><status state="up" reason="arp-response"/>
<address addr="192.0.2.1" addrtype="ipv4"/><address addr="02:00:5E:00:53:01" addrtype="mac" vendor="x"/>
<hostnames><hostname name="a.example" type="user"/><hostname name="a.example" type="PTR"/></hostnames>
<ports><extraports state="closed" count="9"/>
<port protocol="tcp" portid="80"><state state="open"/><service name="http" product="nginx" version="1" tunnel="ssl" extrainfo="e" method="probed" conf="10"><cpe>cpe:/a</cpe></service><script id="http-title" output="x"><elem>y</elem></script></port>
<port protocol="tcp" portid="22"><state state="open"/><service name="ssh" product="lie" method="table" conf="3"/></port>
<port protocol="udp" portid="161"><state state="open|filtered"/></port>
<port protocol="tcp" portid="443"><state state="filtered"/></port>
</ports>
<os><osmatch name="B" accuracy="90"><osclass vendor="v" osfamily="f" type="router" accuracy="90"/></osmatch><osmatch name="A" accuracy="97"><osclass vendor="V" osfamily="F" type="switch" accuracy="97"/></osmatch></os>
</host>
`

func TestRead(t *testing.T) {
	t.Parallel()
	ip := netip.MustParseAddr("192.0.2.1")
	up := fact.HostStatus{IP: ip, State: "up"}
	host := func(inner string) string {
		return head + `<host><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/>` + inner + `</host></nmaprun>`
	}
	tests := []struct {
		name string
		in   string
		want []fact.Fact
		skip uint64
		err  string
	}{
		{name: "no-hosts", in: head + `<runstats><finished exit="success"/></runstats></nmaprun>`},
		{name: "host", in: head + hostA + `</nmaprun>`, want: []fact.Fact{
			fact.HostStatus{IP: ip, MAC: fact.MAC{2, 0, 0x5e, 0, 0x53, 1}, State: "up", HostNames: []string{"a.example"}},
			fact.Port{IP: ip, Transport: "tcp", Port: 80, State: "open", Service: "http", Product: "nginx", Version: "1", ExtraInfo: "e", Tunnel: "ssl"},
			fact.Port{IP: ip, Transport: "tcp", Port: 22, State: "open", Assumed: "ssh"},
			fact.Port{IP: ip, Transport: "udp", Port: 161, State: "open|filtered"},
			fact.OSMatch{IP: ip, Name: "A", Vendor: "V", Family: "F", Type: "switch", Accuracy: 97},
		}},
		{name: "down", in: head + `<host><status state="down"/><address addr="192.0.2.1" addrtype="ipv4"/></host></nmaprun>`},
		{name: "no-address", in: head + `<host><status state="up"/><address addr="02:00:5E:00:53:01" addrtype="mac"/></host></nmaprun>`, skip: 1},
		{name: "ipv6", in: head + `<host><status state="up"/><address addr="2001:db8::1" addrtype="ipv6"/></host></nmaprun>`, want: []fact.Fact{
			fact.HostStatus{IP: netip.MustParseAddr("2001:db8::1"), State: "up"},
		}},
		{name: "timed-out", in: head + `<host timedout="true"><status state="up"/><address addr="192.0.2.1"/></host></nmaprun>`, want: []fact.Fact{
			up, fact.Gap{What: "ports of 192.0.2.1", Why: "nmap gave up on it after its host timeout", Code: fact.GapScanGivenUp, Args: []string{"192.0.2.1"}},
		}},
		{
			name: "bad-ports", in: host(`<ports><port protocol="tcp" portid="65536"><state state="open"/></port><port protocol="tcp" portid="-1"/>` +
				`<port protocol="icmp" portid="1"><state state="open"/></port><port protocol="tcp" portid="0"><state state="open"/></port></ports>`),
			want: []fact.Fact{up, fact.Port{IP: ip, Transport: "tcp", State: "open"}}, skip: 3,
		},
		{
			name: "nbstat", in: host(`<hostscript><script id="nbstat" output="NetBIOS name: WARD-3, NetBIOS user: YAMADA, NetBIOS MAC: 02:00:5e:00:53:02 (maker)&#xa;Names:&#xa;  WARD-3&lt;00&gt;"/></hostscript>`),
			want: []fact.Fact{up, fact.NameClaim{Name: "WARD-3", Protocol: "nbns", IP: ip, MAC: fact.MAC{2, 0, 0x5e, 0, 0x53, 2}}},
		},
		{name: "nbstat-of-nothing", in: host(`<hostscript><script id="nbstat" output="NetBIOS name: &lt;unknown&gt;"/><script id="nbstat" output=""/></hostscript>`), want: []fact.Fact{up}},
		{
			name: "interfaces", in: host(`<hostscript><script id="nbns-interfaces" output="&#xa;  hostname: A&#xa;  interfaces: &#xa;    192.0.2.1&#xa;    198.51.100.1&#xa;"/></hostscript>`),
			want: []fact.Fact{up, fact.AddressSet{From: ip, Protocol: "nbns", Addresses: []netip.Addr{ip, netip.MustParseAddr("198.51.100.1")}}},
		},
		{name: "one-interface", in: host(`<hostscript><script id="nbns-interfaces" output="192.0.2.1 192.0.2.1"/></hostscript>`), want: []fact.Fact{up}},
		{name: "cut-after-a-host", in: head + hostA[:0] + host("")[len(head):len(host(""))-len(`</nmaprun>`)], want: []fact.Fact{up}, err: "ended after host 1"},
		{name: "cut-in-a-host", in: strings.TrimSuffix(host(""), `</nmaprun>`) + `<host><status state="up"/><address addr="192.0.2.9"/><ports><port prot`, want: []fact.Fact{up}, err: "ended in the middle of host 2 (192.0.2.9)"},
		{name: "cut-in-its-head", in: head[:100], err: "ended after host 0"},
		{
			name: "progress-in-a-tag", want: []fact.Fact{up}, err: "damaged in the middle of host 2, line 6: unescaped < inside quoted string",
			in: strings.TrimSuffix(host(""), `</nmaprun>`) + `<host><status state="up" reason="<taskprogress task="x"/>`,
		},
		{
			name: "entities", want: []fact.Fact{up}, err: "invalid character entity &a;",
			in: `<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "` + strings.Repeat("&b;", 99) + `"><!ENTITY b SYSTEM "file:///etc/passwd">]><nmaprun>` +
				`<host><status state="up"/><address addr="192.0.2.1"/></host><host><address addr="&a;"/></host></nmaprun>`,
		},
		{
			name: "hints", in: strings.Replace(host(""), "<host>", `<hosthint><status state="up"/><address addr="192.0.2.2"/></hosthint><hosthint><status state="up"/><address addr="192.0.2.1"/></hosthint><hosthint/><host>`, 1),
			want: []fact.Fact{up},
		},
		{
			name: "hints-and-cut", err: "ended after host 1",
			in: strings.TrimSuffix(strings.Replace(host(""), "<host>", `<hosthint><status state="up"/><address addr="192.0.2.2"/><hostnames><hostname name="b"/></hostnames></hosthint><hosthint><status state="up"/><address addr="192.0.2.1"/></hosthint><host>`, 1), "</nmaprun>"),
			want: []fact.Fact{
				up,
				fact.HostStatus{IP: netip.MustParseAddr("192.0.2.2"), State: "up", HostNames: []string{"b"}},
				fact.Gap{What: "ports of 192.0.2.2", Why: "nmap was stopped before it had looked at them", Code: fact.GapScanStopped, Args: []string{"192.0.2.2"}},
			},
		},
		{name: "nmap-error", in: head + `<runstats><finished exit="error" errormsg="no&#xa;route"/></runstats></nmaprun>`, err: "nmap itself ended with an error after 0 hosts: no route"},
		{name: "too-deep", in: host("") + head[len(head)-1:] + strings.Repeat("<table>", 100), want: []fact.Fact{up}, err: "nested too deeply"},
		{name: "long-token", in: strings.TrimSuffix(host(""), `</nmaprun>`) + `<x a="` + strings.Repeat("a", 5<<20) + `"/></nmaprun>`, want: []fact.Fact{up}, err: "too long for nmap"},
		{name: "long-name", in: head + "<A" + strings.Repeat("\xb5", 2000) + ">", err: "damaged after host 0, line 6: invalid XML name: A"},
		{name: "encoding", in: "<?xml version=\"1.0\" encoding=\"x\x1by\"?><nmaprun/>", err: "could not be read after host 0, line 1: xml: encoding"},
		{name: "two-runs-in-one-file", in: host("") + host(`<ports><port protocol="tcp" portid="1"><state state="open"/></port></ports>`), want: []fact.Fact{up, fact.Port{IP: ip, Transport: "tcp", Port: 1, State: "open"}}},
		{name: "odd-nesting", in: head + `<host><ports><port portid="1" protocol="tcp"><nmaprun><host><state state="open"/></host></nmaprun></port></ports></host><port/></nmaprun>`, skip: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := decode(t, tt.in)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			order := cmpopts.SortSlices(func(a, b fact.Fact) bool { return fmt.Sprintf("%T%v", a, a) < fmt.Sprintf("%T%v", b, b) })
			if d := cmp.Diff(tt.want, facts(c), order, cmpopts.EquateComparable(netip.Addr{})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if _, n := c.Skips(); n != tt.skip {
				t.Errorf("%d skipped, want %d", n, tt.skip)
			}
		})
	}
}

func TestSighting(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in    string
		first, last int64
	}{
		{"host-times", `starttime="1700000001" endtime="1700000009"`, 1700000001, 1700000009},
		{"none", ``, 1700000000, 1700000000},
		{"backwards", `starttime="1700000009" endtime="1"`, 1700000009, 1700000009},
		{"absurd", `starttime="99999999999999999" endtime="-5"`, 1700000000, 1700000000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := decode(t, head+`<host `+tt.in+`><status state="up"/><address addr="192.0.2.1"/></host></nmaprun>`)
			if err != nil || len(c.Observations()) != 1 {
				t.Fatal(err, c.Observations())
			}
			o := c.Observations()[0]
			want := []fact.Sighting{{Input: "sha256:0", Place: "host 192.0.2.1", First: time.Unix(tt.first, 0).UTC(), Last: time.Unix(tt.last, 0).UTC(), Count: 1}}
			if d := cmp.Diff(want, o.Seen); d != "" || o.Source != "nmap/host" {
				t.Errorf("source %s (-want +got):\n%s", o.Source, d)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string
		want bool
	}{
		{"nmap", head, true},
		{"without-doctype", `<?xml version="1.0" ?>` + "\n<nmaprun scanner=", true},
		{"bare", `<nmaprun>`, true},
		{"byte-order-mark", "\xef\xbb\xbf<nmaprun>", true},
		{"long-command-line", `<?xml version="1.0"?><!-- Nmap 7.93 scan initiated Sun as: nmap ` + strings.Repeat("1", 9000), true},
		{"other-root", `<?xml version="1.0"?><root/>`, false},
		{"longer-name", `<nmaprunner>`, false},
		{"other-doctype", `<?xml version="1.0"?><!DOCTYPE external []><root/>`, false},
		{"html", `<!DOCTYPE html><nmaprun>`, false},
		{"text", `Nmap scan report for 192.0.2.1`, false},
		{"empty", ``, false},
		{"unfinished", `<?xml `, false},
		{"long-comment", `<!-- ` + strings.Repeat("1", 9000), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := nmap.Formats()[0].Match([]byte(tt.in)[:min(len(tt.in), discover.HeadLen)]); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// TestHostsBeforeTheCut cuts a scan at every octet: every host that is whole is
// kept, and nothing else.
func TestHostsBeforeTheCut(t *testing.T) {
	t.Parallel()
	const small = `<host><status state="up"/><address addr="192.0.2.1"/><ports><port protocol="tcp" portid="80"><state state="open"/></port></ports></host>`
	all := head[strings.Index(head, "<nmaprun"):] + small + strings.ReplaceAll(small, "192.0.2.1", "192.0.2.2") + "</nmaprun>"
	for n := range len(all) {
		c, sum, err := decode(t, all[:n])
		if err == nil {
			t.Fatalf("cut at %d: no error", n)
		}
		whole := strings.Count(all[:n], "</host>")
		if sum.Records != uint64(whole) || len(c.Observations()) != whole*2 {
			t.Fatalf("cut at %d: %d hosts and %d facts, want %d hosts", n, sum.Records, len(c.Observations()), whole)
		}
	}
}

// dataFolder returns the folder of real files, or skips the test.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the working directory")
		}
	}
	data := filepath.Join(dir, "..", "shared", "data", "nmap")
	if _, err := os.Stat(data); err != nil {
		t.Skip("real nmap files are not there: ../shared/data/nmap beside the repository")
	}
	return data
}

func table(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// TestRealFiles compares what is read with what another parser read from the
// same files: no host or open port more or less.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	var want, got []string
	for _, r := range table(t, filepath.Join(data, "derived", "nmap_hosts.tsv")) {
		if r[1] == "NO-HOSTS" || r[1] == "PARSE-ERROR" || r[2] != "up" {
			continue
		}
		names := slices.Compact(strings.Split(r[5], ","))
		want = append(want, strings.Join([]string{"host", r[0], r[1], strings.ToLower(r[3]), strings.Join(names, ",")}, "|"))
		if r[6] != "" {
			want = append(want, strings.Join([]string{"os", r[0], r[1], r[6]}, "|"))
		}
	}
	noProtocol := 0
	for _, r := range table(t, filepath.Join(data, "derived", "nmap_ports.tsv")) {
		switch {
		case r[4] != "open" && r[4] != "open|filtered":
		case r[2] == "": // invalid files that name no protocol: nothing can be said of such a port
			noProtocol++
		default:
			want = append(want, "port|"+strings.Join(r, "|"))
		}
	}

	files, err := filepath.Glob(filepath.Join(data, "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	unrecognised, skipped := 0, uint64(0)
	for _, path := range files {
		var c discover.Collection
		rep, err := discover.ReadFiles(t.Context(), discover.ReadOptions{Paths: []string{path}, Formats: nmap.Formats()}, &c)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		if rep.Inputs[0].Unrecognised {
			unrecognised++
			continue
		}
		// The one holds nmap's own error, the other ports without a protocol only.
		expected := name == "ullaakut__scan_error_other.xml" || name == "ullaakut__scan_invalid_services.xml"
		if in := rep.Inputs[0]; (in.Incomplete != "") != expected {
			t.Errorf("%s: incomplete %q", name, in.Incomplete)
		}
		skipped += rep.Inputs[0].Skipped
		for _, o := range c.Observations() {
			switch f := o.Fact.(type) {
			case fact.HostStatus:
				got = append(got, fmt.Sprintf("host|%s|%s|%s|%s", name, f.IP, strings.TrimSuffix(f.MAC.String(), "00:00:00:00:00:00"), strings.Join(f.HostNames, ",")))
			case fact.OSMatch:
				got = append(got, fmt.Sprintf("os|%s|%s|%s", name, f.IP, f.Name))
			case fact.Port:
				got = append(got, fmt.Sprintf("port|%s|%s|%s|%d|%s|%s|%s|%s|%s|%s", name, f.IP, f.Transport, f.Port, f.State, f.Service+f.Assumed, f.Product, f.Version, f.Tunnel, f.ExtraInfo))
			default:
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if unrecognised != 2 || skipped != uint64(noProtocol) {
		t.Errorf("%d files are not nmap's, want 2; %d ports skipped, want %d", unrecognised, skipped, noProtocol)
	}
	t.Logf("%d facts in %d files", len(got), len(files))
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + hostA + "</nmaprun>"))
	f.Add([]byte(`<nmaprun><host><hostscript><script id="nbstat" output="NetBIOS name: A, NetBIOS MAC: x"/></hostscript></host>`))
	f.Add([]byte(`<!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun><host a="&a;"><ports><port portid="1"><nmaprun><host/>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c discover.Collection
		in := discover.NewInput("x", "", strings.NewReader(string(b)), func() string { return "sha256:0" })
		nmap.Formats()[0].Match(b)
		_, err := nmap.Formats()[0].Read(context.Background(), in, &c)
		enc := fact.NewEncoder(io.Discard)
		for _, o := range c.Observations() {
			if e := enc.Encode(o); e != nil {
				t.Errorf("fact cannot be stored: %v", e)
			}
		}
		if err != nil && err.Error() != fact.Clean(err.Error()) {
			t.Errorf("error holds what it read: %q", err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var s strings.Builder
	s.WriteString(head)
	for i := range 2000 {
		s.WriteString(strings.ReplaceAll(hostA, "192.0.2.1", fmt.Sprintf("10.0.%d.%d", i/256, i%256)))
	}
	s.WriteString("</nmaprun>")
	b.SetBytes(int64(s.Len()))
	b.ReportAllocs()
	for b.Loop() {
		var c discover.Collection
		in := discover.NewInput("x", "", strings.NewReader(s.String()), func() string { return "sha256:0" })
		if _, err := nmap.Formats()[0].Read(b.Context(), in, &c); err != nil {
			b.Fatal(err)
		}
	}
}
