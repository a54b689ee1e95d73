package resolve_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"kanmon/discover"
	"kanmon/discover/fact"
	"kanmon/discover/snmp"
	"kanmon/topology"
	"kanmon/topology/resolve"
)

// TestTruthHardware compares the model, version and serial number of recorded
// walks with what a peer makes of them. Where the peer has something else for
// these words than the device says, the difference counts all the same.
func TestTruthHardware(t *testing.T) {
	root := sharedSNMP()
	if root == "" {
		t.Skip("no ../shared/data beside the repository: what a peer makes of devices was not compared")
	}
	b, err := os.ReadFile(filepath.Join(root, "derived", "identity.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	head := strings.Split(lines[0], "\t")
	systems := peerSystems(t)
	right, of := make(map[string]int), make(map[string]int)
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, v := range strings.Split(line, "\t") {
			row[head[i]] = v
		}
		var d *topology.Device
		for _, q := range []struct {
			name, want string
			got        func() string
			same       func(got, want string) bool
		}{
			{"os", row["expected_os"], func() string { return d.OS }, func(got, want string) bool { return slices.Contains(systems[want], got) }},
			{"hardware", row["expected_hardware"], func() string { return d.Model }, contained},
			{"version", row["expected_version"], func() string { return d.Version }, contained},
			{"serial", row["expected_serial"], func() string { return d.Serial }, strings.EqualFold},
		} {
			if q.want == "" || q.want == "<private>" {
				continue
			}
			if d == nil {
				if d = agentOf(t, root, row["walk"]); d == nil {
					t.Errorf("%s: no device", row["walk"])
					break
				}
			}
			of[q.name]++
			if q.same(q.got(), q.want) {
				right[q.name]++
				continue
			}
			t.Logf("%s: %s %q, want %q (%s, %s)", row["walk"], q.name, q.got(), q.want, d.Vendor, d.OS)
		}
	}
	t.Logf("agree with the peer: operating system %d of %d, hardware %d of %d, version %d of %d, serial %d of %d",
		right["os"], of["os"], right["hardware"], of["hardware"], right["version"], of["version"], right["serial"], of["serial"])
	for name, n := range of {
		if right[name]*100 < n*95 {
			t.Errorf("%s: %d of %d, want 95 %%", name, right[name], n)
		}
	}
}

// peerSystems reads what the peer's names of operating systems mean here.
func peerSystems(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "vendor", "testdata", "peer.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]string)
	for line := range strings.Lines(string(b)) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(f) == 3 {
			out[f[0]] = append(out[f[0]], f[2])
		}
	}
	return out
}

// contained reports whether one text holds the other, but for signs between
// letters and digits: the peer puts names of makers, a "v" and the like before.
func contained(got, want string) bool {
	got, want = strings.TrimPrefix(plainText(got), "v"), strings.TrimPrefix(plainText(want), "v")
	return len(got) >= 2 && (strings.Contains(want, got) || strings.Contains(got, want))
}

func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// sharedSNMP finds ../shared/data/snmp beside the repository.
func sharedSNMP() string {
	dir, err := os.Getwd()
	for ; err == nil && filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		root := filepath.Join(filepath.Dir(dir), "shared", "data", "snmp")
		if _, err := os.Stat(filepath.Join(root, "derived")); err == nil {
			return root
		}
	}
	return ""
}

// agentOf returns the device whose walk it is.
func agentOf(t *testing.T, root, walk string) *topology.Device {
	t.Helper()
	var path string
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == walk {
			path = p
		}
		return err
	})
	if err != nil || path == "" {
		t.Fatalf("%s: %v", walk, err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got gathered
	for _, f := range snmp.Formats() {
		if f.Match(b[:min(len(b), discover.HeadLen)]) {
			in := discover.NewInput(walk, "", bytes.NewReader(b), func() string { return "sha256:00" })
			if _, err := f.Read(context.Background(), in, &got); err != nil {
				t.Fatalf("%s: %v", walk, err)
			}
			break
		}
	}
	var agent fact.ID
	for _, o := range got {
		if _, ok := o.Fact.(fact.SystemGroup); ok {
			agent = o.ID
		}
	}
	net := resolve.Resolve(got, topology.Site{})
	for _, d := range net.Devices() {
		if slices.Contains(d.Evidence, topology.EvidenceID(agent)) {
			return &d
		}
	}
	return nil
}

// gathered is a Sink.
type gathered []fact.Observation

func (g *gathered) Emit(o fact.Observation) error { *g = append(*g, o); return nil }
func (*gathered) Skip(string, error)              {}
