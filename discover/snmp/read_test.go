package snmp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/snmp"
)

// format returns the name of the format that matches, empty where none does.
func format(head string) string {
	for _, f := range snmp.Formats() {
		if f.Match([]byte(head)) {
			return f.Name()
		}
	}
	return ""
}

func TestMatch(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"snmprec", "1.3.6.1.2.1.1.1.0|4|text\n1.3.6.1.2.1.1.2.0|6|1.3.6.1\n", "snmprec"},
		{"snmprec with comment", "#Cisco\n1.3.6.1.2.1.1.1.0|4x|74\n", "snmprec"},
		{"snmprec with module", "1.3.6.1.2.1.1.3.0|67:numeric|rate=100\n", "snmprec"},
		{"snmprec of LLDP", "1.0.8802.1.1.2.1.3.1.0|2|4\n", "snmprec"},
		{"-On", ".1.3.6.1.2.1.1.1.0 = STRING: \"x\"\n", "snmpwalk"},
		{"-On of a string over lines", ".1.3.6.1.2.1.1.1.0 = STRING: \"x\n#1|2|3\"\n", "snmpwalk"},
		{"iso", "iso.3.6.1.2.1.1.1.0 = STRING: \"x\"\n", "snmpwalk"},
		{"no dot", "1.3.6.1.2.1.1.3.0 = Timeticks: (5) 0:00:00.05\n", "snmpwalk"},
		{"empty string", ".1.3.6.1.2.1.1.1.0 = \"\"\n", "snmpwalk"},
		{"no object", ".1.3.6.1.2.1.1.1.0 = No Such Object available on this agent at this OID\n", "snmpwalk"},
		{"byte order mark", "\ufeff.1.3.6.1.2.1.1.1.0 = STRING: \"x\"\r\n", "snmpwalk"},
		{"names", "SNMPv2-MIB::sysDescr.0 = STRING: x\n", "snmpwalk"},
		{"empty", "", ""},
		{"blank", "\n\n", ""},
		{"comments", "# 1\n# 2\n", ""},
		{"addresses with bars", "10.0.0.1|4|x\n", ""},
		{"dates with bars", "1.2.3|4|x\n", ""},
		{"second line is none", "1.3.6.1.2.1.1.1.0|4|text\nname|4|x\n", ""},
		{"TSV", "walk\tifIndex\tifName\n1.3.6.1.2.1\t4\tx\n", ""},
		{"JSON", "{\"a\": 1}\n", ""},
		{"JSON lines", "{\"schema\":\"kanmon.evidence/1\"}\n", ""},
		{"XML", "<?xml version=\"1.0\"?>\n<nmaprun>\n", ""},
		{"log", "Jan  1 00:00:00 host snmpd: .1.3.6.1 = INTEGER: 1\n", ""},
		{"shell", "x = INTEGER: 1\n", ""},
		{"YAML", "a: 1.3.6.1 = b\n", ""},
		{"C++", "std::map = STRING: no type\n", "snmpwalk"}, // and is then refused
		{"pcap", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00", ""},
		{"OID alone", ".1.3.6.1.2.1.1.1.0\n", ""},
		{"OID and no type", ".1.3.6.1.2.1.1.1.0 = hello\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := format(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// read reads a walk that must be read to its end.
func read(t *testing.T, in string) *facts {
	t.Helper()
	fs, _, err := readBytes("walk", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestReadText(t *testing.T) {
	tests := []struct {
		name, in string
		want     fact.SystemGroup
		skips    []string
	}{
		{
			name: "quotes, escapes and lines",
			in: ".1.3.6.1.2.1.1.1.0 = STRING: \"Cisco \\\"IOS\\\"\r\n.1.3.6.1.2.1.1.5.0 = STRING: injected\r\nC:\\\\\"\r\n" +
				".1.3.6.1.2.1.1.5.0 = STRING: \"sw1\"\r\n",
			want: fact.SystemGroup{SysDescr: `Cisco "IOS" .1.3.6.1.2.1.1.5.0 = STRING: injected C:\`, SysName: "sw1"},
		},
		{
			name: "display hint without quotes",
			in:   ".1.3.6.1.2.1.1.1.0 = STRING: line one\nline two\n.1.3.6.1.2.1.1.5.0 = STRING: sw1\n",
			want: fact.SystemGroup{SysDescr: "line one line two", SysName: "sw1"},
		},
		{
			name: "octets over lines",
			in:   ".1.3.6.1.2.1.1.5.0 = Hex-STRING: 73 77\n31 00 FF \n.1.3.6.1.2.1.1.1.0 = \"\"\n",
			want: fact.SystemGroup{SysName: "sw1"},
		},
		{
			name: "types",
			in: "iso.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.9\niso.3.6.1.2.1.1.7.0 = INTEGER: 78\niso.3.6.1.2.1.4.1.0 = INTEGER: forwarding(1)\n" +
				"iso.3.6.1.2.1.1.3.0 = Timeticks: (8074) 0:01:20.74\niso.3.6.1.2.1.1.6.0 = No Such Object available on this agent at this OID\n" +
				"iso.3.6.1.2.1.17.1.1.0 = STRING: 0:0:5e:0:53:1\niso.3.6.1.2.1.1.5.0 = Wrong Type (should be OCTET STRING): INTEGER: 5\n" +
				"iso.3.6.1.6.3.10.2.1.1.0 = Hex-STRING: 80 00 1F 88 80 01 02 03 04\n",
			want: fact.SystemGroup{
				SysObjectID: "1.3.6.1.4.1.9", Services: 78, IPForward: "forwarding", EngineID: "80001f888001020304",
				BridgeMAC: fact.MAC{0, 0, 0x5e, 0, 0x53, 1},
			},
		},
		{
			name: "what cannot be read",
			in: ".1.3.6.1.2.1.1.5.0 = STRING: \"sw1\"\nsome noise\n.1.3.6.1.2.1.1.7.0 = INTEGER: many\n" +
				".1.3.6.1.2.1.1.1.99999999999 = INTEGER: 1\n.1.3.6.1.2.1.1.5.0 = STRING: \"second\"\n.1.3.6.1.2.1.1.1.0 = odd\n",
			want: fact.SystemGroup{SysName: "sw1"},
			skips: []string{
				"line 2: neither a variable (OID = TYPE: value) nor the rest of one", "line 3: value is not a number",
				"line 4: not an object identifier in numbers", "line 6: value has no type that net-snmp prints",
				"line 5: variable was given before: the first is kept",
			},
		},
		{
			name:  "string that never ends",
			in:    ".1.3.6.1.2.1.1.5.0 = STRING: \"sw1\"\n.1.3.6.1.4.1.1.1 = STRING: \"open\n" + strings.Repeat(strings.Repeat("x", 1000)+"\n", 66) + ".1.3.6.1.2.1.1.6.0 = STRING: \"room\"\n",
			want:  fact.SystemGroup{SysName: "sw1", SysLocation: "room"},
			skips: []string{"line 2: string is not closed within 65536 octets"},
		},
		{
			name: "names of hostile length and form",
			in:   ".1.3.6.1.2.1.1.5.0 = STRING: \"" + strings.Repeat("a", 10000) + "\"\n.1.3.6.1.2.1.1.6.0 = STRING: \"\x1b[31m\u202ered\"\n",
			want: fact.SystemGroup{SysName: strings.Repeat("a", fact.MaxText-1) + "…", SysLocation: "\ufffd[31m\ufffdred"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := read(t, tt.in)
			if len(fs.systems) != 1 {
				t.Fatalf("systems are %+v", fs.systems)
			}
			got := fs.systems[0]
			got.Agent = ""
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b fact.SystemGroup) bool { return a == b })); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			var skips []string
			for _, s := range fs.skips {
				skips = append(skips, s.Place+": "+s.Reason)
			}
			if diff := cmp.Diff(tt.skips, skips); diff != "" {
				t.Errorf("skips, -want +got:\n%s", diff)
			}
		})
	}
}

func TestReadIncomplete(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"names", "SNMPv2-MIB::sysDescr.0 = STRING: x\nSNMPv2-MIB::sysName.0 = STRING: y\n", "names in place of numbers"},
		{"timeout", ".1.3.6.1.2.1.1.5.0 = STRING: \"sw1\"\nTimeout: No Response from 192.0.2.1\n", "Timeout: No Response"},
		{"loop", ".1.3.6.1.2.1.1.5.0 = STRING: sw1\nError: OID not increasing: .1.3.6\n", "OID not increasing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := readBytes("walk", []byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

// brokenReader fails after its content.
type brokenReader struct{ io.Reader }

var errBroken = errors.New("disk failed")

func (r brokenReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if errors.Is(err, io.EOF) {
		err = errBroken
	}
	return n, err
}

func TestReadKeepsWhatCameBefore(t *testing.T) {
	for _, f := range snmp.Formats() {
		for _, walk := range []string{"1.3.6.1.2.1.1.5.0|4|sw1\n", ".1.3.6.1.2.1.1.5.0 = STRING: \"sw1\"\n"} {
			if !f.Match([]byte(walk)) {
				continue
			}
			fs := &facts{}
			in := discover.NewInput("w", "ward", brokenReader{strings.NewReader(walk)}, func() string { return "sha256:0" })
			sum, err := f.Read(t.Context(), in, fs)
			if !errors.Is(err, errBroken) || sum.Records != 1 || len(fs.systems) != 1 || fs.all[0].Seen[0].Vantage != "ward" {
				t.Errorf("%s: error %v, %+v, %d facts", f.Name(), err, sum, len(fs.all))
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			in = discover.NewInput("w", "", strings.NewReader(walk), func() string { return "sha256:0" })
			if _, err := f.Read(ctx, in, fs); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: cancelled: error %v", f.Name(), err)
			}
			in = discover.NewInput("w", "", strings.NewReader(walk), func() string { return "sha256:0" })
			if _, err := f.Read(t.Context(), in, failingSink{errBroken}); err != errBroken { //nolint:errorlint // unchanged is what is promised
				t.Errorf("%s: sink failed: error %v", f.Name(), err)
			}
		}
	}
}

func TestReadRecords(t *testing.T) {
	fs := read(t, "#a comment\n1.3.6.1.2.1.1.5.0|4|sw|1\n1.3.6.1.2.1.1.6.0|4x|7a7a\n1.3.6.1.2.1.1.1.0|4e|x\n1.3.6.1.2.1.1.7.0|2:numeric|1\n"+
		"1.3.6.1.2.1.17.1.1.0|4x|zz\nnoise\n"+strings.Repeat("1", 300000)+"\n1.3.6.1.2.1.4.20.1.2.192.0.2.1|2|3\n1.3.6.1.2.1.4.20.1.3.192.0.2.1|64x|ffffff00\n1.3.6.1.2.1.4.20.1.3.192.0.2.2|64|300.1\n")
	if s := fs.systems[0]; s.SysName != "sw|1" || s.SysLocation != "zz" || s.SysDescr != "" || s.Services != 0 {
		t.Errorf("system group is %+v", s)
	}
	if len(fs.addresses) != 1 || fs.addresses[0].Address.String() != "192.0.2.1/24" {
		t.Errorf("addresses are %v", fs.addresses)
	}
	var places []string
	for _, s := range fs.skips {
		places = append(places, s.Place)
	}
	if diff := cmp.Diff([]string{"line 4", "line 5", "line 6", "line 7", "line 8", "line 11"}, places); diff != "" {
		t.Errorf("skipped places, -want +got:\n%s", diff)
	}
}

func TestAgentID(t *testing.T) {
	const (
		engine  = "1.3.6.1.6.3.10.2.1.1.0|4x|80001f888001020304\n"
		zero    = "1.3.6.1.6.3.10.2.1.1.0|4x|8000000903000000000000\n"
		ones    = "1.3.6.1.6.3.10.2.1.1.0|4x|ffffffffffffffff\n"
		chassis = "1.0.8802.1.1.2.1.3.1.0|2|4\n1.0.8802.1.1.2.1.3.2.0|4x|00005e005301\n"
		model   = "1.0.8802.1.1.2.1.3.1.0|2|7\n1.0.8802.1.1.2.1.3.2.0|4|Switch\n"
		bridge  = "1.3.6.1.2.1.17.1.1.0|4x|00005e005302\n"
		vrrp    = "1.3.6.1.2.1.17.1.1.0|4x|00005e000101\n"
		ports   = "1.3.6.1.2.1.2.2.1.3.1|2|24\n1.3.6.1.2.1.2.2.1.6.1|4x|00005e005305\n1.3.6.1.2.1.2.2.1.3.7|2|6\n1.3.6.1.2.1.2.2.1.6.7|4x|00005e005303\n"
		docker  = "1.3.6.1.2.1.2.2.1.3.1|2|6\n1.3.6.1.2.1.2.2.1.6.1|4x|02005e005303\n"
		name    = "1.3.6.1.2.1.1.5.0|4|core\n"
		nothing = "1.3.6.1.2.1.1.1.0|4|text\n"
	)
	tests := []struct {
		name, in string
		want     fact.AgentID
	}{
		{"engine", name + engine + chassis + bridge, "engine:80001f888001020304"},
		{"engine of zeros", zero + chassis + bridge, "chassis:00:00:5e:00:53:01"},
		{"engine of ones", ones + bridge, "mac:00:00:5e:00:53:02"},
		{"chassis that names a model", model + bridge, "mac:00:00:5e:00:53:02"},
		{"bridge shared by routers", vrrp + ports, "mac:00:00:5e:00:53:03"},
		{"address of nobody", docker + name, "name:core"},
		{"nothing", nothing, "input:sha256:0000000000000000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := read(t, tt.in)
			for _, o := range fs.all {
				b, err := json.Marshal(o.Fact)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Contains(b, []byte(`"agent":"`+string(tt.want)+`"`)) {
					t.Errorf("want agent %s in %s", tt.want, b)
				}
			}
		})
	}
}

func TestWalkOrderDoesNotMatter(t *testing.T) {
	lines := []string{
		"1.3.6.1.2.1.1.5.0|4|sw1", "1.3.6.1.2.1.2.2.1.2.10|4|ten", "1.3.6.1.2.1.2.2.1.2.2|4|two",
		"1.3.6.1.2.1.4.22.1.2.2.192.0.2.9|4x|00005e005309", "1.3.6.1.2.1.4.22.1.4.2.192.0.2.9|2|3",
	}
	want := read(t, strings.Join(lines, "\n"))
	for range lines {
		lines = append(lines[1:], lines[0])
		got := read(t, strings.Join(lines, "\n"))
		if diff := cmp.Diff(fmt.Sprint(want.all), fmt.Sprint(got.all)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// reading is the property of both fuzz targets: no panic, facts that encode and
// are clean.
func reading(t *testing.T, f discover.Format, b []byte) {
	t.Helper()
	c := &discover.Collection{}
	in := discover.NewInput("fuzz", "", bytes.NewReader(b), func() string { return "sha256:0" })
	_, _ = f.Read(t.Context(), in, c)
	for _, o := range c.Observations() {
		again, err := fact.New(o.Source, o.Fact, o.Seen...)
		if err != nil || again.ID != o.ID {
			t.Errorf("%s: %v, id %s and then %s", o.Source, err, o.ID, again.ID)
		}
	}
	f.Match(b[:min(len(b), discover.HeadLen)])
}

func FuzzReadRecords(f *testing.F) {
	f.Add([]byte("1.3.6.1.2.1.1.5.0|4|sw1\n1.3.6.1.2.1.17.1.1.0|4x|00005e005302\n1.3.6.1.2.1.1.3.0|67:numeric|rate=100\n"))
	f.Add([]byte("#c\n1.3.6.1.2.1.4.24.7.1.7.1.4.0.0.0.0.0.2.0.0.1.4.192.0.2.1|2|3\n"))
	f.Fuzz(func(t *testing.T, b []byte) { reading(t, snmp.Formats()[0], b) })
}

func FuzzReadText(f *testing.F) {
	f.Add([]byte(".1.3.6.1.2.1.1.5.0 = STRING: \"sw\\\"1\nx\"\n.1.3.6.1.2.1.17.1.1.0 = Hex-STRING: 00 00 5E\n00 53 02\n"))
	f.Add([]byte("iso.3.6.1.2.1.1.3.0 = Timeticks: (5) 0:0\niso.3.6.1.2.1.1.2.0 = OID: ccitt.0\nTimeout: No Response from x\n"))
	f.Fuzz(func(t *testing.T, b []byte) { reading(t, snmp.Formats()[1], b) })
}

// FuzzDecode puts hostile rows into the tables: the fuzzer chooses the column
// by number, the index and the value.
func FuzzDecode(f *testing.F) {
	columns := columnsAsked()
	for i := range columns {
		f.Add(uint16(i), []byte{1, 4, 0, 0, 0, 0, 0, 2, 0, 0, 1, 4, 192, 0, 2, 1}, []byte{3}, byte(2))
		f.Add(uint16(i), []byte{0, 1, 1}, []byte{0, 0, 0x5e, 0, 0x53, 1}, byte(3))
	}
	f.Fuzz(func(t *testing.T, column uint16, index, val []byte, tag byte) {
		var b strings.Builder
		b.WriteString(columns[int(column)%len(columns)])
		for _, arc := range index[:min(len(index), 60)] {
			fmt.Fprintf(&b, ".%d", arc)
		}
		number := 0
		if len(val) > 0 {
			number = int(val[0])
		}
		line := b.String()
		walk := fmt.Sprintf("%s|4x|%x\n", line, val)
		if tag%2 == 0 {
			walk = fmt.Sprintf("%s|2|%d\n", line, number)
		}
		// the same rows beside others that refer to them
		walk += "1.3.6.1.2.1.2.2.1.2.1|4|port 1\n1.0.8802.1.1.2.1.4.1.1.7.0.1.1|4|x\n1.3.6.1.2.1.17.4.3.1.2.0.0.94.0.83.1|2|1\n"
		reading(t, snmp.Formats()[0], []byte(walk))
	})
}

func BenchmarkRead(b *testing.B) {
	var walk bytes.Buffer
	for i := range 50000 {
		index := fmt.Sprintf("1.2.0.%d.%d.%d.%d", i>>24&255, i>>16&255, i>>8&255, i&255)
		fmt.Fprintf(&walk, "1.3.6.1.2.1.17.7.1.2.2.1.2.%s|2|7\n1.3.6.1.2.1.17.7.1.2.2.1.3.%s|2|3\n", index, index)
	}
	b.SetBytes(int64(walk.Len()))
	b.ReportAllocs()
	for b.Loop() {
		in := discover.NewInput("w", "", bytes.NewReader(walk.Bytes()), func() string { return "sha256:0" })
		if _, err := snmp.Formats()[0].Read(b.Context(), in, discardSink{}); err != nil {
			b.Fatal(err)
		}
	}
}

type discardSink struct{}

func (discardSink) Emit(fact.Observation) error { return nil }
func (discardSink) Skip(string, error)          {}
