package html_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	nethtml "golang.org/x/net/html"

	"kanmon/render"
	"kanmon/render/html"
	"kanmon/render/rendertest"
	"kanmon/render/safe"
)

func figure(prefix string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"><title>a &lt; b</title>
<defs><path id="glyph-r1" d="M0 0L1 1Z"/></defs><a xlink:href="#` + prefix + `-x"><g id="` + prefix + `-x" class="way"><use xlink:href="#glyph-r1" x="3"/></g></a></svg>
`)
}

func write(t *testing.T, v render.View) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := html.Write(&b, v, html.Figures{Board: figure("board"), Detail: figure("detail")}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parse(t *testing.T, page []byte) *nethtml.Node {
	t.Helper()
	root, err := nethtml.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// elements lists the tags of the page with the names of their attributes.
func elements(root *nethtml.Node) []string {
	var out []string
	for n := range root.Descendants() {
		if n.Type != nethtml.ElementNode {
			continue
		}
		keys := make([]string, len(n.Attr))
		for i, a := range n.Attr {
			keys[i] = a.Key
		}
		slices.Sort(keys)
		out = append(out, n.Data+" "+strings.Join(keys, " "))
	}
	return out
}

func TestWriteIsWhole(t *testing.T) {
	for _, l := range []render.Lang{render.Japanese, render.English} {
		v := render.Project(rendertest.Sample(200), l)
		page := write(t, v)
		if !bytes.Equal(page, write(t, v)) {
			t.Errorf("%s: two runs differ", l)
		}
		root := parse(t, page)
		ids := checkAnchors(t, root)
		for _, w := range v.WaysOut {
			if ids[fmt.Sprint("way-", w.No)] != 1 {
				t.Errorf("%s: way out %d has no details", l, w.No)
			}
		}
		rows := 0
		for n := range root.Descendants() {
			if n.Data == "th" && attr(n, "scope") == "" {
				t.Errorf("%s: a heading of a table has no scope", l)
			}
			if n.Data == "tr" && strings.HasPrefix(attr(n, "id"), "device-") {
				rows++
			}
			if n.Type == nethtml.ElementNode && n.Data == "html" && attr(n, "lang") != string(l) {
				t.Errorf("page has lang %q, want %q", attr(n, "lang"), l)
			}
		}
		if rows != len(v.Devices) {
			t.Errorf("%s: %d rows of devices, want %d", l, rows, len(v.Devices))
		}
		text := string(page)
		for _, must := range []string{
			"default-src 'none'", "見本病院（150床）", "kyushoku-sv", "WireGuard", "sha256:aa02",
			l.T("status.changed"), l.T("blind.next.vlan-not-captured"), "2011-117",
		} {
			if !strings.Contains(text, must) {
				t.Errorf("%s: %q is not on the page", l, must)
			}
		}
		for _, never := range []string{"<script", "http:", "https:", "@import", "ZgotmplZ", "<no value>"} {
			if strings.Contains(strings.ReplaceAll(text, "http://www.w3.org/", ""), never) {
				t.Errorf("%s: %q is on the page", l, never)
			}
		}
	}
}

// TestDecisionsFirst: what needs a decision stands before what is approved, the
// unapproved ways out first.
func TestDecisionsFirst(t *testing.T) {
	root := parse(t, write(t, render.Project(rendertest.Sample(50), render.English)))
	var got []string
	for n := range root.Descendants() {
		if n.Data != "section" || (attr(n, "id") != "decide" && attr(n, "id") != "approved") {
			continue
		}
		for a := range n.Descendants() {
			if a.Data == "a" && attr(a, "class") == "num" {
				got = append(got, attr(a, "href"))
			}
		}
	}
	want := []string{
		"#way-5", "#way-6", "#way-9", "#way-10", "#way-11", "#way-13", "#way-7", "#way-4",
		"#way-1", "#way-2", "#way-3", "#way-8", "#way-12",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("order of the tables (-want +got):\n%s", d)
	}
}

func attr(n *nethtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// checkAnchors fails for references without a target and for IDs that stand
// twice, and returns the IDs.
func checkAnchors(t *testing.T, root *nethtml.Node) map[string]int {
	t.Helper()
	ids := make(map[string]int)
	for n := range root.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id]++
			if ids[id] == 2 && !strings.HasPrefix(id, "glyph-") {
				t.Errorf("the ID %q stands twice", id)
			}
		}
	}
	for n := range root.Descendants() {
		href := attr(n, "href")
		if href == "" {
			continue
		}
		if to, ok := strings.CutPrefix(href, "#"); !ok || ids[to] == 0 {
			t.Errorf("<%s href=%q> leads nowhere", n.Data, href)
		}
	}
	return ids
}

// TestWriteHostile: whatever the texts are, the page has the elements and
// attributes that it has for harmless ones.
func TestWriteHostile(t *testing.T) {
	plain := rendertest.Plain[render.View]()
	plain.Lang = render.Japanese
	want := elements(parse(t, write(t, plain)))
	for i := range rendertest.Attacks() {
		v := rendertest.Fill[render.View](i)
		v.Lang = render.Japanese
		page := write(t, v)
		for _, r := range string(page) {
			if r != '\n' && safe.Hidden(r) {
				t.Fatalf("shift %d: the page has %U", i, r)
			}
		}
		if d := cmp.Diff(want, elements(parse(t, page))); d != "" {
			t.Errorf("shift %d: the texts changed the page (-want +got):\n%s", i, d)
		}
	}
}

func TestWriteHostileLanguage(t *testing.T) {
	v := render.View{Lang: `"><script>`}
	if bytes.Contains(write(t, v), []byte("<script")) {
		t.Error("the language is not escaped")
	}
}

func TestWriteEmpty(t *testing.T) {
	var b bytes.Buffer
	if err := html.Write(&b, render.View{Lang: render.English}, html.Figures{}); err != nil {
		t.Fatal(err)
	}
	root := parse(t, b.Bytes())
	for n := range root.Descendants() {
		if n.Data == "figure" {
			t.Error("a figure without a picture")
		}
	}
	checkAnchors(t, root)
}

func TestLimits(t *testing.T) {
	v := render.View{Lang: render.English, Counts: render.Counts{Evidence: 30_000}}
	for i := range 30_000 {
		v.Evidence = append(v.Evidence, render.Evidence{ID: fmt.Sprint("e", i), Says: "it is there"})
	}
	for i := range 10_000 {
		v.Devices = append(v.Devices, render.Device{
			ID: fmt.Sprint("d", i), Name: "pc", Evidence: []string{fmt.Sprint("e", i), fmt.Sprint("e", i+10_000)},
		})
	}
	w := render.WayOut{No: 1, Device: "pc"}
	for i := range 300 {
		w.Evidence = append(w.Evidence, fmt.Sprint("e", 29_000+i))
		w.Behind = append(w.Behind, "pc")
	}
	v.WaysOut = []render.WayOut{w}
	page := write(t, v)
	root := parse(t, page)
	checkAnchors(t, root)
	text := string(page)
	for _, must := range []string{
		"30000 pieces of evidence, 5300 of them shown; the other 24700 are in snapshot.json",
		"280 more are in snapshot.json", "200 more are in snapshot.json",
	} {
		if !strings.Contains(text, must) {
			t.Errorf("the page does not say %q", must)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	v := render.Project(rendertest.Sample(2000), render.Japanese)
	for b.Loop() {
		var out bytes.Buffer
		if err := html.Write(&out, v, html.Figures{}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}
