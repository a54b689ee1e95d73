package routerconf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/routerconf"
)

var update = flag.Bool("update", false, "write what the samples give in place of what they should")

// format reads all dialects.
var format = routerconf.Formats()[0]

// samples returns the names of the sample configurations.
func samples(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 8 {
		tb.Fatalf("samples: %v, %v", files, err)
	}
	return files
}

func load(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// read reads a configuration and returns what came of it.
func read(b []byte) (*discover.Collection, discover.Summary, error) {
	var c discover.Collection
	in := discover.NewInput("x", "", bytes.NewReader(b), func() string { return "sha256:0" })
	sum, err := format.Read(context.Background(), in, &c)
	return &c, sum, err
}

// texts returns facts as text, sorted.
func texts(tb testing.TB, c *discover.Collection) []string {
	tb.Helper()
	var out []string
	for _, o := range c.Observations() {
		b, err := json.Marshal(o.Fact)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %s %s", o.Source, o.Fact.Kind(), b))
	}
	slices.Sort(out)
	return out
}

// TestSamples compares all facts of each sample with those that a person looked
// at.
func TestSamples(t *testing.T) {
	for _, name := range samples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			b := load(t, name)
			if !format.Match(b[:min(len(b), discover.HeadLen)]) {
				t.Error("not recognised")
			}
			c, sum, err := read(b)
			if err != nil {
				t.Error(err)
			}
			if !strings.HasSuffix(sum.Format, "-config") || sum.Records != uint64(bytes.Count(b, []byte("\n"))) {
				t.Errorf("summary %+v", sum)
			}
			if skips, n := c.Skips(); n > 0 {
				t.Errorf("skipped: %v", skips)
			}
			got := strings.Join(texts(t, c), "\n") + "\n"
			want := strings.TrimSuffix(name, ".txt") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(string(load(t, want)), got); d != "" {
				t.Errorf("facts (-want +got):\n%s", d)
			}
		})
	}
}

// secret is in every secret of the samples, and nowhere else in them.
const secret = "SECRET"

// TestSecrets reads the samples, and texts that are made of them by breaking
// lines, leaving out words, mixing lines and cutting off the end, and looks for
// secrets in all that comes of it. What is looked for is in every password, key,
// community, user name, certificate and banner of the samples.
func TestSecrets(t *testing.T) {
	total := 0
	for _, name := range samples(t) {
		b := load(t, name)
		lines := strings.SplitAfter(string(b), "\n")
		marked := 0
		for _, l := range lines {
			marked += strings.Count(l, secret)
		}
		if marked < 2 {
			t.Errorf("%s holds %d secrets: too few to show anything", name, marked)
		}
		total += marked
		for i, text := range append(broken(lines), string(b)) {
			c, _, err := read([]byte(text))
			told := texts(t, c)
			skips, _ := c.Skips()
			for _, s := range skips {
				told = append(told, s.Place+s.Reason)
			}
			if err != nil {
				told = append(told, err.Error())
			}
			for _, s := range told {
				if strings.Contains(strings.ToUpper(s), secret) {
					t.Fatalf("%s, form %d: a secret got out: %s", name, i, s)
				}
			}
		}
	}
	t.Logf("%d secrets in %d samples", total, len(samples(t)))
}

// broken returns texts made of lines in ways in which copying a configuration
// goes wrong.
func broken(lines []string) []string {
	r := rand.New(rand.NewPCG(1, 2))
	head := strings.Join(lines[:min(len(lines), 12)], "") // so that it is still known for what it is
	var out []string
	var cut, first, second, joined strings.Builder
	for _, l := range lines {
		w := strings.Fields(l)
		if len(w) > 1 {
			fmt.Fprintln(&first, strings.Join(w[1:], " "))
			n := 1 + r.IntN(len(w)-1)
			fmt.Fprintln(&second, strings.Join(slices.Delete(slices.Clone(w), n, n+1), " "))
		}
		if i := strings.Index(l, secret); i > 0 { // exactly before the secret
			fmt.Fprintf(&cut, "%s\n%s", l[:i], l[i:])
		} else {
			cut.WriteString(l)
		}
		joined.WriteString(strings.TrimRight(l, "\n"))
		if r.IntN(3) == 0 {
			joined.WriteString("\n")
		}
	}
	for _, b := range []*strings.Builder{&cut, &first, &second, &joined} {
		out = append(out, head+b.String())
	}
	for range 8 {
		mixed := slices.Clone(lines)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		out = append(out, head+strings.Join(mixed, ""))
	}
	all := strings.Join(lines, "")
	for n := 500; n < len(all); n += 997 {
		out = append(out, all[:n])
	}
	return out
}

// TestSession reads the samples as terminals and editors save them: all forms
// must give the same facts.
func TestSession(t *testing.T) {
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, name := range samples(t) {
		plain := load(t, name)
		want, _, _ := read(plain)
		forms := map[string][]byte{
			"crlf":      bytes.ReplaceAll(plain, []byte("\n"), []byte("\r\n")),
			"utf8 bom":  append([]byte("\ufeff"), plain...),
			"utf16":     must(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(plain)),
			"shift jis": must(japanese.ShiftJIS.NewEncoder().Bytes(bytes.ReplaceAll(plain, []byte("\\"), []byte("\\")))),
			"session":   session(plain, "rtx> administrator\n\nrtx# show config\n", "\nrtx# exit\n", "--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b"),
			"cr":        session(plain, "", "", " --More-- \r          \r"),
			"yamaha":    session(plain, "# show config\n", "", "---つづく---\r            \r"),
		}
		for form, b := range forms {
			t.Run(filepath.Base(name)+"/"+form, func(t *testing.T) {
				if !format.Match(b[:min(len(b), discover.HeadLen)]) {
					t.Fatal("not recognised")
				}
				got, _, err := read(b)
				if err != nil {
					t.Fatal(err)
				}
				notGap := func(s string) bool { return strings.HasPrefix(s, "routerconf/text gap") }
				if d := cmp.Diff(slices.DeleteFunc(texts(t, want), notGap), slices.DeleteFunc(texts(t, got), notGap)); d != "" {
					t.Errorf("facts (-plain +%s):\n%s", form, d)
				}
			})
		}
	}
}

// session returns a text as a terminal shows it page by page.
func session(plain []byte, before, after, more string) []byte {
	var b bytes.Buffer
	b.WriteString(before)
	for i, l := range bytes.SplitAfter(plain, []byte("\n")) {
		if i%23 == 22 {
			b.WriteString(more)
		}
		b.Write(l)
	}
	b.WriteString(after)
	return b.Bytes()
}

// TestWrapped breaks the lines of Yamaha where its terminal does.
func TestWrapped(t *testing.T) {
	plain := load(t, "testdata/yamaha-internet.txt")
	var b bytes.Buffer
	for l := range strings.Lines(string(plain)) {
		for len(l) > 81 && !strings.ContainsFunc(l, func(r rune) bool { return r > 0x7e }) {
			b.WriteString(l[:80] + "\n")
			l = l[80:]
		}
		b.WriteString(l)
	}
	want, _, _ := read(plain)
	got, _, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(texts(t, want), texts(t, got)); d != "" {
		t.Errorf("facts (-plain +wrapped):\n%s", d)
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     bool
	}{
		{name: "nothing"},
		{name: "prose", in: "The router has an interface.\nip route is set there.\nSee the manual.\n"},
		{name: "walk", in: ".1.3.6.1.2.1.1.1.0 = STRING: RTX1210\n.1.3.6.1.2.1.1.5.0 = STRING: rtx\n"},
		{name: "xml", in: "<?xml version=\"1.0\"?>\n<nmaprun>\n"},
		{name: "evidence", in: `{"kanmon":"evidence/1"}` + "\n"},
		{name: "binary", in: "ip lan1 address 1.2.3.4\x00\ntunnel select 1\npp select 1\n"},
		{name: "yaml", in: "config:\n  set: a\nend\nnext: 1\n"},
		{name: "two signs", in: "ip lan1 address 192.168.1.1/24\ntunnel select 1\n"},
		{name: "yamaha without its header", in: "ip lan1 address 192.168.1.1/24\ntunnel select 1\npp select 1\n", want: true},
		{name: "one section of fortios", in: "config system interface\n    edit \"wan1\"\n        set mode pppoe\n    next\nend\n", want: true},
		{name: "cisco from a session", in: "sw#sh run\nBuilding configuration...\n", want: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := format.Match([]byte(tt.in)); got != tt.want {
				t.Errorf("Match = %v, want %v", got, tt.want)
			}
		})
	}
}

// TestCut reads texts that end too early.
func TestCut(t *testing.T) {
	b := load(t, "testdata/fortigate.txt")
	c, _, err := read(b[:len(b)/2])
	if err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("error %v", err)
	}
	if len(c.Observations()) < 10 {
		t.Errorf("%d facts of the half that is there", len(c.Observations()))
	}
	bad := errors.New("disk is gone")
	in := discover.NewInput("x", "", io.MultiReader(bytes.NewReader(b), failing{bad}), func() string { return "sha256:0" })
	if _, err := format.Read(t.Context(), in, &discover.Collection{}); !errors.Is(err, bad) {
		t.Errorf("error of the reader: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in = discover.NewInput("x", "", bytes.NewReader(b), func() string { return "sha256:0" })
	if _, err := format.Read(ctx, in, &discover.Collection{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestHuge reads texts that are larger than any configuration.
func TestHuge(t *testing.T) {
	for _, tt := range []struct {
		name, begin, again string
	}{
		{name: "yamaha routes", begin: "# RTX830 Rev.15.02.29 (x)\n", again: "ip route 10.%d.%d.0/24 gateway 192.168.1.1\n"},
		{name: "yamaha tunnels", begin: "# RTX830 Rev.15.02.29 (x)\n", again: "tunnel select %d%d\n tunnel endpoint address 192.0.2.1\n"},
		{name: "cisco interfaces", begin: "Building configuration...\n", again: "interface Tunnel%d%d\n ip address 10.0.0.1 255.0.0.0\n"},
		{name: "cisco lists", begin: "Building configuration...\n", again: "access-list %d%d permit ip any any\n"},
		{name: "nec", begin: "! IX Series IX2215 (magellan-sec) Software, Version 10.7.18, RELEASE SOFTWARE\n", again: "ppp profile p%d%d\n  authentication myname a@b\n"},
		{name: "fortigate", begin: "config system interface\n", again: "edit \"p%d%d\"\nset ip 10.0.0.1 255.0.0.0\nnext\n"},
		{name: "fortigate depth", begin: "config system interface\n", again: "config a%d\nedit %d\n"},
		{name: "alliedware plus", begin: "awplus#\nno banner motd\n", again: "zone z%d%d\n network n\n  ip subnet 10.0.0.0/8\n"},
		{name: "alliedware", begin: "# Command Handler configuration\n", again: "create isakmp pol=a%d%d pe=192.0.2.1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(tt.begin)
			for i := range 200 {
				for j := range 200 {
					fmt.Fprintf(&b, tt.again, i+1000, j+1000)
				}
			}
			b.WriteString(strings.Repeat("x", 1<<20) + "\n")
			c, _, _ := read([]byte(b.String())) // some end within a section
			if n := len(c.Observations()); n > 60_000 {
				t.Errorf("%d facts", n)
			}
		})
	}
}

// fuzz reads whatever it is given behind the first lines of a sample, so that it
// is taken for that dialect.
func fuzz(f *testing.F, names ...string) {
	f.Helper()
	head := ""
	for i, name := range names {
		b := string(load(f, "testdata/"+name))
		if i == 0 {
			lines := strings.SplitAfter(b, "\n")
			head = strings.Join(lines[:min(len(lines), 10)], "")
		}
		f.Add([]byte(b))
		f.Add(session([]byte(b), "", "", "--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		format.Match(b)
		c, _, err := read(append([]byte(head), b...))
		enc := fact.NewEncoder(io.Discard)
		for _, o := range c.Observations() {
			if e := enc.Encode(o); e != nil {
				t.Errorf("fact cannot be stored: %v", e)
			}
		}
		if err != nil && err.Error() != fact.Clean(err.Error()) {
			t.Errorf("error holds what it read: %q", err)
		}
		again, _, _ := read(append([]byte(head), b...))
		if !slices.Equal(texts(t, c), texts(t, again)) {
			t.Error("not the same when read again")
		}
	})
}

func FuzzYamaha(f *testing.F) {
	fuzz(f, "yamaha-internet.txt", "yamaha-qualification.txt", "yamaha-modem.txt")
}
func FuzzFortiGate(f *testing.F)  { fuzz(f, "fortigate.txt") }
func FuzzCisco(f *testing.F)      { fuzz(f, "cisco.txt") }
func FuzzNEC(f *testing.F)        { fuzz(f, "nec-ix.txt") }
func FuzzAlliedPlus(f *testing.F) { fuzz(f, "alliedware-plus.txt") }
func FuzzAlliedWare(f *testing.F) { fuzz(f, "alliedware.txt") }
