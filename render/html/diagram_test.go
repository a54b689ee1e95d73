package html_test

import (
	"bytes"
	"context"
	"testing"

	"kanmon/render"
	"kanmon/render/diagram"
	"kanmon/render/draw"
	"kanmon/render/html"
	"kanmon/render/rendertest"
)

// TestWithDiagrams: the two diagrams stand in one page, and every reference in
// them leads somewhere.
func TestWithDiagrams(t *testing.T) {
	v := render.Project(rendertest.Sample(20), render.Japanese)
	var figures html.Figures
	for _, f := range []struct {
		draw func(context.Context, render.View) (*draw.Drawing, error)
		to   *[]byte
	}{{diagram.Board, &figures.Board}, {diagram.Detail, &figures.Detail}} {
		d, err := f.draw(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		var svg bytes.Buffer
		if err := draw.WriteSVG(&svg, d); err != nil {
			t.Fatal(err)
		}
		*f.to = svg.Bytes()
	}
	var page bytes.Buffer
	if err := html.Write(&page, v, figures); err != nil {
		t.Fatal(err)
	}
	checkAnchors(t, parse(t, page.Bytes()))
}
