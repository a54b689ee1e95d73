package strictyaml_test

import (
	"strings"
	"testing"

	"kanmon/topology/site/strictyaml"
)

type doc struct {
	Version int               `yaml:"version"`
	Name    strictyaml.Text   `yaml:"name"`
	List    []strictyaml.Text `yaml:"list"`
}

func TestLoad(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"ok", "version: 1\nname: 2026-01-01\nlist: [a, \"b\"]\n", ""},
		{"empty", "", "no document"},
		{"unknown key", "version: 1\nnaem: x\n", `f.yaml:2: key "naem" is not known here`},
		{"two unknown keys", "naem: x\nlsit: y\n", `f.yaml:2: key "lsit"`},
		{"repeated key", "version: 1\nversion: 2\n", "f.yaml:2: "},
		{"list for text", "name: [a]\n", "want a text here"},
		{"text for number", "version: one\n", "f.yaml:1: "},
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
