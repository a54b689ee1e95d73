package cli_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kanmon/testdata/sample"
)

// sampleEvidence unpacks the sample hospital and returns its files and its
// folder.
func sampleEvidence(tb testing.TB) (folder string, paths []string) {
	tb.Helper()
	folder = tb.TempDir()
	if err := os.CopyFS(folder, sample.FS()); err != nil {
		tb.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "evidence", "*"))
	if err != nil || len(paths) < 10 {
		tb.Fatalf("sample evidence: %v, %v", paths, err)
	}
	return folder, paths
}

// mapped maps paths and returns what was written: all of it, since pictures and
// workbooks too are the same bytes for the same evidence.
func mapped(tb testing.TB, code []int, args ...string) map[string]string {
	tb.Helper()
	out := filepath.Join(tb.TempDir(), "map")
	r := kanmon(tb, append([]string{"map", "--lang", "ja", "-o", out}, args...)...)
	if !slices.Contains(code, r.code) {
		tb.Fatalf("exit code %d, want one of %v\n%s", r.code, code, r.stderr)
	}
	return files(tb, out)
}

func same(tb testing.TB, how string, want, got map[string]string) {
	tb.Helper()
	for name := range want {
		if want[name] == got[name] {
			continue
		}
		if strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".dot") {
			tb.Errorf("%s: %s differs:\n%.4000s", how, name, cmp.Diff(strings.Split(want[name], "\n"), strings.Split(got[name], "\n")))
		} else {
			tb.Errorf("%s: %s differs", how, name)
		}
	}
	if len(want) != len(got) {
		tb.Errorf("%s: %d files and %d files", how, len(want), len(got))
	}
}

// The order in which evidence is named, naming it twice, and reading it in two
// runs change no byte of any output.
func TestOrderChangesNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		paths func(testing.TB) (args, paths []string)
		codes []int
	}{
		{"sample", func(tb testing.TB) ([]string, []string) {
			tb.Helper()
			folder, paths := sampleEvidence(tb)
			return []string{"--site", filepath.Join(folder, "site.yaml"), "--register", filepath.Join(folder, "register.yaml")}, paths
		}, []int{0}},
		{"shared", func(tb testing.TB) ([]string, []string) {
			tb.Helper()
			data := sharedData(tb)
			texts := []string{"-f", "json,dot,svg,detail,csv,connections-csv"} // the report is made of these
			if !racing {
				return texts, []string{filepath.Join(data, "captures"), filepath.Join(data, "snmp"), filepath.Join(data, "nmap")}
			}
			// These hold every format, and take a tenth of the time.
			return texts, []string{
				filepath.Join(data, "captures", "lldp-cdp"), filepath.Join(data, "captures", "dhcp"),
				filepath.Join(data, "captures", "vpn-ipsec"), filepath.Join(data, "captures", "format"),
				filepath.Join(data, "captures", "remote"), filepath.Join(data, "snmp", "switch-lldp"),
				filepath.Join(data, "snmp", "firewall-vpn"), filepath.Join(data, "nmap"),
			}
		}, []int{0, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args, paths := tt.paths(t)
			want := mapped(t, tt.codes, slices.Concat(args, paths)...)
			backwards := slices.Clone(paths)
			slices.Reverse(backwards)
			same(t, "backwards", want, mapped(t, tt.codes, slices.Concat(args, backwards)...))
			same(t, "twice", want, mapped(t, tt.codes, slices.Concat(args, paths, backwards)...))

			// Two runs, each of which carries away its half as an evidence file.
			var halves []string
			for _, half := range [][]string{backwards[:len(paths)/2], backwards[len(paths)/2:]} {
				r := kanmon(t, append([]string{"evidence"}, half...)...)
				if !slices.Contains(tt.codes, r.code) {
					t.Fatalf("evidence: exit code %d\n%s", r.code, r.stderr)
				}
				path := filepath.Join(t.TempDir(), "half.jsonl")
				if err := os.WriteFile(path, []byte(r.stdout), 0o600); err != nil {
					t.Fatal(err)
				}
				halves = append(halves, path)
			}
			same(t, "two runs", want, mapped(t, []int{0, 4}, slices.Concat(args, halves)...))
		})
	}
}
