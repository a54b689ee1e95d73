package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A walk is made anonymous the same way with the same key, and in another without.
func TestAnonymise(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	walk := write("tanaka.snmprec", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10\n1.3.6.1.2.1.1.5.0|4|pacs.tanaka-hospital.jp\n", 0o600)
	key := write("key", "sixteen octets and more\n", 0o600)
	result := func(name string, args ...string) string {
		out := filepath.Join(dir, name)
		kanmon(t, append([]string{"anonymise", walk, "-o", out}, args...)...).want(t, 0)
		files, err := filepath.Glob(filepath.Join(out, "*"))
		if err != nil || len(files) != 1 || strings.Contains(files[0], "tanaka") {
			t.Fatalf("files are %v, %v", files, err)
		}
		b, err := os.ReadFile(files[0])
		if err != nil || strings.Contains(string(b), "tanaka") || strings.Count(string(b), "\n") != 2 {
			t.Errorf("%v, %s", err, b)
		}
		return string(b)
	}
	one, two, three := result("one", "--key", key), result("two", "--key", key), result("three")
	if one != two || one == three {
		t.Errorf("with a key:\n%s\nagain:\n%s\nwithout:\n%s", one, two, three)
	}
	if r := kanmon(t, "anonymise", walk, "-o", filepath.Join(dir, "one"), "--key", key).want(t, 2); !strings.Contains(r.stderr, "nothing was overwritten") {
		t.Errorf("it says %s", r.stderr)
	}
	for name, tt := range map[string]struct{ key, want string }{
		"others may read it": {write("open", "sixteen octets and more", 0o644), "chmod 600"},
		"too long":           {write("long", strings.Repeat("x", 70_000), 0o600), "octets"},
		"too short":          {write("short", "x", 0o600), "octets"},
		"not there":          {filepath.Join(dir, "none"), "none"},
		"a folder":           {dir, "not a file"},
	} {
		if r := kanmon(t, "anonymise", walk, "-o", filepath.Join(dir, "five"), "--key", tt.key).want(t, 2); !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: it says %s", name, r.stderr)
		}
	}
}
