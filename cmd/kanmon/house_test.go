package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// What a list of prefixes in .golangci.yml cannot say about who imports whom,
// and about what every package of a kind has, is said here.

// pkg is a package of the module as its files stand.
type pkg struct {
	files   []*ast.File // without tests
	tests   []*ast.File
	imports map[string]bool // folders within the module
}

// house reads the packages of the module in fsys, by folder.
func house(t *testing.T, fsys fs.FS) map[string]*pkg {
	t.Helper()
	all := make(map[string]*pkg)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" {
			return err
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p := all[path.Dir(name)]
		if p == nil {
			p = &pkg{imports: make(map[string]bool)}
			all[path.Dir(name)] = p
		}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, f)
			return nil
		}
		p.files = append(p.files, f)
		for _, i := range f.Imports {
			s, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if dir, ok := strings.CutPrefix(s, "kanmon/"); ok {
				p.imports[dir] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// repository is the module that this test belongs to.
func repository(t *testing.T) map[string]*pkg {
	t.Helper()
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return house(t, os.DirFS(root))
}

// functions yields the functions, without methods, of files.
func functions(files []*ast.File) []*ast.FuncDecl {
	var out []*ast.FuncDecl
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				out = append(out, fn)
			}
		}
	}
	return out
}

// sources returns the folders of the packages that turn input into facts.
func sources(all map[string]*pkg) []string {
	var out []string
	for dir := range all {
		if path.Dir(dir) == "discover" && dir != "discover/fact" {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out
}

// sourcesTogether returns each source that reaches another one, and over what.
func sourcesTogether(all map[string]*pkg) []string {
	var out []string
	for _, from := range sources(all) {
		seen := map[string]bool{from: true}
		todo := []string{from}
		for len(todo) > 0 {
			at := todo[0]
			todo = todo[1:]
			if at != from && slices.Contains(sources(all), at) {
				out = append(out, from+" imports "+at)
			}
			if all[at] == nil {
				continue
			}
			for _, next := range slices.Sorted(maps.Keys(all[at].imports)) {
				if !seen[next] {
					seen[next] = true
					todo = append(todo, next)
				}
			}
		}
	}
	return out
}

// unlisted returns the sources whose Formats the command line's one list of
// formats does not call.
func unlisted(all map[string]*pkg) []string {
	const list = "cmd/kanmon/internal/cli"
	called := make(map[string]bool)
	if all[list] != nil {
		for _, fn := range functions(all[list].files) {
			if fn.Name.Name != "formats" {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Formats" {
					if x, ok := s.X.(*ast.Ident); ok {
						called["discover/"+x.Name] = true
					}
				}
				return true
			})
		}
	}
	var out []string
	for _, dir := range sources(all) {
		has := func(fn *ast.FuncDecl) bool { return fn.Name.Name == "Formats" }
		if slices.ContainsFunc(functions(all[dir].files), has) && !called[dir] {
			out = append(out, dir)
		}
	}
	return out
}

// unfuzzed returns the packages that decode bytes and have no fuzz function.
// What decodes is told by its name and what it takes: Parse, Decode, Read, Load
// of octets or of a stream. Commands and generators are not asked.
func unfuzzed(all map[string]*pkg) []string {
	var out []string
	for dir, p := range all {
		if strings.HasPrefix(dir, "cmd/kanmon/internal/cli") || strings.HasPrefix(dir, "testdata/") {
			continue
		}
		isFuzz := func(fn *ast.FuncDecl) bool { return strings.HasPrefix(fn.Name.Name, "Fuzz") }
		if slices.ContainsFunc(functions(p.files), decodes) && !slices.ContainsFunc(functions(p.tests), isFuzz) {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out
}

func decodes(fn *ast.FuncDecl) bool {
	named := func(verb string) bool { return strings.HasPrefix(fn.Name.Name, verb) }
	if !slices.ContainsFunc([]string{"Parse", "Decode", "Read", "Load", "Has", "Is", "Match"}, named) {
		return false
	}
	return slices.ContainsFunc(fn.Type.Params.List, func(p *ast.Field) bool {
		switch t := p.Type.(type) {
		case *ast.ArrayType:
			e, ok := t.Elt.(*ast.Ident)
			return ok && e.Name == "byte"
		case *ast.SelectorExpr:
			x, ok := t.X.(*ast.Ident)
			return ok && x.Name == "io" && t.Sel.Name == "Reader"
		}
		return false
	})
}

func TestSourcesDoNotImportEachOther(t *testing.T) {
	t.Parallel()
	all := repository(t)
	if len(sources(all)) < 3 {
		t.Fatalf("found the sources %q only", sources(all))
	}
	for _, s := range sourcesTogether(all) {
		t.Errorf("%s: what two sources share is a decoder in discover/internal/wire", s)
	}
}

func TestEverySourceIsListed(t *testing.T) {
	t.Parallel()
	for _, dir := range unlisted(repository(t)) {
		t.Errorf("%s has Formats that nothing reads with: add them to formats in cmd/kanmon/internal/cli", dir)
	}
}

func TestEveryDecoderIsFuzzed(t *testing.T) {
	t.Parallel()
	for _, dir := range unfuzzed(repository(t)) {
		t.Errorf("%s decodes bytes and has no Fuzz function", dir)
	}
}

// The checks above find what is planted for them.
func TestHouseChecksCanFail(t *testing.T) {
	t.Parallel()
	file := func(src string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(src)} }
	all := house(t, fstest.MapFS{
		"cmd/kanmon/internal/cli/load.go": file(`package cli; import "kanmon/discover/a"; func formats() { a.Formats() }`),
		"discover/a/a.go":                 file(`package a; import "kanmon/discover/internal/c"; func Formats() {}; func Parse(b []byte) {}`),
		"discover/a/a_test.go":            file(`package a_test; import "kanmon/discover/b"; func FuzzParse() { b.Formats() }`),
		"discover/b/b.go":                 file(`package b; func Formats() {}; func Parse(s string) {}`),
		"discover/internal/c/c.go":        file(`package c; import "kanmon/discover/b"; import "io"; func Load(r io.Reader) {}`),
	})
	got := map[string][]string{"together": sourcesTogether(all), "unlisted": unlisted(all), "unfuzzed": unfuzzed(all)}
	want := map[string][]string{
		"together": {"discover/a imports discover/b"},
		"unlisted": {"discover/b"},
		"unfuzzed": {"discover/internal/c"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
