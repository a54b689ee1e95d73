package strictyaml_test

import (
	"fmt"
	"strings"
	"testing"

	"kanmon/discover/fact"
	"kanmon/topology/strictyaml"
)

type doc struct {
	Version int               `yaml:"version"`
	Name    strictyaml.Text   `yaml:"name"`
	List    []strictyaml.Text `yaml:"list"`
	More    []struct {
		Name strictyaml.Text `yaml:"name"`
	} `yaml:"more"`
}

func TestLoad(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"ok", "version: 1\nname: 2026-01-01\nlist: [a, \"b\"]\n", ""},
		{"empty", "", "no document"},
		{"unknown key", "version: 1\nnaem: x\n", `f.yaml:2: key "naem" is not known here`},
		{"two unknown keys", "naem: x\nlsit: y\n", `f.yaml:2: key "lsit"`},
		{"repeated key", "version: 1\nversion: 2\n", "f.yaml:2: "},
		{"list for text", "name: [a]\n", "want a text here"},
		{"text for number", "version: one\n", "f.yaml:1: want a whole number here, not a text"},
		{"text for list", "list: a\n", "f.yaml:1: want a list here, not a text"},
		{"list for all", "- a\n", "f.yaml:1: want keys with values here, not a list"},
		{"text for keys", "more: [a]\n", "f.yaml:1: want keys with values here, not a text"},
		{"two documents", "version: 1\n---\nversion: 1\n", "document"},
		{"alias", "name: &a x\nlist: [*a]\n", "aliases (*name) are not allowed"},
		{"syntax", "name: [a\n", "f.yaml:"},
		{"long text", "name: " + strings.Repeat("x", 2000), "longer than 1000"},
		{"long file", strings.Repeat("# x\n", 1<<19), "split it"},
		{"deep", "list: " + strings.Repeat("[", 200), "nested deeper"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var d doc
			err := strictyaml.Load(strings.NewReader(tt.in), "f.yaml", &d)
			switch {
			case tt.want == "" && err != nil:
				t.Fatalf("Load: %v", err)
			case tt.want == "":
				if d.Name.Value != "2026-01-01" || d.Name.Line != 2 || len(d.List) != 2 {
					t.Errorf("got %+v", d)
				}
			case err == nil || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// A file that is something else altogether is refused in a few lines, in words
// of the file.
func TestLoadErrorsAreBounded(t *testing.T) {
	for _, in := range []string{
		strings.Repeat("x: 1\n", 300), "more: [" + strings.Repeat("a, ", 5000) + "a]\n", "list: [" + strings.Repeat("[a], ", 5000) + "[a]]\n",
		strings.Repeat("k", 900) + ": 1\n", "version: " + strings.Repeat("x", 900) + "\n",
	} {
		var d doc
		err := strictyaml.Load(strings.NewReader(in), "f.yaml", &d)
		if err == nil || len(err.Error()) > 4000 || strings.Contains(err.Error(), "strictyaml") || strings.Contains(err.Error(), "!!") {
			t.Errorf("%.20q: %d octets: %.300v", in, len(fmt.Sprint(err)), err)
		}
	}
}

// Whatever a file holds, Load ends, and what it refuses it refuses with the
// file's name; what it takes is short and clean.
func FuzzLoad(f *testing.F) {
	f.Add("version: 1\nname: 2026-01-01\nlist: [a, \"b\"]\n")
	f.Add("name: &a x\nlist: [*a]\n")
	f.Add("name: \"\\e[31m\\u202e\"\n")
	f.Fuzz(func(t *testing.T, in string) {
		var d doc
		if err := strictyaml.Load(strings.NewReader(in), "f.yaml", &d); err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		for _, text := range append(d.List, d.Name) {
			if text.Value != fact.Clean(text.Value) {
				t.Errorf("text %q is not clean", text.Value)
			}
		}
	})
}
