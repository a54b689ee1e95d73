package cli_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata/golden")

// golden compares got with a golden file, or rewrites the file with -update.
func golden(tb testing.TB, name, got string) {
	tb.Helper()
	path := filepath.Join("testdata", "golden", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatalf("%v: make golden writes it", err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		tb.Errorf("%s (-want +got); where the change is meant, run make golden and look at the difference:\n%.6000s", name, d)
	}
}

// What people read of the sample hospital: a change of any of it is seen before
// it is committed. Layout, workbooks and pictures are compared elsewhere.
func TestGolden(t *testing.T) {
	t.Parallel()
	for lang, names := range map[string][]string{
		"en": {"external-connections.csv"},
		"ja": {"diagram.dot", "external-connections.csv", "ledger.csv"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "map")
			r := kanmon(t, "demo", "--lang", lang, "-f", "dot,csv,connections-csv", "-o", out).want(t, 0)
			written := files(t, out)
			for _, name := range names {
				golden(t, lang+"/"+name, written[name])
			}
			golden(t, lang+"/summary.txt", strings.ReplaceAll(r.stdout, out, "FOLDER"))
		})
	}
}
