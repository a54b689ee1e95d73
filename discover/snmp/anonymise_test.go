package snmp_test

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

func newAnonymiser(t *testing.T) *snmp.Anonymiser {
	t.Helper()
	a, err := snmp.NewAnonymiser([]byte("a key of the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// walkFacts reads a walk.
func walkFacts(t *testing.T, text string) *facts {
	t.Helper()
	fs := &facts{}
	for _, f := range snmp.Formats() {
		if f.Match([]byte(text[:min(len(text), discover.HeadLen)])) {
			in := discover.NewInput("walk", "", strings.NewReader(text), func() string { return "digest" })
			_, _ = f.Read(t.Context(), in, fs) // a walk that is not whole has facts too
			return fs
		}
	}
	t.Fatalf("no format reads\n%.200s", text)
	return nil
}

func kinds(fs *facts) map[fact.Kind]int {
	out := make(map[fact.Kind]int)
	for _, o := range fs.all {
		out[o.Fact.Kind()]++
	}
	return out
}

const secretWalk = `1.3.6.1.2.1.1.1.0|4|Linux pacs-server 5.10.0 #1 SMP, asked by admin@tanaka-hospital.jp from 203.0.114.9
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10
1.3.6.1.2.1.1.4.0|4|Dr. Tanaka 03-1234-5678
1.3.6.1.2.1.1.5.0|4|pacs-server.tanaka-hospital.jp
1.3.6.1.2.1.1.6.0|4|Tanaka building, 3rd floor
1.3.6.1.2.1.2.2.1.2.1|4|GigabitEthernet0/1
1.3.6.1.2.1.2.2.1.3.1|2|6
1.3.6.1.2.1.2.2.1.6.1|4x|001b217a3c4d
1.3.6.1.2.1.31.1.1.1.1.1|4|Gi0/1
1.3.6.1.2.1.31.1.1.1.18.1|4|VPN to Suzuki-Medical 0312345678
1.3.6.1.2.1.4.20.1.2.10.20.30.40|2|1
1.3.6.1.2.1.4.20.1.3.10.20.30.40|64|255.255.255.0
1.3.6.1.2.1.4.22.1.2.1.10.20.30.41|4x|001b217a3c4e
1.3.6.1.2.1.4.22.1.2.1.10.20.99.1|4x|001b217a3c4f
1.3.6.1.2.1.4.22.1.4.1.10.20.30.41|2|3
1.3.6.1.2.1.17.4.3.1.2.0.27.33.122.60.78|2|1
1.3.6.1.2.1.17.4.3.1.3.0.27.33.122.60.78|2|3
1.3.6.1.2.1.47.1.1.1.1.11.1|4|FOC1234X5YZ
1.3.6.1.2.1.47.1.1.1.1.13.1|4|WS-C2960X-48TS-L
1.0.8802.1.1.2.1.4.1.1.4.0.1.1|2|4
1.0.8802.1.1.2.1.4.1.1.5.0.1.1|4x|001b217a3c4e
1.0.8802.1.1.2.1.4.1.1.7.0.1.1|4|Gi1/0/24
1.0.8802.1.1.2.1.4.1.1.9.0.1.1|4|core-tanaka
1.0.8802.1.1.2.1.4.1.1.10.0.1.1|4|Cisco IOS Software, C2960X, Version 15.2(7)E2, at core-tanaka
`

func TestAnonymise(t *testing.T) {
	a := newAnonymiser(t)
	if err := a.Learn(t.Context(), strings.NewReader(secretWalk)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, left, err := a.Rewrite(t.Context(), strings.NewReader(secretWalk), &out); err != nil || len(left) > 0 {
		t.Fatalf("left out %v, error %v", left, err)
	}
	for _, secret := range []string{
		"anaka", "pacs", "suzuki", "Suzuki", "Medical", "5678", "0312345678", "001b217a3c4", "10.20.30", "203.0.114", "FOC1234X5YZ", ".27.33.122.60.78", "1.3.6.1.2.1.1.4.0",
	} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is still there", secret)
		}
	}
	for _, kept := range []string{"001b21", "GigabitEthernet0/1", "Gi1/0/24", "WS-C2960X-48TS-L", "Cisco IOS Software, C2960X, Version 15.2(7)E2", "5.10.0", "VPN to ", "1.3.6.1.4.1.8072.3.2.10"} {
		if !strings.Contains(out.String(), kept) {
			t.Errorf("%q is gone", kept)
		}
	}
	before, after := walkFacts(t, secretWalk), walkFacts(t, out.String())
	if diff := cmp.Diff(kinds(before), kinds(after)); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
	// What was one address is one, and one subnet is one.
	near, far := after.neighbors[0], after.neighbors[1]
	if near.MAC != after.fdb[0].MAC {
		near, far = far, near
	}
	if near.MAC != after.fdb[0].MAC || after.remote[0].Neighbor.ChassisID != near.MAC.String() {
		t.Errorf("the neighbour is %v in one table, %v and %v in others", near.MAC, after.fdb[0].MAC, after.remote[0].Neighbor.ChassisID)
	}
	own := after.addresses[0].Address
	if !own.Contains(near.IP) || own.Contains(far.IP) || own.Bits() != 24 || !own.Addr().IsPrivate() {
		t.Errorf("%v of %v and %v", own, near.IP, far.IP)
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

// TestAnonymisedTexts holds that what identifies somebody by its form goes out of
// texts that people write, and of those of makers, whose rest stays.
func TestAnonymisedTexts(t *testing.T) {
	const descr, name, alias = "1.3.6.1.2.1.47.1.1.1.1.2.1|4|", "1.3.6.1.2.1.2.2.1.2.1|4|", "1.3.6.1.2.1.31.1.1.1.18.1|4|"
	for _, tt := range []struct {
		name, line string
		gone, kept []string
	}{
		{"address", alias + "VPN to 203.0.114.9 (backup 10.20.30.0/24)", []string{"203.0.114", "10.20.30"}, []string{"VPN to ", "/24)"}},
		{"address in a name", alias + "ip-203-0-114-9", []string{"203-0-114-9"}, nil},
		{"IPv6", alias + "VPN to 2001:db9:1:2::15", []string{"db9"}, []string{"VPN to "}},
		{"MAC address", alias + "test 00:1b:21:7a:3c:4d, 001b.217a.3c4e, 001B217A3C4F", []string{"7a:3c", "217a.3c", "7A3C4"}, []string{"00:1b:21:"}},
		{"telephone", alias + "test 03-1234-5678", []string{"1234", "5678"}, nil},
		{"serial number", alias + "FOC1234X5YZ", []string{"1234", "5YZ"}, nil},
		{"serial number of a maker", descr + "Fortinet FGT_100E, HW Serial#: FG100E4Q17011652", []string{"17011652"}, []string{"Fortinet FGT_100E, HW Serial#: "}},
		{"serial number in a list", descr + "Card (MB:v4.1.0 MN:AP8932 HR:02 SN: 3F503A169043 MD:01/23/2019)", []string{"3F503A169043"}, []string{"MN:AP8932 HR:02 SN: ", "v4.1.0", " MD:01/23/2019)"}},
		{"address in a maker's text", descr + "at 10.20.30.40, peer=10.20.30.41:161", []string{"10.20.30.4"}, []string{"peer="}},
		{"known serial number", descr + "unit AB12345 of two\n1.3.6.1.2.1.47.1.1.1.1.11.1|4|AB12345", []string{"AB12345"}, []string{"unit "}},
		{"a number", "1.3.6.1.4.1.5003.9.10.10.2.3.2.0|66|10512508", []string{"10512508"}, nil},
		{"name of a port", name + "GigabitEthernet1/0/24", nil, []string{"GigabitEthernet1/0/24"}},
		{"name of a port with dashes", name + "ge-0/0/1.100", nil, []string{"ge-0/0/1.100"}},
		{"MAC address in halves", alias + "switch(001b21-7a3c4d) 001b-217a-3c4e", []string{"7a3c4d", "7a-3c4e"}, []string{"001b21-"}},
		{"MAC address behind letters", alias + "AP001b.217a.3c4e SEP001B217A3C4F", []string{"7a.3c4e", "7A3C4F"}, nil},
		{"MAC address of decimal digits", alias + "0011.2233.4455 001122-334455", []string{"33.4455", "334455"}, []string{"0011.22", "001122-"}},
		{"MAC address with blanks", alias + "port 00 1b 21 7a 3c 4d", []string{"7a 3c"}, []string{"00 1b 21"}},
		{"end of a MAC address", alias + "AP7a3e4a", []string{"7a3e4a"}, nil},
		{"address with zeros", alias + "010.020.030.040", []string{"20.", "030"}, nil},
		{"address with a port", alias + "10.20.30.40.161", []string{"20.30"}, nil},
		{"beginning of an address", alias + "net 10.20.30.x, 192-168-77-x", []string{"20.30", "168-77"}, []string{"10.", "192-168-"}},
		{"IPv4 within IPv6", alias + "::ffff:203.0.114.9", []string{"0.114"}, nil},
		{"telephone abroad", alias + "+81-3-1234-5678", []string{"1234", "5678"}, nil},
		{"telephone within", alias + "ext. 7531, 内線8642", []string{"7531", "8642"}, nil},
		{"number of a port of Allied Telesis", name + "port10.0.24", nil, []string{"port10.0.24"}},
		{"private address behind a version's word", descr + "fw 192.168.77.1", []string{"77.1"}, nil},
		{"host in a maker's text", descr + "edge-7 of fw-1.tanaka.jp, see www.cisco.com", []string{"tanaka", "fw-1"}, []string{"www.cisco.com"}},
		{"version with letters", descr + "XW.ar934x.v5.6, 51.26.nc", nil, []string{"XW.ar934x.v5.6, 51.26.nc"}},
		{"sysDescr of the owner", "1.3.6.1.2.1.1.1.0|4|Tanaka clinic", []string{"Tanaka"}, nil},
		{"sysDescr of the owner, as a neighbour has it", "1.0.8802.1.1.2.1.4.1.1.10.0.1.1|4|Tanaka clinic", []string{"Tanaka"}, nil},
		{"name in a description, known of LLDP-V2", "1.3.111.2.802.1.1.13.1.4.1.1.10.0.1.1.1|4|kartefs\n" + descr + "v7.1 built on kartefs", []string{"kartefs"}, []string{"v7.1 built on"}},
		{"name in a description, known of FDP", "1.3.6.1.4.1.1991.1.1.3.20.1.2.1.1.3.1.1|4|kartefs\n" + descr + "v7.1 built on kartefs", []string{"kartefs"}, []string{"v7.1 built on"}},
		{"name in a description, known of EDP", "1.3.6.1.4.1.1916.1.13.2.1.3.1.0.0.0.0.0.0.0.1.2|4|kartefs\n" + descr + "v7.1 built on kartefs", []string{"kartefs"}, []string{"v7.1 built on"}},
		{"name in a description, known of its own CDP", "1.3.6.1.4.1.9.9.23.1.3.4.0|4|kartefs\n" + descr + "v7.1 built on kartefs", []string{"kartefs"}, []string{"v7.1 built on"}},
		{"sysDescr of one word", "1.3.6.1.2.1.1.1.0|4|labbdds01", []string{"labbdds"}, nil},
		{"sysDescr of a maker", "1.3.6.1.2.1.1.1.0|4|Yamaha RTX1210 Rev.14.01.38", nil, []string{"RTX1210 Rev.14.01.38"}},
		{"sysDescr of HP-UX", "1.3.6.1.2.1.1.1.0|4|HP-UX karte01 B.11.31 U ia64", []string{"karte"}, []string{"B.11.31"}},
		{"queue", "1.3.6.1.2.1.25.3.2.1.3.7|4|Canon C5535 of Tanaka", []string{"Tanaka"}, nil},
		{"printer", "1.3.6.1.2.1.25.3.2.1.3.7|4|Canon C5535\n1.3.6.1.2.1.43.5.1.1.17.7|4|ABC12345", []string{"ABC12345"}, []string{"Canon C5535"}},
		{"version of five numbers", descr + "3.6.2.0.78", nil, []string{"3.6.2.0.78"}},
		{"version of four numbers", descr + "Switch HW:17 FW:5.3.0.8", nil, []string{"FW:5.3.0.8"}},
		{"date", descr + "built 2018-01-23 01:02:03, 12.2(55)SE1", nil, []string{"built 2018-01-23 01:02:03, 12.2(55)SE1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAnonymiser(t)
			walk := "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10\n" + tt.line + "\n"
			if err := a.Learn(t.Context(), strings.NewReader(walk)); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if n, _, err := a.Rewrite(t.Context(), strings.NewReader(walk), &out); err != nil || n < 2 {
				t.Fatalf("%d variables, %v", n, err)
			}
			for _, s := range tt.gone {
				if strings.Contains(out.String(), s) {
					t.Errorf("%q is still in\n%s", s, out.String())
				}
			}
			for _, s := range tt.kept {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%q is gone from\n%s", s, out.String())
				}
			}
		})
	}
}

func TestAnonymisedAddresses(t *testing.T) {
	a := newAnonymiser(t)
	seen := make(map[netip.Addr]bool)
	var all []netip.Addr
	for _, s := range []string{
		"10.0.0.0", "172.16.0.0", "192.168.1.0", "100.64.3.0", "169.254.7.0", "203.0.113.0", "203.10.1.0", "8.8.8.0", "133.1.2.0", "192.0.2.0", "192.1.2.0",
		"fe80::", "fd00:1:2::", "2001:db8::", "2404:1a8:7f01:a::", "2400:1234::",
	} {
		for i, addr := 0, netip.MustParseAddr(s); i < 64; i, addr = i+1, addr.Next() {
			all = append(all, addr)
		}
	}
	for i, addr := range all {
		other := snmp.OtherAddr(a, addr)
		if seen[other] {
			t.Fatalf("%v became %v, as another did", addr, other)
		}
		seen[other] = true
		if addr.IsPrivate() != other.IsPrivate() || addr.IsLinkLocalUnicast() != other.IsLinkLocalUnicast() || addr.Is4() != other.Is4() || !other.IsGlobalUnicast() && addr.IsGlobalUnicast() {
			t.Errorf("%v became %v", addr, other)
		}
		if i%64 > 0 && common(all[i-1], addr) != common(snmp.OtherAddr(a, all[i-1]), other) {
			t.Errorf("%v and the one before share %d bits, afterwards %d", addr, common(all[i-1], addr), common(snmp.OtherAddr(a, all[i-1]), other))
		}
	}
	for _, s := range []string{"0.0.0.0", "255.255.255.0", "127.0.0.1", "224.0.0.18", "::", "::1", "ff02::1"} {
		if addr := netip.MustParseAddr(s); snmp.OtherAddr(a, addr) != addr {
			t.Errorf("%v became %v", addr, snmp.OtherAddr(a, addr))
		}
	}
}

// common is how many bits two addresses share in the beginning.
func common(a, b netip.Addr) int {
	n := 0
	for n < a.BitLen() {
		p, err := a.Prefix(n + 1)
		if err != nil || !p.Contains(b) {
			break
		}
		n++
	}
	return n
}

// TestAnonymiseReal holds that real walks tell the same facts afterwards, but for
// their values.
func TestAnonymiseReal(t *testing.T) {
	dir := sharedWalks(t)
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.snmprec"))
	if err != nil || len(files) == 0 {
		t.Skipf("no walks in %s", dir)
	}
	a := newAnonymiser(t)
	differ, total := 0, 0
	for i, file := range files {
		if testing.Short() && i%8 != 0 || i%3 != 0 {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil || len(b) > 4<<20 {
			continue
		}
		var out bytes.Buffer
		if _, _, err := a.Rewrite(t.Context(), bytes.NewReader(b), &out); err != nil {
			continue // not a walk of the forms that are read
		}
		if out.Len() == 0 {
			continue
		}
		before, after := kinds(walkFacts(t, string(b))), kinds(walkFacts(t, out.String()))
		for k, n := range before {
			total += n
			if d := n - after[k]; d != 0 {
				differ += max(d, -d)
				t.Logf("%s: %d of %s, before %d", filepath.Base(file), after[k], k, n)
			}
		}
	}
	if total == 0 || differ*1000 > total*5 {
		t.Errorf("%d of %d facts came or went", differ, total)
	}
	t.Logf("%d of %d facts came or went", differ, total)
}

// sharedWalks returns the folder of real walks that may lie beside the project.
func sharedWalks(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		walks := filepath.Join(dir, "..", "shared", "data", "snmp")
		if _, err := os.Stat(walks); err == nil {
			return walks
		}
		if dir == filepath.Dir(dir) {
			t.Skipf("no real walks at ../shared/data/snmp above %s", dir)
		}
	}
}

// FuzzAnonymise holds that whatever stands in a walk, it is rewritten as one.
func FuzzAnonymise(f *testing.F) {
	f.Add([]byte(secretWalk))
	f.Add([]byte("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.1\n1.3.6.1.2.1.1.1.0|4|a ::ffff:1.2.3.4 0011.2233.4455 192-168-1-x +81-3-1234-5678 a.b.jp tel 1 fe80::1%e\n"))
	a, err := snmp.NewAnonymiser([]byte("a key of the tests only"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := a.Learn(t.Context(), bytes.NewReader(b)); err != nil {
			return // no walk
		}
		var out bytes.Buffer
		n, _, err := a.Rewrite(t.Context(), bytes.NewReader(b), &out)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		var again bytes.Buffer
		if m, left, err := a.Rewrite(t.Context(), bytes.NewReader(out.Bytes()), &again); err != nil || m > n || m < n && len(left) == 0 {
			t.Errorf("%d variables, read again %d, left out %v, %v\n%s", n, m, left, err, out.String())
		}
	})
}
