package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kanmon/cmd/kanmon/internal/config"
	"kanmon/topology/classify/signature"
	"kanmon/topology/register"
	"kanmon/topology/site"
)

// documents are what users read, by path from here.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, name := range []string{"README.md", "README.ja.md", "docs/guide.md", "docs/guide.ja.md"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}

// Every command line in the documents names a command and flags that are there.
func TestDocumentedCommandsExist(t *testing.T) {
	t.Parallel()
	line := regexp.MustCompile("(?m)(?:^    |^ExecStart=/usr/local/bin/|`|sudo |\\.\\.\\. )kanmon ([a-z][^`\n|>]*)")
	flags := regexp.MustCompile(`(?:^| )(--?[a-zA-Z][a-zA-Z-]*)`)
	help := map[string]string{}
	for name, text := range documents(t) {
		found := 0
		for _, m := range line.FindAllStringSubmatch(text, -1) {
			found++
			words := strings.Fields(m[1])
			command := words[:1]
			if slices.Contains([]string{"register", "signatures", "nightly"}, words[0]) && len(words) > 1 {
				command = words[:2]
			}
			key := strings.Join(command, " ")
			if help[key] == "" {
				r := kanmon(t, append(slices.Clone(command), "--help")...)
				if r.code != 0 || !strings.Contains(r.stdout, "\n  kanmon "+key) {
					t.Errorf("%s: %q: there is no command %q", name, m[1], key)
					continue
				}
				help[key] = r.stdout
			}
			for _, f := range flags.FindAllStringSubmatch(m[1], -1) {
				if len(command) == 1 && slices.Contains([]string{"-v1", "-v2c", "-v3"}, f[1]) || f[1] == "-v" {
					continue // net-snmp's spelling, in words of the flag --snmp-version
				}
				if !regexp.MustCompile(`(?m)^ .*` + regexp.QuoteMeta(f[1]) + `[ ,]`).MatchString(help[key]) {
					t.Errorf("%s: %q: kanmon %s has no flag %s", name, m[1], key, f[1])
				}
			}
		}
		if found < 5 {
			t.Errorf("%s: found %d command lines only", name, found)
		}
	}
}

// Every file that the documents show can be used as it stands.
func TestDocumentedFilesLoad(t *testing.T) {
	t.Parallel()
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	for name, text := range documents(t) {
		if !strings.HasPrefix(name, "docs/") {
			continue
		}
		loaded := map[string]bool{}
		for _, m := range block.FindAllStringSubmatch(text, -1) {
			first, _, _ := strings.Cut(m[1], "\n")
			var err error
			switch file := strings.TrimPrefix(first, "# "); file {
			case "site.yaml":
				_, err = site.Load(strings.NewReader(m[1]), name)
			case "register.yaml":
				_, err = register.Load(strings.NewReader(m[1]), name)
			case "signatures.yaml":
				_, err = signature.Load(strings.NewReader(m[1]), name)
			case "nightly.yaml":
				_, err = config.Load(strings.NewReader(m[1]), name)
			case "credentials.yaml":
				_, err = config.LoadCredentials(strings.NewReader(m[1]), name)
			default:
				t.Errorf("%s: a file that begins with %q: which is it?", name, first)
			}
			if err != nil {
				t.Errorf("%s: %s: %v", name, first, err)
			}
			loaded[first] = true
		}
		if len(loaded) != 5 {
			t.Errorf("%s: found the files %v", name, loaded)
		}
	}
}

// The tables of the READMEs name the files that are written, and no other.
func TestDocumentedOutputsAreWritten(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "map")
	kanmon(t, "demo", "-q", "-o", out).want(t, 0)
	written := files(t, out)
	token := regexp.MustCompile("`((?:diagram|detail|report|ledger|external-connections|snapshot)?\\.[a-z]+)`")
	for name, text := range documents(t) {
		if !strings.HasPrefix(name, "README") {
			continue
		}
		named := map[string]bool{}
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "| `") {
				continue
			}
			cell, _, _ := strings.Cut(line[1:], "|")
			for _, m := range token.FindAllStringSubmatch(cell, -1) {
				file := m[1]
				if strings.HasPrefix(file, ".") {
					file = "diagram" + file
				}
				named[file] = true
			}
		}
		for file := range written {
			if !named[file] {
				t.Errorf("%s does not name %s", name, file)
			}
		}
		for file := range named {
			if _, ok := written[file]; !ok && file != "diagram.snmprec" {
				t.Errorf("%s names %s, which is not written", name, file)
			}
		}
	}
}
