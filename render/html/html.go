// Package html writes the report: one page for everybody, which works from a
// file, on a phone and on paper, and loads nothing.
//
// The page has no script. Its Content-Security-Policy forbids scripts and every
// request, so that a gap in the escaping of html/template would still do no
// harm.
package html

import (
	"bufio"
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"kanmon/render"
	"kanmon/render/safe"
)

//go:embed page.tmpl
var pageTemplate string

//go:embed style.css
var styleSheet string

// Figures are the pictures of the page, as SVG documents of our own writer.
// Their IDs must differ, but for the outlines of glyphs ("glyph-…"). A figure
// that is empty is left out.
type Figures struct {
	Board  []byte // the zones and the ways out
	Detail []byte // switches, ports and hosts
}

// Write writes the report. It fails when a figure has anything that is more
// than a picture: a script, an event handler, a reference to the outside.
func Write(w io.Writer, v render.View, figures Figures) error {
	p := newPage(safe.Deep(v))
	ids := make(map[string]bool)
	for _, f := range []struct {
		name string
		svg  []byte
		to   *template.HTML
	}{{"board", figures.Board, &p.Board}, {"detail", figures.Detail, &p.Detail}} {
		if len(f.svg) == 0 {
			continue
		}
		markup, err := checkFigure(f.svg, ids)
		if err != nil {
			return fmt.Errorf("report: figure %s: %w", f.name, err)
		}
		*f.to = markup
	}
	t, err := template.New("page").Funcs(template.FuncMap{"t": v.Lang.T, "f": v.Lang.F}).Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	b := bufio.NewWriter(w)
	if err := t.Execute(b, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
