package html_test

import (
	"bytes"
	"strings"
	"testing"

	"kanmon/render"
	"kanmon/render/draw"
	"kanmon/render/html"
	"kanmon/render/rendertest"
)

func embed(svg string) error {
	return html.Write(&bytes.Buffer{}, render.View{Lang: render.English}, html.Figures{Board: []byte(svg)})
}

func TestFigureRefused(t *testing.T) {
	const open = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">`
	for _, test := range []struct{ name, in string }{
		{"text", `hello`},
		{"empty-element", `<p>hello</p>`},
		{"script", open + `<script>alert(1)</script></svg>`},
		{"script-upper", open + `<SCRIPT>alert(1)</SCRIPT></svg>`},
		{"onload", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>`},
		{"on-upper", open + `<g ONCLICK="x"/></svg>`},
		{"href-script", open + `<a href="javascript:alert(1)"><path/></a></svg>`},
		{"href-space", open + `<a href=" javascript:alert(1)"><path/></a></svg>`},
		{"xlink-outside", open + `<use xlink:href="https://example.org/x.svg#a"/></svg>`},
		{"image", open + `<image href="#a"/></svg>`},
		{"foreign", open + `<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject></svg>`},
		{"style-element", open + `<style>@import url(//example.org/x.css);</style></svg>`},
		{"style-url", open + `<g style="fill:url(//example.org/x)"/></svg>`},
		{"style-escape", open + `<g style="fill:u\72l(//example.org/x)"/></svg>`},
		{"animate", open + `<set attributeName="href" to="javascript:alert(1)"/></svg>`},
		{"doctype", `<!DOCTYPE svg [<!ENTITY x "y">]>` + open + `</svg>`},
		{"not-closed", open + `<g>`},
		{"breaks-out", open + `<g><p>x</p></g></svg>`},
		{"html-in-title", open + `<title><img src="x"/></title></svg>`},
		{"comment-differs", open + `<!--><img src="x"/>--></svg>`},
		{"cdata-script", open + `<title><![CDATA[</title><script>alert(1)</script>]]></title></svg>`},
		{"two-roots", open + `</svg>` + open + `</svg>`},
		{"text-after", open + `</svg>hello`},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := embed(test.in)
			if err == nil {
				t.Fatal("the figure was taken")
			}
			if !strings.Contains(err.Error(), "figure board") {
				t.Errorf("error %q does not name the figure", err)
			}
		})
	}
}

func TestFigureIDsClash(t *testing.T) {
	err := html.Write(&bytes.Buffer{}, render.View{}, html.Figures{Board: figure("a"), Detail: figure("a")})
	if err == nil || !strings.Contains(err.Error(), `"a-x"`) {
		t.Errorf("error is %v, want one that names the ID a-x", err)
	}
}

// TestFigureOfOurWriter: what the drawing package writes is taken, whatever the
// labels are.
func TestFigureOfOurWriter(t *testing.T) {
	for i, label := range rendertest.Attacks() {
		d := &draw.Drawing{
			IDPrefix: "board", Title: label, Width: 100, Height: 100, Background: "#ffffff",
			Shapes: []draw.Shape{draw.Group{
				ID: label, Class: label, Title: label, Link: label,
				Shapes: []draw.Shape{draw.Text{X: 1, Y: 9, Size: 9, Color: "#000000", Text: label}},
			}},
		}
		var b bytes.Buffer
		if err := draw.WriteSVG(&b, d); err != nil {
			t.Fatal(err)
		}
		if err := embed(b.String()); err != nil {
			t.Errorf("label %d: %v", i, err)
		}
	}
}

func FuzzFigure(f *testing.F) {
	f.Add(figure("a"))
	f.Add([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><title><![CDATA[<p>]]></title></svg>`))
	f.Fuzz(func(t *testing.T, svg []byte) {
		var b bytes.Buffer
		if err := html.Write(&b, render.View{Lang: render.English}, html.Figures{Board: svg}); err != nil {
			return
		}
		for n := range parse(t, b.Bytes()).Descendants() {
			if n.Data == "script" && n.Namespace != "" || n.Data == "img" || n.Data == "iframe" {
				t.Fatalf("the figure brought in a %s", n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") {
					t.Fatalf("the figure brought in %s", a.Key)
				}
			}
		}
	})
}
